#include "translator/item_program.h"

#include <algorithm>

#include "shape/facets.h"

namespace tilmash::translator {

/// Reads the plan's list of ops, the open groups on a stack.
class ItemProgramCompiler {
 public:
  ItemProgramCompiler(const Plan& plan, ItemProgram& program) : plan_(plan), program_(program) {}

  bool compile() {
    using Kind = Plan::Op::Kind;
    const std::uint32_t item = plan_.target().item_node();
    open({.node = item, .above = item});
    for (const Plan::Op& op : plan_.ops_[static_cast<std::size_t>(Plan::Section::item)]) {
      switch (op.kind) {
        case Kind::enter:
          if (!is_first(op.node)) return false;
          open({.node = op.node, .above = innermost_optional(), .optional = op.optional});
          break;
        case Kind::leave:
          close();
          break;
        case Kind::copy:
        case Kind::constant:
        case Kind::leaf:
          if (!is_first(op.node) || !add(op)) return false;
          break;
        default:
          return false;
      }
    }
    close();
    share_presence();
    program_.plan_ = &plan_;
    return true;
  }

 private:
  using Group = ItemProgram::Group;

  bool is_first(std::uint32_t node) {
    const bool first = std::find(seen_.begin(), seen_.end(), node) == seen_.end();
    seen_.push_back(node);
    return first;
  }

  void open(Group group) {
    open_.push_back(program_.groups_.size());
    program_.groups_.push_back(group);
  }

  void close() {
    const Group& closed = program_.groups_[open_.back()];
    open_.pop_back();
    if (!open_.empty()) program_.groups_[open_.back()].values.add(closed.values);
  }

  /// A group of nothing but constants that wait is there when the group that they wait for is.
  void share_presence() {
    for (Group& group : program_.groups_) {
      if (group.optional || !group.values.is_empty()) continue;
      for (const Group& above : program_.groups_) {
        if (above.node == group.above) group.values = above.values;
      }
    }
  }

  bool add(const Plan::Op& op) {
    if (op.kind == Plan::Op::Kind::constant && op.weak) {
      program_.constants_.push_back({op.node, innermost_optional(), op.rule_number});
      return true;
    }
    const std::size_t index = program_.rows_.size();
    if (index == ItemProgram::rows_max) return false;
    program_.rows_.push_back(op);
    Group& group = program_.groups_[open_.back()];
    group.values.add(index);
    if (op.demanded) group.demanded.add(index);
    return true;
  }

  /// The optional group around what is being added; the item when there is none.
  std::uint32_t innermost_optional() const {
    for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
      if (program_.groups_[*at].optional) return program_.groups_[*at].node;
    }
    return program_.groups_.front().node;
  }

  const Plan& plan_;
  ItemProgram& program_;
  std::vector<std::size_t> open_;  ///< groups, by index
  std::vector<std::uint32_t> seen_;
};

std::optional<ItemProgram> ItemProgram::compile(const Plan& plan) {
  ItemProgram program;
  if (plan.target_ == nullptr || plan.target().item_node() == no_node) return std::nullopt;
  if (!ItemProgramCompiler(plan, program).compile()) return std::nullopt;
  return program;
}

/// Gives one row's value. False: the plan must run.
inline bool ItemProgram::fill(const Plan::Op& row, EvalContext& context, ItemTable::Entry& entry) const {
  entry.text = {};
  if (row.kind == Plan::Op::Kind::copy) {
    const std::uint32_t cell = context.source->find(row.source);
    if (cell == no_cell) return row.optional;
    const Cell& from = context.source->cell(cell);
    if (row.checked && plan_->check(row, from)) return false;
    entry = {from.text, from.number};
    return entry.text.data() != nullptr;
  }
  if (row.kind == Plan::Op::Kind::constant) {
    const Value& constant = plan_->constant_values_[row.rule_number - 1];
    entry = {constant.text, constant.number};
    return entry.text.data() != nullptr;
  }
  Value value;
  if (plan_->expressions_[row.rule_number - 1].evaluate(context, value)) return false;
  if (context.truncations != 0) {
    if (context.truncated_rules != nullptr) context.truncated_rules->push_back(row.rule_number);
    context.truncations = 0;
  }
  if (!value.present) return true;
  if (row.checked && plan_->check(row, value)) return false;
  entry = {value.text, value.number};
  return entry.text.data() != nullptr;
}

bool ItemProgram::run(EvalContext& context, ItemTable& table) const {
  table.entries_.resize(plan_->target().nodes.size());
  context.loop_count = 0;
  Set given;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    ItemTable::Entry& entry = table.entries_[rows_[i].node];
    if (!fill(rows_[i], context, entry)) return false;
    if (entry.text.data() != nullptr) given.add(i);
  }
  constexpr std::string_view there = "there";
  table.entries_[groups_.front().node].text = there;
  for (const Group& group : groups_) {
    const bool has_values = given.meets(group.values);
    if (has_values ? !given.holds(group.demanded) : !group.optional && table.has(group.above)) return false;
    table.entries_[group.node].text = has_values ? there : std::string_view();
  }
  for (const Constant& constant : constants_) {
    const Value& value = plan_->constant_values_[constant.rule_number - 1];
    table.entries_[constant.node] = {table.has(constant.group) ? value.text : std::string_view(), value.number};
  }
  return true;
}

}  // namespace tilmash::translator
