// Compiles a layout file: the file's keys, the tree of record kinds, their selectors and the shape.
#include "adapters/records/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <utility>

#include "adapters/records/front_end.h"
#include "adapters/records/padded_text.h"
#include "adapters/records/quick_values.h"

namespace tilmash::records {
namespace {

/// A kind while it is compiled.
struct KindDraft {
  const ConfigValue* at = nullptr;
  std::string within;
  std::vector<std::vector<Draft>> forms;        ///< rows by form
  std::vector<const ConfigValue*> selects;      ///< by form
  std::vector<std::vector<const Draft*>> rows;  ///< by form: the draft of each row of its program
  const ConfigValue* control = nullptr;
};

bool is_group(const Draft& draft) {
  return draft.field.op == Op::group || draft.field.op == Op::variant;
}

class LayoutCompiler {
 public:
  LayoutCompiler(const ConfigFile& file, const Data& data, Findings& findings, FrontEnd& front_end,
                 RecordLayout& layout)
      : file_(file),
        front_end_(front_end),
        findings_(findings),
        layout_(layout),
        compiler_{file, data, findings, layout},
        data_(data) {}

  bool run() {
    const std::uint64_t errors_before = findings_.error_count();
    read_file_keys();
    if (findings_.error_count() != errors_before) return false;
    connect();
    if (findings_.error_count() != errors_before) return false;
    build_shape();
    for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) flatten_kind(i);
    for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) finish_kind(i);
    check_selectors();
    for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) {
      if (drafts_[i].control != nullptr) compiler_.read_controls(i, *drafts_[i].control);
    }
    layout_.scoped.resize(layout_.kinds.size() + 1);
    for (std::uint32_t i = 0; i < layout_.controls.size(); ++i) {
      const ControlRule& rule = layout_.controls[i];
      if (rule.equals == none) layout_.scoped[rule.scope == none ? 0 : rule.scope + 1].push_back(i);
    }
    mark_quick_fields();
    return findings_.error_count() == errors_before;
  }

 private:
  void read_file_keys();
  void read_page(ConfigReader& row);
  void read_kind(const ConfigValue& value);
  void read_length(ConfigReader& row, Kind& kind);
  void settle_length(ConfigReader& row, Kind& kind, const KindDraft& draft);
  void read_padding(ConfigReader& row, Kind& kind);
  void read_form(const ConfigValue& value, Kind& kind, KindDraft& draft);
  void connect();
  void connect_ranks(const std::vector<std::uint32_t>& siblings);
  void mark_item();
  void build_shape();
  void build_fields(std::uint32_t parent, const std::vector<std::vector<Draft>*>& lists,
                    const std::vector<std::uint32_t>& kinds, std::uint32_t depth);
  void flatten(const std::vector<Draft>& drafts, std::vector<Field>& fields, std::vector<const Draft*>& rows);
  void flatten_kind(std::uint32_t index);
  void finish_kind(std::uint32_t index);
  void check_selectors();
  bool is_placed(std::uint32_t kind) const { return kind == layout_.first || kind == layout_.last; }
  void mark_quick_fields();

  const ConfigFile& file_;
  FrontEnd& front_end_;
  Findings& findings_;
  RecordLayout& layout_;
  Compiler compiler_;
  const Data& data_;
  std::vector<KindDraft> drafts_;
};

void LayoutCompiler::read_page(ConfigReader& row) {
  const std::string page = row.string("code_page");
  layout_.page = page.empty() ? nullptr : find_code_page(data_, page, findings_);
  if (!page.empty() && layout_.page == nullptr) {
    compiler_.error(*file_.root.find("code_page"), "FMT-0103"_code, fmt::format("the code page {} is not known", page),
                    fmt::format("known: {}", fmt::join(list_code_pages(data_), ", ")));
  }
  layout_.blank = compiler_.byte_of(' ');
  layout_.zero = compiler_.byte_of('0');
}

