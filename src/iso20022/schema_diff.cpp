#include "iso20022/schema_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "iso20022/notation.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::size_t visits_max = 200'000;

/// An element of a type, with the slot that it stands in.
struct Member {
  const ElementDefinition* element = nullptr;
  const SlotDefinition* slot = nullptr;
};

std::vector<Member> members_of(const TypeDefinition& type) {
  std::vector<Member> members;
  for (const SlotDefinition& slot : type.slots) {
    for (const ElementDefinition& element : slot.elements) members.push_back({&element, &slot});
  }
  return members;
}

/// Whether a limit was moved outwards (+1) or inwards (-1).
int compare(std::uint32_t before, std::uint32_t after) {
  return after > before ? 1 : after < before ? -1 : 0;
}

/// The sum of several such comparisons: what loosens in one respect and tightens in another is a change.
class Tally {
 public:
  void add(int direction) {
    looser_ = looser_ || direction > 0;
    tighter_ = tighter_ || direction < 0;
  }
  void add_incomparable() { looser_ = tighter_ = true; }
  bool any() const { return looser_ || tighter_; }
  SchemaChangeKind kind() const {
    if (looser_ && tighter_) return SchemaChangeKind::changed;
    return looser_ ? SchemaChangeKind::loosened : SchemaChangeKind::tightened;
  }

 private:
  bool looser_ = false;
  bool tighter_ = false;
};

/// The facets of two simple types.
Tally compare_simple(const TypeDefinition& before, const TypeDefinition& after) {
  Tally tally;
  if (before.base != after.base) {
    tally.add_incomparable();
    return tally;
  }
  tally.add(-compare(before.length_min.value_or(0), after.length_min.value_or(0)));
  tally.add(compare(before.length_max.value_or(unbounded), after.length_max.value_or(unbounded)));
  tally.add(compare(before.digits_total.value_or(unbounded), after.digits_total.value_or(unbounded)));
  tally.add(compare(before.digits_fraction.value_or(unbounded), after.digits_fraction.value_or(unbounded)));
  // A limit or pattern that came or went; two that differ are not compared further.
  for (const auto& [old, now] : {std::pair{&before.value_min, &after.value_min},
                                 {&before.value_max, &after.value_max},
                                 {&before.pattern, &after.pattern}}) {
    if (*old == *now) continue;
    const bool ordered = old->empty() || now->empty();
    ordered ? tally.add(now->empty() ? 1 : -1) : tally.add_incomparable();
  }
  const std::set<std::string> old(before.codes.begin(), before.codes.end());
  const std::set<std::string> now(after.codes.begin(), after.codes.end());
  if (!std::includes(old.begin(), old.end(), now.begin(), now.end())) tally.add(1);
  if (!std::includes(now.begin(), now.end(), old.begin(), old.end())) tally.add(-1);
  return tally;
}

/// "ADDR PBOX" of codes that `type` has and `other` lacks.
std::string codes_beyond(const TypeDefinition& type, const TypeDefinition& other) {
  std::string text;
  for (const std::string& code : type.codes) {
    if (std::find(other.codes.begin(), other.codes.end(), code) != other.codes.end()) continue;
    text += (text.empty() ? "" : " ") + code;
  }
  return text;
}

class Differ {
 public:
  Differ(const SchemaDefinition& before, const SchemaDefinition& after) : before_(before), after_(after) {}

  std::vector<SchemaChange> run() {
    const TypeDefinition* old = before_.find(before_.root_type);
    const TypeDefinition* now = after_.find(after_.root_type);
    if (old == nullptr || now == nullptr) return {};
    if (before_.root_element != after_.root_element) {
      changes_.push_back({SchemaChangeKind::changed, {""}, before_.root_element, after_.root_element});
    }
    Found of_root;
    current_ = &of_root;
    compare_constraints(before_.root_constraints, after_.root_constraints, {});
    visit(*old, *now, {});
    return std::move(changes_);
  }

 private:
  using Pair = std::pair<const TypeDefinition*, const TypeDefinition*>;
  /// What differs between two types as such: indices into `changes_`, with the step below an element of these types.
  struct Found {
    std::vector<std::pair<std::size_t, std::string>> changes;
  };

  static std::string join(const std::string& path, const std::string& step) {
    return step.empty() ? path : path.empty() ? step : path + '/' + step;
  }

  /// The elements at `path` have these types, which both hold elements.
  void visit(const TypeDefinition& old, const TypeDefinition& now, const std::string& path) {
    const Pair pair{&old, &now};
    const auto [known, first] = found_.try_emplace(pair);
    ++visits_;
    if (!first && visits_ > visits_max) return;
    if (!open_.insert(pair).second) return;  // a type that holds itself
    path_ = path;
    if (first) {
      current_ = &known->second;
      if (old.is_choice() != now.is_choice()) add(SchemaChangeKind::changed, {}, type_body(old), type_body(now));
      compare_content(old, now);
    } else {
      for (const auto& [index, step] : known->second.changes) changes_[index].places.push_back(join(path, step));
    }
    const std::vector<Member> others = members_of(now);
    std::map<std::string_view, std::size_t> seen;
    for (const Member& member : members_of(old)) {
      const ElementDefinition* other = nth(others, member.element->name, seen[member.element->name]++);
      if (other == nullptr) continue;
      const TypeDefinition* old_type = before_.find(member.element->type);
      const TypeDefinition* new_type = after_.find(other->type);
      if (old_type == nullptr || new_type == nullptr) continue;
      const bool content = old_type->kind == TypeDefinition::Kind::content && new_type->kind == old_type->kind;
      if (content) visit(*old_type, *new_type, join(path, member.element->name));
    }
    open_.erase(pair);
  }

