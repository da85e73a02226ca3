// The values that most records consist of: zoned, packed and binary numbers of up to 16 digits without a rule of their
// own, sixteen bytes at a time in SSE2, which every x86-64 has. Whatever is out of the ordinary (a wrong byte above
// all) is left to read_value, which finds the place and the code; so nothing here decides that a value is bad. Other
// machines know read_value alone.
#pragma once

#include <algorithm>
#include <array>

#include "adapters/records/eight_digits.h"
#include "adapters/records/values.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tilmash::records {

inline constexpr std::uint32_t quick_digits_max = 16;
inline constexpr std::uint32_t quick_scale_max = 8;

#if defined(__SSE2__)
inline constexpr bool has_quick_numbers = true;

inline constexpr auto powers_of_ten = [] {
  std::array<std::uint64_t, quick_digits_max + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// What puts a point before the last `scale` of eight digits in memory order, of which the last falls out.
struct PointMask {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;
  std::uint64_t point = 0;
};
inline constexpr auto point_masks = [] {
  std::array<PointMask, quick_scale_max + 1> masks{};
  for (unsigned scale = 1; scale <= quick_scale_max; ++scale) {
    PointMask& mask = masks[scale];
    mask.whole = scale == 8 ? 0 : ~std::uint64_t{0} >> 8 * scale;
    mask.point = std::uint64_t{'.'} << 8 * (8 - scale);
    mask.fraction = scale == 1 ? 0 : ~std::uint64_t{0} << 8 * (9 - scale);
  }
  return masks;
}();

inline __m128i two_words(std::uint64_t first, std::uint64_t second) {
  return _mm_set_epi64x(static_cast<long long>(second), static_cast<long long>(first));
}

/// Sixteen digits, 0 to 9 each, the first in the lowest byte.
inline bool are_sixteen_digits(__m128i digits) {
  return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits)) == 0xFFFF;
}

/// Two, four, then eight digits at a time.
inline std::uint64_t value_of_sixteen(__m128i digits) {
  const __m128i first = _mm_and_si128(digits, _mm_set1_epi16(0xFF));
  const __m128i twos = _mm_add_epi16(_mm_mullo_epi16(first, _mm_set1_epi16(10)), _mm_srli_epi16(digits, 8));
  const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(1 << 16 | 100));
  const __m128i eights = _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(1 << 16 | 10000));
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  return (both & 0xFFFFFFFF) * 100000000 + (both >> 32);
}

inline std::uint32_t leading_zeros(__m128i digits) {
  const auto zeros = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_setzero_si128())));
  return static_cast<std::uint32_t>(std::countr_one(zeros));
}

/// Text and number of digits that are aligned right.
inline void finish_quick(const Field& field, __m128i digits, std::uint64_t number, bool negative, Arena& arena,
                         Value& value) {
  value.number.unscaled = negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
  value.number.scale = field.scale;
  // A byte for the sign, 16 digits, of which the last `scale` make room for the point.
  char* const out = arena.allocate(quick_digits_max + 2) + 1;
  char* end = out + quick_digits_max;
  const __m128i ascii = _mm_or_si128(digits, _mm_set1_epi8('0'));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), ascii);
  if (field.scale != 0) {
    const PointMask& mask = point_masks[field.scale];
    const auto last = static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(ascii, ascii)));
    const std::uint64_t word = (last & mask.whole) | mask.point | (last << 8 & mask.fraction);
    std::memcpy(out + 8, &word, 8);
    *end++ = static_cast<char>(last >> 56);
  }
  arena.shrink(end);
  char* text = out + std::min(leading_zeros(digits), quick_digits_max - field.scale - 1U);
  // A negative zero keeps its sign, so that it is written back as it was.
  text[-1] = '-';
  text -= negative ? 1 : 0;
  value.text = {text, static_cast<std::size_t>(end - text)};
}