void LayoutCompiler::read_file_keys() {
  ConfigReader row(file_, file_.root, findings_);
  layout_.shape_.id = row.string("name");
  layout_.shape_.file = file_.name;
  layout_.shape_.empty_is_absent = true;
  row.string("format");
  read_page(row);
  compiler_.read_framing(row);
  compiler_.read_defaults(row);
  const auto choice = [&](std::string_view key, std::string_view yes) {
    return compiler_.read_choice(row, key, {"reject", yes}, 0) == 1;
  };
  const ConfigValue* const is_short = file_.root.find("short");
  layout_.trim_short = is_short != nullptr && is_short->text == "trim";
  layout_.pad_short = choice("short", layout_.trim_short ? "trim" : "pad");
  if (layout_.trim_short && layout_.line_end == LineEnd::fixed) {
    row.error("FMT-0107"_code, "records without line ends can't be trimmed");
  }
  layout_.cut_long = choice("long", "blank");
  layout_.skip_empty = choice("empty_lines", "skip");
  const std::int64_t blocking = row.integer_or("blocking", 0);
  layout_.blocking = static_cast<std::uint32_t>(std::clamp<std::int64_t>(blocking, 0, 1'000'000));
  const ConfigValue* records = row.array("record");
  front_end_.read_file(compiler_, row);
  row.finish();
  if (records == nullptr) return;
  if (records->items.size() > kinds_max) {
    compiler_.error(*records, "FMT-0106"_code, fmt::format("a layout has at most {} record kinds", kinds_max));
    return;
  }
  for (const ConfigValue& record : records->items) {
    if (record.kind == ConfigValue::Kind::table) read_kind(record);
  }
}

void LayoutCompiler::read_padding(ConfigReader& row, Kind& kind) {
  kind.padding = true;
  kind.min = 0;
  kind.max = unbounded;
  kind.repeat = true;
  const std::string fill = row.string("fill");
  if (fill.size() != 1) row.error("FMT-0107"_code, "`fill` should be one character");
  kind.fill = compiler_.byte_of(fill.empty() ? ' ' : fill[0]);
  if (layout_.padding != none) row.error("FMT-0106"_code, "there is already a padding kind");
  layout_.padding = static_cast<std::uint32_t>(layout_.kinds.size());
}

void LayoutCompiler::read_form(const ConfigValue& value, Kind& kind, KindDraft& draft) {
  ConfigReader row(file_, value, findings_);
  Form form;
  form.name = row.string_or("name", "");
  draft.selects.push_back(row.value("select"));
  const std::string same_as = row.string_or("same_as", "");
  if (!same_as.empty()) {
    const auto found =
        std::find_if(kind.forms.begin(), kind.forms.end(), [&](const Form& f) { return f.name == same_as; });
    if (found == kind.forms.end()) {
      row.error("FMT-0106"_code, fmt::format("there is no form {} before this one", same_as));
      draft.forms.emplace_back();
    } else {
      draft.forms.push_back(draft.forms[static_cast<std::size_t>(found - kind.forms.begin())]);
    }
  } else {
    draft.forms.push_back(front_end_.read_fields(compiler_, row, kind));
  }
  row.finish();
  kind.forms.push_back(std::move(form));
}

/// The length that is said for a kind; none when it is that of its fields.
void LayoutCompiler::read_length(ConfigReader& row, Kind& kind) {
  const std::size_t place = compiler_.read_choice(row, "place", {"", "first", "last"}, 0);
  const auto index = static_cast<std::uint32_t>(layout_.kinds.size());
  if (place == 1) layout_.first = index;
  if (place == 2) layout_.last = index;
  kind.odo = static_cast<Odo>(compiler_.read_choice(row, "odo", {"slide", "padded", "fixed"},
                                                    static_cast<std::size_t>(compiler_.defaults.odo)));
  const std::int64_t length = row.integer_or("length", layout_.length);
  const bool one_length = place == 0 && (layout_.line_end == LineEnd::fixed || layout_.line_end == LineEnd::detect);
  if (length < 0 || length > record_length_max || (one_length && length != layout_.length)) {
    row.error("FMT-0107"_code, "without line ends all records have the length of the file's `length`");
  }
  kind.length = length == 0 ? none : static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, 1, record_length_max));
}

