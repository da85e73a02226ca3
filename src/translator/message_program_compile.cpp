#include <algorithm>
#include <map>

#include "iso20022/xml_text.h"
#include "translator/message_program.h"

namespace tilmash::translator {

/// Reads the plan's flat list of ops as the tree it is, and writes steps.
class MessageProgramCompiler {
 public:
  MessageProgramCompiler(const Plan& plan, const iso20022::Message& message, const Shape& shape, const Plan& before,
                         MessageProgram& program)
      : plan_(plan), message_(message), shape_(shape), before_(before), program_(program) {}

  bool compile(Plan::Section section) {
    const std::vector<Plan::Op>& ops = plan_.ops_[static_cast<std::size_t>(section)];
    const bool header = section == Plan::Section::header;
    item_ = shape_.item_node();
    Branch root{.node = header ? 0 : item_};
    if (root.node == no_node) return false;
    const Plan::Op* at = ops.data();
    while (at != ops.data() + ops.size()) {
      if (!read(at, root)) return false;
    }
    if (header && item_ != no_node && !add_items(root)) return false;
    if (header) {
      text_ = "<" + std::string(shape_.nodes[0].name) + " xmlns=\"";
      iso20022::append_escaped(text_, message_.xml_namespace(), true);
      text_ += "\">";
    } else {
      text_ = start_tag(item_);
    }
    if (!write_children(root)) return false;
    text_ += end_tag(root.node);
    put_text();
    program_.plan_ = &plan_;
    program_.header_ = header;
    program_.texts_.append(MessageProgram::block_bytes, '\0');
    measure();
    return true;
  }

 private:
  using Op = Plan::Op;
  using Step = MessageProgram::Step;

  /// An op with those between it and its end.
  struct Branch {
    const Op* op = nullptr;  ///< nullptr: the root, or the place of the items
    std::uint32_t node = 0;
    std::vector<Branch> below = {};
  };

  void measure() {
    std::map<std::uint32_t, std::size_t> uses;
    for (const Step& step : program_.steps_) {
      program_.tag_bytes_ += step.before_size + step.after_size;
      const bool writes = step.kind == Step::Kind::value || step.kind == Step::Kind::element_end;
      if (writes) program_.uses_max_ = std::max(program_.uses_max_, ++uses[step.source]);
    }
  }

  bool is(const Branch& branch, Op::Kind kind) const { return branch.op != nullptr && branch.op->kind == kind; }
  const Node& node_of(const Branch& branch) const { return shape_.nodes[branch.node]; }

  bool read(const Op*& at, Branch& parent) {
    const Op& op = *at++;
    Branch own{.op = &op, .node = op.node};
    const bool opens = op.kind == Op::Kind::enter || op.kind == Op::Kind::value || op.kind == Op::Kind::copy_value ||
                       op.kind == Op::Kind::loop;
    if (op.kind == Op::Kind::leave || op.kind == Op::Kind::loop_end) return false;
    while (opens && at->kind != Op::Kind::leave && at->kind != Op::Kind::loop_end) {
      if (!read(at, own)) return false;
    }
    if (opens) ++at;
    if (is_always_absent(own, parent)) return true;
    if (op.kind == Op::Kind::loop) {
      if (own.below.size() != 1) return false;
      own.node = own.below.front().node;
    }
    parent.below.push_back(std::move(own));
    return true;
  }

  bool is_filled(std::uint32_t source) const { return before_.fills().empty() || before_.fills()[source]; }
  bool is_filled_below(std::uint32_t source) const {
    const std::vector<bool>& fills = before_.fills();
    for (std::uint32_t node = 0; node < fills.size(); ++node) {
      if (fills[node] && plan_.source().is_below(node, source)) return true;
    }
    return fills.empty();
  }

