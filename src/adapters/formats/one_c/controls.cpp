#include "adapters/formats/one_c/controls.h"

namespace tilmash::formats::one_c {
namespace {

/// The value of a field within a group; nullptr when it has none.
const Cell* value(const Instance& instance, std::uint32_t group, std::uint32_t node) {
  if (node == no_node) return nullptr;
  const std::uint32_t cell = instance.find_within(group, node);
  return cell == no_cell ? nullptr : &instance.cell(cell);
}

/// The latest value of a field in the file.
const Cell* latest(const Instance& instance, std::uint32_t node) {
  const Cell* found = nullptr;
  for (std::uint32_t i = instance.find(node); i != no_cell; i = instance.cell(i).next) found = &instance.cell(i);
  return found;
}

}  // namespace

void Controls::report(std::uint32_t field, const DecimalSum& stated, const DecimalSum& counted, bool comparable,
                      std::uint64_t record_number) {
  Control control;
  control.path = layout_.shape_.path_of(field);
  control.declared = stated.to_text();
  control.counted = counted.to_text();
  control.record_number = record_number;
  control.result = !comparable         ? Control::Result::not_comparable
                   : stated == counted ? Control::Result::equal
                                       : Control::Result::differs;
  results_.push_back(std::move(control));
  fields_.push_back(field);
}

void Controls::compare_balance(const ControlRule& rule, const Instance& instance, std::uint32_t group,
                               std::uint64_t record_number) {
  const Cell* stated = value(instance, group, rule.field);
  if (stated == nullptr) return;
  DecimalSum counted;
  bool comparable = true;
  for (const ControlRule::Term& term : rule.terms) {
    const Cell* cell = value(instance, group, term.node);
    if (cell == nullptr) cell = latest(instance, term.node);
    if (cell == nullptr) {
      comparable = false;
      continue;
    }
    Decimal number = cell->number;
    if (term.minus) number.unscaled = -number.unscaled;
    counted.add(number);
  }
  DecimalSum sum;
  sum.add(stated->number);
  report(rule.field, sum, counted, comparable, record_number);
}

void Controls::add_section(std::uint32_t section, const Instance& instance, std::uint32_t group,
                           std::uint64_t record_number) {
  for (std::size_t i = 0; i < layout_.controls.size(); ++i) {
    const ControlRule& rule = layout_.controls[i];
    if (rule.section != section) continue;
    if (rule.kind == ControlRule::Kind::equals) {
      compare_balance(rule, instance, group, record_number);
      continue;
    }
    const Cell* stated = value(instance, group, rule.field);
    if (stated == nullptr) continue;
    Side* side = &sums_[i];
    if (rule.kind != ControlRule::Kind::sum) {
      const Cell* account = value(instance, group, layout_.movement.account);
      if (account == nullptr) continue;
      if (items_seen_) late_account_ = true;
      Account& known = accounts_[std::string(account->text)];
      side = rule.kind == ControlRule::Kind::received ? &known.received : &known.spent;
    }
    side->stated.add(stated->number);
    side->is_stated = true;
    side->record_number = record_number;
  }
}

Controls::Account* Controls::known(const Instance& instance, std::uint32_t group,
                                   const std::vector<std::uint32_t>& fields) {
  for (const std::uint32_t field : fields) {
    const Cell* cell = value(instance, group, field);
    if (cell == nullptr) continue;
    const auto found = accounts_.find(cell->text);
    if (found != accounts_.end()) return &found->second;
  }
  return nullptr;
}

/// What an item adds to the accounts of the file: by what it says was received or spent, else by whose account is
/// whose.
void Controls::add_movement(const Instance& instance, std::uint32_t group) {
  if (accounts_.empty()) return;
  Account* payer = known(instance, group, layout_.movement.payers);
  Account* payee = known(instance, group, layout_.movement.payees);
  const Cell* received = value(instance, group, layout_.movement.received);
  const Cell* spent = value(instance, group, layout_.movement.spent);
  Account* only = accounts_.size() == 1 ? &accounts_.begin()->second : nullptr;
  if (received == nullptr && spent == nullptr) {
    const Cell* amount = value(instance, group, layout_.movement.amount);
    received = payee != nullptr ? amount : nullptr;
    spent = payer != nullptr ? amount : nullptr;
  }
  if (payer == nullptr) payer = only;
  if (payee == nullptr) payee = only;
  if (received != nullptr && payee != nullptr) payee->received.counted.add(received->number);
  if (spent != nullptr && payer != nullptr) payer->spent.counted.add(spent->number);
}

void Controls::add_item(const Instance& instance, std::uint32_t group) {
  items_seen_ = true;
  add_movement(instance, group);
  for (std::size_t i = 0; i < layout_.controls.size(); ++i) {
    const ControlRule& rule = layout_.controls[i];
    if (rule.kind != ControlRule::Kind::sum) continue;
    for (const ControlRule::Term& term : rule.terms) {
      const Cell* cell = value(instance, group, term.node);
      if (cell == nullptr) continue;
      Decimal number = cell->number;
      if (term.minus) number.unscaled = -number.unscaled;
      sums_[i].counted.add(number);
    }
  }
}

void Controls::finish() {
  for (std::size_t i = 0; i < layout_.controls.size(); ++i) {
    const ControlRule& rule = layout_.controls[i];
    if (rule.kind == ControlRule::Kind::sum && sums_[i].is_stated) {
      report(rule.field, sums_[i].stated, sums_[i].counted, !unread_, sums_[i].record_number);
    }
    if (rule.kind != ControlRule::Kind::received && rule.kind != ControlRule::Kind::spent) continue;
    for (const auto& [name, account] : accounts_) {
      const Side& side = rule.kind == ControlRule::Kind::received ? account.received : account.spent;
      if (!side.is_stated) continue;
      report(rule.field, side.stated, side.counted, !unread_ && !late_account_, side.record_number);
    }
  }
}

}  // namespace tilmash::formats::one_c
