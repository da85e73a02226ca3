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

/// One run of a section's ops over one source instance.
class Plan::Run {
 public:
  Run(const Plan& plan, const std::vector<Op>& ops, EvalContext& context, Instance& target)
      : plan_(plan),
        begin_(ops.data()),
        end_(ops.data() + ops.size()),
        context_(context),
        source_(*context.source),
        pending_(target, plan.constant_values_, plan.checks_values_) {
    context.loop_count = 0;
  }

  MapFault run() {
    for (at_ = begin_; at_ != end_;) {
      const Op& op = *at_++;
      if (!step(op)) return fault_;
    }
    pending_.flush();
    if (plan_.checks_values_ && pending_.missing() != no_node) return missing(pending_.missing());
    return {};
  }

 private:
  /// False: `fault_` says why the run ends here.
  bool step(const Op& op) {
    switch (op.kind) {
      case Op::Kind::enter:
        if (op.source != no_node && source_.find(op.source) == no_cell) {
          jump(op);
        } else {
          pending_.enter(op.node);
        }
        return true;
      case Op::Kind::leave: {
        const std::uint32_t lacks = pending_.leave(op.node, op.optional);
        if (lacks == no_node || !plan_.checks_values_) return true;
        fault_ = missing(lacks);
        return false;
      }
      case Op::Kind::copy:
      case Op::Kind::copy_value:
        return copy(op);
      case Op::Kind::constant:
        if (op.weak) {
          pending_.wait(op.node, op.rule_number);
        } else {
          pending_.leaf(op.node, op.rule_number, plan_.constant_values_[op.rule_number - 1]);
        }
        return true;
      case Op::Kind::leaf:
      case Op::Kind::value:
        return evaluate(op);
      case Op::Kind::loop:
        begin_loop(op);
        return true;
      case Op::Kind::loop_end:
        end_loop(op);
        return true;
    }
    return true;
  }

  /// A field as it stands.
  bool copy(const Op& op) {
    const std::uint32_t index = source_.find(op.source);
    if (index == no_cell) {
      if (op.optional) return leave_out(op, Op::Kind::copy_value);
      fault_ = {blank_field(op.source), op.rule_number, op.node, {}};
      return false;
    }
    const Cell& from = source_.cell(index);
    if (op.checked) {
      if (const Fault fault = plan_.check(op, from)) {
        fault_ = {fault, op.rule_number, op.node, {from.text, from.number, from.offset, from.length, true, false}};
        return false;
      }
    }
    put(op, Op::Kind::copy_value, from);
    return true;
  }

  /// What an expression gives.
  bool evaluate(const Op& op) {
    Value value;
    Fault fault = plan_.expressions_[op.rule_number - 1].evaluate(context_, value);
    if (!fault && value.present && op.checked) fault = plan_.check(op, value);
    if (fault) {
      fault_ = {fault, op.rule_number, op.node, value};
      return false;
    }
    if (context_.truncations != 0) {
      if (context_.truncated_rules != nullptr) context_.truncated_rules->push_back(op.rule_number);
      context_.truncations = 0;
    }
    if (!value.present) return leave_out(op, Op::Kind::value);
    put(op, Op::Kind::value, value);
    return true;
  }

  /// `opening`: the kind of op whose value has attributes, and is a group therefore.
  template <class From>
  void put(const Op& op, Op::Kind opening, const From& from) {
    if (op.kind == opening) {
      pending_.open_value(op.node, op.rule_number, from);
    } else {
      pending_.leaf(op.node, op.rule_number, from);
    }
  }

  bool leave_out(const Op& op, Op::Kind opening) {
    if (op.demanded) pending_.miss(op.node);
    if (op.kind == opening) jump(op);
    return true;
  }

  void begin_loop(const Op& op) {
    const std::uint32_t first = first_occurrence(context_, op.node);
    if (first == no_cell) return jump(op);
    context_.loops[context_.loop_count++] = {op.node, first};
  }

  void end_loop(const Op& op) {
    const std::uint32_t next = next_occurrence(context_);
    if (next == no_cell) {
      --context_.loop_count;
    } else {
      context_.loops[context_.loop_count - 1].cell = next;
      jump(op);
    }
  }

  void jump(const Op& op) { at_ = begin_ + op.jump; }

  static MapFault missing(std::uint32_t node) { return {{"MAP-0102"_code, node, 0}, 0, node, {}}; }

  const Plan& plan_;
  const Op* begin_;
  const Op* end_;
  const Op* at_ = nullptr;
  EvalContext& context_;
  const Instance& source_;
  Pending pending_;
  MapFault fault_;
};

MapFault Plan::run(Section section, EvalContext& context, Instance& target) const {
  return Run(*this, ops_[static_cast<std::size_t>(section)], context, target).run();
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
