// Our verdict on real messages beside the one that libxml2 and Xerces-C gave.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "iso20022/catalogue.h"
#include "iso20022/catalogue_files.h"
#include "iso20022/reader.h"
#include "iso20022/xsd.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

struct Verdicts {
  std::vector<std::pair<std::string, bool>> messages;
  bool good = true;
  std::vector<Diagnostic> findings;
  bool has(Code code) const {
    return std::any_of(findings.begin(), findings.end(), [&](const Diagnostic& one) { return one.code == code; });
  }
};

Verdicts judge(const Catalogue& catalogue, std::string_view input) {
  Verdicts verdicts;
  Findings findings;
  const Encoding encoding = find_encoding(input);
  const std::string transcoded = encoding == Encoding::utf8 ? std::string() : to_utf8(input, encoding);
  MessageReader reader(catalogue, encoding == Encoding::utf8 ? input : transcoded, "input", Caps::batch(), findings,
                       encoding);
  while (const Message* message = reader.next_message()) {
    const bool valid = reader.validate();
    verdicts.messages.emplace_back(message->id(), valid);
  }
  verdicts.good = reader.good();
  verdicts.findings = findings.kept();
  return verdicts;
}

/// "in Envelope (head.001.001.02=valid, pacs.008.001.08=invalid)" -> the parts in order.
std::vector<std::pair<std::string, bool>> parse_parts(const std::string& text) {
  std::vector<std::pair<std::string, bool>> parts;
  const std::size_t open = text.rfind('(');
  if (open == std::string::npos) return parts;
  std::istringstream list(text.substr(open + 1, text.rfind(')') - open - 1));
  for (std::string part; std::getline(list, part, ',');) {
    part.erase(0, part.find_first_not_of(' '));
    const std::size_t equals = part.find('=');
    if (equals != std::string::npos) parts.emplace_back(part.substr(0, equals), part.substr(equals + 1) == "valid");
  }
  return parts;
}

/// All official schemas as a catalogue of our own, in a folder below the build.
std::filesystem::path whole_catalogue() {
  const std::filesystem::path folder = std::filesystem::path(TILMASH_BUILD_DIR) / "iso20022_all";
  const Data data;
  const Catalogue catalogue(data);
  Findings findings;
  std::vector<SchemaDefinition> schemas;
  for (const auto& entry : std::filesystem::directory_iterator(tests::shared_dir() / "iso20022/xsd")) {
    if (entry.path().extension() != ".xsd") continue;
    auto schema = import_xsd(tests::read_file(entry.path()), entry.path().string(), "", findings);
    REQUIRE(schema);
    schemas.push_back(std::move(*schema));
  }
  for (const auto& [name, text] : catalogue_files(catalogue, data, schemas, NewTypes::shared, findings)) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  return folder;
}

}  // namespace

TEST_CASE("the verdict on every sample part is the one libxml2 and Xerces gave") {
  const auto folder = tests::shared_dir() / "iso20022/samples";
  if (tests::skip_without(folder)) return;
  const Data data(whole_catalogue());
  const Catalogue catalogue(data);
  std::ifstream sources(folder / "SOURCES.tsv");
  std::map<std::string, std::size_t> column;
  std::string line;
  std::getline(sources, line);
  std::istringstream titles(line);
  for (std::string title; std::getline(titles, title, '\t');) column.emplace(title, column.size());
  std::size_t compared = 0;
  while (std::getline(sources, line)) {
    std::vector<std::string> row;
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, '\t');) row.push_back(field);
    row.resize(column.size());
    const std::string& verdict = row[column["libxml2"]];
    const std::string& parts = row[column["parts"]];
    CAPTURE(row[0]);
    const std::string input = tests::read_file(folder / row[0]);
    const Verdicts ours = judge(catalogue, input);
    if (verdict == "doctype") {
      CHECK(ours.has("ISO-0103"_code));
      continue;
    }
    if ((verdict != "valid" && verdict != "invalid" && verdict != "valid+no-xsd") ||
        parts.find("re-rooted") != std::string::npos || ours.has("ISO-0102"_code)) {
      continue;
    }
    auto expected = parse_parts(parts);
    if (parts == "root") expected = {{row[column["message_ids"]], verdict == "valid"}};
    std::erase_if(expected, [&](const auto& part) { return catalogue.find(part.first) == nullptr; });
    std::string shown;
    for (const auto& [id, valid] : ours.messages) shown += id + (valid ? "=valid " : "=invalid ");
    CAPTURE(shown);
    CAPTURE(parts);
    CHECK(ours.messages == expected);
    compared += expected.size();
  }
  CHECK(compared > 500);
  MESSAGE("parts compared: " << compared);
}
