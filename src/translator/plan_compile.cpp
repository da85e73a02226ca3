#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "shape/facets.h"
#include "translator/plan.h"

namespace tilmash::translator {
namespace {

/// Groups that may repeat within each other.
constexpr std::size_t loops_max = std::extent_v<decltype(EvalContext::loops)>;

}  // namespace

/// Resolves targets, compiles expressions, and lays the rows out in the target's document order.
class PlanCompiler {
 public:
  PlanCompiler(PlanInput input, Plan& plan, Findings& findings)
      : input_(std::move(input)), shape_(*input_.target), plan_(plan), findings_(findings) {}

  void compile() {
    plan_.source_ = input_.source;
    plan_.target_ = input_.target;
    plan_.checks_values_ = input_.checks_values;
    plan_.reads_.assign(input_.source->nodes.size(), false);
    plan_.first_only_reads_.assign(input_.source->nodes.size(), false);
    read_in_full_.assign(input_.source->nodes.size(), false);
    plan_.fills_.assign(shape_.nodes.size(), false);
    plan_.rules_ = std::move(input_.rules);
    plan_.expressions_.resize(plan_.rules_.size());
    plan_.constants_.assign(plan_.rules_.size(), false);
    plan_.constant_values_.resize(plan_.rules_.size());

    std::vector<Row> sections[2];
    for (std::uint32_t number = 1; number <= plan_.rules_.size(); ++number) {
      Row row;
      row.rule_number = number;
      bool in_item = false;
      if (!resolve_target(row, in_item)) continue;
      if (is_declaration(row)) continue;
      if (!compile_expression(row, in_item)) {
        for (const Step& step : row.steps) tried_.push_back(step.node);
        continue;
      }
      sections[in_item ? 1 : 0].push_back(std::move(row));
    }
    if (input_.target_item != 0) build_section(0, 0, sections[0]);
    if (input_.target_item != no_node) build_section(1, input_.target_item, sections[1]);
    find_varying();
    // Another row reads all of them.
    for (std::uint32_t node = 0; node < read_in_full_.size(); ++node) {
      if (read_in_full_[node]) plan_.first_only_reads_[node] = false;
    }
  }

 private:
  struct Step {
    std::uint32_t node = 0;
    std::uint32_t occurrence = 0;  ///< 0: [] or a node that does not repeat; n: the n-th
    bool marked = false;           ///< with []
  };
  struct Row {
    std::uint32_t rule_number = 0;
    std::vector<Step> steps;  ///< from below the section's root to the leaf
    /// Without any mark the outermost that repeats takes a loop.
    bool takes_loop(std::size_t depth) const {
      return steps[depth].marked || std::none_of(steps.begin(), steps.end(), [](const Step& s) { return s.marked; });
    }
    std::uint32_t leaf() const { return steps.back().node; }
  };
  struct Name {
    std::string text;
    std::uint32_t occurrence = 0;
    bool marked = false;
  };
  using Rows = std::vector<const Row*>;
  using Op = Plan::Op;

  const Rule& rule(const Row& row) const { return plan_.rules_[row.rule_number - 1]; }
  Expression& expression(const Row& row) { return plan_.expressions_[row.rule_number - 1]; }

  /// An error at the target of a row, or at its expression.
  void error(const Rule& rule, bool at_target, Code code, std::string text, std::string help = {},
             std::uint32_t begin = 0, std::uint32_t length = 0) {
    const auto whole = static_cast<std::uint32_t>(rule.expression.size());
    Diagnostic found =
        config_error(*rule.file, *rule.at, code, std::move(text), std::move(help), rule.expanded ? 0 : begin + 1,
                     rule.expanded ? 0
                     : length == 0 ? whole
                                   : length);
    found.path = rule.target;
    if (at_target) {
      found.place.line_number = rule.key_line_number;
      found.place.column_number = rule.key_column_number;
      found.place.length_bytes = rule.key_length;
    }
    findings_.add(std::move(found));
  }

