// libFuzzer: bytes read by a layout that uses every option. The first byte of the input chooses the layout. Whatever is
// read without a fault must be written back and read again as the same.
#include <cstdio>
#include <cstdlib>

#include "adapters/formats/format.h"

namespace tilmash::formats {
extern const Format fixed_width_format;
}

namespace {

using namespace tilmash;
using namespace tilmash::formats;

constexpr std::string_view head[] = {
    "code_page = \"kz1048\"\nline_end = \"any\"\nshort = \"pad\"\nlong = \"blank\"\nempty_lines = \"skip\"\n",
    "code_page = \"utf-8\"\nline_end = \"none\"\n",
    "code_page = \"ascii\"\nline_end = \"detect\"\nblocking = 3\n",
    "code_page = \"cp866\"\nline_end = \"crlf\"\n",
};

constexpr std::string_view body = R"(
name = "fuzz"
format = "fixed_width"
length = 24
[[record]]
kind = "header"
select = { at = 1, is = "H" }
fields = [
  { name = "T", length = 1, const = "H" }, { name = "DATE", length = 8, type = "date", pattern = "YYYYMMDD", blank = "0" },
  { name = "TOTAL", length = 9, type = "decimal", scale = 2, sign = "trailing" }, { name = "X", length = 6 },
]
control = [ { field = "TOTAL", sum = "entry.AMOUNT" } ]
[[record]]
kind = "batch"
repeat = true
select = { at = 1, is = "B" }
fields = [ { name = "T", length = 1, const = "B" }, { name = "KIND", length = 3 }, { filler = "*", length = 20 } ]
[[record]]
kind = "entry"
within = "batch"
repeat = true
item = true
select = { at = 1, is = "E" }
[[record.form]]
select = { field = "batch.KIND", is = "CTX" }
fields = [
  { name = "T", length = 1, const = "E" },
  { name = "AMOUNT", length = 10, type = "decimal", scale = 3, point = ".", pad = " ", sign = "floating" },
  { group = "G", repeat = 4, fields = [ { name = "A", length = 1 }, { name = "B", length = 2, type = "integer" } ] },
  { filler = " ", length = 1, loose = true },
]
[[record.form]]
fields = [
  { name = "T", length = 1, const = "E" },
  { name = "AMOUNT", length = 10, type = "decimal", scale = 3 },
  { name = "ROUTE", length = 9, type = "digits", check = { weights = [3, 7, 1] } },
  { name = "NOTES", length = 4, type = "integer", pad = " " },
]
[[record]]
kind = "note"
within = "entry"
repeat = true
select = { at = 1, is = "N" }
fields = [ { name = "T", length = 1, const = "N" }, { name = "TEXT", length = 23, align = "right" } ]
[[record]]
kind = "control"
within = "batch"
select = { at = 1, is = "C" }
fields = [
  { name = "T", length = 1, const = "C" }, { name = "COUNT", length = 10, type = "integer" },
  { name = "HASH", length = 10, type = "integer" }, { name = "KIND", length = 3 },
]
control = [
  { field = "COUNT", count = ["entry", "note"] },
  { field = "HASH", sum = "entry.ROUTE", modulo = 1000000 },
  { field = "KIND", equals = "batch.KIND" },
]
[[record]]
kind = "padding"
padding = true
fill = "9"
)";

// Fields that are not in characters, tables and variants, under every frame. Tolerated signs are written as the
// preferred ones, so the second reading is compared with the second writing.
constexpr std::string_view binary_head[] = {
    "code_page = \"cp037\"\nline_end = \"none\"\nlength = 60\nodo = \"padded\"\n",
    "code_page = \"cp037\"\nframing = { by = \"rdw\" }\nsigns = \"lenient\"\n",
    "code_page = \"cp1025\"\nframing = { by = \"rdw\", blocks = true, byte_order = \"little\" }\nfloat = \"ibm\"\n",
    "code_page = \"ascii\"\nframing = { by = \"prefix\", length = 2, encoding = \"binary\" }\noverpunch = \"ascii\"\n",
    "code_page = \"kz1048\"\nframing = { by = \"field\", at = 1, length = 1, encoding = \"binary\" }\n",
    "code_page = \"cp500\"\nline_end = \"nel\"\ncontrols = true\n",
    "code_page = \"cp037\"\nline_end = \"none\"\nlength = 60\n",
    "code_page = \"cp500\"\nframing = { by = \"rdw\", blocks = true, spanned = true, block_length = 40 }\n",
    "code_page = \"cp939\"\nframing = { by = \"rdw\" }\n",
};

