// Reading: what each option of a layout makes of bytes, and what becomes of bad ones.
#include "adapters/formats/fixed_width/testing.h"

namespace tilmash::formats::fixed_width::testing {
namespace {

/// A file of details with one field of the given options.
std::unique_ptr<Layout> one_field(std::string_view options, unsigned length) {
  return compile(fmt::format(R"(
name = "t"
format = "fixed_width"
code_page = "kz1048"
line_end = "lf"
length = {}
[[record]]
kind = "d"
repeat = true
item = true
fields = [ {{ name = "F", length = {}{}{} }} ]
)",
                             length, length, options.empty() ? "" : ", ", options));
}

/// What a field of these options holds, or the code of its reject.
std::string value(std::string_view options, std::string_view bytes) {
  const auto layout = one_field(options, static_cast<unsigned>(bytes.size()));
  const Decoded decoded = decode(*layout, std::string(bytes) + "\n");
  if (!decoded.rejects.empty()) return decoded.rejects[0].substr(0, 8);
  REQUIRE(decoded.items.size() == 1);
  return decoded.items[0] == "d" ? "(blank)" : decoded.items[0].substr(4);
}

constexpr std::string_view bank = R"(
name = "bank"
format = "fixed_width"
code_page = "kz1048"
line_end = "crlf"
length = 12
[[record]]
kind = "header"
select = { at = 1, is = "H" }
fields = [
  { name = "TYPE", length = 1, const = "H" },
  { name = "DATE", at = 2, length = 8, type = "date", pattern = "YYYYMMDD", required = true },
  { filler = " ", length = 3 },
]
[[record]]
kind = "detail"
repeat = true
item = true
select = { at = 1, is = "D" }
fields = [
  { name = "TYPE", length = 1, const = "D" },
  { name = "NAME", length = 4 },
  { name = "AMOUNT", length = 7, type = "decimal", scale = 2 },
]
[[record]]
kind = "trailer"
select = { at = 1, is = "T" }
fields = [
  { name = "TYPE", length = 1, const = "T" },
  { name = "COUNT", length = 3, type = "integer" },
  { name = "TOTAL", length = 8, type = "decimal", scale = 2 },
]
control = [
  { field = "COUNT", count = "detail" },
  { field = "TOTAL", sum = "detail.AMOUNT" },
]
)";

constexpr std::string_view statement = R"(
name = "statement"
format = "fixed_width"
code_page = "ascii"
line_end = "lf"
length = 8
[[record]]
kind = "opening"
repeat = true
select = { at = 1, is = "O" }
fields = [ { name = "TYPE", length = 1, const = "O" }, { name = "BALANCE", length = 7, type = "decimal", scale = 2, sign = "leading", plus = "0", minus = "1" } ]
[[record]]
kind = "entry"
within = "opening"
repeat = true
item = true
select = { at = 1, not = ["O", "C"] }
fields = [
  { name = "CODE", length = 1 },
  { group = "LEG", repeat = 2, fields = [ { name = "AMOUNT", length = 3, type = "decimal", scale = 2, sign = "leading", plus = " ", minus = "-" } ] },
  { filler = " ", length = 1 },
]
[[record]]
kind = "closing"
within = "opening"
select = { at = 1, is = "C" }
fields = [ { name = "TYPE", length = 1, const = "C" }, { name = "BALANCE", length = 4, type = "decimal", scale = 2, sign = "leading" }, { name = "NET", length = 3, type = "decimal", scale = 2 } ]
control = [
  { field = "BALANCE", sum = ["opening.BALANCE", { of = "entry.LEG.AMOUNT", where = { field = "CODE", not = "X" } }] },
  { field = "NET", absolute = true, sum = [
    { of = "entry.LEG.AMOUNT", where = [{ field = "CODE", is = ["A", "B"] }, { field = "CODE", not = "B" }] },
    { of = "-entry.LEG.AMOUNT", where = { field = "CODE", is = "B" } },
  ] },
]
)";

