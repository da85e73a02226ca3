#include "iso20022/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

namespace tilmash::iso20022 {

/// Numbers the types that can be reached from the root and fills the tables.
class Compiler {
 public:
  Compiler(Message& message, Findings& findings) : message_(message), findings_(findings) {}

  bool run() {
    const SchemaDefinition& schema = message_.schema_;
    message_.particles.push_back(particle({schema.root_element, schema.root_type, 1, 1}));
    message_.names.push_back(schema.root_element);
    constrain(schema.root_constraints, schema.root_type, 0);
    for (std::size_t i = 0; i < message_.types.size() && good_; ++i) fill(i);
    for (std::size_t i = 0; i < message_.particles.size() && good_; ++i) finish(i);
    if (good_ && message_.types[0].kind != Type::Kind::content)
      fail("ISO-0023"_code, "the root's type has no elements");
    if (good_) check_size();
    if (!good_) return false;  // the tables are not complete
    for (Constraint& constraint : message_.constraints) watch(constraint);
    return true;
  }

 private:
  void fail(Code code, std::string text) {
    Diagnostic wrong;
    wrong.code = code;
    wrong.place.file = message_.schema_.id;
    wrong.text = std::move(text);
    findings_.add(std::move(wrong));
    good_ = false;
  }

  /// Types that hold each other twice, a few dozen deep, come to a tree that no memory holds.
  void check_size() {
    constexpr std::uint64_t nodes_max = 2'000'000;
    sizes_.assign(message_.types.size(), 0);
    open_.assign(message_.types.size(), false);
    if (expanded_size(0, 1) > nodes_max) fail("ISO-0022"_code, "the schema is too large when written out as a tree");
  }

  /// Elements and attributes below an element of this type, itself included (make_shape cuts types that hold
  /// themselves). Saturates.
  std::uint64_t expanded_size(std::uint16_t index, std::uint32_t depth) {
    constexpr std::uint64_t too_many = std::uint64_t{1} << 40;
    constexpr std::uint32_t depth_max = 100;  // a reader's caps end long before
    const Type& type = message_.types[index];
    message_.holds_itself = message_.holds_itself || open_[index];
    if (sizes_[index] != 0) return sizes_[index];
    if (depth > depth_max) return too_many;
    std::uint64_t size = 1 + type.attribute_count;
    sizes_[index] = size;  // of one that holds itself
    open_[index] = true;
    for (std::uint32_t i = 0; i < type.particle_count && size < too_many; ++i) {
      size += expanded_size(message_.particles[type.first_particle + i].type, depth + 1);
    }
    open_[index] = false;
    return sizes_[index] = std::min(size, too_many);
  }

  std::uint16_t small(std::size_t number) {
    if (number > 0xFFFF && good_) fail("ISO-0022"_code, "the schema is too large");
    return static_cast<std::uint16_t>(number);
  }

  std::uint16_t type_number(const std::string& name) {
    const TypeDefinition* definition = message_.schema_.find(name);
    if (definition == nullptr) {
      fail("ISO-0020"_code, fmt::format("type {} is not defined", name));
      return 0;
    }
    const auto [found, added] = type_numbers_.emplace(definition, small(message_.types.size()));
    if (added) message_.types.emplace_back().definition = definition;
    return found->second;
  }

  std::uint16_t simple_number(const std::string& name) {
    const TypeDefinition* definition = message_.schema_.find(name);
    if (definition == nullptr || definition->kind != TypeDefinition::Kind::simple) {
      fail("ISO-0021"_code, fmt::format("{} is not a simple type", name));
      return 0;
    }
    const auto [found, added] = simple_numbers_.emplace(definition, small(message_.simples.size()));
    if (added && !compile_simple(*definition, message_.simples.emplace_back())) {
      fail("ISO-0005"_code, fmt::format("the pattern of {} is not taken", name));
    }
    return found->second;
  }

  Particle particle(const ElementDefinition& element) {
    Particle made;
    made.name_size = static_cast<std::uint8_t>(element.name.size());
    if (element.name.size() > 0xFF) fail("ISO-0022"_code, "an element name of more than 255 bytes");
    made.type = type_number(element.type);
    made.occurs_min = small(element.occurs_min);
    made.occurs_max = element.occurs_max;
    return made;
  }

