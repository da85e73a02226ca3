// The identity constraints of one message (XML Schema part 1, 3.11.4) while its elements go by: who has which values.
//
// Told of the elements that the message marks as watched, and of nothing else. A value is compared when it is met, so
// that a second one is found at its own place. Memory is bounded: values beyond the cap are not kept, which is said.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "iso20022/message.h"
#include "shape/instance.h"

namespace tilmash::iso20022 {

/// What keeping one value takes beside its bytes: a node of the map, and the ends of its string.
inline constexpr std::uint64_t value_overhead_bytes = 112;

/// What a constraint finds. ISO-0216 the values stand already; ISO-0217 a field of a key is missing; ISO-0218 there are
/// more values than are kept.
struct KeyFault {
  Code code;
  const ConstraintDefinition* constraint = nullptr;
  std::string values;              ///< as they are written, of all fields
  std::uint64_t first_offset = 0;  ///< of ISO-0216: where they stood first
  std::string field;               ///< of ISO-0217: its path below the row

  /// Code, text, expectation and value; place and path are the caller's. `first_known`: the offset is worth telling.
  void describe(Diagnostic& diagnostic, bool first_known) const;
};

class KeyWatch {
 public:
  /// Elements from the root (or from any other) to the one that is meant, as indices into Message::particles.
  using Chain = std::span<const std::uint32_t>;

  KeyWatch(const Message& message, std::uint64_t bytes_max) : message_(&message), bytes_max_(bytes_max) {}

  /// The element at the end of `chain` begins.
  void open(Chain chain);
  /// Its value, or that of its attribute, which stands at `offset`. `good`: it is one of its type's.
  void take(Chain chain, std::string_view attribute, const SimpleType& simple, std::string_view text, bool good,
            std::uint64_t offset, std::vector<KeyFault>& faults);
  /// The element that is the last of `depth` in its chain ends.
  void close(std::size_t depth, std::vector<KeyFault>& faults);

  /// For a part of the message that is read by itself: the same constraints are open, without values.
  KeyWatch fork() const;
  /// Takes the values of a fork. False, and nothing taken: one of them stands here already, or there are too many.
  bool merge(KeyWatch& other);

 private:
  /// An open element that bears a constraint.
  struct Scope {
    const Constraint* constraint = nullptr;
    std::size_t depth = 0;  ///< length of its chain
    std::uint64_t bytes = 0;
    bool full = false;
    std::map<std::string, std::uint64_t, std::less<>> values;  ///< key to offset
  };
  struct Field {
    bool there = false;
    std::string key;
    std::string text;
  };
  /// An open element that a selector leads to.
  struct Row {
    std::size_t scope = 0;  ///< index
    std::size_t depth = 0;
    bool broken = false;  ///< a value is wrong by itself
    bool judged = false;
    std::vector<Field> fields;
  };

  bool leads(Chain chain, std::size_t from, const ConstraintPath& path) const;
  void judge(Row& row, std::uint64_t offset, std::vector<KeyFault>& faults);

  const Message* message_;
  std::uint64_t bytes_max_;
  std::uint64_t bytes_ = 0;
  std::vector<Scope> scopes_;
  std::vector<Row> rows_;
};

struct InstanceKeyFault {
  std::uint32_t cell = 0;
  std::string below;  ///< path below the cell: "", "/@Ccy", "/Id"
  KeyFault fault;
};

/// What the constraints of elements within the subtree of `cell` find there, in order.
std::vector<InstanceKeyFault> find_key_faults(const Message& message, const Instance& instance, std::uint32_t cell);

}  // namespace tilmash::iso20022
