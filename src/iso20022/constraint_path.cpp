#include "iso20022/constraint_path.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "iso20022/notation.h"

namespace tilmash::iso20022 {
namespace {

using Kind = TypeDefinition::Kind;

// Nobody's constraint comes near; what is refused can't take long either.
constexpr std::size_t fields_max = 16;
constexpr std::size_t branches_max = 16;
constexpr std::size_t steps_max = 40;

/// The parts of `text` between the marks.
std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = std::min(text.find(mark), text.size());
    parts.push_back(text.substr(0, at));
    if (at == text.size()) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<ConstraintPath> parse_branch(std::string_view text) {
  ConstraintPath path;
  if (text == ".") return path;
  for (std::string_view step : split(text, '/')) {
    const bool attribute = step.starts_with('@');
    if (!path.attribute.empty() || !is_name(step.substr(attribute ? 1 : 0))) return std::nullopt;
    if (path.steps.size() == steps_max) return std::nullopt;
    attribute ? void(path.attribute = step.substr(1)) : void(path.steps.emplace_back(step));
  }
  return path;
}

class Checker {
 public:
  explicit Checker(const SchemaDefinition& schema) : schema_(schema) {}

  std::string run(const TypeDefinition& scope, const ConstraintDefinition& constraint) const {
    const auto selector = parse_constraint_paths(constraint.selector);
    if (constraint.fields.empty() || constraint.fields.size() > fields_max) return "a constraint has 1 to 16 fields";
    if (!selector) return fmt::format("the selector {} is not taken", constraint.selector);
    std::vector<const TypeDefinition*> rows;
    for (const ConstraintPath& path : *selector) {
      if (!path.attribute.empty()) return "a selector leads to elements";
      const auto found = follow(scope, path);
      rows.insert(rows.end(), found.begin(), found.end());
      if (found.empty()) return fmt::format("the selector {} leads to no element", constraint.selector);
    }
    for (const std::string& field : constraint.fields) {
      const auto paths = parse_constraint_paths(field);
      if (!paths) return fmt::format("the field {} is not taken", field);
      for (const TypeDefinition* row : rows) {
        if (std::string wrong = check_field(*row, field, *paths); !wrong.empty()) return wrong;
      }
    }
    return {};
  }

 private:
  /// The types of the elements that a path leads to, each once.
  std::vector<const TypeDefinition*> follow(const TypeDefinition& from, const ConstraintPath& path) const {
    std::vector<const TypeDefinition*> types = {&from};
    for (const std::string& step : path.steps) {
      std::vector<const TypeDefinition*> below;
      for (const TypeDefinition* type : types) {
        for (const SlotDefinition& slot : type->slots) {
          for (const ElementDefinition& element : slot.elements) {
            if (element.name == step) below.push_back(schema_.find(element.type));
          }
        }
      }
      std::sort(below.begin(), below.end());
      below.erase(std::unique(below.begin(), below.end()), below.end());
      std::erase(below, nullptr);
      types = std::move(below);
    }
    return types;
  }

  std::string check_field(const TypeDefinition& row, const std::string& field,
                          const std::vector<ConstraintPath>& paths) const {
    for (const ConstraintPath& path : paths) {
      const TypeDefinition* type = &row;
      for (const std::string& step : path.steps) {
        const ElementDefinition* only = only_element(*type, step);
        if (only == nullptr) {
          return fmt::format("in the field {}, {} is no element of {}, or may stand there more than once", field, step,
                             type->name);
        }
        type = schema_.find(only->type);
        if (type == nullptr) return fmt::format("type {} is not defined", only->type);
      }
      const auto named = [&](const AttributeDefinition& item) { return item.name == path.attribute; };
      const bool good = path.attribute.empty() ? type->kind == Kind::simple || type->kind == Kind::value
                                               : std::any_of(type->attributes.begin(), type->attributes.end(), named);
      if (!good) return fmt::format("the field {} leads to no value", field);
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (!exclude_each_other(row, paths[i], paths[j])) {
          return fmt::format("of the field {} more than one branch may have a value", field);
        }
      }
    }
    return {};
  }

  /// The element of this name, if it may occur once at most.
  static const ElementDefinition* only_element(const TypeDefinition& type, const std::string& name) {
    const ElementDefinition* found = nullptr;
    for (const SlotDefinition& slot : type.slots) {
      for (const ElementDefinition& element : slot.elements) {
        if (element.name != name) continue;
        if (found != nullptr || element.occurs_max != 1) return nullptr;
        found = &element;
      }
    }
    return found;
  }

  /// Whether two branches part at two members of one choice. Both lead somewhere.
  bool exclude_each_other(const TypeDefinition& row, const ConstraintPath& one, const ConstraintPath& other) const {
    const TypeDefinition* type = &row;
    for (std::size_t i = 0; i < std::min(one.steps.size(), other.steps.size()); ++i) {
      if (one.steps[i] != other.steps[i]) {
        return std::any_of(type->slots.begin(), type->slots.end(), [&](const SlotDefinition& slot) {
          const auto holds = [&](const std::string& name) {
            return std::any_of(slot.elements.begin(), slot.elements.end(),
                               [&](const ElementDefinition& element) { return element.name == name; });
          };
          return slot.choice && holds(one.steps[i]) && holds(other.steps[i]);
        });
      }
      type = schema_.find(only_element(*type, one.steps[i])->type);
    }
    return false;
  }

  const SchemaDefinition& schema_;
};

}  // namespace

std::optional<std::vector<ConstraintPath>> parse_constraint_paths(std::string_view text) {
  std::vector<ConstraintPath> paths;
  for (const std::string_view branch : split(text, '|')) {
    auto path = parse_branch(branch);
    if (!path || paths.size() == branches_max) return std::nullopt;
    paths.push_back(std::move(*path));
  }
  return paths;
}

std::string find_constraint_fault(const SchemaDefinition& schema, std::string_view type,
                                  const ConstraintDefinition& constraint) {
  const TypeDefinition* scope = schema.find(type);
  if (scope == nullptr) return fmt::format("type {} is not defined", type);
  if (scope->kind != Kind::content) return "the element holds no elements";
  return Checker(schema).run(*scope, constraint);
}

std::string to_text(const ConstraintDefinition& constraint) {
  return fmt::format("{} {}: {} of {}", constraint.key ? "key" : "unique", constraint.name,
                     fmt::join(constraint.fields, ", "), constraint.selector);
}

}  // namespace tilmash::iso20022
