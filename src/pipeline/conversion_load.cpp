#include <fmt/format.h>

#include <algorithm>

#include "partner/contract.h"
#include "pipeline/conversion_state.h"
#include "pipeline/document_output.h"
#include "pipeline/message_binding.h"
#include "pipeline/record_output.h"

namespace tilmash::pipeline {
namespace {

using translator::Declared;
using translator::Mapping;
using translator::Plan;
using translator::PlanInput;
using translator::Rule;

void add_error(Findings& findings, Code code, std::string text, std::string help = {}) {
  Diagnostic error;
  error.code = code;
  error.text = std::move(text);
  error.help = std::move(help);
  findings.add(std::move(error));
}

/// Marks declared paths, and all below them, in `nodes`; a path that does not exist is PIP-0012.
void mark_declared(const std::vector<Declared>& declared, const Shape& shape, std::uint32_t base,
                   const ConfigFile& file, std::vector<bool>& nodes, Findings& findings) {
  for (const Declared& field : declared) {
    std::uint32_t found = shape.find_path(0, field.path);
    if (found == no_node) found = shape.find_path(base, field.path);
    if (found == no_node && shape.item_node() != no_node) found = shape.find_path(shape.item_node(), field.path);
    if (found == no_node) {
      findings.add(config_error(file, *field.at, "PIP-0012"_code,
                                fmt::format("\"{}\" has no field \"{}\"", shape.id, field.path)));
      continue;
    }
    for (std::uint32_t node = 0; node < shape.nodes.size(); ++node) {
      if (shape.is_below(node, found)) nodes[node] = true;
    }
  }
}

/// Rows of [both] and of one direction.
std::vector<Rule> gather_rules(const ConfigFile& file, const ConfigValue* both, const ConfigValue* direction,
                               bool inverted, const Shape& target, Findings& findings) {
  std::vector<Rule> rules;
  if (both != nullptr) translator::read_rules(file, *both, inverted, target, rules, findings);
  if (direction != nullptr) translator::read_rules(file, *direction, false, target, rules, findings);
  return rules;
}

/// An overlay's rows replace those of the same target.
void lay_over(const ConfigFile& file, const ConfigValue* overlay, const Shape& target, std::vector<Rule>& rules,
              Findings& findings) {
  if (overlay == nullptr) return;
  std::vector<Rule> more;
  translator::read_rules(file, *overlay, false, target, more, findings);
  for (Rule& rule : more) {
    std::erase_if(rules, [&](const Rule& old) { return old.target == rule.target; });
    rules.push_back(std::move(rule));
  }
}

}  // namespace

class ConversionLoader {
 public:
  ConversionLoader(const ConversionSetup& setup, ConversionState& state, Findings& findings)
      : setup_(setup), state_(state), findings_(findings) {}

  bool load() {
    const std::uint64_t errors = findings_.error_count();
    auto mapping = translator::read_mapping(setup_.mapping_file, setup_.mapping_text, setup_.read_beside, findings_);
    if (!mapping) return false;
    state_.mapping = std::move(*mapping);
    state_.group_items_max = setup_.group_items_max.value_or(state_.mapping.group_items_max);
    const bool from_family = state_.mapping.source.starts_with("canonical/");
    const std::string& family_id = from_family ? state_.mapping.source : state_.mapping.target;
    if (!load_family(family_id, from_family ? "source" : "target")) return false;
    state_.errors = read_error_catalogue(*setup_.data, findings_);
    state_.catalogue = std::make_unique<iso20022::Catalogue>(*setup_.data);
    if (!load_records(from_family)) return false;
    load_endpoints();
    if (setup_.all_endpoints) load_all_endpoints();
    const bool all_take_tables = std::all_of(state_.outputs.begin(), state_.outputs.end(),
                                             [](const auto& output) { return output->takes_table(); });
    if (state_.layout && all_take_tables) state_.item_program = translator::ItemProgram::compile(state_.plan);
    // The record encoder counts what it is given, so it is given items last.
    std::stable_partition(state_.outputs.begin(), state_.outputs.end(), [](const auto& output) {
      return dynamic_cast<const RecordOutput*>(output.get()) == nullptr;
    });
    return findings_.error_count() == errors;
  }

