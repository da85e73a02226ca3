// Payment QR codes read by qr::read, by C++ written for one of them, and by the npm package `emvqr` where it is.
//
//     qr_bench [--peer FOLDER_OF_node_modules] [--count ROUNDS]
//
// Rounds of the tasks are interleaved; time is the thread's CPU time; the median of 15 rounds is shown. With --count
// the first code is read so often and nothing is timed, for callgrind.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../clock.h"
#include "qr/reader.h"
#include "qr/writer.h"

namespace tilmash::bench {
namespace {

constexpr int rounds = 15;
constexpr int reads = 20'000;

/// What a program for EMVCo's codes alone might do: split two levels, check the checksum and the mandatory tags. It
/// names nothing, checks no form, and keeps no findings.
class ByHand {
 public:
  bool read(std::string_view text) {
    values_.fill({});
    count_ = 0;
    if (!split(text, true)) return false;
    for (const unsigned id : {0U, 52U, 53U, 58U, 59U, 60U, 63U}) {
      if (values_[id].empty()) return false;
    }
    if (values_[0] != "01" || !text.ends_with(values_[63])) return false;
    unsigned stated = 0;
    for (const char c : values_[63]) stated = stated << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'A' + 10);
    return stated == crc(text.substr(0, text.size() - 4));
  }

  std::size_t count() const { return count_; }

 private:
  static unsigned crc(std::string_view text) {
    static constexpr auto table = [] {
      std::array<std::uint16_t, 256> made{};
      for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned value = byte << 8;
        for (int bit = 0; bit < 8; ++bit) value = (value & 0x8000) != 0 ? value << 1 ^ 0x1021 : value << 1;
        made[byte] = static_cast<std::uint16_t>(value);
      }
      return made;
    }();
    unsigned value = 0xFFFF;
    for (const char c : text)
      value = (value << 8 ^ table[(value >> 8 ^ static_cast<unsigned char>(c)) & 0xFF]) & 0xFFFF;
    return value;
  }

  static unsigned number(std::string_view text) {
    return static_cast<unsigned>((text[0] - '0') * 10 + (text[1] - '0'));
  }

  bool split(std::string_view text, bool root) {
    while (!text.empty()) {
      if (text.size() < 4) return false;
      for (unsigned i = 0; i < 4; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
      }
      const unsigned id = number(text);
      text.remove_prefix(2);
      unsigned left = number(text);
      text.remove_prefix(2);
      std::size_t size = 0;  // lengths count characters
      for (; left != 0 && size < text.size(); --left) {
        do ++size;
        while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80);
      }
      if (left != 0) return false;
      const std::string_view value = text.substr(0, size);
      ++count_;
      if (root) {
        if (!values_[id].empty()) return false;
        values_[id] = value;
        if (((id >= 26 && id <= 51) || id == 62 || id == 64) && !split(value, false)) return false;
      }
      text.remove_prefix(size);
    }
    return true;
  }

  std::array<std::string_view, 100> values_;
  std::size_t count_ = 0;
};

struct Code {
  std::string_view scheme;
  std::vector<std::pair<std::string, std::string>> values;
  std::string text = {};
  std::vector<double> rates = {};
};

