// A small file that says how far something has come, such as a watermark: one process's at a time, and replaced whole
// or not at all. What was in it before stays beside it as FILE.previous, so that a person can take a step back.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace tilmash::file {

class StateFile {
 public:
  /// Locks and reads it. The first time has to be asked for with `start`: a file that is missing by mistake would mean
  /// that everything is done once more. nullptr and FIL-0007 (it is not there, or is there and should not be), FIL-0003
  /// (another process has it), FIL-0001, FIL-0009.
  static std::unique_ptr<StateFile> open(const std::filesystem::path& path, bool start, Findings& findings);
  ~StateFile();
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;

  const std::string& text() const { return text_; }
  /// False and FIL-0009; the file is then as it was.
  bool replace(std::string_view text, Findings& findings);

 private:
  StateFile() = default;

  std::filesystem::path path_;
  std::string text_;
  int lock_ = -1;
};

}  // namespace tilmash::file
