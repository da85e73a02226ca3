// The built-in functions of the expression language, one table. A function sees its arguments unevaluated, so that
// `if` and `coalesce` evaluate only what they need.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/civil.h"
#include "base/text.h"
#include "shape/expression.h"
#include "shape/facets.h"

namespace tilmash {
namespace {

using Types = std::span<const ExpressionType>;

bool is_textual(const ExpressionType& type) {
  return !type.condition && (type.type == LeafType::text || type.type == LeafType::code);
}
bool is_number(const ExpressionType& type) {
  return !type.condition && (type.type == LeafType::integer || type.type == LeafType::decimal);
}

ExpressionType text_type(std::uint32_t length_max, bool may_be_absent) {
  ExpressionType type;
  type.length_max = length_max;
  type.may_be_absent = may_be_absent;
  return type;
}

ExpressionType condition_type() {
  ExpressionType type;
  type.type = LeafType::boolean;
  type.condition = true;
  return type;
}

std::uint32_t add_lengths(std::uint32_t a, std::uint32_t b) {
  return a == unbounded || b == unbounded ? unbounded : a + b;
}

void widen_span(Value& value, const Value& part) {
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
std::optional<std::uint32_t> literal_number(const Expression& expression, const ExpressionNode& node,
                                            std::size_t index) {
  const ExpressionNode& argument = expression.node(expression.argument(node, index));
  if (argument.kind != ExpressionNode::Kind::literal || argument.type.type != LeafType::integer) return std::nullopt;
  return static_cast<std::uint32_t>(argument.number.unscaled);
}

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
  std::string_view texts[32];
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
    texts[count++] = part.text;
    size += part.text.size() + separator.size();
    widen_span(whole, part);
  }
  value = whole;
  if (count == 0) return {};
  value.present = true;
  if (count == 1) {
    value.text = texts[0];
    return {};
  }
  char* begin = context.arena->allocate(size);
  char* end = begin;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) end = std::copy(separator.begin(), separator.end(), end);
    end = std::copy(texts[i].begin(), texts[i].end(), end);
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
  return {};
}
/// The calendar day in the time's own zone.
Fault evaluate_date_of(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  value.text = value.text.substr(0, 10);
  return parse_iso_date(value.text) ? Fault{} : Fault{"EXP-0105"_code, 0, value.offset};
}

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

// Conditions.

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
  Value wanted;
  if (const Fault fault = expression.evaluate(left, context, wanted)) return fault;
  value = wanted;
  value.truth = false;
  for (std::size_t i = 1; i < node.argument_count && !value.truth; ++i) {
    Value other;
    if (const Fault fault = expression.evaluate(expression.argument(node, i), context, other)) return fault;
    value.truth = equal_values(expression.node(left), wanted, other);
  }
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

// What comes from outside the record.

std::string check_as_of(Expression&, ExpressionNode& node, Types) {
  node.type = {};
  node.type.type = LeafType::datetime;
  node.type.length_max = 40;
  return {};
}
Fault evaluate_as_of(const Expression&, const ExpressionNode&, EvalContext& context, Value& value) {
  value = {};
  value.text = context.run->as_of;
  value.present = true;
  return {};
}
std::string check_as_of_date(Expression&, ExpressionNode& node, Types) {
  node.type = {};
  node.type.type = LeafType::date;
  return {};
}
Fault evaluate_as_of_date(const Expression&, const ExpressionNode&, EvalContext& context, Value& value) {
  value = {};
  value.text = context.run->as_of_date;
  value.present = true;
  return {};
}

std::string check_generated_id(Expression& expression, ExpressionNode& node, Types types) {
  if (!types[0].constant || !is_textual(types[0]) || types[0].length_max > 9) {
    return "the argument is a prefix of at most 9 characters that stands here";
  }
  (void)expression;
  node.type = text_type(types[0].length_max + 26, false);
  return {};
}
/// Prefix, 16 digits of the run's hash, 10 digits of the record number: the same input gives the same identifier, and
/// two records of one input never share one.
Fault evaluate_generated_id(const Expression& expression, const ExpressionNode& node, EvalContext& context,
                            Value& value) {
  const std::string_view prefix = expression.node(expression.argument(node, 0)).literal;
  char* begin = context.arena->allocate(prefix.size() + 26);
  char* end = std::copy(prefix.begin(), prefix.end(), begin);
  end = std::copy(context.run->id_prefix.begin(), context.run->id_prefix.end(), end);
  std::uint64_t number = context.record_number;
  for (int i = 10; i-- > 0; number /= 10) end[i] = static_cast<char>('0' + number % 10);
  value = {};
  value.text = {begin, static_cast<std::size_t>(end + 10 - begin)};
  value.present = true;
  return {};
}

