// Every number encoding: what is read back is what was written, over boundaries and random values; every other byte is
// refused at its place.
#include <filesystem>
#include <map>
#include <random>
#include <sstream>

#include "adapters/formats/fixed_width/testing.h"
#include "base/code_page.h"
#include "tests/support.h"

namespace tilmash::formats::fixed_width::testing {
namespace {

/// One field of a record without line ends.
std::unique_ptr<Layout> one_field(std::string_view options, unsigned length, std::string_view file_keys = "") {
  return compile(fmt::format(R"(
name = "t"
format = "fixed_width"
{}
line_end = "none"
length = {}
{}
[[record]]
kind = "d"
repeat = true
item = true
fields = [ {{ name = "A", length = {}, {} }} ]
)",
                             file_keys.find("code_page") == std::string_view::npos ? "code_page = \"cp037\"" : "",
                             length, file_keys, length, options));
}

std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}

/// "A=5", or "FMT-0213 at 1".
std::string read(const Layout& layout, std::string_view hex) {
  const std::string input = bytes(hex);
  const Decoded decoded = decode(layout, input);
  if (decoded.items.size() == 1) {
    return decoded.items[0].substr(std::min(decoded.items[0].size(), std::size_t{2}));
  }
  if (decoded.rejects.size() != 1) return fmt::format("{} findings", decoded.findings.size());
  const std::string& reject = decoded.rejects[0];
  return reject.substr(0, 8) + reject.substr(reject.find(" offset") + 7, 2);
}

/// The bytes in hexadecimal, or the code.
std::string write(const Layout& layout, std::string_view text) {
  Instance instance(layout.shape());
  const std::uint32_t cell = instance.begin(layout.find_record("d"));
  if (!text.empty()) instance.leaf(layout.shape().find_child(layout.find_record("d"), "A"), text);
  instance.end();
  std::string out;
  if (const auto why = layout.record_writer()->write(instance, cell, out)) return to_text(why->code);
  return to_hex(out);
}

void same_both_ways(const Layout& layout, std::string_view hex, std::string_view text) {
  CHECK(read(layout, hex) == "A=" + std::string(text));
  CHECK(write(layout, text) == hex);
}

TEST_CASE("packed decimals") {
  const auto s5 = one_field(R"(type = "decimal", scale = 2, encoding = "packed", signed = true)", 3);
  same_both_ways(*s5, "12345c", "123.45");
  same_both_ways(*s5, "12345d", "-123.45");
  same_both_ways(*s5, "00000c", "0.00");
  same_both_ways(*s5, "00000d", "-0.00");
  same_both_ways(*s5, "00005d", "-0.05");
  CHECK(read(*s5, "12345f") == "FMT-0211 2");
  CHECK(read(*s5, "1a345c") == "FMT-0213 0");
  CHECK(read(*s5, "12a45c") == "FMT-0213 1");
  CHECK(read(*s5, "1234ac") == "FMT-0213 2");
  CHECK(read(*s5, "404040") == "FMT-0211 2");
  CHECK(write(*s5, "1000.00") == "FMT-0400");
  CHECK(write(*s5, "1.001") == "FMT-0402");
  CHECK(write(*s5, "") == "FMT-0404");

  const auto s4 = one_field(R"(type = "integer", encoding = "packed", signed = true, digits = 4)", 3);
  same_both_ways(*s4, "01234c", "1234");
  CHECK(read(*s4, "11234c") == "FMT-0213 0");
  CHECK(write(*s4, "11234") == "FMT-0400");

  const auto u5 = one_field(R"(type = "integer", encoding = "packed")", 3);
  same_both_ways(*u5, "12345f", "12345");
  CHECK(read(*u5, "12345c") == "FMT-0211 2");
  CHECK(write(*u5, "-1") == "FMT-0403");

  const auto lenient = one_field(R"(type = "integer", encoding = "packed", signed = true, signs = "lenient")", 3);
  for (const char sign : {'a', 'c', 'e', 'f'}) CHECK(read(*lenient, std::string("12345") + sign) == "A=12345");
  for (const char sign : {'b', 'd'}) CHECK(read(*lenient, std::string("12345") + sign) == "A=-12345");
  CHECK(read(*lenient, "123459") == "FMT-0211 2");

  const auto f = one_field(R"(type = "integer", encoding = "packed", signed = true, plus = "F")", 3);
  same_both_ways(*f, "12345f", "12345");
  CHECK(read(*f, "12345c") == "FMT-0211 2");

  const auto parts = one_field(R"(type = "decimal", scale = 18, encoding = "packed", signed = true, digits = 18)", 10);
  same_both_ways(*parts, "0123456789012345678d", "-0.123456789012345678");

  const auto bcd = one_field(R"(type = "integer", encoding = "bcd", digits = 5)", 3);
  same_both_ways(*bcd, "012345", "12345");
  CHECK(read(*bcd, "112345") == "FMT-0213 0");
  CHECK(read(*bcd, "01234f") == "FMT-0213 2");

  const auto long_one =
      one_field(R"(type = "decimal", scale = 2, encoding = "packed", signed = true, digits = 31)", 16);
  same_both_ways(*long_one, "1234567890123456789012345678901d", "-12345678901234567890123456789.01");
  const auto not_long = one_field(R"(type = "integer", encoding = "packed", signed = true)", 16);
  CHECK(read(*not_long, "1234567890123456789012345678901d") == "FMT-0204 0");
}

