#include "adapters/formats/iso8583/draft.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/iso8583/spec.h"

namespace tilmash::formats::iso8583 {
namespace {

constexpr std::string_view folder = "schemas/iso8583/";

class DraftReader {
 public:
  DraftReader(const Data& data, SpecDraft& draft, Findings& findings)
      : data_(data), draft_(draft), findings_(findings) {}

  void read_file(const ConfigFile& file, unsigned depth);

 private:
  void read_bases(const ConfigFile& file, const std::vector<std::string>& names, unsigned depth);
  void read_prefix(const ConfigValue* value, PrefixDraft& prefix);
  void read_bitmap(const ConfigValue* value, BitmapDraft& bitmap);
  void read_frame(const ConfigValue* value, FrameDraft& frame);
  void read_types(const ConfigValue* value);
  void read_element(const ConfigValue& value, ElementDraft& element, unsigned depth);
  void read_elements(const ConfigValue* value, std::vector<ElementDraft>& elements, unsigned depth);
  void read_rules(const ConfigValue* value);

  bool is_table(const ConfigValue& value, std::string_view key) {
    if (value.kind == ConfigValue::Kind::table) return true;
    findings_.add(config_error(*file_, value, "CRD-0101"_code, fmt::format("`{}` should be a table", key)));
    return false;
  }

