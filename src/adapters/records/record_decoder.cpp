// Bytes of one record into cells. The fast path looks at each byte of a text once and copies nothing.
#include <algorithm>
#include <bit>

#include "adapters/records/padded_text.h"
#include "adapters/records/quick_values.h"
#include "adapters/records/record.h"

namespace tilmash::records {

void RecordDecoder::begin(std::string_view bytes, std::uint64_t offset, Instance& instance, Arena& arena) {
  bytes_ = bytes;
  offset_ = offset;
  instance_ = &instance;
  arena_ = &arena;
  first_ = {};
  tolerated_ = {};
  checked_.clear();
  variants_.clear();
  gone_ = 0;
  used_ = 0;
  complete_ = true;
  for (Slot& slot : slots_) slot = {};
}

FieldFault RecordDecoder::finish() {
  for (const Field* field : checked_) check_digits(*field);
  return first_;
}

FieldFault RecordDecoder::decode(const Form& form, std::string_view bytes, std::uint64_t offset, Instance& instance,
                                 Arena& arena) {
  begin(bytes, offset, instance, arena);
  moves_ = form.moves;
  decode_rows(form.fields.data(), form.fields.data() + form.fields.size(), 0);
  return finish();
}

void RecordDecoder::fail(const Field& field, Code code, std::size_t at) {
  if (field.slot != none) slots_[field.slot].bad = true;
  if (first_) return;
  first_.field = &field;
  first_.fault = {code, field.line_number, offset_ + at};
}

bool RecordDecoder::decode_number(const Field& field, std::size_t at) {
  const char* const bytes = bytes_.data() + at;
  Value value;
  bool read = false;
  if (field.quick == Quick::packed) {
    read = read_packed_quick(field, bytes, *arena_, value);
  } else if (field.quick == Quick::zoned) {
    read = read_zoned_quick(layout_, field, bytes, *arena_, value);
  } else if (field.quick == Quick::binary) {
    read = read_binary_quick(field, bytes, *arena_, value);
  }
  if (!read) return false;
  instance_->leaf(field.node, value.text, offset_ + at, field.length, value.number);
  if (field.slot != none) keep(field, value);
  return true;
}

/// Text or digits, or nothing: the field's bytes at `at`, those of the record up to `end`. False when it is anything
/// else, or wrong.
[[gnu::always_inline]] inline bool RecordDecoder::decode_text(const Field& field, const char* at, const char* end) {
  const std::string_view bytes(at, field.length);
  const PaddedText found =
      keeps_ascii_ ? look_at_padded<true>(bytes, ' ', end) : look_at_padded<false>(bytes, layout_.blank, end);
  if (found.size == 0) {
    if (field.slot != none) slots_[field.slot].text = {};  // of an occurrence before
    return !field.required && !field.is_const;
  }
  std::string_view text(at, found.size);
  if (!keeps_ascii_) {
    // All of the field, whose length is always the same: the size of what it holds is not.
    char* const out = arena_->allocate(field.length);
    arena_->shrink(out + found.size);
    if (!layout_.page->decode_printable(bytes, out)) return false;
    non_ascii_bytes_ += bytes.size();
    text = {out, found.size};
  } else if (found.has_control || (field.op == Op::digits && !are_digits(text, end))) {
    return false;
  } else if (found.beyond != 0) {
    std::string_view decoded;
    std::size_t undefined = 0;
    if (!layout_.page->decode(text, *arena_, decoded, undefined)) return false;
    text = decoded;
    non_ascii_bytes_ += found.beyond;
  }
  if (field.choices != none && check_value(field, text)) return false;
  instance_->leaf(field.node, text, offset_ + static_cast<std::size_t>(at - bytes_.data()), field.length);
  if (field.slot != none) {
    slots_[field.slot].text = text;
    slots_[field.slot].present = true;
  }
  return true;
}

void RecordDecoder::decode_rows(const Field* begin, const Field* end, std::size_t base) {
  const char* const bytes = bytes_.data();
  const char* const bytes_end = bytes + bytes_.size();
  for (const Field* field = begin; field != end; ++field) {
    if (field->op < Op::filler && !moves_) {
      const std::size_t at = base + field->offset;
      const bool done =
          field->quick == Quick::text ? decode_text(*field, bytes + at, bytes_end) : decode_number(*field, at);
      if (!done) decode_field(*field, at);
    } else if (field->op < Op::group) {
      decode_row(*field, base + field->offset - gone_);
    } else if (complete_) {
      if (field->op == Op::variants) {
        decode_variants(*field, base + field->offset);
      } else {
        decode_group(*field, field + 1, base + field->offset);
      }
      field += field->body;
    } else {
      return;
    }
  }
}

void RecordDecoder::decode_row(const Field& field, std::size_t at) {
  if (!complete_) return;
  if (moves_) {
    used_ = at + field.length;
    if (used_ > bytes_.size()) {
      complete_ = false;
      return fail(field, "FMT-0218"_code, std::min(at, bytes_.size()));
    }
  }
  if (field.op != Op::filler) {
    const char* const bytes = bytes_.data();
    const bool done =
        field.quick == Quick::text ? decode_text(field, bytes + at, bytes + bytes_.size()) : decode_number(field, at);
    if (!done) decode_field(field, at);
  } else if (!field.loose && !is_filled_with(field.pad, at, field.length)) {
    fail(field, "FMT-0209"_code, at);
  }
}

bool RecordDecoder::is_blank(const Field* begin, const Field* end, std::size_t base) const {
  for (const Field* field = begin; field != end; field += field->body + 1) {
    if (field->op == Op::filler && field->loose) continue;
    const std::size_t at = base + field->offset;
    if (field->op == Op::variants || field->depending != none) return false;
    if (field->op >= Op::group) {
      for (std::uint32_t i = 0; i < field->repeat; ++i) {
        if (!is_blank(field + 1, field + 1 + field->body, at + i * field->stride)) return false;
      }
      continue;
    }
    const char blank = field->op == Op::filler ? field->pad : field->blank;
    if (!field->may_be_blank || field->is_const) return false;
    if (at + field->length > bytes_.size() || !is_filled_with(blank, at, field->length)) return false;
  }
  return true;
}

/// How often a table is there whose size another field states. False when that is not known or out of range.
bool RecordDecoder::count_of(const Field& table, std::size_t at, std::uint32_t& count) {
  const Slot& slot = slots_[table.depending];
  count = 0;
  const std::int64_t stated = slot.number.unscaled;
  if (!slot.text.empty() && !slot.bad && stated >= table.repeat_min && stated <= table.repeat) {
    count = static_cast<std::uint32_t>(stated);
    return true;
  }
  if (moves_) complete_ = false;  // where the rest stands is not known
  fail(table, "FMT-0217"_code, at);
  return false;
}

void RecordDecoder::decode_group(const Field& group, const Field* body, std::size_t base) {
  const Field* const end = body + group.body;
  std::uint32_t count = group.repeat;
  if (group.depending != none) {
    if (!count_of(group, base - gone_, count)) return;
  } else {
    // A group that stands once is there even when blank, if its fields say so themselves; a repeated one ends early.
    while (count > 0 && is_blank(body, end, base - gone_ + (count - 1) * group.stride)) --count;
  }
  for (std::uint32_t i = 0; i < count && complete_; ++i) {
    const std::size_t at = base + i * group.stride;
    if (group.op == Op::list) {
      const std::size_t cells = instance_->cells().size();
      decode_rows(body, end, at);
      // A blank occurrence keeps its place.
      if (instance_->cells().size() == cells && complete_)
        instance_->leaf(group.node, {}, offset_ + at - gone_, group.stride);
      continue;
    }
    instance_->begin(group.node, offset_ + at - gone_);
    decode_rows(body, end, at);
    instance_->end(offset_ + std::min(at + group.stride - gone_, bytes_.size()));
  }
  if (group.depending == none) {
    used_ = std::max(used_, base - gone_ + group.length);
  } else if (moves_) {
    gone_ += std::size_t{group.repeat - count} * group.stride;
  }
}

bool RecordDecoder::holds(const std::vector<Condition>& conditions) const {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& each) {
    if (each.slot == none) return layout_.holds(each, bytes_);
    const bool is = std::find(each.is.begin(), each.is.end(), slots_[each.slot].text) != each.is.end();
    return is != each.negated;
  });
}

