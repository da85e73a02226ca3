#include "translator/plan.h"

#include <algorithm>

namespace tilmash::translator {
namespace {

/// Groups and constants that wait to be written: an optional group is opened only when something in it has a value of
/// its own.
class Pending {
 public:
  /// `constants` are the values of the plan's constant rows, by rule number - 1. `drops_empty`: a mandatory group
  /// without fields is left out, and missed; a message has it as an empty element.
  Pending(Instance& target, const std::vector<Value>& constants, bool drops_empty)
      : target_(target), constants_(constants), entries_(storage()), next_(entries_.data()), drops_empty_(drops_empty) {
    missing_[0] = no_node;
  }

  void enter(std::uint32_t node) {
    open_[depth_++] = static_cast<std::uint32_t>(next_ - entries_.data());
    missing_[depth_] = no_node;
    push({node, 0});
  }
  /// Closes the group `node`. Gives the mandatory field that it lacks, if it is there at all; else no_node.
  std::uint32_t leave(std::uint32_t node, bool optional) {
    const std::uint32_t missing = missing_[depth_--];
    if (depth_ < flushed_depth_) {
      flush();
      flushed_depth_ = depth_;
      target_.end();
      return missing;
    }
    Entry* const own = entries_.data() + open_[depth_];
    const bool empty = next_ == own + 1;
    if (optional || (empty && drops_empty_)) {
      next_ = own;  // nothing of its own in it
      if (!optional) miss(node);
      return no_node;
    }
    push({no_node, 0});
    return missing;
  }
  /// A mandatory field of the open group has no value: an error, should the group appear.
  void miss(std::uint32_t node) { missing_[depth_] = node; }
  /// Of what stands outside all groups.
  std::uint32_t missing() const { return missing_[0]; }
  void wait(std::uint32_t node, std::uint32_t constant_rule) { push({node, constant_rule}); }
  /// `value` is a Value, or the Cell of a field that is copied as it stands.
  template <class From>
  void open_value(std::uint32_t node, std::uint32_t rule_number, const From& value) {
    flush();
    target_.begin_value(node, value.text, value.offset, value.number, rule_number).length = value.length;
    missing_[++depth_] = no_node;
    flushed_depth_ = depth_;
  }
  template <class From>
  void leaf(std::uint32_t node, std::uint32_t rule_number, const From& value) {
    flush();
    flushed_depth_ = depth_;
    target_.leaf(node, value.text, value.offset, value.length, value.number, rule_number);
  }
  void flush() {
    if (next_ != entries_.data()) flush_entries();
  }

 private:
  /// A constant, the beginning of a group, or (no_node) the end of one.
  struct Entry {
    std::uint32_t node;
    std::uint32_t constant_rule;
  };

  void flush_entries() {
    for (const Entry* entry = entries_.data(); entry != next_; ++entry) {
      if (entry->constant_rule != 0) {
        const Value& constant = constants_[entry->constant_rule - 1];
        target_.leaf(entry->node, constant.text, 0, 0, constant.number, entry->constant_rule);
      } else if (entry->node == no_node) {
        target_.end();
      } else {
        target_.begin(entry->node);
      }
    }
    next_ = entries_.data();
    flushed_depth_ = depth_;
  }

  /// Kept between runs, so that a run allocates nothing.
  static std::vector<Entry>& storage() {
    thread_local std::vector<Entry> entries(64);
    return entries;
  }
  void push(Entry entry) {
    const auto used = static_cast<std::size_t>(next_ - entries_.data());
    if (used == entries_.size()) {
      entries_.resize(2 * used);
      next_ = entries_.data() + used;
    }
    *next_++ = entry;
  }

