// Functions that bring in what comes from outside the item: the as-of time, generated identifiers, the message being
// written, counts and sums of its items.
#include <fmt/format.h>

#include <cstring>

#include "shape/expression_library.h"

namespace tilmash::expression_library {
namespace {

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
  node.type.checked_as = "uuid_v4";
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
/// Eight hexadecimal digits, all at once: one half-byte in each byte of a word, the first in the lowest.
void write_hex(char* out, std::uint32_t value) {
  std::uint64_t word = value;
  word = (word >> 16) | (word & 0xFFFF) << 32;
  word = (word >> 8 & 0x000000FF000000FF) | (word & 0x000000FF000000FF) << 16;
  word = (word >> 4 & 0x000F000F000F000F) | (word & 0x000F000F000F000F) << 8;
  const std::uint64_t letters = (word + 0x0606060606060606) >> 4 & 0x0101010101010101;
  word += 0x3030303030303030 + letters * ('a' - '0' - 10);
  for (int i = 0; i < 8; ++i) out[i] = static_cast<char>(word >> (8 * i));
}
/// A version 4 UUID (RFC 4122, section 4.4) whose random bits come from the run's hash and the record number.
Fault evaluate_generated_uuid(const Expression&, const ExpressionNode&, EvalContext& context, Value& value) {
  std::uint64_t high = mix(context.run->seed[0] ^ mix(context.record_number));
  std::uint64_t low = mix(context.run->seed[1] ^ mix(context.record_number + 0x9E3779B97F4A7C15u));
  high = (high & ~std::uint64_t{0xF000}) | 0x4000u;
  low = (low & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62;
  char digits[32];
  write_hex(digits, static_cast<std::uint32_t>(high >> 32));
  write_hex(digits + 8, static_cast<std::uint32_t>(high));
  write_hex(digits + 16, static_cast<std::uint32_t>(low >> 32));
  write_hex(digits + 24, static_cast<std::uint32_t>(low));
  char* begin = context.arena->allocate(36);
  std::memcpy(begin, digits, 8);
  std::memcpy(begin + 9, digits + 8, 4);
  std::memcpy(begin + 14, digits + 12, 4);
  std::memcpy(begin + 19, digits + 16, 4);
  std::memcpy(begin + 24, digits + 20, 12);
  begin[8] = begin[13] = begin[18] = begin[23] = '-';
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

constexpr ExpressionFunction functions[] = {
    {"as_of", 0, 0, check_as_of, evaluate_as_of},
    {"as_of_date", 0, 0, check_as_of_date, evaluate_as_of_date},
    {"generated_id", 1, 1, check_generated_id, evaluate_generated_id, true},
    {"generated_uuid", 0, 0, check_generated_uuid, evaluate_generated_uuid, true},
    {"message_definition", 0, 0, check_message_definition, evaluate_message_definition},
    {"count", 1, 1, check_count, evaluate_count},
    {"sum", 1, 1, check_sum, evaluate_sum},
};

}  // namespace

std::span<const ExpressionFunction> run_functions() {
  return functions;
}

}  // namespace tilmash::expression_library
