// Delimited files: every dialect key, what is refused where, and the way back.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <random>

#include "adapters/formats/delimited/delimited.h"

namespace tilmash::formats {
extern const Format delimited_format;
}

namespace tilmash::formats::delimited {
namespace {

using Lines = std::vector<std::string>;

std::unique_ptr<Layout> compile(std::string_view text, Lines* errors = nullptr) {
  static const Data data;
  Findings findings;
  const auto file = read_config("layout.toml", text, findings);
  auto layout = file ? delimited_format.load(*file, data, findings) : nullptr;
  for (const Diagnostic& each : findings.kept()) {
    if (errors != nullptr) {
      errors->push_back(fmt::format("{} {}", to_text(each.code), each.place.line_number));
    } else {
      MESSAGE(to_human(each, text, true));
    }
  }
  if (errors == nullptr) REQUIRE(layout != nullptr);
  return layout;
}

/// A file of one kind, `row`, with these columns.
std::string csv(std::string_view keys, std::string_view fields) {
  return fmt::format(
      "name = \"t\"\nformat = \"delimited\"\ncode_page = \"utf-8\"\nline_end = \"lf\"\n{}\n[[record]]\nkind = "
      "\"row\"\nrepeat = true\nitem = true\nfields = [\n{}\n]\n",
      keys, fields);
}

std::string dump(const Instance& instance, std::uint32_t from) {
  std::string out;
  for (std::uint32_t i = from; i < instance.cells().size(); ++i) {
    const Node& node = instance.shape().nodes[instance.cell(i).node];
    out += fmt::format("{}{}", out.empty() ? "" : " ", node.name);
    if (node.kind == NodeKind::leaf) out += fmt::format("={}", instance.cell(i).text);
  }
  return out;
}

struct Keep final : RecordSink {
  explicit Keep(const Layout& layout) : writer(layout.record_writer()) {}
  void record(const Instance& instance, std::uint32_t, std::uint32_t cell, std::span<const std::uint32_t>,
              std::uint64_t, std::uint64_t) override {
    if (auto why = writer->write(instance, cell, written)) problems.push_back(to_text(why->code));
  }
  std::unique_ptr<RecordWriter> writer;
  std::string written;
  Lines problems;
};

struct Read {
  Lines items;     ///< "row A=1 B=2"
  Lines rejects;   ///< "DLM-0200 record 2 offset 5 length 3 row.A"
  Lines findings;  ///< "warning DLM-0210 record 1"
  std::string written;
};

Read read(const Layout& layout, std::string_view input) {
  Read read;
  Keep keep(layout);
  const auto stream = layout.decoder(input, "in", &keep);
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::item) {
      read.items.push_back(dump(instance, 1));
      continue;
    }
    const Diagnostic& why = stream->reject().why;
    read.rejects.push_back(fmt::format("{} record {} offset {} length {} {}", to_text(why.code),
                                       why.place.record_number, why.place.offset_bytes, why.place.length_bytes,
                                       why.path));
  }
  for (const Diagnostic& why : stream->file_findings().kept()) {
    read.findings.push_back(
        fmt::format("{} {} record {}", to_text(why.severity), to_text(why.code), why.place.record_number));
  }
  const auto why = keep.writer->finish(keep.written);
  if (read.findings.empty()) CHECK_FALSE(why.has_value());
  CHECK(keep.problems == Lines{});
  read.written = keep.written;
  return read;
}

/// What is read without a finding, and written back the same.
Lines same(const Layout& layout, std::string_view input) {
  const Read found = read(layout, input);
  CHECK(found.rejects == Lines{});
  CHECK(found.findings == Lines{});
  CHECK(found.written == input);
  return found.items;
}

constexpr std::string_view two = R"({ name = "A" }, { name = "B" })";

