#include <doctest/doctest.h>

#include <fmt/format.h>

#include "adapters/formats/format.h"
#include "base/rows.h"

namespace tilmash::formats {
extern const Format rows_format;

namespace {

std::unique_ptr<Layout> compile(std::string_view text, Findings& findings) {
  static const Data data;
  const auto file = read_config("layout.toml", text, findings);
  return file ? rows_format.load(*file, data, findings) : nullptr;
}

/// A layout of one column V, declared by `keys`.
std::unique_ptr<Layout> one_column(std::string_view keys, std::string_view file_keys = {}) {
  Findings findings;
  auto layout = compile(
      fmt::format("name = \"t\"\nformat = \"rows\"\nfrom = \"T\"\n{}\ncolumns = [\n{{ name = \"V\", {} }},\n]\n",
                  file_keys, keys),
      findings);
  for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each));
  REQUIRE(layout != nullptr);
  return layout;
}

std::string rows_of(const std::vector<RowValue>& values) {
  std::string bytes;
  append_rows_begin(bytes, {"V"});
  for (const RowValue& value : values) {
    append_row_value(bytes, value);
    bytes += '\n';
  }
  return bytes + std::string(rows_end);
}

RowValue text(std::string_view value) {
  return {RowValueKind::text, value};
}

/// The canonical value, "-" for none, or the code of what is wrong.
std::string decoded(const Layout& layout, RowValue value) {
  const std::string bytes = rows_of({value});
  const auto stream = layout.decoder(bytes, "rows");
  Instance instance;
  const Step step = stream->next(instance);
  REQUIRE(step != Step::end);
  if (step == Step::reject) {
    // The place is the value itself.
    const Place& place = stream->reject().why.place;
    CHECK(bytes.substr(place.offset_bytes, place.length_bytes) == value.text);
    CHECK(stream->reject().why.path == "row.V");
    CHECK(stream->reject().why.rule == "layout.toml:6");
    return to_text(stream->reject().why.code);
  }
  CHECK(stream->next(instance) == Step::end);
  CHECK_FALSE(stream->file_findings().has_errors());
  Instance again;
  const auto second = layout.decoder(bytes, "rows");
  REQUIRE(second->next(again) == Step::item);
  const std::uint32_t cell = again.find(layout.find_record("row") + 1);
  return cell == no_cell ? "-" : std::string(again.cell(cell).text);
}

/// What a database is given for a canonical value (nullptr: none), or the code of what is wrong.
std::string encoded(const Layout& layout, const char* value) {
  Instance instance(layout.shape());
  const std::uint32_t item = layout.find_record("row");
  instance.begin(item);
  if (value != nullptr) instance.leaf(item + 1, value);
  instance.end();
  const auto encoder = layout.encoder();
  std::string out;
  if (const auto why = encoder->encode(instance, out)) {
    CHECK(out.empty());
    return to_text(why->code);
  }
  CHECK_FALSE(encoder->close(out).has_value());
  std::string begin;
  append_rows_begin(begin, {"V"});
  REQUIRE(out.starts_with(begin));
  REQUIRE(out.ends_with("\n.\n"));
  return out.substr(begin.size(), out.size() - begin.size() - 3);
}

TEST_CASE("decimals keep every digit or are refused") {
  const auto layout = one_column("type = \"decimal\", scale = 2");
  CHECK(decoded(*layout, text("12.50")) == "12.50");
  CHECK(decoded(*layout, text("12.5000000000")) == "12.50");
  CHECK(decoded(*layout, text("12")) == "12.00");
  CHECK(decoded(*layout, text("-.5")) == "-0.50");
  CHECK(decoded(*layout, text("0")) == "0.00");
  CHECK(decoded(*layout, text("9999999999999999.99")) == "9999999999999999.99");
  CHECK(decoded(*layout, {}) == "-");
  CHECK(decoded(*layout, text("12.505")) == "ROW-0207");
  CHECK(decoded(*layout, text("10000000000000000.00")) == "ROW-0207");
  CHECK(decoded(*layout, text("10000000000000000")) == "ROW-0207");
  CHECK(decoded(*layout, text("123456789012345678901234567890")) == "ROW-0207");
  for (const char* bad :
       {"1e5", "$1.00", "1,000.00", "12,5", "+5", " 5", "5 ", "1.", "-", ".", "NaN", "0x10", "1.2.3"}) {
    CHECK(decoded(*layout, text(bad)) == "ROW-0206");
  }
  CHECK(decoded(*layout, text("")) == "ROW-0202");
  CHECK(decoded(*layout, {RowValueKind::inexact, "12.5"}) == "ROW-0213");
  CHECK(decoded(*layout, {RowValueKind::bytes, "3132"}) == "ROW-0212");
}

