// Decimal digits eight at a time, in one 64-bit word; little-endian machines only, others take the slower way.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace tilmash::records {

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

/// Bytes FF in front of the last `size` of a word, by `size`.
inline constexpr std::array<std::uint64_t, 9> before_tail = [] {
  std::array<std::uint64_t, 9> masks{};
  for (unsigned size = 0; size < 8; ++size) masks[size] = ~std::uint64_t{0} >> 8 * size;
  return masks;
}();

}  // namespace tilmash::records
