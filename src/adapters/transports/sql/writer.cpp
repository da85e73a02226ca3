#include "adapters/transports/sql/writer.h"

#include <fmt/format.h>

#include "adapters/transports/sql/statements.h"

namespace tilmash::sql {
namespace {

class Writer {
 public:
  Writer(Connection& connection, const RowView& view, const Canonical& canonical, WriteCounts& counts,
         Findings& findings)
      : connection_(connection), view_(view), canonical_(canonical), counts_(counts), findings_(findings) {}

  bool write(std::string_view rows) {
    if (!prepare()) return false;
    const std::uint64_t errors_before = findings_.error_count();
    std::size_t at = rows_begin.size();
    std::size_t count = 0;
    at = find_row_end(rows, at, count);
    bool good = true;
    while (good && at != std::string_view::npos && at < rows.size() && rows.substr(at) != rows_end) {
      const std::size_t begin = at;
      at = find_row_end(rows, at, count);
      if (at == std::string_view::npos || count != view_.columns.size()) {
        good = error("SQL-0308"_code, "the rows are malformed");
      } else if (++number_ > view_.write->rows_max) {
        good = error("SQL-0301"_code,
                     fmt::format("there are more rows than the {} of one transaction", view_.write->rows_max));
      } else {
        good = write_row(rows.substr(begin, at - begin));
      }
    }
    if (good && findings_.error_count() == errors_before) return commit();
    connection_.rollback();
    counts_ = {};
    return false;
  }

 private:
  bool prepare() {
    const auto writing = sql::write_row(view_, findings_);
    if (!writing) return false;
    if (!connection_.begin()) return refused();
    for (const std::string& text : view_.session) {
      const auto statement = connection_.prepare(text);
      if (statement == nullptr || !statement->run({})) return refused();
    }
    const Sql finding = select_by_key(view_);
    find_ = connection_.prepare(finding.text);
    if (find_ == nullptr) return refused();
    write_ = connection_.prepare(writing->text);
    if (write_ == nullptr) return refused();
    find_columns_ = finding.parameters;
    write_columns_ = writing->parameters;
    return true;
  }

  /// False when the transaction is of no use any more. A row that may not be written is a finding, and the next rows
  /// are looked at all the same.
  bool write_row(std::string_view row) {
    values_.clear();
    RowValue value;
    for (std::size_t at = 0; values_.size() < view_.columns.size() && read_row_value(row, at, value);) {
      values_.push_back(value);
    }
    std::string before;
    bool there = false;
    if (!find(before, there)) return false;
    if (there && is_same(before, row)) {
      ++counts_.there_already;
      return true;
    }
    const bool update = view_.write->kind == RowWriteKind::update;
    if (there && !update) {
      error("SQL-0303"_code, "a row of this key is there already, with other values");
      return true;
    }
    if (!there && update) {
      error("SQL-0304"_code, "there is no row of this key");
      return true;
    }
    if (!write_->run(parameters(write_columns_))) return refused();
    // A call may give rows; an update or insert that returns some is none of ours.
    while (write_->column_count() != 0) {
      const Statement::Fetch step = write_->next();
      if (step == Statement::Fetch::failed) return refused();
      if (step == Statement::Fetch::end) break;
    }
    const std::int64_t affected = write_->affected_count();
    if (view_.write->kind != RowWriteKind::call && affected != 1) {
      return error("SQL-0305"_code, fmt::format("{} rows were changed instead of 1", affected),
                   update && affected == 0 ? "the row is there, but `when` does not hold" : "");
    }
    return check(row);
  }

  /// Reads back what was written.
  bool check(std::string_view row) {
    std::string after;
    bool there = false;
    if (!find(after, there)) return false;
    if (!there) return error("SQL-0306"_code, "the row can't be found after it was written");
    if (!is_same(after, row)) return error("SQL-0306"_code, "the row has other values after it was written");
    ++counts_.written;
    return true;
  }

  bool is_same(std::string_view found, std::string_view row) const {
    const auto canonical = canonical_(found);
    return canonical && *canonical == row;
  }

  bool find(std::string& row, bool& there) {
    if (!find_->run(parameters(find_columns_))) return refused();
    if (find_->column_count() != view_.columns.size()) {
      return error("SQL-0203"_code, fmt::format("the query gives {} columns instead of {}", find_->column_count(),
                                                view_.columns.size()));
    }
    for (std::uint64_t rows = 0;; ++rows) {
      const Statement::Fetch step = find_->next();
      if (step == Statement::Fetch::failed) return refused();
      if (step == Statement::Fetch::end) return true;
      if (rows != 0) return error("SQL-0302"_code, "the key names more than one row");
      there = true;
      for (std::size_t i = 0; i < view_.columns.size(); ++i) append_row_value(row, find_->value(i));
      row += '\n';
    }
  }

  std::vector<Parameter> parameters(const std::vector<std::size_t>& columns) const {
    std::vector<Parameter> bound;
    for (const std::size_t column : columns) bound.push_back({view_.columns[column].type, values_[column]});
    return bound;
  }

  bool commit() {
    find_.reset();
    write_.reset();
    if (connection_.commit()) return true;
    findings_.add(connection_.error());
    counts_ = {};
    return error("SQL-0307"_code, "the commit failed: whether the rows are there is not known",
                 "run the same again: rows that are there are found by their key");
  }

  bool refused() {
    Diagnostic why = connection_.error();
    why.place.file = connection_.name();
    why.place.record_number = number_;
    findings_.add(std::move(why));
    return false;
  }

  bool error(Code code, std::string text, std::string help = {}) {
    findings_.add(connection_.finding(code, std::move(text), std::move(help), number_));
    return false;
  }

  Connection& connection_;
  const RowView& view_;
  const Canonical& canonical_;
  WriteCounts& counts_;
  Findings& findings_;
  std::unique_ptr<Statement> find_;
  std::unique_ptr<Statement> write_;
  std::vector<std::size_t> find_columns_;
  std::vector<std::size_t> write_columns_;
  std::vector<RowValue> values_;  ///< of the current row
  std::uint64_t number_ = 0;
};

}  // namespace

bool write_rows(Connection& connection, const RowView& view, std::string_view rows, const Canonical& canonical,
                WriteCounts& counts, Findings& findings) {
  return Writer(connection, view, canonical, counts, findings).write(rows);
}

}  // namespace tilmash::sql
