#include "iso20022/simple_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace tilmash::iso20022 {
namespace {

using Word = std::uint64_t;

Word load8(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, 8);
  return word;
}

/// Up to eight bytes as a word, the rest zero.
Word load_padded(const char* at, std::size_t size) {
  if (size == 8) return load8(at);
  if (size >= 4) {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + size - 4, 4);
    return low | static_cast<Word>(high) << (8 * (size - 4));
  }
  Word word = 0;
  for (std::size_t i = 0; i < size; ++i) word |= static_cast<Word>(static_cast<unsigned char>(at[i])) << (8 * i);
  return word;
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
unsigned two_digits(const char* at) {
  return static_cast<unsigned>((at[0] - '0') * 10 + (at[1] - '0'));
}

/// Reads the lexical forms of XML Schema part 2, 3.2.7 to 3.2.11, from left to right.
class TimeText {
 public:
  explicit TimeText(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool at_end() const { return at_ == end_; }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  /// '-'? and four or more digits, no leading zero beyond four, not 0000 (XML Schema 1.0 has no year zero).
  bool year() {
    take('-');
    const char* begin = at_;
    leap_ = 0;
    while (at_ != end_ && is_digit(*at_)) leap_ = (leap_ * 10 + static_cast<unsigned>(*at_++ - '0')) % 400;
    const auto size = at_ - begin;
    if (size < 4 || (size > 4 && *begin == '0')) return false;
    return std::any_of(begin, at_, [](char c) { return c != '0'; });
  }

  bool month() { return number(1, 12, month_); }

  bool day() {
    static constexpr std::array<std::uint8_t, 13> days = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = leap_ % 4 == 0 && (leap_ % 100 != 0 || leap_ == 0);
    unsigned day = 0;
    return number(1, month_ == 2 && leap ? 29 : days[month_], day);
  }

  bool date() {
    // The usual form, four digits of year, in one step: digits become 0..9 and hyphens 0.
    if (end_ - at_ >= 10) {
      const Word bytes = load8(at_) ^ 0x2d30302d30303030u;
      if (((bytes | (bytes + 0x7f76767f76767676u)) & 0x8080808080808080u) == 0) {
        const unsigned year = two_digits(at_) * 100 + two_digits(at_ + 2);
        month_ = two_digits(at_ + 5);
        leap_ = year % 400;
        if (year == 0 || month_ < 1 || month_ > 12) return false;
        at_ += 8;
        return day();
      }
    }
    return year() && take('-') && month() && take('-') && day();
  }

  bool time() {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    if (!number(0, 24, hour) || !take(':') || !number(0, 59, minute) || !take(':') || !number(0, 59, second)) {
      return false;
    }
    bool fraction = false;
    if (take('.')) {
      const char* begin = at_;
      for (; at_ != end_ && is_digit(*at_); ++at_) fraction = fraction || *at_ != '0';
      if (at_ == begin) return false;
    }
    return hour < 24 || (minute == 0 && second == 0 && !fraction);
  }

  /// Nothing, 'Z', or an offset of at most 14 hours; and the end.
  bool zone_and_end() {
    if (at_end()) return true;
    if (take('Z')) return at_end();
    if (!take('+') && !take('-')) return false;
    unsigned hour = 0;
    unsigned minute = 0;
    return number(0, 14, hour) && take(':') && number(0, hour == 14 ? 0 : 59, minute) && at_end();
  }

 private:
  bool number(unsigned low, unsigned high, unsigned& value) {
    if (end_ - at_ < 2 || !is_digit(at_[0]) || !is_digit(at_[1])) return false;
    value = two_digits(at_);
    at_ += 2;
    return value >= low && value <= high;
  }

  const char* at_;
  const char* end_;
  unsigned leap_ = 0;  ///< year modulo 400
  unsigned month_ = 1;
};

bool is_less(const DecimalText& a, const DecimalText& b) {
  if (a.negative != b.negative) return a.negative;
  const DecimalText& low = a.negative ? b : a;
  const DecimalText& high = a.negative ? a : b;
  if (low.whole.size() != high.whole.size()) return low.whole.size() < high.whole.size();
  if (low.whole != high.whole) return low.whole < high.whole;
  return low.fraction < high.fraction;
}

/// Whether a decimal is good for its form alone: digits that are few enough even if all of them count, and no sign.
bool is_short_decimal(const SimpleType& simple, std::string_view text) {
  const DecimalText& least = simple.value_min;  // empty, it is zero
  if (simple.has_value_max || (simple.has_value_min && (!least.whole.empty() || !least.fraction.empty()))) return false;
  std::size_t digits = 0;
  std::size_t point = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      ++digits;
    } else if (text[i] == '.' && point == text.size()) {
      point = i;
    } else {
      return false;
    }
  }
  return digits != 0 && digits <= simple.digits_total && text.size() - point <= std::size_t{1} + simple.digits_fraction;
}

