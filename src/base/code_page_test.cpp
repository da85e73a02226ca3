#include "base/code_page.h"

#include <doctest/doctest.h>
#include <iconv.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

using namespace tilmash;

namespace {

/// What glibc's iconv(3) makes of `text`; nothing when it refuses.
std::optional<std::string> by_iconv(const char* from, const char* to, std::string text) {
  iconv_t handle = iconv_open(to, from);
  REQUIRE(handle != reinterpret_cast<iconv_t>(-1));
  char out[16];
  char* in_at = text.data();
  char* out_at = out;
  std::size_t in_left = text.size();
  std::size_t out_left = sizeof out;
  const bool good = iconv(handle, &in_at, &in_left, &out_at, &out_left) != static_cast<std::size_t>(-1) &&
                    iconv(handle, nullptr, nullptr, &out_at, &out_left) != static_cast<std::size_t>(-1);
  iconv_close(handle);
  if (!good) return std::nullopt;
  return std::string(out, out_at);
}

std::shared_ptr<const CodePage> page_of(std::string_view name) {
  const Data data;
  Findings findings;
  auto page = find_code_page(data, name, findings);
  for (const Diagnostic& finding : findings.kept()) FAIL_CHECK(to_human(finding));
  REQUIRE(page);
  return page;
}

struct Oracle {
  const char* name;
  const char* iconv_name;
};
constexpr Oracle mixed[] = {
    {"cp930", "IBM930"}, {"cp933", "IBM933"}, {"cp935", "IBM935"}, {"cp937", "IBM937"}, {"cp939", "IBM939"}};
constexpr Oracle oracles[] = {
    {"ascii", "ANSI_X3.4-1968"},
    {"cp437", "CP437"},
    {"cp850", "CP850"},
    {"cp852", "CP852"},
    {"cp855", "CP855"},
    {"cp866", "CP866"},
    {"cp1250", "CP1250"},
    {"cp1251", "CP1251"},
    {"cp1252", "CP1252"},
    {"iso8859-1", "ISO-8859-1"},
    {"iso8859-2", "ISO-8859-2"},
    {"iso8859-5", "ISO-8859-5"},
    {"iso8859-15", "ISO-8859-15"},
    {"kz1048", "RK1048"},
    {"pt154", "PT154"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"cp037", "IBM037"},
    {"cp273", "IBM273"},
    {"cp277", "IBM277"},
    {"cp278", "IBM278"},
    {"cp280", "IBM280"},
    {"cp284", "IBM284"},
    {"cp285", "IBM285"},
    {"cp297", "IBM297"},
    {"cp500", "IBM500"},
    {"cp871", "IBM871"},
    {"cp875", "IBM875"},
    {"cp880", "IBM880"},
    {"cp1025", "IBM1025"},
    {"cp1047", "IBM1047"},
    {"cp1140", "IBM1140"},
    {"cp1141", "IBM1141"},
    {"cp1142", "IBM1142"},
    {"cp1143", "IBM1143"},
    {"cp1144", "IBM1144"},
    {"cp1145", "IBM1145"},
    {"cp1146", "IBM1146"},
    {"cp1147", "IBM1147"},
    {"cp1148", "IBM1148"},
    {"cp1149", "IBM1149"},
    {"cp1154", "IBM1154"},
    {"cp1158", "IBM1158"},
    {"cp1166", "IBM1166"},
};

/// The byte of `letter` on `page`; -1 when the page lacks it.
int byte_of(const CodePage& page, std::string_view letter) {
  std::string out;
  std::size_t bad = 0;
  if (!page.encode(letter, out, bad)) return -1;
  REQUIRE(out.size() == 1);
  return static_cast<unsigned char>(out[0]);
}

}  // namespace

TEST_CASE("all 256 bytes of every page mean what iconv says, both ways") {
  for (const Oracle& oracle : oracles) {
    CAPTURE(oracle.name);
    const auto page = page_of(oracle.name);
    Arena arena;
    for (int byte = 0; byte < 256; ++byte) {
      CAPTURE(byte);
      const std::string bytes(1, static_cast<char>(byte));
      const auto expected = by_iconv(oracle.iconv_name, "UTF-8", bytes);
      std::string_view utf8;
      std::size_t bad = 99;
      REQUIRE(page->decode(bytes, arena, utf8, bad) == expected.has_value());
      if (!expected) {
        CHECK(bad == 0);
        continue;
      }
      CHECK(utf8 == *expected);
      std::string back;
      REQUIRE(page->encode(utf8, back, bad));
      CHECK(back == bytes);
    }
  }
}

