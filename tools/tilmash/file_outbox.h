// An Outbox that writes into an OutputFolder: one file a document, or one bundle a kind of document.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/transports/file/output_folder.h"
#include "pipeline/output.h"

namespace tilmash::tool {

enum class OutputShape : std::uint8_t { automatic, files, bundle };

/// files: ENDPOINT/NNNN.xml with ENDPOINT/NNNN.head.xml, ENDPOINT/NNNN.json.
/// bundle: ENDPOINT.bundle, a line a message (its header right before it), ENDPOINT.jsonl, a line a document.
/// automatic: files up to `files_max` documents a kind, a bundle beyond; documents wait in memory until that is known.
class FileOutbox : public pipeline::Outbox {
 public:
  static constexpr std::size_t files_max = 1000;
  static constexpr std::size_t waiting_bytes_max = std::size_t{16} << 20;

  FileOutbox(file::OutputFolder& folder, OutputShape shape) : folder_(folder), shape_(shape) {}

  bool put(const pipeline::Product& product) override;
  bool put_reject(std::string_view line) override { return folder_.append("rejects.jsonl", line); }
  /// Writes what still waits. Call once, at the end.
  bool finish();
  /// "pacs.008.001.08" -> the file or folder its documents are in.
  const std::map<std::string, std::string>& places() const { return places_; }

 private:
  struct Waiting {
    std::string body;
    std::string head;
  };
  struct Kind {
    OutputShape shape = OutputShape::automatic;
    std::string extension;
    std::vector<Waiting> waiting;
    std::size_t waiting_bytes = 0;
    std::uint64_t count = 0;
  };

  bool write(const std::string& name, Kind& kind, std::string_view body, std::string_view head);
  bool write_waiting(const std::string& name, Kind& kind, OutputShape shape);

  file::OutputFolder& folder_;
  OutputShape shape_;
  std::map<std::string, Kind> kinds_;
  std::map<std::string, std::string> places_;
};

}  // namespace tilmash::tool
