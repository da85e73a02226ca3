// Repeats, tables whose size a field states, variants of the same bytes, and the EBCDIC side of text.
#include "adapters/formats/fixed_width/testing.h"

namespace tilmash::formats::fixed_width::testing {
namespace {

std::unique_ptr<Layout> layout_of(std::string_view fields, unsigned length,
                                  std::string_view keys = "line_end = \"lf\"") {
  return compile(
      fmt::format("name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"ascii\"\n{}\nlength = {}\n"
                  "[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\nfields = [\n{}\n]\n",
                  keys, length, fields));
}

/// The items, each written back, which must give the same bytes.
Lines items_and_back(const Layout& layout, std::string_view input) {
  const Decoded decoded = decode(layout, input);
  CHECK(decoded.rejects == Lines{});
  CHECK(decoded.findings == Lines{});
  const auto stream = layout.decoder(input, "in.dat");
  const auto encoder = layout.encoder();
  Instance instance;
  std::string out;
  for (Step step = stream->next(instance); step == Step::item; step = stream->next(instance)) {
    if (out.empty()) CHECK_FALSE(encoder->open(instance, out).has_value());
    const auto why = encoder->encode(instance, out);
    CHECK_MESSAGE(!why.has_value(), to_human(*why));
  }
  const auto why = encoder->close(out);
  CHECK_MESSAGE(!why.has_value(), to_human(*why));
  CHECK(out == input);
  return decoded.items;
}

TEST_CASE("a repeated field keeps the places of its blanks") {
  const auto layout = layout_of(R"({ name = "A", length = 2, repeat = 3 }, { name = "B", length = 1 })", 7);
  CHECK(items_and_back(*layout, "aabbccx\naa  ccx\n    ccx\naa    x\n      x\n") ==
        Lines{"d A=aa A=bb A=cc B=x", "d A=aa A= A=cc B=x", "d A= A= A=cc B=x", "d A=aa B=x", "d B=x"});
}

constexpr std::string_view table = R"(
  { name = "N", length = 1, type = "integer" },
  { group = "T", repeat = 3, min = 0, depending_on = "N", fields = [
    { name = "M", length = 1, type = "integer" },
    { name = "X", length = 1, repeat = 2, depending_on = "M" },
  ] },
  { name = "Z", length = 1 },
)";

TEST_CASE("what follows a table moves, and the record is as long as it is") {
  const auto layout = layout_of(table, 11);
  CHECK(items_and_back(*layout, "32ab1c0z\n0z\n12 qz\n") ==
        Lines{"d N=3 T M=2 X=a X=b T M=1 X=c T M=0 Z=z", "d N=0 Z=z", "d N=1 T M=2 X= X=q Z=z"});
  const Decoded bad = decode(*layout, "4z\n z\n13abcz\n11\n11az!\nz1\n");
  CHECK(bad.rejects == Lines{"FMT-0217 record 1 offset 1 length 9 d.T layout.toml:13",
                             "FMT-0217 record 2 offset 4 length 9 d.T layout.toml:13",
                             "FMT-0217 record 3 offset 8 length 2 d.T.X layout.toml:15",
                             "FMT-0218 record 4 offset 15 length 1 d.T.X layout.toml:15",
                             "FMT-0221 record 5 offset 20 length 1  ",
                             "FMT-0210 record 6 offset 22 length 1 d.N layout.toml:12"});
}

TEST_CASE("records may be filled up behind their tables, or stay where they are") {
  const auto padded = layout_of(table, 11, "line_end = \"none\"\nodo = \"padded\"");
  CHECK(items_and_back(*padded, "32ab1c0z   0z         ") ==
        Lines{"d N=3 T M=2 X=a X=b T M=1 X=c T M=0 Z=z", "d N=0 Z=z"});
  CHECK(decode(*padded, "0z  x      ").rejects == Lines{"FMT-0221 record 1 offset 2 length 9  "});
  const auto fixed = layout_of(table, 11, "line_end = \"none\"\nodo = \"fixed\"");
  CHECK(items_and_back(*fixed, "11a       z") == Lines{"d N=1 T M=1 X=a Z=z"});
}

TEST_CASE("without line ends a record is cut by its counters") {
  const auto layout = layout_of(table, 11, "line_end = \"none\"");
  CHECK(items_and_back(*layout, "0z32ab1c0z0z") ==
        Lines{"d N=0 Z=z", "d N=3 T M=2 X=a X=b T M=1 X=c T M=0 Z=z", "d N=0 Z=z"});
  CHECK(decode(*layout, "0z13").findings.size() == 1);
}

TEST_CASE("the number of occurrences and their counter agree when written") {
  const auto layout = layout_of(R"({ name = "N", length = 1, type = "integer" },
  { name = "X", length = 1, repeat = 3, min = 1, depending_on = "N" })",
                                4);
  const auto write = [&](std::string_view n, unsigned count) {
    Instance instance(layout->shape());
    const std::uint32_t node = layout->find_record("d");
    const std::uint32_t cell = instance.begin(node);
    if (!n.empty()) instance.leaf(layout->shape().find_child(node, "N"), n);
    for (unsigned i = 0; i < count; ++i) instance.leaf(layout->shape().find_child(node, "X"), "x");
    instance.end();
    std::string out;
    const auto why = layout->record_writer()->write(instance, cell, out);
    return why ? to_text(why->code) : out;
  };
  CHECK(write("2", 2) == "2xx\n");
  CHECK(write("2", 1) == "FMT-0414");
  CHECK(write("2", 3) == "FMT-0414");
  CHECK(write("0", 0) == "FMT-0414");
  CHECK(write("4", 4) == "FMT-0414");
  CHECK(write("", 2) == "FMT-0414");
}