std::string check_generated_uuid(Expression&, ExpressionNode& node, Types) {
  node.type = text_type(36, false);
  return {};
}
/// splitmix64's finaliser: a bijection, so different record numbers give different halves.
std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xBF58476D1CE4E5B9u;
  x ^= x >> 27;
  x *= 0x94D049BB133111EBu;
  return x ^ x >> 31;
}
/// A version 4 UUID (RFC 4122, section 4.4) whose random bits come from the run's hash and the record number.
Fault evaluate_generated_uuid(const Expression&, const ExpressionNode&, EvalContext& context, Value& value) {
  std::uint64_t high = mix(context.run->seed[0] ^ mix(context.record_number));
  std::uint64_t low = mix(context.run->seed[1] ^ mix(context.record_number + 0x9E3779B97F4A7C15u));
  high = (high & ~std::uint64_t{0xF000}) | 0x4000u;
  low = (low & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62;
  char* begin = context.arena->allocate(36);
  char* end = begin;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) *end++ = '-';
    const std::uint64_t half = i < 16 ? high : low;
    *end++ = "0123456789abcdef"[half >> (60 - 4 * (i % 16)) & 15];
  }
  value = {};
  value.text = {begin, 36};
  value.present = true;
  return {};
}

std::string check_message_definition(Expression&, ExpressionNode& node, Types) {
  node.type = text_type(35, false);
  return {};
}
Fault evaluate_message_definition(const Expression&, const ExpressionNode&, EvalContext& context, Value& value) {
  value = {};
  value.text = context.message_definition;
  value.present = true;
  return {};
}

// count(items), sum(items[].amount.value): of the group whose message is written.

std::string check_aggregate(Expression& expression, ExpressionNode& node, Types, bool sums) {
  if (!expression.scope()->aggregates) return "it is for the rows of a message's own header";
  ExpressionNode& argument = expression.last_node();
  const Shape& shape = *expression.scope()->source;
  if (argument.kind != ExpressionNode::Kind::field) return "the argument should be a field of the items";
  if (sums) {
    if (!is_number(argument.type)) return "the argument should be a number of the items";
    node.slot = expression.add_sum(argument.field);
  } else if (!shape.nodes[argument.field].item) {
    return "the argument should be the items of the message";
  }
  argument.optional = true;
  node.type = {};
  node.type.type = sums ? LeafType::decimal : LeafType::text;
  node.type.length_max = 15;
  node.type.digits_fraction = 5;
  return {};
}
std::string check_count(Expression& expression, ExpressionNode& node, Types types) {
  return check_aggregate(expression, node, types, false);
}
std::string check_sum(Expression& expression, ExpressionNode& node, Types types) {
  return check_aggregate(expression, node, types, true);
}
void put_text(EvalContext& context, std::string_view text, Value& value) {
  value = {};
  value.text = context.arena->copy(text);
  value.present = true;
}
Fault evaluate_count(const Expression&, const ExpressionNode&, EvalContext& context, Value& value) {
  put_text(context, fmt::format_int(context.aggregates->item_count).c_str(), value);
  return {};
}
Fault evaluate_sum(const Expression&, const ExpressionNode& node, EvalContext& context, Value& value) {
  put_text(context, context.aggregates->sums[node.slot].to_text(), value);
  return {};
}

constexpr std::size_t many = 30;

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
    {"as_of", 0, 0, check_as_of, evaluate_as_of},
    {"as_of_date", 0, 0, check_as_of_date, evaluate_as_of_date},
    {"generated_id", 1, 1, check_generated_id, evaluate_generated_id},
    {"generated_uuid", 0, 0, check_generated_uuid, evaluate_generated_uuid},
    {"message_definition", 0, 0, check_message_definition, evaluate_message_definition},
    {"count", 1, 1, check_count, evaluate_count},
    {"sum", 1, 1, check_sum, evaluate_sum},
};

}  // namespace

std::span<const ExpressionFunction> built_in_functions() {
  return functions;
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
