// Floating-point numbers of records (COMP-1, COMP-2) as decimal text and back, in integers alone: the shortest decimal
// that reads back as the same bytes.
//
//   IEEE 754       sign 1, exponent 8 or 11, fraction 23 or 52 bits                (IEEE 754-2008, 3.4)
//   IBM            sign 1, exponent 7 of 16 with bias 64, fraction 24 or 56 bits: (-1)^s x 0.f x 16^(e-64)
//                  (z/Architecture Principles of Operation, chapter 18)
// Infinities, NaNs and IBM numbers that are not normalised have no decimal that would be written as the same bytes:
// they are faults. A float is no amount: its leaf is text, and no control adds it up.
#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "adapters/records/values.h"

namespace tilmash::records {
namespace {

/// A natural number of any size, least significant word first, no zero words at the end.
class Natural {
 public:
  explicit Natural(std::uint64_t value) {
    for (; value != 0; value >>= 32) words_.push_back(static_cast<std::uint32_t>(value));
  }

  void multiply_add(std::uint32_t factor, std::uint32_t addend) {
    std::uint64_t carry = addend;
    for (std::uint32_t& word : words_) {
      carry += std::uint64_t{word} * factor;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words_.push_back(static_cast<std::uint32_t>(carry));
  }
  void multiply_by_power(std::uint32_t base, unsigned exponent) {
    for (; exponent != 0; --exponent) multiply_add(base, 0);
  }
  void shift_left(unsigned bits) {
    if (words_.empty()) return;
    words_.insert(words_.begin(), bits / 32, 0);
    if (bits % 32 != 0) multiply_high(bits / 32, bits % 32);
  }
  void halve() {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] = words_[i] >> 1 | (i + 1 < words_.size() ? words_[i + 1] << 31 : 0);
    }
    trim();
  }
  /// Not below zero.
  void subtract(const Natural& other) {
    std::int64_t borrow = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      borrow += std::int64_t{words_[i]} - (i < other.words_.size() ? std::int64_t{other.words_[i]} : 0);
      words_[i] = static_cast<std::uint32_t>(borrow & 0xFFFFFFFF);
      borrow >>= 32;
    }
    trim();
  }
  std::uint32_t divide(std::uint32_t by) {
    std::uint64_t rest = 0;
    for (std::size_t i = words_.size(); i-- > 0;) {
      rest = rest << 32 | words_[i];
      words_[i] = static_cast<std::uint32_t>(rest / by);
      rest %= by;
    }
    trim();
    return static_cast<std::uint32_t>(rest);
  }
  bool is_zero() const { return words_.empty(); }
  int bits() const {
    return words_.empty() ? 0 : static_cast<int>(32 * words_.size()) - std::countl_zero(words_.back());
  }
  static int compare(const Natural& a, const Natural& b) {
    if (a.words_.size() != b.words_.size()) return a.words_.size() < b.words_.size() ? -1 : 1;
    for (std::size_t i = a.words_.size(); i-- > 0;) {
      if (a.words_[i] != b.words_[i]) return a.words_[i] < b.words_[i] ? -1 : 1;
    }
    return 0;
  }

