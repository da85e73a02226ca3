// Checks of one leaf value against what its shape says. Patterns are not checked here: only the catalogue has them,
// and it compiles them once.
#pragma once

#include "base/decimal.h"
#include "shape/shape.h"

namespace tilmash {

/// True when `value`, without trailing zeros of its fraction, has at most `total` digits, `fraction` of them after
/// the point.
bool fits_digits(Decimal value, unsigned total, unsigned fraction);

/// The first facet that `text` (and `number`, of a decimal or integer) breaks; no code when it keeps them all:
/// SHP-0001 too short, SHP-0002 too long, SHP-0003 not one of the codes, SHP-0004 too many digits, SHP-0005 negative,
/// or the code of the type's own check.
Code check_facets(const Facets& facets, LeafType type, std::string_view text, Decimal number);

}  // namespace tilmash