TEST_CASE("quotes: doubled, by backslash, none") {
  CHECK(same(*compile(csv("", two)), "1,2\n\"a,b\",\"say \"\"no\"\"\"\n,\n\"x\ny\",\"\r\n\"\n") ==
        Lines{"row A=1 B=2", "row A=a,b B=say \"no\"", "row", "row A=x\ny B=\r\n"});
  CHECK(same(*compile(csv("quote = \"backslash\"\ndelimiter = \";\"", two)), "\"a\\\"b;\";,\\\n") ==
        Lines{"row A=a\"b; B=,\\"});
  CHECK(same(*compile(csv("quote = \"none\"\ndelimiter = \"\\t\"", two)), "\"a\"\tb\"\n") ==
        Lines{"row A=\"a\" B=b\""});
  CHECK(same(*compile(csv("quote_mark = \"'\"\ndelimiter = \"|\"", two)), "'a|b'|\"\n") == Lines{"row A=a|b B=\""});
}

TEST_CASE("quotes that are not as they are written") {
  const auto strict = compile(csv("", two));
  CHECK(read(*strict, "\"1\",2\n1,2\n").rejects == Lines{"DLM-0203 record 1 offset 0 length 3 row.A"});
  CHECK(read(*strict, "1,a\"b\n").rejects == Lines{"DLM-0203 record 1 offset 2 length 3 row.B"});
  const auto loose = compile(csv("other_quotes = \"accept\"", two));
  const Read found = read(*loose, "\"1\",2\n1,a\"b\n");
  CHECK(found.items == Lines{"row A=1 B=2", "row A=1 B=a\"b"});
  CHECK(found.findings == Lines{"warning DLM-0210 record 1", "warning DLM-0210 record 2"});
  CHECK(found.written == "1,2\n1,\"a\"\"b\"\n");
  CHECK(same(*compile(csv("quoted = \"always\"", two)), "\"1\",\"\"\n") == Lines{"row A=1"});
  CHECK(same(*compile(csv("quoted = \"text\"", R"({ name = "A" }, { name = "N", type = "integer" })")), "\"1\",2\n") ==
        Lines{"row A=1 N=2"});
}

TEST_CASE("broken quotes take their own line along, not the file") {
  const auto layout = compile(csv("", two));
  const Read found = read(*layout, "\"x\"y,4\n2,3\n\"a,1\n4,5\n");
  CHECK(found.items == Lines{"row A=2 B=3", "row A=4 B=5"});
  CHECK(found.rejects ==
        Lines{"DLM-0201 record 1 offset 0 length 4 row.A", "DLM-0201 record 3 offset 11 length 4 row.A"});
  CHECK(read(*compile(csv("quote = \"backslash\"", two)), "\"a\\n\",1\n").rejects ==
        Lines{"DLM-0202 record 1 offset 0 length 5 row.A"});
}

TEST_CASE("a record of one empty column is not an empty line") {
  const auto layout = compile(csv("empty_lines = \"skip\"", R"({ name = "A" })"));
  CHECK(same(*layout, "1\n\"\"\n2\n") == Lines{"row A=1", "row", "row A=2"});
}

TEST_CASE("the number of columns") {
  const auto layout = compile(csv("", two));
  CHECK(read(*layout, "1\n1,2,3\n").rejects ==
        Lines{"DLM-0200 record 1 offset 1 length 1 row.B", "DLM-0200 record 2 offset 6 length 1 row.B"});
  const Read padded = read(*compile(csv("short = \"pad\"\nlong = \"blank\"", two)), "1\n1,2,,\n1,2,3\n");
  CHECK(padded.items == Lines{"row A=1", "row A=1 B=2"});
  CHECK(padded.findings == Lines{"warning DLM-0210 record 1", "warning DLM-0210 record 2"});
  CHECK(padded.rejects.size() == 1);
  CHECK(padded.written == "1,\n1,2\n");
  CHECK(same(*compile(csv("trailing_delimiter = true", two)), "1,2,\n,,\n") == Lines{"row A=1 B=2", "row"});
}