std::vector<Code> make_codes(const qr::Dictionaries& dictionaries) {
  std::vector<Code> codes = {{"emvco-mpm",
                              {{"01", "12"},
                               {"26-00", "A000000555"},
                               {"26-01", "SYNTHETIC0001"},
                               {"52", "5411"},
                               {"53", "398"},
                               {"54", "1250.50"},
                               {"58", "KZ"},
                               {"59", "TEST SHOP"},
                               {"60", "ALMATY"},
                               {"62-01", "INV-0001"},
                               {"62-07", "T0000001"}}},
                             {"uz-qr-online",
                              {{"01", "11"},
                               {"40-01", "SYNTHTOKEN00000001"},
                               {"40-02", "01"},
                               {"52", "5411"},
                               {"59", "TEST SHOP"},
                               {"60", "TASHKENT"}}},
                             {"kg-elqr",
                              {{"01", "12"},
                               {"32-00", "qr.example.kg"},
                               {"32-01", "1001"},
                               {"32-11", "INV-0001"},
                               {"33-00", "M0001"},
                               {"33-01", "TEST SERVICE"},
                               {"34", "\xD0\xA1\xD1\x87\xD0\xB5\xD1\x82 1"},
                               {"52", "5411"},
                               {"54", "125050"},
                               {"59", "TEST SHOP"}}}};
  for (Code& code : codes) {
    Findings findings;
    const auto text = qr::write(dictionaries, *dictionaries.find(code.scheme), code.values, {}, findings);
    for (const Diagnostic& finding : findings.kept()) fmt::print(stderr, "{}", to_human(finding));
    if (!text) std::exit(1);
    code.text = *text;
  }
  return codes;
}

/// Codes/s of the peer, or 0 and a line that says why not.
double run_peer(const std::string& folder, const std::string& code) {
  const std::string command = fmt::format("node '{}' '{}' '{}' 2>&1", TILMASH_PEER, folder, code);
  std::FILE* from = popen(command.c_str(), "r");
  if (from == nullptr) return 0;
  char line[256];
  std::string said;
  double rate = 0;
  while (std::fgets(line, sizeof line, from) != nullptr) {
    if (std::sscanf(line, "decode %lf", &rate) != 1) said += line;
  }
  pclose(from);
  if (rate <= 0) fmt::print("SKIP: npm emvqr could not be run: {}\n", said.substr(0, 200));
  return rate;
}

void print_row(std::string_view name, double rate, double against) {
  fmt::print("| {:<28} | {:>10.0f} | {:>7.2f} |\n", name, rate, against / rate);
}

int run(int count, char** arguments) {
  const Data data;
  Findings findings;
  const qr::Dictionaries dictionaries(data, findings);
  std::vector<Code> codes = make_codes(dictionaries);
  const std::string_view option = count == 3 ? arguments[1] : "";
  if (option == "--count") {
    std::size_t tags = 0;
    for (int i = std::atoi(arguments[2]); i > 0; --i) tags += qr::read(dictionaries, codes[0].text).tags.size();
    return tags == 0 ? 1 : 0;
  }
  ByHand by_hand;
  if (!by_hand.read(codes[0].text)) return 1;
  std::vector<double> hand_rates;
  std::size_t kept = 0;
  for (int round = 0; round < rounds; ++round) {
    for (Code& code : codes) {
      const double start = cpu_seconds();
      for (int i = 0; i < reads; ++i) kept += qr::read(dictionaries, code.text).findings.has_errors() ? 1 : 0;
      code.rates.push_back(reads / (cpu_seconds() - start));
    }
    const double start = cpu_seconds();
    for (int i = 0; i < reads * 10; ++i) kept += by_hand.read(codes[0].text) ? 0 : 1;
    hand_rates.push_back(reads * 10 / (cpu_seconds() - start));
  }
  if (kept != 0) return 1;
  const double own = median(codes[0].rates);
  fmt::print("\nQR codes: {} tags, {} bytes in the first\n\n", by_hand.count(), codes[0].text.size());
  fmt::print("| task                         | codes/s    | the first against it |\n|---|---:|---:|\n");
  for (const Code& code : codes) print_row(fmt::format("qr::read, {}", code.scheme), median(code.rates), own);
  print_row("by hand, emvco-mpm", median(hand_rates), own);
  if (option != "--peer") {
    fmt::print("SKIP: npm emvqr is not here (--peer FOLDER)\n");
  } else if (const double peer = run_peer(arguments[2], codes[0].text); peer > 0) {
    print_row("npm emvqr, emvco-mpm", peer, own);
  }
  return 0;
}

}  // namespace
}  // namespace tilmash::bench

int main(int count, char** arguments) {
  return tilmash::bench::run(count, arguments);
}
