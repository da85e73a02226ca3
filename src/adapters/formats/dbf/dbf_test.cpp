// Values of every column type both ways, headers made and kept, and what can't be written.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "adapters/formats/dbf/values.h"
#include "base/text.h"

namespace tilmash::formats::dbf {
namespace {

const Data& data() {
  static const Data made;
  return made;
}

std::unique_ptr<Layout> compile(std::string_view text, Findings& findings) {
  const auto file = read_config("table.toml", "name = \"t\"\nformat = \"dbf\"\n" + std::string(text), findings);
  return file ? load(*file, data(), findings) : nullptr;
}

Column column(char type, std::uint32_t length, std::uint32_t decimals = 0) {
  Column made;
  made.name = "F";
  made.in_table.type = type;
  made.in_table.length = length;
  made.in_table.decimals = decimals;
  return made;
}

const CodePage& page() {
  static Findings findings;
  static const auto made = find_code_page(data(), "cp866", findings);
  return *made;
}

/// "text", "" when there is no value, or the code.
std::string decoded(const Column& column, std::string_view bytes) {
  static Arena arena;
  Value value;
  std::size_t bad = 0;
  const Code code = decode_value(column, page(), bytes, arena, value, bad);
  return code ? to_text(code) : std::string(value.text);
}

std::string encoded(const Column& column, std::string_view text) {
  std::string out;
  const Code code = encode_value(column, page(), text, out);
  return code ? to_text(code) : out;
}

using namespace std::string_literals;

TEST_CASE("values of every type are read and written as the same bytes") {
  struct Row {
    Column column;
    std::string bytes;
    std::string text;
  };
  const Row rows[] = {
      {column('C', 6), "abc   ", "abc"},
      {column('C', 6), "  abc ", "  abc"},
      {column('C', 4), "\x8A\xA0\xE2 "s, "Кат"},
      {column('C', 3), "   ", ""},
      {column('N', 6), "    42", "42"},
      {column('N', 6), "   -42", "-42"},
      {column('N', 7, 2), "   0.50", "0.50"},
      {column('F', 7, 2), "  -1.25", "-1.25"},
      {column('N', 20), "  123456789012345678", "123456789012345678"},
      {column('N', 4), "    ", ""},
      {column('D', 8), "20261121", "2026-11-21"},
      {column('D', 8), "        ", ""},
      {column('L', 1), "T", "true"},
      {column('L', 1), "F", "false"},
      {column('L', 1), "?", ""},
      {column('I', 4), "\xD6\xFF\xFF\xFF"s, "-42"},
      {column('I', 4), "\xFF\xFF\xFF\x7F"s, "2147483647"},
      {column('Y', 8), "\x39\x30\x00\x00\x00\x00\x00\x00"s, "1.2345"},
      {column('M', 10), "         1", "         1"},
      {column('M', 4), "\x08\x00\x00\x00"s, "8"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(decoded(row.column, row.bytes) == row.text);
    CHECK(encoded(row.column, row.text) == row.bytes);
  }
}

TEST_CASE("a datetime is a Julian day and milliseconds") {
  // 2451545 is 2000-01-01 (noon of it begins the Julian day).
  const auto bytes = [](std::int64_t day, std::int64_t ms) {
    std::string out;
    for (int i = 0; i < 4; ++i) out += static_cast<char>(day >> 8 * i & 0xFF);
    for (int i = 0; i < 4; ++i) out += static_cast<char>(ms >> 8 * i & 0xFF);
    return out;
  };
  const Column made = column('T', 8);
  CHECK(decoded(made, bytes(2451545, 0)) == "2000-01-01T00:00:00");
  CHECK(decoded(made, bytes(2461366, 34'200'500)) == "2026-11-21T09:30:00.500");
  CHECK(encoded(made, "2026-11-21T09:30:00.500") == bytes(2461366, 34'200'500));
  CHECK(encoded(made, "2000-01-01T00:00:00") == bytes(2451545, 0));
  CHECK(decoded(made, bytes(0, 0)) == "");
  CHECK(decoded(made, bytes(2451545, 86'400'000)) == "DBF-0205");
  CHECK(decoded(made, bytes(1, 0)) == "DBF-0205");
  CHECK(encoded(made, "2000-01-01T24:00:00") == "DBF-0401");
  CHECK(encoded(made, "2000-01-01") == "DBF-0401");
  // Every day of five centuries and back.
  for (std::int64_t day = 2'341'973; day < 2'524'594; ++day) {
    const std::string text = decoded(made, bytes(day, 0));
    if (encoded(made, text) != bytes(day, 0)) FAIL(text);
  }
}

TEST_CASE("what means the same in other bytes is read") {
  CHECK(decoded(column('C', 6), "abc\0\0\0"s) == "abc");
  CHECK(decoded(column('N', 6), "42    ") == "42");
  CHECK(decoded(column('N', 6), "000042") == "42");
  CHECK(decoded(column('N', 6, 2), "    .5") == "0.5");
  CHECK(decoded(column('N', 6, 2), "    . ") == "");
  CHECK(decoded(column('D', 8), "00000000") == "");
  CHECK(decoded(column('L', 1), "y") == "true");
  CHECK(decoded(column('L', 1), "n") == "false");
  CHECK(decoded(column('L', 1), " ") == "");
}

TEST_CASE("what can't be read is refused by its code") {
  CHECK(decoded(column('C', 2), "\x07 ") == "DBF-0201");
  CHECK(decoded(column('N', 4), "1.50") == "DBF-0203");
  CHECK(decoded(column('N', 4), "1 2 ") == "DBF-0203");
  CHECK(decoded(column('N', 6, 2), "1E+002") == "DBF-0203");
  CHECK(decoded(column('N', 19), "1234567890123456789") == "DBF-0203");
  CHECK(decoded(column('Y', 8), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"s) == "DBF-0203");
  CHECK(decoded(column('N', 4), "****") == "DBF-0204");
  CHECK(decoded(column('D', 8), "20261131") == "DBF-0205");
  CHECK(decoded(column('D', 8), "2026112 ") == "DBF-0205");
  CHECK(decoded(column('L', 1), "1") == "DBF-0206");
  Column required = column('C', 3);
  required.required = true;
  CHECK(decoded(required, "   ") == "DBF-0207");
  required.codes = {"KZT"};
  CHECK(decoded(required, "USD") == "DBF-0208");
}

TEST_CASE("what does not fit its column is not written") {
  CHECK(encoded(column('C', 3), "abcd") == "DBF-0401");
  CHECK(encoded(column('C', 3), "ab ") == "DBF-0401");
  CHECK(encoded(column('C', 3), "a\nb") == "DBF-0401");
  CHECK(encoded(column('C', 3), "Ә") == "DBF-0400");
  CHECK(encoded(column('N', 5, 2), "5") == " 5.00");
  CHECK(encoded(column('N', 5, 2), "5.100") == " 5.10");
  CHECK(encoded(column('N', 5, 2), "5.101") == "DBF-0401");
  CHECK(encoded(column('N', 5, 2), "100") == "DBF-0401");
  CHECK(encoded(column('I', 4), "2147483648") == "DBF-0401");
  CHECK(encoded(column('L', 1), "yes") == "DBF-0401");
  CHECK(encoded(column('D', 8), "20261121") == "DBF-0401");
}

constexpr std::string_view two_columns = R"(code_page = "cp866"
deleted = "keep"
columns = [
  { name = "NAME", type = "C", length = 4 },
  { name = "SUM", type = "N", length = 6, decimals = 2 },
]
)";

/// A table of these records, written from nothing.
struct Made {
  std::unique_ptr<Layout> layout;
  std::string bytes;
  std::vector<std::string> faults;
};

Made make(std::string_view date, std::string_view count, const std::vector<std::pair<std::string, std::string>>& rows) {
  Findings findings;
  Made made;
  made.layout = compile(two_columns, findings);
  REQUIRE(made.layout != nullptr);
  const Shape& shape = made.layout->shape();
  const auto writer = made.layout->record_writer();
  const auto note = [&](const std::optional<Diagnostic>& why) {
    if (why) made.faults.push_back(to_text(why->code) + " " + why->path);
  };
  Instance instance(shape);
  std::uint32_t cell = instance.begin(made.layout->find_record("header"));
  if (!date.empty()) instance.leaf(shape.find_path(0, "header.changed"), date);
  instance.leaf(shape.find_path(0, "header.record_count"), count);
  instance.end();
  note(writer->write(instance, cell, made.bytes));
  for (const auto& [name, sum] : rows) {
    instance.reset(shape);
    cell = instance.begin(made.layout->find_record("record"));
    instance.leaf(shape.find_path(0, "record.NAME"), name);
    instance.leaf(shape.find_path(0, "record.SUM"), sum);
    instance.end();
    note(writer->write(instance, cell, made.bytes));
  }
  note(writer->finish(made.bytes));
  for (const Diagnostic& why : writer->findings().kept()) note(why);
  return made;
}

TEST_CASE("a table is made from its columns, with a date that somebody gives") {
  const Made made = make("2026-11-21", "2", {{"Кот", "1.5"}, {"abcd", "-10"}});
  CHECK(made.faults.empty());
  Table table;
  REQUIRE(!read_table(made.bytes, table));
  CHECK(table.version == 3);
  CHECK(table.changed == Date{2026, 11, 21});
  CHECK(table.record_count == 2);
  CHECK(table.language_driver == 0x65);
  CHECK(made.bytes.substr(table.header_bytes) == " \x8A\xAE\xE2   1.50 abcd-10.00\x1A");
  Findings findings;
  const std::string text = layout_of(made.bytes, data(), findings);
  CHECK(text.find("{ name = \"SUM\", type = \"N\", length = 6, decimals = 2 }") != std::string::npos);
  CHECK(text.find("code_page = \"cp866\"") != std::string::npos);
}

TEST_CASE("a header without a date or with another number of records says so") {
  CHECK(make("", "0", {}).faults == std::vector<std::string>{"DBF-0404 header.changed", "DBF-0402 header"});
  CHECK(make("2026-11-21", "x", {}).faults.front() == "DBF-0404 header.record_count");
  CHECK(make("1926-11-21", "0", {}).faults.front() == "DBF-0404 header.changed");
  CHECK(make("2026-11-21", "2", {{"a", "1"}}).faults == std::vector<std::string>{"DBF-0403 header.record_count"});
  CHECK(make("2026-11-21", "0", {{"a", "1000"}}).faults == std::vector<std::string>{"DBF-0401 record.SUM"});
}

TEST_CASE("deleted records are kept with their mark or left out with a warning") {
  Made made = make("2026-11-21", "2", {{"a", "1"}, {"b", "2"}});
  made.bytes[97] = '*';
  Instance instance;
  auto stream = made.layout->decoder(made.bytes, "t.dbf");
  REQUIRE(stream->next(instance) == Step::item);
  CHECK(instance.find(made.layout->shape().find_path(0, "record.deleted")) != no_cell);
  Findings findings;
  std::string skipping(two_columns);
  skipping.replace(skipping.find("keep"), 4, "skip");
  const auto layout = compile(skipping, findings);
  stream = layout->decoder(made.bytes, "t.dbf");
  REQUIRE(stream->next(instance) == Step::item);
  CHECK(stream->record_number() == 2);
  CHECK(stream->next(instance) == Step::end);
  CHECK(stream->file_findings().kept().front().code == "DBF-0308"_code);
  CHECK(stream->controls().front().result == Control::Result::equal);
}

TEST_CASE("a layout that does not fit says where") {
  const auto errors = [](std::string_view text) {
    Findings findings;
    CHECK(compile(text, findings) == nullptr);
    std::string all;
    for (const Diagnostic& why : findings.kept())
      all += fmt::format("{} {} ", to_text(why.code), why.place.line_number);
    return all;
  };
  const auto one = [&](std::string_view row) {
    return errors(fmt::format("code_page = \"cp866\"\ncolumns = [\n  {{ {} }},\n]\n", row));
  };
  CHECK(errors("code_page = \"cp037\"\ncolumns = []\n") == "DBF-0100 3 DBF-0102 4 ");
  CHECK(errors("code_page = \"cp866\"\ndeleted = \"drop\"\ncolumns = [{ name = \"A\", type = \"L\", length = 1 }]\n") ==
        "DBF-0101 4 ");
  CHECK(one("name = \"TWELVE_BYTES\", type = \"C\", length = 1") == "DBF-0102 5 ");
  CHECK(one("name = \"A\", type = \"B\", length = 8") == "DBF-0102 5 ");
  CHECK(one("name = \"A\", type = \"D\", length = 6") == "DBF-0102 5 ");
  CHECK(one("name = \"A\", type = \"M\", length = 10") == "DBF-0103 5 ");
  CHECK(one("name = \"A\", type = \"C\", length = 1, colour = 1") == "CFG-0005 5 ");
}

}  // namespace
}  // namespace tilmash::formats::dbf
