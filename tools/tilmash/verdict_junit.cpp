// A message as a test case of a JUnit report, as CI servers read it: its name tells them apart, `classname` is the
// file, a failure's text holds all findings (verdict_output.h frames the cases).
#include <fmt/format.h>

#include "iso20022/xml_text.h"
#include "verdict_printer.h"

namespace tilmash::tool {
namespace {

/// Appends text that may hold anything; nothing that XML can't hold comes through.
void append_xml(std::string& out, std::string text, bool attribute) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = '.';
  }
  iso20022::append_escaped(out, text, attribute);
}

}  // namespace

void VerdictPrinter::print_junit(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>&) {
  const auto attribute = [&](std::string_view name, const std::string& value) {
    text_ += fmt::format(" {}=\"", name);
    append_xml(text_, value, true);
    text_ += '"';
  };
  const std::uint32_t line = verdict.line_number != 0  ? verdict.line_number
                             : findings.kept().empty() ? 0
                                                       : findings.kept().front().place.line_number;
  const std::string id = verdict.message == nullptr ? "outside of any message" : verdict.message->id();
  text_ += "<testcase";
  attribute("classname", file_);
  attribute("name", line == 0 ? id : fmt::format("{}, line {}", id, line));
  attribute("file", file_);
  if (line != 0) attribute("line", std::to_string(line));
  if (findings.kept().empty()) {
    text_ += "/>\n";
    return;
  }
  std::string all;
  const Diagnostic* first = nullptr;
  for (const Diagnostic& finding : findings.kept()) {
    if (first == nullptr && finding.severity == Severity::error) first = &finding;
    all += to_human(finding, options_.show_data ? from_line(finding.place) : std::string_view(), options_.show_data,
                    finding.place.line_number);
  }
  if (const std::uint64_t more = findings.total_count() - findings.kept().size(); more != 0) {
    all += fmt::format("... and {} more\n", more);
  }
  const bool failed = findings.has_errors() && first != nullptr;
  text_ += failed ? "><failure" : "><system-out>";
  if (failed) {
    attribute("type", to_text(first->code));
    attribute("message", in_one_line(*first));
    text_ += '>';
  }
  append_xml(text_, all, false);
  text_ += failed ? "</failure></testcase>\n" : "</system-out></testcase>\n";
}

}  // namespace tilmash::tool
