#include "base/rows.h"

#include <array>
#include <charconv>

namespace tilmash {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_row_value(std::string& out, RowValue value) {
  out += static_cast<char>(value.kind);
  if (value.kind != RowValueKind::null) {
    append_number(out, value.text.size());
    out += ':';
    out += value.text;
  }
  out += ',';
}

void append_rows_begin(std::string& out, const std::vector<std::string>& names) {
  out += rows_begin;
  for (const std::string& name : names) append_row_value(out, {RowValueKind::text, name});
  out += '\n';
}

bool read_row_value(std::string_view bytes, std::size_t& at, RowValue& value) {
  if (at >= bytes.size()) return false;
  const char kind = bytes[at];
  if (kind != 'n' && kind != 't' && kind != 'f' && kind != 'b') return false;
  value = {static_cast<RowValueKind>(kind), {}};
  ++at;
  if (value.kind != RowValueKind::null) {
    const char* const begin = bytes.data() + at;
    std::size_t size = 0;
    const auto [end, problem] = std::from_chars(begin, bytes.data() + bytes.size(), size);
    const auto digits = static_cast<std::size_t>(end - begin);
    const std::size_t text = at + digits + 1;
    if (problem != std::errc() || size > row_value_bytes_max || (digits > 1 && *begin == '0')) return false;
    if (text > bytes.size() || bytes[text - 1] != ':' || size >= bytes.size() - text) return false;
    value.text = bytes.substr(text, size);
    at = text + size;
  }
  if (at >= bytes.size() || bytes[at] != ',') return false;
  ++at;
  return true;
}

std::size_t find_row_end(std::string_view bytes, std::size_t& at, std::size_t& values) {
  RowValue value;
  for (values = 0; at < bytes.size() && bytes[at] != '\n'; ++values) {
    if (values == row_columns_max || !read_row_value(bytes, at, value)) return std::string_view::npos;
  }
  return at < bytes.size() ? at + 1 : std::string_view::npos;
}

}  // namespace tilmash