TEST_CASE("scaling positions") {
  const auto tens = one_field(R"(type = "decimal", scale = -2, encoding = "packed", signed = true)", 2);
  same_both_ways(*tens, "123c", "12300");
  same_both_ways(*tens, "000c", "0");
  CHECK(write(*tens, "12345") == "FMT-0402");
  CHECK(write(*tens, "100") == "001c");
  const auto parts = one_field(R"(type = "decimal", scale = 5, encoding = "packed", signed = true)", 2);
  same_both_ways(*parts, "123d", "-0.00123");
  CHECK(write(*parts, "0.1") == "FMT-0400");
  const auto zoned = one_field(R"(type = "integer", scale = -3)", 2);
  same_both_ways(*zoned, "f1f2", "12000");
}

TEST_CASE("zoned decimals") {
  const auto ebcdic = one_field(R"(type = "decimal", scale = 1, sign = "overpunch_trailing")", 3);
  same_both_ways(*ebcdic, "f1f2c3", "12.3");
  same_both_ways(*ebcdic, "f1f2d3", "-12.3");
  same_both_ways(*ebcdic, "f0f0d0", "-0.0");
  CHECK(read(*ebcdic, "f1f2f3") == "FMT-0211 2");
  CHECK(read(*ebcdic, "f1f24b") == "FMT-0210 2");
  CHECK(read(*ebcdic, "f1c2c3") == "FMT-0210 1");
  CHECK(read(*ebcdic, "404040") == "");
  const auto leading = one_field(R"(type = "integer", sign = "overpunch_leading", signs = "lenient")", 3);
  same_both_ways(*leading, "d1f2f3", "-123");
  CHECK(read(*leading, "f1f2f3") == "A=123");
  CHECK(write(*leading, "123") == "c1f2f3");
  const auto plain = one_field(R"(type = "integer")", 3);
  same_both_ways(*plain, "f1f2f3", "123");
  CHECK(read(*plain, "f1f2c3") == "FMT-0210 2");
  const auto tolerant = one_field(R"(type = "integer", signs = "lenient")", 3);
  CHECK(read(*tolerant, "f1f2c3") == "A=123");
  CHECK(read(*tolerant, "f1f2d3") == "FMT-0211 2");
  const auto apart = one_field(R"(type = "integer", sign = "leading")", 4);
  same_both_ways(*apart, "60f1f2f3", "-123");
  same_both_ways(*apart, "4ef1f2f3", "123");
  CHECK(read(*apart, "f0f1f2f3") == "FMT-0211 0");

  const auto ascii = one_field(R"(type = "integer", sign = "overpunch_trailing")", 2, "code_page = \"ascii\"");
  same_both_ways(*ascii, "317b", "10");   // {
  same_both_ways(*ascii, "3149", "19");   // I
  same_both_ways(*ascii, "317d", "-10");  // }
  same_both_ways(*ascii, "3152", "-19");  // R
  CHECK(read(*ascii, "3130") == "FMT-0211 1");
  CHECK(read(*ascii, "3153") == "FMT-0210 1");
  const auto gnu =
      one_field(R"(type = "integer", sign = "overpunch_trailing")", 2, "code_page = \"ascii\"\noverpunch = \"ascii\"");
  same_both_ways(*gnu, "3130", "10");
  same_both_ways(*gnu, "3179", "-19");  // y
  CHECK(read(*gnu, "317a") == "FMT-0210 1");
}

