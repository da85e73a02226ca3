// Rows of a layout that hold other rows: groups, repeats, tables whose size a field states (OCCURS DEPENDING ON), and
// variants of the same bytes (REDEFINES).
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/front_end.h"

namespace tilmash::records {
namespace {

constexpr unsigned depth_max = 24;

void read_repeat(Compiler& compiler, ConfigReader& row, const ConfigValue& value, Draft& draft) {
  const std::int64_t repeat = row.integer_or("repeat", 1);
  if (repeat < 1 || repeat > 100000) compiler.error(value, "FMT-0107"_code, "`repeat` should be between 1 and 100000");
  draft.field.repeat = static_cast<std::uint32_t>(std::clamp<std::int64_t>(repeat, 1, 100000));
  draft.depending = row.string_or("depending_on", "");
  const std::int64_t min = row.integer_or("min", 0);
  if (min < 0 || min > repeat || (min != 0 && draft.depending.empty())) {
    compiler.error(value, "FMT-0107"_code, "`min` goes with `depending_on` and is not above `repeat`");
  }
  draft.field.repeat_min = static_cast<std::uint32_t>(std::clamp<std::int64_t>(min, 0, draft.field.repeat));
  const std::uint64_t length = std::uint64_t{draft.field.stride} * draft.field.repeat;
  if (length > record_length_max) compiler.error(value, "FMT-0107"_code, "the table is longer than any record");
  draft.field.length = static_cast<std::uint32_t>(std::min<std::uint64_t>(length, record_length_max));
}

}  // namespace

Draft Compiler::read_group(ConfigReader& row, const ConfigValue& value, unsigned depth) {
  Draft draft;
  draft.at = &value;
  draft.field.line_number = value.line_number;
  draft.name = row.string("group");
  draft.field.op = Op::group;
  if (const ConfigValue* rows = row.array("fields"); rows != nullptr) {
    if (depth >= depth_max) {
      error(value, "FMT-0107"_code, fmt::format("groups stand in groups more than {} deep", depth_max));
    } else {
      draft.body = read_fields(*rows, none, depth + 1);
    }
  }
  for (const Draft& each : draft.body) {
    draft.field.stride = std::max(draft.field.stride, each.field.offset + each.field.length);
  }
  if (draft.field.stride == 0) error(value, "FMT-0107"_code, "the group has no fields");
  read_repeat(*this, row, value, draft);
  return draft;
}

Draft Compiler::repeated(Draft leaf, ConfigReader& row, const ConfigValue& value) {
  Draft list;
  list.at = &value;
  list.name = leaf.name;
  list.type = leaf.type;
  list.facets = leaf.facets;
  list.sensitivity = leaf.sensitivity;
  list.field.op = Op::list;
  list.field.line_number = leaf.field.line_number;
  list.field.stride = leaf.field.length;
  list.field.required = false;
  if (!leaf.over.empty() || leaf.field.check != none) error(value, "FMT-0107"_code, "a repeated field has no `check`");
  read_repeat(*this, row, value, list);
  list.body.push_back(std::move(leaf));
  return list;
}

Draft Compiler::read_variants(ConfigReader& row, const ConfigValue& value, unsigned depth) {
  Draft draft;
  draft.at = &value;
  draft.field.line_number = value.line_number;
  draft.field.op = Op::variants;
  const std::int64_t length = row.integer("length");
  if (length < 1 || length > record_length_max) error(value, "FMT-0107"_code, "`length` does not fit a record");
  draft.field.length = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, 1, record_length_max));
  const ConfigValue* const variants = row.array("variants");
  for (std::size_t i = 0; variants != nullptr && i < variants->items.size(); ++i) {
    const ConfigValue& each = variants->items[i];
    if (each.kind != ConfigValue::Kind::table || depth >= depth_max) {
      error(each, "FMT-0107"_code, "a variant should be a table, and not stand too deep");
      continue;
    }
    ConfigReader variant_row(file, each, findings);
    Draft variant;
    variant.at = &each;
    variant.field.line_number = each.line_number;
    variant.field.op = Op::variant;
    variant.field.length = draft.field.length;
    variant.name = variant_row.string_or("name", "");
    variant.when = variant_row.value("when");
    if (variant.when == nullptr && i + 1 < variants->items.size()) {
      error(each, "FMT-0104"_code, "a variant without `when` can only be the last");
    }
    if (const ConfigValue* rows = variant_row.array("fields"); rows != nullptr) {
      variant.body = read_fields(*rows, draft.field.length, depth + 1);
    }
    variant_row.finish();
    draft.body.push_back(std::move(variant));
  }
  if (const std::string raw = row.string_or("raw", ""); !raw.empty()) {
    Draft bytes;
    bytes.at = &value;
    bytes.name = raw;
    bytes.type = LeafType::binary;
    bytes.field.op = Op::hex;
    bytes.field.line_number = value.line_number;
    bytes.field.length = draft.field.length;
    bytes.field.may_be_blank = false;
    draft.body.push_back(std::move(bytes));
  }
  return draft;
}

void Compiler::connect_tables(std::uint32_t kind, std::uint32_t form, const std::vector<const Draft*>& rows) {
  std::vector<Field>& fields = layout.kinds[kind].forms[form].fields;
  const auto within = [&](std::size_t row, std::size_t outer) {
    return outer < row && row <= outer + fields[outer].body;
  };
  // A field is named by its own name or by its path from the record; the nearest before the row counts. One in a
  // repeated group can only be meant from within the same occurrence.
  const auto find = [&](std::size_t row, std::string_view name) {
    const std::string path = layout.shape_.path_of(layout.kinds[kind].node) + "." + std::string(name);
    for (std::size_t i = row; i-- > 0;) {
      if (fields[i].op >= Op::filler || (rows[i]->name != name && layout.shape_.path_of(fields[i].node) != path))
        continue;
      bool reachable = true;
      for (std::size_t outer = 0; outer < i; ++outer) {
        if (fields[outer].repeat > 1 && within(i, outer) && !within(row, outer)) reachable = false;
      }
      if (reachable) return slot_of_node(kind, fields[i].node);
    }
    return none;
  };
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Draft& draft = *rows[i];
    if (!draft.depending.empty()) {
      const std::uint32_t slot = find(i, draft.depending);
      if (slot == none) {
        error(*draft.at, "FMT-0105"_code, fmt::format("there is no field {} before {}", draft.depending, draft.name));
      } else if (layout.shape_.nodes[layout.kinds[kind].slots[slot]].type != LeafType::integer) {
        error(*draft.at, "FMT-0105"_code, fmt::format("{} is no integer", draft.depending));
      }
      fields[i].depending = slot;
      if (layout.kinds[kind].odo == Odo::slide) layout.kinds[kind].variable = true;
      if (layout.kinds[kind].odo != Odo::fixed) layout.kinds[kind].forms[form].moves = true;
    }
    if (fields[i].op == Op::variant && draft.when != nullptr) {
      fields[i].when = static_cast<std::uint32_t>(layout.conditions.size());
      layout.conditions.push_back(read_select(draft.when, layout.kinds[kind].length, false,
                                              [&](std::string_view name) { return find(i, name); }));
    }
  }
}

}  // namespace tilmash::records
