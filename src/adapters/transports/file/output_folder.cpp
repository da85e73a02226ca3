#include "adapters/transports/file/output_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "adapters/transports/file/durable.h"

namespace tilmash::file {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t buffer_bytes = std::size_t{1} << 18;

void report(Findings& findings, Code code, std::string text, std::string help = {}) {
  Diagnostic error;
  error.code = code;
  error.text = std::move(text);
  error.help = std::move(help);
  findings.add(std::move(error));
}

fs::path beside(const fs::path& folder, const char* suffix) {
  fs::path path = folder;
  path += suffix;
  return path;
}

fs::path without_slash(fs::path folder) {
  return folder.has_filename() ? folder : folder.parent_path();
}

}  // namespace

struct OutputFolder::File {
  int descriptor = -1;
  std::string buffer;
};

std::unique_ptr<OutputFolder> OutputFolder::create(const fs::path& path, Findings& findings) {
  std::unique_ptr<OutputFolder> output(new OutputFolder());
  output->folder_ = without_slash(path);
  output->partial_ = beside(output->folder_, ".partial");
  for (const fs::path& taken : {output->folder_, beside(output->folder_, ".held")}) {
    if (!fs::exists(taken)) continue;
    report(findings, "FIL-0002"_code, fmt::format("{} is there already", taken.string()),
           "name another folder; a held one is published by --release-held or removed by hand");
    return nullptr;
  }
  const auto cannot_make = [&](const std::string& why) {
    report(findings, "FIL-0004"_code, fmt::format("can't make the folder {}: {}", output->partial_.string(), why));
    return nullptr;
  };
  std::error_code error;
  if (output->folder_.has_parent_path()) fs::create_directories(output->folder_.parent_path(), error);
  if (error && !fs::is_directory(output->folder_.parent_path())) return cannot_make(error.message());
  // The lock stands beside the folder, so that the folder itself can be renamed while it is held.
  const fs::path lock = beside(output->folder_, ".lock");
  output->lock_ = open(lock.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (output->lock_ < 0) return cannot_make(std::strerror(errno));
  if ((flock(output->lock_, LOCK_EX | LOCK_NB) != 0 || !is_still(output->lock_, lock))) {
    report(findings, "FIL-0003"_code, fmt::format("another run is writing {}", output->partial_.string()));
    close(output->lock_);
    output->lock_ = -1;
    return nullptr;
  }
  fs::remove_all(output->partial_, error);
  output->grows_ = !error && fs::create_directory(output->partial_, error);
  if (!output->grows_) return cannot_make(error.message());
  fs::permissions(output->partial_, fs::perms::owner_all, error);
  return output;
}

OutputFolder::~OutputFolder() {
  for (auto& [name, file] : files_) {
    if (file->descriptor >= 0) close(file->descriptor);
  }
  std::error_code error;
  if (grows_) fs::remove_all(partial_, error);  // what nobody will publish takes no room on a full disk
  if (lock_ >= 0) {
    fs::remove(beside(folder_, ".lock"), error);
    close(lock_);
  }
}

bool OutputFolder::append(const std::string& name, std::string_view bytes) {
  std::unique_ptr<File>& file = files_[name];
  if (!file) {
    file = std::make_unique<File>();
    file->descriptor = open((partial_ / name).c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    file->buffer.reserve(buffer_bytes + 4096);
    if (file->descriptor < 0) fail();
  }
  file->buffer += bytes;
  return file->buffer.size() < buffer_bytes || flush(*file);
}

bool OutputFolder::flush(File& file) {
  if (!write_all(file.descriptor, file.buffer)) fail();
  file.buffer.clear();
  return error_ == 0;
}

/// The first error is the one to tell.
void OutputFolder::fail() {
  if (error_ == 0) error_ = errno != 0 ? errno : EIO;
}

bool OutputFolder::put(const std::string& name, std::string_view bytes) {
  const fs::path path = partial_ / name;
  int descriptor = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno == ENOENT) {
    std::error_code error;
    fs::create_directory(path.parent_path(), error);
    descriptor = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  }
  if (descriptor < 0 || !write_all(descriptor, bytes)) fail();
  if (descriptor >= 0) close(descriptor);
  return error_ == 0;
}

bool OutputFolder::finish(const fs::path& to, Findings& findings) {
  for (auto& [name, file] : files_) {
    flush(*file);
    if (file->descriptor >= 0 && (fsync(file->descriptor) != 0 || close(file->descriptor) != 0)) fail();
    file->descriptor = -1;
  }
  // Small files were closed unsynced; one sync of the file system covers them all before the name is visible.
  if (error_ == 0 && sync_folder(partial_, true) && std::rename(partial_.c_str(), to.c_str()) == 0) {
    grows_ = false;
    sync_folder(to.has_parent_path() ? to.parent_path() : fs::path("."));
    return true;
  }
  fail();
  report(findings, "FIL-0005"_code, fmt::format("can't write {}: {}", to.string(), std::strerror(error_)),
         "nothing was published; mend the disk and run again");
  return false;
}

bool OutputFolder::publish(Findings& findings) {
  return finish(folder_, findings);
}
bool OutputFolder::hold(Findings& findings) {
  return finish(beside(folder_, ".held"), findings);
}

bool OutputFolder::release(const fs::path& path, Findings& findings) {
  const fs::path folder = without_slash(path);
  const fs::path held = beside(folder, ".held");
  if (!fs::exists(held)) {
    report(findings, "FIL-0006"_code, fmt::format("nothing is held as {}", held.string()));
    return false;
  }
  if (fs::exists(folder)) {
    report(findings, "FIL-0002"_code, fmt::format("{} is there already", folder.string()));
    return false;
  }
  if (std::rename(held.c_str(), folder.c_str()) == 0) return true;
  report(findings, "FIL-0005"_code, fmt::format("can't rename {}: {}", held.string(), std::strerror(errno)));
  return false;
}

}  // namespace tilmash::file
