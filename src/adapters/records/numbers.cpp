// What all number encodings share, and the binary ones: packed decimals, two's complement.
//
//   packed (COMP-3)   d d  d d  d s    digits, then a sign half-byte: C or A E F plus, D or B minus
//   bcd    (COMP-6)   d d  d d  d d    a spare half-byte in front is 0
//   binary (COMP …)   two's complement or unsigned, either byte order, 1 to 16 bytes
// Source: IBM Enterprise COBOL Language Reference, USAGE clause; GnuCOBOL manual, appendix on USAGE.
#include <algorithm>
#include <array>
#include <cstring>

#include "adapters/records/values.h"
#include "base/text.h"

namespace tilmash::records {
namespace {

__extension__ typedef unsigned __int128 UInt128;

constexpr std::uint8_t no_digits = 0xFF;

constexpr auto digit_pairs = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    table[i] = (i >> 4) < 10 && (i & 15) < 10 ? static_cast<std::uint8_t>((i >> 4) * 10 + (i & 15)) : no_digits;
  }
  return table;
}();

constexpr auto pair_texts = [] {
  std::array<char, 200> table{};
  for (unsigned i = 0; i < 100; ++i) {
    table[2 * i] = static_cast<char>('0' + i / 10);
    table[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return table;
}();

char* write_pair(char* out, unsigned pair) {
  std::memcpy(out, pair_texts.data() + 2 * pair, 2);
  return out + 2;
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

/// Digits of an unsigned number, most significant first; returns the end.
char* write_digits(char* out, UInt128 value) {
  char buffer[digits_max + 1];
  char* at = buffer + sizeof buffer;
  do {
    *--at = static_cast<char>('0' + static_cast<unsigned>(value % 10));
    value /= 10;
  } while (value != 0);
  return std::copy(at, buffer + sizeof buffer, out);
}

}  // namespace

Code make_number(const Field& field, std::string_view digits, bool negative, Arena& arena, Value& value) {
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  const std::string_view significant = digits.substr(zeros);
  const bool too_long = significant.size() + (significant.empty() ? 0U : field.tens) > 18;
  if (too_long && !field.long_digits) return "FMT-0204"_code;
  // "-", whole digits (one at least), powers of ten, point, fraction.
  char* const out = arena.allocate(significant.size() + field.tens + field.scale + 4U);
  char* end = out;
  if (negative) *end++ = '-';
  const std::size_t fraction = field.scale;
  if (significant.size() > fraction) {
    end = std::copy(significant.begin(), significant.end() - static_cast<std::ptrdiff_t>(fraction), end);
    end = std::fill_n(end, field.tens, '0');
  } else {
    *end++ = '0';
  }
  if (fraction != 0) {
    *end++ = '.';
    const std::size_t given = std::min(significant.size(), fraction);
    end = std::fill_n(end, fraction - given, '0');
    end = std::copy(significant.end() - static_cast<std::ptrdiff_t>(given), significant.end(), end);
  }
  arena.shrink(end);
  value.text = {out, static_cast<std::size_t>(end - out)};
  if (too_long) return {};
  std::int64_t unscaled = 0;
  for (const char c : significant) unscaled = unscaled * 10 + (c - '0');
  for (unsigned i = 0; i < field.tens; ++i) unscaled *= 10;
  value.number.unscaled = negative ? -unscaled : unscaled;
  value.number.scale = field.scale;
  return {};
}

Code split_number(const Field& field, std::string_view text, bool has_sign, SplitNumber& number) {
  number.size = 0;
  number.negative = text[0] == '-';
  if (number.negative) text.remove_prefix(1);
  if (text.empty() || text.front() == '.' || text.back() == '.') return "FMT-0402"_code;
  bool point = false;
  std::size_t fraction = 0;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return "FMT-0402"_code;
    if (point && ++fraction > field.scale) {
      if (c != '0') return "FMT-0402"_code;
      continue;  // zeros beyond the scale say nothing
    }
    if (number.size == 0 && c == '0') continue;
    if (number.size == sizeof number.buffer) return "FMT-0400"_code;
    number.buffer[number.size++] = c;
  }
  if (number.negative && !has_sign) return "FMT-0403"_code;
  if (number.size == 0) {
    number.buffer[number.size++] = '0';
    return {};
  }
  for (; fraction < field.scale; ++fraction) {
    if (number.size == sizeof number.buffer) return "FMT-0400"_code;
    number.buffer[number.size++] = '0';
  }
  for (unsigned i = 0; i < field.tens; ++i) {
    if (number.size < 2 || number.buffer[number.size - 1] != '0') return "FMT-0402"_code;
    --number.size;
  }
  return number.size > digits_max ? "FMT-0400"_code : Code{};
}

Code read_packed(const RecordLayout&, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                 std::size_t& bad) {
  const bool has_sign = field.op == Op::packed;
  char digits[40];
  char* end = digits;
  const std::size_t whole = bytes.size() - (has_sign ? 1 : 0);
  for (std::size_t i = 0; i < whole; ++i) {
    const unsigned pair = digit_pairs[byte_at(bytes, i)];
    if (pair == no_digits) {
      bad = i;
      return "FMT-0213"_code;
    }
    end = write_pair(end, pair);
  }
  bool negative = false;
  if (has_sign) {
    const unsigned last = byte_at(bytes, whole);
    bad = whole;
    if (last >> 4 > 9) return "FMT-0213"_code;
    const int sign = sign_of(field, last & 15);
    if (sign == 0) return "FMT-0211"_code;
    *end++ = static_cast<char>('0' + (last >> 4));
    negative = sign < 0;
  }
  const auto count = static_cast<std::size_t>(end - digits);
  bad = 0;
  if (count > field.digits && digits[0] != '0') return "FMT-0213"_code;  // the spare half-byte
  return make_number(field, {digits, count}, negative, arena, value);
}

Code write_packed(const RecordLayout&, const Field& field, std::string_view text, char* to) {
  const bool has_sign = field.op == Op::packed;
  SplitNumber number;
  if (const Code code = split_number(field, text, has_sign && field.is_signed, number)) return code;
  if (number.size > field.digits) return "FMT-0400"_code;
  std::memset(to, 0, field.length);
  std::size_t half = field.length * 2U - (has_sign ? 1 : 0);
  for (std::size_t i = number.size; i-- > 0;) {
    const auto digit = static_cast<unsigned>(number.buffer[i] - '0');
    --half;
    to[half / 2] = static_cast<char>(static_cast<unsigned char>(to[half / 2]) | (half % 2 == 0 ? digit << 4 : digit));
  }
  if (!has_sign) return {};
  char& last = to[field.length - 1];
  last = static_cast<char>(static_cast<unsigned char>(last) | (number.negative ? field.sign_minus : field.sign_plus));
  return {};
}

Code read_binary(const RecordLayout&, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                 std::size_t& bad) {
  bad = 0;
  UInt128 bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bits = bits << 8 | byte_at(bytes, field.little ? bytes.size() - 1 - i : i);
  }
  const unsigned unused = 128 - 8 * static_cast<unsigned>(bytes.size());
  const bool negative = field.is_signed && bits << unused >> 127 != 0;
  if (negative) bits = (0 - (bits << unused)) >> unused;
  char digits[digits_max + 1];
  char* const end = write_digits(digits, bits);
  const auto count = static_cast<std::size_t>(end - digits);
  if (field.digits != 0 && count > field.digits) return "FMT-0214"_code;
  return make_number(field, {digits, count}, negative, arena, value);
}

