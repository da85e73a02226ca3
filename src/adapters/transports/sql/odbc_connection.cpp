// Any database that has an ODBC driver (ODBC 3, through unixODBC). Everything is fetched as text, to its last byte: a
// driver that cuts a value off says so in a way that is easily overlooked (SQL_SUCCESS_WITH_INFO, 01004).
//
// Parameters are bound as SQL_VARCHAR, so that the database itself reads them by the type of their column: psqlodbc,
// told that "2026-11-21 12:00:00+05:00" is a SQL_TYPE_TIMESTAMP, drops the zone without a word.
#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/transports/sql/connection.h"
#include "adapters/transports/sql/utf16.h"
#include "base/late_library.h"
#include "base/text.h"

namespace tilmash::sql {
namespace {

constexpr LateLibrary odbc("libodbc.so.2");
TILMASH_LATE(odbc, SQLAllocHandle);
TILMASH_LATE(odbc, SQLBindParameter);
TILMASH_LATE(odbc, SQLColAttribute);
TILMASH_LATE(odbc, SQLDescribeCol);
TILMASH_LATE(odbc, SQLDisconnect);
TILMASH_LATE(odbc, SQLDriverConnect);
TILMASH_LATE(odbc, SQLEndTran);
TILMASH_LATE(odbc, SQLExecute);
TILMASH_LATE(odbc, SQLFetch);
TILMASH_LATE(odbc, SQLFreeHandle);
TILMASH_LATE(odbc, SQLFreeStmt);
TILMASH_LATE(odbc, SQLGetData);
TILMASH_LATE(odbc, SQLGetDiagRec);
TILMASH_LATE(odbc, SQLGetInfo);
TILMASH_LATE(odbc, SQLNumResultCols);
TILMASH_LATE(odbc, SQLPrepare);
TILMASH_LATE(odbc, SQLRowCount);
TILMASH_LATE(odbc, SQLSetConnectAttr);
TILMASH_LATE(odbc, SQLSetEnvAttr);
TILMASH_LATE(odbc, SQLSetStmtAttr);

constexpr std::uintptr_t login_timeout_seconds = 15;

/// What is known of a driver that ODBC does not tell.
struct Driver {
  std::string_view prefix;      ///< of the driver's file name
  std::string_view connect;     ///< added to the connection string
  std::string_view read_only;   ///< statement of a session that reads; empty = ODBC's attributes are enough
  std::string_view session;     ///< statement of every session; empty = none
  std::string_view time_limit;  ///< begins the statement of a session that limits the others, in milliseconds
  std::string_view zoned_type;  ///< a type whose zone the driver drops; `session` makes it UTC
  bool wide;                    ///< knows Unicode: texts come as UTF-16, whatever locale it believes in
};
// psqlodbc: without a cursor it holds the whole result in memory; without Protocol it sets a savepoint before each
// statement; SQL_MODE_READ_ONLY it passes over; timestamptz it gives in the zone of the session, which it leaves out.
constexpr Driver psqlodbc{
    "psqlodbc",
    "UseDeclareFetch=1;Fetch=1000;Protocol=7.4-1",
    "set session characteristics as transaction isolation level repeatable read, read only",
    "set time zone 'UTC'",
    "set statement_timeout = ",
    "timestamptz",
    false,
};
constexpr Driver psqlodbcw{
    "psqlodbcw", psqlodbc.connect, psqlodbc.read_only, psqlodbc.session, psqlodbc.time_limit, psqlodbc.zoned_type,
    true};
constexpr Driver drivers[] = {psqlodbc, psqlodbcw};  // the last that fits
constexpr Driver any_driver{"", "", "", "", "", "", false};

SQLCHAR* characters(const char* text) {
  return static_cast<SQLCHAR*>(static_cast<void*>(const_cast<char*>(text)));  // ODBC's functions predate const
}

/// An attribute's value, which ODBC takes in the place of a pointer.
SQLPOINTER attribute(std::uintptr_t value) {
  return reinterpret_cast<SQLPOINTER>(value);
}

struct Problem {
  std::string state;
  std::string text;
  SQLINTEGER native = 0;
};

Problem diagnose(SQLSMALLINT type, SQLHANDLE handle) {
  std::array<SQLCHAR, 6> state{};
  std::array<char, 1024> text{};
  Problem problem;
  SQLSMALLINT size = 0;
  const SQLRETURN result = SQLGetDiagRec(type, handle, 1, state.data(), &problem.native, characters(text.data()),
                                         static_cast<SQLSMALLINT>(text.size()), &size);
  if (!SQL_SUCCEEDED(result)) return problem;
  problem.state = static_cast<const char*>(static_cast<const void*>(state.data()));
  problem.text = text.data();
  return problem;
}

/// The driver's words, where they speak of statements and connections and not of values: a message of class 22 or 23
/// (data, constraints) quotes what somebody paid. While a statement is prepared there are no values yet.
std::string words(const Problem& problem, bool prepared = true) {
  constexpr std::string_view safe[] = {"08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "57", "IM"};
  const std::string_view state = problem.state;
  const bool shown =
      !prepared || std::any_of(std::begin(safe), std::end(safe), [&](auto each) { return state.starts_with(each); });
  std::string text = shown ? problem.text : "";
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("SQLSTATE {}, {}{}{}", state, problem.native, text.empty() ? "" : ": ", text);
}

class OdbcConnection final : public Connection {
 public:
  explicit OdbcConnection(std::uint32_t timeout_seconds) : timeout_seconds_(timeout_seconds) {}
  ~OdbcConnection() override;
  OdbcConnection(const OdbcConnection&) = delete;
  OdbcConnection& operator=(const OdbcConnection&) = delete;

  bool open(const std::string& connection_string, Access access, Problem& problem);
  bool begin() override;
  std::unique_ptr<Statement> prepare(const std::string& text) override;
  bool commit() override {
    return SQL_SUCCEEDED(SQLEndTran(SQL_HANDLE_DBC, connection_, SQL_COMMIT)) || fail(SQL_HANDLE_DBC, connection_);
  }
  void rollback() override { SQLEndTran(SQL_HANDLE_DBC, connection_, SQL_ROLLBACK); }

  bool fail(SQLSMALLINT type, SQLHANDLE handle, bool prepared = true);
  bool fail(std::string text);
  const Driver& driver() const { return *driver_; }

 private:
  bool connect(const std::string& connection_string, Problem& problem);

  SQLHENV environment_ = SQL_NULL_HENV;
  SQLHDBC connection_ = SQL_NULL_HDBC;
  bool connected_ = false;
  std::uint32_t timeout_seconds_;
  Access access_ = Access::read;
  const Driver* driver_ = &any_driver;
};

class OdbcStatement final : public Statement {
 public:
  OdbcStatement(SQLHSTMT statement, OdbcConnection& connection) : statement_(statement), connection_(connection) {}
  ~OdbcStatement() override { SQLFreeHandle(SQL_HANDLE_STMT, statement_); }
  OdbcStatement(const OdbcStatement&) = delete;
  OdbcStatement& operator=(const OdbcStatement&) = delete;

  bool run(const std::vector<Parameter>& parameters) override;
  std::size_t column_count() const override { return columns_.size(); }
  Fetch next() override;
  RowValue value(std::size_t column) const override { return {columns_[column].kind, columns_[column].text}; }
  std::int64_t affected_count() const override { return affected_; }

 private:
  struct ColumnState {
    bool inexact = false;
    bool binary = false;
    bool wide = false;
    bool zoned = false;
    RowValueKind kind = RowValueKind::null;  ///< of the current row, as `text`
    std::string text;
  };

  bool bind(const std::vector<Parameter>& parameters);
  bool describe();
  bool fetch_column(SQLUSMALLINT number, ColumnState& column);

  SQLHSTMT statement_;
  OdbcConnection& connection_;
  std::vector<SQLLEN> sizes_;  ///< of bound parameters
  std::vector<std::string> bytes_;
  std::vector<ColumnState> columns_;
  bool described_ = false;
  bool open_ = false;
  std::int64_t affected_ = -1;
};

OdbcConnection::~OdbcConnection() {
  if (connected_) {
    rollback();
    SQLDisconnect(connection_);
  }
  if (connection_ != SQL_NULL_HDBC) SQLFreeHandle(SQL_HANDLE_DBC, connection_);
  if (environment_ != SQL_NULL_HENV) SQLFreeHandle(SQL_HANDLE_ENV, environment_);
}

bool OdbcConnection::fail(SQLSMALLINT type, SQLHANDLE handle, bool prepared) {
  error_ = {};
  const Problem problem = diagnose(type, handle);
  const bool late = problem.state == "HYT00" || problem.state == "57014";  // query canceled
  error_.code = late && timeout_seconds_ != 0 ? "SQL-0208"_code : "SQL-0201"_code;
  error_.text = (late ? "a statement took too long: " : "the database refuses: ") + words(problem, prepared);
  return false;
}

bool OdbcConnection::fail(std::string text) {
  error_ = {};
  error_.code = "SQL-0202"_code;
  error_.text = std::move(text);
  return false;
}

bool OdbcConnection::connect(const std::string& connection_string, Problem& problem) {
  const SQLRETURN result =
      SQLDriverConnect(connection_, nullptr, characters(connection_string.data()),
                       static_cast<SQLSMALLINT>(connection_string.size()), nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
  connected_ = SQL_SUCCEEDED(result);
  if (!connected_) problem = diagnose(SQL_HANDLE_DBC, connection_);
  return connected_;
}

bool OdbcConnection::open(const std::string& connection_string, Access access, Problem& problem) {
  access_ = access;
  if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_))) return false;
  SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, attribute(SQL_OV_ODBC3), 0);
  if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_))) return false;
  SQLSetConnectAttr(connection_, SQL_ATTR_LOGIN_TIMEOUT, attribute(login_timeout_seconds), 0);
  if (access == Access::read) SQLSetConnectAttr(connection_, SQL_ATTR_ACCESS_MODE, attribute(SQL_MODE_READ_ONLY), 0);
  if (!connect(connection_string, problem)) return false;
  std::array<char, 256> name{};
  SQLGetInfo(connection_, SQL_DRIVER_NAME, name.data(), static_cast<SQLSMALLINT>(name.size()), nullptr);
  for (const Driver& driver : drivers) {
    if (std::string_view(name.data()).starts_with(driver.prefix)) driver_ = &driver;
  }
  if (driver_->connect.empty()) return true;
  // What kind of driver it is, is known only now. Only memory and speed hang on these keys, should the string have
  // them.
  SQLDisconnect(connection_);
  return connect(connection_string + ";" + std::string(driver_->connect), problem);
}

