#include "adapters/formats/swift_mt/notation.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

using namespace tilmash;
using namespace tilmash::formats::swift_mt;

const Vocabulary& vocabulary() {
  static const Vocabulary made = [] {
    Vocabulary words;
    words.types["bic"] = {"4!c2!a2!c[3!c]", {}};
    words.types["mark"] = {"", {"RC", "RD", "C", "D"}};
    return words;
  }();
  return made;
}

/// "date=260102 currency=KZT", or "! 6 expected …" where it failed.
std::string split(std::string_view notation, std::string_view parts, std::string_view text,
                  const std::vector<std::string>& codes = {}) {
  Format format;
  NotationError error;
  REQUIRE(compile_format(notation, parts, codes, vocabulary(), format, error));
  Matcher matcher;
  if (!matcher.match(format, text, "\n")) return fmt::format("! {} {}", matcher.failed_at(), matcher.expected());
  std::string told;
  for (const Capture& each : matcher.captures()) {
    told += fmt::format("{}{}={}", told.empty() ? "" : " ", format.parts[each.slot].name,
                        text.substr(each.begin, each.end - each.begin));
  }
  return told;
}

std::string wrong(std::string_view notation, std::string_view parts, const std::vector<std::string>& codes = {}) {
  Format format;
  NotationError error;
  if (compile_format(notation, parts, codes, vocabulary(), format, error)) return "";
  return fmt::format("{}{}", error.in_parts ? "parts " : "", error.at);
}

}  // namespace

TEST_CASE("amounts have one comma with a digit before it") {
  CHECK(split("3!a15d", "currency amount", "KZT120,") == "currency=KZT amount=120,");
  CHECK(split("3!a15d", "currency amount", "KZT0,01") == "currency=KZT amount=0,01");
  CHECK(split("3!a15d", "currency amount", "KZT,5") == "! 5 an amount with one comma, at most 15 characters");
  CHECK(split("3!a15d", "currency amount", "KZT5") == "! 4 an amount with one comma, at most 15 characters");
  CHECK(split("3!a15d", "currency amount", "KZT1,2,3") == "! 8 an amount with one comma, at most 15 characters");
  CHECK(split("3!a15d", "currency amount", "KZt1,") == "! 2 3 characters of set a");
  CHECK(split("3!a15d", "currency amount", "KZT1234567890123,45") == "! 18 the end of the field");
}

TEST_CASE("what may be absent, in the order of the handbook") {
  constexpr std::string_view party = "[[/1!a][/34x]$]<bic>";
  constexpr std::string_view names = "mark account bic";
  CHECK(split(party, names, "BANKKZKX") == "bic=BANKKZKX");
  CHECK(split(party, names, "/C/123\nBANKKZKXXXX") == "mark=C account=123 bic=BANKKZKXXXX");
  CHECK(split(party, names, "/C\nBANKKZKX") == "mark=C bic=BANKKZKX");
  CHECK(split(party, names, "//RT\nBANKKZKX") == "account=/RT bic=BANKKZKX");
  CHECK(split(party, names, "BANKKZK") == "! 7 2 characters of set c");
  constexpr std::string_view place = "[/1!a][/34x][$35x]";
  CHECK(split(place, "mark account location", "/123") == "account=123");
  CHECK(split(place, "mark account location", "ALMATY") == "location=ALMATY");
  CHECK(split(place, "mark account location", "/D/1\nALMATY") == "mark=D account=1 location=ALMATY");
}

TEST_CASE("the entry of a statement") {
  constexpr std::string_view entry = "6!n[4!n]<mark>[1!a]15d1!a3!c16x[//16x][$34x]";
  constexpr std::string_view names = "date:date entry mark funds amount type code own other more";
  CHECK(split(entry, names, "2601020103RC1,5NTRFREF//BANK\nMORE") ==
        "date=260102 entry=0103 mark=RC amount=1,5 type=N code=TRF own=REF other=BANK more=MORE");
  CHECK(split(entry, names, "260102CR27,00NTRFX") == "date=260102 mark=C funds=R amount=27,00 type=N code=TRF own=X");
  CHECK(split(entry, names, "260102D1,NTRFA/B") == "date=260102 mark=D amount=1, type=N code=TRF own=A/B");
  CHECK(split(entry, names, "260102X1,NTRFA").starts_with("! 6 "));
}

TEST_CASE("lines, lines with components, coded lines") {
  CHECK(split("4*35x", "line", "A\nB") == "line=A\nB");
  CHECK(split("2*35x", "line", "A\nB\nC").starts_with("! 4 "));
  CHECK(split("4*(1!n/33x)", "line{number details}", "1/A\n2/B") == "line=1/A\n2/B");
  CHECK(split("4*(1!n/33x)", "line{number details}", "1/A\nB").starts_with("! 4 "));
  const std::vector<std::string> codes{"NAME 6z", "IDN 3!n id", "TEXT 2*3z"};
  CHECK(split("34x[$<codes>]", "account", "KZ1\n/NAME/АЯ\n/IDN/123", codes) == "account=KZ1 name=АЯ id=123");
  CHECK(split("34x[$<codes>]", "account", "KZ1\n/TEXT/A\nB", codes) == "account=KZ1 text=A\nB");
  CHECK(split("34x[$<codes>]", "account", "KZ1\n/TEXT/A\nB\nC", codes).starts_with("! 14 "));
  CHECK(split("34x[$<codes>]", "account", "KZ1\n/IDN/12X", codes).starts_with("! 11 "));
  CHECK(split("34x[$<codes>]", "account", "KZ1\n/IDN/123\n/IDN/123", codes).starts_with("! 13 "));
  CHECK(split("34x[$<codes>]", "account", "KZ1\n/OTHER/1", codes).starts_with("! 4 "));
}

TEST_CASE("notations that are wrong say where") {
  CHECK(wrong("6!n3!a", "date") == "parts 4");
  CHECK(wrong("6!n", "date more") == "parts 5");
  CHECK(wrong("6!q", "date") == "2");
  CHECK(wrong("0x", "a") == "2");
  CHECK(wrong("[6!n", "date") == "4");
  CHECK(wrong("6!n]", "date") == "3");
  CHECK(wrong("[/]6!n", "date") == "3");
  CHECK(wrong("<iban>", "iban") == "0");
  CHECK(wrong("4*35x3!a", "line code") == "5");
  CHECK(wrong("6!n", "date:YYM").starts_with("parts"));
  CHECK(wrong("<codes>", "", {"NAME"}) == "7");
  CHECK(wrong("4*(1!n/9q)", "line{number details}") == "8");
}

TEST_CASE("a format that could be tried in very many ways gives up in good time") {
  const std::string text(2000, 'A');
  CHECK(split("[2000x][2000x][2000x][2000x][2000x][2000x]B", "a b c d e f", text).starts_with("!"));
}
