#include <fmt/format.h>

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

std::unique_ptr<Layout> load_layout(std::string name, std::string_view text, const Data& data, Findings& findings) {
  const auto file = read_config(std::move(name), text, findings);
  if (!file) return nullptr;
  const ConfigValue* format_name = file->root.find("format");
  const Format* format = format_name != nullptr ? find_format(format_name->text) : nullptr;
  if (format == nullptr) {
    std::string known;
    for (const Format* const* each = all_formats; *each != nullptr; ++each) {
      known += (known.empty() ? "" : ", ") + std::string((*each)->name);
    }
    findings.add(config_error(*file, format_name != nullptr ? *format_name : file->root, "FMT-0001"_code,
                              "`format` should name a record format", "known formats: " + known));
    return nullptr;
  }
  return format->load(*file, data, findings);
}

}  // namespace tilmash::formats
