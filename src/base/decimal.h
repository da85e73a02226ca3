// Exact decimal numbers: an integer and a scale. There is no binary floating point in the payment path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tilmash {

__extension__ typedef __int128 Int128;

/// unscaled / 10^scale. At most 18 digits, as ISO 20022 amounts have; "1.10" keeps its scale of 2.
struct Decimal {
  std::int64_t unscaled = 0;
  std::uint8_t scale = 0;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

/// Digits with an optional sign and one optional point: "123", "-0.50", ".5", "5.". Nothing for any other text, and
/// nothing when more than 18 significant digits are present.
std::optional<Decimal> parse_decimal(std::string_view text);

/// "123.45": the shortest plain form that keeps the scale. Writes at most 21 bytes; returns the end.
char* write_decimal(char* out, Decimal value);
std::string to_text(Decimal value);

/// A sum that cannot overflow in any file that fits on a disk. All parts keep their exact value; scales may differ.
class DecimalSum {
 public:
  void add(Decimal value);
  void add(const DecimalSum& other);
  DecimalSum negated() const;
  Int128 unscaled() const { return unscaled_; }
  std::uint8_t scale() const { return scale_; }
  std::string to_text() const;
  bool equals(Decimal value) const;
  friend bool operator==(const DecimalSum& a, const DecimalSum& b);

 private:
  Int128 unscaled_ = 0;
  std::uint8_t scale_ = 0;
};

/// Decimal digits of a 128-bit integer.
std::string to_text(Int128 value);

}  // namespace tilmash
