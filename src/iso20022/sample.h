// Instances of a message made from its definition alone: the smallest, the fullest, one around a given element, or one
// at random. All are valid; broken ones are made of them in sample_fault.h.
//
// Values that may stand only once (identity constraints) are each another one, as far as their type has enough of them.
//
// Bounded: a message's Shape is finite (types that contain themselves are cut there, and left out here), and a list
// holds two occurrences at most, the second of which is as small as can be.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "iso20022/message.h"
#include "iso20022/sample_value.h"
#include "shape/instance.h"

namespace tilmash::iso20022 {

/// An identity constraint at one place of a shape, by its nodes.
struct SampleKey {
  const Constraint* constraint = nullptr;
  std::uint32_t scope = 0;
  std::uint32_t row = 0;
  std::vector<std::uint32_t> fields;  ///< of each its first branch
};

class SampleMaker {
 public:
  /// `shape` is make_shape(message); both must outlive the maker. The seed matters to `make_random` only.
  SampleMaker(const Message& message, const Shape& shape, std::uint64_t seed = 0);

  /// Mandatory elements only, of a choice the member that takes the least.
  void make_smallest(Instance& instance);

  /// Every optional element, every list twice, of a choice its first member.
  void make_fullest(Instance& instance);

  /// The smallest that holds these nodes (elements of the shape, in different places of their parents' order).
  void make_around(const std::vector<std::uint32_t>& wanted, Instance& instance);

  /// At random: about one in `rarity` optional elements is there.
  void make_random(std::uint32_t rarity, Instance& instance);

  SampleRandom& random() { return random_; }

  /// The simple type of a leaf or attribute; nullptr when it has none (a wildcard).
  const TypeDefinition* simple_of(std::uint32_t node) const;
  /// Whether a node stands for content that its own type contains, where the shape is cut.
  bool is_cut(std::uint32_t node) const;
  /// The particle of an element's node.
  const Particle& particle_of(std::uint32_t node) const;

  /// All identity constraints, everywhere.
  const std::vector<SampleKey>& keys() const { return keys_; }
  /// Whether a key asks for this element, or for something below it.
  bool is_needed(std::uint32_t node) const;
  /// The key (value_key.h) of a value of a leaf or attribute.
  std::string key_of(std::uint32_t node, std::string_view value) const;

 private:
  enum class Size : std::uint8_t { smallest, fullest, random };

  void make(Size size, Instance& instance);
  void children(Instance& instance, std::uint32_t index);
  void occurrence(Instance& instance, std::uint32_t index);
  std::uint32_t choose_member(std::uint32_t first, std::uint32_t last);
  std::uint32_t times(std::uint32_t index, bool is_member);
  bool leads_to_wanted(std::uint32_t index) const;
  void weigh();
  const Type& type_of(std::uint32_t index) const;
  std::string value(std::uint32_t index);
  void find_keys();
  void find_key(std::uint32_t scope, const Constraint& constraint);
  std::uint32_t follow(std::uint32_t from, const ConstraintPath& path) const;
  std::string fragment(std::uint32_t index) const;

  const Message& message_;
  const Shape& shape_;
  SampleRandom random_;
  Size size_ = Size::smallest;
  std::uint32_t rarity_ = 3;
  std::vector<std::uint32_t> wanted_;
  std::vector<std::uint64_t> weights_;  ///< by node: elements of its smallest occurrence
  std::vector<SampleKey> keys_;
  std::set<std::uint32_t> scopes_;  ///< nodes of elements with constraints
  std::map<std::uint32_t, std::set<const std::vector<ConstraintPath>*>> fields_;  ///< by node: what it is compared as
  std::set<std::uint32_t> needed_;                                                ///< nodes that a key asks for
  std::set<std::pair<const void*, std::string>> used_;  ///< fields of the scope that is open, with the keys they had
  bool short_lists_ = false;                            ///< there were not enough values for longer ones
};

}  // namespace tilmash::iso20022
