#include "shape/expression.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/config.h"
#include "base/text.h"

namespace tilmash {
namespace {

bool starts_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '^' || c == '@';
}
bool in_name(char c) {
  return starts_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-' || c == '[' || c == ']';
}

}  // namespace

/// Recursive descent over the text; depth is bounded, and so is the number of nodes.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, const ExpressionScope& scope, Expression& out, ExpressionError& error)
      : text_(text), scope_(scope), out_(out), error_(error) {}

  bool parse() {
    const auto root = parse_or();
    if (!root) return false;
    skip_blanks();
    if (at_ < text_.size())
      return fail("EXP-0001"_code, "there is more text than an expression", at_, text_.size() - at_);
    out_.root_ = *root;
    return true;
  }

 private:
  using Index = std::optional<std::uint32_t>;
  static constexpr std::size_t nodes_max = 500;
  static constexpr int depth_max = 40;

  bool fail(Code code, std::string text, std::size_t begin, std::size_t length, std::string help = {}) {
    if (error_.code) return false;  // the first one tells
    error_ = {code, std::move(text), std::move(help), static_cast<std::uint32_t>(begin),
              static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))};
    return false;
  }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    if (starts_name(token[0]) && at_ + token.size() < text_.size() && in_name(text_[at_ + token.size()])) return false;
    at_ += token.size();
    return true;
  }

  std::uint32_t add(ExpressionNode node) {
    out_.nodes_.push_back(std::move(node));
    return static_cast<std::uint32_t>(out_.nodes_.size() - 1);
  }

  Index call(std::string_view name, std::vector<std::uint32_t> arguments, std::size_t begin) {
    const ExpressionFunction* function = find_expression_function(name, scope_.functions);
    if (function == nullptr) {
      std::vector<std::string> known;
      for (const auto& each : built_in_functions()) known.emplace_back(each.name);
      for (const auto& each : scope_.functions) known.emplace_back(each.name);
      const std::string near = nearest_name(name, known);
      fail("EXP-0002"_code, fmt::format("there is no function {}()", name), begin, name.size(),
           near.empty() ? "" : fmt::format("the nearest function is {}()", near));
      return std::nullopt;
    }
    if (arguments.size() < function->arguments_min || arguments.size() > function->arguments_max) {
      fail("EXP-0005"_code,
           fmt::format("{}() takes {} to {} arguments, not {}", name, function->arguments_min, function->arguments_max,
                       arguments.size()),
           begin, at_ - begin);
      return std::nullopt;
    }
    if (out_.nodes_.size() > nodes_max) {
      fail("EXP-0001"_code, "the expression is too long", 0, text_.size());
      return std::nullopt;
    }
    ExpressionNode node;
    node.kind = ExpressionNode::Kind::call;
    node.function = function;
    node.begin = static_cast<std::uint32_t>(begin);
    node.length = static_cast<std::uint32_t>(at_ - begin);
    node.argument_first = static_cast<std::uint32_t>(out_.arguments_.size());
    node.argument_count = static_cast<std::uint32_t>(arguments.size());
    out_.arguments_.insert(out_.arguments_.end(), arguments.begin(), arguments.end());
    std::vector<ExpressionType> types;
    for (const std::uint32_t argument : arguments) types.push_back(out_.nodes_[argument].type);
    const std::string problem = function->check(out_, node, types);
    if (!problem.empty()) {
      fail("EXP-0004"_code, fmt::format("{}(): {}", name, problem), begin, at_ - begin);
      return std::nullopt;
    }
    return add(std::move(node));
  }

  Index parse_chain(Index (ExpressionParser::*next)(), std::string_view token, std::string_view function) {
    skip_blanks();
    const std::size_t begin = at_;
    const Index first = (this->*next)();
    if (!first) return std::nullopt;
    std::vector<std::uint32_t> parts{*first};
    while (take(token)) {
      const Index part = (this->*next)();
      if (!part) return std::nullopt;
      parts.push_back(*part);
    }
    return parts.size() == 1 ? first : call(function, std::move(parts), begin);
  }

  Index parse_or() {
    if (++depth_ > depth_max) {
      fail("EXP-0001"_code, "the expression is nested too deeply", at_, 1);
      return std::nullopt;
    }
    const Index result = parse_chain(&ExpressionParser::parse_and, "or", "or");
    --depth_;
    return result;
  }
  Index parse_and() { return parse_chain(&ExpressionParser::parse_not, "and", "and"); }
  Index parse_concat() { return parse_chain(&ExpressionParser::parse_primary, "&", "&"); }

  Index parse_not() {
    skip_blanks();
    const std::size_t begin = at_;
    if (!take("not")) return parse_comparison();
    const Index part = parse_comparison();
    if (!part) return std::nullopt;
    return call("not", {*part}, begin);
  }

  Index parse_comparison() {
    skip_blanks();
    const std::size_t begin = at_;
    const Index left = parse_concat();
    if (!left) return std::nullopt;
    if (take("=")) return compare("=", *left, begin);
    if (take("!=")) return compare("!=", *left, begin);
    if (take("in")) {
      if (!take("(")) {
        fail("EXP-0001"_code, "a list in parentheses should follow \"in\"", at_, 1);
        return std::nullopt;
      }
      auto arguments = parse_arguments();
      if (!arguments) return std::nullopt;
      arguments->insert(arguments->begin(), *left);
      return call("in", std::move(*arguments), begin);
    }
    return left;
  }

  Index compare(std::string_view function, std::uint32_t left, std::size_t begin) {
    const Index right = parse_concat();
    if (!right) return std::nullopt;
    return call(function, {left, *right}, begin);
  }

  std::optional<std::vector<std::uint32_t>> parse_arguments() {
    std::vector<std::uint32_t> arguments;
    if (take(")")) return arguments;
    do {
      const Index argument = parse_or();
      if (!argument) return std::nullopt;
      arguments.push_back(*argument);
    } while (take(","));
    if (!take(")")) {
      fail("EXP-0001"_code, "a closing parenthesis is missing", at_, 1);
      return std::nullopt;
    }
    return arguments;
  }

  /// 33B.currency is a field, 33.5 a number: a name has a letter.
  bool digit_begins_name() const {
    if (text_[at_] < '0' || text_[at_] > '9') return false;
    for (std::size_t i = at_; i < text_.size() && in_name(text_[i]); ++i) {
      if (starts_name(text_[i])) return true;
    }
    return false;
  }

  Index parse_primary() {
    skip_blanks();
    if (at_ == text_.size()) {
      fail("EXP-0001"_code, "an expression is missing here", at_ == 0 ? 0 : at_ - 1, 1);
      return std::nullopt;
    }
    const char c = text_[at_];
    if (c == '\'') return parse_literal();
    if (c >= '0' && c <= '9' && !digit_begins_name()) return parse_number();
    if (take("(")) {
      const Index inner = parse_or();
      if (inner && !take(")")) {
        fail("EXP-0001"_code, "a closing parenthesis is missing", at_, 1);
        return std::nullopt;
      }
      return inner;
    }
    if (!starts_name(c) && !digit_begins_name()) {
      fail("EXP-0001"_code, "a field, a 'text', a number or a function should stand here", at_, 1);
      return std::nullopt;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && in_name(text_[at_])) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (at_ < text_.size() && text_[at_] == '(') {
      ++at_;
      if (name == "lookup") return parse_lookup(begin);
      auto arguments = parse_arguments();
      if (!arguments) return std::nullopt;
      return call(name, std::move(*arguments), begin);
    }
    return parse_field(name, begin);
  }

  std::string_view keep(std::string text) {
    return *out_.literals_.emplace_back(std::make_unique<std::string>(std::move(text)));
  }

  Index parse_literal() {
    const std::size_t begin = at_++;
    std::string text;
    for (;; ++at_) {
      if (at_ == text_.size()) {
        fail("EXP-0001"_code, "the closing quote is missing", begin, text_.size() - begin);
        return std::nullopt;
      }
      if (text_[at_] == '\'') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
          ++at_;  // '' is one quote
        } else {
          break;
        }
      }
      text += text_[at_];
    }
    ++at_;
    ExpressionNode node;
    node.literal = keep(std::move(text));
    node.type.constant = true;
    node.type.length_max = static_cast<std::uint32_t>(count_characters(node.literal));
    return add(finish(std::move(node), begin));
  }

  Index parse_number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && ((text_[at_] >= '0' && text_[at_] <= '9') || text_[at_] == '.')) ++at_;
    const auto number = parse_decimal(text_.substr(begin, at_ - begin));
    if (!number) {
      fail("EXP-0001"_code, "this is no number", begin, at_ - begin);
      return std::nullopt;
    }
    ExpressionNode node;
    node.literal = keep(to_text(*number));
    node.number = *number;
    node.type.type = number->scale == 0 ? LeafType::integer : LeafType::decimal;
    node.type.constant = true;
    node.type.digits_fraction = number->scale;
    node.type.length_max = static_cast<std::uint32_t>(node.literal.size());
    return add(finish(std::move(node), begin));
  }

  ExpressionNode finish(ExpressionNode node, std::size_t begin) {
    node.begin = static_cast<std::uint32_t>(begin);
    node.length = static_cast<std::uint32_t>(at_ - begin);
    return node;
  }

  /// lookup(table, key): the first argument is a table's name, not a field.
  Index parse_lookup(std::size_t begin) {
    skip_blanks();
    const std::size_t name_begin = at_;
    while (at_ < text_.size() && in_name(text_[at_])) ++at_;
    const std::string_view name = text_.substr(name_begin, at_ - name_begin);
    const Lookup* lookup = nullptr;
    if (scope_.lookups != nullptr) {
      if (const auto found = scope_.lookups->find(name); found != scope_.lookups->end()) lookup = &found->second;
    }
    if (lookup == nullptr) {
      fail("EXP-0007"_code, fmt::format("there is no lookup table \"{}\"", name), name_begin, name.size(),
           "tables stand in the mapping under [lookup.NAME], or in a file named by `lookup_files`");
      return std::nullopt;
    }
    if (!take(",")) {
      fail("EXP-0001"_code, "lookup(table, key): the key is missing", at_, 1);
      return std::nullopt;
    }
    auto arguments = parse_arguments();
    if (!arguments) return std::nullopt;
    const Index index = call("lookup", std::move(*arguments), begin);
    if (!index) return std::nullopt;
    out_.nodes_[*index].lookup = lookup;
    out_.nodes_[*index].type.length_max = lookup->length_max;
    return index;
  }

  Index parse_field(std::string_view name, std::size_t begin) {
    const bool optional = at_ < text_.size() && text_[at_] == '?';
    if (optional) ++at_;
    const Shape& shape = *scope_.source;
    std::string_view path = name;
    std::uint32_t from = scope_.item;
    bool climbed = false;
    for (; path.starts_with('^'); path.remove_prefix(1)) {
      climbed = true;
      if (shape.nodes[from].parent == no_node) {
        fail("EXP-0003"_code, "there is nothing above that", begin, name.size());
        return std::nullopt;
      }
      from = shape.nodes[from].parent;
    }
    std::string_view failed;
    std::uint32_t field = shape.find_path(from, path, &failed);
    if (field == no_node && !climbed && scope_.base != scope_.item) {
      std::string_view failed_base;
      field = shape.find_path(scope_.base, path, &failed_base);
      if (field != no_node) from = scope_.base;
    }
    if (field == no_node || path.empty()) return unknown_field(name, failed, from, begin);

    ExpressionNode node;
    node.kind = ExpressionNode::Kind::field;
    node.field = field;
    node.optional = optional;
    set_field_type(shape, node);
    // The stream loops over the item itself, so a mark on it is welcome but makes no loop.
    const bool through_item = shape.is_below(field, scope_.item) && !shape.is_below(from, scope_.item);
    std::vector<std::uint32_t> loops;
    for (std::uint32_t above = field; above != no_node && above != from && !shape.is_below(scope_.item, above);
         above = shape.nodes[above].parent) {
      if (shape.nodes[above].repeats()) loops.insert(loops.begin(), above);
    }
    if (name.find("[1]") != std::string_view::npos) {
      node.first_only = true;
      loops.clear();
    }
    if (!loops.empty()) node.loop = loops.back();
    std::size_t marks = 0;
    for (std::size_t i = name.find("[]"); i != std::string_view::npos; i = name.find("[]", i + 2)) ++marks;
    if (marks != loops.size() && !(through_item && marks == loops.size() + 1)) {
      fail("EXP-0006"_code,
           loops.empty()
               ? fmt::format("\"{}\" does not repeat", name)
               : fmt::format("\"{}\" repeats; each repeated step is marked with []", shape.path_of(loops.back())),
           begin, name.size(),
           loops.empty() ? "leave the [] out"
                         : fmt::format("write {} for every occurrence, or first(...) for the first one",
                                       shape.path_of(field, true)));
      return std::nullopt;
    }
    if (loops.size() > out_.loops_.size()) out_.loops_ = loops;
    out_.reads_.push_back(field);
    return add(finish(std::move(node), begin));
  }

  static void set_field_type(const Shape& shape, ExpressionNode& node) {
    const Facets& facets = shape.facets_of(node.field);
    node.type.type = shape.nodes[node.field].type;
    node.type.may_be_absent = node.optional;
    node.type.non_negative = facets.non_negative;
    node.type.length_max = facets.length_max;
    if (!facets.codes.empty()) {
      node.type.length_max = 0;
      for (const std::string& code : facets.codes) {
        node.type.length_max = std::max(node.type.length_max, static_cast<std::uint32_t>(count_characters(code)));
      }
    }
    if (facets.digits_total != 0) {
      node.type.digits_total = facets.digits_total;
      node.type.digits_fraction = facets.digits_fraction;
    }
  }

  Index unknown_field(std::string_view name, std::string_view step, std::uint32_t from, std::size_t begin) {
    const Shape& shape = *scope_.source;
    std::vector<std::string> known;
    const auto gather = [&](std::uint32_t parent) {
      const Node& node = shape.nodes[parent];
      for (std::uint32_t i = node.first_child; i < node.first_child + node.child_count; ++i) {
        known.emplace_back(shape.nodes[i].name);
      }
    };
    // The step failed below the last step that was found.
    std::uint32_t parent = from;
    if (const auto offset = static_cast<std::size_t>(step.data() - name.data());
        !step.empty() && offset > 0 && offset <= name.size()) {
      std::string_view before = name.substr(0, offset - 1);
      while (before.starts_with('^')) before.remove_prefix(1);
      if (const std::uint32_t found = shape.find_path(from, before); found != no_node) parent = found;
    }
    gather(parent);
    if (parent == from && scope_.base != from) gather(scope_.base);
    const std::string near = nearest_name(step, known);
    fail("EXP-0003"_code, fmt::format("\"{}\" has no field \"{}\"", shape.id, name), begin, name.size(),
         near.empty() ? "" : fmt::format("the nearest name there is \"{}\"", near));
    return std::nullopt;
  }

  std::string_view text_;
  const ExpressionScope& scope_;
  Expression& out_;
  ExpressionError& error_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

