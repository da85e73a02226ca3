// Findings as results of a SARIF 2.1.0 log: one a finding, with a comma before it (verdict_output.h frames them).
//
// A place is told twice: line and column in Unicode characters (3.30.5, 3.30.6, columnKind), and bytes (3.30.11), which
// are those of the file as it came.
#include <fmt/format.h>

#include "base/text.h"
#include "verdict_printer.h"

namespace tilmash::tool {
namespace {

/// A file's name as a URI reference (RFC 3986): relative, or file:// when the name begins with a slash.
std::string uri_of(std::string_view file) {
  constexpr std::string_view plain = "-._~/";
  std::string out = file.starts_with('/') ? "file://" : "";
  for (const char c : file) {
    const bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (letter || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%' + to_hex_upper({&c, 1});
    }
  }
  return out;
}

std::string_view level_of(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}

}  // namespace

void VerdictPrinter::print_sarif(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>&) {
  const auto string = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text_ += fmt::format("\"{}\":", key);
    append_json_string(text_, value);
    text_ += ',';
  };
  const std::uint64_t more = findings.total_count() - findings.kept().size();
  for (const Diagnostic& finding : findings.kept()) {
    const Place& place = finding.place;
    text_ += fmt::format(",\n{{\"ruleId\":\"{}\",\"level\":\"{}\",\"message\":{{\"text\":", to_text(finding.code),
                         level_of(finding.severity));
    append_json_string(text_, in_one_line(finding));
    text_ += "},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":";
    append_json_string(text_, uri_of(file_));
    text_ += '}';
    if (place.line_number != 0) {
      text_ += fmt::format(",\"region\":{{\"startLine\":{},\"startColumn\":{},\"byteOffset\":{},\"byteLength\":{}}}",
                           place.line_number, column_in_characters(place), place.offset_bytes, place.length_bytes);
    }
    text_ += '}';
    if (!finding.path.empty()) {
      text_ += ",\"logicalLocations\":[{\"kind\":\"element\",\"fullyQualifiedName\":";
      append_json_string(text_, finding.path);
      text_ += "}]";
    }
    text_ += "}],\"properties\":{";
    string("iso20022Message", verdict.message == nullptr ? std::string_view() : verdict.message->id());
    string("expected", finding.expected);
    string("found", found_in(finding));
    if (more != 0 && &finding == &findings.kept().back()) text_ += fmt::format("\"findingsNotListed\":{},", more);
    if (text_.back() == ',') text_.pop_back();
    text_ += "}}";
  }
}

}  // namespace tilmash::tool
