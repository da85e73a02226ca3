#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <type_traits>

#include "base/decimal.h"
#include "iso20022/builtin_type.h"
#include "iso20022/constraint_path.h"
#include "iso20022/encoding.h"
#include "iso20022/libxml2.h"
#include "iso20022/notation.h"
#include "iso20022/pattern.h"
#include "iso20022/reader.h"
#include "iso20022/simple_type.h"
#include "iso20022/xsd.h"

namespace tilmash::iso20022 {
namespace {

TILMASH_LATE(libxml2, xmlCtxtGetLastError);
TILMASH_LATE(libxml2, xmlCtxtReadMemory);
TILMASH_LATE(libxml2, xmlDocGetRootElement);
TILMASH_LATE(libxml2, xmlFreeDoc);
TILMASH_LATE(libxml2, xmlFreeParserCtxt);
TILMASH_LATE(libxml2, xmlGetLineNo);
TILMASH_LATE(libxml2, xmlGetNoNsProp);
TILMASH_LATE(libxml2, xmlNewParserCtxt);
TILMASH_LATE(libxml2, xmlSearchNs);

/// For texts that libxml2 hands out.
struct Free {
  void operator()(xmlChar* text) const { (*static_cast<xmlFreeFunc*>(libxml2.find("xmlFree")))(text); }
};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

/// A reason to give up, with its line: thrown inside this file only, caught in import_xsd.
struct Refusal {
  Code code;
  int line;
  std::string text;
};

class Importer {
 public:
  explicit Importer(SchemaDefinition& schema) : schema_(schema) {}

  void schema(const xmlNode* root) {
    if (view(root->name) != "schema" || !in_schema_namespace(root)) refuse(root, "the root is not xs:schema");
    allow(root, {"elementFormDefault", "attributeFormDefault", "targetNamespace", "version", "id"});
    if (attribute(root, "elementFormDefault") != "qualified") refuse(root, "elementFormDefault is not qualified");
    if (attribute(root, "attributeFormDefault", "unqualified") != "unqualified") {
      refuse(root, "attributeFormDefault is not unqualified");
    }
    schema_.xml_namespace = attribute(root, "targetNamespace");
    if (schema_.xml_namespace.empty()) refuse(root, "there is no target namespace");
    for (const xmlNode* child : children(root)) {
      if (is(child, "simpleType") || is(child, "complexType")) definitions_.emplace(attribute(child, "name"), child);
      if (is(child, "element")) elements_.emplace(attribute(child, "name"), child);
    }
    find_referred(root);
    for (const xmlNode* child : children(root)) {
      if (is(child, "element")) {
        if (referred_.contains(attribute(child, "name"))) continue;  // part of a type, taken where it is referred to
        if (!schema_.root_element.empty()) refuse(child, "there is more than one global element that may be the root");
        allow(child, {"name", "type"});
        schema_.root_element = name_of(child);
        for (const xmlNode* inside : children(child)) {
          if (!is_constraint(inside)) refuse(child, "a root with a type of its own is not taken");
          schema_.root_constraints.push_back(constraint(inside));
        }
        schema_.root_type = type_name(child, "type");
        constrained_.push_back({schema_.root_type, schema_.root_constraints, children(child)});
      } else if (is(child, "simpleType")) {
        allow(child, {"name"});
        schema_.types.push_back(simple_type(child, name_of(child)));
      } else if (is(child, "complexType")) {
        allow(child, {"name"});
        schema_.types.push_back(complex_type(child, name_of(child)));
      } else {
        refuse(child, fmt::format("xs:{} is not taken here", view(child->name)));
      }
    }
    if (schema_.root_element.empty() || schema_.root_type.empty())
      refuse(root, "there is no global element with a type");
    for (auto& [name, type] : inner_) schema_.types.push_back(std::move(type));
    schema_.sort();
    const auto same = [](const TypeDefinition& a, const TypeDefinition& b) { return a.name == b.name; };
    if (std::adjacent_find(schema_.types.begin(), schema_.types.end(), same) != schema_.types.end()) {
      refuse(root, "a type is defined twice");
    }
    check_references();
  }

