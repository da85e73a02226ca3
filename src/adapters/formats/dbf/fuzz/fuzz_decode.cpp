// libFuzzer: a table read by a layout made from its own header. What is read without a fault must be written back as
// the same bytes.
#include <cstdio>
#include <cstdlib>

#include "adapters/formats/dbf/layout.h"

namespace {

using namespace tilmash;
using namespace tilmash::formats;

struct Copy final : RecordSink {
  std::unique_ptr<RecordWriter> writer;
  std::string out;
  bool whole = true;

  void record(const Instance& instance, std::uint32_t, std::uint32_t cell, std::span<const std::uint32_t>,
              std::uint64_t, std::uint64_t) override {
    if (writer->write(instance, cell, out)) whole = false;
  }
};

void run(const Layout& layout, std::string_view input) {
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
  if (!copy.whole || copy.writer->finish(copy.out) || copy.writer->findings().has_errors()) {
    std::fprintf(stderr, "a faultless table could not be written\n");
    std::abort();
  }
  if (copy.out != input) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Data data;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  Findings findings;
  std::string text = dbf::layout_of(input, data, findings);
  if (text.empty()) return 0;
  if (const std::size_t memo = text.find("\"refuse\""); memo != std::string::npos) {
    text.replace(memo, 8, "\"block_number\"");
  }
  text.insert(text.find("columns"), "deleted = \"keep\"\n");
  const auto file = read_config("fuzz.toml", text, findings);
  if (!file) std::abort();  // whatever the header says, what is made of it is TOML
  const auto layout = dbf::load(*file, data, findings);
  if (layout != nullptr) run(*layout, input);
  return 0;
}
