// A database behind one interface: statements with text parameters, rows of optional texts, transactions.
//
// Knows nothing of layouts, watermarks or answers (reader.h and writer.h do), and changes no digit: every value crosses
// as text or bytes, whole or as an error. One thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/rows.h"

namespace tilmash::sql {

/// Where a database is: "sqlite:FILE", "odbc:DSN" or "odbc:Driver={…};Servername=…". The password comes apart, so that
/// it is in no list of processes and in no log; it is never part of a message.
struct Endpoint {
  std::string name;
  std::string password;  ///< empty = none is given
  /// How long one statement, or one row of its answer, may take; 0 = any time. The database is asked to keep to it: one
  /// that does not answer at all has to be noticed by whoever waits (Connection::answers).
  std::uint32_t timeout_seconds = 0;
};

enum class Access : std::uint8_t { read, write };

struct Parameter {
  RowType type = RowType::text;
  RowValue value;  ///< must live until `run` returns
};

/// A prepared statement, run any number of times.
class Statement {
 public:
  enum class Fetch : std::uint8_t { row, end, failed };

  virtual ~Statement() = default;
  /// False when the database refuses it; Connection::error says why. A statement without rows is done then.
  virtual bool run(const std::vector<Parameter>& parameters) = 0;
  virtual std::size_t column_count() const = 0;
  virtual Fetch next() = 0;
  /// Of the current row, valid until the next call of `next`.
  virtual RowValue value(std::size_t column) const = 0;
  /// Rows that the latest run changed; negative when the database does not say.
  virtual std::int64_t affected_count() const = 0;
};

class Connection {
 public:
  /// nullptr and SQL-0101 (no such kind of database), SQL-0102 (it can't be opened), SQL-0103 (a password in the name).
  static std::unique_ptr<Connection> open(const Endpoint& endpoint, Access access, Findings& findings);
  virtual ~Connection() = default;

  /// Begins the one transaction of this connection: of reading, one that cannot write and sees one state throughout.
  virtual bool begin() = 0;
  /// nullptr when the database refuses it.
  virtual std::unique_ptr<Statement> prepare(const std::string& text) = 0;
  /// False: whether it took place is not known.
  virtual bool commit() = 0;
  virtual void rollback() = 0;

  /// How often the database has answered so far; may be asked by another thread.
  std::uint64_t answers() const { return answers_.load(std::memory_order_relaxed); }
  void count_answer() { answers_.store(answers() + 1, std::memory_order_relaxed); }

  /// What went wrong last, as SQL-0201, SQL-0202 or SQL-0208. What the database says goes into the text only where it
  /// can't be somebody's data.
  const Diagnostic& error() const { return error_; }
  /// As it was given to `open`.
  const std::string& name() const { return name_; }
  /// A finding about this database.
  Diagnostic finding(Code code, std::string text, std::string help = {}, std::uint64_t record_number = 0) const;

 protected:
  Diagnostic error_;

 private:
  std::string name_;
  std::atomic<std::uint64_t> answers_{0};
};

std::unique_ptr<Connection> open_sqlite(const std::string& file, std::uint32_t timeout_seconds, Access access,
                                        Findings& findings);
std::unique_ptr<Connection> open_odbc(std::string connection_string, const std::string& password,
                                      std::uint32_t timeout_seconds, Access access, Findings& findings);

}  // namespace tilmash::sql
