#include "iso20022/definition.h"

#include <algorithm>

namespace tilmash::iso20022 {

const TypeDefinition* SchemaDefinition::find(std::string_view name) const {
  const auto at = std::lower_bound(types.begin(), types.end(), name,
                                   [](const TypeDefinition& type, std::string_view key) { return type.name < key; });
  return at != types.end() && at->name == name ? &*at : nullptr;
}

void SchemaDefinition::sort() {
  std::sort(types.begin(), types.end(),
            [](const TypeDefinition& a, const TypeDefinition& b) { return a.name < b.name; });
}

}  // namespace tilmash::iso20022
