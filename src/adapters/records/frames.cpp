#include "adapters/records/frames.h"

#include <algorithm>
#include <cstring>

#include "adapters/records/record.h"

namespace tilmash::records {
namespace {

constexpr std::uint32_t extended_block = 0x80000000;

std::uint32_t read_32(const char* at, bool little) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(at[little ? 3 - i : i]);
  return word;
}

void append_32(std::string& out, std::uint32_t word, bool little) {
  for (unsigned i = 0; i < 4; ++i) out += static_cast<char>(word >> (little ? 8 * i : 24 - 8 * i) & 0xFF);
}

}  // namespace

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

bool FrameReader::read_framed() {
  const Framing& framing = layout_.framing;
  std::int64_t length = framing.adjustment;
  std::uint32_t word = 0;
  std::size_t limit = input_.size();
  if (framing.blocks) {
    if (position_ >= block_end_) {
      if (!read_word(word)) return cut(input_.size() - position_);
      const std::size_t block = (word & extended_block) != 0 ? word & ~extended_block : word >> 16;
      if (block < 8 || ((word & extended_block) == 0 && (word & 0xFFFF) != 0)) return fail("FMT-0307"_code);
      if (block > input_.size() - position_) return fail("FMT-0307"_code);
      block_end_ = position_ + block;
      position_ += 4;
    }
    limit = block_end_;
  }
  if (framing.by == Framing::By::rdw) {
    if (!read_word(word)) return cut(input_.size() - position_);
    if ((word & 0xFFFF) != 0)
      return fail((word & 0xFF) == 0 && (word >> 8 & 0xFF) <= 3 ? "FMT-0308"_code : "FMT-0307"_code);
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
  if (size > limit - position_) {
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
