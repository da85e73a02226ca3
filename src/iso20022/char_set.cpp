#include "iso20022/char_set.h"

#include <libxml/xmlunicode.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "iso20022/libxml2.h"

namespace tilmash::iso20022 {
namespace {

TILMASH_LATE(libxml2, xmlUCSIsBlock);
TILMASH_LATE(libxml2, xmlUCSIsCat);

/// Asks libxml2, whose tables are those of its own patterns, about every character: some 30 ms, once a name.
std::optional<CharSet> ask_libxml2(const std::string& name) {
  const bool block = name.starts_with("Is");
  const auto has = [&](char32_t c) {
    const int code = static_cast<int>(c);
    return block ? xmlUCSIsBlock(code, name.c_str() + 2) : xmlUCSIsCat(code, name.c_str());
  };
  if (has(0) < 0) return std::nullopt;
  CharSet set;
  std::optional<char32_t> first;
  for (char32_t c = 0; c <= CharSet::last_character + 1; ++c) {
    const bool in = c <= CharSet::last_character && has(c) > 0;
    if (in && !first) first = c;
    if (!in && first) set.add({*std::exchange(first, std::nullopt), c - 1});
  }
  return set;
}

}  // namespace

void CharSet::add(const CharSet& other) {
  std::vector<Range> all;
  std::merge(ranges_.begin(), ranges_.end(), other.ranges_.begin(), other.ranges_.end(), std::back_inserter(all),
             [](const Range& a, const Range& b) { return a.first < b.first; });
  ranges_.clear();
  for (const Range& range : all) {
    if (!ranges_.empty() && range.first <= ranges_.back().last + 1) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
}

CharSet CharSet::complement() const {
  CharSet out;
  char32_t next = 0;
  for (const Range& range : ranges_) {
    if (range.first > next) out.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= last_character) out.ranges_.push_back({next, last_character});
  return out;
}

CharSet CharSet::without(const CharSet& other) const {
  CharSet out = complement();
  out.add(other);
  return out.complement();
}

bool CharSet::contains(char32_t character) const {
  const auto behind = std::upper_bound(ranges_.begin(), ranges_.end(), character,
                                       [](char32_t c, const Range& range) { return c < range.first; });
  return behind != ranges_.begin() && character <= std::prev(behind)->last;
}

std::optional<char32_t> CharSet::single() const {
  if (ranges_.size() != 1 || ranges_[0].first != ranges_[0].last) return std::nullopt;
  return ranges_[0].first;
}

std::optional<CharSet> CharSet::property(std::string_view name) {
  constexpr std::size_t name_bytes_max = 64;
  if (name.empty() || name.size() > name_bytes_max || name.find('\0') != std::string_view::npos) return std::nullopt;
  static std::mutex mutex;
  static std::map<std::string, CharSet, std::less<>> known;
  const std::scoped_lock lock(mutex);
  if (const auto found = known.find(name); found != known.end()) return found->second;
  auto set = ask_libxml2(std::string(name));
  if (set) known.emplace(name, *set);
  return set;
}

}  // namespace tilmash::iso20022
