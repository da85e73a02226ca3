#include "adapters/formats/iso8583/value.h"

#include <algorithm>
#include <cstring>

#include "base/civil.h"
#include "base/text.h"

namespace tilmash::formats::iso8583 {
namespace {

constexpr std::array<std::uint8_t, 256> make_charsets() {
  std::array<std::uint8_t, 256> sets{};
  for (unsigned c = 0x20; c < 256; ++c) {
    if (c == 0x7F) continue;
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    unsigned set = is_digit ? digit : is_letter ? alpha : special;
    if (c == ' ') set |= blank;
    if ((c >= 0x30 && c <= 0x3F) || (c >= 'A' && c <= 'F')) set |= track;
    if (is_digit || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f')) set |= hex_digit;
    sets[c] = static_cast<std::uint8_t>(set);
  }
  return sets;
}

/// Offset of the first character that is in none of the sets; the size when all are.
std::size_t find_foreign(std::string_view text, unsigned sets) {
  std::size_t at = 0;
  while (at < text.size() && (charsets[static_cast<unsigned char>(text[at])] & sets) != 0) ++at;
  return at;
}

/// The word of up to seven bytes; what is left of it are digits, or bytes twice.
std::uint64_t short_word(std::string_view text) {
  const auto load = [&](auto word, std::size_t at) {
    std::memcpy(&word, text.data() + at, sizeof word);
    return std::uint64_t{word};
  };
  if (text.size() >= 4) return load(std::uint32_t{}, 0) | load(std::uint32_t{}, text.size() - 4) << 32;
  if (text.size() >= 2) {
    return load(std::uint16_t{}, 0) | load(std::uint16_t{}, text.size() - 2) << 16 | 0x3030303000000000;
  }
  return text.empty() ? 0x3030303030303030 : load(std::uint8_t{}, 0) | 0x3030303030303000;
}

/// Eight bytes at a time.
template <class Holds>
bool every_word(std::string_view text, Holds holds) {
  if (text.size() < 8) return holds(short_word(text));
  std::uint64_t word = 0;
  for (std::size_t at = 0; at + 8 <= text.size(); at += 8) {
    std::memcpy(&word, text.data() + at, 8);
    if (!holds(word)) return false;
  }
  std::memcpy(&word, text.data() + text.size() - 8, 8);
  return holds(word);
}

bool is_digits(std::string_view text) {
  return every_word(text, [](std::uint64_t word) {
    const std::uint64_t values = word ^ 0x3030303030303030;
    return ((values | (values + 0x0606060606060606)) & 0xF0F0F0F0F0F0F0F0) == 0;
  });
}

/// Every byte is from 20 to 7E.
bool is_printable_ascii(std::string_view text) {
  return every_word(text, [](std::uint64_t word) {
    return ((word | (word - 0x2020202020202020) | (word + 0x0101010101010101)) & 0x8080808080808080) == 0;
  });
}

bool is_ebcdic(const CodePage& page) {
  return !page.keeps_ascii();
}

Code decode_bcd(const Element& element, std::string_view raw, std::uint32_t digits, bool counted, Arena& arena,
                std::string_view& text, std::size_t& bad) {
  const std::size_t nibbles = raw.size() * 2;
  const auto nibble = [&](std::size_t i) {
    const auto byte = static_cast<unsigned char>(raw[i / 2]);
    return i % 2 == 0 ? byte >> 4u : byte & 15u;
  };
  const unsigned pad = element.pad_nibble == 'F' ? 15 : 0;
  const std::size_t edge = element.left ? nibbles - 1 : 0;
  if (!counted) {
    digits = static_cast<std::uint32_t>(nibbles);
    if (pad == 15 && digits != 0 && nibble(edge) == 15) --digits;
  }
  if (digits % 2 != 0 && nibble(edge) != pad) {
    bad = edge / 2;
    return "CRD-0206"_code;
  }
  const std::size_t from = element.left ? 0 : nibbles - digits;
  char* to = arena.allocate(digits);
  for (std::size_t i = 0; i < digits; ++i) {
    const unsigned value = nibble(from + i);
    if (value > 9 && element.charset != track) {
      bad = (from + i) / 2;
      return "CRD-0205"_code;
    }
    to[i] = static_cast<char>('0' + value);  // A to F of a track are : ; < = > ?, ISO/IEC 7813
  }
  text = {to, digits};
  return {};
}

Code encode_bcd(const Element& element, std::string_view text, std::string& out) {
  const bool odd = text.size() % 2 != 0;
  const unsigned pad = element.pad_nibble == 'F' ? 15 : 0;
  const std::size_t begin = out.size();
  out.resize(begin + (text.size() + 1) / 2);
  std::size_t at = odd && !element.left ? 1 : 0;
  if (odd) out[element.left ? out.size() - 1 : begin] = static_cast<char>(element.left ? pad : pad << 4);
  for (const char c : text) {
    const auto value = static_cast<unsigned>(c - '0');
    char& byte = out[begin + at / 2];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | (at % 2 == 0 ? value << 4 : value));
    ++at;
  }
  return {};
}

/// The digits to the number that they are; the sign C or D before them to that of the number.
Code read_integer(const Element& element, Arena& arena, std::string_view& text, Decimal& number, std::size_t& bad) {
  std::string_view digits = text;
  bool negative = false;
  if (element.charset == signed_n) {
    negative = digits[0] == 'D';
    digits.remove_prefix(1);
  }
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  number = {negative ? -value : value, 0};
  if (negative) {
    char* to = arena.allocate(digits.size() + 1);
    to[0] = '-';
    std::copy(digits.begin(), digits.end(), to + 1);
    digits = {to, digits.size() + 1};
  }
  text = digits;
  bad = 0;
  return {};
}

/// What holds of a value whichever way it goes: its characters, and what they mean. `plain`: all are printable ASCII.
Code check_characters(const Element& element, std::string_view text, bool plain, std::size_t& bad) {
  if (element.charset == bytes) {
    bad = find_foreign(text, hex_digit);
    if (bad == text.size() && text.size() % 2 != 0) --bad;
    return bad < text.size() ? "CRD-0218"_code : Code{};
  }
  if (element.charset == signed_n) {
    bad = 0;
    if (text.empty() || (text[0] != 'C' && text[0] != 'D')) return "CRD-0207"_code;
    bad = 1 + find_foreign(text.substr(1), digit);
  } else if (element.charset == digit) {
    bad = is_digits(text) ? text.size() : find_foreign(text, digit);
  } else {
    bad = plain && element.charset == (alpha | digit | special | blank) ? text.size()
                                                                        : find_foreign(text, element.charset);
  }
  if (bad < text.size()) return "CRD-0203"_code;
  bad = 0;
  if (!element.pattern.empty() && !fits_digit_pairs(element.pattern, text)) return "CRD-0208"_code;
  return {};
}

std::uint32_t units_of(const Element& element, std::string_view text, bool plain) {
  if (element.charset == bytes) return static_cast<std::uint32_t>(text.size() / 2);
  if (element.charset == signed_n) return static_cast<std::uint32_t>(text.empty() ? 0 : text.size() - 1);
  return static_cast<std::uint32_t>(plain ? text.size() : count_characters(text));
}

}  // namespace

const std::array<std::uint8_t, 256> charsets = make_charsets();

char hex_letter(unsigned nibble) {
  return "0123456789ABCDEF"[nibble & 15];
}

int hex_value(unsigned char byte, bool ebcdic) {
  if (ebcdic) {
    if (byte >= 0xF0 && byte <= 0xF9) return byte - 0xF0;
    if (byte >= 0xC1 && byte <= 0xC6) return byte - 0xC1 + 10;
    if (byte >= 0x81 && byte <= 0x86) return byte - 0x81 + 10;
    return -1;
  }
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  return -1;
}

std::uint32_t fixed_bytes(const Element& element) {
  const std::uint32_t n = element.length;
  switch (element.encoding) {
    case Encoding::bcd:
      return (n + 1) / 2 + (element.charset == signed_n ? 1 : 0);
    case Encoding::hex:
      return 2 * n;
    default:
      return n + (element.charset == signed_n ? 1 : 0);
  }
}

Code read_prefix(const Prefix& prefix, const CodePage& page, std::string_view raw, std::uint32_t& number) {
  std::uint64_t value = 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(raw[i]); };
  if (prefix.encoding == Encoding::binary) {
    for (std::size_t i = 0; i < raw.size(); ++i) {
      value = value << 8 | byte(prefix.little_endian ? raw.size() - 1 - i : i);
    }
  } else if (prefix.encoding == Encoding::bcd) {
    const std::size_t skipped = prefix.size % 2 == 0 || prefix.left ? 0 : 1;
    for (std::size_t i = 0; i < raw.size() * 2; ++i) {
      const unsigned nibble = i % 2 == 0 ? byte(i / 2) >> 4u : byte(i / 2) & 15u;
      const bool spare = i < skipped || i >= skipped + prefix.size;
      if (nibble > 9 || (spare && nibble != 0)) return "CRD-0201"_code;
      if (!spare) value = value * 10 + nibble;
    }
  } else {
    const int base = prefix.encoding == Encoding::hex ? 16 : 10;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const int each = hex_value(byte(i), is_ebcdic(page));
      // Only what would be written: capitals.
      if (each < 0 || each >= base || (each > 9 && (byte(i) & 0x20u) != 0 && !is_ebcdic(page)) ||
          (each > 9 && byte(i) < 0xC1 && is_ebcdic(page))) {
        return "CRD-0201"_code;
      }
      value = value * static_cast<unsigned>(base) + static_cast<unsigned>(each);
    }
  }
  if (value > 0xFFFFFFFF) return "CRD-0201"_code;
  number = static_cast<std::uint32_t>(value);
  return {};
}

