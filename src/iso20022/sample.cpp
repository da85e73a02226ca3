#include "iso20022/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "iso20022/key_watch.h"
#include "iso20022/value_key.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::uint64_t impossible = std::uint64_t{1} << 40;  ///< weight of what can't be made; sums stay in range

}  // namespace

SampleMaker::SampleMaker(const Message& message, const Shape& shape, std::uint64_t seed)
    : message_(message), shape_(shape), random_(seed) {
  weigh();
  find_keys();
}

void SampleMaker::find_keys() {
  if (message_.constraints.empty()) return;
  for (std::uint32_t node = 0; node < shape_.nodes.size(); ++node) {
    if (shape_.nodes[node].name.starts_with('@')) continue;
    for (const Constraint& constraint : message_.constraints) {
      if (constraint.particle == shape_.nodes[node].owner) find_key(node, constraint);
    }
  }
}

void SampleMaker::find_key(std::uint32_t scope, const Constraint& constraint) {
  scopes_.insert(scope);
  for (const ConstraintPath& path : constraint.selector) {
    SampleKey key{&constraint, scope, follow(scope, path), {}};
    if (key.row == no_node) continue;
    for (const auto& field : constraint.fields) {
      key.fields.push_back(follow(key.row, field.front()));
      for (const ConstraintPath& branch : field) fields_[follow(key.row, branch)].insert(&field);
      for (std::uint32_t at = key.fields.back(); constraint.definition->key && at != no_node && at != key.row;) {
        needed_.insert(at);
        at = shape_.nodes[at].parent;
      }
    }
    if (std::count(key.fields.begin(), key.fields.end(), no_node) == 0) keys_.push_back(std::move(key));
  }
}

/// no_node where the shape is cut.
std::uint32_t SampleMaker::follow(std::uint32_t from, const ConstraintPath& path) const {
  for (const std::string& step : path.steps) {
    if (from != no_node) from = shape_.find_child(from, step);
  }
  return path.attribute.empty() || from == no_node ? from : shape_.find_child(from, "@" + path.attribute);
}

bool SampleMaker::is_needed(std::uint32_t node) const {
  return std::any_of(needed_.begin(), needed_.end(), [&](std::uint32_t at) {
    while (at != no_node && at > node) at = shape_.nodes[at].parent;
    return at == node;
  });
}

std::string SampleMaker::key_of(std::uint32_t node, std::string_view value) const {
  const std::uint32_t owner = shape_.nodes[node].owner;
  const bool attribute = shape_.nodes[node].name.starts_with('@');
  std::string key;
  append_value_key(message_.simples[attribute ? message_.attributes[owner].simple : type_of(node).simple], value, key);
  return key;
}

const Particle& SampleMaker::particle_of(std::uint32_t index) const {
  return message_.particles[shape_.nodes[index].owner];
}
const Type& SampleMaker::type_of(std::uint32_t index) const {
  return message_.types[particle_of(index).type];
}

const TypeDefinition* SampleMaker::simple_of(std::uint32_t node) const {
  if (shape_.nodes[node].name.starts_with('@')) {
    return message_.simples[message_.attributes[shape_.nodes[node].owner].simple].definition;
  }
  const Type& type = type_of(node);
  const bool simple = type.kind == Type::Kind::simple || type.kind == Type::Kind::value;
  return simple ? message_.simples[type.simple].definition : nullptr;
}

bool SampleMaker::is_cut(std::uint32_t node) const {
  const Node& own = shape_.nodes[node];
  return own.kind == NodeKind::leaf && !own.name.starts_with('@') && type_of(node).kind == Type::Kind::content;
}

/// Children stand behind their parents in a shape, so one pass from the end has them all.
void SampleMaker::weigh() {
  weights_.assign(shape_.nodes.size(), 1);
  for (std::size_t at = shape_.nodes.size(); at-- > 0;) {
    const auto index = static_cast<std::uint32_t>(at);
    const Node& node = shape_.nodes[index];
    if (node.name.starts_with('@')) continue;
    if (is_cut(index)) weights_[index] = impossible;
    if (node.kind == NodeKind::leaf) continue;
    for (std::uint32_t i = 0; i < node.child_count;) {
      const Particle& first = particle_of(node.first_child + i);
      std::uint64_t least = impossible;
      for (; i < first.next_slot; ++i) {
        const std::uint32_t child = node.first_child + i;
        least = std::min(least, weights_[child] * particle_of(child).occurs_min);
      }
      weights_[index] = std::min(weights_[index] + least, impossible);
    }
  }
}

void SampleMaker::make(Size size, Instance& instance) {
  for (const bool short_lists : {false, true}) {
    size_ = size;
    short_lists_ = short_lists;
    used_.clear();
    instance.reset(shape_);
    children(instance, 0);
    instance.end();
    if (find_key_faults(message_, instance, 0).empty()) return;
  }
}

void SampleMaker::make_smallest(Instance& instance) {
  wanted_.clear();
  make(Size::smallest, instance);
}
void SampleMaker::make_fullest(Instance& instance) {
  wanted_.clear();
  make(Size::fullest, instance);
}
void SampleMaker::make_around(const std::vector<std::uint32_t>& wanted, Instance& instance) {
  wanted_ = wanted;
  make(Size::smallest, instance);
  wanted_.clear();
}
void SampleMaker::make_random(std::uint32_t rarity, Instance& instance) {
  wanted_.clear();
  rarity_ = std::max<std::uint32_t>(rarity, 1);
  make(Size::random, instance);
}