Code check_decimal(const SimpleType& simple, std::string_view text) {
  if (is_short_decimal(simple, text)) return {};
  const std::optional<DecimalText> number = parse_decimal_text(text);
  if (!number) return "ISO-0305"_code;
  if (number->whole.size() + number->fraction.size() > simple.digits_total ||
      number->fraction.size() > simple.digits_fraction) {
    return "ISO-0306"_code;
  }
  if (simple.has_value_min && is_less(*number, simple.value_min)) return "ISO-0307"_code;
  if (simple.has_value_max && is_less(simple.value_max, *number)) return "ISO-0314"_code;
  return {};
}

constexpr std::uint8_t not_base64 = 0xFF;

std::uint8_t base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0' + 52);
  return c == '+' ? 62 : c == '/' ? 63 : not_base64;
}

/// Groups of four digits, blanks between them ignored; the bits that padding leaves over are zero (XML Schema part 2,
/// 3.2.16: the lexical grammar says so). Counts the octets.
bool count_base64_octets(std::string_view text, std::uint64_t& octets) {
  std::uint64_t digits = 0;
  std::uint32_t padding = 0;
  std::uint8_t last = 0;
  for (const char c : text) {
    if (is_blank(c)) continue;
    if (c == '=') {
      if (++padding > 2) return false;
      continue;
    }
    last = base64_digit(c);
    if (padding != 0 || last == not_base64) return false;
    ++digits;
  }
  if ((digits + padding) % 4 != 0 || (padding == 2 && (last & 15) != 0) || (padding == 1 && (last & 3) != 0)) {
    return false;
  }
  octets = (digits + padding) / 4 * 3 - padding;
  return true;
}

bool has_long_code(const std::vector<std::string>& codes, std::string_view text) {
  return std::find(codes.begin(), codes.end(), text) != codes.end();
}

Code check_length(const SimpleType& simple, std::uint64_t length) {
  if (length < simple.length_min) return "ISO-0301"_code;
  return length > simple.length_max ? "ISO-0302"_code : Code{};
}

Code check_text(const SimpleType& simple, std::string_view text, bool ascii) {
  // The number of characters is at most the number of bytes, and at least a quarter of it.
  if (text.size() <= simple.length_max && text.size() / 4 >= simple.length_min && text.size() >= simple.length_min) {
    return {};
  }
  return check_length(simple, ascii ? text.size() : count_characters(text));
}

Code check_collapsed(const SimpleType& simple, std::string_view text) {
  TimeText time(text);
  switch (simple.check) {
    case SimpleType::Check::decimal:
      return check_decimal(simple, text);
    case SimpleType::Check::date:
      return time.date() && time.zone_and_end() ? Code{} : "ISO-0308"_code;
    case SimpleType::Check::datetime:
      return time.date() && time.take('T') && time.time() && time.zone_and_end() ? Code{} : "ISO-0309"_code;
    case SimpleType::Check::time:
      return time.time() && time.zone_and_end() ? Code{} : "ISO-0310"_code;
    case SimpleType::Check::boolean:
      return text == "true" || text == "false" || text == "1" || text == "0" ? Code{} : "ISO-0311"_code;
    case SimpleType::Check::year:
      return time.year() && time.zone_and_end() ? Code{} : "ISO-0312"_code;
    case SimpleType::Check::year_month:
      return time.year() && time.take('-') && time.month() && time.zone_and_end() ? Code{} : "ISO-0312"_code;
    default:
      break;
  }
  std::uint64_t octets = 0;
  return count_base64_octets(text, octets) ? check_length(simple, octets) : "ISO-0313"_code;
}

