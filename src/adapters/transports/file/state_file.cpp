#include "adapters/transports/file/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "adapters/transports/file/durable.h"

namespace tilmash::file {
namespace {

namespace fs = std::filesystem;

void report(Findings& findings, Code code, std::string text, std::string help = {}) {
  Diagnostic error;
  error.code = code;
  error.text = std::move(text);
  error.help = std::move(help);
  findings.add(std::move(error));
}

fs::path beside(const fs::path& file, const char* suffix) {
  fs::path path = file;
  path += suffix;
  return path;
}

bool read_all(const fs::path& path, std::string& text) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  char buffer[1 << 14];
  ssize_t got = 0;
  while ((got = read(descriptor, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(got));
  close(descriptor);
  return got == 0;
}

}  // namespace

std::unique_ptr<StateFile> StateFile::open(const fs::path& path, bool start, Findings& findings) {
  std::unique_ptr<StateFile> state(new StateFile());
  state->path_ = path;
  const fs::path lock = beside(path, ".lock");
  state->lock_ = ::open(lock.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (state->lock_ < 0) {
    report(findings, "FIL-0009"_code, fmt::format("can't make {}: {}", lock.string(), std::strerror(errno)));
    return nullptr;
  }
  if (flock(state->lock_, LOCK_EX | LOCK_NB) != 0 || !is_still(state->lock_, lock)) {
    report(findings, "FIL-0003"_code, fmt::format("another run has {}", path.string()));
    close(state->lock_);
    state->lock_ = -1;
    return nullptr;
  }
  std::error_code error;
  if (fs::exists(path, error) == start) {
    report(findings, "FIL-0007"_code, fmt::format("{} is {}", path.string(), start ? "there already" : "not there"),
           start ? "leave --from-start away" : "the first time is asked for with --from-start");
    return nullptr;
  }
  if (start || read_all(path, state->text_)) return state;
  report(findings, "FIL-0001"_code, fmt::format("can't read {}", path.string()));
  return nullptr;
}

StateFile::~StateFile() {
  if (lock_ < 0) return;
  std::error_code error;
  fs::remove(beside(path_, ".lock"), error);
  close(lock_);
}

bool StateFile::replace(std::string_view text, Findings& findings) {
  const fs::path made = beside(path_, ".new");
  const fs::path previous = beside(path_, ".previous");
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  std::error_code error;
  fs::remove(made, error);
  const int descriptor = ::open(made.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  bool good = descriptor >= 0 && write_all(descriptor, text) && fsync(descriptor) == 0;
  if (descriptor >= 0) good = close(descriptor) == 0 && good;
  if (good && fs::exists(path_, error)) {
    fs::remove(previous, error);
    fs::create_hard_link(path_, previous, error);
  }
  good = good && std::rename(made.c_str(), path_.c_str()) == 0 && sync_folder(folder);
  if (!good) report(findings, "FIL-0009"_code, fmt::format("can't write {}: {}", path_.string(), std::strerror(errno)));
  return good;
}

}  // namespace tilmash::file