  bool resolve_target(Row& row, bool& in_item) {
    const Rule& rule = this->rule(row);
    std::vector<Name> names;
    for (std::string_view path = rule.target; !path.empty();) {
      const std::size_t cut = std::min(path.find(shape_.separator), path.size());
      std::string_view step = path.substr(0, cut);
      path = cut == path.size() ? std::string_view() : path.substr(cut + 1);
      std::uint32_t occurrence = 0;
      const bool marked = step.ends_with("[]");
      if (const std::size_t open = step.find('['); open != std::string_view::npos && step.ends_with(']')) {
        for (const char c : step.substr(open + 1, step.size() - open - 2)) {
          if (c < '0' || c > '9') occurrence = 1000;
          occurrence = occurrence * 10 + static_cast<std::uint32_t>(c - '0');
        }
        step = step.substr(0, open);
      }
      names.push_back({std::string(step), occurrence, marked});
    }
    const std::uint32_t starts[] = {input_.target_item, input_.target_base, 0};
    for (const std::uint32_t start : starts) {
      if (start != no_node && walk(start, names, row)) break;
    }
    if (row.steps.empty()) {
      unknown_target(rule, names);
      return false;
    }
    // Cut what lies above the section's root.
    const std::uint32_t item = input_.target_item;
    in_item = item != no_node && shape_.is_below(row.leaf(), item) && row.leaf() != item;
    if (in_item) {
      while (!row.steps.empty() && (row.steps.front().node == item || !shape_.is_below(row.steps.front().node, item))) {
        row.steps.erase(row.steps.begin());
      }
    }
    return true;
  }

  /// Follows names from `start`, then adds the steps between the section's root and `start`.
  bool walk(std::uint32_t start, const std::vector<Name>& names, Row& row) {
    std::vector<Step> steps;
    std::uint32_t at = start;
    for (const auto& [name, occurrence, marked] : names) {
      at = shape_.find_child(at, name);
      if (at == no_node || occurrence > 999) return false;
      steps.push_back({at, occurrence == 1 && !shape_.nodes[at].repeats() ? 0 : occurrence, marked});
    }
    for (std::uint32_t above = start; above != 0 && above != no_node; above = shape_.nodes[above].parent) {
      steps.insert(steps.begin(), {above, 0});
    }
    row.steps = std::move(steps);
    return !row.steps.empty();
  }

  void unknown_target(const Rule& rule, const std::vector<Name>& names) {
    std::vector<std::string> known;
    std::uint32_t at = input_.target_item != no_node ? input_.target_item : input_.target_base;
    std::string missing = names.empty() ? "" : names.front().text;
    for (const auto& [name, occurrence, marked] : names) {
      missing = name;
      const std::uint32_t next = shape_.find_child(at, name);
      if (next == no_node) break;
      at = next;
    }
    const Node& parent = shape_.nodes[at];
    for (std::uint32_t i = parent.first_child; i < parent.first_child + parent.child_count; ++i) {
      known.emplace_back(shape_.nodes[i].name);
    }
    const std::string near = nearest_name(missing, known);
    error(rule, true, "MAP-0003"_code, fmt::format("\"{}\" has no field \"{}\"", shape_.id, rule.target),
          near.empty() ? "" : fmt::format("the nearest name there is \"{}\"", near));
  }

  /// "CdtTrfTxInf[]" = "items[]": says which nodes repeat together; the loops follow from the rows below them.
  bool is_declaration(const Row& row) {
    const Rule& rule = this->rule(row);
    return rule.target.ends_with("[]") && rule.expression.ends_with("[]") &&
           shape_.nodes[row.leaf()].kind != NodeKind::leaf;
  }