  const Data& data_;
  SpecDraft& draft_;
  Findings& findings_;
  const ConfigFile* file_ = nullptr;
  std::size_t bases_ = 0;
};

void set(std::optional<std::string>& to, ConfigReader& row, std::string_view key) {
  if (row.value(key) != nullptr) to = row.string(key);
}
void set(std::optional<std::int64_t>& to, ConfigReader& row, std::string_view key) {
  if (row.value(key) != nullptr) to = row.integer(key);
}

void DraftReader::read_bases(const ConfigFile& file, const std::vector<std::string>& names, unsigned depth) {
  const ConfigValue& at = *file.root.find("spec");
  for (const std::string& name : names) {
    const std::string path = fmt::format("{}{}.toml", folder, name);
    const auto text = data_.find(path);
    if (!text || depth >= 8 || ++bases_ > bases_max) {
      std::string known;
      for (const std::string& each : data_.list(folder, ".toml")) {
        known += (known.empty() ? "" : ", ") + each.substr(folder.size(), each.size() - folder.size() - 5);
      }
      findings_.add(config_error(file, at, "CRD-0103"_code,
                                 text ? "specifications are based on each other without end"
                                      : fmt::format("there is no specification {}", path),
                                 "known: " + known));
      continue;
    }
    auto base = read_config(path, *text, findings_);
    if (!base) continue;
    draft_.files.push_back(std::make_unique<ConfigFile>(std::move(*base)));
    read_file(*draft_.files.back(), depth + 1);
  }
}

void DraftReader::read_file(const ConfigFile& file, unsigned depth) {
  ConfigReader row(file, file.root, findings_);
  row.string("format");
  const std::vector<std::string> bases = row.strings_or_empty("spec");
  if (!bases.empty()) read_bases(file, bases, depth);
  file_ = &file;
  draft_.name = row.string("name");
  draft_.root = {&file, &file.root};
  set(draft_.code_page, row, "code_page");
  read_prefix(row.value("prefix"), draft_.prefix);
  read_types(row.value("types"));
  set(draft_.version, row, "version");
  set(draft_.unknown_fields, row, "unknown_fields");
  if (const ConfigValue* mti = row.value("mti")) read_element(*mti, draft_.mti, 0);
  read_bitmap(row.value("bitmap"), draft_.bitmap);
  read_frame(row.value("frame"), draft_.frame);
  read_elements(row.value("fields"), draft_.fields, 0);
  read_rules(row.value("message"));
  row.finish();
}

void DraftReader::read_prefix(const ConfigValue* value, PrefixDraft& prefix) {
  if (value == nullptr || !is_table(*value, "prefix")) return;
  ConfigReader row(*file_, *value, findings_);
  prefix.row = {file_, value};
  set(prefix.encoding, row, "encoding");
  set(prefix.size, row, "size");
  set(prefix.counts, row, "counts");
  set(prefix.align, row, "align");
  set(prefix.order, row, "order");
  row.finish();
}

void DraftReader::read_bitmap(const ConfigValue* value, BitmapDraft& bitmap) {
  if (value == nullptr || !is_table(*value, "bitmap")) return;
  ConfigReader row(*file_, *value, findings_);
  bitmap.row = {file_, value};
  set(bitmap.encoding, row, "encoding");
  set(bitmap.letters, row, "letters");
  set(bitmap.tertiary, row, "tertiary");
  set(bitmap.code_page, row, "code_page");
  set(bitmap.count, row, "count");
  set(bitmap.always, row, "always");
  set(bitmap.size, row, "size");
  if (row.value("announced") != nullptr) bitmap.announced = row.boolean_or("announced", true);
  row.finish();
}

/// A frame is said whole: what a base says of it does not hold besides.
void DraftReader::read_frame(const ConfigValue* value, FrameDraft& frame) {
  if (value == nullptr || !is_table(*value, "frame")) return;
  ConfigReader row(*file_, *value, findings_);
  frame = {};
  frame.row = {file_, value};
  read_prefix(row.value("length"), frame.length);
  set(frame.counts, row, "counts");
  set(frame.end, row, "end");
  set(frame.code_page, row, "code_page");
  set(frame.max, row, "max");
  if (row.value("header") != nullptr) {
    if (const ConfigValue* header = row.array("header")) {
      for (const ConfigValue& part : header->items) {
        ElementDraft& element = frame.header.emplace_back();
        element.tag = fmt::format("header {}", frame.header.size());
        read_element(part, element, depth_max);
      }
    }
  }
  row.finish();
}

void DraftReader::read_types(const ConfigValue* value) {
  if (value == nullptr || !is_table(*value, "types")) return;
  constexpr std::string_view known[] = {"n", "x+n", "z", "b", "text"};
  for (const ConfigValue::Member& member : value->members) {
    if (std::find(std::begin(known), std::end(known), member.key) == std::end(known)) {
      findings_.add(config_error(*file_, member.value, "CRD-0101"_code,
                                 fmt::format("there is no type \"{}\" to be set", member.key),
                                 "known: n, x+n, z, b, text (all others)"));
      continue;
    }
    if (!is_table(member.value, member.key)) continue;
    auto found = std::find_if(draft_.types.begin(), draft_.types.end(), [&](auto& e) { return e.first == member.key; });
    if (found == draft_.types.end()) found = draft_.types.insert(found, {member.key, {}});
    ConfigReader row(*file_, member.value, findings_);
    set(found->second.encoding, row, "encoding");
    set(found->second.align, row, "align");
    set(found->second.pad, row, "pad");
    read_prefix(row.value("prefix"), found->second.prefix);
    row.finish();
  }
}

void DraftReader::read_element(const ConfigValue& value, ElementDraft& element, unsigned depth) {
  if (value.kind == ConfigValue::Kind::boolean && value.integer == 0) {
    element.dropped = true;
    return;
  }
  if (!is_table(value, element.tag)) return;
  ConfigReader row(*file_, value, findings_);
  element.dropped = false;
  element.row = {file_, &value};
  set(element.name, row, "name");
  set(element.type, row, "type");
  set(element.encoding, row, "encoding");
  set(element.code_page, row, "code_page");
  set(element.align, row, "align");
  set(element.pad, row, "pad");
  set(element.value, row, "value");
  set(element.pattern, row, "pattern");
  set(element.is, row, "const");
  set(element.sensitivity, row, "sensitivity");
  if (row.value("content") != nullptr) element.elements.clear();  // those of another content
  set(element.content, row, "content");
  set(element.repeat, row, "repeat");
  if (row.value("optional") != nullptr) element.optional = row.boolean_or("optional", false);
  read_prefix(row.value("prefix"), element.prefix);
  read_prefix(row.value("tag"), element.item_tag);
  read_prefix(row.value("tag_length"), element.item_prefix);
  read_bitmap(row.value("bitmap"), element.bitmap);
  if (const ConfigValue* elements = row.value("elements")) {
    if (depth >= depth_max) {
      row.error("CRD-0101"_code, fmt::format("elements stand within each other at most {} deep", depth_max));
    } else {
      read_elements(elements, element.elements, depth + 1);
    }
  }
  row.finish();
}

void DraftReader::read_elements(const ConfigValue* value, std::vector<ElementDraft>& elements, unsigned depth) {
  if (value == nullptr || !is_table(*value, "fields")) return;
  for (const ConfigValue::Member& member : value->members) {
    auto found = std::find_if(elements.begin(), elements.end(), [&](auto& e) { return e.tag == member.key; });
    if (found == elements.end()) {
      found = elements.insert(found, ElementDraft{});
      found->tag = member.key;
    }
    read_element(member.value, *found, depth);
  }
}

void DraftReader::read_rules(const ConfigValue* value) {
  if (value == nullptr) return;
  std::vector<RuleDraft> rules;
  if (value->kind != ConfigValue::Kind::array) {
    findings_.add(config_error(*file_, *value, "CRD-0101"_code, "`message` should be an array of tables"));
    return;
  }
  for (const ConfigValue& each : value->items) {
    if (!is_table(each, "message")) continue;
    ConfigReader row(*file_, each, findings_);
    RuleDraft& rule = rules.emplace_back();
    rule.row = {file_, &each};
    rule.types = row.strings_or_empty("mti");
    const auto numbers = [&](std::string_view key, std::vector<std::int64_t>& to) {
      if (row.value(key) == nullptr) return;
      const ConfigValue* list = row.array(key);
      if (list == nullptr) return;
      for (const ConfigValue& number : list->items) to.push_back(number.integer);
    };
    numbers("required", rule.required);
    numbers("optional", rule.optional);
    row.finish();
  }
  draft_.rules.insert(draft_.rules.begin(), std::make_move_iterator(rules.begin()),
                      std::make_move_iterator(rules.end()));
}

}  // namespace

void read_draft(const ConfigFile& file, const Data& data, SpecDraft& draft, Findings& findings) {
  DraftReader(data, draft, findings).read_file(file, 0);
}

}  // namespace tilmash::formats::iso8583
