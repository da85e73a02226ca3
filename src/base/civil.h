// Calendar dates and times as text: the lexical forms of ISO 8601 that ISO 20022 and the partner contract use. No
// clock and no time-zone database here; times come from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tilmash {

/// A date of the proleptic Gregorian calendar; always valid when made by a parser.
struct Date {
  std::int32_t year = 0;
  std::uint8_t month = 0;  ///< 1..12
  std::uint8_t day = 0;    ///< 1..31

  friend auto operator<=>(const Date&, const Date&) = default;
};

bool is_valid(Date date);

/// "2026-11-21", exactly ten characters.
std::optional<Date> parse_iso_date(std::string_view text);

/// A date pattern such as "YYYYMMDD", "DD.MM.YY", "YYDDD": the letters Y, M, D (DDD is the day of the year) stand for
/// digits, anything else for itself. Two-digit years: 00-79 are 20xx, 80-99 are 19xx (facts of SWIFT MT, field 61).
class DatePattern {
 public:
  /// Nothing when the pattern does not fix a day.
  static std::optional<DatePattern> compile(std::string_view pattern);
  /// Text of the pattern's length -> date; nothing when it does not fit or there is no such day.
  std::optional<Date> parse(std::string_view text) const;
  /// Writes exactly `length()` bytes; false when the year does not fit the pattern.
  bool write(char* out, Date date) const;
  std::size_t length() const { return pattern_.size(); }

 private:
  std::string pattern_;
  bool ordinal_ = false;
  std::uint8_t year_digits_ = 0;
};

/// A pattern of pairs of digits that fix no day, such as "MMDDhhmmss", "hhmm", "YYMM": pairs of Y, M, D, h, m and s.
bool is_pair_pattern(std::string_view pattern);
/// Each pair is within its range, the day within its month (29 February always: the year is not known). False for
/// texts of another length, or of anything but digits.
bool fits_digit_pairs(std::string_view pattern, std::string_view digits);

/// "2026-11-21": writes ten bytes.
char* write_iso_date(char* out, Date date);
std::string to_text(Date date);

/// "2026-11-21T09:30:00Z", "…T09:30:00+05:00", fraction of a second allowed; the zone is required. The text itself is
/// kept: this only says whether it is well formed and names a real day and time (24:00:00 is not used). T and Z are
/// capitals and zones end at 14:00, as in XML Schema part 2, 3.2.7: the text goes into messages.
bool is_rfc3339(std::string_view text);

/// Seconds since 1970-01-01T00:00:00Z of an RFC 3339 text, or as such a text in UTC.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);
std::string rfc3339_utc(std::int64_t seconds);

}  // namespace tilmash
