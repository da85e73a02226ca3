// The key `unmappable`: "reject", "transliterate:NAME", "replace:X", or a list of these, tried in order.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/front_end.h"
#include "base/text.h"

namespace tilmash::records {
namespace {

constexpr std::string_view folder = "schemas/transliterations/";
constexpr std::string_view suffix = ".txt";

std::string list_tables(const Data& data) {
  std::string names;
  for (const std::string& path : data.list(folder, suffix)) {
    if (!names.empty()) names += ", ";
    names += path.substr(folder.size(), path.size() - folder.size() - suffix.size());
  }
  return names;
}

}  // namespace

std::uint32_t Compiler::read_unmappable(ConfigReader& row, std::uint32_t fallback) {
  const ConfigValue* const at = row.value("unmappable");
  if (at == nullptr) return fallback;
  Unmappable policy;
  bool changes = false;
  for (const std::string& each : row.strings_or_empty("unmappable")) {
    const std::size_t colon = std::min(each.find(':'), each.size());
    const std::string_view kind = std::string_view(each).substr(0, colon);
    const std::string_view rest = std::string_view(each).substr(std::min(colon + 1, each.size()));
    if (each == "reject") continue;
    changes = true;
    if (kind == "replace" && count_characters(rest) == 1) {
      std::string bytes;
      std::size_t bad = 0;
      if (layout.page != nullptr && !layout.page->encode(rest, bytes, bad)) {
        row.error("FMT-0107"_code, "the replacement is not in the code page either", {}, at);
      }
      policy.set_replacement(rest);
    } else if (kind == "transliterate") {
      const auto table = data.find(std::string(folder) + std::string(rest) + std::string(suffix));
      std::uint32_t line_number = 0;
      if (!table) {
        row.error("FMT-0107"_code, fmt::format("there is no table \"{}\"", rest), "known: " + list_tables(data), at);
      } else if (!policy.add_table(*table, line_number)) {
        row.error("FMT-0107"_code, fmt::format("line {} of the table \"{}\" is malformed", line_number, rest), {}, at);
      }
    } else {
      row.error("FMT-0107"_code, fmt::format("`unmappable` can't be \"{}\"", each),
                "reject, transliterate:NAME, replace:X", at);
    }
  }
  if (!changes) return none;
  layout.unmappables.push_back(std::move(policy));
  return static_cast<std::uint32_t>(layout.unmappables.size() - 1);
}

}  // namespace tilmash::records