TEST_CASE("a page has no character that iconv does not put there") {
  for (const Oracle& oracle : oracles) {
    CAPTURE(oracle.name);
    const auto page = page_of(oracle.name);
    iconv_t handle = iconv_open(oracle.iconv_name, "UTF-8");
    REQUIRE(handle != reinterpret_cast<iconv_t>(-1));
    for (char32_t character = 0; character < 0x11000; ++character) {
      if (character >= 0xD800 && character <= 0xDFFF) continue;
      char in[4];
      char out[4];
      char* in_at = in;
      char* out_at = out;
      auto in_left = static_cast<std::size_t>(write_utf8(in, character) - in);
      std::size_t out_left = sizeof out;
      const bool known = iconv(handle, &in_at, &in_left, &out_at, &out_left) == 0;
      const int byte = page->find_byte(character);
      // iconv also takes characters that it never gives back, such as a macron for an overline; we don't.
      const bool one_way =
          known && byte < 0 && by_iconv(oracle.iconv_name, "UTF-8", {out, 1}) != std::string(in, in_at);
      REQUIRE((byte >= 0 || one_way) == known);
    }
    iconv_close(handle);
  }
}

TEST_CASE("Kazakh, Kyrgyz and Uzbek letters stand where the standards put them") {
  // cp866 and cp1251 as registered; STRK 1048-2002; PT154; RFC 1489.
  struct Row {
    std::string_view letter;
    int cp866, cp1251, koi8_r, kz1048, pt154;
  };
  constexpr Row rows[] = {
      {"А", 0x80, 0xC0, 0xE1, 0xC0, 0xC0}, {"я", 0xEF, 0xFF, 0xD1, 0xFF, 0xFF}, {"Ё", 0xF0, 0xA8, 0xB3, 0xA8, 0xA8},
      {"№", 0xFC, 0xB9, -1, 0xB9, 0xB9},   {"«", -1, 0xAB, -1, 0xAB, 0xAB},     {"Ә", -1, -1, -1, 0xA3, 0xAA},
      {"Ғ", -1, -1, -1, 0xAA, 0x81},       {"Қ", -1, -1, -1, 0x8D, 0x8D},       {"Ң", -1, -1, -1, 0xBD, 0x8C},
      {"Ө", -1, -1, -1, 0xA5, 0xA4},       {"Ұ", -1, -1, -1, 0xA1, 0xA6},       {"Ү", -1, -1, -1, 0xAF, 0x87},
      {"Һ", -1, -1, -1, 0x8E, 0x8E},       {"ә", -1, -1, -1, 0xBC, 0xBA},       {"ғ", -1, -1, -1, 0xBA, 0x83},
      {"қ", -1, -1, -1, 0x9D, 0x9D},       {"ң", -1, -1, -1, 0xBE, 0x9C},       {"ө", -1, -1, -1, 0xB4, 0xB5},
      {"ұ", -1, -1, -1, 0xA2, 0xB1},       {"ү", -1, -1, -1, 0xBF, 0x89},       {"һ", -1, -1, -1, 0x9E, 0x9E},
      {"І", -1, 0xB2, -1, 0xB2, 0xB2},     {"Ў", 0xF6, 0xA1, -1, -1, 0xA1},     {"ҳ", -1, -1, -1, -1, 0x98},
  };
  const auto cp866 = page_of("cp866");
  const auto cp1251 = page_of("cp1251");
  const auto koi8_r = page_of("koi8-r");
  const auto kz1048 = page_of("kz1048");
  const auto pt154 = page_of("pt154");
  for (const Row& row : rows) {
    CAPTURE(row.letter);
    CHECK(byte_of(*cp866, row.letter) == row.cp866);
    CHECK(byte_of(*cp1251, row.letter) == row.cp1251);
    CHECK(byte_of(*koi8_r, row.letter) == row.koi8_r);
    CHECK(byte_of(*kz1048, row.letter) == row.kz1048);
    CHECK(byte_of(*pt154, row.letter) == row.pt154);
  }
}