TEST_CASE("controls: opening and movements make closing, terms with signs and conditions of their own") {
  const auto layout = compile(statement);
  const Decoded decoded = decode(*layout,
                                 "O1000100\n"
                                 "A 05-01 \n"
                                 "B 10    \n"
                                 "X 99    \n"
                                 "C-086006\n");
  CHECK(decoded.rejects == Lines{});
  CHECK(decoded.controls == Lines{"opening.closing.BALANCE -0.86 -0.86 equal", "opening.closing.NET 0.06 0.06 equal"});
  CHECK(decode(*layout, "O0000100\nA 05-01 \nC+105004\n").controls ==
        Lines{"opening.closing.BALANCE 1.05 1.04 differs", "opening.closing.NET 0.04 0.04 equal"});
  // An addend that can't be read leaves its own control open, not the others.
  CHECK(decode(*layout, "O0000100\nX ?5-01 \nC+100000\n").controls ==
        Lines{"opening.closing.BALANCE 1.00 1.00 equal", "opening.closing.NET 0.00 0 equal"});
  CHECK(decode(*layout, "O0000100\nA ?5-01 \nC+100000\n").findings ==
        Lines{"warning FMT-0301 record 3 opening.closing.BALANCE", "warning FMT-0301 record 3 opening.closing.NET"});
}

TEST_CASE("controls: only what lies below zero") {
  const auto layout = compile(R"(
name = "t"
format = "fixed_width"
code_page = "ascii"
line_end = "lf"
length = 5
[[record]]
kind = "d"
repeat = true
item = true
select = { at = 1, is = "D" }
fields = [ { name = "T", length = 1, const = "D" }, { name = "A", length = 4, type = "decimal", scale = 2, sign = "leading", plus = "2", minus = "1" } ]
[[record]]
kind = "t"
select = { at = 1, is = "T" }
fields = [ { name = "T", length = 1, const = "T" }, { name = "N", length = 1, type = "integer" }, { name = "SUM", length = 3, type = "decimal", scale = 2 } ]
control = [
  { field = "N", count = "d", where = { field = "A", below_zero = false } },
  { field = "SUM", sum = "-d.A", where = { field = "A", below_zero = true } },
]
)");
  CHECK(decode(*layout, "D1005\nD2100\nD1010\nD2000\nT2015\n").controls ==
        Lines{"t.N 2 2 equal", "t.SUM 0.15 0.15 equal"});
}

TEST_CASE("a short record counts in the controls with the fields that lie whole within it") {
  const auto layout = compile(R"(
name = "short"
format = "fixed_width"
code_page = "ascii"
line_end = "lf"
length = 8
[[record]]
kind = "detail"
repeat = true
item = true
select = { at = 1, is = "D" }
fields = [
  { name = "TYPE", length = 1, const = "D" },
  { name = "AMOUNT", length = 4, type = "decimal", scale = 2 },
  { name = "NAME", length = 3 },
]
[[record]]
kind = "trailer"
select = { at = 1, is = "T" }
fields = [
  { name = "TYPE", length = 1, const = "T" },
  { name = "TOTAL", length = 7, type = "decimal", scale = 2 },
]
control = [{ field = "TOTAL", sum = "detail.AMOUNT" }]
)");
  const Decoded whole = decode(*layout, "D0150ABC\nD0007A\nT0000157\n");
  CHECK(whole.rejects == Lines{"FMT-0220 record 2 offset 9 length 6  "});
  CHECK(whole.controls == Lines{"trailer.TOTAL 1.57 1.57 equal"});
  const Decoded cut = decode(*layout, "D0150ABC\nD00\nT0000157\n");
  CHECK(cut.controls == Lines{"trailer.TOTAL 1.57 1.50 not_comparable"});
}