bool OdbcConnection::begin() {
  const bool read = access_ == Access::read;
  // While each statement is still a transaction of its own: they are for those that come.
  const bool limited = timeout_seconds_ != 0 && !driver_->time_limit.empty();
  const std::string limit = limited ? fmt::format("{}{}000", driver_->time_limit, timeout_seconds_) : "";
  for (const std::string_view text : {read ? driver_->read_only : "", driver_->session, std::string_view(limit)}) {
    if (text.empty()) continue;
    const auto statement = prepare(std::string(text));
    if (statement == nullptr || !statement->run({})) return false;
  }
  SQLUINTEGER levels = 0;
  SQLGetInfo(connection_, SQL_TXN_ISOLATION_OPTION, &levels, sizeof levels, nullptr);
  if (read && driver_->read_only.empty() && (levels & SQL_TXN_REPEATABLE_READ) != 0) {
    SQLSetConnectAttr(connection_, SQL_ATTR_TXN_ISOLATION, attribute(SQL_TXN_REPEATABLE_READ), 0);
  }
  return SQL_SUCCEEDED(SQLSetConnectAttr(connection_, SQL_ATTR_AUTOCOMMIT, attribute(SQL_AUTOCOMMIT_OFF), 0)) ||
         fail(SQL_HANDLE_DBC, connection_);
}

