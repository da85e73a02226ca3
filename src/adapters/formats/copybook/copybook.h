// A COBOL copybook as a tree of items with their place in storage: what the text says, before it becomes a layout.
//
// The text is that of data description entries (ISO/IEC 1989:2014, 13.16; IBM Enterprise COBOL Language Reference,
// "Data division: data description entry") in fixed or free reference format, with COPY … REPLACING. It is not a
// program: statements, EXEC blocks and file descriptions are refused, each with its line and column.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/copybook/picture.h"
#include "base/diagnostic.h"

namespace tilmash::formats::copybook {

inline constexpr std::uint32_t none = 0xFFFFFFFF;
// Bounds, so that no text makes a table without limit.
inline constexpr std::size_t text_bytes_max = 4 << 20;  ///< of a copybook and all it copies
inline constexpr std::size_t files_max = 200;
inline constexpr std::size_t copy_depth_max = 16;
inline constexpr std::size_t tokens_max = 500000;
inline constexpr std::size_t items_max = 10000;
inline constexpr std::uint64_t record_bytes_max = 1 << 20;

/// A place in the text of a copybook or of a member it copies; line and column are 1-based, columns count bytes.
struct Spot {
  std::uint32_t file = 0;
  std::uint32_t line_number = 0;
  std::uint32_t column_number = 0;
  std::uint32_t length = 1;
};

enum class Usage : std::uint8_t {
  unstated,
  display,
  national,         ///< UTF-16, big-endian
  dbcs,             ///< DISPLAY-1
  binary,           ///< COMP, COMP-4, BINARY: limited to the digits of its picture under TRUNC(STD)
  native,           ///< COMP-5, BINARY-LONG …: any value of its bytes, in the byte order of the machine
  packed,           ///< COMP-3, PACKED-DECIMAL
  packed_unsigned,  ///< COMP-6: no sign half-byte
  hex_integer,      ///< COMP-X: binary in as many bytes as its picture has X, or its digits need
  float_short,      ///< COMP-1
  float_long,       ///< COMP-2
  index,
  pointer,
};
std::string_view to_text(Usage usage);

/// A value of a VALUE clause or of an 88; `hex` when it was written X"…".
struct Literal {
  std::string text;
  bool quoted = false;
  bool hex = false;
};

/// A level 88: a name for some of the values of the item above.
struct Condition {
  struct Range {
    Literal from;
    std::optional<Literal> to;
  };
  std::string name;
  std::vector<Range> ranges;
  Spot spot;
};

/// A level 66: another name for a run of items.
struct Renames {
  std::string name;
  std::string from;
  std::string through;
  std::uint32_t after = none;  ///< the item it follows
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Spot spot;
};

struct Item {
  std::string name;  ///< as written; empty for FILLER
  std::string key;   ///< the name in capitals
  std::uint8_t level = 1;
  bool has_picture = false;
  bool sign_given = false;
  bool sign_leading = false;
  bool sign_separate = false;
  bool sync = false;
  bool justified = false;
  bool blank_when_zero = false;
  bool has_occurs = false;
  std::int8_t is_signed = -1;  ///< of BINARY-LONG and its like: 1 or 0; -1 = its picture says
  Usage usage = Usage::unstated;
  std::uint8_t native_bytes = 0;  ///< of BINARY-CHAR … BINARY-DOUBLE
  Picture picture;
  Spot picture_spot;
  std::uint32_t occurs_min = 1;
  std::uint32_t occurs_max = 1;
  std::string depending_on;  ///< as written, qualified: "COUNT OF HEADER"
  Spot depending_spot;
  std::string redefines_name;
  Spot redefines_spot;
  std::optional<Literal> value;
  std::vector<Condition> conditions;
  Spot spot;

  std::uint32_t record = 0;  ///< index into Copybook::records
  std::uint32_t parent = none;
  std::vector<std::uint32_t> children;
  std::uint32_t redefines = none;
  std::vector<std::uint32_t> redefined_by;
  std::uint32_t counter = none;  ///< the item of DEPENDING ON

  // Storage, with every table at its largest. Offsets are 0-based within the record.
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< of one occurrence, with slack at its end
  std::uint32_t slack_before = 0;
  std::uint32_t slack_after = 0;  ///< within `length`

  bool is_filler() const { return name.empty(); }
  bool is_group() const { return !children.empty(); }
  std::uint64_t total_length() const { return length * occurs_max; }
};

/// How a compiler lays out what the text leaves open. The defaults are IBM Enterprise COBOL's.
struct Dialect {
  enum class Reference : std::uint8_t { automatic, fixed, variable, free };
  enum class BinarySizes : std::uint8_t { ibm, gnucobol, minimal };
  enum class Sync : std::uint8_t { ibm, gnucobol, four, off };
  Reference reference = Reference::automatic;
  BinarySizes binary_sizes = BinarySizes::ibm;
  Sync sync = Sync::ibm;
  std::uint8_t pointer_bytes = 4;
  bool decimal_comma = false;
  char currency = '$';
};

struct SourceFile {
  std::string name;
  std::string text;
};

/// The text of another file in the folder of the copybook; nothing when there is none.
using ReadMember = std::function<std::optional<std::string>(std::string_view name)>;

struct Copybook {
  std::vector<SourceFile> files;  ///< [0] is the copybook itself
  std::vector<Item> items;        ///< in the order of the text
  std::vector<Renames> renames;
  /// The records: items of level 01 or 77. Items of a copybook that has no 01 make one record together, which then has
  /// more than one root.
  struct Record {
    std::vector<std::uint32_t> roots;
    std::uint64_t length = 0;
  };
  std::vector<Record> records;

  std::string file_name(const Spot& spot) const { return files[spot.file].name; }
};

/// Reads a copybook and lays it out.
/// Fails (nothing, findings CPY-00xx with line and column): the text or its storage is wrong. Warnings alone do not.
std::optional<Copybook> read_copybook(std::string name, std::string_view text, const Dialect& dialect,
                                      const ReadMember& read_member, Findings& findings);

/// Every item with level, name, position, length, picture, usage and what the value will be, for people.
/// `double_bytes`: on a code page that has double-byte characters.
std::string list_items(const Copybook& copybook, bool double_bytes);

}  // namespace tilmash::formats::copybook
