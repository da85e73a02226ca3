// Records that say their own length, blocks of them, EBCDIC line ends, and records that are known by their place.
#include "adapters/formats/fixed_width/testing.h"
#include "tests/support.h"

namespace tilmash::formats::fixed_width::testing {
namespace {

constexpr std::string_view two_kinds = R"(
[[record]]
kind = "h"
select = { at = 1, is = "H" }
fields = [ { name = "K", length = 1, const = "H" }, { name = "X", length = 2 } ]
[[record]]
kind = "d"
repeat = true
item = true
select = { at = 1, is = "D" }
fields = [ { name = "K", length = 1, const = "D" }, { name = "N", length = 1, type = "integer" },
  { name = "X", length = 1, repeat = 5, depending_on = "N" } ]
)";

std::unique_ptr<Layout> framed(std::string_view keys, std::string_view records = two_kinds) {
  return compile(fmt::format("name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"ascii\"\n{}\n{}", keys, records));
}

std::string bytes(std::string_view hex_and_text) {
  // "<0007>Hab": hexadecimal in angle brackets
  std::string out;
  bool hex = false;
  for (std::size_t i = 0; i < hex_and_text.size(); ++i) {
    const char c = hex_and_text[i];
    if (c == '<' || c == '>') {
      hex = c == '<';
    } else if (hex) {
      out += static_cast<char>(std::stoi(std::string(hex_and_text.substr(i++, 2)), nullptr, 16));
    } else {
      out += c;
    }
  }
  return out;
}

/// Read and written back; the same bytes.
Lines items_and_back(const Layout& layout, std::string_view text) {
  const std::string input = bytes(text);
  const Decoded decoded = decode(layout, input);
  CHECK(decoded.rejects == Lines{});
  CHECK(decoded.findings == Lines{});
  struct Copy final : RecordSink {
    std::unique_ptr<RecordWriter> writer;
    std::string out;
    void record(const Instance& instance, std::uint32_t, std::uint32_t cell, std::span<const std::uint32_t>,
                std::uint64_t, std::uint64_t) override {
      const auto why = writer->write(instance, cell, out);
      CHECK_MESSAGE(!why.has_value(), to_human(*why));
    }
  } copy;
  copy.writer = layout.record_writer();
  const auto stream = layout.decoder(input, "in.dat", &copy);
  Instance instance;
  while (stream->next(instance) != Step::end) {
  }
  CHECK_FALSE(copy.writer->finish(copy.out).has_value());
  CHECK(to_hex(copy.out) == to_hex(input));
  return decoded.items;
}

const Lines both = {"h K=H X=ab d K=D N=1 X=x", "h K=H X=ab d K=D N=0"};

TEST_CASE("record descriptor words of either byte order, with and without themselves") {
  CHECK(items_and_back(*framed("framing = { by = \"rdw\" }"), "<00070000>Hab<00070000>D1x<00060000>D0") == both);
  CHECK(items_and_back(*framed("framing = { by = \"rdw\", byte_order = \"little\", inclusive = false }"),
                       "<00000300>Hab<00000300>D1x<00000200>D0") == both);
  CHECK(items_and_back(*framed("framing = { by = \"rdw\", inclusive = false, adjustment = -1 }"),
                       "<00040000>Hab<00040000>D1x<00030000>D0") == both);
}

TEST_CASE("blocks of records") {
  const auto layout = framed("framing = { by = \"rdw\", blocks = true, block_length = 19 }");
  CHECK(items_and_back(*layout, "<00120000><00070000>Hab<00070000>D1x<000a0000><00060000>D0") == both);
  // an extended block
  const auto large = framed("framing = { by = \"rdw\", blocks = true }");
  CHECK(decode(*large, bytes("<80000018><00070000>Hab<00070000>D1x<00060000>D0")).items == both);
}

TEST_CASE("length prefixes") {
  CHECK(items_and_back(*framed("framing = { by = \"prefix\", length = 2, encoding = \"binary\" }"),
                       "<0003>Hab<0003>D1x<0002>D0") == both);
  CHECK(items_and_back(*framed("framing = { by = \"prefix\", length = 4, encoding = \"binary\", byte_order = "
                               "\"little\", inclusive = true }"),
                       "<07000000>Hab<07000000>D1x<06000000>D0") == both);
  CHECK(items_and_back(*framed("framing = { by = \"prefix\", length = 4 }"), "0003Hab0003D1x0002D0") == both);
  CHECK(items_and_back(*framed("framing = { by = \"prefix\", length = 1, encoding = \"bcd\" }"),
                       "<03>Hab<03>D1x<02>D0") == both);
}

TEST_CASE("the record holds its own length") {
  const auto layout = framed("framing = { by = \"field\", at = 2, length = 2, adjustment = 1 }", R"(
[[record]]
kind = "d"
repeat = true
item = true
fields = [ { name = "K", length = 1 }, { name = "LEN", length = 2, type = "integer" }, { name = "N", length = 1, type = "integer" },
  { name = "X", length = 1, repeat = 5, depending_on = "N" } ]
)");
  CHECK(items_and_back(*layout, "D041xD052xyD030") ==
        Lines{"d K=D LEN=4 N=1 X=x", "d K=D LEN=5 N=2 X=x X=y", "d K=D LEN=3 N=0"});
  Instance instance(layout->shape());
  const std::uint32_t node = layout->find_record("d");
  const std::uint32_t cell = instance.begin(node);
  instance.leaf(layout->shape().find_child(node, "K"), "D");
  instance.leaf(layout->shape().find_child(node, "LEN"), "9");
  instance.leaf(layout->shape().find_child(node, "N"), "0");
  instance.end();
  std::string out;
  const auto why = layout->record_writer()->write(instance, cell, out);
  REQUIRE(why.has_value());
  CHECK(why->code == "FMT-0413"_code);
}

TEST_CASE("lengths that can't be end the reading at their place") {
  const auto layout = framed("framing = { by = \"rdw\" }");
  CHECK(decode(*layout, bytes("<00070000>Hab<00040000>D0")).findings == Lines{"error FMT-0307 record 2 "});
  CHECK(decode(*layout, bytes("<00070000>Hab<00030000>D0")).findings == Lines{"error FMT-0307 record 2 "});
  CHECK(decode(*layout, bytes("<00070000>Hab<00060100>D0")).findings == Lines{"error FMT-0308 record 2 "});
  CHECK(decode(*layout, bytes("<00070000>Hab<000a0000>D0")).findings == Lines{"error FMT-0303 record 2 "});
  CHECK(decode(*layout, bytes("<00070000>Hab<00>")).findings == Lines{"error FMT-0303 record 2 "});
  const auto blocks = framed("framing = { by = \"rdw\", blocks = true }");
  CHECK(decode(*blocks, bytes("<000c0000><00090000>Hab")).findings.front() == "error FMT-0307 record 1 ");
  CHECK(decode(*blocks, bytes("<00ff0000><00070000>Hab")).findings.front() == "error FMT-0307 record 1 ");
  const auto digits = framed("framing = { by = \"prefix\", length = 4 }");
  CHECK(decode(*digits, bytes("0003Hab00x3D1x")).findings == Lines{"error FMT-0307 record 2 "});
  CHECK(decode(*digits, bytes("0003Hab0009D1x")).findings == Lines{"error FMT-0303 record 2 "});
}

TEST_CASE("records without frames end where their tables do") {
  const auto layout = framed("line_end = \"none\"\nlength = 7", R"(
[[record]]
kind = "d"
repeat = true
item = true
fields = [ { name = "K", length = 1 }, { name = "N", length = 1, type = "integer" },
  { name = "X", length = 1, type = "integer", repeat = 4, depending_on = "N" }, { name = "E", length = 1 } ]
)");
  CHECK(items_and_back(*layout, "a212eb0fc41234g") ==
        Lines{"d K=a N=2 X=1 X=2 E=e", "d K=b N=0 E=f", "d K=c N=4 X=1 X=2 X=3 X=4 E=g"});
  // A bad field does not hide where the record ends, a bad count does; and the file may end within a record.
  const Decoded bad = decode(*layout, "a2x2eb0f");
  CHECK(bad.rejects == Lines{"FMT-0210 record 1 offset 2 length 1 d.X layout.toml:12"});
  CHECK(bad.raws == Lines{"a2x2e"});
  CHECK(bad.items == Lines{"d K=b N=0 E=f"});
  CHECK(decode(*layout, "a0eb9zzzzzz").findings == Lines{"error FMT-0217 record 2 d.X", "error FMT-0303 record 3 "});
  CHECK(decode(*layout, "a0eb41").findings == Lines{"error FMT-0303 record 2 "});
}

constexpr std::string_view spanned_records = R"(
[[record]]
kind = "d"
repeat = true
item = true
fields = [ { name = "A", length = 6 }, { name = "N", length = 2, type = "integer" },
  { name = "X", length = 1, repeat = 60, depending_on = "N" } ]
)";
const std::string spanned_16 = "framing = { by = \"rdw\", blocks = true, spanned = true, block_length = 16 }";