constexpr std::string_view variants = R"(
  { name = "KIND", length = 1 },
  { variants = [
    { name = "PERSON", when = { field = "KIND", is = "P" }, fields = [ { name = "NAME", length = 3 }, { filler = " ", length = 1 } ] },
    { name = "SUM", when = [{ field = "KIND", is = ["S", "T"] }, { at = 2, not = "9" }], fields = [ { name = "AMOUNT", length = 4, type = "integer" } ] },
  ], raw = "BYTES", length = 4 },
  { name = "Z", length = 1 },
)";

TEST_CASE("the same bytes are read as the variant whose condition holds, or kept as they are") {
  const auto layout = layout_of(variants, 6);
  CHECK(items_and_back(*layout, "Pann z\nS0012z\nT9999z\nQabcdz\n") ==
        Lines{"d KIND=P PERSON NAME=ann Z=z", "d KIND=S SUM AMOUNT=12 Z=z", "d KIND=T BYTES=39393939 Z=z",
              "d KIND=Q BYTES=61626364 Z=z"});
  CHECK(decode(*layout, "S00x2z\n").rejects ==
        Lines{"FMT-0210 record 1 offset 1 length 4 d.SUM.AMOUNT layout.toml:15"});
}

TEST_CASE("bytes that fit no variant are refused when they are not to be kept") {
  const auto layout = layout_of(R"({ name = "K", length = 1 }, { variants = [
    { name = "A", when = { at = 1, is_hex = ["41"] }, fields = [ { name = "X", length = 1 } ] } ], length = 1 })",
                                2);
  CHECK(items_and_back(*layout, "Ax\n") == Lines{"d K=A A X=x"});
  CHECK(decode(*layout, "Bx\n").rejects == Lines{"FMT-0216 record 1 offset 1 length 1 variants layout.toml:11"});
}

TEST_CASE("the fields of a variant without a name stand beside it") {
  const auto layout = layout_of(R"({ name = "K", length = 1 }, { variants = [
    { when = { field = "K", is = "N" }, fields = [ { name = "NO", length = 2, type = "integer" } ] },
    { when = { field = "K", is = "T" }, fields = [ { name = "TEXT", length = 2 } ] } ], raw = "BYTES", length = 2 })",
                                3);
  CHECK(items_and_back(*layout, "N07\nTab\nT  \nN  \nXab\n") ==
        Lines{"d K=N NO=7", "d K=T TEXT=ab", "d K=T", "d K=N", "d K=X BYTES=6162"});
}

TEST_CASE("a variant is written only where it will be read") {
  const auto layout = layout_of(variants, 6);
  const auto write = [&](std::string_view kind, bool person, bool bytes) {
    const Shape& shape = layout->shape();
    Instance instance(shape);
    const std::uint32_t node = layout->find_record("d");
    const std::uint32_t cell = instance.begin(node);
    instance.leaf(shape.find_child(node, "KIND"), kind);
    if (person) {
      instance.begin(shape.find_child(node, "PERSON"));
      instance.leaf(shape.find_path(node, "PERSON.NAME"), "ann");
      instance.end();
    }
    if (bytes) instance.leaf(shape.find_child(node, "BYTES"), "61626364");
    instance.end();
    std::string out;
    const auto why = layout->record_writer()->write(instance, cell, out);
    return why ? to_text(why->code) : out;
  };
  CHECK(write("P", true, false) == "Pann  \n");
  CHECK(write("S", true, false) == "FMT-0410");  // "ann " is no sum
  CHECK(write("Q", true, false) == "FMT-0415");
  CHECK(write("P", false, true) == "FMT-0410");
  CHECK(write("P", true, true) == "FMT-0415");
  CHECK(write("Q", false, true) == "Qabcd \n");
}

