// The partner contract: which JSON documents partners get, by version, and their JSON Schemas.
//
// A document of a contract is one file mappings/partner/<version>/<document>.toml: its fields as a dictionary
// (`[fields]`, the contract) and the rows that bind them to a canonical family (`[both]`). The JSON Schema is generated
// from the fields and checked in under schemas/partner/, so that a change of the contract is seen as a change of that
// file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "canonical/dictionary.h"

namespace tilmash::partner {

/// The shape of a document: "mappings/partner/v1/credit_transfer.toml". nullptr and findings when it can't be read.
std::unique_ptr<canonical::Dictionary> read_contract(const ConfigFile& file, const Data& data, Findings& findings);

/// The JSON Schema (draft-07) of a document, indented by two blanks, with a final line end.
std::string json_schema(const canonical::Dictionary& document, std::string_view title);

}  // namespace tilmash::partner
