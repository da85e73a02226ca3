#include "adapters/transports/sql/connection.h"

namespace tilmash::sql {

std::unique_ptr<Connection> Connection::open(const Endpoint& endpoint, Access access, Findings& findings) {
  constexpr std::string_view sqlite = "sqlite:";
  constexpr std::string_view odbc = "odbc:";
  if (endpoint.name.starts_with(sqlite)) return open_sqlite(endpoint.name.substr(sqlite.size()), access, findings);
  if (endpoint.name.starts_with(odbc)) {
    return open_odbc(endpoint.name.substr(odbc.size()), endpoint.password, access, findings);
  }
  Diagnostic error;
  error.code = "SQL-0101"_code;
  error.text = "the name of the database begins neither with sqlite: nor with odbc:";
  error.help = "sqlite:core.db, odbc:DSN, or odbc:Driver={PostgreSQL Unicode};Servername=host;Database=core;UID=reader";
  findings.add(std::move(error));
  return nullptr;
}

}  // namespace tilmash::sql
