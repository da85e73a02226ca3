// The controls of a layout: which records add what to which control.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/front_end.h"

namespace tilmash::records {

std::uint32_t Compiler::find_kind(std::string_view name) const {
  for (std::uint32_t i = 0; i < layout.kinds.size(); ++i) {
    if (layout.kinds[i].name == name) return i;
  }
  return none;
}

std::uint32_t Compiler::slot_of(std::uint32_t kind, std::string_view name) {
  const std::uint32_t node = layout.shape_.find_child(layout.kinds[kind].node, name);
  if (node == no_node || layout.shape_.nodes[node].kind != NodeKind::leaf || layout.shape_.nodes[node].repeats()) {
    return none;
  }
  return slot_of_node(kind, node);
}

std::uint32_t Compiler::sum_slot_of(std::uint32_t kind, std::string_view path) {
  const std::uint32_t node = layout.shape_.find_path(layout.kinds[kind].node, path);
  return node == no_node || layout.shape_.nodes[node].kind != NodeKind::leaf ? none : slot_of_node(kind, node);
}

std::uint32_t Compiler::slot_of_node(std::uint32_t kind_index, std::uint32_t node) {
  Kind& kind = layout.kinds[kind_index];
  const auto found = std::find(kind.slots.begin(), kind.slots.end(), node);
  const auto slot = static_cast<std::uint32_t>(found - kind.slots.begin());
  bool own = false;
  for (Form& form : kind.forms) {
    for (Field& field : form.fields) {
      if (field.node != node || field.op == Op::list) continue;
      field.slot = slot;
      own = true;
    }
  }
  if (!own) return none;
  if (found == kind.slots.end()) kind.slots.push_back(node);
  layout.slots_max = std::max(layout.slots_max, static_cast<std::uint32_t>(kind.slots.size()));
  return slot;
}

std::uint32_t Compiler::watch_of(const ConfigValue& at, std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::uint32_t kind = dot == std::string_view::npos ? none : find_kind(path.substr(0, dot));
  const std::uint32_t slot = kind == none ? none : slot_of(kind, path.substr(dot + 1));
  if (slot == none) {
    error(at, "FMT-0105"_code, fmt::format("there is no field {} outside of a group", path),
          "write KIND.FIELD, as in \"batch.sec_code\"");
    return none;
  }
  for (std::uint32_t i = 0; i < layout.watches.size(); ++i) {
    if (layout.watches[i].kind == kind && layout.watches[i].slot == slot) return i;
  }
  layout.kinds[kind].watches.push_back(static_cast<std::uint32_t>(layout.watches.size()));
  layout.watches.push_back({kind, slot});
  return static_cast<std::uint32_t>(layout.watches.size() - 1);
}

namespace {

struct Counted {
  std::uint32_t kind = none;
  std::string field = {};  ///< empty: counts one
  bool minus = false;
  const ConfigValue* where = nullptr;
};

std::vector<Counted> read_counts(Compiler& compiler, ConfigReader& row, const ConfigValue& at, bool& all) {
  std::vector<Counted> counted;
  const auto except = row.strings_or_empty("except");
  for (const std::string& name : except) {
    if (compiler.find_kind(name) == none) {
      compiler.error(at, "FMT-0105"_code, fmt::format("there is no record kind {}", name));
    }
  }
  for (const std::string& name : row.strings_or_empty("count")) {
    if (name == "*") {
      all = true;
      for (std::uint32_t i = 0; i < compiler.layout.kinds.size(); ++i) {
        const Kind& kind = compiler.layout.kinds[i];
        if (!kind.padding && std::find(except.begin(), except.end(), kind.name) == except.end()) {
          counted.push_back({.kind = i});
        }
      }
    } else if (const std::uint32_t kind = compiler.find_kind(name); kind != none) {
      counted.push_back({.kind = kind});
    } else {
      compiler.error(at, "FMT-0105"_code, fmt::format("there is no record kind {}", name));
    }
  }
  return counted;
}

/// "KIND.FIELD", "-KIND.FIELD" or { of = "…", where = … }.
void read_addend(Compiler& compiler, const ConfigValue& value, std::vector<Counted>& counted) {
  Counted addend;
  std::string path = value.text;
  if (value.kind == ConfigValue::Kind::table) {
    ConfigReader row(compiler.file, value, compiler.findings);
    path = row.string("of");
    addend.where = row.value("where");
    row.finish();
  }
  addend.minus = path.starts_with('-');
  if (addend.minus) path.erase(0, 1);
  const std::size_t dot = std::min(path.find('.'), path.size());
  addend.kind = compiler.find_kind(path.substr(0, dot));
  if (addend.kind == none || dot + 1 >= path.size()) {
    compiler.error(value, "FMT-0105"_code, fmt::format("\"{}\" names no field", path), "write KIND.FIELD");
    return;
  }
  addend.field = path.substr(dot + 1);
  counted.push_back(std::move(addend));
}

/// Kinds and fields that a control row names, each found.
std::vector<Counted> read_counted(Compiler& compiler, ConfigReader& row, const ConfigValue& at, bool& all) {
  std::vector<Counted> counted = read_counts(compiler, row, at, all);
  const ConfigValue* sums = row.value("sum");
  if ((at.find("count") == nullptr) == (sums == nullptr)) {
    compiler.error(at, "FMT-0105"_code, "a control has one of `count`, `sum` and `equals`");
    return {};
  }
  if (sums != nullptr && sums->kind == ConfigValue::Kind::array) {
    for (const ConfigValue& each : sums->items) read_addend(compiler, each, counted);
  } else if (sums != nullptr) {
    read_addend(compiler, *sums, counted);
  }
  return counted;
}

/// The conditions of a `where`, a table or an array of them, onto `filters`.
void read_where(Compiler& compiler, const ConfigValue* where, std::uint32_t kind, std::vector<Filter>& filters) {
  if (where == nullptr) return;
  if (where->kind == ConfigValue::Kind::array) {
    for (const ConfigValue& each : where->items) read_where(compiler, &each, kind, filters);
    return;
  }
  if (where->kind != ConfigValue::Kind::table) {
    compiler.error(*where, "CFG-0004"_code, "`where` should be a table or an array of tables");
    return;
  }
  ConfigReader row(compiler.file, *where, compiler.findings);
  const std::string field = row.string("field");
  Filter filter;
  if (where->find("below_zero") != nullptr) {
    filter.test = row.boolean_or("below_zero", true) ? Filter::Test::below_zero : Filter::Test::not_below_zero;
  } else {
    const bool is_not = where->find("not") != nullptr;
    filter.test = is_not ? Filter::Test::is_not : Filter::Test::is;
    filter.texts = row.strings_or_empty(is_not ? "not" : "is");
    if (filter.texts.empty()) row.error("FMT-0105"_code, "a `where` has one of `is`, `not` and `below_zero`");
  }
  row.finish();
  filter.slot = compiler.slot_of(kind, field);
  if (filter.slot == none) {
    compiler.error(*where, "FMT-0105"_code, fmt::format("{} has no field {}", compiler.layout.kinds[kind].name, field));
    return;
  }
  filters.push_back(std::move(filter));
}

bool is_below(const RecordLayout& layout, std::uint32_t kind, std::uint32_t ancestor) {
  for (kind = layout.kinds[kind].parent; kind != none; kind = layout.kinds[kind].parent) {
    if (kind == ancestor) return true;
  }
  return ancestor == none;
}

/// True when records of `kind` (or what they stand below) come after those of `other`.
bool follows(const RecordLayout& layout, std::uint32_t kind, std::uint32_t other) {
  const std::uint32_t parent = layout.kinds[other].parent;
  while (kind != none && layout.kinds[kind].parent != parent) kind = layout.kinds[kind].parent;
  return kind != none && layout.kinds[kind].rank > layout.kinds[other].rank;
}

bool is_summable(const Kind& kind, std::uint32_t slot) {
  constexpr Op numbers[] = {Op::digits, Op::integer, Op::decimal_point, Op::packed, Op::bcd, Op::binary, Op::edited};
  for (const Form& form : kind.forms) {
    for (const Field& field : form.fields) {
      if (field.slot != slot) continue;
      const bool number = std::find(std::begin(numbers), std::end(numbers), field.op) != std::end(numbers);
      if (!number || field.long_digits) return false;
    }
  }
  return true;
}

void read_control(Compiler& compiler, std::uint32_t kind_index, const ConfigValue& value) {
  RecordLayout& layout = compiler.layout;
  ConfigReader row(compiler.file, value, compiler.findings);
  ControlRule rule;
  rule.kind = kind_index;
  rule.line_number = value.line_number;
  const std::string field = row.string("field");
  rule.slot = compiler.slot_of(kind_index, field);
  if (rule.slot == none) {
    compiler.error(value, "FMT-0105"_code, fmt::format("{} has no field {}", layout.kinds[kind_index].name, field));
    row.value("count"), row.value("sum"), row.value("equals");
    return;
  }
  rule.node = layout.shape_.find_child(layout.kinds[kind_index].node, field);
  layout.shape_.nodes[rule.node].structural = true;
  if (const std::string when = row.string_or("when", ""); !when.empty()) {
    const auto& forms = layout.kinds[kind_index].forms;
    const auto found = std::find_if(forms.begin(), forms.end(), [&](const Form& form) { return form.name == when; });
    if (found == forms.end()) compiler.error(value, "FMT-0105"_code, fmt::format("there is no form {}", when));
    rule.form = static_cast<std::uint32_t>(found - forms.begin());
  }
  const auto control = static_cast<std::uint32_t>(layout.controls.size());
  if (const ConfigValue* equals = row.value("equals"); equals != nullptr) {
    rule.equals = compiler.watch_of(*equals, equals->text);
    row.finish();
    if (rule.equals == none) return;
    layout.controls.push_back(rule);
    layout.kinds[kind_index].controls.push_back(control);
    return;
  }
  const LeafType stated = layout.shape_.nodes[rule.node].type;
  const bool digits = is_summable(layout.kinds[kind_index], rule.slot);
  if (stated != LeafType::integer && stated != LeafType::decimal && !digits) {
    compiler.error(value, "FMT-0105"_code, fmt::format("{} is no number", field));
  }
  bool all = false;
  const auto counted = read_counted(compiler, row, value, all);
  rule.sums = value.find("sum") != nullptr;
  rule.modulo = row.integer_or("modulo", 0);
  rule.per = row.integer_or("per", 1);
  rule.plus = row.integer_or("plus", 0);
  if (rule.modulo < 0 || rule.per < 1) compiler.error(value, "FMT-0105"_code, "`modulo` and `per` are positive");
  rule.modulo = std::max<std::int64_t>(rule.modulo, 0);
  rule.per = std::max<std::int64_t>(rule.per, 1);

  // It speaks of what stands below its own record, if all that it counts stands there; else of its parent's occurrence.
  const bool own = !counted.empty() && std::all_of(counted.begin(), counted.end(), [&](const Counted& each) {
    return is_below(layout, each.kind, kind_index);
  });
  rule.scope = own ? kind_index : layout.kinds[kind_index].parent;
  rule.comes_first = own;

  const ConfigValue* where = row.value("where");
  rule.absolute = row.boolean_or("absolute", false);
  row.finish();
  for (const Counted& each : counted) {
    if (!own && !is_below(layout, each.kind, rule.scope) && each.kind != rule.scope) {
      if (!all) {
        compiler.error(value, "FMT-0105"_code,
                       fmt::format("{} does not stand where this control counts", layout.kinds[each.kind].name));
      }
      continue;
    }
    Tally tally;
    tally.control = control;
    tally.minus = each.minus;
    if (!each.field.empty()) {
      tally.slot = compiler.sum_slot_of(each.kind, each.field);
      if (tally.slot == none || !is_summable(layout.kinds[each.kind], tally.slot)) {
        compiler.error(value, "FMT-0105"_code,
                       fmt::format("{}.{} is no number field", layout.kinds[each.kind].name, each.field));
        continue;
      }
    }
    read_where(compiler, where, each.kind, tally.where);
    read_where(compiler, each.where, each.kind, tally.where);
    if (!own && follows(layout, each.kind, kind_index)) {
      if (all) continue;
      rule.comes_first = true;
    }
    layout.kinds[each.kind].tallies.push_back(std::move(tally));
  }
  layout.controls.push_back(rule);
  layout.kinds[kind_index].controls.push_back(control);
}

}  // namespace

void Compiler::read_controls(std::uint32_t kind, const ConfigValue& rows) {
  for (const ConfigValue& value : rows.items) {
    if (value.kind != ConfigValue::Kind::table) {
      error(value, "CFG-0004"_code, "a row of `control` should be a table");
      continue;
    }
    read_control(*this, kind, value);
  }
}

}  // namespace tilmash::records