TEST_CASE("digits limit a number in all") {
  const auto layout = one_column("type = \"decimal\", scale = 2, digits = 5");
  CHECK(decoded(*layout, text("999.99")) == "999.99");
  CHECK(decoded(*layout, text("1000")) == "ROW-0207");
  CHECK(decoded(*layout, text("-1000")) == "ROW-0207");
}

TEST_CASE("integers") {
  const auto layout = one_column("type = \"integer\"");
  CHECK(decoded(*layout, text("-42")) == "-42");
  CHECK(decoded(*layout, text("999999999999999999")) == "999999999999999999");
  CHECK(decoded(*layout, text("9223372036854775807")) == "ROW-0207");
  CHECK(decoded(*layout, text("1.0")) == "ROW-0206");
}

TEST_CASE("dates, times and their zones") {
  const auto date = one_column("type = \"date\"");
  CHECK(decoded(*date, text("2026-11-21")) == "2026-11-21");
  CHECK(decoded(*date, text("2026-02-30")) == "ROW-0209");
  CHECK(decoded(*date, text("2026-11-21 00:00:00")) == "ROW-0209");
  const auto packed = one_column("type = \"date\", pattern = \"DD.MM.YYYY\"");
  CHECK(decoded(*packed, text("21.11.2026")) == "2026-11-21");
  CHECK(encoded(*packed, "2026-11-21") == "t10:21.11.2026,");

  const auto given = one_column("type = \"datetime\"");
  CHECK(decoded(*given, text("2026-11-21 09:30:00+05")) == "2026-11-21T09:30:00+05:00");
  CHECK(decoded(*given, text("2026-11-21 09:30:00.123456Z")) == "2026-11-21T09:30:00.123456Z");
  CHECK(decoded(*given, text("2026-11-21 09:30:00+0530")) == "2026-11-21T09:30:00+05:30");
  CHECK(decoded(*given, text("2026-11-21 09:30:00")) == "ROW-0211");
  CHECK(decoded(*given, text("2026-11-21T09:30:00Z")) == "ROW-0210");
  CHECK(decoded(*given, text("2026-11-21 24:00:00Z")) == "ROW-0210");
  CHECK(decoded(*given, text("2026-11-21 09:30:00+5")) == "ROW-0210");
  CHECK(decoded(*given, text("2026-11-21 09:30")) == "ROW-0210");
  CHECK(encoded(*given, "2026-11-21T09:30:00+05:00") == "t25:2026-11-21 09:30:00+05:00,");
  CHECK(encoded(*given, "2026-11-21T09:30:00") == "ROW-0211");

  const auto local = one_column("type = \"datetime\", zone = \"none\", separator = \"T\"");
  CHECK(decoded(*local, text("2026-11-21T09:30:00.5")) == "2026-11-21T09:30:00.5");
  CHECK(decoded(*local, text("2026-11-21T09:30:00Z")) == "ROW-0211");
  const auto fixed = one_column("type = \"datetime\", zone = \"+05:00\"");
  CHECK(decoded(*fixed, text("2026-11-21 09:30:00")) == "2026-11-21T09:30:00+05:00");
  CHECK(encoded(*fixed, "2026-11-21T09:30:00+05:00") == "t19:2026-11-21 09:30:00,");
  CHECK(encoded(*fixed, "2026-11-21T04:30:00Z") == "ROW-0211");
}

