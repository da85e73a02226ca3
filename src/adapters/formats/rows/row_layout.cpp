#include "adapters/formats/rows/row_layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tilmash::formats::rows {
namespace {

Diagnostic file_fault(Code code, std::uint64_t offset, std::string text) {
  Diagnostic fault;
  fault.code = code;
  fault.place.offset_bytes = offset;
  fault.text = std::move(text);
  return fault;
}

/// A sentence for each fault of a value, safe to log.
std::string_view sentence(Code code) {
  struct Row {
    Code code;
    std::string_view text;
  };
  constexpr Row rows[] = {
      {"ROW-0201"_code, "a value is required, and it is NULL"},
      {"ROW-0202"_code, "the text is empty, which is neither a value nor NULL here"},
      {"ROW-0203"_code, "the text has a byte that its code page does not have, or a character 0"},
      {"ROW-0204"_code, "the text is longer than the column declares"},
      {"ROW-0205"_code, "the value is none of the declared codes"},
      {"ROW-0206"_code, "the text is no plain decimal number"},
      {"ROW-0207"_code, "the number has more digits than the column declares"},
      {"ROW-0208"_code, "the value is neither of the two spellings of the column"},
      {"ROW-0209"_code, "the value is no date, or not in the pattern of the column"},
      {"ROW-0210"_code, "the value is no day and time as the column declares them"},
      {"ROW-0211"_code, "the time zone stands there and should not, or the other way round"},
      {"ROW-0212"_code, "bytes where a text is declared, or a text where bytes are"},
      {"ROW-0213"_code, "the database keeps this value as a binary floating-point number: its digits are not exact"},
      {"ROW-0401"_code, "the value would be read back as another one"},
      {"ROW-0402"_code, "the code page of the database lacks a character of the text"},
  };
  for (const Row& row : rows) {
    if (row.code == code) return row.text;
  }
  return {};
}

}  // namespace

std::unique_ptr<ItemStream> RowLayout::decoder(std::string_view input, std::string file, RecordSink* sink) const {
  // Of nothing at all a stream of messages is not asked; here it is a fault, as rows have a header and an end.
  return MessageLayout::decoder(input.empty() ? std::string_view("\n") : input, std::move(file), sink);
}

bool RowLayout::check_header(std::string_view input, std::size_t& at, records::MessageFrame& frame) const {
  frame.end = input.size();
  if (!input.starts_with(rows_begin)) {
    frame.file_fault = file_fault("ROW-0301"_code, 0, "these are no rows: the first line is another");
    return false;
  }
  at = rows_begin.size();
  const std::size_t begin = at;
  std::size_t count = 0;
  const std::size_t end = find_row_end(input, at, count);
  if (end == std::string_view::npos) {
    frame.file_fault = file_fault("ROW-0303"_code, at, "the names of the columns are cut off or malformed");
    return false;
  }
  at = begin;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t value_at = at;
    RowValue name;
    read_row_value(input, at, name);
    if (count == columns_.size() && name.text == view_.columns[i].name) continue;
    frame.file_fault = file_fault(
        "ROW-0302"_code, value_at,
        count == columns_.size() ? fmt::format("column {} is not {}", i + 1, view_.columns[i].name)
                                 : fmt::format("there are {} columns, and the layout has {}", count, columns_.size()));
    return false;
  }
  at = end;
  if (count == columns_.size()) return true;
  frame.file_fault = file_fault("ROW-0302"_code, begin, "the rows have no columns");
  return false;
}

bool RowLayout::cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const {
  std::size_t at = position;
  if (at == 0 && !check_header(input, at, frame)) return true;
  frame.end = input.size();
  const std::size_t begin = at;
  if (input.substr(at, 1) == ".") {
    if (input.substr(at) == rows_end) return false;
    frame.file_fault = file_fault("ROW-0304"_code, at, "something stands behind the end of the rows");
    return true;
  }
  std::size_t count = 0;
  const std::size_t end = find_row_end(input, at, count);
  if (end == std::string_view::npos || count != columns_.size()) {
    frame.file_fault = file_fault("ROW-0303"_code, at, "a row is cut off or malformed; nothing behind it can be read");
    return true;
  }
  frame.bytes = input.substr(begin, end - begin);
  frame.offset = begin;
  frame.end = end;
  if (end == input.size()) {
    frame.file_fault = file_fault("ROW-0303"_code, end, "the end of the rows is missing: they were cut off");
  }
  return true;
}