constexpr std::string_view binary_body = R"(
name = "fuzz"
format = "fixed_width"
[[record]]
kind = "d"
repeat = true
item = true
fields = [
  { name = "LEN", length = 1, type = "integer", encoding = "binary" },
  { name = "N", length = 1, type = "integer", encoding = "binary" },
  { name = "P", length = 3, type = "decimal", scale = 2, encoding = "packed", signed = true },
  { name = "Q", length = 2, type = "integer", encoding = "packed", digits = 2 },
  { name = "B", length = 2, type = "integer", encoding = "bcd" },
  { name = "I", length = 4, type = "integer", encoding = "binary", signed = true, byte_order = "little", digits = 7 },
  { name = "Z", length = 3, type = "decimal", scale = -2, sign = "overpunch_trailing" },
  { name = "F", length = 4, type = "decimal", encoding = "float" },
  { name = "E", length = 6, type = "decimal", encoding = "edited", picture = "-Z9.99" },
  { name = "U", length = 4, type = "text", encoding = "utf-16be" },
  { name = "X", length = 3 },
  { variants = [
    { name = "V1", when = { field = "N", is = ["1", "2"] }, fields = [ { name = "H", length = 4, type = "hex" } ] },
    { name = "V2", when = { at = 2, is_hex = ["03"] }, fields = [ { name = "S", length = 4, type = "integer", sign = "leading" } ] },
  ], raw = "RAW", length = 4 },
  { group = "T", repeat = 3, depending_on = "N", fields = [
    { name = "M", length = 1, type = "integer", encoding = "binary" },
    { name = "L", length = 2, repeat = 3, depending_on = "M" },
  ] },
  { name = "END", length = 2, type = "hex" },
]
)";

struct Copy final : RecordSink {
  std::unique_ptr<RecordWriter> writer;
  std::string out;
  bool whole = true;

  void record(const Instance& instance, std::uint32_t, std::uint32_t cell, std::span<const std::uint32_t>,
              std::uint64_t, std::uint64_t) override {
    if (cell != no_cell && writer->write(instance, cell, out)) whole = false;
  }
};

struct Run {
  bool clean = true;
  std::string written;
};

Run run(const Layout& layout, std::string_view input) {
  Copy copy;
  copy.writer = layout.record_writer();
  const auto stream = layout.decoder(input, "fuzz", &copy);
  Instance instance;
  Run result;
  std::uint64_t consumed = 0;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::reject) result.clean = false;
    const auto raw = step == Step::reject ? stream->reject().raw : stream->raw();
    if (raw.data() < input.data() || raw.data() + raw.size() > input.data() + input.size()) std::abort();
    for (const Cell& cell : instance.cells()) {
      if (cell.offset + cell.length > input.size()) std::abort();
    }
    if (stream->consumed_bytes() < consumed) std::abort();
    consumed = stream->consumed_bytes();
  }
  result.clean = result.clean && !stream->file_findings().has_errors();
  if (result.clean && (!copy.whole || copy.writer->finish(copy.out))) {
    std::fprintf(stderr, "a faultless file could not be written\n");
    std::abort();
  }
  result.written = std::move(copy.out);
  return result;
}

const Layout& layout(std::size_t which) {
  static const auto made = [] {
    static const Data data;
    std::vector<std::string> texts;
    for (const std::string_view each : head) texts.push_back(std::string(each) + std::string(body));
    for (const std::string_view each : binary_head) texts.push_back(std::string(each) + std::string(binary_body));
    std::vector<std::unique_ptr<Layout>> layouts;
    for (const std::string& each : texts) {
      Findings findings;
      const auto file = read_config("fuzz.toml", each, findings);
      layouts.push_back(file ? fixed_width_format.load(*file, data, findings) : nullptr);
      for (const Diagnostic& finding : findings.kept()) std::fprintf(stderr, "%s\n", to_human(finding).c_str());
      if (layouts.back() == nullptr) std::abort();
    }
    return layouts;
  }();
  return *made[which % made.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Layout& chosen = layout(bytes[0]);
  const Run first = run(chosen, {reinterpret_cast<const char*>(bytes) + 1, size - 1});
  if (!first.clean) return 0;
  const Run second = run(chosen, first.written);
  if (!second.clean || second.written != first.written) std::abort();
  return 0;
}
