// Writing: the exact reverse of reading, with controls computed, and nothing cut or replaced.
#include <random>

#include "adapters/formats/fixed_width/testing.h"

namespace tilmash::formats::fixed_width::testing {
namespace {

/// All items of `input` through the item encoder.
std::string rewritten(const Layout& layout, std::string_view input) {
  const auto stream = layout.decoder(input, "in.dat");
  const auto encoder = layout.encoder();
  Instance instance;
  std::string out;
  bool opened = false;
  for (;;) {
    const Step step = stream->next(instance);
    if (!opened) CHECK_FALSE(encoder->open(instance, out).has_value());
    opened = true;
    if (step == Step::end) break;
    REQUIRE(step == Step::item);
    const auto why = encoder->encode(instance, out);
    REQUIRE_MESSAGE(!why.has_value(), to_human(*why));
  }
  const auto why = encoder->close(out);
  REQUIRE_MESSAGE(!why.has_value(), to_human(*why));
  return out;
}

std::string one_field(std::string_view options, unsigned length) {
  return fmt::format(R"(
name = "t"
format = "fixed_width"
code_page = "kz1048"
line_end = "none"
length = {}
[[record]]
kind = "d"
repeat = true
item = true
fields = [ {{ name = "F", length = {}{}{} }} ]
)",
                     length, length, options.empty() ? "" : ", ", options);
}

/// The bytes of a field of these options, or the code of what is wrong.
std::string bytes(std::string_view options, unsigned length, std::string_view value) {
  const auto layout = compile(one_field(options, length));
  Instance instance(layout->shape());
  instance.begin(layout->shape().find_path(0, "d"));
  if (!value.empty()) instance.leaf(layout->shape().find_path(0, "d.F"), value);
  instance.end();
  std::string out = "before";
  const auto why = layout->encoder()->encode(instance, out);
  if (!why) return out.substr(6);
  CHECK(out == "before");
  return to_text(why->code);
}

TEST_CASE("values into fields") {
  CHECK(bytes("", 4, "AB") == "AB  ");
  CHECK(bytes("", 4, "AB  ") == "AB  ");
  CHECK(bytes("", 4, "Ұә") == "\xA1\xBC  ");
  CHECK(bytes("", 4, "ABCDE") == "FMT-0400");
  CHECK(bytes("", 4, "€€") == "\x88\x88  ");
  CHECK(bytes("", 4, "中") == "FMT-0401");
  CHECK(bytes("", 4, "A\tB") == "FMT-0401");
  CHECK(bytes("align = \"right\", pad = \"0\", type = \"digits\"", 4, "12") == "0012");
  CHECK(bytes("align = \"right\", pad = \"0\", type = \"digits\"", 4, "012") == "FMT-0410");
  CHECK(bytes("type = \"digits\"", 4, "1 2") == "FMT-0402");
  CHECK(bytes("required = true", 4, "") == "FMT-0404");
  CHECK(bytes("", 4, "") == "    ");
  CHECK(bytes("const = \"X\"", 1, "") == "X");
  CHECK(bytes("const = \"X\"", 1, "Y") == "FMT-0405");
  CHECK(bytes("codes = [\"X\", \"Y\"]", 1, "Z") == "FMT-0405");
  CHECK(bytes("type = \"integer\"", 4, "12") == "0012");
  CHECK(bytes("type = \"integer\"", 4, "0") == "0000");
  CHECK(bytes("type = \"integer\", blank = \"0\"", 4, "0") == "FMT-0410");
  CHECK(bytes("type = \"integer\", blank = \"0\"", 4, "") == "0000");
  CHECK(bytes("type = \"integer\"", 4, "12345") == "FMT-0400");
  CHECK(bytes("type = \"integer\"", 4, "-1") == "FMT-0403");
  CHECK(bytes("type = \"integer\"", 4, "1.5") == "FMT-0402");
  CHECK(bytes("type = \"decimal\", scale = 2", 6, "1.5") == "000150");
  CHECK(bytes("type = \"decimal\", scale = 2", 6, "1.500") == "000150");
  CHECK(bytes("type = \"decimal\", scale = 2", 6, "1.505") == "FMT-0402");
  CHECK(bytes("type = \"decimal\", scale = 2, pad = \" \"", 6, "0.05") == "     5");
  CHECK(bytes("type = \"decimal\", scale = 2, point = \".\", pad = \" \"", 6, "0.05") == "  0.05");
  CHECK(bytes("type = \"decimal\", scale = 2, point = \",\"", 8, "12.3") == "00012,30");
  CHECK(bytes("type = \"decimal\", scale = 2, sign = \"trailing\"", 6, "-1.50") == "00150-");
  CHECK(bytes("type = \"decimal\", scale = 2, sign = \"leading\", plus = \" \"", 6, "1.50") == " 00150");
  CHECK(bytes("type = \"integer\", sign = \"floating\", pad = \" \"", 4, "-7") == "  -7");
  CHECK(bytes("type = \"date\", pattern = \"YYDDD\"", 5, "2026-01-01") == "26001");
  CHECK(bytes("type = \"date\", pattern = \"YYDDD\"", 5, "2099-01-01") == "FMT-0408");
  CHECK(bytes("type = \"date\", pattern = \"YYDDD\"", 5, "2026-02-30") == "FMT-0402");
  CHECK(bytes("type = \"digits\", check = { weights = [3, 7, 1] }", 9, "231380104") == "231380104");
  CHECK(bytes("type = \"digits\", check = { weights = [3, 7, 1] }", 9, "231380105") == "FMT-0411");
}

constexpr std::string_view batches = R"(
name = "b"
format = "fixed_width"
code_page = "ascii"
line_end = "crlf"
length = 6
blocking = 5
[[record]]
kind = "header"
select = { at = 1, is = "1" }
fields = [ { name = "TYPE", length = 1, const = "1" }, { name = "ID", length = 5 } ]
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
select = { field = "batch.KIND", is = "CTX" }
fields = [
  { name = "TYPE", length = 1, const = "6" },
  { name = "N", length = 3, type = "integer" },
  { name = "NOTES", length = 2, type = "integer" },
]
[[record.form]]
fields = [ { name = "TYPE", length = 1, const = "6" }, { name = "N", length = 5, type = "integer" } ]
[[record]]
kind = "note"
within = "entry"
repeat = true
select = { at = 1, is = "7" }
fields = [
  { name = "TYPE", length = 1, const = "7" },
  { group = "PART", repeat = 2, fields = [ { name = "A", length = 1 }, { filler = "-", length = 1 } ] },
  { name = "B", length = 1 },
]
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
  { field = "COUNT", count = ["entry", "note"] },
  { field = "HASH", sum = "entry.N", modulo = 100 },
  { field = "ID", equals = "batch.ID" },
]
[[record]]
kind = "file_control"
select = { at = 1, is = "9" }
fields = [
  { name = "TYPE", length = 1, const = "9" },
  { name = "BLOCKS", length = 2, type = "integer" },
  { name = "BATCHES", length = 2, type = "integer" },
  { filler = " ", length = 1 },
]
control = [ { field = "BLOCKS", count = "*", per = 5 }, { field = "BATCHES", count = "batch" } ]
[[record]]
kind = "padding"
padding = true
fill = "9"
)";