TEST_CASE("spanned records: segments are joined, over as many blocks as it takes") {
  const auto layout = framed(spanned_16, spanned_records);
  const std::string three =
      "<00100000000c0100>abcdef12<00100000000c0300>tuvwxyzT<000c000000080200>UVWX<00100000000c0100>ghijkl02"
      "<0010000000060200>AB<00060100>mn<000e0000000a0200>opqr00";
  CHECK(items_and_back(*layout, three) == Lines{"d A=abcdef N=12 X=t X=u X=v X=w X=x X=y X=z X=T X=U X=V X=W X=X",
                                                "d A=ghijkl N=2 X=A X=B", "d A=mnopqr N=0"});
  // Source bytes are those of the file: N ends the first block, the fields behind it stand in others.
  const std::string input = bytes(three);
  const auto stream = layout->decoder(input, "in.dat");
  Instance instance;
  REQUIRE(stream->next(instance) == Step::item);
  for (const Cell& cell : instance.cells()) {
    const Node& node = layout->shape().nodes[cell.node];
    if (node.kind == NodeKind::leaf) CHECK(input.substr(cell.offset, cell.length).starts_with(cell.text));
  }
  CHECK(stream->raw() == std::string_view(input).substr(8, 40 - 4));
  REQUIRE(stream->next(instance) == Step::item);
  REQUIRE(stream->next(instance) == Step::item);
  // A field in two segments reaches from its first byte to its last.
  const Cell& torn = instance.cell(instance.find(layout->shape().find_child(layout->find_record("d"), "A")));
  CHECK(torn.text == "mnopqr");
  CHECK(input.substr(torn.offset, torn.length) == bytes("mn<000e0000000a0200>opqr"));
}

