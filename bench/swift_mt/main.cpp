// How fast messages are read and written: a file of MT103 and one of MT940, in memory, beside memcpy of the same bytes.
// Reading is all of it: blocks, tags, formats, dates, order of fields, the set of each character, the balance.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "adapters/formats/format.h"

namespace {

using namespace tilmash;

constexpr std::size_t bytes_wanted = 16 << 20;
constexpr int rounds = 7;

std::string repeated(std::string_view message) {
  std::string text;
  while (text.size() < bytes_wanted) text += message;
  return text;
}

std::string mt103() {
  return "{1:F01DEMOKZKAAXXX0001000042}{2:I103DEMOUZ22XXXXN}{3:{108:DAY1-000042}{121:3f1c6a70-5a1e-4d0e-9c35-"
         "0d6f2f0b7a11}}{4:\r\n:20:FT26325-000042\r\n:13C:/SNDTIME/0930+0500\r\n:23B:CRED\r\n:32A:261121USD12500,50\r\n"
         ":33B:USD12500,50\r\n:50K:/KZ86125KZT5004100100\r\nDEMO TRADING LLP\r\n10 ABAY AVENUE\r\nALMATY, "
         "KAZAKHSTAN\r\n"
         ":52A:DEMOKZKA\r\n:57A:DEMOUZ22\r\n:59:/20208000900123456001\r\nDEMO COTTON MCHJ\r\nTASHKENT\r\n"
         ":70:INVOICE 118 OF 02.11.2026\r\n:71A:SHA\r\n:72:/ACC/CONTRACT 7\r\n//OF 12.01.2026\r\n"
         "-}{5:{CHK:0123456789AB}}";
}

std::string mt940() {
  std::string text =
      "{1:F01DEMOKZKAAXXX0001000042}{2:I940DEMOUZ22XXXXN}{4:\r\n:20:ST261121\r\n:25:KZ86125KZT5004100100\r\n"
      ":28C:231/1\r\n:60F:C261120KZT1500000,00\r\n";
  for (int i = 0; i < 50; ++i) {
    text += ":61:2611211121D10,00NTRFFT26325-000041//BANK-77\r\nRENT\r\n:86:RENT FOR NOVEMBER\r\nCONTRACT 12\r\n";
  }
  return text + ":62F:C261121KZT1499500,00\r\n-}";
}

/// Seconds of processor time of the fastest round: other programs on the machine don't count.
template <class Work>
double fastest(Work work) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t begin = std::clock();
    work();
    best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return best;
}

void measure(const formats::Layout& layout, std::string_view name, std::string_view message) {
  const std::string input = repeated(message);
  std::string copy(input.size(), '\0');
  std::size_t items = 0;
  Instance instance;
  const auto decode = [&] {
    items = 0;
    const auto stream = layout.decoder(input, "bench");
    while (stream->next(instance) == Step::item) ++items;
  };
  const double copied = fastest([&] { std::memcpy(copy.data(), input.data(), input.size()); });
  const double decoded = fastest(decode);
  // One message is written again and again: what it costs to read it is not measured.
  const auto stream = layout.decoder(input, "bench");
  if (stream->next(instance) != Step::item) return;
  const auto encoder = layout.encoder();
  std::string out;
  const double encoded = fastest([&] {
    out.clear();
    for (std::size_t i = 0; i < items; ++i) encoder->encode(instance, out);
  });
  const auto row = [&](std::string_view what, double seconds) {
    fmt::print("{:<8} {:<8} {:>8.0f} MB/s {:>10.0f} messages/s {:>8.1f} times memcpy\n", name, what,
               static_cast<double>(input.size()) / seconds / 1e6, static_cast<double>(items) / seconds,
               seconds / copied);
  };
  row("memcpy", copied);
  row("decode", decoded);
  row("encode", encoded);
  if (out != input) fmt::print("{}: written otherwise than read\n", name);
}

}  // namespace

int main() {
  const Data data;
  Findings findings;
  const std::string text = R"(
name = "bench"
format = "swift_mt"
family = "swift"
charset = "reject"
unplaced = "reject"
line_end = "crlf"
)";
  const auto layout = formats::load_layout("bench.toml", text, data, findings);
  if (layout == nullptr) return 1;
  measure(*layout, "MT103", mt103());
  measure(*layout, "MT940", mt940());
  return 0;
}