void RecordDecoder::decode_variants(const Field& row, std::size_t base) {
  const std::size_t at = base - gone_;
  if (moves_) used_ = at + row.length;
  if (moves_ && used_ > bytes_.size()) {
    complete_ = false;
    return fail(row, "FMT-0218"_code, std::min(at, bytes_.size()));
  }
  const Field* const end = &row + 1 + row.body;
  for (const Field* field = &row + 1; field != end; field += field->body + 1) {
    if (field->op != Op::variant) return decode_field(*field, at);
    if (field->when != none && !holds(layout_.conditions[field->when])) continue;
    variants_.push_back(static_cast<std::uint32_t>(field - &row));
    if (field->node != no_node) instance_->begin(field->node, offset_ + at);
    decode_rows(field + 1, field + 1 + field->body, base);
    if (field->node != no_node) instance_->end(offset_ + at + row.length);
    return;
  }
  fail(row, "FMT-0216"_code, at);
}

void RecordDecoder::decode_field(const Field& field, std::size_t at) {
  decode_value(field, bytes_.substr(at, field.length), at);
}

void RecordDecoder::decode_value(const Field& field, std::string_view bytes, std::size_t at) {
  // The first byte tells nearly all fields that hold something from blank ones.
  if (field.may_be_blank && !field.is_const &&
      (bytes.empty() || (bytes[0] == field.blank && is_filled(bytes, field.blank)))) {
    if (field.required) fail(field, "FMT-0206"_code, at);
    if (field.slot != none) slots_[field.slot].text = {};  // of an occurrence before
    return;
  }
  Value value;
  std::size_t bad = 0;
  if (field.op == Op::text || field.op == Op::digits) count_non_ascii_of(bytes);
  Code code = read_value(layout_, field, bytes, *arena_, value, bad);
  if (code == "FMT-0200"_code) count_undefined(bytes, bad);
  if (!code && field.choices != none) code = check_value(field, value.text);
  if (code) return fail(field, code, at + bad);
  add(field, value, at, bytes.size());
}