bool SampleMaker::leads_to_wanted(std::uint32_t index) const {
  for (std::uint32_t at : wanted_) {
    while (at > index) at = shape_.nodes[at].parent;
    if (at == index) return true;
  }
  return false;
}

/// Of the members [first, last] of a choice.
std::uint32_t SampleMaker::choose_member(std::uint32_t first, std::uint32_t last) {
  for (std::uint32_t i = first; i <= last && !wanted_.empty(); ++i) {
    if (leads_to_wanted(i)) return i;
  }
  for (std::uint32_t i = first; i <= last && !needed_.empty(); ++i) {
    if (needed_.contains(i)) return i;
  }
  if (size_ == Size::random) {
    for (int tries = 0; tries < 20; ++tries) {
      const std::uint32_t child = random_.pick(first, last);
      if (weights_[child] < impossible) return child;
    }
  }
  std::uint32_t chosen = first;
  for (std::uint32_t i = first; i <= last; ++i) {
    const bool better = size_ == Size::fullest ? weights_[chosen] >= impossible
                                               : weights_[i] * particle_of(i).occurs_min <
                                                     weights_[chosen] * particle_of(chosen).occurs_min;
    if (better) chosen = i;
  }
  return chosen;
}

std::uint32_t SampleMaker::times(std::uint32_t index, bool is_member) {
  const Particle& particle = particle_of(index);
  const std::uint32_t low = std::max<std::uint32_t>(particle.occurs_min, 1);
  if (leads_to_wanted(index)) return low;
  const bool needed = !needed_.empty() && needed_.contains(index);
  if (needed && (short_lists_ || size_ == Size::smallest)) return low;
  if (weights_[index] >= impossible) return particle.occurs_min;
  switch (size_) {
    case Size::smallest:
      return particle.occurs_min;
    case Size::fullest:
      return short_lists_ ? low : std::max(low, std::min<std::uint32_t>(particle.occurs_max, 2));
    case Size::random:
      break;
  }
  if (particle.occurs_min == 0 && !is_member && !needed && random_.pick(1, rarity_) != 1) return 0;
  return short_lists_ ? low : random_.pick(low, std::min(particle.occurs_max, low + 2));
}

void SampleMaker::children(Instance& instance, std::uint32_t index) {
  const Node& node = shape_.nodes[index];
  for (std::uint32_t i = 0; i < node.child_count;) {
    // A slot: one element, or one of the elements of a choice.
    const std::uint32_t next = particle_of(node.first_child + i).next_slot;
    const std::uint32_t child = choose_member(node.first_child + i, node.first_child + next - 1);
    const std::uint32_t count = times(child, next > i + 1);
    for (std::uint32_t n = 0; n < count; ++n) {
      const Size before = size_;
      if (n > 0 && size_ == Size::fullest) size_ = Size::smallest;
      const auto wanted = n > 0 ? std::exchange(wanted_, {}) : std::vector<std::uint32_t>();
      occurrence(instance, child);
      if (n > 0) wanted_ = wanted;
      size_ = before;
    }
    i = next;
  }
}

void SampleMaker::occurrence(Instance& instance, std::uint32_t index) {
  const Node& node = shape_.nodes[index];
  if (node.kind != NodeKind::leaf) {
    const bool scope = scopes_.contains(index);
    auto outer = scope ? std::exchange(used_, {}) : decltype(used_)();
    instance.begin(index);
    children(instance, index);
    instance.end();
    if (scope) used_.merge(outer);
    return;
  }
  const std::string text = node.type == LeafType::any ? fragment(index) : value(index);
  if (node.child_count == 0) {
    instance.leaf(index, instance.arena().copy(text));
    return;
  }
  instance.begin_value(index, instance.arena().copy(text));
  for (std::uint32_t i = 0; i < node.child_count; ++i) {
    const std::uint32_t attribute = node.first_child + i;
    const bool there = shape_.nodes[attribute].min_occurs != 0 || size_ == Size::fullest ||
                       leads_to_wanted(attribute) || needed_.contains(attribute) ||
                       (size_ == Size::random && random_.pick(1, rarity_) == 1);
    if (there) instance.leaf(attribute, instance.arena().copy(value(attribute)));
  }
  instance.end();
}

std::string SampleMaker::value(std::uint32_t index) {
  const TypeDefinition* type = simple_of(index);
  if (type == nullptr) return {};
  std::string value = sample_value(*type, size_ == Size::random ? &random_ : nullptr);
  const auto compared = fields_.find(index);
  if (compared == fields_.end()) return value;
  constexpr int tries = 200;
  SampleRandom own(1);
  std::string key = key_of(index, value);
  const auto is_used = [&](const void* field) { return used_.contains({field, key}); };
  for (int i = 0; i < tries && std::any_of(compared->second.begin(), compared->second.end(), is_used); ++i) {
    value = sample_value(*type, size_ == Size::random ? &random_ : &own);
    key = key_of(index, value);
  }
  for (const void* field : compared->second) used_.emplace(field, key);
  return value;
}

/// One element for a wildcard, complete in itself.
std::string SampleMaker::fragment(std::uint32_t index) const {
  const std::string_view wanted = type_of(index).kind == Type::Kind::any
                                      ? std::string_view(type_of(index).definition->any_namespace)
                                      : std::string_view();
  const std::string_view uri = wanted.empty() || wanted.starts_with("##") ? "urn:example" : wanted;
  if (size_ != Size::random) return fmt::format("<Sample xmlns=\"{}\">text</Sample>", uri);
  return fmt::format("<x:a xmlns:x=\"{}\" b=\"1\"><x:c>text &amp; more</x:c><!-- c --></x:a>", uri);
}

}  // namespace tilmash::iso20022
