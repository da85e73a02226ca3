#include "adapters/formats/rows/column.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tilmash::formats::rows {
namespace {

constexpr std::array<std::string_view, 7> type_names{"text", "integer",  "decimal", "boolean",
                                                     "date", "datetime", "binary"};

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Digits with an optional '-' and, where `point` allows it, one '.' with digits behind it. Databases also spell 0.5 as
/// ".5" (Oracle).
bool is_number(std::string_view text, bool point) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t cut = text.find('.');
  const std::string_view whole = text.substr(0, cut);
  if (cut == std::string_view::npos) return are_digits(whole);
  return point && (whole.empty() || are_digits(whole)) && are_digits(text.substr(cut + 1));
}

/// The same number with exactly `column.scale` digits after the point.
Code decode_number(const Column& column, std::string_view text, Arena& arena, Decoded& decoded) {
  if (!is_number(text, column.type == RowType::decimal)) return "ROW-0206"_code;
  // Zeros at the end of a fraction are the column's scale in the database, not the value's.
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    while (text.size() > point + 1 && text.size() - point - 1 > column.scale && text.back() == '0') {
      text.remove_suffix(1);
    }
  }
  auto number = parse_decimal(text);
  if (!number || number->scale > column.scale) return "ROW-0207"_code;
  while (number->scale < column.scale) {
    if (__builtin_mul_overflow(number->unscaled, 10, &number->unscaled)) return "ROW-0207"_code;
    ++number->scale;
  }
  std::uint64_t magnitude = static_cast<std::uint64_t>(number->unscaled < 0 ? -number->unscaled : number->unscaled);
  unsigned digits = 0;
  for (; magnitude != 0; magnitude /= 10) ++digits;
  if (digits > column.digits) return "ROW-0207"_code;
  char* const begin = arena.allocate(24);
  char* const end = write_decimal(begin, *number);
  arena.shrink(end);
  decoded.number = *number;
  decoded.text = {begin, static_cast<std::size_t>(end - begin)};
  return {};
}

Code decode_text(const Column& column, std::string_view text, Arena& arena, Decoded& decoded) {
  std::size_t bad = 0;
  if (!column.page->decode(text, arena, decoded.text, bad)) return "ROW-0203"_code;
  if (decoded.text.find('\0') != std::string_view::npos) return "ROW-0203"_code;
  if (column.length_max != 0 && decoded.text.size() > column.length_max &&
      count_characters(decoded.text) > column.length_max) {
    return "ROW-0204"_code;
  }
  const auto& codes = column.codes;
  return codes.empty() || std::find(codes.begin(), codes.end(), decoded.text) != codes.end() ? Code{} : "ROW-0205"_code;
}

/// Where the zone of "2026-11-21?09:30:00.5+05" begins.
std::size_t find_zone(std::string_view text) {
  std::size_t at = std::min<std::size_t>(19, text.size());
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  }
  return at;
}

/// "+05" and "+0500" as "+05:00".
std::string long_zone(std::string_view zone) {
  std::string full(zone);
  if (full.size() == 3 && full != "Z") full += ":00";
  if (full.size() == 5) full.insert(3, ":");
  return full;
}

Code decode_datetime(const Column& column, std::string_view text, Arena& arena, Decoded& decoded) {
  if (text.size() < 19 || text[10] != column.separator) return "ROW-0210"_code;
  const std::size_t at = find_zone(text);
  const std::string_view given = text.substr(at);
  if ((column.zone == "given") == given.empty()) return "ROW-0211"_code;
  std::string full(text.substr(0, at));
  full[10] = 'T';
  const std::string zone = column.zone == "given" ? long_zone(given) : column.zone == "none" ? "Z" : column.zone;
  if (!is_rfc3339(full + zone)) return "ROW-0210"_code;
  if (column.zone != "none") full += zone;
  decoded.text = arena.copy(full);
  return {};
}

Code decode_date(const Column& column, std::string_view text, Arena& arena, Decoded& decoded) {
  const auto date = column.pattern->parse(text);
  if (!date) return "ROW-0209"_code;
  decoded.text = arena.copy(to_text(*date));
  return {};
}

