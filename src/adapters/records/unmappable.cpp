#include "adapters/records/unmappable.h"

#include "base/text.h"

namespace tilmash::records {

bool Unmappable::add_table(std::string_view text, std::uint32_t& line_number) {
  line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const std::size_t cut = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, cut);
    text.remove_prefix(std::min(cut + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    if (find_malformed_utf8(line) != line.size()) return false;
    std::size_t at = 0;
    const char32_t character = read_utf8(line, at);
    if (at < line.size() && line[at] != ' ') return false;
    written_.try_emplace(character, line.substr(std::min(at + 1, line.size())));
  }
  return true;
}

bool Unmappable::apply(const CodePage& page, std::string_view text, std::string& out) const {
  std::string bytes;
  std::size_t bad = 0;
  if (page.encode(text, bytes, bad)) return true;
  if (find_malformed_utf8(text) != text.size()) return false;
  std::string changed;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t character = read_utf8(text, at);
    const std::string_view own = text.substr(begin, at - begin);
    bytes.clear();
    if (page.encode(own, bytes, bad)) {
      changed += own;
    } else if (const auto row = written_.find(character); row != written_.end()) {
      changed += row->second;
    } else if (replacement_) {
      changed += *replacement_;
    } else {
      return false;
    }
  }
  out = std::move(changed);
  return true;
}

}  // namespace tilmash::records
