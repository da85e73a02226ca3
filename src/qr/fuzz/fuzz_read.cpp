// Any text as a code: read by what it looks like and by each dictionary, and as the bytes of a consumer-presented one;
// never a crash, and places lie within.
#include <cstdint>
#include <cstdlib>

#include "qr/cpm.h"
#include "qr/reader.h"

using namespace tilmash;

namespace {

void check_tags(const std::vector<qr::Tag>& tags, const std::string& payload) {
  for (const qr::Tag& tag : tags) {
    if (tag.offset > payload.size() || tag.value.size() > payload.size()) std::abort();
    check_tags(tag.tags, payload);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Data data;
  static Findings findings;
  static const qr::Dictionaries dictionaries(data, findings);
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto look = [&](const qr::Dictionary* only, std::string_view code) {
    const qr::Reading reading = qr::read(dictionaries, code, only);
    if (reading.payload) check_tags(reading.tags, *reading.payload);
    if (reading.dictionary == nullptr && !reading.findings.has_errors()) std::abort();
  };
  look(nullptr, text);
  if (size != 0) look(dictionaries.all()[bytes[size - 1] % dictionaries.all().size()].get(), text);
  // Bytes as they might stand in Base64, which mutations of its digits seldom reach.
  std::size_t bad = 0;
  const std::string packed = qr::to_base64(text);
  if (qr::from_base64(packed, bad) != text) std::abort();
  look(dictionaries.find("emvco-cpm"), packed);
  return 0;
}