  /// A value that nothing fills, or a group of nothing else. A mandatory value stays: the group misses it.
  bool is_always_absent(const Branch& branch, const Branch& parent) const {
    const Op& op = *branch.op;
    if (op.kind == Op::Kind::loop) return !is_filled_below(op.node);
    if (op.kind == Op::Kind::enter) return op.optional && !may_have_value(branch);
    const bool demanded = op.demanded && node_of(parent).kind != NodeKind::choice;
    return !demanded && !may_have_value(branch);
  }
  bool may_have_value(const Branch& branch) const {
    const Op& op = *branch.op;
    if (op.kind == Op::Kind::copy || op.kind == Op::Kind::copy_value) return !op.optional || is_filled(op.source);
    if (op.kind == Op::Kind::constant) return !op.weak;
    if (op.kind != Op::Kind::enter) return true;
    for (const Branch& below : branch.below) {
      if (may_have_value(below)) return true;
    }
    return false;
  }

  /// The items come where their element stands among its siblings.
  bool add_items(Branch& branch) {
    if (branch.node == shape_.nodes[item_].parent) {
      auto at = branch.below.begin();
      while (at != branch.below.end() && at->node < item_) ++at;
      branch.below.insert(at, Branch{.node = item_});
      return branch.op == nullptr || !branch.op->optional;
    }
    for (Branch& below : branch.below) {
      if (!is(below, Op::Kind::loop) && shape_.is_below(item_, below.node)) {
        return (below.op->kind == Op::Kind::enter && !below.op->optional) && add_items(below);
      }
    }
    return false;
  }

  // What the catalogue demands of a group, as far as it shows in the rows.

  bool covers(const Branch& branch) const {
    const Node& node = node_of(branch);
    for (std::uint32_t child = node.first_child; child < node.first_child + node.child_count; ++child) {
      const Node& own = shape_.nodes[child];
      if (own.name.starts_with('@')) continue;
      if (own.min_occurs > 1 || is_shared_slot(child, node)) return false;
      if (own.min_occurs == 0 || node.kind == NodeKind::choice) continue;
      bool found = false;
      for (const Branch& below : branch.below) found = found || below.node == child;
      if (!found) return false;
    }
    return node.kind != NodeKind::choice || !branch.below.empty();
  }

  /// A choice among the elements of a sequence.
  bool is_shared_slot(std::uint32_t child, const Node& parent) const {
    if (parent.kind == NodeKind::choice) return false;
    const auto slot = [&](std::uint32_t node) { return message_.particles[shape_.nodes[node].owner].slot; };
    return (child > parent.first_child && slot(child) == slot(child - 1)) ||
           (child + 1 < parent.first_child + parent.child_count && slot(child) == slot(child + 1));
  }

  /// Ops that give values of their own; more than one for a loop, which may give any number.
  static std::size_t count_values(const Branch& branch) {
    if (branch.op != nullptr && branch.op->kind == Op::Kind::loop) return 2;
    std::size_t count = 0;
    if (branch.op != nullptr && branch.op->kind != Op::Kind::enter && branch.op->kind != Op::Kind::constant) count = 1;
    for (const Branch& below : branch.below) count += count_values(below);
    return count;
  }

  // Writing.

  std::string start_tag(std::uint32_t node) const { return "<" + std::string(shape_.nodes[node].name) + ">"; }
  std::string end_tag(std::uint32_t node) const { return "</" + std::string(shape_.nodes[node].name) + ">"; }

  std::uint32_t keep(const std::string& text) {
    const auto at = static_cast<std::uint32_t>(program_.texts_.size());
    program_.texts_ += text;
    return at;
  }

  /// A step that begins with the text that waits.
  Step& add(Step step) {
    step.before = keep(text_);
    step.before_size = static_cast<std::uint32_t>(text_.size());
    text_.clear();
    program_.steps_.push_back(step);
    return program_.steps_.back();
  }
  void put_text() {
    if (!text_.empty()) add({});
  }
  void end_step(Step& step, const std::string& after) {
    step.after = keep(after);
    step.after_size = static_cast<std::uint32_t>(after.size());
  }

