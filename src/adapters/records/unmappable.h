// Characters that the code page of a file does not have: what a layout says becomes of them when a record is written.
// Nothing is changed unless it says so, and what was changed is told.
//
// A table of transliteration is schemas/transliterations/NAME.txt: a row a character, "Ә А": the character, a blank,
// and what is written for it (nothing, when nothing follows). Rows that begin with # are remarks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code_page.h"

namespace tilmash::records {

/// What stands for characters, in the order of the policies that were named.
class Unmappable {
 public:
  /// Adds the rows of a table; those that are there already stay. False when a row is malformed (`line_number`).
  bool add_table(std::string_view text, std::uint32_t& line_number);
  /// Every other character is written as this one.
  void set_replacement(std::string_view character) { replacement_ = character; }

  /// `text` with what the page lacks replaced; nothing when some of it can't be. `out` is set only when there was any.
  bool apply(const CodePage& page, std::string_view text, std::string& out) const;

 private:
  std::map<char32_t, std::string> written_;
  std::optional<std::string> replacement_;
};

}  // namespace tilmash::records
