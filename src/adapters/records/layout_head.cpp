#include "adapters/records/layout_head.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tilmash::records {

std::shared_ptr<const CodePage> read_layout_head(ConfigReader& row, const ConfigFile& file, const Data& data,
                                                 Code wrong_page, std::string_view fallback, Shape& shape,
                                                 Findings& findings) {
  shape.id = row.string("name");
  shape.file = file.name;
  row.string("format");
  const std::string name = fallback.empty() ? row.string("code_page") : row.string_or("code_page", fallback);
  if (name.empty()) return nullptr;  // it was said that it is missing
  auto page = find_code_page(data, name, findings);
  if (page == nullptr || !page->keeps_ascii()) {
    row.error(wrong_page, fmt::format("there is no code page \"{}\" that keeps ASCII", name),
              fmt::format("{}", fmt::join(list_code_pages(data), ", ")), row.value("code_page"));
  }
  return page;
}

}  // namespace tilmash::records
