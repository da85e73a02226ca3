// Cuts a file into records, by line ends, by length, or by what each record says of its length, and writes them so.
// Says what is odd about each, decides nothing.
//
//   RDW     OFFSET SIZE  MEANING                          BDW     OFFSET SIZE  MEANING
//           0      2     length, these 4 bytes included           0      2     length, these 4 bytes included
//           2      1     0 whole; 1, 3, 2: a segment              2      2     0
//           3      1     0                                        or: one bit 1 and 31 bits of length
// Little-endian files of transfer tools have the four bytes in the other order. A spanned record is a first segment (1)
// at the end of a block, middle ones (3) that are a block each, and a last one (2) at the beginning of a block.
// Source: IBM z/OS DFSMS Using Data Sets, "Format-V records", "Block descriptor word", "Spanned format-V records".
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/records/layout.h"

namespace tilmash::records {

class RecordDecoder;

/// Where a part of a record stands that is in segments.
struct Segment {
  std::size_t begin = 0;     ///< in the record
  std::uint64_t offset = 0;  ///< in the input
};

struct Frame {
  std::string_view bytes;             ///< without header and line end
  std::span<const Segment> segments;  ///< of a joined record, whose `bytes` last until the next `peek`
  std::uint64_t offset = 0;
  std::uint64_t end = 0;        ///< offset one past all that belongs to it
  std::uint64_t number = 0;     ///< 1-based
  std::uint32_t kind = none;    ///< known by its place
  bool terminated = true;       ///< false for a last line without its line end, or a record that the file cuts off
  bool wrong_line_end = false;  ///< LF where the layout says CR LF
  Code fault;                   ///< FMT-0307 to FMT-0309: nothing after it can be read
  bool header = false;          ///< no record: the names of the columns
  bool open = false;            ///< its tables say where it ends: `bytes` reach as far as it may, see `settle`
  Code tolerated;               ///< spelled otherwise than it would be written, as the layout allows

  /// The place in the input of a byte of the record.
  std::uint64_t place_of(std::size_t at) const;
};

/// Where records come from, one after the other.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// The next record, without taking it; nullptr at the end.
  virtual const Frame* peek() = 0;
  virtual void take() = 0;
  /// Ends an open record after `size` bytes; `whole`: all of it was there. What `peek` gave is what it is then.
  virtual void settle(std::size_t /*size*/, bool /*whole*/) {}
  /// The same when nobody else has read it.
  virtual void measure() {}
  /// Bytes of input before the record that is next.
  virtual std::uint64_t taken_bytes() const = 0;
  virtual std::uint64_t count() const = 0;
  /// Whether records end with line ends, once `detect` is settled.
  virtual bool by_lines() const = 0;
};

class FrameReader final : public FrameSource {
 public:
  FrameReader(const RecordLayout& layout, std::string_view input);
  ~FrameReader() override;

  const Frame* peek() override;
  void take() override {
    measure();
    ready_ = false;
  }
  void settle(std::size_t size, bool whole) override;
  void measure() override;
  std::uint64_t taken_bytes() const override { return ready_ ? frame_.offset : position_; }
  std::uint64_t count() const override { return ready_ ? frame_.number - 1 : frame_.number; }
  bool by_lines() const override { return by_lines_; }

 private:
  bool read();
  bool read_line();
  bool read_fixed();
  bool read_framed();
  bool open_block(bool within_record);
  bool join(std::uint32_t word);
  bool read_placed(std::uint32_t kind);
  bool read_word(std::uint32_t& word);
  bool cut(std::size_t size);
  bool fail(Code code);

  const RecordLayout& layout_;
  std::string_view input_;  ///< without the record that stands behind all frames
  std::string_view all_;
  std::size_t position_ = 0;
  std::size_t block_end_ = 0;
  std::size_t block_size_ = 0;
  bool said_ = false;  ///< that blocks are cut otherwise than they would be written
  std::string joined_;
  std::vector<Segment> segments_;
  bool by_lines_ = true;
  bool ready_ = false;
  bool last_done_ = false;
  Frame frame_;
  Arena arena_;
  std::unique_ptr<RecordDecoder> measurer_;  ///< of records whose length follows from their tables alone
  Instance scratch_;
};

/// Puts records into their frames. Copied to go back to an earlier state.
class FrameWriter {
 public:
  explicit FrameWriter(const RecordLayout& layout) : layout_(&layout) {}

  /// `bare`: a record that is known by its place has no frame.
  /// Fails (nothing written): FMT-0413 the record does not have the length that it states, or that its frame can state.
  Code write(std::string_view record, bool bare, std::string& out);
  void finish(std::string& out);

 private:
  void begin(std::string& out);
  void write_spanned(std::string_view record, std::string& out);

  const RecordLayout* layout_;
  std::string block_;
  bool begun_ = false;
};

}  // namespace tilmash::records