std::string RowLayout::key_text(std::string_view row) const {
  std::string text;
  std::size_t at = 0;
  RowValue value;
  for (std::size_t i = 0; i < columns_.size() && read_row_value(row, at, value); ++i) {
    const bool is_key = std::find(view_.key.begin(), view_.key.end(), i) != view_.key.end();
    const Node& node = shape_.nodes[first_column_ + static_cast<std::uint32_t>(i)];
    if (!is_key || node.sensitivity != Sensitivity::open || find_malformed_utf8(value.text) != value.text.size())
      continue;
    text += fmt::format("{}{} {}", text.empty() ? " (row " : ", ", node.name, first_characters(value.text, 40));
  }
  return text.empty() ? text : text + ")";
}

Diagnostic RowLayout::problem(Code code, std::size_t column, std::string_view value) const {
  Diagnostic problem;
  problem.code = code;
  const auto node = first_column_ + static_cast<std::uint32_t>(column);
  problem.path = shape_.path_of(node);
  problem.rule = fmt::format("{}:{}", shape_.file, columns_[column].line_number);
  problem.text = sentence(code);
  if (find_malformed_utf8(value) == value.size()) {
    problem.value = Sensitive(std::string(first_characters(value, 200)));
  }
  return problem;
}

std::optional<Diagnostic> RowLayout::decode(const records::MessageFrame& frame, Instance& instance) const {
  const std::uint32_t mark = instance.mark();
  instance.begin(item_, frame.offset);
  std::size_t at = 0;
  RowValue value;
  Decoded decoded;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    read_row_value(frame.bytes, at, value);
    const std::uint64_t offset = frame.offset + at - 1 - value.text.size();
    if (const Code code = rows::decode(columns_[i], value, instance.arena(), decoded)) {
      instance.truncate(mark, 0);
      Diagnostic why = problem(code, i, value.text);
      why.text += key_text(frame.bytes);
      why.place.offset_bytes = offset;
      why.place.length_bytes = value.text.size();
      return why;
    }
    if (!decoded.present) continue;
    instance.leaf(first_column_ + static_cast<std::uint32_t>(i), decoded.text, offset,
                  static_cast<std::uint32_t>(value.text.size()), decoded.number);
  }
  instance.end(frame.offset + frame.bytes.size());
  return std::nullopt;
}

std::optional<Diagnostic> RowLayout::encode(const Instance& instance, std::uint32_t cell, std::uint64_t index,
                                            std::string& out) const {
  if (index == 0) append_header(out);
  Arena scratch;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::uint32_t found = instance.find_within(cell, first_column_ + static_cast<std::uint32_t>(i));
    const std::string_view* text = found == no_cell ? nullptr : &instance.cell(found).text;
    if (const Code code = rows::encode(columns_[i], text, scratch, out)) {
      return problem(code, i, text == nullptr ? std::string_view() : *text);
    }
  }
  out += '\n';
  return std::nullopt;
}

void RowLayout::append_header(std::string& out) const {
  std::vector<std::string> names;
  for (const RowColumn& column : view_.columns) names.push_back(column.name);
  append_rows_begin(out, names);
}

void RowLayout::close(std::uint64_t count, std::string& out) const {
  if (count == 0) append_header(out);
  out += rows_end;
}

std::string RowLayout::describe() const {
  std::string out = fmt::format("{}: rows of {}\n\n{}\n", shape_.id, view_.from, shape_.path_of(item_, true));
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    const bool is_key = std::find(view_.key.begin(), view_.key.end(), i) != view_.key.end();
    const bool decimal = column.type == RowType::decimal;
    out += fmt::format("  {:>3}  {:<30} {:<9}{}{}{}\n", i + 1, view_.columns[i].name,
                       to_text(shape_.nodes[first_column_ + static_cast<std::uint32_t>(i)].type),
                       decimal ? fmt::format(" {}, {}", column.digits, column.scale) : std::string(),
                       column.required ? " required" : "", is_key ? " key" : "");
  }
  return out;
}

}  // namespace tilmash::formats::rows
