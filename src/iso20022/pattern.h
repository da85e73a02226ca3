// A pattern facet (XML Schema 1.0 part 2, appendix F) compiled to a table that decides in one step a byte.
//
// Taken: characters, escapes of them, \d, '.', classes with ranges, negation and subtraction, \p and \P of blocks and
// categories, groups, alternatives, ? * + {n} {n,} {n,m}. ISO 20022 itself uses no more than ASCII of it; schemes use
// the rest. Anything else (\i, \c, \w, \s) does not compile, and the importer says so.
//
// Input is UTF-8. Where a pattern makes no difference between characters beyond ASCII, one counts by its first byte;
// where it does, they are decoded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "iso20022/place_table.h"

namespace tilmash::iso20022 {

class Pattern {
 public:
  /// Nothing when the expression is wrong, uses what is not taken, or needs more than 4,000 states.
  static std::optional<Pattern> compile(std::string_view expression);

  /// Whether the whole of `text` (well-formed UTF-8) matches.
  bool matches(std::string_view text) const {
    if (!wide_.empty()) return matches_wide(text);
    std::uint32_t state = start_;
    for (const char c : text) state = next_[state + class_of_[static_cast<unsigned char>(c)]];
    return accepts_[state / class_count_];
  }

  /// The same as a table by places, where there is only one way through the pattern, of ASCII; else an empty one.
  PlaceTable find_places() const;

  /// Whether `other` matches every text that this matches; the empty one aside when `but_empty`. False also when that
  /// would take too long to find out.
  bool is_within(const Pattern& other, bool but_empty) const;

 private:
  /// The state behind one character.
  std::uint32_t step(std::uint32_t state, char32_t character) const;

  /// Characters from `first` on are of this class, up to the next entry.
  struct WideClass {
    char32_t first;
    std::uint8_t number;
  };

  bool matches_wide(std::string_view text) const;

  // A state is the offset of its row: state number * class_count_. Row 0 is the dead state.
  std::array<std::uint8_t, 256> class_of_{};
  std::uint32_t class_count_ = 1;
  std::uint32_t start_ = 0;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint8_t> accepts_;
  std::vector<WideClass> wide_;  ///< from U+0080 on; empty when there is no difference between them
};

}  // namespace tilmash::iso20022
