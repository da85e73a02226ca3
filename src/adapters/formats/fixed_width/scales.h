// Amounts whose number of decimals stands in another field of their record (`scale_from`): rewritten as what the record
// engine has already, a form for each number of decimals that the field may state.
#pragma once

#include "base/config.h"
#include "base/diagnostic.h"

namespace tilmash::formats::fixed_width {

/// Replaces, in each record with `scale_from`, its fields by forms. Fails (findings): FMT-0107 a `scale_from` that
/// names no field with a place and a list of digits.
void expand_scales(ConfigFile& file, Findings& findings);

}  // namespace tilmash::formats::fixed_width
