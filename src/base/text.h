// Small things about UTF-8 and JSON text that every folder needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tilmash {

/// Number of Unicode characters in well-formed UTF-8.
std::size_t count_characters(std::string_view utf8);

/// The first `characters` characters of well-formed UTF-8.
std::string_view first_characters(std::string_view utf8, std::size_t characters);

/// Offset of the first byte that is not well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most
/// U+10FFFF); the size of the text when all of it is.
std::size_t find_malformed_utf8(std::string_view text);

/// Offset of the first byte from 0x80 up; the size of the text when there is none.
std::size_t find_non_ascii(std::string_view text);

/// How many bytes are 0x80 or above.
std::size_t count_non_ascii(std::string_view text);

/// True when every byte is below 0x80.
bool is_ascii(std::string_view text);

/// Appends U+`character` as UTF-8 (at most 4 bytes); returns the end.
char* write_utf8(char* out, char32_t character);

/// The character at `at` of well-formed UTF-8; moves `at` behind it.
char32_t read_utf8(std::string_view utf8, std::size_t& at);

/// Appends a JSON string with its quotes: escapes quote, backslash and control characters, keeps UTF-8 as it is.
void append_json_string(std::string& out, std::string_view utf8);

/// Number of line feeds.
std::size_t count_lines(std::string_view text);

/// Line and column of places in a text that are asked for nearly in order: counting goes on from the last one.
class LineFinder {
 public:
  explicit LineFinder(std::string_view text) : text_(text) {}
  /// Both 1-based, columns in bytes.
  std::uint32_t line_of(std::uint64_t offset);
  std::uint32_t column_of(std::uint64_t offset);

 private:
  std::string_view text_;
  std::uint64_t at_ = 0;  ///< where `line_` was counted
  std::uint64_t line_begin_ = 0;
  std::uint32_t line_ = 1;
};

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(std::string_view bytes);
/// The same in capitals.
std::string to_hex_upper(std::string_view bytes);
/// Appends the bytes that an even number of hexadecimal digits, of either case, stand for; false for anything else.
bool from_hex(std::string_view hex, std::string& out);

/// `text` without leading and trailing blanks (0x20).
std::string_view trim_blanks(std::string_view text);

}  // namespace tilmash
