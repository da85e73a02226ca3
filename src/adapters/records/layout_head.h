// The keys that layouts of messages, keys and tables begin with: who it is, and the code page of its texts.
#pragma once

#include <memory>
#include <string_view>

#include "base/code_page.h"
#include "base/config.h"
#include "base/data.h"
#include "shape/shape.h"

namespace tilmash::records {

/// Reads `name` and `format`, which name the shape, and `code_page` (`fallback` when it is not stated; it must be when
/// that is empty): a page whose lower half is ASCII. nullptr, or a page that can't be used, after an error
/// `wrong_page`.
std::shared_ptr<const CodePage> read_layout_head(ConfigReader& row, const ConfigFile& file, const Data& data,
                                                 Code wrong_page, std::string_view fallback, Shape& shape,
                                                 Findings& findings);

}  // namespace tilmash::records