  Instance& target_;
  const std::vector<Value>& constants_;
  std::vector<Entry>& entries_;
  Entry* next_;
  bool drops_empty_;
  std::uint32_t open_[64];     // NOLINT: written before they are read, up to depth_
  std::uint32_t missing_[65];  // NOLINT
  std::uint32_t depth_ = 0;
  std::uint32_t flushed_depth_ = 0;  ///< groups above this depth are written
};

}  // namespace

MapFault Plan::run(Section section, EvalContext& context, Instance& target) const {
  const std::vector<Op>& ops = ops_[static_cast<std::size_t>(section)];
  const Op* const end = ops.data() + ops.size();
  const Instance& source = *context.source;
  Pending pending(target, constant_values_, checks_values_);
  context.loop_count = 0;
  for (const Op* at = ops.data(); at != end;) {
    const Op& op = *at++;
    switch (op.kind) {
      case Op::Kind::enter:
        if (op.source != no_node && source.find(op.source) == no_cell) {
          at = ops.data() + op.jump;
        } else {
          pending.enter(op.node);
        }
        break;
      case Op::Kind::leave:
        if (const std::uint32_t missing = pending.leave(op.node, op.optional); missing != no_node && checks_values_) {
          return {{"MAP-0102"_code, missing, 0}, 0, missing, {}};
        }
        break;
      case Op::Kind::copy:
      case Op::Kind::copy_value: {
        const std::uint32_t cell = source.find(op.source);
        if (cell == no_cell) {
          if (!op.optional) return {blank_field(op.source), op.rule_number, op.node, {}};
          if (op.demanded) pending.miss(op.node);
          if (op.kind == Op::Kind::copy_value) at = ops.data() + op.jump;
          break;
        }
        const Cell& from = source.cell(cell);
        if (op.checked) {
          if (const Fault fault = check(op, from)) {
            return {fault, op.rule_number, op.node, {from.text, from.number, from.offset, from.length, true, false}};
          }
        }
        if (op.kind == Op::Kind::copy_value) {
          pending.open_value(op.node, op.rule_number, from);
        } else {
          pending.leaf(op.node, op.rule_number, from);
        }
        break;
      }
      case Op::Kind::constant:
        if (op.weak) {
          pending.wait(op.node, op.rule_number);
        } else {
          pending.leaf(op.node, op.rule_number, constant_values_[op.rule_number - 1]);
        }
        break;
      case Op::Kind::leaf:
      case Op::Kind::value: {
        Value value;
        Fault fault = expressions_[op.rule_number - 1].evaluate(context, value);
        if (!fault && value.present && op.checked) fault = check(op, value);
        if (fault) return {fault, op.rule_number, op.node, value};
        if (context.truncations != 0) {
          if (context.truncated_rules != nullptr) context.truncated_rules->push_back(op.rule_number);
          context.truncations = 0;
        }
        if (!value.present) {
          if (op.demanded) pending.miss(op.node);
          if (op.kind == Op::Kind::value) at = ops.data() + op.jump;
        } else if (op.kind == Op::Kind::value) {
          pending.open_value(op.node, op.rule_number, value);
        } else {
          pending.leaf(op.node, op.rule_number, value);
        }
        break;
      }
      case Op::Kind::loop: {
        const std::uint32_t first = first_occurrence(context, op.node);
        if (first == no_cell || context.loop_count == 4) {
          at = ops.data() + op.jump;
        } else {
          context.loops[context.loop_count++] = {op.node, first};
        }
        break;
      }
      case Op::Kind::loop_end: {
        const std::uint32_t next = next_occurrence(context);
        if (next == no_cell) {
          --context.loop_count;
        } else {
          context.loops[context.loop_count - 1].cell = next;
          at = ops.data() + op.jump;
        }
        break;
      }
    }
  }
  pending.flush();
  if (checks_values_ && pending.missing() != no_node) {
    return {{"MAP-0102"_code, pending.missing(), 0}, 0, pending.missing(), {}};
  }
  return {};
}

bool Plan::refresh_header(EvalContext& context, Instance& target) const {
  if (!can_refresh_) return false;
  context.loop_count = 0;
  for (const std::uint32_t index : varying_ops_) {
    const Op& op = ops_[0][index];
    const std::uint32_t cell = target.find(op.node);
    Value value;
    if (cell == no_cell || expressions_[op.rule_number - 1].evaluate(context, value) || !value.present) return false;
    if ((op.checked && check(op, value)) || context.truncations != 0) return false;
    target.set_value(cell, context.arena->copy(value.text), value.offset, value.length, value.number);
  }
  return true;
}

bool Plan::header_reads_items() const {
  return std::any_of(ops_[0].begin(), ops_[0].end(), [&](const Op& op) {
    if (op.rule_number == 0) return false;
    const Expression& row = expressions_[op.rule_number - 1];
    return std::any_of(row.reads().begin(), row.reads().end(), [&](std::uint32_t node) {
      const std::uint32_t item = source_->item_node();
      const bool aggregated = node == item || std::find(row.sums().begin(), row.sums().end(), node) != row.sums().end();
      return item != no_node && source_->is_below(node, item) && !aggregated;
    });
  });
}

const Rule* Plan::rule_for(std::uint32_t target_node) const {
  for (const std::vector<Op>& ops : ops_) {
    for (const Op& op : ops) {
      if (op.rule_number != 0 && op.node == target_node) return &rule(op.rule_number);
    }
  }
  return nullptr;
}

Value Plan::value_of(std::uint32_t target_node, EvalContext& context) const {
  for (const std::vector<Op>& ops : ops_) {
    for (const Op& op : ops) {
      if (op.rule_number == 0 || op.node != target_node) continue;
      Value value;
      context.loop_count = 0;
      // An amount with too many decimals is one that can be read.
      const Fault fault = expressions_[op.rule_number - 1].evaluate(context, value);
      if (!fault || fault.code == "MAP-0101"_code) return value;
    }
  }
  return {};
}

}  // namespace tilmash::translator