TEST_CASE("a file of header, details and trailer") {
  const auto layout = compile(bank);
  const Decoded decoded = decode(*layout,
                                 "H20261121   \r\n"
                                 "DABC 0000150\r\n"
                                 "D\xC0     00\r\n"
                                 "DX   0000007\r\n"
                                 "T00300000157\r\n");
  CHECK(decoded.items == Lines{"header TYPE=H DATE=2026-11-21 detail TYPE=D NAME=ABC AMOUNT=1.50",
                               "header TYPE=H DATE=2026-11-21 detail TYPE=D NAME=X AMOUNT=0.07"});
  CHECK(decoded.rejects == Lines{"FMT-0220 record 3 offset 28 length 9  "});
  CHECK(decoded.raws == Lines{"D\xC0     00\r\n"});
  CHECK(decoded.controls == Lines{"trailer.COUNT 3 3 equal", "trailer.TOTAL 1.57 1.57 not_comparable"});
  CHECK(decoded.findings == Lines{"warning FMT-0301 record 5 trailer.TOTAL"});
  CHECK(decoded.end == "header TYPE=H DATE=2026-11-21 trailer TYPE=T COUNT=3 TOTAL=1.57");
}

TEST_CASE("cells know their bytes and their numbers") {
  const auto layout = compile(bank);
  const std::string input = "H20261121   \r\nD\xC0\xC1  0000150\r\nT00100000150\r\n";
  const auto stream = layout->decoder(input, "in.dat");
  Instance instance;
  REQUIRE(stream->next(instance) == Step::item);
  const Shape& shape = layout->shape();
  const Cell& name = instance.cell(instance.find(shape.find_path(0, "detail.NAME")));
  CHECK(name.text == "АБ");
  CHECK(name.offset == 15);
  CHECK(name.length == 4);
  const Cell& amount = instance.cell(instance.find(shape.find_path(0, "detail.AMOUNT")));
  CHECK(amount.number == Decimal{150, 2});
  CHECK(amount.offset == 19);
  CHECK(stream->record_number() == 2);
  CHECK(stream->raw() == input.substr(14, 14));
  CHECK(shape.item_node() == shape.find_path(0, "detail"));
  CHECK(stream->next(instance) == Step::end);
  CHECK(stream->file_findings().total_count() == 0);
  CHECK(stream->record_count() == 3);
}

TEST_CASE("what is wrong with a file as a whole") {
  const auto layout = compile(bank);
  const std::string head = "H20261121   \r\n";
  const std::string detail = "DABC 0000150\r\n";
  const std::string trailer = "T00100000150\r\n";
  CHECK(decode(*layout, head + detail + trailer).findings == Lines{});
  CHECK(decode(*layout, head + detail + "T00200000150\r\n").findings == Lines{"error FMT-0300 record 3 trailer.COUNT"});
  CHECK(decode(*layout, head + detail).findings == Lines{"error FMT-0302 record 3 trailer"});
  CHECK(decode(*layout, detail + trailer).findings == Lines{"error FMT-0302 record 1 header"});
  CHECK(decode(*layout, head + detail + trailer + detail).findings == Lines{"error FMT-0304 record 4 "});
  CHECK(decode(*layout, head + detail + "T001").findings ==
        Lines{"error FMT-0303 record 3 ", "error FMT-0302 record 4 trailer"});
  CHECK(decode(*layout, "H20261321   \r\n" + detail + trailer).findings ==
        Lines{"error FMT-0205 record 1 header.DATE"});
  CHECK(decode(*layout, "").findings == Lines{"error FMT-0302 record 1 header", "error FMT-0302 record 1 trailer"});
  CHECK(decode(*layout, "\xEF\xBB\xBF" + head + detail + trailer).findings ==
        Lines{"error FMT-0311 record 1 ", "error FMT-0302 record 2 header"});
  // A record that can't be placed is a reject, and the trailer shows that one is missing.
  const Decoded stray = decode(*layout, head + "XABC 0000150\r\n" + trailer);
  CHECK(stray.rejects == Lines{"FMT-0222 record 2 offset 14 length 12  "});
  CHECK(stray.controls == Lines{"trailer.COUNT 1 0 differs", "trailer.TOTAL 1.50 0 differs"});
  const Decoded second = decode(*layout, head + detail + head + trailer);
  CHECK(second.rejects == Lines{"FMT-0223 record 3 offset 28 length 12  "});
}

