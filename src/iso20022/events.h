// A message as events, pulled one at a time: for messages of any size, in memory that does not grow with them.
//
// Not another reader: MessageReader checks and builds as always, some thousand elements at a time, and they are handed
// on from here. Findings are therefore ahead of the events; that a message is valid is known at its end.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "iso20022/reader.h"

namespace tilmash::iso20022 {

struct Event {
  enum class Kind : std::uint8_t {
    begin,      ///< an element that holds elements or attributes opens
    attribute,  ///< of the element that opened last
    text,       ///< the value of an element with attributes, behind these
    leaf,       ///< a whole element that holds a value only, or (LeafType::any) a fragment
    end         ///< the element that was opened last and is still open closes
  };
  Kind kind = Kind::begin;
  std::uint32_t node = 0;    ///< of the message's shape: its name, type and occurrence
  std::string_view text;     ///< of attribute, text and leaf; good until the next call
  std::uint64_t offset = 0;  ///< 0-based, of the source bytes
};

/// The events of an instance, whole or still being filled.
class InstanceEvents {
 public:
  /// `instance` must outlive this.
  explicit InstanceEvents(const Instance& instance) : instance_(instance) {}

  /// False when there is no further event, or none yet: the instance's root is then still open.
  bool next(Event& event);
  /// The instance has just forgotten all but its open groups (Instance::keep_open).
  void forget();

 private:
  struct Open {
    std::uint32_t cell = 0;
    bool has_text = false;  ///< its own value has not been told
  };
  const Instance& instance_;
  std::uint32_t at_ = 0;  ///< the next cell
  std::vector<Open> open_;
};

class EventReader {
 public:
  /// For the message that `reader` has just found; `shape` is make_shape of it. Both must outlive this.
  EventReader(MessageReader& reader, const Shape& shape) : reader_(reader), instance_(shape), events_(instance_) {}

  /// False at the end of the message; `reader.valid()` then says whether it was valid.
  bool next(Event& event);

 private:
  MessageReader& reader_;
  Instance instance_;
  InstanceEvents events_;
  bool begun_ = false;
  bool more_ = true;
};

}  // namespace tilmash::iso20022
