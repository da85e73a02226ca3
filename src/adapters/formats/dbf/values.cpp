#include "adapters/formats/dbf/values.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tilmash::formats::dbf {
namespace {

constexpr std::int64_t ms_a_day = 86'400'000;

std::int64_t signed_of(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  const auto bits = static_cast<unsigned>(64 - 8 * bytes.size());
  return static_cast<std::int64_t>(value << bits) >> bits;
}

void append_signed(std::string& out, std::int64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i, value >>= 8) out += static_cast<char>(value & 0xFF);
}

/// Without blanks at both ends and zero bytes at the last.
std::string_view trimmed(std::string_view bytes) {
  const std::size_t last = bytes.find_last_not_of(std::string_view(" \0", 2));
  bytes = bytes.substr(0, last == std::string_view::npos ? 0 : last + 1);
  bytes.remove_prefix(std::min(bytes.find_first_not_of(' '), bytes.size()));
  return bytes;
}

Code decode_text(const CodePage& page, std::string_view bytes, Arena& arena, Value& value, std::size_t& bad_offset) {
  const std::size_t last = bytes.find_last_not_of(std::string_view(" \0", 2));
  bytes = bytes.substr(0, last == std::string_view::npos ? 0 : last + 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bad_offset = i;
    if (static_cast<unsigned char>(bytes[i]) < 0x20 || bytes[i] == 0x7F) return "DBF-0201"_code;
  }
  if (!page.decode(bytes, arena, value.text, bad_offset)) return "DBF-0200"_code;
  value.present = !value.text.empty();
  return {};
}

Code decode_number(const Column& column, std::string_view bytes, Arena& arena, Value& value) {
  const std::string_view text = trimmed(bytes);
  if (text.empty() || text == ".") return {};  // dBase writes the point of a number that has no value
  if (text.find_first_not_of('*') == std::string_view::npos) return "DBF-0204"_code;
  const auto number = parse_decimal(text);
  if (!number || (column.in_table.decimals == 0 && number->scale != 0)) return "DBF-0203"_code;
  value.present = true;
  value.number = *number;
  value.text = arena.copy(to_text(*number));
  return {};
}

Code decode_date(std::string_view bytes, Arena& arena, Value& value) {
  static const auto pattern = DatePattern::compile("YYYYMMDD");
  const std::string_view text = trimmed(bytes);
  if (text.empty() || text.find_first_not_of('0') == std::string_view::npos) return {};
  const auto date = pattern->parse(bytes);
  if (!date) return "DBF-0205"_code;
  value.present = true;
  value.text = arena.copy(to_text(*date));
  return {};
}

Code decode_logical(char byte, Value& value) {
  if (byte == '?' || byte == ' ' || byte == '\0') return {};
  const bool yes = byte == 'T' || byte == 't' || byte == 'Y' || byte == 'y';
  if (!yes && byte != 'F' && byte != 'f' && byte != 'N' && byte != 'n') return "DBF-0206"_code;
  value.present = true;
  value.text = yes ? "true" : "false";
  return {};
}

Code decode_binary(const Column& column, std::string_view bytes, Arena& arena, Value& value) {
  const std::int64_t whole = signed_of(bytes);
  const auto scale = static_cast<std::uint8_t>(column.in_table.type == 'Y' ? 4 : 0);
  const std::string text = to_text(Decimal{whole, scale});
  if (!parse_decimal(text)) return "DBF-0203"_code;  // more than 18 digits
  value.present = true;
  value.text = arena.copy(text);
  value.number = {whole, scale};
  return {};
}

/// The Gregorian date of a Julian day number. Source: J. L. Fliegel and T. C. Van Flandern, Comm. ACM 11 (1968), 657.
Date date_of(std::int64_t julian) {
  std::int64_t l = julian + 68569;
  const std::int64_t n = 4 * l / 146097;
  l -= (146097 * n + 3) / 4;
  const std::int64_t i = 4000 * (l + 1) / 1461001;
  l = l - 1461 * i / 4 + 31;
  const std::int64_t j = 80 * l / 2447;
  const std::int64_t month = j + 2 - 12 * (j / 11);
  return {static_cast<std::int32_t>(100 * (n - 49) + i + j / 11), static_cast<std::uint8_t>(month),
          static_cast<std::uint8_t>(l - 2447 * j / 80)};
}

