// Characters, names and runs of text of XML 1.0 (fifth edition), over plain pointers, sixteen bytes at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tilmash::iso20022 {

inline bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

inline std::uint64_t load_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return word;
}

#if defined(__SSE2__)
/// Up to sixteen bytes, filled up with spaces. Reads no other byte, and puts nothing together in memory, where a wide
/// read would have to wait for narrow writes.
inline __m128i load_short(const char* at, std::size_t size) {
  constexpr std::uint64_t spaces = 0x2020202020202020;
  std::uint64_t low = spaces;
  std::uint64_t high = spaces;
  if (size >= 8) {
    low = load_word(at);
    if (size > 8) high = load_word(at + size - 8) >> 8 * (16 - size) | spaces << 8 * (size - 8);
    if (size == 16) high = load_word(at + 8);
  } else if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, at, 4);
    std::memcpy(&last, at + size - 4, 4);
    low = first | static_cast<std::uint64_t>(last) << 8 * (size - 4) | spaces << 8 * size;
  } else {
    for (std::size_t i = size; i-- > 0;) low = low << 8 | static_cast<unsigned char>(at[i]);
  }
  return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
}

/// Which of sixteen bytes are not plain text: '<', '&', ']', controls, and what is beyond ASCII. Bit i is byte i.
inline std::uint32_t find_stops(__m128i bytes) {
  const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // of signed bytes: 80 to FF too
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(odd, is('<')), _mm_or_si128(is('&'), is(']')))));
}
inline std::uint32_t find_stops(const char* at) {
  return find_stops(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}
/// Of fewer bytes.
inline std::uint32_t find_stops(const char* at, std::size_t size) {
  return find_stops(load_short(at, size));
}
#else
inline std::uint32_t find_stops(const char* at, std::size_t size = 16) {
  std::uint32_t stops = 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    const char c = at[i];
    if (static_cast<signed char>(c) < 0x20 || c == '<' || c == '&' || c == ']') stops |= 1u << i;
  }
  return stops;
}
#endif

/// What a value may hold to be copied as it is: sixteen bytes at a time.
enum class Content : std::uint8_t {
  plain,     ///< ASCII without markup and controls
  unmarked,  ///< the same, and of well-formed UTF-8 all characters up to U+EFFF: those behind are looked at elsewhere
};

#if defined(__SSE2__)
template <Content content>
inline bool holds_only(std::uint64_t low, std::uint64_t high) {
  const __m128i bytes = _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
  const __m128i markup =
      _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')),
                   _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('>'))));
  __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // of signed bytes: 80 to FF too
  if constexpr (content == Content::unmarked) {
    odd = _mm_and_si128(odd, _mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xEE))));
  }
  return _mm_movemask_epi8(_mm_or_si128(markup, odd)) == 0;
}
#else
template <Content content>
inline bool holds_only(std::uint64_t low, std::uint64_t high) {
  bool good = true;
  for (std::uint64_t word : {low, high}) {
    for (int i = 0; i < 8; ++i, word >>= 8) {
      const std::uint64_t c = word & 0xFF;
      good = good && c >= 0x20 && c < (content == Content::plain ? 0x80 : 0xEF) && c != '&' && c != '<' && c != '>';
    }
  }
  return good;
}
#endif

/// Copies a value and says whether it holds nothing else. Reads no byte outside of it.
template <Content content>
inline bool copy_if_only(char* out, const char* at, std::size_t size) {
  constexpr std::uint64_t spaces = 0x2020202020202020;
  if (size >= 8) {
    bool good = true;
    std::size_t i = 0;
    for (; i + 16 <= size; i += 16) {
      const std::uint64_t low = load_word(at + i);
      const std::uint64_t high = load_word(at + i + 8);
      std::memcpy(out + i, &low, 8);
      std::memcpy(out + i + 8, &high, 8);
      good = good && holds_only<content>(low, high);
    }
    const std::size_t rest = i + 8 <= size ? i : size - 8;
    const std::uint64_t low = load_word(at + rest);
    const std::uint64_t high = load_word(at + size - 8);
    std::memcpy(out + rest, &low, 8);
    std::memcpy(out + size - 8, &high, 8);
    return good && holds_only<content>(low, high);
  }
  if (size >= 4) {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + size - 4, 4);
    std::memcpy(out, &low, 4);
    std::memcpy(out + size - 4, &high, 4);
    return holds_only<content>(low | static_cast<std::uint64_t>(high) << 32, spaces);
  }
  if (size == 0) return true;
  // The first, the middle and the last of up to three bytes are all of them.
  const char first = at[0];
  const char middle = at[size / 2];
  const char last = at[size - 1];
  out[0] = first;
  out[size / 2] = middle;
  out[size - 1] = last;
  const auto byte = [](char c) { return std::uint64_t{static_cast<unsigned char>(c)}; };
  return holds_only<content>(spaces << 24 | byte(last) << 16 | byte(middle) << 8 | byte(first), spaces);
}

inline bool copy_plain(char* out, const char* at, std::size_t size) {
  return copy_if_only<Content::plain>(out, at, size);
}
/// `at` holds well-formed UTF-8.
inline bool copy_unmarked(char* out, const char* at, std::size_t size) {
  return copy_if_only<Content::unmarked>(out, at, size);
}

inline constexpr std::size_t escaped_bytes_max = 6;     ///< what one byte can become
inline constexpr std::size_t escaped_slack_bytes = 16;  ///< of room behind the text, which is written in blocks

/// Copies a value of one- and two-byte characters none of which is markup or a control, and counts them; 0 when it is
/// anything else (or longer than 4,000 bytes). Writes up to `escaped_slack_bytes` behind it.
std::size_t copy_short_characters(char* out, std::string_view text);

/// Whether `text` holds no control, no '&', '<' or ']', and nothing beyond ASCII.
bool is_plain_text(std::string_view text);

/// Offset of the first byte that begins no character of XML in UTF-8 (2.2: no controls but tab and line ends, no
/// surrogates, no U+FFFE and U+FFFF); the size of the text when there is none.
std::size_t find_wrong_character(std::string_view text);

/// One past the name (2.3, without colons) that begins at `at`; `at` when none does.
const char* skip_name(const char* at, const char* end);

/// Whether U+`character` may stand in a document.
bool is_xml_character(std::uint32_t character);

/// One of &amp; &lt; &gt; &quot; &apos; or a character reference, at the '&' that `at` points to: appends the character
/// and moves behind it. False for anything else: there are no other entities without a DTD.
bool take_reference(const char*& at, const char* end, std::string& out);

/// Writes `text` as append_escaped does, where there is room for it; returns the end, or nullptr when `text` holds what
/// `find_wrong_character` finds: one pass for both.
char* write_escaped(char* out, std::string_view text, bool attribute);

/// Appends `text` so that it reads back the same as the content of an element (or, `attribute`, of a value between
/// double quotes). Nothing when it holds a wrong character.
void append_escaped(std::string& out, std::string_view text, bool attribute);

}  // namespace tilmash::iso20022
