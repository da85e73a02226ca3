// What stands in a wildcard (SplmtryData/Envlp, Sgntr) as JSON, and back, to the byte.
//
//   "Envlp": {"x:Extra": {"@xmlns:x": "urn:x", "@ver": "1", "#content": ["text", {"x:A": "value"}, {"x:B": ""}]}}
//
// An element is a member: its name as written, prefix included. Without attributes and with nothing but text in it its
// value is that text, "" when it is empty. Otherwise an object: attributes, namespace declarations among them, as
// "@name"; then "#text", when there is nothing but text, or "#content", elements and texts in their order.
//
// That says all that such XML means, but not all ways to write it (comments, CDATA, <a></a> for <a/>, quotes). A
// fragment that would not come back the same byte for byte is a string instead: the XML itself.
#pragma once

#include <string>
#include <string_view>

#include "base/json_document.h"

namespace tilmash::iso20022 {

/// In: one well-formed element, as the reader leaves it in a cell. Appends its JSON value.
void append_fragment_json(std::string& out, std::string_view fragment);

/// The way back: appends the element that `value` stands for. Nothing, or the value that is not of the form above;
/// whether the whole is a closed element is left to is_closed_fragment.
std::optional<std::uint32_t> append_fragment_xml(std::string& out, const JsonDocument& document, std::uint32_t value);

}  // namespace tilmash::iso20022
