#include "pipeline/message_output.h"

#include <fmt/format.h>

namespace tilmash::pipeline {
namespace {

/// The first error finding, without the place in the output, which nobody has seen.
Diagnostic first_error(const Findings& findings) {
  for (const Diagnostic& finding : findings.kept()) {
    if (finding.severity != Severity::error) continue;
    Diagnostic found = finding;
    found.place = {};
    return found;
  }
  return {};
}

/// Sums an item's amounts the way the plan asks for them.
void sum_item(const translator::Plan& plan, const Instance& item, Aggregates& aggregates) {
  aggregates.sums.resize(plan.sums().size());
  ++aggregates.item_count;
  for (std::size_t i = 0; i < plan.sums().size(); ++i) {
    const std::uint32_t cell = item.find(plan.sums()[i]);
    if (cell != no_cell) aggregates.sums[i].add(item.cell(cell).number);
  }
}

}  // namespace

MessageEnd make_message_end(const iso20022::Message& message, const translator::Binding& binding,
                            const ConfigValue* direction) {
  MessageEnd end;
  end.message = &message;
  end.shape = std::make_unique<Shape>(iso20022::make_shape(message));
  const Node& root = end.shape->root();
  if (root.child_count == 1 && end.shape->nodes[root.first_child].kind == NodeKind::group) end.base = root.first_child;
  for (const ConfigValue* rows : {binding.both, direction}) {
    if (rows == nullptr) continue;
    for (const ConfigValue::Member& row : rows->members) {
      if (row.value.text != "items[]" && row.key != "items[]") continue;
      const std::string& path = row.value.text == "items[]" ? row.key : row.value.text;
      end.item = end.shape->find_path(end.base, path);
      if (end.item != no_node) end.shape->nodes[end.item].item = true;
    }
  }
  return end;
}

MessageOutput::MessageOutput(MessageEnd end, translator::Plan plan, translator::Binding binding, MessageEnd head_end,
                             std::optional<translator::Plan> head_plan, const translator::Plan& before)
    : Output(end.message->id()),
      end_(std::move(end)),
      plan_(std::move(plan)),
      binding_(std::move(binding)),
      writer_(*end_.message, *end_.shape),
      head_end_(std::move(head_end)),
      head_plan_(std::move(head_plan)) {
  using translator::MessageProgram;
  using translator::Plan;
  item_program_ = MessageProgram::compile(plan_, Plan::Section::item, *end_.message, *end_.shape, before);
  frame_program_ = MessageProgram::compile(plan_, Plan::Section::header, *end_.message, *end_.shape, before);
  takes_table_ = item_program_ && item_program_->reads_table() && !plan_.header_reads_items() &&
                 !(head_plan_ && head_plan_->header_reads_items());
  if (!head_plan_) return;
  head_writer_.emplace(*head_end_.message, *head_end_.shape);
  head_program_ =
      MessageProgram::compile(*head_plan_, Plan::Section::header, *head_end_.message, *head_end_.shape, before);
}

std::vector<std::pair<std::string, std::string>> MessageOutput::not_carried() const {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const translator::Declared& field : binding_.not_carried) fields.emplace_back(field.path, field.reason);
  return fields;
}

std::optional<Diagnostic> MessageOutput::open_group(EvalContext& context, std::uint64_t items_max) {
  items_.clear();
  items_count_ = 0;
  committed_size_ = 0;
  one_item_a_message_ = items_max == 1;
  if (one_item_a_message_) return std::nullopt;
  // The message is tried once with a stand-in for its totals, so that the group's first item takes the blame early.
  one_.clear();
  sum_item(plan_, *context.source, one_);
  return encode_frame(context, {}, 1);
}

std::optional<Diagnostic> MessageOutput::encode_frame(EvalContext& context, std::string_view items, std::size_t count) {
  const Aggregates* given = context.aggregates;
  if (given == nullptr) context.aggregates = &one_;
  context.message_definition = end_.message->id();
  std::optional<Diagnostic> problem;
  if (!encode_frame_quickly(context, items, count)) problem = encode_frame_slowly(context, items, count);
  context.aggregates = given;
  return problem;
}

bool MessageOutput::encode_frame_quickly(EvalContext& context, std::string_view items, std::size_t count) {
  if (!frame_program_ || (head_plan_ && !head_program_)) return false;
  const auto message = frame_program_->run(context, items, count);
  const auto head = message && head_plan_ ? head_program_->run(context, {}, 0) : message;
  message_ = message.value_or("");
  head_ = head_plan_ ? head.value_or("") : "";
  return message && head;
}

