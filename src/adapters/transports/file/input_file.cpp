#include "adapters/transports/file/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace tilmash::file {
namespace {

constexpr std::uint64_t release_step_bytes = std::uint64_t{4} << 20;

using namespace std::string_view_literals;

/// What a packed file begins with, in bytes that no record file or message begins with.
struct Packing {
  std::string_view name;
  std::string_view begins;
  std::string_view unpack;
};

constexpr Packing packings[] = {
    {"a gzip file", "\x1F\x8B\x08"sv, "gunzip"},                               // RFC 1952, 2.3.1: deflate
    {"a zip archive", "PK\x03\x04"sv, "unzip"},                                // APPNOTE.TXT 4.3.7
    {"a bzip2 file", "BZh"sv, "bunzip2"},                                      // and a level, see below
    {"an xz file", "\xFD\x37zXZ\x00"sv, "unxz"},                               // .xz file format, 2.1.1.1
    {"a zstd file", "\x28\xB5\x2F\xFD"sv, "unzstd"},                           // RFC 8878, 3.1.1
    {"a 7z archive", "7z\xBC\xAF\x27\x1C"sv, "7z"},                            // 7zFormat.txt
    {"an OpenPGP message", "-----BEGIN PGP MESSAGE-----"sv, "gpg --decrypt"},  // RFC 9580, 6.2
};

const Packing* find_packing(std::string_view bytes) {
  for (const Packing& each : packings) {
    if (!bytes.starts_with(each.begins)) continue;
    // Three bytes are few for gzip and bzip2: flags of gzip below 0x20, and the first block of bzip2.
    if (each.unpack == "gunzip" && (bytes.size() < 18 || static_cast<unsigned char>(bytes[3]) >= 0x20)) continue;
    if (each.unpack == "bunzip2" && bytes.substr(4, 6) != "1AY&SY"sv) continue;
    return &each;
  }
  return nullptr;
}

}  // namespace

InputFile::Spool::Spool() : descriptor_(-1) {
  std::FILE* spool = std::tmpfile();
  if (spool == nullptr) return;
  descriptor_ = dup(fileno(spool));
  std::fclose(spool);
}

InputFile::Spool::~Spool() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool InputFile::Spool::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

std::unique_ptr<InputFile> InputFile::open(const std::string& name, Findings& findings) {
  auto file = open_any(name, findings);
  const Packing* packing = file != nullptr ? find_packing(file->bytes()) : nullptr;
  if (packing == nullptr) return file;
  Diagnostic error;
  error.code = "FIL-0010"_code;
  error.place.file = file->name_;
  error.text = fmt::format("{} is {}", file->name_, packing->name);
  error.help = fmt::format("unpack it first ({}), and give what is in it", packing->unpack);
  findings.add(std::move(error));
  return nullptr;
}

std::unique_ptr<InputFile> InputFile::open_any(const std::string& name, Findings& findings) {
  if (name == "-") return spool_all("(standard input)", STDIN_FILENO, findings);
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || fstat(descriptor, &status) != 0 || !S_ISFIFO(status.st_mode)) {
    return map(name, descriptor, findings);
  }
  auto file = spool_all(name, descriptor, findings);  // a pipe: <(zcat night.xml.gz)
  close(descriptor);
  return file;
}

std::unique_ptr<InputFile> InputFile::spool_all(std::string name, int descriptor, Findings& findings) {
  Spool spool;
  std::vector<char> buffer(1 << 16);
  for (;;) {
    const ssize_t got = read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    const bool good = got >= 0 && spool.append({buffer.data(), static_cast<std::size_t>(got)});
    if (!good || got == 0) return map(std::move(name), good ? std::exchange(spool.descriptor_, -1) : -1, findings);
  }
}

std::unique_ptr<InputFile> InputFile::open(Spool& spool, std::string name, Findings& findings) {
  return map(std::move(name), std::exchange(spool.descriptor_, -1), findings);
}

std::unique_ptr<InputFile> InputFile::map(std::string name, int descriptor, Findings& findings) {
  std::unique_ptr<InputFile> file(new InputFile());
  file->name_ = std::move(name);
  file->descriptor_ = descriptor;
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

void InputFile::release_part(std::uint64_t from, std::uint64_t to) const {
  constexpr std::uint64_t page_bytes = 4096;
  const std::uint64_t begin = (from + page_bytes - 1) / page_bytes * page_bytes;
  const std::uint64_t end = to / page_bytes * page_bytes;
  if (data_ != nullptr && begin < end) madvise(const_cast<char*>(data_) + begin, end - begin, MADV_DONTNEED);
}

void InputFile::release_before(std::uint64_t offset) {
  const std::uint64_t end = offset / release_step_bytes * release_step_bytes;
  if (end < released_) released_ = 0;  // the input is read a second time
  if (data_ == nullptr || end == released_) return;
  madvise(const_cast<char*>(data_) + released_, end - released_, MADV_DONTNEED);
  released_ = end;
}

}  // namespace tilmash::file