TEST_CASE("binary numbers") {
  const auto big = one_field(R"(type = "integer", encoding = "binary", signed = true)", 2);
  same_both_ways(*big, "0001", "1");
  same_both_ways(*big, "ffff", "-1");
  same_both_ways(*big, "8000", "-32768");
  CHECK(write(*big, "32768") == "FMT-0400");
  CHECK(write(*big, "-32769") == "FMT-0400");
  CHECK(write(*big, "-0") == "FMT-0402");
  const auto little = one_field(R"(type = "decimal", scale = 2, encoding = "binary", byte_order = "little")", 4);
  same_both_ways(*little, "39300000", "123.45");
  const auto limited = one_field(R"(type = "integer", encoding = "binary", signed = true, digits = 4)", 2);
  same_both_ways(*limited, "270f", "9999");
  CHECK(read(*limited, "2710") == "FMT-0214 0");
  CHECK(write(*limited, "10000") == "FMT-0400");
  const auto wide = one_field(R"(type = "integer", encoding = "binary", signed = true)", 8);
  same_both_ways(*wide, "f21f494c589c0001", "-999999999999999999");
  CHECK(read(*wide, "8000000000000000") == "FMT-0204 0");
  const auto widest = one_field(R"(type = "integer", encoding = "binary", digits = 20)", 8);
  same_both_ways(*widest, "ffffffffffffffff", "18446744073709551615");
  const auto least = one_field(R"(type = "integer", encoding = "binary", signed = true, digits = 19)", 8);
  same_both_ways(*least, "8000000000000000", "-9223372036854775808");
  for (unsigned length = 1; length <= 16; ++length) {
    const auto layout = one_field(R"(type = "integer", encoding = "binary", signed = true)", length);
    same_both_ways(*layout, std::string(2 * length, 'f'), "-1");
  }
}

TEST_CASE("binary numbers of more than eight bytes") {
  // 10^38 - 1 and its negative, as Python's int.to_bytes(16) has them.
  const auto largest = one_field(R"(type = "integer", encoding = "binary", signed = true, digits = 38)", 16);
  same_both_ways(*largest, "4b3b4ca85a86c47a098a223fffffffff", "99999999999999999999999999999999999999");
  same_both_ways(*largest, "b4c4b357a5793b85f675ddc000000001", "-99999999999999999999999999999999999999");
  CHECK(read(*largest, "4b3b4ca85a86c47a098a224000000000") == "FMT-0214 0");
  CHECK(read(*largest, "80000000000000000000000000000000") == "FMT-0214 0");
  CHECK(write(*largest, "100000000000000000000000000000000000000") == "FMT-0400");
  const auto scaled = one_field(
      R"(type = "decimal", scale = 2, encoding = "binary", signed = true, digits = 30, byte_order = "little")", 16);
  same_both_ways(*scaled, "51596ebe212f3502fcffffffffffffff", "-736278911110213567.19");
  // Without `digits`, a number of the house: up to 18 of them.
  const auto small = one_field(R"(type = "integer", encoding = "binary")", 16);
  same_both_ways(*small, "00000000000000000de0b6b3a763ffff", "999999999999999999");
  CHECK(read(*small, "ffffffffffffffffffffffffffffffff") == "FMT-0204 0");
  const auto nine = one_field(R"(type = "integer", encoding = "binary", digits = 22)", 9);
  same_both_ways(*nine, "ffffffffffffffffff", "4722366482869645213695");
  CHECK(write(*nine, "4722366482869645213696") == "FMT-0400");
}