TEST_CASE("a wrong field rejects its record with place, path and rule") {
  const auto layout = compile(bank);
  const Decoded decoded = decode(*layout, "H20261121   \r\nDABC 00001x0\r\nDABC 0000150\r\nT00200000300\r\n");
  CHECK(decoded.rejects == Lines{"FMT-0210 record 2 offset 19 length 7 detail.AMOUNT layout.toml:23"});
  CHECK(decoded.items.size() == 1);
  CHECK(decoded.controls[1] == "trailer.TOTAL 3.00 1.50 not_comparable");
}

TEST_CASE("text and digits") {
  CHECK(value("", "AB  ") == "AB");
  CHECK(value("", " AB ") == " AB");
  CHECK(value("align = \"right\"", "  AB") == "AB");
  CHECK(value("", "    ") == "(blank)");
  CHECK(value("required = true", "    ") == "FMT-0206");
  CHECK(value("pad = \"*\"", "AB**") == "AB");
  CHECK(value("", "A\x1A B") == "FMT-0201");
  CHECK(value("", "\xA1\xBC") == "Ұә");
  CHECK(value("codes = [\"AB\", \"CD\"]", "CD ") == "CD");
  CHECK(value("codes = [\"AB\", \"CD\"]", "CE ") == "FMT-0207");
  CHECK(value("const = \"AB\"", "AB") == "AB");
  CHECK(value("const = \"AB\"", "  ") == "FMT-0208");
  CHECK(value("type = \"digits\"", "0012") == "0012");
  CHECK(value("type = \"digits\"", "12  ") == "12");
  CHECK(value("type = \"digits\"", " 12 ") == "FMT-0202");
  CHECK(value("type = \"digits\", align = \"right\", pad = \"0\"", "0012") == "12");
  CHECK(value("type = \"digits\", align = \"right\", pad = \"0\"", "0000") == "(blank)");
}

TEST_CASE("numbers") {
  CHECK(value("type = \"integer\"", "0012") == "12");
  CHECK(value("type = \"integer\"", "0000") == "0");
  CHECK(value("type = \"integer\"", "    ") == "(blank)");
  CHECK(value("type = \"integer\", blank = \"none\"", "    ") == "FMT-0210");
  CHECK(value("type = \"integer\", blank = \"0\"", "0000") == "(blank)");
  CHECK(value("type = \"integer\", blank = \"0\"", "    ") == "FMT-0210");
  CHECK(value("type = \"integer\"", "  12") == "FMT-0210");
  CHECK(value("type = \"integer\", pad = \" \"", "  12") == "12");
  CHECK(value("type = \"integer\", pad = \" \"", " 012") == "FMT-0203");
  CHECK(value("type = \"integer\", pad = \" \"", "   0") == "0");
  CHECK(value("type = \"integer\", align = \"left\"", "12  ") == "12");
  CHECK(value("type = \"integer\"", "123456789012345678") == "123456789012345678");
  CHECK(value("type = \"integer\"", "0123456789012345678") == "123456789012345678");
  CHECK(value("type = \"integer\"", "1234567890123456789") == "FMT-0204");
  CHECK(value("type = \"decimal\", scale = 2", "00012345") == "123.45");
  CHECK(value("type = \"decimal\", scale = 2", "00000005") == "0.05");
  CHECK(value("type = \"decimal\", scale = 0", "00000005") == "5");
  CHECK(value("type = \"decimal\", scale = 2, point = \".\"", "00123.45") == "123.45");
  CHECK(value("type = \"decimal\", scale = 2, point = \",\", pad = \" \"", "  123,45") == "123.45");
  CHECK(value("type = \"decimal\", scale = 2, point = \".\", pad = \" \"", "  123.4") == "FMT-0210");
  CHECK(value("type = \"decimal\", scale = 2, point = \".\", pad = \" \"", "  .45") == "FMT-0210");
  CHECK(value("type = \"decimal\", scale = 2, sign = \"leading\"", "-00012345") == "-123.45");
  CHECK(value("type = \"decimal\", scale = 2, sign = \"leading\"", "+00012345") == "123.45");
  CHECK(value("type = \"decimal\", scale = 2, sign = \"trailing\", plus = \" \"", "00012345 ") == "123.45");
  CHECK(value("type = \"decimal\", scale = 2, sign = \"trailing\", plus = \"C\", minus = \"D\"", "0012345D") ==
        "-123.45");
  CHECK(value("type = \"decimal\", scale = 2, sign = \"trailing\"", "00012345 ") == "FMT-0211");
  CHECK(value("type = \"decimal\", scale = 2, sign = \"leading\"", "-00000000") == "-0.00");
  CHECK(value("type = \"integer\", sign = \"floating\", pad = \" \"", "   -7") == "-7");
  CHECK(value("type = \"integer\", sign = \"floating\", pad = \" \"", "   --7") == "FMT-0210");
}