SimpleType::Check check_of(const TypeDefinition& definition) {
  switch (definition.base) {
    case LeafType::decimal:
      return SimpleType::Check::decimal;
    case LeafType::boolean:
      return SimpleType::Check::boolean;
    case LeafType::date:
      return SimpleType::Check::date;
    case LeafType::datetime:
      return SimpleType::Check::datetime;
    case LeafType::time:
      return SimpleType::Check::time;
    case LeafType::year:
      return SimpleType::Check::year;
    case LeafType::year_month:
      return SimpleType::Check::year_month;
    case LeafType::binary:
      return SimpleType::Check::binary;
    case LeafType::code: {
      const auto is_long = [](const std::string& code) { return code.size() > 8; };
      return std::any_of(definition.codes.begin(), definition.codes.end(), is_long) ? SimpleType::Check::long_codes
                                                                                    : SimpleType::Check::codes;
    }
    default:
      return definition.pattern.empty() ? SimpleType::Check::length : SimpleType::Check::pattern;
  }
}

}  // namespace

std::optional<DecimalText> parse_decimal_text(std::string_view text) {
  DecimalText number;
  const char* at = text.data();
  const char* end = at + text.size();
  if (at != end && (*at == '+' || *at == '-')) number.negative = *at++ == '-';
  const char* whole = at;
  while (at != end && is_digit(*at)) ++at;
  const char* whole_end = at;
  const char* fraction = at;
  const char* fraction_end = at;
  if (at != end && *at == '.') {
    fraction = ++at;
    while (at != end && is_digit(*at)) ++at;
    fraction_end = at;
  }
  if (at != end || (whole == whole_end && fraction == fraction_end)) return std::nullopt;
  while (whole != whole_end && *whole == '0') ++whole;
  while (fraction_end != fraction && fraction_end[-1] == '0') --fraction_end;
  number.whole = {whole, static_cast<std::size_t>(whole_end - whole)};
  number.fraction = {fraction, static_cast<std::size_t>(fraction_end - fraction)};
  if (number.whole.empty() && number.fraction.empty()) number.negative = false;
  return number;
}

std::string_view collapse_ends(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool compile_simple(const TypeDefinition& definition, SimpleType& simple) {
  simple.definition = &definition;
  simple.type = definition.base;
  simple.check = check_of(definition);
  simple.length_min = definition.length_min.value_or(0);
  simple.length_max = definition.length_max.value_or(unbounded);
  simple.digits_total = definition.digits_total.value_or(unbounded);
  simple.digits_fraction = definition.digits_fraction.value_or(unbounded);
  simple.has_value_min = !definition.value_min.empty();
  if (simple.has_value_min) simple.value_min = parse_decimal_text(definition.value_min).value_or(DecimalText{});
  simple.has_value_max = !definition.value_max.empty();
  if (simple.has_value_max) simple.value_max = parse_decimal_text(definition.value_max).value_or(DecimalText{});
  if (simple.check == SimpleType::Check::codes) {
    for (const std::string& code : definition.codes) simple.code_words.push_back(load_padded(code.data(), code.size()));
  }
  if (!definition.pattern.empty()) {
    auto pattern = Pattern::compile(definition.pattern);
    if (!pattern) return false;
    simple.pattern = std::move(*pattern);
    simple.has_pattern = true;
    simple.places = simple.pattern.find_places();
    simple.places.limit(simple.length_min, simple.length_max);
  }
  return true;
}

Code check_fully(const SimpleType& simple, std::string_view text, bool ascii) {
  switch (simple.check) {
    case SimpleType::Check::length:
      return check_text(simple, text, ascii);
    case SimpleType::Check::pattern:
      if (!simple.pattern.matches(text)) return "ISO-0303"_code;
      return check_text(simple, text, ascii);
    case SimpleType::Check::codes: {
      if (text.empty() || text.size() > 8) return "ISO-0304"_code;
      const Word word = load_padded(text.data(), text.size());
      for (const Word code : simple.code_words) {
        if (code == word) return {};
      }
      return "ISO-0304"_code;
    }
    case SimpleType::Check::long_codes:
      return has_long_code(simple.definition->codes, text) ? Code{} : "ISO-0304"_code;
    default:
      break;
  }
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) text = collapse_ends(text);
  if (simple.has_pattern && !simple.pattern.matches(text)) return "ISO-0303"_code;
  return check_collapsed(simple, text);
}

