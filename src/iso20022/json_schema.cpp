#include "iso20022/json_schema.h"

#include <fmt/format.h>

#include <set>

#include "base/decimal.h"
#include "base/text.h"
#include "iso20022/constraint_path.h"
#include "iso20022/notation.h"

namespace tilmash::iso20022 {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// The members of one object, joined; an object of them with `object`.
class Members {
 public:
  void add(std::string_view key, std::string_view value) {
    if (!text_.empty()) text_ += ", ";
    text_ += fmt::format("\"{}\": {}", key, value);
  }
  void add_text(std::string_view key, std::string_view value) { add(key, quoted(value)); }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

/// A pattern of XML Schema as one of ECMA-262, anchored; empty when it has no equal there. '^' and '$' are characters
/// outside of classes, and so is '-' at the end of one; escapes are the same but \p and subtraction.
std::string to_ecma(std::string_view pattern) {
  std::string out = "^(?:";
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      if (i + 1 == pattern.size() || pattern[i + 1] == 'p' || pattern[i + 1] == 'P') return {};
      // Under the flag u, which validators set, only what needs an escape may have one.
      const bool needed = std::string_view("\\|.?*+{}()[]^$/dnrt").find(pattern[i + 1]) != std::string_view::npos ||
                          (pattern[i + 1] == '-' && in_class);
      if (needed) out += '\\';
      out += pattern[++i];
    } else if (in_class && c == '[') {
      return {};  // a class taken out of a class
    } else if (!in_class && (c == '^' || c == '$')) {
      out += '\\';
      out += c;
    } else {
      if (c == '[' || c == ']') in_class = c == '[';
      out += c;
    }
  }
  return out + ")$";
}

/// Digits as a check of XML Schema counts them: without leading zeros, and without trailing ones after the point.
std::string decimal_pattern(const TypeDefinition& type) {
  const auto limit = parse_decimal(type.value_min);
  const std::string sign = limit && limit->unscaled >= 0 ? "" : "-?";
  std::string total;
  if (type.digits_total) {
    // Either a whole number, or, with a point, zeros at the end that do not count.
    total =
        fmt::format("(?={0}\\d{{1,{1}}}$|(?={0}\\d*\\.){0}0?\\.?(?:\\d\\.?){{0,{1}}}0*$)", sign, *type.digits_total);
  }
  std::string fraction = "(?:\\.\\d+)?";
  if (type.digits_fraction && *type.digits_fraction == 0) {
    fraction = "(?:\\.0+)?";
  } else if (type.digits_fraction) {
    fraction = fmt::format("(?:\\.\\d{{1,{}}}0*)?", *type.digits_fraction);
  }
  return fmt::format("^{}{}(?:0|[1-9]\\d*){}$", total, sign, fraction);
}

std::string_view lexical_pattern(LeafType type) {
  constexpr std::string_view zone = "(?:Z|[+-]\\d{2}:\\d{2})?$";
  static const std::string date = fmt::format("^-?\\d{{4,}}-\\d{{2}}-\\d{{2}}{}", zone);
  static const std::string time = fmt::format("^\\d{{2}}:\\d{{2}}:\\d{{2}}(?:\\.\\d+)?{}", zone);
  static const std::string datetime =
      fmt::format("^-?\\d{{4,}}-\\d{{2}}-\\d{{2}}T\\d{{2}}:\\d{{2}}:\\d{{2}}(?:\\.\\d+)?{}", zone);
  static const std::string year = fmt::format("^-?\\d{{4,}}{}", zone);
  static const std::string year_month = fmt::format("^-?\\d{{4,}}-\\d{{2}}{}", zone);
  switch (type) {
    case LeafType::date:
      return date;
    case LeafType::time:
      return time;
    case LeafType::datetime:
      return datetime;
    case LeafType::year:
      return year;
    case LeafType::year_month:
      return year_month;
    case LeafType::binary:
      return "^[A-Za-z0-9+/=\\s]*$";
    default:
      return {};
  }
}

std::string of_simple(const TypeDefinition& type) {
  Members members;
  if (type.base == LeafType::code) {
    std::string codes;
    for (const std::string& code : type.codes) codes += (codes.empty() ? "" : ", ") + quoted(code);
    members.add("enum", "[" + codes + "]");
    return members.object();
  }
  if (type.base == LeafType::boolean) return "{\"enum\": [\"true\", \"false\"]}";
  members.add_text("type", "string");
  bool exact = type.value_max.empty() && (type.value_min.empty() || type.value_min == "0");
  if (type.base == LeafType::text) {
    if (type.length_min) members.add("minLength", std::to_string(*type.length_min));
    if (type.length_max) members.add("maxLength", std::to_string(*type.length_max));
  } else if (type.length_min || type.length_max) {
    exact = false;
  }
  const std::string lexical =
      type.base == LeafType::decimal ? decimal_pattern(type) : std::string(lexical_pattern(type.base));
  const std::string own = type.pattern.empty() ? std::string() : to_ecma(type.pattern);
  if (!type.pattern.empty() && own.empty()) exact = false;
  if (!lexical.empty()) members.add_text("pattern", lexical);
  if (!own.empty() && lexical.empty()) members.add_text("pattern", own);
  if (!own.empty() && !lexical.empty()) members.add("allOf", fmt::format("[{{\"pattern\": {}}}]", quoted(own)));
  if (type.base == LeafType::binary) members.add_text("contentEncoding", "base64");
  if (!exact) members.add_text("$comment", type_body(type));
  return members.object();
}

