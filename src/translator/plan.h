// Rows compiled to a flat program that turns instances of one shape into instances of another.
//
// The program walks the target in document order: open group, leaf, loop over a repeated source, close group. A group
// appears only when a leaf in it has a value that came from the source; constants alone do not conjure up an optional
// group, and an optional group whose fields are all blank leaves nothing behind.
//
// A plan has two sections: `header` makes what stands outside the item (the message's GrpHdr, the file's header
// record), once a message or file; `item` makes one item. It is checked when compiled: unknown names, types, values
// that can overflow, mandatory targets that no row fills.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shape/expression.h"
#include "shape/facets.h"
#include "shape/instance.h"
#include "translator/rules.h"

namespace tilmash::translator {

/// What a plan is compiled from.
struct PlanInput {
  std::vector<Rule> rules;
  const Shape* source = nullptr;
  const Shape* target = nullptr;
  std::uint32_t target_item =
      no_node;                    ///< 0: the whole target is made a second time for each item (a partner document)
  std::uint32_t target_base = 0;  ///< paths that are not below the item start here
  std::uint32_t source_base = 0;
  const std::map<std::string, Lookup, std::less<>>* lookups = nullptr;
  bool checks_values = true;  ///< the target's codec checks no facets itself
  bool aggregates = false;    ///< header rows may count and sum the source's items
};

/// Why a source instance could not be mapped.
struct MapFault {
  Fault fault;
  std::uint32_t rule_number = 0;  ///< 1-based; 0 = none
  std::uint32_t target_node = no_node;
  Value value;  ///< what stood there

  explicit operator bool() const { return static_cast<bool>(fault); }
};

class Plan {
 public:
  enum class Section : std::uint8_t { header, item };

  /// Findings: CFG-…, EXP-…, MAP-0003 unknown target, MAP-0004 target is a group, MAP-0005 target twice, MAP-0006 types
  /// differ, MAP-0007 may overflow, MAP-0008 mandatory target without a row, MAP-0009 mandatory target may be blank,
  /// MAP-0010 loops of the two sides do not match, MAP-0011 constant breaks its target's facets.
  static Plan compile(PlanInput input, Findings& findings);

  /// Appends to `target`: header cells below its root, or one item below what is open. `context.source` is read.
  MapFault run(Section section, EvalContext& context, Instance& target) const;

  /// Sets anew the header cells of `target` that may differ between two groups below the same parents, where the last
  /// run has left them; their texts go to `context.arena`. False: they are not all there as they were; run the section.
  bool refresh_header(EvalContext& context, Instance& target) const;

  /// Evaluates only the row that fills `target_node`, for what must be known of an item that could not be mapped.
  Value value_of(std::uint32_t target_node, EvalContext& context) const;

  const Rule& rule(std::uint32_t rule_number) const { return rules_[rule_number - 1]; }
  /// The first row that fills a target leaf; nullptr when none does.
  const Rule* rule_for(std::uint32_t target_node) const;
  std::size_t rule_count() const { return rules_.size(); }
  const Shape& source() const { return *source_; }
  const Shape& target() const { return *target_; }

  /// Source leaves that some row reads, by node.
  const std::vector<bool>& reads() const { return reads_; }
  /// Source leaves of which rows read the first occurrence only.
  const std::vector<bool>& first_only_reads() const { return first_only_reads_; }
  /// Target leaves that some row fills, by node.
  const std::vector<bool>& fills() const { return fills_; }
  /// Target leaves of the header that `refresh_header` sets anew, by node.
  const std::vector<bool>& varies() const { return varies_; }
  /// Source fields that the header sums over the items, in the order of Aggregates::sums.
  const std::vector<std::uint32_t>& sums() const { return sums_; }
  /// Whether a header row reads a field of the items, other than to count or sum.
  bool header_reads_items() const;
  /// Rows whose expression is only a constant, by rule number - 1.
  bool is_constant(std::uint32_t rule_number) const { return constants_[rule_number - 1]; }

 private:
  friend class PlanCompiler;
  friend class ItemProgram;
  friend class ItemProgramCompiler;
  friend class MessageProgram;
  friend class MessageProgramCompiler;

  class Run;

  /// A row is one of five ops by what it does: most are fields copied as they stand, whose expressions need not run.
  struct Op {
    enum class Kind : std::uint8_t { enter, leave, copy, copy_value, constant, leaf, value, loop, loop_end };
    Kind kind = Kind::enter;
    bool optional = false;   ///< enter, leave: the group may be left out; copy: the field may be blank
    bool demanded = false;   ///< of a row: the target is mandatory
    bool weak = false;       ///< constant: in an optional group
    bool checked = false;    ///< of a row: facets are checked when run
    std::uint32_t node = 0;  ///< of the target; loop: of the source
    std::uint32_t rule_number = 0;
    std::uint32_t jump = 0;          ///< enter, value: past its leave; loop: past its end; loop_end: to the body
    std::uint32_t source = no_node;  ///< copy: the field; enter: without this node nothing below has a value
  };

  /// Checks what could not be proved when the plan was compiled.
  template <class From>
  Fault check(const Op& op, const From& value) const {
    const Node& node = target_->nodes[op.node];
    const Code broken = check_facets(target_->facets[node.facets], node.type, value.text, value.number);
    return broken ? Fault{broken, 0, value.offset} : Fault{};
  }

  std::vector<Rule> rules_;
  std::vector<Expression> expressions_;  ///< by rule number - 1
  std::vector<bool> constants_;
  std::vector<Value> constant_values_;  ///< of the rows that are constants, by rule number - 1
  std::unique_ptr<Arena> constant_texts_ = std::make_unique<Arena>();
  std::vector<Op> ops_[2];  ///< by section
  std::vector<bool> reads_;
  std::vector<bool> first_only_reads_;
  std::vector<bool> fills_;
  std::vector<bool> varies_;
  std::vector<std::uint32_t> varying_ops_;  ///< of the header, by index
  bool can_refresh_ = false;
  std::vector<std::uint32_t> sums_;
  const Shape* source_ = nullptr;
  const Shape* target_ = nullptr;
  bool checks_values_ = true;
};

/// Functions that know about payments, for mappings beside the built-in ones: minor_units(amount, currency),
/// phone(x, country_code), and one for each value type of canonical/value_types.h, which checks its argument:
/// iin_bin(x).
std::span<const ExpressionFunction> payment_functions();

}  // namespace tilmash::translator
