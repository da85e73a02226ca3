#include "base/data.h"

#include <algorithm>
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
namespace {

const EmbeddedFile* embedded_end() {
  return tilmash_embedded_files + tilmash_embedded_file_count;
}

/// The first whose name does not stand before `name`: the table is sorted by name.
const EmbeddedFile* first_embedded(std::string_view name) {
  return std::lower_bound(tilmash_embedded_files, embedded_end(), name,
                          [](const EmbeddedFile& file, std::string_view one) { return file.name < one; });
}

}  // namespace

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
  const EmbeddedFile* const file = first_embedded(path);
  if (file == embedded_end() || path != file->name) return std::nullopt;
  return std::string_view(file->begin, static_cast<std::size_t>(file->end - file->begin));
}

std::vector<std::string> Data::list(std::string_view prefix, std::string_view suffix) const {
  std::set<std::string, std::less<>> names;
  /// False behind the last name with that prefix.
  const auto consider = [&](std::string_view name) {
    if (!name.starts_with(prefix)) return false;
    if (name.ends_with(suffix)) names.emplace(name);
    return true;
  };
  for (const EmbeddedFile* file = first_embedded(prefix); file != embedded_end() && consider(file->name); ++file) {
  }
  for (auto file = overlay_.lower_bound(prefix); file != overlay_.end() && consider(file->first); ++file) {
  }
  return {names.begin(), names.end()};
}

}  // namespace tilmash
