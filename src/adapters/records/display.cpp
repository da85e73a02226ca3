// Values in characters of the code page: text, digits, dates, and numbers with padding, sign and point.
//
//   zoned numbers: the sign in the zone of the first or last digit (overpunch)
//     EBCDIC                 C0-C9 = +0..+9, D0-D9 = -0..-9, F0-F9 = 0..9 without a sign
//     ASCII, translated      the characters those bytes have in cp037: { A-I = +0..+9, } J-R = -0..-9, 0-9
//     ASCII of some compilers (GnuCOBOL, Micro Focus)   0-9 = +0..+9, p-y = -0..-9
// Source: IBM Enterprise COBOL Programming Guide, "Sign representation of zoned and packed-decimal data"; GnuCOBOL
// manual, -fsign and -fdisplay-sign.
#include <algorithm>
#include <bit>
#include <cstring>

#include "adapters/records/eight_digits.h"
#include "adapters/records/values.h"
#include "base/text.h"

namespace tilmash::records {
namespace {

constexpr std::uint64_t high_bits = ones * 0x80;

/// Digits of the page, at most 18 of them, onto `value`; false when one of them is none.
bool read_digits(std::string_view digits, char zero, std::uint64_t& value) {
  const char* at = digits.data();
  std::size_t left = digits.size();
  if constexpr (std::endian::native == std::endian::little) {
    const std::uint64_t toggle = ones * static_cast<unsigned char>(zero ^ '0');
    for (; left >= 8; at += 8, left -= 8) {
      const std::uint64_t word = load(at) ^ toggle;
      if (!are_eight_digits(word)) return false;
      value = value * 100000000 + value_of_eight(word);
    }
  }
  for (; left > 0; ++at, --left) {
    const auto digit = static_cast<unsigned>(static_cast<unsigned char>(*at)) - static_cast<unsigned char>(zero);
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  return true;
}

std::size_t find_no_digit(std::string_view text, char zero) {
  const std::uint64_t toggle = ones * static_cast<unsigned char>(zero ^ '0');
  std::size_t at = 0;
  while (text.size() - at >= 8 && are_eight_digits(load(text.data() + at) ^ toggle)) at += 8;
  while (at < text.size() && static_cast<unsigned char>(text[at] - zero) <= 9) ++at;
  return at;
}

/// Control characters are 00-1F and 7F on pages that keep ASCII, 00-3F and FF in EBCDIC.
bool is_control(unsigned char byte, bool ascii) {
  return ascii ? byte < 0x20 || byte == 0x7F : byte < 0x40 || byte == 0xFF;
}

/// On a mixed page shifts are none, and what stands between them are halves of characters.
std::size_t find_control_mixed(std::string_view text) {
  bool pairs = false;
  for (std::size_t at = 0; at < text.size();) {
    const bool shift = text[at] == (pairs ? CodePage::shift_in : CodePage::shift_out);
    if (!shift && !pairs && is_control(static_cast<unsigned char>(text[at]), false)) return at;
    at += pairs && !shift ? 2 : 1;
    pairs = pairs != shift;
  }
  return text.size();
}

std::size_t find_control(std::string_view text, bool ascii) {
  const std::uint64_t limit = ones * (ascii ? 0x20 : 0x40);
  const std::uint64_t odd_one = ones * (ascii ? 0x7F : 0xFF);
  std::size_t at = 0;
  for (; text.size() - at >= 8; at += 8) {
    const std::uint64_t word = load(text.data() + at);
    const std::uint64_t odd = word ^ odd_one;
    if ((((word - limit) & ~word) | ((odd - ones) & ~odd)) & high_bits) break;
  }
  while (at < text.size() && !is_control(static_cast<unsigned char>(text[at]), ascii)) ++at;
  return at;
}

/// `text` at its side of the field, the rest filled with `pad`.
void place(const Field& field, std::size_t length, std::string_view text, char* to) {
  const std::size_t rest = length - text.size();
  std::memset(to, field.pad, length);
  std::memcpy(to + (field.right ? rest : 0), text.data(), text.size());
}

bool is_overpunched(const Field& field) {
  return field.sign == Sign::overpunch_leading || field.sign == Sign::overpunch_trailing ||
         (field.sign == Sign::plain && field.lenient);
}

/// The way back: a digit and the half-byte of its sign as a byte of the page; 0 when the convention has none.
char overpunched(const RecordLayout& layout, unsigned sign, unsigned digit) {
  if (!layout.page->keeps_ascii()) return static_cast<char>(sign << 4 | digit);
  constexpr std::string_view plus = "{ABCDEFGHI";
  constexpr std::string_view minus = "}JKLMNOPQR";
  const bool ascii = layout.overpunch == Overpunch::ascii;
  if (sign == 0xF || (ascii && sign == 0xC)) return static_cast<char>('0' + digit);
  if (sign == 0xC) return plus[digit];
  if (sign == 0xD) return ascii ? static_cast<char>('p' + digit) : minus[digit];
  return '\0';
}

}  // namespace

bool is_filled(std::string_view bytes, char c) {
  return bytes.empty() || (bytes[0] == c && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::string_view without_padding(const Field& field, std::string_view bytes) {
  const std::uint64_t pads = ones * static_cast<unsigned char>(field.pad);
  std::size_t begin = 0;
  std::size_t end = bytes.size();
  if (field.right) {
    while (end - begin >= 8 && load(bytes.data() + begin) == pads) begin += 8;
    while (begin < end && bytes[begin] == field.pad) ++begin;
  } else {
    while (end >= 8 && load(bytes.data() + end - 8) == pads) end -= 8;
    while (end > 0 && bytes[end - 1] == field.pad) --end;
  }
  return bytes.substr(begin, end - begin);
}

Code read_characters(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena,
                     std::string_view& text, std::size_t& bad) {
  if (field.op == Op::digits) {
    bad = find_no_digit(bytes, layout.zero);
    if (bad != bytes.size()) return "FMT-0202"_code;
  } else if (!field.controls) {
    bad = layout.page->is_mixed() ? find_control_mixed(bytes) : find_control(bytes, layout.page->keeps_ascii());
    if (bad != bytes.size()) return "FMT-0201"_code;
  }
  return layout.page->decode(bytes, arena, text, bad) ? Code{} : "FMT-0200"_code;
}

Code write_characters(const RecordLayout& layout, const Field& field, std::string_view text, std::string& out) {
  for (const char c : text) {
    if (field.op == Op::digits && (c < '0' || c > '9')) return "FMT-0402"_code;
    if (!field.controls && is_control(static_cast<unsigned char>(c), true)) return "FMT-0401"_code;
  }
  std::size_t bad = 0;
  return layout.page->encode(text, out, bad) ? Code{} : "FMT-0401"_code;
}

Code read_number_text(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena,
                      Value& value, std::size_t& bad) {
  const char zero = layout.zero;
  bool negative = false;
  bool copied = zero != '0';
  char local[digits_max];
  std::string_view digits = bytes;
  bad = 0;
  if (field.sign == Sign::leading || field.sign == Sign::trailing) {
    const bool first = field.sign == Sign::leading;
    const char sign = first ? bytes.front() : bytes.back();
    digits = first ? bytes.substr(1) : bytes.substr(0, bytes.size() - 1);
    if (sign != field.plus && sign != field.minus) return "FMT-0211"_code;
    negative = sign == field.minus;
  } else if (is_overpunched(field)) {
    const std::size_t at = field.sign == Sign::overpunch_leading ? 0 : bytes.size() - 1;
    const unsigned zone_digit = zoned(layout, bytes[at]);
    const int sign = sign_of(field, zone_digit >> 4);
    if (zone_digit == 0 || sign == 0) {
      bad = at;
      return zone_digit == 0 ? "FMT-0210"_code : "FMT-0211"_code;
    }
    negative = sign < 0;
    std::copy(bytes.begin(), bytes.end(), local);
    local[at] = static_cast<char>(static_cast<unsigned char>(zero) + (zone_digit & 15));
    digits = {local, bytes.size()};
    copied = true;
  }
  const bool zero_padded = field.right && field.pad == zero;
  if (!zero_padded) digits = without_padding(field, digits);
  if (field.sign == Sign::floating && !digits.empty() && digits[0] == field.minus) {
    negative = true;
    digits.remove_prefix(1);
  }
  std::string_view fraction;
  if (field.point != '\0') {
    if (digits.size() < field.scale + 2U || digits[digits.size() - field.scale - 1] != field.point) {
      return "FMT-0210"_code;
    }
    fraction = digits.substr(digits.size() - field.scale);
    digits = digits.substr(0, digits.size() - field.scale - 1);
  }
  const std::size_t width = digits.size();
  std::size_t zeros = 0;
  while (zeros < width && digits[zeros] == zero) ++zeros;
  // The form in which it would be written: no zeros but those that pad, and the one that stands for itself.
  if (width == 0) return "FMT-0210"_code;
  const auto are_digits = [&](std::string_view each) { return find_no_digit(each, zero) == each.size(); };
  if (!zero_padded && zeros > 0 && width > 1) {
    return are_digits(digits) ? "FMT-0203"_code : "FMT-0210"_code;
  }
  const std::string_view significant = digits.substr(zeros);
  const bool all_digits = are_digits(significant) && are_digits(fraction);
  if (field.long_digits && all_digits && significant.size() <= digits_max) {
    char ascii[digits_max];
    for (std::size_t i = 0; i < significant.size(); ++i) ascii[i] = static_cast<char>(significant[i] ^ zero ^ '0');
    return make_number(field, {ascii, significant.size()}, negative, arena, value);
  }
  std::uint64_t number = 0;
  if (significant.size() + fraction.size() + field.tens > 18 && !(significant.empty() && fraction.empty())) {
    return all_digits ? "FMT-0204"_code : "FMT-0210"_code;
  }
  if (!read_digits(significant, zero, number) || !read_digits(fraction, zero, number)) {
    if (copied) bad = zeros + find_no_digit(significant, zero);
    return "FMT-0210"_code;
  }
  for (unsigned i = 0; i < field.tens; ++i) number *= 10;
  value.number.unscaled = negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
  value.number.scale = field.scale;
  if (field.scale == 0 && field.tens == 0 && !negative && !copied) {
    value.text = significant.empty() ? digits.substr(width - 1) : significant;
    return {};
  }
  // A negative zero keeps its sign in the text, so that it is written back as it was.
  char* const out = arena.allocate(24);
  char* end = out;
  if (negative && number == 0) *end++ = '-';
  end = write_decimal(end, value.number);
  arena.shrink(end);
  value.text = {out, static_cast<std::size_t>(end - out)};
  return {};
}

Code write_number_text(const RecordLayout& layout, const Field& field, std::string_view text, char* to) {
  SplitNumber number;
  if (const Code code = split_number(field, text, field.sign != Sign::plain, number)) return code;
  if (!field.long_digits && number.size + field.tens > 18U && number.digits() != "0") return "FMT-0400"_code;
  // With a written point there is a digit before it; else 0.05 is written as 5, zero as one digit.
  char out[digits_max + 20];
  char* end = out;
  if (field.sign == Sign::floating && number.negative) *end++ = field.minus;
  const std::size_t fraction = field.point != '\0' ? field.scale : 0;
  const std::string_view digits = number.digits();
  const auto shifted = [&](char c) { return static_cast<char>(c ^ '0' ^ layout.zero); };
  if (field.point != '\0') {
    const std::size_t whole = digits.size() > fraction ? digits.size() - fraction : 0;
    end = std::transform(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(whole), end, shifted);
    if (whole == 0) *end++ = layout.zero;
    *end++ = field.point;
    const std::string_view rest = digits.substr(whole);
    end = std::fill_n(end, fraction - rest.size(), layout.zero);
    end = std::transform(rest.begin(), rest.end(), end, shifted);
  } else {
    end = std::transform(digits.begin(), digits.end(), end, shifted);
  }
  const bool apart = field.sign == Sign::leading || field.sign == Sign::trailing;
  const std::size_t length = field.length - (apart ? 1 : 0);
  const auto size = static_cast<std::size_t>(end - out);
  if (size > length) return "FMT-0400"_code;
  place(field, length, {out, size}, field.sign == Sign::leading ? to + 1 : to);
  if (apart) to[field.sign == Sign::leading ? 0 : length] = number.negative ? field.minus : field.plus;
  if (field.sign == Sign::overpunch_leading || field.sign == Sign::overpunch_trailing) {
    char& last = to[field.sign == Sign::overpunch_leading ? 0 : length - 1];
    const auto digit = static_cast<unsigned>(static_cast<unsigned char>(last) & 15);
    last = overpunched(layout, number.negative ? field.sign_minus : field.sign_plus, digit);
    if (last == '\0') return "FMT-0410"_code;
  }
  return {};
}

namespace {

Code read_text(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
               std::size_t& bad) {
  std::string_view kept = without_padding(field, bytes);
  // Padding through and through, but not the `blank` of the field: one pad character is the value.
  if (kept.empty()) kept = bytes.substr(0, 1);
  const Code code = read_characters(layout, field, kept, arena, value.text, bad);
  if (code) bad += code == "FMT-0202"_code ? 0 : static_cast<std::size_t>(kept.data() - bytes.data());
  if (code == "FMT-0202"_code) bad = 0;
  return code;
}

Code write_text(const RecordLayout& layout, const Field& field, std::string_view text, char* to) {
  const char pad = field.pad == layout.blank ? ' ' : field.pad;
  if (pad == ' ') {
    // Blanks at the padded side say nothing.
    const std::size_t begin = field.right ? std::min(text.find_first_not_of(' '), text.size()) : 0;
    const std::size_t end = field.right ? text.size() : text.find_last_not_of(' ') + 1;
    text = text.substr(begin, end - begin);
  }
  std::string bytes;
  if (const Code code = write_characters(layout, field, text, bytes)) return code;
  if (bytes.size() > field.length) return "FMT-0400"_code;
  if (pad != ' ' && bytes.size() > 1 && (field.right ? bytes.front() : bytes.back()) == field.pad) {
    return "FMT-0410"_code;
  }
  place(field, field.length, bytes, to);
  return {};
}

Code read_date(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
               std::size_t&) {
  std::string_view text = bytes;
  std::size_t bad = 0;
  if (!layout.page->keeps_ascii() && !layout.page->decode(bytes, arena, text, bad)) return "FMT-0205"_code;
  const auto date = layout.patterns[field.pattern].parse(text);
  if (!date) return "FMT-0205"_code;
  char* const out = arena.allocate(10);
  write_iso_date(out, *date);
  value.text = {out, 10};
  return {};
}

Code write_date(const RecordLayout& layout, const Field& field, std::string_view text, char* to) {
  const auto date = parse_iso_date(text);
  if (!date) return "FMT-0402"_code;
  if (!layout.patterns[field.pattern].write(to, *date)) return "FMT-0408"_code;
  for (std::uint32_t i = 0; i < field.length && !layout.page->keeps_ascii(); ++i) {
    const int byte = layout.page->find_byte(static_cast<unsigned char>(to[i]));
    if (byte < 0) return "FMT-0401"_code;
    to[i] = static_cast<char>(byte);
  }
  return {};
}

/// UTF-16, two bytes a character or four; padded with blanks at the right.
Code read_national(const RecordLayout&, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                   std::size_t& bad) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned>(static_cast<unsigned char>(bytes[at]));
    const auto second = static_cast<unsigned>(static_cast<unsigned char>(bytes[at + 1]));
    return field.little ? second << 8 | first : first << 8 | second;
  };
  std::size_t end = bytes.size();
  while (end > 2 && unit(end - 2) == ' ') end -= 2;
  char* const out = arena.allocate(end / 2 * 3 + 1);
  char* to = out;
  for (bad = 0; bad < end; bad += 2) {
    char32_t character = unit(bad);
    if (!field.controls && character < 0x10000 && is_control(static_cast<unsigned char>(character), true) &&
        character < 0x80) {
      return "FMT-0201"_code;
    }
    if (character >= 0xD800 && character < 0xE000) {
      const unsigned low = character < 0xDC00 && bad + 2 < end ? unit(bad + 2) : 0;
      if (low < 0xDC00 || low > 0xDFFF) return "FMT-0200"_code;
      character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
      bad += 2;
    }
    to = write_utf8(to, character);
  }
  arena.shrink(to);
  value.text = {out, static_cast<std::size_t>(to - out)};
  return {};
}

Code write_national(const RecordLayout&, const Field& field, std::string_view text, char* to) {
  const std::size_t kept = text.find_last_not_of(' ');
  text = text.substr(0, kept == std::string_view::npos ? 1 : kept + 1);
  if (find_malformed_utf8(text) != text.size()) return "FMT-0401"_code;
  std::size_t at = 0;
  const auto unit = [&](char32_t value) {
    if (at + 2 > field.length) return false;
    to[at + (field.little ? 1 : 0)] = static_cast<char>(value >> 8);
    to[at + (field.little ? 0 : 1)] = static_cast<char>(value & 0xFF);
    at += 2;
    return true;
  };
  for (std::size_t i = 0; i < text.size();) {
    const char32_t character = read_utf8(text, i);
    if (!field.controls && (character < 0x20 || character == 0x7F)) return "FMT-0401"_code;
    const bool pair = character > 0xFFFF;
    if (pair && !unit(0xD800 + ((character - 0x10000) >> 10))) return "FMT-0400"_code;
    if (!unit(pair ? 0xDC00 + (character & 0x3FF) : character)) return "FMT-0400"_code;
  }
  while (at < field.length) unit(' ');
  return {};
}

/// Pairs of a mixed page; padded with its double-byte blanks at the right.
Code read_dbcs(const RecordLayout& layout, const Field&, std::string_view bytes, Arena& arena, Value& value,
               std::size_t& bad) {
  std::size_t end = bytes.size();
  while (end > 2 && bytes.substr(end - 2, 2) == "\x40\x40") end -= 2;
  return layout.page->decode_pairs(bytes.substr(0, end), arena, value.text, bad) ? Code{} : "FMT-0200"_code;
}

Code write_dbcs(const RecordLayout& layout, const Field& field, std::string_view text, char* to) {
  std::string bytes;
  std::size_t bad = 0;
  if (!layout.page->encode_pairs(text, bytes, bad)) return "FMT-0401"_code;
  while (bytes.size() > 2 && bytes.ends_with("\x40\x40")) bytes.resize(bytes.size() - 2);
  if (bytes.size() > field.length) return "FMT-0400"_code;
  std::memset(to, 0x40, field.length);
  std::memcpy(to, bytes.data(), bytes.size());
  return {};
}

constexpr std::string_view hex_digits = "0123456789abcdef";

Code read_hex(const RecordLayout&, const Field&, std::string_view bytes, Arena& arena, Value& value, std::size_t&) {
  char* const out = arena.allocate(2 * bytes.size());
  char* to = out;
  for (const char c : bytes) {
    *to++ = hex_digits[static_cast<unsigned char>(c) >> 4];
    *to++ = hex_digits[static_cast<unsigned char>(c) & 15];
  }
  value.text = {out, 2 * bytes.size()};
  return {};
}

Code write_hex(const RecordLayout&, const Field& field, std::string_view text, char* to) {
  if (text.size() != 2U * field.length) return text.size() > 2U * field.length ? "FMT-0400"_code : "FMT-0402"_code;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char small = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] + 0x20) : text[i];
    const std::size_t half = hex_digits.find(small);
    if (half == std::string_view::npos) return "FMT-0402"_code;
    const unsigned before = i % 2 == 0 ? 0U : static_cast<unsigned char>(to[i / 2]);
    to[i / 2] = static_cast<char>(before << 4 | half);
  }
  return {};
}