Code write_prefix(const Prefix& prefix, const CodePage& page, std::uint32_t number, char* to) {
  std::uint64_t rest = number;
  if (prefix.encoding == Encoding::binary) {
    for (std::size_t i = 0; i < prefix.size; ++i, rest >>= 8) {
      to[prefix.little_endian ? i : prefix.size - 1u - i] = static_cast<char>(rest & 0xFF);
    }
  } else if (prefix.encoding == Encoding::bcd) {
    std::fill(to, to + prefix.bytes, '\0');
    const std::size_t last = (prefix.size % 2 != 0 && prefix.left ? prefix.bytes * 2u - 2 : prefix.bytes * 2u - 1);
    for (std::size_t i = 0; i < prefix.size; ++i, rest /= 10) {
      const std::size_t at = last - i;
      const auto value = static_cast<unsigned>(rest % 10);
      to[at / 2] = static_cast<char>(static_cast<unsigned char>(to[at / 2]) | (at % 2 == 0 ? value << 4 : value));
    }
  } else {
    const unsigned base = prefix.encoding == Encoding::hex ? 16 : 10;
    const bool ebcdic = is_ebcdic(page);
    for (std::size_t i = prefix.size; i-- > 0; rest /= base) {
      const auto value = static_cast<unsigned>(rest % base);
      to[i] = static_cast<char>(!ebcdic      ? static_cast<unsigned>(hex_letter(value))
                                : value < 10 ? 0xF0 + value
                                             : 0xC1 + value - 10);
    }
  }
  return rest == 0 ? Code{} : "CRD-0400"_code;
}

