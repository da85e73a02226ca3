#include "adapters/records/frames.h"

#include <algorithm>
#include <cstring>

namespace tilmash::records {

FrameReader::FrameReader(const RecordLayout& layout, std::string_view input) : layout_(layout), input_(input) {
  by_lines_ = layout.line_end != LineEnd::fixed;
  if (layout.line_end == LineEnd::detect) {
    by_lines_ = input.substr(0, layout.length + 2U).find('\n') != std::string_view::npos;
  }
}

const Frame* FrameReader::peek() {
  if (ready_) return &frame_;
  ready_ = by_lines_ ? read_line() : read_fixed();
  return ready_ ? &frame_ : nullptr;
}

bool FrameReader::read_line() {
  while (position_ < input_.size()) {
    const char* const begin = input_.data() + position_;
    const auto* const found = static_cast<const char*>(std::memchr(begin, '\n', input_.size() - position_));
    const std::size_t size = found != nullptr ? static_cast<std::size_t>(found - begin) : input_.size() - position_;
    frame_.offset = position_;
    frame_.bytes = {begin, size};
    frame_.terminated = found != nullptr;
    position_ += size + (found != nullptr ? 1 : 0);
    frame_.end = position_;
    const bool carriage_return = found != nullptr && size > 0 && begin[size - 1] == '\r';
    frame_.wrong_line_end = found != nullptr && layout_.line_end == LineEnd::crlf && !carriage_return;
    if (carriage_return && layout_.line_end != LineEnd::lf) frame_.bytes.remove_suffix(1);
    if (frame_.bytes.empty() && layout_.skip_empty) continue;
    ++frame_.number;
    return true;
  }
  return false;
}

bool FrameReader::read_fixed() {
  if (position_ >= input_.size()) return false;
  const std::size_t left = input_.size() - position_;
  if (layout_.line_end == LineEnd::detect && left <= 2 &&
      input_.find_first_not_of("\r\n", position_) == std::string_view::npos) {
    position_ = input_.size();  // the file as a whole ends like a text file
    return false;
  }
  const std::size_t size = std::min<std::size_t>(layout_.length, left);
  frame_.offset = position_;
  frame_.bytes = input_.substr(position_, size);
  frame_.terminated = size == layout_.length;
  frame_.wrong_line_end = false;
  position_ += size;
  frame_.end = position_;
  ++frame_.number;
  return true;
}

}  // namespace tilmash::records
