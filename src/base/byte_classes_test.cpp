// Against a plain reading of every byte, at all alignments and lengths around the words.
#include "base/byte_classes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace tilmash {
namespace {

bool is_control(char c) {
  return (c >= 0 && c < 0x20) || c == 0x7F;
}

bool is_beyond(char c) {
  return (c & 0x80) != 0;
}

TEST_CASE("classes of bytes are what looking at each byte finds") {
  constexpr char alphabet[] = {' ', ' ', '0', '9', '/', ':', 'A', '\x80', '\xFF', '~'};
  std::uint32_t state = 7;
  ByteClasses classes;
  for (std::size_t size = 0; size < 200; size += 1 + size / 16) {
    std::string bytes(size, ' ');
    for (char& c : bytes) {
      state = state * 1664525 + 1013904223;
      // Long runs, so that blank and digit fields happen.
      if ((state >> 29) < 3) c = alphabet[(state >> 20) % sizeof alphabet];
    }
    classes.classify(bytes);
    CHECK(!classes.has_control());
    CHECK(classes.non_ascii_count(size) ==
          static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), is_beyond)));
    for (std::size_t at = 0; at < size; at += 3) {
      for (std::size_t length = 0; at + length <= size; length += 1 + length / 8) {
        const std::string field = bytes.substr(at, length);
        CAPTURE(field);
        CHECK(classes.is_blank(at, length) == (field.find_first_not_of(' ') == std::string::npos));
        CHECK(classes.is_digits(at, length) == (field.find_first_not_of("0123456789") == std::string::npos));
        CHECK(classes.is_ascii(at, length) == std::none_of(field.begin(), field.end(), is_beyond));
        CHECK(classes.size_without_trailing_blanks(at, length) == field.find_last_not_of(' ') + 1);
      }
    }
  }
}

TEST_CASE("every byte is a control or none, wherever it stands") {
  ByteClasses classes;
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::size_t at : {0u, 15u, 16u, 63u, 64u, 90u}) {
      std::string bytes(91, 'x');
      bytes[at] = static_cast<char>(byte);
      classes.classify(bytes);
      CHECK(classes.has_control() == is_control(static_cast<char>(byte)));
    }
  }
}

}  // namespace
}  // namespace tilmash
