// Rules of the network between the fields of a message ("33B in another currency than 32A needs 36"). They are rows of
// data that read like the handbook: `56a` is 56 with any of the options that the message has.
#pragma once

#include <optional>
#include <vector>

#include "adapters/formats/swift_mt/model.h"
#include "base/decimal.h"
#include "shape/expression.h"

namespace tilmash::formats::swift_mt {

/// A row compiled against the shape. Its fields are nodes; `row` lives in the message.
struct Rule {
  const RuleRow* row = nullptr;
  std::optional<Expression> when;   ///< of `when`, `where`
  std::vector<std::uint32_t> same;  ///< leaves that have one value
  std::vector<std::uint32_t> sum;   ///< amounts that come to `equals`
  std::uint32_t equals = no_node;
};

/// A rule that a message breaks, with the cell that shows it.
struct BrokenRule {
  const Rule* rule = nullptr;
  std::uint32_t cell = no_cell;
};

/// Compiles the rules of a message, whose node is known. Fails (findings): SMT-0105. Unless `own_fields`, a family in
/// front may have put other fields in place of those that a family's rule speaks of: the rule is left out then.
std::vector<Rule> compile_rules(const Message& message, const Shape& shape, bool own_fields, Findings& findings);

/// The rules that the message `cell` breaks, in their order, each once.
std::vector<BrokenRule> find_broken(const std::vector<Rule>& rules, const Instance& instance, std::uint32_t cell);

}  // namespace tilmash::formats::swift_mt
