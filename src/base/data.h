// The data files that ship inside the binary (schemas, bindings, code pages, error catalogues), found by their path in
// the project, and the folder that overlays them file by file (`--data DIR`, TILMASH_DATA).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilmash {

class Data {
 public:
  /// `overlay` may be empty. A file below it replaces, or adds to, the embedded file of the same path.
  explicit Data(std::filesystem::path overlay = {});

  /// The bytes of "schemas/canonical/status.1.toml"; nothing when neither holds it. The view lives as long as *this.
  std::optional<std::string_view> find(std::string_view path) const;

  /// All paths that begin with `prefix` and end with `suffix`, sorted, each once.
  std::vector<std::string> list(std::string_view prefix, std::string_view suffix = {}) const;

 private:
  std::map<std::string, std::string, std::less<>> overlay_;
};

}  // namespace tilmash