 private:
  [[noreturn]] static void refuse(const xmlNode* at, std::string text, Code code = "ISO-0003"_code) {
    throw Refusal{code, static_cast<int>(xmlGetLineNo(at)), std::move(text)};
  }

  static bool in_schema_namespace(const xmlNode* node) {
    return node->ns != nullptr && view(node->ns->href) == schema_namespace;
  }
  static bool is(const xmlNode* node, std::string_view name) {
    return in_schema_namespace(node) && view(node->name) == name;
  }

  /// Element children but xs:annotation; anything else with content is refused.
  static std::vector<const xmlNode*> children(const xmlNode* node) {
    std::vector<const xmlNode*> found;
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (child->type == XML_ELEMENT_NODE) {
        if (!in_schema_namespace(child)) refuse(child, "an element of another namespace");
        if (!is(child, "annotation")) found.push_back(child);
      } else if (child->type == XML_TEXT_NODE) {
        if (view(child->content).find_first_not_of(" \t\r\n") != std::string_view::npos) {
          refuse(child, "text where schema elements are expected");
        }
      } else if (child->type != XML_COMMENT_NODE && child->type != XML_PI_NODE) {
        refuse(child, "an entity or CDATA section");
      }
    }
    return found;
  }

  static void allow(const xmlNode* node, std::initializer_list<std::string_view> names) {
    for (const xmlAttr* at = node->properties; at != nullptr; at = at->next) {
      if (at->ns != nullptr) continue;
      if (std::find(names.begin(), names.end(), view(at->name)) == names.end()) {
        refuse(node, fmt::format("attribute {} of xs:{} is not taken", view(at->name), view(node->name)));
      }
    }
  }