void LayoutCompiler::settle_length(ConfigReader& row, Kind& kind, const KindDraft& draft) {
  if (kind.length != none) return;
  kind.length = 0;
  for (std::size_t f = 0; f < draft.forms.size(); ++f) {
    const auto& drafts = draft.forms[f];
    const std::uint32_t length = drafts.empty() ? 0 : drafts.back().field.offset + drafts.back().field.length;
    if (f > 0 && length != kind.length) row.error("FMT-0107"_code, "the forms of a kind should have one length");
    kind.length = length;
  }
  if (kind.length == 0) row.error("FMT-0107"_code, "the record has no bytes");
  kind.length = std::max(kind.length, 1U);
}

void LayoutCompiler::read_kind(const ConfigValue& value) {
  ConfigReader row(file_, value, findings_);
  Kind kind;
  KindDraft draft;
  draft.at = &value;
  kind.line_number = value.line_number;
  kind.name = row.string("kind");
  if (kind.name.find_first_of(".[]/ *") != std::string::npos || compiler_.find_kind(kind.name) != none) {
    row.error("FMT-0108"_code, fmt::format("there can't be another kind named \"{}\"", kind.name));
  }
  draft.within = row.string_or("within", "");
  kind.repeat = row.boolean_or("repeat", false);
  read_length(row, kind);
  if (row.boolean_or("padding", false)) {
    if (kind.length == none) row.error("FMT-0107"_code, "a padding kind needs a `length`");
    read_padding(row, kind);
    row.finish();
    layout_.kinds.push_back(std::move(kind));
    drafts_.push_back(std::move(draft));
    return;
  }
  kind.item = row.boolean_or("item", false);
  kind.mixed = row.boolean_or("mixed", false);
  const std::int64_t min = row.integer_or("min", -1);
  const std::int64_t max = row.integer_or("max", -1);
  if ((min >= 0 && max >= 0 && min > max) || min > 1'000'000'000 || max > 1'000'000'000) {
    row.error("FMT-0106"_code, "`min` is above `max`, or one of them is far too large");
  }
  kind.max = max >= 0 ? static_cast<std::uint32_t>(max) : kind.repeat ? unbounded : 1;
  kind.min = min >= 0 ? static_cast<std::uint32_t>(min) : none;  // settled when its parents are known
  kind.repeat = kind.repeat || kind.max > 1;
  const ConfigValue* const select = row.value("select");
  const ConfigValue* forms = row.value("form");
  if (forms != nullptr && forms->kind == ConfigValue::Kind::array) {
    for (const ConfigValue& form : forms->items) {
      if (form.kind == ConfigValue::Kind::table) read_form(form, kind, draft);
    }
  } else {
    kind.forms.emplace_back();
    draft.selects.push_back(nullptr);
    draft.forms.push_back(front_end_.read_fields(compiler_, row, kind));
  }
  settle_length(row, kind, draft);
  kind.select = compiler_.read_select(select, kind.length, false);
  draft.control = row.value("control");
  if (draft.control != nullptr && draft.control->kind != ConfigValue::Kind::array) {
    row.error("CFG-0004"_code, "`control` should be an array of tables", {}, draft.control);
    draft.control = nullptr;
  }
  row.finish();
  layout_.kinds.push_back(std::move(kind));
  drafts_.push_back(std::move(draft));
}

void LayoutCompiler::connect_ranks(const std::vector<std::uint32_t>& siblings) {
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < siblings.size(); ++i) {
    const bool together = i > 0 && layout_.kinds[siblings[i]].mixed && layout_.kinds[siblings[i - 1]].mixed;
    if (i > 0 && !together) ++rank;
    layout_.kinds[siblings[i]].rank = rank;
  }
}