TEST_CASE("spanned records: a bad field is found in its segment") {
  const auto layout = framed(spanned_16, spanned_records);
  const Decoded decoded =
      decode(*layout, bytes("<00100000000c0100>abcdef03<000c000000080200>A<01>CD<000e0000000a0000>ghij00"));
  CHECK(decoded.rejects == Lines{"FMT-0201 record 1 offset 25 length 1 d.X layout.toml:11",
                                 "FMT-0218 record 2 offset 42 length 2 d.N layout.toml:10"});
}

TEST_CASE("spanned records: a segment out of turn ends the reading") {
  const auto layout = framed(spanned_16, spanned_records);
  const std::string first = "<00100000000c0100>abcdef02";
  const auto findings = [&](const std::string& text) { return decode(*layout, bytes(text)).findings; };
  CHECK(findings("<000a000000060200>AB") == Lines{"error FMT-0309 record 1 "});
  CHECK(findings("<000a000000060300>AB") == Lines{"error FMT-0309 record 1 "});
  CHECK(findings(first + "<00100000000c0100>abcdef02") == Lines{"error FMT-0309 record 1 "});
  CHECK(findings(first + "<00100000000c0000>abcdef00") == Lines{"error FMT-0309 record 1 "});
  // it goes on in the same block, is a null segment, has no byte, or one too many
  CHECK(findings("<00140000000a0100>abcdef<00060200>00").front() == "error FMT-0307 record 1 ");
  CHECK(findings(first + "<000a000000068200>AB") == Lines{"error FMT-0307 record 1 "});
  CHECK(findings(first + "<0008000000040200>") == Lines{"error FMT-0307 record 1 "});
  CHECK(findings(first + "<000a000000070200>AB") == Lines{"error FMT-0307 record 1 "});
  CHECK(findings(first + "<000a0000>AB") == Lines{"error FMT-0307 record 1 "});
  // the file ends
  CHECK(findings(first) == Lines{"error FMT-0303 record 1 "});
  CHECK(findings(first + "<000a00>") == Lines{"error FMT-0303 record 1 "});
  // the layout does not say so
  const auto plain = framed("framing = { by = \"rdw\", blocks = true, block_length = 16 }", spanned_records);
  CHECK(decode(*plain, bytes(first)).findings == Lines{"error FMT-0308 record 1 "});
  CHECK(compile_errors("name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"ascii\"\nframing = { by = \"rdw\", "
                       "spanned = true }\n" +
                       std::string(spanned_records)) == Lines{"FMT-0107 4:11"});
}