  static std::string attribute(const xmlNode* node, const char* name, std::string_view fallback = {}) {
    const std::unique_ptr<xmlChar, Free> value(xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name)));
    return std::string(value ? view(value.get()) : fallback);
  }

  /// A QName attribute as namespace and local name.
  static std::pair<std::string_view, std::string> qname(const xmlNode* node, const char* name) {
    const std::string text = attribute(node, name);
    const std::size_t colon = text.find(':');
    const std::string prefix = colon == std::string::npos ? "" : text.substr(0, colon);
    const xmlNs* found = xmlSearchNs(node->doc, const_cast<xmlNode*>(node),
                                     prefix.empty() ? nullptr : reinterpret_cast<const xmlChar*>(prefix.c_str()));
    return {found == nullptr ? std::string_view() : view(found->href),
            colon == std::string::npos ? text : text.substr(colon + 1)};
  }

  std::string type_name(const xmlNode* node, const char* name) {
    auto [space, local] = qname(node, name);
    if (local.empty()) refuse(node, fmt::format("attribute {} is missing", name));
    if (space != schema_.xml_namespace) refuse(node, fmt::format("type {} is not of this schema", local));
    references_.push_back({local, node});
    return local;
  }

  static std::uint32_t number(const xmlNode* node, const std::string& text) {
    if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) {
      refuse(node, fmt::format("{} is not a number that is taken", text));
    }
    return static_cast<std::uint32_t>(std::stoul(text));
  }

  /// Global elements that types refer to (XML Schema part 1, 3.3.2: ref stands for the declaration).
  void find_referred(const xmlNode* node) {
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      if (child->type != XML_ELEMENT_NODE) continue;
      if (is(child, "element") && !attribute(child, "ref").empty()) referred_.insert(qname(child, "ref").second);
      find_referred(child);
    }
  }

  /// A name that the notation can hold.
  static std::string name_of(const xmlNode* node) {
    std::string name = attribute(node, "name");
    if (!is_name(name)) refuse(node, "a name of letters, digits, - _ and . is expected", "ISO-0013"_code);
    return name;
  }

  /// Derived types repeat what they are derived from, so a small schema can come to a large one.
  void count_elements(const xmlNode* at, std::size_t count) {
    constexpr std::size_t elements_max = 100'000;
    element_count_ += count;
    if (element_count_ > elements_max) refuse(at, "the types hold too many elements", "ISO-0022"_code);
  }

  /// The definition that a derived type names as its base; `kind` is its element.
  const xmlNode* base_node(const xmlNode* at, const std::string& name, std::string_view kind) {
    const auto found = definitions_.find(name);
    if (found == definitions_.end()) refuse(at, fmt::format("type {} is not defined", name), "ISO-0004"_code);
    if (!is(found->second, kind)) refuse(at, fmt::format("{} can't be derived from here", name));
    return found->second;
  }

  /// Derivations are followed to their end; one that leads back to itself never gets there.
  void descend(const xmlNode* at) {
    constexpr std::size_t derivations_max = 20;
    if (++derivations_ > derivations_max) refuse(at, "types are derived from each other too often");
  }

  /// A type that stands inside an element or another type gets a name of its own.
  std::string add_inner(TypeDefinition type, const xmlNode* at) {
    const auto same = inner_.find(type.name);
    if (definitions_.contains(type.name) || (same != inner_.end() && same->second != type))
      refuse(at, fmt::format("there is a type {} already, which this one would have to be", type.name));
    inner_.insert_or_assign(type.name, type);
    return type.name;
  }

  TypeDefinition simple_type(const xmlNode* node, const std::string& name) {
    const auto below = children(node);
    if (below.size() != 1 || !is(below[0], "restriction")) refuse(node, "a simple type is one restriction here");
    const xmlNode* restriction = below[0];
    allow(restriction, {"base"});
    const auto [space, base] = qname(restriction, "base");
    TypeDefinition type;
    if (space == schema_.xml_namespace && !base.empty()) {
      descend(restriction);
      type = simple_type(base_node(restriction, base, "simpleType"), base);
      --derivations_;
    } else {
      const auto builtin = space == schema_namespace ? builtin_base(base) : std::nullopt;
      if (!builtin) refuse(restriction, fmt::format("a restriction of {} is not taken", base));
      type = *builtin;
    }
    type.name = name;
    return restricted(type, restriction, children(restriction));
  }

  /// `base` with the facets of a restriction (XML Schema part 2, 4.3: those of one step that are given anew replace the
  /// base's; patterns of several steps would all have to match, which is taken where the last one says it all).
  TypeDefinition restricted(const TypeDefinition& base, const xmlNode* at, const std::vector<const xmlNode*>& facets) {
    TypeDefinition own;
    own.base = base.base == LeafType::code ? LeafType::text : base.base;
    for (const xmlNode* facet : facets) read_facet(facet, own);
    TypeDefinition type = base;
    if (!own.pattern.empty() && !Pattern::compile(own.pattern)) {
      refuse(at, fmt::format("the pattern {} is not taken", own.pattern), "ISO-0005"_code);
    }
    if (!own.codes.empty()) {
      if (own.base != LeafType::text || own.length_min || own.length_max || !own.pattern.empty()) {
        refuse(at, "enumerations stand alone, of strings, here");
      }
      SimpleType of_base;
      const bool good =
          compile_simple(base, of_base) &&
          std::all_of(own.codes.begin(), own.codes.end(), [&](auto& code) { return !check_value(of_base, code); });
      if (!good) refuse(at, "a code that the base does not allow");
      own.name = base.name;
      own.base = LeafType::code;
      return own;
    }
    const bool facet = own.length_min || own.length_max || !own.pattern.empty();
    if (!base.codes.empty() && facet) refuse(at, "facets on top of enumerations are not taken");
    // Both would have to match; one that says less than its base says nothing of it.
    const bool nonempty = own.length_min.value_or(base.length_min.value_or(0)) != 0;
    if (!base.pattern.empty() && !own.pattern.empty() &&
        !Pattern::compile(own.pattern)->is_within(*Pattern::compile(base.pattern), nonempty)) {
      refuse(at, "a pattern on top of a pattern that does not hold it is not taken");
    }
    const auto replace = [](auto& into, const auto& with) {
      if (with != std::remove_cvref_t<decltype(with)>()) into = with;
    };
    replace(type.length_min, own.length_min);
    replace(type.length_max, own.length_max);
    replace(type.digits_total, own.digits_total);
    replace(type.digits_fraction, own.digits_fraction);
    replace(type.value_min, own.value_min);
    replace(type.value_max, own.value_max);
    replace(type.pattern, own.pattern);
    return type;
  }

  static void read_facet(const xmlNode* facet, TypeDefinition& type) {
    allow(facet, {"value"});
    if (!children(facet).empty()) refuse(facet, "a facet may hold nothing");
    const std::string value = attribute(facet, "value");
    const bool has_length = type.base == LeafType::text || type.base == LeafType::binary;
    if (has_length && is(facet, "minLength")) {
      type.length_min = number(facet, value);
    } else if (has_length && is(facet, "maxLength")) {
      type.length_max = number(facet, value);
    } else if (has_length && is(facet, "length")) {
      type.length_min = type.length_max = number(facet, value);
    } else if (type.base == LeafType::decimal && is(facet, "totalDigits")) {
      type.digits_total = number(facet, value);
    } else if (type.base == LeafType::decimal && is(facet, "fractionDigits")) {
      type.digits_fraction = number(facet, value);
    } else if (type.base == LeafType::decimal && (is(facet, "minInclusive") || is(facet, "maxInclusive"))) {
      if (!parse_decimal(value)) refuse(facet, fmt::format("{} is not a number that is taken", value));
      (is(facet, "minInclusive") ? type.value_min : type.value_max) = value;
    } else if (is(facet, "pattern")) {
      const bool edges = value.starts_with(' ') || value.ends_with(' ') || value.find('\n') != std::string::npos;
      if (edges || !Pattern::compile(value)) {
        refuse(facet, fmt::format("the pattern {} is not taken", value), "ISO-0005"_code);
      }
      // Those of one step are alternatives (4.3.4.3).
      type.pattern = type.pattern.empty() ? value : fmt::format("({})|({})", type.pattern, value);
    } else if (is(facet, "enumeration")) {
      if (value.empty() || value.find_first_of(" \t\r\n") != std::string::npos) {
        refuse(facet, "a code with blanks, or empty, is not taken");
      }
      type.codes.push_back(value);
    } else {
      refuse(facet, fmt::format("facet {} is not taken here", view(facet->name)));
    }
  }

  TypeDefinition complex_type(const xmlNode* node, const std::string& name) {
    TypeDefinition type;
    type.name = name;
    const auto below = children(node);
    if (below.size() != 1) refuse(node, "a complex type holds one thing here");
    if (is(below[0], "simpleContent")) {
      simple_content(below[0], type);
    } else if (is(below[0], "complexContent")) {
      complex_content(below[0], type);
    } else {
      content(below[0], type);
    }
    return type;
  }

  /// A sequence or choice, as the whole content of a type.
  void content(const xmlNode* node, TypeDefinition& type) {
    if (is(node, "sequence")) {
      sequence(node, type);
    } else if (is(node, "choice")) {
      type.kind = TypeDefinition::Kind::content;
      type.slots.push_back(choice(node, type.name));
    } else {
      refuse(node, fmt::format("xs:{} is not taken here", view(node->name)));
    }
  }

  /// A type derived from another: what it comes to (XML Schema part 1, 3.4.2). A restriction says its whole content
  /// anew, and that it is one is not checked; an extension adds to the end.
  void complex_content(const xmlNode* node, TypeDefinition& type) {
    allow(node, {});
    const auto below = children(node);
    const bool extends = below.size() == 1 && is(below[0], "extension");
    if (!extends && (below.size() != 1 || !is(below[0], "restriction"))) {
      refuse(node, "complex content is one restriction or extension");
    }
    allow(below[0], {"base"});
    const std::string base_name = type_name(below[0], "base");
    descend(below[0]);
    const TypeDefinition base = complex_type(base_node(below[0], base_name, "complexType"), base_name);
    --derivations_;
    if (base.kind != TypeDefinition::Kind::content)
      refuse(below[0], fmt::format("{} does not hold elements", base_name));
    const auto inside = children(below[0]);
    if (inside.size() != 1) refuse(below[0], "a derived type holds one sequence or choice here");
    content(inside[0], type);
    if (extends && type.kind != TypeDefinition::Kind::content)
      refuse(below[0], "a wildcard behind elements is not taken");
    if (!extends) return;
    for (const SlotDefinition& slot : base.slots) count_elements(below[0], slot.elements.size());
    type.slots.insert(type.slots.begin(), base.slots.begin(), base.slots.end());
  }

  void simple_content(const xmlNode* node, TypeDefinition& type) {
    allow(node, {});
    const auto below = children(node);
    const bool restricts = below.size() == 1 && is(below[0], "restriction");
    if (!restricts && (below.size() != 1 || !is(below[0], "extension"))) {
      refuse(node, "simple content is one extension or restriction");
    }
    allow(below[0], {"base"});
    type.kind = TypeDefinition::Kind::value;
    const std::string base_name = type_name(below[0], "base");
    std::vector<const xmlNode*> facets;
    std::vector<const xmlNode*> attributes;
    for (const xmlNode* child : children(below[0])) {
      if (!is(child, "attribute") && !restricts) refuse(child, "an extension holds attributes only here");
      (is(child, "attribute") ? attributes : facets).push_back(child);
    }
    if (restricts) {
      descend(below[0]);
      const TypeDefinition base = complex_type(base_node(below[0], base_name, "complexType"), base_name);
      --derivations_;
      if (base.kind != TypeDefinition::Kind::value)
        refuse(below[0], fmt::format("{} does not hold a value", base_name));
      type.value_type = base.value_type;
      type.attributes = base.attributes;
      if (!facets.empty())
        type.value_type = add_inner(restricted_value(base.value_type, type.name, below[0], facets), node);
    } else {
      type.value_type = base_name;
    }
    for (const xmlNode* child : attributes) add_attribute(child, type);
  }

  TypeDefinition restricted_value(const std::string& base, const std::string& name, const xmlNode* at,
                                  const std::vector<const xmlNode*>& facets) {
    const auto inner = inner_.find(base);
    TypeDefinition type = restricted(
        inner != inner_.end() ? inner->second : simple_type(base_node(at, base, "simpleType"), base), at, facets);
    type.name = name + "_SimpleType";
    return type;
  }

  void add_attribute(const xmlNode* node, TypeDefinition& type) {
    allow(node, {"name", "type", "use"});
    const std::string use = attribute(node, "use", "optional");
    if (use != "required" && use != "optional") refuse(node, fmt::format("use {} is not taken", use));
    const AttributeDefinition own{name_of(node), type_name(node, "type"), use == "required"};
    const auto same = std::find_if(type.attributes.begin(), type.attributes.end(),
                                   [&](const AttributeDefinition& other) { return other.name == own.name; });
    if (same == type.attributes.end()) {
      type.attributes.push_back(own);
    } else {
      *same = own;
    }
  }

  void sequence(const xmlNode* node, TypeDefinition& type) {
    allow(node, {"minOccurs", "maxOccurs"});
    only_once(node);
    const auto below = children(node);
    if (below.size() == 1 && is(below[0], "any")) return any(below[0], type);
    type.kind = TypeDefinition::Kind::content;
    for (const xmlNode* child : below) {
      if (is(child, "element")) {
        type.slots.push_back({false, {element(child, type.name)}});
      } else if (is(child, "choice")) {
        type.slots.push_back(choice(child, type.name));
      } else {
        refuse(child, fmt::format("xs:{} in a sequence is not taken", view(child->name)));
      }
    }
  }

  static void only_once(const xmlNode* node) {
    if (attribute(node, "minOccurs", "1") != "1" || attribute(node, "maxOccurs", "1") != "1") {
      refuse(node, "a sequence, choice or wildcard occurs once here");
    }
  }

  SlotDefinition choice(const xmlNode* node, const std::string& owner) {
    allow(node, {"minOccurs", "maxOccurs"});
    only_once(node);
    SlotDefinition slot{true, {}};
    for (const xmlNode* child : children(node)) {
      if (!is(child, "element")) refuse(child, fmt::format("xs:{} in a choice is not taken", view(child->name)));
      slot.elements.push_back(element(child, owner));
    }
    if (slot.elements.empty()) refuse(node, "an empty choice");
    return slot;
  }

  ElementDefinition element(const xmlNode* node, const std::string& owner) {
    const auto [space, ref] = qname(node, "ref");
    if (ref.empty()) {
      allow(node, {"name", "type", "minOccurs", "maxOccurs"});
      return with_occurrence(declared(node, owner), node);
    }
    allow(node, {"ref", "minOccurs", "maxOccurs"});
    const auto global = elements_.find(ref);
    if (space != schema_.xml_namespace || global == elements_.end()) {
      refuse(node, fmt::format("element {} is not defined", ref), "ISO-0004"_code);
    }
    allow(global->second, {"name", "type"});
    return with_occurrence(declared(global->second, owner), node);
  }

  /// Name and type of an element.
  ElementDefinition declared(const xmlNode* node, const std::string& owner) {
    count_elements(node, 1);
    ElementDefinition element;
    element.name = name_of(node);
    std::vector<const xmlNode*> below;
    std::vector<const xmlNode*> constraints;
    for (const xmlNode* child : children(node)) (is_constraint(child) ? constraints : below).push_back(child);
    for (const xmlNode* child : constraints) element.constraints.push_back(constraint(child));
    if (below.empty()) {
      element.type = type_name(node, "type");
    } else if (below.size() == 1 && attribute(node, "type").empty() && attribute(below[0], "name").empty() &&
               (is(below[0], "simpleType") || is(below[0], "complexType"))) {
      // A type of its own, without a name.
      const std::string name = owner + '_' + element.name;
      descend(below[0]);
      element.type =
          add_inner(is(below[0], "simpleType") ? simple_type(below[0], name) : complex_type(below[0], name), node);
      --derivations_;
    } else {
      refuse(below[0], fmt::format("xs:{} in an element is not taken", view(below[0]->name)));
    }
    if (!constraints.empty()) constrained_.push_back({element.type, element.constraints, constraints});
    return element;
  }

  static bool is_constraint(const xmlNode* node) { return is(node, "unique") || is(node, "key") || is(node, "keyref"); }

  ConstraintDefinition constraint(const xmlNode* node) {
    ConstraintDefinition made;
    made.name = attribute(node, "name");
    made.key = is(node, "key");
    if (is(node, "keyref")) refuse(node, fmt::format("xs:keyref {} is not taken: it would not be checked", made.name));
    allow(node, {"name"});
    if (!is_name(made.name)) refuse(node, fmt::format("{} is no name that is taken", made.name));
    const auto [known, added] = constraint_names_.emplace(made.name, node);
    if (!added && known->second != node) refuse(node, fmt::format("a constraint {} stands already", made.name));
    for (const xmlNode* part : children(node)) {
      const bool first = made.selector.empty();
      if (!is(part, first ? "selector" : "field")) refuse(part, "a constraint holds a selector, then fields");
      allow(part, {"xpath"});
      if (!children(part).empty()) refuse(part, "a selector or field holds nothing");
      first ? void(made.selector = paths(part, false)) : void(made.fields.push_back(paths(part, true)));
    }
    return made;
  }

  /// The XPath of a selector or field (XML Schema part 1, 3.11.6), without blanks and prefixes.
  std::string paths(const xmlNode* node, bool field) {
    const std::string text = attribute(node, "xpath");
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('|', at), text.size());
      if (at != 0) out += '|';
      out += path(node, std::string_view(text).substr(at, end - at), field);
      at = end + 1;
    }
    return out;
  }

  std::string path(const xmlNode* node, std::string_view text, bool field) {
    const auto wrong = [&](std::string_view why) {
      refuse(node,
             fmt::format("the path {} of xs:{} is not taken: {}", attribute(node, "xpath"), view(node->name), why));
    };
    if (text.find("//") != std::string_view::npos) wrong("it searches at any depth");
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('/', at), text.size());
      std::string_view step = collapse_ends(text.substr(at, end - at));
      const bool last = end == text.size();
      at = end + 1;
      if (step == ".") continue;
      const bool is_attribute = step.starts_with('@');
      if (is_attribute) step = collapse_ends(step.substr(1));
      if (is_attribute && (!field || !last)) wrong("an attribute stands at the end of a field only");
      out += out.empty() ? "" : "/";
      if (is_attribute) out += '@';
      const std::size_t colon = step.find(':');
      const std::string_view local = step.substr(colon + 1);  // npos + 1 is 0
      if (!is_name(local)) wrong("its steps are names");
      if (is_attribute && colon != std::string_view::npos) wrong("no attribute has a namespace here");
      if (!is_attribute && prefix_namespace(node, step.substr(0, colon == std::string_view::npos ? 0 : colon)) !=
                               schema_.xml_namespace) {
        wrong(fmt::format("{} is not of this schema's namespace", step));
      }
      out += local;
    }
    return out.empty() ? "." : out;
  }

  /// Of a prefix in XPath: without one a name is of no namespace, whatever the default is.
  static std::string_view prefix_namespace(const xmlNode* node, std::string_view prefix) {
    if (prefix.empty()) return {};
    const std::string name(prefix);
    const xmlNs* found =
        xmlSearchNs(node->doc, const_cast<xmlNode*>(node), reinterpret_cast<const xmlChar*>(name.c_str()));
    return found == nullptr ? std::string_view() : view(found->href);
  }

  static ElementDefinition with_occurrence(ElementDefinition element, const xmlNode* node) {
    element.occurs_min = number(node, attribute(node, "minOccurs", "1"));
    const std::string high = attribute(node, "maxOccurs", "1");
    element.occurs_max = high == "unbounded" ? unbounded : number(node, high);
    if (element.occurs_max == 0 || element.occurs_min > element.occurs_max) refuse(node, "wrong occurrence");
    return element;
  }

  void any(const xmlNode* node, TypeDefinition& type) {
    allow(node, {"namespace", "processContents", "minOccurs", "maxOccurs"});
    only_once(node);
    type.kind = TypeDefinition::Kind::any;
    type.process = attribute(node, "processContents", "strict");
    type.any_namespace = attribute(node, "namespace", "##any");
    const bool one_namespace = !type.any_namespace.starts_with("##") && !type.any_namespace.empty() &&
                               type.any_namespace.find(' ') == std::string::npos;
    const bool other = one_namespace && type.any_namespace != schema_.xml_namespace;
    if ((type.any_namespace != "##any" && !one_namespace) || (type.process == "strict" && !other) ||
        (type.process != "lax" && type.process != "skip" && type.process != "strict")) {
      refuse(node, "this kind of wildcard is not taken");
    }
  }

  void check_references() {
    for (const auto& [name, at] : references_) {
      if (schema_.find(name) == nullptr) refuse(at, fmt::format("type {} is not defined", name), "ISO-0004"_code);
    }
    for (const Constrained& element : constrained_) {
      for (std::size_t i = 0; i < element.constraints.size(); ++i) {
        const std::string wrong = find_constraint_fault(schema_, element.type, element.constraints[i]);
        if (wrong.empty()) continue;
        refuse(element.nodes[i], fmt::format("{} is not taken: {}", element.constraints[i].name, wrong));
      }
    }
    for (const TypeDefinition& type : schema_.types) {
      const auto simple = [&](const std::string& name) {
        if (schema_.find(name)->kind == TypeDefinition::Kind::simple) return;
        throw Refusal{"ISO-0003"_code, 0, fmt::format("{} is based on {}, which is not simple", type.name, name)};
      };
      if (type.kind != TypeDefinition::Kind::value) continue;
      simple(type.value_type);
      for (const AttributeDefinition& item : type.attributes) simple(item.type);
    }
  }

  /// An element with identity constraints, and where each stands.
  struct Constrained {
    std::string type;
    std::vector<ConstraintDefinition> constraints;
    std::vector<const xmlNode*> nodes;
  };

  SchemaDefinition& schema_;
  std::vector<Constrained> constrained_;
  std::map<std::string, const xmlNode*> constraint_names_;
  std::map<std::string, const xmlNode*> definitions_;  ///< global types by name
  std::map<std::string, const xmlNode*> elements_;     ///< global elements by name
  std::set<std::string> referred_;                     ///< those that types refer to
  std::map<std::string, TypeDefinition> inner_;        ///< types that had no name
  std::size_t derivations_ = 0;                        ///< open ones
  std::size_t element_count_ = 0;                      ///< of all types, what they repeat included
  std::vector<std::pair<std::string, const xmlNode*>> references_;
};

