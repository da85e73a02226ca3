// Times the tasks side by side, or runs one of them for callgrind to count.
//
//     conversion_bench EXTRACT [--rounds N] [--task NAME]   the table of times, of one task only (for a profiler)
//     conversion_bench EXTRACT --payments N --count NAME    one task once, only it instrumented; prints what it wrote
//
// Rounds are interleaved, so that what a neighbour does to the machine falls on all tasks; time is the thread's CPU
// time; a ratio is taken within its round, and the median of the rounds is shown.
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "clock.h"
#include "task.h"

namespace tilmash::bench {
namespace {

struct Options {
  std::string extract;
  std::size_t rounds = 15;
  std::size_t payments_max = 1'000'000;
  std::string_view task;  ///< empty = all
  bool count = false;
};

struct Timed {
  std::unique_ptr<Task> task;
  std::size_t bytes = 0;
  std::vector<double> seconds;  ///< by round
};

std::vector<Timed> make_tasks(const Input& input) {
  std::vector<Timed> tasks;
  const auto add = [&](std::unique_ptr<Task> task) { tasks.push_back({std::move(task), 0, {}}); };
  add(make_tilmash_task(input, "pacs.008.001.08"));
  add(make_append_task(input));
  add(make_libxml2_task(input, true));
  add(make_libxml2_task(input, false));
  add(make_copy_task(input));
  add(make_tilmash_task(input, "partner/v1"));
  return tasks;
}

/// How many times faster `task` is than `other`, both done once on the same payments.
double ratio(const Timed& task, const Timed& other) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < task.seconds.size(); ++i) ratios.push_back(other.seconds[i] / task.seconds[i]);
  return median(ratios);
}

int time_tasks(const Input& input, const Options& options) {
  const std::size_t rounds = options.rounds;
  std::vector<Timed> tasks = make_tasks(input);
  std::erase_if(tasks, [&](const Timed& timed) { return !options.task.empty() && timed.task->name() != options.task; });
  if (tasks.empty()) return 2;
  for (const Timed& timed : tasks) {
    if (timed.task->check()) continue;
    fmt::print(stderr, "{}: what it writes is not what tilmash writes\n", timed.task->name());
    return 1;
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    for (Timed& timed : tasks) {
      timed.task->prepare();
      const double begin = cpu_seconds();
      timed.bytes = timed.task->run();
      timed.seconds.push_back(cpu_seconds() - begin);
    }
  }
  const auto payments = static_cast<double>(input.payments.size());
  fmt::print("{} payments, {:.0f} bytes of XML each; {} rounds, medians\n\n", input.payments.size(),
             static_cast<double>(input.bytes_out) / payments, rounds);
  fmt::print("| task | MB/s out | payments/s | speed of tilmash against it | what |\n|---|---|---|---|---|\n");
  for (const Timed& timed : tasks) {
    const double seconds = median(timed.seconds);
    fmt::print("| {} | {:.1f} | {:.0f} | {:.3g} | {} |\n", timed.task->name(),
               static_cast<double>(timed.bytes) / seconds / 1e6, payments / seconds, ratio(tasks.front(), timed),
               timed.task->about());
  }
  return 0;
}

int count_one(const Input& input, std::string_view name) {
  for (Timed& timed : make_tasks(input)) {
    if (timed.task->name() != name) continue;
    if (!timed.task->check()) return 1;  // and everything is warm
    timed.task->prepare();
    CALLGRIND_START_INSTRUMENTATION;
    const std::size_t bytes = timed.task->run();
    CALLGRIND_STOP_INSTRUMENTATION;
    fmt::print("{} {}\n", input.payments.size(), bytes);
    return 0;
  }
  fmt::print(stderr, "there is no task {}\n", name);
  return 2;
}

bool read_options(int argc, char** argv, Options& options) {
  const auto number = [](const char* text, std::size_t& value) {
    return std::from_chars(text, text + std::strlen(text), value).ec == std::errc() && value != 0;
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (!name.starts_with("--")) {
      options.extract = name;
      continue;
    }
    if (++i == argc) return false;
    if (name == "--count" || name == "--task") {
      options.task = argv[i];
      options.count = name == "--count";
    } else if (!(name == "--rounds" && number(argv[i], options.rounds)) &&
               !(name == "--payments" && number(argv[i], options.payments_max))) {
      return false;
    }
  }
  return !options.extract.empty();
}

int run(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) {
    fmt::print(stderr, "usage: conversion_bench EXTRACT [--rounds N] [--payments N] [--task NAME | --count NAME]\n");
    return 2;
  }
  const auto input = read_input(options.extract, options.payments_max);
  if (!input) {
    fmt::print(stderr, "{} can't be read, or no payment of it becomes a message\n", options.extract);
    return 1;
  }
  return options.count ? count_one(*input, options.task) : time_tasks(*input, options);
}

}  // namespace
}  // namespace tilmash::bench

int main(int argc, char** argv) {
  return tilmash::bench::run(argc, argv);
}
