#include "layout_file.h"

#include <filesystem>

#include "command.h"

namespace tilmash::tool {

std::unique_ptr<formats::Layout> open_layout(const std::string& name, const Data& data) {
  std::string text;
  std::error_code error;
  const auto built_in = std::filesystem::exists(name, error) ? std::nullopt : data.find(name);
  if (built_in) {
    text = *built_in;
  } else if (auto read = read_small_file(name)) {
    text = std::move(*read);
  } else {
    return nullptr;
  }
  Findings findings;
  auto layout = formats::load_layout(name, text, data, findings);
  print_findings(findings, text, true);
  return layout;
}

}  // namespace tilmash::tool
