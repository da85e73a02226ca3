// libFuzzer target: the JSON reader over any bytes. What it takes is written as XML, which the XML reader must take,
// and as JSON, which must be read back the same.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>

#include "iso20022/message_json.h"
#include "iso20022/reader.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

struct Codec {
  explicit Codec(const Message& message) : shape(make_shape(message)), xml(message, shape), json(message, shape) {}
  Shape shape;
  MessageWriter xml;
  JsonMessageWriter json;
};

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

Codec& codec_of(const Message& message) {
  static std::map<const Message*, std::unique_ptr<Codec>> codecs;
  auto& codec = codecs[&message];
  if (!codec) codec = std::make_unique<Codec>(message);
  return *codec;
}

void check_taken(const Message& message, Codec& codec, const Instance& instance) {
  Findings findings;
  std::string xml;
  if (!codec.xml.encode(instance, xml, findings)) std::abort();
  MessageReader reader(catalogue(), xml, "xml", Caps::batch(), findings);
  Instance from_xml(codec.shape);
  if (reader.next_message() != &message || !reader.read(from_xml)) std::abort();
  std::string json;
  codec.json.encode(from_xml, json);
  JsonMessageReader again(catalogue(), json, "json", Caps::batch(), findings);
  Instance from_json(codec.shape);
  if (again.next_message() != &message || !again.read(from_json)) std::abort();
  std::string second;
  std::string first;
  if (!codec.xml.encode(from_xml, first, findings) || !codec.xml.encode(from_json, second, findings)) std::abort();
  if (first != second) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Findings findings;
  JsonMessageReader reader(catalogue(), input, "input", Caps::message(), findings);
  for (;;) {
    const std::uint64_t before = findings.error_count();
    const Message* message = reader.next_message();
    if (message == nullptr) {
      if (reader.at_end()) return 0;
      if (findings.error_count() == before) std::abort();  // refused without a word
      continue;
    }
    Codec& codec = codec_of(*message);
    Instance instance(codec.shape);
    const bool good = reader.read(instance);
    if (good != (findings.error_count() == before)) std::abort();
    if (good) check_taken(*message, codec, instance);
  }
}