  bool write_children(const Branch& branch) {
    if (!covers(branch)) return false;
    if (++depth_ == MessageProgram::depth_max / 2) return false;
    const bool choice = node_of(branch).kind == NodeKind::choice && branch.below.size() > 1;
    for (std::size_t i = 0; i < branch.below.size(); ++i) {
      // Beside a loop, the number of occurrences is not known.
      const bool mixed = i > 0 && branch.below[i].node == branch.below[i - 1].node &&
                         (is(branch.below[i], Op::Kind::loop) || is(branch.below[i - 1], Op::Kind::loop));
      if (mixed || !write(branch.below[i], choice)) return false;
    }
    --depth_;
    return true;
  }

  bool write(const Branch& branch, bool member) {
    if (branch.op == nullptr) return write_items(branch);
    switch (branch.op->kind) {
      case Op::Kind::constant:
        return !member && write_constant(branch);
      case Op::Kind::leaf:
      case Op::Kind::copy:
        return write_value(branch, branch, start_tag(branch.node), end_tag(branch.node), member);
      case Op::Kind::value:
      case Op::Kind::copy_value:
        return write_element(branch, member);
      case Op::Kind::enter:
        return write_group(branch, member);
      case Op::Kind::loop:
        return !member && write_loop(branch);
      default:
        return false;
    }
  }

  bool write_items(const Branch& branch) {
    put_text();
    Step step{.kind = Step::Kind::items, .count_max = node_of(branch).max_occurs};
    step.demanded = node_of(branch).min_occurs != 0;
    program_.steps_.push_back(step);
    return true;
  }

  const iso20022::SimpleType* simple_of(std::uint32_t node) const {
    const Node& own = shape_.nodes[node];
    if (own.name.starts_with('@')) return &message_.simples[message_.attributes[own.owner].simple];
    const iso20022::Type& type = message_.types[message_.particles[own.owner].type];
    const bool has_value = type.kind == iso20022::Type::Kind::simple || type.kind == iso20022::Type::Kind::value;
    return has_value ? &message_.simples[type.simple] : nullptr;
  }

  bool write_constant(const Branch& branch) {
    const std::string_view text = plan_.constant_values_[branch.op->rule_number - 1].text;
    const iso20022::SimpleType* simple = simple_of(branch.node);
    if (simple == nullptr || node_of(branch).child_count != 0 || node_of(branch).name.starts_with('@')) return false;
    if (iso20022::find_wrong_character(text) != text.size() || iso20022::check_value(*simple, text)) return false;
    text_ += start_tag(branch.node);
    iso20022::append_escaped(text_, text, false);
    text_ += end_tag(branch.node);
    return true;
  }

  /// Whether it is known what the values of `source` were checked for on their way there.
  bool is_checked(std::uint32_t source) const {
    return source != no_node && !before_.fills().empty() && before_.checks_values_;
  }

  /// Every text there is well-formed and has as many characters as the message's type takes, which asks for no more.
  bool fits(const iso20022::SimpleType& simple, std::uint32_t source) const {
    if (simple.check != iso20022::SimpleType::Check::length || !is_checked(source)) return false;
    const Facets& known = plan_.source().facets_of(source);
    const LeafType type = plan_.source().nodes[source].type;
    return type == LeafType::text && known.check == nullptr && known.length_min >= simple.length_min &&
           known.length_max <= simple.length_max;
  }

  /// What was checked on its way into `source` makes every value there good for the message, and free of markup: it
  /// need not be checked a second time.
  bool is_proved(const iso20022::SimpleType& simple, std::uint32_t source) const {
    using Check = iso20022::SimpleType::Check;
    if (!is_checked(source)) return false;
    const Facets& known = plan_.source().facets_of(source);
    const LeafType type = plan_.source().nodes[source].type;
    if (simple.check == Check::decimal) {
      const bool from_zero = !simple.has_value_min || (known.non_negative && simple.value_min.whole.empty() &&
                                                       simple.value_min.fraction.empty());
      return type == LeafType::decimal && known.digits_total != 0 && known.digits_total <= simple.digits_total &&
             known.digits_fraction <= simple.digits_fraction && from_zero && !simple.has_value_max &&
             !simple.has_pattern;
    }
    if (simple.check == Check::codes || simple.check == Check::long_codes) {
      const auto& codes = simple.definition->codes;
      return !known.codes.empty() && std::all_of(known.codes.begin(), known.codes.end(), [&](const std::string& code) {
        return std::find(codes.begin(), codes.end(), code) != codes.end() && plain_.matches(code);
      });
    }
    // The pattern of a type with a check of its own is a part of that check.
    if (simple.check != Check::pattern || known.check == nullptr) return false;
    const auto pattern = iso20022::Pattern::compile(known.pattern);
    return pattern && pattern->is_within(simple.pattern, false) && pattern->is_within(plain_, false) &&
           known.length_min >= simple.length_min && known.length_max <= simple.length_max;
  }

