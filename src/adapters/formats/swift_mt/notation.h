// The format notation of SWIFT fields, `6!n3!a15d` or `[[/1!a][/34x]$]<bic>`, compiled into small programs that split
// a field's text into its components and put it together again. Knows nothing of messages or files.
//
// NOTATION (SWIFT User Handbook, "Standards MT General Information", field formatting conventions)
//   6!n  exactly six digits      16x  one to sixteen of set x     4*35x  up to four lines of 35     *65x  any number
//   15d  decimal with a comma    [..] may be absent               $      a new line                 <bic>  a named type
//   4*(1!n/33x)  lines that have components of their own          <codes>  lines that begin with /CODE/
//   capitals and other characters stand for themselves
// SETS  n digits · a capitals · c capitals, digits · d digits and one comma · h 0-9 A-F · x y z SWIFT character sets
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil.h"
#include "base/config.h"
#include "shape/shape.h"

namespace tilmash::formats::swift_mt {

constexpr std::uint16_t no_slot = 0xFFFF;
constexpr std::uint16_t lines_unlimited = 0xFFFF;

/// A character set with how many of them.
struct Run {
  char set = 'x';
  std::uint16_t min = 1;
  std::uint16_t max = 1;
};

/// One step of a program. `slot` is the component that is filled, an index into Format::parts.
struct Op {
  enum class Kind : std::uint8_t { literal, run, one_of, open, close, newline, optional, lines, codes, end };
  Kind kind = Kind::end;
  char literal = 0;
  Run run;
  std::uint16_t slot = no_slot;
  std::uint16_t skip = 0;       ///< of `optional`: the op behind the bracket; of `lines` with a program: see `sub`
  std::uint16_t lines_max = 0;  ///< of `lines`
  std::uint16_t sub = no_slot;  ///< of `lines`: its program in Format::subs; of `one_of`: Format::choices
  bool inner_slashes = false;   ///< of `close`: see NamedType
  bool bracketed = false;       ///< of `newline`: within brackets, where it is nothing at the start of the field
};

struct Format;

/// One component: a leaf, or a group of lines with components of their own.
struct Part {
  std::string name;
  LeafType type = LeafType::text;
  char set = 'x';        ///< of a text
  bool repeats = false;  ///< a leaf or group a line
  Sensitivity sensitivity = Sensitivity::open;
  std::uint16_t sub = no_slot;  ///< of a group: its program in Format::subs
  std::optional<DatePattern> date;
  std::string pairs;  ///< of digits that are a time or a day without a year: "hhmm", "MMDD"
};

/// A row of /CODE/value lines.
struct CodeRow {
  std::string code;  ///< "NAME"
  Run run;
  std::uint16_t lines_max = 1;  ///< lines the value may go on for
  std::uint16_t slot = no_slot;
};

/// A compiled format. Immutable.
struct Format {
  std::string notation;
  std::vector<Op> ops;
  std::vector<Part> parts;
  std::vector<Format> subs;
  std::vector<std::vector<std::string>> choices;
  std::vector<CodeRow> codes;
  std::string rule;  ///< where it is defined, "schemas/swift_mt/swift/fields.toml:12"
};

/// What notations may name in angle brackets: another notation, or a list of words.
struct NamedType {
  std::string notation;
  std::vector<std::string> words;
  bool inner_slashes = false;  ///< no slash at either end and no two together, as references have it
};

/// What a family of messages says about its components.
struct Vocabulary {
  std::map<std::string, NamedType, std::less<>> types;
  std::map<std::string, Sensitivity, std::less<>> sensitivity;  ///< by component name
};

/// Why a notation could not be compiled; `at` is an offset into the notation (or, with `in_parts`, into the names).
struct NotationError {
  std::string text;
  std::uint32_t at = 0;
  bool in_parts = false;
};

/// `parts` are the names of the components in order: "date:date currency amount", "party line{number details}". After
/// a colon: `date`, or a date pattern or pairs of digits (hhmm) of base/civil.h. `codes` are rows such as "NAME 60z",
/// "ASSIGN 7*70z".
bool compile_format(std::string_view notation, std::string_view parts, const std::vector<std::string>& codes,
                    const Vocabulary& vocabulary, Format& out, NotationError& error);

/// A component as it stands in the text. Within `lines` all lines are one capture until `split_lines`.
struct Capture {
  std::uint16_t slot = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Splits one text by one format. Keeps its buffers: use one for many texts.
class Matcher {
 public:
  /// True when all of `text` meets the format. `newline` is "\r\n" or "\n". Then `captures()` are its components in
  /// order; else `failed_at()` is how far it got and `expected()` what should have stood there.
  bool match(const Format& format, std::string_view text, std::string_view newline);

  const std::vector<Capture>& captures() const { return captures_; }
  std::uint32_t failed_at() const { return failed_at_; }
  std::string expected() const;

 private:
  bool step(std::size_t op, std::size_t at);
  bool step_run(const Op& op, std::size_t index, std::size_t at);
  bool step_lines(const Op& op, std::size_t at);
  bool step_codes(const Op& op, std::size_t at);
  bool fail(std::size_t at, const Op* wanted);
  bool at_newline(std::size_t at) const;
  std::size_t line_end(std::size_t at) const;

  const Format* format_ = nullptr;
  std::string_view text_;
  std::string_view newline_;
  std::vector<Capture> captures_;
  std::uint32_t failed_at_ = 0;
  const Op* wanted_ = nullptr;
  std::uint32_t steps_ = 0;
};

/// Bytes of the longest beginning of `text` that is of this set, at most `max` characters; `characters` are counted.
std::size_t run_length(char set, std::string_view text, std::size_t max, std::size_t& characters);

/// Offset of the first character that SWIFT's set x, y or z does not have; the size of the text when all are. Line ends
/// are of each set.
std::size_t find_outside(char set, std::string_view text);

/// "up to 16 characters of set x", for messages.
std::string describe(const Op& op);

}  // namespace tilmash::formats::swift_mt
