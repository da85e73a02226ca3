// A message's schema as its owner wrote it: types by name, in the terms of XML Schema that ISO 20022 uses.
//
// The notation, the XSD importer and the XSD exporter meet here; readers and writers use the compiled tables of
// message.h instead. What ISO 20022 uses was counted over 548 schemas: sequences of elements, choices of elements,
// a sequence with one choice among its elements, simple content with attributes, a lone wildcard, and restrictions of
// ten built-in types; one scheme adds identity constraints. There is no way to say anything else here, so nothing else
// can slip in unread. Types that schemes derive from others stand here as what they come to: nothing is said of the
// derivation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shape/shape.h"

namespace tilmash::iso20022 {

/// An identity constraint of an element (XML Schema part 1, 3.11): the rows that the selector leads to, below that
/// element, have fields that are together never the same twice. Paths are steps of names, "A/B"; branches stand apart
/// by '|', "." is the row itself, and a field may end in an attribute, "Amt/@Ccy" (constraint_path.h).
struct ConstraintDefinition {
  std::string name;
  bool key = false;  ///< xs:key: every row must have every field; of xs:unique, one that lacks a field does not count
  std::string selector;
  std::vector<std::string> fields;

  friend bool operator==(const ConstraintDefinition&, const ConstraintDefinition&) = default;
};

struct ElementDefinition {
  std::string name;
  std::string type;
  std::uint32_t occurs_min = 1;
  std::uint32_t occurs_max = 1;                        ///< or `unbounded`
  std::vector<ConstraintDefinition> constraints = {};  ///< of what stands below it

  friend bool operator==(const ElementDefinition&, const ElementDefinition&) = default;
};

/// One place in a sequence: an element, or a choice (made once) among elements.
struct SlotDefinition {
  bool choice = false;
  std::vector<ElementDefinition> elements;  ///< exactly one when not a choice

  friend bool operator==(const SlotDefinition&, const SlotDefinition&) = default;
};

struct AttributeDefinition {
  std::string name;
  std::string type;
  bool required = true;

  friend bool operator==(const AttributeDefinition&, const AttributeDefinition&) = default;
};

struct TypeDefinition {
  enum class Kind : std::uint8_t {
    simple,   ///< xs:simpleType: a restriction
    value,    ///< xs:complexType with simple content: `base` and attributes
    content,  ///< elements: slots in order; a lone choice slot is a choice type
    any       ///< one xs:any
  };

  std::string name;
  Kind kind = Kind::simple;

  // of simple
  LeafType base = LeafType::text;  ///< `code` when there are enumerations
  std::optional<std::uint32_t> length_min;
  std::optional<std::uint32_t> length_max;
  std::optional<std::uint32_t> digits_total;
  std::optional<std::uint32_t> digits_fraction;
  std::string value_min;  ///< xs:minInclusive of a decimal, "0.01"; empty = none
  std::string value_max;  ///< xs:maxInclusive
  std::string pattern;
  std::vector<std::string> codes;

  // of value
  std::string value_type;
  std::vector<AttributeDefinition> attributes;

  // of content
  std::vector<SlotDefinition> slots;

  // of any
  std::string process;        ///< processContents: "lax", "skip", or, of one other namespace, "strict"
  std::string any_namespace;  ///< "##any", or one namespace

  bool is_choice() const { return kind == Kind::content && slots.size() == 1 && slots[0].choice; }
  friend bool operator==(const TypeDefinition&, const TypeDefinition&) = default;
};

struct SchemaDefinition {
  std::string id;             ///< "pacs.008.001.08"
  std::string xml_namespace;  ///< "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"
  std::string root_element;   ///< "Document"
  std::string root_type;
  std::vector<ConstraintDefinition> root_constraints;
  std::vector<TypeDefinition> types;  ///< by name, sorted

  const TypeDefinition* find(std::string_view name) const;
  /// Sorts the types by name, as `find` needs.
  void sort();
};

/// All ISO 20022 namespaces begin so; the message id follows.
inline constexpr std::string_view namespace_prefix = "urn:iso:std:iso:20022:tech:xsd:";

}  // namespace tilmash::iso20022