void LayoutCompiler::mark_item() {
  for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) {
    if (!layout_.kinds[i].item) continue;
    if (layout_.item != none) {
      compiler_.error(*drafts_[i].at, "FMT-0106"_code, "there are two item kinds",
                      "exactly one kind has `item = true`; different cuts of it are forms");
    }
    layout_.item = i;
  }
  if (layout_.item == none) {
    compiler_.error(file_.root, "FMT-0106"_code, "no record kind has `item = true`");
    return;
  }
  if (!layout_.kinds[layout_.item].repeat) {
    compiler_.error(*drafts_[layout_.item].at, "FMT-0106"_code, "the item kind needs `repeat = true`");
  }
  for (std::uint32_t up = layout_.kinds[layout_.item].parent; up != none; up = layout_.kinds[up].parent) {
    layout_.kinds[up].above_item = true;
  }
  for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) {
    Kind& kind = layout_.kinds[i];
    std::uint32_t arena = none;
    for (std::uint32_t up = i; up != none; up = layout_.kinds[up].parent) {
      if (up != i && up == layout_.item) kind.below_item = true;
      if (arena == none && layout_.kinds[up].above_item && layout_.kinds[up].repeat) arena = up;
    }
    kind.arena = arena;
    if (kind.min == none) kind.min = kind.repeat || kind.below_item ? 0 : 1;
    const bool outside = !kind.item && !kind.above_item && !kind.below_item && !kind.padding;
    if (outside && kind.max > 1000) {
      compiler_.error(*drafts_[i].at, "FMT-0106"_code, fmt::format("{} may repeat without a bound", kind.name),
                      "kinds that are kept with the file or batch need a `max` of at most 1000");
    }
  }
}

void LayoutCompiler::connect() {
  for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) {
    Kind& kind = layout_.kinds[i];
    if (!drafts_[i].within.empty()) {
      kind.parent = compiler_.find_kind(drafts_[i].within);
      if (kind.parent == none || kind.parent >= i || layout_.kinds[kind.parent].padding) {
        compiler_.error(*drafts_[i].at, "FMT-0106"_code,
                        fmt::format("there is no record kind {} before this one", drafts_[i].within));
        kind.parent = none;
      }
    }
    (kind.parent == none ? layout_.top : layout_.kinds[kind.parent].children).push_back(i);
  }
  connect_ranks(layout_.top);
  for (const Kind& kind : layout_.kinds) connect_ranks(kind.children);
  mark_item();
  // Nothing may follow a last kind that stands once: "bytes after the trailer".
  for (auto at = layout_.top.rbegin(); at != layout_.top.rend(); ++at) {
    Kind& kind = layout_.kinds[*at];
    if (kind.padding) continue;
    kind.last = !kind.repeat && kind.children.empty();
    break;
  }
}

