#include <fmt/format.h>

#include <algorithm>

#include "base/civil.h"
#include "base/digest.h"
#include "base/text.h"
#include "pipeline/conversion_state.h"
#include "pipeline/recode.h"

namespace tilmash::pipeline {
namespace {

/// Of an item's bytes in rejects.jsonl. A file without line ends is one record; what is beyond stands in the input.
constexpr std::size_t reject_raw_bytes_max = std::size_t{1} << 20;

}  // namespace

/// One run over one input: pulls items, maps them, and hands them to all outputs or to the rejects.
class ConversionRun {
 public:
  ConversionRun(ConversionState& state, const RunInput& input, Outbox& outbox)
      : state_(state), input_(input), outbox_(outbox), family_(state.family->shape), canonical_(family_) {
    amount_node_ = family_.find_path(family_.item_node(), "amount.value");
    currency_node_ = family_.find_path(family_.item_node(), "amount.currency");
    for (const auto& output : state_.outputs) {
      if (output->plan() == nullptr) continue;
      const auto& first_only = output->plan()->first_only_reads();
      for (std::uint32_t node = 0; node < first_only.size(); ++node) {
        if (first_only[node]) first_only_.emplace_back(output.get(), node);
      }
    }
  }

  RunReport run() {
    begin_report();
    source_ = make_source();
    for (;;) {
      const Step step = source_->next();
      if (step == Step::end) break;
      ++report_.items_in;
      if (step == Step::reject) {
        reject(source_->reject().why, source_->reject().raw);
      } else if (auto problem = convert_item()) {
        reject(std::move(*problem), source_->raw());
      }
      if (report_.output_failed) break;
      tell_progress();
    }
    finish();
    return std::move(report_);
  }

 private:
  std::unique_ptr<Source> make_source() {
    if (state_.layout) return make_record_source(*state_.layout, state_.plan, input_.bytes, input_.file);
    if (state_.copy && spelling_of(input_.bytes) == Spelling::json) {
      return make_canonical_source(family_, *state_.copy, input_.bytes, input_.file);
    }
    return make_message_source({state_.data, state_.catalogue.get(), &family_, input_.original}, input_.bytes,
                               input_.file);
  }

  void begin_report() {
    report_.mapping_name = state_.mapping.name;
    report_.mapping_version = state_.mapping.version;
    report_.file = input_.file;
    report_.bytes = input_.received_bytes;
    report_.sha256 = to_hex(input_.sha256);
    for (const translator::Declared& field : state_.mapping.unread) report_.declared_unread[field.path] = field.reason;
    if (!input_.as_of.empty()) {
      set_as_of(input_.as_of, "option");
    } else if (!state_.as_of) {
      set_as_of(input_.clock, "clock");
    }
    seed_identifiers();
  }

  void set_as_of(std::string text, std::string_view source) {
    facts_.as_of_date = text.substr(0, 10);
    facts_.as_of = std::move(text);
    report_.as_of = facts_.as_of;
    report_.as_of_source = source;
  }

