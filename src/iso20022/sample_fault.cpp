#include "iso20022/sample_fault.h"

#include <algorithm>
#include <utility>

#include "iso20022/reader.h"
#include "iso20022/sample_key_fault.h"
#include "iso20022/sample_tree.h"
#include "iso20022/sample_value_fault.h"
#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::string_view xsi = "http://www.w3.org/2001/XMLSchema-instance";

SampleElement foreign_element(std::string name, std::string uri = {}) {
  SampleElement element;
  element.name = std::move(name);
  if (!uri.empty()) element.attributes.emplace_back("xmlns", std::move(uri));
  return element;
}

SampleElement loose_text(std::string text) {
  SampleElement element;
  element.text = std::move(text);
  return element;
}

std::string escaped(std::string_view value, bool attribute) {
  std::string out;
  append_escaped(out, value, attribute);
  return out;
}

/// Breaks one element, or one attribute, of one message; each function makes the documents of one kind.
class Breaker {
 public:
  Breaker(const Message& message, const Shape& shape, SampleMaker& maker, std::uint32_t node,
          std::vector<FaultySample>& out)
      : message_(message), shape_(shape), maker_(maker), node_(node), out_(out), whole_(around({node})) {
    trail_ = whole_.find(node);
    own_path_ = whole_.path(trail_);
    if (trail_.empty()) return;
    step_ = trail_.back();
    parent_.assign(trail_.begin(), trail_.end() - 1);
    parent_path_ = whole_.path(parent_);
  }

  void break_element() {
    attributes();
    if (node_ != 0) {
      missing();
      if (!copies_keys(maker_, shape_, node_)) repeated();
      reordered();
      second_member();
      strangers();
      if (!maker_.is_needed(node_)) wrong_namespace();  // a key misses it as well
    }
    const Type& type = message_.types[particle().type];
    if (type.kind == Type::Kind::content) {
      empty_group(type);
    } else if (type.kind == Type::Kind::any) {
      wildcard(*type.definition);
    } else {
      element_in_value();
      for (const ValueFault& fault : value_faults(*maker_.simple_of(node_))) {
        SampleTree tree = whole_;
        tree.at(trail_).text = escaped(fault.value, false);
        add(tree, fault.kind, fault.code, own_path_, At::content, trail_, fault.certain);
      }
    }
  }

  void break_attribute() {
    const Attribute& declared = message_.attributes[shape_.nodes[node_].owner];
    const std::string path = own_path_ + "/@" + declared.name;
    auto& own = whole_.at(trail_).attributes;
    const auto index = static_cast<std::size_t>(
        std::find_if(own.begin(), own.end(), [&](const auto& item) { return item.first == declared.name; }) -
        own.begin());
    SampleTree without = whole_;
    auto& left = without.at(trail_).attributes;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(index));
    if (declared.required || !maker_.is_needed(node_)) {
      add(without, "attribute missing", declared.required ? "ISO-0210"_code : Code{}, path, At::begin, trail_);
    }

    SampleTree twice = whole_;
    twice.at(trail_).attributes.push_back(own[index]);
    add_at_attribute(twice, "attribute twice", "ISO-0109"_code, parent_path_, own.size(), false);

