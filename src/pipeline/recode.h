// Messages from one spelling into the other, XML or JSON, without a mapping: what goes in comes out, checked.
//
// All or nothing: `check` reads the whole input, and only when it is clean does `run` write. XML to JSON streams, in
// memory that does not grow with a message; the other ways hold one message at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "iso20022/caps.h"
#include "iso20022/catalogue.h"
#include "iso20022/reader.h"

namespace tilmash::pipeline {

enum class Spelling : std::uint8_t { xml, json };

/// JSON when the first character is a brace or bracket, else XML.
Spelling spelling_of(std::string_view input);

/// Where messages go, a piece at a time. False anywhere ends the run.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual bool begin(const iso20022::Message& message) = 0;
  virtual bool put(std::string_view piece) = 0;
  virtual bool end() = 0;
};

struct RecodeReport {
  std::string file;
  std::uint64_t bytes = 0;
  std::array<std::uint8_t, 32> sha256{};
  std::string endpoint;
  std::map<std::string, std::uint64_t> messages;  ///< by id
  std::uint64_t message_count = 0;
  iso20022::Dropped dropped;  ///< known once `run` is through
};

std::string to_json(const RecodeReport& report);

class Recoding {
 public:
  /// `catalogue` and `input` must outlive this. `endpoint` is "json", "xml", or the id of the one message that may come
  /// (as XML; headers beside it). `original` as for MessageReader. `progress` hears how much of the input is done with.
  Recoding(const iso20022::Catalogue& catalogue, std::string_view input, std::string file, std::string endpoint,
           const iso20022::Caps& caps, iso20022::Encoding original, std::function<void(std::uint64_t)> progress);

  /// Reads all of it. False, and findings: what reader or JSON reader finds, PIP-0013 another message than the
  /// endpoint names, PIP-0014 no message at all.
  bool check(Findings& findings);
  /// Writes all of it, after a `check` that found nothing. False when the sink failed.
  bool run(MessageSink& sink);

  RecodeReport& report() { return report_; }
  Spelling target() const { return target_; }

 private:
  bool count(const iso20022::Message& message, std::uint64_t offset, std::uint32_t line_number, Findings& findings);
  bool check_xml(Findings& findings);
  bool check_json(Findings& findings);
  bool stream_to_json(MessageSink& sink);
  bool run_xml(MessageSink& sink);
  bool run_json(MessageSink& sink);

  const iso20022::Catalogue& catalogue_;
  std::string_view input_;
  std::string only_;  ///< the one message that may come; empty = any
  iso20022::Caps caps_;
  iso20022::Encoding original_;
  std::function<void(std::uint64_t)> progress_;
  Spelling source_;
  Spelling target_;
  RecodeReport report_;
};

}  // namespace tilmash::pipeline
