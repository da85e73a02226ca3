// A stable error code such as FMT-0210: three letters of the folder that owns it and a number.
//
// A code is one 32-bit value, so that a Fault fits in registers. What a code means stands in the errors.toml of the
// folder that raises it (see error_catalogue.h); a test holds the two together. Codes are never reused.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tilmash {

struct Code {
  std::uint32_t value = 0;  ///< letters in the upper half, 5 bits each; number in the lower half; 0 = no error

  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(const Code&, const Code&) = default;
};

/// "FMT-0210" -> Code; nothing when the text has another form.
constexpr std::optional<Code> parse_code(std::string_view text) {
  if (text.size() != 8 || text[3] != '-') return std::nullopt;
  std::uint32_t letters = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    if (text[i] < 'A' || text[i] > 'Z') return std::nullopt;
    letters = letters << 5 | static_cast<std::uint32_t>(text[i] - 'A' + 1);
  }
  std::uint32_t number = 0;
  for (std::size_t i = 4; i < 8; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(text[i] - '0');
  }
  return Code{letters << 16 | number};
}

/// `"FMT-0210"_code`, checked when compiled.
consteval Code operator""_code(const char* text, std::size_t size) {
  const std::optional<Code> code = parse_code({text, size});
  if (!code) throw "an error code is three capitals, a hyphen and four digits";
  return *code;
}

/// The text form, "FMT-0210".
inline std::string to_text(Code code) {
  std::string text = "AAA-0000";
  for (std::size_t i = 0; i < 3; ++i) {
    text[i] = static_cast<char>('A' - 1 + (code.value >> (16 + 5 * (2 - i)) & 31));
  }
  std::uint32_t number = code.value & 0xFFFF;
  for (std::size_t i = 8; i-- > 4; number /= 10) text[i] = static_cast<char>('0' + number % 10);
  return text;
}

}  // namespace tilmash