TEST_CASE("the EBCDIC pages: what IBM moved, and the letters of cp1166") {
  // RPG and COBOL programs know these bytes by heart: blank, A, 0, and the two ends of a line.
  for (const Oracle& oracle : oracles) {
    const auto page = page_of(oracle.name);
    if (page->keeps_ascii()) continue;
    CAPTURE(oracle.name);
    CHECK(byte_of(*page, " ") == 0x40);
    CHECK(byte_of(*page, "A") == 0xC1);
    CHECK(byte_of(*page, "J") == 0xD1);
    CHECK(byte_of(*page, "S") == 0xE2);
    CHECK(byte_of(*page, "0") == 0xF0);
    CHECK(byte_of(*page, "\n") == 0x25);
    CHECK(byte_of(*page, "\xC2\x85") == 0x15);
  }
  const auto kazakh = page_of("cp1166");
  for (const char* letter :
       {"Ә", "Ғ", "Қ", "Ң", "Ө", "Ұ", "Ү", "Һ", "І", "ә", "ғ", "қ", "ң", "ө", "ұ", "ү", "һ", "і"}) {
    CAPTURE(letter);
    CHECK(byte_of(*kazakh, letter) >= 0x41);
  }
  CHECK(byte_of(*page_of("cp1025"), "Қ") == -1);
}

TEST_CASE("ASCII text is not copied, mixed text is, and the offset of a bad byte is exact") {
  const auto page = page_of("kz1048");
  CHECK(page->keeps_ascii());
  Arena arena;
  std::string_view utf8;
  std::size_t bad = 99;
  const std::string ascii = "REF0000001 PAYMENT FOR GOODS";
  REQUIRE(page->decode(ascii, arena, utf8, bad));
  CHECK(utf8.data() == ascii.data());

  REQUIRE(page->decode("ASCII FIRST, \x8D\xE0\xE7\xE0\x9D\xF1\xF2\xE0\xED", arena, utf8, bad));
  CHECK(utf8 == "ASCII FIRST, Қазақстан");
  CHECK_FALSE(page->decode("0123456789\x8D\x98z", arena, utf8, bad));
  CHECK(bad == 11);

  std::string out = "kept";
  CHECK_FALSE(page->encode("0123456789Қ€漢", out, bad));
  CHECK(bad == 15);
  CHECK(out == "kept");
  CHECK_FALSE(page->encode("Қ\xD2", out, bad));
  CHECK(bad == 2);
  CHECK(page->encode("", out, bad));
}

TEST_CASE("the utf-8 page passes what is well formed and nothing else") {
  const auto page = page_of("utf-8");
  Arena arena;
  std::string_view utf8;
  std::string out;
  std::size_t bad = 99;
  const std::string text = "Қазақстан 漢 😀";
  REQUIRE(page->decode(text, arena, utf8, bad));
  CHECK(utf8.data() == text.data());
  REQUIRE(page->encode(text, out, bad));
  CHECK(out == text);
  CHECK_FALSE(page->decode("abc\xFF", arena, utf8, bad));
  CHECK(bad == 3);
}

TEST_CASE("a page that is not there is a miss, a wrong table is a finding with its line") {
  const Data data;
  Findings findings;
  CHECK(find_code_page(data, "cp9999", findings) == nullptr);
  CHECK(findings.total_count() == 0);
  std::vector<std::string> known = {"utf-8"};
  for (const Oracle& oracle : oracles) known.emplace_back(oracle.name);
  for (const Oracle& oracle : mixed) known.emplace_back(oracle.name);
  std::sort(known.begin(), known.end());
  CHECK(list_code_pages(data) == known);

  const auto refused_at = [&](std::string_view table) {
    findings.clear();
    CHECK(read_code_page("x", table, findings) == nullptr);
    REQUIRE(findings.kept().size() == 1);
    CHECK(findings.kept()[0].code == "COD-0001"_code);
    return findings.kept()[0].place.line_number;
  };
  CHECK(refused_at("00 0000\n01 0001\n") == 2);
  CHECK(refused_at("00 0000\n02 0002\n") == 2);
  CHECK(refused_at("00 0041\n01 0041\n") == 2);
  CHECK(refused_at("# head\n00 10000\n") == 2);
  CHECK(refused_at("00 D800\n") == 1);
  CHECK(refused_at("00 zz\n") == 1);
  CHECK(refused_at("0\n") == 1);
}

TEST_CASE("a page that moves ASCII, as EBCDIC pages do, converts every byte") {
  std::string table;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char* hex = "0123456789ABCDEF";
    const unsigned character = 255 - byte;
    table += {hex[byte >> 4], hex[byte & 15], ' ', '0', '0', hex[character >> 4], hex[character & 15], '\n'};
  }
  Findings findings;
  const auto page = read_code_page("mirror", table, findings);
  REQUIRE(page);
  CHECK_FALSE(page->keeps_ascii());
  Arena arena;
  std::string_view utf8;
  std::string out;
  std::size_t bad = 0;
  REQUIRE(page->decode("\xBE\xBD", arena, utf8, bad));
  CHECK(utf8 == "AB");
  REQUIRE(page->encode("AB", out, bad));
  CHECK(out == "\xBE\xBD");

  // One ASCII byte that is undefined also ends the short cut.
  table = "";
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char* hex = "0123456789ABCDEF";
    const std::string text{hex[byte >> 4], hex[byte & 15]};
    table += text + (byte == 0x40 ? " -\n" : " " + text + "\n");
  }
  const auto holed = read_code_page("holed", table, findings);
  REQUIRE(holed);
  CHECK_FALSE(holed->decode("abcdefgh@", arena, utf8, bad));
  CHECK(bad == 8);
}

