// Values as fields spell them and as instances hold them: amounts with a comma, dates of six or eight digits. And what
// surrounds a message when nothing else is said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/formats/swift_mt/layout.h"
#include "base/arena.h"

namespace tilmash::formats::swift_mt {

/// "0012,5" -> "12.5". `plain` is false when writing it would give another spelling.
std::string_view read_amount(std::string_view raw, Arena& arena, bool& plain);
/// "12.5" -> "12,5"; "12" -> "12,". Nothing when it is no number without a sign.
std::optional<std::string> write_amount(std::string_view value);

/// Before a message, by the layout's envelope: nothing, or 01.
std::string_view opening(Envelope envelope);
/// Behind a message of `size` bytes: nothing; `$` between messages of an RJE file; 03 and blanks up to a multiple of
/// 512 in a DOS-PCC file; behind a bare message, a line with a dash.
std::string closing(Envelope envelope, bool bare, std::string_view newline, std::uint64_t size);

}  // namespace tilmash::formats::swift_mt
