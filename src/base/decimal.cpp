#include "base/decimal.h"

#include <algorithm>

namespace tilmash {
namespace {

__extension__ typedef unsigned __int128 UInt128;

Int128 scaled_up(Int128 value, unsigned places) {
  while (places-- > 0) value *= 10;
  return value;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  Decimal value;
  bool point = false;
  unsigned digits = 0;
  unsigned significant = 0;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    ++digits;
    if (significant > 0 || c != '0') ++significant;
    if (significant > 18) return std::nullopt;
    value.unscaled = value.unscaled * 10 + (c - '0');
    if (point) ++value.scale;
    if (value.scale > 18) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  if (negative) value.unscaled = -value.unscaled;
  return value;
}

char* write_decimal(char* out, Decimal value) {
  auto magnitude = static_cast<std::uint64_t>(value.unscaled);
  if (value.unscaled < 0) {
    *out++ = '-';
    magnitude = 0 - magnitude;
  }
  char digits[24];
  char* end = digits + sizeof digits;
  char* at = end;
  unsigned written = 0;
  do {
    if (value.scale != 0 && written == value.scale) *--at = '.';
    *--at = static_cast<char>('0' + magnitude % 10);
    magnitude /= 10;
    ++written;
  } while (magnitude != 0 || written <= value.scale);
  return std::copy(at, end, out);
}

std::string to_text(Decimal value) {
  char buffer[24];
  return {buffer, write_decimal(buffer, value)};
}

void DecimalSum::add(Decimal value) {
  if (value.scale > scale_) {
    unscaled_ = scaled_up(unscaled_, value.scale - scale_);
    scale_ = value.scale;
  }
  unscaled_ += scaled_up(value.unscaled, scale_ - value.scale);
}

void DecimalSum::add(const DecimalSum& other) {
  if (other.scale_ > scale_) {
    unscaled_ = scaled_up(unscaled_, other.scale_ - scale_);
    scale_ = other.scale_;
  }
  unscaled_ += scaled_up(other.unscaled_, scale_ - other.scale_);
}

bool DecimalSum::equals(Decimal value) const {
  DecimalSum other;
  other.add(value);
  return *this == other;
}

bool operator==(const DecimalSum& a, const DecimalSum& b) {
  const std::uint8_t scale = std::max(a.scale_, b.scale_);
  return scaled_up(a.unscaled_, scale - a.scale_) == scaled_up(b.unscaled_, scale - b.scale_);
}

DecimalSum DecimalSum::negated() const {
  DecimalSum other = *this;
  other.unscaled_ = -unscaled_;
  return other;
}

std::string DecimalSum::to_text() const {
  // Nearly every sum is one that a Decimal holds.
  if (const auto unscaled = static_cast<std::int64_t>(unscaled_); unscaled == unscaled_ && scale_ <= 18) {
    return tilmash::to_text(Decimal{unscaled, scale_});
  }
  std::string digits = tilmash::to_text(unscaled_ < 0 ? -unscaled_ : unscaled_);
  if (scale_ != 0) {
    if (digits.size() <= scale_) digits.insert(0, scale_ + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale_, 1, '.');
  }
  return unscaled_ < 0 ? "-" + digits : digits;
}

std::string to_text(Int128 value) {
  // Digits come in pieces that a machine word holds: division of 128 bits is slow.
  constexpr std::uint64_t piece = 1'000'000'000'000'000'000;
  auto magnitude = static_cast<UInt128>(value);
  if (value < 0) magnitude = 0 - magnitude;
  char digits[48];
  char* at = digits + sizeof digits;
  while (magnitude >= piece) {
    auto low = static_cast<std::uint64_t>(magnitude % piece);
    magnitude /= piece;
    for (int i = 0; i < 18; ++i, low /= 10) *--at = static_cast<char>('0' + low % 10);
  }
  auto high = static_cast<std::uint64_t>(magnitude);
  do {
    *--at = static_cast<char>('0' + high % 10);
    high /= 10;
  } while (high != 0);
  if (value < 0) *--at = '-';
  return {at, digits + sizeof digits};
}

}  // namespace tilmash