  static const ElementDefinition* nth(const std::vector<Member>& members, std::string_view name, std::size_t number) {
    for (const Member& member : members) {
      if (member.element->name == name && number-- == 0) return member.element;
    }
    return nullptr;
  }

  void add(SchemaChangeKind kind, const std::string& step, std::string before, std::string after) {
    current_->changes.emplace_back(changes_.size(), step);
    changes_.push_back({kind, {join(path_, step)}, std::move(before), std::move(after)});
  }

  /// Of an element named `step`; types that both hold elements are visited.
  void compare_types(const TypeDefinition& old, const TypeDefinition& now, const std::string& step) {
    using Kind = TypeDefinition::Kind;
    const auto is_value = [](const TypeDefinition& type) {
      return type.kind == Kind::simple || type.kind == Kind::value;
    };
    if (is_value(old) && is_value(now)) {
      const TypeDefinition* old_value = old.kind == Kind::simple ? &old : before_.find(old.value_type);
      const TypeDefinition* new_value = now.kind == Kind::simple ? &now : after_.find(now.value_type);
      if (old_value != nullptr && new_value != nullptr) compare_values(*old_value, *new_value, step);
      compare_attributes(old, now, step);
    } else if (old.kind == Kind::any && now.kind == Kind::any) {
      compare_wildcards(old, now, step);
    } else if (old.kind != Kind::content || now.kind != Kind::content) {
      add(SchemaChangeKind::changed, step, type_body(old), type_body(now));
    }
  }

  void compare_wildcards(const TypeDefinition& old, const TypeDefinition& now, const std::string& step) {
    Tally tally;
    if (old.any_namespace != now.any_namespace) {
      const bool ordered = old.any_namespace == "##any" || now.any_namespace == "##any";
      ordered ? tally.add(now.any_namespace == "##any" ? 1 : -1) : tally.add_incomparable();
    }
    if (old.process != now.process) tally.add(now.process == "skip" ? 1 : -1);
    if (tally.any()) add(tally.kind(), step, type_body(old), type_body(now));
  }

  void compare_values(const TypeDefinition& old, const TypeDefinition& now, const std::string& step) {
    const Tally tally = compare_simple(old, now);
    if (!tally.any()) return;
    if (old.base == LeafType::code && now.base == LeafType::code) {
      const std::string less = codes_beyond(old, now);
      const std::string more = codes_beyond(now, old);
      return add(tally.kind(), step, less.empty() ? "" : "code " + less, more.empty() ? "" : "code " + more);
    }
    add(tally.kind(), step, type_body(old), type_body(now));
  }

  void compare_attributes(const TypeDefinition& old, const TypeDefinition& now, const std::string& element) {
    const auto find = [](const TypeDefinition& type, const std::string& name) -> const AttributeDefinition* {
      for (const AttributeDefinition& attribute : type.attributes) {
        if (attribute.name == name) return &attribute;
      }
      return nullptr;
    };
    const auto need = [](const AttributeDefinition& one) { return one.required ? "mandatory" : "optional"; };
    for (const AttributeDefinition& attribute : old.attributes) {
      const std::string step = join(element, '@' + attribute.name);
      const AttributeDefinition* other = find(now, attribute.name);
      if (other == nullptr) {
        add(SchemaChangeKind::removed, step, fmt::format("{} {}", need(attribute), attribute.type), {});
        continue;
      }
      if (attribute.required != other->required) {
        add(attribute.required ? SchemaChangeKind::loosened : SchemaChangeKind::tightened, step, need(attribute),
            need(*other));
      }
      const TypeDefinition* old_type = before_.find(attribute.type);
      const TypeDefinition* new_type = after_.find(other->type);
      if (old_type != nullptr && new_type != nullptr) compare_values(*old_type, *new_type, step);
    }
    for (const AttributeDefinition& attribute : now.attributes) {
      if (find(old, attribute.name) != nullptr) continue;
      add(SchemaChangeKind::added, join(element, '@' + attribute.name), {},
          fmt::format("{} {}", need(attribute), attribute.type));
    }
  }

  std::string shown(const SchemaDefinition& schema, const ElementDefinition& element) const {
    const TypeDefinition* type = schema.find(element.type);
    const bool leaf = type != nullptr && type->kind == TypeDefinition::Kind::simple;
    return fmt::format("{} {}{}", print_range(element), element.type, leaf ? " = " + type_body(*type) : "");
  }
  static std::string print_range(const ElementDefinition& element) {
    return fmt::format("[{}..{}]", element.occurs_min,
                       element.occurs_max == unbounded ? "*" : std::to_string(element.occurs_max));
  }