std::optional<Diagnostic> MessageOutput::encode_frame_slowly(EvalContext& context, std::string_view items,
                                                             std::size_t count) {
  frame_.reset(*end_.shape);
  if (const translator::MapFault fault = plan_.run(translator::Plan::Section::header, context, frame_)) {
    return describe(fault, plan_);
  }
  Findings findings(10);
  message_text_.clear();
  if (!writer_.encode_frame(frame_, end_.item, items, count, message_text_, findings)) return first_error(findings);
  message_ = message_text_;
  head_ = {};
  if (!head_plan_) return std::nullopt;
  head_text_.clear();
  head_instance_.reset(*head_end_.shape);
  if (const translator::MapFault fault = head_plan_->run(translator::Plan::Section::header, context, head_instance_)) {
    return describe(fault, *head_plan_);
  }
  if (!head_writer_->encode(head_instance_, head_text_, findings)) return first_error(findings);
  head_ = head_text_;
  return std::nullopt;
}

std::optional<Diagnostic> MessageOutput::encode_item_slowly(EvalContext& context) {
  item_.reset(*end_.shape);
  for (std::uint32_t above = end_.shape->nodes[end_.item].parent; above != 0; above = end_.shape->nodes[above].parent) {
    item_.begin(above);
  }
  const std::uint32_t cell = item_.begin(end_.item);
  if (const translator::MapFault fault = plan_.run(translator::Plan::Section::item, context, item_)) {
    return describe(fault, plan_);
  }
  item_.end();
  Findings findings(10);
  if (!writer_.encode_item(item_, cell, items_, findings)) return first_error(findings);
  return std::nullopt;
}

std::optional<Diagnostic> MessageOutput::stage(EvalContext& context) {
  items_.resize(committed_size_);
  // The first item goes the long way, so that there are cells to show.
  const auto quick = item_count_ != 0 && item_program_ ? item_program_->run(context, {}, 0) : std::nullopt;
  if (quick) {
    items_ += *quick;
  } else if (auto problem = encode_item_slowly(context)) {
    return problem;
  }
  if (!one_item_a_message_) return std::nullopt;
  one_.clear();
  sum_item(plan_, *context.source, one_);
  return encode_frame(context, items_, 1);
}

bool MessageOutput::stage(EvalContext& context, const translator::ItemTable& item) {
  // The first item goes the long way, so that there are cells to show.
  if (item_count_ == 0) return false;
  const auto written = item_program_->run(context, item);
  if (!written) return false;
  if (!one_item_a_message_) {
    items_.resize(committed_size_);
    items_ += *written;
    return true;
  }
  one_.clear();
  one_.item_count = 1;
  for (const std::uint32_t node : plan_.sums()) {
    DecimalSum& sum = one_.sums.emplace_back();
    if (item.has(node)) sum.add(item.entry(node).number);
  }
  return !encode_frame(context, *written, 1);
}

bool MessageOutput::commit(Outbox& outbox) {
  ++item_count_;
  if (one_item_a_message_) return put(outbox);
  ++items_count_;
  committed_size_ = items_.size();
  return true;
}

bool MessageOutput::put(Outbox& outbox) {
  Product product;
  product.endpoint = endpoint_;
  product.body = message_;
  product.head = head_;
  product.extension = "xml";
  product.number = ++product_count_;
  return outbox.put(product);
}

std::optional<Diagnostic> MessageOutput::close_group(EvalContext& context, Outbox& outbox) {
  if (one_item_a_message_ || items_count_ == 0) return std::nullopt;
  items_.resize(committed_size_);
  if (auto problem = encode_frame(context, items_, items_count_)) return problem;
  items_.clear();
  items_count_ = 0;
  committed_size_ = 0;
  if (put(outbox)) return std::nullopt;
  Diagnostic error;
  error.code = "PIP-0001"_code;
  error.text = "the output could not be written";
  return error;
}

std::vector<TraceRow> MessageOutput::trace() const {
  std::vector<TraceRow> rows;
  for (const Cell& cell : item_.cells()) {
    if (cell.rule == 0 || end_.shape->nodes[cell.node].kind != NodeKind::leaf) continue;
    TraceRow row;
    row.offset = cell.offset;
    row.length = cell.length;
    row.canonical = plan_.rule(cell.rule).expression;
    row.target = end_.shape->path_of(cell.node);
    row.value = Sensitive(std::string(cell.text));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace tilmash::pipeline
