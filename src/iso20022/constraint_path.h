// Paths of identity constraints: what of XPath a selector and a field may hold (XML Schema part 1, 3.11.6), without the
// searching steps `.//` and `*`. Names stand without prefixes: they are all of the message's namespace.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iso20022/definition.h"

namespace tilmash::iso20022 {

/// One branch: "A/B", "A/@C", "." (no steps).
struct ConstraintPath {
  std::vector<std::string> steps;
  std::string attribute;  ///< of a field only; empty = the element's own value
};

/// The branches of a selector or field; nothing when it has another form.
std::optional<std::vector<ConstraintPath>> parse_constraint_paths(std::string_view text);

/// What is wrong with a constraint of an element of type `type`; empty when every path leads to something in `schema`
/// (whose types are sorted and complete), and every field to at most one value in a row.
std::string find_constraint_fault(const SchemaDefinition& schema, std::string_view type,
                                  const ConstraintDefinition& constraint);

/// For people: "unique uniqueRsn: Rsn of AdjstmntAmtAndRsn".
std::string to_text(const ConstraintDefinition& constraint);

}  // namespace tilmash::iso20022
