#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/format.h"

namespace tilmash::formats {

/// Written by CMake from the folders below this one: all formats, ended by nullptr.
extern const Format* const all_formats[];

const Format* find_format(std::string_view name) {
  for (const Format* const* format = all_formats; *format != nullptr; ++format) {
    if ((*format)->name == name) return *format;
  }
  return nullptr;
}

std::string layout_of(std::string_view bytes, const Data& data, Findings& findings) {
  for (const Format* const* format = all_formats; *format != nullptr; ++format) {
    if ((*format)->layout_of == nullptr) continue;
    if (std::string text = (*format)->layout_of(bytes, data, findings); !text.empty()) return text;
  }
  return {};
}

namespace {

void drop_places(ConfigValue& value) {
  value.line_number = 0;
  for (ConfigValue& item : value.items) drop_places(item);
  for (ConfigValue::Member& member : value.members) {
    member.line_number = 0;
    drop_places(member.value);
  }
}

/// The settings' keys in place of the file's. They have no place in it, so no line.
bool apply_settings(std::string_view settings, ConfigFile& file, Findings& findings) {
  auto read = read_config("--set", settings, findings);
  if (!read) return false;
  drop_places(read->root);
  for (ConfigValue::Member& member : read->root.members) {
    const auto same = std::find_if(file.root.members.begin(), file.root.members.end(),
                                   [&](const ConfigValue::Member& each) { return each.key == member.key; });
    if (same != file.root.members.end()) {
      *same = std::move(member);
    } else {
      file.root.members.push_back(std::move(member));
    }
  }
  return true;
}

const Format* find_owner(std::string_view file_name) {
  for (const Format* const* format = all_formats; *format != nullptr; ++format) {
    if ((*format)->owns != nullptr && (*format)->owns(file_name)) return *format;
  }
  return nullptr;
}

const Format* find_named(const ConfigFile& file, Findings& findings) {
  const ConfigValue* name = file.root.find("format");
  if (const Format* format = name != nullptr ? find_format(name->text) : nullptr) return format;
  std::string known;
  for (const Format* const* each = all_formats; *each != nullptr; ++each) {
    known += (known.empty() ? "" : ", ") + std::string((*each)->name);
  }
  findings.add(config_error(file, name != nullptr ? *name : file.root, "FMT-0001"_code,
                            "`format` should name a record format", "known formats: " + known));
  return nullptr;
}

}  // namespace

std::unique_ptr<Layout> load_layout(std::string name, std::string_view text, const Data& data, Findings& findings,
                                    const ReadBeside& read_beside, std::string_view settings) {
  const Format* format = find_owner(name);
  std::optional<ConfigFile> file;
  if (format != nullptr) {
    file = ConfigFile{std::move(name), std::string(text), {}};
  } else {
    file = read_config(std::move(name), text, findings);
  }
  if (!file || !apply_settings(settings, *file, findings)) return nullptr;
  file->read_beside = read_beside;
  if (format == nullptr) format = find_named(*file, findings);
  return format != nullptr ? format->load(*file, data, findings) : nullptr;
}

}  // namespace tilmash::formats
