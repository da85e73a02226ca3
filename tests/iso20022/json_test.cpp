// XML and JSON are two spellings of the same messages: over random messages of the whole catalogue, and over messages
// that others wrote.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "iso20022/message_json.h"
#include "iso20022/reader.h"
#include "iso20022/sample.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

struct Codec {
  explicit Codec(const Message& message) : shape(make_shape(message)), xml(message, shape), json(message, shape) {}
  Shape shape;
  MessageWriter xml;
  JsonMessageWriter json;
};

/// The message that `reader` has found, as JSON, read as a stream of events.
std::string to_json_text(MessageReader& reader, Codec& codec) {
  std::string json;
  EventReader events(reader, codec.shape);
  Event event;
  while (events.next(event)) codec.json.put(event, json);
  return json;
}

/// The message of `json` as XML; fails the test when it is not taken.
std::string to_xml_text(const Message& message, Codec& codec, const std::string& json) {
  Findings findings;
  JsonMessageReader reader(catalogue(), json, message.id(), Caps::batch(), findings);
  Instance instance(codec.shape);
  const bool good = reader.next_message() == &message && reader.read(instance);
  if (!good) FAIL(message.id() << ": " << to_human(findings.kept()[0], json, true));
  std::string xml;
  REQUIRE(codec.xml.encode(instance, xml, findings));
  CHECK(reader.next_message() == nullptr);
  CHECK(reader.at_end());
  return xml;
}

}  // namespace

TEST_CASE("XML to JSON to XML is the same, for random messages of the catalogue") {
  for (const std::string& id : catalogue().list()) {
    const Message& message = *catalogue().find(id);
    Codec codec(message);
    SampleMaker generator(message, codec.shape, 8259);
    Instance made;
    for (std::uint32_t i = 0; i < 40; ++i) {
      generator.make_random(2 + i % 20, made);
      std::string xml;
      Findings findings;
      REQUIRE(codec.xml.encode(made, xml, findings));
      MessageReader reader(catalogue(), xml, id, Caps::batch(), findings);
      REQUIRE(reader.next_message() == &message);
      const std::string json = to_json_text(reader, codec);
      REQUIRE(reader.valid());
      std::string whole;
      codec.json.encode(made, whole);
      if (whole != json) FAIL(id << ": events and instance differ: " << whole << "\n" << json);
      const std::string again = to_xml_text(message, codec, json);
      if (again != xml) FAIL(id << "\n" << xml << "\n" << json << "\n" << again);
    }
  }
}

TEST_CASE("XML to JSON to XML is the writer's form of the messages that others wrote") {
  std::map<const Message*, std::unique_ptr<Codec>> codecs;
  std::size_t count = 0;
  for (const char* folder : {"iso20022/samples", "iso20022/mt-mx-pairs"}) {
    if (tests::skip_without(tests::shared_dir() / folder)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tests::shared_dir() / folder)) {
      if (entry.path().extension() != ".xml") continue;
      const std::string input = tests::read_file(entry.path());
      Findings findings;
      MessageReader checker(catalogue(), input, entry.path().string(), Caps::batch(), findings);
      MessageReader whole(catalogue(), input, entry.path().string(), Caps::batch(), findings);
      MessageReader events(catalogue(), input, entry.path().string(), Caps::batch(), findings);
      while (const Message* message = checker.next_message()) {
        REQUIRE(whole.next_message() == message);
        REQUIRE(events.next_message() == message);
        if (!checker.validate()) continue;
        auto& codec = codecs[message];
        if (!codec) codec = std::make_unique<Codec>(*message);
        Instance instance(codec->shape);
        REQUIRE(whole.read(instance));
        std::string xml;
        REQUIRE(codec->xml.encode(instance, xml, findings));
        const std::string json = to_json_text(events, *codec);
        const std::string again = to_xml_text(*message, *codec, json);
        if (again != xml) FAIL(entry.path().string() << "\n" << xml << "\n" << json << "\n" << again);
        ++count;
      }
    }
  }
  MESSAGE(count << " valid messages");
  CHECK(count > 300);
}
