// Cuts a file into records: by line ends or by length. Says what is odd about each, decides nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "adapters/records/layout.h"

namespace tilmash::records {

struct Frame {
  std::string_view bytes;  ///< without the line end
  std::uint64_t offset = 0;
  std::uint64_t end = 0;        ///< offset one past the line end
  std::uint64_t number = 0;     ///< 1-based
  bool terminated = true;       ///< false for a last line without its line end
  bool wrong_line_end = false;  ///< LF where the layout says CR LF
};

class FrameReader {
 public:
  FrameReader(const RecordLayout& layout, std::string_view input);

  /// The next record, without taking it; nullptr at the end.
  const Frame* peek();
  void take() { ready_ = false; }
  std::uint64_t taken_bytes() const { return ready_ ? frame_.offset : position_; }
  std::uint64_t count() const { return ready_ ? frame_.number - 1 : frame_.number; }
  /// Whether records end with line ends, once `detect` is settled.
  bool by_lines() const { return by_lines_; }

 private:
  bool read_line();
  bool read_fixed();

  const RecordLayout& layout_;
  std::string_view input_;
  std::size_t position_ = 0;
  bool by_lines_ = true;
  bool ready_ = false;
  Frame frame_;
};

}  // namespace tilmash::records