std::string reference(const std::string& type) {
  return fmt::format("{{\"$ref\": \"#/$defs/{}\"}}", type);
}

std::string of_value(const TypeDefinition& type) {
  Members properties;
  std::string required = "\"#text\"";
  for (const AttributeDefinition& attribute : type.attributes) {
    properties.add("@" + attribute.name, reference(attribute.type));
    if (attribute.required) required += ", " + quoted("@" + attribute.name);
  }
  properties.add("#text", reference(type.value_type));
  Members members;
  members.add_text("type", "object");
  members.add("properties", properties.object());
  members.add("required", "[" + required + "]");
  members.add("additionalProperties", "false");
  return members.object();
}

/// JSON Schema has no word for them.
std::string texts_of(const std::vector<ConstraintDefinition>& constraints) {
  std::string out;
  for (const ConstraintDefinition& constraint : constraints) out += (out.empty() ? "" : "; ") + to_text(constraint);
  return out;
}

std::string of_element(const ElementDefinition& element) {
  Members members;
  if (element.occurs_max == 1) {
    if (element.constraints.empty()) return reference(element.type);
    members.add("$ref", quoted("#/$defs/" + element.type));
  } else {
    members.add_text("type", "array");
    members.add("items", reference(element.type));
    members.add("minItems", std::to_string(std::max<std::uint32_t>(element.occurs_min, 1)));
    if (element.occurs_max != unbounded) members.add("maxItems", std::to_string(element.occurs_max));
  }
  if (!element.constraints.empty()) members.add_text("$comment", texts_of(element.constraints));
  return members.object();
}

/// One of the members of a choice among other elements; or none, when one of them may be absent.
std::string of_choice(const SlotDefinition& slot) {
  std::string each;
  bool optional = false;
  for (const ElementDefinition& element : slot.elements) {
    each += fmt::format("{}{{\"required\": [{}]}}", each.empty() ? "" : ", ", quoted(element.name));
    optional = optional || element.occurs_min == 0;
  }
  if (optional) each += fmt::format(", {{\"not\": {{\"anyOf\": [{}]}}}}", each);
  return fmt::format("{{\"oneOf\": [{}]}}", each);
}

/// An object of the elements of a type; the root's has its namespace as well.
std::string of_content(const TypeDefinition& type, const std::string& xml_namespace) {
  Members properties;
  std::string required;
  std::string choices;
  if (!xml_namespace.empty()) {
    properties.add("@xmlns", fmt::format("{{\"const\": {}}}", quoted(xml_namespace)));
    required = "\"@xmlns\"";
  }
  for (const SlotDefinition& slot : type.slots) {
    for (const ElementDefinition& element : slot.elements) {
      properties.add(element.name, of_element(element));
      if (slot.choice || element.occurs_min == 0) continue;
      required += (required.empty() ? "" : ", ") + quoted(element.name);
    }
    if (slot.choice) choices += (choices.empty() ? "" : ", ") + of_choice(slot);
  }
  Members members;
  members.add_text("type", "object");
  members.add("properties", properties.object());
  if (!required.empty()) members.add("required", "[" + required + "]");
  if (!choices.empty()) members.add("allOf", "[" + choices + "]");
  members.add("additionalProperties", "false");
  return members.object();
}

/// See fragment.h: an object with one element, or the XML itself.
std::string of_any(const TypeDefinition& type) {
  Members members;
  members.add(
      "oneOf",
      "[{\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1}, {\"type\": \"string\", \"pattern\": "
      "\"^<\"}]");
  members.add_text("$comment", type_body(type));
  return members.object();
}

std::string of_type(const TypeDefinition& type) {
  switch (type.kind) {
    case TypeDefinition::Kind::simple:
      return of_simple(type);
    case TypeDefinition::Kind::value:
      return of_value(type);
    case TypeDefinition::Kind::any:
      return of_any(type);
    case TypeDefinition::Kind::content:
      break;
  }
  return of_content(type, {});
}

}  // namespace

std::string export_json_schema(const SchemaDefinition& schema) {
  const TypeDefinition* root = schema.find(schema.root_type);
  std::string out = "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n";
  out += fmt::format("  \"title\": {},\n  \"type\": \"object\",\n", quoted(schema.id));
  if (!schema.root_constraints.empty()) {
    out += fmt::format("  \"$comment\": {},\n", quoted(texts_of(schema.root_constraints)));
  }
  out += fmt::format("  \"properties\": {{\"{}\": {}}},\n", schema.root_element,
                     root != nullptr ? of_content(*root, schema.xml_namespace) : "false");
  out += fmt::format("  \"required\": [\"{}\"],\n  \"additionalProperties\": false,\n  \"$defs\": {{",
                     schema.root_element);
  bool first = true;
  for (const TypeDefinition& type : schema.types) {
    if (&type == root) continue;
    out += fmt::format("{}\n    \"{}\": {}", first ? "" : ",", type.name, of_type(type));
    first = false;
  }
  return out + "\n  }\n}\n";
}

}  // namespace tilmash::iso20022
