// The expression language of mappings and bindings: small, typed and total.
//
// An expression reads leaves of one instance and gives one value. There are no loops, no I/O and no recursion, so
// every evaluation ends. It is checked when compiled, against the shape it reads from; a mistake is reported with the
// place in the text, for a caret.
//
//     expression := or
//     or         := and ("or" and)*            and := not ("and" not)*          not := ["not"] comparison
//     comparison := concat [("=" | "!=") concat | "in" "(" literal ("," literal)* ")"]
//     concat     := primary ("&" primary)*
//     primary    := 'text' | number | function "(" arguments ")" | field ["?"] | "(" or ")"
//     field      := "^"* name (separator name)*          a step over a repeated group is written name[] (all
//                                                        of them) or name[1] (the first); 33B is a name, 33 a number
//
// A field without `?` must have a value; a blank one is a reject. A field is looked for below the item first, then
// from the root; each `^` goes up one level from the item.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/diagnostic.h"
#include "shape/instance.h"

namespace tilmash {

/// What an expression gives, known before it runs.
struct ExpressionType {
  LeafType type = LeafType::text;
  bool condition = false;  ///< true or false, of comparisons; not a value to store
  bool constant = false;   ///< made of literals only
  bool may_be_absent = false;
  bool non_negative = true;      ///< of a number
  std::uint32_t length_max = 0;  ///< characters; `unbounded` when not known
  std::uint8_t digits_total = 18;
  std::uint8_t digits_fraction = 18;
  std::string_view checked_as;  ///< the value type whose check the value has passed: "iban"; empty = none
};

/// What an expression gave. Absent values have `present` false and nothing else.
struct Value {
  std::string_view text;
  Decimal number;            ///< of decimal and integer
  std::uint64_t offset = 0;  ///< source bytes, as in Cell
  std::uint32_t length = 0;
  bool present = false;
  bool truth = false;  ///< of a condition
};

/// What is the same for the whole run, given from outside.
struct RunFacts {
  std::string as_of;           ///< RFC 3339 time
  std::string as_of_date;      ///< its date
  std::string id_prefix;       ///< 16 hexadecimal digits of the hash of mapping name, version and input
  std::uint64_t seed[2] = {};  ///< 128 further bits of that hash
};

/// Counts and sums of the items of a group, for the message that carries them.
struct Aggregates {
  std::uint64_t item_count = 0;
  std::vector<DecimalSum> sums;  ///< by index of the sum() in the plan

  void clear() {
    item_count = 0;
    sums.clear();
  }
};

/// A table of a mapping: key -> value.
struct Lookup {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> entries;
  std::uint32_t length_max = 0;  ///< characters of the longest value
};

/// What one evaluation reads and writes besides the instance.
struct EvalContext {
  struct Loop {
    std::uint32_t node = no_node;
    std::uint32_t cell = no_cell;
  };

  const Instance* source = nullptr;
  Arena* arena = nullptr;  ///< for texts that are made; cleared by its owner with the item
  const RunFacts* run = nullptr;
  const Aggregates* aggregates = nullptr;
  std::string_view message_definition;  ///< of the message being written
  /// The same for two groups whose cells outside of the items differ at most where Plan::varies() says; 0 = not known.
  std::uint64_t header_version = 0;
  std::uint64_t record_number = 0;
  std::uint64_t truncations = 0;                          ///< how many texts `truncate` cut, since last set to 0
  std::vector<std::uint32_t>* truncated_rules = nullptr;  ///< receives the number of each rule that cut a text
  std::uint32_t loop_count = 0;
  Loop loops[4];
};

class Expression;
struct ExpressionNode;

/// A function of the language. `check` may look at literal arguments and sets the type; it returns an error text.
struct ExpressionFunction {
  std::string_view name;
  std::size_t arguments_min;
  std::size_t arguments_max;
  std::string (*check)(Expression& expression, ExpressionNode& node, std::span<const ExpressionType> arguments);
  Fault (*evaluate)(const Expression& expression, const ExpressionNode& node, EvalContext& context, Value& value);
  bool per_record = false;  ///< gives another value for each record
};

/// What a name in an expression may mean.
struct ExpressionScope {
  const Shape* source = nullptr;
  std::uint32_t item = 0;  ///< fields are looked for below this node first
  std::uint32_t base = 0;  ///< then below this one
  const std::map<std::string, Lookup, std::less<>>* lookups = nullptr;
  std::span<const ExpressionFunction> functions;  ///< besides the built-in ones
  bool aggregates = false;                        ///< count() and sum() may be used
};

/// Why a text is no expression, with the place in it.
struct ExpressionError {
  Code code;
  std::string text;
  std::string help;
  std::uint32_t begin = 0;
  std::uint32_t length = 1;
};

struct ExpressionNode {
  enum class Kind : std::uint8_t { literal, field, call };
  Kind kind = Kind::literal;
  bool optional = false;    ///< field: may be blank
  bool first_only = false;  ///< field: the first occurrence, whatever repeats above it
  ExpressionType type;
  std::uint32_t field = no_node;     ///< field: node of the source shape
  std::uint32_t loop = no_node;      ///< field: innermost repeated node above it, below the item
  std::uint32_t argument_first = 0;  ///< call: index into Expression::arguments
  std::uint32_t argument_count = 0;
  std::uint32_t slot = 0;  ///< call: a function's own number (sum index, literal length)
  const ExpressionFunction* function = nullptr;
  const Lookup* lookup = nullptr;
  std::string_view literal;  ///< literal: its text (owned by the expression)
  Decimal number;            ///< literal: its value, when it is a number
  std::uint32_t begin = 0;   ///< place in the text
  std::uint32_t length = 0;
};

class Expression {
 public:
  static std::optional<Expression> compile(std::string_view text, const ExpressionScope& scope, ExpressionError& error);

