#include "adapters/formats/swift_mt/rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::formats::swift_mt {
namespace {

constexpr std::size_t loops_max = std::size(EvalContext{}.loops);

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool in_path(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '[' ||
         c == ']';
}

// occurrence(34F[]) and occurrences(34F[]): which one of a field that repeats, and how many of them there are in its
// sequence.
std::string check_occurrence(Expression& expression, ExpressionNode& node, std::span<const ExpressionType>) {
  ExpressionNode& field = expression.node(expression.argument(node, 0));
  if (field.kind != ExpressionNode::Kind::field || field.loop != field.field ||
      expression.scope()->source->nodes[field.field].max_occurs == unbounded) {
    return "the argument should be a field that repeats a stated number of times, such as 34F[]";
  }
  node.type.type = LeafType::integer;
  return {};
}

template <bool count_all>
Fault evaluate_occurrence(const Expression& expression, const ExpressionNode& node, EvalContext& context,
                          Value& value) {
  const ExpressionNode& field = expression.node(expression.argument(node, 0));
  value = {};
  value.present = true;
  const Cell* here = find_field(field, context);
  if (here == nullptr) return {};
  for (std::uint32_t at = context.source->find(field.field); at != no_cell; at = context.source->cell(at).next) {
    const Cell& cell = context.source->cell(at);
    if (cell.parent == here->parent) ++value.number.unscaled;
    if (!count_all && &cell == here) break;
  }
  return {};
}

constexpr ExpressionFunction functions[] = {
    {"occurrence", 1, 1, check_occurrence, evaluate_occurrence<false>},
    {"occurrences", 1, 1, check_occurrence, evaluate_occurrence<true>},
};

class RuleCompiler {
 public:
  RuleCompiler(const Message& message, const Shape& shape, Findings& findings)
      : message_(message), shape_(shape), findings_(findings) {}

  std::optional<Rule> compile(const RuleRow& row);

 private:
  std::optional<Expression> condition(const RuleRow& row, const std::string& text);
  std::vector<std::uint32_t> fields(const RuleRow& row, const std::string& path);
  std::vector<std::string> options(std::string_view path) const;
  std::string spell_out(std::string_view text) const;
  void error(const RuleRow& row, std::string text, std::string help = {}) {
    Diagnostic why;
    why.code = "SMT-0105"_code;
    why.place.file = row.file;
    why.place.line_number = row.line_number;
    why.path = fmt::format("{} {} {}", message_.name, row.rule, row.code);
    why.text = std::move(text);
    why.help = std::move(help);
    findings_.add(std::move(why));
  }

  const Message& message_;
  const Shape& shape_;
  Findings& findings_;
};

/// "entry[].60a.currency": the path with each option that is there and has the component. A path without "a" is itself.
std::vector<std::string> RuleCompiler::options(std::string_view path) const {
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string_view step = path.substr(begin, end - begin);
    if (step.size() == 3 && is_digit(step[0]) && is_digit(step[1]) && step[2] == 'a') {
      std::vector<std::string> found;
      std::string above(path.substr(0, begin == 0 ? 0 : begin - 1));
      const std::uint32_t parent = shape_.find_path(message_.node, above);
      if (parent == no_node) return {};
      const Node& group = shape_.nodes[parent];
      for (std::uint32_t i = group.first_child; i < group.first_child + group.child_count; ++i) {
        const std::string_view name = shape_.nodes[i].name;
        if (name.size() > 3 || name.substr(0, 2) != step.substr(0, 2)) continue;
        std::string each = fmt::format("{}{}{}", path.substr(0, begin), name, path.substr(end));
        if (shape_.find_path(message_.node, each) != no_node) found.push_back(std::move(each));
      }
      return found;
    }
    begin = end + 1;
  }
  return {std::string(path)};
}

