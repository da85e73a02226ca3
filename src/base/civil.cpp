#include "base/civil.h"

#include <fmt/format.h>

#include <array>

namespace tilmash {
namespace {

bool is_leap(std::int32_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(std::int32_t year, int month) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

/// Days since 1970-01-01. Counts whole 400-year cycles from 1 March, so that the leap day is the last of its year.
std::int64_t days_since_epoch(Date date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t cycle = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_cycle = year - cycle * 400;
  const std::int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return cycle * 146097 + year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year - 719468;
}

Date date_of_days(std::int64_t days) {
  days += 719468;
  const std::int64_t cycle = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_cycle = days - cycle * 146097;
  const std::int64_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
  const std::int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const std::int64_t month_index = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<std::uint8_t>(day_of_year - (153 * month_index + 2) / 5 + 1);
  date.month = static_cast<std::uint8_t>(month_index < 10 ? month_index + 3 : month_index - 9);
  date.year = static_cast<std::int32_t>(year_of_cycle + cycle * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

/// The value of `count` digits; -1 when one of them is none.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct Instant {
  Date date;
  std::int64_t second_of_day = 0;
  std::int64_t offset_seconds = 0;
};

std::optional<Instant> parse_instant(std::string_view text) {
  Instant instant;
  if (text.size() < 20 || text[10] != 'T') return std::nullopt;
  const auto date = parse_iso_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  instant.date = *date;
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (text[13] != ':' || text[16] != ':') return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  instant.second_of_day = hour * 3600 + minute * 60 + second;
  std::size_t at = 19;
  if (text[at] == '.') {
    ++at;
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == begin) return std::nullopt;
  }
  const std::string_view zone = text.substr(at);
  if (zone == "Z") return instant;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const int zone_hour = digits(zone, 1, 2);
  const int zone_minute = digits(zone, 4, 2);
  if (zone_hour < 0 || zone_minute < 0 || zone_minute > 59 || zone_hour * 60 + zone_minute > 14 * 60) {
    return std::nullopt;
  }
  instant.offset_seconds = (zone_hour * 3600 + zone_minute * 60) * (zone[0] == '-' ? -1 : 1);
  return instant;
}

}  // namespace

bool is_valid(Date date) {
  return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= days_in_month(date.year, date.month);
}

std::optional<Date> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const Date date{year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
  if (!is_valid(date)) return std::nullopt;
  return date;
}

std::optional<DatePattern> DatePattern::compile(std::string_view pattern) {
  DatePattern compiled;
  compiled.pattern_ = pattern;
  std::size_t months = 0;
  std::size_t days = 0;
  for (const char c : pattern) {
    compiled.year_digits_ = static_cast<std::uint8_t>(compiled.year_digits_ + (c == 'Y'));
    months += c == 'M';
    days += c == 'D';
  }
  compiled.ordinal_ = days == 3 && months == 0;
  const bool year_known = compiled.year_digits_ == 4 || compiled.year_digits_ == 2;
  if (!year_known || (!compiled.ordinal_ && (months != 2 || days != 2))) return std::nullopt;
  return compiled;
}

std::optional<Date> DatePattern::parse(std::string_view text) const {
  if (text.size() != pattern_.size()) return std::nullopt;
  int year = 0;
  int month = 0;
  int day = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int* part = pattern_[i] == 'Y' ? &year : pattern_[i] == 'M' ? &month : pattern_[i] == 'D' ? &day : nullptr;
    if (part == nullptr) {
      if (text[i] != pattern_[i]) return std::nullopt;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    *part = *part * 10 + (text[i] - '0');
  }
  if (year_digits_ == 2) year += year < 80 ? 2000 : 1900;
  if (ordinal_) {
    if (day < 1 || day > (is_leap(year) ? 366 : 365)) return std::nullopt;
    return date_of_days(days_since_epoch({year, 1, 1}) + day - 1);
  }
  const Date date{year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
  if (!is_valid(date)) return std::nullopt;
  return date;
}

bool DatePattern::write(char* out, Date date) const {
  int year = date.year;
  if (year_digits_ == 2) {
    if (year < 1980 || year > 2079) return false;
    year %= 100;
  }
  int day = ordinal_ ? static_cast<int>(days_since_epoch(date) - days_since_epoch({date.year, 1, 1}) + 1) : date.day;
  int month = date.month;
  for (std::size_t i = pattern_.size(); i-- > 0;) {
    int* part = pattern_[i] == 'Y' ? &year : pattern_[i] == 'M' ? &month : pattern_[i] == 'D' ? &day : nullptr;
    if (part == nullptr) {
      out[i] = pattern_[i];
      continue;
    }
    out[i] = static_cast<char>('0' + *part % 10);
    *part /= 10;
  }
  return true;
}

char* write_iso_date(char* out, Date date) {
  const auto put = [&](int value, int count) {
    for (int i = count; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
    out += count;
  };
  put(date.year, 4);
  *out++ = '-';
  put(date.month, 2);
  *out++ = '-';
  put(date.day, 2);
  return out;
}

bool is_pair_pattern(std::string_view pattern) {
  if (pattern.empty() || pattern.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < pattern.size(); i += 2) {
    if (pattern[i] != pattern[i + 1] || std::string_view("YMDhms").find(pattern[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

bool fits_digit_pairs(std::string_view pattern, std::string_view digits) {
  if (digits.size() != pattern.size() || digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  constexpr unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  unsigned month = 0;
  for (std::size_t i = 0; i + 1 < pattern.size(); i += 2) {
    const auto pair = static_cast<unsigned>((digits[i] - '0') * 10 + digits[i + 1] - '0');
    switch (pattern[i]) {
      case 'M':
        if (pair < 1 || pair > 12) return false;
        month = pair;
        break;
      case 'D':
        if (pair < 1 || pair > (month == 0 ? 31 : days[month - 1])) return false;
        break;
      case 'h':
        if (pair > 23) return false;
        break;
      case 'm':
      case 's':
        if (pair > 59) return false;
        break;
      default:
        break;  // Y
    }
  }
  return true;
}

std::string to_text(Date date) {
  char buffer[10];
  return {buffer, write_iso_date(buffer, date)};
}

bool is_rfc3339(std::string_view text) {
  return parse_instant(text).has_value();
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto instant = parse_instant(text);
  if (!instant) return std::nullopt;
  return days_since_epoch(instant->date) * 86400 + instant->second_of_day - instant->offset_seconds;
}

std::string rfc3339_utc(std::int64_t seconds) {
  const std::int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
  const std::int64_t second = seconds - days * 86400;
  return fmt::format("{}T{:02}:{:02}:{:02}Z", to_text(date_of_days(days)), second / 3600, second / 60 % 60,
                     second % 60);
}

}  // namespace tilmash
