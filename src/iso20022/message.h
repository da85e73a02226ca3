// One message version compiled to flat tables: what the reader and the writer run on. Immutable.
//
// LAYOUT  A type's particles (its elements, in the order of the schema, those of a choice side by side) are contiguous
//         in `particles`. A particle is one cache line and holds what the quick loop of the reader needs of an element:
//         its name, as a start tag has it, so that the name an input must have next is compared and never searched.
//
//         A choice among elements is one slot with several particles. Which slots an occurrence must fill is kept as
//         running numbers: particle.due is how many filling slots come before its own, type.due how many there are.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "iso20022/constraint_path.h"
#include "iso20022/definition.h"
#include "iso20022/simple_type.h"

namespace tilmash::iso20022 {

inline constexpr std::size_t name_fast_bytes = 31;

struct alignas(64) Particle {
  /// What its content is to the quick loop.
  enum class Form : std::uint8_t {
    content,
    value,
    value_with_attribute,  ///< which it must have, one
    other,                 ///< not for the quick loop
    watched,               ///< the same: an identity constraint looks at it
  };

  /// The name and what stands behind it in a start tag, '>' or, before attributes, ' '; padded.
  std::array<char, name_fast_bytes + 1> name{};
  std::uint32_t name_mask = 0;  ///< bit i: byte i is one of these
  std::uint32_t occurs_max = 1;
  std::uint32_t text_max = 0;  ///< of a text: so many bytes of ASCII are good without a further look
  std::uint16_t type = 0;      ///< index into Message::types
  std::uint16_t simple = 0;    ///< of a value: index into Message::simples
  std::uint16_t occurs_min = 1;
  std::uint16_t slot = 0;        ///< ordinal of its slot within the type
  std::uint16_t due = 0;         ///< mandatory slots before its own
  std::uint16_t due_after = 0;   ///< and with its own
  std::uint16_t next_slot = 0;   ///< ordinal, within the type, of the first particle of the next slot
  std::uint16_t next_after = 0;  ///< of the first particle that may come after it: its own where it may be repeated
  std::uint8_t text_min = 1;
  std::uint8_t name_size = 0;
  bool mandatory = false;  ///< its slot must be filled
  Form form = Form::other;
};
static_assert(sizeof(Particle) == 64);

struct Attribute {
  std::string name;
  std::uint16_t simple = 0;
  bool required = true;
};

/// An identity constraint of the element `particle`; key_watch.h applies it.
struct Constraint {
  const ConstraintDefinition* definition = nullptr;
  std::uint32_t particle = 0;
  std::vector<ConstraintPath> selector;
  std::vector<std::vector<ConstraintPath>> fields;
  std::vector<bool> always;  ///< of fields: a row without it breaks another rule already
};

struct Type {
  enum class Kind : std::uint8_t { simple, value, content, any };
  Kind kind = Kind::simple;
  bool has_choice = false;
  bool any_skip = false;     ///< processContents
  std::uint16_t due = 0;     ///< mandatory slots
  std::uint16_t simple = 0;  ///< of simple and value: index into Message::simples
  std::uint16_t attribute_count = 0;
  std::uint32_t first_attribute = 0;
  std::uint32_t first_particle = 0;
  std::uint32_t particle_count = 0;
  const TypeDefinition* definition = nullptr;
};

class Message {
 public:
  /// Compiles a schema. nullptr and findings when a type is missing (ISO-0020), a value type is not simple (ISO-0021),
  /// a pattern does not compile (ISO-0005), it is too large for the tables (ISO-0022), its root has no elements
  /// (ISO-0023), or a constraint leads nowhere (ISO-0024).
  static std::unique_ptr<const Message> compile(SchemaDefinition schema, Findings& findings);

  const std::string& id() const { return schema_.id; }
  const std::string& xml_namespace() const { return schema_.xml_namespace; }
  const std::string& root_element() const { return schema_.root_element; }
  const SchemaDefinition& schema() const { return schema_; }

  /// particles[0] is the root element.
  std::vector<Particle> particles;
  std::vector<Type> types;
  std::vector<SimpleType> simples;
  std::vector<Attribute> attributes;
  std::vector<std::string_view> names;  ///< of particles, in full
  std::vector<Constraint> constraints;
  bool holds_itself = false;  ///< a type below itself: make_shape cuts it there, and an instance has not all of it
  bool is_watched(std::uint32_t particle) const { return particles[particle].form == Particle::Form::watched; }

 private:
  friend class Compiler;
  SchemaDefinition schema_;
};

/// Mandatory places of a content that were left empty.
struct Missing {
  std::string element;  ///< empty when it is a choice
  std::string names;    ///< of the element, or of all members of the choice
  std::string text;     ///< for people
};

/// The mandatory slots of `type` numbered from `from_due` up to `to_due`, that one not included.
std::vector<Missing> find_missing(const Message& message, const Type& type, std::uint32_t from_due,
                                  std::uint32_t to_due);

/// The message as a Shape: the tree expanded by path, separator '/', one child a particle in the order of the schema.
/// An element with attributes is a leaf whose children are its attributes, named "@Ccy"; in an instance it is
/// begin(node), attribute leaves, end(), with the value in the text of its own cell. A choice type's node is of kind
/// choice; the members of a choice among other elements are optional siblings. A wildcard's element is a leaf of
/// LeafType::any. A type that contains itself is cut with such a leaf too. `owner` of a node is its particle (for an
/// attribute: its index in Message::attributes).
Shape make_shape(const Message& message);

}  // namespace tilmash::iso20022