TEST_CASE("dates") {
  CHECK(value("type = \"date\", pattern = \"DD.MM.YY\"", "21.11.26") == "2026-11-21");
  CHECK(value("type = \"date\", pattern = \"YYMMDD\"", "261131") == "FMT-0205");
  CHECK(value("type = \"date\", pattern = \"YYMMDD\", blank = \"0\"", "000000") == "(blank)");
  CHECK(value("type = \"date\", pattern = \"YYMMDD\"", "000000") == "FMT-0205");
  CHECK(value("type = \"date\", pattern = \"YYDDD\"", "26001") == "2026-01-01");
}

TEST_CASE("check digits") {
  constexpr std::string_view weights = "type = \"digits\", check = { weights = [3, 7, 1] }";
  CHECK(value(weights, "231380104") == "231380104");
  CHECK(value(weights, "231380105") == "FMT-0212");
  CHECK(value("check = { weights = [3, 7, 1] }", "XXXXXXXXX") == "XXXXXXXXX");
}

TEST_CASE("groups and repeats") {
  const auto layout = compile(R"(
name = "t"
format = "fixed_width"
code_page = "ascii"
line_end = "none"
length = 10
[[record]]
kind = "d"
repeat = true
item = true
fields = [
  { name = "A", length = 1 },
  { group = "G", repeat = 3, fields = [ { name = "B", length = 2 }, { name = "C", at = 3, length = 1 } ] },
]
)");
  CHECK(decode(*layout, "xb1c   b3 yb1c      ").items == Lines{"d A=x G B=b1 C=c G G B=b3", "d A=y G B=b1 C=c"});
  CHECK(decode(*layout, "xb1c   b3 yb1").findings == Lines{"error FMT-0303 record 2 "});
}

