// Fixed-width text records whose fields are rows of TOML: the record engine as it is (docs/layouts.md).
#include "adapters/formats/fixed_width/scales.h"
#include "adapters/formats/format.h"
#include "adapters/records/front_end.h"

namespace tilmash::formats {
namespace {

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  ConfigFile expanded = file;
  const std::uint64_t errors_before = findings.error_count();
  fixed_width::expand_scales(expanded, findings);
  if (findings.error_count() != errors_before) return nullptr;
  records::FrontEnd front_end;
  return records::compile(expanded, data, findings, front_end);
}

}  // namespace

extern const Format fixed_width_format;
const Format fixed_width_format = {"fixed_width", &load};

}  // namespace tilmash::formats
