#include "iso20022/sample_key_fault.h"

#include <algorithm>
#include <set>
#include <utility>

#include "iso20022/caps.h"
#include "iso20022/key_watch.h"
#include "iso20022/sample_tree.h"
#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

bool stands_below(const Shape& shape, std::uint32_t node, std::uint32_t above) {
  while (node != no_node && node > above) node = shape.nodes[node].parent;
  return node == above;
}

/// Whether a copy of `node` copies rows of the key, in the same scope.
bool copies(const Shape& shape, const SampleKey& key, std::uint32_t node) {
  return node != key.scope && stands_below(shape, node, key.scope) && stands_below(shape, key.row, node);
}

class KeyBreaker {
 public:
  KeyBreaker(const Message& message, const Shape& shape, SampleMaker& maker, const SampleKey& key, std::uint32_t node,
             std::vector<FaultySample>& out)
      : shape_(shape), maker_(maker), key_(key), node_(node), out_(out), tree_(around(message)) {
    trail_ = tree_.find(node);
    // Values are compared when the last of them has come; an attribute comes before the value of its element.
    last_ = *std::max_element(key.fields.begin(), key.fields.end(), [&](std::uint32_t a, std::uint32_t b) {
      const SampleTrail left = tree_.find(a);
      const SampleTrail right = tree_.find(b);
      if (left != right) return left < right;
      return is_attribute(a) != is_attribute(b) ? is_attribute(a) : a < b;
    });
  }

  /// A copy behind the last occurrence.
  void repeat() {
    SampleTree tree = tree_;
    const std::size_t end = behind(tree);
    if (end - trail_.back() >= maker_.particle_of(node_).occurs_max) return;
    insert(tree, end, tree.at(trail_));
    add(tree, "same value twice", "ISO-0216"_code, end);
  }

  /// Each field of a key left out, where that is allowed otherwise.
  void leave_out() {
    const ConstraintDefinition& definition = *key_.constraint->definition;
    for (std::size_t i = 0; definition.key && i < key_.fields.size(); ++i) {
      SampleTree tree = tree_;
      if (!remove(tree, key_.fields[i])) continue;
      std::string path = tree.path(trail_) + '/' + definition.fields[i];
      std::string xml = tree.write();
      const std::size_t offset = tree.at(trail_).close;
      out_.push_back({"field of a key missing", "ISO-0217"_code, true, std::move(path), offset, std::move(xml)});
    }
  }

  /// Rows until a value can't be kept.
  void overflow() {
    constexpr Caps caps = Caps::message();
    if (maker_.particle_of(node_).occurs_max != unbounded) return;
    SampleTree tree = tree_;
    const SampleElement row = tree.at(trail_);
    const SampleTrail whole = tree.find(last_);
    const SampleTrail inside(whole.begin() + static_cast<std::ptrdiff_t>(trail_.size()), whole.end());
    std::uint64_t bytes_of_others = value_overhead_bytes;
    for (const std::uint32_t other : key_.fields) {
      if (other != last_) bytes_of_others += maker_.key_of(other, text_of(other)).size();
    }
    siblings(tree).erase(siblings(tree).begin() + static_cast<std::ptrdiff_t>(trail_.back()),
                         siblings(tree).begin() + static_cast<std::ptrdiff_t>(behind(tree)));
    SampleRandom random(1);
    std::set<std::string> used;
    std::uint64_t bytes = 0;
    constexpr std::uint64_t tries_max = 4 * caps.elements;
    for (std::uint64_t i = 0; i < tries_max && used.size() < caps.elements; ++i) {
      const std::string value = sample_value(*maker_.simple_of(last_), &random);
      const auto [key, added] = used.insert(maker_.key_of(last_, value));
      if (!added) continue;
      bytes += key->size() + bytes_of_others;
      SampleElement copy = row;
      SampleElement* field = &copy;
      for (const std::size_t step : inside) field = &field->children[step];
      set_value(*field, value);
      const std::size_t at = trail_.back() + used.size() - 1;
      insert(tree, at, std::move(copy));
      if (bytes > caps.key_bytes) return add(tree, "too many values to compare", "ISO-0218"_code, at);
    }
  }

