#include "iso20022/sample.h"

#include <doctest/doctest.h>

#include <map>

#include "base/error_catalogue.h"
#include "iso20022/reader.h"
#include "iso20022/sample_fault.h"
#include "iso20022/writer.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

const Data& data() {
  static const Data made;
  return made;
}
const Catalogue& catalogue() {
  static const Catalogue made(data());
  return made;
}

/// Findings on a document, read as `tilmash validate` reads it.
std::vector<Diagnostic> findings_on(std::string_view xml) {
  Findings findings;
  MessageReader reader(catalogue(), xml, "sample", Caps::message(), findings);
  while (reader.next_message() != nullptr) reader.validate();
  return findings.kept();
}

std::string written(const Message& message, const Shape& shape, const Instance& instance) {
  std::string xml;
  Findings findings;
  const bool good = MessageWriter(message, shape).encode(instance, xml, findings);
  if (!good) FAIL(message.id() << " " << findings.kept().front().path << " " << findings.kept().front().text);
  return xml;
}

/// Codes that no document can show, with the reason.
const std::map<std::string, const char*> not_of_documents = {
    {"ISO-0001", "of an XSD being imported"},
    {"ISO-0002", "of an XSD being imported"},
    {"ISO-0003", "of an XSD being imported"},
    {"ISO-0004", "of an XSD being imported"},
    {"ISO-0005", "of a schema's pattern"},
    {"ISO-0010", "of a file in the schema notation"},
    {"ISO-0011", "of a file in the schema notation"},
    {"ISO-0012", "of a file in the schema notation"},
    {"ISO-0013", "of a file in the schema notation"},
    {"ISO-0014", "of a file in the schema notation"},
    {"ISO-0020", "of the catalogue's own files"},
    {"ISO-0021", "of the catalogue's own files"},
    {"ISO-0022", "of the catalogue's own files"},
    {"ISO-0023", "of the catalogue's own files"},
    {"ISO-0024", "of the catalogue's own files"},
    {"ISO-0121", "of what stands behind a refused document"},
    {"ISO-0216", "of schemes: no message of ISO 20022 has identity constraints (key_watch_test.cpp shows it)"},
    {"ISO-0217", "of schemes, as ISO-0216"},
    {"ISO-0218", "of schemes, as ISO-0216"},
    {"ISO-0314", "of schemes: no type of ISO 20022 has a largest value"},
    {"ISO-0401", "of an instance being written"},
    {"ISO-0402", "of an instance being written"},
    {"ISO-0501", "of JSON"},
    {"ISO-0502", "of JSON"},
    {"ISO-0503", "of JSON"},
    {"ISO-0504", "of JSON"},
};

}  // namespace

TEST_CASE("the smallest, the fullest and random samples of every message are valid, and the same each time") {
#ifdef __clang__
  constexpr std::size_t step = 10;  // the build with sanitizers
#else
  constexpr std::size_t step = 1;
#endif
  const auto ids = catalogue().list();
  for (std::size_t n = 0; n < ids.size(); n += step) {
    const std::string& id = ids[n];
    CAPTURE(id);
    const Message& message = *catalogue().find(id);
    const Shape shape = make_shape(message);
    SampleMaker maker(message, shape, 7);
    SampleMaker again(message, shape, 7);
    Instance first;
    Instance second;
    maker.make_smallest(first);
    again.make_smallest(second);
    const std::string smallest = written(message, shape, first);
    CHECK(findings_on(smallest).empty());
    CHECK(smallest == written(message, shape, second));
    maker.make_fullest(first);
    const std::string fullest = written(message, shape, first);
    CHECK(findings_on(fullest).empty());
    CHECK(fullest.size() >= smallest.size());
    for (std::uint32_t i = 0; i < 3; ++i) {
      maker.make_random(3 + 4 * i, first);
      again.make_random(3 + 4 * i, second);
      const std::string random = written(message, shape, first);
      CHECK(findings_on(random).empty());
      CHECK(random == written(message, shape, second));
    }
  }
}

TEST_CASE("every element and attribute of a message stands in its fullest sample or can be asked for") {
  const Message& message = *catalogue().find("pacs.008.001.08");
  const Shape shape = make_shape(message);
  SampleMaker maker(message, shape);
  Instance instance;
  for (std::uint32_t node = 1; node < shape.nodes.size(); ++node) {
    maker.make_around({node}, instance);
    CHECK(instance.find(node) != no_cell);
  }
  maker.make_fullest(instance);
  for (std::uint32_t node = 1; node < shape.nodes.size(); ++node) {
    if (instance.find(node) != no_cell) continue;
    // What is not there is a member of a choice, or below one.
    std::uint32_t at = node;
    while (shape.nodes[shape.nodes[at].parent].kind != NodeKind::choice) at = shape.nodes[at].parent;
    CHECK(at != 0);
  }
}

TEST_CASE("each code of a finding on documents can be shown by a sample that has this finding alone") {
  Findings findings;
  for (const auto& [code, entry] : read_error_catalogue(data(), findings)) {
    const std::string name = to_text(code);
    if (!name.starts_with("ISO-")) continue;
    CAPTURE(name);
    std::optional<std::string> sample;
    for (const char* id : {"pacs.008.001.08", "head.001.001.02", "camt.053.001.08", "pain.001.001.09"}) {
      if (!sample) sample = make_invalid_sample(catalogue(), *catalogue().find(id), code, 0);
    }
    for (const std::string& id : catalogue().list()) {
      if (sample || not_of_documents.contains(name)) break;
      sample = make_invalid_sample(catalogue(), *catalogue().find(id), code, 0);
    }
    CHECK(sample.has_value() != not_of_documents.contains(name));
    if (!sample) continue;
    const auto found = findings_on(*sample);
    REQUIRE(found.size() == 1);
    CHECK(found.front().code == code);
  }
}

TEST_CASE("the seed of a broken sample chooses its place") {
  const Message& message = *catalogue().find("pacs.008.001.08");
  const auto first = make_invalid_sample(catalogue(), message, "ISO-0302"_code, 0);
  const auto other = make_invalid_sample(catalogue(), message, "ISO-0302"_code, 100);
  REQUIRE(first);
  REQUIRE(other);
  CHECK(findings_on(*first).front().path != findings_on(*other).front().path);
}
