// How a source of items is read, whatever it is: a fixed-width file, a message with thousands of transactions.
//
// A stream is pulled: `next` fills the instance with the next item (its parents' cells stay below it) until `end`. An
// item that cannot be read becomes a reject and the stream goes on. What is wrong with the file as a whole (a control
// total, truncation, the wrong code page) goes to the stream's findings, complete once `end` was returned.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "shape/instance.h"

namespace tilmash {

enum class Step : std::uint8_t { item, reject, end };

/// One item that could not be read. The raw bytes are a view into the input.
struct Reject {
  Diagnostic why;
  std::string_view raw;
};

/// A count, sum or hash that the file states about itself, beside what was counted.
struct Control {
  enum class Result : std::uint8_t { equal, differs, not_comparable };  ///< not_comparable: an addend was unreadable
  std::string path;                                                     ///< the field that states it, "trailer.TOTAL"
  std::string declared;                                                 ///< plain decimal text
  std::string counted;
  Result result = Result::equal;
  std::uint64_t record_number = 0;
};

class ItemStream {
 public:
  virtual ~ItemStream() = default;

  /// Fills `instance` with the next item. The same instance each time: the first call makes it for this stream's shape,
  /// and later ones leave the cells above the item as they are.
  virtual Step next(Instance& instance) = 0;

  /// After `Step::reject`.
  virtual const Reject& reject() const = 0;

  /// Physical record number and bytes of the latest item or reject.
  virtual std::uint64_t record_number() const = 0;
  /// Differs between two items when the cells above them (file header, batch header) may differ; 0 = not known.
  virtual std::uint64_t parents_version() const { return 0; }
  virtual std::string_view raw() const = 0;

  /// Bytes of input that will not be looked at again (for progress, and to let go of memory).
  virtual std::uint64_t consumed_bytes() const = 0;
  virtual std::uint64_t record_count() const = 0;

  virtual const std::vector<Control>& controls() const = 0;
  virtual const Findings& file_findings() const = 0;
};

}  // namespace tilmash
