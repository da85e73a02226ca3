#include "layout_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/text.h"
#include "command.h"
#include "mapping_folder.h"

namespace tilmash::tool {
namespace {

/// KEY=VALUE as a line of TOML: a value that is no number, truth, table, array or quoted text is a text.
std::string as_toml(const std::string& setting) {
  const std::size_t equals = std::min(setting.find('='), setting.size());
  const std::string key = setting.substr(0, equals);
  const std::string value = setting.substr(std::min(equals + 1, setting.size()));
  const bool plain = value == "true" || value == "false" ||
                     (!value.empty() && value.find_first_not_of("0123456789") == std::string::npos) ||
                     value.find_first_of("\"'{[") == 0;
  std::string quoted;
  append_json_string(quoted, value);
  return fmt::format("{} = {}\n", key, plain ? value : quoted);
}

}  // namespace

std::unique_ptr<formats::Layout> open_layout(const std::string& name, const Data& data,
                                             const std::vector<std::string>& settings) {
  std::error_code error;
  const bool built_in = !std::filesystem::exists(name, error) && data.find(name);
  const auto text = built_in ? read_definition(name, data) : read_small_file(name);
  if (!text) return nullptr;
  std::string lines;
  for (const std::string& setting : settings) lines += as_toml(setting);
  const std::string folder = name.substr(0, name.rfind('/') + 1);
  Findings findings;
  auto layout = formats::load_layout(
      name, *text, data, findings,
      [&](std::string_view beside) { return read_definition(folder + std::string(beside), data); }, lines);
  print_definition_findings(findings, data);
  return layout;
}

}  // namespace tilmash::tool