TEST_CASE("an empty text is what the layout says") {
  CHECK(decoded(*one_column("type = \"text\""), text("")) == "ROW-0202");
  CHECK(decoded(*one_column("empty = \"null\""), text("")) == "-");
  CHECK(decoded(*one_column("empty = \"value\""), text("")) == "");
  CHECK(decoded(*one_column("type = \"text\"", "empty = \"null\""), text("")) == "-");
  CHECK(decoded(*one_column("type = \"integer\"", "empty = \"null\""), text("")) == "-");
  CHECK(decoded(*one_column("type = \"integer\"", "empty = \"value\""), text("")) == "ROW-0202");
  CHECK(decoded(*one_column("required = true, empty = \"null\""), text("")) == "ROW-0201");
  CHECK(decoded(*one_column("required = true, empty = \"value\""), text("")) == "ROW-0202");
  CHECK(decoded(*one_column("required = true"), {}) == "ROW-0201");
  CHECK(encoded(*one_column("empty = \"value\""), "") == "t0:,");
  CHECK(encoded(*one_column("empty = \"value\""), nullptr) == "n,");
  CHECK(encoded(*one_column("empty = \"null\""), "") == "ROW-0401");
  CHECK(encoded(*one_column("required = true"), nullptr) == "ROW-0201");
}

TEST_CASE("texts") {
  const auto layout = one_column("length = 5, codes = [\"Қазақ\", \"ok\"]");
  CHECK(decoded(*layout, text("Қазақ")) == "Қазақ");
  CHECK(decoded(*layout, text("Қазақша")) == "ROW-0204");
  CHECK(decoded(*layout, text("no")) == "ROW-0205");
  const auto any = one_column("type = \"text\"");
  CHECK(decoded(*any, text("\xD2")) == "ROW-0203");
  CHECK(decoded(*any, text(std::string_view("a\0b", 3))) == "ROW-0203");
  CHECK(decoded(*any, text("a,b:c\n\"d\"")) == "a,b:c\n\"d\"");
  CHECK(decoded(*any, {RowValueKind::inexact, "1.5"}) == "ROW-0213");
  CHECK(decoded(*one_column("inexact = true"), {RowValueKind::inexact, "1.5"}) == "1.5");
  const auto legacy = one_column("trim = true", "code_page = \"kz1048\"");
  CHECK(decoded(*legacy, text("\xA1   ")) == "Ұ");
  CHECK(encoded(*legacy, "Ұ") == "t1:\xA1,");
  CHECK(encoded(*legacy, "ʻ") == "ROW-0402");
  CHECK(encoded(*legacy, "a ") == "ROW-0401");
}

TEST_CASE("booleans and bytes") {
  const auto layout = one_column("type = \"boolean\", spelled = [\"Y\", \"N\"]");
  CHECK(decoded(*layout, text("Y")) == "true");
  CHECK(decoded(*layout, text("N")) == "false");
  CHECK(decoded(*layout, text("1")) == "ROW-0208");
  CHECK(encoded(*layout, "false") == "t1:N,");
  CHECK(encoded(*layout, "perhaps") == "ROW-0208");
  const auto binary = one_column("type = \"binary\"");
  CHECK(decoded(*binary, {RowValueKind::bytes, "00FF"}) == "00ff");
  CHECK(decoded(*binary, {RowValueKind::bytes, ""}) == "");
  CHECK(decoded(*binary, text("00ff")) == "ROW-0212");
  CHECK(decoded(*binary, {RowValueKind::bytes, "0"}) == "ROW-0212");
  CHECK(encoded(*binary, "00FF") == "b4:00ff,");
  CHECK(encoded(*binary, "xy") == "ROW-0212");
}

TEST_CASE("what was decoded is encoded to the same bytes") {
  const auto layout = one_column("type = \"decimal\", scale = 2");
  CHECK(encoded(*layout, "12.50") == "t5:12.50,");
  CHECK(encoded(*layout, "12.5") == "t5:12.50,");
  CHECK(encoded(*layout, "12.505") == "ROW-0207");
  CHECK(encoded(*layout, "twelve") == "ROW-0206");
}

/// "CODE offset" of the file's findings, and how many items and rejects there were.
std::string file_state(std::string_view bytes) {
  const auto layout = one_column("type = \"text\"");
  const auto stream = layout->decoder(bytes, "rows");
  Instance instance;
  std::size_t items = 0;
  std::size_t rejects = 0;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    ++(step == Step::item ? items : rejects);
  }
  std::string state = fmt::format("{} {}", items, rejects);
  for (const Diagnostic& each : stream->file_findings().kept()) {
    state += fmt::format(" {} {}", to_text(each.code), each.place.offset_bytes);
  }
  return state;
}