constexpr std::string_view batches = R"(
name = "b"
format = "fixed_width"
code_page = "ascii"
line_end = "any"
length = 6
short = "pad"
long = "blank"
blocking = 5
[[record]]
kind = "batch"
repeat = true
select = { at = 1, is = "5" }
fields = [ { name = "TYPE", length = 1, const = "5" }, { name = "KIND", length = 3 }, { name = "ID", length = 2 } ]
[[record]]
kind = "entry"
within = "batch"
repeat = true
item = true
select = { at = 1, is = "6" }
[[record.form]]
name = "long"
select = { field = "batch.KIND", is = "CTX" }
fields = [ { name = "TYPE", length = 1, const = "6" }, { name = "N", length = 3, type = "integer" }, { name = "CHILDREN", length = 2, type = "integer" } ]
[[record.form]]
name = "plain"
fields = [ { name = "TYPE", length = 1, const = "6" }, { name = "N", length = 5, type = "integer" } ]
[[record]]
kind = "note"
within = "entry"
repeat = true
mixed = true
select = [{ at = 1, is = "7" }, { at = 2, is = ["1", "3"] }]
fields = [ { name = "TYPE", length = 1, const = "7" }, { name = "SUB", length = 1 }, { name = "TEXT", length = 4 } ]
[[record]]
kind = "return"
within = "entry"
repeat = true
mixed = true
select = [{ at = 1, is = "7" }, { at = 2, is = "2" }]
fields = [ { name = "TYPE", length = 1, const = "7" }, { name = "SUB", length = 1 }, { name = "WHY", length = 4 } ]
[[record]]
kind = "control"
within = "batch"
select = { at = 1, is = "8" }
fields = [
  { name = "TYPE", length = 1, const = "8" },
  { name = "COUNT", length = 1, type = "integer" },
  { name = "HASH", length = 2, type = "integer" },
  { name = "ID", length = 2 },
]
control = [
  { field = "COUNT", count = ["entry", "note", "return"] },
  { field = "HASH", sum = "entry.N", modulo = 100 },
  { field = "ID", equals = "batch.ID" },
]
[[record]]
kind = "file_control"
select = { at = 1, is = "9" }
fields = [ { name = "TYPE", length = 1, const = "9" }, { name = "BLOCKS", length = 2, type = "integer" }, { name = "BATCHES", length = 3, type = "integer" } ]
control = [ { field = "BLOCKS", count = "*", per = 5 }, { field = "BATCHES", count = "batch" } ]
[[record]]
kind = "padding"
padding = true
fill = "9"
)";

TEST_CASE("batches, forms, children, hashes and blocks") {
  const auto layout = compile(batches);
  const Decoded decoded = decode(*layout,
                                 "5PPDb1\n600099\n71note\n72R01 \n600003\n8402b1\n"
                                 "5CTXb2\n600701\n71x\n8207b2\n902002  \n999999\n999999\n999999\n999999\n");
  CHECK(decoded.items ==
        Lines{"batch TYPE=5 KIND=PPD ID=b1 entry TYPE=6 N=99 note TYPE=7 SUB=1 TEXT=note return TYPE=7 "
              "SUB=2 WHY=R01",
              "batch TYPE=5 KIND=PPD ID=b1 entry TYPE=6 N=3",
              "batch TYPE=5 KIND=CTX ID=b2 entry TYPE=6 N=7 CHILDREN=1 note TYPE=7 SUB=1 TEXT=x"});
  CHECK(decoded.rejects == Lines{});
  // The blocks are counted to the file control, padding aside; tolerated lengths are warnings.
  CHECK(decoded.findings == Lines{"warning FMT-0224 record 9 ", "warning FMT-0224 record 11 ",
                                  "error FMT-0300 record 11 file_control.BLOCKS"});
  CHECK(decoded.controls == Lines{"batch.control.COUNT 4 4 equal", "batch.control.HASH 2 2 equal",
                                  "batch.control.COUNT 2 2 equal", "batch.control.HASH 7 7 equal",
                                  "file_control.BLOCKS 2 3 differs", "file_control.BATCHES 2 2 equal"});
}

TEST_CASE("what can't be placed within an item spoils it") {
  const auto layout = compile(batches);
  const std::string head = "5PPDb1\n600001\n";
  const std::string tail = "902001\n999999\n";
  const Decoded unknown = decode(*layout, head + "7Xnote\n8101b1\n" + tail);
  CHECK(unknown.rejects == Lines{"FMT-0222 record 3 offset 14 length 6  "});
  CHECK(unknown.raws == Lines{"600001\n7Xnote\n"});
  CHECK(decode(*layout, "600001\n").rejects == Lines{"FMT-0223 record 1 offset 0 length 6  "});
  const Decoded differs = decode(*layout, head + "8101b2\n" + tail);
  CHECK(differs.findings[0] == "error FMT-0300 record 3 batch.control.ID");
  const Decoded cut = decode(*layout, head + "5PPDb1\n8000b1\n" + tail);
  CHECK(cut.findings[0] == "error FMT-0302 record 1 batch.control");
}

