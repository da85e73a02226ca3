// A CSV file decoded and encoded by a layout, beside memcpy. Time is the thread's CPU time, the median of the rounds.
//
//     delimited_bench FILE [--rounds N]
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "adapters/formats/format.h"

namespace tilmash::bench {
namespace {

constexpr std::string_view layout_text = R"(
name = "bench"
format = "delimited"
code_page = "utf-8"
line_end = "lf"
header = "by_position"
[[record]]
kind = "payment"
repeat = true
item = true
fields = [
  { name = "reference", required = true, length = 16 },
  { name = "value_date", type = "date", pattern = "YYYY-MM-DD" },
  { name = "amount", type = "decimal", scale = 2, exact = true },
  { name = "currency", codes = ["KZT", "USD", "EUR"] },
  { name = "debtor" },
  { name = "debtor_account", length = 34 },
  { name = "creditor" },
  { name = "creditor_account", length = 34 },
  { name = "purpose" },
]
)";

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

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
  fmt::print(stderr, "delimited_bench: {}\n", why);
  std::exit(2);
}

/// Decodes all and, with an encoder, writes it again; the number of items.
std::uint64_t run(const formats::Layout& layout, std::string_view input, std::string* out) {
  const auto stream = layout.decoder(input, "bench.csv");
  const auto encoder = layout.encoder();
  Instance instance;
  std::uint64_t items = 0;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step != Step::item) stop("a record was rejected");
    ++items;
    if (out != nullptr && encoder->encode(instance, *out)) stop("a record can't be written");
  }
  if (out != nullptr && encoder->close(*out)) stop("the file can't be written");
  if (stream->file_findings().total_count() != 0) stop("the file has findings");
  return items;
}

int main(int argc, char** argv) {
  if (argc < 2) stop("name a file");
  int rounds = 11;
  if (argc == 4 && std::strcmp(argv[2], "--rounds") == 0) rounds = std::max(1, std::atoi(argv[3]));
  std::ifstream in(argv[1], std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string input = std::move(text).str();
  const Data data;
  Findings findings;
  const auto layout = formats::load_layout("bench.toml", layout_text, data, findings);
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
