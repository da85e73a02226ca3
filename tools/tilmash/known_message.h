// A message of the catalogue by its id, as people type it.
#pragma once

#include <string>

#include "iso20022/catalogue.h"

namespace tilmash::tool {

/// The message, or nullptr after saying why.
const iso20022::Message* require_message(const iso20022::Catalogue& catalogue, const std::string& id);

}  // namespace tilmash::tool
