#include "adapters/transports/sql/connection.h"

namespace tilmash::sql {
namespace {

Diagnostic not_understood() {
  Diagnostic error;
  error.code = "SQL-0101"_code;
  error.text = "the name of the database begins neither with sqlite: nor with odbc:";
  error.help = "sqlite:core.db, odbc:DSN, or odbc:Driver={PostgreSQL Unicode};Servername=host;Database=core;UID=reader";
  return error;
}

}  // namespace

Diagnostic Connection::finding(Code code, std::string text, std::string help, std::uint64_t record_number) const {
  Diagnostic found;
  found.code = code;
  found.place.file = name_;
  found.place.record_number = record_number;
  found.text = std::move(text);
  found.help = std::move(help);
  return found;
}

std::unique_ptr<Connection> Connection::open(const Endpoint& endpoint, Access access, Findings& findings) {
  constexpr std::string_view sqlite = "sqlite:";
  constexpr std::string_view odbc = "odbc:";
  std::unique_ptr<Connection> connection;
  if (endpoint.name.starts_with(sqlite)) {
    connection = open_sqlite(endpoint.name.substr(sqlite.size()), endpoint.timeout_seconds, access, findings);
  } else if (endpoint.name.starts_with(odbc)) {
    connection =
        open_odbc(endpoint.name.substr(odbc.size()), endpoint.password, endpoint.timeout_seconds, access, findings);
  } else {
    findings.add(not_understood());
  }
  if (connection != nullptr) connection->name_ = endpoint.name;
  return connection;
}

}  // namespace tilmash::sql