Code decode_boolean(const Column& column, std::string_view text, Decoded& decoded) {
  if (text != column.yes && text != column.no) return "ROW-0208"_code;
  decoded.text = text == column.yes ? "true" : "false";
  return {};
}

Code decode_binary(std::string_view text, Arena& arena, Decoded& decoded) {
  const bool hex = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
  if (!hex || text.size() % 2 != 0) return "ROW-0212"_code;
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  decoded.text = arena.copy(lower);
  return {};
}

/// What a database is given for a canonical value; false when it has no such form.
bool spell(const Column& column, std::string_view canonical, std::string& out) {
  switch (column.type) {
    case RowType::boolean:
      out = canonical == "true" ? column.yes : canonical == "false" ? column.no : std::string(canonical);
      return true;
    case RowType::date: {
      const auto date = parse_iso_date(canonical);
      out.resize(column.pattern->length());
      return date && column.pattern->write(out.data(), *date);
    }
    case RowType::datetime: {
      out = canonical;
      if (out.size() > 10) out[10] = column.separator;
      const std::size_t at = find_zone(out);
      if (column.zone != "given" && column.zone != "none" && out.substr(at) == column.zone) out.resize(at);
      return true;
    }
    case RowType::text: {
      std::size_t bad = 0;
      return column.page->encode(canonical, out, bad);
    }
    default:
      out = canonical;
      return true;
  }
}

/// True when the same number, or the same text.
bool is_same(const Column& column, const Decoded& decoded, std::string_view canonical) {
  if (!decoded.present) return false;
  if (column.type != RowType::integer && column.type != RowType::decimal) {
    return column.type == RowType::binary || decoded.text == canonical;
  }
  return true;  // decoded from the very text
}

}  // namespace

Code decode(const Column& column, RowValue value, Arena& arena, Decoded& decoded) {
  decoded = {};
  std::string_view text = value.text;
  if (column.trim) text = text.substr(0, text.find_last_not_of(' ') + 1);
  const bool blank = text.empty() && column.type != RowType::binary && value.kind != RowValueKind::null;
  if (value.kind == RowValueKind::null || (blank && column.empty == Empty::null)) {
    return column.required ? "ROW-0201"_code : Code{};
  }
  if (blank && (column.type != RowType::text || column.empty == Empty::reject || column.required)) {
    return "ROW-0202"_code;
  }
  if ((value.kind == RowValueKind::bytes) != (column.type == RowType::binary)) return "ROW-0212"_code;
  if (value.kind == RowValueKind::inexact && !column.inexact) return "ROW-0213"_code;
  decoded.present = true;
  switch (column.type) {
    case RowType::integer:
    case RowType::decimal:
      return decode_number(column, text, arena, decoded);
    case RowType::boolean:
      return decode_boolean(column, text, decoded);
    case RowType::date:
      return decode_date(column, text, arena, decoded);
    case RowType::datetime:
      return decode_datetime(column, text, arena, decoded);
    case RowType::binary:
      return decode_binary(text, arena, decoded);
    case RowType::text:
      break;
  }
  return decode_text(column, text, arena, decoded);
}

Code encode(const Column& column, const std::string_view* canonical, Arena& scratch, std::string& out) {
  std::string text;
  RowValue value;
  if (canonical != nullptr) {
    if (!spell(column, *canonical, text)) {
      return column.type == RowType::text ? "ROW-0402"_code : "ROW-0209"_code;
    }
    value = {column.type == RowType::binary ? RowValueKind::bytes : RowValueKind::text, text};
  }
  Decoded decoded;
  if (const Code code = decode(column, value, scratch, decoded)) return code;
  if (canonical != nullptr && !is_same(column, decoded, *canonical)) return "ROW-0401"_code;
  const bool number = column.type == RowType::integer || column.type == RowType::decimal;
  if (number || column.type == RowType::binary) value.text = decoded.text;
  append_row_value(out, value);
  return {};
}

Facets facets_of(const Column& column) {
  Facets facets;
  facets.codes = column.codes;
  if (column.type == RowType::integer || column.type == RowType::decimal) {
    facets.digits_total = column.digits;
    facets.digits_fraction = column.scale;
  } else if (column.type == RowType::text) {
    facets.length_min = column.empty == Empty::value && !column.required ? 0 : 1;
    if (column.length_max != 0) facets.length_max = column.length_max;
  }
  return facets;
}