    for (const ValueFault& fault : value_faults(*maker_.simple_of(node_))) {
      SampleTree tree = whole_;
      tree.at(trail_).attributes[index].second = escaped(fault.value, true);
      add_at_attribute(tree, fault.kind, fault.code, path, index, true, fault.certain);
    }
  }

 private:
  enum class At : std::uint8_t { begin, content, close };

  const Particle& particle() const { return message_.particles[shape_.nodes[node_].owner]; }
  const Particle& particle(std::uint32_t node) const { return message_.particles[shape_.nodes[node].owner]; }

  SampleTree around(const std::vector<std::uint32_t>& wanted) {
    Instance instance;
    maker_.make_around(wanted, instance);
    return SampleTree(instance, message_.xml_namespace());
  }

  void add(SampleTree& tree, std::string_view kind, Code code, std::string path, At at, const SampleTrail& trail,
           bool certain = true) {
    std::string xml = tree.write();
    const SampleElement& element = tree.at(trail);
    const std::size_t offset = at == At::begin ? element.begin : at == At::content ? element.content : element.close;
    out_.push_back({kind, code, certain, std::move(path), offset, std::move(xml)});
  }

  /// The place is the attribute's name, or its value.
  void add_at_attribute(SampleTree& tree, std::string_view kind, Code code, std::string path, std::size_t index,
                        bool at_value, bool certain = true) {
    std::string xml = tree.write();
    const SampleElement& element = tree.at(trail_);
    std::size_t offset = element.begin + 1 + element.name.size() + 1;
    for (std::size_t i = 0; i < index; ++i) {
      offset += element.attributes[i].first.size() + element.attributes[i].second.size() + 4;
    }
    if (at_value) offset += element.attributes[index].first.size() + 2;
    out_.push_back({kind, code, certain, std::move(path), offset, std::move(xml)});
  }

  std::vector<SampleElement>& siblings(SampleTree& tree) { return tree.at(parent_).children; }
  /// One past the last occurrence of the node.
  std::size_t behind(SampleTree& tree) {
    std::size_t step = step_;
    while (step < siblings(tree).size() && siblings(tree)[step].node == node_) ++step;
    return step;
  }
  /// Adds a finding that points to the child at `step` of the parent, or to the parent's end where there is none.
  void add_at_child(SampleTree& tree, std::string_view kind, Code code, std::string path, std::size_t step) {
    SampleTrail trail = parent_;
    const bool there = step < siblings(tree).size();
    if (there) trail.push_back(step);
    add(tree, kind, code, std::move(path), there ? At::begin : At::close, trail);
  }
  std::string path_of_child(std::uint32_t node, std::size_t occurrence) const {
    std::string path = parent_path_ + '/' + std::string(shape_.nodes[node].name);
    if (shape_.nodes[node].repeats() && occurrence != 0) path += '[' + std::to_string(occurrence) + ']';
    return path;
  }
  void insert(SampleTree& tree, std::size_t step, SampleElement element) {
    siblings(tree).insert(siblings(tree).begin() + static_cast<std::ptrdiff_t>(step), std::move(element));
  }

  bool is_member() const { return first_member() + 1 != particle().next_slot; }
  /// Ordinal, among the parent's children, of the first element of the node's slot.
  std::uint32_t first_member() const {
    const std::uint32_t first = shape_.nodes[shape_.nodes[node_].parent].first_child;
    std::uint32_t ordinal = node_ - first;
    while (ordinal > 0 && particle(first + ordinal - 1).slot == particle().slot) --ordinal;
    return ordinal;
  }

  void missing() {
    if (!particle().mandatory) return;
    SampleTree tree = whole_;
    siblings(tree).erase(siblings(tree).begin() + static_cast<std::ptrdiff_t>(step_));
    const std::size_t end = behind(tree);
    const std::size_t left = end - step_;
    const std::string path = left != 0     ? path_of_child(node_, left + 1)
                             : is_member() ? parent_path_
                                           : path_of_child(node_, 0);
    add_at_child(tree, "missing", "ISO-0207"_code, path, end);
  }

  void repeated() {
    constexpr std::uint32_t copied_max = 100;
    const std::uint32_t most = particle().occurs_max;
    const bool bounded = most <= copied_max;
    SampleTree tree = whole_;
    const SampleElement copy = siblings(tree)[step_];
    const auto there = static_cast<std::uint32_t>(behind(tree) - step_);
    const std::uint32_t count = bounded ? most + 1 : there + 1;
    for (std::uint32_t i = there; i < count; ++i) insert(tree, step_, copy);
    add_at_child(tree, bounded ? "repeated" : "repeated as allowed", bounded ? "ISO-0204"_code : Code{},
                 path_of_child(node_, count), step_ + count - 1);
  }

  /// The element changes places with one that comes after it.
  void reordered() {
    const Node& parent = shape_.nodes[shape_.nodes[node_].parent];
    const std::uint32_t next = parent.first_child + particle().next_slot;
    if (next >= parent.first_child + parent.child_count || maker_.is_cut(next)) return;
    SampleTree tree = around({node_, next});
    const std::size_t end = behind(tree);
    if (end >= siblings(tree).size()) return;
    std::swap(siblings(tree)[end - 1], siblings(tree)[end]);
    if (!particle().mandatory) {
      return add_at_child(tree, "reordered", "ISO-0203"_code, path_of_child(node_, 0), end);
    }
    // What must come first is missed when the other one comes.
    const std::size_t occurrence = particle().occurs_min > 1 ? particle().occurs_min : 0;
    add_at_child(tree, "reordered", "ISO-0207"_code,
                 is_member() && occurrence == 0 ? parent_path_ : path_of_child(node_, occurrence), end - 1);
  }

  void second_member() {
    if (!is_member()) return;
    const Node& parent = shape_.nodes[shape_.nodes[node_].parent];
    std::uint32_t other = node_ + 1;
    if (other == parent.first_child + particle().next_slot) other = parent.first_child + first_member();
    if (maker_.is_cut(other)) return;
    SampleTree with_other = around({other});
    SampleTree tree = whole_;
    const std::size_t end = behind(tree);
    insert(tree, end, with_other.at(with_other.find(other)));
    add_at_child(tree, "second of a choice", "ISO-0206"_code, path_of_child(other, 0), end);
  }

  void strangers() {
    const auto stranger = [&](std::string_view kind, Code code, SampleElement element) {
      SampleTree tree = whole_;
      insert(tree, step_, std::move(element));
      add_at_child(tree, kind, code, parent_path_, step_);
    };
    stranger("extra", "ISO-0202"_code, foreign_element("NoSuchElement"));
    stranger("extra of another namespace", "ISO-0205"_code, foreign_element("Foreign", "urn:example"));
    stranger("text between elements", "ISO-0208"_code, loose_text("text"));
    stranger("comment", Code{}, loose_text("<!-- comment -->"));
    stranger("blanks", Code{}, loose_text(" \n\t"));
  }

  void wrong_namespace() {
    SampleTree tree = whole_;
    tree.at(trail_).attributes.emplace_back("xmlns", "urn:example");
    add(tree, "wrong namespace", "ISO-0205"_code, parent_path_, At::begin, trail_);
  }

  void attributes() {
    const auto bear = [&](std::string_view kind, Code code, const char* name, std::string value, bool at_name) {
      SampleTree tree = whole_;
      auto& own = tree.at(trail_).attributes;
      const std::string_view full = name;
      if (full.starts_with("xsi:")) own.emplace_back("xmlns:xsi", xsi);
      own.emplace_back(name, std::move(value));
      if (at_name) return add_at_attribute(tree, kind, code, own_path_, own.size() - 1, false);
      add(tree, kind, code, own_path_, At::begin, trail_);
    };
    bear("extra attribute", "ISO-0209"_code, "noSuchAttribute", "1", true);
    bear("nil", "ISO-0212"_code, "xsi:nil", "false", true);
    bear("another xsi:type", "ISO-0213"_code, "xsi:type", "NoSuchType", false);
    bear("its own xsi:type", Code{}, "xsi:type", message_.types[particle().type].definition->name, false);
  }

  void empty_group(const Type& type) {
    if (node_ == 0 || type.due > 1 || maker_.is_needed(node_)) return;  // each of several would be missed
    for (const char* content : {"", " \n"}) {
      SampleTree tree = whole_;
      tree.at(trail_).children.clear();
      tree.at(trail_).text = content;
      std::string path = own_path_;
      if (type.due == 1) {
        const auto missing = find_missing(message_, type, 0, 1);
        if (!missing.front().element.empty()) path += '/' + missing.front().element;
      }
      add(tree, *content == '\0' ? "empty" : "blank", type.due == 0 ? Code{} : "ISO-0207"_code, path, At::close,
          trail_);
    }
  }

  void wildcard(const TypeDefinition& type) {
    const auto hold = [&](std::string_view kind, Code code, std::string text, At at, std::size_t skipped = 0) {
      SampleTree tree = whole_;
      tree.at(trail_).text = std::move(text);
      add(tree, kind, code, own_path_, at, trail_);
      out_.back().offset += skipped;
    };
    const std::string whole = whole_.at(trail_).text;
    hold("empty", "ISO-0207"_code, "", At::close);
    hold("blank", "ISO-0207"_code, " ", At::close);
    hold("text between elements", "ISO-0208"_code, "text" + whole, At::content);
    hold("repeated", "ISO-0204"_code, whole + whole, At::content, whole.size());
    if (!type.any_namespace.starts_with("##")) {
      hold("wrong namespace", "ISO-0205"_code, "<Foreign xmlns=\"urn:example\"/>", At::content);
    }
  }

  void element_in_value() {
    SampleTree tree = whole_;
    tree.at(trail_).children.push_back(foreign_element("Inside"));
    SampleTrail inside = trail_;
    inside.push_back(0);
    add(tree, "element inside a value", "ISO-0211"_code, own_path_, At::begin, inside);
  }

  const Message& message_;
  const Shape& shape_;
  SampleMaker& maker_;
  std::uint32_t node_;
  std::vector<FaultySample>& out_;
  SampleTree whole_;
  SampleTrail trail_;
  SampleTrail parent_;
  std::size_t step_ = 0;
  std::string own_path_;
  std::string parent_path_;
};

}  // namespace

