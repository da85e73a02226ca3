// UTF-16 as drivers hand it over, in the byte order of this machine, to UTF-8.
#pragma once

#include <string>

namespace tilmash::sql {

/// The bytes of `text`, in place. False when half a character stands there; `text` is then as it was.
bool utf16_to_utf8(std::string& text);

}  // namespace tilmash::sql
