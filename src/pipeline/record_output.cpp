#include "pipeline/record_output.h"

namespace tilmash::pipeline {
namespace {

/// Of a file whose head states what only its end knows.
constexpr std::size_t kept_bytes_max = std::size_t{1} << 30;

}  // namespace

RecordOutput::RecordOutput(std::string endpoint, std::unique_ptr<formats::Layout> layout, translator::Plan plan)
    : Output(std::move(endpoint)), layout_(std::move(layout)), plan_(std::move(plan)), encoder_(layout_->encoder()) {}

std::optional<Diagnostic> RecordOutput::open(EvalContext& context) {
  records_.reset(layout_->shape());
  Arena* given = context.arena;
  context.arena = &header_arena_;
  const translator::MapFault fault = plan_.run(translator::Plan::Section::header, context, records_);
  context.arena = given;
  if (fault) return describe(fault, plan_);
  records_.keep_texts(header_arena_);
  mark_ = records_.mark();
  if (auto problem = encoder_->open(records_, header_)) return problem;
  opened_ = true;
  return std::nullopt;
}

std::optional<Diagnostic> RecordOutput::stage(EvalContext& context) {
  bytes_.clear();
  if (!opened_) {
    if (auto problem = open(context)) return problem;
  }
  const Shape& shape = layout_->shape();
  const std::uint32_t item = shape.item_node();
  records_.truncate(mark_, 0);
  for (std::uint32_t above = shape.nodes[item].parent; above != 0; above = shape.nodes[above].parent) {
    records_.begin(above);
  }
  records_.begin(item);
  if (const translator::MapFault fault = plan_.run(translator::Plan::Section::item, context, records_)) {
    return describe(fault, plan_);
  }
  records_.end();
  return encoder_->encode(records_, bytes_);
}

bool RecordOutput::commit(Outbox& outbox) {
  ++item_count_;
  return put(outbox);
}

bool RecordOutput::put(Outbox& outbox) {
  product_count_ = 1;
  if (!header_.empty()) {
    header_ += bytes_;
    bytes_.swap(header_);
    header_.clear();
  }
  if (encoder_->settles()) {
    kept_ += bytes_;
    if (!closed_) return kept_.size() <= kept_bytes_max;
    bytes_.swap(kept_);
    encoder_->settle(bytes_);
  }
  Product product;
  product.endpoint = endpoint_;
  product.body = bytes_;
  product.extension = "dat";
  product.number = 1;
  product.piece_of_file = true;
  return outbox.put(product);
}

std::optional<Diagnostic> RecordOutput::finish(EvalContext& context, Outbox& outbox) {
  bytes_.clear();
  if (!opened_) {
    if (context.source == nullptr) return std::nullopt;  // nothing came in at all: there is no header to write
    if (auto problem = open(context)) return problem;
  }
  if (auto problem = encoder_->close(bytes_)) return problem;
  closed_ = true;
  if (put(outbox)) return std::nullopt;
  Diagnostic error;
  error.code = "PIP-0001"_code;
  error.text = "the output could not be written";
  return error;
}

std::vector<TraceRow> RecordOutput::trace() const {
  std::vector<TraceRow> rows;
  for (const Cell& cell : records_.cells()) {
    if (cell.rule == 0 || records_.shape().nodes[cell.node].kind != NodeKind::leaf) continue;
    rows.push_back({cell.offset, cell.length, plan_.rule(cell.rule).expression, records_.shape().path_of(cell.node),
                    Sensitive(std::string(cell.text))});
  }
  return rows;
}

}  // namespace tilmash::pipeline
