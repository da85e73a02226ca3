// A pattern that says for each place which characters may stand there, and where the text may end: what BICs, IBANs,
// LEIs, UETRs and codes of countries are. Sixteen places are compared at once.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tilmash::iso20022 {

class PlaceTable {
 public:
  using Characters = std::bitset<128>;

  /// Adds a place. False when there are too many, or it takes more than three ranges of characters.
  bool add(const Characters& allowed);
  /// The text may end behind the places that were added so far.
  void add_end() { ends_ |= std::uint64_t{1} << count_; }

  /// Only texts of so many bytes are left.
  void limit(std::uint64_t bytes_min, std::uint64_t bytes_max);

  /// An empty table matches nothing. Reads no byte outside of the text.
  bool matches(std::string_view text) const;

 private:
  static constexpr std::size_t count_max = 63;
  static constexpr std::size_t range_count = 3;
  static constexpr std::size_t row_bytes = 64;

  std::uint32_t wrong_at(const char* text, std::size_t size, std::size_t place) const;

  std::uint64_t ends_ = 0;  ///< bit n: a text of n bytes
  std::size_t count_ = 0;
  Characters latest_;  ///< of the last place
  /// By place, the first characters of its first range, the last ones, those of its second range, and so on.
  std::vector<std::uint8_t> bounds_;
};

}  // namespace tilmash::iso20022