void LayoutCompiler::build_fields(std::uint32_t parent, const std::vector<std::vector<Draft>*>& lists,
                                  const std::vector<std::uint32_t>& kinds, std::uint32_t depth) {
  Shape& shape = layout_.shape_;
  std::vector<std::string> names;
  std::map<std::string, std::vector<Draft*>> by_name;
  const std::function<void(std::vector<Draft>&)> collect = [&](std::vector<Draft>& list) {
    for (Draft& draft : list) {
      // Variants stand where their bytes do, and so do the fields of one without a name.
      if (draft.field.op == Op::variants || (draft.field.op == Op::variant && draft.name.empty())) collect(draft.body);
      if (draft.name.empty()) continue;
      if (by_name.find(draft.name) == by_name.end()) names.push_back(draft.name);
      by_name[draft.name].push_back(&draft);
    }
  };
  for (std::vector<Draft>* list : lists) collect(*list);
  for (const std::uint32_t kind : kinds) {
    if (by_name.find(layout_.kinds[kind].name) != by_name.end()) {
      compiler_.error(*drafts_[kind].at, "FMT-0108"_code,
                      fmt::format("{} is the name of a field beside it", layout_.kinds[kind].name));
    }
  }
  const auto count = static_cast<std::uint32_t>(names.size() + kinds.size());
  std::uint32_t at = shape.add_children(parent, count);
  for (const std::string& name : names) {
    const std::uint32_t index = at++;
    const std::vector<Draft*>& drafts = by_name[name];
    const Draft& first = *drafts.front();
    const bool group = is_group(first);
    Node& node = shape.nodes[index];
    node.name = shape.intern(name);
    node.kind = group ? NodeKind::group : NodeKind::leaf;
    node.type = first.type;
    node.sensitivity = first.sensitivity;
    node.line_number = first.field.line_number;
    const bool always = drafts.size() == lists.size() && first.field.required;
    node.min_occurs = always ? 1 : 0;
    node.max_occurs = first.field.repeat;
    node.structural =
        std::all_of(drafts.begin(), drafts.end(), [](const Draft* draft) { return draft->field.is_const; });
    std::vector<std::vector<Draft>*> bodies;
    for (Draft* draft : drafts) {
      if (draft->type != first.type || is_group(*draft) != group || draft->field.repeat != first.field.repeat) {
        compiler_.error(*draft->at, "FMT-0110"_code, fmt::format("{} has another type in another form", name));
      }
      draft->field.node = index;
      if (draft->field.op == Op::list) draft->body[0].field.node = index;
      bodies.push_back(&draft->body);
    }
    if (group) {
      build_fields(index, bodies, {}, depth + 1);
    } else {
      node.facets = static_cast<std::uint32_t>(shape.facets.size());
      Facets facets = first.facets;
      for (const Draft* draft : drafts) {
        facets.length_max = std::max(facets.length_max, draft->facets.length_max);
        facets.digits_total = std::max(facets.digits_total, draft->facets.digits_total);
        for (const std::string& code : draft->facets.codes) {
          if (std::find(facets.codes.begin(), facets.codes.end(), code) == facets.codes.end())
            facets.codes.push_back(code);
        }
        if (draft->facets.codes.empty()) facets.codes.clear();
      }
      shape.facets.push_back(std::move(facets));
    }
  }
  for (const std::uint32_t kind : kinds) layout_.kinds[kind].node = at++;
}

void LayoutCompiler::build_shape() {
  Shape& shape = layout_.shape_;
  shape.nodes.emplace_back();
  shape.nodes[0].kind = NodeKind::group;
  shape.nodes[0].owner = none;
  build_fields(0, {}, layout_.top, 0);
  for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) {
    Kind& kind = layout_.kinds[i];
    Node& node = shape.nodes[kind.node];
    node.name = shape.intern(kind.name);
    node.kind = NodeKind::group;
    node.min_occurs = kind.min;
    node.max_occurs = kind.max;
    node.item = kind.item;
    node.owner = i;
    node.line_number = kind.line_number;
    std::vector<std::vector<Draft>*> lists;
    for (auto& form : drafts_[i].forms) lists.push_back(&form);
    build_fields(kind.node, lists, kind.children, 0);
  }
}

void LayoutCompiler::flatten(const std::vector<Draft>& drafts, std::vector<Field>& fields,
                             std::vector<const Draft*>& rows) {
  for (const Draft& draft : drafts) {
    const std::size_t at = fields.size();
    fields.push_back(draft.field);
    rows.push_back(&draft);
    flatten(draft.body, fields, rows);
    fields[at].body = static_cast<std::uint32_t>(fields.size() - at - 1);
  }
}

