// The rows of a mapping or binding as they stand in the file, made plain: one target path, one expression, one place.
//
// Shorthands are expanded here, so that the compiler of plans knows none of them:
//   "Purp/(Cd|Prtry)" = "purpose.(code|proprietary)"   two rows
//   amount = "money(AMOUNT, CCY)"                      amount.value and amount.currency
//   "debtor.account" = "iban(DR_ACCT)"                 debtor.account.iban: the function names a field of the group
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "shape/shape.h"

namespace tilmash::translator {

/// One row. Its number is 1-based in the rule set; cells carry it.
struct Rule {
  std::string target;
  std::string expression;
  const ConfigFile* file = nullptr;
  const ConfigValue* at = nullptr;      ///< the expression's string in the file
  std::uint32_t key_line_number = 0;    ///< of the target
  std::uint32_t key_column_number = 0;  ///< behind its opening quote, if it has one
  std::uint32_t key_length = 0;         ///< as it stands in the file
  bool expanded = false;                ///< carets can't point into a shorthand

  std::string place() const { return rule_place(*file, *at); }
};

/// Reads one table of rows. With `inverted`, the string is the target and the key the expression: the way back of a
/// `[both]` table. `target` is the shape the targets belong to. Findings: MAP-0001 row is not "path" = "expression",
/// MAP-0002 alternatives do not pair up.
void read_rules(const ConfigFile& file, const ConfigValue& table, bool inverted, const Shape& target,
                std::vector<Rule>& rules, Findings& findings);

}  // namespace tilmash::translator
