// A layout of records, compiled: record kinds with their selectors, field programs and controls, beside the Shape that
// the rest of the house sees. It holds no input and no state; docs/layouts.md is the grammar it is compiled from. Which
// format's file it came from (fixed_width, copybook, delimited) it does not know: see front_end.h.
//
// LAYOUT  A record kind is a group node of the shape. Its fields are one flat program per form: an op, an offset within
//         the record and parameters; `group` and `list` (of one leaf) open a run of `body` rows that is done `repeat`
//         times, `stride` bytes apart; rows of such a run are relative to its occurrence. `variants` opens a run of
//         `variant` rows, each with its own body, of which one is done; their rows are relative to the `variants` row.
//         Characters of the layout file (pads, signs, selectors) are compiled to bytes of the code page.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/format.h"
#include "adapters/records/picture.h"
#include "adapters/records/unmappable.h"
#include "base/civil.h"
#include "base/code_page.h"

namespace tilmash::records {

inline constexpr std::uint32_t none = 0xFFFFFFFF;
/// Bounds of a layout, so that no file can make a table or a record without limit.
inline constexpr std::int64_t record_length_max = 1 << 20;
inline constexpr std::size_t kinds_max = 500;
inline constexpr std::size_t fields_max = 10000;

enum class Op : std::uint8_t {
  text,
  digits,
  integer,        ///< a number in characters, the point implied
  decimal_point,  ///< … the point written
  date,
  national,  ///< UTF-16
  dbcs,      ///< pairs of a mixed code page, without shifts
  hex,       ///< bytes as they are
  packed,    ///< two digits a byte, the last half-byte a sign (COMP-3)
  bcd,       ///< two digits a byte (COMP-6)
  binary,    ///< two's complement
  floating,  ///< IEEE 754 or IBM hexadecimal
  edited,    ///< characters by a COBOL picture
  filler,
  group,
  list,
  variants,
  variant
};
/// Of a number in characters. `leading` and `trailing` have a byte of their own, `floating` stands before the digits,
/// an overpunch is in the zone of the first or last digit.
enum class Sign : std::uint8_t { plain, leading, trailing, floating, overpunch_leading, overpunch_trailing };
/// How an overpunched digit looks on a page that keeps ASCII: {A-I }J-R, or 0-9 p-y.
enum class Overpunch : std::uint8_t { translated, ascii };
/// How quick_values.h reads a field; `no` leaves it to read_value.
enum class Quick : std::uint8_t { no, text, zoned, packed, binary };
/// What becomes of the bytes behind a table that has fewer occurrences than it may have.
enum class Odo : std::uint8_t { slide, padded, fixed };

/// One row of a field program.
struct Field {
  Op op = Op::text;
  Sign sign = Sign::plain;
  char pad = ' ';
  char blank = ' ';  ///< what fills the field when there is no value
  char plus = '+';
  char minus = '-';
  char point = '\0';             ///< written decimal point; 0 = implied
  std::uint8_t scale = 0;        ///< digits after the point
  std::uint8_t tens = 0;         ///< the digits stand for so many powers of ten (PIC 9(3)PP: 2)
  std::uint8_t digits = 0;       ///< of a number that is not in characters; 0 = as many as its bytes hold
  std::uint8_t sign_plus = 0xC;  ///< half-byte of packed and overpunched numbers
  std::uint8_t sign_minus = 0xD;
  bool is_signed = false;
  bool lenient = false;      ///< other half-bytes that are signs are read too
  bool little = false;       ///< byte order
  bool ibm = false;          ///< hexadecimal float
  bool blank_zero = false;   ///< of an edited number: zero is blank
  bool controls = false;     ///< of a text: control characters are characters
  bool long_digits = false;  ///< more than 18 digits: the exact text alone
  bool right = false;        ///< aligned right
  bool may_be_blank = true;  ///< a field full of `blank` has no value
  bool required = false;
  bool is_const = false;
  bool loose = false;  ///< of a filler: its bytes are not looked at
  Quick quick = Quick::no;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t node = no_node;
  std::uint32_t slot = none;        ///< where the record's controls, checks and selectors find the value
  std::uint32_t choices = none;     ///< index into RecordLayout::choices
  std::uint32_t pattern = none;     ///< index into RecordLayout::patterns
  std::uint32_t unmappable = none;  ///< index into RecordLayout::unmappables
  std::uint32_t check = none;       ///< index into RecordLayout::checks
  std::uint32_t picture = none;     ///< index into RecordLayout::pictures
  std::uint32_t when = none;        ///< of a variant: index into RecordLayout::conditions; none = always
  std::uint32_t depending = none;   ///< slot of the field that says how often a group or list is there
  std::uint32_t repeat = 1;         ///< of a group or list
  std::uint32_t repeat_min = 0;
  std::uint32_t stride = 0;
  std::uint32_t body = 0;
  std::uint32_t line_number = 0;
  std::uint32_t owner = 0;  ///< the format's own number for it
};

/// One of `is` at a place of the record (bytes), in the latest value of a watched field, or in a field of this record
/// (text); none of them when `negated`.
struct Condition {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t watch = none;
  std::uint32_t slot = none;
  bool negated = false;
  std::vector<std::string> is;
};

struct Check {
  std::vector<std::uint8_t> weights;
  std::uint32_t modulo = 10;
  std::vector<std::uint32_t> over;  ///< slots, the field's own last
};

/// One cut of a record kind.
struct Form {
  std::string name;
  std::vector<Condition> conditions;
  std::vector<Field> fields;
  std::vector<std::uint32_t> nodes;  ///< of the rows that are not within a group, in record order
  bool moves = false;                ///< what follows a table stands where it ends
};

/// Which records a control counts, by a field of theirs.
struct Filter {
  enum class Test : std::uint8_t { is, is_not, below_zero, not_below_zero };
  std::uint32_t slot = 0;
  Test test = Test::is;
  std::vector<std::string> texts;
};

/// What a record of some kind adds to a control.
struct Tally {
  std::uint32_t control = 0;
  std::uint32_t slot = none;  ///< of the addend; none = counts one
  bool minus = false;         ///< the addend is taken off
  std::vector<Filter> where;  ///< all hold
};

/// A slot of a kind whose latest value is kept beyond its record, for selectors and `equals`.
struct Watch {
  std::uint32_t kind = 0;
  std::uint32_t slot = 0;
};

struct ControlRule {
  std::uint32_t kind = 0;  ///< that states it
  std::uint32_t form = none;
  std::uint32_t slot = 0;      ///< of the stating field
  std::uint32_t scope = none;  ///< the kind in whose occurrence it counts; none = the file
  std::uint32_t node = 0;
  std::uint32_t equals = none;  ///< a watch
  std::int64_t modulo = 0;
  std::int64_t per = 1;
  std::int64_t plus = 0;  ///< added to what was counted
  bool sums = false;
  bool absolute = false;     ///< the sum without its sign
  bool comes_first = false;  ///< stated before what it counts, so it can't be computed when written
  std::uint32_t line_number = 0;
};

struct Kind {
  std::string name;
  std::uint32_t node = 0;
  std::uint32_t parent = none;
  std::uint32_t rank = 0;  ///< order among its siblings
  std::uint32_t min = 1;
  std::uint32_t max = 1;
  std::uint32_t length = 0;
  std::uint32_t arena = none;  ///< the repeated kind above the items with which its text goes; none = the file
  bool repeat = false;
  bool item = false;
  bool mixed = false;
  bool below_item = false;
  bool above_item = false;
  bool last = false;      ///< the last kind of the file: nothing may follow it
  bool variable = false;  ///< its length follows from its tables
  Odo odo = Odo::slide;
  char fill = '\0';  ///< of a padding kind
  bool padding = false;
  std::vector<std::uint32_t> children;
  std::vector<Condition> select;
  std::vector<Form> forms;
  std::vector<std::uint32_t> slots;  ///< nodes of the fields that have one
  std::vector<Tally> tallies;
  std::vector<std::uint32_t> watches;   ///< watches of this kind
  std::vector<std::uint32_t> controls;  ///< that it states
  std::uint32_t line_number = 0;
};

/// How a file is cut into records: by line ends, by their length (`fixed`; `detect` decides between the two), or by
/// what each says of itself (`framed`).
enum class LineEnd : std::uint8_t { lf, crlf, any, fixed, detect, nel, framed };

/// Where the length of a record stands that says it itself.
struct Framing {
  enum class By : std::uint8_t { rdw, prefix, field };
  By by = By::rdw;
  bool little = false;
  bool blocks = false;          ///< a block descriptor word before each group of records
  bool spanned = false;         ///< a record may go on in the next block
  std::int64_t adjustment = 0;  ///< what makes the number the count of the record's bytes
  std::uint32_t header = 0;     ///< bytes before the record
  std::uint32_t block_max = 0;  ///< bytes of a block that is written
  Field length;                 ///< of a prefix or field
};

class FrameSource;
class RecordDecoder;
class RecordEncoder;

/// A format whose records are not cut by position (delimited) overrides the second group of functions.
class RecordLayout : public formats::Layout {
 public:
  const Shape& shape() const override { return shape_; }
  std::uint32_t find_record(std::string_view kind) const override {
    for (const Kind& each : kinds) {
      if (each.name == kind) return each.node;
    }
    return no_node;
  }
  std::unique_ptr<ItemStream> decoder(std::string_view input, std::string file,
                                      formats::RecordSink* records) const override;
  std::unique_ptr<formats::Encoder> encoder() const override;
  std::unique_ptr<formats::RecordWriter> record_writer() const override;
  std::string describe() const override;

