#include "pipeline/report.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tilmash::pipeline {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// `[` rows joined by commas, each on a line of its own `]`.
template <typename Rows, typename Write>
std::string json_array(const Rows& rows, const Write& write) {
  std::string out = "[";
  for (const auto& row : rows) out += (out.size() == 1 ? "\n    " : ",\n    ") + write(row);
  return out + (out.size() == 1 ? "]" : "\n  ]");
}

std::string_view to_text(Control::Result result) {
  switch (result) {
    case Control::Result::equal:
      return "equal";
    case Control::Result::differs:
      return "differs";
    case Control::Result::not_comparable:
      return "not_comparable";
  }
  return "";
}

}  // namespace

std::string to_json(const RunReport& report) {
  std::string out = "{\n";
  const auto member = [&](std::string_view key, const std::string& value) {
    out += fmt::format("{}  \"{}\": {}", out.size() == 2 ? "" : ",\n", key, value);
  };
  member("result", report.held ? "\"held\"" : "\"published\"");
  if (report.held) member("held_because", quoted(report.held_because));
  member("mapping",
         fmt::format("{{\"name\": {}, \"version\": {}}}", quoted(report.mapping_name), quoted(report.mapping_version)));
  member("input", fmt::format("{{\"file\": {}, \"bytes\": {}, \"sha256\": {}}}", quoted(report.file), report.bytes,
                              quoted(report.sha256)));
  member("as_of", fmt::format("{{\"time\": {}, \"source\": {}}}", quoted(report.as_of), quoted(report.as_of_source)));
  member("records", std::to_string(report.records));
  member("items", fmt::format("{{\"in\": {}, \"out\": {}, \"rejected\": {}}}", report.items_in, report.items_out,
                              report.items_rejected));
  member("sums", json_array(report.currencies, [](const auto& row) {
           const auto& [currency, totals] = row;
           return fmt::format(
               "{{\"currency\": {}, \"in\": {{\"count\": {}, \"sum\": \"{}\"}}, \"out\": {{\"count\": {}, "
               "\"sum\": \"{}\"}}, \"rejected\": {{\"count\": {}, \"sum\": \"{}\"}}}}",
               quoted(currency), totals.in_count, totals.in.to_text(), totals.out_count, totals.out.to_text(),
               totals.rejected_count, totals.rejected.to_text());
         }));
  member("amount_unknown", std::to_string(report.amount_unknown));
  member("rejects", json_array(report.reject_codes, [](const auto& row) {
           return fmt::format("{{\"code\": {}, \"count\": {}}}", quoted(row.first), row.second.count);
         }));
  member("controls", json_array(report.controls, [](const Control& control) {
           return fmt::format("{{\"path\": {}, \"declared\": {}, \"counted\": {}, \"result\": \"{}\", \"record\": {}}}",
                              quoted(control.path), quoted(control.declared), quoted(control.counted),
                              to_text(control.result), control.record_number);
         }));
  member("outputs", json_array(report.outputs, [](const OutputTotals& output) {
           std::string fields;
           for (const auto& [field, reason] : output.not_carried) {
             fields += fmt::format("{}{{\"field\": {}, \"reason\": {}}}", fields.empty() ? "" : ", ", quoted(field),
                                   quoted(reason));
           }
           return fmt::format("{{\"endpoint\": {}, \"products\": {}, \"items\": {}, \"not_carried\": [{}]}}",
                              quoted(output.endpoint), output.products, output.items, fields);
         }));
  const auto note = [](const RuleNote& rule) {
    return fmt::format("{{\"rule\": {}, \"target\": {}, \"expression\": {}{}}}", quoted(rule.rule), quoted(rule.target),
                       quoted(rule.expression), rule.count == 0 ? "" : fmt::format(", \"count\": {}", rule.count));
  };
  member("truncations", json_array(report.truncations, note));
  member("constants", json_array(report.constants, note));
  member("declared_unread", json_array(report.declared_unread, [](const auto& row) {
           return fmt::format("{{\"field\": {}, \"reason\": {}}}", quoted(row.first), quoted(row.second));
         }));
  member("unread", json_array(report.unread, [](const auto& row) {
           return fmt::format("{{\"path\": {}, \"count\": {}}}", quoted(row.first), row.second);
         }));
  member("file_findings",
         json_array(report.file_findings.kept(), [](const Diagnostic& found) { return to_json(found); }));
  return out + "\n}\n";
}

}  // namespace tilmash::pipeline
