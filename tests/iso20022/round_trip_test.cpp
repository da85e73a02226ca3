// Writer and reader are each other's inverse, over random messages.

#include "iso20022/catalogue.h"
#include "iso20022/reader.h"
#include "iso20022/sample.h"
#include "iso20022/writer.h"
#include "iso20022/xsd.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

void check_same(const Instance& a, const Instance& b) {
  REQUIRE(a.cells().size() == b.cells().size());
  for (std::uint32_t i = 0; i < a.cells().size(); ++i) {
    if (a.cell(i).node == b.cell(i).node && a.cell(i).text == b.cell(i).text && a.cell(i).end == b.cell(i).end &&
        a.cell(i).parent == b.cell(i).parent) {
      continue;
    }
    FAIL("cell " << i << " " << a.shape().path_of(a.cell(i).node) << ": " << a.cell(i).text << " | " << b.cell(i).text);
  }
}

}  // namespace

TEST_CASE("what is written reads back the same, for random messages of the catalogue") {
  for (const std::string& id : catalogue().list()) {
    const Message& message = *catalogue().find(id);
    const Shape shape = make_shape(message);
    const MessageWriter writer(message, shape);
    SampleMaker generator(message, shape, 20022);
    Instance made;
    Instance read;
    for (std::uint32_t i = 0; i < 300; ++i) {
      generator.make_random(2 + i % 20, made);
      std::string xml;
      Findings findings;
      if (!writer.encode(made, xml, findings)) {
        FAIL(id << " " << to_text(findings.kept()[0].code) << " " << findings.kept()[0].path << " "
                << findings.kept()[0].text);
      }
      MessageReader reader(catalogue(), xml, id, Caps::batch(), findings);
      REQUIRE(reader.next_message() == &message);
      read.reset(shape);
      const bool good = reader.read(read);
      if (!good) FAIL(to_human(findings.kept()[0], xml, true));
      check_same(made, read);
      std::string again;
      CHECK(writer.encode(read, again, findings));
      CHECK(again == xml);
    }
  }
}

TEST_CASE("random messages of every official schema are written and read back") {
  const auto folder = tests::shared_dir() / "iso20022/xsd";
  if (tests::skip_without(folder)) return;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".xsd") continue;
    Findings findings;
    auto schema = import_xsd(tests::read_file(entry.path()), entry.path().filename().string(), "", findings);
    REQUIRE(schema);
    const auto message = Message::compile(std::move(*schema), findings);
    REQUIRE(message);
    const Shape shape = make_shape(*message);
    const MessageWriter writer(*message, shape);
    SampleMaker generator(*message, shape, 548);
    Instance made;
    for (std::uint32_t i = 0; i < 3; ++i) {
      generator.make_random(3 + 4 * i, made);
      std::string xml;
      const bool good = writer.encode(made, xml, findings);
      if (!good) FAIL(message->id() << " " << findings.kept()[0].path << " " << findings.kept()[0].text);
      ++count;
    }
  }
  CHECK(count == 3 * 548);
}
