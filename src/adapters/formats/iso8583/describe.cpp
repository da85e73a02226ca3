// A specification for people: `decode --show-layout`.
#include <fmt/format.h>

#include "adapters/formats/iso8583/spec.h"

namespace tilmash::formats::iso8583 {
namespace {

std::string_view name_of(Encoding encoding) {
  constexpr std::string_view names[] = {"", "text", "bcd", "binary", "hex"};
  return names[static_cast<std::size_t>(encoding)];
}

std::string name_of(const Prefix& prefix) {
  if (prefix.encoding == Encoding::absent) return "fixed";
  constexpr std::string_view counts[] = {"", ", of bytes", ", of hexadecimal digits"};
  return fmt::format("{} {}{}", prefix.size, name_of(prefix.encoding), counts[static_cast<std::size_t>(prefix.counts)]);
}

void add_element(const Spec& spec, const Element& element, unsigned depth, std::string& out) {
  constexpr std::string_view inners[] = {"positional", "tlv", "ber", "bitmapped"};
  std::string notes;
  const auto note = [&](std::string_view text) { notes += (notes.empty() ? "" : ", ") + std::string(text); };
  if (element.integer) note("integer");
  if (!element.pattern.empty()) note(element.pattern);
  if (element.constant) note("= " + element.is);
  if (element.sensitivity != Sensitivity::open) {
    note(element.sensitivity == Sensitivity::account ? "account" : "personal");
  }
  if (element.content != none) note(inners[static_cast<std::size_t>(spec.contents[element.content].inner)]);
  const std::string page = element.encoding == Encoding::text && element.page->name() != "ascii"
                               ? " " + std::string(element.page->name())
                               : "";
  const std::string line = fmt::format("{:{}}{:<{}}  {:<36} {:<10} {:<14} {:<14} {}", "", depth * 4, element.tag,
                                       8 - std::min(depth, 2u) * 3, element.name, element.type,
                                       std::string(name_of(element.encoding)) + page, name_of(element.prefix), notes);
  out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  if (element.content == none) return;
  for (const Element& part : spec.contents[element.content].elements) add_element(spec, part, depth + 1, out);
}

std::string name_of(const Frame& frame) {
  if (frame.prefix.encoding == Encoding::absent) return frame.end.empty() ? "one message" : "one message a line";
  return fmt::format("length of {} {}, that counts {}", name_of(frame.prefix),
                     frame.prefix.encoding == Encoding::binary ? "bytes" : "characters",
                     frame.counts_itself   ? "itself, header and message"
                     : frame.counts_header ? "header and message"
                                           : "the message");
}

}  // namespace

std::string Iso8583Layout::describe() const {
  std::string out = fmt::format("{}: ISO 8583\n", shape_.id);
  out += fmt::format("frame   {}\n", name_of(spec.frame));
  out += fmt::format("bitmap  {}, up to {}\n\n", name_of(spec.bitmap.encoding), spec.bitmaps);
  out +=
      fmt::format("{:<8}  {:<36} {:<10} {:<14} {:<14} {}\n", "field", "name", "type", "written as", "length", "notes");
  for (const Element& part : spec.frame.header) add_element(spec, part, 0, out);
  add_element(spec, spec.mti, 0, out);
  for (const Element& element : spec.elements) add_element(spec, element, 0, out);
  return out;
}

}  // namespace tilmash::formats::iso8583
