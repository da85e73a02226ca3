// The short way (a table of values) beside the long way (cells), over records of which some bytes were changed: what
// becomes of every item is the same. A canonical document beside the message makes the conversion take the long way.
#include "pipeline/conversion.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/support.h"

namespace tilmash::pipeline {
namespace {

/// What left through it, of one endpoint, and the rejects.
class KeepingOutbox : public Outbox {
 public:
  bool put(const Product& product) override {
    if (product.endpoint == "pacs.008.001.08") written += std::string(product.head) + std::string(product.body) + "\n";
    return true;
  }
  bool put_reject(std::string_view line) override {
    rejected += line;
    return true;
  }

  std::string written;
  std::string rejected;
};

struct Outcome {
  KeepingOutbox out;
  RunReport report;
};

constexpr std::string_view page = "kz1048";  ///< of the demo bank

Outcome convert(const std::string& folder, std::string_view code_page, std::string_view bytes,
                std::vector<std::string> endpoints, std::uint64_t group_items_max) {
  static const Data data;
  ConversionSetup setup;
  setup.data = &data;
  setup.mapping_file = folder + "mapping.toml";
  setup.mapping_text = data.find(setup.mapping_file).value_or("");
  setup.read_beside = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = data.find(folder + std::string(name));
    std::optional<std::string> text(found);
    if (text && name == "layout.toml") text->replace(text->find(page), page.size(), code_page);
    return text;
  };
  setup.endpoints = std::move(endpoints);
  setup.group_items_max = group_items_max;
  Findings findings;
  const auto conversion = Conversion::load(setup, findings);
  REQUIRE(conversion);
  RunInput input;
  input.bytes = bytes;
  input.file = "extract.dat";
  input.as_of = "2026-11-20T18:30:00+05:00";
  Outcome outcome;
  outcome.report = conversion->run(input, outcome.out);
  return outcome;
}

/// A tenth of the records get other characters in up to three places, some of them blanks that widen what is blank.
std::string change(std::string file, std::size_t line_bytes, const std::vector<std::string>& characters,
                   unsigned seed) {
  std::mt19937 random(seed);
  for (std::size_t at = line_bytes; at + 2 * line_bytes <= file.size(); at += line_bytes) {
    if (random() % 10 != 0) continue;
    for (auto i = random() % 3 + 1; i > 0; --i) {
      std::size_t place = at + 1 + random() % (line_bytes - 3);
      const std::string& character = characters[random() % characters.size()];
      for (auto count = random() % 2 == 0 ? 1 : random() % 20; count > 0; --count, place += character.size()) {
        if (place + character.size() > at + line_bytes - 2) break;
        file.replace(place, character.size(), character);
      }
    }
  }
  return file;
}

std::string truncations_of(const RunReport& report) {
  std::string all;
  for (const RuleNote& note : report.truncations) all += note.rule + " " + std::to_string(note.count) + "\n";
  return all;
}

}  // namespace

TEST_CASE("the short way gives what the long way gives, item by item") {
  const std::string sample = tests::read_file(tests::project_dir() / "samples/demo-kz/outgoing.dat");
  const std::string folder = "mappings/demo-kz/outgoing/";
  std::string ascii = sample;
  for (char& c : ascii) c = static_cast<signed char>(c) < 0 ? 'x' : c;
  struct Case {
    std::string_view code_page;
    const std::string& file;
    std::vector<std::string> characters;
  };
  const std::vector<std::string> plain = {" ", " ", "0", "1", "9", "A", "z", "-", "/", "&", "<", "'", "\"", "\x01"};
  Case single{page, sample, plain};
  for (const char* other : {"\x9E", "\xC0", "\xE4"}) single.characters.emplace_back(other);
  Case utf_8{"utf-8", ascii, plain};
  // Of two, three and four bytes; the last of those that XML takes below U+E000, and what it does not take.
  for (const char* other : {"Ж", "№", "\U0001F600", "\xED\x9F\xBF", "\uE000", "\uFFFD", "\uFFFE", "\uFFFF"}) {
    utf_8.characters.emplace_back(other);
  }
  std::uint64_t rejected = 0;
  std::uint64_t truncated = 0;
  for (const Case& each : {single, utf_8}) {
    for (unsigned seed = 0; seed < 10; ++seed) {
      CAPTURE(each.code_page);
      CAPTURE(seed);
      const std::uint64_t group_items_max = seed % 2 == 0 ? 1 : 7;
      const std::string changed = change(each.file, 674, each.characters, seed);
      const auto run = [&](std::vector<std::string> endpoints) {
        return convert(folder, each.code_page, changed, std::move(endpoints), group_items_max);
      };
      const Outcome brief = run({"pacs.008.001.08"});
      const Outcome full = run({"pacs.008.001.08", "canonical/credit_transfer/1"});
      CHECK(brief.report.items_out > 500);
      CHECK(brief.out.written == full.out.written);
      CHECK(brief.out.rejected == full.out.rejected);
      CHECK(brief.report.items_out == full.report.items_out);
      CHECK(brief.report.unread == full.report.unread);
      CHECK(truncations_of(brief.report) == truncations_of(full.report));
      REQUIRE(brief.report.currencies.size() == full.report.currencies.size());
      for (const auto& [currency, totals] : brief.report.currencies) {
        const CurrencyTotals& others = full.report.currencies.at(currency);
        CHECK(totals.out_count == others.out_count);
        CHECK(totals.out == others.out);
        CHECK(totals.rejected == others.rejected);
      }
      rejected += brief.report.items_rejected;
      for (const RuleNote& note : brief.report.truncations) truncated += note.count;
    }
  }
  CHECK(rejected > 100);
  CHECK(truncated > 100);
}

}  // namespace tilmash::pipeline