TEST_CASE("floats") {
  const auto single = one_field(R"(type = "decimal", encoding = "float")", 4);
  same_both_ways(*single, "3f800000", "1");
  same_both_ways(*single, "3dcccccd", "0.1");
  same_both_ways(*single, "c2f6e979", "-123.456");
  same_both_ways(*single, "00000001", "1E-45");
  same_both_ways(*single, "80000000", "-0");
  same_both_ways(*single, "7f7fffff", "340282350000000000000000000000000000000");
  CHECK(read(*single, "7f800000") == "FMT-0215 0");
  CHECK(read(*single, "7fc00000") == "FMT-0215 0");
  const auto wide = one_field(R"(type = "decimal", encoding = "float", byte_order = "little")", 8);
  same_both_ways(*wide, "9a9999999999b93f", "0.1");
  same_both_ways(*wide, "ffffffffffffef7f", "1.7976931348623157E+308");
  same_both_ways(*wide, "0100000000000000", "5E-324");
  const auto ibm = one_field(R"(type = "decimal", encoding = "float", float = "ibm")", 4);
  same_both_ways(*ibm, "41100000", "1");
  same_both_ways(*ibm, "c276a000", "-118.625");
  same_both_ways(*ibm, "00000000", "0");
  CHECK(read(*ibm, "41010000") == "FMT-0215 0");
  CHECK(read(*ibm, "41000000") == "FMT-0215 0");
  const auto ibm_wide = one_field(R"(type = "decimal", encoding = "float", float = "ibm")", 8);
  same_both_ways(*ibm_wide, "401999999999999a", "0.1");
  CHECK(write(*ibm, "1E+100") == "FMT-0400");
  CHECK(write(*ibm, "1e5") == "FMT-0402");
}

TEST_CASE("random bits of floats come back") {
  std::mt19937_64 random(7);
  for (const std::string_view kind : {"ieee", "ibm"}) {
    for (const unsigned length : {4U, 8U}) {
      const auto layout = one_field(fmt::format(R"(type = "decimal", encoding = "float", float = "{}")", kind), length);
      for (int i = 0; i < 300; ++i) {
        std::uint64_t bits = random();
        if (i % 3 == 0) bits = (bits & ~(std::uint64_t{0x7F} << 56)) | std::uint64_t{0x41} << 56;  // near one
        const std::string hex = fmt::format("{:016x}", bits).substr(0, 2 * length);
        const std::string value = read(*layout, hex);
        if (value.substr(0, 3) == "FMT") continue;
        CHECK_MESSAGE(write(*layout, value.substr(2)) == hex, value);
      }
    }
  }
}

