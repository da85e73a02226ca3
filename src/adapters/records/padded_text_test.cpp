// Against a plain reading of every byte, for all lengths and distances from the end of what may be read.
#include "adapters/records/padded_text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

namespace tilmash::records {
namespace {

bool is_control(char c) {
  return (c >= 0 && c < 0x20) || c == 0x7F;
}

TEST_CASE("a padded text is what looking at each byte finds") {
  constexpr char alphabet[] = {' ', ' ', '0', 'A', '/', '~', '\x80', '\xFF', '\x1F', '\x7F', '\0'};
  std::mt19937 random(7);
  for (std::size_t size = 0; size <= 80; ++size) {
    for (const std::size_t behind : {0u, 1u, 7u, 15u, 16u, 40u}) {
      for (int round = 0; round < 40; ++round) {
        // Exactly as much memory as may be read.
        const std::unique_ptr<char[]> bytes(new char[size + behind]);
        std::fill_n(bytes.get(), size, ' ');
        std::fill_n(bytes.get() + size, behind, '\x01');
        const std::size_t filled = size == 0 ? 0 : random() % (size + 1);
        for (std::size_t i = 0; i < filled; ++i) bytes[i] = alphabet[random() % (round < 20 ? 5 : sizeof alphabet)];
        const std::string_view field(bytes.get(), size);
        const PaddedText found = look_at_padded<true>(field, ' ', bytes.get() + size + behind);
        CAPTURE(std::string(field));
        CHECK(found.size == field.find_last_not_of(' ') + 1);
        CHECK(found.has_control == std::any_of(field.begin(), field.end(), is_control));
        CHECK(found.beyond == static_cast<std::size_t>(
                                  std::count_if(field.begin(), field.end(), [](char c) { return (c & 0x80) != 0; })));
        CHECK(look_at_padded<false>(field, '0', bytes.get() + size + behind).size == field.find_last_not_of('0') + 1);
      }
    }
  }
}

TEST_CASE("digits are 0 to 9, with little or much to read behind them") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    for (const std::size_t behind : {0u, 40u}) {
      const std::string text = "012" + std::string(1, c) + "789" + std::string(behind, 'x');
      CHECK(are_digits(std::string_view(text).substr(0, 7), text.data() + text.size()) == (c >= '0' && c <= '9'));
    }
  }
}

}  // namespace
}  // namespace tilmash::records
