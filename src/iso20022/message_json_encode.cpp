#include <fmt/format.h>

#include "base/text.h"
#include "iso20022/fragment.h"
#include "iso20022/message_json.h"

namespace tilmash::iso20022 {

JsonMessageWriter::JsonMessageWriter(const Message& message, const Shape& shape) : shape_(shape) {
  root_start_ = fmt::format("{{\"{}\":{{\"@xmlns\":", message.root_element());
  append_json_string(root_start_, message.xml_namespace());
}

void JsonMessageWriter::close_array(Open& open, std::string& out) {
  if (open.array != no_node) out += ']';
  open.array = no_node;
}

/// What stands before the value of a child: a comma, its name, and '[' when it is the first of an array.
void JsonMessageWriter::open_member(std::uint32_t node, std::string& out) {
  Open& open = open_.back();
  if (open.array == node) {
    out += ',';
    return;
  }
  close_array(open, out);
  if (!open.empty) out += ',';
  open.empty = false;
  out += '"';
  out += shape_.nodes[node].name;  // XML names need no escape
  out += "\":";
  if (shape_.nodes[node].repeats()) {
    out += '[';
    open.array = node;
  }
}

void JsonMessageWriter::put(const Event& event, std::string& out) {
  switch (event.kind) {
    case Event::Kind::begin:
      if (open_.empty()) {
        out += root_start_;
        open_.push_back({no_node, false});
        return;
      }
      open_member(event.node, out);
      out += '{';
      open_.push_back({});
      return;
    case Event::Kind::text:
      out += open_.back().empty ? "\"#text\":" : ",\"#text\":";
      append_json_string(out, event.text);
      return;
    case Event::Kind::attribute:
    case Event::Kind::leaf:
      open_member(event.node, out);
      if (shape_.nodes[event.node].type == LeafType::any) {
        append_fragment_json(out, event.text);
      } else {
        append_json_string(out, event.text);
      }
      return;
    case Event::Kind::end:
      close_array(open_.back(), out);
      out += '}';
      open_.pop_back();
      if (open_.empty()) out += '}';
  }
}

void JsonMessageWriter::encode(const Instance& instance, std::string& out) {
  open_.clear();
  InstanceEvents events(instance);
  Event event;
  while (events.next(event)) put(event, out);
}

}  // namespace tilmash::iso20022
