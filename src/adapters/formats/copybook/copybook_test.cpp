// Copybook text into items with their places: reference format, COPY, clauses, pictures, storage, and what is refused.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "adapters/formats/copybook/copybook.h"

namespace tilmash::formats::copybook {
namespace {

using Members = std::map<std::string, std::string>;

struct Reading {
  std::optional<Copybook> copybook;
  std::vector<std::string> findings;  ///< "CPY-0030 2:19"
};

Reading read(std::string_view text, Dialect dialect = {}, const Members& members = {}) {
  Findings findings;
  Reading reading;
  reading.copybook = read_copybook(
      "t.cpy", text, dialect,
      [&members](std::string_view name) -> std::optional<std::string> {
        const auto found = members.find(std::string(name));
        return found != members.end() ? std::optional(found->second) : std::nullopt;
      },
      findings);
  for (const Diagnostic& each : findings.kept()) {
    reading.findings.push_back(
        fmt::format("{} {}:{}", to_text(each.code), each.place.line_number, each.place.column_number));
  }
  return reading;
}

/// "NAME@offset+length" of all items, in their order.
std::string places(std::string_view text, Dialect dialect = {}, const Members& members = {}) {
  const Reading reading = read(text, dialect, members);
  if (!reading.copybook) return fmt::format("{}", fmt::join(reading.findings, ", "));
  std::string out;
  for (const Item& item : reading.copybook->items) {
    out += fmt::format("{}{}@{}+{}", out.empty() ? "" : " ", item.is_filler() ? "FILLER" : item.name, item.offset,
                       item.length);
    if (item.has_occurs) out += fmt::format("x{}", item.occurs_max);
  }
  return out;
}

std::string findings(std::string_view text) {
  return fmt::format("{}", fmt::join(read(text).findings, ", "));
}

TEST_CASE("fixed format: sequence numbers, comments, debugging lines and what lies beyond column 72 are not text") {
  CHECK(places("000100*  a comment\n"
               "000200 01  REC.                                                         PAY00001\n"
               "000300     05  A PIC X(3).                                              PAY00002\n"
               "000400/    05  B PIC X(3).\n"
               "000500D    05  C PIC X(3).\n"
               "000600     05  D PIC 9(4).  *> to the end of the line\n") == "REC@0+7 A@0+3 D@3+4");
}

TEST_CASE("continued words and literals") {
  CHECK(places("       01  REC.\n"
               "           05  LONG-NA\n"
               "      -        ME PIC X(2) VALUE 'IT''S A\n"
               "      -    ' LITERAL'.\n"
               "           05  B PIC X.\n") == "REC@0+3 LONG-NAME@0+2 B@2+1");
  const Reading reading = read(
      "       01  A PIC X(99) VALUE 'TO THE LAST COLUMN\n"
      "      -    'AND ON'.\n");
  CHECK(reading.copybook->items[0].value->text == "TO THE LAST COLUMN" + std::string(72 - 48, ' ') + "AND ON");
  CHECK(findings("       01  A PIC X VALUE 'OPEN.\n") == "CPY-0002 1:26");
  CHECK(findings("       01  A PIC X VALUE 'OPEN\n      -    NOT A QUOTE'.\n") == "CPY-0003 2:12");
}

TEST_CASE("free format is found by itself and can be stated") {
  CHECK(places("01 REC.\n  05 A PIC X.\n  05 B\n PIC 9(2).\n*> end\n") == "REC@0+3 A@0+1 B@1+2");
  CHECK(places("      >>SOURCE FORMAT IS FREE\n01 A PIC X.\n") == "A@0+1");
  CHECK(places("01 REC.\n 05 A PICTURE IS S9(4) USAGE IS COMPUTATIONAL.\n 05 B pic is\n x(3).\n") ==
        "REC@0+5 A@0+2 B@2+3");
  Dialect fixed;
  fixed.reference = Dialect::Reference::fixed;
  CHECK(places("01 REC.\n", fixed) == "CPY-0004 1:7");
}

TEST_CASE("tabs reach to the next multiple of eight, characters of several bytes are one column") {
  CHECK(places("\t01\tA PIC X.\n") == "A@0+1");
  const std::string cyrillic = "       01  A PIC X(30) VALUE '\xD0\xBF\xD0\xBB\xD0\xB0\xD1\x82\xD1\x91\xD0\xB6'.";
  CHECK(places(cyrillic + std::string(72 - 37, ' ') + "IGNORED\n") == "A@0+30");
}

TEST_CASE("COPY with REPLACING") {
  const Members members = {{"PARTY.cpy",
                            "           05  :TAG:-NAME PIC X(:LEN:).\n"
                            "           05  OLD-CODE PIC X(4).\n"},
                           {"LOOP.cpy", "           COPY LOOP.\n"},
                           {"BAD.cpy", "      * comment\n           05  A PIC Q.\n"}};
  CHECK(places("       01  REC.\n           COPY PARTY REPLACING ==:TAG:== BY ==DEBTOR==\n"
               "             ==:LEN:== BY ==35== OLD-CODE BY NEW-CODE\n"
               "             ==X(4)== BY ==9(9)==.\n"
               "           COPY 'PARTY.cpy' REPLACING ==:TAG:== BY ==CREDITOR==\n"
               "             ==:LEN:== BY 10\n"
               "             LEADING ==OLD== BY ==CR==.\n",
               {}, members) == "REC@0+53 DEBTOR-NAME@0+35 NEW-CODE@35+4 CREDITOR-NAME@39+10 CR-CODE@49+4");
  CHECK(places("       01 R.\n           COPY NONE.\n", {}, members) == "CPY-0010 2:17");
  CHECK(places("           COPY LOOP.\n", {}, members) == "CPY-0011 1:17");
  CHECK(places("           COPY PARTY REPLACING A BY.\n", {}, members) == "CPY-0012 1:33");
  CHECK(places("           COPY '../PARTY'.\n", {}, members) == "CPY-0010 1:17");
  Findings found;
  read_copybook(
      "folder/t.cpy", "           COPY BAD.\n", {},
      [&](std::string_view name) -> std::optional<std::string> {
        return name == "BAD.cpy" ? std::optional(members.at("BAD.cpy")) : std::nullopt;
      },
      found);
  REQUIRE(found.kept().size() == 1);
  CHECK(found.kept()[0].place.file == "folder/BAD.cpy");
  CHECK(found.kept()[0].place.line_number == 2);
  CHECK(found.kept()[0].place.column_number == 22);
}

TEST_CASE("storage of every usage") {
  CHECK(
      places(
          "01 R.\n"
          "05 A PIC S9(4) COMP. 05 B PIC S9(5) COMP-4. 05 C PIC 9(18) BINARY.\n"
          "05 D PIC S9(7)V99 COMP-3. 05 E PIC 9(4) PACKED-DECIMAL. 05 F PIC 9(5) COMP-6.\n"
          "05 G COMP-1. 05 H COMPUTATIONAL-2. 05 I PIC S9(3) SIGN LEADING SEPARATE. 05 J PIC S9(3).\n"
          "05 K INDEX. 05 L POINTER. 05 M PIC N(3). 05 N PIC X(3) NATIONAL. 05 O BINARY-LONG UNSIGNED.\n"
          "05 P PIC 9(3)P(2). 05 Q PIC VP(2)9(3). 05 S PIC X(2) COMP-X. 05 T PIC 9(5) COMP-X. 05 U PIC ZZ9.99CR.\n") ==
      "R@0+87 A@0+2 B@2+4 C@6+8 D@14+5 E@19+3 F@22+3 G@25+4 H@29+8 I@37+4 J@41+3 K@44+4 L@48+4 M@52+6 N@58+6 "
      "O@64+4 P@68+3 Q@71+3 S@74+2 T@76+3 U@79+8");
  Dialect gnucobol;
  gnucobol.binary_sizes = Dialect::BinarySizes::gnucobol;
  CHECK(places("01 R.\n05 A PIC S99 COMP. 05 B PIC 9(37) COMP.\n", gnucobol) == "R@0+17 A@0+1 B@1+16");
  Dialect minimal;
  minimal.binary_sizes = Dialect::BinarySizes::minimal;
  CHECK(places("01 R.\n05 A PIC S9(5) COMP. 05 B PIC 9(7) COMP.\n", minimal) == "R@0+6 A@0+3 B@3+3");
}

TEST_CASE("usage and sign of a group are those of its items, text in it is text") {
  const Reading reading = read("01 R COMP-3 SIGN LEADING.\n05 A PIC 9(3).\n05 B PIC X(3).\n05 C PIC S9(3) DISPLAY.\n");
  REQUIRE(reading.copybook.has_value());
  CHECK(reading.copybook->items[1].usage == Usage::packed);
  CHECK(reading.copybook->items[2].usage == Usage::display);
  CHECK(reading.copybook->items[3].sign_leading);
}

TEST_CASE("slack bytes: before the groups that begin with the item for IBM, within them for GnuCOBOL, and in tables") {
  constexpr std::string_view text =
      "01 R.\n05 A PIC X.\n05 G.\n10 H PIC S9(9) COMP SYNC.\n05 T OCCURS 2.\n"
      "10 B PIC S9(9) COMP SYNC.\n10 C PIC X.\n";
  CHECK(places(text) == "R@0+24 A@0+1 G@4+4 H@4+4 T@8+8x2 B@8+4 C@12+1");
  Dialect gnucobol;
  gnucobol.sync = Dialect::Sync::gnucobol;
  CHECK(places(text, gnucobol) == "R@0+24 A@0+1 G@1+7 H@4+4 T@8+8x2 B@8+4 C@12+1");
  Dialect off;
  off.sync = Dialect::Sync::off;
  CHECK(places(text, off) == "R@0+15 A@0+1 G@1+4 H@1+4 T@5+5x2 B@5+4 C@9+1");
}

TEST_CASE("redefinitions share their place, the longest counts") {
  CHECK(places("01 R.\n05 A PIC X(4).\n05 B REDEFINES A PIC X(6).\n05 C REDEFINES A.\n10 D PIC 99.\n05 E PIC X.\n") ==
        "R@0+7 A@0+4 B@0+6 C@0+2 D@0+2 E@6+1");
  CHECK(findings("01 R.\n05 A PIC X.\n05 B PIC X.\n05 C REDEFINES A PIC X.\n") == "CPY-0040 4:16");
  CHECK(findings("01 R.\n05 A REDEFINES A PIC X.\n") == "CPY-0040 2:16");
}

TEST_CASE("tables: counters, renames, records") {
  const Reading reading = read(
      "01 R.\n05 N PIC 99.\n05 T OCCURS 0 TO 5 TIMES DEPENDING ON N OF R INDEXED BY I.\n10 X PIC X(2).\n"
      "66 HEAD RENAMES N THRU T.\n01 S PIC X(3).\n77 U PIC 9.\n");
  REQUIRE(reading.copybook.has_value());
  CHECK(reading.copybook->items[2].counter == 1);
  CHECK(reading.copybook->renames[0].length == 12);
  REQUIRE(reading.copybook->records.size() == 3);
  CHECK(reading.copybook->records[0].length == 12);
  CHECK(reading.copybook->records[1].length == 3);
  CHECK(findings("01 R.\n05 T PIC X OCCURS 1 TO 5 DEPENDING ON N.\n05 N PIC 9.\n") == "CPY-0041 2:39");
  CHECK(findings("01 R.\n05 T PIC X OCCURS 1 TO 5.\n") == "CPY-0043 2:25");
  CHECK(findings("01 R.\n05 T PIC X OCCURS 0 TO UNBOUNDED DEPENDING ON N.\n") == "CPY-0043 2:34");
  CHECK(findings("01 R.\n05 T OCCURS 9999.\n06 U OCCURS 9999.\n07 V PIC X(9999).\n").substr(0, 8) == "CPY-0044");
  CHECK(findings("01 R.\n05 A PIC X.\n66 B RENAMES C.\n") == "CPY-0042 3:4");
}

TEST_CASE("conditions") {
  const Reading reading = read("01 A PIC X.\n88 YES VALUE 'Y'.\n88 CODES VALUES ARE '1' THRU '3', X'F9' 5.\n");
  REQUIRE(reading.copybook.has_value());
  const auto& conditions = reading.copybook->items[0].conditions;
  REQUIRE(conditions.size() == 2);
  CHECK(conditions[1].ranges.size() == 3);
  CHECK(conditions[1].ranges[0].to->text == "3");
  CHECK(conditions[1].ranges[1].from.hex);
}

TEST_CASE("what is not a copybook is refused where it stands") {
  CHECK(findings("") == "CPY-0020 1:1");
  CHECK(findings("01 R.\nEXEC SQL INCLUDE SQLCA END-EXEC.\n") == "CPY-0021 2:1");
  CHECK(findings("01 R.\n05 A PIC X.\nMOVE A TO B.\n") == "CPY-0020 3:1");
  CHECK(findings("50 R PIC X.\n") == "CPY-0022 1:1");
  CHECK(findings("01 R PIC X SOMETIMES.\n") == "CPY-0023 1:12");
  CHECK(findings("01 R PIC.\n") == "CPY-0024 1:9");
  CHECK(findings("01 R PIC X PIC X.\n") == "CPY-0025 1:12");
  CHECK(findings("01 R.\n05 A.\n05 B PIC X.\n") == "CPY-0032 2:4");
  CHECK(findings("01 R PIC X.\n05 B PIC X.\n") == "CPY-0032 1:10");
  CHECK(findings("01 R PIC X COMP.\n") == "CPY-0033 1:10");
  CHECK(findings("01 R PIC 9 JUSTIFIED.\n") == "CPY-0034 1:4");
  CHECK(findings("01 R PIC X BLANK WHEN ZERO.\n") == "CPY-0034 1:4");
}

TEST_CASE("a missing full stop is a warning where the next line begins an entry") {
  const Reading reading = read("01 R.\n05 A PIC X\n05 B PIC X.\n");
  CHECK(reading.copybook.has_value());
  CHECK(reading.findings == std::vector<std::string>{"CPY-0026 3:1"});
}

}  // namespace
}  // namespace tilmash::formats::copybook
