// From tokens to items: data description entries with their clauses, not yet laid out.
#pragma once

#include <string>
#include <vector>

#include "adapters/formats/copybook/source.h"

namespace tilmash::formats::copybook {

/// Fails: CPY-0001, CPY-0020 … CPY-0025, CPY-0030, CPY-0031.
void read_entries(const std::vector<Token>& tokens, const Dialect& dialect, Copybook& copybook, Reporter& reporter);

/// Settles what the tree of items implies (inherited usage, targets of REDEFINES and DEPENDING ON) and lays them out.
/// Fails: CPY-0032 … CPY-0034, CPY-0040 … CPY-0044.
void lay_out(const Dialect& dialect, Copybook& copybook, Reporter& reporter);

/// The last item before `before` in the record with this qualified name ("COUNT OF HEADER", or "HEADER.COUNT"); `none`
/// when there is none.
std::uint32_t find_item(const Copybook& copybook, std::uint32_t record, std::string_view name, std::uint32_t before);

}  // namespace tilmash::formats::copybook
