// Where a message ends: its length in front of it, told from the bytes that are there so far. For files and, a piece at
// a time, for sockets.
#pragma once

#include <string_view>

#include "adapters/formats/iso8583/spec.h"

namespace tilmash::formats::iso8583 {

struct FrameStep {
  enum class State : std::uint8_t {
    need_more,  ///< the message is not whole: at least `size` bytes are needed, counted from its start
    whole,      ///< `size` bytes belong to it, the first `length_bytes` of them state its length
    broken      ///< `code`: no length can be read, or it is beyond bounds; where the next message begins is not known
  };
  State state = State::need_more;
  std::uint64_t size = 0;
  std::uint32_t length_bytes = 0;
  std::uint32_t stated = 0;  ///< the length as read
  Code code;                 ///< CRD-0300, CRD-0301
};

/// `bytes` begin where the message begins and may end anywhere. `at_end`: no more will come, so that a message without
/// a length in front ends here.
FrameStep look_at_frame(const Frame& frame, std::string_view bytes, bool at_end);

/// Puts the length in front of the message that begins at `begin` in `out`, or the line end behind it. CRD-0406 when it
/// is too long; `out` is then to be dropped.
Code write_frame(const Frame& frame, std::size_t begin, std::string& out);

}  // namespace tilmash::formats::iso8583