std::uint64_t raw_size(const Element& element, std::uint64_t count, std::string_view rest) {
  const Prefix& prefix = element.prefix;
  if (prefix.encoding != Encoding::absent && prefix.counts != Counts::units) return count;
  switch (element.encoding) {
    case Encoding::bcd:
      return (count + 1) / 2 + (element.charset == signed_n ? 1 : 0);
    case Encoding::hex:
      return count * 2;
    case Encoding::text:
      break;
    default:
      return count;
  }
  if (element.charset == signed_n) ++count;
  // What holds parts may hold any bytes: there, bytes are counted.
  if (!element.utf8 || element.content != none) return count;
  // Characters of UTF-8, by their first bytes: binary data may follow.
  std::uint64_t size = 0;
  for (; count > 0 && size < rest.size(); --count) {
    const auto first = static_cast<unsigned char>(rest[static_cast<std::size_t>(size)]);
    size += first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  }
  return size + count;
}

std::uint32_t count_max(const Element& element) {
  const bool units = element.prefix.encoding == Encoding::absent || element.prefix.counts == Counts::units;
  return units ? element.length : 4 * element.length;  // a character of UTF-8 has at most four bytes
}

std::uint32_t prefix_count(const Element& element, std::string_view raw) {
  if (element.prefix.encoding != Encoding::absent && element.prefix.counts != Counts::units) {
    return static_cast<std::uint32_t>(raw.size());
  }
  if (element.encoding == Encoding::hex) return static_cast<std::uint32_t>(raw.size() / 2);
  if (element.encoding == Encoding::bcd) return static_cast<std::uint32_t>(raw.size() * 2);
  if (element.utf8 && element.content == none) {
    std::uint32_t count = 0;
    for (const char c : raw) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    return count;
  }
  return static_cast<std::uint32_t>(raw.size());
}

