// libFuzzer: files read by layouts of each dialect and option. The first byte of the input chooses the layout. What is
// read without a fault or a tolerance must be written back as the same bytes.
#include <cstdio>
#include <cstdlib>

#include "adapters/formats/one_c/layout.h"

namespace {

using namespace tilmash;
using namespace tilmash::formats;

constexpr std::string_view heads[] = {
    "dictionary = \"kz-2.0\"\ncode_page = \"utf-8\"\nline_end = \"lf\"\n",
    "dictionary = \"ru-1.03\"\ncode_page = \"cp866\"\nline_end = \"crlf\"\nend_line = \"optional\"\n",
    "dictionary = \"by\"\ncode_page = \"cp1251\"\nline_end = \"lf\"\nend_line = \"none\"\n",
    "dictionary = \"kz-2.0\"\ncode_page = \"utf-8\"\nline_end = \"lf\"\nfinal_line_end = \"none\"\npoint = \",\"\n",
    "dictionary = \"kz-2.0\"\ncode_page = \"utf-8\"\nline_end = \"any\"\nkey_case = \"any\"\npoint = \"any\"\n"
    "final_line_end = \"optional\"\nbom = true\n",
};
constexpr std::size_t exact = 4;  ///< so many layouts write what they read

struct Copy final : RecordSink {
  std::unique_ptr<RecordWriter> writer;
  std::string out;
  bool whole = true;

  void record(const Instance& instance, std::uint32_t, std::uint32_t cell, std::span<const std::uint32_t>,
              std::uint64_t, std::uint64_t) override {
    if (writer->write(instance, cell, out)) whole = false;
  }
};

void run(const Layout& layout, std::string_view input, bool same) {
  Copy copy;
  copy.writer = layout.record_writer();
  const auto stream = layout.decoder(input, "fuzz", &copy);
  Instance instance;
  bool clean = true;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::reject) clean = false;
    const auto raw = step == Step::reject ? stream->reject().raw : stream->raw();
    if (raw.data() < input.data() || raw.data() + raw.size() > input.data() + input.size()) std::abort();
    for (const Cell& cell : instance.cells()) {
      if (cell.offset + cell.length > input.size()) std::abort();
    }
  }
  if (!clean || stream->file_findings().has_errors()) return;
  if (!copy.whole || copy.writer->finish(copy.out)) {
    std::fprintf(stderr, "a faultless file could not be written\n");
    std::abort();
  }
  if (same && copy.out != input) std::abort();
}

const Layout& layout(std::size_t which) {
  static const auto made = [] {
    static const Data data;
    std::vector<std::unique_ptr<Layout>> layouts;
    for (const std::string_view head : heads) {
      Findings findings;
      const auto file =
          read_config("fuzz.toml", "name = \"fuzz\"\nformat = \"1c_client_bank\"\n" + std::string(head), findings);
      layouts.push_back(file ? one_c::load(*file, data, findings) : nullptr);
      for (const Diagnostic& finding : findings.kept()) std::fprintf(stderr, "%s\n", to_human(finding).c_str());
      if (layouts.back() == nullptr) std::abort();
    }
    return layouts;
  }();
  return *made[which];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t which = bytes[0] % std::size(heads);
  run(layout(which), {reinterpret_cast<const char*>(bytes) + 1, size - 1}, which < exact);
  return 0;
}
