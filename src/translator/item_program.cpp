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
    const std::uint32_t own = plan_.target().item_node();
    const std::uint32_t item = own != no_node ? own : 0;
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
          if (!is_first(op.node)) return false;
          add(op);
          break;
        default:
          return false;
      }
    }
    close();
    if (!lay_out_rows()) return false;
    settle_presence();
    program_.plan_ = &plan_;
    return true;
  }

 private:
  using Group = ItemProgram::Group;

  struct Row {
    Plan::Op op;
    std::size_t group;
  };

  bool is_first(std::uint32_t node) {
    const bool first = std::find(seen_.begin(), seen_.end(), node) == seen_.end();
    seen_.push_back(node);
    return first;
  }

  void open(Group group) {
    parents_.push_back(open_.empty() ? 0 : open_.back());
    open_.push_back(groups_.size());
    groups_.push_back(group);
  }
  void close() { open_.pop_back(); }

  void add(const Plan::Op& op) {
    if (op.kind == Plan::Op::Kind::constant && op.weak) {
      program_.constants_.push_back({op.node, innermost_optional(), op.rule_number});
    } else {
      rows_.push_back({op, open_.back()});
    }
  }

  /// Copies first: they need no expression.
  bool lay_out_rows() {
    if (rows_.size() > ItemProgram::rows_max) return false;
    const auto evaluated = std::stable_partition(rows_.begin(), rows_.end(),
                                                 [](const Row& row) { return row.op.kind == Plan::Op::Kind::copy; });
    program_.copies_ = static_cast<std::size_t>(evaluated - rows_.begin());
    program_.rows_of_.resize(plan_.target().nodes.size());
    for (const Row& row : rows_) {
      const std::size_t index = program_.rows_.size();
      program_.rows_of_[row.op.node].add(index);
      program_.rows_of_[groups_[row.group].node].add(index);
      if (row.op.demanded) groups_[row.group].demanded.add(index);
      program_.rows_.push_back(row.op);
    }
    // A group stands before those within it.
    for (std::size_t i = groups_.size(); i-- > 1;) rows_of(groups_[parents_[i]]).add(rows_of(groups_[i]));
    return true;
  }

  RowSet& rows_of(const Group& group) { return program_.rows_of_[group.node]; }

  /// What waits is there when the group is that it waits for: a constant, or a group of nothing else.
  void settle_presence() {
    for (const Group& group : groups_) {
      if (!group.optional && rows_of(group).is_empty()) rows_of(group) = program_.rows_of_[group.above];
      if (!group.optional || !group.demanded.is_empty()) program_.groups_.push_back(group);
    }
    for (const ItemProgram::Constant& constant : program_.constants_) {
      program_.rows_of_[constant.node] = program_.rows_of_[constant.group];
    }
  }

  /// The optional group around what is being added; the item when there is none.
  std::uint32_t innermost_optional() const {
    for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
      if (groups_[*at].optional) return groups_[*at].node;
    }
    return groups_.front().node;
  }

  const Plan& plan_;
  ItemProgram& program_;
  std::vector<Group> groups_;         ///< the item first
  std::vector<std::size_t> open_;     ///< groups, by index
  std::vector<std::size_t> parents_;  ///< of each group
  std::vector<Row> rows_;
  std::vector<std::uint32_t> seen_;
};

std::optional<ItemProgram> ItemProgram::compile(const Plan& plan) {
  ItemProgram program;
  if (plan.target_ == nullptr) return std::nullopt;
  if (!ItemProgramCompiler(plan, program).compile()) return std::nullopt;
  return program;
}

bool ItemProgram::copy_fields(EvalContext& context, ItemTable& table) const {
  const Instance& source = *context.source;
  ItemTable::Entry* const entries = table.entries_.data();
  std::size_t text_bytes = 0;
  RowSet given;
  for (std::size_t i = 0; i < copies_; ++i) {
    const Plan::Op& row = rows_[i];
    ItemTable::Entry& entry = entries[row.node];
    const std::uint32_t index = source.find(row.source);
    if (index == no_cell) {
      entry.text = {};
      if (!row.optional) return false;
      continue;
    }
    const Cell& from = source.cell(index);
    if (from.text.data() == nullptr || (row.checked && plan_->check(row, from))) return false;
    entry = {from.text, from.number};
    text_bytes += from.text.size();
    given.add(i);
  }
  table.text_bytes_ = text_bytes;
  table.given_ = given;
  return true;
}

bool ItemProgram::evaluate(EvalContext& context, ItemTable& table) const {
  for (std::size_t i = copies_; i < rows_.size(); ++i) {
    const Plan::Op& row = rows_[i];
    ItemTable::Entry& entry = table.entries_[row.node];
    Value value;
    if (plan_->expressions_[row.rule_number - 1].evaluate(context, value)) return false;
    if (context.truncations != 0) {
      if (context.truncated_rules != nullptr) context.truncated_rules->push_back(row.rule_number);
      context.truncations = 0;
    }
    if (!value.present) {
      entry.text = {};
      continue;
    }
    if (value.text.data() == nullptr || (row.checked && plan_->check(row, value))) return false;
    entry = {value.text, value.number};
    table.text_bytes_ += value.text.size();
    table.given_.add(i);
  }
  return true;
}

bool ItemProgram::run(EvalContext& context, ItemTable& table) const {
  table.entries_.resize(plan_->target().nodes.size());
  table.rows_of_ = &rows_of_;
  context.loop_count = 0;
  if (!copy_fields(context, table) || !evaluate(context, table)) return false;
  for (const Group& group : groups_) {
    const bool is_there = table.has(group.node);
    if (is_there && !table.given_.holds(group.demanded)) return false;
    if (!is_there && !group.optional && (group.node == group.above || table.has(group.above))) return false;
  }
  for (const Constant& constant : constants_) {
    const Value& value = plan_->constant_values_[constant.rule_number - 1];
    table.entries_[constant.node] = {table.has(constant.group) ? value.text : std::string_view(), value.number};
    table.text_bytes_ += value.text.size();
  }
  return true;
}

}  // namespace tilmash::translator
