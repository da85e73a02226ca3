// An output folder that appears all at once or not at all.
//
// Files grow in DIR.partial. `publish` renames it to DIR in one step; `hold` renames it to DIR.held, which only
// `release` turns into DIR. A run that fails takes DIR.partial away; one that is killed leaves it to the next run. Two
// runs into one DIR can't meet: the folder is locked while it grows.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace tilmash::file {

class OutputFolder {
 public:
  /// nullptr and a finding: FIL-0002 DIR or DIR.held is there already, FIL-0003 another run is writing, FIL-0004 the
  /// folder can't be made.
  static std::unique_ptr<OutputFolder> create(const std::filesystem::path& folder, Findings& findings);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Appends to a growing file ("rejects.jsonl"), made private to its owner (mode 0600) by its first piece. Buffered.
  bool append(const std::string& name, std::string_view bytes);
  /// Writes a whole small file at once; `name` may stand in a folder of one level.
  bool put(const std::string& name, std::string_view bytes);

  /// Nothing is published after this. Failures of append and put need not be told.
  void fail();

  /// Both flush to disk before they rename. FIL-0005 when that fails, or anything before it has; nothing is left then.
  bool publish(Findings& findings);
  bool hold(Findings& findings);

  /// DIR.held -> DIR: FIL-0006 when nothing is held, FIL-0002 when DIR is there.
  static bool release(const std::filesystem::path& folder, Findings& findings);

 private:
  struct File;
  OutputFolder() = default;
  bool finish(const std::filesystem::path& to, Findings& findings);
  bool flush(File& file);

  std::filesystem::path folder_;
  std::filesystem::path partial_;
  std::map<std::string, std::unique_ptr<File>> files_;
  int lock_ = -1;
  int error_ = 0;       ///< errno of the first failure; what was written is never published then
  bool grows_ = false;  ///< partial_ is there, and ours
};

}  // namespace tilmash::file
