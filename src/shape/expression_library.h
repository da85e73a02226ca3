// What the functions of the expression language have in common. Only the expression_*.cpp files look in here.
//
// A function is a row of a table: a check when compiled, which sets its type, and an evaluation, which sees its
// arguments unevaluated. expression_values.cpp makes values, expression_conditions.cpp judges them, expression_run.cpp
// brings in what comes from outside the item.
#pragma once

#include <algorithm>

#include "shape/expression.h"

namespace tilmash::expression_library {

inline constexpr std::size_t many = 30;

std::span<const ExpressionFunction> value_functions();
std::span<const ExpressionFunction> condition_functions();
std::span<const ExpressionFunction> run_functions();

/// date(x, pattern), which is_date(x, pattern) tries.
std::string check_date(Expression& expression, ExpressionNode& node, std::span<const ExpressionType> types);
Fault evaluate_date(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value);

using Types = std::span<const ExpressionType>;

inline bool is_textual(const ExpressionType& type) {
  return !type.condition && (type.type == LeafType::text || type.type == LeafType::code);
}
inline bool is_number(const ExpressionType& type) {
  return !type.condition && (type.type == LeafType::integer || type.type == LeafType::decimal);
}

inline ExpressionType text_type(std::uint32_t length_max, bool may_be_absent) {
  ExpressionType type;
  type.length_max = length_max;
  type.may_be_absent = may_be_absent;
  return type;
}

inline ExpressionType condition_type() {
  ExpressionType type;
  type.type = LeafType::boolean;
  type.condition = true;
  return type;
}

inline std::uint32_t add_lengths(std::uint32_t a, std::uint32_t b) {
  return a == unbounded || b == unbounded ? unbounded : a + b;
}

inline void widen_span(Value& value, const Value& part) {
  if (part.length == 0) return;
  if (value.length == 0) {
    value.offset = part.offset;
    value.length = part.length;
    return;
  }
  const std::uint64_t begin = std::min(value.offset, part.offset);
  const std::uint64_t end = std::max(value.offset + value.length, part.offset + part.length);
  value.offset = begin;
  value.length = static_cast<std::uint32_t>(end - begin);
}

/// The whole number that a literal argument states; nothing for anything else.
inline std::optional<std::uint32_t> literal_number(const Expression& expression, const ExpressionNode& node,
                                                   std::size_t index) {
  const ExpressionNode& argument = expression.node(expression.argument(node, index));
  if (argument.kind != ExpressionNode::Kind::literal || argument.type.type != LeafType::integer) return std::nullopt;
  return static_cast<std::uint32_t>(argument.number.unscaled);
}

}  // namespace tilmash::expression_library