bool fits_unprefixed(const Element& element, std::string_view raw) {
  if (element.content == none) return true;
  const std::uint64_t size = raw_size(element, element.length, raw);
  return element.length_min != 0 ? raw.size() == size : raw.size() <= size;
}

Code decode_hex(std::string_view raw, const CodePage& page, Arena& arena, std::string_view& bytes_out,
                std::size_t& bad) {
  std::string_view text;
  if (!page.decode(raw, arena, text, bad)) return "CRD-0204"_code;
  bad = 0;
  while (bad < text.size() && ((text[bad] >= '0' && text[bad] <= '9') || (text[bad] >= 'A' && text[bad] <= 'F'))) ++bad;
  if (bad < text.size() || text.size() % 2 != 0) return "CRD-0218"_code;
  char* to = arena.allocate(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(static_cast<unsigned char>(text[i]), false);
    const int low = hex_value(static_cast<unsigned char>(text[i + 1]), false);
    to[i / 2] = static_cast<char>(high << 4 | low);
  }
  bytes_out = {to, text.size() / 2};
  return {};
}

namespace {

/// Bytes to characters, filled up as they are.
Code decode_characters(const Element& element, const Extent& extent, Arena& arena, std::string_view& text,
                       std::size_t& bad) {
  switch (element.encoding) {
    case Encoding::binary: {
      char* to = arena.allocate(extent.raw.size() * 2);
      text = {to, extent.raw.size() * 2};
      for (const char c : extent.raw) {
        *to++ = hex_letter(static_cast<unsigned char>(c) >> 4);
        *to++ = hex_letter(static_cast<unsigned char>(c));
      }
      return {};
    }
    case Encoding::bcd:
      break;
    default:
      return element.page->decode(extent.raw, arena, text, bad) ? Code{} : "CRD-0204"_code;
  }
  if (element.charset != signed_n) {
    return decode_bcd(element, extent.raw, extent.digits, extent.counted, arena, text, bad);
  }
  std::string_view sign;
  if (!element.page->decode(extent.raw.substr(0, 1), arena, sign, bad)) return "CRD-0204"_code;
  std::string_view digits;
  const Code code = decode_bcd(element, extent.raw.substr(1), extent.digits, true, arena, digits, bad);
  if (code) {
    ++bad;
    return code;
  }
  char* to = arena.allocate(digits.size() + sign.size());
  text = {to, digits.size() + sign.size()};
  std::copy(digits.begin(), digits.end(), std::copy(sign.begin(), sign.end(), to));
  return {};
}

std::string_view without_padding(const Element& element, std::string_view text) {
  if (element.pad == '\0') return text;
  if (element.left) {
    while (!text.empty() && text.back() == element.pad) text.remove_suffix(1);
  } else {
    while (!text.empty() && text.front() == element.pad) text.remove_prefix(1);
  }
  return text;
}

}  // namespace

