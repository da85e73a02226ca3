// A file that is a run of messages which know nothing of each other: SWIFT MT, ISO 8583, OFS, rows of a table. Each
// message is an item. What such formats share is written once here: pulling items, rejects with their raw bytes, what
// spoils the file, and the way back. A format says how a message is cut off, decoded and encoded.
//
// Files whose records stand in a parent-child order with control totals are the record engine's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/format.h"

namespace tilmash::records {

/// A message as it lies in the input, with what surrounds it.
struct MessageFrame {
  std::string_view bytes;                ///< of the message itself
  std::uint64_t offset = 0;              ///< of `bytes` in the input
  std::uint64_t end = 0;                 ///< offset one past everything that belongs to it: the next frame begins here
  std::optional<Diagnostic> file_fault;  ///< the file can't be trusted from here on: truncated, a length out of range
};

/// Where a format puts what it has to say about a message that could be read.
struct Review {
  std::uint64_t record_number;
  const std::string& file;
  std::vector<Control>& controls;
  Findings& findings;
};

class MessageLayout : public formats::Layout {
 public:
  const Shape& shape() const override { return shape_; }
  /// A kind is a child of the root, or the item itself.
  std::uint32_t find_record(std::string_view kind) const override { return shape_.find_child(0, kind); }
  std::unique_ptr<ItemStream> decoder(std::string_view input, std::string file,
                                      formats::RecordSink* records) const override;
  std::unique_ptr<formats::Encoder> encoder() const override;
  std::unique_ptr<formats::RecordWriter> record_writer() const override;

  // What a format says.

  /// Cuts off the message that begins at `position` or, after what may stand between messages, behind it. False when
  /// nothing is left but that. `frame.end` is always beyond `position`. A `file_fault` goes to the findings of the
  /// file; when `frame.bytes` is not empty, they are a reject besides.
  virtual bool cut(std::string_view input, std::uint64_t position, MessageFrame& frame) const = 0;

  /// Adds the item, a child of the root that is open, to `instance`. On an error what it added is dropped. The place of
  /// the error needs offset, length, line and column only where they are known; file and record number are filled in.
  virtual std::optional<Diagnostic> decode(const MessageFrame& frame, Instance& instance) const = 0;

  /// Looks at an item that was read: warnings about what was let pass, controls that the message states about itself.
  virtual void review(const MessageFrame& frame, const Instance& instance, Review& review) const;

  /// True when offsets are of a text with lines, so that an error is given its line and column of the whole file.
  virtual bool has_lines() const { return false; }

  /// Appends the item `cell` with all that surrounds it; `index` counts the messages written so far. On an error `out`
  /// is cut back to what it was.
  virtual std::optional<Diagnostic> encode(const Instance& instance, std::uint32_t cell, std::uint64_t index,
                                           std::string& out) const = 0;

  /// What stands after the last of `count` messages.
  virtual void close(std::uint64_t count, std::string& out) const;

 protected:
  Shape shape_;
};

}  // namespace tilmash::records