FaultMaker::FaultMaker(const Message& message, const Shape& shape)
    : message_(message), shape_(shape), maker_(message, shape) {
  std::vector<bool> elements(message.particles.size());
  std::vector<bool> attributes(message.attributes.size());
  for (std::uint32_t node = 0; node < shape.nodes.size(); ++node) {
    const bool attribute = shape.nodes[node].name.starts_with('@');
    if (!attribute && maker_.is_cut(node)) continue;
    auto seen = (attribute ? attributes : elements)[shape.nodes[node].owner];
    if (!seen) places_.push_back(node);
    seen = true;
  }
}

std::vector<FaultySample> FaultMaker::faults_at(std::uint32_t node) {
  std::vector<FaultySample> out;
  Breaker breaker(message_, shape_, maker_, node, out);
  if (shape_.nodes[node].name.starts_with('@')) {
    breaker.break_attribute();
  } else {
    breaker.break_element();
    add_key_faults(message_, shape_, maker_, node, out);
  }
  return out;
}

std::optional<std::string> make_invalid_sample(const Catalogue& catalogue, const Message& message, Code code,
                                               std::uint64_t seed) {
  const Shape shape = make_shape(message);
  FaultMaker maker(message, shape);
  const auto shows = [&](const FaultySample& sample) {
    if (sample.code != code) return false;
    Findings findings;
    MessageReader reader(catalogue, sample.xml, "sample", Caps::message(), findings);
    while (reader.next_message() != nullptr) reader.validate();
    return findings.total_count() == 1 && findings.kept().front().code == code;
  };
  for (FaultySample& sample : maker.document_faults()) {
    if (shows(sample)) return std::move(sample.xml);
  }
  const auto& places = maker.places();
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (FaultySample& sample : maker.faults_at(places[(i + seed) % places.size()])) {
      if (shows(sample)) return std::move(sample.xml);
    }
  }
  return std::nullopt;
}

}  // namespace tilmash::iso20022