 private:
  const Shape& family() const { return state_.family->shape; }

  /// `key` names it in the mapping: what is wrong with the name itself is shown there.
  bool load_family(const std::string& id, std::string_view key) {
    Findings found;
    state_.family = canonical::load_family(id, *setup_.data, found);
    const ConfigFile& file = *state_.mapping.file;
    for (Diagnostic finding : found.kept()) {
      if (finding.place.file.empty()) {
        finding.place = config_error(file, *file.root.find(key), finding.code, {}).place;
      }
      findings_.add(std::move(finding));
    }
    return state_.family != nullptr;
  }

  std::unique_ptr<formats::Layout> load_layout(const std::string& name, std::string_view key) {
    const auto text = setup_.read_beside(name);
    if (!text) {
      const ConfigFile& file = *state_.mapping.file;
      findings_.add(config_error(file, *file.root.find(key), "PIP-0005"_code,
                                 fmt::format("the layout \"{}\" of the mapping can't be read", name)));
      return nullptr;
    }
    const std::string path = setup_.mapping_file.substr(0, setup_.mapping_file.rfind('/') + 1) + name;
    const std::string folder = name.substr(0, name.rfind('/') + 1);
    const auto beside = [this, folder](std::string_view file) {
      return setup_.read_beside(folder + std::string(file));
    };
    return formats::load_layout(path, *text, *setup_.data, findings_, beside, setup_.layout_settings);
  }

  /// A mapping with rows for both ways writes records when its own are the endpoint.
  bool load_records(bool only_written) {
    Mapping& mapping = state_.mapping;
    auto layout = only_written ? load_layout(mapping.target, "target") : load_layout(mapping.source, "source");
    if (!layout) return false;
    if (only_written) return load_record_target(std::move(layout), false);
    const auto& wanted = setup_.endpoints;
    if (mapping.out != nullptr && std::find(wanted.begin(), wanted.end(), layout->shape().id) != wanted.end()) {
      return load_record_target(std::move(layout), true);
    }
    state_.layout = std::move(layout);
    load_record_source();
    if (mapping.out != nullptr && setup_.all_endpoints) check_way_back();
    return true;
  }

  void load_record_source() {
    Mapping& mapping = state_.mapping;
    PlanInput input;
    input.rules = gather_rules(*mapping.file, mapping.both, mapping.in, false, family(), findings_);
    input.source = &state_.layout->shape();
    input.target = &family();
    input.target_item = family().item_node();
    input.lookups = &mapping.lookups;
    state_.plan = Plan::compile(std::move(input), findings_);
    state_.row_count = state_.plan.rule_count();
    std::vector<bool> reads = state_.plan.reads();
    compile_conditions(state_.layout->shape(), false, reads);
    check_all_read(state_.layout->shape(), mapping.unread, reads);
  }

  /// [out] rows, from the family to the layout's records; of a mapping with both ways those of [both] as well, turned
  /// round.
  Plan compile_out(const formats::Layout& layout, const std::vector<Declared>& declared, bool turned) {
    const Mapping& mapping = state_.mapping;
    PlanInput input;
    input.rules = gather_rules(*mapping.file, mapping.both, mapping.out, turned, layout.shape(), findings_);
    input.source = &family();
    input.target = &layout.shape();
    input.target_item = layout.shape().item_node();
    input.lookups = &mapping.lookups;
    input.checks_values = false;
    Plan plan = Plan::compile(std::move(input), findings_);
    std::vector<bool> reads = plan.reads();
    compile_conditions(family(), true, reads);
    check_all_read(family(), declared, reads);
    return plan;
  }

  /// Its refusals are none of this direction's.
  void check_way_back() {
    const std::size_t refusals = state_.refusals.size();
    compile_out(*state_.layout, state_.mapping.not_carried, true);
    state_.refusals.erase(state_.refusals.begin() + static_cast<std::ptrdiff_t>(refusals), state_.refusals.end());
  }