/// Writes `present(56a)` and `60a.currency` with the options that they stand for.
std::string RuleCompiler::spell_out(std::string_view text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\'') {
      const std::size_t end = std::min(text.find('\'', at + 1), text.size() - 1) + 1;
      out += text.substr(at, end - at);
      at = end;
      continue;
    }
    if (!in_path(text[at])) {
      out += text[at++];
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && in_path(text[end])) ++end;
    const std::string_view path = text.substr(at, end - at);
    const std::vector<std::string> each = options(path);
    constexpr std::string_view call = "present(";
    if (each.size() < 2) {
      out += each.empty() ? std::string(path) : each[0];
    } else if (out.ends_with(call)) {
      out.insert(out.size() - call.size(), "(");
      out += fmt::format("{}))", fmt::join(each, ") or present("));
      ++end;
    } else {
      out += fmt::format("coalesce({}?)", fmt::join(each, "?, "));
    }
    at = end;
  }
  return out;
}

std::optional<Expression> RuleCompiler::condition(const RuleRow& row, const std::string& text) {
  ExpressionScope scope;
  scope.source = &shape_;
  scope.item = scope.base = message_.node;
  scope.functions = functions;
  ExpressionError wrong;
  const std::string spelled = spell_out(text);
  std::optional<Expression> expression = Expression::compile(spelled, scope, wrong);
  if (!expression) {
    error(row, wrong.text, fmt::format("it is read as: {}", spelled));
  } else if (!expression->type().condition || expression->loops().size() > loops_max) {
    error(row, "the rule should be a condition");
    expression.reset();
  }
  return expression;
}

std::vector<std::uint32_t> RuleCompiler::fields(const RuleRow& row, const std::string& path) {
  std::vector<std::uint32_t> nodes;
  for (const std::string& each : options(path)) {
    const std::uint32_t node = shape_.find_path(message_.node, each);
    if (node != no_node && shape_.nodes[node].kind == NodeKind::leaf) nodes.push_back(node);
  }
  if (nodes.empty()) error(row, fmt::format("\"{}\" is no component of {}", path, message_.name));
  return nodes;
}

std::optional<Rule> RuleCompiler::compile(const RuleRow& row) {
  const std::uint64_t errors_before = findings_.error_count();
  Rule rule;
  rule.row = &row;
  if (!row.when.empty()) rule.when = condition(row, row.when);
  for (const std::string& path : row.same) {
    for (const std::uint32_t node : fields(row, path)) rule.same.push_back(node);
  }
  if (!row.sum.empty()) {
    rule.sum = fields(row, row.sum);
    const std::vector<std::uint32_t> total = fields(row, row.equals);
    if (!total.empty()) rule.equals = total[0];
  }
  if (findings_.error_count() != errors_before) return std::nullopt;
  return rule;
}

class RuleChecker {
 public:
  RuleChecker(const Instance& instance, std::uint32_t message) : instance_(instance), message_(message) {
    context_.source = &instance;
    context_.arena = &arena_;
  }

  /// The cell that shows that the rule is broken; no_cell when it is not.
  std::uint32_t find(const Rule& rule) {
    if (rule.when && rule.same.empty() && rule.sum.empty()) return find_condition(*rule.when, 0);
    if (rule.when && find_condition(*rule.when, 0) == no_cell) return no_cell;
    return rule.sum.empty() ? find_other(rule) : find_sum(rule);
  }

 private:
  std::uint32_t find_condition(const Expression& condition, std::size_t depth);
  std::uint32_t find_other(const Rule& rule) const;
  std::uint32_t find_sum(const Rule& rule) const;
  std::uint32_t shown_by(const Expression& condition) const;
  bool is_one_of(std::uint32_t cell, const std::vector<std::uint32_t>& nodes) const {
    return std::find(nodes.begin(), nodes.end(), instance_.cell(cell).node) != nodes.end();
  }

  const Instance& instance_;
  std::uint32_t message_;
  Arena arena_;
  EvalContext context_;
};