  bool compile_expression(const Row& row, bool in_item) {
    const Rule& rule = this->rule(row);
    const Node& leaf = shape_.nodes[row.leaf()];
    if (leaf.kind != NodeKind::leaf) {
      error(rule, true, "MAP-0004"_code, fmt::format("\"{}\" is a group; a row fills one of its fields", rule.target));
      return false;
    }
    ExpressionScope scope;
    scope.source = input_.source;
    scope.item = input_.source->item_node() != no_node ? input_.source->item_node() : input_.source_base;
    scope.base = input_.source_base;
    scope.lookups = input_.lookups;
    scope.functions = payment_functions();
    scope.aggregates = input_.aggregates && !in_item;
    ExpressionError problem;
    auto compiled = Expression::compile(rule.expression, scope, problem);
    if (!compiled) {
      error(rule, false, problem.code, problem.text, problem.help, problem.begin, problem.length);
      return false;
    }
    Expression& target = expression(row) = std::move(*compiled);
    for (const std::uint32_t node : target.reads()) plan_.reads_[node] = true;
    const std::vector<std::uint32_t> first_only = target.first_only_reads();
    for (const std::uint32_t node : first_only) plan_.first_only_reads_[node] = true;
    for (const std::uint32_t node : target.reads()) {
      if (std::find(first_only.begin(), first_only.end(), node) == first_only.end()) read_in_full_[node] = true;
    }
    plan_.sums_.insert(plan_.sums_.end(), target.sums().begin(), target.sums().end());
    plan_.fills_[row.leaf()] = true;
    plan_.constants_[row.rule_number - 1] = target.type().constant;
    return check_types(row, target.type());
  }

  static bool textual(LeafType type) { return type == LeafType::text || type == LeafType::code; }
  static bool number(LeafType type) { return type == LeafType::integer || type == LeafType::decimal; }

  bool check_types(const Row& row, const ExpressionType& type) {
    const Rule& rule = this->rule(row);
    const Node& leaf = shape_.nodes[row.leaf()];
    const Facets& facets = shape_.facets_of(row.leaf());
    const bool fits = !type.condition && (type.type == leaf.type || (textual(type.type) && textual(leaf.type)) ||
                                          (type.type == LeafType::integer && leaf.type == LeafType::decimal) ||
                                          (textual(type.type) && leaf.type == LeafType::binary));
    if (!fits) {
      error(rule, false, "MAP-0006"_code,
            fmt::format("\"{}\" is {}, and the expression gives {}", rule.target, to_text(leaf.type),
                        type.condition ? "a condition" : to_text(type.type)),
            "text(x), decimal(x) and date_of(x) convert");
      return false;
    }
    if (type.constant) return check_constant(row, facets, leaf.type);
    // A type with a check of its own (an IBAN, a BIC) refuses what does not fit; nothing is cut in silence.
    if (textual(leaf.type) && facets.codes.empty() && facets.check == nullptr && facets.length_max != unbounded &&
        type.length_max > facets.length_max) {
      error(rule, false, "MAP-0007"_code,
            fmt::format("up to {} characters may not fit \"{}\", which holds {}",
                        type.length_max == unbounded ? "any number of" : std::to_string(type.length_max), rule.target,
                        facets.length_max),
            fmt::format("truncate(x, {0}) cuts and reports, within(x, {0}) rejects", facets.length_max));
      return false;
    }
    if (number(leaf.type) && facets.digits_total != 0) {
      if (type.digits_total > facets.digits_total || type.digits_fraction > facets.digits_fraction) {
        error(
            rule, false, "MAP-0007"_code,
            fmt::format("{} digits, {} of them fraction, may not fit \"{}\", which holds {} and {}", type.digits_total,
                        type.digits_fraction, rule.target, facets.digits_total, facets.digits_fraction),
            fmt::format("within(x, {}, {}) rejects what does not fit", facets.digits_total, facets.digits_fraction));
        return false;
      }
    }
    return true;
  }

  bool check_constant(const Row& row, const Facets& facets, LeafType type) {
    EvalContext context;
    context.arena = plan_.constant_texts_.get();
    Value& value = plan_.constant_values_[row.rule_number - 1];
    if (expression(row).evaluate(context, value)) return false;
    const Code broken = check_facets(facets, type, value.text, value.number);
    if (!broken) return true;
    error(rule(row), false, "MAP-0011"_code,
          fmt::format("the constant does not fit \"{}\" ({})", rule(row).target, to_text(broken)));
    return false;
  }

  /// The header rows that give other values for other items, if they can be set one by one.
  void find_varying() {
    const std::uint32_t item = input_.source->item_node();
    const std::vector<Op>& ops = plan_.ops_[0];
    plan_.varies_.assign(shape_.nodes.size(), false);
    plan_.can_refresh_ = true;
    for (std::uint32_t i = 0; i < ops.size(); ++i) {
      if (ops[i].kind == Op::Kind::loop) plan_.can_refresh_ = false;
      if (ops[i].rule_number == 0 || !plan_.expressions_[ops[i].rule_number - 1].varies(*input_.source, item)) continue;
      if (ops[i].kind != Op::Kind::leaf && ops[i].kind != Op::Kind::copy) plan_.can_refresh_ = false;
      plan_.varies_[ops[i].node] = true;
      plan_.varying_ops_.push_back(i);
    }
  }