TEST_CASE("what tables and variants refer to is checked when the layout is read") {
  const auto codes = [](std::string_view fields) {
    return compile_errors(
        fmt::format("name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"ascii\"\nline_end = \"lf\"\n"
                    "[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\nfields = [\n{}\n]\n",
                    fields));
  };
  CHECK(codes(R"({ name = "X", length = 1, repeat = 3, depending_on = "N" })") == Lines{"FMT-0105 10:1"});
  CHECK(codes(R"({ name = "N", length = 1 }, { name = "X", length = 1, repeat = 3, depending_on = "N" })") ==
        Lines{"FMT-0105 10:29"});
  CHECK(codes(R"({ name = "X", length = 1, repeat = 3, min = 1 })") == Lines{"FMT-0107 10:1"});
  CHECK(codes(R"({ name = "X", length = 1, repeat = 0 })") == Lines{"FMT-0107 10:1"});
  CHECK(codes(R"({ group = "G", repeat = 2, fields = [ { name = "N", length = 1, type = "integer" } ] },
{ name = "X", length = 1, repeat = 3, depending_on = "N" })") == Lines{"FMT-0105 11:1"});
  CHECK(codes(R"({ variants = [ { name = "A", fields = [ { name = "X", length = 1 } ] },
{ name = "B", fields = [ { name = "X", length = 1 } ] } ], length = 1 })") == Lines{"FMT-0104 10:16"});
  CHECK(
      codes(
          R"({ variants = [ { name = "A", when = { field = "K", is = "1" }, fields = [ { name = "X", length = 1 } ] } ], length = 1 })") ==
      Lines{"FMT-0105 10:37"});
  CHECK(codes(R"({ variants = [ { name = "A", fields = [ { name = "X", length = 2 } ] } ], length = 1 })") ==
        Lines{"FMT-0102 10:41"});
}

TEST_CASE("EBCDIC text, digits, dates and selectors are characters of the page") {
  const auto layout = compile(R"(
name = "t"
format = "fixed_width"
code_page = "cp1025"
line_end = "none"
length = 16
[[record]]
kind = "d"
repeat = true
item = true
select = { at = 1, is = "D" }
fields = [
  { name = "K", length = 1, const = "D" },
  { name = "NAME", length = 4 },
  { name = "DATE", length = 6, type = "date", pattern = "DDMMYY" },
  { name = "NO", length = 2, type = "digits", align = "right", pad = "0" },
  { name = "SUM", length = 3, type = "integer", pad = " " },
]
)");
  // D, "Анна", 21.11.26, 07, " 42"
  const std::string record = "\xC4\xB9\x9D\x9D\x77\xF2\xF1\xF1\xF1\xF2\xF6\xF0\xF7\x40\xF4\xF2";
  CHECK(items_and_back(*layout, record) == Lines{"d K=D NAME=Анна DATE=2026-11-21 NO=7 SUM=42"});
  std::string other = record;
  other[0] = 'D';
  CHECK(decode(*layout, other).rejects == Lines{"FMT-0222 record 1 offset 0 length 16  "});
  other = record;
  other[2] = '\x05';
  CHECK(decode(*layout, other).rejects == Lines{"FMT-0201 record 1 offset 2 length 4 d.NAME layout.toml:14"});
  other = record;
  other[6] = '\xC1';
  CHECK(decode(*layout, other).rejects == Lines{"FMT-0205 record 1 offset 5 length 6 d.DATE layout.toml:15"});
}

TEST_CASE("control characters are kept where the layout says so") {
  const auto layout = layout_of(R"({ name = "A", length = 3, controls = true })", 3, "line_end = \"none\"");
  const std::string_view bytes("\0a\1", 3);
  const Decoded decoded = decode(*layout, bytes);
  REQUIRE(decoded.items.size() == 1);
  CHECK(decoded.items[0] == std::string("d A=") + std::string(bytes));
  CHECK(items_and_back(*layout, bytes).size() == 1);
}

}  // namespace
}  // namespace tilmash::formats::fixed_width::testing
