#include "adapters/formats/copybook/picture.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace tilmash::formats::copybook {
namespace {

/// "numeric 5 of 5 scale 2": category, characters, digits, scale; or the code and the symbol of what is wrong.
std::string show(std::string_view text, bool decimal_comma = false) {
  Picture picture;
  if (const auto fault = parse_picture(text, decimal_comma, '$', picture)) {
    return fmt::format("{} at {}", to_text(fault.code), fault.at);
  }
  return fmt::format("{}{} {} digits {} scale {}", picture.has_sign ? "signed " : "", to_text(picture.category),
                     picture.symbols, picture.digits, picture.scale);
}

TEST_CASE("pictures: category, characters, digits and scale") {
  CHECK(show("X(10)") == "alphanumeric 10 digits 0 scale 0");
  CHECK(show("AAA") == "alphabetic 3 digits 0 scale 0");
  CHECK(show("XX9") == "alphanumeric 3 digits 1 scale 0");
  CHECK(show("XXBXX/XX") == "alphanumeric edited 8 digits 0 scale 0");
  CHECK(show("N(4)") == "national 4 digits 0 scale 0");
  CHECK(show("g(4)") == "DBCS 4 digits 0 scale 0");
  CHECK(show("S9(13)V99") == "signed numeric 15 digits 15 scale 2");
  CHECK(show("s9(3)p(2)") == "signed numeric 3 digits 3 scale -2");
  CHECK(show("SPP9(5)") == "signed numeric 5 digits 5 scale 7");
  CHECK(show("VP(3)9") == "numeric 1 digits 1 scale 4");
  CHECK(show("ZZ,ZZ9.99-") == "numeric edited 10 digits 7 scale 2");
  CHECK(show("--,---,--9.99") == "numeric edited 13 digits 9 scale 2");
  CHECK(show("$$$9.99CR") == "numeric edited 9 digits 5 scale 2");
  CHECK(show("+9(6)V99") == "numeric edited 9 digits 8 scale 2");
  CHECK(show("**9") == "numeric edited 3 digits 3 scale 0");
  CHECK(show("9.999,99", true) == "numeric edited 8 digits 6 scale 2");
  CHECK(show("+9.99E+99").starts_with("floating point 9"));
}

TEST_CASE("what is no picture is refused at its symbol") {
  CHECK(show("X(") == "CPY-0030 at 1");
  CHECK(show("X(0)") == "CPY-0030 at 1");
  CHECK(show("X(A)") == "CPY-0030 at 1");
  CHECK(show("9Q") == "CPY-0030 at 1");
  CHECK(show("9S") == "CPY-0030 at 1");
  CHECK(show("9V9V9") == "CPY-0030 at 3");
  CHECK(show("9V9.9") == "CPY-0030 at 3");
  CHECK(show("9P9") == "CPY-0030 at 1");
  CHECK(show("SV") == "CPY-0030 at 0");
  CHECK(show("XV") == "CPY-0030 at 0");
  CHECK(show("9C") == "CPY-0030 at 1");
  CHECK(show("9(39)") == "CPY-0031 at 0");
  CHECK(show("X(99999999999999999999)") == "CPY-0031 at 0");
}

}  // namespace
}  // namespace tilmash::formats::copybook
