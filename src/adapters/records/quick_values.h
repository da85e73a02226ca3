// The values that most records consist of, read as a whole a few words at a time: texts of up to 64 bytes, zoned,
// packed and binary numbers of up to 18 digits without a rule of their own. Whatever is out of the ordinary (a wrong
// byte above all) is left to read_value, which finds the place and the code; so nothing here decides that a value is
// bad.
#pragma once

#include <algorithm>
#include <array>

#include "adapters/records/eight_digits.h"
#include "adapters/records/values.h"

namespace tilmash::records {

inline constexpr auto powers_of_ten = [] {
  std::array<std::uint64_t, digits_max_short + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// Text and number of digits; the field has a scale of at most 8 and no powers of ten.
inline void finish_quick(const Field& field, const DigitWords& digits, std::uint64_t number, bool negative,
                         Arena& arena, Value& value) {
  value.number.unscaled = negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
  value.number.scale = field.scale;
  // A byte for the sign, 24 digits, of which the last `scale` make room for the point.
  char* const out = arena.allocate(DigitWords::size + 2) + 1;
  std::memcpy(out, &digits.first, 8);
  std::memcpy(out + 8, &digits.second, 8);
  std::memcpy(out + 16, &digits.third, 8);
  char* end = out + DigitWords::size;
  std::size_t begin = digits.leading_zeros();
  if (field.scale != 0) {
    const unsigned whole_bits = 64 - 8U * field.scale;
    const std::uint64_t fraction = digits.third >> whole_bits;  // its first digit lowest
    const std::uint64_t whole = whole_bits == 0 ? 0 : digits.third << (64 - whole_bits) >> (64 - whole_bits);
    const std::uint64_t shifted = whole_bits == 56 ? 0 : fraction << whole_bits << 8;
    const std::uint64_t word = whole | std::uint64_t{'.'} << whole_bits | shifted;
    std::memcpy(out + 16, &word, 8);
    *end++ = static_cast<char>(digits.third >> 56);
  }
  begin = std::min(begin, DigitWords::size - field.scale - 1U);
  char* text = out + begin;
  // A negative zero keeps its sign, so that it is written back as it was.
  if (negative) *--text = '-';
  value.text = {text, static_cast<std::size_t>(end - text)};
  arena.shrink(end);
}

/// Digits of the page with zeros in front, the sign at most in the zone of the first or last.
inline bool read_zoned_quick(const RecordLayout& layout, const Field& field, const char* at, Arena& arena,
                             Value& value) {
  const char zero = layout.zero;
  const std::size_t size = field.length;
  bool negative = false;
  std::uint64_t sign_toggle = 0;  // from the signed digit to a plain one
  const bool leading = field.sign == Sign::overpunch_leading;
  if (field.sign != Sign::plain) {
    const char signed_digit = leading ? at[0] : at[size - 1];
    const unsigned zone_digit = zoned(layout, signed_digit);
    const int sign = zone_digit == 0 ? 0 : sign_of(field, zone_digit >> 4);
    if (sign == 0) return false;
    negative = sign < 0;
    const auto plain = static_cast<unsigned char>(static_cast<unsigned char>(zero) + (zone_digit & 15));
    sign_toggle = static_cast<unsigned char>(signed_digit) ^ plain;
  }
  DigitWords digits;
  const std::uint64_t toggle = ones * static_cast<unsigned char>(zero ^ '0');
  std::uint64_t* words[] = {&digits.third, &digits.second, &digits.first};
  std::size_t left = size;
  bool good = true;
  for (std::uint64_t* word : words) {
    const std::size_t part = std::min<std::size_t>(left, 8);
    const unsigned empty_bits = static_cast<unsigned>(64 - 8 * part);
    left -= part;
    std::uint64_t bytes = load_tail(at + left, part);
    if (word == &digits.third && !leading) bytes ^= sign_toggle << 56;
    if (left == 0 && leading) bytes ^= sign_toggle << empty_bits;
    bytes ^= toggle;
    if (empty_bits != 0) bytes = bytes >> empty_bits << empty_bits | ones * '0' << 8 * part >> 8 * part;
    good = good && are_eight_digits(bytes);
    *word = bytes;
    if (left == 0) break;
  }
  if (!good) return false;
  finish_quick(field, digits, digits.value(), negative, arena, value);
  return true;
}

/// Packed decimals, with the sign as the last half-byte or without one.
inline bool read_packed_quick(const Field& field, const char* at, Arena& arena, Value& value) {
  const bool has_sign = field.op == Op::packed;
  const std::size_t size = field.length;
  std::uint64_t low = __builtin_bswap64(load_tail(at + (size > 8 ? size - 8 : 0), std::min<std::size_t>(size, 8)));
  std::uint64_t high = size > 8 ? __builtin_bswap64(load_tail(at, size - 8)) : 0;
  bool negative = false;
  if (has_sign) {
    const int sign = sign_of(field, static_cast<unsigned>(low & 15));
    if (sign == 0) return false;
    negative = sign < 0;
    low = low >> 4 | high << 60;
    high >>= 4;
  }
  // The spare half-byte in front of an even number of digits.
  if (field.digits < 16 ? low >> 4 * field.digits != 0 || high != 0 : high >> 4 * (field.digits - 16U) != 0)
    return false;
  constexpr std::uint64_t to_ten = 0x0606060606060606;
  DigitWords digits;
  digits.third = spread_eight(static_cast<std::uint32_t>(low));
  digits.second = spread_eight(static_cast<std::uint32_t>(low >> 32));
  digits.first = spread_eight(static_cast<std::uint32_t>(high));
  if ((((digits.third + to_ten) | (digits.second + to_ten) | (digits.first + to_ten)) & 0xF0F0F0F0F0F0F0F0) != 0) {
    return false;
  }
  digits.third |= ones * '0';
  digits.second |= ones * '0';
  digits.first |= ones * '0';
  finish_quick(field, digits, digits.value(), negative, arena, value);
  return true;
}

/// Two's complement of up to eight bytes.
inline bool read_binary_quick(const Field& field, const char* at, Arena& arena, Value& value) {
  const std::size_t size = field.length;
  std::uint64_t bits = load_tail(at, size);
  const unsigned empty_bits = static_cast<unsigned>(64 - 8 * size);
  bits = field.little ? bits >> empty_bits : __builtin_bswap64(bits);
  const bool negative = field.is_signed && bits >> (63 - empty_bits) != 0;
  if (negative) bits = 0 - (bits | (empty_bits == 0 ? 0 : ~std::uint64_t{0} << (64 - empty_bits)));
  if (bits >= powers_of_ten[field.digits != 0 ? field.digits : digits_max_short]) return false;
  DigitWords digits;
  constexpr std::uint64_t eight = 100000000;
  digits.third = eight_digits_of(bits % eight);
  if (bits >= eight) digits.second = eight_digits_of(bits / eight % eight);
  if (bits >= eight * eight) digits.first = eight_digits_of(bits / (eight * eight));
  finish_quick(field, digits, bits, negative, arena, value);
  return true;
}

}  // namespace tilmash::records
