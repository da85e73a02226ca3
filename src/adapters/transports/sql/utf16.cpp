#include "adapters/transports/sql/utf16.h"

#include <array>
#include <cstring>

#include "base/text.h"

namespace tilmash::sql {

bool utf16_to_utf8(std::string& text) {
  if (text.size() % 2 != 0) return false;
  std::string out;
  out.reserve(text.size());
  const auto unit_at = [&](std::size_t at) {
    char16_t unit = 0;
    std::memcpy(&unit, text.data() + at, sizeof unit);
    return static_cast<char32_t>(unit);
  };
  for (std::size_t at = 0; at < text.size(); at += 2) {
    char32_t character = unit_at(at);
    if (character >= 0xD800 && character < 0xE000) {
      const char32_t low = at + 2 < text.size() ? unit_at(at + 2) : 0;
      if (character >= 0xDC00 || low < 0xDC00 || low >= 0xE000) return false;
      character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
      at += 2;
    }
    std::array<char, 4> bytes;
    out.append(bytes.data(), write_utf8(bytes.data(), character));
  }
  text = std::move(out);
  return true;
}

}  // namespace tilmash::sql