TEST_CASE("spanned records: blocks that are not full are read, and said once") {
  const auto layout = framed(spanned_16, spanned_records);
  const std::string words = "<000e0000000a0100>abcdef<000c000000080200>02AB<00100000000c0000>ghijkl00";
  const Decoded decoded = decode(*layout, bytes(words + words));
  CHECK(decoded.items.size() == 4);
  CHECK(decoded.findings == Lines{"warning FMT-0310 record 1 "});
  // larger than `block_length`
  CHECK(decode(*layout, bytes("<00180000000a0000>abcdef00<000a0000>ghijkl00")).findings.size() == 1);
}

TEST_CASE("spanned records of all sizes come back, in blocks of all sizes") {
  std::uint32_t state = 7;
  const auto random = [&](std::uint32_t limit) { return (state = state * 1664525 + 1013904223) >> 8 & 0xFFFF % limit; };
  for (std::uint32_t block = 16; block < 160; block += 1 + block / 10) {
    for (const bool little : {false, true}) {
      const auto plain = framed("framing = { by = \"rdw\" }", spanned_records);
      const auto layout =
          framed(fmt::format("framing = {{ by = \"rdw\", blocks = true, spanned = true, block_length = {}{} }}", block,
                             little ? ", byte_order = \"little\"" : ""),
                 spanned_records);
      std::string records;
      for (int i = 0; i < 40; ++i) {
        const std::uint32_t count = random(61) % 61;
        std::string record = fmt::format("REC{:03}{:02}", i, count);
        for (std::uint32_t at = 0; at < count; ++at) record += static_cast<char>('a' + at % 26);
        records += {'\0', static_cast<char>(record.size() + 4), '\0', '\0'};
        records += record;
      }
      const Decoded expected = decode(*plain, records);
      REQUIRE(expected.items.size() == 40);
      std::string spanned;
      const auto encoder = layout->encoder();
      const auto stream = plain->decoder(records, "in.dat");
      Instance instance;
      for (bool first = true; stream->next(instance) == Step::item; first = false) {
        if (first) REQUIRE_FALSE(encoder->open(instance, spanned).has_value());
        REQUIRE_FALSE(encoder->encode(instance, spanned).has_value());
      }
      REQUIRE_FALSE(encoder->close(spanned).has_value());
      const Decoded read = decode(*layout, spanned);
      CHECK(read.findings == Lines{});
      CHECK(read.items == expected.items);
    }
  }
}

TEST_CASE("EBCDIC lines end with NEL or LF") {
  constexpr std::string_view records = R"(
[[record]]
kind = "d"
repeat = true
item = true
fields = [ { name = "X", length = 2 } ]
)";
  const auto layout = [&](std::string_view end) {
    return compile(fmt::format("name = \"t\"\nformat = \"fixed_width\"\ncode_page = \"cp037\"\nline_end = \"{}\"\n{}",
                               end, records));
  };
  CHECK(items_and_back(*layout("nel"), "<c1c215c3c415>") == Lines{"d X=AB", "d X=CD"});
  CHECK(items_and_back(*layout("lf"), "<c1c225c3c425>") == Lines{"d X=AB", "d X=CD"});
  CHECK(items_and_back(*layout("crlf"), "<c1c20d25c3c40d25>") == Lines{"d X=AB", "d X=CD"});
}

