#include "iso20022/catalogue.h"

#include <fmt/format.h>

#include <deque>
#include <set>

#include "iso20022/notation.h"

namespace tilmash::iso20022 {

Catalogue::Catalogue(const Data& data) : data_(data) {
  for (const std::string& file : data.list(message_folder, message_suffix)) {
    std::string id = file.substr(message_folder.size());
    id.resize(id.size() - message_suffix.size());
    messages_[std::move(id)] = file;
  }
  for (const std::string& file : data.list(type_folder, type_suffix)) {
    if (file.size() > type_folder.size() + type_suffix.size()) type_files_[file[type_folder.size()]].push_back(file);
  }
}

std::vector<std::string> Catalogue::list() const {
  std::vector<std::string> ids;
  for (const auto& [id, file] : messages_) ids.push_back(id);
  return ids;
}

std::string_view Catalogue::find_type(std::string_view name) const {
  if (name.empty()) return {};
  // Types stand in files named after their first letter.
  if (const auto files = type_files_.find(name[0]); files != type_files_.end()) {
    for (const std::string& file : files->second) {
      const std::string_view text = data_.find(file).value_or("");
      NotationLines lines(text, file);
      for (bool more = lines.next(); more; more = lines.next()) {
        if (lines.indent() != 0) continue;
        const std::string_view key = lines.line().substr(0, lines.line().find(' '));
        types_.insert_or_assign(key, text.substr(lines.offset()));
      }
    }
    type_files_.erase(files);
  }
  const auto found = types_.find(name);
  return found == types_.end() ? std::string_view() : found->second;
}

std::optional<TypeDefinition> Catalogue::shared_type(std::string_view name, Findings& findings) const {
  const std::string_view text = find_type(name);
  if (text.empty()) return std::nullopt;
  NotationLines lines(text, std::string(type_folder) + name[0] + std::string(type_suffix));
  bool more = lines.next();
  return parse_type(lines, more, findings);
}

std::optional<SchemaDefinition> Catalogue::definition(std::string_view id, Findings& findings) const {
  const auto file = messages_.find(id);
  if (file == messages_.end()) return std::nullopt;
  auto schema = parse_message(data_.find(file->second).value_or(""), file->second, std::string(id), findings);
  if (!schema) return std::nullopt;
  std::deque<std::string> wanted = {schema->root_type};
  std::set<std::string, std::less<>> seen = {schema->root_type};
  std::vector<TypeDefinition> reached;
  while (!wanted.empty()) {
    const std::string name = std::move(wanted.front());
    wanted.pop_front();
    const TypeDefinition* own = schema->find(name);
    std::optional<TypeDefinition> type = own != nullptr ? *own : shared_type(name, findings);
    if (!type) {
      Diagnostic wrong;
      wrong.code = "ISO-0020"_code;
      wrong.place.file = file->second;
      wrong.text = fmt::format("type {} is not defined", name);
      findings.add(std::move(wrong));
      return std::nullopt;
    }
    const auto want = [&](const std::string& other) {
      if (seen.insert(other).second) wanted.push_back(other);
    };
    for (const SlotDefinition& slot : type->slots) {
      for (const ElementDefinition& element : slot.elements) want(element.type);
    }
    if (!type->value_type.empty()) want(type->value_type);
    for (const AttributeDefinition& attribute : type->attributes) want(attribute.type);
    reached.push_back(std::move(*type));
  }
  schema->types = std::move(reached);
  schema->sort();
  return schema;
}

std::string Catalogue::name_of(std::string_view id) const {
  const auto file = messages_.find(id);
  if (file == messages_.end()) return {};
  Findings ignored(1);
  const auto schema = parse_message(data_.find(file->second).value_or(""), file->second, std::string(id), ignored);
  const TypeDefinition* root = schema ? schema->find(schema->root_type) : nullptr;
  if (root == nullptr) return {};
  // A header's root holds its elements at once.
  const bool wraps = root->slots.size() == 1 && root->slots[0].elements.size() == 1;
  return wraps ? root->slots[0].elements[0].type : root->name;
}

const Message* Catalogue::find(std::string_view id) const {
  if (const auto found = compiled_.find(id); found != compiled_.end()) return found->second.get();
  if (!messages_.contains(id)) return nullptr;
  std::unique_ptr<const Message> message;
  if (auto schema = definition(id, findings_)) message = Message::compile(std::move(*schema), findings_);
  return compiled_.emplace(id, std::move(message)).first->second.get();
}

const Message* Catalogue::find_by_namespace(std::string_view xml_namespace) const {
  if (xml_namespace.starts_with(namespace_prefix)) {
    const Message* message = find(xml_namespace.substr(namespace_prefix.size()));
    if (message != nullptr && message->xml_namespace() == xml_namespace) return message;
  }
  // A variant under a name of its own: look at the heads, once.
  if (ids_by_namespace_.empty()) {
    for (const auto& [id, file] : messages_) {
      NotationLines lines(data_.find(file).value_or(""), file);
      constexpr std::string_view key = "namespace ";
      if (lines.next() && lines.line().starts_with(key)) {
        ids_by_namespace_.emplace(lines.line().substr(key.size()), id);
      }
    }
  }
  const auto found = ids_by_namespace_.find(xml_namespace);
  return found == ids_by_namespace_.end() ? nullptr : find(found->second);
}

}  // namespace tilmash::iso20022
