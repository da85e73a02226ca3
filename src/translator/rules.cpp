#include "translator/rules.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"

namespace tilmash::translator {
namespace {

/// "(a|b)" somewhere in a text.
struct Alternatives {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<std::string> names;
};

std::optional<Alternatives> find_alternatives(const std::string& text) {
  for (std::size_t open = text.find('('); open != std::string::npos; open = text.find('(', open + 1)) {
    const std::size_t close = text.find_first_of("()'", open + 1);
    if (close == std::string::npos || text[close] != ')') continue;
    const std::string inside = text.substr(open + 1, close - open - 1);
    if (inside.find('|') == std::string::npos) continue;
    Alternatives found{open, close + 1, {}};
    for (std::size_t at = 0; at <= inside.size();) {
      const std::size_t bar = std::min(inside.find('|', at), inside.size());
      found.names.push_back(inside.substr(at, bar - at));
      at = bar + 1;
    }
    return found;
  }
  return std::nullopt;
}

/// The arguments of `name(a, b)` when the whole text is that call.
std::optional<std::vector<std::string>> call_arguments(std::string_view text, std::string_view& name) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || open == 0 || !text.ends_with(')')) return std::nullopt;
  name = text.substr(0, open);
  for (const char c : name) {
    if ((c < 'a' || c > 'z') && c != '_') return std::nullopt;
  }
  std::vector<std::string> arguments;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = open + 1;
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    const bool last = c == ')' && depth == 0;
    if (last && i + 1 != text.size()) return std::nullopt;  // "f(a) & g(b)"
    if (last || (c == ',' && depth == 0)) {
      arguments.emplace_back(trim_blanks(text.substr(begin, i - begin)));
      begin = i + 1;
    }
    if (c == ')' && depth > 0) --depth;
  }
  return arguments;
}

bool is_quoted(std::string_view text, const ConfigValue::Member& member) {
  std::size_t begin = 0;
  for (std::uint32_t line = 1; line < member.line_number; ++line) begin = text.find('\n', begin) + 1;
  const std::size_t at = begin + member.column_number - 1;
  return at < text.size() && (text[at] == '"' || text[at] == '\'');
}

class RuleReader {
 public:
  RuleReader(const Shape& target, std::vector<Rule>& rules, Findings& findings)
      : target_(target), rules_(rules), findings_(findings) {}

  void add(Rule rule) {
    const auto left = find_alternatives(rule.target);
    const auto right = find_alternatives(rule.expression);
    if (left || right) {
      if (!left || !right || left->names.size() != right->names.size()) {
        findings_.add(config_error(*rule.file, *rule.at, "MAP-0002"_code,
                                   "the alternatives (a|b) of the two sides do not pair up"));
        return;
      }
      for (std::size_t i = 0; i < left->names.size(); ++i) {
        Rule one = rule;
        one.expanded = true;
        one.target.replace(left->begin, left->end - left->begin, left->names[i]);
        one.expression.replace(right->begin, right->end - right->begin, right->names[i]);
        add(std::move(one));
      }
      return;
    }
    if (!add_members(rule)) rules_.push_back(std::move(rule));
  }

 private:
  /// A row whose target is a group and whose function fills fields of it.
  bool add_members(const Rule& rule) {
    std::string_view name;
    const auto arguments = call_arguments(rule.expression, name);
    if (!arguments) return false;
    const std::uint32_t group = find_target(rule.target);
    if (group == no_node || target_.nodes[group].kind == NodeKind::leaf) return false;
    const auto add_member = [&](std::string_view member, std::string expression) {
      Rule one = rule;
      one.expanded = true;
      one.target += target_.separator;
      one.target += member;
      one.expression = std::move(expression);
      rules_.push_back(std::move(one));
    };
    if (name == "money" && arguments->size() == 2) {
      add_member("value", fmt::format("minor_units({}, {})", (*arguments)[0], (*arguments)[1]));
      add_member("currency", (*arguments)[1]);
      return true;
    }
    if (arguments->size() != 1 || target_.find_child(group, name) == no_node) return false;
    add_member(name, (*arguments)[0]);
    return true;
  }

  std::uint32_t find_target(std::string_view path) const {
    if (const std::uint32_t item = target_.item_node(); item != no_node) {
      if (const std::uint32_t found = target_.find_path(item, path); found != no_node) return found;
    }
    return target_.find_path(0, path);
  }

  const Shape& target_;
  std::vector<Rule>& rules_;
  Findings& findings_;
};

}  // namespace

void read_rules(const ConfigFile& file, const ConfigValue& table, bool inverted, const Shape& target,
                std::vector<Rule>& rules, Findings& findings) {
  RuleReader reader(target, rules, findings);
  for (const ConfigValue::Member& member : table.members) {
    if (member.value.kind != ConfigValue::Kind::string) {
      findings.add(config_error(file, member.value, "MAP-0001"_code,
                                fmt::format("the row \"{}\" should be \"target\" = \"expression\"", member.key),
                                "a dotted name on the left is written between quotes"));
      continue;
    }
    Rule rule;
    rule.target = member.key;
    rule.expression = member.value.text;
    if (inverted) {
      // "may be blank" holds for both directions, and belongs to whichever side is read.
      std::swap(rule.target, rule.expression);
      if (rule.target.ends_with('?')) {
        rule.target.pop_back();
        rule.expression += '?';
      }
    }
    rule.file = &file;
    rule.at = &member.value;
    rule.key_line_number = member.line_number;
    rule.key_column_number = member.column_number + (is_quoted(file.text, member) ? 1 : 0);
    rule.key_length = static_cast<std::uint32_t>(member.key.size());
    rule.expanded = inverted;
    reader.add(std::move(rule));
  }
}

}  // namespace tilmash::translator