/// See quick_values.h for what each way takes for granted.
Quick quick_way(const RecordLayout& layout, const Field& field) {
  if (field.op == Op::text || field.op == Op::digits) {
    const bool padded = !field.right && field.pad == layout.blank && field.blank == layout.blank && field.may_be_blank;
    const bool alone = field.check == none && (field.slot == none || field.op == Op::text);
    const bool plain = !field.controls && (field.op == Op::text || layout.page->keeps_ascii());
    return field.length <= padded_bytes_max && padded && alone && plain ? Quick::text : Quick::no;
  }
  const bool ruled = field.choices != none || field.check != none || field.long_digits || field.tens != 0;
  if (!has_quick_numbers || ruled || field.scale > quick_scale_max) return Quick::no;
  if (field.op == Op::integer) {
    const bool no_digits_blank = !field.may_be_blank || field.blank == layout.blank || field.blank == '\0';
    return field.right && field.pad == layout.zero && field.length <= quick_digits_max && no_digits_blank &&
                   (field.sign == Sign::overpunch_trailing || (field.sign == Sign::plain && !field.lenient))
               ? Quick::zoned
               : Quick::no;
  }
  if (field.may_be_blank) return Quick::no;
  if (field.op == Op::packed || field.op == Op::bcd) {
    return field.digits <= quick_digits_max ? Quick::packed : Quick::no;
  }
  return field.op == Op::binary && field.length <= 8 ? Quick::binary : Quick::no;
}

void LayoutCompiler::mark_quick_fields() {
  for (Kind& kind : layout_.kinds) {
    for (Form& form : kind.forms) {
      for (Field& field : form.fields) field.quick = quick_way(layout_, field);
    }
  }
}

void LayoutCompiler::flatten_kind(std::uint32_t index) {
  for (std::size_t f = 0; f < drafts_[index].forms.size(); ++f) {
    Form& form = layout_.kinds[index].forms[f];
    drafts_[index].rows.emplace_back();
    flatten(drafts_[index].forms[f], form.fields, drafts_[index].rows.back());
    for (std::size_t i = 0; i < form.fields.size();) {
      const Field& field = form.fields[i];
      if (field.node != no_node) form.nodes.push_back(field.node);
      const bool opens = field.op == Op::variants || (field.op == Op::variant && field.node == no_node);
      i += opens ? 1 : field.body + 1;
    }
  }
}

void LayoutCompiler::finish_kind(std::uint32_t index) {
  for (std::size_t f = 0; f < drafts_[index].forms.size(); ++f) {
    auto conditions = compiler_.read_select(drafts_[index].selects[f], layout_.kinds[index].length, true);
    if (conditions.empty() && f + 1 < drafts_[index].forms.size()) {
      compiler_.error(*drafts_[index].at, "FMT-0104"_code, "a form without `select` can only be the last");
    }
    layout_.kinds[index].forms[f].conditions = std::move(conditions);
    compiler_.connect_tables(index, static_cast<std::uint32_t>(f), drafts_[index].rows[f]);
    for (const Draft& draft : drafts_[index].forms[f]) {
      if (draft.field.check == none) continue;
      Check& check = layout_.checks[draft.field.check];
      check.over.clear();
      std::vector<std::string> over = draft.over;
      over.push_back(draft.name);
      for (const std::string& name : over) {
        const std::uint32_t slot = compiler_.slot_of(index, name);
        if (slot == none) compiler_.error(*draft.at, "FMT-0105"_code, fmt::format("there is no field {}", name));
        check.over.push_back(slot == none ? 0 : slot);
      }
    }
  }
}

