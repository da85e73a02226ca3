// The bytes of one field into its value and back, whatever the encoding. Knows no record: a format that cuts fields in
// another way than by position (delimited) uses the same conversions.
//
// Reading accepts what writing makes, and nothing else, but for what a field declares as tolerated (`lenient` signs).
#pragma once

#include <string>
#include <string_view>

#include "adapters/records/layout.h"

namespace tilmash::records {

struct Value {
  std::string_view text;  ///< canonical form of the leaf's type; a view of the bytes, or made in the arena
  Decimal number;         ///< of a number with at most 18 digits
};

/// True when every byte is `c`.
bool is_filled(std::string_view bytes, char c);

/// The value of a field that is not blank. `bad` is the offset in `bytes` of what is wrong.
/// Fails: FMT-0200 … FMT-0205, FMT-0210, FMT-0211, FMT-0213, FMT-0214.
Code read_value(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                std::size_t& bad);

/// Writes the `field.length` bytes of a value that is not empty.
/// Fails: FMT-0400 … FMT-0403, FMT-0408, FMT-0410.
Code write_value(const RecordLayout& layout, const Field& field, std::string_view text, char* to);

// The parts of a value in characters, for fields without a fixed length.

/// Control characters, digits alone, code page. `bytes` is without its padding.
Code read_characters(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena,
                     std::string_view& text, std::size_t& bad);
/// The characters of a text or number as bytes of the page, without padding, appended to `out`; nothing on a fault.
Code write_characters(const RecordLayout& layout, const Field& field, std::string_view text, std::string& out);

/// `bytes` without the padding of the field.
std::string_view without_padding(const Field& field, std::string_view bytes);

// The encodings, each in a file of its own.

Code read_number_text(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena,
                      Value& value, std::size_t& bad);
Code write_number_text(const RecordLayout& layout, const Field& field, std::string_view text, char* to);
Code read_packed(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                 std::size_t& bad);
Code write_packed(const RecordLayout& layout, const Field& field, std::string_view text, char* to);
Code read_binary(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                 std::size_t& bad);
Code write_binary(const RecordLayout& layout, const Field& field, std::string_view text, char* to);
Code read_float(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                std::size_t& bad);
Code write_float(const RecordLayout& layout, const Field& field, std::string_view text, char* to);
Code read_edited(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                 std::size_t& bad);
Code write_edited(const RecordLayout& layout, const Field& field, std::string_view text, char* to);

// What the number encodings share.

/// Makes the value of digits (ASCII, with leading zeros) and a sign: scale, powers of ten, text and number. A negative
/// zero keeps its sign in the text, so that it is written back as it was. FMT-0204 when there are too many digits.
Code make_number(const Field& field, std::string_view digits, bool negative, Arena& arena, Value& value);

/// The sign of a half-byte, of a packed or zoned number: 1, -1, or 0 when it is none of this field.
inline int sign_of(const Field& field, unsigned half) {
  if (half == field.sign_plus) return 1;
  if (field.is_signed && half == field.sign_minus) return -1;
  if (!field.lenient || half < 10) return 0;
  const bool minus = half == 0xB || half == 0xD;
  return !minus ? 1 : field.is_signed ? -1 : 0;
}

/// A digit with its zone, "zone digit" in one byte as EBCDIC has it; 0 when it is none.
inline unsigned zoned(const RecordLayout& layout, char c) {
  const auto byte = static_cast<unsigned>(static_cast<unsigned char>(c));
  if (!layout.page->keeps_ascii()) return (byte & 15) <= 9 ? byte : 0;
  if (layout.overpunch == Overpunch::ascii) {
    if (byte - '0' <= 9) return 0xC0 + (byte - '0');
    return byte - 'p' <= 9 ? 0xD0 + (byte - 'p') : 0;
  }
  if (byte - '0' <= 9) return 0xF0 + (byte - '0');
  if (c == '{') return 0xC0;
  if (c == '}') return 0xD0;
  if (byte - 'A' <= 8) return 0xC1 + (byte - 'A');
  return byte - 'J' <= 8 ? 0xD1 + (byte - 'J') : 0;
}

inline constexpr std::size_t digits_max = 38;
/// Of a number that is more than its text.
inline constexpr std::size_t digits_max_short = 18;

/// The digits (ASCII, without leading zeros, "0" at least) that a number's text puts into a field.
struct SplitNumber {
  char buffer[digits_max + 20];
  std::uint8_t size = 0;
  bool negative = false;

  std::string_view digits() const { return {buffer, size}; }
};

/// Fails: FMT-0400 too many digits, FMT-0402 no number of this scale, FMT-0403 negative in a field without a sign.
Code split_number(const Field& field, std::string_view text, bool has_sign, SplitNumber& number);

}  // namespace tilmash::records