std::optional<Expression> Expression::compile(std::string_view text, const ExpressionScope& scope,
                                              ExpressionError& error) {
  error = {};
  Expression expression;
  expression.scope_ = &scope;
  if (!ExpressionParser(text, scope, expression, error).parse()) return std::nullopt;
  expression.scope_ = nullptr;
  return expression;
}

std::vector<std::uint32_t> Expression::first_only_reads() const {
  std::vector<std::uint32_t> fields;
  for (const ExpressionNode& node : nodes_) {
    if (node.first_only) fields.push_back(node.field);
  }
  return fields;
}

std::uint32_t Expression::add_sum(std::uint32_t field) {
  sums_.push_back(field);
  return static_cast<std::uint32_t>(sums_.size() - 1);
}

bool Expression::varies(const Shape& source, std::uint32_t item) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const ExpressionNode& node) {
    if (node.kind == ExpressionNode::Kind::call) return node.function->per_record;
    return node.kind == ExpressionNode::Kind::field && (item == no_node || source.is_below(node.field, item));
  });
}

Fault Expression::evaluate_leaf(const ExpressionNode& node, EvalContext& context, Value& value) const {
  if (node.kind == ExpressionNode::Kind::literal) {
    value = {};
    value.text = node.literal;
    value.number = node.number;
    value.present = true;
    return {};
  }
  const Cell* cell = find_field(node, context);
  if (cell == nullptr) {
    value = {};
    return node.optional ? Fault{} : blank_field(node.field);
  }
  // One by one: a whole Value would be put together on the stack first.
  value.text = cell->text;
  value.number = cell->number;
  value.offset = cell->offset;
  value.length = cell->length;
  value.present = true;
  value.truth = false;
  return {};
}

}  // namespace tilmash