TEST_CASE("rows that are not whole") {
  const std::string good = rows_of({text("a"), text("b")});
  CHECK(file_state(good) == "2 0");
  CHECK(file_state(rows_of({})) == "0 0");
  CHECK(file_state("") == "0 0 ROW-0301 0");
  CHECK(file_state("something else\n") == "0 0 ROW-0301 0");
  CHECK(file_state("tilmash rows 1\n") == "0 0 ROW-0303 15");
  CHECK(file_state("tilmash rows 1\nt1:V,\n") == "0 0 ROW-0303 21");
  CHECK(file_state("tilmash rows 1\nt1:W,\n.\n") == "0 0 ROW-0302 15");
  CHECK(file_state("tilmash rows 1\nt1:V,t1:W,\n.\n") == "0 0 ROW-0302 15");
  CHECK(file_state("tilmash rows 1\n\n.\n") == "0 0 ROW-0302 15");
  CHECK(file_state(good.substr(0, good.size() - 2)) == "1 1 ROW-0303 33");
  CHECK(file_state(good.substr(0, good.size() - 4)) == "1 0 ROW-0303 28");
  CHECK(file_state(good + "x") == "2 0 ROW-0304 33");
  CHECK(file_state("tilmash rows 1\nt1:V,\nt1:a,t1:b,\n.\n") == "0 0 ROW-0303 31");
  CHECK(file_state("tilmash rows 1\nt1:V,\nt99999999999999999999:a,\n.\n") == "0 0 ROW-0303 22");
  CHECK(file_state("tilmash rows 1\nt1:V,\nt01:a,\n.\n") == "0 0 ROW-0303 22");
  // Every cut ends in a finding, none in a crash or in silence.
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(file_state(std::string_view(good).substr(0, size)).find("ROW-030") != std::string::npos);
  }
}

/// "CODE line:column" for each finding of a layout.
std::vector<std::string> compile_errors(std::string_view text) {
  Findings findings;
  const auto layout = compile(text, findings);
  CHECK((layout == nullptr) == findings.has_errors());
  std::vector<std::string> codes;
  for (const Diagnostic& each : findings.kept()) {
    codes.push_back(fmt::format("{} {}:{}", to_text(each.code), each.place.line_number, each.place.column_number));
  }
  return codes;
}

using Codes = std::vector<std::string>;
constexpr std::string_view head = "name = \"t\"\nformat = \"rows\"\nfrom = \"T\"\n";

TEST_CASE("mistakes in columns are found with their place") {
  const auto errors = [](std::string_view column) {
    return compile_errors(std::string(head) + "columns = [\n" + std::string(column) + "\n]\n");
  };
  CHECK(errors("{ name = \"A\", type = \"money\" }") == Codes{"ROW-0101 5:22"});
  CHECK(errors("{ name = \"A\", type = \"decimal\" }") == Codes{"CFG-0003 5:1"});
  CHECK(errors("{ name = \"A\", type = \"decimal\", scale = 19 }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A\", type = \"decimal\", scale = 2, digits = 38 }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A\", length = -1 }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A\", empty = \"maybe\" }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A\", type = \"integer\", codes = [\"1\"] }") == Codes{"CFG-0005 5:33"});
  CHECK(errors("{ name = \"A\", type = \"boolean\", spelled = [\"1\"] }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A\", type = \"date\", pattern = \"YYYY\" }") == Codes{"ROW-0101 5:40"});
  CHECK(errors("{ name = \"A\", type = \"datetime\", zone = \"Asia/Almaty\" }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A\", type = \"datetime\", separator = \"_\" }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A\", sensitivity = \"secret\" }") == Codes{"ROW-0101 5:1"});
  CHECK(errors("{ name = \"A; drop table T\" }") == Codes{"ROW-0102 5:1"});
  CHECK(errors("{ name = \"1A\" }") == Codes{"ROW-0102 5:1"});
  CHECK(errors("{ name = \"A\" },\n{ name = \"A\" }") == Codes{"ROW-0102 6:1"});
  CHECK(errors("{ name = \"A\", write = \"now()\" }") == Codes{"ROW-0102 5:1"});
  CHECK(errors("\"A\"") == Codes{"ROW-0101 5:1"});
  CHECK(errors("") == Codes{"ROW-0102 4:11"});
  CHECK(compile_errors(std::string(head) + "code_page = \"cp9\"\ncolumns = [{ name = \"A\" }]\n") ==
        Codes{"ROW-0103 4:13"});
}

