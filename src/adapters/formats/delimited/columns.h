// How delimited records are spelled: delimiter, quotes, what ends a record, continuations. Cuts one record into its
// columns, and writes columns. Knows no field and no layout file.
//
//   plain          A,B,C
//   quotes         "A","say ""no""",C         doubled (RFC 4180), or "say \"no\"" by backslash
//   record end     A,B,C/                     a character of its own before the line end (BAI2)
//   continuation   A,B/ 88,C,D/               records that go on in others with a prefix (BAI2)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/code.h"

namespace tilmash::formats::delimited {

enum class Quote : std::uint8_t { none, doubled, backslash };
/// Which columns have quotes when written; `needed`: those that could not be read without.
enum class Quoted : std::uint8_t { needed, always, text };

struct Dialect {
  char delimiter = ',';
  char quote_mark = '"';
  Quote quote = Quote::doubled;
  Quoted quoted = Quoted::needed;
  bool other_quotes = false;        ///< columns quoted otherwise than they would be written are read, with a warning
  bool trailing_delimiter = false;  ///< each record ends with one
  char record_end = '\0';           ///< before the line end; 0 = none
  std::string continuation;         ///< first column of a record that goes on with the one before; empty = none
  std::vector<std::string> begins;  ///< first columns of records, where a line end alone does not end one
  std::string line_end = "\n";
};

struct Column {
  std::size_t at = 0;     ///< of its bytes in the record, quotes included
  std::size_t size = 0;   ///< … how many
  std::string_view text;  ///< its value: a view of the record, or made in the arena
  bool quoted = false;
  bool joined = false;  ///< it held line ends that belong to no continuation
  Code fault;           ///< DLM-0201, DLM-0202
};

/// Gives the columns of one record, one after the other. `bytes` are those of the record with all its continuations,
/// without the last line end.
class ColumnReader {
 public:
  ColumnReader(const Dialect& dialect, std::string_view bytes, Arena& arena);

  bool more() const { return more_; }
  std::size_t position() const { return at_; }
  /// The next column; only when there is one.
  Column next();
  /// All that is left, as it is; the pieces of continuations with a line feed between them.
  Column rest();

  /// Columns that begin a continuation, 0-based.
  const std::vector<std::uint32_t>& breaks() const { return breaks_; }
  std::uint32_t lines() const { return lines_; }
  /// The record end stands before every line end, or before none; false when here and there.
  bool open() const { return open_ends_ != 0; }
  bool even() const { return open_ends_ == 0 || closed_ends_ == 0; }

 private:
  Column quoted_column();
  std::size_t continuation_at(std::size_t at) const;
  void go_on(std::size_t size);

  const Dialect& dialect_;
  std::string_view bytes_;
  Arena& arena_;
  std::size_t at_ = 0;
  std::uint32_t index_ = 0;
  std::uint32_t lines_ = 1;
  std::uint32_t open_ends_ = 0;
  std::uint32_t closed_ends_ = 0;
  bool more_ = true;
  std::vector<std::uint32_t> breaks_;
};

/// The length of what begins at `at` and says that the record goes on in another: record end, line end, prefix and
/// delimiter; 0 when there is no such thing. Offsets are of `bytes`.
std::size_t find_continuation(const Dialect& dialect, std::string_view bytes, std::size_t at);

/// True when a column with this value can't be read without quotes.
bool needs_quotes(const Dialect& dialect, std::string_view value);

/// Appends the value as a column, without delimiter. False when the dialect can't write it.
bool write_column(const Dialect& dialect, std::string_view value, bool quoted, std::string& out);

}  // namespace tilmash::formats::delimited