 private:
  void multiply_high(std::size_t from, unsigned shift) {
    std::uint64_t carry = 0;
    for (std::size_t i = from; i < words_.size(); ++i) {
      carry |= std::uint64_t{words_[i]} << shift;
      words_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words_.push_back(static_cast<std::uint32_t>(carry));
  }
  void trim() {
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
  }

  std::vector<std::uint32_t> words_;
};

/// mantissa x 2^exponent
struct Binary {
  std::uint64_t mantissa = 0;
  int exponent = 0;
};

/// digits x 10^exponent
struct Tens {
  std::string digits;
  int exponent = 0;
};

/// What a kind of float can hold.
struct Precision {
  int bits;          ///< of the mantissa
  int step;          ///< of the exponent: IBM's moves four bits at a time
  int exponent_min;  ///< of mantissa x 2^exponent
  int exponent_max;
};

constexpr Precision ieee_single = {24, 1, -149, 104};
constexpr Precision ieee_double = {53, 1, -1074, 971};
constexpr Precision ibm_single = {24, 4, -64 * 4 - 24, 63 * 4 - 24};
constexpr Precision ibm_double = {56, 4, -64 * 4 - 56, 63 * 4 - 56};

const Precision& precision_of(const Field& field) {
  return field.ibm ? field.length == 4 ? ibm_single : ibm_double : field.length == 4 ? ieee_single : ieee_double;
}

Tens to_tens(Binary value) {
  Natural number(value.mantissa);
  Tens tens;
  if (value.exponent >= 0) {
    number.shift_left(static_cast<unsigned>(value.exponent));
  } else {
    number.multiply_by_power(5, static_cast<unsigned>(-value.exponent));
    tens.exponent = value.exponent;
  }
  while (!number.is_zero()) tens.digits += static_cast<char>('0' + number.divide(10));
  std::reverse(tens.digits.begin(), tens.digits.end());
  return tens;
}

/// The nearest number of the kind, halves to even. False when it is too large; too small becomes zero.
bool to_binary(const Tens& tens, const Precision& kind, Binary& out) {
  Natural number(0);
  for (const char c : tens.digits) {
    if (number.is_zero()) {
      number = Natural(static_cast<std::uint64_t>(c - '0'));
    } else {
      number.multiply_add(10, static_cast<std::uint32_t>(c - '0'));
    }
  }
  Natural divisor(1);
  (tens.exponent >= 0 ? number : divisor).multiply_by_power(10, static_cast<unsigned>(std::abs(tens.exponent)));
  out = {};
  if (number.is_zero()) return true;
  // The exponent with which the mantissa has all its bits, or with IBM's step at most three fewer.
  int exponent = number.bits() - divisor.bits() - kind.bits;
  while (exponent < kind.exponent_min || (exponent - kind.exponent_min) % kind.step != 0) ++exponent;
  if (exponent >= 0) divisor.shift_left(static_cast<unsigned>(exponent));
  if (exponent < 0) number.shift_left(static_cast<unsigned>(-exponent));
  for (;;) {
    // The quotient has at most `bits` + 1 bits here.
    Natural rest = number;
    Natural part = divisor;
    const int top = std::max(0, number.bits() - divisor.bits() + 1);
    part.shift_left(static_cast<unsigned>(top));
    std::uint64_t quotient = 0;
    for (int i = top; i >= 0; --i, part.halve()) {
      quotient <<= 1;
      if (Natural::compare(rest, part) < 0) continue;
      rest.subtract(part);
      quotient |= 1;
    }
    rest.shift_left(1);
    const int half = Natural::compare(rest, divisor);
    if (half > 0 || (half == 0 && (quotient & 1) != 0)) ++quotient;
    if (quotient >> kind.bits == 0) {
      out = {quotient, exponent};
      return exponent <= kind.exponent_max;
    }
    divisor.shift_left(static_cast<unsigned>(kind.step));
    exponent += kind.step;
    if (exponent > kind.exponent_max) return false;
  }
}

/// `tens` rounded to so many digits, halves up.
Tens rounded(const Tens& tens, std::size_t digits) {
  if (tens.digits.size() <= digits) return tens;
  Tens out{tens.digits.substr(0, digits), tens.exponent + static_cast<int>(tens.digits.size() - digits)};
  if (tens.digits[digits] < '5') return out;
  std::size_t at = digits;
  while (at > 0 && out.digits[at - 1] == '9') out.digits[--at] = '0';
  if (at > 0) {
    ++out.digits[at - 1];
  } else {
    out.digits.insert(0, 1, '1');
  }
  return out;
}

/// "0.001", "123", "-4.5"; "1.5E+300" where the point would be more than 40 places away.
std::string to_text(Tens tens, bool negative) {
  while (tens.digits.size() > 1 && tens.digits.back() == '0') {
    tens.digits.pop_back();
    ++tens.exponent;
  }
  std::string out = negative ? "-" : "";
  const int point = static_cast<int>(tens.digits.size()) + tens.exponent;
  if (point > 40 || point < -40) {
    out += tens.digits[0];
    if (tens.digits.size() > 1) out += '.' + tens.digits.substr(1);
    return out + (point > 0 ? "E+" : "E-") + std::to_string(std::abs(point - 1));
  }
  if (point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + tens.digits;
  if (tens.exponent >= 0) return out + tens.digits + std::string(static_cast<std::size_t>(tens.exponent), '0');
  return out + tens.digits.substr(0, static_cast<std::size_t>(point)) + '.' +
         tens.digits.substr(static_cast<std::size_t>(point));
}

/// Plain decimal or with an exponent; false for anything else, or what is far beyond any float.
bool parse(std::string_view text, Tens& tens) {
  const std::size_t e = std::min(text.find('E'), text.size());
  bool point = false;
  for (const char c : text.substr(0, e)) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return false;
    if (point) --tens.exponent;
    if (!tens.digits.empty() || c != '0') tens.digits += c;
  }
  if (e == 0 || (point && e == 1) || tens.digits.size() > 800 || tens.exponent < -1200) return false;
  if (e == text.size()) return true;
  std::string_view power = text.substr(e + 1);
  const bool down = !power.empty() && power[0] == '-';
  if (!power.empty() && (power[0] == '-' || power[0] == '+')) power.remove_prefix(1);
  if (power.empty() || power.size() > 3) return false;
  int value = 0;
  for (const char c : power) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  tens.exponent += down ? -value : value;
  return true;
}

/// The bits of a number of the kind. False for what is no finite, normalised number.
bool unpack(const Field& field, std::uint64_t bits, Binary& value) {
  const Precision& kind = precision_of(field);
  const int width = 8 * static_cast<int>(field.length);
  if (field.ibm) {
    value.mantissa = bits & ((std::uint64_t{1} << kind.bits) - 1);
    const int exponent = static_cast<int>(bits >> kind.bits & 0x7F);
    value.exponent = 4 * (exponent - 64) - kind.bits;
    return value.mantissa == 0 ? exponent == 0 : value.mantissa >> (kind.bits - 4) != 0;
  }
  const int fraction_bits = kind.bits - 1;
  const std::uint64_t exponent_mask = (std::uint64_t{1} << (width - 1 - fraction_bits)) - 1;
  const std::uint64_t exponent = bits >> fraction_bits & exponent_mask;
  value.mantissa = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  value.exponent = kind.exponent_min + (exponent == 0 ? 0 : static_cast<int>(exponent) - 1);
  if (exponent != 0) value.mantissa |= std::uint64_t{1} << fraction_bits;
  return exponent != exponent_mask;
}

std::uint64_t pack(const Field& field, Binary value) {
  const Precision& kind = precision_of(field);
  if (value.mantissa == 0) return 0;
  if (field.ibm) {
    return static_cast<std::uint64_t>((value.exponent + kind.bits) / 4 + 64) << kind.bits | value.mantissa;
  }
  const int fraction_bits = kind.bits - 1;
  if (value.mantissa >> fraction_bits == 0) return value.mantissa;  // subnormal
  return static_cast<std::uint64_t>(value.exponent - kind.exponent_min + 1) << fraction_bits |
         (value.mantissa & ((std::uint64_t{1} << fraction_bits) - 1));
}

}  // namespace