 private:
  bool is_attribute(std::uint32_t node) const { return shape_.nodes[node].name.starts_with('@'); }

  SampleTree around(const Message& message) {
    std::vector<std::uint32_t> wanted = key_.fields;
    wanted.push_back(node_);
    Instance instance;
    maker_.make_around(wanted, instance);
    return SampleTree(instance, message.xml_namespace());
  }

  std::vector<SampleElement>& siblings(SampleTree& tree) {
    return tree.at(SampleTrail(trail_.begin(), trail_.end() - 1)).children;
  }
  std::size_t behind(SampleTree& tree) {
    std::size_t step = trail_.back();
    while (step < siblings(tree).size() && siblings(tree)[step].node == node_) ++step;
    return step;
  }
  void insert(SampleTree& tree, std::size_t step, SampleElement element) {
    siblings(tree).insert(siblings(tree).begin() + static_cast<std::ptrdiff_t>(step), std::move(element));
  }

  void set_value(SampleElement& element, const std::string& value) {
    std::string& text =
        is_attribute(last_)
            ? std::find_if(element.attributes.begin(), element.attributes.end(),
                           [&](const auto& item) { return item.first == shape_.nodes[last_].name.substr(1); })
                  ->second
            : element.text;
    text.clear();
    append_escaped(text, value, is_attribute(last_));
  }
  std::string text_of(std::uint32_t field) {
    const SampleElement& element = tree_.at(tree_.find(field));
    if (!is_attribute(field)) return element.text;
    for (const auto& [name, value] : element.attributes) {
      if (name == shape_.nodes[field].name.substr(1)) return value;
    }
    return {};
  }

  /// The finding is at the last field of the occurrence of `node_` at `step`.
  void add(SampleTree& tree, std::string_view kind, Code code, std::size_t step) {
    SampleTrail trail = tree.find(last_);
    trail[trail_.size() - 1] = step;
    std::string path = tree.path(trail);
    std::string xml = tree.write();
    const SampleElement& element = tree.at(trail);
    std::size_t offset = element.content;
    if (is_attribute(last_)) {
      const std::string_view name = shape_.nodes[last_].name.substr(1);
      path += "/@" + std::string(name);
      offset = xml.find(" " + std::string(name) + "=\"", element.begin) + name.size() + 3;
    }
    out_.push_back({kind, code, true, std::move(path), offset, std::move(xml)});
  }

  /// Takes away the field, or the nearest element around it that may be absent and is not the row.
  bool remove(SampleTree& tree, std::uint32_t field) {
    SampleTrail trail = tree.find(field);
    if (is_attribute(field)) {
      if (shape_.nodes[field].min_occurs != 0) return false;
      std::erase_if(tree.at(trail).attributes,
                    [&](const auto& item) { return item.first == shape_.nodes[field].name.substr(1); });
      return true;
    }
    for (; trail.size() > trail_.size(); trail.pop_back()) {
      const bool there = maker_.particle_of(tree.at(trail).node).mandatory;
      if (there) continue;
      auto& children = tree.at(SampleTrail(trail.begin(), trail.end() - 1)).children;
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(trail.back()));
      return true;
    }
    return false;
  }

  const Shape& shape_;
  SampleMaker& maker_;
  const SampleKey& key_;
  std::uint32_t node_;
  std::vector<FaultySample>& out_;
  SampleTree tree_;
  SampleTrail trail_;
  std::uint32_t last_ = 0;
};

}  // namespace

bool copies_keys(const SampleMaker& maker, const Shape& shape, std::uint32_t node) {
  return std::any_of(maker.keys().begin(), maker.keys().end(),
                     [&](const SampleKey& key) { return copies(shape, key, node); });
}

void add_key_faults(const Message& message, const Shape& shape, SampleMaker& maker, std::uint32_t node,
                    std::vector<FaultySample>& out) {
  for (const SampleKey& key : maker.keys()) {
    if (!copies(shape, key, node)) continue;
    KeyBreaker breaker(message, shape, maker, key, node, out);
    breaker.repeat();
    if (node != key.row) continue;
    breaker.leave_out();
    breaker.overflow();
  }
}

}  // namespace tilmash::iso20022
