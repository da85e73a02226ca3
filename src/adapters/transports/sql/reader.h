// Reads the rows of a view into bytes (base/rows.h): all of them, or those that are new since a watermark.
//
// One transaction that cannot write, one state of the database, memory for one row at a time. What a row means, and
// whether it is as declared, is for the format.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "adapters/transports/sql/connection.h"
#include "adapters/transports/sql/watermark.h"

namespace tilmash::sql {

/// Takes the bytes one piece after the other; false when there is no room for more.
using ByteSink = std::function<bool(std::string_view)>;

struct ReadCounts {
  std::uint64_t rows = 0;
  std::uint64_t known = 0;  ///< shown again by the overlap of a poll and left out
  bool more = false;        ///< the poll ended at `rows_max`
};

/// All rows of the view, at most so many. False, with findings SQL-0201 to SQL-0203 and SQL-0207 to SQL-0209, when they
/// are not all in `sink`.
bool read_all(Connection& connection, const RowView& view, std::uint64_t rows_max, const ByteSink& sink,
              ReadCounts& counts, Findings& findings);

/// The rows beyond `watermark`, which is moved behind the last of them: keep it once the rows are safe, and not before.
/// False as above, and with SQL-0204 when `remember` is too small; the watermark is then as it was. Rows that no poll
/// can ever read are the finding SQL-0205; the others are read.
bool read_new(Connection& connection, const RowView& view, Watermark& watermark, const ByteSink& sink,
              ReadCounts& counts, Findings& findings);

}  // namespace tilmash::sql