  // Laying out.

  void build_section(std::size_t section, std::uint32_t root, const std::vector<Row>& rows) {
    ops_ = &plan_.ops_[section];
    Rows all;
    for (const Row& row : rows) all.push_back(&row);
    build_children(root, all, 0, false, true, 0);
  }

  /// The children of `parent` in document order. `waits`: constants wait for another value, in some group above;
  /// `certain`: `parent` is there in every instance; `loops`: source loops that are open.
  void build_children(std::uint32_t parent, const Rows& rows, std::size_t depth, bool waits, bool certain,
                      std::size_t loops) {
    const Node& node = shape_.nodes[parent];
    bool any = false;
    for (std::uint32_t child = node.first_child; child < node.first_child + node.child_count; ++child) {
      Rows below;
      for (const Row* row : rows) {
        if (row->steps.size() > depth && row->steps[depth].node == child) below.push_back(row);
      }
      if (child == input_.target_item) continue;
      if (below.empty()) {
        const bool demanded = shape_.nodes[child].min_occurs > 0 && !only_structural(child);
        if (demanded && node.kind != NodeKind::choice && !holds_item(child)) {
          missing_target(parent, child, certain, rows);
        }
        continue;
      }
      any = true;
      build_occurrences(child, below, depth, waits, certain && node.kind != NodeKind::choice, loops);
    }
    if (!any && node.kind == NodeKind::choice && certain) missing_target(node.parent, parent, certain, rows);
  }

  /// The codec fills it by itself: a record of constants and control totals.
  bool only_structural(std::uint32_t index) const {
    const Node& node = shape_.nodes[index];
    if (node.kind == NodeKind::leaf) return node.structural;
    for (std::uint32_t child = node.first_child; child < node.first_child + node.child_count; ++child) {
      if (shape_.nodes[child].min_occurs > 0 && !only_structural(child)) return false;
    }
    return node.child_count != 0;
  }

  bool holds_item(std::uint32_t node) const {
    return input_.target_item != no_node && input_.target_item != 0 && shape_.is_below(input_.target_item, node);
  }

  void missing_target(std::uint32_t parent, std::uint32_t child, bool certain, const Rows& rows) {
    // A row is there, and wrong: that was said.
    if (std::find(tried_.begin(), tried_.end(), child) != tried_.end()) return;
    if (!certain && rows.empty()) return;
    if (plan_.rules_.empty()) return;
    // The row that makes an optional group appear is the place to show; what must be there in any case is missing from
    // the table of the rows.
    const Rule& near = rows.empty() ? plan_.rules_.front() : rule(*rows.front());
    const ConfigValue::Member* const table = certain ? table_of(near) : nullptr;
    Diagnostic found = config_error(*near.file, table != nullptr ? table->value : *near.at, "MAP-0008"_code,
                                    fmt::format("no row fills \"{}\", which \"{}\" must have", shape_.path_of(child),
                                                parent == 0 ? shape_.id : shape_.path_of(parent)));
    found.path = shape_.path_of(child);
    if (table != nullptr) {
      found.place.length_bytes = table->key.size() + 2;
    } else {
      found.place.line_number = near.key_line_number;
      found.place.column_number = near.key_column_number;
      found.place.length_bytes = near.key_length;
    }
    findings_.add(std::move(found));
  }

  /// `[in]`, `[out]` or `[both]`, where the row stands; nullptr for a row of an overlay.
  static const ConfigValue::Member* table_of(const Rule& rule) {
    for (const ConfigValue::Member& table : rule.file->root.members) {
      for (const ConfigValue::Member& row : table.value.members) {
        if (&row.value == rule.at) return &table;
      }
    }
    return nullptr;
  }

