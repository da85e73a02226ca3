// Functions that judge values: comparisons, lists, presence, and, or, not. They are evaluated only as far as needed.
#include "base/civil.h"
#include "shape/expression_library.h"

namespace tilmash::expression_library {
namespace {

/// is_date(x, pattern): whether date(x, pattern) would give a date.
std::string check_is_date(Expression& expression, ExpressionNode& node, Types types) {
  const std::string problem = check_date(expression, node, types);
  node.type = condition_type();
  return problem;
}
Fault evaluate_is_date(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  const Fault fault = evaluate_date(expression, node, context, value);
  value.truth = !fault && value.present;
  return fault.code == "EXP-0105"_code ? Fault{} : fault;
}

/// any_of(x[].y, 'a', 'b'): whether some occurrence is one of the texts.
std::string check_any_of(Expression& expression, ExpressionNode& node, Types types) {
  ExpressionNode& field = expression.node(expression.argument(node, 0));
  if (field.kind != ExpressionNode::Kind::field || field.loop == no_node) {
    return "the first argument should be a field that repeats, such as addenda[].code";
  }
  for (const ExpressionType& type : types.subspan(1)) {
    if (!type.constant || !is_textual(type)) return "the others should be texts that stand here";
  }
  expression.drop_loops();
  node.type = condition_type();
  return {};
}
Fault evaluate_any_of(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  const std::uint32_t field = expression.node(expression.argument(node, 0)).field;
  value = {};
  for (std::uint32_t cell = context.source->find(field); cell != no_cell; cell = context.source->cell(cell).next) {
    for (std::size_t i = 1; i < node.argument_count && !value.truth; ++i) {
      value.truth = context.source->cell(cell).text == expression.node(expression.argument(node, i)).literal;
    }
  }
  return {};
}

std::string check_present(Expression& expression, ExpressionNode& node, Types) {
  ExpressionNode& argument = expression.last_node();
  if (argument.kind != ExpressionNode::Kind::field) return "the argument should be a field";
  argument.optional = true;
  node.type = condition_type();
  return {};
}
Fault evaluate_present(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  value.truth = value.present;
  return {};
}

std::string check_comparison(Expression&, ExpressionNode& node, Types types) {
  for (const ExpressionType& type : types) {
    if (type.condition) return "a condition can't be compared";
    if (is_number(type) != is_number(types[0])) return "a number and a text can't be compared";
  }
  node.type = condition_type();
  return {};
}
bool equal_values(const ExpressionNode& left, const Value& a, const Value& b) {
  if (a.present != b.present) return false;
  if (!is_number(left.type)) return a.text == b.text;
  DecimalSum sum;
  sum.add(a.number);
  return sum.equals(b.number);
}
/// True when the first argument equals one of the others.
Fault evaluate_in(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  const std::uint32_t left = expression.argument(node, 0);
  if (const Fault fault = expression.evaluate(left, context, value)) return fault;
  bool found = false;
  for (std::size_t i = 1; i < node.argument_count && !found; ++i) {
    const ExpressionNode& candidate = expression.node(expression.argument(node, i));
    if (candidate.kind == ExpressionNode::Kind::literal && !is_number(candidate.type)) {
      found = value.present && value.text == candidate.literal;
      continue;
    }
    Value other;
    if (const Fault fault = expression.evaluate(expression.argument(node, i), context, other)) {
      value = other;
      return fault;
    }
    found = equal_values(expression.node(left), value, other);
  }
  value.truth = found;
  return {};
}
Fault evaluate_not_equal(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  const Fault fault = evaluate_in(expression, node, context, value);
  value.truth = !value.truth;
  return fault;
}

std::string check_text_pair(Expression&, ExpressionNode& node, Types types) {
  if (!is_textual(types[0]) || !is_textual(types[1])) return "both arguments should be texts";
  node.type = condition_type();
  return {};
}
template <bool at_end>
Fault evaluate_affix(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  Value affix;
  if (const Fault fault = expression.evaluate(expression.argument(node, 1), context, affix)) return fault;
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  value.truth = at_end ? value.text.ends_with(affix.text) : value.text.starts_with(affix.text);
  return {};
}

std::string check_logic(Expression&, ExpressionNode& node, Types types) {
  for (const ExpressionType& type : types) {
    if (!type.condition) return "only conditions can be joined";
  }
  node.type = condition_type();
  return {};
}
/// Evaluates from the left and stops as soon as the answer is known.
template <bool stop_at>
Fault evaluate_chain(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  for (std::size_t i = 0; i < node.argument_count; ++i) {
    if (const Fault fault = expression.evaluate(expression.argument(node, i), context, value)) return fault;
    if (value.truth == stop_at) break;
  }
  return {};
}
Fault evaluate_not(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  const Fault fault = expression.evaluate(expression.argument(node, 0), context, value);
  value.truth = !value.truth;
  return fault;
}

constexpr ExpressionFunction functions[] = {
    {"is_date", 2, 2, check_is_date, evaluate_is_date},
    {"any_of", 2, many, check_any_of, evaluate_any_of},
    {"present", 1, 1, check_present, evaluate_present},
    {"=", 2, 2, check_comparison, evaluate_in},
    {"in", 2, many, check_comparison, evaluate_in},
    {"!=", 2, 2, check_comparison, evaluate_not_equal},
    {"starts_with", 2, 2, check_text_pair, evaluate_affix<false>},
    {"ends_with", 2, 2, check_text_pair, evaluate_affix<true>},
    {"and", 2, many, check_logic, evaluate_chain<false>},
    {"or", 2, many, check_logic, evaluate_chain<true>},
    {"not", 1, 1, check_logic, evaluate_not},
};

}  // namespace

std::span<const ExpressionFunction> condition_functions() {
  return functions;
}

}  // namespace tilmash::expression_library