LeafType leaf_type_of(const Column& column) {
  constexpr std::array<LeafType, 7> types{LeafType::text, LeafType::integer,  LeafType::decimal, LeafType::boolean,
                                          LeafType::date, LeafType::datetime, LeafType::binary};
  return column.codes.empty() ? types[static_cast<std::size_t>(column.type)] : LeafType::code;
}

namespace {

void read_number(ConfigReader& row, Column& column) {
  const std::int64_t digits = row.integer_or("digits", 18);
  const std::int64_t scale = column.type == RowType::decimal ? row.integer("scale") : 0;
  if (digits < 1 || digits > 18 || scale < 0 || scale > digits) {
    row.error("ROW-0101"_code, "a number has 1 to 18 digits, `scale` of them after the point",
              "more digits pass as `type = \"text\"`, every one of them");
    return;
  }
  column.digits = static_cast<std::uint8_t>(digits);
  column.scale = static_cast<std::uint8_t>(scale);
}

void read_text(ConfigReader& row, Empty empty, Column& column) {
  const std::int64_t length = row.integer_or("length", 0);
  if (length < 0 || length > std::int64_t{row_value_bytes_max})
    row.error("ROW-0101"_code, "`length` counts characters");
  column.length_max = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, 0, row_value_bytes_max));
  column.codes = row.strings_or_empty("codes");
  column.trim = row.boolean_or("trim", false);
  column.inexact = row.boolean_or("inexact", false);
  constexpr std::array<std::string_view, 3> names{"reject", "null", "value"};
  const std::string name = row.string_or("empty", names[static_cast<std::size_t>(empty)]);
  const auto* const found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) row.error("ROW-0101"_code, "`empty` should be reject, null or value");
  column.empty = static_cast<Empty>(found == names.end() ? 0 : found - names.begin());
}

void read_datetime(ConfigReader& row, Column& column) {
  const std::string separator = row.string_or("separator", " ");
  if (separator != " " && separator != "T") row.error("ROW-0101"_code, "`separator` should be a blank or T");
  column.separator = separator == "T" ? 'T' : ' ';
  column.zone = row.string_or("zone", "given");
  if (column.zone != "given" && column.zone != "none" && !is_rfc3339("2026-11-21T00:00:00" + column.zone)) {
    row.error("ROW-0101"_code, "`zone` should be given, none, Z or such as +05:00");
  }
}

}  // namespace

void read_column(ConfigReader& row, Empty empty, Column& column) {
  const std::string type = row.string_or("type", "text");
  const auto* const found = std::find(type_names.begin(), type_names.end(), type);
  if (found == type_names.end()) {
    row.error("ROW-0101"_code, fmt::format("there is no type \"{}\"", type),
              fmt::format("types: {}", fmt::join(type_names, ", ")), row.value("type"));
    return;
  }
  column.type = static_cast<RowType>(found - type_names.begin());
  column.required = row.boolean_or("required", false);
  column.empty = empty == Empty::null ? Empty::null : Empty::reject;
  switch (column.type) {
    case RowType::text:
      return read_text(row, empty, column);
    case RowType::integer:
    case RowType::decimal:
      return read_number(row, column);
    case RowType::boolean: {
      const std::vector<std::string> spelled = row.strings_or_empty("spelled");
      const bool given = spelled.size() == 2 && spelled[0] != spelled[1];
      if (!given && !spelled.empty()) row.error("ROW-0101"_code, "`spelled` is [true, false], such as [\"1\", \"0\"]");
      column.yes = given ? spelled[0] : "1";
      column.no = given ? spelled[1] : "0";
      return;
    }
    case RowType::date:
      column.pattern = DatePattern::compile(row.string_or("pattern", "YYYY-MM-DD"));
      if (!column.pattern) row.error("ROW-0101"_code, "`pattern` does not fix a day", {}, row.value("pattern"));
      return;
    case RowType::datetime:
      return read_datetime(row, column);
    case RowType::binary:
      return;
  }
}

}  // namespace tilmash::formats::rows
