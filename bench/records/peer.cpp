#include "peer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#ifndef TILMASH_COBOL_PEER
#define TILMASH_COBOL_PEER ""
#endif

namespace tilmash::bench {
namespace {

[[noreturn]] void stop(std::string_view what) {
  fmt::print(stderr, "GnuCOBOL: {}\n", what);
  std::exit(1);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double megabytes(const std::string& file) {
  return static_cast<double>(std::filesystem::file_size(file)) / 1e6;
}

}  // namespace

bool Peer::exists() {
  return std::string_view(TILMASH_COBOL_PEER) != "";
}

Peer::Peer(std::string_view kind, const std::string& file, std::size_t records)
    : kind_(kind),
      folder_((std::filesystem::temp_directory_path() / "record_bench.XXXXXX").string()),
      records_(records) {
  if (mkdtemp(folder_.data()) == nullptr) stop("there is no folder for its files");
  std::ofstream(folder_ + "/in", std::ios::binary) << file;
}

Peer::~Peer() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

double Peer::run(std::string_view way, const std::string& file, const std::string& output) const {
  std::string words[] = {TILMASH_COBOL_PEER, kind_, std::string(way), file, std::to_string(records_)};
  char* arguments[std::size(words) + 1] = {};
  std::transform(std::begin(words), std::end(words), arguments, [](std::string& word) { return word.data(); });
  std::string length_words = "COB_VARSEQ_FORMAT=0";  // two bytes of length, two of zeros
  char* environment[] = {length_words.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t process = 0;
  const int failed = posix_spawn(&process, TILMASH_COBOL_PEER, &actions, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  rusage used{};
  if (failed != 0 || wait4(process, &status, 0, &used) != process || status != 0) stop("it did not run");
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double Peer::read(std::size_t lines) const {
  if (lines == 0) return run("read", folder_ + "/in", "/dev/null");
  const double time = run("read", folder_ + "/in", folder_ + "/lines");
  std::ifstream text(folder_ + "/lines", std::ios::binary);
  const auto found = std::count(std::istreambuf_iterator<char>(text), {}, '\n');
  if (static_cast<std::size_t>(found) != lines) stop(fmt::format("{} lines instead of {}", found, lines));
  return time;
}

double Peer::write() const {
  return run("write", folder_ + "/out", "/dev/null");
}

double Peer::read_megabytes() const {
  return megabytes(folder_ + "/in");
}

double Peer::written_megabytes() const {
  return megabytes(folder_ + "/out");
}

}  // namespace tilmash::bench
