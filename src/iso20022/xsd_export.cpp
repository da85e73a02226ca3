#include <fmt/format.h>

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

void write_element(const ElementDefinition& element, std::string_view indent, std::string& out) {
  out += fmt::format("{}<xs:element", indent);
  if (element.occurs_max != 1) {
    out += fmt::format(" maxOccurs=\"{}\"",
                       element.occurs_max == unbounded ? "unbounded" : std::to_string(element.occurs_max));
  }
  if (element.occurs_min != 1) out += fmt::format(" minOccurs=\"{}\"", element.occurs_min);
  out += fmt::format(" name=\"{}\" type=\"{}\"/>\n", element.name, element.type);
}

void write_choice(const SlotDefinition& slot, const std::string& indent, std::string& out) {
  out += indent + "<xs:choice>\n";
  for (const ElementDefinition& element : slot.elements) write_element(element, indent + "  ", out);
  out += indent + "</xs:choice>\n";
}

void write_complex(const TypeDefinition& type, std::string& out) {
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
    write_choice(type.slots[0], "    ", out);
  } else {
    out += "    <xs:sequence>\n";
    for (const SlotDefinition& slot : type.slots) {
      if (slot.choice) {
        write_choice(slot, "      ", out);
      } else {
        write_element(slot.elements[0], "      ", out);
      }
    }
    out += "    </xs:sequence>\n";
  }
  out += "  </xs:complexType>\n";
}

}  // namespace

std::string export_xsd(const SchemaDefinition& schema) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<xs:schema xmlns=\"{0}\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" elementFormDefault=\"qualified\" "
      "targetNamespace=\"{0}\">\n"
      "  <xs:element name=\"{1}\" type=\"{2}\"/>\n",
      escaped(schema.xml_namespace), schema.root_element, schema.root_type);
  for (const TypeDefinition& type : schema.types) {
    if (type.kind == TypeDefinition::Kind::simple) {
      write_simple(type, out);
    } else {
      write_complex(type, out);
    }
  }
  out += "</xs:schema>\n";
  return out;
}

}  // namespace tilmash::iso20022
