#include "pipeline/record_output.h"

#include <algorithm>

namespace tilmash::pipeline {
namespace {

/// Of a file whose head states what only its end knows.
constexpr std::size_t kept_bytes_max = std::size_t{1} << 30;

}  // namespace

RecordOutput::RecordOutput(std::string endpoint, std::unique_ptr<formats::Layout> layout, translator::Plan plan)
    : Output(std::move(endpoint)), layout_(std::move(layout)), plan_(std::move(plan)), encoder_(layout_->encoder()) {}

std::optional<Diagnostic> RecordOutput::map_header(EvalContext& context, Arena& arena, Instance& records) const {
  records.reset(layout_->shape());
  Arena* given = context.arena;
  context.arena = &arena;
  const translator::MapFault fault = plan_.run(translator::Plan::Section::header, context, records);
  context.arena = given;
  if (fault) return describe(fault, plan_);
  return std::nullopt;
}

std::optional<Diagnostic> RecordOutput::open_group(EvalContext& context, std::uint64_t /*items_max*/) {
  // A header that reads an item speaks of the first one, whatever comes.
  if (!opened_ || plan_.header_reads_items()) return std::nullopt;
  if (item_count_ == 0) {  // nothing is written below it yet
    encoder_ = layout_->encoder();
    header_.clear();
    opened_ = false;
    return std::nullopt;
  }
  other_arena_.clear();
  if (auto problem = map_header(context, other_arena_, other_header_)) return problem;
  for (std::uint32_t i = 0; i < std::max(mark_, other_header_.mark()); ++i) {
    const bool both = i < mark_ && i < other_header_.mark();
    const Cell& other = other_header_.cell(std::min(i, other_header_.mark() - 1));
    if (both && other.node == records_.cell(i).node && other.text == records_.cell(i).text) continue;
    Diagnostic problem;
    problem.code = "PIP-0017"_code;
    problem.place.offset_bytes = other.offset;
    problem.place.length_bytes = other.length;
    problem.path = records_.shape().path_of(other.node);
    problem.text = "an earlier message has filled " + problem.path + " of the file with another value";
    problem.value = Sensitive(std::string(other.text));
    return problem;
  }
  return std::nullopt;
}

std::optional<Diagnostic> RecordOutput::open(EvalContext& context) {
  if (auto problem = map_header(context, header_arena_, records_)) return problem;
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
