// Writes rows into a database: all of them or none, each once however often this is run.
//
// Within one transaction each row is looked up by its key, written, and read back. It is there already, as it should
// be: it counts as written before. It is there with other values, is changed more or less than once, or comes back
// changed (a column too narrow, an amount made a floating-point number): the transaction is rolled back.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/transports/sql/connection.h"

namespace tilmash::sql {

struct WriteCounts {
  std::uint64_t written = 0;
  std::uint64_t there_already = 0;
};

/// A row as the layout would write it, or nothing when the layout can't read it. `row` as in base/rows.h.
using Canonical = std::function<std::optional<std::string>(std::string_view row)>;

/// `rows` as in base/rows.h. False when nothing was written: SQL-0104, SQL-0201, SQL-0301 to SQL-0306, each with the
/// number of its row; or when it is not known, SQL-0307, and running it again is the way to know.
bool write_rows(Connection& connection, const RowView& view, std::string_view rows, const Canonical& canonical,
                WriteCounts& counts, Findings& findings);

}  // namespace tilmash::sql