struct Encoding {
  Code (*read)(const RecordLayout&, const Field&, std::string_view, Arena&, Value&, std::size_t&);
  Code (*write)(const RecordLayout&, const Field&, std::string_view, char*);
};

/// By Op, as far as it has values.
constexpr Encoding encodings[] = {
    {read_text, write_text},                // text
    {read_text, write_text},                // digits
    {read_number_text, write_number_text},  // integer
    {read_number_text, write_number_text},  // decimal_point
    {read_date, write_date},                // date
    {read_national, write_national},        // national
    {read_dbcs, write_dbcs},                // dbcs
    {read_hex, write_hex},                  // hex
    {read_packed, write_packed},            // packed
    {read_packed, write_packed},            // bcd
    {read_binary, write_binary},            // binary
    {read_float, write_float},              // floating
    {read_edited, write_edited},            // edited
};
static_assert(std::size(encodings) == static_cast<std::size_t>(Op::filler));

}  // namespace

Code read_value(const RecordLayout& layout, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                std::size_t& bad) {
  bad = 0;
  return encodings[static_cast<std::size_t>(field.op)].read(layout, field, bytes, arena, value, bad);
}

Code write_value(const RecordLayout& layout, const Field& field, std::string_view text, char* to) {
  return encodings[static_cast<std::size_t>(field.op)].write(layout, field, text, to);
}

}  // namespace tilmash::records
