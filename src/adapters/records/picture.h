// A numeric-edited COBOL picture: "ZZ,ZZ9.99-", "$$$9.99CR", "***9", "-(5)9". Writes a number as the picture shows it
// and reads one back. Reading accepts exactly what writing makes, so the two are inverses.
//
// Source: ISO/IEC 1989:2002, 13.16.36 PICTURE clause, "Editing rules". Pictures that only insert into letters (X(3)BX)
// are text and not for this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilmash::records {

/// A number as its digits, most significant first.
struct DigitString {
  std::string_view digits;
  bool negative = false;
};

class Picture {
 public:
  struct Options {
    bool decimal_comma = false;  ///< DECIMAL-POINT IS COMMA: `,` and `.` change places
    char currency = '$';         ///< CURRENCY SIGN
    bool blank_zero = false;     ///< BLANK WHEN ZERO
  };

  /// Nothing when it is no numeric-edited picture, or has more than 38 digits or 256 symbols. Repetition "Z(4)" is
  /// understood; letters may be small.
  static std::optional<Picture> compile(std::string_view text, Options options);

  std::size_t length() const { return symbols_.size(); }
  std::uint32_t digits() const { return digits_; }
  std::uint32_t scale() const { return scale_; }
  bool is_signed() const { return signed_; }
  /// Zero is shown as blanks throughout.
  bool is_blank_when_zero() const { return options_.blank_zero || (all_suppressed_ && fill_ == ' '); }

  /// `number` has exactly `digits()` digits; writes `length()` ASCII characters to `out`. A sign that the picture can't
  /// show is left out.
  void write(DigitString number, char* out) const;

  /// The digits of `text` (of the picture's length) into `digits` (of size `digits()`); false when `write` would not
  /// have made it; `bad` is then the first character that differs.
  bool read(std::string_view text, char* digits, bool& negative, std::size_t& bad) const;

 private:
  enum class Part : std::uint8_t { digit, suppress, floating, float_first, insert, point, sign, currency, trailer };
  struct Symbol {
    Part part;
    char c;  ///< as it shows: what is inserted, what fills ('Z' is a blank), which sign
  };

  bool finish();

  Options options_;
  std::vector<Symbol> symbols_;
  std::uint32_t digits_ = 0;
  std::uint32_t scale_ = 0;
  bool signed_ = false;
  bool all_suppressed_ = false;  ///< no 9
  char fill_ = ' ';
  char float_ = '\0';  ///< + - or the currency sign
};

}  // namespace tilmash::records