TEST_CASE("a file in another code page") {
  const auto layout = one_field("", 4);
  const Decoded decoded = decode(*layout, "\xC0\xC1\xC2\xC3\n");
  CHECK(decoded.findings == Lines{});
  const auto ascii = compile(R"(
name = "t"
format = "fixed_width"
code_page = "ascii"
line_end = "lf"
length = 4
[[record]]
kind = "d"
repeat = true
item = true
fields = [ { name = "F", length = 4 } ]
)");
  const Decoded wrong = decode(*ascii, "\xC0\xC1\xC2\xC3\nabcd\n");
  CHECK(wrong.rejects == Lines{"FMT-0200 record 1 offset 0 length 4 d.F layout.toml:11"});
  CHECK(wrong.findings == Lines{"error FMT-0305 record 0 "});
}

TEST_CASE("the number of decimals of an amount stands in another field") {
  const std::string text = R"(name = "t"
format = "fixed_width"
code_page = "ascii"
line_end = "lf"
length = 12
[[record]]
kind = "account"
repeat = true
select = { at = 1, is = "A" }
fields = [
  { name = "T", length = 1, const = "A" },
  { name = "DECIMALS", at = 2, length = 1, codes = ["0", "3", "2"] },
  { name = "OPENING", length = 5, type = "decimal", scale_from = "DECIMALS" },
  { name = "LIMIT", length = 5, type = "decimal", scale_from = "DECIMALS", sign = "trailing", plus = " " },
]
[[record]]
kind = "entry"
within = "account"
repeat = true
item = true
select = { at = 1, is = "E" }
fields = [
  { name = "T", length = 1, const = "E" },
  { name = "DECIMALS", at = 2, length = 1, codes = ["0", "3", "2"] },
  { name = "AMOUNT", length = 10, type = "decimal", scale_from = "DECIMALS" },
]
[[record]]
kind = "end"
within = "account"
select = { at = 1, is = "Z" }
fields = [
  { name = "T", length = 1, const = "Z" },
  { name = "DECIMALS", at = 2, length = 1, codes = ["0", "3", "2"] },
  { name = "CLOSING", length = 10, type = "decimal", scale_from = "DECIMALS" },
]
control = [ { field = "CLOSING", sum = ["account.OPENING", "entry.AMOUNT"] } ]
)";
  const auto layout = compile(text);
  const std::string yen = "A0001000050-\nE00000000042\nZ00000000142\n";
  const std::string dinar = "A3001000050 \nE30000000042\nZ30000000142\n";
  const std::string file = yen + dinar;
  const Decoded read = decode(*layout, file);
  CHECK(read.items == Lines{"account T=A DECIMALS=0 OPENING=100 LIMIT=-50 entry T=E DECIMALS=0 AMOUNT=42",
                            "account T=A DECIMALS=3 OPENING=0.100 LIMIT=0.050 entry T=E DECIMALS=3 AMOUNT=0.042"});
  CHECK(read.controls == Lines{"account.end.CLOSING 142 142 equal", "account.end.CLOSING 0.142 0.142 equal"});
  CHECK(layout->shape().facets_of(layout->shape().find_path(0, "account.entry.AMOUNT")).digits_fraction == 3);
  // A number of decimals that is not listed makes no form.
  CHECK(decode(*layout, "A1001000050 \n").findings[0] == "error FMT-0226 record 1 ");
}

}  // namespace
}  // namespace tilmash::formats::fixed_width::testing
