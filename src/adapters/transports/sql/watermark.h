// How far a view has been read: the values of its `order` columns in the last row, and which rows beyond it, that the
// next poll shows again, are known. As text, to be kept in a file between polls; where it is kept is not known here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/diagnostic.h"
#include "base/rows.h"

namespace tilmash::sql {

struct Watermark {
  std::vector<std::string> order;        ///< values, as many as RowPoll::order; empty = nothing was read yet
  std::unordered_set<std::string> keys;  ///< `key_digest` of each known row
};

/// What stands for the key of a row: its digest, so that no file of ours holds account numbers. `row` as in
/// base/rows.h.
std::string key_digest(const std::vector<RowValue>& key);

/// One JSON object. `layout` is the id of the layout it belongs to.
std::string to_json(const Watermark& watermark, const RowView& view, std::string_view layout);

/// Reads what `to_json` wrote; an empty text is the state before the first poll. Nothing, and SQL-0206, when it is
/// something else, or of another layout or another `order`.
std::optional<Watermark> read_watermark(std::string_view text, std::string file, const RowView& view,
                                        std::string_view layout, Findings& findings);

}  // namespace tilmash::sql