TEST_CASE("a poll that can skip rows is refused") {
  const auto errors = [](std::string_view more) {
    return compile_errors(std::string(head) + "columns = [{ name = \"ID\", required = true }, { name = \"N\" }]\n" +
                          std::string(more));
  };
  CHECK(errors("[poll]\norder = [\"ID\"]\nsince = \"ID > :ID\"\n") == Codes{"ROW-0105 5:1"});
  CHECK(errors("[poll]\norder = [\"ID\"]\nsince = \"ID > :ID\"\nin_order = true\n").empty());
  CHECK(errors("[poll]\norder = [\"ID\"]\nsince = \"ID > :ID\"\nuntil = \"T < x()\"\n").empty());
  CHECK(errors("[poll]\norder = [\"ID\"]\nsince = \"ID > :ID - 9\"\nremember = 9\n") == Codes{"ROW-0105 5:1"});
  CHECK(errors("key = [\"ID\"]\n[poll]\norder = [\"ID\"]\nsince = \"ID > :ID - 9\"\nremember = 9\n").empty());
  CHECK(errors("[poll]\norder = [\"N\"]\nsince = \"N > :N\"\nin_order = true\n") == Codes{"ROW-0104 6:9"});
  CHECK(errors("[poll]\norder = [\"X\"]\nsince = \"N > :N\"\nin_order = true\n") == Codes{"ROW-0104 6:9"});
  CHECK(errors("[poll]\norder = []\nsince = \"N > :N\"\nin_order = true\n") == Codes{"ROW-0104 5:1"});
  CHECK(errors("[poll]\norder = [\"ID\"]\nsince = \"ID > :ID\"\nin_order = true\nrows_max = 0\n") ==
        Codes{"ROW-0105 5:1"});
  CHECK(errors("poll = 1\n") == Codes{"ROW-0105 5:8"});
}

TEST_CASE("writing is declared in one way and by key") {
  const auto errors = [](std::string_view more) {
    return compile_errors(std::string(head) + "columns = [{ name = \"ID\", required = true }, { name = \"N\" }]\n" +
                          std::string(more));
  };
  CHECK(errors("key = [\"ID\"]\n[write]\ninsert = \"T\"\n").empty());
  CHECK(errors("key = [\"ID\"]\n[write]\nupdate = \"T\"\nwhen = \"N is null\"\n").empty());
  CHECK(errors("[write]\ninsert = \"T\"\n") == Codes{"ROW-0106 5:1"});
  CHECK(errors("key = [\"ID\"]\n[write]\n") == Codes{"ROW-0106 6:1"});
  CHECK(errors("key = [\"ID\"]\n[write]\ninsert = \"T\"\nupdate = \"T\"\n") == Codes{"ROW-0106 6:1"});
  CHECK(errors("key = [\"ID\"]\n[write]\ninsert = \"T\"\nwhen = \"N is null\"\n") == Codes{"ROW-0106 6:1"});
  CHECK(errors("key = [\"N\"]\n") == Codes{"ROW-0104 5:7"});
}

TEST_CASE("a reject names its row by the key that may be shown") {
  Findings findings;
  const auto layout = compile(std::string(head) +
                                  "key = [\"ID\", \"ACC\"]\ncolumns = [\n{ name = \"ID\", required = true },\n"
                                  "{ name = \"ACC\", required = true, sensitivity = \"account\" },\n"
                                  "{ name = \"N\", type = \"integer\" }]\n",
                              findings);
  REQUIRE(layout != nullptr);
  std::string bytes;
  append_rows_begin(bytes, {"ID", "ACC", "N"});
  bytes += "t2:17,t4:KZ12,t1:x,\n.\n";
  const auto stream = layout->decoder(bytes, "core");
  Instance instance;
  REQUIRE(stream->next(instance) == Step::reject);
  const Diagnostic& why = stream->reject().why;
  CHECK(why.text == "the text is no plain decimal number (row ID 17)");
  CHECK(why.path == "row.N");
  CHECK(why.place.record_number == 1);
  CHECK(stream->reject().raw.ends_with("t2:17,t4:KZ12,t1:x,\n"));
}

}  // namespace
}  // namespace tilmash::formats
