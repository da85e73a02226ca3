#include "adapters/formats/dbf/table.h"

#include <algorithm>

namespace tilmash::formats::dbf {
namespace {

constexpr std::uint8_t dbase_2 = 0x02;
constexpr std::uint32_t dbase_2_header_bytes = 521;
constexpr std::uint8_t versions[] = {0x02, 0x03, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB};

struct Driver {
  std::uint8_t byte;
  std::string_view page;
};

// The first of a byte is what the byte means most; the first of a page is what is written for it. 57 is whatever
// Windows page the machine had; F0 is no standard and occurs.
constexpr Driver drivers[] = {
    {0x01, "cp437"},  {0x02, "cp850"}, {0x03, "cp1252"}, {0x64, "cp852"},  {0x65, "cp866"},
    {0x26, "cp866"},  {0x1F, "cp852"}, {0x23, "cp852"},  {0x87, "cp852"},  {0xC8, "cp1250"},
    {0xC9, "cp1251"}, {0xF0, "utf-8"}, {0x57, "cp1252"}, {0x57, "cp1251"}, {0x57, "cp1250"},
    {0x57, "kz1048"}, {0x57, "pt154"}, {0x58, "cp1252"}, {0x59, "cp1252"}, {0x1B, "cp437"},
    {0x37, "cp850"},  {0x09, "cp437"}, {0x0B, "cp437"},  {0x0D, "cp437"},  {0x0F, "cp437"},
};

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

void put(std::string& bytes, std::size_t at, std::size_t size, std::uint64_t value) {
  for (std::size_t i = 0; i < size; ++i, value >>= 8) bytes[at + i] = static_cast<char>(value & 0xFF);
}

std::optional<Date> date_of(std::string_view bytes, std::size_t year, std::size_t month, std::size_t day) {
  const auto in_century = static_cast<std::uint8_t>(bytes[year]);
  // Years since 1900, which some writers take modulo 100.
  const Date date{in_century < 80 ? 2000 + in_century : 1900 + in_century, static_cast<std::uint8_t>(bytes[month]),
                  static_cast<std::uint8_t>(bytes[day])};
  return is_valid(date) ? std::optional(date) : std::nullopt;
}

TableFault read_columns(std::string_view bytes, bool old, Table& table) {
  const std::size_t size = old ? 16 : 32;
  const std::size_t length_at = old ? 12 : 16;
  const std::size_t decimals_at = old ? 15 : 17;
  std::size_t at = old ? 8 : 32;
  std::uint32_t offset = 1;
  for (;; at += size) {
    if (at < table.header_bytes && bytes[at] == '\x0D') break;
    if (at + size > table.header_bytes) {
      return {"DBF-0301"_code, at, 1, "the columns run past the end of the header"};
    }
    const std::string_view row = bytes.substr(at, size);
    TableColumn column;
    column.name = std::string(row.substr(0, std::min<std::size_t>(row.find('\0'), 11)));
    column.type = row[11];
    column.length = static_cast<std::uint8_t>(row[length_at]);
    column.decimals = static_cast<std::uint8_t>(row[decimals_at]);
    if (column.type == 'C' && !old) {  // Clipper and FoxPro: the upper byte of a long text
      column.length |= column.decimals << 8;
      column.decimals = 0;
    }
    column.offset = offset;
    column.descriptor_offset = at;
    offset += column.length;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (column.name.empty() || std::any_of(column.name.begin(), column.name.end(), is_control) ||
        is_control(column.type) || static_cast<unsigned char>(column.type) > 0x7E) {
      return {"DBF-0301"_code, at, size, "the column has no name or type"};
    }
    if (column.length == 0 || table.columns.size() >= columns_max) {
      return {"DBF-0301"_code, at, size, "the column has no length"};
    }
    table.columns.push_back(std::move(column));
  }
  if (table.columns.empty()) return {"DBF-0301"_code, at, 1, "the table has no columns"};
  if (offset == table.record_bytes) return {};
  return {"DBF-0301"_code, old ? 6U : 10U, 2, "the columns are not as long as the header says a record is"};
}

}  // namespace

TableFault read_table(std::string_view bytes, Table& table) {
  table = {};
  if (bytes.empty()) return {"DBF-0300"_code, 0, 0, "the file is empty"};
  table.version = static_cast<std::uint8_t>(bytes[0]);
  if (std::find(std::begin(versions), std::end(versions), table.version) == std::end(versions)) {
    const bool level_7 = (table.version & 7) == 4;
    return {"DBF-0300"_code, 0, 1,
            level_7 ? "the table is of dBase 7, whose header is another" : "the version of the table is not known"};
  }
  const bool old = table.version == dbase_2;
  if (bytes.size() < (old ? dbase_2_header_bytes : 32)) {
    return {"DBF-0301"_code, 0, bytes.size(), "the file ends within its header"};
  }
  if (old) {
    table.record_count = number(bytes, 1, 2);
    table.changed = date_of(bytes, 5, 3, 4);
    table.record_bytes = number(bytes, 6, 2);
    table.header_bytes = dbase_2_header_bytes;
    return read_columns(bytes, true, table);
  }
  table.changed = date_of(bytes, 1, 2, 3);
  table.record_count = number(bytes, 4, 4);
  table.header_bytes = number(bytes, 8, 2);
  table.record_bytes = number(bytes, 10, 2);
  table.in_transaction = bytes[14] != 0;
  table.language_driver = static_cast<std::uint8_t>(bytes[29]);
  if (bytes[15] != 0) return {"DBF-0302"_code, 15, 1, "the table is encrypted"};
  if (table.header_bytes > bytes.size() || table.header_bytes < 33) {
    return {"DBF-0301"_code, 8, 2, "the header is longer than the file, or has no columns"};
  }
  return read_columns(bytes, false, table);
}

void write_changes(std::string& header, std::uint8_t version, std::optional<Date> changed, std::uint64_t record_count) {
  const bool old = version == dbase_2;
  const std::size_t year = old ? 5 : 1;
  const std::size_t month = old ? 3 : 2;
  put(header, old ? 1 : 4, old ? 2 : 4, record_count);
  // As it was, when it was the same: years since 1900 and modulo 100 both occur.
  const auto before = date_of(header, year, month, month + 1);
  if (!changed || before == changed) return;
  put(header, year, 1, static_cast<std::uint64_t>(changed->year - 1900));
  put(header, month, 1, changed->month);
  put(header, month + 1, 1, changed->day);
}

std::string make_header(std::span<const TableColumn> columns, std::uint8_t language_driver) {
  std::string header(32 + 32 * columns.size() + 1, '\0');
  std::uint64_t record_bytes = 1;
  header[0] = '\x03';
  std::size_t at = 32;
  for (const TableColumn& column : columns) {
    column.name.copy(&header[at], 11);
    header[at + 11] = column.type;
    put(header, at + 16, 1, column.length);
    put(header, at + 17, 1, column.type == 'C' ? column.length >> 8 : column.decimals);
    record_bytes += column.length;
    at += 32;
  }
  header[at] = '\x0D';
  put(header, 8, 2, header.size());
  put(header, 10, 2, record_bytes);
  put(header, 29, 1, language_driver);
  return header;
}

std::vector<std::string_view> pages_of(std::uint8_t language_driver) {
  std::vector<std::string_view> pages;
  for (const Driver& each : drivers) {
    if (each.byte == language_driver) pages.push_back(each.page);
  }
  return pages;
}

std::uint8_t driver_of(std::string_view page) {
  for (const Driver& each : drivers) {
    if (each.page == page) return each.byte;
  }
  return 0;
}

}  // namespace tilmash::formats::dbf
