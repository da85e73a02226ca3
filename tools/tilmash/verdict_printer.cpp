#include "verdict_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace tilmash::tool {
namespace {

using iso20022::OracleFinding;

std::string in_words(bool valid, std::uint64_t count) {
  return valid ? "valid" : fmt::format("INVALID, {} finding(s)", count);
}
/// Where a validator's place, in the message by itself, is in the input.
std::uint64_t line(const OracleFinding& finding, const Verdict& verdict) {
  return finding.line_number == 0 ? 0 : finding.line_number + verdict.line_number - 1;
}
std::uint64_t column(const OracleFinding& finding, const Opinion& opinion) {
  return finding.column_number == 0 || finding.line_number > 1 ? finding.column_number
                                                               : finding.column_number + opinion.column_shift;
}

template <typename... Values>
void put(std::string& text, fmt::format_string<Values...> form, Values&&... values) {
  fmt::format_to(std::back_inserter(text), form, std::forward<Values>(values)...);
}

}  // namespace

struct VerdictPrinter::Format {
  const char* name;
  void (VerdictPrinter::*print)(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions);
};

const VerdictPrinter::Format VerdictPrinter::formats[] = {
    {"human", &VerdictPrinter::print_human},
    {"json", &VerdictPrinter::print_json},
    {"sarif", &VerdictPrinter::print_sarif},
    {"junit", &VerdictPrinter::print_junit},
};

const std::vector<std::string>& verdict_formats() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const VerdictPrinter::Format& format : VerdictPrinter::formats) all.emplace_back(format.name);
    return all;
  }();
  return names;
}

void VerdictPrinter::print(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) {
  if (!verdict.valid && findings.has_errors()) ++invalid_count_;
  for (const Format& format : formats) {
    if (options_.format == format.name) (this->*format.print)(verdict, findings, opinions);
  }
}

void VerdictPrinter::print_json(const Verdict& verdict, const Findings& findings,
                                const std::vector<Opinion>& opinions) {
  std::string out = "{\"file\":";
  append_json_string(out, file_);
  out += ",\"message\":";
  if (verdict.message == nullptr) {
    out += "null";
  } else {
    append_json_string(out, verdict.message->id());
  }
  out += fmt::format(",\"valid\":{},\"findings\":[", verdict.valid);
  for (std::size_t i = 0; i < findings.kept().size(); ++i) {
    Diagnostic finding = findings.kept()[i];
    finding.place.file.clear();
    if (i != 0) out += ',';
    out += to_json(finding, options_.show_data);
  }
  out += ']';
  if (findings.total_count() > findings.kept().size()) {
    out += fmt::format(",\"more\":{}", findings.total_count() - findings.kept().size());
  }
  if (!opinions.empty()) {
    out += ",\"with\":[";
    for (const Opinion& opinion : opinions) append_json(opinion, verdict, out);
    out.back() = ']';
  }
  put(text_, "{}}}\n", out);
}

/// With a comma behind it.
void VerdictPrinter::append_json(const Opinion& opinion, const Verdict& verdict, std::string& out) const {
  out += fmt::format("{{\"validator\":\"{}\",\"valid\":", opinion.validator);
  if (opinion.verdict == nullptr) {
    out += "null},";
    return;
  }
  out += fmt::format("{},\"agrees\":{},\"findings\":[", opinion.verdict->valid, opinion.agrees);
  bool first = true;
  for (const OracleFinding& finding : opinion.verdict->findings) {
    out += fmt::format("{}{{\"line\":{},\"column\":{},\"text\":", first ? "" : ",", line(finding, verdict),
                       column(finding, opinion));
    append_json_string(out, shown(finding.text));
    out += '}';
    first = false;
  }
  out += "]},";
}

void VerdictPrinter::print_human(const Verdict& verdict, const Findings& findings,
                                 const std::vector<Opinion>& opinions) {
  // A caret needs the line it points into, and that line is somebody's payment: only when asked for.
  for (const Diagnostic& finding : findings.kept()) {
    const std::string_view source = options_.show_data ? from_line(finding.place) : std::string_view();
    text_ += to_human(finding, source, options_.show_data, finding.place.line_number);
  }
  if (const std::uint64_t hidden = findings.total_count() - findings.kept().size(); hidden != 0) {
    put(text_, "... and {} more\n", hidden);
  }
  if (verdict.message == nullptr) return;
  const std::string head = fmt::format("{}:{}: {}: ", file_, verdict.line_number, verdict.message->id());
  put(text_, "{}{}\n", head, in_words(verdict.valid, findings.error_count()));
  for (const Opinion& opinion : opinions) {
    if (opinion.verdict == nullptr) {
      put(text_, "{}{} was not asked: the gate refused the message\n", head, opinion.validator);
      continue;
    }
    put(text_, "{}{} {}: {}\n", head, opinion.validator, opinion.agrees ? "agrees" : "DIFFERS",
        in_words(opinion.verdict->valid, opinion.verdict->findings_count));
    for (const OracleFinding& finding : opinion.verdict->findings) {
      put(text_, "  {}: {}:{}:{}: {}\n", opinion.validator, file_, line(finding, verdict), column(finding, opinion),
          shown(finding.text));
    }
  }
}

/// The input from the line of a place on. To count lines from the beginning for each finding would take hours.
std::string_view VerdictPrinter::from_line(const Place& place) {
  if (place.line_number == 0) return {};
  if (offsets_of_input_) {
    const std::uint64_t before = place.column_number == 0 ? 0 : place.column_number - 1;
    return input_.substr(std::min<std::uint64_t>(place.offset_bytes - before, input_.size()));
  }
  if (place.line_number < line_) line_ = 1, line_begin_ = 0;
  while (line_ < place.line_number) {
    const std::size_t end = input_.find('\n', line_begin_);
    if (end == std::string_view::npos) return {};
    line_begin_ = end + 1;
    ++line_;
  }
  return input_.substr(line_begin_);
}

/// Columns of findings count bytes. Findings come in order, so counting goes on from the one before.
std::uint64_t VerdictPrinter::column_in_characters(const Place& place) {
  if (place.column_number == 0) return 1;
  const std::uint64_t bytes = place.column_number - 1;
  if (place.line_number != counted_line_ || bytes < counted_bytes_) {
    counted_line_ = place.line_number;
    counted_bytes_ = counted_characters_ = 0;
  }
  const std::string_view line = from_line(place);
  const std::string_view more = line.substr(std::min<std::uint64_t>(counted_bytes_, line.size()));
  counted_characters_ += count_characters(more.substr(0, bytes - counted_bytes_));
  counted_bytes_ = bytes;
  return counted_characters_ + 1;
}

std::string VerdictPrinter::found_in(const Diagnostic& finding) const {
  if (!finding.found.empty()) return finding.found;
  return options_.show_data ? finding.value.reveal() : finding.value.masked();
}

std::string VerdictPrinter::in_one_line(const Diagnostic& finding) const {
  std::string text = finding.text;
  if (!finding.expected.empty()) text += "; expected: " + finding.expected;
  if (const std::string found = found_in(finding); !found.empty()) text += "; found: " + found;
  return text;
}

std::string VerdictPrinter::shown(const std::string& text) const {
  return options_.show_data ? text : iso20022::without_values(text);
}

}  // namespace tilmash::tool
