// The character string of a PICTURE clause: its category, digits, scale and bytes. It reads no value.
//
// Source: ISO/IEC 1989:2014, 13.18.40; IBM Enterprise COBOL Language Reference, "PICTURE clause".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/code.h"

namespace tilmash::formats::copybook {

enum class Category : std::uint8_t {
  alphabetic,
  alphanumeric,
  alphanumeric_edited,
  national,
  dbcs,
  numeric,
  numeric_edited,
  floating,  ///< external floating point, +9.99E+99
};
std::string_view to_text(Category category);

inline constexpr std::uint32_t digits_max = 38;
inline constexpr std::uint32_t picture_symbols_max = 1 << 20;

struct Picture {
  std::string text;  ///< as written
  Category category = Category::alphanumeric;
  std::uint32_t symbols = 0;  ///< characters in storage: V, P and an S without a separate sign hold none
  std::uint32_t digits = 0;   ///< digit positions in storage
  std::int32_t scale = 0;     ///< digits after the point; negative when P stands right of the digits
  bool has_sign = false;      ///< S
  bool has_point = false;     ///< a point (or comma) stands in storage
};

/// What is wrong with a picture, and with which of its characters.
struct PictureFault {
  Code code;
  std::size_t at = 0;
  std::string_view text;

  explicit operator bool() const { return static_cast<bool>(code); }
};

/// Fails: CPY-0030 not a picture, CPY-0031 too large.
PictureFault parse_picture(std::string_view text, bool decimal_comma, char currency, Picture& picture);

}  // namespace tilmash::formats::copybook