  void constrain(const std::vector<ConstraintDefinition>& constraints, const std::string& type, std::size_t particle) {
    for (const ConstraintDefinition& definition : constraints) {
      if (const std::string wrong = find_constraint_fault(message_.schema_, type, definition); !wrong.empty()) {
        return fail("ISO-0024"_code, fmt::format("{}: {}", definition.name, wrong));
      }
      Constraint& made = message_.constraints.emplace_back();
      made.definition = &definition;
      made.particle = static_cast<std::uint32_t>(particle);
      made.selector = *parse_constraint_paths(definition.selector);
      for (const std::string& field : definition.fields) made.fields.push_back(*parse_constraint_paths(field));
    }
  }

  /// Marks the elements that a constraint looks at: its own, its rows and its fields.
  void watch(Constraint& constraint) {
    constraint.always.assign(constraint.fields.size(), true);
    leave_to_slow_steps(constraint.particle, Particle::Form::watched);
    for (const ConstraintPath& path : constraint.selector) {
      for (const std::uint32_t row : follow(constraint.particle, path)) {
        leave_to_slow_steps(row, Particle::Form::watched);
        for (std::size_t i = 0; i < constraint.fields.size(); ++i) {
          for (const ConstraintPath& branch : constraint.fields[i]) {
            for (const std::uint32_t value : follow(row, branch)) {
              leave_to_slow_steps(value, Particle::Form::watched);
            }
            if (!must_stand(row, branch)) constraint.always[i] = false;
          }
        }
      }
    }
  }

  /// Whether every valid occurrence of `row` has the value that a path of a field leads to.
  bool must_stand(std::uint32_t row, const ConstraintPath& path) const {
    const Type* type = &message_.types[message_.particles[row].type];
    for (const std::string& step : path.steps) {
      std::uint32_t i = type->first_particle;
      const std::uint32_t end = i + type->particle_count;
      while (i != end && message_.names[i] != step) ++i;
      if (i == end) return false;
      const Particle& particle = message_.particles[i];
      const bool first = i == type->first_particle || message_.particles[i - 1].slot != particle.slot;
      if (!particle.mandatory || !first || particle.next_slot != i - type->first_particle + 1) return false;
      type = &message_.types[particle.type];
    }
    if (path.attribute.empty()) return true;
    const auto begin = message_.attributes.begin() + type->first_attribute;
    return std::any_of(begin, begin + type->attribute_count,
                       [&](const Attribute& item) { return item.name == path.attribute && item.required; });
  }

  /// The particles that a path leads to, each once.
  std::vector<std::uint32_t> follow(std::uint32_t from, const ConstraintPath& path) const {
    std::vector<std::uint32_t> at = {from};
    for (const std::string& step : path.steps) {
      std::vector<std::uint32_t> below;
      for (const std::uint32_t particle : at) {
        const Type& type = message_.types[message_.particles[particle].type];
        for (std::uint32_t i = type.first_particle; i < type.first_particle + type.particle_count; ++i) {
          if (message_.names[i] == step) below.push_back(i);
        }
      }
      std::sort(below.begin(), below.end());
      below.erase(std::unique(below.begin(), below.end()), below.end());
      at = std::move(below);
    }
    return at;
  }

  /// The quick loop finds no such name: zero bytes, the second of which would be text, and is none.
  void leave_to_slow_steps(std::size_t index, Particle::Form form) {
    Particle& made = message_.particles[index];
    made.form = form;
    made.name = {};
    made.name_mask = ~std::uint32_t{0};
    made.name_size = 0;
  }

  /// What the quick loop needs of its type.
  void finish(std::size_t index) {
    Particle& made = message_.particles[index];
    const Type& type = message_.types[made.type];
    const std::string_view name = message_.names[index];
    made.simple = type.simple;
    if (name.size() > name_fast_bytes || type.kind == Type::Kind::any || type.attribute_count > 1) {
      return leave_to_slow_steps(index, Particle::Form::other);
    }
    made.form = type.kind == Type::Kind::content ? Particle::Form::content
                : type.attribute_count == 0      ? Particle::Form::value
                                                 : Particle::Form::value_with_attribute;
    name.copy(made.name.data(), name.size());
    made.name[name.size()] = made.form == Particle::Form::value_with_attribute ? ' ' : '>';
    made.name_mask = static_cast<std::uint32_t>((std::uint64_t{2} << name.size()) - 1);
    if (type.kind == Type::Kind::content) return;
    const SimpleType& simple = message_.simples[type.simple];
    if (simple.check != SimpleType::Check::length || simple.length_min > 0xFF) return;
    made.text_min = static_cast<std::uint8_t>(simple.length_min);
    made.text_max = simple.length_max;
  }