/// Digits of the page with zeros in front, the sign at most in the zone of the last.
inline bool read_zoned_quick(const RecordLayout& layout, const Field& field, const char* at, Arena& arena,
                             Value& value) {
  const auto zero = static_cast<unsigned char>(layout.zero);
  const std::size_t size = field.length;
  const std::uint64_t zeros = ones * zero;
  std::uint64_t first = zeros;
  std::uint64_t last = 0;
  if (size >= 8) {
    last = load(at + size - 8);
    if (size > 8) first = load_tail(at, size - 8) | (zeros & before_tail[size - 8]);
  } else {
    last = load_tail(at, size) | (zeros & before_tail[size]);
  }
  bool negative = false;
  if (field.sign != Sign::plain) {
    const unsigned zone_digit = zoned(layout, at[size - 1]);
    const int sign = sign_of(field, zone_digit >> 4);
    if (zone_digit == 0 || sign == 0) return false;
    negative = sign < 0;
    last = last << 8 >> 8 | std::uint64_t{zero + (zone_digit & 15)} << 56;
  }
  const __m128i digits = _mm_xor_si128(two_words(first, last), _mm_set1_epi8(layout.zero));
  if (!are_sixteen_digits(digits)) return false;
  finish_quick(field, digits, value_of_sixteen(digits), negative, arena, value);
  return true;
}

/// Packed decimals, with the sign as the last half-byte or without one.
inline bool read_packed_quick(const Field& field, const char* at, Arena& arena, Value& value) {
  const std::size_t size = field.length;
  const bool has_sign = field.op == Op::packed;
  std::uint64_t bytes = size < 8 ? load_tail(at, size) : load(at + size - 8);
  bool negative = false;
  if (has_sign) {
    const int sign = sign_of(field, static_cast<unsigned char>(at[size - 1]) & 15U);
    if (sign == 0) return false;
    negative = sign < 0;
  }
  const __m128i word = _mm_cvtsi64_si128(static_cast<long long>(bytes));
  const __m128i low = _mm_set1_epi8(0x0F);
  __m128i digits = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(word, 4), low), _mm_and_si128(word, low));
  if (has_sign) {
    digits = _mm_slli_si128(digits, 1);
    // The first of 16 digits is in a byte before the eight.
    if (size > 8) digits = _mm_or_si128(digits, _mm_cvtsi32_si128(static_cast<unsigned char>(*at)));
  }
  // There is a spare half-byte in front of an even number of digits.
  if (!are_sixteen_digits(digits) || leading_zeros(digits) + field.digits < quick_digits_max) return false;
  finish_quick(field, digits, value_of_sixteen(digits), negative, arena, value);
  return true;
}

/// Two's complement of up to eight bytes.
inline bool read_binary_quick(const Field& field, const char* at, Arena& arena, Value& value) {
  const auto empty_bits = static_cast<unsigned>(64 - 8 * field.length);
  std::uint64_t bits = load_tail(at, field.length);
  bits = field.little ? bits >> empty_bits : __builtin_bswap64(bits);
  const bool negative = field.is_signed && bits << empty_bits >> 63 != 0;
  if (negative) bits = (0 - (bits << empty_bits)) >> empty_bits;
  constexpr std::uint64_t eight = 100000000;
  if (bits >=
      powers_of_ten[field.digits != 0 ? std::min<std::uint32_t>(field.digits, quick_digits_max) : quick_digits_max]) {
    return false;
  }
  const std::uint64_t first = bits < eight ? ones * '0' : eight_digits_of(bits / eight);
  const __m128i digits = _mm_xor_si128(two_words(first, eight_digits_of(bits % eight)), _mm_set1_epi8('0'));
  finish_quick(field, digits, bits, negative, arena, value);
  return true;
}

#else
inline constexpr bool has_quick_numbers = false;
inline bool read_zoned_quick(const RecordLayout&, const Field&, const char*, Arena&, Value&) {
  return false;
}
inline bool read_packed_quick(const Field&, const char*, Arena&, Value&) {
  return false;
}
inline bool read_binary_quick(const Field&, const char*, Arena&, Value&) {
  return false;
}
#endif

}  // namespace tilmash::records
