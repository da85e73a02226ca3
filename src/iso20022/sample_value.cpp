#include "iso20022/sample_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "iso20022/char_set.h"
#include "iso20022/pattern.h"

namespace tilmash::iso20022 {
namespace {

/// The lower bound when there is no randomness: the one choice that is always the same.
std::uint32_t choose(SampleRandom* random, std::uint32_t low, std::uint32_t high) {
  return random == nullptr || high <= low ? low : random->pick(low, high);
}

/// A text that a pattern matches, by a walk along the pattern itself. The patterns of a compiled message are those that
/// pattern.h takes, so they are well-formed here.
class PatternWalk {
 public:
  PatternWalk(std::string_view pattern, SampleRandom* random) : pattern_(pattern), random_(random) {}

  std::string text() {
    std::string out;
    alternatives(out);
    return out;
  }

 private:
  static constexpr std::uint32_t open_ended_count = 20;  ///< what * and + are walked up to
  static constexpr std::size_t size_max = 4096;

  bool at_end() const { return at_ >= pattern_.size(); }
  char peek() const { return at_end() ? '\0' : pattern_[at_]; }
  char take() { return at_end() ? '\0' : pattern_[at_++]; }

  void alternatives(std::string& out) {
    std::vector<std::string> all;
    do {
      if (!all.empty()) ++at_;
      sequence(all.emplace_back());
    } while (peek() == '|');
    out += all[choose(random_, 0, static_cast<std::uint32_t>(all.size() - 1))];
  }

  void sequence(std::string& out) {
    while (!at_end() && peek() != '|' && peek() != ')') {
      const std::size_t begin = at_;
      std::string ignored;
      atom(ignored);
      std::uint32_t low = 1;
      std::uint32_t high = 1;
      quantifier(low, high);
      const std::size_t end = at_;
      for (std::uint32_t i = choose(random_, low, high); i > 0 && out.size() < size_max; --i) {
        at_ = begin;
        atom(out);
      }
      at_ = end;
    }
  }

  std::uint32_t number() {
    std::uint32_t value = 0;
    while (peek() >= '0' && peek() <= '9') value = value * 10 + static_cast<std::uint32_t>(take() - '0');
    return value;
  }

  void quantifier(std::uint32_t& low, std::uint32_t& high) {
    const char c = peek();
    if (c == '?' || c == '*' || c == '+') {
      ++at_;
      low = c == '+' ? 1 : 0;
      high = c == '?' ? 1 : open_ended_count;
    } else if (c == '{') {
      ++at_;
      low = number();
      high = low;
      if (peek() == ',') {
        ++at_;
        high = peek() == '}' ? low + open_ended_count : number();
      }
      ++at_;
    }
  }

  /// A character, or an escape, as the set it stands for.
  CharSet member() {
    const char32_t c = read_utf8(pattern_, at_);
    if (c != '\\') return {c, c};
    const char escaped = take();
    switch (escaped) {
      case 'd':
        return {'0', '9'};
      case 'n':
        return {'\n', '\n'};
      case 'r':
        return {'\r', '\r'};
      case 't':
        return {'\t', '\t'};
      case 'p':
      case 'P': {
        const std::size_t close = std::min(pattern_.find('}', at_), pattern_.size());
        const CharSet set = CharSet::property(pattern_.substr(at_ + 1, close - at_ - 1)).value_or(CharSet());
        at_ = close + 1;
        return escaped == 'P' ? set.complement() : set;
      }
      default:
        return {static_cast<char32_t>(escaped), static_cast<char32_t>(escaped)};
    }
  }

  /// Behind '['.
  CharSet char_class() {
    const bool negative = peek() == '^';
    if (negative) ++at_;
    CharSet set;
    CharSet less;
    for (bool first = true; !at_end() && peek() != ']'; first = false) {
      if (!first && pattern_.substr(at_).starts_with("-[")) {
        at_ += 2;
        less = char_class();
        break;
      }
      CharSet low = member();
      if (low.single() && peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']' &&
          pattern_[at_ + 1] != '[') {
        ++at_;
        low = {*low.single(), member().single().value_or(*low.single())};
      }
      set.add(low);
    }
    ++at_;
    if (negative) set = set.complement().without({0, 0x1F});
    return set.without(less);
  }

