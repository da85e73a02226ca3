#include "iso20022/xml_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/text.h"

namespace tilmash::iso20022 {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// [4] NameStartChar beyond ASCII.
constexpr Range name_start[] = {{0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
                                {0x37F, 0x1FFF},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
                                {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};
// [4a] NameChar: these as well.
constexpr Range name_more[] = {{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};

template <std::size_t size>
bool in_ranges(const Range (&ranges)[size], std::uint32_t character) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return character >= range.first && character <= range.last; });
}

/// What an ASCII character may be in a name.
enum NamePart : std::uint8_t { no_part = 0, goes_on = 1, begins = 2 };
constexpr std::array<std::uint8_t, 128> name_parts = [] {
  std::array<std::uint8_t, 128> parts{};
  for (std::size_t c = 0; c < parts.size(); ++c) {
    const bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
    if (letter) parts[c] = begins | goes_on;
    if ((c >= '0' && c <= '9') || c == '-' || c == '.') parts[c] = goes_on;
  }
  return parts;
}();

bool is_name_character(std::uint32_t c, bool first) {
  if (c < 0x80) return (name_parts[c] & (first ? begins : goes_on)) != no_part;
  return in_ranges(name_start, c) || (!first && in_ranges(name_more, c));
}

/// The character at `at` and its size; size 0 when it is not well formed.
std::uint32_t decode(const char* at, const char* end, std::size_t& size) {
  const auto byte = [&](std::ptrdiff_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(at[i])); };
  const std::uint32_t lead = byte(0);
  size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (static_cast<std::size_t>(end - at) < size || find_malformed_utf8({at, size}) != size) {
    size = 0;
    return 0;
  }
  if (size == 1) return lead;
  std::uint32_t character = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) character = character << 6 | (byte(static_cast<std::ptrdiff_t>(i)) & 0x3F);
  return character;
}

/// Bytes of a character by its first byte, when that byte can begin one.
std::size_t character_bytes(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/// Offset of the first byte that is not plain text; the size of the text when there is none.
std::size_t find_stop(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); i += 16) {
    const std::size_t left = text.size() - i;
    const char* const at = text.data() + i;
    const std::uint32_t stops = left >= 16 ? find_stops(at) : find_stops(at, left);
    if (stops != 0) return i + static_cast<std::size_t>(std::countr_zero(stops));
  }
  return text.size();
}

}  // namespace

bool is_xml_character(std::uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c <= 0xD7FF || (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

bool is_plain_text(std::string_view text) {
  return find_stop(text) == text.size();
}

std::size_t find_wrong_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  for (std::size_t i = find_stop(text); i < text.size();) {
    const unsigned char c = byte(i);
    if (c < 0x80) {
      if (c < 0x20 && !is_blank(text[i])) return i;
      i += 1 + find_stop(text.substr(i + 1));
      continue;
    }
    if (c >= 0xC2 && c <= 0xDF && i + 1 < text.size() && (byte(i + 1) & 0xC0) == 0x80) {
      i += 2;
      continue;
    }
    const std::string_view character = text.substr(i, character_bytes(c));
    if (find_malformed_utf8(character) != character.size()) return i;
    if (character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") return i;  // U+FFFE and U+FFFF
    i += character.size();
  }
  return text.size();
}

const char* skip_name(const char* at, const char* end) {
  for (bool first = true; at != end; first = false) {
    if (const auto c = static_cast<unsigned char>(*at); c < 0x80) {
      if (!is_name_character(c, first)) break;
      ++at;
      continue;
    }
    std::size_t size = 0;
    const std::uint32_t character = decode(at, end, size);
    if (size == 0 || !is_name_character(character, first)) break;
    at += size;
  }
  return at;
}

bool take_reference(const char*& at, const char* end, std::string& out) {
  struct Entity {
    std::string_view name;
    char character;
  };
  static constexpr std::array<Entity, 5> entities = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  const std::string_view rest(at, static_cast<std::size_t>(end - at));
  for (const Entity& entity : entities) {
    if (!rest.starts_with(entity.name)) continue;
    out += entity.character;
    at += entity.name.size();
    return true;
  }
  if (!rest.starts_with("&#")) return false;
  const bool hex = rest.size() > 2 && rest[2] == 'x';
  std::size_t i = hex ? 3 : 2;
  const std::size_t first = i;
  std::uint32_t character = 0;
  for (; i < rest.size() && rest[i] != ';'; ++i) {
    const char c = rest[i];
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return false;
    }
    character = character * (hex ? 16 : 10) + digit;
    if (character > 0x10FFFF) return false;
  }
  if (i == first || i == rest.size() || !is_xml_character(character)) return false;
  char bytes[4];
  out.append(bytes, write_utf8(bytes, character));
  at += i + 1;
  return true;
}

namespace {

/// What an ASCII character becomes; empty: itself.
std::string_view escape_of(char c, bool attribute) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#13;";
    case '"':
      return attribute ? "&quot;" : "";
    case '\n':
      return attribute ? "&#10;" : "";
    case '\t':
      return attribute ? "&#9;" : "";
    default:
      return "";
  }
}

