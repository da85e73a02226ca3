#include "iso20022/notation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>

#include "base/decimal.h"
#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

struct BaseName {
  LeafType type;
  std::string_view name;
};
constexpr BaseName base_names[] = {
    {LeafType::text, "text"},       {LeafType::code, "code"}, {LeafType::decimal, "decimal"},
    {LeafType::boolean, "boolean"}, {LeafType::date, "date"}, {LeafType::datetime, "datetime"},
    {LeafType::time, "time"},       {LeafType::year, "year"}, {LeafType::year_month, "year_month"},
    {LeafType::binary, "binary"},
};

std::string print_range(std::optional<std::uint32_t> low, std::optional<std::uint32_t> high) {
  return fmt::format("{}..{}", low ? std::to_string(*low) : "", high ? std::to_string(*high) : "");
}

std::string print_occurrence(std::uint32_t low, std::uint32_t high) {
  if (low == 1 && high == 1) return "";
  if (low == 0 && high == 1) return "? ";
  if (low == 0 && high == unbounded) return "* ";
  if (low == 1 && high == unbounded) return "+ ";
  return fmt::format("{}..{} ", low, high == unbounded ? "*" : std::to_string(high));
}

void print_codes(const std::vector<std::string>& codes, std::string& out) {
  constexpr std::size_t width = 118;
  std::size_t column = out.size() - (out.rfind('\n') + 1);
  for (const std::string& code : codes) {
    // The first stays where it is, however long: a line that ends with `code` has none.
    if (column + 1 + code.size() > width && &code != &codes.front()) {
      out += "\n   ";
      column = 3;
    }
    out += ' ';
    out += code;
    column += 1 + code.size();
  }
}

void print_simple(const TypeDefinition& type, std::string& out) {
  out += std::find_if(std::begin(base_names), std::end(base_names), [&](auto& b) { return b.type == type.base; })->name;
  if (type.length_min || type.length_max) out += ' ' + print_range(type.length_min, type.length_max);
  if (type.digits_total || type.digits_fraction) {
    out += fmt::format(" {}.{}", type.digits_total ? std::to_string(*type.digits_total) : "",
                       type.digits_fraction ? std::to_string(*type.digits_fraction) : "");
  }
  if (!type.value_min.empty()) out += " min " + type.value_min;
  if (!type.value_max.empty()) out += " max " + type.value_max;
  if (!type.pattern.empty()) out += " pattern " + type.pattern;
  print_codes(type.codes, out);
  out += '\n';
}

void print_element(const ElementDefinition& element, std::string_view indent, std::string& out) {
  out += fmt::format("{}{} {}{}\n", indent, element.name, print_occurrence(element.occurs_min, element.occurs_max),
                     element.type);
  for (const ConstraintDefinition& constraint : element.constraints) {
    out += fmt::format("{}  {}\n", indent, constraint_line(constraint));
  }
}

/// Takes the next word of `line`; empty at the end.
std::string_view take_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "1..35", "..35", "1.." into two optional numbers, split at `mark`; false when it has another form.
bool parse_pair(std::string_view text, std::string_view mark, std::optional<std::uint32_t>& low,
                std::optional<std::uint32_t>& high) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, at);
  const std::string_view after = text.substr(at + mark.size());
  if (!before.empty() && !(low = parse_number(before))) return false;
  if (!after.empty() && !(high = parse_number(after))) return false;
  return low || high;
}

bool parse_occurrence(std::string_view text, ElementDefinition& element) {
  element.occurs_min = text == "+" ? 1 : 0;
  element.occurs_max = text == "?" ? 1 : unbounded;
  if (text == "?" || text == "*" || text == "+") return true;
  const std::size_t at = text.find("..");
  if (at == std::string_view::npos) return false;
  const auto low = parse_number(text.substr(0, at));
  const auto high = text.substr(at + 2) == "*" ? unbounded : parse_number(text.substr(at + 2));
  if (!low || !high || *low > *high || *high == 0) return false;
  element.occurs_min = *low;
  element.occurs_max = *high;
  return true;
}

