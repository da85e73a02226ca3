// Numeric-edited pictures: what GnuCOBOL shows for the same MOVE (tests/cobol compares the two programs).
#include "adapters/records/picture.h"

#include <doctest/doctest.h>

namespace tilmash::records {
namespace {

std::string shown(std::string_view picture, std::string digits, Picture::Options options = {}) {
  const auto compiled = Picture::compile(picture, options);
  if (!compiled) return "no picture";
  const bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  digits.insert(0, compiled->digits() - digits.size(), '0');
  std::string out(compiled->length(), '?');
  compiled->write({digits, negative}, out.data());
  std::string back(compiled->digits(), '?');
  bool minus = false;
  std::size_t bad = 0;
  if (!compiled->read(out, back.data(), minus, bad)) return out + " is not read";
  const bool zero = digits.find_first_not_of('0') == std::string::npos;
  if (back != digits) return out + " is read as " + back;
  if (minus != (negative && compiled->is_signed() && !zero)) return out + " loses its sign";
  return out;
}

TEST_CASE("pictures show numbers as COBOL does") {
  CHECK(shown("ZZ,ZZ9.99", "1234567") == "12,345.67");
  CHECK(shown("ZZ,ZZ9.99", "5") == "     0.05");
  CHECK(shown("ZZ,ZZZ.ZZ", "5") == "      .05");
  CHECK(shown("ZZ,ZZZ.ZZ", "0") == "         ");
  CHECK(shown("**,***.**", "0") == "******.**");
  CHECK(shown("**,**9.99", "1200") == "****12.00");
  CHECK(shown("$$,$$9.99", "1250") == "   $12.50");
  CHECK(shown("$$,$$9.99", "12350") == "  $123.50");
  CHECK(shown("$Z(3)9.99", "1250") == "$  12.50");
  CHECK(shown("-(5)9", "-42") == "   -42");
  CHECK(shown("-(5)9", "42") == "    42");
  CHECK(shown("+(5)9.9", "421") == "   +42.1");
  CHECK(shown("++,++9", "-1234") == "-1,234");
  CHECK(shown("Z(4)9-", "-42") == "   42-");
  CHECK(shown("+9(3)", "42") == "+042");
  CHECK(shown("9(3)CR", "-42") == "042CR");
  CHECK(shown("9(3)DB", "42") == "042  ");
  CHECK(shown("99/99/9999", "21112026") == "21/11/2026");
  CHECK(shown("9B9B9", "123") == "1 2 3");
  CHECK(shown("9(3)V99", "12345", {.blank_zero = true}) == "12345");
  CHECK(shown("9(3)", "0", {.blank_zero = true}) == "   ");
  CHECK(shown("Z.ZZ9,99", "123456", {.decimal_comma = true}) == "1.234,56");
}

TEST_CASE("what a picture would not show is refused at its first byte") {
  const auto picture = Picture::compile("ZZ9.99-", {});
  char digits[5];
  bool negative = false;
  std::size_t bad = 0;
  CHECK(picture->read("  1.50-", digits, negative, bad));
  CHECK(negative);
  CHECK_FALSE(picture->read("  1,50-", digits, negative, bad));
  CHECK(bad == 3);
  CHECK_FALSE(picture->read("001.50 ", digits, negative, bad));
  CHECK(bad == 0);
  CHECK_FALSE(picture->read("  1.50+", digits, negative, bad));
  CHECK(bad == 6);
}

TEST_CASE("what is no numeric-edited picture is refused") {
  for (const std::string_view text :
       {"", "X(3)", "999", "Z(0)", "9Z", "Z(", "Z(99999)", "$$--9", "9.9.9", "+9-", "B"}) {
    CHECK_MESSAGE(!Picture::compile(text, {}).has_value(), text);
  }
}

}  // namespace
}  // namespace tilmash::records
