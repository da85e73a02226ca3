// Finds a mapping: a folder on disk, or a path of the data that ships inside the binary.
#pragma once

#include <optional>
#include <string>

#include "base/data.h"
#include "pipeline/conversion.h"

namespace tilmash::tool {

/// The setup for the mapping in `folder` ("mappings/demo-kz/outgoing"), without endpoints. Prints CLI-0003 and gives
/// nothing when there is none.
std::optional<pipeline::ConversionSetup> open_mapping(std::string folder, const Data& data);

/// The text of a definition file: on disk, else of the data that ships inside the binary; nothing when there is none.
std::optional<std::string> read_definition(const std::string& path, const Data& data);

/// Prints findings about definition files with the line they speak of; looks for the file on disk, then in the data.
void print_definition_findings(const Findings& findings, const Data& data);

}  // namespace tilmash::tool
