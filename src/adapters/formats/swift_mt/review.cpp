// What is said about a message that could be read: characters and fields that were let pass, and whether a statement's
// entries lead from its opening to its closing balance.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/swift_mt/layout.h"

namespace tilmash::formats::swift_mt {
namespace {

constexpr std::size_t controls_max = 100'000;

class Reviewer {
 public:
  Reviewer(const MtLayout& layout, const Instance& instance, records::Review& review)
      : layout_(layout), instance_(instance), review_(review) {}

  void run() {
    const std::uint32_t item = instance_.find(layout_.nodes.item);
    for (std::uint32_t i = item + 1; i < instance_.subtree_end(item); ++i) look(i);
    for (const BrokenRule& each : layout_.broken_rules(instance_, item)) {
      review_.findings.add(layout_.explain(each, instance_));
    }
  }

 private:
  void look(std::uint32_t index);
  void balance(const Message& message, std::uint32_t cell);
  bool signed_amount(std::uint32_t cell, DecimalSum& sum) const;
  bool add(const std::vector<std::string>& tags, std::uint32_t scope, bool all, DecimalSum& sum,
           std::uint32_t& last) const;
  void warn(Code code, const Cell& cell, std::string text, Severity severity = Severity::warning) {
    Diagnostic why;
    why.code = code;
    why.severity = severity;
    why.place.offset_bytes = cell.offset;
    why.place.length_bytes = std::max(cell.length, 1u);
    why.path = layout_.shape().path_of(cell.node);
    why.text = std::move(text);
    review_.findings.add(std::move(why));
  }

  const MtLayout& layout_;
  const Instance& instance_;
  records::Review& review_;
};

void Reviewer::look(std::uint32_t index) {
  const Cell& cell = instance_.cell(index);
  const Node& node = layout_.shape().nodes[cell.node];
  if (node.kind == NodeKind::leaf) {
    if (layout_.charset != CharsetPolicy::report || node.owner == 0) return;
    const Option* option = layout_.option_of_node[instance_.cell(cell.parent).node];
    const auto& tags = layout_.transliterated;
    if (option != nullptr && std::find(tags.begin(), tags.end(), option->code) != tags.end()) return;
    const auto set = static_cast<char>(node.owner);
    if ((set == 'x' || set == 'y' || set == 'z') && find_outside(set, cell.text) < cell.text.size()) {
      warn("SMT-0206"_code, cell, fmt::format("a character is not of SWIFT's set {}", set));
    }
    return;
  }
  if (const Option* option = layout_.option_of_node[cell.node]; option != nullptr) {
    if (index + 2 == cell.end && instance_.cell(index + 1).node == layout_.text_node(*option)) {
      warn("SMT-0205"_code, cell,
           fmt::format("field {} is kept as text: it should be {}", option->tag, option->format->notation));
    }
    return;
  }
  if (const Message* message = layout_.message_of_node[cell.node]; message != nullptr) {
    if (message == &layout_.unknown) {
      warn("SMT-0210"_code, cell, "no message of this type is defined: its fields are kept as they stand");
    } else {
      if (!message->balance.opening.empty()) balance(*message, index);
      if (const std::uint32_t extra = instance_.find_within(index, message->extension); extra != no_cell) {
        warn("SMT-0208"_code, instance_.cell(extra),
             fmt::format("{} has no such field at this place: it is kept with its position", message->name));
      }
    }
  }
}

/// C and RD add, D and RC take away (field 61, subfield 3).
bool Reviewer::signed_amount(std::uint32_t cell, DecimalSum& sum) const {
  std::string_view mark;
  const Cell* amount = nullptr;
  for (std::uint32_t i = cell + 1; i < instance_.subtree_end(cell); ++i) {
    const std::string_view name = layout_.shape().nodes[instance_.cell(i).node].name;
    if (name == "mark") mark = instance_.cell(i).text;
    if (name == "amount") amount = &instance_.cell(i);
  }
  if (mark.empty() || amount == nullptr) return false;
  Decimal value = amount->number;
  if (mark == "D" || mark == "RC" || mark == "ED") value.unscaled = -value.unscaled;
  sum.add(value);
  return true;
}

bool Reviewer::add(const std::vector<std::string>& tags, std::uint32_t scope, bool all, DecimalSum& sum,
                   std::uint32_t& last) const {
  for (std::uint32_t i = scope + 1; i < instance_.subtree_end(scope); ++i) {
    const Option* option = layout_.option_of_node[instance_.cell(i).node];
    if (option == nullptr || std::find(tags.begin(), tags.end(), option->tag) == tags.end()) continue;
    if (!signed_amount(i, sum)) return false;
    last = i;
    if (!all) return true;
  }
  return true;
}

void Reviewer::balance(const Message& message, std::uint32_t cell) {
  DecimalSum counted;
  DecimalSum stated;
  std::uint32_t opening = no_cell;
  std::uint32_t entry = no_cell;
  std::uint32_t closing = no_cell;
  const bool comparable = add(message.balance.opening, cell, false, counted, opening) &&
                          add(message.balance.entries, cell, true, counted, entry) &&
                          add(message.balance.closing, cell, false, stated, closing);
  if (comparable && (opening == no_cell || closing == no_cell)) return;
  Control control;
  control.record_number = review_.record_number;
  control.path = closing != no_cell ? layout_.shape().path_of(instance_.cell(closing).node) : message.name;
  control.declared = stated.to_text();
  control.counted = counted.to_text();
  control.result = !comparable         ? Control::Result::not_comparable
                   : stated == counted ? Control::Result::equal
                                       : Control::Result::differs;
  if (control.result == Control::Result::differs) {
    warn("SMT-0301"_code, instance_.cell(closing),
         fmt::format("the opening balance and the entries come to {}, the closing balance says {}", control.counted,
                     control.declared),
         Severity::error);
  }
  if (review_.controls.size() < controls_max) review_.controls.push_back(std::move(control));
}

}  // namespace

std::vector<BrokenRule> MtLayout::broken_rules(const Instance& instance, std::uint32_t item) const {
  if (rule_policy == RulePolicy::off) return {};
  for (std::uint32_t at = item + 1; at < instance.subtree_end(item); at = instance.subtree_end(at)) {
    const auto found = rules.find(message_of_node[instance.cell(at).node]);
    if (found != rules.end()) return find_broken(found->second, instance, at);
  }
  return {};
}

Diagnostic MtLayout::explain(const BrokenRule& broken, const Instance& instance) const {
  const Cell& cell = instance.cell(broken.cell);
  const RuleRow& row = *broken.rule->row;
  Diagnostic why;
  why.code = "SMT-0302"_code;
  why.severity = rule_policy == RulePolicy::reject ? Severity::error : Severity::warning;
  why.place.offset_bytes = cell.offset;
  why.place.length_bytes = std::max(cell.length, 1u);
  why.path = shape().path_of(cell.node);
  why.rule = fmt::format("{}:{}", row.file, row.line_number);
  why.text = fmt::format("{}{}{}: {}", row.rule, row.rule.empty() ? "" : " ", row.code, row.text);
  return why;
}

void MtLayout::review(const records::MessageFrame&, const Instance& instance, records::Review& review) const {
  Reviewer(*this, instance, review).run();
}

}  // namespace tilmash::formats::swift_mt