  void build_occurrences(std::uint32_t child, const Rows& rows, std::size_t depth, bool waits, bool certain,
                         std::size_t loops) {
    std::vector<std::uint32_t> numbers;
    for (const Row* row : rows) numbers.push_back(row->steps[depth].occurrence);
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    for (const std::uint32_t number : numbers) {
      Rows same;
      for (const Row* row : rows) {
        if (row->steps[depth].occurrence == number) same.push_back(row);
      }
      if (number > shape_.nodes[child].max_occurs) {
        error(rule(*same.front()), true, "MAP-0003"_code,
              fmt::format("\"{}\" occurs at most {} times", shape_.path_of(child), shape_.nodes[child].max_occurs));
        continue;
      }
      const std::uint32_t source_loop = number == 0 ? find_loop(child, same, depth, loops) : no_node;
      if (source_loop == no_node) {
        build_node(child, same, depth, waits, certain && number <= 1, loops);
        continue;
      }
      if (loops == loops_max) {
        error(rule(*same.front()), true, "MAP-0010"_code,
              fmt::format("more than {} groups repeat within each other", loops_max));
        continue;
      }
      const std::size_t loop = ops_->size();
      ops_->push_back({.kind = Op::Kind::loop, .node = source_loop});
      build_node(child, same, depth, true, false, loops + 1);
      ops_->push_back({.kind = Op::Kind::loop_end, .jump = static_cast<std::uint32_t>(loop + 1)});
      (*ops_)[loop].jump = static_cast<std::uint32_t>(ops_->size());
    }
  }

  /// The source node that a repeated target loops over: the next loop of its rows beyond those already open.
  std::uint32_t find_loop(std::uint32_t child, const Rows& rows, std::size_t depth, std::size_t loops) {
    std::uint32_t found = no_node;
    for (const Row* row : rows) {
      const auto& own = expression(*row).loops();
      if (own.size() <= loops) continue;
      if (!shape_.nodes[child].repeats() || !row->takes_loop(depth)) continue;  // a deeper step takes it
      if (found != no_node && found != own[loops]) {
        error(rule(*row), false, "MAP-0010"_code,
              fmt::format("\"{}\" would repeat over two different groups", shape_.path_of(child)));
      }
      found = own[loops];
    }
    return found;
  }

  void build_node(std::uint32_t child, const Rows& rows, std::size_t depth, bool waits, bool certain,
                  std::size_t loops) {
    const Node& node = shape_.nodes[child];
    const bool may_be_left_out = node.min_occurs == 0 || optional_choice(child);
    const Row* own = nullptr;
    Rows below;
    for (const Row* row : rows) {
      if (row->steps.size() > depth + 1) {
        below.push_back(row);
      } else if (own != nullptr) {
        error(rule(*row), true, "MAP-0005"_code, fmt::format("\"{}\" is filled twice", rule(*row).target),
              "the other row is " + rule(*own).place());
      } else {
        own = row;
      }
    }
    if (own != nullptr) check_own(*own, loops, certain && node.min_occurs > 0);
    const bool inside_certain = certain && !may_be_left_out;
    if (node.kind == NodeKind::leaf && node.child_count == 0) {
      ops_->push_back(row_op(*own, child, false, waits));
      return;
    }
    // A group whose rows are all constants is there whenever its parent is; one with other rows waits for them.
    const bool all_constant =
        std::all_of(rows.begin(), rows.end(), [&](const Row* row) { return expression(*row).type().constant; });
    const bool droppable = may_be_left_out && !all_constant;
    const std::size_t enter = ops_->size();
    if (own != nullptr) {
      ops_->push_back(row_op(*own, child, true, waits));
    } else {
      ops_->push_back({.kind = Op::Kind::enter, .optional = droppable, .node = child});
      if (droppable) ops_->back().source = find_guard(rows);
    }
    build_children(child, below, depth + 1, waits || droppable, inside_certain, loops);
    ops_->push_back({.kind = Op::Kind::leave, .optional = droppable, .node = child});
    (*ops_)[enter].jump = static_cast<std::uint32_t>(ops_->size());
  }

  /// A member of a choice is optional by itself, whatever its own occurrence says.
  bool optional_choice(std::uint32_t child) const {
    return shape_.nodes[shape_.nodes[child].parent].kind == NodeKind::choice;
  }

