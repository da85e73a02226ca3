#include "iso20022/xml_text.h"

#include <doctest/doctest.h>

namespace tilmash::iso20022 {
namespace {

bool is_unmarked(unsigned char c) {
  return c >= 0x20 && c < 0xEF && c != '&' && c != '<' && c != '>';
}
bool is_plain(unsigned char c) {
  return is_unmarked(c) && c < 0x80;
}

}  // namespace

TEST_CASE("a value is copied whole, and every byte of it is looked at") {
  constexpr std::size_t size_max = 50;
  for (std::size_t size = 0; size <= size_max; ++size) {
    std::string text(size, 'a');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
    std::string out(size, '?');
    CHECK(copy_plain(out.data(), text.data(), size));
    CHECK(out == text);
    for (std::size_t at = 0; at < size; ++at) {
      const char before = text[at];
      for (int c = 0; c < 256; ++c) {
        text[at] = static_cast<char>(c);
        CAPTURE(size);
        CAPTURE(at);
        CAPTURE(c);
        out.assign(size, '?');
        REQUIRE(copy_plain(out.data(), text.data(), size) == is_plain(static_cast<unsigned char>(c)));
        REQUIRE(out == text);
        out.assign(size, '?');
        REQUIRE(copy_unmarked(out.data(), text.data(), size) == is_unmarked(static_cast<unsigned char>(c)));
        REQUIRE(out == text);
      }
      text[at] = before;
    }
  }
}

}  // namespace tilmash::iso20022