  bool load_record_target(std::unique_ptr<formats::Layout> layout, bool turned) {
    Mapping& mapping = state_.mapping;
    Plan plan = compile_out(*layout, turned ? mapping.not_carried : mapping.unread, turned);
    if (turned) mapping.unread.swap(mapping.not_carried);  // what the report names
    state_.record_written = true;
    state_.copy = compile_canonical_copy(family(), findings_);
    check_message_bindings();
    state_.row_count = plan.rule_count();
    state_.record_endpoint = layout->shape().id;
    state_.record_output = std::make_unique<RecordOutput>(layout->shape().id, std::move(layout), std::move(plan));
    return true;
  }

  /// The bindings by which messages will come in are compiled now, so that a wrong one is found before the first
  /// message.
  void check_message_bindings() {
    for (const std::string& name : setup_.data->list("mappings/iso20022/", ".toml")) {
      const auto binding = translator::read_binding(name, *setup_.data->find(name), "", findings_);
      const iso20022::Message* message = binding ? state_.catalogue->find(binding->message) : nullptr;
      if (message != nullptr && binding->family == family().id) {
        bind_message(*message, family(), *setup_.data, findings_);
      }
    }
  }

  void check_all_read(const Shape& source, const std::vector<Declared>& declared, const std::vector<bool>& reads) {
    std::vector<bool> known = reads;
    mark_declared(declared, source, 0, *state_.mapping.file, known, findings_);
    for (std::uint32_t node = 0; node < source.nodes.size(); ++node) {
      if (source.nodes[node].kind != NodeKind::leaf || known[node] || source.nodes[node].structural) continue;
      Diagnostic error;
      error.code = "PIP-0010"_code;
      error.place.file = source.file;
      error.place.line_number = source.nodes[node].line_number;
      error.path = source.path_of(node);
      error.text = fmt::format("no rule reads \"{}\"", source.path_of(node));
      error.help =
          fmt::format("add a row, or declare it under [{}] of {} with the reason",
                      &declared == &state_.mapping.not_carried ? "not_carried" : "unread", state_.mapping.file->name);
      findings_.add(std::move(error));
    }
  }

  /// `out`: of canonical items that become records.
  void compile_conditions(const Shape& source, bool out, std::vector<bool>& reads) {
    const auto compile = [&](std::string_view text, const ConfigValue* at,
                             bool condition) -> std::optional<Expression> {
      ExpressionScope scope;
      scope.source = &source;
      scope.item = source.item_node() != no_node ? source.item_node() : 0;
      scope.lookups = &state_.mapping.lookups;
      scope.functions = translator::payment_functions();
      ExpressionError problem;
      auto compiled = Expression::compile(text, scope, problem);
      if (compiled) {
        for (const std::uint32_t node : compiled->reads()) reads[node] = true;
      }
      if (compiled && compiled->type().condition == condition) return compiled;
      const ConfigValue& place = at != nullptr ? *at : state_.mapping.file->root;
      findings_.add(config_error(*state_.mapping.file, place, compiled ? "PIP-0006"_code : problem.code,
                                 compiled ? "a condition should stand here" : problem.text, problem.help,
                                 problem.begin + 1,
                                 compiled ? static_cast<std::uint32_t>(text.size()) : problem.length));
      return std::nullopt;
    };
    for (const translator::Refusal& refusal : state_.mapping.refusals) {
      if (refusal.out != out) continue;
      if (auto condition = compile(refusal.condition, refusal.at, true)) {
        state_.refusals.push_back({std::move(*condition), &refusal});
      }
    }
    const ConfigValue& root = state_.mapping.file->root;
    const bool of_items = !out || state_.mapping.source.starts_with("canonical/");
    if (of_items && !state_.mapping.as_of.empty()) {
      state_.as_of = compile(state_.mapping.as_of, root.find("as_of"), false);
    }
    if (!out && !state_.mapping.group_by.empty()) {
      state_.group_by = compile(state_.mapping.group_by, root.find("group")->find("by"), false);
    }
  }