  void check_own(const Row& row, std::size_t loops, bool mandatory) {
    const Expression& own = expression(row);
    if (own.loops().size() > loops) {
      error(rule(row), false, "MAP-0010"_code,
            fmt::format("the expression repeats, but \"{}\" does not", rule(row).target),
            "first(x[].y) takes the first occurrence");
    }
    if (mandatory && own.type().may_be_absent) {
      error(rule(row), false, "MAP-0009"_code,
            fmt::format("\"{}\" is mandatory, but the expression may give nothing", rule(row).target),
            "leave out the ?, or give another value with coalesce(x?, y)");
    }
  }

  Op row_op(const Row& row, std::uint32_t child, bool has_children, bool waits) {
    const Expression& own = expression(row);
    const ExpressionNode* field = own.plain_field();
    const bool constant = own.type().constant;
    Op op{.kind = has_children ? Op::Kind::value : Op::Kind::leaf, .node = child, .rule_number = row.rule_number};
    op.demanded = shape_.nodes[child].min_occurs != 0;
    op.checked = input_.checks_values && !constant && needs_check(row);
    if (field != nullptr && (field->loop == no_node || field->first_only)) {
      op.kind = has_children ? Op::Kind::copy_value : Op::Kind::copy;
      op.optional = field->optional;
      op.source = field->field;
    } else if (constant && !has_children) {
      op.kind = Op::Kind::constant;
      op.weak = waits;
    }
    return op;
  }

  /// The deepest source node without which none of these rows has a value; no_node when that can't be said.
  std::uint32_t find_guard(const Rows& rows) {
    const std::uint32_t item = input_.source->item_node();
    std::uint32_t guard = no_node;
    for (const Row* row : rows) {
      const Expression& own = expression(*row);
      const ExpressionNode* field = own.plain_field();
      if (own.type().constant) continue;
      if (field == nullptr || !(field->optional || !own.loops().empty())) return no_node;
      const std::uint32_t needed = own.loops().empty() ? field->field : own.loops().front();
      if (guard == no_node) guard = needed;
      while (!input_.source->is_below(needed, guard)) guard = input_.source->nodes[guard].parent;
    }
    return guard == 0 || guard == item ? no_node : guard;
  }

  static bool gives_only(const Lookup* table, const std::vector<std::string>& codes) {
    return table != nullptr && std::all_of(table->entries.begin(), table->entries.end(), [&](const auto& entry) {
             return std::find(codes.begin(), codes.end(), entry.second) != codes.end();
           });
  }

  /// Lengths and digits were proved when compiled; what is left is codes, a value's own check, blanks and signs.
  bool needs_check(const Row& row) {
    const Facets& facets = shape_.facets_of(row.leaf());
    const ExpressionType& type = expression(row).type();
    const ExpressionNode* plain = expression(row).plain_field();
    const Facets* source = plain != nullptr ? &input_.source->facets_of(plain->field) : nullptr;
    if (facets.check != nullptr) {  // it knows about length and codes as well
      const bool passed = !type.checked_as.empty() && type.checked_as == facets.type_name;
      return !passed && (source == nullptr || source->check != facets.check);
    }
    if (!facets.codes.empty() && (source == nullptr || source->codes != facets.codes) &&
        !gives_only(expression(row).plain_lookup(), facets.codes)) {
      return true;
    }
    const std::uint32_t sure =
        source == nullptr ? 0 : std::max(source->length_min, input_.source->empty_is_absent ? 1u : 0u);
    if (facets.length_min > sure) return true;
    return facets.non_negative && !type.non_negative && number(type.type);
  }

  PlanInput input_;
  const Shape& shape_;
  Plan& plan_;
  Findings& findings_;
  std::vector<Op>* ops_ = nullptr;
  std::vector<bool> read_in_full_;    ///< source leaves of which some row reads every occurrence, by node
  std::vector<std::uint32_t> tried_;  ///< target nodes of rows that did not compile
};

Plan Plan::compile(PlanInput input, Findings& findings) {
  Plan plan;
  PlanCompiler(std::move(input), plan, findings).compile();
  return plan;
}

}  // namespace tilmash::translator