/// The facets of a simple type, after its base; nothing is left of `rest` when all were understood.
bool parse_facets(std::string_view rest, TypeDefinition& type) {
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (type.base == LeafType::code) {
      type.codes.emplace_back(word);
    } else if (word == "pattern") {
      type.pattern = rest.substr(std::min<std::size_t>(1, rest.size()));
      return !type.pattern.empty();
    } else if ((word == "min" || word == "max") && type.base == LeafType::decimal) {
      const std::string_view limit = take_word(rest);
      if (!parse_decimal(limit)) return false;
      (word == "min" ? type.value_min : type.value_max) = limit;
    } else if (type.base == LeafType::decimal) {
      if (!parse_pair(word, ".", type.digits_total, type.digits_fraction)) return false;
    } else if (type.base == LeafType::text || type.base == LeafType::binary) {
      if (!parse_pair(word, "..", type.length_min, type.length_max)) return false;
    } else {
      return false;
    }
  }
  return type.base != LeafType::code || !type.codes.empty();
}

std::optional<Diagnostic> parse_element(const NotationLines& lines, ElementDefinition& element) {
  std::string_view rest = lines.line();
  element.name = take_word(rest);
  std::string_view word = take_word(rest);
  const std::string_view last = take_word(rest);
  if (!last.empty()) {
    if (!parse_occurrence(word, element)) {
      return lines.error("ISO-0012"_code, fmt::format("{} is not an occurrence: ? * + or low..high", word));
    }
    word = last;
  }
  element.type = word;
  if (!take_word(rest).empty()) return lines.error("ISO-0010"_code, "an element line is: name, occurrence, type");
  if (!is_name(element.name) || !is_name(element.type)) {
    return lines.error("ISO-0013"_code, "an element line needs a name and the name of a type");
  }
  return std::nullopt;
}

std::optional<Diagnostic> parse_constraint(const NotationLines& lines, std::vector<ConstraintDefinition>& constraints) {
  std::string_view rest = lines.line();
  const std::string_view kind = take_word(rest);
  ConstraintDefinition constraint;
  constraint.key = kind == "key";
  constraint.name = take_word(rest);
  constraint.selector = take_word(rest);
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    constraint.fields.emplace_back(word);
  }
  if ((kind != "unique" && kind != "key") || !is_name(constraint.name) || constraint.fields.empty()) {
    return lines.error("ISO-0010"_code, "a constraint line is: `unique` or `key`, name, selector, fields");
  }
  constraints.push_back(std::move(constraint));
  return std::nullopt;
}

std::optional<Diagnostic> parse_attribute(const NotationLines& lines, TypeDefinition& type) {
  ElementDefinition line;
  if (auto wrong = parse_element(lines, line); wrong && wrong->code != "ISO-0013"_code) return wrong;
  if (line.name.size() < 2 || line.name[0] != '@' || !is_name(std::string_view(line.name).substr(1)) ||
      !is_name(line.type)) {
    return lines.error("ISO-0013"_code, "an attribute line needs a name that begins with @, and the name of a type");
  }
  type.attributes.push_back({line.name.substr(1), line.type, line.occurs_min == 1});
  return std::nullopt;
}

/// Lines below the head of a type.
std::optional<Diagnostic> parse_below(const NotationLines& lines, bool choice_type, TypeDefinition& type) {
  const bool inner = lines.indent() == 4;
  if (type.kind == TypeDefinition::Kind::simple && type.base == LeafType::code && inner) {
    std::string_view rest = lines.line();
    for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) type.codes.emplace_back(word);
    return std::nullopt;
  }
  if (type.kind == TypeDefinition::Kind::value && !inner) return parse_attribute(lines, type);
  const bool in_choice = !type.slots.empty() && type.slots.back().choice;
  // Deeper than the element above it, which a choice's member already is.
  const std::size_t deeper = in_choice && !choice_type ? 6 : 4;
  if (lines.indent() == deeper && !type.slots.empty() && !type.slots.back().elements.empty()) {
    return parse_constraint(lines, type.slots.back().elements.back().constraints);
  }
  if (type.kind != TypeDefinition::Kind::content || lines.indent() % 2 != 0 || lines.indent() > 4 ||
      (inner && (choice_type || !in_choice))) {
    return lines.error("ISO-0010"_code, "this line does not belong to the type above it");
  }
  if (lines.line() == "choice" && !inner && !choice_type) {
    type.slots.push_back({true, {}});
    return std::nullopt;
  }
  ElementDefinition element;
  if (auto wrong = parse_element(lines, element)) return wrong;
  if (choice_type && type.slots.empty()) type.slots.push_back({true, {}});
  if (!choice_type && !inner) type.slots.push_back({false, {}});
  type.slots.back().elements.push_back(std::move(element));
  return std::nullopt;
}

