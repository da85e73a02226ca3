#include "adapters/records/frames.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "adapters/records/record.h"

namespace tilmash::records {
namespace {

constexpr std::uint32_t extended_block = 0x80000000;
/// A descriptor word and one byte of the record.
constexpr std::size_t segment_bytes_min = 5;

std::uint32_t read_32(const char* at, bool little) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(at[little ? 3 - i : i]);
  return word;
}

void append_32(std::string& out, std::uint32_t word, bool little) {
  for (unsigned i = 0; i < 4; ++i) out += static_cast<char>(word >> (little ? 8 * i : 24 - 8 * i) & 0xFF);
}

}  // namespace

std::uint64_t Frame::place_of(std::size_t at) const {
  if (segments.empty()) return offset + at;
  const auto next = std::upper_bound(segments.begin(), segments.end(), at,
                                     [](std::size_t place, const Segment& each) { return place < each.begin; });
  const Segment& own = *std::prev(next);
  return own.offset + (at - own.begin);
}

FrameReader::FrameReader(const RecordLayout& layout, std::string_view input)
    : layout_(layout), input_(input), all_(input) {
  by_lines_ = layout.line_end != LineEnd::fixed && layout.line_end != LineEnd::framed;
  if (layout.line_end == LineEnd::detect) {
    by_lines_ = input.substr(0, layout.length + 2U).find('\n') != std::string_view::npos;
  }
  if (layout.last != none) {
    input_ = input.substr(0, input.size() - std::min<std::size_t>(input.size(), layout.kinds[layout.last].length));
  }
  const bool measured =
      layout.line_end == LineEnd::fixed &&
      std::any_of(layout.kinds.begin(), layout.kinds.end(), [](const Kind& each) { return each.variable; });
  if (measured) measurer_ = std::make_unique<RecordDecoder>(layout);
}

FrameReader::~FrameReader() = default;

const Frame* FrameReader::peek() {
  if (ready_) return &frame_;
  frame_.kind = none;
  frame_.open = false;
  frame_.segments = {};
  frame_.tolerated = {};
  frame_.terminated = true;
  frame_.wrong_line_end = false;
  ready_ = read();
  return ready_ ? &frame_ : nullptr;
}

bool FrameReader::read() {
  if (frame_.fault) return false;
  if (layout_.first != none && position_ == 0 && frame_.number == 0) return read_placed(layout_.first);
  if (position_ < input_.size()) {
    if (by_lines_ ? read_line() : layout_.line_end == LineEnd::framed ? read_framed() : read_fixed()) return true;
  }
  if (layout_.last == none || last_done_ || position_ >= all_.size()) return false;
  last_done_ = true;
  return read_placed(layout_.last);
}

bool FrameReader::read_placed(std::uint32_t kind) {
  const std::string_view from = kind == layout_.first ? input_ : all_;
  if (position_ >= from.size()) return false;
  frame_.kind = kind;
  const std::size_t size = std::min<std::size_t>(layout_.kinds[kind].length, from.size() - position_);
  frame_.terminated = size == layout_.kinds[kind].length;
  return cut(size);
}

/// The next `size` bytes are the record.
bool FrameReader::cut(std::size_t size) {
  frame_.offset = position_;
  frame_.bytes = all_.substr(position_, size);
  position_ += size;
  frame_.end = position_;
  ++frame_.number;
  return true;
}

bool FrameReader::fail(Code code) {
  frame_.fault = code;
  frame_.terminated = false;
  return cut(input_.size() - position_);
}

bool FrameReader::read_line() {
  while (position_ < input_.size()) {
    const char* const begin = input_.data() + position_;
    const auto* const found =
        static_cast<const char*>(std::memchr(begin, layout_.line_feed, input_.size() - position_));
    const std::size_t size = found != nullptr ? static_cast<std::size_t>(found - begin) : input_.size() - position_;
    frame_.offset = position_;
    frame_.bytes = {begin, size};
    frame_.terminated = found != nullptr;
    position_ += size + (found != nullptr ? 1 : 0);
    frame_.end = position_;
    const bool carriage_return = found != nullptr && size > 0 && begin[size - 1] == '\r';
    frame_.wrong_line_end = found != nullptr && layout_.line_end == LineEnd::crlf && !carriage_return;
    if (carriage_return && layout_.line_end != LineEnd::lf && layout_.line_end != LineEnd::nel) {
      frame_.bytes.remove_suffix(1);
    }
    if (frame_.bytes.empty() && layout_.skip_empty) continue;
    ++frame_.number;
    return true;
  }
  return false;
}

