#include "adapters/transports/sql/reader.h"

#include <fmt/format.h>

#include <deque>

#include "adapters/transports/sql/statements.h"
#include "base/text.h"

namespace tilmash::sql {
namespace {

constexpr std::size_t flush_bytes = 1 << 20;

class Reader {
 public:
  Reader(Connection& connection, const RowView& view, const ByteSink& sink, ReadCounts& counts, Findings& findings)
      : connection_(connection), view_(view), sink_(sink), counts_(counts), findings_(findings) {}

  bool all(std::uint64_t rows_max) {
    if (!begin() || !select(select_all(view_), {}, view_.columns.size())) return false;
    for (;;) {
      const Statement::Fetch step = rows_->next();
      if (step == Statement::Fetch::failed) return refused();
      if (step == Statement::Fetch::end) break;
      if (counts_.rows == rows_max) return error("SQL-0209"_code, fmt::format("there are more than {} rows", rows_max));
      if (!add_row() || !flush(flush_bytes)) return false;
    }
    return finish();
  }

  bool beyond(Watermark& watermark) {
    const auto sql = select_new(view_, !watermark.order.empty(), findings_);
    if (!sql || !begin() || !report_rows_without_order() || !select(*sql, watermark.order, view_.columns.size())) {
      return false;
    }
    Watermark next = watermark;
    for (;;) {
      const Statement::Fetch step = rows_->next();
      if (step == Statement::Fetch::failed) return refused();
      if (step == Statement::Fetch::end) break;
      if (counts_.rows == view_.poll->rows_max) {
        counts_.more = true;
        break;
      }
      if (!take(watermark, next) || !flush(flush_bytes)) return false;
    }
    rows_.reset();
    if (view_.poll->remember != 0 && !next.order.empty() && !remember(watermark, next)) return false;
    if (!finish()) return false;
    watermark = std::move(next);
    return true;
  }

 private:
  bool begin() {
    if (!connection_.begin()) return refused();
    for (const std::string& text : view_.session) {
      const auto statement = connection_.prepare(text);
      if (statement == nullptr || !statement->run({})) return refused();
    }
    std::vector<std::string> names;
    for (const RowColumn& column : view_.columns) names.push_back(column.name);
    append_rows_begin(out_, names);
    return true;
  }

  /// Runs a query of so many columns, whose parameters are values of the watermark.
  bool select(const Sql& sql, const std::vector<std::string>& order, std::size_t columns) {
    std::vector<Parameter> parameters;
    for (const std::size_t column : sql.parameters) {
      for (std::size_t i = 0; i < order.size(); ++i) {
        if (view_.poll->order[i] != column) continue;
        parameters.push_back({view_.columns[column].type, {RowValueKind::text, order[i]}});
      }
    }
    rows_ = connection_.prepare(sql.text);
    if (rows_ == nullptr || !rows_->run(parameters)) return refused();
    if (rows_->column_count() == columns) return true;
    return error("SQL-0203"_code,
                 fmt::format("the query gives {} columns instead of {}", rows_->column_count(), columns));
  }

  bool add_row() {
    for (std::size_t i = 0; i < view_.columns.size(); ++i) {
      const RowValue value = rows_->value(i);
      if (value.text.size() > row_value_bytes_max) {
        return error("SQL-0202"_code,
                     fmt::format("{} has a value of more than {} bytes", view_.columns[i].name, row_value_bytes_max));
      }
      append_row_value(out_, value);
    }
    out_ += '\n';
    ++counts_.rows;
    return true;
  }