TEST_CASE("numbers, dates, codes, lengths") {
  const auto value = [](std::string_view keys, std::string_view options, std::string_view bytes) {
    const auto layout = compile(csv(keys, fmt::format("{{ name = \"A\", {} }}", options)));
    const std::string input = fmt::format("{}\n", bytes);
    const Read found = read(*layout, input);
    if (!found.rejects.empty()) return found.rejects[0].substr(0, 8);
    CHECK(found.written == input);
    return found.items[0] == "row" ? "(blank)" : found.items[0].substr(6);
  };
  constexpr std::string_view decimal = "type = \"decimal\", scale = 2, signed = true";
  CHECK(value("", decimal, "1234.5") == "1234.5");
  CHECK(value("", decimal, "1234.50") == "1234.50");
  CHECK(value("", decimal, "-0.05") == "-0.05");
  CHECK(value("", decimal, "-0") == "-0");
  CHECK(value("", decimal, "7") == "7");
  CHECK(value("", decimal, "1.234") == "FMT-0210");
  CHECK(value("", decimal, "01") == "FMT-0203");
  CHECK(value("", decimal, "+1") == "FMT-0203");
  CHECK(value("", decimal, "1.") == "FMT-0210");
  CHECK(value("", decimal, ".5") == "FMT-0210");
  CHECK(value("", decimal, "1,5") == "DLM-0200");
  CHECK(value("", decimal, "1 5") == "FMT-0210");
  CHECK(value("", decimal, "1234567890123456789") == "FMT-0204");
  CHECK(value("", "type = \"decimal\", scale = 2", "-1") == "FMT-0210");
  CHECK(value("", "type = \"decimal\", scale = 2, exact = true", "1.50") == "1.50");
  CHECK(value("", "type = \"decimal\", scale = 2, exact = true", "1.5") == "FMT-0203");
  CHECK(value("", "type = \"decimal\", scale = 2, implied = true", "150") == "1.50");
  CHECK(value("", "type = \"decimal\", scale = 2, implied = true", "5") == "0.05");
  CHECK(value("", "type = \"integer\"", "42") == "42");
  CHECK(value("", "type = \"integer\"", "4.2") == "FMT-0210");
  constexpr std::string_view german = "delimiter = \";\"\npoint = \",\"\nthousands = \".\"";
  CHECK(value(german, decimal, "-1.234.567,89") == "-1234567.89");
  CHECK(value(german, decimal, "1234,5") == "FMT-0203");
  CHECK(value(german, decimal, "12.34,5") == "FMT-0203");
  CHECK(value(german, decimal, "999,5") == "999.5");
  CHECK(value(german, decimal, ".999") == "FMT-0210");
  CHECK(value("", "type = \"date\", pattern = \"DD.MM.YYYY\"", "21.11.2026") == "2026-11-21");
  CHECK(value("", "type = \"date\", pattern = \"DD.MM.YYYY\"", "31.11.2026") == "FMT-0205");
  CHECK(value("", "type = \"digits\"", "0012") == "0012");
  CHECK(value("", "type = \"digits\"", "12 ") == "FMT-0202");
  CHECK(value("", "length = 3", "Ұәқ") == "Ұәқ");
  CHECK(value("", "length = 3", "Ұәқы") == "DLM-0204");
  CHECK(value("", "codes = [\"KZT\", \"USD\"]", "USD") == "USD");
  CHECK(value("", "codes = [\"KZT\", \"USD\"]", "EUR") == "FMT-0207");
  CHECK(value("", "const = \"X\"", "Y") == "FMT-0208");
  CHECK(value("", "required = true", "\"\"") == "FMT-0206");
  CHECK(value("", "sensitivity = \"open\"", "  ") == "  ");
  CHECK(value("", "sensitivity = \"open\"", "a\x01") == "FMT-0201");
  CHECK(value("", "sensitivity = \"open\"", "a\xFF") == "FMT-0200");
}

TEST_CASE("a spelling that is kept") {
  const auto layout =
      compile(csv("", R"({ name = "N", type = "integer", signed = true, spelled = "N_AS" }, { name = "B" })"));
  CHECK(same(*layout, "+007,x\n7,x\n-0,x\n00,x\n") ==
        Lines{"row N=7 N_AS=+007 B=x", "row N=7 B=x", "row N=-0 B=x", "row N=0 N_AS=00 B=x"});
  Instance instance(layout->shape());
  const Shape& shape = layout->shape();
  const std::uint32_t row = instance.begin(shape.find_path(0, "row"));
  instance.leaf(shape.find_path(0, "row.N"), "8");
  instance.leaf(shape.find_path(0, "row.N_AS"), "+007");
  instance.end();
  std::string out;
  const auto why = layout->record_writer()->write(instance, row, out);
  REQUIRE(why.has_value());
  CHECK(why->code == "DLM-0401"_code);
  CHECK(out.empty());
}