bool FrameReader::read_fixed() {
  const std::size_t left = input_.size() - position_;
  if (layout_.line_end == LineEnd::detect && left <= 2 &&
      input_.find_first_not_of("\r\n", position_) == std::string_view::npos) {
    position_ = input_.size();  // the file as a whole ends like a text file
    return false;
  }
  std::size_t size = std::min<std::size_t>(layout_.length, left);
  frame_.terminated = size == layout_.length;
  cut(size);
  frame_.open = measurer_ != nullptr;
  return true;
}

void FrameReader::settle(std::size_t size, bool whole) {
  frame_.open = false;
  frame_.terminated = whole;
  frame_.bytes = frame_.bytes.substr(0, size);
  frame_.end = frame_.offset + frame_.bytes.size();
  position_ = frame_.end;
}

void FrameReader::measure() {
  if (!frame_.open) return;
  const std::uint32_t kind = layout_.kind_of(frame_.bytes, none);
  if (kind == none || !layout_.kinds[kind].variable) return settle(frame_.bytes.size(), frame_.terminated);
  scratch_.reset(layout_.shape_);
  scratch_.begin(layout_.kinds[kind].node);
  const Form& form = layout_.kinds[kind].forms.front();
  measurer_->decode(form, frame_.bytes, 0, scratch_, scratch_.arena());
  settle(form.moves && measurer_->complete() ? measurer_->used() : frame_.bytes.size(), measurer_->complete());
}

bool FrameReader::read_word(std::uint32_t& word) {
  if (input_.size() - position_ < 4) {
    frame_.terminated = false;
    return false;
  }
  word = read_32(input_.data() + position_, layout_.framing.little);
  return true;
}

/// The descriptor word of the next block. False when it can't be one (a fault) or the file ends within it.
bool FrameReader::open_block(bool within_record) {
  std::uint32_t word = 0;
  if (!read_word(word)) return false;
  const bool extended = (word & extended_block) != 0;
  const std::size_t size = extended ? word & ~extended_block : word >> 16;
  if (size < 8 || (!extended && (word & 0xFFFF) != 0) || size > input_.size() - position_) {
    fail("FMT-0307"_code);
    return false;
  }
  // Spanned records leave no room at the end of a block, but for what is too small for a segment.
  const std::size_t least = layout_.framing.block_max - (within_record ? 0 : segment_bytes_min - 1);
  const bool as_written = size <= layout_.framing.block_max && (block_size_ == 0 || block_size_ >= least);
  if (layout_.framing.spanned && !as_written && !std::exchange(said_, true)) {
    frame_.tolerated = "FMT-0310"_code;
  }
  block_size_ = size;
  block_end_ = position_ + size;
  position_ += 4;
  return true;
}

/// The segments of a record, of which `word` describes the first, as one.
bool FrameReader::join(std::uint32_t word) {
  enum : unsigned { first = 1, last = 2, middle = 3 };
  joined_.clear();
  segments_.clear();
  const std::size_t begin = position_;
  for (;;) {
    const unsigned part = word >> 8 & 3;
    const std::int64_t length = layout_.framing.adjustment + (word >> 16);
    const bool in_turn = segments_.empty() ? part == first : part == last || part == middle;
    const bool bare = (word & 0xFCFF) == 0;
    if (!in_turn || !bare) {
      position_ = begin;
      return fail(bare ? "FMT-0309"_code : "FMT-0307"_code);
    }
    position_ += 4;
    const auto size = static_cast<std::size_t>(length);
    const bool fits = length >= 1 && position_ <= block_end_ && size <= block_end_ - position_;
    // What goes on does so in the next block.
    if (!fits || joined_.size() + size > record_length_max || (part != last && size != block_end_ - position_)) {
      position_ = begin;
      return fail("FMT-0307"_code);
    }
    segments_.push_back({joined_.size(), position_});
    joined_ += input_.substr(position_, size);
    position_ += size;
    if (part == last) break;
    if (!open_block(true) || !read_word(word)) {
      if (frame_.fault) return true;
      position_ = begin;
      frame_.terminated = false;
      return cut(input_.size() - position_);
    }
  }
  frame_.offset = segments_.front().offset;
  frame_.bytes = joined_;
  frame_.segments = segments_;
  frame_.end = position_;
  ++frame_.number;
  return true;
}

