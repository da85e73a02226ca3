#include <doctest/doctest.h>

#include "base/civil.h"
#include "base/code.h"
#include "base/config.h"
#include "base/data.h"
#include "base/decimal.h"
#include "base/error_catalogue.h"
#include "base/text.h"

using namespace tilmash;

TEST_CASE("an error code is three letters and a number, and prints as it was written") {
  CHECK(to_text("FMT-0210"_code) == "FMT-0210");
  CHECK(to_text("ZZZ-9999"_code) == "ZZZ-9999");
  CHECK_FALSE(parse_code("fmt-0210"));
  CHECK_FALSE(parse_code("FMT-021"));
}

TEST_CASE("lines are counted, and found, however far they are apart") {
  std::string text;
  CHECK(count_lines(text) == 0);
  for (std::size_t i = 0; i < 1000; ++i) text += std::string(i % 300, 'x') + "\n";
  CHECK(count_lines(text) == 1000);
  CHECK(count_lines(std::string(100'000, '\n')) == 100'000);
  LineFinder finder(text);
  CHECK(finder.line_of(text.size()) == 1001);
  CHECK(finder.line_of(0) == 1);
  CHECK(finder.column_of(2) == 2);  // "\nx\n": the second line
  CHECK(finder.line_of(2) == 2);
}

TEST_CASE("decimals keep their scale and refuse what is not exact") {
  CHECK(to_text(*parse_decimal("1.10")) == "1.10");
  CHECK(to_text(*parse_decimal("-0.05")) == "-0.05");
  CHECK(to_text(*parse_decimal(".5")) == "0.5");
  CHECK(to_text(*parse_decimal("999999999999999999")) == "999999999999999999");
  CHECK(parse_decimal("000000000000000000000001.00")->unscaled == 100);
  CHECK_FALSE(parse_decimal("1234567890123456789"));
  CHECK_FALSE(parse_decimal("1e3"));
  CHECK_FALSE(parse_decimal(""));
  CHECK_FALSE(parse_decimal("."));
}

TEST_CASE("sums do not overflow and compare across scales") {
  DecimalSum sum;
  for (int i = 0; i < 1000; ++i) sum.add(*parse_decimal("999999999999999999"));
  CHECK(sum.to_text() == "999999999999999999000");
  DecimalSum a;
  a.add(*parse_decimal("0.1"));
  a.add(*parse_decimal("0.20"));
  CHECK(a.to_text() == "0.30");
  CHECK(a.equals(*parse_decimal("0.3")));
}

TEST_CASE("dates are read by pattern and refuse days that do not exist") {
  const auto pattern = DatePattern::compile("DDMMYYYY");
  REQUIRE(pattern);
  CHECK(to_text(*pattern->parse("29022024")) == "2024-02-29");
  CHECK_FALSE(pattern->parse("29022025"));
  CHECK_FALSE(pattern->parse("2902202"));
  const auto ordinal = DatePattern::compile("YYDDD");
  REQUIRE(ordinal);
  CHECK(to_text(*ordinal->parse("24366")) == "2024-12-31");
  CHECK_FALSE(ordinal->parse("25366"));
  char back[5];
  CHECK(ordinal->write(back, {2024, 12, 31}));
  CHECK(std::string_view(back, 5) == "24366");
  CHECK_FALSE(DatePattern::compile("MMDD"));
}

TEST_CASE("hexadecimal digits there and back") {
  CHECK(to_hex(std::string_view("\x00\xAFz", 3)) == "00af7a");
  CHECK(to_hex_upper("\xAF") == "AF");
  std::string bytes = "a";
  CHECK(from_hex("00aF", bytes));
  CHECK(bytes == std::string("a\0\xAF", 3));
  for (const char* const bad : {"0", "0g", "g0", " 0", "0 "}) CHECK_FALSE(from_hex(bad, bytes));
}

TEST_CASE("pairs of digits are days without a year and times") {
  CHECK(is_pair_pattern("MMDDhhmmss"));
  CHECK_FALSE(is_pair_pattern("MMD"));
  CHECK_FALSE(is_pair_pattern("MDhm"));
  CHECK_FALSE(is_pair_pattern(""));
  CHECK(fits_digit_pairs("MMDD", "0229"));
  CHECK_FALSE(fits_digit_pairs("MMDD", "0230"));
  CHECK_FALSE(fits_digit_pairs("MMDD", "1301"));
  CHECK(fits_digit_pairs("hhmm", "2359"));
  CHECK_FALSE(fits_digit_pairs("hhmm", "2400"));
  CHECK_FALSE(fits_digit_pairs("hhmm", "235"));
  CHECK_FALSE(fits_digit_pairs("hhmm", "23:5"));
}

TEST_CASE("times need a zone and go to UTC and back") {
  CHECK(is_rfc3339("2026-11-21T09:30:00.125+05:00"));
  CHECK_FALSE(is_rfc3339("2026-11-21T09:30:00"));
  CHECK_FALSE(is_rfc3339("2026-11-21T24:00:00Z"));
  CHECK_FALSE(is_rfc3339("2026-11-21t09:30:00Z"));
  CHECK_FALSE(is_rfc3339("2026-11-21T09:30:00z"));
  CHECK(is_rfc3339("2026-11-21T09:30:00-14:00"));
  CHECK_FALSE(is_rfc3339("2026-11-21T09:30:00+14:01"));
  CHECK(rfc3339_utc(*parse_rfc3339("2026-11-21T02:30:00+05:00")) == "2026-11-20T21:30:00Z");
  CHECK(rfc3339_utc(0) == "1970-01-01T00:00:00Z");
  CHECK(rfc3339_utc(*parse_rfc3339("1969-12-31T23:59:59Z")) == "1969-12-31T23:59:59Z");
}

TEST_CASE("malformed UTF-8 is found where it begins") {
  CHECK(find_malformed_utf8("Қазақстан") == std::string_view("Қазақстан").size());
  CHECK(find_malformed_utf8("ab\xC0\x80") == 2);
  CHECK(find_malformed_utf8("abcdefgh\xED\xA0\x80") == 8);
  CHECK(find_malformed_utf8("\xF4\x90\x80\x80") == 0);
  CHECK(find_malformed_utf8("a\xE2\x82") == 1);
  CHECK(count_characters("Қазақ") == 5);
  CHECK(first_characters("Қазақ", 2) == "Қа");
}

TEST_CASE("definition files refuse unknown keys, floats and duplicates, with a place") {
  Findings findings;
  CHECK_FALSE(read_config("a.toml", "x = 1.5", findings));
  CHECK(findings.kept().back().code == "CFG-0002"_code);
  CHECK_FALSE(read_config("a.toml", "x = 1\nx = 2", findings));
  CHECK(findings.kept().back().code == "CFG-0001"_code);
  CHECK(findings.kept().back().place.line_number == 2);

  findings.clear();
  const auto file = read_config("a.toml", "name = 'n'\nlenght = 3\n", findings);
  REQUIRE(file);
  ConfigReader row(*file, file->root, findings);
  CHECK(row.string("name") == "n");
  CHECK(row.integer_or("length", 7) == 7);
  row.finish();
  REQUIRE(findings.kept().size() == 1);
  CHECK(findings.kept()[0].code == "CFG-0005"_code);
  CHECK(findings.kept()[0].place.line_number == 2);
  CHECK(findings.kept()[0].help == "the nearest known key is \"length\"");
}

TEST_CASE("the error catalogue of the build is sound") {
  Findings findings;
  const auto entries = read_error_catalogue(Data(), findings);
  for (const auto& finding : findings.kept()) FAIL_CHECK(to_human(finding));
  CHECK(entries.contains("CFG-0001"_code));
}

TEST_CASE("a sensitive value prints its shape only") {
  CHECK(Sensitive("KZ77999A000000000001").masked() == "xx99999x999999999999");
  CHECK(Sensitive("Ерлан Қ.").masked() == "xxxxx x.");
}
