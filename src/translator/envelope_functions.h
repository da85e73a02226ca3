// Functions of bindings for what a message has no element for: an XML element of our own in its supplementary data.
#pragma once

#include <span>

#include "shape/expression.h"

namespace tilmash::translator {

/// envelope('urn:x', 'root', 'name', value?, …)   <root xmlns="urn:x"><name>value</name>…</root> of the values that are
///                                               there; nothing without any. Fault: MAP-0105.
/// from_envelope(x?, 'urn:x', 'name')   the text of `name` in such an element; nothing when `x` is blank, is
///                                               another element, or is written in a way that `envelope` does not
///                                               write.
std::span<const ExpressionFunction> envelope_functions();

}  // namespace tilmash::translator
