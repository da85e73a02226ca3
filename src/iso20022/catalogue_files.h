// Puts imported schemas into the catalogue's file form: one .message file each, and shared .types files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "iso20022/catalogue.h"

namespace tilmash::iso20022 {

/// Where the types of an import go that the catalogue does not hold yet.
enum class NewTypes : std::uint8_t {
  own,     ///< into the message's own file: an overlay then hides nothing of the catalogue
  shared,  ///< into the shared files, which are written whole: for the catalogue itself
};

/// In: the catalogue so far and the imported schemas. Out: path in the data folder -> text. A type that equals the
/// catalogue's of that name is left to it; one that differs, and the root's type, stay in the message's own file.
/// Fails: ISO-0025 a message that stands twice.
std::map<std::string, std::string> catalogue_files(const Catalogue& catalogue, const Data& data,
                                                   const std::vector<SchemaDefinition>& schemas, NewTypes new_types,
                                                   Findings& findings);

}  // namespace tilmash::iso20022
