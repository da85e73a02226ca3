// Functions that make values out of values: texts put together, cut and looked up, alternatives, conversions.
#include <cstring>

#include "base/civil.h"
#include "base/text.h"
#include "shape/expression_library.h"
#include "shape/facets.h"

namespace tilmash::expression_library {

// date(x, 'YYMMDD')

std::string check_date(Expression& expression, ExpressionNode& node, Types types) {
  const ExpressionNode& pattern = expression.last_node();
  if (!is_textual(types[0]) || !types[1].constant || !DatePattern::compile(pattern.literal)) {
    return "the arguments are a text and a pattern that stands here, such as 'YYYYMMDD'";
  }
  node.type = {};
  node.type.type = LeafType::date;
  node.type.may_be_absent = types[0].may_be_absent;
  return {};
}
Fault evaluate_date(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  const auto date = DatePattern::compile(expression.node(expression.argument(node, 1)).literal)->parse(value.text);
  if (!date) return {"EXP-0105"_code, 0, value.offset};
  char* begin = context.arena->allocate(10);
  write_iso_date(begin, *date);
  value.text = {begin, 10};
  return {};
}

namespace {

// const('…')

std::string check_const(Expression&, ExpressionNode& node, Types types) {
  if (!types[0].constant) return "the argument should be a text or number that stands here";
  node.type = types[0];
  return {};
}
Fault evaluate_first_argument(const Expression& expression, const ExpressionNode& node, EvalContext& context,
                              Value& value) {
  return expression.evaluate(expression.argument(node, 0), context, value);
}

// a & b, join(separator, a, b, …)

std::string check_concat(Expression&, ExpressionNode& node, Types types) {
  node.type = text_type(0, false);
  node.type.constant = true;
  for (const ExpressionType& type : types) {
    if (!is_textual(type)) return "only texts can be put together; use text(x)";
    node.type.length_max = add_lengths(node.type.length_max, type.length_max);
    node.type.constant = node.type.constant && type.constant;
  }
  return {};
}

Fault put_together(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value,
                   std::size_t first, std::string_view separator) {
  struct Piece {
    const char* data;
    std::size_t size;
  };
  Piece texts[32];  // NOLINT: written before they are read
  std::size_t count = 0;
  std::size_t size = 0;
  Value whole;
  for (std::size_t i = first; i < node.argument_count && count < 32; ++i) {
    Value part;
    if (const Fault fault = expression.evaluate(expression.argument(node, i), context, part)) {
      value = part;
      return fault;
    }
    if (!part.present || part.text.empty()) continue;
    texts[count++] = {part.text.data(), part.text.size()};
    size += part.text.size() + separator.size();
    widen_span(whole, part);
  }
  value = whole;
  if (count == 0) return {};
  value.present = true;
  if (count == 1) {
    value.text = {texts[0].data, texts[0].size};
    return {};
  }
  char* begin = context.arena->allocate(size);
  char* end = begin;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) end = std::copy(separator.begin(), separator.end(), end);
    std::memcpy(end, texts[i].data, texts[i].size);
    end += texts[i].size;
  }
  context.arena->shrink(end);
  value.text = {begin, static_cast<std::size_t>(end - begin)};
  return {};
}

Fault evaluate_concat(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  return put_together(expression, node, context, value, 0, {});
}

std::string check_join(Expression& expression, ExpressionNode& node, Types types) {
  if (!types[0].constant || !is_textual(types[0])) return "the separator should be a text that stands here";
  bool may_be_absent = true;
  const std::string problem = check_concat(expression, node, types.subspan(1));
  for (const ExpressionType& type : types.subspan(1)) may_be_absent = may_be_absent && type.may_be_absent;
  node.type.may_be_absent = may_be_absent;
  for (std::size_t i = 2; i < types.size(); ++i) {
    node.type.length_max = add_lengths(node.type.length_max, types[0].length_max);
  }
  return problem;
}
Fault evaluate_join(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  const std::string_view separator = expression.node(expression.argument(node, 0)).literal;
  return put_together(expression, node, context, value, 1, separator);
}

// if(condition, a[, b]), coalesce(a, b, …)

std::string common_type(ExpressionNode& node, Types types) {
  ExpressionType common = types[0];
  common.constant = false;
  for (const ExpressionType& type : types.subspan(1)) {
    const bool texts = is_textual(common) && is_textual(type);
    if (!texts && (common.type != type.type || common.condition != type.condition)) {
      return "the alternatives are of different types";
    }
    if (texts) common.type = common.type == type.type ? type.type : LeafType::text;
    common.length_max = std::max(common.length_max, type.length_max);
    common.digits_total = std::max(common.digits_total, type.digits_total);
    common.digits_fraction = std::max(common.digits_fraction, type.digits_fraction);
    common.non_negative = common.non_negative && type.non_negative;
    if (type.checked_as != common.checked_as) common.checked_as = {};
    common.may_be_absent = common.may_be_absent || type.may_be_absent;
  }
  node.type = common;
  return {};
}

