#include "adapters/transports/file/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/digest.h"

namespace tilmash::file {
namespace {

constexpr std::uint64_t release_step_bytes = std::uint64_t{4} << 20;

/// Standard input, copied to a file that has no name; -1 on failure.
int spool_standard_input() {
  std::FILE* spool = std::tmpfile();
  if (spool == nullptr) return -1;
  const int descriptor = dup(fileno(spool));
  std::fclose(spool);
  std::vector<char> buffer(1 << 16);
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got == 0) return descriptor;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || write(descriptor, buffer.data(), static_cast<std::size_t>(got)) != got) {
      close(descriptor);
      return -1;
    }
  }
}

}  // namespace

std::unique_ptr<InputFile> InputFile::open(const std::string& name, Findings& findings) {
  std::unique_ptr<InputFile> file(new InputFile());
  file->name_ = name == "-" ? "(standard input)" : name;
  file->descriptor_ = name == "-" ? spool_standard_input() : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  bool good = file->descriptor_ >= 0 && fstat(file->descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (good && status.st_size > 0) {
    file->size_ = static_cast<std::size_t>(status.st_size);
    void* mapped = mmap(nullptr, file->size_, PROT_READ, MAP_PRIVATE, file->descriptor_, 0);
    good = mapped != MAP_FAILED;
    if (good) {
      file->data_ = static_cast<const char*>(mapped);
      madvise(mapped, file->size_, MADV_SEQUENTIAL);
    }
  }
  if (good) return file;
  Diagnostic error;
  error.code = "FIL-0001"_code;
  error.place.file = file->name_;
  error.text = fmt::format("can't read {}: {}", file->name_,
                           file->descriptor_ >= 0 && !S_ISREG(status.st_mode) ? "it is no file" : std::strerror(errno));
  findings.add(std::move(error));
  return nullptr;
}

InputFile::~InputFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
  if (descriptor_ >= 0) close(descriptor_);
}

std::array<std::uint8_t, 32> InputFile::sha256(const std::function<void(std::uint64_t)>& progress) {
  constexpr std::size_t piece_bytes = std::size_t{1} << 20;
  Sha256 hash;
  for (std::size_t at = 0; at < size_; at += piece_bytes) {
    hash.add(bytes().substr(at, piece_bytes));
    release_before(at);
    if (progress) progress(at);
  }
  return hash.finish();
}

void InputFile::release_before(std::uint64_t offset) {
  const std::uint64_t end = offset / release_step_bytes * release_step_bytes;
  if (end < released_) released_ = 0;  // the input is read a second time
  if (data_ == nullptr || end == released_) return;
  madvise(const_cast<char*>(data_) + released_, end - released_, MADV_DONTNEED);
  released_ = end;
}

}  // namespace tilmash::file