TEST_CASE("mixed pages: every single byte and every pair is what iconv makes of it") {
  for (const Oracle& oracle : mixed) {
    CAPTURE(oracle.name);
    const auto page = page_of(oracle.name);
    REQUIRE(page->is_mixed());
    CHECK_FALSE(page->keeps_ascii());
    std::size_t pairs = 0;
    std::size_t other = 0;  // iconv reads them, and writes another pair or byte for the character
    const auto compare = [&](const std::string& bytes) {
      Arena arena;
      std::string_view utf8;
      std::size_t bad = 0;
      const bool read = page->decode(bytes, arena, utf8, bad);
      const auto expected = by_iconv(oracle.iconv_name, "UTF-8", bytes);
      if (!read) {
        const auto back =
            expected && !expected->empty() ? by_iconv("UTF-8", oracle.iconv_name, *expected) : std::nullopt;
        REQUIRE(back != bytes);
        other += expected && !expected->empty() ? 1 : 0;
        return;
      }
      REQUIRE(expected == utf8);
      std::string back;
      REQUIRE(page->encode(utf8, back, bad));
      REQUIRE(back == bytes);
      pairs += bytes.size() > 1 ? 1 : 0;
    };
    for (int byte = 0; byte < 256; ++byte) {
      if (byte != CodePage::shift_out && byte != CodePage::shift_in) compare(std::string(1, static_cast<char>(byte)));
    }
    for (int lead = 0x40; lead < 0xFF; ++lead) {
      for (int trail = 0x40; trail < 0xFF; ++trail) {
        compare({CodePage::shift_out, static_cast<char>(lead), static_cast<char>(trail), CodePage::shift_in});
      }
    }
    MESSAGE(oracle.name << ": " << pairs << " pairs, " << other << " that iconv would write otherwise are refused");
    CHECK(pairs > 6000);
  }
}

TEST_CASE("mixed pages: shifts stand around runs of pairs and nowhere else") {
  const auto page = page_of("cp939");
  const auto decoded = [&](std::string_view bytes) {
    Arena arena;
    std::string_view utf8;
    std::size_t bad = 0;
    return page->decode(bytes, arena, utf8, bad) ? std::string(utf8) : "bad " + std::to_string(bad);
  };
  using namespace std::string_view_literals;
  CHECK(decoded("\xC1\x0E\x45\x41\x45\x42\x0F\xC2"sv) == "A一二B");
  CHECK(decoded("") == "");
  CHECK(decoded("\x0E\x0F"sv) == "bad 1");                          // an empty run
  CHECK(decoded("\x0E\x45\x41\x0F\x0E\x45\x42\x0F"sv) == "bad 4");  // one that goes on
  CHECK(decoded("\x0E\x45\x41"sv) == "bad 2");                      // never ended
  CHECK(decoded("\x0E\x45"sv) == "bad 1");                          // half a character
  CHECK(decoded("\xC1\x0F"sv) == "bad 1");
  CHECK(decoded("\x0E\x41\x41\xFF\xFF\x0F"sv) == "bad 3");
  std::string out = "x";
  std::size_t bad = 0;
  CHECK(page->encode("A一二B三", out, bad));
  CHECK(out == "x\xC1\x0E\x45\x41\x45\x42\x0F\xC2\x0E\x45\x43\x0F"sv);
  CHECK_FALSE(page->encode("A一Ұ", out, bad));
  CHECK(bad == 4);
  CHECK(out.size() == 13);
  out.clear();
  CHECK(page->encode_pairs("一　二", out, bad));
  CHECK(out == "\x45\x41\x40\x40\x45\x42");
  CHECK_FALSE(page->encode_pairs("A", out, bad));
  Arena arena;
  std::string_view utf8;
  CHECK(page->decode_pairs(out, arena, utf8, bad));
  CHECK(utf8 == "一　二");
  CHECK_FALSE(page->decode_pairs("\x45\x41\x45"sv, arena, utf8, bad));
  CHECK_FALSE(page_of("cp037")->is_mixed());
}
