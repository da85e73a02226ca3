// The SQL that a view is read and written with. Pure text: no database is known here.
//
// Nothing is quoted: names are letters, digits and _ (the layout says so), and what else stands in a RowView is SQL
// that the layout's author wrote. Values are parameters, never part of the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/rows.h"

namespace tilmash::sql {

/// SQL with '?' for its parameters, each the value of a column.
struct Sql {
  std::string text;
  std::vector<std::size_t> parameters;  ///< columns
};

/// Puts '?' for each ":NAME" outside of quotes and comments ("::" is a cast). Nothing, and SQL-0104, when NAME is none
/// of the `allowed` columns.
std::optional<Sql> bind_names(const RowView& view, std::string_view text, const std::vector<std::size_t>& allowed,
                              Findings& findings);

/// All rows.
Sql select_all(const RowView& view);
/// Rows of a poll in the order of its watermark: all that may be read, or those `beyond` the watermark.
std::optional<Sql> select_new(const RowView& view, bool beyond, Findings& findings);
/// What a row is known again by: its key and its place in the order, so that a row that was changed and moved on is
/// new.
std::vector<std::size_t> known_by(const RowView& view);
/// That, of the rows that the next poll shows when the watermark is where the parameters say.
std::optional<Sql> select_shown_again(const RowView& view, Findings& findings);
/// How many rows no poll will ever read, since a column of the watermark is NULL in them.
Sql count_without_order(const RowView& view);

/// The row of a key.
Sql select_by_key(const RowView& view);
/// Writes a row: all columns, or those of the parameters of a call.
std::optional<Sql> write_row(const RowView& view, Findings& findings);

}  // namespace tilmash::sql