TEST_CASE("header by position and by name, byte order mark") {
  constexpr std::string_view columns = R"({ name = "a", title = "Konto Nr." }, { name = "b" })";
  const auto by_position = compile(csv("header = \"by_position\"\nbom = true", columns));
  CHECK(same(*by_position, "\xEF\xBB\xBFKonto Nr.,b\n1,2\n") == Lines{"row a=1 b=2"});
  CHECK(read(*by_position, "\xEF\xBB\xBFKonto Nr.,b\n").findings == Lines{});
  const Read without = read(*by_position, "Konto Nr.,b\n1,2\n");
  CHECK(without.findings == Lines{"warning DLM-0210 record 2"});
  const Read moved = read(*by_position,
                          "\xEF\xBB\xBF"
                          "b,Konto Nr.\n1,2\n");
  CHECK(moved.findings == Lines{"error DLM-0205 record 1"});
  CHECK(moved.rejects == Lines{"DLM-0206 record 2 offset 15 length 3 row.a"});
  CHECK(read(*by_position, "").findings == Lines{"error DLM-0205 record 1", "error FMT-0303 record 1"});

  const auto by_name = compile(csv("header = \"by_name\"", columns));
  CHECK(same(*by_name, "Konto Nr.,b\n1,2\n") == Lines{"row a=1 b=2"});
  const Read swapped = read(*by_name, "b,Konto Nr.\n1,2\n3\n");
  CHECK(swapped.items == Lines{"row a=2 b=1"});
  CHECK(swapped.findings == Lines{"warning DLM-0210 record 1"});
  CHECK(swapped.rejects.size() == 1);
  CHECK(swapped.written == "Konto Nr.,b\n2,1\n");
  CHECK(read(*by_name, "b,c\n1,2\n").findings == Lines{"error DLM-0206 record 1"});
  CHECK(read(*by_name, "b,b\n1,2\n").findings == Lines{"error DLM-0206 record 1"});
  CHECK(read(*by_name, "b,Konto Nr.,c\n1,2,3\n").findings == Lines{"error DLM-0206 record 1"});
}

constexpr std::string_view ended = R"(name = "t"
format = "delimited"
code_page = "ascii"
line_end = "any"
quote = "none"
record_end = "/"
continuation = "88"
[[record]]
kind = "head"
select = { column = 1, is = "03" }
fields = [
  { lines = "lines" }, { breaks = "continued" },
  { name = "code", const = "03" },
  { group = "sum", to_end = true, fields = [
    { name = "type" }, { name = "amount", type = "integer", signed = true },
    { name = "funds", codes = ["S", "D"] },
    { variants = [
      { name = "split", when = { field = "funds", is = "S" }, fields = [ { name = "x" }, { name = "y" } ] },
      { name = "dist", when = { field = "funds", is = "D" }, fields = [
        { name = "count", type = "integer" },
        { group = "part", depending_on = "count", fields = [ { name = "days" }, { name = "amount", type = "integer" } ] },
      ] },
    ] },
  ] },
]
[[record]]
kind = "row"
repeat = true
item = true
select = { column = 1, is = "16" }
fields = [
  { lines = "lines" }, { breaks = "continued" },
  { name = "code", const = "16" }, { name = "ref" }, { name = "text", rest = true },
]
[[record]]
kind = "tail"
select = { column = 1, is = "49" }
fields = [
  { lines = "lines" }, { breaks = "continued" },
  { name = "code", const = "49" }, { name = "total", type = "integer", signed = true }, { name = "count", type = "integer" },
]
control = [
  { field = "total", sum = "head.sum.amount" },
  { field = "count", sum = ["head.lines", "row.lines"], plus = 1 },
]
)";

