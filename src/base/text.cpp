#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tilmash {
namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080u;
constexpr std::uint64_t low_bits = 0x0101010101010101u;

std::uint64_t load8(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return word;
}

}  // namespace

std::size_t find_non_ascii(std::string_view text) {
  std::size_t i = 0;
  while (text.size() - i >= 8 && (load8(text.data() + i) & high_bits) == 0) i += 8;
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

bool is_ascii(std::string_view text) {
  return find_non_ascii(text) == text.size();
}

std::size_t count_non_ascii(std::string_view text) {
  std::size_t count = 0;
  std::size_t i = 0;
#if defined(__SSE2__)
  while (text.size() - i >= 16) {
    // A column of bytes counts to 255 at most.
    const std::size_t blocks = std::min<std::size_t>((text.size() - i) / 16, 255);
    __m128i columns = _mm_setzero_si128();
    for (const std::size_t end = i + 16 * blocks; i != end; i += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
      columns = _mm_sub_epi8(columns, _mm_cmplt_epi8(bytes, _mm_setzero_si128()));
    }
    const __m128i sums = _mm_sad_epu8(columns, _mm_setzero_si128());
    count += static_cast<std::size_t>(_mm_extract_epi16(sums, 0) + _mm_extract_epi16(sums, 4));
  }
#endif
  for (; i < text.size(); ++i) count += static_cast<unsigned char>(text[i]) >> 7;
  return count;
}

namespace {

/// Bytes of eight that go on with a character: 10xxxxxx.
std::size_t count_going_on(std::uint64_t word) {
  return ((word >> 7 & ~word >> 6) & low_bits) * low_bits >> 56;
}

}  // namespace

std::size_t count_characters(std::string_view utf8) {
  std::size_t count = utf8.size();
  std::size_t i = 0;
  for (; utf8.size() - i >= 8; i += 8) count -= count_going_on(load8(utf8.data() + i));
  for (; i < utf8.size(); ++i) count -= (utf8[i] & 0xC0) == 0x80 ? 1u : 0u;
  return count;
}

std::string_view first_characters(std::string_view utf8, std::size_t characters) {
  if (utf8.size() <= characters) return utf8;
  std::size_t at = 0;
  for (; utf8.size() - at >= 8; at += 8) {
    const std::size_t begun = 8 - count_going_on(load8(utf8.data() + at));
    if (begun > characters) break;
    characters -= begun;
  }
  for (; at < utf8.size(); ++at) {
    if ((utf8[at] & 0xC0) == 0x80) continue;
    if (characters-- == 0) break;
  }
  return utf8.substr(0, at);
}

std::size_t find_malformed_utf8(std::string_view text) {
  std::size_t i = 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto continues = [&](std::size_t at) { return at < text.size() && (byte(at) & 0xC0) == 0x80; };
  while (i < text.size()) {
    if (text.size() - i >= 8 && (load8(text.data() + i) & high_bits) == 0) {
      i += 8;
      continue;
    }
    const unsigned char c = byte(i);
    if (c < 0x80) {
      ++i;
    } else if (c >= 0xC2 && c <= 0xDF) {
      if (!continues(i + 1)) return i;
      i += 2;
    } else if (c >= 0xE0 && c <= 0xEF) {
      if (!continues(i + 1) || !continues(i + 2)) return i;
      if (c == 0xE0 && byte(i + 1) < 0xA0) return i;
      if (c == 0xED && byte(i + 1) > 0x9F) return i;
      i += 3;
    } else if (c >= 0xF0 && c <= 0xF4) {
      if (!continues(i + 1) || !continues(i + 2) || !continues(i + 3)) return i;
      if (c == 0xF0 && byte(i + 1) < 0x90) return i;
      if (c == 0xF4 && byte(i + 1) > 0x8F) return i;
      i += 4;
    } else {
      return i;
    }
  }
  return text.size();
}

char* write_utf8(char* out, char32_t character) {
  const auto put = [&](char32_t byte) { *out++ = static_cast<char>(byte); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0 | character >> 6);
    put(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    put(0xE0 | character >> 12);
    put(0x80 | (character >> 6 & 0x3F));
    put(0x80 | (character & 0x3F));
  } else {
    put(0xF0 | character >> 18);
    put(0x80 | (character >> 12 & 0x3F));
    put(0x80 | (character >> 6 & 0x3F));
    put(0x80 | (character & 0x3F));
  }
  return out;
}

char32_t read_utf8(std::string_view utf8, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(utf8[i])); };
  const char32_t lead = byte(at++);
  if (lead < 0x80) return lead;
  const unsigned more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t character = lead & (0x3Fu >> more);
  for (unsigned i = 0; i < more; ++i) character = character << 6 | (byte(at++) & 0x3F);
  return character;
}

void append_json_string(std::string& out, std::string_view utf8) {
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(utf8, begin, i - begin);
    begin = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += "0123456789abcdef"[c >> 4];
        out += "0123456789abcdef"[c & 15];
    }
  }
  out.append(utf8, begin);
  out += '"';
}

namespace {

std::string write_hex(std::string_view bytes, std::string_view digits) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  return write_hex(bytes, "0123456789abcdef");
}

std::string to_hex_upper(std::string_view bytes) {
  return write_hex(bytes, "0123456789ABCDEF");
}

bool from_hex(std::string_view hex, std::string& out) {
  if (hex.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high << 4 | low);
  }
  return true;
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::size_t count_lines(std::string_view text) {
  // Sums of a byte's width are what compilers count sixteen at a time; so many bytes can't overflow one.
  constexpr std::size_t block_bytes = 240;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::string_view block = text.substr(0, block_bytes);
    std::uint8_t sum = 0;
    for (const char c : block) sum = static_cast<std::uint8_t>(sum + (c == '\n' ? 1 : 0));
    count += sum;
    text.remove_prefix(block.size());
  }
  return count;
}

std::uint32_t LineFinder::line_of(std::uint64_t offset) {
  if (offset > text_.size()) offset = text_.size();
  if (offset < at_) {
    const std::size_t lines = count_lines(text_.substr(offset, at_ - offset));
    line_ -= static_cast<std::uint32_t>(lines);
    if (lines != 0) line_begin_ = offset == 0 ? 0 : text_.rfind('\n', offset - 1) + 1;  // npos + 1 is 0
    at_ = offset;
    return line_;
  }
  for (;;) {
    const std::size_t line_end = text_.substr(0, offset).find('\n', at_);
    if (line_end == std::string_view::npos) break;
    at_ = line_begin_ = line_end + 1;
    ++line_;
  }
  at_ = offset;
  return line_;
}

std::uint32_t LineFinder::column_of(std::uint64_t offset) {
  line_of(offset);
  return static_cast<std::uint32_t>(at_ - line_begin_ + 1);
}

}  // namespace tilmash
