// SWIFT-RUR: Cyrillic written in the Latin letters of set x, one for one, as Russian rouble payments carry it. The
// tables are data (schemas/transliterations); the rule of the apostrophe, which switches between the two, is here.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/data.h"
#include "base/diagnostic.h"

namespace tilmash::formats::swift_mt {

/// Immutable.
class Transliteration {
 public:
  /// Cyrillic text -> set x. Characters that no table has stay as they are. Stretches of Latin letters are put between
  /// apostrophes. Not every text comes back the same: the case of Cyrillic letters is lost.
  std::string to_latin(std::string_view utf8) const;
  /// Set x -> Cyrillic text; what stands between apostrophes stays.
  std::string to_cyrillic(std::string_view text) const;

 private:
  friend std::unique_ptr<Transliteration> read_transliteration(std::string_view, const Data&, Findings&);

  std::map<char32_t, char> latin_;
  std::array<char32_t, 128> cyrillic_{};
  char switch_ = '\'';
};

/// schemas/transliterations/NAME.toml. Fails (nullptr, SMT-0103): no such table, a row that is no pair.
std::unique_ptr<Transliteration> read_transliteration(std::string_view name, const Data& data, Findings& findings);

}  // namespace tilmash::formats::swift_mt