TEST_CASE("random bytes of every number encoding are refused or come back as they are") {
  std::mt19937_64 random(11);
  constexpr std::string_view kinds[] = {
      R"(type = "integer", encoding = "packed", signed = true)",
      R"(type = "decimal", scale = 2, encoding = "packed", digits = 4)",
      R"(type = "integer", encoding = "bcd")",
      R"(type = "integer", encoding = "binary", signed = true)",
      R"(type = "integer", encoding = "binary", byte_order = "little", digits = 5)",
      R"(type = "decimal", scale = 1, sign = "overpunch_trailing")",
      R"(type = "decimal", scale = 1, sign = "overpunch_leading")",
      R"(type = "decimal", scale = 1, sign = "trailing")",
      R"(type = "decimal", scale = 1, point = ".", pad = " ", sign = "floating")",
      R"(type = "integer", encoding = "edited", picture = "ZZ9")",
      R"(type = "decimal", encoding = "edited", picture = "-.9")",
      R"(type = "hex")",
  };
  // Bytes that such fields hold, with a few that they don't.
  constexpr unsigned char likely[] = {0xF0, 0xF1, 0xF9, 0xC0, 0xC5, 0xD0, 0xD9, 0x40, 0x4B, 0x60, 0x4E,
                                      0x00, 0x12, 0x3C, 0x4D, 0x5F, 0x99, 0x01, 0xFF, 0x80, 0xA0};
  for (const std::string_view kind : kinds) {
    const auto layout = one_field(kind, 3);
    unsigned accepted = 0;
    for (int i = 0; i < 4000; ++i) {
      std::string hex;
      for (int k = 0; k < 3; ++k) hex += fmt::format("{:02x}", likely[random() % std::size(likely)]);
      const std::string value = read(*layout, hex);
      if (value.substr(0, 3) == "FMT") continue;
      ++accepted;
      CHECK_MESSAGE(write(*layout, value.empty() ? value : value.substr(2)) == hex, kind << " " << value);
    }
    CHECK_MESSAGE(accepted > 0, kind);
  }
}

TEST_CASE("double-byte characters: fields of them, and between shifts") {
  constexpr std::string_view japan = "code_page = \"cp939\"";
  const auto graphic = one_field(R"(type = "text", encoding = "dbcs")", 8, japan);
  same_both_ways(*graphic, "4541454240404040", "一二");
  same_both_ways(*graphic, "4541404045424040", "一　二");
  same_both_ways(*graphic, "4040404040404040", "　");
  CHECK(read(*graphic, "4541ffff40404040") == "FMT-0200 2");
  CHECK(read(*graphic, "4541c1c240404040") == "FMT-0200 2");
  CHECK(write(*graphic, "一二三四五") == "FMT-0400");
  CHECK(write(*graphic, "ABC") == "FMT-0401");
  const auto text = one_field(R"(type = "text")", 10, japan);
  same_both_ways(*text, "c10e454145420fc24040", "A一二B");
  same_both_ways(*text, "c1c2c340404040404040", "ABC");
  same_both_ways(*text, "0e45414542454345440f", "一二三四");
  CHECK(read(*text, "c10e45414542c2404040") == "FMT-0200 6");
  CHECK(read(*text, "c10e454105420f404040") == "FMT-0200 4");
  CHECK(read(*text, "c1050e45410f40404040") == "FMT-0201 1");
  CHECK(write(*text, "一二三四五") == "FMT-0400");
  CHECK(write(*text, "Ұ") == "FMT-0401");
  const auto replaced = one_field(R"(type = "text", unmappable = "replace:〓")", 10, japan);
  CHECK(write(*replaced, "一Ұ") == "0e4541447d0f40404040");
  CHECK(compile_errors("name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"cp037\"\nline_end = \"none\"\n"
                       "length = 4\n[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\n"
                       "fields = [ { name = \"A\", length = 4, encoding = \"dbcs\" } ]\n") == Lines{"FMT-0107 10:12"});
}

TEST_CASE("national text and hex") {
  const auto national = one_field(R"(type = "text", encoding = "utf-16be")", 8);
  same_both_ways(*national, "004104b000200020", "A\u04b0");
  same_both_ways(*national, "d83dde0000200020", "\U0001F600");
  CHECK(read(*national, "d83d002000200020") == "FMT-0200 0");
  CHECK(read(*national, "0041000100200020") == "FMT-0201 2");
  CHECK(write(*national, "ABCDE") == "FMT-0400");
  const auto hex = one_field(R"(type = "hex")", 3);
  same_both_ways(*hex, "00ff40", "00ff40");
  CHECK(write(*hex, "00ff") == "FMT-0402");
}

