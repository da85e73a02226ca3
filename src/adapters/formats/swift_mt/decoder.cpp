// From the bytes of one message to its blocks. See decoder.h.
#include "adapters/formats/swift_mt/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "adapters/formats/swift_mt/values.h"
#include "base/text.h"

namespace tilmash::formats::swift_mt {

std::uint64_t Decoder::source(std::uint64_t at) {
  if (text_.data() == frame_.bytes.data()) return frame_.offset + at;
  // A single-byte page: a character is a byte. Places are asked for nearly in order.
  if (at < known_text_) known_text_ = known_source_ = 0;
  known_source_ += count_characters(text_.substr(known_text_, at - known_text_));
  known_text_ = at;
  return frame_.offset + known_source_;
}

Diagnostic Decoder::make(Code code, std::uint64_t begin, std::uint64_t end, std::string text) {
  Diagnostic why;
  why.code = code;
  why.place.offset_bytes = source(begin);
  why.place.length_bytes = std::max<std::uint64_t>(source(end) - why.place.offset_bytes, 1);
  why.text = std::move(text);
  return why;
}

bool Decoder::decode() {
  std::size_t bad = 0;
  if (!layout_.code_page->decode(frame_.bytes, instance_.arena(), text_, bad)) {
    text_ = frame_.bytes;
    return fail("SMT-0203"_code, bad, bad + 1,
                fmt::format("the byte has no character on the code page {}", layout_.code_page->name()));
  }
  Extent extent;
  if (!find_message(text_, 0, extent) || extent.form == Extent::Form::none) {
    return fail("SMT-0201"_code, extent.begin, extent.begin + 1,
                "no message begins here: neither {1: nor a tag such as :20:");
  }
  instance_.begin(layout_.nodes.item, frame_.offset);
  const std::string_view before = text_.substr(0, extent.begin);
  if (before != opening(layout_.envelope)) leaf(layout_.nodes.before, before, 0);
  const bool good = extent.form == Extent::Form::bare
                        ? bare(extent)
                        : blocks(text_.substr(extent.begin, extent.text_end - extent.begin), extent.begin);
  if (!good) return false;
  const std::string_view after = text_.substr(extent.text_end);
  const bool is_bare = extent.form == Extent::Form::bare;
  if (after != closing(layout_.envelope, is_bare, newline_, extent.text_end)) {
    leaf(layout_.nodes.after, after, extent.text_end);
  }
  instance_.end(source(text_.size()));
  return true;
}

bool Decoder::check_line_end(std::string_view text, std::uint64_t offset) {
  const std::string_view found = find_newline(text);
  if (!found.empty()) newline_ = found;
  if (newline_ == "\r\n") return true;
  if (layout_.strict_line_end) {
    const std::uint64_t at = offset + text.find('\n');
    return fail("SMT-0211"_code, at, at + 1, "the line ends with LF alone, and the layout says CR LF");
  }
  instance_.leaf(layout_.nodes.line_end, "lf");
  return true;
}

bool Decoder::bare(const Extent& extent) {
  instance_.leaf(layout_.nodes.form, "bare");
  const std::string_view text = text_.substr(extent.begin, extent.text_end - extent.begin);
  if (!check_line_end(text_.substr(extent.begin), extent.begin)) return false;
  std::string_view begin;
  if (const TokenFault fault = read_lines(text, newline_, extent.begin, scratch_.tokens, begin)) {
    return fail(fault.code, fault.offset, fault.offset + 1,
                "the line is no field: a tag such as :20: should stand first");
  }
  for (const BareRule& rule : layout_.bare) {
    for (const Token& token : scratch_.tokens) {
      const std::uint32_t code = tag_code(token.tag);
      if (std::find(rule.tags.begin(), rule.tags.end(), code) == rule.tags.end()) continue;
      const Message* found = definition_of(rule.type);
      return found != nullptr && message(*found, {}, extent.begin, extent.text_end);
    }
  }
  type_ = {};
  const Message* found = definition_of({});
  return found != nullptr && message(*found, {}, extent.begin, extent.text_end);
}

bool Decoder::blocks(std::string_view text, std::uint64_t offset) {
  std::vector<Block>& found = scratch_.blocks;
  if (const TokenFault fault = read_blocks(text, found)) {
    return fail(fault.code, offset + fault.offset, offset + fault.offset + 1,
                "the block is not closed, or this is none");
  }
  bool has_text = false;
  for (Block& each : found) {
    each.offset += offset;
    if (each.id != "4" || std::exchange(has_text, true) || each.content.starts_with('{')) continue;
    if (!check_line_end(each.content, each.offset + each.id.size() + 2)) return false;
  }
  for (const Block& each : found) {
    if (!block(each)) return false;
  }
  return true;
}

bool Decoder::block(const Block& block) {
  constexpr std::string_view ids = "12345S";
  const std::size_t index = block.id.size() == 1 ? ids.find(block.id[0]) : std::string_view::npos;
  const std::uint64_t content = block.offset + block.id.size() + 2;
  if (index == std::string_view::npos || std::exchange(seen_[index], true)) {
    instance_.begin(layout_.nodes.block, source(block.offset));
    const std::uint32_t first = layout_.shape().nodes[layout_.nodes.block].first_child;
    leaf(first, block.id, block.offset + 1);
    leaf(first + 1, block.content, content);
    if (!block.space.empty()) leaf(first + 2, block.space, block.offset - block.space.size());
    instance_.end(source(content + block.content.size() + 1));
    return true;
  }
  switch (block.id[0]) {
    case '1':
      service_ = block.content.substr(0, 3);
      break;
    case '2':
      type_ = block.content.substr(std::min<std::size_t>(block.content.size(), 1), 3);
      break;
    case '3':
      return tagged(block, *layout_.tagged[0]);
    case '4':
      return text_block(block);
    case '5':
      return tagged(block, *layout_.tagged[1]);
    default:
      return tagged(block, *layout_.tagged[2]);
  }
  if (const std::size_t brace = block.content.find_first_of("{}"); brace != std::string_view::npos) {
    return fail("SMT-0202"_code, content + brace, content + brace + 1,
                fmt::format("block {} holds another block or is not closed", block.id));
  }
  const bool output = block.id == "2" && block.content.starts_with('O');
  const Option& option = layout_.headers[block.id == "1" ? 0 : output ? 2 : 1];
  const std::uint32_t cell = instance_.mark();
  if (!field(option, block.content, content)) return false;
  if (!block.space.empty()) {
    // Within the group that was just closed.
    instance_.truncate(instance_.mark(), cell);
    leaf(layout_.space_node(option.node), block.space, block.offset - block.space.size());
    instance_.end(source(content + block.content.size()));
  }
  return true;
}

bool Decoder::tagged(const Block& block, const Message& message) {
  const std::uint64_t content = block.offset + block.id.size() + 2;
  scratch_.tokens.clear();
  if (const TokenFault fault = read_braces(block.content, content, scratch_.tokens)) {
    return fail(fault.code, fault.offset, fault.offset + 1,
                fmt::format("block {} holds something else than fields in braces", block.id));
  }
  for (const Token& token : scratch_.tokens) {
    if (block.id == "3" && token.tag == "119") variant_ = token.value;
  }
  return this->message(message, block.space, block.offset, content + block.content.size());
}

bool Decoder::text_block(const Block& block) {
  const std::uint64_t content = block.offset + block.id.size() + 2;
  scratch_.tokens.clear();
  if (block.content.starts_with('{')) {
    instance_.leaf(layout_.nodes.form, "braces");
    if (const TokenFault fault = read_braces(block.content, content, scratch_.tokens)) {
      return fail(fault.code, fault.offset, fault.offset + 1, "block 4 holds something else than fields in braces");
    }
  } else {
    std::string_view text = block.content;
    text.remove_suffix(text.ends_with('-') ? 1 : 0);
    text.remove_suffix(text.ends_with(newline_) && text.size() > newline_.size() ? newline_.size() : 0);
    const std::string_view end = block.content.substr(text.size());
    std::string_view begin;
    if (const TokenFault fault = read_lines(text, newline_, content, scratch_.tokens, begin)) {
      return fail(fault.code, fault.offset, fault.offset + 1,
                  "the line is no field: a tag such as :20: should stand first");
    }
    if (begin != newline_) leaf(layout_.nodes.text_begin, begin, content);
    if (end.size() != newline_.size() + 1 || !end.starts_with(newline_)) {
      leaf(layout_.nodes.text_end, end, content + text.size());
    }
  }
  std::string service;
  if (type_.empty() && service_.size() == 3 && service_.substr(1) != "01") {
    service = "S" + std::string(service_.substr(1));
    type_ = instance_.arena().copy(service);
  }
  const Message* found = definition_of(type_);
  return found != nullptr && message(*found, block.space, block.offset, content + block.content.size());
}

/// The definition of a type; nullptr when it is refused.
const Message* Decoder::definition_of(std::string_view type) {
  const Message* found = layout_.model.find_message(type, variant_);
  if (found != nullptr) return found;
  if (layout_.keep_unknown_types) return &layout_.unknown;
  fail("SMT-0210"_code, 0, 1,
       type.empty() ? std::string("the message has no type") : fmt::format("the layout has no message {}", type));
  return nullptr;
}

bool Decoder::message(const Message& message, std::string_view space, std::uint64_t offset, std::uint64_t end) {
  instance_.begin(message.node, source(offset));
  if (!space.empty()) leaf(layout_.space_node(message.node), space, offset - space.size());
  if (!place(message, end)) return false;
  instance_.end(source(end));
  return true;
}

bool MtLayout::cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const {
  Extent extent;
  if (!find_message(input, position, extent)) return false;
  frame.bytes = input.substr(position, extent.end - position);
  frame.offset = position;
  frame.end = extent.end;
  return true;
}

std::optional<Diagnostic> MtLayout::decode(const records::MessageFrame& frame, Instance& instance) const {
  thread_local Decoder::Scratch scratch;  // buffers only: a message leaves nothing to the next
  const std::uint32_t item = instance.mark();
  if (auto why = Decoder(*this, frame, instance, scratch).run()) return why;
  if (rule_policy != RulePolicy::reject) return std::nullopt;
  const std::vector<BrokenRule> broken = broken_rules(instance, item);
  if (broken.empty()) return std::nullopt;
  return explain(broken.front(), instance);
}

}  // namespace tilmash::formats::swift_mt
