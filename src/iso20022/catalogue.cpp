#include "iso20022/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <set>

#include "iso20022/notation.h"

namespace tilmash::iso20022 {
namespace {

std::string message_file(std::string_view id) {
  return std::string(message_folder).append(id).append(message_suffix);
}

/// The first line of the type with this name in a text whose types stand in the order of their names; `text.size()`
/// when there is none. What is indented belongs to the type above.
std::size_t find_sorted(std::string_view text, std::string_view name) {
  const std::string wanted = std::string(name) + ' ';  // a blank stands before all that a name may hold
  const auto line_begin = [&](std::size_t at) {
    const void* const before = memrchr(text.data(), '\n', at);
    return before == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(before) - text.data()) + 1;
  };
  const auto line_end = [&](std::size_t at) { return std::min(text.find('\n', at), text.size() - 1) + 1; };
  const auto is_head = [&](std::size_t line) { return text[line] != ' ' && text[line] != '\n' && text[line] != '#'; };
  std::size_t low = 0;
  std::size_t high = text.size();
  while (low < high) {
    std::size_t head = line_begin(low + (high - low) / 2);
    while (head > low && !is_head(head)) head = line_begin(head - 1);
    const int order = text.compare(head, wanted.size(), wanted);
    if (order == 0) return head;
    if (order > 0) {
      high = head;
    } else {
      for (low = line_end(head); low < high && !is_head(low);) low = line_end(low);
    }
  }
  return text.size();
}

}  // namespace

std::vector<std::string> Catalogue::list() const {
  std::vector<std::string> ids = data_.list(message_folder, message_suffix);
  for (std::string& id : ids) id = id.substr(message_folder.size(), id.size() - message_file("").size());
  return ids;
}

Catalogue::TypeFiles Catalogue::open_type_files(char letter) const {
  TypeFiles files;
  const std::vector<std::string> names = data_.list(std::string(type_folder) + letter, type_suffix);
  const Data ours;
  const auto is_ours = [&](const std::string& name) {
    const auto text = ours.find(name);
    return text && text->data() == data_.find(name)->data();
  };
  const bool sorted = std::all_of(names.begin(), names.end(), is_ours);
  for (const std::string& name : names) {
    const std::string_view text = *data_.find(name);
    if (sorted) {
      files.sorted.push_back(text);
      continue;
    }
    NotationLines lines(text, name);
    for (bool more = lines.next(); more; more = lines.next()) {
      if (lines.indent() != 0) continue;
      const std::string_view key = lines.line().substr(0, lines.line().find(' '));
      files.types.insert_or_assign(key, text.substr(lines.offset()));
    }
  }
  return files;
}

std::string_view Catalogue::find_type(std::string_view name) const {
  if (name.empty()) return {};
  // Types stand in files named after their first letter.
  auto files = type_files_.find(name[0]);
  if (files == type_files_.end()) files = type_files_.emplace(name[0], open_type_files(name[0])).first;
  for (const std::string_view text : files->second.sorted) {
    if (const std::size_t at = find_sorted(text, name); at != text.size()) return text.substr(at);
  }
  const auto found = files->second.types.find(name);
  return found == files->second.types.end() ? std::string_view() : found->second;
}

std::optional<TypeDefinition> Catalogue::shared_type(std::string_view name, Findings& findings) const {
  const std::string_view text = find_type(name);
  if (text.empty()) return std::nullopt;
  NotationLines lines(text, std::string(type_folder) + name[0] + std::string(type_suffix));
  bool more = lines.next();
  return parse_type(lines, more, findings);
}

std::optional<SchemaDefinition> Catalogue::definition(std::string_view id, Findings& findings) const {
  const std::string file = message_file(id);
  const auto text = data_.find(file);
  if (!text) return std::nullopt;
  auto schema = parse_message(*text, file, std::string(id), findings);
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
      wrong.place.file = file;
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
  const std::string file = message_file(id);
  const auto text = data_.find(file);
  if (!text) return {};
  Findings ignored(1);
  const auto schema = parse_message(*text, file, std::string(id), ignored);
  const TypeDefinition* root = schema ? schema->find(schema->root_type) : nullptr;
  if (root == nullptr) return {};
  // A header's root holds its elements at once.
  const bool wraps = root->slots.size() == 1 && root->slots[0].elements.size() == 1;
  return wraps ? root->slots[0].elements[0].type : root->name;
}

const Message* Catalogue::find(std::string_view id) const {
  if (const auto found = compiled_.find(id); found != compiled_.end()) return found->second.get();
  if (!data_.find(message_file(id))) return nullptr;
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
    for (const std::string& id : list()) {
      NotationLines lines(data_.find(message_file(id)).value_or(""), id);
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
