#include "translator/plan.h"

#include "shape/facets.h"

namespace tilmash::translator {
namespace {

/// Groups and constants that wait to be written: an optional group is opened only when something in it has a value of
/// its own.
class Pending {
 public:
  /// `drops_empty`: a mandatory group without fields is left out, and missed; a message has it as an empty element.
  Pending(Instance& target, bool drops_empty) : target_(target), waiting_(storage()), drops_empty_(drops_empty) {
    waiting_.clear();
    missing_[0] = no_node;
  }

  void enter(std::uint32_t node) {
    open_[depth_++] = static_cast<std::uint32_t>(waiting_.size());
    missing_[depth_] = no_node;
    waiting_.push_back({Entry::Kind::enter, node, 0, nullptr});
  }
  /// Closes the group `node`. Gives the mandatory field that it lacks, if it is there at all; else no_node.
  std::uint32_t leave(std::uint32_t node, bool optional) {
    const std::uint32_t missing = missing_[depth_--];
    if (depth_ < flushed_depth_) {
      if (!waiting_.empty()) flush();
      flushed_depth_ = depth_;
      target_.end();
      return missing;
    }
    const std::uint32_t own = open_[depth_];
    const bool empty = waiting_.size() == own + 1;
    if (optional || (empty && drops_empty_)) {
      waiting_.resize(own);  // nothing of its own in it
      if (!optional) miss(node);
      return no_node;
    }
    waiting_.push_back({Entry::Kind::leave, 0, 0, nullptr});
    return missing;
  }
  /// A mandatory field of the open group has no value: an error, should the group appear.
  void miss(std::uint32_t node) { missing_[depth_] = node; }
  /// Of what stands outside all groups.
  std::uint32_t missing() const { return missing_[0]; }
  /// `constant` must outlive the run.
  void wait(std::uint32_t node, std::uint32_t rule_number, const Value& constant) {
    waiting_.push_back({Entry::Kind::leaf, node, rule_number, &constant});
  }
  /// `value` is a Value, or the Cell of a field that is copied as it stands.
  template <class From>
  void open_value(std::uint32_t node, std::uint32_t rule_number, const From& value) {
    if (!waiting_.empty()) flush();
    put(target_.begin_value(node, value.text, value.offset), rule_number, value);
    ++depth_;
    missing_[depth_] = no_node;
    flushed_depth_ = depth_;
  }
  template <class From>
  void leaf(std::uint32_t node, std::uint32_t rule_number, const From& value) {
    if (!waiting_.empty()) flush();
    flushed_depth_ = depth_;
    put(target_.leaf(node, value.text, value.offset, value.length), rule_number, value);
  }
  void flush() {
    for (const Entry& entry : waiting_) {
      switch (entry.kind) {
        case Entry::Kind::enter:
          target_.begin(entry.node);
          break;
        case Entry::Kind::leave:
          target_.end();
          break;
        case Entry::Kind::leaf:
          put(target_.leaf(entry.node, entry.constant->text), entry.rule_number, *entry.constant);
          break;
      }
    }
    waiting_.clear();
    flushed_depth_ = depth_;
  }

 private:
  struct Entry {
    enum class Kind : std::uint8_t { enter, leave, leaf };
    Kind kind;
    std::uint32_t node;
    std::uint32_t rule_number;
    const Value* constant;
  };

  /// Kept between runs, so that a run allocates nothing.
  static std::vector<Entry>& storage() {
    thread_local std::vector<Entry> entries;
    return entries;
  }

  template <class From>
  static void put(Cell& cell, std::uint32_t rule_number, const From& value) {
    cell.number = value.number;
    cell.rule = rule_number;
    cell.length = value.length;
  }

  Instance& target_;
  std::vector<Entry>& waiting_;
  bool drops_empty_;
  std::uint32_t open_[64];     // NOLINT: written before they are read, up to depth_
  std::uint32_t missing_[65];  // NOLINT
  std::uint32_t depth_ = 0;
  std::uint32_t flushed_depth_ = 0;  ///< groups above this depth are written
};

/// The first occurrence of the loop's source node in the scope of the enclosing loop.
std::uint32_t first_occurrence(const EvalContext& context, std::uint32_t node) {
  if (context.loop_count == 0) return context.source->find(node);
  return context.source->find_within(context.loops[context.loop_count - 1].cell, node);
}

std::uint32_t next_occurrence(const EvalContext& context) {
  const std::uint32_t next = context.source->cell(context.loops[context.loop_count - 1].cell).next;
  if (next == no_cell || context.loop_count == 1) return next;
  return next < context.source->subtree_end(context.loops[context.loop_count - 2].cell) ? next : no_cell;
}

}  // namespace

/// Checks what could not be proved when the plan was compiled.
template <class From>
Fault Plan::check(const Op& op, const From& value) const {
  const Node& node = target_->nodes[op.node];
  const Code broken = check_facets(target_->facets[node.facets], node.type, value.text, value.number);
  return broken ? Fault{broken, 0, value.offset} : Fault{};
}

MapFault Plan::run(Section section, EvalContext& context, Instance& target) const {
  const std::vector<Op>& ops = ops_[static_cast<std::size_t>(section)];
  const Instance& source = *context.source;
  Pending pending(target, checks_values_);
  context.loop_count = 0;
  for (std::uint32_t at = 0; at < ops.size();) {
    const Op& op = ops[at++];
    switch (op.kind) {
      case Op::Kind::enter:
        if (op.source != no_node && source.find(op.source) == no_cell) {
          at = op.jump;
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
          if (op.kind == Op::Kind::copy_value) at = op.jump;
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
          pending.wait(op.node, op.rule_number, constant_values_[op.rule_number - 1]);
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
          if (op.kind == Op::Kind::value) at = op.jump;
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
          at = op.jump;
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
          at = op.jump;
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
