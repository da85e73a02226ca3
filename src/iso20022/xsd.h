// XML Schema files in and out of definitions: what ISO 20022's schemas use of XSD 1.0, and nothing else.
//
// Not a schema processor: an importer that meets a construct it does not know says so with file and line, and imports
// nothing. Nothing is ever fetched: no DTD, no entity, no include or import.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "iso20022/definition.h"

namespace tilmash::iso20022 {

/// In: the bytes of an XSD and its name for messages. Out: the definitions; the id is what follows the ISO prefix of
/// the target namespace, or `fallback_id`. Fails: ISO-0001 not well-formed XML, ISO-0002 DOCTYPE, ISO-0003 a
/// construct that is not taken, ISO-0004 a type that is not defined, ISO-0005 a pattern that is not taken.
std::optional<SchemaDefinition> import_xsd(std::string_view xsd, const std::string& file,
                                           const std::string& fallback_id, Findings& findings);

/// The definitions as an XSD, as the registration authority prints them: one global element, types by name.
std::string export_xsd(const SchemaDefinition& schema);

}  // namespace tilmash::iso20022
