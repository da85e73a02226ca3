#include "pipeline/output.h"

#include <fmt/format.h>

namespace tilmash::pipeline {

std::optional<Diagnostic> Output::open_group(EvalContext&, std::uint64_t) {
  return std::nullopt;
}
bool Output::stage(EvalContext&, const translator::ItemTable&) {
  return false;
}
std::optional<Diagnostic> Output::close_group(EvalContext&, Outbox&) {
  return std::nullopt;
}
std::optional<Diagnostic> Output::finish(EvalContext&, Outbox&) {
  return std::nullopt;
}

Diagnostic describe(const translator::MapFault& fault, const translator::Plan& plan) {
  Diagnostic found;
  found.code = fault.fault.code;
  found.place.offset_bytes = fault.fault.offset;
  found.place.length_bytes = fault.value.length;
  if (fault.target_node != no_node) found.path = plan.target().path_of(fault.target_node);
  if (fault.fault.code == "MAP-0102"_code) {
    found.text = fmt::format("\"{}\" is mandatory where its group appears, and no value was given", found.path);
  }
  if (fault.rule_number != 0) {
    const translator::Rule& rule = plan.rule(fault.rule_number);
    found.rule = rule.place();
    found.text = fmt::format("\"{}\" can't be made from {}", rule.target, rule.expression);
    if (fault.fault.code == "EXP-0101"_code) {
      const std::string field = plan.source().path_of(fault.fault.rule);
      found.text = fmt::format("\"{}\" is mandatory, and {} is blank", rule.target, field);
      found.help = fmt::format("write {}? in the mapping if a blank is right", field);
    } else if (fault.fault.code == "EXP-0102"_code) {
      found.text = fmt::format("\"{}\": the value is not in the lookup table ({})", rule.target, rule.expression);
      found.help = "add the code to the table once its meaning is known; it is never guessed";
    }
  }
  found.value = Sensitive(std::string(fault.value.text));
  return found;
}

}  // namespace tilmash::pipeline