std::string check_if(Expression&, ExpressionNode& node, Types types) {
  if (!types[0].condition) return "the first argument should be a condition";
  const std::string problem = common_type(node, types.subspan(1));
  if (types.size() == 2) node.type.may_be_absent = true;
  return problem;
}
Fault evaluate_if(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (value.truth) return expression.evaluate(expression.argument(node, 1), context, value);
  if (node.argument_count == 3) return expression.evaluate(expression.argument(node, 2), context, value);
  value = {};
  return {};
}

std::string check_coalesce(Expression&, ExpressionNode& node, Types types) {
  const std::string problem = common_type(node, types);
  node.type.may_be_absent = types.back().may_be_absent;
  return problem;
}
Fault evaluate_coalesce(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  for (std::size_t i = 0; i < node.argument_count; ++i) {
    const Fault fault = expression.evaluate(expression.argument(node, i), context, value);
    if (fault || value.present) return fault;
  }
  return {};
}

// first(x[].y): the occurrence is chosen when compiled, by marking the field.

std::string check_first(Expression& expression, ExpressionNode& node, Types types) {
  ExpressionNode& argument = expression.last_node();
  if (argument.kind != ExpressionNode::Kind::field || argument.loop == no_node) {
    return "the argument should be a field that repeats, such as reason[].code";
  }
  argument.first_only = true;
  expression.drop_loops();
  node.type = types[0];
  node.type.may_be_absent = argument.optional;
  return {};
}

// lookup(table, key)

std::string check_lookup(Expression&, ExpressionNode& node, Types types) {
  if (!is_textual(types[0]) && types[0].type != LeafType::integer) return "the key should be a text";
  node.type = text_type(0, types[0].may_be_absent);
  return {};
}
Fault evaluate_lookup(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  const auto found = node.lookup->entries.find(value.text);
  if (found == node.lookup->entries.end()) return {"EXP-0102"_code, 0, value.offset};
  value.text = found->second;
  return {};
}

// truncate(x, n), within(x, n), substr(x, from, n)

std::string check_length(Expression& expression, ExpressionNode& node, Types types) {
  const auto length = types[1].constant ? literal_number(expression, node, 1) : std::nullopt;
  if (!is_textual(types[0]) || !length) return "the arguments are a text and a whole number that stands here";
  node.slot = *length;
  node.type = text_type(std::min(*length, types[0].length_max), types[0].may_be_absent);
  return {};
}
Fault evaluate_truncate(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  const std::string_view cut = first_characters(value.text, node.slot);
  if (cut.size() != value.text.size()) {
    ++context.truncations;
    value.text = cut;
  }
  return {};
}
/// within(x, total, fraction): the same for numbers.
std::string check_within(Expression& expression, ExpressionNode& node, Types types) {
  if (types.size() == 2) return check_length(expression, node, types);
  const auto total = types[1].constant ? literal_number(expression, node, 1) : std::nullopt;
  const auto fraction = types[2].constant ? literal_number(expression, node, 2) : std::nullopt;
  if (!is_number(types[0]) || !total || !fraction || *total > 18 || *fraction > *total) {
    return "the arguments are a text and a length, or a number, its digits and its fraction digits";
  }
  node.type = types[0];
  node.type.digits_total = static_cast<std::uint8_t>(*total);
  node.type.digits_fraction = static_cast<std::uint8_t>(*fraction);
  return {};
}
Fault evaluate_within(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (node.argument_count == 3) {
    const ExpressionType& type = node.type;
    const bool fits = fits_digits(value.number, type.digits_total, type.digits_fraction);
    return fits ? Fault{} : Fault{"EXP-0103"_code, type.digits_total, value.offset};
  }
  if (value.text.size() > node.slot && count_characters(value.text) > node.slot) {
    return {"EXP-0103"_code, node.slot, value.offset};
  }
  return {};
}

std::string check_substr(Expression& expression, ExpressionNode& node, Types types) {
  const auto from = types[1].constant ? literal_number(expression, node, 1) : std::nullopt;
  const auto length = types[2].constant ? literal_number(expression, node, 2) : std::nullopt;
  if (!is_textual(types[0]) || !from || !length || *from == 0) {
    return "the arguments are a text, a place from 1 and a length that stand here";
  }
  node.type = text_type(*length, true);
  return {};
}
Fault evaluate_substr(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  const auto from = literal_number(expression, node, 1).value_or(1);
  const auto length = literal_number(expression, node, 2).value_or(0);
  value.text.remove_prefix(first_characters(value.text, from - 1).size());
  value.text = trim_blanks(first_characters(value.text, length));
  value.present = value.present && !value.text.empty();
  return {};
}

