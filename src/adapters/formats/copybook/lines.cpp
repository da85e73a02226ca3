// Reference format: lines become one text whose bytes remember their columns.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/copybook/source.h"
#include "base/text.h"

namespace tilmash::formats::copybook {
namespace {

constexpr std::size_t indicator_column = 7;
constexpr std::size_t last_column = 72;
constexpr std::size_t tab_width = 8;
constexpr std::string_view indicators = " *-/dD$";

using Reference = Dialect::Reference;

/// The columns `from` … `to` of a line, and the column of the byte each of them began at. Tabs are blanks.
struct Area {
  std::string text;
  std::vector<std::uint32_t> columns;
  std::size_t width = 0;  ///< columns of the whole line
};

Area cut(std::string_view line, std::size_t from, std::size_t to) {
  Area area;
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool tab = line[i] == '\t';
    const bool continues = (line[i] & 0xC0) == 0x80;  // a further byte of a character in UTF-8
    const std::size_t end = tab ? (column / tab_width + 1) * tab_width : column + (continues ? 0 : 1);
    for (std::size_t at = continues ? end : column + 1; at <= end; ++at) {
      if (at < from || at > to) continue;
      area.text += tab ? ' ' : line[i];
      area.columns.push_back(static_cast<std::uint32_t>(i + 1));
    }
    column = end;
  }
  area.width = column;
  return area;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string_view> split_lines(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    // A lone end-of-file byte of CP/M and DOS.
    if (line.ends_with('\x1A')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// `>>SOURCE FORMAT IS FREE`, `$SET SOURCEFORMAT"FREE"`; automatic when the line says nothing of it.
Reference stated_format(std::string_view line) {
  const std::string upper = to_upper(trim(line));
  const bool directive = upper.starts_with(">>SOURCE") || upper.find("$SET SOURCEFORMAT") != std::string::npos;
  if (!directive) return Reference::automatic;
  if (upper.find("FREE") != std::string::npos) return Reference::free;
  if (upper.find("VARIABLE") != std::string::npos) return Reference::variable;
  return Reference::fixed;
}

/// Free when the text can't be fixed: a line says so, or has something else than an indicator in column 7.
Reference detect(const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines) {
    if (const Reference stated = stated_format(line); stated != Reference::automatic) return stated;
    const Area indicator = cut(line, indicator_column, indicator_column);
    if (!indicator.text.empty() && indicators.find(indicator.text[0]) == std::string_view::npos) return Reference::free;
  }
  return Reference::fixed;
}

class Joiner {
 public:
  Joiner(std::uint32_t file, Reporter& reporter) : file_(file), reporter_(reporter) {}

  void fixed_line(std::string_view line, std::uint32_t line_number, std::size_t last) {
    const Area indicator = cut(line, indicator_column, indicator_column);
    const char c = indicator.text.empty() ? ' ' : indicator.text[0];
    if (indicators.find(c) == std::string_view::npos) {
      reporter_.error({file_, line_number, indicator.columns[0], 1}, "CPY-0004"_code,
                      "column 7 holds no indicator: blank, *, /, -, D or $",
                      "text in free reference format is declared with reference = \"free\"");
      return;
    }
    if (c != ' ' && c != '-') return;
    Area area = cut(line, indicator_column + 1, last);
    if (c == '-') {
      continue_with(area, line_number);
    } else {
      add(area, line_number);
    }
    // A literal that goes on in the next line reaches to the last column.
    missing_ =
        last == last_column && area.width < last_column ? last_column - std::max(area.width, indicator_column) : 0;
  }

  void free_line(std::string_view line, std::uint32_t line_number) {
    if (trim(line).starts_with('*')) return;
    add(cut(line, 1, std::string::npos), line_number);
    missing_ = 0;
  }

  LogicalText take() { return std::move(out_); }

 private:
  void add(const Area& area, std::uint32_t line_number) {
    if (trim(area.text).empty()) return;
    if (!out_.text.empty()) push('\n', out_.columns.back() + 1);
    quote_ = '\0';
    out_.lines.push_back({out_.text.size(), line_number});
    append(area, 0);
  }

  void continue_with(const Area& area, std::uint32_t line_number) {
    const std::size_t begin = area.text.find_first_not_of(' ');
    if (begin == std::string::npos) return;
    const Spot spot{file_, line_number, area.columns[begin], 1};
    if (out_.text.empty()) {
      reporter_.error(spot, "CPY-0003"_code, "there is no line that this one could continue");
      return;
    }
    if (quote_ == '\0') {
      while (out_.text.ends_with(' ')) {
        out_.text.pop_back();
        out_.columns.pop_back();
      }
      out_.lines.push_back({out_.text.size(), line_number});
      append(area, begin);
      return;
    }
    if (area.text[begin] != quote_) {
      reporter_.error(spot, "CPY-0003"_code, fmt::format("the rest of the literal begins with its quote, {}", quote_));
      return;
    }
    for (; missing_ > 0; --missing_) push(' ', out_.columns.back() + 1);
    out_.lines.push_back({out_.text.size(), line_number});
    append(area, begin + 1);
  }

  void append(const Area& area, std::size_t from) {
    for (std::size_t i = from; i < area.text.size(); ++i) {
      const char c = area.text[i];
      if (quote_ == '\0' && c == '*' && area.text.substr(i, 2) == "*>") return;  // a comment to the end of the line
      if (quote_ == '\0' ? c == '"' || c == '\'' : c == quote_) quote_ = quote_ == '\0' ? c : '\0';
      push(c, area.columns[i]);
    }
  }

  void push(char c, std::uint32_t column) {
    out_.text += c;
    out_.columns.push_back(column);
  }

  std::uint32_t file_;
  Reporter& reporter_;
  LogicalText out_;
  char quote_ = '\0';  ///< of the literal that is open
  std::size_t missing_ = 0;
};

}  // namespace

std::string to_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

Spot LogicalText::spot(std::uint32_t file, std::size_t offset, std::size_t length) const {
  Spot spot{file, 1, 1, static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))};
  if (lines.empty()) return spot;
  offset = std::min(offset, text.size() - 1);
  const auto after = std::upper_bound(lines.begin(), lines.end(), offset,
                                      [](std::size_t at, const Line& line) { return at < line.begin; });
  spot.line_number = after == lines.begin() ? 1 : (after - 1)->line_number;
  spot.column_number = columns[offset];
  return spot;
}

void Reporter::add(Severity severity, const Spot& spot, Code code, std::string text, std::string help) {
  Diagnostic found;
  found.code = code;
  found.severity = severity;
  found.place.file = spot.file < files_.size() ? files_[spot.file].name : std::string();
  found.place.line_number = spot.line_number;
  found.place.column_number = spot.column_number;
  found.place.length_bytes = spot.length;
  found.text = std::move(text);
  found.help = std::move(help);
  findings_.add(std::move(found));
}

LogicalText read_lines(std::string_view text, std::uint32_t file, Reference reference, Reporter& reporter) {
  const std::vector<std::string_view> lines = split_lines(text);
  Reference now = reference == Reference::automatic ? detect(lines) : reference;
  Joiner joiner(file, reporter);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line_number = static_cast<std::uint32_t>(i + 1);
    if (const Reference stated = stated_format(lines[i]); stated != Reference::automatic) {
      now = stated;
    } else if (now == Reference::free) {
      joiner.free_line(lines[i], line_number);
    } else {
      joiner.fixed_line(lines[i], line_number, now == Reference::fixed ? last_column : std::string::npos - 1);
    }
  }
  return joiner.take();
}

}  // namespace tilmash::formats::copybook