std::optional<Diagnostic> parse_type_head(const NotationLines& lines, TypeDefinition& type, bool& choice_type) {
  std::string_view rest = lines.line();
  type.name = take_word(rest);
  const std::string_view equals = take_word(rest);
  const std::string_view kind = take_word(rest);
  if (lines.indent() != 0 || equals != "=") {
    return lines.error("ISO-0010"_code, "a type begins with: Name = kind");
  }
  if (!is_name(type.name)) return lines.error("ISO-0013"_code, "a type needs a name");
  choice_type = kind == "choice";
  if (kind == "sequence" || kind == "choice") {
    type.kind = TypeDefinition::Kind::content;
    if (!rest.empty()) return lines.error("ISO-0010"_code, "nothing may follow here");
  } else if (kind == "value") {
    type.kind = TypeDefinition::Kind::value;
    type.value_type = take_word(rest);
    if (!is_name(type.value_type) || !rest.empty()) {
      return lines.error("ISO-0013"_code, "`value` needs the name of a simple type");
    }
  } else if (kind == "any") {
    type.kind = TypeDefinition::Kind::any;
    type.process = take_word(rest);
    type.any_namespace = take_word(rest);
    if (type.any_namespace.empty()) type.any_namespace = "##any";
    const bool strict = type.process == "strict" && type.any_namespace != "##any";
    if (type.process != "lax" && type.process != "skip" && !strict) {
      return lines.error("ISO-0010"_code, "`any` is followed by lax, skip, or strict and one namespace");
    }
  } else {
    const auto base =
        std::find_if(std::begin(base_names), std::end(base_names), [&](auto& b) { return b.name == kind; });
    if (base == std::end(base_names)) {
      return lines.error("ISO-0011"_code, fmt::format("{} is not a kind of type", kind));
    }
    type.base = base->type;
    if (!parse_facets(rest, type)) return lines.error("ISO-0010"_code, "the facets of this type are not understood");
  }
  return std::nullopt;
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 256) return false;
  if (text[0] >= '0' && text[0] <= '9') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' || c == '.';
  });
}

std::string constraint_line(const ConstraintDefinition& constraint) {
  return fmt::format("{} {} {} {}", constraint.key ? "key" : "unique", constraint.name, constraint.selector,
                     fmt::join(constraint.fields, " "));
}

void print_type(const TypeDefinition& type, std::string& out) {
  out += type.name + " = ";
  switch (type.kind) {
    case TypeDefinition::Kind::simple:
      return print_simple(type, out);
    case TypeDefinition::Kind::value:
      out += "value " + type.value_type + '\n';
      for (const AttributeDefinition& attribute : type.attributes) {
        out += fmt::format("  @{} {}{}\n", attribute.name, attribute.required ? "" : "? ", attribute.type);
      }
      return;
    case TypeDefinition::Kind::any:
      out += "any " + type.process;
      if (type.any_namespace != "##any") out += ' ' + type.any_namespace;
      out += '\n';
      return;
    case TypeDefinition::Kind::content:
      out += type.is_choice() ? "choice\n" : "sequence\n";
      for (const SlotDefinition& slot : type.slots) {
        const bool inner = slot.choice && !type.is_choice();
        if (inner) out += "  choice\n";
        for (const ElementDefinition& element : slot.elements) print_element(element, inner ? "    " : "  ", out);
      }
  }
}

std::string type_body(const TypeDefinition& type) {
  if (type.kind == TypeDefinition::Kind::content) return type.is_choice() ? "choice" : "sequence";
  std::string text;
  print_type(type, text);
  text.erase(0, type.name.size() + 3);
  text.erase(std::min(text.find("\n  @"), text.size() - 1));
  // Codes that go on in the next line are joined.
  for (std::size_t at = 0; (at = text.find("\n   ", at)) != std::string::npos;) text.erase(at, 4);
  return text;
}

