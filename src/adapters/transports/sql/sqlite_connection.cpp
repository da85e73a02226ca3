// SQLite through its own interface: its values know their type row by row, which no other way of reading it tells.
#include <fmt/format.h>
#include <sqlite3.h>

#include <charconv>
#include <chrono>

#include "adapters/transports/sql/connection.h"
#include "base/late_library.h"
#include "base/text.h"

namespace tilmash::sql {
namespace {

constexpr LateLibrary sqlite("libsqlite3.so.0");
TILMASH_LATE(sqlite, sqlite3_bind_blob);
TILMASH_LATE(sqlite, sqlite3_bind_int64);
TILMASH_LATE(sqlite, sqlite3_bind_null);
TILMASH_LATE(sqlite, sqlite3_bind_text);
TILMASH_LATE(sqlite, sqlite3_busy_timeout);
TILMASH_LATE(sqlite, sqlite3_changes64);
TILMASH_LATE(sqlite, sqlite3_close_v2);
TILMASH_LATE(sqlite, sqlite3_column_blob);
TILMASH_LATE(sqlite, sqlite3_column_bytes);
TILMASH_LATE(sqlite, sqlite3_column_count);
TILMASH_LATE(sqlite, sqlite3_column_text);
TILMASH_LATE(sqlite, sqlite3_column_type);
TILMASH_LATE(sqlite, sqlite3_errcode);
TILMASH_LATE(sqlite, sqlite3_errmsg);
TILMASH_LATE(sqlite, sqlite3_errstr);
TILMASH_LATE(sqlite, sqlite3_exec);
TILMASH_LATE(sqlite, sqlite3_extended_errcode);
TILMASH_LATE(sqlite, sqlite3_finalize);
TILMASH_LATE(sqlite, sqlite3_limit);
TILMASH_LATE(sqlite, sqlite3_open_v2);
TILMASH_LATE(sqlite, sqlite3_prepare_v2);
TILMASH_LATE(sqlite, sqlite3_progress_handler);
TILMASH_LATE(sqlite, sqlite3_reset);
TILMASH_LATE(sqlite, sqlite3_step);

constexpr int busy_timeout_ms = 10'000;

class SqliteConnection;

class SqliteStatement final : public Statement {
 public:
  SqliteStatement(sqlite3_stmt* statement, SqliteConnection& connection)
      : statement_(statement), connection_(connection) {}
  ~SqliteStatement() override { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  bool run(const std::vector<Parameter>& parameters) override;
  std::size_t column_count() const override { return static_cast<std::size_t>(sqlite3_column_count(statement_)); }
  Fetch next() override;
  RowValue value(std::size_t column) const override;
  std::int64_t affected_count() const override { return affected_; }

 private:
  int bind(int index, const Parameter& parameter);

  sqlite3_stmt* statement_;
  SqliteConnection& connection_;
  bool stepped_ = false;  ///< the first row waits
  int result_ = SQLITE_DONE;
  std::int64_t affected_ = 0;
  mutable std::vector<std::string> hex_;  ///< of the current row, by column
};

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(sqlite3* database, std::uint32_t timeout_seconds, Access access)
      : database_(database), timeout_(timeout_seconds), access_(access) {
    if (timeout_seconds != 0 && database != nullptr) sqlite3_progress_handler(database, 10'000, is_late, this);
  }
  ~SqliteConnection() override { sqlite3_close_v2(database_); }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Of writing at once for writing: what is looked up before a row is written stays true until it is.
  bool begin() override { return execute(access_ == Access::read ? "begin" : "begin immediate"); }
  std::unique_ptr<Statement> prepare(const std::string& text) override;
  bool commit() override { return execute("commit"); }
  void rollback() override { execute("rollback"); }
  bool fail();
  sqlite3* database() const { return database_; }
  /// One step of a statement, for as long as it may take.
  int step(sqlite3_stmt* statement) {
    deadline_ = std::chrono::steady_clock::now() + timeout_;
    const int result = sqlite3_step(statement);
    count_answer();
    return result;
  }

 private:
  /// SQLite's way to be interrupted: asked every so many instructions of its machine.
  static int is_late(void* self) {
    return std::chrono::steady_clock::now() > static_cast<const SqliteConnection*>(self)->deadline_ ? 1 : 0;
  }
  bool execute(const char* text) {
    deadline_ = std::chrono::steady_clock::now() + timeout_;
    return sqlite3_exec(database_, text, nullptr, nullptr, nullptr) == SQLITE_OK || fail();
  }

  sqlite3* database_;
  std::chrono::seconds timeout_;
  std::chrono::steady_clock::time_point deadline_;
  Access access_;
};

bool SqliteConnection::fail() {
  error_ = {};
  if (sqlite3_errcode(database_) == SQLITE_INTERRUPT) {
    error_.code = "SQL-0208"_code;
    error_.text = fmt::format("a statement took more than {} seconds", timeout_.count());
    return false;
  }
  error_.code = "SQL-0201"_code;
  // SQLite names tables and columns in its messages, never values.
  error_.text =
      fmt::format("the database says: {} ({})", sqlite3_errmsg(database_), sqlite3_extended_errcode(database_));
  return false;
}

std::unique_ptr<Statement> SqliteConnection::prepare(const std::string& text) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(database_, text.data(), static_cast<int>(text.size()), &statement, &tail) != SQLITE_OK) {
    fail();
    return nullptr;
  }
  auto prepared = std::make_unique<SqliteStatement>(statement, *this);
  const std::string_view rest(tail, static_cast<std::size_t>(text.data() + text.size() - tail));
  if (statement != nullptr && rest.find_first_not_of(" \t\r\n;") == std::string_view::npos) return prepared;
  error_ = {};
  error_.code = "SQL-0201"_code;
  error_.text = "the text is not one statement";
  return nullptr;
}

/// Integers as such: a text is never equal to a number where a column has no affinity, as in a view.
int SqliteStatement::bind(int index, const Parameter& parameter) {
  const std::string_view text = parameter.value.text;
  const auto size = static_cast<int>(text.size());
  if (parameter.value.kind == RowValueKind::null) return sqlite3_bind_null(statement_, index);
  if (parameter.type == RowType::integer) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size())
      return sqlite3_bind_int64(statement_, index, number);
  }
  if (parameter.type == RowType::binary) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
      unsigned byte = 0;
      std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
      bytes += static_cast<char>(byte);
    }
    return sqlite3_bind_blob(statement_, index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
  }
  return sqlite3_bind_text(statement_, index, text.data(), size, SQLITE_TRANSIENT);
}