TEST_CASE("file headers and trailers by their place") {
  const auto layout = framed("line_end = \"none\"\nlength = 2", R"(
[[record]]
kind = "head"
place = "first"
length = 3
fields = [ { name = "BYTES", length = 3, type = "hex" } ]
[[record]]
kind = "d"
repeat = true
item = true
fields = [ { name = "X", length = 2 } ]
[[record]]
kind = "tail"
place = "last"
length = 1
fields = [ { name = "BYTES", length = 1, type = "hex" } ]
)");
  CHECK(items_and_back(*layout, "<00ff01>abcd<ee>") == Lines{"head BYTES=00ff01 d X=ab", "head BYTES=00ff01 d X=cd"});
  CHECK(decode(*layout, bytes("<00ff>")).findings.front() == "error FMT-0303 record 1 ");
}

TEST_CASE("descriptor words of another program") {
  const auto file = tests::shared_dir() / "legacy/cobol/AbsaOSS__cobrix/vectors/rdw_bdw_headers.tsv";
  if (tests::skip_without(file)) return;
  std::istringstream rows(tests::read_file(file));
  std::string row;
  std::getline(rows, row);
  unsigned tried = 0;
  while (std::getline(rows, row)) {
    std::istringstream columns(row);
    std::string header, hex, big, adjustment, expected;
    columns >> header >> hex >> big >> adjustment >> expected;
    const std::size_t length = std::stoul(expected);
    if (length > 100000 || header != "RDW") continue;  // blocks of megabytes are not made here
    ++tried;
    const auto layout =
        framed(fmt::format("framing = {{ by = \"rdw\", byte_order = \"{}\", inclusive = false, adjustment = {} }}",
                           big == "true" ? "big" : "little", adjustment),
               fmt::format("[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\n"
                           "fields = [ {{ name = \"X\", length = {} }} ]\n",
                           length));
    const std::string input = bytes("<" + hex + ">") + std::string(length, 'x');
    CHECK_MESSAGE(decode(*layout, input).items.size() == 1, row);
  }
  MESSAGE("record descriptor words: " << tried << " tried");
  CHECK(tried == 16);
}

TEST_CASE("block descriptor words of another program") {
  const auto file = tests::shared_dir() / "legacy/cobol/AbsaOSS__cobrix/vectors/rdw_bdw_headers.tsv";
  if (tests::skip_without(file)) return;
  std::istringstream rows(tests::read_file(file));
  std::string row;
  std::getline(rows, row);
  unsigned tried = 0;
  unsigned left_out = 0;
  while (std::getline(rows, row)) {
    std::istringstream columns(row);
    std::string header, hex, big, adjustment, expected;
    columns >> header >> hex >> big >> adjustment >> expected;
    if (header != "BDW") continue;
    const std::size_t length = std::stoul(expected);
    // Blocks of nothing or of megabytes are not made here, and a block's length is never adjusted: it counts itself.
    if (length < 10 || length > 100000 || adjustment != "0") {
      ++left_out;
      continue;
    }
    ++tried;
    const std::size_t size = length - 8;  // of the one record in the block
    const auto layout = framed(fmt::format("framing = {{ by = \"rdw\", byte_order = \"{}\", blocks = true }}",
                                           big == "true" ? "big" : "little"),
                               fmt::format("[[record]]\nkind = \"d\"\nrepeat = true\nitem = true\n"
                                           "fields = [ {{ name = \"X\", length = {} }} ]\n",
                                           size));
    const std::string rdw = big == "true" ? fmt::format("{:04X}0000", size + 4)
                                          : fmt::format("0000{:02X}{:02X}", (size + 4) & 0xFF, (size + 4) >> 8);
    const std::string input = bytes("<" + hex + "><" + rdw + ">") + std::string(size, 'x');
    CHECK_MESSAGE(decode(*layout, input).items.size() == 1, row);
  }
  MESSAGE("block descriptor words: " << tried << " tried, " << left_out << " left out");
  CHECK(tried == 8);
}

}  // namespace
}  // namespace tilmash::formats::fixed_width::testing
