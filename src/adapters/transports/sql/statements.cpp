#include "adapters/transports/sql/statements.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::sql {
namespace {

bool is_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// One past the string, quoted name or comment that begins at `at`; `at` when none does.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const auto behind = [&](std::string_view end) {
    const std::size_t found = text.find(end, at + (end.size() == 1 ? 1 : 2));
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  if (rest.starts_with('\'')) return behind("'");
  if (rest.starts_with('"')) return behind("\"");
  if (rest.starts_with("--")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) return behind("*/");
  return at;
}

const std::string& read_of(const RowColumn& column) {
  return column.read.empty() ? column.name : column.read;
}

std::string_view write_of(const RowColumn& column) {
  return column.write.empty() ? std::string_view("?") : std::string_view(column.write);
}

std::string select_from(const RowView& view) {
  std::string text = "select ";
  for (const RowColumn& column : view.columns) {
    if (&column != &view.columns.front()) text += ", ";
    text += read_of(column);
  }
  return text + " from " + view.from;
}

std::string names(const RowView& view, const std::vector<std::size_t>& columns) {
  std::string text;
  for (const std::size_t column : columns) text += (text.empty() ? "" : ", ") + view.columns[column].name;
  return text;
}

/// "ID = ? and DAY = ?"
std::string key_condition(const RowView& view) {
  std::string text;
  for (const std::size_t column : view.key) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : " and ", view.columns[column].name,
                        write_of(view.columns[column]));
  }
  return text;
}

std::vector<std::size_t> all_columns(const RowView& view) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < view.columns.size(); ++i) columns.push_back(i);
  return columns;
}

}  // namespace

std::optional<Sql> bind_names(const RowView& view, std::string_view text, const std::vector<std::size_t>& allowed,
                              Findings& findings) {
  Sql sql;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t end = skip_quoted(text, at); end != at) {
      sql.text += text.substr(at, end - at);
      at = end;
      continue;
    }
    if (text.substr(at).starts_with("::")) {
      sql.text += "::";
      at += 2;
      continue;
    }
    if (text[at] != ':' || at + 1 == text.size() || !is_name(text[at + 1])) {
      sql.text += text[at++];
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && is_name(text[end])) ++end;
    const std::string_view name = text.substr(at + 1, end - at - 1);
    const auto found = std::find_if(allowed.begin(), allowed.end(),
                                    [&](std::size_t column) { return view.columns[column].name == name; });
    if (found == allowed.end()) {
      Diagnostic error;
      error.code = "SQL-0104"_code;
      error.text = fmt::format("\":{}\" is no parameter here", name);
      error.help = "parameters: " + names(view, allowed);
      findings.add(std::move(error));
      return std::nullopt;
    }
    sql.text += '?';
    sql.parameters.push_back(*found);
    at = end;
  }
  return sql;
}

Sql select_all(const RowView& view) {
  return {select_from(view), {}};
}

std::optional<Sql> select_new(const RowView& view, bool beyond, Findings& findings) {
  const RowPoll& poll = *view.poll;
  auto since = bind_names(view, poll.since, poll.order, findings);
  if (!since) return std::nullopt;
  std::string condition = beyond ? "(" + since->text + ")" : "";
  if (!poll.until.empty()) condition += (condition.empty() ? "(" : " and (") + poll.until + ")";
  Sql sql{select_from(view), beyond ? since->parameters : std::vector<std::size_t>{}};
  if (!condition.empty()) sql.text += " where " + condition;
  sql.text += " order by " + names(view, poll.order);
  return sql;
}

std::vector<std::size_t> known_by(const RowView& view) {
  std::vector<std::size_t> columns = view.key;
  for (const std::size_t column : view.poll->order) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  }
  return columns;
}

std::optional<Sql> select_shown_again(const RowView& view, Findings& findings) {
  auto since = bind_names(view, view.poll->since, view.poll->order, findings);
  if (!since) return std::nullopt;
  std::string keys;
  for (const std::size_t column : known_by(view)) keys += (keys.empty() ? "" : ", ") + read_of(view.columns[column]);
  return Sql{fmt::format("select {} from {} where {}", keys, view.from, since->text), since->parameters};
}

Sql count_without_order(const RowView& view) {
  std::string condition;
  for (const std::size_t column : view.poll->order) {
    condition += (condition.empty() ? "" : " or ") + view.columns[column].name + " is null";
  }
  return {fmt::format("select count(*) from {} where {}", view.from, condition), {}};
}

Sql select_by_key(const RowView& view) {
  return {select_from(view) + " where " + key_condition(view), view.key};
}

std::optional<Sql> write_row(const RowView& view, Findings& findings) {
  const RowWrite& write = *view.write;
  if (write.kind == RowWriteKind::call) return bind_names(view, write.target, all_columns(view), findings);
  Sql sql;
  if (write.kind == RowWriteKind::insert) {
    std::string values;
    for (const RowColumn& column : view.columns)
      values += fmt::format("{}{}", values.empty() ? "" : ", ", write_of(column));
    sql.parameters = all_columns(view);
    sql.text = fmt::format("insert into {} ({}) values ({})", write.target, names(view, sql.parameters), values);
    return sql;
  }
  std::string sets;
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    if (std::find(view.key.begin(), view.key.end(), i) != view.key.end()) continue;
    sets += fmt::format("{}{} = {}", sets.empty() ? "" : ", ", view.columns[i].name, write_of(view.columns[i]));
    sql.parameters.push_back(i);
  }
  sql.parameters.insert(sql.parameters.end(), view.key.begin(), view.key.end());
  sql.text = fmt::format("update {} set {} where {}", write.target, sets, key_condition(view));
  if (!write.when.empty()) sql.text += " and (" + write.when + ")";
  return sql;
}

}  // namespace tilmash::sql
