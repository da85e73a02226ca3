// libFuzzer target: gate, reader and writer over any bytes. Finds reads past the end, overflows, endless loops, and
// messages that are accepted but can't be written back the same.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "iso20022/catalogue.h"
#include "iso20022/reader.h"
#include "iso20022/writer.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

struct Codec {
  explicit Codec(const Message& message) : shape(make_shape(message)), writer(message, shape) {}
  Shape shape;
  MessageWriter writer;
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

/// An accepted message, written, must be accepted again and be written the same.
void check_round_trip(const Message& message, Codec& codec, const Instance& instance) {
  std::string first;
  Findings findings;
  if (!codec.writer.encode(instance, first, findings)) std::abort();
  MessageReader reader(catalogue(), first, "again", Caps::batch(), findings);
  Instance again(codec.shape);
  if (reader.next_message() != &message || !reader.read(again)) std::abort();
  std::string second;
  if (!codec.writer.encode(again, second, findings) || first != second) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Encoding encoding = find_encoding(bytes);
  const std::string transcoded = encoding == Encoding::utf8 ? std::string() : to_utf8(bytes, encoding);
  const std::string_view input = encoding == Encoding::utf8 ? bytes : transcoded;
  Findings findings;
  std::vector<bool> validated;
  MessageReader checker(catalogue(), input, "input", Caps::message(), findings, encoding);
  do {
    while (checker.next_message() != nullptr) validated.push_back(checker.validate());
  } while (checker.resume());

  Findings other;
  std::vector<bool> read;
  MessageReader reader(catalogue(), input, "input", Caps::message(), other, encoding);
  do {
    while (const Message* message = reader.next_message()) {
      Codec& codec = codec_of(*message);
      Instance instance(codec.shape);
      read.push_back(reader.read(instance));
      if (read.back()) check_round_trip(*message, codec, instance);
    }
  } while (reader.resume());
  if (read != validated || findings.total_count() != other.total_count()) std::abort();
  return 0;
}
