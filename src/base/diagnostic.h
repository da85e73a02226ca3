// The two sizes of error, and the bounded sink that findings go to.
//
// A Fault is what a codec returns: code, rule and offset, a few bytes in registers, no text. At the fence of a stage
// it becomes a Diagnostic: everything a person or a machine needs to find the byte and mend it. A Diagnostic's own
// text is always safe to log; the offending value sits apart, in a Sensitive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/code.h"

namespace tilmash {

/// What went wrong inside a codec. False when nothing did.
struct Fault {
  Code code;
  std::uint32_t rule = 0;    ///< which field, particle or mapping row was being applied; the raiser's own numbering
  std::uint64_t offset = 0;  ///< 0-based byte offset in the input

  constexpr explicit operator bool() const { return static_cast<bool>(code); }
};

enum class Severity : std::uint8_t { error, warning, advice };
std::string_view to_text(Severity severity);

/// Where in the input. Numbers are 1-based and 0 when not known; offset is 0-based.
struct Place {
  std::string file;
  std::uint64_t record_number = 0;
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  std::uint32_t line_number = 0;
  std::uint32_t column_number = 0;  ///< in bytes
};

/// A value out of somebody's payment. Prints masked; only `reveal` gives it away.
class Sensitive {
 public:
  Sensitive() = default;
  explicit Sensitive(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  const std::string& reveal() const { return value_; }
  /// The shape of the value without its content: letters become `x`, digits `9`, other bytes stay, at most 40 shown.
  std::string masked() const;

 private:
  std::string value_;
};

struct Diagnostic {
  Code code;
  Severity severity = Severity::error;
  Place place;
  std::string path;      ///< field or element, "detail.AMOUNT" or "/Document/FIToFICstmrCdtTrf/GrpHdr/MsgId"
  std::string rule;      ///< definition applied, "layout.toml:41"; empty when none
  std::string text;      ///< one sentence, safe to log
  std::string expected;  ///< what might have stood there: names, a type with its limits; may be empty
  std::string found;     ///< what stood there and is safe to log, such as an element's name; may be empty
  std::string help;      ///< what to do about it; may be empty
  Sensitive value;       ///< the value that stood there; may be empty
};

/// Findings in input order, at most `limit` of them kept; all are counted.
class Findings {
 public:
  explicit Findings(std::size_t limit = 1000) : limit_(limit) {}

  void add(Diagnostic diagnostic);
  /// Errors that were counted elsewhere and are not kept.
  void count_more(std::uint64_t errors);
  const std::vector<Diagnostic>& kept() const { return kept_; }
  std::uint64_t error_count() const { return error_count_; }
  std::uint64_t total_count() const { return total_count_; }
  bool has_errors() const { return error_count_ != 0; }
  void clear();
  /// Of findings whose lines were counted from a later line of the input than the first.
  void add_to_lines(std::uint32_t lines_before);

 private:
  std::size_t limit_;
  std::vector<Diagnostic> kept_;
  std::uint64_t error_count_ = 0;
  std::uint64_t total_count_ = 0;
};

/// One line of JSON: {"code":…,"severity":…,"record":…,"line":…,"column":…,"offset":…,"path":…,"text":…}. Members that
/// are not known are absent. The value is included as "found", masked unless `show_data`.
std::string to_json(const Diagnostic& diagnostic, bool show_data = false);

/// The form people read: code and title, place, a caret under the byte, rule and help. `source` is the input (or the
/// definition file) that the place points into; without it no excerpt is shown. Bytes of `source`, and the value, are
/// shown only for definition files or when asked for (`show_source`), since input holds people's data. `source` begins
/// with line `source_line`; of a long line what stands around the place is shown.
std::string to_human(const Diagnostic& diagnostic, std::string_view source = {}, bool show_source = false,
                     std::uint32_t source_line = 1);

}  // namespace tilmash
