// What a record format is to the rest of the house: a layout that knows its shape and makes decoders and encoders.
//
// A format is one folder below this one with a `const Format` named in its CMakeLists.txt; CMake gathers them, so a
// new format touches no list. Formats do not know each other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/config.h"
#include "base/data.h"
#include "shape/stream.h"

namespace tilmash::formats {

/// Writes items of one file: open · encode* · close, each appending to `out`. What cannot be written is a Diagnostic
/// and leaves `out` as it was.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Writes the records that come before the items (file header …), from the cells of `parents` that are not items.
  virtual std::optional<Diagnostic> open(const Instance& parents, std::string& out) = 0;
  /// Writes one item with its children; new parents in `instance` (a next batch) are written first.
  virtual std::optional<Diagnostic> encode(const Instance& instance, std::string& out) = 0;
  /// Writes trailers, filling their declared counts, sums and hashes.
  virtual std::optional<Diagnostic> close(std::string& out) = 0;
};

/// A compiled layout. Immutable; must outlive its decoders and encoders.
class Layout {
 public:
  virtual ~Layout() = default;
  virtual const Shape& shape() const = 0;
  /// `input` is the whole file and must outlive the decoder and the instances it fills. `file` is for messages.
  virtual std::unique_ptr<ItemStream> decoder(std::string_view input, std::string file) const = 0;
  virtual std::unique_ptr<Encoder> encoder() const = 0;
};

struct Format {
  std::string_view name;  ///< the value of `format` in a layout file
  /// Compiles a layout; nullptr (and findings) when it is wrong.
  std::unique_ptr<Layout> (*load)(const ConfigFile& file, const Data& data, Findings& findings);
};

/// The format of this name; nullptr when there is none.
const Format* find_format(std::string_view name);

/// Reads a layout file of any format: the text of a TOML file with `format = "…"`.
std::unique_ptr<Layout> load_layout(std::string name, std::string_view text, const Data& data, Findings& findings);

}  // namespace tilmash::formats