Code read_float(const RecordLayout&, const Field& field, std::string_view bytes, Arena& arena, Value& value,
                std::size_t& bad) {
  bad = 0;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bits = bits << 8 | static_cast<unsigned char>(bytes[field.little ? bytes.size() - 1 - i : i]);
  }
  const int width = 8 * static_cast<int>(field.length);
  const bool negative = bits >> (width - 1) != 0;
  bits &= ~std::uint64_t{0} >> (65 - width);
  Binary number;
  if (!unpack(field, bits, number)) return "FMT-0215"_code;
  if (number.mantissa == 0) {
    value.text = negative ? "-0" : "0";
    return {};
  }
  // Trailing zero bits make the exact expansion long and say nothing.
  Binary exact = number;
  const int zeros = std::countr_zero(exact.mantissa);
  exact.mantissa >>= zeros;
  exact.exponent += zeros;
  const Tens all = to_tens(exact);
  Tens shortest = all;
  for (std::size_t digits = 1; digits <= 18; ++digits) {
    shortest = rounded(all, digits);
    Binary back;
    if (to_binary(shortest, precision_of(field), back) && pack(field, back) == bits) break;
  }
  value.text = arena.copy(to_text(shortest, negative));
  return {};
}

Code write_float(const RecordLayout&, const Field& field, std::string_view text, char* to) {
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  Tens tens;
  if (!parse(text, tens)) return "FMT-0402"_code;
  Binary number;
  if (!to_binary(tens, precision_of(field), number)) return "FMT-0400"_code;
  if (number.mantissa == 0 && !tens.digits.empty()) return "FMT-0410"_code;  // too small: it would be read as zero
  if (field.ibm && number.mantissa != 0 && number.mantissa >> (precision_of(field).bits - 4) == 0)
    return "FMT-0410"_code;
  const int width = 8 * static_cast<int>(field.length);
  std::uint64_t bits = pack(field, number) | static_cast<std::uint64_t>(negative) << (width - 1);
  for (std::uint32_t i = 0; i < field.length; ++i, bits >>= 8) {
    to[field.little ? i : field.length - 1 - i] = static_cast<char>(bits & 0xFF);
  }
  return {};
}

}  // namespace tilmash::records