  /// The current row of a poll: passed on unless it is known.
  bool take(const Watermark& watermark, Watermark& next) {
    std::vector<std::string> order;
    for (const std::size_t column : view_.poll->order) {
      const RowValue value = rows_->value(column);
      if (value.kind == RowValueKind::null) continue;
      // The digits of a floating-point number are not those it is compared by.
      if (value.kind != RowValueKind::text || find_malformed_utf8(value.text) != value.text.size()) {
        return error("SQL-0205"_code,
                     fmt::format("{} is no text or exact number, and so no watermark", view_.columns[column].name));
      }
      order.emplace_back(value.text);
    }
    bool known = false;
    if (view_.poll->remember != 0) {
      std::vector<RowValue> key;
      for (const std::size_t column : known_by(view_)) key.push_back(rows_->value(column));
      std::string digest = key_digest(key);
      known = watermark.keys.count(digest) != 0;
      seen_.push_back(std::move(digest));
      // One more than may be remembered: if the next poll shows that one, it shows too many.
      if (seen_.size() > view_.poll->remember + 1) seen_.pop_front();
    }
    if (order.size() == view_.poll->order.size()) next.order = std::move(order);
    if (!known) return add_row();
    ++counts_.known;
    return true;
  }

  /// Which rows the next poll will show again, of those that were passed on now or before. Asked within the same
  /// transaction: a row that becomes visible from here on is in none of the answers, and is new to the next poll.
  bool remember(const Watermark& watermark, Watermark& next) {
    const auto sql = select_shown_again(view_, findings_);
    std::vector<RowValue> key(known_by(view_).size());
    if (!sql || !select(*sql, next.order, key.size())) return false;
    std::unordered_set<std::string> passed(seen_.begin(), seen_.end());
    passed.insert(watermark.keys.begin(), watermark.keys.end());
    next.keys.clear();
    for (;;) {
      const Statement::Fetch step = rows_->next();
      if (step == Statement::Fetch::failed) return refused();
      if (step == Statement::Fetch::end) break;
      for (std::size_t i = 0; i < key.size(); ++i) key[i] = rows_->value(i);
      std::string digest = key_digest(key);
      if (passed.count(digest) == 0) continue;
      next.keys.insert(std::move(digest));
      if (next.keys.size() > view_.poll->remember) break;
    }
    if (next.keys.size() <= view_.poll->remember) return true;
    return error("SQL-0204"_code, fmt::format("the next poll would show more than {} rows again", view_.poll->remember),
                 "raise `remember`, or let `since` look back less far");
  }

  bool report_rows_without_order() {
    if (!select(count_without_order(view_), {}, 1)) return false;
    if (rows_->next() != Statement::Fetch::row) return refused();
    const std::string count(rows_->value(0).text);
    rows_.reset();
    if (count == "0") return true;
    error("SQL-0205"_code, fmt::format("{} rows have NULL in a column of `order`: a poll never reads them", count));
    return true;
  }

  bool finish() {
    rows_.reset();
    connection_.rollback();  // nothing was written
    out_ += rows_end;
    return flush(1);
  }

  bool flush(std::size_t at_least) {
    if (out_.size() < at_least) return true;
    if (!sink_(out_)) return error("SQL-0207"_code, "there is no room for the rows");
    out_.clear();
    return true;
  }

  bool refused() {
    Diagnostic why = connection_.error();
    why.place.file = connection_.name();
    findings_.add(std::move(why));
    return false;
  }

  bool error(Code code, std::string text, std::string help = {}) {
    findings_.add(connection_.finding(code, std::move(text), std::move(help)));
    return false;
  }

  Connection& connection_;
  const RowView& view_;
  const ByteSink& sink_;
  ReadCounts& counts_;
  Findings& findings_;
  std::unique_ptr<Statement> rows_;
  std::string out_;
  std::deque<std::string> seen_;  ///< keys of the last rows of this poll
};

}  // namespace

bool read_all(Connection& connection, const RowView& view, std::uint64_t rows_max, const ByteSink& sink,
              ReadCounts& counts, Findings& findings) {
  return Reader(connection, view, sink, counts, findings).all(rows_max);
}

bool read_new(Connection& connection, const RowView& view, Watermark& watermark, const ByteSink& sink,
              ReadCounts& counts, Findings& findings) {
  return Reader(connection, view, sink, counts, findings).beyond(watermark);
}

}  // namespace tilmash::sql
