// Our verdict beside libxml2's and Xerces-C's, with the XSD that our catalogue exports and with the official one.
//
// Where the three differ, the difference is explained by a narrow predicate in mutate.h, or the test fails.
// TILMASH_MUTANTS sets the number of mutants a message (3000).
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "iso20022/catalogue.h"
#include "iso20022/catalogue_files.h"
#include "iso20022/reader.h"
#include "iso20022/sample.h"
#include "iso20022/writer.h"
#include "iso20022/xsd.h"
#include "mutate.h"
#include "oracles.h"
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

/// Documents a message version, TILMASH_MUTANTS of them or a slice for every commit.
std::size_t mutant_count() {
#ifdef __clang__
  constexpr std::size_t slice = 4;  // the build with sanitizers
#else
  constexpr std::size_t slice = 60;
#endif
  const char* set = std::getenv("TILMASH_MUTANTS");
  return set != nullptr ? std::stoul(set) : slice;
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

TEST_CASE("the exported schema compiles, and random messages and mutants get the oracles' verdict") {
  const Data data;
  const Catalogue catalogue(data);
  std::size_t compared = 0;
  std::map<std::string, std::size_t> counts;
  for (const std::string& id : catalogue.list()) {
    const Message& message = *catalogue.find(id);
    tests::Oracles oracles(export_xsd(message.schema()));
    REQUIRE(oracles.error() == "");
    const Shape shape = make_shape(message);
    const MessageWriter writer(message, shape);
    SampleMaker generator(message, shape, 7);
    tests::Mutator mutator(generator.random(), message);
    Instance instance;
    for (std::size_t i = 0; i < mutant_count(); ++i) {
      generator.make_random(static_cast<std::uint32_t>(3 + i % 15), instance);
      std::string xml;
      Findings findings;
      REQUIRE(writer.encode(instance, xml, findings));
      const std::size_t mutations = i % 8 == 0 ? 0 : 1 + i % 3;
      for (std::size_t n = 0; n < mutations; ++n) mutator.mutate(xml);
      const Verdicts verdicts = judge(catalogue, xml);
      tests::Judgement ours;
      ours.accepted =
          verdicts.good && verdicts.messages.size() == 1 && verdicts.messages[0].second && verdicts.findings.empty();
      if (!verdicts.findings.empty()) ours.reason = to_human(verdicts.findings[0]);
      tests::Judgement libxml2;
      libxml2.accepted = oracles.libxml2_accepts(xml, &libxml2.reason);
      tests::Judgement xerces;
      xerces.accepted = oracles.xerces_accepts(xml, &xerces.reason);
      ++compared;
      ++counts[ours.accepted ? "valid" : "invalid"];
      const std::string of_libxml2 = tests::explain_libxml2(ours, libxml2);
      const std::string of_xerces = tests::explain_xerces(xml, ours, libxml2, xerces);
      ++counts["libxml2: " + of_libxml2];
      ++counts["Xerces: " + of_xerces];
      if (!of_libxml2.empty() && !of_xerces.empty()) continue;
      const std::string kept = fmt::format("{}/disputed_{}_{}.xml", TILMASH_BUILD_DIR, id, i);
      std::ofstream(kept, std::ios::binary) << xml;
      FAIL_CHECK(kept << ": ours " << ours.accepted << " " << ours.reason << "; libxml2 " << libxml2.accepted << " "
                      << libxml2.reason << "; xerces " << xerces.accepted << " " << xerces.reason);
    }
  }
  for (const auto& [name, count] : counts) MESSAGE(name << ": " << count);
  CHECK(compared >= 3 * mutant_count());
}