TEST_CASE("records with an end of their own, continuations, groups, variants, text to the end") {
  const auto layout = compile(ended);
  const std::string input =
      "03,1,-5,/\n"
      "88,2,7,S,a,b,3,10,D,2,0,4,1,6/\n"
      "16,r,text, with / and more/\n"
      "88,second, line/\n"
      "49,12,5/\n";
  const Lines items = same(*layout, input);
  REQUIRE(items.size() == 1);
  CHECK(
      items[0].starts_with("head code=03 sum type=1 amount=-5 sum type=2 amount=7 funds=S split x=a y=b sum type=3 "
                           "amount=10 funds=D dist count=2 part days=0 amount=4 part days=1 amount=6 lines=2 "
                           "continued=4 row code=16 ref=r text=text, with / and more\nsecond, line"));
  // Without a slash at the ends.
  CHECK(same(*layout, "03/\n16,r,EREF: 1\n88,CRNM: x\n16,,y\n49,0,5/\n") ==
        Lines{"head code=03 lines=1 row code=16 ref=r text=EREF: 1\nCRNM: x lines=2 continued=open",
              "head code=03 lines=1 row code=16 text=y lines=1 continued=open"});
}

TEST_CASE("records that share a line, blanks behind the end, a line that goes on without a mark") {
  const auto layout = compile(ended);
  const Read found = read(*layout, "03/  16,r,x/ 16,s,y\nz/ \n49,0,4/");
  CHECK(found.rejects == Lines{});
  CHECK(found.items == Lines{"head code=03 lines=1 row code=16 ref=r text=x lines=1",
                             "head code=03 lines=1 row code=16 ref=s text=y\nz lines=1"});
  CHECK(found.findings.size() == 3);
  CHECK(found.written == "03/\n16,r,x/\n16,s,y/\n88,z/\n49,0,5/\n");
}

TEST_CASE("groups and variants that do not come out even") {
  const auto layout = compile(ended);
  const auto finding = [&](std::string_view head) {
    return read(*layout, std::string(head) + "\n49,0,2/\n").findings[0];
  };
  CHECK(finding("03,1,2/") == "error DLM-0200 record 1");
  CHECK(finding("03,1,2,S,a/") == "error DLM-0200 record 1");
  CHECK(finding("03,1,2,D,9,1,2/") == "error DLM-0200 record 1");
  CHECK(finding("03,1,2,D,x/") == "error FMT-0210 record 1");
  CHECK(finding("03,1,2,D,/") == "error DLM-0207 record 1");
  CHECK(finding("03,1,2,D,99999999/") == "error DLM-0207 record 1");
}

TEST_CASE("characters that the page lacks, and control characters") {
  const auto with = [](std::string_view keys, std::string_view fields = two) {
    std::string text = csv(keys, fields);
    return compile(text.replace(text.find("utf-8"), 5, "cp1251"));
  };
  const auto written = [](const Layout& layout, std::string_view value) {
    Instance instance(layout.shape());
    const std::uint32_t row = layout.find_record("row");
    const std::uint32_t cell = instance.begin(row);
    instance.leaf(layout.shape().find_child(row, "A"), value);
    instance.end();
    const auto writer = layout.record_writer();
    std::string out;
    const auto why = writer->write(instance, cell, out);
    for (const Diagnostic& each : writer->findings().kept()) out += to_text(each.code);
    return why ? to_text(why->code) : out;
  };
  CHECK(written(*with(""), "10 ₸") == "FMT-0401");
  CHECK(written(*with("unmappable = \"replace:?\""), "10 ₸") == "10 ?,\nFMT-0416");
  CHECK(written(*with("", R"({ name = "A", unmappable = "replace:*" }, { name = "B" })"), "10 ₸") == "10 *,\nFMT-0416");
  CHECK(read(*with(""), "a\tb,c\n").rejects == Lines{"FMT-0201 record 1 offset 1 length 1 row.A"});
  CHECK(read(*with("controls = true"), "a\tb,c\n").items == Lines{"row A=a\tb B=c"});
}

