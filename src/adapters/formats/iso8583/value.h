// One value, and one length, as bytes and as text; nothing else is known here. Offsets are those within the bytes
// given.
#pragma once

#include <string>
#include <string_view>

#include "adapters/formats/iso8583/spec.h"
#include "base/arena.h"

namespace tilmash::formats::iso8583 {

/// The bytes of a value before they are read.
struct Extent {
  std::string_view raw;
  std::uint32_t digits = 0;  ///< of bcd; the rest is filled up
  bool counted = true;       ///< `digits` was stated; else it follows from the bytes
};

/// The number in a length prefix, `bytes` being exactly those of the prefix. CRD-0201 when it is none.
Code read_prefix(const Prefix& prefix, const CodePage& page, std::string_view bytes, std::uint32_t& number);

/// Writes `number` to the bytes of a prefix. CRD-0400 when it has too many digits.
Code write_prefix(const Prefix& prefix, const CodePage& page, std::uint32_t number, char* to);

/// How many bytes a value of `count` units takes at the start of `bytes` (which matter for UTF-8 alone); more than
/// there are when they end too early.
std::uint64_t raw_size(const Element& element, std::uint64_t count, std::string_view bytes);

/// What the length prefix of these bytes states, and the most that it may. (Where it counts bytes, the length in units
/// is known once the value is read.)
std::uint32_t prefix_count(const Element& element, std::string_view raw);
std::uint32_t count_max(const Element& element);

/// Whether a content in these bytes has the length of an element without a prefix of its own. (Values know better.)
bool fits_unprefixed(const Element& element, std::string_view raw);

/// Bytes to the value that the instance holds, in `arena` where it is not the bytes themselves; `number` is set for an
/// integer. Fails, with `bad` the offset in `raw`: CRD-0203 … CRD-0208, CRD-0202, CRD-0217, CRD-0218.
Code decode_value(const Element& element, const Extent& extent, Arena& arena, std::string_view& text, Decimal& number,
                  std::size_t& bad);

/// Appends the bytes of a value, without a length prefix. Fails as above, and CRD-0400, CRD-0401.
Code encode_value(const Element& element, std::string_view text, std::string& out);

char hex_letter(unsigned nibble);
int hex_value(unsigned char byte, bool ebcdic);

/// Hexadecimal text in capitals to bytes. CRD-0218.
Code decode_hex(std::string_view raw, const CodePage& page, Arena& arena, std::string_view& bytes_out,
                std::size_t& bad);

}  // namespace tilmash::formats::iso8583