  /// Identifiers follow from mapping name, version and input, so that the same input gives the same ones.
  void seed_identifiers() {
    Sha256 hash;
    hash.add(state_.mapping.name);
    hash.add("\n");
    hash.add(state_.mapping.version);
    hash.add("\n");
    hash.add(to_hex(input_.sha256));
    const auto digest = hash.finish();
    facts_.id_prefix = to_hex(digest).substr(0, 16);
    std::transform(facts_.id_prefix.begin(), facts_.id_prefix.end(), facts_.id_prefix.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    for (std::size_t i = 0; i < 8; ++i) {
      facts_.seed[0] = facts_.seed[0] << 8 | digest[8 + i];
      facts_.seed[1] = facts_.seed[1] << 8 | digest[16 + i];
    }
  }

  /// The as-of time from the file itself, where the mapping says that it stands; else the clock.
  void find_as_of(EvalContext context) {
    if (!report_.as_of.empty()) return;
    Value value;
    const Fault fault = state_.as_of->evaluate(context, value);
    std::string text(value.text);
    if (text.size() == 10) text += "T00:00:00";
    if (!is_rfc3339(text)) text += state_.mapping.utc_offset;
    if (!fault && value.present && is_rfc3339(text)) {
      set_as_of(std::move(text), "file");
    } else {
      set_as_of(input_.clock, "clock");
    }
  }

  EvalContext source_context(Arena& arena) {
    EvalContext context;
    context.source = &source_->instance();
    context.arena = &arena;
    context.run = &facts_;
    context.record_number = source_->record_number();
    return context;
  }

  /// Of the item's own rows.
  EvalContext mapping_context() {
    EvalContext context = source_context(item_arena_);
    truncated_rules_.clear();
    truncated_notes_.clear();
    context.truncated_rules = &truncated_rules_;
    return context;
  }

  EvalContext canonical_context() {
    EvalContext context;
    context.header_version = header_parents_ == 0 ? 0 : header_version_;
    context.source = &canonical_;
    context.arena = &item_arena_;
    context.run = &facts_;
    context.record_number = source_->record_number();
    return context;
  }

  // One item.

  std::optional<Diagnostic> convert_item() {
    item_arena_.clear();
    if (report_.as_of.empty() && !state_.record_written) find_as_of(source_context(item_arena_));
    const bool refuses = !state_.refusals.empty();
    if (refuses && !state_.record_written) {
      if (auto refused = refuse(source_context(item_arena_))) return refused;
    }
    const translator::Plan& plan = source_->plan();
    if (auto problem = open_group(plan)) return problem;

    canonical_.truncate(group_mark_, 0);
    if (convert_by_table()) return std::nullopt;
    const std::uint32_t item = family_.item_node();
    canonical_.begin(item, 0);
    EvalContext context = mapping_context();
    if (const translator::MapFault fault = plan.run(translator::Plan::Section::item, context, canonical_)) {
      return describe(fault, plan);
    }
    canonical_.end();

    if (report_.as_of.empty()) find_as_of(canonical_context());
    EvalContext target = canonical_context();
    if (refuses && state_.record_written) {
      if (auto refused = refuse(target)) return refused;
    }
    if (!group_checked_) {
      for (const auto& output : state_.outputs) {
        if (auto problem = output->open_group(target, group_max())) return problem;
      }
    }
    note_truncations(plan);
    target.truncated_rules = &truncated_rules_;
    for (const auto& output : state_.outputs) {
      if (auto problem = output->stage(target)) return problem;
      if (output->plan() != nullptr) note_truncations(*output->plan());
    }
    commit();
    return std::nullopt;
  }

  /// The short way, where nobody needs the item's cells. False: nothing is committed, and the long way says why.
  bool convert_by_table() {
    by_table_ = state_.item_program && (group_checked_ || group_max() == 1);
    if (!by_table_) return false;
    EvalContext context = mapping_context();
    by_table_ = state_.item_program->run(context, table_);
    note_truncations(state_.plan);
    EvalContext target = canonical_context();
    for (const auto& output : state_.outputs) {
      by_table_ = by_table_ && (group_checked_ || !output->open_group(target, 1)) && output->stage(target, table_);
    }
    if (by_table_) commit();
    return by_table_;
  }

  void commit() {
    for (const auto& output : state_.outputs) {
      if (!output->commit(outbox_)) report_.output_failed = true;
    }
    group_checked_ = true;
    ++aggregates_.item_count;
    add_sums();
    ++report_.items_out;
    for (const RuleNote& note : truncated_notes_) {
      const auto known = truncations_.try_emplace(note.rule + ' ' + note.target, note).first;
      ++known->second.count;
    }
    add_amount(amount_of_item(), true);
    count_left_out();
    if (report_.sample.empty() && !state_.outputs.empty()) {
      report_.sample = state_.outputs.front()->trace();
    }
  }

  /// Further occurrences of what an output takes the first of are counted: the report shows them.
  void count_left_out() {
    if (by_table_) return;  // where each field stands once
    for (const auto& [output, node] : first_only_) {
      for (std::uint32_t cell = canonical_.find(node); cell != no_cell && canonical_.cell(cell).next != no_cell;
           cell = canonical_.cell(cell).next) {
        ++report_.unread[fmt::format("{} -> {}", family_.path_of(node, true), output->endpoint())];
      }
    }
  }

  /// `context`: of the record that came in or, where records are written, of the canonical item.
  std::optional<Diagnostic> refuse(EvalContext context) {
    for (const auto& [condition, refusal] : state_.refusals) {
      Value value;
      const Fault fault = condition.evaluate(context, value);
      if (!fault && !value.truth) continue;
      Diagnostic found;
      found.code = fault ? fault.code : refusal->code;
      found.place.offset_bytes = value.offset;
      found.place.length_bytes = value.length;
      found.rule = rule_place(*state_.mapping.file, *refusal->at);
      found.text = fault ? fmt::format("the condition \"{}\" can't be judged", refusal->condition) : refusal->text;
      found.value = Sensitive(std::string(value.text));
      return found;
    }
    return std::nullopt;
  }

  // Groups: the items of one message.

  std::uint64_t group_max() const { return state_.group_items_max; }

  std::optional<Diagnostic> open_group(const translator::Plan& plan) {
    std::string key;
    if (state_.group_by) {
      EvalContext context = source_context(item_arena_);
      Value value;
      if (state_.group_by->evaluate(context, value).code) value = {};
      key = value.text;
    }
    const bool goes_on =
        group_checked_ && !source_->begins_group() && aggregates_.item_count < group_max() && key == group_key_;
    if (goes_on) return std::nullopt;
    close_group();
    group_key_ = std::move(key);
    if (refresh_group(plan)) return std::nullopt;
    header_parents_ = 0;
    canonical_.reset(family_);
    group_arena_.clear();
    EvalContext context = source_context(group_arena_);
    if (const translator::MapFault fault = plan.run(translator::Plan::Section::header, context, canonical_)) {
      return describe(fault, plan);
    }
    canonical_.keep_texts(group_arena_);
    group_mark_ = canonical_.mark();
    header_parents_ = source_->parents_version();
    ++header_version_;
    return std::nullopt;
  }

  /// The next group below the same parents: its cells stay, but for those that vary from item to item.
  bool refresh_group(const translator::Plan& plan) {
    if (header_parents_ == 0 || header_parents_ != source_->parents_version()) return false;
    canonical_.truncate(group_mark_, 0);
    varying_arena_.clear();
    EvalContext context = source_context(varying_arena_);
    return plan.refresh_header(context, canonical_);
  }

  void close_group() {
    if (group_checked_ && aggregates_.item_count != 0) {
      EvalContext context = canonical_context();
      context.record_number = group_record_number_;
      for (const auto& output : state_.outputs) {
        context.aggregates = &aggregates_;
        select_sums(*output);
        if (auto problem = output->close_group(context, outbox_)) hold(std::move(*problem));
      }
    }
    aggregates_.clear();
    group_checked_ = false;
    sums_.clear();
    group_record_number_ = source_->record_number();
  }

  /// Sums of every field that some output's header adds up, by canonical node.
  void add_sums() {
    for (const auto& output : state_.outputs) {
      if (output->plan() == nullptr) continue;
      for (const std::uint32_t node : output->plan()->sums()) {
        if (std::find_if(sums_.begin(), sums_.end(), [&](const auto& sum) { return sum.first == node; }) ==
            sums_.end()) {
          sums_.emplace_back(node, DecimalSum());
        }
      }
    }
    for (auto& [node, sum] : sums_) {
      if (const auto field = field_of_item(node)) sum.add(field->number);
    }
  }

  void select_sums(const Output& output) {
    aggregates_.sums.clear();
    if (output.plan() == nullptr) return;
    for (const std::uint32_t wanted : output.plan()->sums()) {
      for (const auto& [node, sum] : sums_) {
        if (node == wanted) aggregates_.sums.push_back(sum);
      }
    }
  }

  // Accounting.

  struct Amount {
    std::string currency;
    Decimal value;
    bool known = false;
  };

  Amount amount_of_item() const {
    if (amount_node_ == no_node) return {};
    const auto value = field_of_item(amount_node_);
    const auto currency = field_of_item(currency_node_);
    if (!value || !currency) return {};
    return {std::string(currency->text), value->number, true};
  }

  /// The first value of a canonical field.
  std::optional<translator::ItemTable::Entry> field_of_item(std::uint32_t node) const {
    if (by_table_) return table_.has(node) ? std::optional(table_.entry(node)) : std::nullopt;
    const std::uint32_t index = canonical_.find(node);
    if (index == no_cell) return std::nullopt;
    const Cell& cell = canonical_.cell(index);
    return translator::ItemTable::Entry{cell.text, cell.number};
  }

  /// Of an item that was not mapped: its two amount rows alone, if they can be read.
  Amount amount_of_source() {
    if (amount_node_ == no_node || source_->instance().cells().empty()) return {};
    EvalContext context = source_context(item_arena_);
    const Value value = source_->plan().value_of(amount_node_, context);
    const Value currency = source_->plan().value_of(currency_node_, context);
    if (!value.present || !currency.present) return {};
    return {std::string(currency.text), value.number, true};
  }

  void add_amount(const Amount& amount, bool out) {
    if (amount_node_ == no_node) return;
    if (!amount.known) {
      if (!out) ++report_.amount_unknown;  // a request may go out without one
      return;
    }
    if (totals_ == nullptr || totals_currency_ != amount.currency) {
      totals_ = &report_.currencies[amount.currency];
      totals_currency_ = amount.currency;
    }
    CurrencyTotals& totals = *totals_;
    ++totals.in_count;
    totals.in.add(amount.value);
    ++(out ? totals.out_count : totals.rejected_count);
    (out ? totals.out : totals.rejected).add(amount.value);
  }

  void reject(Diagnostic why, std::string_view raw) {
    ++report_.items_rejected;
    add_amount(amount_of_source(), false);
    if (why.place.record_number == 0) why.place.record_number = source_->record_number();
    why.place.file = input_.file;
    if (why.place.length_bytes == 0 && why.place.offset_bytes == 0 && !raw.empty()) {
      why.place.offset_bytes = static_cast<std::uint64_t>(raw.data() - input_.bytes.data());
      why.place.length_bytes = raw.size();
    }
    RejectCount& rejects = report_.reject_codes[to_text(why.code)];
    ++rejects.count;
    if (const auto entry = state_.errors.find(why.code); entry != state_.errors.end()) {
      rejects.title = entry->second.title;
      if (why.code != "EXP-0101"_code) {
        why.text = why.text.empty() ? entry->second.title : entry->second.title + ": " + why.text;
      }
    }
    std::string line = to_json(why);
    line.pop_back();
    line += ",\"raw\":\"" + to_hex(raw.substr(0, reject_raw_bytes_max)) + '"';
    if (raw.size() > reject_raw_bytes_max) line += fmt::format(",\"raw_cut\":{}", raw.size() - reject_raw_bytes_max);
    line += "}\n";
    if (!outbox_.put_reject(line)) report_.output_failed = true;
    if (state_.mapping.hold_on_reject) {
      report_.held = true;
      report_.held_because = "the mapping holds a file that has a reject";
    }
  }

  void hold(Diagnostic why) {
    report_.held = true;
    if (report_.held_because.empty()) report_.held_because = why.text;
    report_.file_findings.add(std::move(why));
  }

  void tell_progress() {
    constexpr std::uint64_t every = 1024;
    if (input_.progress && report_.items_in % every == 0)
      input_.progress(source_->consumed_bytes(), source_->record_count());
  }

  void finish() {
    // The header of a file without items has a date as well.
    if (report_.as_of.empty() && !state_.record_written && !source_->instance().cells().empty()) {
      find_as_of(source_context(item_arena_));
    }
    if (report_.as_of.empty()) set_as_of(input_.clock, "clock");
    close_group();
    EvalContext context = canonical_context();
    if (report_.items_out == 0) context.source = nullptr;
    for (const auto& output : state_.outputs) {
      if (auto problem = output->finish(context, outbox_)) hold(std::move(*problem));
      if (const Findings* told = output->findings(); told != nullptr) {
        for (const Diagnostic& finding : told->kept()) {
          if (finding.severity != Severity::error) report_.file_findings.add(finding);
        }
      }
    }
    report_.records = source_->record_count();
    report_.controls = source_->controls();
    for (const auto& [path, count] : source_->unread()) report_.unread[path] += count;
    for (const Diagnostic& finding : source_->file_findings().kept()) report_.file_findings.add(finding);
    if (report_.file_findings.has_errors()) {
      report_.held = true;
      if (report_.held_because.empty()) report_.held_because = "the file as a whole is in doubt: see file_findings";
    }
    note_rules();
    for (const auto& output : state_.outputs) {
      report_.outputs.push_back(
          {output->endpoint(), output->product_count(), output->item_count(), output->not_carried()});
    }
  }

  /// What the plan that ran last has cut of the present item; it counts once the item is committed.
  void note_truncations(const translator::Plan& plan) {
    for (const std::uint32_t number : truncated_rules_) {
      const translator::Rule& rule = plan.rule(number);
      truncated_notes_.push_back({rule.place(), rule.target, rule.expression, 0});
    }
    truncated_rules_.clear();
  }

  void note_constants(const translator::Plan& plan) {
    for (std::uint32_t number = 1; number <= plan.rule_count(); ++number) {
      if (!plan.is_constant(number)) continue;
      const translator::Rule& rule = plan.rule(number);
      report_.constants.push_back({rule.place(), rule.target, rule.expression, 0});
    }
  }

  void note_rules() {
    note_constants(state_.plan);
    for (const auto& output : state_.outputs) {
      if (output->plan() != nullptr) note_constants(*output->plan());
    }
    for (const auto& [key, note] : truncations_) report_.truncations.push_back(note);
  }

  ConversionState& state_;
  const RunInput& input_;
  Outbox& outbox_;
  const Shape& family_;
  RunReport report_;
  RunFacts facts_;
  std::unique_ptr<Source> source_;
  Instance canonical_;
  translator::ItemTable table_;  ///< the item, when it went the short way …
  bool by_table_ = false;        ///< … as the present one did
  Arena item_arena_;
  Arena group_arena_;
  Aggregates aggregates_;
  std::vector<std::pair<std::uint32_t, DecimalSum>> sums_;
  std::vector<std::pair<const Output*, std::uint32_t>> first_only_;  ///< canonical nodes whose further ones it leaves
  std::string group_key_;
  Arena varying_arena_;  ///< texts of the group's cells that vary
  std::uint32_t group_mark_ = 0;
  std::uint64_t header_parents_ = 0;  ///< parents_version of the source when the group's cells were made; 0 = made anew
  std::uint64_t header_version_ = 0;  ///< how often they were made
  std::uint64_t group_record_number_ = 0;
  bool group_checked_ = false;                   ///< the group's first item is committed
  std::vector<std::uint32_t> truncated_rules_;   ///< of the present item, by the plan that runs
  std::vector<RuleNote> truncated_notes_;        ///< of the present item, by all plans
  std::map<std::string, RuleNote> truncations_;  ///< by place and target, of committed items
  CurrencyTotals* totals_ = nullptr;             ///< of the currency met last
  std::string totals_currency_;
  std::uint32_t amount_node_ = no_node;
  std::uint32_t currency_node_ = no_node;
};

RunReport Conversion::run(const RunInput& input, Outbox& outbox) {
  return ConversionRun(*state_, input, outbox).run();
}

}  // namespace tilmash::pipeline
