// Any bytes through the OFS decoder, by every kind of layout; what is read is written again and must be the same.
#include <cstdlib>

#include "adapters/formats/ofs/ofs.h"

namespace tilmash::formats {
extern const Format ofs_format;
}

namespace {

using namespace tilmash;

constexpr std::string_view layouts[] = {
    "name = \"r\"\nformat = \"ofs\"\ncode_page = \"kz1048\"\nmessage = \"request\"\n"
    "fields = [{ name = \"A\", type = \"decimal\" }, { name = \"D\", type = \"date\" }]\n",
    "name = \"r\"\nformat = \"ofs\"\ncode_page = \"utf-8\"\nmessage = \"request\"\nindex = \"none\"\ncompany = 4\n"
    "line_end = \"crlf\"\npassword = \"drop\"\n",
    "name = \"p\"\nformat = \"ofs\"\ncode_page = \"ascii\"\nmessage = \"reply\"\nframing = \"length\"\n",
    "name = \"e\"\nformat = \"ofs\"\ncode_page = \"ascii\"\nmessage = \"enquiry_reply\"\n",
};

const formats::Layout& layout_of(std::size_t index) {
  static const auto made = [] {
    const Data data;
    std::vector<std::unique_ptr<formats::Layout>> all;
    for (const std::string_view text : layouts) {
      Findings findings;
      const auto file = read_config("layout.toml", text, findings);
      all.push_back(formats::ofs_format.load(*file, data, findings));
    }
    return all;
  }();
  return *made[index];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t which = bytes[0] % std::size(layouts);
  const formats::Layout& layout = layout_of(which);
  const std::string input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto stream = layout.decoder(input, "in");
  const auto encoder = layout.encoder();
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step != Step::item) continue;
    std::string again;
    if (encoder->encode(instance, again)) std::abort();
    if (which != 1 && again != stream->raw()) std::abort();
  }
  return 0;
}