  /// Whether two groups below the same parents may differ in it.
  bool varies(const Step& step) const {
    if (!step.evaluated) return before_.varies().empty() || before_.varies()[step.source];
    const Expression& row = plan_.expressions_[step.rule_number - 1];
    return !row.reads().empty() || row.varies(plan_.source(), plan_.source().item_node());
  }

  bool set_value(Step& step, const Branch& value, bool member) {
    const Op& op = *value.op;
    step.simple = simple_of(value.node);
    if (step.simple == nullptr || op.checked) return false;
    step.evaluated = op.kind == Op::Kind::leaf || op.kind == Op::Kind::value;
    step.optional = op.optional;
    step.demanded = op.demanded && !member;
    step.member = member;
    step.source = op.source;
    step.rule_number = op.rule_number;
    if (step.evaluated) {
      const ExpressionNode* field = plan_.expressions_[op.rule_number - 1].plain_field();
      program_.reads_table_ = program_.reads_table_ && field != nullptr;
      step.optional = field != nullptr && field->optional;
      step.source = field != nullptr ? field->field : no_node;
    }
    step.varies = varies(step);
    step.proved = is_proved(*step.simple, step.source);
    step.length_only = step.simple->check == iso20022::SimpleType::Check::length;
    step.fits = fits(*step.simple, step.source);
    step.length_min = step.simple->length_min;
    step.length_max = step.simple->length_max;
    return true;
  }

  /// A value with the tags around it: its own, or (`whole`) those of the groups that hold nothing else.
  bool write_value(const Branch& value, const Branch& whole, const std::string& before, const std::string& after,
                   bool member) {
    if (node_of(value).child_count != 0) return false;
    Step step{.kind = Step::Kind::value};
    if (!set_value(step, value, member)) return false;
    if (&whole != &value) {
      // Without the value the groups are not there, and the outermost is what is missed.
      step.demanded = node_of(whole).min_occurs != 0 && !member;
    }
    if (step.optional || step.evaluated) put_text();
    text_ += before;
    end_step(add(step), after);
    return true;
  }

  /// An element with attributes: they come before its value.
  bool write_element(const Branch& branch, bool member) {
    Step element{.kind = Step::Kind::element};
    if (!set_value(element, branch, member)) return false;
    put_text();
    text_ = start_tag(branch.node);
    text_.pop_back();
    const std::size_t first = program_.steps_.size();
    add(element);
    const Node& node = node_of(branch);
    for (std::uint32_t child = node.first_child; child < node.first_child + node.child_count; ++child) {
      bool found = false;
      for (const Branch& below : branch.below) {
        if (below.node != child) continue;
        found = true;
        const bool plain = is(below, Op::Kind::copy) || is(below, Op::Kind::leaf);
        if (!plain ||
            !write_value(below, below, " " + std::string(shape_.nodes[child].name.substr(1)) + "=\"", "\"", false)) {
          return false;
        }
        program_.steps_.back().attribute = true;
        program_.steps_.back().fits = false;  // a quote is markup there
      }
      if (!found && shape_.nodes[child].min_occurs != 0) return false;
    }
    text_ = ">";
    Step end = program_.steps_[first];
    end.kind = Step::Kind::element_end;
    end_step(add(end), end_tag(branch.node));
    program_.steps_[first].jump = static_cast<std::uint32_t>(program_.steps_.size());
    return true;
  }

