// The built-in functions of the expression language, by name.
#include "shape/expression_library.h"

namespace tilmash {

std::span<const ExpressionFunction> built_in_functions() {
  static const std::vector<ExpressionFunction> all = [] {
    std::vector<ExpressionFunction> functions;
    for (const auto& table : {expression_library::value_functions(), expression_library::condition_functions(),
                              expression_library::run_functions()}) {
      functions.insert(functions.end(), table.begin(), table.end());
    }
    return functions;
  }();
  return all;
}

const ExpressionFunction* find_expression_function(std::string_view name, std::span<const ExpressionFunction> more) {
  for (const std::span<const ExpressionFunction> table : {built_in_functions(), more}) {
    for (const ExpressionFunction& function : table) {
      if (function.name == name) return &function;
    }
  }
  return nullptr;
}

}  // namespace tilmash