// upper(x)

std::string check_upper(Expression&, ExpressionNode& node, Types types) {
  if (!is_textual(types[0])) return "the argument should be a text";
  node.type = types[0];
  node.type.checked_as = {};
  return {};
}
/// ASCII letters only: the engine has no opinion on the case rules of languages.
Fault evaluate_upper(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  char* begin = context.arena->allocate(value.text.size());
  std::transform(value.text.begin(), value.text.end(), begin,
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  value.text = {begin, value.text.size()};
  return {};
}

// text(x), decimal(x), date_of(x)

std::string check_text(Expression&, ExpressionNode& node, Types types) {
  if (types[0].condition) return "a condition is no text";
  node.type = text_type(is_number(types[0]) ? types[0].digits_total + 2u : types[0].length_max, types[0].may_be_absent);
  return {};
}

std::string check_decimal(Expression&, ExpressionNode& node, Types types) {
  if (!is_textual(types[0])) return "the argument should be a text";
  node.type = {};
  node.type.type = LeafType::decimal;
  node.type.non_negative = false;
  node.type.may_be_absent = types[0].may_be_absent;
  return {};
}
Fault evaluate_decimal(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  const auto number = parse_decimal(value.text);
  if (!number) return {"EXP-0104"_code, 0, value.offset};
  value.number = *number;
  char* begin = context.arena->allocate(24);
  char* end = write_decimal(begin, *number);
  context.arena->shrink(end);
  value.text = {begin, static_cast<std::size_t>(end - begin)};
  return {};
}

std::string check_date_of(Expression&, ExpressionNode& node, Types types) {
  if (types[0].type != LeafType::datetime) return "the argument should be a date and time";
  node.type = types[0];
  node.type.type = LeafType::date;
  node.type.checked_as = {};
  return {};
}
/// The calendar day in the time's own zone.
Fault evaluate_date_of(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  value.text = value.text.substr(0, 10);
  return parse_iso_date(value.text) ? Fault{} : Fault{"EXP-0105"_code, 0, value.offset};
}

// boolean(x, yes, no)

std::string check_boolean(Expression& expression, ExpressionNode& node, Types types) {
  const auto literal = [&](std::size_t index) -> const ExpressionNode& {
    return expression.node(expression.argument(node, index));
  };
  const bool good = is_textual(types[0]) && literal(1).kind == ExpressionNode::Kind::literal &&
                    literal(2).kind == ExpressionNode::Kind::literal && is_textual(types[1]) && is_textual(types[2]) &&
                    literal(1).literal != literal(2).literal;
  if (!good) return "the arguments are a text, and the two texts that stand here for true and false";
  node.type = {};
  node.type.type = LeafType::boolean;
  node.type.length_max = 5;
  node.type.may_be_absent = types[0].may_be_absent;
  return {};
}
Fault evaluate_boolean(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  const bool truth = value.text == expression.node(expression.argument(node, 1)).literal;
  if (!truth && value.text != expression.node(expression.argument(node, 2)).literal) {
    return {"EXP-0106"_code, 0, value.offset};
  }
  value.text = truth ? "true" : "false";
  return {};
}

constexpr ExpressionFunction functions[] = {
    {"const", 1, 1, check_const, evaluate_first_argument},
    {"&", 2, many, check_concat, evaluate_concat},
    {"join", 2, many, check_join, evaluate_join},
    {"if", 2, 3, check_if, evaluate_if},
    {"coalesce", 2, many, check_coalesce, evaluate_coalesce},
    {"first", 1, 1, check_first, evaluate_first_argument},
    {"lookup", 1, 1, check_lookup, evaluate_lookup},
    {"truncate", 2, 2, check_length, evaluate_truncate},
    {"within", 2, 3, check_within, evaluate_within},
    {"substr", 3, 3, check_substr, evaluate_substr},
    {"upper", 1, 1, check_upper, evaluate_upper},
    {"text", 1, 1, check_text, evaluate_first_argument},
    {"decimal", 1, 1, check_decimal, evaluate_decimal},
    {"date_of", 1, 1, check_date_of, evaluate_date_of},
    {"date", 2, 2, check_date, evaluate_date},
    {"boolean", 3, 3, check_boolean, evaluate_boolean},
};

}  // namespace

std::span<const ExpressionFunction> value_functions() {
  return functions;
}

}  // namespace tilmash::expression_library
