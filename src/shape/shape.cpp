#include "shape/shape.h"

namespace tilmash {

std::string_view to_text(LeafType type) {
  switch (type) {
    case LeafType::text:
      return "text";
    case LeafType::code:
      return "code";
    case LeafType::integer:
      return "integer";
    case LeafType::decimal:
      return "decimal";
    case LeafType::boolean:
      return "boolean";
    case LeafType::date:
      return "date";
    case LeafType::datetime:
      return "datetime";
    case LeafType::time:
      return "time";
    case LeafType::year:
      return "year";
    case LeafType::year_month:
      return "year_month";
    case LeafType::binary:
      return "binary";
    case LeafType::any:
      return "any";
  }
  return "";
}

std::string_view Shape::intern(std::string_view name) {
  return names_.emplace_back(name);
}

std::uint32_t Shape::add_children(std::uint32_t parent, std::uint32_t count) {
  const auto first = static_cast<std::uint32_t>(nodes.size());
  nodes.resize(nodes.size() + count);
  for (std::uint32_t i = first; i < first + count; ++i) nodes[i].parent = parent;
  nodes[parent].first_child = first;
  nodes[parent].child_count = count;
  return first;
}

std::uint32_t Shape::find_child(std::uint32_t parent, std::string_view name) const {
  const Node& node = nodes[parent];
  for (std::uint32_t i = node.first_child; i < node.first_child + node.child_count; ++i) {
    if (nodes[i].name == name) return i;
  }
  return no_node;
}

std::uint32_t Shape::find_path(std::uint32_t from, std::string_view path, std::string_view* failed_step) const {
  std::uint32_t node = from;
  while (!path.empty()) {
    const std::size_t cut = path.find(separator);
    std::string_view step = path.substr(0, cut);
    path = cut == std::string_view::npos ? std::string_view() : path.substr(cut + 1);
    if (step.ends_with("[]")) step.remove_suffix(2);
    if (step.ends_with("[1]")) step.remove_suffix(3);
    node = find_child(node, step);
    if (node == no_node) {
      if (failed_step != nullptr) *failed_step = step;
      return no_node;
    }
  }
  return node;
}

std::string Shape::path_of(std::uint32_t node, bool marks) const {
  std::string path;
  for (; node != 0 && node != no_node; node = nodes[node].parent) {
    std::string step(nodes[node].name);
    if (marks && nodes[node].repeats()) step += "[]";
    path = path.empty() ? step : step + separator + path;
  }
  return path;
}

bool Shape::is_below(std::uint32_t node, std::uint32_t ancestor) const {
  for (; node != no_node; node = nodes[node].parent) {
    if (node == ancestor) return true;
  }
  return false;
}

std::uint32_t Shape::item_node() const {
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].item) return i;
  }
  return no_node;
}

}  // namespace tilmash