constexpr std::string_view batches_file =
    "1ID   \r\n5PPDb1\r\n600099\r\n7a-b-x\r\n7 - - \r\n600003\r\n8402b1\r\n5CTXb2\r\n600701\r\n7a- -x\r\n8207b2\r\n"
    "90302 \r\n999999\r\n999999\r\n999999\r\n";

TEST_CASE("a file is written back byte for byte, its controls computed") {
  const auto layout = compile(batches);
  CHECK(decode(*layout, batches_file).findings == Lines{});
  CHECK(rewritten(*layout, batches_file) == batches_file);
}

TEST_CASE("an item that can't be written leaves no trace") {
  const auto layout = compile(batches);
  const auto stream = layout->decoder(batches_file, "in.dat");
  const auto encoder = layout->encoder();
  const Shape& shape = layout->shape();
  Instance instance;
  std::string out;
  bool opened = false;
  while (stream->next(instance) != Step::end) {
    if (!opened) CHECK_FALSE(encoder->open(instance, out).has_value());
    opened = true;
    // First another batch with an entry that is too large, then the real one.
    Instance bad(shape);
    bad.begin(shape.find_path(0, "batch"));
    bad.leaf(shape.find_path(0, "batch.ID"), "zz");
    bad.begin(shape.find_path(0, "batch.entry"));
    bad.leaf(shape.find_path(0, "batch.entry.N"), "1000000");
    bad.end();
    bad.end();
    const std::string before = out;
    const auto why = encoder->encode(bad, out);
    REQUIRE(why.has_value());
    CHECK(to_text(why->code) == "FMT-0400");
    CHECK(why->path == "batch.entry.N");
    CHECK(out == before);
    CHECK_FALSE(encoder->encode(instance, out).has_value());
  }
  CHECK_FALSE(encoder->close(out).has_value());
  CHECK(out == batches_file);
}

