// Rows of a database as bytes, and what a layout asks a database for: all that a transport of rows and the format that
// understands them know of each other. Neither SQL nor any database is known here.
//
// As bytes, rows are an input like any other: they have offsets, a hash, raw bytes of a reject, and are read again the
// same way after the database has moved on. Their form (a decimal size before each value, so any byte may stand in it):
//
//   rows    "tilmash rows 1" LF  header  row...  end      nothing stands between or behind them
//   header  value... LF                                  names of the columns, each a text
//   row     value... LF                                  as many as the header has
//   value   "n,"                                         NULL
//           kind size ":" bytes ","                      kind 't', 'f' or 'b'; size in bytes, no leading zeros
//   end     "." LF                                       without it the rows were cut off
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilmash {

enum class RowValueKind : char {
  null = 'n',
  text = 't',     ///< as the database spells it: texts, exact numbers, dates
  inexact = 'f',  ///< the text of a binary floating-point number, whose digits are not those that were stored
  bytes = 'b',    ///< bytes, as hexadecimal digits
};

struct RowValue {
  RowValueKind kind = RowValueKind::null;
  std::string_view text;
};

inline constexpr std::string_view rows_begin = "tilmash rows 1\n";
inline constexpr std::string_view rows_end = ".\n";
inline constexpr std::size_t row_columns_max = 1000;
inline constexpr std::size_t row_value_bytes_max = 16 << 20;

void append_row_value(std::string& out, RowValue value);
/// The first lines: what these are, and the names of the columns.
void append_rows_begin(std::string& out, const std::vector<std::string>& names);

/// Reads the value at `at` and moves behind it. False, with `at` at the byte that is wrong, when none stands there.
bool read_row_value(std::string_view bytes, std::size_t& at, RowValue& value);

/// Where the row that begins at `at` ends, its LF included; npos when it is not whole, and `at` is then the byte that
/// is wrong. `values` is how many it has.
std::size_t find_row_end(std::string_view bytes, std::size_t& at, std::size_t& values);

/// What a column's values are bound as, when they are given to a database.
enum class RowType : std::uint8_t { text, integer, decimal, boolean, date, datetime, binary };

struct RowColumn {
  std::string name;
  std::string read;   ///< SQL that gives its value; empty = the column of its name
  std::string write;  ///< SQL with one '?' for its value; empty = "?"
  RowType type = RowType::text;
};

/// Reading only what is new: rows beyond a watermark, which is the values of `order` in the last row that was read.
/// Conditions are SQL; ":NAME" in them is the remembered value of a column of `order`.
struct RowPoll {
  std::vector<std::size_t> order;  ///< columns
  std::string since;           ///< what is beyond the watermark, or, with `remember`, so near to it that it may be new
  std::string until;           ///< what no transaction can come before any more; empty = everything
  std::uint64_t remember = 0;  ///< keys of rows that `since` shows again, at most; 0 = it shows none twice
  std::uint64_t rows_max = 0;  ///< of one poll
};

enum class RowWriteKind : std::uint8_t { insert, update, call };

/// How rows are written. Whatever the kind, a row is found by its key before and after: `RowView::from` shows it.
struct RowWrite {
  RowWriteKind kind = RowWriteKind::insert;
  std::string target;          ///< table; of a call, the statement with ":NAME" for its parameters
  std::string when;            ///< of an update: a condition on the row as it is
  std::uint64_t rows_max = 0;  ///< of one transaction
};

struct RowView {
  std::vector<RowColumn> columns;
  std::vector<std::size_t> key;      ///< columns that name a row
  std::string from;                  ///< table, view, or a query in parentheses with an alias
  std::vector<std::string> session;  ///< statements that come before all others, such as a schema or a role
  std::optional<RowPoll> poll;
  std::optional<RowWrite> write;
};

}  // namespace tilmash
