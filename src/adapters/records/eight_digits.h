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

/// The other way round: a number below 100,000,000 as eight ASCII digits in memory order.
inline std::uint64_t eight_digits_of(std::uint64_t number) {
  const std::uint64_t fours = number / 10000 | number % 10000 << 32;
  // Division by 100, then by 10, of all parts at once, by multiplication: exact for what they can be.
  const std::uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007F0000007F;
  const std::uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  const std::uint64_t tens = (twos * 103 >> 10) & 0x000F000F000F000F;
  return (tens | (twos - tens * 10) << 8) + ones * '0';
}

/// `size` bytes, 1 to 8, at the upper end of a word (the last in memory order), zeros before them.
inline std::uint64_t load_tail(const char* at, std::size_t size) {
  if (size >= 8) return load(at);
  const auto shift = static_cast<unsigned>(8 * (8 - size));
  if (size >= 4) {
    std::uint32_t first;
    std::uint32_t last;
    std::memcpy(&first, at, 4);
    std::memcpy(&last, at + size - 4, 4);
    return std::uint64_t{first} << shift | std::uint64_t{last} << 32;
  }
  std::uint16_t first = static_cast<unsigned char>(*at);
  if (size == 1) return std::uint64_t{first} << 56;
  std::uint16_t last;
  std::memcpy(&first, at, 2);
  std::memcpy(&last, at + size - 2, 2);
  return std::uint64_t{first} << shift | std::uint64_t{last} << 48;
}

/// Up to 24 ASCII digits, aligned right and filled with zeros, eight a word in memory order.
struct DigitWords {
  static constexpr std::size_t size = 24;
  std::uint64_t first = ones * '0';
  std::uint64_t second = ones * '0';
  std::uint64_t third = ones * '0';

  /// How many zeros stand in front; `size` when there is nothing else.
  std::size_t leading_zeros() const {
    const auto zeros = [](std::uint64_t word) { return static_cast<std::size_t>(std::countr_zero(word)) / 8; };
    if (first != ones * '0') return zeros(first ^ ones * '0');
    if (second != ones * '0') return 8 + zeros(second ^ ones * '0');
    return third != ones * '0' ? 16 + zeros(third ^ ones * '0') : size;
  }
  /// Of at most 19 digits.
  std::uint64_t value() const {
    std::uint64_t number = value_of_eight(third);
    if (second != ones * '0') number += value_of_eight(second) * 100000000;
    if (first != ones * '0') number += value_of_eight(first) * 10000000000000000;
    return number;
  }
};

}  // namespace tilmash::records
