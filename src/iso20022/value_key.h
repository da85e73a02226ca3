// A value as bytes that two values share when they are equal: in their value space, not as they are written.
#pragma once

#include <string>
#include <string_view>

#include "iso20022/simple_type.h"

namespace tilmash::iso20022 {

/// In: a value that `check_value` lets pass. Out: appended to `key`, closed by a zero byte, which no value holds. Types
/// of different primitives never have equal values (XML Schema part 2, 2.3), so the kind of the type goes first.
///
/// Strings as they are; numbers without digits that do not count; dates and times with a zone as the instant at which
/// they begin (3.2.7.4, 3.2.9), which equals none without a zone; binary values without blanks. Where Xerces and
/// libxml2 agree and the standard's text leaves room, as they do: 24:00:00 is not 00:00:00 of the next day.
void append_value_key(const SimpleType& simple, std::string_view text, std::string& key);

}  // namespace tilmash::iso20022