Code decode_value(const Element& element, const Extent& extent, Arena& arena, std::string_view& text, Decimal& number,
                  std::size_t& bad) {
  bad = 0;
  const bool plain = element.ascii_page && is_printable_ascii(extent.raw);
  if (plain) {
    text = extent.raw;
  } else if (const Code code = decode_characters(element, extent, arena, text, bad)) {
    return code;
  }
  const std::uint32_t units = units_of(element, text, plain);
  if (units > element.length || units < element.length_min) {
    bad = 0;
    return "CRD-0202"_code;
  }
  const std::string_view whole = text;
  text = without_padding(element, text);
  if (element.constant && text != element.is) return "CRD-0217"_code;
  if (const Code code = check_characters(element, text, plain, bad)) {
    // Where one character is one byte, its place is known.
    const std::size_t skipped = static_cast<std::size_t>(text.data() - whole.data());
    bad = (element.encoding == Encoding::text || element.encoding == Encoding::hex) && whole.size() == extent.raw.size()
              ? bad + skipped
              : 0;
    return code;
  }
  return element.integer ? read_integer(element, arena, text, number, bad) : Code{};
}

namespace {

/// The value as the characters that are written: a number with its zeros, a text filled up; in `storage` when that is
/// another text.
Code fill_up(const Element& element, std::string_view text, bool plain, std::string& storage,
             std::string_view& filled) {
  if (element.integer) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || !is_digits(text) || (text.size() > 1 && text[0] == '0') ||
        (negative && element.charset != signed_n)) {
      return "CRD-0203"_code;
    }
    if (text.size() > element.length) return "CRD-0400"_code;
    if (element.charset == signed_n) storage += negative ? 'D' : 'C';
    storage.append(element.length - text.size(), '0');
    filled = storage += text;
    return {};
  }
  const std::uint32_t units = units_of(element, text, plain);
  const std::size_t missing = units < element.length_min ? element.length_min - units : 0;
  if (units > element.length || (missing != 0 && element.pad == '\0')) return "CRD-0400"_code;
  filled = text;
  if (missing == 0) return {};
  if (!element.left) storage.append(missing, element.pad);
  storage += text;
  if (element.left) storage.append(missing, element.pad);
  filled = storage;
  return {};
}

}  // namespace

Code encode_value(const Element& element, std::string_view text, std::string& out) {
  if (element.constant && text != element.is) return "CRD-0217"_code;
  const bool plain = is_printable_ascii(text);
  if (!plain && find_malformed_utf8(text) != text.size()) return "CRD-0401"_code;
  std::string storage;
  std::string_view value;
  if (const Code code = fill_up(element, text, plain, storage, value)) return code;
  std::size_t bad = 0;
  if (const Code code = check_characters(element, without_padding(element, value), plain, bad)) return code;
  if (element.encoding == Encoding::binary) {
    for (std::size_t i = 0; i < value.size(); i += 2) {
      const int high = hex_value(static_cast<unsigned char>(value[i]), false);
      out += static_cast<char>(high << 4 | hex_value(static_cast<unsigned char>(value[i + 1]), false));
    }
    return {};
  }
  if (plain && element.ascii_page) {
    out += value;
    return {};
  }
  if (element.encoding != Encoding::bcd) return element.page->encode(value, out, bad) ? Code{} : "CRD-0401"_code;
  std::string_view digits = value;
  if (element.charset == signed_n) {
    if (!element.page->encode(value.substr(0, 1), out, bad)) return "CRD-0401"_code;
    digits.remove_prefix(1);
  }
  // A packed track has no letters: D is written as '='.
  const bool uncounted =
      element.prefix.encoding == Encoding::absent ? element.length_min == 0 : element.prefix.counts == Counts::bytes;
  for (const char c : digits) {
    if (c < '0' || c > '?') return "CRD-0203"_code;
  }
  if (uncounted && !digits.empty()) {
    // The number of digits follows from the bytes alone, so an odd one must show by an F that is no digit.
    const char edge = element.left ? digits.back() : digits.front();
    const bool odd = digits.size() % 2 != 0;
    if (odd ? element.pad_nibble != 'F' : element.pad_nibble == 'F' && edge == '?') return "CRD-0400"_code;
  }
  return encode_bcd(element, digits, out);
}

}  // namespace tilmash::formats::iso8583
