// libFuzzer: bytes read by specifications that use every option. The first byte of the input chooses the specification.
// Whatever is read without a fault must be written back byte for byte.
#include <cstdio>
#include <cstdlib>

#include "adapters/formats/iso8583/spec.h"

namespace {

using namespace tilmash;
using namespace tilmash::formats;

constexpr std::string_view specs[] = {
    "spec = [\"1987\", \"emv\"]\nframe = { length = { encoding = \"binary\", size = 2 } }\n",
    "spec = [\"1987-binary\", \"emv\"]\nbitmap = { count = 3, tertiary = \"field_65\" }\n"
    "frame = { length = { encoding = \"bcd\", size = 4 }, counts = \"all\", header = [ { name = \"tpdu\", type = "
    "\"b5\" } ] }\n",
    "spec = \"1987-ebcdic\"\nframe = { length = { encoding = \"text\", size = 4 }, counts = \"message\","
    " header = [ { name = \"h\", type = \"ans3\", const = \"ISO\" } ] }\n",
    "spec = \"1993\"\nunknown_fields = \"keep\"\ncode_page = \"utf-8\"\nframe = { end = \"\\n\" }\nbitmap = { letters "
    "= \"lower\", always = 2 }\n",
    R"(
mti = { type = "n3", encoding = "text" }
bitmap = { encoding = "binary", count = 3 }
[types]
n = { encoding = "bcd", pad = "F", align = "left", prefix = { encoding = "binary", counts = "bytes" } }
"x+n" = { encoding = "bcd" }
z = { encoding = "bcd", pad = "F", align = "left", prefix = { encoding = "hex", counts = "bytes" } }
b = { encoding = "hex" }
[fields]
2 = { name = "a", type = "n..19" }
3 = { name = "b", type = "z..37" }
4 = { name = "c", type = "x+n7" }
5 = { name = "d", type = "b..8", prefix = { encoding = "bcd", size = 3, align = "left" } }
6 = { name = "e", type = "b..8", prefix = { counts = "hex_digits" } }
7 = { name = "f", type = "n5" }
8 = { name = "g", type = "ans6", align = "right", pad = "*" }
130 = { name = "h", type = "n4", encoding = "text", pattern = "MMDD" }
[fields.48]
name = "tlv"
type = "ans...99"
content = "tlv"
tag = { size = 2 }
tag_length = { size = 2 }
elements = { 01 = { name = "one", type = "n..5", encoding = "text" }, 02 = { name = "two", type = "n4" } }
[fields.54]
name = "amounts"
type = "ans...100"
content = "positional"
repeat = 4
[fields.54.elements]
1 = { name = "kind", type = "n2", encoding = "text" }
2 = { name = "amount", type = "x+n3", encoding = "text" }
3 = { name = "more", type = "ans2", optional = true }
[fields.55]
name = "chip"
type = "b...99"
encoding = "hex"
content = "ber"
prefix = { counts = "hex_digits" }
elements = { 9F02 = { name = "amount", type = "n12" }, 5A = { name = "pan", type = "n..10" }, 71 = { name = "script", type = "b..50", content = "ber", elements = { 86 = { name = "command", type = "b..40", encoding = "binary" } } } }
[fields.56]
name = "set"
type = "b..50"
encoding = "binary"
content = "bitmapped"
bitmap = { size = 2 }
elements = { 1 = { name = "x", type = "n3" }, 9 = { name = "y", type = "ans..9" }, 16 = { name = "z", type = "b1" } }
)",
};

const Layout& layout(std::size_t which) {
  static const auto made = [] {
    static const Data data;
    std::vector<std::unique_ptr<Layout>> layouts;
    for (const std::string_view each : specs) {
      Findings findings;
      const auto file =
          read_config("fuzz.toml", "name = \"fuzz\"\nformat = \"iso8583\"\n" + std::string(each), findings);
      layouts.push_back(file ? iso8583::load(*file, data, findings) : nullptr);
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
  const std::string_view input = {reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const auto stream = chosen.decoder(input, "fuzz");
  const auto encoder = chosen.encoder();
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    const std::string_view raw = step == Step::reject ? stream->reject().raw : stream->raw();
    if (raw.data() < input.data() || raw.data() + raw.size() > input.data() + input.size()) std::abort();
    if (step == Step::reject) {
      const Place& place = stream->reject().why.place;
      if (place.offset_bytes + place.length_bytes > input.size()) std::abort();
      continue;
    }
    for (const Cell& cell : instance.cells()) {
      if (cell.offset + cell.length > input.size()) std::abort();
    }
    std::string out;
    const auto why = encoder->encode(instance, out);
    if (why) std::fprintf(stderr, "%s\n", to_human(*why).c_str());
    // The last line of a file may lack its end.
    if (why || (out != raw && out != std::string(raw) + "\n")) std::abort();
  }
  return 0;
}