/// Rows of a table of another project, by column name.
std::vector<std::map<std::string, std::string>> rows_of(const std::filesystem::path& file) {
  std::istringstream text(tests::read_file(file));
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) {
    std::istringstream columns(line);
    std::map<std::string, std::string> row;
    std::vector<std::string> cells;
    for (std::string cell; std::getline(columns, cell, '\t');) cells.push_back(cell);
    if (names.empty()) {
      names = cells;
      continue;
    }
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = i < cells.size() ? cells[i] : "";
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string without_zeros(std::string number) {
  const bool negative = number[0] == '-';
  if (negative) number.erase(0, 1);
  number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
  if (number[0] == '.') number.insert(0, 1, '0');
  return negative ? '-' + number : number;
}

TEST_CASE("packed decimals of another program") {
  const auto file = tests::shared_dir() / "legacy/cobol/AbsaOSS__cobrix/vectors/packed_decimal.tsv";
  if (tests::skip_without(file)) return;
  unsigned tried = 0;
  for (const auto& row : rows_of(file)) {
    const std::string& hex = row.at("bytes_hex");
    if (hex.empty()) continue;  // a field has a byte
    ++tried;
    const bool sign = row.at("sign_nibble") == "true";
    const unsigned length = static_cast<unsigned>(hex.size() / 2);
    const unsigned digits = 2 * length - (sign ? 1 : 0);
    const std::string kind = sign ? "encoding = \"packed\", signed = true, signs = \"lenient\"" : "encoding = \"bcd\"";
    const auto layout = one_field(
        fmt::format("type = \"decimal\", scale = {}, {}, digits = {}", row.at("scale"), kind, digits), length);
    const std::string found = read(*layout, hex);
    if (row.at("expected") == "INVALID") {
      CHECK_MESSAGE(found.substr(0, 4) == "FMT-", hex);
    } else {
      CHECK_MESSAGE(without_zeros(found.substr(2)) == without_zeros(row.at("expected")), hex);
    }
  }
  MESSAGE("packed decimals: " << tried << " tried");
  CHECK(tried == 17);
}

TEST_CASE("binary numbers of another program") {
  const auto file = tests::shared_dir() / "legacy/cobol/AbsaOSS__cobrix/vectors/numbers.tsv";
  if (tests::skip_without(file)) return;
  unsigned tried = 0;
  for (const auto& row : rows_of(file)) {
    if (row.at("kind") != "binary") continue;
    ++tried;
    const std::string& hex = row.at("bytes_hex");
    const unsigned length = static_cast<unsigned>(hex.size() / 2);
    if (length > 8) continue;
    const auto layout = one_field(
        fmt::format("type = \"decimal\", scale = {}, encoding = \"binary\", byte_order = \"{}\", signed = {}{}",
                    row.at("scale").empty() ? "0" : row.at("scale"), row.at("endian"), row.at("signed"),
                    length == 8 ? ", digits = 20" : ""),
        length);
    const std::string found = read(*layout, hex);
    CHECK_MESSAGE(
        without_zeros(found.substr(std::min<std::size_t>(2, found.size()))) == without_zeros(row.at("expected")),
        hex << " " << found);
  }
  MESSAGE("binary numbers: " << tried << " tried");
  CHECK(tried == 35);
}

TEST_CASE("zoned numbers of another program") {
  const auto file = tests::shared_dir() / "legacy/cobol/AbsaOSS__cobrix/vectors/numbers.tsv";
  if (tests::skip_without(file)) return;
  unsigned tried = 0;
  unsigned looser = 0;
  for (const auto& row : rows_of(file)) {
    if (row.at("kind") != "display-ascii") continue;
    ++tried;
    const std::string& hex = row.at("bytes_hex");
    const bool is_signed = row.at("signed") == "true";
    const auto layout =
        one_field(is_signed ? "type = \"integer\", sign = \"overpunch_trailing\"" : "type = \"integer\"",
                  static_cast<unsigned>(hex.size() / 2), "code_page = \"ascii\"");
    const std::string found = read(*layout, hex);
    std::string expected = row.at("expected");
    if (expected.starts_with('+')) expected.erase(0, 1);
    // Signs within the digits, and a sign zone on a field without a sign: its relaxed reader takes them, ours refuses.
    const bool refused = expected == "null" || row.at("relaxed") == "true" || !is_signed;
    if (refused && expected != "null") ++looser;
    CHECK_MESSAGE((refused ? found.starts_with("FMT-021") : found == "A=" + expected), hex << " " << found);
  }
  MESSAGE("zoned numbers: " << tried << " tried, " << looser << " that only a looser reader takes");
  CHECK(tried == 34);
  CHECK(looser == 3);
}

TEST_CASE("text of another program's code pages") {
  const auto file = tests::shared_dir() / "legacy/cobol/AbsaOSS__cobrix/vectors/codepage_strings.tsv";
  if (tests::skip_without(file)) return;
  static const Data data;
  unsigned tried = 0;
  for (const auto& row : rows_of(file)) {
    Findings findings;
    if (find_code_page(data, row.at("code_page"), findings) == nullptr) continue;
    ++tried;
    const std::string& hex = row.at("bytes_hex");
    const auto layout = one_field("controls = true", static_cast<unsigned>(hex.size() / 2),
                                  fmt::format("code_page = \"{}\"", row.at("code_page")));
    // Its cp1025 has NEL and LF the other way round, its cp278 a backslash at E0 where ICU and IBM have É, its cp285
    // the macron where ICU has the overline.
    const std::string& page = row.at("code_page");
    if (row.at("what") == "special characters" && (page == "cp1025" || page == "cp278" || page == "cp285")) continue;
    std::string expected = row.at("expected_utf8");
    for (std::size_t at = 0; (at = expected.find("\\\\", at)) != std::string::npos;) expected.erase(at++, 1);
    while (!expected.empty() && expected.back() == ' ') expected.pop_back();
    CHECK_MESSAGE(read(*layout, hex) == "A=" + expected, row.at("code_page"));
  }
  MESSAGE("code page texts: " << tried << " tried, of pages that are known");
  CHECK(tried > 5);
}

TEST_CASE("number options that can't be are refused") {
  const auto codes = [](std::string_view options, unsigned length) {
    return compile_errors(fmt::format(
        "name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"cp037\"\nline_end = \"none\"\nlength = {}\n[[record]]\n"
        "kind = \"d\"\nrepeat = true\nitem = true\nfields = [ {{ name = \"A\", length = {}, {} }} ]\n",
        length, length, options));
  };
  for (const std::string_view options :
       {R"(type = "text", encoding = "packed")", R"(type = "integer", encoding = "utf-16be")",
        R"(type = "integer", encoding = "zoned")", R"(type = "integer", encoding = "packed", digits = 9)",
        R"(type = "integer", encoding = "binary", digits = 12)", R"(type = "decimal", scale = 2, encoding = "float")",
        R"(type = "integer", encoding = "edited", picture = "XXXX")", R"(type = "integer", scale = 2)",
        R"(type = "integer", sign = "overpunch_trailing", pad = " ")",
        R"(type = "integer", encoding = "packed", pad = "0")",
        R"(type = "integer", encoding = "packed", signed = true, plus = "D")",
        R"(type = "integer", signs = "loose")"}) {
    const auto found = codes(options, 4);
    REQUIRE_MESSAGE(!found.empty(), options);
    CHECK_MESSAGE((found[0].substr(0, 8) == "FMT-0107" || found[0].substr(0, 8) == "CFG-0005"), options << found[0]);
  }
}

}  // namespace
}  // namespace tilmash::formats::fixed_width::testing