#if defined(__SSE2__)
/// What sixteen bytes are; bit i is byte i.
struct ShortBlock {
  std::uint32_t begin_two;  ///< C2..DF: the first of two bytes
  std::uint32_t go_on;      ///< 80..BF
  std::uint32_t odd;        ///< markup, `quote`, controls, and all else that begins or goes on with no such character
  __m128i go_on_bytes;      ///< -1 where go_on
};

inline ShortBlock look_at_short(__m128i bytes, char quote) {
  const auto bits = [](__m128i mask) { return static_cast<std::uint32_t>(_mm_movemask_epi8(mask)); };
  const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  // Of signed bytes, 80..BF are the least, then C0..FF, then ASCII.
  const __m128i go_on = _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xC0)));
  const __m128i from_c2 = _mm_sub_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xC2)));
  const __m128i begin_two = _mm_cmpeq_epi8(_mm_min_epu8(from_c2, _mm_set1_epi8(0xDF - 0xC2)), from_c2);
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  const __m128i markup = _mm_or_si128(_mm_or_si128(is('&'), is(quote)), _mm_or_si128(is('<'), is('>')));
  const std::uint32_t two = bits(begin_two);
  const std::uint32_t on = bits(go_on);
  return {two, on, bits(_mm_or_si128(markup, control)) | (bits(bytes) & ~(two | on)), go_on};
}

/// Copies a block of up to sixteen bytes of `left`; returns how many of them are whole characters of one or two bytes,
/// none of which is markup (`quote` counts as that) or a control.
inline std::size_t copy_short_block(char* out, const char* at, std::size_t left, char quote) {
  const __m128i bytes = left >= 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)) : load_short(at, left);
  const ShortBlock block = look_at_short(bytes, quote);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
  // A second byte where none is due, or none where one is: then the first is wrong too. Behind the block none is seen.
  const std::uint32_t broken = block.go_on ^ block.begin_two << 1;
  const std::uint32_t stops = block.odd | broken | (broken >> 1 & block.begin_two) | 1u << 16;
  return std::min(left, static_cast<std::size_t>(std::countr_zero(stops)));
}
#else
std::size_t copy_short_block(char*, const char*, std::size_t, char) {
  return 0;
}
#endif

bool is_short_character(const char* at) {
  const auto first = static_cast<unsigned char>(at[0]);
  return first >= 0xC2 && first <= 0xDF && (static_cast<unsigned char>(at[1]) & 0xC0) == 0x80;
}

}  // namespace

#if defined(__SSE2__)
std::size_t copy_short_characters(char* out, std::string_view text) {
  if (text.size() > 4000) return 0;
  __m128i going_on = _mm_setzero_si128();  // how often a byte of each column went on; 250 blocks fill none
  std::uint32_t carried = 0;               // 1: the block before ended with the first of two bytes
  for (std::size_t i = 0; i < text.size(); i += 16) {
    const std::size_t left = text.size() - i;
    const char* const at = text.data() + i;
    const __m128i bytes = left >= 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)) : load_short(at, left);
    const ShortBlock block = look_at_short(bytes, '&');
    if (block.odd != 0 || block.go_on != ((block.begin_two << 1 | carried) & 0xFFFF)) return 0;
    carried = block.begin_two >> 15;
    going_on = _mm_sub_epi8(going_on, block.go_on_bytes);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), bytes);
  }
  if (carried != 0) return 0;
  const __m128i sums = _mm_sad_epu8(going_on, _mm_setzero_si128());
  const auto count = static_cast<std::size_t>(_mm_extract_epi16(sums, 0) + _mm_extract_epi16(sums, 4));
  return text.size() - count;
}
#else
std::size_t copy_short_characters(char*, std::string_view) {
  return 0;
}
#endif

char* write_escaped(char* out, std::string_view text, bool attribute) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const char quote = attribute ? '"' : '&';
  while (at != end) {
    const std::size_t copied = copy_short_block(out, at, static_cast<std::size_t>(end - at), quote);
    at += copied;
    out += copied;
    if (at == end) break;
    // Something odd, or a character that goes on behind the block.
    const auto left = static_cast<std::size_t>(end - at);
    const auto c = static_cast<unsigned char>(*at);
    if (c >= 0x20 && c < 0x80 && c != '&' && c != '<' && c != '>' && c != '"') {
      *out++ = *at++;
    } else if (left >= 2 && is_short_character(at)) {
      std::memcpy(out, at, 2);
      at += 2;
      out += 2;
    } else {
      const auto size = std::min(character_bytes(c), left);
      if (find_wrong_character({at, size}) != size) return nullptr;
      std::string_view written = escape_of(*at, attribute);
      if (written.empty()) written = {at, size};
      std::memcpy(out, written.data(), written.size());
      out += written.size();
      at += size;
    }
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text, bool attribute) {
  const std::size_t before = out.size();
  out.resize(before + escaped_bytes_max * text.size() + escaped_slack_bytes);
  const char* const end = write_escaped(out.data() + before, text, attribute);
  out.resize(end == nullptr ? before : static_cast<std::size_t>(end - out.data()));
}

}  // namespace tilmash::iso20022
