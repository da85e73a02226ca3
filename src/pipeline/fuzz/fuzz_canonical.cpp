// libFuzzer: any bytes as canonical JSON. Places lie in the input; an item that was taken is written as JSON and read
// again as the same.
#include <cstdlib>

#include "canonical/dictionary.h"
#include "pipeline/source.h"
#include "shape/json_writer.h"

namespace {

using namespace tilmash;

/// The items that were taken, a document each. `all`: each of them must be.
std::string taken(const Shape& family, const pipeline::CanonicalCopy& copy, std::string_view input, bool all) {
  const auto source = pipeline::make_canonical_source(family, copy, input, "fuzz");
  std::string out;
  for (Step step = source->next(); step != Step::end; step = source->next()) {
    const std::string_view raw = source->raw();
    if (raw.data() < input.data() || raw.data() + raw.size() > input.data() + input.size()) std::abort();
    if (step == Step::reject) {
      if (all) std::abort();
      continue;
    }
    for (const Cell& cell : source->instance().cells()) {
      if (cell.offset + cell.length > input.size()) std::abort();
    }
    append_json_object(source->instance(), 0, out);
    out += '\n';
  }
  if (all && source->file_findings().has_errors()) std::abort();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Data data;
  static Findings findings;
  static const auto family = canonical::load_family("canonical/request_to_pay/1", data, findings);
  static const pipeline::CanonicalCopy copy = pipeline::compile_canonical_copy(family->shape, findings);
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::string once = taken(family->shape, copy, input, false);
  if (taken(family->shape, copy, once, true) != once) std::abort();
  return 0;
}
