#include "adapters/records/tracker.h"

#include <algorithm>

namespace tilmash::records {
namespace {

bool is_one_of(std::string_view text, const std::vector<std::string>& texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool passes(const Filter& filter, const Slot& slot) {
  if (!slot.present) return false;
  switch (filter.test) {
    case Filter::Test::is:
      return is_one_of(slot.text, filter.texts);
    case Filter::Test::is_not:
      return !is_one_of(slot.text, filter.texts);
    case Filter::Test::below_zero:
      return slot.number.unscaled < 0;
    case Filter::Test::not_below_zero:
      return slot.number.unscaled >= 0;
  }
  return false;
}

}  // namespace

bool RecordLayout::holds(const Condition& condition, std::string_view bytes) const {
  if (condition.offset + condition.length > bytes.size()) return false;
  const std::string_view found = bytes.substr(condition.offset, condition.length);
  for (const std::string& text : condition.is) {
    if (found == text) return !condition.negated;
  }
  return condition.negated;
}

std::uint32_t RecordLayout::kind_of(std::string_view bytes, std::uint32_t hint) const {
  const auto matches = [&](std::uint32_t index) {
    const Kind& kind = kinds[index];
    if (kind.padding || index == first || index == last) return false;
    for (const Condition& condition : kind.select) {
      if (!holds(condition, bytes)) return false;
    }
    return true;
  };
  if (padding != none && !bytes.empty() && is_filled(bytes.substr(0, kinds[padding].length), kinds[padding].fill)) {
    return padding;
  }
  if (hint != none && matches(hint)) return hint;
  for (std::uint32_t i = 0; i < kinds.size(); ++i) {
    if (matches(i)) return i;
  }
  return none;
}

Tracker::Tracker(const RecordLayout& layout)
    : layout_(&layout),
      seen_(layout.kinds.size()),
      missed_(layout.kinds.size()),
      accumulators_(layout.controls.size()),
      watched_(layout.watches.size()) {
  levels_.emplace_back();
}

std::uint32_t Tracker::level_for(std::uint32_t kind) const {
  const std::uint32_t parent = layout_->kinds[kind].parent;
  for (auto level = static_cast<std::uint32_t>(levels_.size()); level-- > 0;) {
    if (levels_[level].kind == parent) return level;
  }
  return none;
}

bool Tracker::fits(std::uint32_t kind, std::uint32_t level) const {
  return layout_->kinds[kind].rank >= levels_[level].rank && seen_[kind] < layout_->kinds[kind].max;
}

void Tracker::open(std::uint32_t kind, std::uint32_t cell, std::uint64_t record_number, std::uint64_t offset) {
  if (const std::uint32_t rank = layout_->kinds[kind].rank; rank > levels_.back().rank) {
    levels_.back().rank = rank;
    if (levels_.size() == 1) note_missed(rank, {record_number, offset});
  }
  ++seen_[kind];
  for (const std::uint32_t child : layout_->kinds[kind].children) seen_[child] = 0;
  for (const std::uint32_t control : layout_->scoped[kind + 1]) accumulators_[control] = {};
  levels_.push_back({kind, 0, cell, record_number, offset});
}

/// A record of this rank stands where those before it can't stand any more.
void Tracker::note_missed(std::uint32_t rank, MissedAt at) {
  for (const std::uint32_t top : layout_->top) {
    const bool due = layout_->kinds[top].rank < rank && seen_[top] < layout_->kinds[top].min;
    if (due && missed_[top].record_number == 0) missed_[top] = at;
  }
}

void Tracker::close(std::vector<std::uint32_t>& missing, std::vector<Compared>& compared) {
  const std::uint32_t kind = levels_.back().kind;
  for (const std::uint32_t child : layout_->children_of(kind)) {
    if (seen_[child] < layout_->kinds[child].min) missing.push_back(child);
  }
  for (const std::uint32_t control : layout_->scoped[kind == none ? 0 : kind + 1]) {
    if (accumulators_[control].stated) compared.push_back(compare(control));
  }
  if (kind != none) levels_.pop_back();
}

void Tracker::add_tallies(std::uint32_t kind, const std::vector<Slot>& slots) {
  for (const Tally& tally : layout_->kinds[kind].tallies) {
    Accumulator& accumulator = accumulators_[tally.control];
    const bool passed = std::all_of(tally.where.begin(), tally.where.end(), [&](const Filter& filter) {
      if (slots[filter.slot].bad) accumulator.tainted = true;
      return passes(filter, slots[filter.slot]);
    });
    if (!passed) continue;
    if (tally.slot == none) {
      ++accumulator.count;
    } else if (slots[tally.slot].bad) {
      accumulator.tainted = true;
    } else if (slots[tally.slot].present) {
      accumulator.sum.add(tally.minus ? slots[tally.slot].sum.negated() : slots[tally.slot].sum);
    }
  }
}

void Tracker::add_unread(std::uint32_t kind) {
  for (const Tally& tally : layout_->kinds[kind].tallies) {
    Accumulator& accumulator = accumulators_[tally.control];
    if (tally.slot == none && tally.where.empty()) {
      ++accumulator.count;
    } else {
      accumulator.tainted = true;
    }
  }
}

void Tracker::add_stray(std::uint32_t kind, const std::vector<Slot>& slots) {
  add_tallies(kind, slots);
}

void Tracker::add(std::uint32_t kind_index, std::uint32_t form, const std::vector<Slot>& slots,
                  std::vector<Compared>& mismatch) {
  const Kind& kind = layout_->kinds[kind_index];
  add_tallies(kind_index, slots);
  for (const std::uint32_t index : kind.controls) {
    const ControlRule& rule = layout_->controls[index];
    const Slot& slot = slots[rule.slot];
    if (rule.form != none && rule.form != form) continue;
    const Level& level = levels_.back();
    if (rule.equals != none) {
      if (slot.bad || slot.text == watched_[rule.equals]) continue;
      mismatch.push_back({&rule, Control::Result::differs, std::string(slot.text), watched_[rule.equals],
                          level.record_number, level.offset});
      continue;
    }
    if (!slot.present && !slot.bad) continue;
    Accumulator& accumulator = accumulators_[index];
    accumulator.stated = true;
    accumulator.stated_bad = slot.bad;
    accumulator.value = slot.number;
    accumulator.record_number = level.record_number;
    accumulator.offset = level.offset;
  }
  for (const std::uint32_t watch : kind.watches) {
    watched_[watch].assign(slots[layout_->watches[watch].slot].text);
  }
}

std::uint32_t Tracker::find_missing(std::size_t first_level) const {
  for (std::size_t i = levels_.size(); i-- > first_level;) {
    for (const std::uint32_t child : layout_->children_of(levels_[i].kind)) {
      if (seen_[child] < layout_->kinds[child].min) return child;
    }
  }
  return none;
}

std::string Tracker::counted(std::uint32_t control, std::uint32_t with_kind) const {
  const ControlRule& rule = layout_->controls[control];
  const Accumulator& accumulator = accumulators_[control];
  const DecimalSum sum = accumulator.total(rule);
  Int128 value = rule.sums ? sum.unscaled() : static_cast<Int128>(accumulator.count) + rule.plus;
  if (with_kind != none && !rule.sums) {
    for (const Tally& tally : layout_->kinds[with_kind].tallies) {
      if (tally.control == control && tally.where.empty()) ++value;
    }
  }
  if (rule.modulo == 0 && rule.per == 1 && rule.sums) return sum.to_text();
  value = (value + rule.per - 1) / rule.per;
  if (rule.modulo != 0) value %= rule.modulo;
  return to_text(value);
}

Compared Tracker::compare(std::uint32_t control) const {
  const Accumulator& accumulator = accumulators_[control];
  Compared compared;
  compared.rule = &layout_->controls[control];
  compared.record_number = accumulator.record_number;
  compared.offset = accumulator.offset;
  compared.counted = counted(control);
  compared.declared = accumulator.stated_bad ? "" : to_text(accumulator.value);
  if (accumulator.tainted || accumulator.stated_bad) {
    compared.result = Control::Result::not_comparable;
    return compared;
  }
  const ControlRule& rule = *compared.rule;
  bool equal = false;
  if (rule.modulo == 0 && rule.per == 1 && rule.sums) {
    equal = accumulator.total(rule).equals(accumulator.value);
  } else {
    equal = compared.declared == compared.counted;
  }
  compared.result = equal ? Control::Result::equal : Control::Result::differs;
  return compared;
}

std::uint32_t Tracker::form_of(std::uint32_t kind, std::string_view bytes) const {
  const auto& forms = layout_->kinds[kind].forms;
  for (std::uint32_t i = 0; i < forms.size(); ++i) {
    const bool all = std::all_of(forms[i].conditions.begin(), forms[i].conditions.end(), [&](const Condition& each) {
      return each.watch != none ? is_one_of(watched_[each.watch], each.is) != each.negated
                                : layout_->holds(each, bytes);
    });
    if (all) return i;
  }
  return none;
}

}  // namespace tilmash::records
