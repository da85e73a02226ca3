// A message as JSON Schema: what message_json.h writes, for those who take it without our catalogue.
#pragma once

#include <string>

#include "iso20022/definition.h"

namespace tilmash::iso20022 {

/// JSON Schema, draft 2020-12, of one message: one `$defs` entry a type, in the order of the names. As tight as that
/// language and the regular expressions of ECMA-262 allow: what can't be said stands in `$comment` (lengths of binary
/// values in octets, limits of numbers other than zero, patterns with classes that ECMA lacks, the order of elements).
std::string export_json_schema(const SchemaDefinition& schema);

}  // namespace tilmash::iso20022
