// The seam: messages of an input as items, and back; faults as diagnostics.
#include <fmt/format.h>

#include <array>

#include "adapters/formats/iso8583/frame.h"
#include "adapters/formats/iso8583/message.h"

namespace tilmash::formats::iso8583 {
namespace {

struct Saying {
  Code code;
  std::string_view text;
};

/// What is wrong, in one sentence that is safe to log.
constexpr Saying sayings[] = {
    {"CRD-0200"_code, "the message ends within it"},
    {"CRD-0201"_code, "its length is not a number"},
    {"CRD-0202"_code, "it is longer or shorter than the specification has it"},
    {"CRD-0203"_code, "it has a character that its type does not have"},
    {"CRD-0204"_code, "it has a byte that the code page does not have"},
    {"CRD-0205"_code, "a half-byte is no digit"},
    {"CRD-0206"_code, "the spare half-byte is not filled up as the specification says"},
    {"CRD-0207"_code, "the sign is neither C nor D"},
    {"CRD-0208"_code, "there is no such date or time"},
    {"CRD-0209"_code, "the bitmap is not written in hexadecimal digits"},
    {"CRD-0210"_code, "it is in the bitmap, but the specification does not have it: what follows can't be located"},
    {"CRD-0211"_code, "bytes follow the last field that the bitmap names"},
    {"CRD-0212"_code, "it is no message type"},
    {"CRD-0213"_code, "the message lacks it"},
    {"CRD-0214"_code, "the message may not have it"},
    {"CRD-0215"_code, "a tag or its length can't be read, or leads beyond the end"},
    {"CRD-0216"_code, "bytes follow the last of its parts"},
    {"CRD-0217"_code, "it is another constant"},
    {"CRD-0218"_code, "it is not hexadecimal text"},
    {"CRD-0300"_code, "the length of the message is not a number"},
    {"CRD-0301"_code, "the length of the message is out of bounds"},
    {"CRD-0302"_code, "the input ends within the message"},
    {"CRD-0400"_code, "the value is too long or too short"},
    {"CRD-0401"_code, "the value has a character that the code page does not have"},
    {"CRD-0402"_code, "there is no value"},
    {"CRD-0403"_code, "`order` and `unknown` do not fit the tags that are there"},
    {"CRD-0404"_code, "the fields need more bitmaps, or the specification has fewer"},
    {"CRD-0405"_code, "it is repeated more often than the specification has it"},
    {"CRD-0407"_code, "`unknown` is not what would be read: numbers of fields behind all others, and their bytes"},
    {"CRD-0406"_code, "the message is too long for its frame, or holds a line end"},
};

std::string_view saying(Code code) {
  for (const Saying& each : sayings) {
    if (each.code == code) return each.text;
  }
  return "it can't be converted";
}

Diagnostic diagnose(const Iso8583Layout& layout, const ElementFault& fault) {
  Diagnostic why;
  why.code = fault.code;
  why.place.offset_bytes = fault.offset;
  why.place.length_bytes = fault.length;
  const Spec& spec = layout.spec;
  why.path = layout.shape().path_of(fault.element != nullptr ? fault.element->node : spec.item_node);
  why.rule = fault.rule != nullptr ? *fault.rule : fault.element != nullptr ? fault.element->rule : spec.mti.rule;
  std::string what = fault.detail;
  if (fault.element != nullptr) {
    const bool field = fault.element->number != 0 && layout.shape().nodes[fault.element->node].parent == spec.item_node;
    what = (field                                       ? "field "
            : fault.element->tag == fault.element->name ? ""
                                                        : "element ") +
           fault.element->tag + (what.empty() ? "" : " (" + what + ")");
  }
  why.text = (what.empty() ? "" : what + ": ") + std::string(saying(fault.code));
  if (fault.element != nullptr) why.expected = fault.element->type;
  return why;
}

Diagnostic diagnose_frame(const Frame& frame, Code code, std::uint64_t offset, std::uint64_t length,
                          std::uint64_t stated) {
  Diagnostic why;
  why.code = code;
  why.place.offset_bytes = offset;
  why.place.length_bytes = length;
  why.rule = frame.rule;
  why.text = saying(code);
  why.found = stated == 0 ? "" : fmt::format("{}", stated);
  why.expected = fmt::format("at most {} bytes", frame.bytes_max);
  return why;
}

}  // namespace

bool Iso8583Layout::cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const {
  const std::string_view rest = input.substr(static_cast<std::size_t>(position));
  const FrameStep step = look_at_frame(spec.frame, rest, true);
  const std::uint64_t own = step.length_bytes;
  frame.offset = position + std::min<std::uint64_t>(own, rest.size());
  if (step.state == FrameStep::State::whole) {
    frame.bytes = rest.substr(own, own == 0 ? step.stated : step.size - own);
    frame.end = position + step.size;
    return true;
  }
  // Where the next message begins can't be known: all that is left is one reject.
  const bool broken = step.state == FrameStep::State::broken;
  frame.bytes = rest;
  frame.offset = position;
  frame.end = input.size();
  frame.file_fault = diagnose_frame(spec.frame, broken ? step.code : "CRD-0302"_code, position,
                                    broken ? own : rest.size(), step.stated);
  return true;
}

std::optional<Diagnostic> Iso8583Layout::decode(const records::MessageFrame& frame, Instance& instance) const {
  MessageReader reader(spec, instance);
  if (const ElementFault fault = reader.read(frame.bytes, frame.offset)) return diagnose(*this, fault);
  return std::nullopt;
}

void Iso8583Layout::review(const records::MessageFrame&, const Instance& instance, records::Review& review) const {
  const std::uint32_t found = spec.unknown_node == no_node ? no_cell : instance.find(spec.unknown_node);
  if (found == no_cell) return;
  const Cell& cell = instance.cell(found);
  Diagnostic why;
  why.code = "CRD-0303"_code;
  why.severity = Severity::warning;
  why.place.offset_bytes = cell.offset;
  why.place.length_bytes = cell.length;
  why.path = shape().path_of(cell.node);
  why.rule = spec.mti.rule;
  why.text = fmt::format("fields {}: the specification does not have the first of them, so all are kept as bytes",
                         instance.cell(found + 1).text);
  review.findings.add(std::move(why));
}

std::optional<Diagnostic> Iso8583Layout::encode(const Instance& instance, std::uint32_t cell, std::uint64_t,
                                                std::string& out) const {
  const std::size_t begin = out.size();
  out.append(spec.frame.prefix.bytes, '\0');
  MessageWriter writer(spec, instance);
  if (const ElementFault fault = writer.write(cell, out)) return diagnose(*this, fault);
  if (const Code code = write_frame(spec.frame, begin, out)) {
    return diagnose_frame(spec.frame, code, 0, 0, out.size() - begin);
  }
  return std::nullopt;
}

}  // namespace tilmash::formats::iso8583