bool SqliteStatement::run(const std::vector<Parameter>& parameters) {
  sqlite3_reset(statement_);
  int index = 0;
  for (const Parameter& parameter : parameters) {
    if (bind(++index, parameter) != SQLITE_OK) return connection_.fail();
  }
  hex_.resize(column_count());
  result_ = connection_.step(statement_);
  stepped_ = true;
  if (result_ == SQLITE_ROW) return true;
  affected_ = sqlite3_changes64(connection_.database());
  return result_ == SQLITE_DONE || connection_.fail();
}

Statement::Fetch SqliteStatement::next() {
  if (!stepped_) result_ = connection_.step(statement_);
  stepped_ = false;
  if (result_ == SQLITE_ROW) return Fetch::row;
  if (result_ != SQLITE_DONE) connection_.fail();
  const bool done = result_ == SQLITE_DONE;
  sqlite3_reset(statement_);
  return done ? Fetch::end : Fetch::failed;
}

RowValue SqliteStatement::value(std::size_t column) const {
  const auto index = static_cast<int>(column);
  const int type = sqlite3_column_type(statement_, index);
  if (type == SQLITE_NULL) return {};
  if (type == SQLITE_BLOB) {
    const void* const bytes = sqlite3_column_blob(statement_, index);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
    hex_[column] = to_hex({static_cast<const char*>(bytes), size});
    return {RowValueKind::bytes, hex_[column]};
  }
  const unsigned char* const text = sqlite3_column_text(statement_, index);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
  return {type == SQLITE_FLOAT ? RowValueKind::inexact : RowValueKind::text,
          {static_cast<const char*>(static_cast<const void*>(text)), text == nullptr ? 0 : size}};
}

}  // namespace

std::unique_ptr<Connection> open_sqlite(const std::string& file, std::uint32_t timeout_seconds, Access access,
                                        Findings& findings) {
  sqlite3* database = nullptr;
  const int flags = access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int result = sqlite3_open_v2(file.c_str(), &database, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  auto connection = std::make_unique<SqliteConnection>(database, timeout_seconds, access);
  if (result != SQLITE_OK) {
    Diagnostic error;
    error.code = "SQL-0102"_code;
    error.text = fmt::format("{} can't be opened: {}", file, sqlite3_errstr(result));
    findings.add(std::move(error));
    return nullptr;
  }
  sqlite3_busy_timeout(database, busy_timeout_ms);
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, static_cast<int>(2 * row_value_bytes_max));
  return connection;
}

}  // namespace tilmash::sql
