#include "pipeline/message_binding.h"

#include <fmt/format.h>

namespace tilmash::pipeline {
namespace {

void add_error(Findings& findings, Code code, std::string text) {
  Diagnostic error;
  error.code = code;
  error.text = std::move(text);
  findings.add(std::move(error));
}

}  // namespace

std::unique_ptr<const BoundMessage> bind_message(const iso20022::Message& message, const Shape& family,
                                                 const Data& data, Findings& findings) {
  auto bound = std::make_unique<BoundMessage>();
  const std::uint64_t errors = findings.error_count();
  bound->binding = translator::find_binding(message.id(), family.id, data, findings);
  if (!bound->binding) return bound;
  const translator::Binding& binding = *bound->binding;
  if (binding.family != family.id) {
    add_error(findings, "PIP-0003"_code,
              fmt::format("{} is bound to {}, and the mapping takes {}", message.id(), binding.family, family.id));
    return bound;
  }
  bound->end = make_message_end(message, binding, binding.in);
  if (bound->end.item == no_node) {
    add_error(findings, "PIP-0004"_code, fmt::format("{} does not say which element is the item", binding.file->name));
    return bound;
  }
  translator::PlanInput input;
  if (binding.both != nullptr) {
    translator::read_rules(*binding.file, *binding.both, true, family, input.rules, findings);
  }
  if (binding.in != nullptr) translator::read_rules(*binding.file, *binding.in, false, family, input.rules, findings);
  input.source = bound->end.shape.get();
  input.source_base = bound->end.base;
  input.target = &family;
  input.target_item = family.item_node();
  bound->plan = translator::Plan::compile(std::move(input), findings);
  bound->read = bound->plan.reads();
  bound->first_only = bound->plan.first_only_reads();
  for (const translator::Declared& field : binding.unread) {
    const std::uint32_t node = bound->end.shape->find_path(bound->end.base, field.path);
    if (node != no_node) bound->read[node] = true;
  }
  bound->sound = findings.error_count() == errors;
  return bound;
}

}  // namespace tilmash::pipeline