std::int64_t julian_of(Date date) {
  const std::int64_t m = (date.month - 14) / 12;
  return 1461 * (date.year + 4800 + m) / 4 + 367 * (date.month - 2 - 12 * m) / 12 -
         3 * ((date.year + 4900 + m) / 100) / 4 + date.day - 32075;
}

Code decode_datetime(std::string_view bytes, Arena& arena, Value& value) {
  const std::int64_t day = signed_of(bytes.substr(0, 4));
  const std::int64_t ms = signed_of(bytes.substr(4));
  if (trimmed(bytes).empty() || (day == 0 && ms == 0)) return {};
  const bool sane = day > 1'721'426 && day < 5'373'484 && ms >= 0 && ms < ms_a_day;  // years 1 to 9999
  if (!sane) return "DBF-0205"_code;
  std::string text =
      fmt::format("{}T{:02}:{:02}:{:02}", to_text(date_of(day)), ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60);
  if (ms % 1000 != 0) text += fmt::format(".{:03}", ms % 1000);
  value.present = true;
  value.text = arena.copy(text);
  return {};
}

Code encode_datetime(std::string_view text, std::string& out) {
  const auto date = parse_iso_date(text.substr(0, 10));
  const auto two = [&](std::size_t at) -> std::int64_t {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return is_digit(text[at]) && is_digit(text[at + 1]) ? (text[at] - '0') * 10 + text[at + 1] - '0' : 99;
  };
  if (!date || text.size() < 19 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || two(11) > 23 ||
      two(14) > 59 || two(17) > 59) {
    return "DBF-0401"_code;
  }
  std::int64_t ms = (two(11) * 3600 + two(14) * 60 + two(17)) * 1000;
  if (text.size() > 19) {
    const auto fraction = parse_decimal(text.substr(19));
    if (text.size() != 23 || text[19] != '.' || !fraction || fraction->scale != 3) return "DBF-0401"_code;
    ms += fraction->unscaled;
  }
  append_signed(out, julian_of(*date), 4);
  append_signed(out, ms, 4);
  return {};
}

/// A number with exactly `decimals` digits after the point; false when it has more that are not zero.
bool with_scale(Decimal& number, std::uint32_t decimals) {
  while (number.scale > decimals && number.unscaled % 10 == 0) {
    number.unscaled /= 10;
    --number.scale;
  }
  if (number.scale > decimals) return false;
  while (number.scale < decimals) {
    if (__builtin_mul_overflow(number.unscaled, 10, &number.unscaled)) return false;
    ++number.scale;
  }
  return true;
}

Code encode_number(const Column& column, std::string_view text, std::string& out) {
  const bool binary = column.in_table.type == 'I' || column.in_table.type == 'Y';
  auto number = parse_decimal(text);
  const std::uint32_t decimals = column.in_table.type == 'Y' ? 4 : column.in_table.decimals;
  if (!number || !with_scale(*number, decimals)) return "DBF-0401"_code;
  const std::size_t length = column.in_table.length;
  if (binary) {
    if (length == 4 && number->unscaled != static_cast<std::int32_t>(number->unscaled)) return "DBF-0401"_code;
    append_signed(out, number->unscaled, length);
    return {};
  }
  const std::string digits = to_text(*number);
  if (digits.size() > length) return "DBF-0401"_code;
  out.append(length - digits.size(), ' ');
  out += digits;
  return {};
}

}  // namespace

std::optional<LeafType> leaf_type_of(const TableColumn& column) {
  const auto of_length = [&](std::uint32_t length, LeafType type) {
    return column.length == length ? std::optional(type) : std::nullopt;
  };
  switch (column.type) {
    case 'C':
    case 'M':
    case 'G':
    case 'P':
      return LeafType::text;
    case 'N':
    case 'F':
      if (column.decimals > 18 || column.length > 255) return std::nullopt;
      return column.decimals == 0 ? LeafType::integer : LeafType::decimal;
    case 'D':
      return of_length(8, LeafType::date);
    case 'L':
      return of_length(1, LeafType::boolean);
    case 'I':
      return of_length(4, LeafType::integer);
    case 'Y':
      return of_length(8, LeafType::decimal);
    case 'T':
      return of_length(8, LeafType::datetime);
    default:
      return std::nullopt;
  }
}

