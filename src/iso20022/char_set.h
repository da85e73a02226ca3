// A set of characters of a pattern: ranges of code points, in order. What XML Schema 1.0 part 2, appendix F, says of
// classes comes to unions, complements and differences of these.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tilmash::iso20022 {

class CharSet {
 public:
  struct Range {
    char32_t first = 0;
    char32_t last = 0;
    friend bool operator==(const Range&, const Range&) = default;
  };
  static constexpr char32_t last_character = 0x10FFFF;

  CharSet() = default;
  CharSet(char32_t first, char32_t last) : ranges_{{first, last}} {}

  void add(const CharSet& other);
  CharSet complement() const;
  CharSet without(const CharSet& other) const;
  bool contains(char32_t character) const;
  /// The only character; nothing when there is none, or more than one.
  std::optional<char32_t> single() const;
  bool empty() const { return ranges_.empty(); }
  const std::vector<Range>& ranges() const { return ranges_; }

  /// What \p{NAME} stands for: a block ("IsLatin-1Supplement") or a category ("Zs", "L"), as libxml2 knows them;
  /// nothing when there is none of that name.
  static std::optional<CharSet> property(std::string_view name);

  friend bool operator==(const CharSet&, const CharSet&) = default;

 private:
  std::vector<Range> ranges_;  ///< sorted, disjoint, not adjacent
};

}  // namespace tilmash::iso20022
