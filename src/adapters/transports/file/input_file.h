// A whole input as one view, without holding it in memory: the file is mapped, and pages already consumed are let go.
//
// Standard input, a pipe, and what is made of an input on its way, is first spooled to an unnamed temporary file. If
// another process cuts the file short while it is read, the run dies before anything was published.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace tilmash::file {

class InputFile {
 public:
  /// Bytes written one after another, to be read as an InputFile: they are kept in a file that has no name.
  class Spool {
   public:
    Spool();
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// False when there is no room.
    bool append(std::string_view bytes);

   private:
    friend class InputFile;
    int descriptor_;
  };

  /// "-" is standard input. nullptr and FIL-0001 when it can't be read, FIL-0010 when it is packed.
  static std::unique_ptr<InputFile> open(const std::string& name, Findings& findings);
  /// What was spooled, under the name `name`. nullptr and FIL-0001 when it can't be read.
  static std::unique_ptr<InputFile> open(Spool& spool, std::string name, Findings& findings);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::string_view bytes() const { return {data_, size_}; }
  const std::string& name() const { return name_; }

  /// Of all bytes; `progress` hears how many are done.
  std::array<std::uint8_t, 32> sha256(const std::function<void(std::uint64_t)>& progress = {});

  /// The same for a part of it, by one of several threads.
  void release_part(std::uint64_t from, std::uint64_t to) const;

  /// Nobody will look before `offset` again (if somebody does, it is read from the file once more).
  void release_before(std::uint64_t offset);

 private:
  InputFile() = default;
  static std::unique_ptr<InputFile> open_any(const std::string& name, Findings& findings);
  static std::unique_ptr<InputFile> spool_all(std::string name, int descriptor, Findings& findings);
  static std::unique_ptr<InputFile> map(std::string name, int descriptor, Findings& findings);

  std::string name_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t released_ = 0;
  int descriptor_ = -1;
};

}  // namespace tilmash::file