std::string_view complaint(Code code) {
  struct Row {
    Code code;
    std::string_view text;
  };
  static constexpr Row rows[] = {
      {"ISO-0301"_code, "value is too short"},
      {"ISO-0302"_code, "value is too long"},
      {"ISO-0303"_code, "value does not match the pattern"},
      {"ISO-0304"_code, "value is not one of the codes"},
      {"ISO-0305"_code, "value is not a plain decimal number"},
      {"ISO-0306"_code, "number has too many digits"},
      {"ISO-0307"_code, "number is less than allowed"},
      {"ISO-0314"_code, "number is more than allowed"},
      {"ISO-0308"_code, "value is not a date"},
      {"ISO-0309"_code, "value is not a date and time"},
      {"ISO-0310"_code, "value is not a time"},
      {"ISO-0311"_code, "value is not true or false"},
      {"ISO-0312"_code, "value is not a year, or not a year and month"},
      {"ISO-0313"_code, "value is not base64"},
  };
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& one) { return one.code == code; });
  return row == std::end(rows) ? "value is not allowed" : row->text;
}

std::string expectation(const SimpleType& simple, Code code) {
  const TypeDefinition& definition = *simple.definition;
  const std::string_view name = definition.name;
  if (code == "ISO-0303"_code) return fmt::format("{}: the pattern {}", name, definition.pattern);
  if (code == "ISO-0304"_code) {
    std::string codes;
    for (std::size_t i = 0; i < definition.codes.size() && i < 12; ++i)
      codes += (i == 0 ? "" : ", ") + definition.codes[i];
    if (definition.codes.size() > 12) codes += fmt::format(" and {} more", definition.codes.size() - 12);
    return fmt::format("{}: one of {}", name, codes);
  }
  if (code == "ISO-0301"_code || code == "ISO-0302"_code) {
    const std::string_view unit = simple.type == LeafType::binary ? "octets" : "characters";
    if (simple.length_max == unbounded) return fmt::format("{}: at least {} {}", name, simple.length_min, unit);
    return fmt::format("{}: {} to {} {}", name, simple.length_min, simple.length_max, unit);
  }
  if (code == "ISO-0306"_code) {
    return fmt::format("{}: at most {} digits, {} of them after the point", name, simple.digits_total,
                       simple.digits_fraction);
  }
  if (code == "ISO-0307"_code) return fmt::format("{}: {} or more", name, definition.value_min);
  if (code == "ISO-0314"_code) return fmt::format("{}: {} or less", name, definition.value_max);
  if (code == "ISO-0305"_code) return fmt::format("{}: a plain decimal number", name);
  if (code == "ISO-0308"_code) return fmt::format("{}: a date, 2026-11-21", name);
  if (code == "ISO-0309"_code) return fmt::format("{}: a date and time, 2026-11-21T09:30:00Z", name);
  if (code == "ISO-0310"_code) return fmt::format("{}: a time, 09:30:00Z", name);
  if (code == "ISO-0311"_code) return fmt::format("{}: true or false", name);
  if (code == "ISO-0312"_code) return fmt::format("{}: a year, or a year and month", name);
  return fmt::format("{}: base64", name);
}

}  // namespace tilmash::iso20022
