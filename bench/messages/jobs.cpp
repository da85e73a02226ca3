#include "jobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "../clock.h"
#include "crew.h"
#include "iso20022/catalogue.h"

namespace tilmash::bench {
namespace {

/// Verdicts go to standard output, as they do in the program: while this lives, into nothing.
class Silence {
 public:
  Silence() : before_(dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nothing, STDOUT_FILENO);
    close(nothing);
  }
  ~Silence() {
    std::fflush(stdout);
    dup2(before_, STDOUT_FILENO);
    close(before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int before_;
};

struct Times {
  std::vector<double> seconds;
  bool valid = true;

  template <typename Run>
  void add(const Run& run) {
    const auto begin = std::chrono::steady_clock::now();
    valid = run() == tool::exit_clean && valid;
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  double best() const { return *std::min_element(seconds.begin(), seconds.end()); }
};

}  // namespace

bool time_jobs(const std::string& name, std::string_view bytes, std::size_t rounds) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("tilmash_message_bench_{}.xml", getpid());
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  tool::ValidateOptions options;
  options.files = {file};
  options.caps = "batch";
  options.jobs = 2;
  const Data data;
  tool::VerdictOutput out(options.format, data);
  options.out = &out;
  const iso20022::Catalogue catalogue(data);
  tool::Crew crew(data, options);
  Times one;
  Times two;
  std::vector<double> ratios;
  {
    const Silence silence;
    std::deque<tool::SecondOpinion> nobody;
    const auto alone = [&] { return tool::validate_files(catalogue, options, nobody); };
    const auto shared = [&] { return crew.run(); };
    one.valid = alone() == tool::exit_clean && shared() == tool::exit_clean;  // and everything is warm
    for (std::size_t i = 0; i < rounds; ++i) {
      one.add(alone);
      two.add(shared);
      ratios.push_back(one.seconds.back() / two.seconds.back());
    }
  }
  std::filesystem::remove(file);
  if (!one.valid || !two.valid) {
    fmt::print(stderr, "{} is not valid\n", name);
    return false;
  }
  const auto speed = [&](double seconds) { return static_cast<double>(bytes.size()) / seconds / 1e6; };
  fmt::print("| {} | {} | {:.0f} | {:.0f} | {:.2f} | {:.2f} |\n", name, bytes.size(), speed(median(one.seconds)),
             speed(median(two.seconds)), median(ratios), one.best() / two.best());
  std::fflush(stdout);
  return true;
}

}  // namespace tilmash::bench