/// True when some record could satisfy both.
bool overlap(const std::vector<Condition>& a, const std::vector<Condition>& b, bool by_columns) {
  const auto conflict = [by_columns](const Condition& x, const std::string& x_text, const Condition& y,
                                     const std::string& y_text) {
    if (by_columns) return x.offset == y.offset && x_text != y_text;
    const std::uint32_t begin = std::max(x.offset, y.offset);
    const std::uint32_t end = std::min(x.offset + x.length, y.offset + y.length);
    for (std::uint32_t i = begin; i < end; ++i) {
      if (x_text[i - x.offset] != y_text[i - y.offset]) return true;
    }
    return false;
  };
  // One excludes the texts that the other demands at the same place.
  const auto excludes = [](const Condition& is, const Condition& is_not) {
    return !is.negated && is_not.negated && is.watch == none && is_not.watch == none && is.offset == is_not.offset &&
           std::all_of(is.is.begin(), is.is.end(), [&](const std::string& text) {
             return std::find(is_not.is.begin(), is_not.is.end(), text) != is_not.is.end();
           });
  };
  for (const Condition& x : a) {
    for (const Condition& y : b) {
      if (excludes(x, y) || excludes(y, x)) return false;
      if (x.negated || y.negated) continue;
      const bool always = std::all_of(x.is.begin(), x.is.end(), [&](const std::string& x_text) {
        return std::all_of(y.is.begin(), y.is.end(),
                           [&](const std::string& y_text) { return conflict(x, x_text, y, y_text); });
      });
      if (always) return false;
    }
  }
  return true;
}

void LayoutCompiler::check_selectors() {
  for (std::uint32_t i = 0; i < layout_.kinds.size(); ++i) {
    for (std::uint32_t j = 0; j < i; ++j) {
      const Kind& a = layout_.kinds[i];
      const Kind& b = layout_.kinds[j];
      if (a.padding || b.padding || is_placed(i) || is_placed(j) || !overlap(a.select, b.select, layout_.by_columns))
        continue;
      compiler_.error(*drafts_[i].at, "FMT-0104"_code, fmt::format("a record could be both {} and {}", b.name, a.name),
                      "make their `select` exclusive");
    }
  }
}

}  // namespace

/// The texts of `is` as bytes of the page, or those of `is_hex`. False when there are none.
bool Compiler::read_bytes(ConfigReader& row, Condition& condition) {
  for (std::string& text : condition.is) {
    std::string bytes;
    std::size_t bad = 0;
    if (layout.page == nullptr || !layout.page->encode(text, bytes, bad)) {
      row.error("FMT-0109"_code, fmt::format("\"{}\" has a character that the code page does not have", text));
    } else {
      text = std::move(bytes);
    }
  }
  for (const std::string& hex : row.strings_or_empty("is_hex")) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      unsigned byte = 0;
      const auto [end, wrong] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
      if (wrong != std::errc() || end != hex.data() + i + 2) break;
      bytes += static_cast<char>(byte);
    }
    if (bytes.empty() || bytes.size() * 2 != hex.size()) {
      row.error("FMT-0109"_code, fmt::format("\"{}\" are no bytes in hexadecimal", hex));
    }
    condition.is.push_back(std::move(bytes));
  }
  return !condition.is.empty();
}

