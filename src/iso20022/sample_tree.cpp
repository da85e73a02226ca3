#include "iso20022/sample_tree.h"

#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

/// Builds the element of cell `index`; gives the index behind its subtree.
std::uint32_t build(const Instance& instance, std::uint32_t index, SampleElement& element) {
  const Cell& cell = instance.cell(index);
  const Node& node = instance.shape().nodes[cell.node];
  element.node = cell.node;
  element.name = node.name;
  if (node.kind == NodeKind::leaf) {
    if (node.type == LeafType::any) {
      element.text = cell.text;
    } else {
      append_escaped(element.text, cell.text, false);
    }
  }
  const std::uint32_t end = instance.subtree_end(index);
  for (std::uint32_t i = index + 1; i < end;) {
    const Node& child = instance.shape().nodes[instance.cell(i).node];
    if (child.name.starts_with('@')) {
      std::string value;
      append_escaped(value, instance.cell(i).text, true);
      element.attributes.emplace_back(child.name.substr(1), std::move(value));
      ++i;
    } else {
      i = build(instance, i, element.children.emplace_back());
    }
  }
  return end;
}

}  // namespace

SampleTree::SampleTree(const Instance& instance, std::string_view xml_namespace) : shape_(instance.shape()) {
  build(instance, 0, root_);
  root_.attributes.emplace_back("xmlns", xml_namespace);
}

SampleElement& SampleTree::at(const SampleTrail& trail) {
  SampleElement* element = &root_;
  for (const std::size_t step : trail) element = &element->children[step];
  return *element;
}

SampleTrail SampleTree::find(std::uint32_t node) {
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t at = node; at != 0; at = shape_.nodes[at].parent) {
    if (!shape_.nodes[at].name.starts_with('@')) nodes.push_back(at);
  }
  SampleTrail trail;
  const SampleElement* element = &root_;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    std::size_t step = 0;
    while (step + 1 < element->children.size() && element->children[step].node != nodes[i]) ++step;
    trail.push_back(step);
    element = &element->children[step];
  }
  return trail;
}

std::string SampleTree::path(const SampleTrail& trail) {
  std::string path = "/" + root_.name;
  const SampleElement* element = &root_;
  for (const std::size_t step : trail) {
    const SampleElement& child = element->children[step];
    path += '/' + child.name;
    if (child.node != no_node && shape_.nodes[child.node].repeats()) {
      std::size_t occurrence = 1;
      for (std::size_t i = 0; i < step; ++i) occurrence += element->children[i].node == child.node ? 1 : 0;
      path += '[' + std::to_string(occurrence) + ']';
    }
    element = &child;
  }
  return path;
}

std::string SampleTree::write() {
  std::string out;
  write(root_, out);
  return out;
}

void SampleTree::write(SampleElement& element, std::string& out) {
  element.begin = out.size();
  if (element.name.empty()) {
    out += element.text;
    element.close = out.size();
    return;
  }
  out += '<' + element.name;
  for (const auto& [name, value] : element.attributes) out += ' ' + name + "=\"" + value + '"';
  out += '>';
  element.content = out.size();
  out += element.text;
  for (SampleElement& child : element.children) write(child, out);
  element.close = out.size();
  out += "</" + element.name + '>';
}

}  // namespace tilmash::iso20022