void print_head(const SchemaDefinition& schema, std::string& out) {
  out += fmt::format("namespace {}\nroot {} {}\n", schema.xml_namespace, schema.root_element, schema.root_type);
  for (const ConstraintDefinition& constraint : schema.root_constraints) {
    out += fmt::format("  {}\n", constraint_line(constraint));
  }
}

bool NotationLines::next() {
  while (next_ < text_.size()) {
    offset_ = next_;
    const std::size_t end = std::min(text_.find('\n', next_), text_.size());
    line_ = text_.substr(next_, end - next_);
    next_ = end + 1;
    ++number_;
    if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
    while (!line_.empty() && line_.back() == ' ') line_.remove_suffix(1);
    indent_ = std::min(line_.find_first_not_of(' '), line_.size());
    line_.remove_prefix(indent_);
    if (!line_.empty() && line_[0] != '#') return true;
  }
  offset_ = text_.size();
  return false;
}

Diagnostic NotationLines::error(Code code, std::string text) const {
  Diagnostic wrong;
  wrong.code = code;
  wrong.place.file = file_;
  wrong.place.line_number = number_;
  wrong.place.column_number = static_cast<std::uint32_t>(indent_ + 1);
  wrong.place.offset_bytes = offset_ + indent_;
  wrong.place.length_bytes = line_.size();
  wrong.text = std::move(text);
  return wrong;
}

std::optional<TypeDefinition> parse_type(NotationLines& lines, bool& more, Findings& findings) {
  TypeDefinition type;
  bool choice_type = false;
  std::optional<Diagnostic> wrong = parse_type_head(lines, type, choice_type);
  more = lines.next();
  for (; more && lines.indent() != 0; more = lines.next()) {
    if (!wrong) wrong = parse_below(lines, choice_type, type);
  }
  if (wrong) {
    findings.add(std::move(*wrong));
    return std::nullopt;
  }
  return type;
}

std::optional<SchemaDefinition> parse_message(std::string_view text, std::string file, std::string id,
                                              Findings& findings) {
  NotationLines lines(text, std::move(file));
  SchemaDefinition schema;
  schema.id = std::move(id);
  bool more = lines.next();
  if (find_wrong_character(text) != text.size()) {  // it could not be exported as an XSD
    findings.add(lines.error("ISO-0010"_code, "the file is not well-formed UTF-8, or holds control characters"));
    return std::nullopt;
  }
  for (const std::string_view key : {"namespace", "root"}) {
    std::string_view rest = more ? lines.line() : std::string_view();
    if (take_word(rest) != key) {
      findings.add(lines.error("ISO-0014"_code, fmt::format("a message file begins with `namespace` and `root`")));
      return std::nullopt;
    }
    if (key == "namespace") {
      schema.xml_namespace = take_word(rest);
    } else {
      schema.root_element = take_word(rest);
      schema.root_type = take_word(rest);
    }
    more = lines.next();
  }
  if (schema.xml_namespace.empty() || !is_name(schema.root_element) || !is_name(schema.root_type)) {
    findings.add(lines.error("ISO-0014"_code, "`namespace` needs a name; `root` needs an element and a type"));
    return std::nullopt;
  }
  bool good = true;
  for (; more && lines.indent() != 0; more = lines.next()) {
    if (auto wrong = parse_constraint(lines, schema.root_constraints)) {
      findings.add(std::move(*wrong));
      good = false;
    }
  }
  std::set<std::string, std::less<>> names;
  while (more) {
    Diagnostic twice = lines.error("ISO-0010"_code, "a type of this name stands in the file already");
    if (auto type = parse_type(lines, more, findings)) {
      if (!names.insert(type->name).second) {
        findings.add(std::move(twice));
        good = false;
      }
      schema.types.push_back(std::move(*type));
    } else {
      good = false;
    }
  }
  schema.sort();
  return good ? std::optional(std::move(schema)) : std::nullopt;
}

}  // namespace tilmash::iso20022
