// What a run did: report.json, whose shape is schemas/reports/report.schema.json.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/diagnostic.h"
#include "pipeline/output.h"
#include "shape/stream.h"

namespace tilmash::pipeline {

/// Money of one currency: in = out + rejected, always.
struct CurrencyTotals {
  std::uint64_t in_count = 0;
  std::uint64_t out_count = 0;
  std::uint64_t rejected_count = 0;
  DecimalSum in;
  DecimalSum out;
  DecimalSum rejected;
};

struct OutputTotals {
  std::string endpoint;
  std::uint64_t products = 0;
  std::uint64_t items = 0;
  std::vector<std::pair<std::string, std::string>> not_carried;  ///< canonical field, reason
};

/// A rule that changed or made up a value, as the mapping declares.
struct RuleNote {
  std::string rule;  ///< "mapping.toml:31"
  std::string target;
  std::string expression;
  std::uint64_t count = 0;  ///< texts cut; 0 of constants
};

struct RejectCount {
  std::uint64_t count = 0;
  std::string title;  ///< of the code, for people
};

struct RunReport {
  std::string mapping_name;
  std::string mapping_version;
  std::string file;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::string as_of;
  std::string as_of_source;  ///< option | file | clock

  std::uint64_t records = 0;
  std::uint64_t items_in = 0;
  std::uint64_t items_out = 0;
  std::uint64_t items_rejected = 0;
  std::map<std::string, CurrencyTotals> currencies;
  std::uint64_t amount_unknown = 0;  ///< rejected items whose amount or currency could not be read
  std::map<std::string, RejectCount> reject_codes;

  std::vector<Control> controls;
  std::vector<OutputTotals> outputs;
  std::vector<RuleNote> truncations;
  std::vector<RuleNote> constants;
  std::map<std::string, std::string> declared_unread;  ///< source field, reason
  std::map<std::string, std::uint64_t> unread;         ///< met in the input and read by no rule
  Findings file_findings{100};
  bool held = false;
  std::string held_because;
  bool output_failed = false;  ///< the outbox refused; nothing may be published

  std::vector<TraceRow> sample;  ///< the way of the first item that came through
};

/// The report as JSON, indented, with a final line end.
std::string to_json(const RunReport& report);

}  // namespace tilmash::pipeline