  const ExpressionType& type() const { return nodes_[root_].type; }
  /// Nodes of the source shape that it reads, and those of which it reads the first occurrence only.
  const std::vector<std::uint32_t>& reads() const { return reads_; }
  std::vector<std::uint32_t> first_only_reads() const;
  /// Whether two items below the same parents may give different values. `item`: their node in the source shape.
  bool varies(const Shape& source, std::uint32_t item) const;
  /// Repeated nodes (outermost first) that a plan has to loop over for it; empty when there is none.
  const std::vector<std::uint32_t>& loops() const { return loops_; }
  /// Fields that sum() adds up, by slot.
  const std::vector<std::uint32_t>& sums() const { return sums_; }
  /// The field, when the expression is nothing but a field; nullptr otherwise.
  const ExpressionNode* plain_field() const {
    return nodes_[root_].kind == ExpressionNode::Kind::field ? &nodes_[root_] : nullptr;
  }

  /// The table it takes its value from; nullptr when it is anything but lookup(…).
  const Lookup* plain_lookup() const { return nodes_[root_].lookup; }

  /// Faults: EXP-0101 mandatory field is blank, EXP-0102 key not in the lookup, EXP-0103 too long, EXP-0104 not a
  /// number. `value` then holds what stood there.
  Fault evaluate(EvalContext& context, Value& value) const { return evaluate(root_, context, value); }

  // For functions.
  inline Fault evaluate(std::uint32_t node, EvalContext& context, Value& value) const;
  std::uint32_t argument(const ExpressionNode& node, std::size_t index) const {
    return arguments_[node.argument_first + index];
  }
  ExpressionNode& node(std::uint32_t index) { return nodes_[index]; }
  const ExpressionNode& node(std::uint32_t index) const { return nodes_[index]; }
  const ExpressionScope* scope() const { return scope_; }  ///< while compiling only
  ExpressionNode& last_node() { return nodes_.back(); }    ///< while compiling: the latest argument, whole
  std::uint32_t add_sum(std::uint32_t field);
  void drop_loops() { loops_.clear(); }

 private:
  friend class ExpressionParser;

  /// Of a literal or a field.
  Fault evaluate_leaf(const ExpressionNode& node, EvalContext& context, Value& value) const;

  std::vector<ExpressionNode> nodes_;
  std::vector<std::uint32_t> arguments_;
  std::vector<std::uint32_t> reads_;
  std::vector<std::uint32_t> loops_;
  std::vector<std::uint32_t> sums_;
  std::vector<std::unique_ptr<std::string>> literals_;
  const ExpressionScope* scope_ = nullptr;
  std::uint32_t root_ = 0;
};

inline Fault Expression::evaluate(std::uint32_t node, EvalContext& context, Value& value) const {
  const ExpressionNode& own = nodes_[node];
  if (own.kind != ExpressionNode::Kind::call) return evaluate_leaf(own, context, value);
  return own.function->evaluate(*this, own, context, value);
}

/// The functions every mapping has; `find_expression_function` looks in `more` as well.
std::span<const ExpressionFunction> built_in_functions();
const ExpressionFunction* find_expression_function(std::string_view name, std::span<const ExpressionFunction> more);

/// The fault of a mandatory field that is blank.
inline Fault blank_field(std::uint32_t field) {
  return {"EXP-0101"_code, field, 0};
}

/// Reads a field of the instance for `node`; absent when it has no cell.
inline const Cell* find_field(const ExpressionNode& node, const EvalContext& context) {
  std::uint32_t cell = no_cell;
  if (node.loop == no_node || node.first_only) {
    cell = context.source->find(node.field);
  } else {
    for (std::uint32_t i = context.loop_count; i-- > 0;) {
      if (context.loops[i].node != node.loop) continue;
      cell = node.field == node.loop ? context.loops[i].cell
                                     : context.source->find_within(context.loops[i].cell, node.field);
      break;
    }
  }
  return cell == no_cell ? nullptr : &context.source->cell(cell);
}

/// The first occurrence of the loop's source node in the scope of the enclosing loop.
inline std::uint32_t first_occurrence(const EvalContext& context, std::uint32_t node) {
  if (context.loop_count == 0) return context.source->find(node);
  return context.source->find_within(context.loops[context.loop_count - 1].cell, node);
}

/// The next one of the innermost loop; no_cell when it was the last.
inline std::uint32_t next_occurrence(const EvalContext& context) {
  const std::uint32_t next = context.source->cell(context.loops[context.loop_count - 1].cell).next;
  if (next == no_cell || context.loop_count == 1) return next;
  return next < context.source->subtree_end(context.loops[context.loop_count - 2].cell) ? next : no_cell;
}

}  // namespace tilmash
