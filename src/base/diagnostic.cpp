#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tilmash {
namespace {

/// One line for a terminal: a value may hold line ends and, in other formats than XML, any control character.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '.';
  }
  return text;
}

bool begins_character(char c) {
  return (c & 0xC0) != 0x80;
}

/// The line of a place with a caret under it. A line may be as long as the input, so only what stands around the place
/// is shown.
std::string excerpt_of(const Place& place, std::string_view source, std::uint32_t source_line) {
  constexpr std::size_t before_max = 160;
  constexpr std::size_t shown_max = 480;  // a line of a definition file is shorter
  for (std::uint32_t line = source_line; line < place.line_number; ++line) {
    const std::size_t end = source.find('\n');
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
  }
  // Where only the line is known, all of it is marked.
  const bool whole = place.column_number == 0;
  std::size_t column = whole ? 0 : std::min<std::size_t>(place.column_number - 1, source.size());
  std::size_t from = column > before_max ? column - before_max : 0;
  while (from < column && !begins_character(source[from])) ++from;
  const std::string_view rest = source.substr(from);
  std::size_t size = std::min(rest.substr(0, shown_max).find('\n'), std::min(shown_max, rest.size()));
  const bool cut = size < rest.size() && rest[size] != '\n';
  while (cut && size > 0 && !begins_character(rest[size])) --size;
  const std::string_view line = rest.substr(0, size);
  if (line.empty()) return {};
  column = whole ? std::min(line.find_first_not_of(' '), line.size()) : std::min(column - from, line.size());
  const std::size_t width = std::clamp<std::size_t>(whole ? line.size() : place.length_bytes, 1,
                                                    std::max<std::size_t>(line.size() - column, 1));
  // Columns count bytes; the caret stands under a character, so skip continuation bytes on the way.
  const auto characters = [](std::string_view bytes) {
    return static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), begins_character));
  };
  const std::string_view left_out = from == 0 ? "" : "...";
  const std::string number = std::to_string(place.line_number);
  const std::string margin(number.size(), ' ');
  return fmt::format(" {} |\n {} | {}{}{}\n {} | {}{}\n", margin, number, left_out, line, cut ? "..." : "", margin,
                     std::string(left_out.size() + characters(line.substr(0, column)), ' '),
                     std::string(std::max<std::size_t>(characters(line.substr(column, width)), 1), '^'));
}

}  // namespace

std::string_view to_text(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::advice:
      return "advice";
  }
  return "";
}

std::string Sensitive::masked() const {
  constexpr std::size_t shown_max = 40;
  std::string masked;
  for (std::size_t i = 0; i < value_.size() && i < shown_max; ++i) {
    const auto c = static_cast<unsigned char>(value_[i]);
    if (c >= '0' && c <= '9') {
      masked += '9';
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
      masked += 'x';
    } else if (c < 0x20 || c == 0x7F) {
      masked += '.';
    } else if (c < 0x80) {
      masked += static_cast<char>(c);
    } else if ((c & 0xC0) != 0x80) {
      masked += 'x';  // one for each character outside ASCII
    }
  }
  if (value_.size() > shown_max) masked += "...";
  return masked;
}

void Findings::add(Diagnostic diagnostic) {
  ++total_count_;
  if (diagnostic.severity == Severity::error) ++error_count_;
  if (kept_.size() < limit_) kept_.push_back(std::move(diagnostic));
}

void Findings::count_more(std::uint64_t errors) {
  total_count_ += errors;
  error_count_ += errors;
}

void Findings::add_to_lines(std::uint32_t lines_before) {
  for (Diagnostic& finding : kept_) {
    if (finding.place.line_number != 0) finding.place.line_number += lines_before;
  }
}

void Findings::clear() {
  kept_.clear();
  error_count_ = 0;
  total_count_ = 0;
}

std::string to_json(const Diagnostic& diagnostic, bool show_data) {
  std::string out = "{\"code\":";
  append_json_string(out, to_text(diagnostic.code));
  out += ",\"severity\":";
  append_json_string(out, to_text(diagnostic.severity));
  const auto number = [&](std::string_view key, std::uint64_t value) {
    if (value != 0) out += fmt::format(",\"{}\":{}", key, value);
  };
  const auto text = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += fmt::format(",\"{}\":", key);
    append_json_string(out, value);
  };
  text("file", diagnostic.place.file);
  number("record", diagnostic.place.record_number);
  number("line", diagnostic.place.line_number);
  number("column", diagnostic.place.column_number);
  out += fmt::format(",\"offset\":{}", diagnostic.place.offset_bytes);
  number("length", diagnostic.place.length_bytes);
  text("path", diagnostic.path);
  text("rule", diagnostic.rule);
  text("text", diagnostic.text);
  text("help", diagnostic.help);
  text("expected", diagnostic.expected);
  text("found", !diagnostic.found.empty() ? diagnostic.found
                : show_data               ? diagnostic.value.reveal()
                                          : diagnostic.value.masked());
  out += '}';
  return out;
}

std::string to_human(const Diagnostic& diagnostic, std::string_view source, bool show_source,
                     std::uint32_t source_line) {
  const Place& place = diagnostic.place;
  std::string out =
      fmt::format("{}[{}]: {}\n", to_text(diagnostic.severity), to_text(diagnostic.code), diagnostic.text);
  // Byte 0 of no length and no path is no place.
  const bool byte_known = place.offset_bytes != 0 || place.length_bytes != 0 || !diagnostic.path.empty();
  const bool nowhere = place.file.empty() && place.line_number == 0 && place.record_number == 0 && !byte_known;
  if (!nowhere) out += fmt::format("  --> {}", place.file.empty() ? "input" : place.file);
  if (place.line_number != 0) out += fmt::format(":{}", place.line_number);
  if (place.line_number != 0 && place.column_number != 0) out += fmt::format(":{}", place.column_number);
  if (place.record_number != 0) {
    out += fmt::format(": record {}, byte {}", place.record_number, place.offset_bytes);
  } else if (place.line_number == 0 && byte_known) {
    out += fmt::format(": byte {}", place.offset_bytes);
  }
  if (!diagnostic.path.empty()) out += fmt::format(", {}", diagnostic.path);
  if (!out.ends_with('\n')) out += '\n';
  if (show_source && place.line_number != 0) out += excerpt_of(place, source, source_line);
  if (!diagnostic.expected.empty()) out += fmt::format("   = expected: {}\n", diagnostic.expected);
  if (!diagnostic.found.empty()) out += fmt::format("   = found: {}\n", printable(diagnostic.found));
  if (!diagnostic.value.empty()) {
    out += show_source ? fmt::format("   = found: {}\n", printable(diagnostic.value.reveal()))
                       : fmt::format("   = found: {} (masked)\n", diagnostic.value.masked());
  }
  if (!diagnostic.rule.empty()) out += fmt::format("   = rule:  {}\n", diagnostic.rule);
  if (!diagnostic.help.empty()) out += fmt::format("   = help:  {}\n", diagnostic.help);
  return out;
}

}  // namespace tilmash