  /// Both hold elements: which are common, in what order, how often.
  void compare_content(const TypeDefinition& old, const TypeDefinition& now) {
    const std::vector<Member> olds = members_of(old);
    const std::vector<Member> news = members_of(now);
    // Index of each old element's counterpart, or none.
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> match(olds.size(), none);
    std::vector<bool> used(news.size(), false);
    for (std::size_t i = 0; i < olds.size(); ++i) {
      for (std::size_t j = 0; j < news.size() && match[i] == none; ++j) {
        if (used[j] || news[j].element->name != olds[i].element->name) continue;
        match[i] = j;
        used[j] = true;
      }
    }
    const std::vector<bool> stays = find_unmoved(match, none);
    for (std::size_t i = 0; i < olds.size(); ++i) {
      const std::string& name = olds[i].element->name;
      if (match[i] == none) {
        add(SchemaChangeKind::removed, name, shown(before_, *olds[i].element), {});
        continue;
      }
      const Member& other = news[match[i]];
      if (!stays[i] && !(old.is_choice() && now.is_choice())) {
        add(SchemaChangeKind::moved, name, place(olds, i), place(news, match[i]));
      }
      compare_members(olds[i], other, old.is_choice() != now.is_choice());
      const TypeDefinition* old_type = before_.find(olds[i].element->type);
      const TypeDefinition* new_type = after_.find(other.element->type);
      if (old_type != nullptr && new_type != nullptr) compare_types(*old_type, *new_type, name);
    }
    for (std::size_t j = 0; j < news.size(); ++j) {
      if (!used[j]) add(SchemaChangeKind::added, news[j].element->name, {}, shown(after_, *news[j].element));
    }
  }

  void compare_members(const Member& old, const Member& now, bool types_differ) {
    Tally tally;
    tally.add(-compare(old.element->occurs_min, now.element->occurs_min));
    tally.add(compare(old.element->occurs_max, now.element->occurs_max));
    if (tally.any()) add(tally.kind(), old.element->name, print_range(*old.element), print_range(*now.element));
    compare_constraints(old.element->constraints, now.element->constraints, old.element->name);
    if (old.slot->choice == now.slot->choice || types_differ) return;
    const auto role = [](const Member& member) {
      return member.slot->choice ? "one of a choice" : "element of the sequence";
    };
    add(SchemaChangeKind::changed, old.element->name, role(old), role(now));
  }

  /// Whatever they are called: what must be unique, and whether it must be there.
  void compare_constraints(const std::vector<ConstraintDefinition>& olds, const std::vector<ConstraintDefinition>& news,
                           const std::string& step) {
    const auto holds = [](const std::vector<ConstraintDefinition>& all, const ConstraintDefinition& one) {
      return std::any_of(all.begin(), all.end(), [&](const ConstraintDefinition& other) {
        return other.key == one.key && other.selector == one.selector && other.fields == one.fields;
      });
    };
    for (const ConstraintDefinition& one : olds) {
      if (!holds(news, one)) add(SchemaChangeKind::loosened, step, constraint_line(one), {});
    }
    for (const ConstraintDefinition& one : news) {
      if (!holds(olds, one)) add(SchemaChangeKind::tightened, step, {}, constraint_line(one));
    }
  }

  static std::string place(const std::vector<Member>& members, std::size_t index) {
    return index == 0 ? "first" : "behind " + members[index - 1].element->name;
  }

  /// The longest run of common elements whose order is the same in both; the rest has moved.
  static std::vector<bool> find_unmoved(const std::vector<std::size_t>& match, std::size_t none) {
    std::vector<std::size_t> length(match.size(), 0);
    std::vector<std::size_t> before(match.size(), none);
    std::size_t best = none;
    for (std::size_t i = 0; i < match.size(); ++i) {
      if (match[i] == none) continue;
      length[i] = 1;
      for (std::size_t j = 0; j < i; ++j) {
        if (match[j] == none || match[j] > match[i] || length[j] < length[i]) continue;
        length[i] = length[j] + 1;
        before[i] = j;
      }
      if (best == none || length[i] > length[best]) best = i;
    }
    std::vector<bool> unmoved(match.size(), false);
    for (std::size_t i = best; i != none; i = before[i]) unmoved[i] = true;
    return unmoved;
  }

  const SchemaDefinition& before_;
  const SchemaDefinition& after_;
  std::vector<SchemaChange> changes_;
  std::map<Pair, Found> found_;
  std::set<Pair> open_;
  std::size_t visits_ = 0;
  Found* current_ = nullptr;
  std::string path_;
};

}  // namespace

std::string_view to_text(SchemaChangeKind kind) {
  static constexpr std::string_view texts[] = {"added", "removed", "moved", "loosened", "tightened", "changed"};
  return texts[static_cast<std::size_t>(kind)];
}

std::vector<SchemaChange> diff_schemas(const SchemaDefinition& before, const SchemaDefinition& after) {
  return Differ(before, after).run();
}

}  // namespace tilmash::iso20022