  // Endpoints.

  /// One that is named twice would have every payment written twice.
  void load_endpoints() {
    for (auto endpoint = setup_.endpoints.begin(); endpoint != setup_.endpoints.end(); ++endpoint) {
      if (std::find(setup_.endpoints.begin(), endpoint, *endpoint) == endpoint) {
        load_endpoint(*endpoint);
      } else {
        add_error(findings_, "PIP-0009"_code, fmt::format("the endpoint {} is named twice", *endpoint));
      }
    }
  }

  void load_endpoint(const std::string& endpoint) {
    if (state_.record_output && endpoint == state_.record_endpoint) {
      state_.outputs.push_back(std::move(state_.record_output));
    } else if (endpoint.starts_with("partner/")) {
      load_document(endpoint);
    } else if (endpoint == family().id) {
      state_.outputs.push_back(std::make_unique<CanonicalOutput>(endpoint));
    } else if (const iso20022::Message* message = state_.catalogue->find(endpoint)) {
      load_message(endpoint, *message);
    } else {
      std::vector<std::string> known = state_.catalogue->list();
      for (const std::string& other : {state_.record_endpoint, std::string("partner/v1"), family().id}) {
        if (!other.empty()) known.push_back(other);
      }
      const std::string near = nearest_name(endpoint, known);
      add_error(findings_, "PIP-0007"_code, fmt::format("\"{}\" is no endpoint for this mapping", endpoint),
                fmt::format("{}a message (tilmash schema list), partner/v1, {}{}{}",
                            near.empty() ? "" : fmt::format("did you mean {}? Endpoints: ", near), family().id,
                            state_.record_endpoint.empty() ? "" : ", ", state_.record_endpoint));
    }
  }

  void load_all_endpoints() {
    if (state_.record_output) return load_endpoint(state_.record_endpoint);
    for (const std::string& name : setup_.data->list("mappings/iso20022/", ".toml")) load_if_bound(name);
    for (const std::string& name : setup_.data->list("mappings/partner/", ".toml")) load_if_bound(name);
  }

  void load_if_bound(const std::string& name) {
    const auto binding = translator::read_binding(name, *setup_.data->find(name), "", findings_);
    if (binding && binding->family == family().id) load_endpoint(binding->message);
  }

  void load_document(const std::string& endpoint) {
    auto binding = translator::find_binding(endpoint, family().id, *setup_.data, findings_);
    if (!binding) return;
    auto contract = partner::read_contract(*binding->file, *setup_.data, findings_);
    if (!contract) return;
    PlanInput input;
    input.rules = gather_rules(*binding->file, binding->both, binding->out, false, contract->shape, findings_);
    input.source = &family();
    input.target = &contract->shape;
    input.target_item = 0;
    Plan plan = Plan::compile(std::move(input), findings_);
    check_all_carried(endpoint, plan, *binding);
    state_.outputs.push_back(
        std::make_unique<DocumentOutput>(endpoint, std::move(contract), std::move(plan), std::move(*binding)));
  }

  void load_message(const std::string& endpoint, const iso20022::Message& message) {
    auto binding = translator::find_binding(endpoint, family().id, *setup_.data, findings_);
    if (!binding) return;
    if (binding->family != family().id) {
      const std::string others = mappings_to(binding->family);
      add_error(findings_, "PIP-0003"_code,
                fmt::format("{} is bound to {}, and the mapping gives {}", endpoint, binding->family, family().id),
                others.empty() ? "" : "mappings of this build that give it:" + others);
      return;
    }
    MessageEnd end = make_message_end(message, *binding, binding->out);
    if (end.item == no_node) {
      add_error(findings_, "PIP-0004"_code,
                fmt::format("{} does not say which element is the item", binding->file->name));
      return;
    }
    Plan plan = compile_message(*binding, end, true);
    check_all_carried(endpoint, plan, *binding);
    MessageEnd head_end;
    std::optional<Plan> head_plan;
    const iso20022::Message* head = setup_.header.empty() ? nullptr : state_.catalogue->find(setup_.header);
    if (head != nullptr && head->root_element() == "AppHdr") {
      auto head_binding = translator::find_binding(setup_.header, "*", *setup_.data, findings_);
      if (!head_binding) return;
      head_end = make_message_end(*head, *head_binding, head_binding->out);
      head_plan = compile_message(*head_binding, head_end, true);
      state_.bindings.push_back(std::move(*head_binding));
    } else if (!setup_.header.empty()) {
      add_error(findings_, "PIP-0008"_code, fmt::format("there is no header message {}", setup_.header));
      return;
    }
    state_.outputs.push_back(std::make_unique<MessageOutput>(std::move(end), std::move(plan), std::move(*binding),
                                                             std::move(head_end), std::move(head_plan), state_.plan));
  }

