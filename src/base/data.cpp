#include "base/data.h"

#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>

namespace {

/// One row of the table that cmake/embed.cmake writes.
struct EmbeddedFile {
  const char* name;
  const char* begin;
  const char* end;
};

}  // namespace

extern "C" const EmbeddedFile tilmash_embedded_files[];
extern "C" const std::uint64_t tilmash_embedded_file_count;

namespace tilmash {

Data::Data(std::filesystem::path overlay) {
  if (overlay.empty()) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(overlay)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    overlay_[entry.path().lexically_relative(overlay).generic_string()] = std::move(text).str();
  }
}

std::optional<std::string_view> Data::find(std::string_view path) const {
  if (const auto found = overlay_.find(path); found != overlay_.end()) return found->second;
  // The table is sorted by name.
  std::uint64_t low = 0;
  std::uint64_t high = tilmash_embedded_file_count;
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    const EmbeddedFile& file = tilmash_embedded_files[middle];
    const int order = path.compare(file.name);
    if (order == 0) return std::string_view(file.begin, static_cast<std::size_t>(file.end - file.begin));
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return std::nullopt;
}

std::vector<std::string> Data::list(std::string_view prefix, std::string_view suffix) const {
  std::set<std::string, std::less<>> names;
  const auto consider = [&](std::string_view name) {
    if (name.starts_with(prefix) && name.ends_with(suffix)) names.emplace(name);
  };
  for (std::uint64_t i = 0; i < tilmash_embedded_file_count; ++i) consider(tilmash_embedded_files[i].name);
  for (const auto& [name, text] : overlay_) consider(name);
  return {names.begin(), names.end()};
}

}  // namespace tilmash