Code write_binary(const RecordLayout&, const Field& field, std::string_view text, char* to) {
  SplitNumber number;
  if (const Code code = split_number(field, text, field.is_signed, number)) return code;
  if (field.digits != 0 && number.size > field.digits) return "FMT-0400"_code;
  const bool negative = number.negative;
  UInt128 magnitude = 0;
  for (const char c : number.digits()) magnitude = magnitude * 10 + static_cast<unsigned>(c - '0');
  const unsigned bits = 8 * field.length - (field.is_signed ? 1 : 0);
  const UInt128 limit = (~UInt128{0} >> (128 - bits)) + (negative ? 1 : 0);
  if (magnitude > limit) return "FMT-0400"_code;
  if (negative && magnitude == 0) return "FMT-0402"_code;  // there is no negative zero in two's complement
  UInt128 rest = negative ? 0 - magnitude : magnitude;
  for (std::uint32_t i = 0; i < field.length; ++i, rest >>= 8) {
    to[field.little ? i : field.length - 1 - i] = static_cast<char>(static_cast<unsigned>(rest & 0xFF));
  }
  return {};
}

Code read_edited(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                 std::size_t& bad) {
  const Picture& picture = layout.pictures[field.picture];
  std::string_view text = bytes;
  if (!layout.page->keeps_ascii()) {
    if (!layout.page->decode(bytes, arena, text, bad)) return "FMT-0200"_code;
    if (text.size() != bytes.size()) {
      bad = find_non_ascii(text);
      return "FMT-0210"_code;
    }
  }
  char digits[digits_max];
  bool negative = false;
  if (!picture.read(text, digits, negative, bad)) return "FMT-0210"_code;
  return make_number(field, {digits, picture.digits()}, negative, arena, value);
}

Code write_edited(const RecordLayout& layout, const Field& field, std::string_view text, char* to) {
  const Picture& picture = layout.pictures[field.picture];
  SplitNumber number;
  if (const Code code = split_number(field, text, picture.is_signed(), number)) return code;
  if (number.size > picture.digits()) return "FMT-0400"_code;
  if (number.negative && number.digits() == "0") return "FMT-0402"_code;  // it would be shown without its sign
  char digits[digits_max];
  const std::size_t zeros = picture.digits() - number.size;
  std::fill_n(digits, zeros, '0');
  std::copy_n(number.buffer, number.size, digits + zeros);
  picture.write({{digits, picture.digits()}, number.negative}, to);
  for (std::uint32_t i = 0; i < field.length && !layout.page->keeps_ascii(); ++i) {
    const int byte = layout.page->find_byte(static_cast<unsigned char>(to[i]));
    if (byte < 0) return "FMT-0401"_code;
    to[i] = static_cast<char>(byte);
  }
  return {};
}

}  // namespace tilmash::records
