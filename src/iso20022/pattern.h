// A pattern facet (XML Schema 1.0 part 2, appendix F) compiled to a table that decides in one step a byte.
//
// Taken: characters, escapes of them, \d, '.', classes with ranges and negation, groups, alternatives, ? * + {n} {n,}
// {n,m}. That is all that ISO 20022 uses; anything else (\p, \i, class subtraction, characters beyond ASCII) does not
// compile, and the importer says so. Input is UTF-8: a character beyond ASCII counts once, by its first byte.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tilmash::iso20022 {

class Pattern {
 public:
  /// Nothing when the expression is wrong, uses what is not taken, or needs more than 4,000 states.
  static std::optional<Pattern> compile(std::string_view expression);

  /// Whether the whole of `text` (well-formed UTF-8) matches.
  bool matches(std::string_view text) const {
    std::uint32_t state = start_;
    for (const char c : text) state = next_[state + class_of_[static_cast<unsigned char>(c)]];
    return accepts_[state / class_count_];
  }

 private:
  // A state is the offset of its row: state number * class_count_. Row 0 is the dead state.
  std::array<std::uint8_t, 256> class_of_{};
  std::uint32_t class_count_ = 1;
  std::uint32_t start_ = 0;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint8_t> accepts_;
};

}  // namespace tilmash::iso20022
