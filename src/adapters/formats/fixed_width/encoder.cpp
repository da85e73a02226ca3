#include "adapters/formats/fixed_width/tracker.h"
namespace tilmash::formats::fixed_width {
std::unique_ptr<Encoder> FixedLayout::encoder() const {
  return nullptr;
}
std::unique_ptr<RecordWriter> FixedLayout::record_writer() const {
  return nullptr;
}
}  // namespace tilmash::formats::fixed_width