Code decode_value(const Column& column, const CodePage& page, std::string_view bytes, Arena& arena, Value& value,
                  std::size_t& bad_offset) {
  value = {};
  bad_offset = 0;
  Code code;
  switch (column.in_table.type) {
    case 'N':
    case 'F':
      code = decode_number(column, bytes, arena, value);
      break;
    case 'D':
      code = decode_date(bytes, arena, value);
      break;
    case 'L':
      code = decode_logical(bytes[0], value);
      break;
    case 'I':
    case 'Y':
      code = decode_binary(column, bytes, arena, value);
      break;
    case 'T':
      code = decode_datetime(bytes, arena, value);
      break;
    case 'M':
    case 'G':
    case 'P':
      if (column.in_table.length == 4) {
        code = decode_binary(column, bytes, arena, value);
        break;
      }
      [[fallthrough]];
    default:
      code = decode_text(page, bytes, arena, value, bad_offset);
      break;
  }
  if (code) return code;
  if (!value.present) return column.required ? "DBF-0207"_code : Code();
  const bool listed =
      column.codes.empty() || std::find(column.codes.begin(), column.codes.end(), value.text) != column.codes.end();
  return listed ? Code() : "DBF-0208"_code;
}

Code encode_value(const Column& column, const CodePage& page, std::string_view text, std::string& out) {
  const std::size_t length = column.in_table.length;
  const char type = column.in_table.type;
  const bool pointer = (type == 'M' || type == 'G' || type == 'P') && length == 4;
  if (text.empty()) {
    if (column.required) return "DBF-0401"_code;
    const bool binary = type == 'I' || type == 'Y' || type == 'T' || pointer;
    out.append(length, binary ? '\0' : type == 'L' ? '?' : ' ');
    return {};
  }
  if (!column.codes.empty() && std::find(column.codes.begin(), column.codes.end(), text) == column.codes.end()) {
    return "DBF-0401"_code;
  }
  static const auto pattern = DatePattern::compile("YYYYMMDD");
  if (type == 'N' || type == 'F' || type == 'I' || type == 'Y') return encode_number(column, text, out);
  if (pointer) {
    const auto number = parse_decimal(text);
    if (!number || number->scale != 0) return "DBF-0401"_code;
    append_signed(out, number->unscaled, 4);
    return {};
  }
  if (type == 'T') return encode_datetime(text, out);
  if (type == 'L') {
    if (text != "true" && text != "false") return "DBF-0401"_code;
    out += text == "true" ? 'T' : 'F';
    return {};
  }
  if (type == 'D') {
    const auto date = parse_iso_date(text);
    char bytes[8];
    if (!date || !pattern->write(bytes, *date)) return "DBF-0401"_code;
    out.append(bytes, 8);
    return {};
  }
  const std::size_t size_before = out.size();
  std::size_t bad = 0;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), is_control)) return "DBF-0401"_code;
  if (!page.encode(text, out, bad)) return "DBF-0400"_code;
  if (out.size() - size_before > length || text.ends_with(' ')) return "DBF-0401"_code;
  out.append(length - (out.size() - size_before), ' ');
  return {};
}

std::string_view text_of(Code code) {
  struct Text {
    Code code;
    std::string_view text;
  };
  constexpr Text texts[] = {
      {"DBF-0200"_code, "a byte that the code page does not have"},
      {"DBF-0201"_code, "a control character"},
      {"DBF-0202"_code, "a deletion mark that is neither a blank nor *"},
      {"DBF-0203"_code, "not a number of the column"},
      {"DBF-0204"_code, "asterisks: the number was too long for the column when it was written"},
      {"DBF-0205"_code, "not a date"},
      {"DBF-0206"_code, "neither true nor false"},
      {"DBF-0207"_code, "nothing, but the column is required"},
      {"DBF-0208"_code, "a value that is not among the codes"},
      {"DBF-0209"_code, "the file ends within the record"},
      {"DBF-0400"_code, "the value has a character that the code page does not have"},
      {"DBF-0401"_code, "the value does not fit the column"},
  };
  for (const Text& each : texts) {
    if (each.code == code) return each.text;
  }
  return "";
}

}  // namespace tilmash::formats::dbf
