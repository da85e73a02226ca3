// Any text as a copybook: it is read or refused, within bounds, and what is read has items within their record. The
// first byte chooses the dialect; text behind a NUL is a member that COPY finds under any name.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "adapters/formats/copybook/copybook.h"

using namespace tilmash;
using namespace tilmash::formats::copybook;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string text;
  for (std::size_t i = 1; i < size; ++i) text += static_cast<char>(data[i]);
  const std::size_t cut = std::min(text.find('\0'), text.size());
  const std::string member = text.substr(std::min(cut + 1, text.size()));
  Dialect dialect;
  dialect.reference = static_cast<Dialect::Reference>(data[0] & 3);
  dialect.binary_sizes = static_cast<Dialect::BinarySizes>((data[0] >> 2) % 3);
  dialect.sync = static_cast<Dialect::Sync>(data[0] >> 4 & 3);
  dialect.decimal_comma = (data[0] & 0x40) != 0;
  Findings findings;
  const auto copybook = read_copybook(
      "fuzz.cpy", text.substr(0, cut), dialect, [&](std::string_view) { return std::optional(member); }, findings);
  if (copybook.has_value() == findings.has_errors()) std::abort();
  if (!copybook) return 0;
  for (const Item& item : copybook->items) {
    const std::uint64_t length = copybook->records[item.record].length;
    if (item.level != 77 && item.offset + item.total_length() > length) std::abort();
  }
  return list_items(*copybook).empty() ? 1 : 0;
}
