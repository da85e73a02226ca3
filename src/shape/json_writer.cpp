#include "shape/json_writer.h"

#include "base/text.h"

namespace tilmash {
namespace {

void append_value(const Instance& instance, const Cell& cell, std::uint32_t index, std::string& out) {
  const Node& node = instance.shape().nodes[cell.node];
  if (node.kind != NodeKind::leaf) {
    append_json_object(instance, index, out);
  } else if (node.type == LeafType::boolean) {
    out += cell.text;
  } else {
    append_json_string(out, cell.text);
  }
}

}  // namespace

void append_json_object(const Instance& instance, std::uint32_t cell, std::string& out) {
  const Shape& shape = instance.shape();
  out += '{';
  const std::uint32_t end = instance.subtree_end(cell);
  std::uint32_t array = no_node;  // the repeated node whose array is open
  const std::size_t begin = out.size();
  for (std::uint32_t at = cell + 1; at < end; at = instance.subtree_end(at)) {
    const Cell& child = instance.cell(at);
    const Node& node = shape.nodes[child.node];
    if (array == child.node) {
      out += ',';
      append_value(instance, child, at, out);
      continue;
    }
    if (array != no_node) out += ']';
    array = no_node;
    if (out.size() != begin) out += ',';
    out += '"';
    out += node.name;  // names are ours: they need no escape
    out += "\":";
    if (node.repeats()) {
      out += '[';
      array = child.node;
    }
    append_value(instance, child, at, out);
  }
  if (array != no_node) out += ']';
  out += '}';
}

}  // namespace tilmash