std::vector<Condition> Compiler::read_select(const ConfigValue* value, std::uint32_t length, bool watches_allowed,
                                             const std::function<std::uint32_t(std::string_view)>& find) {
  std::vector<Condition> conditions;
  if (value == nullptr) return conditions;
  const bool list = value->kind == ConfigValue::Kind::array;
  const std::size_t count = list ? value->items.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const ConfigValue& each = list ? value->items[i] : *value;
    if (each.kind != ConfigValue::Kind::table) {
      error(each, "CFG-0004"_code, "`select` should be a table or an array of tables");
      continue;
    }
    ConfigReader row(file, each, findings);
    Condition condition;
    condition.negated = each.find("not") != nullptr;
    condition.is = row.strings_or_empty(condition.negated ? "not" : "is");
    const std::string field = watches_allowed || find ? row.string_or("field", "") : "";
    if (!field.empty()) {
      if (condition.is.empty()) row.error("FMT-0109"_code, "`is` (or `not`) should hold at least one text");
      condition.watch = find ? none : watch_of(each, field);
      condition.slot = find ? find(field) : none;
      if (find && condition.slot == none) {
        error(each, "FMT-0105"_code, fmt::format("there is no field {} before this", field));
      }
      row.finish();
      conditions.push_back(std::move(condition));
      continue;
    }
    const std::int64_t at = row.integer(layout.by_columns ? "column" : "at");
    if (!read_bytes(row, condition)) row.error("FMT-0109"_code, "`is` (or `not`) should hold at least one text");
    row.finish();
    condition.length = condition.is.empty() ? 0 : static_cast<std::uint32_t>(condition.is[0].size());
    if (layout.by_columns && condition.length != 0) condition.length = 1;
    if (at < 1 || condition.length == 0 || at - 1 + condition.length > length) {
      row.error("FMT-0109"_code, "the selector lies outside of the record");
      continue;
    }
    condition.offset = static_cast<std::uint32_t>(at - 1);
    for (const std::string& text : condition.is) {
      if (text.size() != condition.length && !layout.by_columns)
        row.error("FMT-0109"_code, "the texts of `is` or `not` should be of one length");
    }
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::unique_ptr<RecordLayout> FrontEnd::make_layout() {
  return std::make_unique<RecordLayout>();
}

void FrontEnd::read_file(Compiler&, ConfigReader&) {}

std::vector<Draft> FrontEnd::read_fields(Compiler& compiler, ConfigReader& record, const Kind& kind) {
  const ConfigValue* const rows = record.array("fields");
  return rows != nullptr ? compiler.read_fields(*rows, kind.length) : std::vector<Draft>();
}

std::unique_ptr<formats::Layout> compile(const ConfigFile& file, const Data& data, Findings& findings,
                                         FrontEnd& front_end) {
  auto layout = front_end.make_layout();
  if (!LayoutCompiler(file, data, findings, front_end, *layout).run()) return nullptr;
  return layout;
}

namespace {

std::string type_of(const Shape& shape, const Field& field) {
  constexpr std::string_view ops[] = {"text",        "digits", "number", "number", "date",     "national",
                                      "double-byte", "hex",    "packed", "bcd",    "binary",   "float",
                                      "edited",      "filler", "group",  "",       "variants", "variant"};
  std::string out(ops[static_cast<std::size_t>(field.op)]);
  if (field.op == Op::integer || field.op == Op::decimal_point) out = to_text(shape.nodes[field.node].type);
  const bool number = field.op >= Op::packed && field.op <= Op::binary;
  if (number) out += fmt::format(" {}", to_text(shape.nodes[field.node].type));
  if (field.scale != 0) out += fmt::format(", scale {}", field.scale);
  if (field.tens != 0) out += fmt::format(", scale -{}", field.tens);
  if (number && field.is_signed) out += ", signed";
  return out;
}

}  // namespace

std::string RecordLayout::describe() const {
  if (!listing.empty()) return listing;
  std::string out = length == 0 ? fmt::format("{}: records, {}\n", shape_.id, page->name())
                                : fmt::format("{}: records of {} bytes, {}\n", shape_.id, length, page->name());
  for (const Kind& kind : kinds) {
    for (const Form& form : kind.forms) {
      out += fmt::format("\n{}{}{}\n", shape_.path_of(kind.node, true), form.name.empty() ? "" : ", form ", form.name);
      bool in_list = false;
      for (const Field& field : form.fields) {
        if (std::exchange(in_list, field.op == Op::list)) continue;
        const Field& leaf = field.op == Op::list ? *(&field + 1) : field;
        const std::string_view name = field.node == no_node ? "" : shape_.nodes[field.node].name;
        out += fmt::format("  {:>6} {:>6}  {:<30} {}", field.offset + 1, field.length, name, type_of(shape_, leaf));
        if (field.op == Op::group || field.op == Op::list) {
          out += fmt::format(" x {}{}", field.depending != none ? fmt::format("{} to ", field.repeat_min) : "",
                             field.repeat);
        }
        if (field.op == Op::group) out += " (positions below count within it)";
        out += '\n';
      }
    }
  }
  return out;
}

}  // namespace tilmash::records