void RecordDecoder::add(const Field& field, const Value& value, std::size_t at, std::size_t size) {
  instance_->leaf(field.node, value.text, offset_ + at, static_cast<std::uint32_t>(size), value.number);
  if (field.slot != none) keep(field, value);
  if (field.check != none) checked_.push_back(&field);
}

void RecordDecoder::keep(const Field& field, const Value& value) {
  Slot& slot = slots_[field.slot];
  slot.text = value.text;
  slot.number = value.number;
  slot.present = true;
  if (field.op == Op::digits) {
    const std::size_t zeros = std::min(value.text.find_first_not_of('0'), value.text.size());
    const auto number = parse_decimal(value.text.substr(zeros));
    slot.bad = slot.bad || (!number && zeros != value.text.size());
    if (number) slot.number = *number;
  }
  slot.sum.add(slot.number);
}

/// Counts the undefined bytes of `bytes`, the first of which is at `at`.
void RecordDecoder::count_undefined(std::string_view bytes, std::size_t at) {
  while (at < bytes.size()) {
    ++undefined_bytes_;
    std::size_t next = 0;
    std::string_view text;
    scratch_.clear();
    if (layout_.page->decode(bytes.substr(at + 1), scratch_, text, next)) return;
    at += 1 + next;
  }
}

std::size_t RecordDecoder::find_undefined(std::string_view bytes) {
  count_non_ascii_of(bytes);
  std::size_t at = 0;
  std::string_view text;
  scratch_.clear();
  if (layout_.page->decode(bytes, scratch_, text, at)) return bytes.size();
  count_undefined(bytes, at);
  return at;
}

Code RecordDecoder::check_value(const Field& field, std::string_view text) const {
  for (const std::string& choice : layout_.choices[field.choices]) {
    if (choice == text) return {};
  }
  return field.is_const ? "FMT-0208"_code : "FMT-0207"_code;
}

void RecordDecoder::check_digits(const Field& field) {
  const Check& check = layout_.checks[field.check];
  std::uint64_t sum = 0;
  std::size_t position = 0;
  for (const std::uint32_t slot : check.over) {
    if (slots_[slot].bad || !slots_[slot].present) return;
    for (const char c : slots_[slot].text) {
      if (c == ' ') continue;
      if (c < '0' || c > '9') return;
      sum += static_cast<unsigned>(c - '0') * std::uint64_t{check.weights[position++ % check.weights.size()]};
    }
  }
  if (sum % check.modulo != 0) {
    const Slot& own = slots_[field.slot];
    const bool was_bad = own.bad;
    fail(field, "FMT-0212"_code, field.offset);
    slots_[field.slot].bad = was_bad;  // it was read; sums over it stay comparable
  }
}

}  // namespace tilmash::records
