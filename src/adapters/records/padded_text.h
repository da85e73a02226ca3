// What stands in a field that is filled up with blanks at its end, found sixteen bytes at a time: where the padding
// begins, whether anything before it is beyond ASCII or a control. It decides nothing: it says what is there.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tilmash::records {

inline constexpr std::size_t padded_bytes_max = 4080;  ///< 255 blocks of sixteen

struct PaddedText {
  std::size_t size = 0;      ///< without the blanks at the end; 0: all are
  std::size_t beyond = 0;    ///< how many bytes are 80 or above
  bool has_control = false;  ///< 00 to 1F, or 7F
};

#if defined(__SSE2__)
/// Set bits of sixteen. std::popcount is a call where the processor may lack the instruction, as the baseline does.
inline std::size_t count_sixteen(std::uint32_t bits) {
  bits -= bits >> 1 & 0x5555;
  bits = (bits & 0x3333) + (bits >> 2 & 0x3333);
  bits = (bits + (bits >> 4)) & 0x0F0F;
  return (bits + (bits >> 8)) & 0x1F;
}

/// -1 where a byte is a control.
inline __m128i controls_of(__m128i bytes) {
  return _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes),
                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
}

/// Of sixteen bytes, those with a bit in `own`.
template <bool ascii>
inline PaddedText look_at_sixteen(__m128i bytes, std::uint32_t own, char blank) {
  const auto bits = [](__m128i mask) { return static_cast<std::uint32_t>(_mm_movemask_epi8(mask)); };
  const std::uint32_t others = ~bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(blank))) & own;
  PaddedText found{.size = static_cast<std::size_t>(std::bit_width(others))};
  if (ascii && others != 0) {
    if (const std::uint32_t beyond = bits(bytes) & own; beyond != 0) found.beyond = count_sixteen(beyond);
    found.has_control = (bits(controls_of(bytes)) & own) != 0;
  }
  return found;
}

/// From `left` on: a mask of the last `left` bytes of sixteen.
inline constexpr std::array<char, 32> last_bytes = [] {
  std::array<char, 32> bytes{};
  for (std::size_t i = 16; i < bytes.size(); ++i) bytes[i] = -1;
  return bytes;
}();

/// Any length up to padded_bytes_max; reads no byte outside.
template <bool ascii>
[[gnu::noinline]] PaddedText look_at_long(std::string_view field, char blank) {
  PaddedText found;
  __m128i control = _mm_setzero_si128();
  const auto bits = [](__m128i mask) { return static_cast<std::uint32_t>(_mm_movemask_epi8(mask)); };
  __m128i columns = _mm_setzero_si128();  // how many bytes of each column are beyond ASCII
  const auto look = [&](__m128i bytes, std::size_t at, __m128i counted) {
    const std::uint32_t others = bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(blank))) ^ 0xFFFF;
    if (others == 0) return;
    found.size = at + static_cast<std::size_t>(std::bit_width(others));
    if constexpr (!ascii) return;
    columns = _mm_sub_epi8(columns, _mm_and_si128(_mm_cmplt_epi8(bytes, _mm_setzero_si128()), counted));
    control = _mm_or_si128(control, controls_of(bytes));
  };
  const auto load = [](const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); };
  const __m128i all = _mm_set1_epi8(-1);
  std::size_t i = 0;
  for (; field.size() - i >= 16; i += 16) look(load(field.data() + i), i, all);
  const std::size_t left = field.size() - i;
  if (left != 0 && field.size() > 16) {
    // The last sixteen, of which the first were counted before.
    look(load(field.data() + field.size() - 16), field.size() - 16, load(last_bytes.data() + left));
  } else if (left != 0) {
    char last[16];
    std::memset(last, blank, sizeof last);
    std::memcpy(last, field.data() + i, left);
    look(load(last), i, all);
  }
  const __m128i sums = _mm_sad_epu8(columns, _mm_setzero_si128());
  found.beyond = static_cast<std::size_t>(_mm_extract_epi16(sums, 0) + _mm_extract_epi16(sums, 4));
  found.has_control = bits(control) != 0;
  return found;
}

/// `field` lies within bytes that may be read up to `end`. Without `ascii` (the page has other blanks and controls),
/// only the size is found.
template <bool ascii>
inline PaddedText look_at_padded(std::string_view field, char blank, const char* end) {
  if (field.size() > 16 || end - field.data() < 16) return look_at_long<ascii>(field, blank);
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(field.data()));
  return look_at_sixteen<ascii>(bytes, (std::uint32_t{1} << field.size()) - 1, blank);
}
#else
template <bool ascii>
inline PaddedText look_at_padded(std::string_view field, char blank, const char*) {
  PaddedText found;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const auto c = static_cast<unsigned char>(field[i]);
    if (field[i] != blank) found.size = i + 1;
    found.beyond += ascii && c >= 0x80 ? 1 : 0;
    found.has_control = found.has_control || (ascii && (c < 0x20 || c == 0x7F));
  }
  return found;
}
#endif

/// Whether all of `text`, which lies within bytes that may be read up to `end`, is 0 to 9.
inline bool are_digits(std::string_view text, [[maybe_unused]] const char* end) {
#if defined(__SSE2__)
  if (text.size() <= 16 && end - text.data() >= 16) {
    const __m128i digits =
        _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data())), _mm_set1_epi8('0'));
    const __m128i good = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    const std::uint32_t own = (std::uint32_t{1} << text.size()) - 1;
    return (static_cast<std::uint32_t>(_mm_movemask_epi8(good)) & own) == own;
  }
#endif
  bool all = true;
  for (const char c : text) all = all && c >= '0' && c <= '9';
  return all;
}

}  // namespace tilmash::records