  /// Every mapping that fills a family: what another one leaves open (the payer of a scanned code) it may know.
  std::string mappings_to(std::string_view family_id) const {
    std::string names;
    Findings ignored;
    for (const std::string& name : setup_.data->list("mappings/", "/mapping.toml")) {
      const auto file = read_config(name, *setup_.data->find(name), ignored);
      const ConfigValue* target = file ? file->root.find("target") : nullptr;
      if (target != nullptr && target->text == family_id) names += ' ' + name.substr(0, name.rfind('/'));
    }
    return names;
  }

  Plan compile_message(const translator::Binding& binding, const MessageEnd& end, bool aggregates) {
    PlanInput input;
    input.rules = gather_rules(*binding.file, binding.both, binding.out, false, *end.shape, findings_);
    lay_over(*binding.file, binding.overlay, *end.shape, input.rules, findings_);
    input.source = &family();
    input.target = end.shape.get();
    input.target_item = end.item;
    input.target_base = end.base;
    input.checks_values = false;  // the writer checks
    input.aggregates = aggregates;
    return Plan::compile(std::move(input), findings_);
  }

  /// What the mapping fills and the output neither carries nor declares would vanish: an error.
  void check_all_carried(const std::string& endpoint, const Plan& plan, const translator::Binding& binding) {
    if (state_.plan.fills().empty()) return;
    std::vector<bool> known = plan.reads();
    mark_declared(binding.not_carried, family(), 0, *binding.file, known, findings_);
    const auto& fills = state_.plan.fills();
    for (std::uint32_t node = 0; node < fills.size(); ++node) {
      if (!fills[node] || known[node]) continue;
      Diagnostic error;
      error.code = "PIP-0011"_code;
      error.path = family().path_of(node);
      error.text = fmt::format("the mapping fills \"{}\", and {} does not carry it", error.path, endpoint);
      error.help =
          fmt::format("bind it in {}, or declare it there under [not_carried] with the reason", binding.file->name);
      if (const Rule* rule = state_.plan.rule_for(node)) {
        error.place.file = rule->file->name;
        error.place.line_number = rule->key_line_number;
        error.place.column_number = rule->key_column_number;
        error.place.length_bytes = rule->key_length;
      }
      findings_.add(std::move(error));
    }
  }

  const ConversionSetup& setup_;
  ConversionState& state_;
  Findings& findings_;
};

Conversion::Conversion(std::unique_ptr<ConversionState> state) : state_(std::move(state)) {}
Conversion::~Conversion() = default;
const translator::Mapping& Conversion::mapping() const {
  return state_->mapping;
}

const formats::Layout* Conversion::source_layout() const {
  return state_->layout.get();
}

std::size_t Conversion::row_count() const {
  return state_->row_count;
}

std::vector<std::string> Conversion::endpoints() const {
  std::vector<std::string> names;
  for (const auto& output : state_->outputs) names.push_back(output->endpoint());
  return names;
}

std::unique_ptr<Conversion> Conversion::load(const ConversionSetup& setup, Findings& findings) {
  auto state = std::make_unique<ConversionState>();
  state->data = setup.data;
  if (!ConversionLoader(setup, *state, findings).load()) return nullptr;
  return std::unique_ptr<Conversion>(new Conversion(std::move(state)));
}

}  // namespace tilmash::pipeline