std::unique_ptr<Statement> OdbcConnection::prepare(const std::string& text) {
  SQLHSTMT handle = SQL_NULL_HSTMT;
  if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, connection_, &handle))) {
    fail(SQL_HANDLE_DBC, connection_);
    return nullptr;
  }
  auto statement = std::make_unique<OdbcStatement>(handle, *this);
  if (driver_->time_limit.empty()) SQLSetStmtAttr(handle, SQL_ATTR_QUERY_TIMEOUT, attribute(timeout_seconds_), 0);
  if (SQL_SUCCEEDED(SQLPrepare(handle, characters(text.data()), static_cast<SQLINTEGER>(text.size()))))
    return statement;
  fail(SQL_HANDLE_STMT, handle, false);
  return nullptr;
}

bool OdbcStatement::bind(const std::vector<Parameter>& parameters) {
  sizes_.assign(parameters.size(), 0);
  bytes_.assign(parameters.size(), {});
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    const bool binary = parameter.type == RowType::binary;
    const bool null = parameter.value.kind == RowValueKind::null;
    std::string& bytes = bytes_[i];
    bytes = parameter.value.text;
    if (binary) {
      for (std::size_t at = 0; at + 1 < parameter.value.text.size(); at += 2) {
        unsigned byte = 0;
        std::from_chars(parameter.value.text.data() + at, parameter.value.text.data() + at + 2, byte, 16);
        bytes[at / 2] = static_cast<char>(byte);
      }
      bytes.resize(bytes.size() / 2);
    }
    sizes_[i] = null ? SQL_NULL_DATA : static_cast<SQLLEN>(bytes.size());
    const SQLRETURN result = SQLBindParameter(statement_, static_cast<SQLUSMALLINT>(i + 1), SQL_PARAM_INPUT,
                                              binary ? SQL_C_BINARY : SQL_C_CHAR, binary ? SQL_VARBINARY : SQL_VARCHAR,
                                              std::max<SQLULEN>(1, bytes.size()), 0, bytes.data(),
                                              static_cast<SQLLEN>(bytes.size()), &sizes_[i]);
    if (!SQL_SUCCEEDED(result)) return connection_.fail(SQL_HANDLE_STMT, statement_);
  }
  return true;
}

