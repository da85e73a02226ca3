// libFuzzer: lines as codes of one of three layouts (tags, keys, and codes behind columns). Places lie in the input;
// what is written again is read again, and then comes back as the same bytes.
#include <array>
#include <cstdlib>

#include "adapters/formats/format.h"

namespace tilmash::formats {
extern const Format qr_text_format;
}

namespace {

using namespace tilmash;

constexpr std::array<std::string_view, 3> layouts = {
    "name = \"x\"\nformat = \"qr\"\nscheme = \"emvco-mpm\"\nbank = \"DEMOKG22\"\n",
    "name = \"x\"\nformat = \"qr\"\nscheme = \"gost-r-56042\"\n",
    "name = \"x\"\nformat = \"qr\"\nscheme = \"kg-elqr\"\ncolumns = [{ name = \"A\", max = 9 }, { name = \"B\" }]\n"};

/// The items of `input` as they are written; those that can't be are left out.
std::string rewritten(const formats::Layout& layout, std::string_view input, bool all) {
  const auto stream = layout.decoder(input, "fuzz");
  const auto writer = layout.record_writer();
  Instance instance;
  std::string out;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    const auto raw = step == Step::reject ? stream->reject().raw : stream->raw();
    if (raw.data() < input.data() || raw.data() + raw.size() > input.data() + input.size()) std::abort();
    if (step == Step::reject) {
      if (all) std::abort();  // it was written by us
      continue;
    }
    for (const Cell& cell : instance.cells()) {
      if (cell.offset + cell.length > input.size()) std::abort();
    }
    if (writer->write(instance, instance.find(layout.shape().item_node()), out) && all) std::abort();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Data data;
  static Findings findings;
  static const auto loaded = [] {
    std::array<std::unique_ptr<formats::Layout>, layouts.size()> all;
    for (std::size_t i = 0; i < layouts.size(); ++i) {
      const auto file = read_config("fuzz.toml", layouts[i], findings);
      all[i] = formats::qr_text_format.load(*file, data, findings);
    }
    return all;
  }();
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const formats::Layout& layout = *loaded[bytes[0] % loaded.size()];
  const std::string once = rewritten(layout, input, false);
  if (rewritten(layout, once, true) != once) std::abort();
  return 0;
}
