// Values that a simple type must refuse, and the limits of what it must take. The inside of sample_fault.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "iso20022/definition.h"

namespace tilmash::iso20022 {

struct ValueFault {
  std::string_view kind;
  Code code;            ///< none: the type must take it
  std::string value;    ///< not escaped
  bool certain = true;  ///< false: the type's pattern decides whether it is refused
};

/// Each facet of the type is broken at least once, and met exactly where it has a limit.
std::vector<ValueFault> value_faults(const TypeDefinition& type);

}  // namespace tilmash::iso20022
