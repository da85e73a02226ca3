#include <fmt/format.h>

#include <set>

#include "iso20022/xml_text.h"
#include "iso20022/xsd.h"

namespace tilmash::iso20022 {
namespace {

/// For an attribute's value, in which line ends and tabs would be read back as blanks (XML 1.0, 3.3.3).
std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text, true);
  return out;
}

std::string_view builtin_of(LeafType type) {
  switch (type) {
    case LeafType::decimal:
      return "xs:decimal";
    case LeafType::boolean:
      return "xs:boolean";
    case LeafType::date:
      return "xs:date";
    case LeafType::datetime:
      return "xs:dateTime";
    case LeafType::time:
      return "xs:time";
    case LeafType::year:
      return "xs:gYear";
    case LeafType::year_month:
      return "xs:gYearMonth";
    case LeafType::binary:
      return "xs:base64Binary";
    default:
      return "xs:string";
  }
}

void write_simple(const TypeDefinition& type, std::string& out) {
  out +=
      fmt::format("  <xs:simpleType name=\"{}\">\n    <xs:restriction base=\"{}\"", type.name, builtin_of(type.base));
  std::string facets;
  const auto facet = [&](std::string_view name, std::string_view value) {
    facets += fmt::format("      <xs:{} value=\"{}\"/>\n", name, escaped(value));
  };
  if (type.digits_fraction) facet("fractionDigits", std::to_string(*type.digits_fraction));
  if (type.digits_total) facet("totalDigits", std::to_string(*type.digits_total));
  if (!type.value_min.empty()) facet("minInclusive", type.value_min);
  if (!type.value_max.empty()) facet("maxInclusive", type.value_max);
  if (type.length_min) facet("minLength", std::to_string(*type.length_min));
  if (type.length_max) facet("maxLength", std::to_string(*type.length_max));
  if (!type.pattern.empty()) facet("pattern", type.pattern);
  for (const std::string& code : type.codes) facet("enumeration", code);
  out += facets.empty() ? "/>\n" : ">\n" + facets + "    </xs:restriction>\n";
  out += "  </xs:simpleType>\n";
}

/// A path with the prefix that its names need, for XPath knows no default namespace; attributes have none.
std::string prefixed(std::string_view path) {
  std::string out;
  bool begins = true;
  for (const char c : path) {
    if (begins && c != '@' && c != '.') out += "m:";
    begins = c == '/' || c == '|';
    out += c;
  }
  return out;
}

/// Names of constraints are each one's own in a schema (part 1, 3.11.1), though an element that others referred to, or
/// that a type had from its base, stands here more than once.
using ConstraintNames = std::set<std::string>;

void write_constraints(const std::vector<ConstraintDefinition>& constraints, std::string_view indent,
                       ConstraintNames& names, std::string& out) {
  for (const ConstraintDefinition& constraint : constraints) {
    const std::string_view kind = constraint.key ? "key" : "unique";
    std::string name = constraint.name;
    for (int i = 2; !names.insert(name).second; ++i) name = fmt::format("{}.{}", constraint.name, i);
    out += fmt::format("{0}<xs:{1} name=\"{2}\">\n{0}  <xs:selector xpath=\"{3}\"/>\n", indent, kind, name,
                       prefixed(constraint.selector));
    for (const std::string& field : constraint.fields) {
      out += fmt::format("{}  <xs:field xpath=\"{}\"/>\n", indent, prefixed(field));
    }
    out += fmt::format("{}</xs:{}>\n", indent, kind);
  }
}

void write_element(const ElementDefinition& element, std::string_view indent, ConstraintNames& names,
                   std::string& out) {
  out += fmt::format("{}<xs:element", indent);
  if (element.occurs_max != 1) {
    out += fmt::format(" maxOccurs=\"{}\"",
                       element.occurs_max == unbounded ? "unbounded" : std::to_string(element.occurs_max));
  }
  if (element.occurs_min != 1) out += fmt::format(" minOccurs=\"{}\"", element.occurs_min);
  out += fmt::format(" name=\"{}\" type=\"{}\"", element.name, element.type);
  if (element.constraints.empty()) {
    out += "/>\n";
    return;
  }
  out += ">\n";
  write_constraints(element.constraints, fmt::format("{}  ", indent), names, out);
  out += fmt::format("{}</xs:element>\n", indent);
}

void write_choice(const SlotDefinition& slot, const std::string& indent, ConstraintNames& names, std::string& out) {
  out += indent + "<xs:choice>\n";
  for (const ElementDefinition& element : slot.elements) write_element(element, indent + "  ", names, out);
  out += indent + "</xs:choice>\n";
}

void write_complex(const TypeDefinition& type, ConstraintNames& names, std::string& out) {
  out += fmt::format("  <xs:complexType name=\"{}\">\n", type.name);
  if (type.kind == TypeDefinition::Kind::value) {
    out += fmt::format("    <xs:simpleContent>\n      <xs:extension base=\"{}\">\n", type.value_type);
    for (const AttributeDefinition& attribute : type.attributes) {
      out += fmt::format("        <xs:attribute name=\"{}\" type=\"{}\"{}/>\n", attribute.name, attribute.type,
                         attribute.required ? " use=\"required\"" : "");
    }
    out += "      </xs:extension>\n    </xs:simpleContent>\n";
  } else if (type.kind == TypeDefinition::Kind::any) {
    out +=
        fmt::format("    <xs:sequence>\n      <xs:any namespace=\"{}\" processContents=\"{}\"/>\n    </xs:sequence>\n",
                    escaped(type.any_namespace), type.process);
  } else if (type.is_choice()) {
    write_choice(type.slots[0], "    ", names, out);
  } else {
    out += "    <xs:sequence>\n";
    for (const SlotDefinition& slot : type.slots) {
      if (slot.choice) {
        write_choice(slot, "      ", names, out);
      } else {
        write_element(slot.elements[0], "      ", names, out);
      }
    }
    out += "    </xs:sequence>\n";
  }
  out += "  </xs:complexType>\n";
}

}  // namespace

std::string export_xsd(const SchemaDefinition& schema) {
  std::string body;
  ConstraintNames names;
  write_constraints(schema.root_constraints, "    ", names, body);
  const std::string root_end = body.empty() ? "/>\n" : ">\n" + body + "  </xs:element>\n";
  body.clear();
  for (const TypeDefinition& type : schema.types) {
    if (type.kind == TypeDefinition::Kind::simple) {
      write_simple(type, body);
    } else {
      write_complex(type, names, body);
    }
  }
  const std::string xml_namespace = escaped(schema.xml_namespace);
  const std::string prefix = names.empty() ? "" : fmt::format(" xmlns:m=\"{}\"", xml_namespace);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<xs:schema xmlns=\"{0}\"{1} xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" elementFormDefault=\"qualified\" "
      "targetNamespace=\"{0}\">\n"
      "  <xs:element name=\"{2}\" type=\"{3}\"{4}{5}</xs:schema>\n",
      xml_namespace, prefix, schema.root_element, schema.root_type, root_end, body);
}

}  // namespace tilmash::iso20022