bool FrameReader::read_framed() {
  const Framing& framing = layout_.framing;
  std::int64_t length = framing.adjustment;
  std::uint32_t word = 0;
  std::size_t limit = input_.size();
  if (framing.blocks) {
    if (position_ >= block_end_ && !open_block(false))
      return static_cast<bool>(frame_.fault) || cut(input_.size() - position_);
    limit = block_end_;
  }
  if (framing.by == Framing::By::rdw) {
    if (!read_word(word)) return cut(input_.size() - position_);
    const bool is_segment = (word & 0xFCFF) == 0 && (word & 0xFFFF) != 0;
    if (is_segment) return framing.spanned ? join(word) : fail("FMT-0308"_code);
    if ((word & 0xFFFF) != 0) return fail("FMT-0307"_code);
    length += word >> 16;
  } else {
    const Field& field = framing.length;
    if (input_.size() - position_ < field.offset + field.length) {
      frame_.terminated = false;
      return cut(input_.size() - position_);
    }
    arena_.clear();
    Value value;
    std::size_t bad = 0;
    if (read_value(layout_, field, input_.substr(position_ + field.offset, field.length), arena_, value, bad)) {
      return fail("FMT-0307"_code);
    }
    const auto number = parse_decimal(value.text);
    if (!number || number->scale != 0) return fail("FMT-0307"_code);
    length += std::clamp<std::int64_t>(number->unscaled, -1, 2 * record_length_max);
  }
  if (length < 1 || length > record_length_max) return fail("FMT-0307"_code);
  position_ += framing.header;
  const auto size = static_cast<std::size_t>(length);
  if (position_ > limit || size > limit - position_) {
    if (framing.blocks) return fail("FMT-0307"_code);
    frame_.terminated = false;
    return cut(input_.size() - position_);
  }
  return cut(size);
}

Code FrameWriter::write(std::string_view record, bool bare, std::string& out) {
  begin(out);
  const Framing& framing = layout_->framing;
  if (bare) {
    finish(out);
    out += record;
    return {};
  }
  if (layout_->line_end != LineEnd::framed) {
    out += record;
    if (layout_->line_end == LineEnd::crlf) out += '\r';
    if (layout_->line_end != LineEnd::fixed) out += layout_->line_feed;
    return {};
  }
  const std::int64_t stated = static_cast<std::int64_t>(record.size()) - framing.adjustment;
  if (framing.by != Framing::By::rdw) {
    const Field& field = framing.length;
    char number[32];
    if (field.length > sizeof number || stated < 0) return "FMT-0413"_code;
    if (write_value(*layout_, field, std::to_string(stated), number)) return "FMT-0413"_code;
    const std::string_view bytes(number, field.length);
    if (framing.by == Framing::By::prefix) {
      out += bytes;
    } else if (field.offset + field.length > record.size() || record.substr(field.offset, field.length) != bytes) {
      return "FMT-0413"_code;
    }
    out += record;
    return {};
  }
  if (framing.spanned && stated >= 0) {
    write_spanned(record, out);
    return {};
  }
  if (stated < 0 || stated > 0xFFFF) return "FMT-0413"_code;
  if (!framing.blocks) {
    append_32(out, static_cast<std::uint32_t>(stated) << 16, framing.little);
    out += record;
    return {};
  }
  if (4 + block_.size() + 4 + record.size() > framing.block_max) finish(out);
  append_32(block_, static_cast<std::uint32_t>(stated) << 16, framing.little);
  block_ += record;
  return {};
}

/// Fills the block, and goes on in the next one.
void FrameWriter::write_spanned(std::string_view record, std::string& out) {
  const Framing& framing = layout_->framing;
  std::uint32_t part = 0;
  for (bool is_first = true; !record.empty(); is_first = false) {
    if (4 + block_.size() + segment_bytes_min > framing.block_max) finish(out);
    const std::size_t room = framing.block_max - 4 - block_.size() - 4;
    const std::string_view now = record.substr(0, room);
    record.remove_prefix(now.size());
    part = record.empty() ? (is_first ? 0 : 2) : is_first ? 1 : 3;
    const auto stated = static_cast<std::uint32_t>(static_cast<std::int64_t>(now.size()) - framing.adjustment);
    append_32(block_, stated << 16 | part << 8, framing.little);
    block_ += now;
  }
}

void FrameWriter::begin(std::string& out) {
  if (!begun_) out += layout_->file_head();
  begun_ = true;
}

void FrameWriter::finish(std::string& out) {
  begin(out);
  if (block_.empty()) return;
  const auto length = static_cast<std::uint32_t>(block_.size() + 4);
  append_32(out, length > 0xFFFF ? length | extended_block : length << 16, layout_->framing.little);
  out += block_;
  block_.clear();
}

}  // namespace tilmash::records
