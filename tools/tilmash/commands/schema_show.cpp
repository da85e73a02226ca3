// `tilmash schema show MESSAGE [PATH]`: a message's elements as a tree, straight from its definition.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/config.h"
#include "command.h"
#include "iso20022/constraint_path.h"
#include "iso20022/notation.h"
#include "known_message.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

constexpr std::size_t type_column = 48;

struct Options {
  std::string message;
  std::string path;
  bool types = false;
};

class Tree {
 public:
  Tree(const SchemaDefinition& schema, bool types) : schema_(schema), types_(types) {}

  void print(const ElementDefinition& element, std::size_t depth) {
    const TypeDefinition* type = schema_.find(element.type);
    if (type == nullptr) return;  // a compiled message has all of its types
    const bool again = std::find(open_.begin(), open_.end(), type) != open_.end();
    const std::string head = fmt::format("{:{}}{}{}", "", 2 * depth, element.name, occurrence(element));
    print_line(head, *type, again);
    if (again) return;
    open_.push_back(type);
    for (const ConstraintDefinition& constraint : element.constraints) {
      fmt::print("{:{}}{}\n", "", 2 * depth + 2, to_text(constraint));
    }
    for (const AttributeDefinition& attribute : type->attributes) {
      const TypeDefinition* own = schema_.find(attribute.type);
      const std::string line =
          fmt::format("{:{}}@{}{}", "", 2 * depth + 2, attribute.name, attribute.required ? "" : "  [0..1]");
      if (own != nullptr) print_line(line, *own, false);
    }
    for (const SlotDefinition& slot : type->slots) {
      const bool inner = slot.choice && !type->is_choice();
      if (inner) fmt::print("{:{}}one of:\n", "", 2 * depth + 2);
      for (const ElementDefinition& child : slot.elements) print(child, depth + (inner ? 2 : 1));
    }
    open_.pop_back();
  }

 private:
  static std::string occurrence(const ElementDefinition& element) {
    if (element.occurs_min == 1 && element.occurs_max == 1) return "";
    const std::string high = element.occurs_max == unbounded ? "*" : std::to_string(element.occurs_max);
    return fmt::format("  [{}..{}]", element.occurs_min, high);
  }

  void print_line(std::string line, const TypeDefinition& type, bool again) const {
    if (type.is_choice()) line += "  one of:";
    std::string text;
    if (type.kind == TypeDefinition::Kind::value) {
      const TypeDefinition* value = schema_.find(type.value_type);
      text = fmt::format("{} = {}", type.name, value != nullptr ? type_body(*value) : type.value_type);
    } else if (type.kind != TypeDefinition::Kind::content) {
      text = fmt::format("{} = {}", type.name, type_body(type));
    } else if (types_ || again) {
      text = type.name + (again ? ", as above" : "");
    }
    if (text.empty()) {
      fmt::print("{}\n", line);
    } else {
      fmt::print("{:<{}}  {}\n", line, type_column, text);
    }
  }

  const SchemaDefinition& schema_;
  bool types_;
  std::vector<const TypeDefinition*> open_;
};

/// The element at a path below the root; "[1]" behind a step, and the root itself as first step, may stand as they do
/// in findings. Nothing when there is none: `failed` then says so.
std::optional<ElementDefinition> find_element(const SchemaDefinition& schema, std::string_view path,
                                              std::string& failed, std::string& help) {
  ElementDefinition at{schema.root_element, schema.root_type, 1, 1, schema.root_constraints};
  bool first = true;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    std::string_view step = path.substr(0, std::min(end, path.find('[')));
    path.remove_prefix(std::min(end + 1, path.size()));
    if (step.empty() || (first && step == schema.root_element)) continue;
    first = false;
    const TypeDefinition* type = schema.find(at.type);
    const ElementDefinition* found = nullptr;
    for (const SlotDefinition& slot : type->slots) {
      for (const ElementDefinition& element : slot.elements) {
        if (element.name == step && found == nullptr) found = &element;
      }
    }
    if (found == nullptr) {
      std::vector<std::string> names;
      for (const SlotDefinition& slot : type->slots) {
        for (const ElementDefinition& element : slot.elements) names.push_back(element.name);
      }
      const std::string near = nearest_name(step, names);
      failed = fmt::format("{} has no element {}", at.name, step);
      help = near.empty() ? "" : fmt::format("the nearest name there is {}", near);
      return std::nullopt;
    }
    at = *found;
  }
  return at;
}

int show(const Data& data, const Options& options) {
  const Catalogue catalogue(data);
  const Message* message = require_message(catalogue, options.message);
  if (message == nullptr) return exit_usage;
  std::string failed;
  std::string help;
  const auto element = find_element(message->schema(), options.path, failed, help);
  if (!element) {
    print_error("CLI-0021"_code, failed, help);
    return exit_usage;
  }
  Tree(message->schema(), options.types).print(*element, 0);
  return exit_clean;
}

}  // namespace

void add_schema_show(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.get_subcommand("schema")->add_subcommand("show", "A message's elements as a tree");
  command->add_option("MESSAGE", options->message, "Message id, such as pacs.008.001.08")->required();
  command->add_option("PATH", options->path, "Only this element and what is below it");
  command->add_flag("--types", options->types, "With the names of the types of elements that hold elements");
  command->footer(
      "Occurrence stands behind the name ([0..1]; nothing is exactly one), then the type and what a value keeps to.\n"
      "Examples:\n  tilmash schema show pacs.008.001.08 FIToFICstmrCdtTrf/CdtTrfTxInf/PmtId");
  command->callback([&session, options] { session.run = [&, options] { return show(*session.data, *options); }; });
}

}  // namespace tilmash::tool