  void fill(std::size_t index) {
    const TypeDefinition& definition = *message_.types[index].definition;
    Type type = message_.types[index];
    switch (definition.kind) {
      case TypeDefinition::Kind::simple:
        type.kind = Type::Kind::simple;
        type.simple = simple_number(definition.name);
        break;
      case TypeDefinition::Kind::value:
        type.kind = Type::Kind::value;
        type.simple = simple_number(definition.value_type);
        type.first_attribute = static_cast<std::uint32_t>(message_.attributes.size());
        type.attribute_count = small(definition.attributes.size());
        for (const AttributeDefinition& item : definition.attributes) {
          message_.attributes.push_back({item.name, simple_number(item.type), item.required});
        }
        break;
      case TypeDefinition::Kind::any:
        type.kind = Type::Kind::any;
        type.any_skip = definition.process == "skip";
        break;
      case TypeDefinition::Kind::content:
        type.kind = Type::Kind::content;
        type.first_particle = static_cast<std::uint32_t>(message_.particles.size());
        fill_slots(definition, type);
        type.particle_count = static_cast<std::uint32_t>(message_.particles.size()) - type.first_particle;
    }
    message_.types[index] = type;
  }

  void fill_slots(const TypeDefinition& definition, Type& type) {
    std::uint16_t slot_number = 0;
    for (const SlotDefinition& slot : definition.slots) {
      bool mandatory = true;
      for (const ElementDefinition& element : slot.elements) mandatory = mandatory && element.occurs_min != 0;
      const std::size_t first = message_.particles.size();
      for (const ElementDefinition& element : slot.elements) {
        Particle made = particle(element);
        constrain(element.constraints, element.type, message_.particles.size());
        made.slot = slot_number;
        made.due = type.due;
        made.mandatory = mandatory;
        made.due_after = mandatory ? small(type.due + 1u) : type.due;
        made.next_slot = small(first + slot.elements.size() - type.first_particle);
        made.next_after = made.occurs_max > 1 ? small(message_.particles.size() - type.first_particle) : made.next_slot;
        message_.particles.push_back(made);
        message_.names.push_back(element.name);
      }
      if (mandatory) ++type.due;
      ++slot_number;
      type.has_choice = type.has_choice || slot.choice;
    }
  }

  Message& message_;
  Findings& findings_;
  bool good_ = true;
  std::map<const TypeDefinition*, std::uint16_t> type_numbers_;
  std::map<const TypeDefinition*, std::uint16_t> simple_numbers_;
  std::vector<std::uint64_t> sizes_;  ///< by type; 0 = not known yet
  std::vector<bool> open_;            ///< by type: the element is below one of it
};

std::unique_ptr<const Message> Message::compile(SchemaDefinition schema, Findings& findings) {
  auto message = std::make_unique<Message>();
  message->schema_ = std::move(schema);
  if (!Compiler(*message, findings).run()) return nullptr;
  return message;
}

std::vector<Missing> find_missing(const Message& message, const Type& type, std::uint32_t from_due,
                                  std::uint32_t to_due) {
  std::vector<Missing> found;
  for (std::uint32_t i = 0; i < type.particle_count;) {
    const Particle& particle = message.particles[type.first_particle + i];
    if (particle.mandatory && particle.due >= from_due && particle.due < to_due) {
      const std::string name(message.names[type.first_particle + i]);
      std::string names = name;
      for (std::uint32_t j = i + 1; j < particle.next_slot; ++j) {
        names += ", ";
        names += message.names[type.first_particle + j];
      }
      if (particle.next_slot > i + 1) {
        found.push_back({{}, names, fmt::format("one of {} is missing", names)});
      } else {
        found.push_back({name, names, fmt::format("mandatory element {} is missing", name)});
      }
    }
    i = particle.next_slot;
  }
  return found;
}

namespace {

class ShapeMaker {
 public:
  explicit ShapeMaker(const Message& message) : message_(message), facets_of_simple_(message.simples.size()) {}

