#include "iso20022/catalogue_files.h"

#include <fmt/format.h>

#include <optional>

#include "iso20022/notation.h"

namespace tilmash::iso20022 {
namespace {

std::string type_file(std::string_view type_name) {
  return std::string(type_folder) + type_name[0] + std::string(type_suffix);
}

/// All types of one shared file, by name.
std::map<std::string, TypeDefinition> read_types(const Data& data, const std::string& file, Findings& findings) {
  std::map<std::string, TypeDefinition> types;
  NotationLines lines(data.find(file).value_or(""), file);
  for (bool more = lines.next(); more;) {
    if (auto type = parse_type(lines, more, findings)) types.insert_or_assign(type->name, std::move(*type));
  }
  return types;
}

}  // namespace

std::map<std::string, std::string> catalogue_files(const Catalogue& catalogue, const Data& data,
                                                   const std::vector<SchemaDefinition>& schemas, NewTypes new_types,
                                                   Findings& findings) {
  std::map<std::string, std::string> files;
  std::map<std::string, std::optional<TypeDefinition>, std::less<>> known;
  std::map<std::string, std::map<std::string, TypeDefinition>> changed;  // by file
  const auto find_shared = [&](const std::string& name) -> std::optional<TypeDefinition>& {
    const auto [at, added] = known.try_emplace(name);
    if (added) at->second = catalogue.shared_type(name, findings);
    return at->second;
  };
  for (const SchemaDefinition& schema : schemas) {
    const std::string file = std::string(message_folder) + schema.id + std::string(message_suffix);
    if (files.contains(file)) {
      Diagnostic wrong;
      wrong.code = "ISO-0025"_code;
      wrong.text = fmt::format("two of these schemas are of the message {}", schema.id);
      wrong.help = "a later import into the same folder replaces an earlier one";
      findings.add(std::move(wrong));
      continue;
    }
    std::string own;
    print_head(schema, own);
    for (const TypeDefinition& type : schema.types) {
      const bool is_root = type.name == schema.root_type;
      std::optional<TypeDefinition>& shared = find_shared(type.name);
      if (!is_root && !shared && new_types == NewTypes::shared) {
        shared = type;
        const std::string types = type_file(type.name);
        const auto [at, added] = changed.try_emplace(types);
        if (added) at->second = read_types(data, types, findings);
        at->second.insert_or_assign(type.name, type);
      }
      if (is_root || !shared || *shared != type) print_type(type, own);
    }
    files[file] = std::move(own);
  }
  for (const auto& [file, types] : changed) {
    std::string& text = files[file];
    for (const auto& [name, type] : types) print_type(type, text);
  }
  return files;
}

}  // namespace tilmash::iso20022
