// A file decoded and encoded by a layout, beside memcpy. Time is the thread's CPU time, the median of the rounds.
//
//     files_bench LAYOUT FILE [--rounds N]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "../clock.h"
#include "adapters/formats/format.h"

namespace tilmash::bench {
namespace {

template <typename Work>
double median_seconds(int rounds, Work work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const double start = cpu_seconds();
    work();
    times.push_back(cpu_seconds() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void stop(std::string_view why) {
  fmt::print(stderr, "files_bench: {}\n", why);
  std::exit(2);
}

/// Decodes all and, with an encoder, writes it again; the number of items.
std::uint64_t run(const formats::Layout& layout, std::string_view input, std::string* out) {
  const auto stream = layout.decoder(input, "bench");
  const auto encoder = layout.encoder();
  Instance instance;
  std::uint64_t items = 0;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step != Step::item) stop("a record was rejected");
    if (out != nullptr && items == 0 && encoder->open(instance, *out)) stop("the head can't be written");
    ++items;
    if (out != nullptr && encoder->encode(instance, *out)) stop("a record can't be written");
  }
  if (out != nullptr && encoder->close(*out)) stop("the file can't be written");
  if (stream->file_findings().total_count() != 0) stop("the file has findings");
  return items;
}

std::string read_file(const char* name) {
  std::ifstream in(name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

int main(int argc, char** argv) {
  if (argc < 3) stop("name a layout and a file");
  int rounds = 11;
  if (argc == 5 && std::strcmp(argv[3], "--rounds") == 0) rounds = std::max(1, std::atoi(argv[4]));
  const std::string input = read_file(argv[2]);
  const Data data;
  Findings findings;
  const auto layout = formats::load_layout(argv[1], read_file(argv[1]), data, findings);
  if (layout == nullptr) stop("the layout is wrong");

  std::string out;
  const std::uint64_t items = run(*layout, input, &out);
  if (out != input) stop("what was written is not what was read");
  const auto mb = static_cast<double>(input.size()) / 1e6;
  const double decode = median_seconds(rounds, [&] { run(*layout, input, nullptr); });
  const double both = median_seconds(rounds, [&] {
    out.clear();
    run(*layout, input, &out);
  });
  const double copy = median_seconds(rounds, [&] {
    out.assign(input);
    asm volatile("" : : "r"(out.data()) : "memory");
  });
  fmt::print("records {}\nmb {:.1f}\ndecode {:.1f}\nencode {:.1f}\nmemcpy {:.0f}\n", items, mb, mb / decode,
             mb / (both - decode), mb / copy);
  return 0;
}

}  // namespace
}  // namespace tilmash::bench

int main(int argc, char** argv) {
  return tilmash::bench::main(argc, argv);
}
