// Numbers in columns: as short as they are, with a point or comma and groups of three digits where the layout says so.
#include <algorithm>

#include "adapters/formats/delimited/delimited.h"

namespace tilmash::formats::delimited {
namespace {

constexpr std::size_t digits_max = 18;

/// "1234567" as "1.234.567".
void write_whole(std::string_view digits, char thousands, std::string& out) {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && thousands != '\0' && (digits.size() - i) % 3 == 0) out += thousands;
    out += digits[i];
  }
}

}  // namespace

NumberSpelling spelling_of(const DelimitedLayout& layout, const records::Field& field) {
  return {field.point, &layout.traits_of(field), field.scale, field.sign == records::Sign::floating};
}

Code write_number(const NumberSpelling& spelling, std::string_view text, std::string& out) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t cut = std::min(text.find('.'), text.size());
  std::string whole(text.substr(0, cut));
  std::string fraction(text.substr(std::min(cut + 1, text.size())));
  const auto digits = [](const std::string& part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.empty() || !digits(whole) || !digits(fraction) || (cut < text.size() && fraction.empty())) {
    return "FMT-0402"_code;
  }
  if (negative && !spelling.may_be_negative) return "FMT-0403"_code;
  while (fraction.size() > spelling.scale && fraction.back() == '0') fraction.pop_back();
  if (fraction.size() > spelling.scale) return "FMT-0402"_code;
  const Traits& traits = *spelling.traits;
  if (traits.exact || traits.implied) fraction.resize(spelling.scale, '0');
  if (traits.implied) {
    whole += fraction;
    fraction.clear();
  }
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  if (whole.size() + fraction.size() > digits_max + (whole == "0" ? 1 : 0)) return "FMT-0402"_code;
  if (negative) out += '-';
  write_whole(whole, traits.thousands, out);
  if (!fraction.empty()) {
    out += spelling.point;
    out += fraction;
  }
  return {};
}

Code read_number(const NumberSpelling& spelling, std::string_view bytes, Decimal& number, std::string& canonical) {
  const Traits& traits = *spelling.traits;
  const bool negative = bytes.starts_with('-');
  if (negative || bytes.starts_with('+')) bytes.remove_prefix(1);
  std::string digits;
  std::size_t fraction = 0;
  bool point = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c >= '0' && c <= '9') {
      digits += c;
      if (point) ++fraction;
    } else if (c == spelling.point && !point && !traits.implied && spelling.scale != 0) {
      point = true;
    } else if (c != traits.thousands || traits.thousands == '\0' || point || digits.empty()) {
      return "FMT-0210"_code;
    }
  }
  if (digits.size() == fraction || (point && fraction == 0) || fraction > spelling.scale) return "FMT-0210"_code;
  if (negative && !spelling.may_be_negative) return "FMT-0210"_code;
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  if (digits.size() - zeros > digits_max) return "FMT-0204"_code;
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  if (traits.implied) fraction = spelling.scale;
  number = {negative ? -value : value, static_cast<std::uint8_t>(fraction)};
  // A negative zero keeps its sign in the text, so that it is written back as it was.
  const std::string text = (negative && value == 0 ? "-" : "") + tilmash::to_text(number);
  return write_number(spelling, text, canonical);
}

}  // namespace tilmash::formats::delimited
