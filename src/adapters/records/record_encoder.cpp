// Cells of one record into bytes. What would not be read back as it was given is refused, never cut or replaced.
#include <algorithm>
#include <cstring>

#include "adapters/records/record.h"

namespace tilmash::records {

void RecordEncoder::begin(const Instance& instance, std::uint32_t cell) {
  instance_ = &instance;
  cursor_ = cell + 1;
  first_ = {};
  gone_ = 0;
  variants_.clear();
  changed_.clear();
  arena_.clear();
  std::fill(written_.begin(), written_.end(), std::string_view());
}

WriteFault RecordEncoder::encode(const Form& form, const Kind& kind, const Instance& instance, std::uint32_t cell) {
  begin(instance, cell);
  moves_ = form.moves;
  record_.assign(kind.length, layout_.blank);
  encode_rows(form.fields.data(), form.fields.data() + form.fields.size(), cell, 0);
  if (kind.variable) {
    record_.resize(kind.length - gone_);
  } else if (gone_ != 0) {
    std::fill_n(record_.end() - static_cast<std::ptrdiff_t>(gone_), gone_, layout_.blank);
  }
  return first_;
}

/// Fields come in the order of the cells as a rule, so the search begins where the last one ended.
std::uint32_t RecordEncoder::find_child(std::uint32_t group, std::uint32_t node) {
  if (group == no_cell) return no_cell;
  const auto& cells = instance_->cells();
  const std::uint32_t end = instance_->subtree_end(group);
  const auto search = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t i = from; i < to; i = instance_->subtree_end(i)) {
      if (cells[i].node != node) continue;
      cursor_ = instance_->subtree_end(i);
      return i;
    }
    return no_cell;
  };
  const bool within = cursor_ > group && cursor_ < end && cells[cursor_].parent == group;
  if (within && cells[cursor_].node == node) return search(cursor_, cursor_ + 1);
  return search(group + 1, end);
}

/// The next cell of the same node in the same group; no_cell after the last.
std::uint32_t RecordEncoder::next_occurrence(std::uint32_t cell, std::uint32_t group) const {
  do {
    cell = instance_->cell(cell).next;
  } while (cell != no_cell && instance_->cell(cell).parent != group);
  return cell;
}

void RecordEncoder::encode_rows(const Field* begin, const Field* end, std::uint32_t group, std::size_t base) {
  for (const Field* field = begin; field != end; field += field->body + 1) {
    if (field->op == Op::filler) {
      std::memset(record_.data() + (base + field->offset - gone_), field->pad, field->length);
    } else if (field->op == Op::variants) {
      encode_variants(*field, group, base + field->offset);
    } else if (field->op >= Op::group) {
      encode_table(*field, group, base + field->offset);
    } else {
      encode_field(*field, find_child(group, field->node), base + field->offset - gone_);
    }
  }
}

void RecordEncoder::encode_table(const Field& table, std::uint32_t group, std::size_t base) {
  const Field* const body = &table + 1;
  const Field* const end = body + table.body;
  const std::uint32_t found = find_child(group, table.node);
  std::uint32_t count = table.repeat;
  if (table.depending != none) {
    const auto stated = parse_decimal(written_[table.depending].empty() ? "x" : written_[table.depending]);
    const bool fits =
        stated && stated->scale == 0 && stated->unscaled >= table.repeat_min && stated->unscaled <= table.repeat;
    if (!fits) fail(table, "FMT-0414"_code, found);
    count = fits ? static_cast<std::uint32_t>(stated->unscaled) : 0;
  }
  std::uint32_t occurrence = found;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (table.depending != none && occurrence == no_cell) fail(table, "FMT-0414"_code, found);
    const std::size_t at = base + i * table.stride;
    if (table.op == Op::list) {
      encode_field(*body, occurrence, at - gone_);
    } else {
      if (occurrence != no_cell) cursor_ = occurrence + 1;
      encode_rows(body, end, occurrence, at);
    }
    if (occurrence != no_cell) occurrence = next_occurrence(occurrence, group);
  }
  if (occurrence != no_cell) fail(table, table.depending != none ? "FMT-0414"_code : "FMT-0412"_code, occurrence);
  if (found != no_cell) cursor_ = group + 1;
  if (moves_ && table.depending != none) gone_ += std::size_t{table.repeat - count} * table.stride;
}

/// The variant whose group is there. That the record will be read so is seen when it is read back.
void RecordEncoder::encode_variants(const Field& row, std::uint32_t group, std::size_t base) {
  const Field* const end = &row + 1 + row.body;
  bool done = false;
  for (const Field* field = &row + 1; field != end; field += field->body + 1) {
    const bool bare = field->node == no_node;  // its fields stand beside the variants
    const std::uint32_t cell = bare ? find_any(*field, group) : find_child(group, field->node);
    if (cell == no_cell) continue;
    if (done) return fail(*field, "FMT-0415"_code, cell);
    done = true;
    if (field->op != Op::variant) {
      encode_field(*field, cell, base - gone_);
      continue;
    }
    variants_.push_back(static_cast<std::uint32_t>(field - &row));
    cursor_ = cell + (bare ? 0 : 1);
    encode_rows(field + 1, field + 1 + field->body, bare ? group : cell, base);
    cursor_ = group + 1;
  }
  if (done) return;
  variants_.push_back(none);
  std::memset(record_.data() + (base - gone_), layout_.blank, row.length);
}

/// The cell of any field of a variant without a group; no_cell when none is there.
std::uint32_t RecordEncoder::find_any(const Field& variant, std::uint32_t group) {
  const Field* const end = &variant + 1 + variant.body;
  for (const Field* field = &variant + 1; field != end; field += field->body + 1) {
    const std::uint32_t cell = field->node == no_node ? no_cell : find_child(group, field->node);
    if (cell != no_cell) return cell;
  }
  return no_cell;
}

std::string_view RecordEncoder::text_of(const Field& field, std::uint32_t cell) {
  std::string_view text = cell != no_cell ? instance_->cell(cell).text : std::string_view();
  if (field.slot != none && !computed_[field.slot].empty()) text = computed_[field.slot];
  if (text.empty() && field.is_const) text = layout_.choices[field.choices].front();
  if (field.unmappable != none) {
    std::string changed;
    if (layout_.unmappables[field.unmappable].apply(*layout_.page, text, changed) && !changed.empty()) {
      text = arena_.copy(changed);
      changed_.push_back(&field);
    }
  }
  if (field.slot != none) written_[field.slot] = text;
  return text;
}

void RecordEncoder::encode_field(const Field& field, std::uint32_t cell, std::size_t at) {
  char* const to = record_.data() + at;
  const std::string_view text = text_of(field, cell);
  if (text.empty()) {
    if (field.required) fail(field, "FMT-0404"_code, cell);
    std::memset(to, field.blank, field.length);
    return;
  }
  if (const Code code = write_field(field, text, to)) fail(field, code, cell);
}

Code RecordEncoder::write_field(const Field& field, std::string_view text, char* to) {
  if (field.choices != none) {
    const auto& choices = layout_.choices[field.choices];
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) return "FMT-0405"_code;
  }
  if (const Code code = write_value(layout_, field, text, to)) return code;
  // What is written must not look like a field without a value.
  if (field.may_be_blank && !field.is_const && is_filled({to, field.length}, field.blank) &&
      text.find_first_not_of(' ') != std::string_view::npos) {
    return "FMT-0410"_code;
  }
  return {};
}

}  // namespace tilmash::records
