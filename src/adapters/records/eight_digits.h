// Decimal digits eight at a time, in one 64-bit word; little-endian machines only, others take the slower way.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace tilmash::records {

inline constexpr bool has_eight_digits = std::endian::native == std::endian::little;
inline constexpr std::uint64_t ones = 0x0101010101010101;

inline std::uint64_t load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

/// Eight ASCII digits.
inline bool are_eight_digits(std::uint64_t ascii) {
  return ((ascii & 0xF0F0F0F0F0F0F0F0) | (((ascii + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) ==
         0x3333333333333333;
}

/// Their number.
inline std::uint64_t value_of_eight(std::uint64_t ascii) {
  std::uint64_t word = (ascii & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FF) * 6553601 >> 16;
  return (word & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;
}

/// Eight half-bytes, the first digit in the uppermost, as eight bytes in memory order, 00 to 0F each.
inline std::uint64_t spread_eight(std::uint32_t half_bytes) {
  std::uint64_t word = half_bytes;
  word = (word | word << 16) & 0x0000FFFF0000FFFF;
  word = (word | word << 8) & 0x00FF00FF00FF00FF;
  word = (word | word << 4) & 0x0F0F0F0F0F0F0F0F;
  return __builtin_bswap64(word);
}

/// Up to 24 ASCII digits, aligned right and filled with zeros; room behind them, so that parts are copied whole.
struct Digits24 {
  static constexpr std::size_t size = 24;
  char text[2 * size];

  void set(std::uint64_t first, std::uint64_t second, std::uint64_t third) {
    std::memcpy(text, &first, 8);
    std::memcpy(text + 8, &second, 8);
    std::memcpy(text + 16, &third, 8);
  }
  /// How many zeros stand in front; `size` when there is nothing else.
  std::size_t leading_zeros() const {
    for (std::size_t at = 0; at < size; at += 8) {
      const std::uint64_t others = load(text + at) ^ ones * '0';
      if (others != 0) return at + static_cast<std::size_t>(std::countr_zero(others)) / 8;
    }
    return size;
  }
};

}  // namespace tilmash::records
