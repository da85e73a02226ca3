// Cells of one record into bytes. What would not be read back as it was given is refused, never cut or replaced.
#include <algorithm>
#include <cstring>

#include "adapters/records/record.h"

namespace tilmash::records {
namespace {

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `text` at its side of the field, the rest filled with `pad`.
void place(const Field& field, std::string_view text, char* to) {
  const std::size_t rest = field.length - text.size();
  std::memset(to, field.pad, field.length);
  std::memcpy(to + (field.right ? rest : 0), text.data(), text.size());
}

}  // namespace

WriteFault RecordEncoder::encode(const Form& form, std::uint32_t length, const Instance& instance, std::uint32_t cell) {
  instance_ = &instance;
  cursor_ = cell + 1;
  first_ = {};
  record_.assign(length, ' ');
  encode_rows(form.fields.data(), form.fields.data() + form.fields.size(), cell, 0);
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

void RecordEncoder::encode_rows(const Field* begin, const Field* end, std::uint32_t group, std::size_t base) {
  for (const Field* field = begin; field != end; ++field) {
    const std::size_t at = base + field->offset;
    if (field->op == Op::filler) {
      std::memset(record_.data() + at, field->pad, field->length);
      continue;
    }
    const std::uint32_t found = find_child(group, field->node);
    if (field->op != Op::group) {
      encode_field(*field, found, at);
      continue;
    }
    const Field* const body_end = field + 1 + field->body;
    std::uint32_t occurrence = found;
    for (std::uint32_t i = 0; i < field->repeat; ++i) {
      if (occurrence != no_cell) cursor_ = occurrence + 1;
      encode_rows(field + 1, body_end, occurrence, at + i * field->stride);
      if (occurrence == no_cell) continue;
      do {
        occurrence = instance_->cell(occurrence).next;
      } while (occurrence != no_cell && instance_->cell(occurrence).parent != group);
    }
    if (occurrence != no_cell && !first_) first_ = {"FMT-0412"_code, field, occurrence};
    if (found != no_cell) cursor_ = group + 1;
    field += field->body;
  }
}

void RecordEncoder::encode_field(const Field& field, std::uint32_t cell, std::size_t at) {
  char* const to = record_.data() + at;
  std::string_view text = cell != no_cell ? instance_->cell(cell).text : std::string_view();
  if (field.slot != none && !computed_[field.slot].empty()) text = computed_[field.slot];
  if (text.empty() && field.is_const) text = layout_.choices[field.choices].front();
  if (text.empty()) {
    if (field.required && !first_) first_ = {"FMT-0404"_code, &field, cell};
    std::memset(to, field.blank, field.length);
    return;
  }
  Code code;
  if (field.choices != none) {
    const auto& choices = layout_.choices[field.choices];
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) code = "FMT-0405"_code;
  }
  if (!code) code = write_value(field, text, to);
  // What is written must not look like a field without a value.
  if (!code && field.may_be_blank && !field.is_const && is_filled({to, field.length}, field.blank) &&
      text.find_first_not_of(' ') != std::string_view::npos) {
    code = "FMT-0410"_code;
  }
  if (code && !first_) first_ = {code, &field, cell};
}

Code RecordEncoder::write_value(const Field& field, std::string_view text, char* to) {
  switch (field.op) {
    case Op::text:
    case Op::digits:
      return write_text(field, text, to);
    case Op::date:
      return write_date(field, text, to);
    default:
      return write_number(field, text, to);
  }
}

Code RecordEncoder::write_text(const Field& field, std::string_view text, char* to) {
  if (field.pad == ' ') {
    // Blanks at the padded side say nothing.
    const std::size_t begin = field.right ? std::min(text.find_first_not_of(' '), text.size()) : 0;
    const std::size_t end = field.right ? text.size() : text.find_last_not_of(' ') + 1;
    text = text.substr(begin, end - begin);
  } else if (text.size() > 1 && (field.right ? text.front() : text.back()) == field.pad) {
    return "FMT-0410"_code;
  }
  if (field.op == Op::digits && !are_digits(text)) return "FMT-0402"_code;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "FMT-0401"_code;
  }
  scratch_.clear();
  std::size_t bad = 0;
  if (!layout_.page->encode(text, scratch_, bad)) return "FMT-0401"_code;
  if (scratch_.size() > field.length) return "FMT-0400"_code;
  place(field, scratch_, to);
  return {};
}

Code RecordEncoder::write_date(const Field& field, std::string_view text, char* to) const {
  const auto date = parse_iso_date(text);
  if (!date) return "FMT-0402"_code;
  return layout_.patterns[field.pattern].write(to, *date) ? Code{} : "FMT-0408"_code;
}

Code RecordEncoder::write_number(const Field& field, std::string_view text, char* to) {
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t cut = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, cut);
  std::string_view fraction = cut < text.size() ? text.substr(cut + 1) : std::string_view();
  if (whole.empty() || !are_digits(whole) || !are_digits(fraction) || (cut < text.size() && fraction.empty())) {
    return "FMT-0402"_code;
  }
  while (fraction.size() > field.scale && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > field.scale) return "FMT-0402"_code;
  if (negative && field.sign == Sign::plain) return "FMT-0403"_code;
  while (whole.size() > 1 && whole[0] == '0') whole.remove_prefix(1);

  scratch_.assign(whole);
  if (field.point != '\0') scratch_ += field.point;
  scratch_ += fraction;
  scratch_.append(field.scale - fraction.size(), '0');
  if (field.point == '\0') {
    // Implied: 0.05 is written as 5, zero as one digit.
    const std::size_t first = std::min(scratch_.find_first_not_of('0'), scratch_.size() - 1);
    scratch_.erase(0, first);
  }
  const auto digits = static_cast<std::size_t>(
      std::count_if(scratch_.begin(), scratch_.end(), [](char c) { return c >= '0' && c <= '9'; }));
  if (digits - (whole == "0" && field.point != '\0' ? 1 : 0) > 18) return "FMT-0400"_code;
  if (field.sign == Sign::floating && negative) scratch_.insert(0, 1, '-');
  Field body = field;
  const bool apart = field.sign == Sign::leading || field.sign == Sign::trailing;
  if (apart) body.length -= 1;
  if (scratch_.size() > body.length) return "FMT-0400"_code;
  place(body, scratch_, field.sign == Sign::leading ? to + 1 : to);
  if (apart) to[field.sign == Sign::leading ? 0 : body.length] = negative ? field.minus : field.plus;
  return {};
}

}  // namespace tilmash::records
