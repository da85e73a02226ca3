// Writes instances of a message's shape as XML, checking order, occurrence, types and facets in the same pass.
//
// Writes the one form that everybody reads: UTF-8, no declaration, no blanks between elements, the message's namespace
// as default namespace on the root. A value that is not allowed is a finding, and nothing is written.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "iso20022/message.h"
#include "shape/instance.h"

namespace tilmash::iso20022 {

class WriterEngine;

/// For one thread.
class MessageWriter {
 public:
  /// `shape` is make_shape(message); both must outlive the writer.
  MessageWriter(const Message& message, const Shape& shape);
  ~MessageWriter();
  MessageWriter(MessageWriter&&) noexcept;

  /// Appends the whole message. False, findings, and `out` as it was: ISO-02xx, ISO-03xx as the reader finds them (what
  /// may stand once only behind all others); ISO-0401 characters that XML cannot hold, ISO-0402 a fragment that is not
  /// one closed element.
  bool encode(const Instance& instance, std::string& out, Findings& findings) const;

  /// Appends only the subtree of `cell` (an item).
  bool encode_item(const Instance& instance, std::uint32_t cell, std::string& out, Findings& findings) const;

  /// Appends a whole message whose `item_count` occurrences of `item_node` were already encoded, as `items`. `frame`
  /// holds everything else. What may stand once only is looked for in the whole text: of a message that has such
  /// constraints, it is read once more.
  bool encode_frame(const Instance& frame, std::uint32_t item_node, std::string_view items, std::size_t item_count,
                    std::string& out, Findings& findings) const;

 private:
  std::unique_ptr<WriterEngine> engine_;
};

}  // namespace tilmash::iso20022