  bool write_group(const Branch& branch, bool member) {
    const Node& node = node_of(branch);
    if (node.kind == NodeKind::leaf) return false;
    const bool optional = branch.op->optional;
    const bool choice = node.kind == NodeKind::choice && branch.below.size() > 1;
    if (optional && count_values(branch) == 1) {
      std::string before;
      std::string after;
      const Branch* value = nullptr;
      if (!flatten(branch, before, after, value)) return false;
      if (value->op->kind == Op::Kind::leaf || value->op->kind == Op::Kind::copy) {
        return write_value(*value, branch, before, after, member);
      }
    }
    if (!optional && !choice) {
      if (member) return false;
      text_ += start_tag(branch.node);
      if (!write_children(branch)) return false;
      text_ += end_tag(branch.node);
      return true;
    }
    put_text();
    // Groups that hold nothing but one another come and go together.
    const Branch* inner = &branch;
    text_ = start_tag(branch.node);
    std::string after = end_tag(branch.node);
    while (inner->below.size() == 1 && is(inner->below.front(), Op::Kind::enter) && covers(*inner)) {
      inner = &inner->below.front();
      text_ += start_tag(inner->node);
      after.insert(0, end_tag(inner->node));
    }
    const std::size_t enter = program_.steps_.size();
    add({.kind = Step::Kind::enter, .demanded = node.min_occurs != 0 && !member, .source = inner->op->source});
    if (!write_children(*inner)) return false;
    put_text();
    Step leave{.kind = Step::Kind::leave, .demanded = node.min_occurs != 0 && !member, .member = member};
    text_ = after;
    add(leave);
    program_.steps_[enter].jump = static_cast<std::uint32_t>(program_.steps_.size());
    return true;
  }

  /// The tags around the only value of a group.
  bool flatten(const Branch& branch, std::string& before, std::string& after, const Branch*& value) {
    if (is(branch, Op::Kind::constant)) {
      std::string kept = std::move(text_);
      text_.clear();
      const bool good = write_constant(branch);
      (value == nullptr ? before : after) += text_;
      text_ = std::move(kept);
      return good;
    }
    if (is(branch, Op::Kind::enter) && (!covers(branch) || node_of(branch).kind == NodeKind::leaf)) return false;
    (value == nullptr ? before : after) += start_tag(branch.node);
    if (!is(branch, Op::Kind::enter)) {
      value = &branch;
      after += end_tag(branch.node);
      return true;
    }
    for (const Branch& below : branch.below) {
      if (!flatten(below, before, after, value)) return false;
    }
    (value == nullptr ? before : after) += end_tag(branch.node);
    return true;
  }

  bool write_loop(const Branch& branch) {
    put_text();
    const std::size_t loop = program_.steps_.size();
    program_.steps_.push_back(
        {.kind = Step::Kind::loop, .demanded = node_of(branch).min_occurs != 0, .source = branch.op->node});
    if (!write(branch.below.front(), false)) return false;
    put_text();
    program_.steps_.push_back({.kind = Step::Kind::loop_end,
                               .jump = static_cast<std::uint32_t>(loop + 1),
                               .count_max = node_of(branch).max_occurs});
    program_.steps_[loop].jump = static_cast<std::uint32_t>(program_.steps_.size());
    return true;
  }

  const Plan& plan_;
  const iso20022::Message& message_;
  const Shape& shape_;
  const Plan& before_;
  MessageProgram& program_;
  const iso20022::Pattern plain_ = *iso20022::Pattern::compile("[A-Za-z0-9 ./:+\\-]*");  ///< no markup, surely
  std::uint32_t item_ = no_node;
  std::string text_;  ///< tags that wait for the next step
  std::size_t depth_ = 0;
};

std::optional<MessageProgram> MessageProgram::compile(const Plan& plan, Plan::Section section,
                                                      const iso20022::Message& message, const Shape& shape,
                                                      const Plan& before) {
  MessageProgram program;
  if (!message.constraints.empty()) return std::nullopt;  // what may stand once is the writer's to know
  if (!MessageProgramCompiler(plan, message, shape, before, program).compile(section)) return std::nullopt;
  return program;
}

}  // namespace tilmash::translator