TEST_CASE("records out of order, or with a wrong statement about others") {
  const auto layout = compile(batches);
  const Shape& shape = layout->shape();
  const auto writer = layout->record_writer();
  std::string out;
  const auto write = [&](std::string_view kind, std::string_view field, std::string_view value) {
    Instance instance(shape);
    const std::uint32_t cell = instance.begin(shape.find_path(0, kind));
    if (!field.empty()) instance.leaf(shape.find_child(shape.find_path(0, kind), field), value);
    instance.end();
    const auto why = writer->write(instance, cell, out);
    return why ? to_text(why->code) : std::string("ok");
  };
  CHECK(write("batch.entry", "N", "5") == "FMT-0406");
  CHECK(write("header", "ID", "me") == "ok");
  CHECK(write("header", "ID", "me") == "FMT-0406");
  CHECK(write("batch", "ID", "b1") == "ok");
  CHECK(write("batch.entry", "N", "5") == "ok");
  CHECK(write("batch.entry", "NOTES", "5") == "FMT-0409");
  CHECK(write("batch", "ID", "b2") == "FMT-0406");  // its control is missing
  CHECK(write("batch.control", "COUNT", "7") == "ok");
  std::string end;
  CHECK(writer->finish(end)->code == "FMT-0406"_code);
  CHECK(write("file_control", "", "") == "ok");
  CHECK_FALSE(writer->finish(out).has_value());
  CHECK(out == "1me   \r\n5   b1\r\n600005\r\n8105b1\r\n90101 \r\n");
  REQUIRE(writer->findings().kept().size() == 1);
  CHECK(writer->findings().kept()[0].code == "FMT-0407"_code);
}

// A random layout of one kind and random records of it: what is written is read back, and written again the same.
struct Random {
  std::mt19937 engine;

  unsigned below(unsigned bound) { return static_cast<unsigned>(engine() % bound); }
  template <typename T>
  const T& of(const std::vector<T>& all) {
    return all[below(static_cast<unsigned>(all.size()))];
  }
  std::string digits(unsigned count) {
    std::string text;
    while (count-- > 0) text += static_cast<char>('0' + below(10));
    return text;
  }
};

struct RandomField {
  std::string row;
  std::string type;
  unsigned length = 0;
  unsigned scale = 0;
  bool negative = false;
};

RandomField random_field(Random& random, unsigned number) {
  RandomField field;
  field.type = random.of<std::string>({"text", "digits", "integer", "decimal", "date"});
  field.length = 1 + random.below(12);
  std::string keys;
  if (field.type == "date") {
    const std::string pattern = random.of<std::string>({"YYYYMMDD", "DD.MM.YYYY", "YYMMDD", "YYDDD"});
    field.length = static_cast<unsigned>(pattern.size());
    keys = fmt::format(", pattern = \"{}\"", pattern);
  } else if (field.type == "integer" || field.type == "decimal") {
    const bool blanks = random.below(2) == 0;
    if (blanks) keys += ", pad = \" \"";
    const std::string sign = random.of<std::string>({"none", "leading", "trailing", "floating"});
    if (sign != "floating" || blanks) {
      keys += fmt::format(", sign = \"{}\"", sign);
      field.negative = sign != "none";
    }
    if (field.negative) ++field.length;
    if (field.type == "decimal") {
      field.scale = 1 + random.below(3);
      field.length += field.scale + 1;
      keys += fmt::format(", scale = {}", field.scale);
      if (random.below(2) == 0) keys += ", point = \".\"";
    }
  } else if (random.below(3) == 0) {
    keys += ", align = \"right\"";
  }
  field.row =
      fmt::format("{{ name = \"F{}\", length = {}, type = \"{}\"{} }},\n", number, field.length, field.type, keys);
  return field;
}

std::string random_value(Random& random, const RandomField& field) {
  if (random.below(6) == 0) return {};
  if (field.type == "date")
    return fmt::format("20{:02}-{:02}-{:02}", random.below(80), 1 + random.below(12), 1 + random.below(28));
  if (field.type == "digits") return random.digits(1 + random.below(field.length));
  if (field.type == "text") {
    std::string text;
    for (unsigned i = 1 + random.below(field.length); i > 0; --i)
      text += random.of<std::string>({"a", "Қ", "ә", "Z", "7", "-"});
    return text;
  }
  const unsigned room = field.length - field.scale - (field.negative ? 1 : 0) - (field.scale != 0 ? 1 : 0);
  std::string whole = std::to_string(std::stoull(random.digits(1 + random.below(room))));
  if (field.scale != 0) whole = fmt::format("{}.{}", whole, random.digits(field.scale));
  return fmt::format("{}{}", field.negative && random.below(2) == 0 ? "-" : "", whole);
}