/// The last of the fields it reads that is there, within the occurrences that are looked at: what the rule ends with is
/// what has to be there or not.
std::uint32_t RuleChecker::shown_by(const Expression& condition) const {
  const std::uint32_t scope = context_.loop_count == 0 ? message_ : context_.loops[context_.loop_count - 1].cell;
  std::uint32_t shown = scope;
  for (const std::uint32_t node : condition.reads()) {
    std::uint32_t cell = instance_.find_within(scope, node);
    if (cell == no_cell && !instance_.shape().is_below(node, instance_.cell(scope).node)) {
      cell = instance_.find_within(message_, node);
    }
    if (cell != no_cell) shown = cell;
  }
  return shown;
}

/// For each occurrence of the loops that it needs. A field that it needs and that is not there breaks no rule: that is
/// said of the field.
std::uint32_t RuleChecker::find_condition(const Expression& condition, std::size_t depth) {
  if (depth == condition.loops().size()) {
    Value value;
    const Fault fault = condition.evaluate(context_, value);
    return !fault && value.truth ? shown_by(condition) : no_cell;
  }
  if (depth == loops_max) return no_cell;
  const std::uint32_t node = condition.loops()[depth];
  const std::uint32_t scope = depth == 0 ? message_ : context_.loops[depth - 1].cell;
  std::uint32_t found = no_cell;
  for (std::uint32_t cell = instance_.find_within(scope, node);
       cell != no_cell && cell < instance_.subtree_end(scope) && found == no_cell; cell = instance_.cell(cell).next) {
    context_.loops[depth] = {node, cell};
    context_.loop_count = static_cast<std::uint32_t>(depth + 1);
    found = find_condition(condition, depth + 1);
  }
  context_.loop_count = static_cast<std::uint32_t>(depth);
  return found;
}

std::uint32_t RuleChecker::find_other(const Rule& rule) const {
  std::uint32_t first = no_cell;
  for (std::uint32_t at = message_ + 1; at < instance_.subtree_end(message_); ++at) {
    if (!is_one_of(at, rule.same)) continue;
    if (first == no_cell) first = at;
    if (instance_.cell(at).text.substr(0, rule.row->first) != instance_.cell(first).text.substr(0, rule.row->first)) {
      return at;
    }
  }
  return no_cell;
}

std::uint32_t RuleChecker::find_sum(const Rule& rule) const {
  const std::uint32_t total = instance_.find_within(message_, rule.equals);
  if (total == no_cell) return no_cell;
  DecimalSum sum;
  for (std::uint32_t at = message_ + 1; at < instance_.subtree_end(message_); ++at) {
    if (!is_one_of(at, rule.sum)) continue;
    const std::optional<Decimal> amount = parse_decimal(instance_.cell(at).text);
    if (!amount) return no_cell;
    sum.add(*amount);
  }
  const std::optional<Decimal> stated = parse_decimal(instance_.cell(total).text);
  return !stated || sum.equals(*stated) ? no_cell : total;
}

}  // namespace

std::vector<Rule> compile_rules(const Message& message, const Shape& shape, bool own_fields, Findings& findings) {
  std::vector<Rule> rules;
  Findings dropped;
  for (const RuleRow& row : message.rules) {
    RuleCompiler compiler(message, shape, own_fields || row.local ? findings : dropped);
    if (std::optional<Rule> rule = compiler.compile(row)) rules.push_back(std::move(*rule));
  }
  return rules;
}

std::vector<BrokenRule> find_broken(const std::vector<Rule>& rules, const Instance& instance, std::uint32_t cell) {
  std::vector<BrokenRule> broken;
  RuleChecker checker(instance, cell);
  for (const Rule& rule : rules) {
    if (const std::uint32_t at = checker.find(rule); at != no_cell) broken.push_back({&rule, at});
  }
  return broken;
}

}  // namespace tilmash::formats::swift_mt