  Shape make() {
    shape_.id = message_.id();
    shape_.separator = '/';
    shape_.nodes.resize(1);
    fill(0, 0);
    // Breadth first, so that the children of a node stand side by side.
    for (std::uint32_t node = 0; node < shape_.nodes.size(); ++node) expand(node);
    return std::move(shape_);
  }

 private:
  const Type& type_of(std::uint32_t particle) const { return message_.types[message_.particles[particle].type]; }

  void fill(std::uint32_t index, std::uint32_t particle) {
    const Particle& source = message_.particles[particle];
    const Type& type = type_of(particle);
    Node& node = shape_.nodes[index];
    node.name = shape_.intern(message_.names[particle]);
    node.owner = particle;
    node.min_occurs = source.occurs_min;
    node.max_occurs = source.occurs_max;
    switch (type.kind) {
      case Type::Kind::simple:
      case Type::Kind::value:
        fill_leaf(node, type.simple);
        break;
      case Type::Kind::any:
        node.type = LeafType::any;
        break;
      case Type::Kind::content:
        node.kind = type.definition->is_choice() ? NodeKind::choice : NodeKind::group;
        if (contains_itself(index)) {
          node.kind = NodeKind::leaf;
          node.type = LeafType::any;
        }
    }
  }

  bool contains_itself(std::uint32_t node) const {
    const std::uint16_t type = message_.particles[shape_.nodes[node].owner].type;
    for (std::uint32_t at = shape_.nodes[node].parent; at != no_node; at = shape_.nodes[at].parent) {
      if (message_.particles[shape_.nodes[at].owner].type == type) return true;
    }
    return false;
  }

  void fill_leaf(Node& node, std::uint16_t simple) {
    node.kind = NodeKind::leaf;
    node.type = message_.simples[simple].type;
    std::uint32_t& facets = facets_of_simple_[simple];
    if (facets == 0) {
      facets = static_cast<std::uint32_t>(shape_.facets.size());
      shape_.facets.push_back(facets_of(message_.simples[simple]));
    }
    node.facets = facets;
  }

  static Facets facets_of(const SimpleType& simple) {
    Facets facets;
    facets.length_min = simple.length_min;
    facets.length_max = simple.length_max;
    const TypeDefinition& definition = *simple.definition;
    facets.digits_total = static_cast<std::uint8_t>(definition.digits_total.value_or(0));
    facets.digits_fraction = static_cast<std::uint8_t>(definition.digits_fraction.value_or(0));
    facets.non_negative = simple.has_value_min && !simple.value_min.negative;
    facets.pattern = definition.pattern;
    facets.codes = definition.codes;
    facets.type_name = definition.name;
    return facets;
  }

  void expand(std::uint32_t index) {
    const std::uint32_t owner = shape_.nodes[index].owner;
    if (shape_.nodes[index].name.starts_with('@')) return;
    const Type& type = type_of(owner);
    if (type.kind == Type::Kind::value) return expand_attributes(index, type);
    if (shape_.nodes[index].kind == NodeKind::leaf || type.particle_count == 0) return;
    const std::uint32_t first = shape_.add_children(index, type.particle_count);
    for (std::uint32_t i = 0; i < type.particle_count; ++i) {
      const std::uint32_t child = type.first_particle + i;
      fill(first + i, child);
      const Particle& particle = message_.particles[child];
      const bool alone = i + 1 == particle.next_slot && (i == 0 || message_.particles[child - 1].slot != particle.slot);
      if (!alone && shape_.nodes[index].kind == NodeKind::group) shape_.nodes[first + i].min_occurs = 0;
    }
  }

  void expand_attributes(std::uint32_t index, const Type& type) {
    if (type.attribute_count == 0) return;
    const std::uint32_t first = shape_.add_children(index, type.attribute_count);
    for (std::uint32_t i = 0; i < type.attribute_count; ++i) {
      const Attribute& attribute = message_.attributes[type.first_attribute + i];
      Node& node = shape_.nodes[first + i];
      node.name = shape_.intern("@" + attribute.name);
      node.owner = type.first_attribute + i;
      node.min_occurs = attribute.required ? 1 : 0;
      fill_leaf(node, attribute.simple);
    }
  }

  const Message& message_;
  Shape shape_;
  std::vector<std::uint32_t> facets_of_simple_;  ///< index into Shape::facets; 0 = not made yet
};

}  // namespace

Shape make_shape(const Message& message) {
  return ShapeMaker(message).make();
}

}  // namespace tilmash::iso20022