Diagnostic problem(const std::string& file, Code code, int line, std::string text) {
  Diagnostic wrong;
  wrong.code = code;
  wrong.place.file = file;
  wrong.place.line_number = line > 0 ? static_cast<std::uint32_t>(line) : 0;
  wrong.place.column_number = line > 0 ? 1 : 0;
  wrong.text = std::move(text);
  return wrong;
}

constexpr Caps schema_caps = {std::uint64_t{1} << 26, 1'000'000, 100, 64, 1u << 24, 1024};  // far above any

}  // namespace

std::optional<SchemaDefinition> import_xsd(std::string_view xsd, const std::string& file,
                                           const std::string& fallback_id, Findings& findings) {
  // Refused before any parser sees it; libxml2 gets no chance to expand anything.
  if (xsd.find("<!DOCTYPE") != std::string_view::npos || xsd.find("<!ENTITY") != std::string_view::npos) {
    findings.add(problem(file, "ISO-0002"_code, 1, "a schema may not carry a DOCTYPE"));
    return std::nullopt;
  }
  // Ours reads it first: libxml2 takes a square of the time for many attributes.
  const Encoding encoding = find_encoding(xsd);
  std::string utf8;
  if (encoding != Encoding::utf8) xsd = utf8 = to_utf8(xsd, encoding);
  Findings refused(1);
  if (!is_well_formed(xsd, file, schema_caps, refused, encoding)) {
    findings.add(
        problem(file, "ISO-0001"_code, static_cast<int>(refused.kept()[0].place.line_number), refused.kept()[0].text));
    return std::nullopt;
  }
  const std::unique_ptr<xmlParserCtxt, Release<xmlFreeParserCtxt>> context(xmlNewParserCtxt());
  const std::unique_ptr<xmlDoc, Release<xmlFreeDoc>> document(
      xmlCtxtReadMemory(context.get(), xsd.data(), static_cast<int>(xsd.size()), nullptr, "UTF-8",
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (!document) {
    const xmlError* error = xmlCtxtGetLastError(context.get());
    std::string text = error != nullptr && error->message != nullptr ? error->message : "not well-formed";
    while (!text.empty() && text.back() == '\n') text.pop_back();
    findings.add(problem(file, "ISO-0001"_code, error != nullptr ? error->line : 0, std::move(text)));
    return std::nullopt;
  }
  SchemaDefinition schema;
  try {
    Importer(schema).schema(xmlDocGetRootElement(document.get()));
  } catch (Refusal& refusal) {
    findings.add(problem(file, refusal.code, refusal.line, std::move(refusal.text)));
    return std::nullopt;
  }
  schema.id = schema.xml_namespace.starts_with(namespace_prefix) ? schema.xml_namespace.substr(namespace_prefix.size())
                                                                 : fallback_id;
  if (schema.id == fallback_id) std::replace(schema.id.begin(), schema.id.end(), ' ', '_');
  // It becomes the name of a file.
  if (schema.id.empty() || schema.id.front() == '.' || schema.id.find_first_of("/\\ \t\r\n") != std::string::npos ||
      schema.xml_namespace.find_first_of(" \t\r\n") != std::string::npos) {
    findings.add(problem(file, "ISO-0013"_code, 1, "neither target namespace nor file name gives a message id"));
    return std::nullopt;
  }
  return schema;
}

}  // namespace tilmash::iso20022
