// libFuzzer: bytes read by the layouts that ship. The first byte chooses the layout. Whatever is read must be written
// back as the same bytes.
#include <cstdio>
#include <cstdlib>

#include "adapters/formats/swift_mt/layout.h"

namespace {

using namespace tilmash;
using namespace tilmash::formats;

constexpr std::string_view layouts[] = {
    "family = [\"swift\"]\nunmet = \"keep\"\nmissing = \"accept\"\n"
    "bare = [{ type = \"940\", has = [\"60F\"] }]\n",
    "family = [\"swift\"]\ncharset = \"report\"\nenvelope = \"rje\"\n",
    "family = [\"kz\", \"swift\"]\ncode_page = \"cp1251\"\ncharset = \"off\"\nenvelope = \"dos_pcc\"\n",
    "family = [\"statement\", \"swift\"]\nunmet = \"keep\"\nmissing = \"accept\"\ncharset = \"off\"\n"
    "bare = [{ type = \"942\", has = [\"34F\"] }, { type = \"940\", has = [\"60F\", \"62F\", \"61\"] }]\n",
    "family = [\"swift\"]\ncharset = \"reject\"\nunplaced = \"reject\"\nunknown_types = \"reject\"\nline_end = "
    "\"crlf\"\n"
    "transliteration = { table = \"swift-rur\", fields = [\"70\", \"50K\", \"59\", \"72\"] }\n",
};

const Layout& layout(std::size_t which) {
  static const auto made = [] {
    static const Data data;
    std::vector<std::unique_ptr<Layout>> all;
    for (const std::string_view keys : layouts) {
      Findings findings;
      const auto file =
          read_config("fuzz.toml", "name = \"fuzz\"\nformat = \"swift_mt\"\n" + std::string(keys), findings);
      all.push_back(file ? swift_mt::load(*file, data, findings) : nullptr);
      for (const Diagnostic& finding : findings.kept()) std::fprintf(stderr, "%s\n", to_human(finding).c_str());
      if (all.back() == nullptr) std::abort();
    }
    return all;
  }();
  return *made[which % made.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Layout& chosen = layout(bytes[0]);
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto stream = chosen.decoder(input, "fuzz", nullptr);
  const auto encoder = chosen.encoder();
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    const std::string_view raw = step == Step::reject ? stream->reject().raw : stream->raw();
    if (raw.data() < input.data() || raw.data() + raw.size() > input.data() + input.size()) std::abort();
    if (step == Step::reject) continue;
    for (const Cell& cell : instance.cells()) {
      if (cell.offset + cell.length > input.size()) std::abort();
    }
    std::string written;
    if (const auto why = encoder->encode(instance, written)) {
      std::fprintf(stderr, "a message that was read can't be written: %s %s\n", why->path.c_str(), why->text.c_str());
      std::abort();
    }
    if (written != raw) {
      std::fprintf(stderr, "written otherwise:\n%s\n", written.c_str());
      std::abort();
    }
  }
  return 0;
}