TEST_CASE("layouts that are refused") {
  const auto errors = [](std::string_view keys, std::string_view fields = two) {
    Lines lines;
    CHECK(compile(csv(keys, fields), &lines) == nullptr);
    return lines;
  };
  CHECK(errors("delimiter = \";;\"") == Lines{"DLM-0100 5"});
  CHECK(errors("delimiter = \"\\\"\"") == Lines{"DLM-0100 1"});
  CHECK(errors("record_end = \"/\"") == Lines{"DLM-0100 1"});
  CHECK(errors("continuation = \"88\"") == Lines{"DLM-0100 1"});
  CHECK(errors("quote = \"none\"\nquoted = \"always\"") == Lines{"DLM-0100 1"});
  CHECK(errors("quote = \"single\"")[0].starts_with("FMT-0107"));
  // What is said of bytes is not heeded, so it is not taken.
  for (const std::string_view key : {"length = 80", "blocking = 10", "byte_order = \"little\"", "odo = \"fixed\"",
                                     "overpunch = \"ascii\"", "signs = \"lenient\"", "decimal_comma = true"}) {
    CHECK(errors(key) == Lines{"DLM-0100 5"});
  }
  const std::string record = csv("", two);
  for (const std::string_view key : {"length = 80", "place = \"first\"", "odo = \"fixed\"", "fill = \"9\""}) {
    Lines lines;
    CHECK(compile(record + std::string(key) + "\n", &lines) == nullptr);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines[0] == "DLM-0100 13");
  }
  Lines lines;
  CHECK(compile(record + "[[record]]\nkind = \"p\"\npadding = true\nfill = \"9\"\n", &lines) == nullptr);
  CHECK(lines[0] == "DLM-0100 15");
  CHECK(errors("thousands = \".\"") == Lines{"DLM-0100 1"});
  CHECK(errors("header = \"by_name\"", R"({ group = "G", fields = [ { name = "A" } ] })") == Lines{"DLM-0100 1"});
  CHECK(errors("", R"({ name = "A", rest = true }, { name = "B" })") == Lines{"DLM-0100 11"});
  CHECK(errors("", R"({ name = "A" }, { name = "A" })") == Lines{"FMT-0108 11"});
  CHECK(errors("", R"({ name = "A", type = "float" })") == Lines{"DLM-0100 11"});
  CHECK(errors("", R"({ name = "A", at = 1 })") == Lines{"CFG-0005 11"});
  CHECK(errors("", R"({ filler = "x" })")[0] == "DLM-0100 11");
  CHECK(errors("", R"({ name = "A", spelled = "B" })") == Lines{"DLM-0100 11"});
}

TEST_CASE("what was written is read as it was given") {
  std::mt19937 random(20261121);
  constexpr std::string_view pieces[] = {"a", ",", "\"", "\n", "\r\n", ";", "\\", "", " ", "ә", "\"\"", "/"};
  constexpr std::string_view dialects[] = {"", "quoted = \"always\"", "quote = \"backslash\"\nquoted = \"always\"",
                                           "delimiter = \";\"\ntrailing_delimiter = true",
                                           "quote = \"none\"\ndelimiter = \"\\t\""};
  for (const std::string_view dialect : dialects) {
    const auto layout = compile(
        csv(dialect, R"({ name = "A" }, { name = "B" }, { name = "N", type = "decimal", scale = 3, signed = true })"));
    const Shape& shape = layout->shape();
    std::string out;
    Lines given;
    const auto writer = layout->record_writer();
    for (int i = 0; i < 3000; ++i) {
      Instance instance(shape);
      const std::uint32_t row = instance.begin(shape.find_path(0, "row"));
      std::string expected = "row";
      for (const char* name : {"A", "B"}) {
        std::string text;
        for (unsigned n = random() % 4; n > 0; --n) text += pieces[random() % std::size(pieces)];
        if (text.empty()) continue;
        instance.leaf(shape.find_path(0, fmt::format("row.{}", name)), instance.arena().copy(text));
        expected += fmt::format(" {}={}", name, text);
      }
      const Decimal number{static_cast<std::int64_t>(random()) - 2'000'000'000,
                           static_cast<std::uint8_t>(random() % 4)};
      instance.leaf(shape.find_path(0, "row.N"), instance.arena().copy(to_text(number)));
      expected += fmt::format(" N={}", to_text(number));
      instance.end();
      const std::size_t before = out.size();
      if (writer->write(instance, row, out)) {
        CHECK(out.size() == before);  // what the dialect can't hold is refused and leaves nothing
        continue;
      }
      given.push_back(expected);
    }
    CHECK(given.size() > 500);
    CHECK(same(*layout, out) == given);
  }
}

}  // namespace
}  // namespace tilmash::formats::delimited
