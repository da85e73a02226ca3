// SWIFT-RUR against the tables and sentences that another program's tests have.
#include "adapters/formats/swift_mt/transliteration.h"

#include <sstream>

#include "tests/support.h"

namespace {

using namespace tilmash;
using namespace tilmash::formats::swift_mt;

const Transliteration& table() {
  static const Data data;
  static Findings findings;
  static const auto made = read_transliteration("swift-rur", data, findings);
  REQUIRE(made != nullptr);
  return *made;
}

std::vector<std::vector<std::string>> read_table(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(tests::read_file(path));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    if (line.ends_with('\r')) line.pop_back();
    std::vector<std::string>& row = rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) row.push_back(cell);
  }
  return rows;
}

}  // namespace

TEST_CASE("SWIFT-RUR letters, signs and sentences") {
  const auto root = tests::shared_dir() / "legacy/swift-mt/diev__Ufebs-Works";
  if (tests::skip_without(root)) return;
  int letters = 0;
  for (const auto& row : read_table(root / "swift_rur_to_latin.tsv")) {
    const std::string character = row.at(0) == "\\\\" ? "\\" : row.at(0);
    CHECK_MESSAGE(table().to_latin(character) == row.at(2), character);
    ++letters;
  }
  int back = 0;
  for (const auto& row : read_table(root / "swift_rur_to_cyrillic.tsv")) {
    CHECK_MESSAGE(table().to_cyrillic(row.at(0)) == row.at(1), row.at(0));
    ++back;
  }
  int sentences = 0;
  for (const auto& row : read_table(root / "translit_cases.tsv")) {
    CHECK(table().to_latin(row.at(1)) == row.at(2));
    // What was written that way is read as a text that is written that way again.
    const std::string cyrillic = table().to_cyrillic(row.at(2));
    if (row.at(1).find('\'') == std::string::npos) CHECK(table().to_latin(cyrillic) == row.at(2));
    ++sentences;
  }
  std::printf("SWIFT-RUR: %d characters, %d back, %d sentences\n", letters, back, sentences);
}
