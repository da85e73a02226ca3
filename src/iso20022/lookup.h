// An instance's values by path, and an instance made from paths and values: for programs that know the message and
// want a few of its fields. What runs over all of a message uses cells, or events.h.
//
// A path is names from below the root, "FIToFICstmrCdtTrf/CdtTrfTxInf[2]/IntrBkSttlmAmt/@Ccy"; "[2]" is the second
// occurrence, no number is the first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shape/instance.h"

namespace tilmash::iso20022 {

/// The cell at `path`; no_cell when there is none (or no such path in the shape).
std::uint32_t find_cell(const Instance& instance, std::string_view path);

/// Its value; nothing when it is absent. Lives as long as the instance.
std::optional<std::string_view> find_value(const Instance& instance, std::string_view path);

/// How many occurrences of the last step there are.
std::size_t count_cells(const Instance& instance, std::string_view path);

/// Values by path, in any order, that become an instance in the order of the schema.
class Draft {
 public:
  /// `shape` must outlive the draft.
  explicit Draft(const Shape& shape) : shape_(shape) {}

  /// False, and nothing is kept, when the shape has no leaf there. A path that was set before gets the new value.
  bool set(std::string_view path, std::string value);

  /// Fills `instance`, whose texts are then its own. Complete and valid it is only if MessageWriter says so.
  void fill(Instance& instance) const;

 private:
  /// (node, occurrence) of each step below the root.
  using Steps = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  std::vector<std::pair<Steps, std::string>> values_;
  const Shape& shape_;
};

}  // namespace tilmash::iso20022