  /// One of the set: of ASCII, if there is one, and once in a while another one that is asked for.
  void put_one_of(const CharSet& set, std::string& out) {
    const CharSet ascii = set.without({0x7F, CharSet::last_character});
    // U+180E is a space (Zs) in the Unicode of some validators and none in that of others.
    CharSet plane = set.without({0, 0x7F}).without({0x180E, 0x180E}).without({0xD800, 0xDFFF});
    plane = plane.without({0xFFFE, CharSet::last_character});
    if (plane.contains(0xE000)) plane = {};  // a complement: nobody asks for those
    const bool foreign = !plane.empty() && (ascii.empty() || (random_ != nullptr && random_->pick(0, 7) == 0));
    const CharSet& from = foreign ? plane : ascii;
    std::uint32_t count = 0;
    for (const CharSet::Range& range : from.ranges()) count += range.last - range.first + 1;
    if (count == 0) return;
    std::uint32_t left = choose(random_, 0, count - 1);
    for (const CharSet::Range& range : from.ranges()) {
      const std::uint32_t size = range.last - range.first + 1;
      if (left < size) {
        char bytes[4];
        out.append(bytes, write_utf8(bytes, range.first + left));
        return;
      }
      left -= size;
    }
  }

  void atom(std::string& out) {
    const char c = peek();
    if (c == '(') {
      ++at_;
      alternatives(out);
      ++at_;
    } else if (c == '[') {
      ++at_;
      put_one_of(char_class(), out);
    } else if (c == '.') {
      ++at_;
      put_one_of({'a', 'z'}, out);
    } else {
      put_one_of(member(), out);
    }
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  SampleRandom* random_;
};

std::string digits(SampleRandom& random, std::uint32_t low, std::uint32_t high) {
  std::string out;
  for (std::uint32_t i = random.pick(low, std::max(low, high)); i > 0; --i) {
    out += static_cast<char>('0' + random.pick(0, 9));
  }
  return out;
}

/// Never below 1, but where the type has limits of its own: the smallest value of any type of the catalogue is 0 or 1.
std::string sample_decimal(const TypeDefinition& type, SampleRandom* random) {
  const std::string& low = type.value_min;
  if (!type.value_max.empty()) return low.empty() || choose(random, 0, 1) == 1 ? type.value_max : low;
  if (!low.empty() && low != "0" && low != "1" && !low.starts_with("0.") && !low.starts_with('-')) return low;
  if (random == nullptr) return type.digits_total == type.digits_fraction && type.digits_total ? "0.5" : "1";
  const std::uint32_t total = std::min(type.digits_total.value_or(18), 18u);
  const std::uint32_t fraction_max = std::min(type.digits_fraction.value_or(0), total);
  const std::uint32_t whole_max = total - fraction_max;
  std::string out = "0";
  if (whole_max != 0) {
    out = std::to_string(random->pick(1, 9));
    out += digits(*random, 0, whole_max - 1);
  }
  if (const std::uint32_t fraction = random->pick(0, fraction_max); fraction != 0) {
    out += '.';
    out += digits(*random, fraction, fraction);
  }
  return out;
}

std::string sample_date(SampleRandom* random) {
  if (random == nullptr) return "2026-11-21";
  return fmt::format("{}-{:02}-{:02}", random->pick(1900, 2100), random->pick(1, 12), random->pick(1, 28));
}

std::string sample_time(SampleRandom* random) {
  if (random == nullptr) return "09:30:00";
  return fmt::format("{:02}:{:02}:{:02}", random->pick(0, 23), random->pick(0, 59), random->pick(0, 59));
}

std::string sample_text(const TypeDefinition& type, SampleRandom* random) {
  constexpr std::uint32_t beyond_minimum = 60;
  const std::uint32_t low = std::max<std::uint32_t>(type.length_min.value_or(0), 1);
  const std::uint32_t longest = std::max(type.length_max.value_or(unbounded), low);
  if (random == nullptr) {
    std::string out = "Sample";
    out.resize(std::max<std::size_t>(low, std::min<std::size_t>(out.size(), longest)), 'x');
    return out;
  }
  static constexpr std::string_view characters[] = {"a",
                                                    "b",
                                                    "Z",
                                                    "0",
                                                    "9",
                                                    " ",
                                                    " ",
                                                    "-",
                                                    "/",
                                                    ".",
                                                    "&",
                                                    "<",
                                                    ">",
                                                    "\"",
                                                    "'",
                                                    "]",
                                                    "\n",
                                                    "\t",
                                                    "\xD0\x9A",
                                                    "\xD2\x9A",
                                                    "\xC3\xA9",
                                                    "\xE2\x82\xAC",
                                                    "\xF0\x9F\x98\x80"};
  constexpr std::uint32_t plain_last = 9;
  const std::uint32_t usual = std::min(longest, low + beyond_minimum);
  // One in ten may be as long as is allowed, within reason.
  const std::uint32_t high = random->pick(0, 9) == 0 ? std::min(longest, low + 2500) : usual;
  const std::uint32_t last =
      random->pick(0, 3) != 0 ? plain_last : static_cast<std::uint32_t>(std::size(characters)) - 1;
  std::string out;
  for (std::uint32_t i = random->pick(low, high); i > 0; --i) out += characters[random->pick(0, last)];
  return out;
}

/// A text of a pattern whose length the type allows: the same walk again, at random, until one fits.
std::string sample_pattern(const TypeDefinition& type, SampleRandom* random) {
  constexpr int tries = 200;
  SampleRandom own(1);
  std::string out = PatternWalk(type.pattern, random).text();
  for (int i = 0; i < tries; ++i) {
    const std::size_t size = count_characters(out);
    if (size >= type.length_min.value_or(0) && size <= type.length_max.value_or(unbounded)) break;
    out = PatternWalk(type.pattern, random == nullptr ? &own : random).text();
  }
  return out;
}

}  // namespace

std::string sample_base64(std::uint32_t count) {
  std::string out;
  for (std::uint32_t i = 0; i < count / 3; ++i) out += "QUJD";
  if (count % 3 == 1) out += "QQ==";
  if (count % 3 == 2) out += "QUI=";
  return out;
}

namespace {

/// A number, date or the like that meets the type's pattern as well: the usual form, that with another fraction or
/// zone, or, of a number, a walk along the pattern.
std::string sample_of_pattern(const TypeDefinition& type, SampleRandom* random) {
  const auto pattern = Pattern::compile(type.pattern);
  TypeDefinition plain = type;
  plain.pattern.clear();
  std::string value = sample_value(plain, random);
  if (!pattern || pattern->matches(value)) return value;
  const std::string stem = value.ends_with('Z') ? value.substr(0, value.size() - 1) : value;
  for (const char* fraction : {"", ".0", ".00", ".000", ".000000"}) {
    for (const char* zone : {"", "Z", "+00:00", "+05:00"}) {
      if (const std::string other = stem + fraction + zone; pattern->matches(other)) return other;
    }
  }
  return type.base == LeafType::decimal ? sample_pattern(type, random) : value;
}

}  // namespace

std::string sample_value(const TypeDefinition& type, SampleRandom* random) {
  const bool text = type.base == LeafType::text || type.base == LeafType::any || type.base == LeafType::code;
  if (!text && !type.pattern.empty()) return sample_of_pattern(type, random);
  switch (type.base) {
    case LeafType::code:
      if (type.codes.empty()) return {};
      return type.codes[choose(random, 0, static_cast<std::uint32_t>(type.codes.size() - 1))];
    case LeafType::decimal:
    case LeafType::integer:
      return sample_decimal(type, random);
    case LeafType::boolean:
      return choose(random, 0, 1) == 0 ? "true" : "false";
    case LeafType::date:
      return sample_date(random);
    case LeafType::datetime:  // with a zone: some types ask for one by a pattern
      return sample_date(random) + "T" + sample_time(random) + "Z";
    case LeafType::time:
      return sample_time(random);
    case LeafType::year:
      return sample_date(random).substr(0, 4);
    case LeafType::year_month:
      return sample_date(random).substr(0, 7);
    case LeafType::binary: {
      const std::uint32_t low = std::max<std::uint32_t>(type.length_min.value_or(0), 3);
      const std::uint32_t high = std::min(type.length_max.value_or(unbounded), low + 30);
      return sample_base64(choose(random, std::min(low, high), high));
    }
    case LeafType::text:
    case LeafType::any:
      break;
  }
  return type.pattern.empty() ? sample_text(type, random) : sample_pattern(type, random);
}

}  // namespace tilmash::iso20022