bool OdbcStatement::run(const std::vector<Parameter>& parameters) {
  if (open_) SQLFreeStmt(statement_, SQL_CLOSE);
  open_ = true;
  if (!bind(parameters)) return false;
  const SQLRETURN result = SQLExecute(statement_);
  connection_.count_answer();
  affected_ = -1;
  if (result == SQL_NO_DATA) {  // an update that found nothing
    affected_ = 0;
    return true;
  }
  if (!SQL_SUCCEEDED(result)) return connection_.fail(SQL_HANDLE_STMT, statement_);
  SQLLEN count = -1;
  if (SQL_SUCCEEDED(SQLRowCount(statement_, &count))) affected_ = count;
  return described_ || describe();
}

bool OdbcStatement::describe() {
  SQLSMALLINT count = 0;
  if (!SQL_SUCCEEDED(SQLNumResultCols(statement_, &count))) return connection_.fail(SQL_HANDLE_STMT, statement_);
  columns_.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto number = static_cast<SQLUSMALLINT>(i + 1);
    std::array<char, 128> name{};
    SQLSMALLINT type = 0;
    SQLSMALLINT nullable = 0;
    SQLSMALLINT digits = 0;
    SQLULEN size = 0;
    if (!SQL_SUCCEEDED(SQLDescribeCol(statement_, number, nullptr, 0, nullptr, &type, &size, &digits, &nullable))) {
      return connection_.fail(SQL_HANDLE_STMT, statement_);
    }
    SQLColAttribute(statement_, number, SQL_DESC_TYPE_NAME, name.data(), static_cast<SQLSMALLINT>(name.size()), nullptr,
                    nullptr);
    const std::string_view type_name(name.data());
    ColumnState& column = columns_[i];
    // psqlodbc calls `money` a float; it is an exact number, whose text no declaration takes for one anyway.
    column.inexact = (type == SQL_REAL || type == SQL_FLOAT || type == SQL_DOUBLE) && type_name != "money";
    column.binary = type == SQL_BINARY || type == SQL_VARBINARY || type == SQL_LONGVARBINARY;
    column.wide = type == SQL_WCHAR || type == SQL_WVARCHAR || type == SQL_WLONGVARCHAR ||
                  (connection_.driver().wide && (type == SQL_CHAR || type == SQL_VARCHAR || type == SQL_LONGVARCHAR));
    column.zoned = !connection_.driver().zoned_type.empty() && type_name == connection_.driver().zoned_type;
  }
  described_ = true;
  return true;
}

Statement::Fetch OdbcStatement::next() {
  const SQLRETURN result = SQLFetch(statement_);
  connection_.count_answer();
  if (result == SQL_NO_DATA) {
    SQLFreeStmt(statement_, SQL_CLOSE);
    open_ = false;
    return Fetch::end;
  }
  if (!SQL_SUCCEEDED(result)) {
    connection_.fail(SQL_HANDLE_STMT, statement_);
    return Fetch::failed;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!fetch_column(static_cast<SQLUSMALLINT>(i + 1), columns_[i])) return Fetch::failed;
  }
  return Fetch::row;
}

