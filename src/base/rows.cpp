#include "base/rows.h"

#include <array>
#include <charconv>
#include <cstring>

namespace tilmash {

void append_row_value(std::string& out, RowValue value) {
  std::array<char, 22> head;
  head[0] = static_cast<char>(value.kind);
  char* end = head.data() + 1;
  if (value.kind != RowValueKind::null) {
    end = std::to_chars(end, head.data() + head.size(), value.text.size()).ptr;
    *end++ = ':';
  } else {
    value.text = {};
  }
  const auto head_size = static_cast<std::size_t>(end - head.data());
  const std::size_t at = out.size();
  out.resize(at + head_size + value.text.size() + 1);
  std::memcpy(out.data() + at, head.data(), head_size);
  if (!value.text.empty()) std::memcpy(out.data() + at + head_size, value.text.data(), value.text.size());
  out.back() = ',';
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
