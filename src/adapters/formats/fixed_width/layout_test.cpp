// Layout files: what is refused, where, and what shape a good one has.
#include <random>

#include "adapters/formats/fixed_width/testing.h"

namespace tilmash::formats::fixed_width::testing {
namespace {

constexpr std::string_view head = R"(name = "t"
format = "fixed_width"
code_page = "kz1048"
line_end = "lf"
length = 10
)";

/// One item kind with these rows of fields; the first row stands on line 11.
Lines fields(std::string_view rows) {
  return compile_errors(
      fmt::format("{}[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\nfields = [\n{}\n]\n", head, rows));
}

/// The first code alone.
std::string first(const Lines& errors) {
  return errors.empty() ? "" : errors[0].substr(0, 8);
}

TEST_CASE("every byte belongs to one field") {
  CHECK(fields(R"({ name = "A", length = 10 })") == Lines{});
  CHECK(fields("{ name = \"A\", length = 4 },\n{ name = \"B\", at = 4, length = 7 },") == Lines{"FMT-0100 12:20"});
  CHECK(fields("{ name = \"A\", length = 4 },\n{ name = \"B\", at = 6, length = 5 },") == Lines{"FMT-0101 12:20"});
  CHECK(fields(R"({ name = "A", length = 9 })") == Lines{"FMT-0101 10:10"});
  CHECK(fields(R"({ name = "A", length = 11 })") == Lines{"FMT-0102 11:1"});
  CHECK(fields(R"({ name = "A", at = 0, length = 10 })") == Lines{"FMT-0102 11:20"});
  CHECK(fields("{ name = \"A\", length = 5 },\n{ name = \"A\", length = 5 },") == Lines{"FMT-0108 12:1"});
  CHECK(fields(R"({ name = "A", length = 99999999999 })")[0] == "FMT-0107 11:1");
  CHECK(first(fields(R"({ group = "G", repeat = 2, fields = [ { name = "A", length = 6 } ] })")) == "FMT-0102");
  CHECK(first(fields(R"({ group = "G", repeat = 100000000, fields = [ { name = "A", length = 6 } ] })")) == "FMT-0107");
  CHECK(first(fields(R"({ group = "G", fields = [] })")) == "FMT-0107");
}

TEST_CASE("options that do not fit") {
  const auto option = [](std::string_view options) {
    return first(fields(fmt::format("{{ name = \"A\", length = 10, {} }}", options)));
  };
  CHECK(option("type = \"float\"") == "FMT-0107");
  CHECK(option("type = \"decimal\"") == "CFG-0003");
  CHECK(option("scale = 2") == "CFG-0005");
  CHECK(option("type = \"decimal\", scale = 19") == "FMT-0107");
  CHECK(option("type = \"decimal\", scale = 10").empty());
  CHECK(option("type = \"decimal\", scale = 0, point = \".\"") == "FMT-0107");
  CHECK(option("type = \"integer\", sign = \"floating\"") == "FMT-0107");
  CHECK(option("type = \"integer\", sign = \"leading\", plus = \"1\", minus = \"1\"") == "FMT-0107");
  CHECK(option("type = \"integer\", align = \"left\", pad = \"0\"") == "FMT-0107");
  CHECK(option("type = \"date\", pattern = \"YYYYMMDD\"") == "FMT-0107");
  CHECK(option("type = \"date\", pattern = \"DD.MM.YYYY\"").empty());
  CHECK(option("pad = \"ab\"") == "FMT-0107");
  CHECK(option("codes = [\"01234567890\"]") == "FMT-0107");
  CHECK(option("codes = [\"0\"], const = \"0\"") == "FMT-0107");
  CHECK(option("check = { weights = [] }") == "FMT-0107");
  CHECK(option("check = { weights = [3], over = [\"B\"] }") == "FMT-0105");
  CHECK(option("blank = \"none\"") == "FMT-0107");
  CHECK(option("sensitivity = \"secret\"") == "FMT-0107");
}

/// Records of kinds a, b, … each of whose tables has these lines.
Lines records(const std::vector<std::string>& tables) {
  std::string text(head);
  char kind = 'a';
  for (const std::string& table : tables) {
    text += fmt::format("[[record]]\nkind = \"{}\"\n{}\n", kind++, table);
    if (table.find("fields") == std::string::npos && table.find("padding") == std::string::npos) {
      text += "fields = [{ name = \"F\", length = 3 }, { name = \"N\", length = 7, type = \"integer\" }]\n";
    }
  }
  return compile_errors(text);
}

TEST_CASE("kinds") {
  const std::string item = "repeat = true\nitem = true\n";
  CHECK(records({item}) == Lines{});
  CHECK(first(records({"repeat = true"})) == "FMT-0106");
  CHECK(first(records({"item = true"})) == "FMT-0106");
  CHECK(first(records({item + "select = { at = 1, is = \"A\" }", item + "select = { at = 1, is = \"B\" }"})) ==
        "FMT-0106");
  CHECK(first(records({item, "select = { at = 1, is = \"B\" }"})) == "FMT-0104");
  CHECK(first(records({item + "select = { at = 1, is = [\"A\", \"B\"] }", "select = { at = 1, is = \"B\" }"})) ==
        "FMT-0104");
  CHECK(records({item + "select = [{ at = 1, is = \"A\" }, { at = 2, is = \"1\" }]",
                 "select = { at = 2, is = \"2x\" }"}) == Lines{});
  CHECK(first(records({item + "select = { at = 10, is = \"AB\" }"})) == "FMT-0109");
  CHECK(first(records({item + "select = { at = 1, is = [\"AB\", \"C\"] }"})) == "FMT-0109");
  CHECK(first(records({item + "select = { at = 1, not = [] }"})) == "FMT-0109");
  CHECK(first(records({item + "within = \"b\""})) == "FMT-0106");
  CHECK(first(records({item + "select = { at = 1, is = \"A\" }", "repeat = true\nselect = { at = 1, is = \"B\" }"})) ==
        "FMT-0106");
  CHECK(records({item + "select = { at = 1, is = \"A\" }", "max = 5\nselect = { at = 1, is = \"B\" }"}) == Lines{});
  CHECK(first(records({item, "padding = true\nfill = \"99\""})) == "FMT-0107");
  const std::string form = "[[record.form]]\nfields = [{ name = \"F\", length = 10, type = \"integer\" }]";
  const std::string other = "[[record.form]]\nfields = [{ name = \"F\", length = 10 }]";
  CHECK(first(records({item + form + "\n" + other})) == "FMT-0110");
  CHECK(first(records({item + other + "\n" + other})) == "FMT-0104");
}

TEST_CASE("controls") {
  const auto control = [](std::string_view row) {
    return first(records({"repeat = true\nitem = true\nselect = { at = 1, is = \"A\" }",
                          fmt::format("select = {{ at = 1, is = \"B\" }}\ncontrol = [{{ {} }}]", row)}));
  };
  CHECK(control("field = \"N\", count = \"a\"").empty());
  CHECK(control("field = \"N\", sum = \"a.N\", modulo = 100, where = { field = \"F\", is = [\"x\"] }").empty());
  CHECK(control("field = \"X\", count = \"a\"") == "FMT-0105");
  CHECK(control("field = \"N\", count = \"z\"") == "FMT-0105");
  CHECK(control("field = \"N\", sum = \"a.Z\"") == "FMT-0105");
  CHECK(control("field = \"N\", sum = \"a.F\"") == "FMT-0105");
  CHECK(control("field = \"N\"") == "FMT-0105");
  CHECK(control("field = \"N\", count = \"a\", per = 0") == "FMT-0105");
  CHECK(control("field = \"N\", count = \"a\", where = { field = \"Z\", is = \"x\" }") == "FMT-0105");
  CHECK(control("field = \"N\", count = \"a\", where = { field = \"N\" }") == "FMT-0105");
  CHECK(control("field = \"N\", count = \"a\", where = \"N\"") == "CFG-0004");
  CHECK(control("field = \"N\", sum = [\"-\"]") == "FMT-0105");
  CHECK(control("field = \"N\", sum = \"a.\"") == "FMT-0105");
  CHECK(control("field = \"N\", sum = { of = \"a.N\", with = 1 }") == "CFG-0005");
  CHECK(control("field = \"F\", equals = \"a.Z\"") == "FMT-0105");
  CHECK(control("field = \"N\", count = \"a\", kount = 1") == "CFG-0005");
}

TEST_CASE("the file's own keys") {
  const auto file = [](std::string_view keys) {
    return first(
        compile_errors(fmt::format("name = \"t\"\nformat = \"fixed_width\"\n{}\n[[record]]\nkind = \"d\"\nrepeat = "
                                   "true\nitem = true\nfields = [{{ name = \"A\", length = 10 }}]\n",
                                   keys)));
  };
  CHECK(file("code_page = \"ascii\"\nline_end = \"lf\"\nlength = 10").empty());
  CHECK(file("code_page = \"cp037x\"\nline_end = \"lf\"\nlength = 10") == "FMT-0103");
  CHECK(file("code_page = \"ascii\"\nline_end = \"cr\"\nlength = 10") == "FMT-0107");
  CHECK(file("code_page = \"ascii\"\nline_end = \"lf\"\nlength = -1") == "FMT-0107");
  CHECK(file("code_page = \"ascii\"\nline_end = \"lf\"\nlength = 10\nshort = \"yes\"") == "FMT-0107");
  CHECK(file("code_page = \"ascii\"\nline_end = \"lf\"\nlength = 10\nspeed = 1") == "CFG-0005");
  CHECK(compile_errors("") != Lines{});
  CHECK(compile_errors("record = 1") != Lines{});
}

TEST_CASE("the shape of a layout") {
  const auto layout = compile(std::string(head) + R"([[record]]
kind = "batch"
repeat = true
select = { at = 1, is = "B" }
fields = [{ name = "ID", length = 10, required = true }]
[[record]]
kind = "entry"
within = "batch"
repeat = true
item = true
select = { at = 1, is = "E" }
fields = [
  { name = "AMOUNT", length = 6, type = "decimal", scale = 2 },
  { name = "KIND", length = 1, codes = ["1", "2"] },
  { name = "NAME", length = 3, sensitivity = "personal" },
]
)");
  const Shape& shape = layout->shape();
  const auto node = [&](std::string_view path) { return shape.nodes[shape.find_path(0, path)]; };
  CHECK(shape.id == "t");
  CHECK(node("batch").repeats());
  CHECK(node("batch.ID").min_occurs == 1);
  CHECK(node("batch.entry").item);
  CHECK(node("batch.entry.AMOUNT").type == LeafType::decimal);
  CHECK(shape.facets_of(shape.find_path(0, "batch.entry.AMOUNT")).digits_total == 6);
  CHECK(shape.facets_of(shape.find_path(0, "batch.entry.AMOUNT")).digits_fraction == 2);
  CHECK(shape.facets_of(shape.find_path(0, "batch.entry.KIND")).codes.size() == 2);
  CHECK(node("batch.entry.KIND").type == LeafType::code);
  CHECK(node("batch.entry.NAME").sensitivity == Sensitivity::personal);
  CHECK(shape.facets_of(shape.find_path(0, "batch.entry.NAME")).length_max == 3);
  CHECK(layout->find_record("entry") == shape.find_path(0, "batch.entry"));
  CHECK(layout->find_record("ID") == no_node);
  CHECK(layout->describe().find("AMOUNT") != std::string::npos);
}

TEST_CASE("hostile layouts: a good one with bytes changed is read or refused, never worse") {
  const std::string good = std::string(head) + R"([[record]]
kind = "a"
select = { at = 1, is = "A" }
fields = [{ name = "T", length = 1 }, { group = "G", repeat = 3, fields = [{ name = "N", length = 3, type = "integer" }] }]
[[record]]
kind = "b"
repeat = true
item = true
select = { at = 1, is = "B" }
[[record.form]]
name = "x"
select = { field = "a.T", is = "A" }
fields = [{ name = "T", length = 1, const = "B" }, { name = "D", length = 9, type = "decimal", scale = 2, check = { weights = [1, 2] } }]
[[record]]
kind = "c"
select = { at = 1, is = "C" }
fields = [{ name = "T", length = 1 }, { name = "S", length = 9, type = "decimal", scale = 2, sign = "trailing" }]
control = [{ field = "S", sum = "b.D", where = { field = "T", is = ["B"] }, per = 3 }]
)";
  std::mt19937 random(7);
  const std::string letters = "019-\"=[]{}.,# abcxtn\n";
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 4);
      } else {
        text[at] = letters[random() % letters.size()];
      }
    }
    Findings findings;
    const auto layout = compile(text, findings);
    CHECK((layout == nullptr) == findings.has_errors());
    if (layout != nullptr) decode(*layout, "A  1  2  3\nB000000150\nC00000150+\n");
  }
}

TEST_CASE("a number of decimals that stands nowhere") {
  const auto errors = [](std::string_view source, std::string_view from) {
    return compile_errors(fmt::format(R"(name = "t"
format = "fixed_width"
code_page = "ascii"
line_end = "lf"
length = 3
[[record]]
kind = "r"
repeat = true
item = true
fields = [
  {{ name = "D", {} }},
  {{ name = "A", length = 2, type = "decimal", scale_from = "{}" }},
]
)",
                                      source, from));
  };
  CHECK(errors(R"(at = 1, length = 1, codes = ["0", "2"])", "D").empty());
  CHECK(errors(R"(at = 1, length = 1, codes = ["0", "2"])", "E") == Lines{"FMT-0107 12:60"});
  CHECK(errors("at = 1, length = 1", "D") == Lines{"FMT-0107 12:60"});
  CHECK(errors(R"(at = 1, length = 1, codes = ["0", "A"])", "D") == Lines{"FMT-0107 12:60"});
  CHECK(errors(R"(length = 1, codes = ["0"])", "D") == Lines{"FMT-0107 12:60"});
}

}  // namespace
}  // namespace tilmash::formats::fixed_width::testing