TEST_CASE("property: what is written is read back, for random layouts and records") {
  Random random{std::mt19937(20261121)};
  for (int round = 0; round < 300; ++round) {
    std::vector<RandomField> fields;
    std::string rows;
    unsigned length = 1;
    for (unsigned i = 0; i < 1 + random.below(8); ++i) {
      fields.push_back(random_field(random, i));
      rows += fields.back().row;
      length += fields.back().length;
    }
    const std::string line_end = random.of<std::string>({"lf", "crlf", "any", "none"});
    const auto layout = compile(
        fmt::format("name = \"r\"\nformat = \"fixed_width\"\ncode_page = \"{}\"\nline_end = \"{}\"\nlength = {}\n"
                    "[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\nfields = [\n{}{{ name = \"END\", length = "
                    "1, const = \"$\" }},\n]\n",
                    random.of<std::string>({"kz1048", "pt154"}), line_end, length, rows));
    const Shape& shape = layout->shape();
    const auto encoder = layout->encoder();
    std::string out;
    Lines given;
    for (unsigned n = 0; n < 5; ++n) {
      Instance instance(shape);
      instance.begin(shape.find_path(0, "d"));
      for (unsigned i = 0; i < fields.size(); ++i) {
        const std::string value = random_value(random, fields[i]);
        if (value.empty()) continue;
        instance.leaf(shape.find_path(0, fmt::format("d.F{}", i)), instance.arena().copy(value));
      }
      instance.leaf(shape.find_path(0, "d.END"), "$");
      instance.end();
      const auto why = encoder->encode(instance, out);
      REQUIRE_MESSAGE(!why.has_value(), to_human(*why) << rows);
      given.push_back(dump(instance, 1));
    }
    CHECK_FALSE(encoder->close(out).has_value());
    const Decoded decoded = decode(*layout, out);
    CHECK(decoded.items == given);
    CHECK(decoded.findings == Lines{});
    CHECK(rewritten(*layout, out) == out);
  }
}

TEST_CASE("characters that the page lacks are refused, transliterated or replaced, and told") {
  const auto write = [](std::string_view policy, std::string_view text) {
    const auto layout = compile(fmt::format(R"(
name = "t"
format = "fixed_width"
code_page = "cp1251"
line_end = "none"
length = 12
[[record]]
kind = "d"
repeat = true
item = true
fields = [ {{ name = "A", length = 12{} }} ]
)",
                                            policy));
    Instance instance(layout->shape());
    const std::uint32_t node = layout->find_record("d");
    const std::uint32_t cell = instance.begin(node);
    instance.leaf(layout->shape().find_child(node, "A"), text);
    instance.end();
    std::string out;
    const auto writer = layout->record_writer();
    const auto why = writer->write(instance, cell, out);
    if (why) return to_text(why->code);
    std::string told;
    for (const Diagnostic& each : writer->findings().kept()) {
      told += fmt::format(" {} {} {}", to_text(each.severity), to_text(each.code), each.path);
    }
    const std::string read = decode(*layout, out).items.at(0);
    return read.substr(4) + told;
  };
  CHECK(write("", "Әсел") == "FMT-0401");
  CHECK(write(R"(, unmappable = "reject")", "Әсел") == "FMT-0401");
  CHECK(write(R"(, unmappable = "transliterate:cyrillic-ru")", "Әсел") == "Асел warning FMT-0416 d.A");
  CHECK(write(R"(, unmappable = "transliterate:cyrillic-ru")", "Асел") == "Асел");
  CHECK(write(R"(, unmappable = "transliterate:cyrillic-ru")", "10 ₸") == "FMT-0401");
  CHECK(write(R"(, unmappable = ["transliterate:cyrillic-ru", "transliterate:signs"])", "Әл 10 ₸") ==
        "Ал 10 KZT warning FMT-0416 d.A");
  CHECK(write(R"(, unmappable = ["transliterate:latin-uz", "replace:?"])", "Oʻz Ə") == "O'z ? warning FMT-0416 d.A");
  CHECK(write(R"(, unmappable = "transliterate:signs")", "1234567 ₸₸₸") == "FMT-0400");
}

TEST_CASE("policies for characters that the page lacks are checked") {
  for (const std::string_view policy : {"drop", "replace:??", "replace:Ə", "transliterate:no-such-table", "replace:"}) {
    const auto found = compile_errors(
        fmt::format("name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"cp1251\"\nline_end = \"none\"\nlength = 1\n"
                    "unmappable = \"{}\"\n[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\n"
                    "fields = [ {{ name = \"A\", length = 1 }} ]\n",
                    policy));
    REQUIRE_MESSAGE(!found.empty(), policy);
    CHECK_MESSAGE(found[0] == "FMT-0107 6:14", policy);
  }
}

}  // namespace
}  // namespace tilmash::formats::fixed_width::testing
