// The types that XML Schema part 2 brings along (3.2 and 3.3): "integer" is a decimal with a pattern. Not all of them:
// names and identifiers (NCName, ID, QName ...) and the lists of them are left out.
#pragma once

#include <optional>
#include <string_view>

#include "iso20022/simple_type.h"

namespace tilmash::iso20022 {

inline constexpr std::string_view schema_namespace = "http://www.w3.org/2001/XMLSchema";

/// What a restriction of it begins with; nothing when it is not known, or its values are collapsed before they are
/// compared, which no definition of ours can say of a text.
std::optional<TypeDefinition> builtin_base(std::string_view name);

/// To check a value by; nullptr when it is not known. Lives as long as the program.
const SimpleType* find_builtin(std::string_view name);

}  // namespace tilmash::iso20022
