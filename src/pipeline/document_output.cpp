#include "pipeline/document_output.h"

#include "shape/json_writer.h"

namespace tilmash::pipeline {
namespace {

bool put_json(Outbox& outbox, std::string_view endpoint, std::string_view json, std::uint64_t number) {
  Product product;
  product.endpoint = endpoint;
  product.body = json;
  product.extension = "json";
  product.number = number;
  return outbox.put(product);
}

}  // namespace

DocumentOutput::DocumentOutput(std::string endpoint, std::unique_ptr<canonical::Dictionary> contract,
                               translator::Plan plan, translator::Binding binding)
    : Output(std::move(endpoint)),
      contract_(std::move(contract)),
      plan_(std::move(plan)),
      binding_(std::move(binding)) {}

std::vector<std::pair<std::string, std::string>> DocumentOutput::not_carried() const {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const translator::Declared& field : binding_.not_carried) fields.emplace_back(field.path, field.reason);
  return fields;
}

std::optional<Diagnostic> DocumentOutput::stage(EvalContext& context) {
  document_.reset(contract_->shape);
  Arena* given = context.arena;
  context.arena = &document_.arena();
  const translator::MapFault fault = plan_.run(translator::Plan::Section::item, context, document_);
  context.arena = given;
  if (fault) return describe(fault, plan_);
  json_.clear();
  append_json_object(document_, 0, json_);
  return std::nullopt;
}

bool DocumentOutput::commit(Outbox& outbox) {
  ++item_count_;
  return put_json(outbox, endpoint_, json_, ++product_count_);
}

std::optional<Diagnostic> CanonicalOutput::stage(EvalContext& context) {
  json_.clear();
  append_json_object(*context.source, 0, json_);
  return std::nullopt;
}

bool CanonicalOutput::commit(Outbox& outbox) {
  ++item_count_;
  return put_json(outbox, endpoint_, json_, ++product_count_);
}

}  // namespace tilmash::pipeline