  virtual std::unique_ptr<FrameSource> frames(std::string_view input) const;
  virtual std::unique_ptr<RecordDecoder> record_decoder() const;
  virtual std::unique_ptr<RecordEncoder> record_encoder() const;
  /// The record kind by its bytes; none when none matches. `hint` is tried first: selectors exclude each other.
  virtual std::uint32_t kind_of(std::string_view bytes, std::uint32_t hint) const;
  /// Whether a condition on bytes holds.
  virtual bool holds(const Condition& condition, std::string_view bytes) const;
  /// What stands before the first record: a byte order mark, a header line.
  virtual std::string file_head() const { return {}; }
  /// What is wrong, for people, of a code that the format raises: "a column without its closing quote".
  virtual std::string_view explain(Code code) const {
    return code == "FMT-0310"_code ? "blocks are cut in other places than they would be when written" : "";
  }

  /// "layout.toml:41". A layout may be made from several files: the upper eight bits of a line number are then an index
  /// into `rule_files`.
  std::string rule(std::uint32_t line_number) const {
    const std::uint32_t index = line_number >> 24;
    const std::string& in = index < rule_files.size() ? rule_files[index] : shape_.file;
    return in + ":" + std::to_string(line_number & 0xFFFFFF);
  }

  Shape shape_;
  std::shared_ptr<const CodePage> page;
  LineEnd line_end = LineEnd::lf;
  Framing framing;
  std::uint32_t length = 0;    ///< 0 = each kind has its own
  std::uint32_t first = none;  ///< kind that stands before all frames
  std::uint32_t last = none;   ///< kind that stands behind them
  std::uint32_t blocking = 0;
  bool by_columns = false;  ///< offsets and lengths count columns
  bool pad_short = false;
  bool trim_short = false;  ///< records are written without blanks at their end
  bool cut_long = false;
  bool skip_empty = false;
  bool final_line_end = true;
  std::uint32_t item = none;     ///< kind
  std::uint32_t padding = none;  ///< kind
  std::vector<Kind> kinds;
  std::vector<std::uint32_t> top;  ///< kinds directly below the file
  std::vector<ControlRule> controls;
  std::vector<Watch> watches;
  std::vector<std::vector<std::string>> choices;
  std::vector<DatePattern> patterns;
  std::vector<Check> checks;
  std::vector<Picture> pictures;
  std::vector<Unmappable> unmappables;
  std::vector<std::vector<Condition>> conditions;  ///< of variants
  Overpunch overpunch = Overpunch::translated;
  char blank = ' ';  ///< of the code page
  char zero = '0';
  char line_feed = '\n';
  std::string listing;  ///< what `describe` says instead of its own list
  std::uint32_t slots_max = 0;
  std::vector<std::string> rule_files;             ///< see `rule`; empty = the shape's file alone
  std::vector<std::vector<std::uint32_t>> scoped;  ///< controls by scope: [0] the file's, [kind + 1]

  const std::vector<std::uint32_t>& children_of(std::uint32_t kind) const {
    return kind == none ? top : kinds[kind].children;
  }
};

}  // namespace tilmash::records