/// A value in as many pieces as it takes; a piece of text ends in a zero. Fails when the pieces are not what the
/// driver said they would be.
bool OdbcStatement::fetch_column(SQLUSMALLINT number, ColumnState& column) {
  std::array<char, 4096> buffer;
  const SQLSMALLINT type = column.binary ? SQL_C_BINARY : column.wide ? SQL_C_WCHAR : SQL_C_CHAR;
  const std::size_t room = buffer.size() - (column.binary ? 0 : column.wide ? sizeof(SQLWCHAR) : 1);
  std::size_t stated = std::string::npos;
  column.text.clear();
  for (;;) {
    SQLLEN left = 0;
    const SQLRETURN result =
        SQLGetData(statement_, number, type, buffer.data(), static_cast<SQLLEN>(buffer.size()), &left);
    if (result == SQL_NO_DATA) break;
    if (!SQL_SUCCEEDED(result)) return connection_.fail(SQL_HANDLE_STMT, statement_);
    if (left == SQL_NULL_DATA) {
      column.kind = RowValueKind::null;
      return true;
    }
    const bool more = left == SQL_NO_TOTAL || static_cast<std::size_t>(left) > room;
    if (result == SQL_SUCCESS_WITH_INFO && !more) {
      return connection_.fail(fmt::format("the driver changed the value of column {}: {}", number,
                                          words(diagnose(SQL_HANDLE_STMT, statement_))));
    }
    if (left != SQL_NO_TOTAL && stated == std::string::npos)
      stated = column.text.size() + static_cast<std::size_t>(left);
    column.text.append(buffer.data(), more ? room : static_cast<std::size_t>(left));
    if (column.text.size() > row_value_bytes_max) {
      return connection_.fail(fmt::format("column {} has a value of more than {} bytes", number, row_value_bytes_max));
    }
    if (!more) break;
  }
  if (stated != std::string::npos && stated != column.text.size()) {
    return connection_.fail(
        fmt::format("the driver announced {} bytes for column {} and gave {}", stated, number, column.text.size()));
  }
  if (column.wide && !utf16_to_utf8(column.text)) {
    return connection_.fail(fmt::format("column {} has half a character of UTF-16", number));
  }
  column.kind = column.inexact ? RowValueKind::inexact : column.binary ? RowValueKind::bytes : RowValueKind::text;
  if (column.binary) column.text = to_hex(column.text);
  if (column.zoned) column.text += 'Z';
  return true;
}

/// True when the string has this key, whatever its case.
bool has_key(std::string_view connection_string, std::string_view key) {
  std::string upper(connection_string);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (std::size_t at = upper.find(key); at != std::string::npos; at = upper.find(key, at + 1)) {
    const std::size_t behind = upper.find_first_not_of(' ', at + key.size());
    const std::size_t before = upper.find_last_not_of(' ', at == 0 ? std::string::npos : at - 1);
    const bool begins = at == 0 || before == std::string::npos || upper[before] == ';';
    if (begins && behind != std::string::npos && upper[behind] == '=') return true;
  }
  return false;
}

/// A value within braces, as ODBC has it where one holds a ';' or a '}'.
std::string braced(std::string_view value) {
  std::string out = "{";
  for (const char c : value) out.append(c == '}' ? 2 : 1, c);
  return out + "}";
}

Diagnostic open_error(Code code, std::string text, std::string help = {}) {
  Diagnostic error;
  error.code = code;
  error.text = std::move(text);
  error.help = std::move(help);
  return error;
}

}  // namespace

std::unique_ptr<Connection> open_odbc(std::string connection_string, const std::string& password,
                                      std::uint32_t timeout_seconds, Access access, Findings& findings) {
  if (connection_string.find('=') == std::string::npos) connection_string = "DSN=" + connection_string;
  if (has_key(connection_string, "PWD") || has_key(connection_string, "PASSWORD")) {
    findings.add(open_error("SQL-0103"_code,
                            "the name of the database holds a password, which everybody on this machine can read",
                            "give it in a file or in the environment: --password-file FILE, --password-env NAME"));
    return nullptr;
  }
  if (!password.empty()) connection_string += ";PWD=" + braced(password);
  auto connection = std::make_unique<OdbcConnection>(timeout_seconds);
  Problem problem;
  if (connection->open(connection_string, access, problem)) return connection;
  findings.add(open_error("SQL-0102"_code, "the database can't be opened: " + words(problem)));
  return nullptr;
}

}  // namespace tilmash::sql
