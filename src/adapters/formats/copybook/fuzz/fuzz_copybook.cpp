// Any text as a copybook: it is read or refused, within bounds; what is read has items within their record, and a
// layout made of it reads and refuses bytes without more ado. The first byte chooses the dialect, the second the
// options; text behind a NUL is a member that COPY finds under any name, and the data.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "adapters/formats/copybook/copybook.h"
#include "adapters/formats/format.h"
#include "shape/stream.h"

namespace tilmash::formats {
extern const Format copybook_format;
}

using namespace tilmash;
using namespace tilmash::formats::copybook;

namespace {

/// Reads `data` by the layout of the copybook, when there is one.
void decode(const std::string& text, const std::string& member, const std::string& data, std::uint8_t options) {
  static const Data embedded;
  Findings findings;
  const auto choice = [options](unsigned bit, const char* key, const char* yes, const char* no) {
    return std::string(key) + " = \"" + ((options >> bit & 1) != 0 ? yes : no) + "\"\n";
  };
  const std::string settings = "reference = \"free\"\n" + choice(0, "filler", "keep", "blank") +
                               choice(1, "conditions", "check", "note") + choice(2, "signs", "strict", "lenient") +
                               choice(3, "odo", "slide", "padded") + choice(4, "code_page", "cp037", "ascii");
  auto file = read_config("options", settings, findings);
  if (!file) std::abort();
  file->name = "fuzz.cpy";
  file->text = text;
  file->read_beside = [&](std::string_view) { return std::optional(member); };
  const auto layout = formats::copybook_format.load(*file, embedded, findings);
  if ((layout == nullptr) != findings.has_errors()) std::abort();
  if (layout == nullptr) return;
  const auto stream = layout->decoder(data, "data");
  Instance instance;
  while (stream->next(instance) != Step::end) continue;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  std::string text;
  for (std::size_t i = 2; i < size; ++i) text += static_cast<char>(bytes[i]);
  const std::size_t cut = std::min(text.find('\0'), text.size());
  const std::string rest = text.substr(std::min(cut + 1, text.size()));
  text.resize(cut);
  Dialect dialect;
  dialect.reference = static_cast<Dialect::Reference>(bytes[0] & 3);
  dialect.binary_sizes = static_cast<Dialect::BinarySizes>((bytes[0] >> 2) % 3);
  dialect.sync = static_cast<Dialect::Sync>(bytes[0] >> 4 & 3);
  dialect.decimal_comma = (bytes[0] & 0x40) != 0;
  Findings findings;
  const auto copybook = read_copybook(
      "fuzz.cpy", text, dialect, [&](std::string_view) { return std::optional(rest); }, findings);
  if (copybook.has_value() == findings.has_errors()) std::abort();
  if (copybook) {
    for (const Item& item : copybook->items) {
      const std::uint64_t length = copybook->records[item.record].length;
      if (item.level != 77 && item.offset + item.total_length() > length) std::abort();
    }
    if (list_items(*copybook, true).empty()) std::abort();
  }
  decode(text, rest, rest, bytes[1]);
  return 0;
}
