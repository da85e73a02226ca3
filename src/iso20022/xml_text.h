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

/// Sixteen bytes, asked two questions at once. Bit i of an answer is byte i.
struct Block {
  std::uint32_t less = 0;     ///< bytes that are '<'
  std::uint32_t special = 0;  ///< controls, '&', ']', and bytes from 0x80 up: not plain text
};

inline Block look_at_block(const char* at) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const auto bits = [](__m128i mask) { return static_cast<std::uint32_t>(_mm_movemask_epi8(mask)); };
  const __m128i odd =
      _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                   _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(']'))));
  return {bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('<'))), bits(odd)};
#else
  Block block;
  for (std::uint32_t i = 0; i < 16; ++i) {
    const char c = at[i];
    if (c == '<') block.less |= 1u << i;
    if (static_cast<signed char>(c) < 0x20 || c == '&' || c == ']') block.special |= 1u << i;
  }
  return block;
#endif
}

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

inline constexpr std::size_t escaped_bytes_max = 6;  ///< what one byte can become

/// Writes `text` as append_escaped does, where there is room for it; returns the end.
char* write_escaped(char* out, std::string_view text, bool attribute);

/// Appends `text` so that it reads back the same as the content of an element (or, `attribute`, of a value between
/// double quotes).
void append_escaped(std::string& out, std::string_view text, bool attribute);

}  // namespace tilmash::iso20022
