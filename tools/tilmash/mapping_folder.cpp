#include "mapping_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "command.h"

namespace tilmash::tool {

std::optional<std::string> read_definition(const std::string& path, const Data& data) {
  std::error_code error;
  std::ifstream in(path, std::ios::binary);
  if (in && !std::filesystem::is_directory(path, error)) {
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
  }
  if (const auto found = data.find(path)) return std::string(*found);
  return std::nullopt;
}

std::optional<pipeline::ConversionSetup> open_mapping(std::string folder, const Data& data) {
  if (folder.ends_with("/mapping.toml")) folder.resize(folder.size() - sizeof "/mapping.toml" + 1);
  while (folder.ends_with('/')) folder.pop_back();
  pipeline::ConversionSetup setup;
  setup.data = &data;
  setup.mapping_file = folder + "/mapping.toml";
  const auto text = read_definition(setup.mapping_file, data);
  if (!text) {
    std::string known;
    for (const std::string& file : data.list("mappings/", "/mapping.toml")) {
      known += " " + file.substr(0, file.size() - sizeof "/mapping.toml" + 1);
    }
    print_error("CLI-0003"_code, fmt::format("there is no mapping {}", setup.mapping_file),
                "mappings of this build:" + known);
    return std::nullopt;
  }
  setup.mapping_text = *text;
  setup.read_beside = [folder, &data](std::string_view name) {
    return read_definition(fmt::format("{}/{}", folder, name), data);
  };
  return setup;
}

void print_definition_findings(const Findings& findings, const Data& data) {
  for (const Diagnostic& finding : findings.kept()) {
    const auto source = finding.place.file.empty() ? std::nullopt : read_definition(finding.place.file, data);
    const std::string text = to_human(finding, source.value_or(""), source.has_value());
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  if (findings.total_count() > findings.kept().size()) {
    fmt::print(stderr, "... and {} more\n", findings.total_count() - findings.kept().size());
  }
}

}  // namespace tilmash::tool
