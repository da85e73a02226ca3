#include "iso20022/value_key.h"

#include <fmt/format.h>

#include <iterator>

#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::int64_t day_minutes = 24 * 60;

/// Days of the proleptic Gregorian calendar whose years have no zero: -0001 stands before 0001, and -0004 has a leap
/// day (as in `check_value`).
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  const std::int64_t year_zero = year < 0 ? 366 : 0;
  if (month < 3) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year + year_zero;
}

/// A date or time that is known to be well-formed, from left to right.
class Instant {
 public:
  Instant(SimpleType::Check check, std::string_view text) : check_(check), whole_(text), rest_(text) {}

  void append(std::string& key) {
    using Check = SimpleType::Check;
    std::int64_t minutes = 0;
    if (check_ != Check::time) {
      // More years than the age of the universe: compared as written.
      constexpr std::size_t year_digits = 12;
      if (whole_.find('-', 1) > year_digits && whole_.size() > year_digits) return void(key += whole_);
      const bool before = take('-');
      const std::int64_t year = number();
      const std::int64_t month = check_ != Check::year && take('-') ? number() : 1;
      const std::int64_t day = (check_ == Check::date || check_ == Check::datetime) && take('-') ? number() : 1;
      minutes = days_of(before ? -year : year, month, day) * day_minutes;
    }
    std::int64_t hour = 0;
    std::string_view seconds;
    if (check_ == Check::time || check_ == Check::datetime) {
      take('T');
      hour = number();
      take(':');
      minutes += hour * 60 + number();
      take(':');
      seconds = rest_.substr(0, rest_.find_first_of("Z+-"));
      rest_.remove_prefix(seconds.size());
      if (seconds.find('.') != std::string_view::npos) {
        while (seconds.back() == '0') seconds.remove_suffix(1);
        if (seconds.back() == '.') seconds.remove_suffix(1);
      }
    }
    const bool zone = !rest_.empty();
    if (zone && !take('Z')) {
      const std::int64_t sign = take('-') ? 1 : -1;
      take('+');
      const std::int64_t hours = number();
      take(':');
      minutes += sign * (hours * 60 + number());
    }
    // A time comes again every day.
    if (zone && check_ == Check::time && hour != 24) minutes = (minutes + day_minutes) % day_minutes;
    fmt::format_to(std::back_inserter(key), "{}{}{} {}", zone ? "Z" : "", hour == 24 ? "n" : "", minutes, seconds);
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::int64_t number() {
    std::int64_t value = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
      value = value * 10 + (rest_.front() - '0');
    }
    return value;
  }

  SimpleType::Check check_;
  std::string_view whole_;
  std::string_view rest_;
};

}  // namespace

void append_value_key(const SimpleType& simple, std::string_view text, std::string& key) {
  using Check = SimpleType::Check;
  switch (simple.check) {
    case Check::length:
    case Check::pattern:
    case Check::codes:
    case Check::long_codes:
      key += 's';
      key += text;
      break;
    case Check::decimal: {
      const DecimalText number = parse_decimal_text(collapse_ends(text)).value_or(DecimalText{});
      fmt::format_to(std::back_inserter(key), "d{}{}.{}", number.negative ? "-" : "", number.whole, number.fraction);
      break;
    }
    case Check::boolean:
      text = collapse_ends(text);
      key += text == "1" || text == "true" ? "b1" : "b0";
      break;
    case Check::binary:
      key += 'x';
      for (const char c : text) {
        if (!is_blank(c)) key += c;
      }
      break;
    case Check::date:
    case Check::datetime:
    case Check::time:
    case Check::year:
    case Check::year_month:
      key += static_cast<char>('0' + static_cast<int>(simple.check));
      Instant(simple.check, collapse_ends(text)).append(key);
      break;
  }
  key += '\0';
}

}  // namespace tilmash::iso20022
