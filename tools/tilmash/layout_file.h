// Finds a layout: a file on disk, or a path of the data that ships inside the binary.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/formats/format.h"

namespace tilmash::tool {

/// nullptr when it can't be read or is wrong; says so on stderr. `settings` are KEY=VALUE: keys of the layout's root
/// that stand in place of the file's.
std::unique_ptr<formats::Layout> open_layout(const std::string& name, const Data& data,
                                             const std::vector<std::string>& settings);

}  // namespace tilmash::tool
