// libFuzzer: any bytes as rows of a layout that has every type. What is decoded is encoded and decoded again to the
// same cells; every reject and finding lies within the input.
#include <cstdlib>

#include "adapters/formats/format.h"
#include "base/rows.h"

namespace tilmash::formats {
extern const Format rows_format;
}

namespace {

using namespace tilmash;

constexpr std::string_view layout_text = R"(
name = "fuzz"
format = "rows"
from = "T"
key = ["A"]
columns = [
  { name = "A", type = "integer", required = true },
  { name = "B", type = "decimal", scale = 3, digits = 12 },
  { name = "C", type = "datetime" },
  { name = "D", type = "date", pattern = "DD.MM.YY" },
  { name = "E", type = "boolean" },
  { name = "F", type = "binary" },
  { name = "G", length = 4, empty = "value", inexact = true },
  { name = "H", trim = true, empty = "null", codes = ["x", "Ұ"] },
]
)";

const formats::Layout& layout() {
  static const Data data;
  static Findings findings;
  static const auto file = read_config("fuzz.toml", layout_text, findings);
  static const auto compiled = file ? formats::rows_format.load(*file, data, findings) : nullptr;
  if (compiled == nullptr) std::abort();
  return *compiled;
}

void require(bool holds) {
  if (!holds) std::abort();
}

/// The rows that are good, encoded.
std::string pass(std::string_view input, std::size_t& items) {
  const auto stream = layout().decoder(input, "fuzz");
  const auto encoder = layout().encoder();
  Instance instance;
  std::string out;
  items = 0;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::reject) {
      const Place& place = stream->reject().why.place;
      require(place.offset_bytes + place.length_bytes <= input.size());
      continue;
    }
    ++items;
    require(!encoder->encode(instance, out));
  }
  for (const Diagnostic& each : stream->file_findings().kept()) require(each.place.offset_bytes <= input.size());
  require(!encoder->close(out));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)), size);
  // Most inputs are rows under the right header, so that the fuzzer gets to the values.
  std::string input;
  if (size % 8 != 0) append_rows_begin(input, {"A", "B", "C", "D", "E", "F", "G", "H"});
  input += bytes;
  std::size_t items = 0;
  std::size_t items_again = 0;
  const std::string once = pass(input, items);
  const std::string twice = pass(once, items_again);
  require(items == items_again && once == twice);
  return 0;
}
