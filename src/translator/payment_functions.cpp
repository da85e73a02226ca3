// What expressions of mappings know about payments: amounts, phone numbers and the canonical value types. A value type
// is a function of its own name that gives its argument unchanged when it passes the type's check: iin_bin(DR_ID).
#include <algorithm>
#include <vector>

#include "canonical/code_lists.h"
#include "canonical/value_types.h"
#include "shape/facets.h"
#include "translator/envelope_functions.h"
#include "translator/plan.h"

namespace tilmash::translator {
namespace {

using Types = std::span<const ExpressionType>;

bool is_textual(const ExpressionType& type) {
  return !type.condition && (type.type == LeafType::text || type.type == LeafType::code);
}

// minor_units(amount, currency)

std::string check_minor_units(Expression&, ExpressionNode& node, Types types) {
  if (types[0].type != LeafType::decimal && types[0].type != LeafType::integer) return "the amount should be a number";
  node.type = types[0];
  node.type.type = LeafType::decimal;
  return {};
}

/// The amount itself, when it has no more fraction digits than the currency has minor units (ISO 4217).
Fault evaluate_minor_units(const Expression& expression, const ExpressionNode& node, EvalContext& context,
                           Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  Value currency;
  if (const Fault fault = expression.evaluate(expression.argument(node, 1), context, currency)) return fault;
  const auto minor_units = canonical::currency_minor_units(currency.text);
  if (!minor_units) {
    value = currency;
    const Code unknown = canonical::check_currency(currency.text);
    return {unknown ? unknown : "MAP-0103"_code, 0, currency.offset};
  }
  return fits_digits(value.number, 18, *minor_units) ? Fault{} : Fault{"MAP-0101"_code, *minor_units, value.offset};
}

// currency_of(number), currency_number(currency)

std::string check_currency_code(Expression&, ExpressionNode& node, Types types) {
  if (!is_textual(types[0])) return "the argument should be a text";
  node.type = types[0];
  node.type.constant = false;
  node.type.length_max = 3;
  return {};
}

/// ISO 4217's two spellings of a currency; one that the list does not have is a fault.
template <std::string_view (canonical::CodeLists::*Find)(std::string_view) const>
Fault evaluate_currency_code(const Expression& expression, const ExpressionNode& node, EvalContext& context,
                             Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  const std::string_view found = (canonical::code_lists().*Find)(value.text);
  if (found.empty()) return {"MAP-0106"_code, 0, value.offset};
  value.text = found;
  return {};
}

// phone(x, '7')

constexpr std::size_t phone_digits_max = 15;  ///< ITU-T E.164 (11/2010), 6.2.1: country code and all

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string check_phone(Expression& expression, ExpressionNode& node, Types types) {
  const ExpressionNode& code = expression.last_node();
  const bool literal = code.kind == ExpressionNode::Kind::literal && is_textual(code.type);
  if (!is_textual(types[0]) || !literal || code.literal.empty() || code.literal.size() > 3 ||
      !all_digits(code.literal)) {
    return "the arguments are a text and a country code of one to three digits that stands here, such as '7'";
  }
  node.type.length_max = phone_digits_max + 2;
  node.type.may_be_absent = types[0].may_be_absent;
  return {};
}

/// "+77001234567" -> "+7-7001234567", ISO 20022's PhoneNumber. Where the country code ends can't be told from the
/// number alone, so the mapping says which one it is; another one, or anything but digits, is a fault.
Fault evaluate_phone(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  const std::string_view code = expression.node(expression.argument(node, 1)).literal;
  const std::string_view digits = value.text.substr(std::min<std::size_t>(1, value.text.size()));
  const bool good = value.text.starts_with('+') && all_digits(digits) && digits.starts_with(code) &&
                    digits.size() > code.size() && digits.size() <= phone_digits_max;
  if (!good) return {"MAP-0104"_code, 0, value.offset};
  char* const begin = context.arena->allocate(value.text.size() + 1);
  char* end = std::copy_n(value.text.begin(), code.size() + 1, begin);
  *end++ = '-';
  const std::string_view rest = digits.substr(code.size());
  end = std::copy(rest.begin(), rest.end(), end);
  value.text = {begin, static_cast<std::size_t>(end - begin)};
  return {};
}

// iban(x), iin_bin(x) …

std::string check_value_type(Expression&, ExpressionNode& node, Types types) {
  if (!is_textual(types[0])) return "the argument should be a text";
  const auto all = canonical::value_types();
  const canonical::ValueType* type = canonical::find_value_type(node.function->name);
  node.slot = static_cast<std::uint32_t>(type - all.data());
  node.type = types[0];
  node.type.constant = false;  // checked when it runs
  node.type.checked_as = type->name;
  node.type.length_max = std::min(types[0].length_max, type->facets.length_max);
  return {};
}

Fault evaluate_value_type(const Expression& expression, const ExpressionNode& node, EvalContext& context,
                          Value& value) {
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, value)) return fault;
  if (!value.present) return {};
  const Code broken = canonical::value_types()[node.slot].facets.check(value.text);
  return broken ? Fault{broken, 0, value.offset} : Fault{};
}

std::vector<ExpressionFunction> make_functions() {
  std::vector<ExpressionFunction> functions{
      {"minor_units", 2, 2, check_minor_units, evaluate_minor_units},
      {"phone", 2, 2, check_phone, evaluate_phone},
      {"currency_of", 1, 1, check_currency_code, evaluate_currency_code<&canonical::CodeLists::currency_of>},
      {"currency_number", 1, 1, check_currency_code, evaluate_currency_code<&canonical::CodeLists::currency_number>}};
  for (const canonical::ValueType& type : canonical::value_types()) {
    functions.push_back({type.name, 1, 1, check_value_type, evaluate_value_type});
  }
  const auto envelopes = envelope_functions();
  functions.insert(functions.end(), envelopes.begin(), envelopes.end());
  return functions;
}

}  // namespace

std::span<const ExpressionFunction> payment_functions() {
  static const std::vector<ExpressionFunction> functions = make_functions();
  return functions;
}

}  // namespace tilmash::translator
