// One column of a view: how the database's spelling of a value becomes the canonical one, and back.
//
// Knows one value at a time; rows are row_layout's. A number is never more or less than it was: what a declaration
// cannot hold is refused.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil.h"
#include "base/code_page.h"
#include "base/config.h"
#include "base/rows.h"
#include "shape/instance.h"

namespace tilmash::formats::rows {

/// What a text without a single character is.
enum class Empty : std::uint8_t { reject, null, value };

struct Column {
  RowType type = RowType::text;
  bool required = false;
  bool trim = false;     ///< blanks at the end carry nothing (CHAR(n))
  bool inexact = false;  ///< of a text: may come from a binary floating-point column
  Empty empty = Empty::reject;
  std::uint8_t digits = 18;  ///< of a number, in all
  std::uint8_t scale = 0;
  std::uint32_t length_max = 0;  ///< characters of a text; 0 = any number
  std::vector<std::string> codes;
  std::string yes, no;                 ///< of a boolean
  std::optional<DatePattern> pattern;  ///< of a date
  char separator = ' ';                ///< of a datetime, between day and time
  std::string zone;                    ///< of a datetime: "given" in each value, "none", or what all values are in
  std::shared_ptr<const CodePage> page;
  std::uint32_t line_number = 0;
};

struct Decoded {
  bool present = false;
  std::string_view text;
  Decimal number;
};

/// A value of the database -> canonical. `value` and `arena` must outlive the item.
/// Fails: ROW-0201 to ROW-0213, in the order of errors.toml where a value has several faults.
Code decode(const Column& column, RowValue value, Arena& arena, Decoded& decoded);

/// A canonical value (nullptr: there is none) -> what the database is given, appended as in base/rows.h. What was
/// written is decoded again: fails as `decode`, and with ROW-0401 when that gives another value, ROW-0402 when the code
/// page lacks a character.
Code encode(const Column& column, const std::string_view* canonical, Arena& scratch, std::string& out);

/// The leaf of this column in a Shape, its name apart.
Facets facets_of(const Column& column);
LeafType leaf_type_of(const Column& column);

/// Reads the keys of a column that say what its values are; ROW-0101 and ROW-0103 for what is wrong with them.
void read_column(ConfigReader& row, Empty empty, Column& column);

}  // namespace tilmash::formats::rows
