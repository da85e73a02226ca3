#include "translator/envelope_functions.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/json_document.h"
#include "iso20022/fragment.h"
#include "iso20022/xml_text.h"

namespace tilmash::translator {
namespace {

using Types = std::span<const ExpressionType>;

constexpr std::size_t arguments_max = 62;
constexpr JsonCaps caps{.bytes = 1u << 20, .values = 1000, .depth = 8};

const ExpressionNode& argument(const Expression& expression, const ExpressionNode& node, std::size_t index) {
  return expression.node(expression.argument(node, index));
}

/// Names and the namespace are written as they stand, so they hold nothing that would have to be escaped.
bool is_plain_literal(const ExpressionNode& node, std::string_view more) {
  const auto good = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || more.find(c) != std::string_view::npos;
  };
  return node.kind == ExpressionNode::Kind::literal && !node.literal.empty() &&
         std::all_of(node.literal.begin(), node.literal.end(), good);
}

constexpr std::string_view namespace_characters = "0123456789:.-/";

std::string check_envelope(Expression& expression, ExpressionNode& node, Types types) {
  constexpr std::string_view form = "the arguments are 'namespace', 'root', and pairs of 'name' and a field";
  if (types.size() % 2 != 0) return std::string(form);
  for (std::size_t i = 0; i < types.size(); ++i) {
    const bool value = i > 2 && i % 2 != 0;
    const bool good = value ? !types[i].condition && types[i].type != LeafType::any
                            : is_plain_literal(argument(expression, node, i), i == 0 ? namespace_characters : "");
    if (!good) return std::string(form);
    if (value && !types[i].may_be_absent) node.slot = 1;
  }
  node.type = {};
  node.type.type = LeafType::any;
  node.type.length_max = unbounded;
  node.type.may_be_absent = node.slot == 0;
  return {};
}

Fault evaluate_envelope(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value) {
  std::string xml;
  Value whole;
  for (std::size_t i = 2; i + 1 < node.argument_count; i += 2) {
    Value part;
    if (const Fault fault = expression.evaluate(expression.argument(node, i + 1), context, part)) {
      value = part;
      return fault;
    }
    if (!part.present) continue;
    if (iso20022::find_wrong_character(part.text) != part.text.size()) {
      value = part;
      return {"MAP-0105"_code, 0, part.offset};
    }
    const std::string_view name = argument(expression, node, i).literal;
    xml.append("<").append(name).append(">");
    iso20022::append_escaped(xml, part.text, false);
    xml.append("</").append(name).append(">");
    if (!whole.present) whole = part;
  }
  value = {};
  if (!whole.present) return {};
  const std::string_view root = argument(expression, node, 1).literal;
  std::string text;
  text.append("<").append(root).append(" xmlns=\"").append(argument(expression, node, 0).literal).append("\">");
  text.append(xml).append("</").append(root).append(">");
  value.text = context.arena->copy(text);
  value.offset = whole.offset;
  value.length = whole.length;
  value.present = true;
  return {};
}

std::string check_from_envelope(Expression& expression, ExpressionNode& node, Types types) {
  const bool good = types[0].type == LeafType::any &&
                    is_plain_literal(argument(expression, node, 1), namespace_characters) &&
                    is_plain_literal(argument(expression, node, 2), "");
  if (!good) return "the arguments are a wildcard's field, 'namespace' and 'name'";
  node.type = {};
  node.type.length_max = unbounded;
  node.type.may_be_absent = true;
  return {};
}

/// The member `key` of an object, or of the objects in an array; no_json when there is none.
std::uint32_t find_member(const JsonDocument& document, std::uint32_t value, std::string_view key) {
  for (std::uint32_t at = document.value(value).first_child; at != no_json; at = document.value(at).next) {
    const JsonValue& child = document.value(at);
    if (child.key == key) return at;
    if (child.key.empty() && child.kind == JsonValue::Kind::object) {
      if (const std::uint32_t found = find_member(document, at, key); found != no_json) return found;
    }
  }
  return no_json;
}

Fault evaluate_from_envelope(const Expression& expression, const ExpressionNode& node, EvalContext& context,
                             Value& value) {
  Value fragment;
  if (const Fault fault = expression.evaluate(expression.argument(node, 0), context, fragment)) return fault;
  value = {};
  if (!fragment.present || fragment.text.size() > caps.bytes) return {};
  std::string json;
  iso20022::append_fragment_json(json, fragment.text);
  JsonDocument document(json, {}, caps);
  Findings findings;
  if (!document.find_next() || !document.parse(findings)) return {};
  const std::uint32_t root = document.root().first_child;
  if (document.root().kind != JsonValue::Kind::object || root == no_json) return {};
  const std::uint32_t declared = find_member(document, root, "@xmlns");
  const std::uint32_t content = find_member(document, root, "#content");
  if (declared == no_json || content == no_json) return {};
  if (document.value(declared).text != argument(expression, node, 1).literal) return {};
  const std::uint32_t found = find_member(document, content, argument(expression, node, 2).literal);
  if (found == no_json || document.value(found).kind != JsonValue::Kind::string) return {};
  if (document.value(found).text.empty()) return {};
  value = fragment;
  value.text = context.arena->copy(document.value(found).text);
  return {};
}

}  // namespace

std::span<const ExpressionFunction> envelope_functions() {
  static constexpr std::array<ExpressionFunction, 2> functions{
      {{"envelope", 4, arguments_max, check_envelope, evaluate_envelope},
       {"from_envelope", 3, 3, check_from_envelope, evaluate_from_envelope}}};
  return functions;
}

}  // namespace tilmash::translator
