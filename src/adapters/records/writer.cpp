// Every record is read back after it was made: it must select its own kind and form, and every field must be readable.
// That costs a second pass over the record and leaves no way to write what can't be read.
#include "adapters/records/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::records {
namespace {

struct Text {
  Code code;
  std::string_view text;
};

constexpr Text texts[] = {
    {"FMT-0400"_code, "the value is too long for the field"},
    {"FMT-0401"_code, "a character of the value is not in the code page"},
    {"FMT-0402"_code, "the value is not of the type of the field"},
    {"FMT-0403"_code, "the number is negative and the field has no sign"},
    {"FMT-0404"_code, "the field is required and has no value"},
    {"FMT-0405"_code, "the value is not one that the field may have"},
    {"FMT-0408"_code, "the date does not fit the pattern"},
    {"FMT-0410"_code, "the value would not be read back as it is"},
    {"FMT-0412"_code, "there are more occurrences than the record holds"},
    {"FMT-0413"_code, "the record does not have the length that it states, or that can be stated of it"},
    {"FMT-0414"_code, "there are not as many occurrences as the field says that counts them"},
    {"FMT-0415"_code, "more than one variant of the same bytes is given"},
};

std::string_view text_of(Code code) {
  for (const Text& each : texts) {
    if (each.code == code) return each.text;
  }
  return "";
}

std::string_view explain(const RecordLayout& layout, Code code) {
  const std::string_view text = text_of(code);
  return text.empty() ? layout.explain(code) : text;
}

}  // namespace

Writer::Writer(const RecordLayout& layout)
    : layout_(layout),
      tracker_(layout),
      frames_(layout),
      encoder_(layout.record_encoder()),
      reader_(layout.record_decoder()),
      kind_of_node_(layout.shape_.nodes.size(), none) {
  for (std::uint32_t i = 0; i < layout.kinds.size(); ++i) kind_of_node_[layout.kinds[i].node] = i;
}

void Writer::restore(const State& state) {
  tracker_ = state.tracker;
  frames_ = state.frames;
  record_count_ = state.record_count;
  bytes_ = state.bytes;
}

Diagnostic Writer::diagnose(Code code, std::uint32_t node, std::string text) const {
  Diagnostic why;
  why.code = code;
  why.place = {.file = {}, .record_number = record_count_ + 1, .offset_bytes = bytes_};
  why.path = layout_.shape_.path_of(node);
  why.rule = layout_.rule(layout_.shape_.nodes[node].line_number);
  why.text = std::move(text);
  return why;
}

/// Fills in what this record states about others.
void Writer::compute(std::uint32_t kind, std::uint32_t form) {
  for (std::string& each : encoder_->computed()) each.clear();
  for (const std::uint32_t control : layout_.kinds[kind].controls) {
    const ControlRule& rule = layout_.controls[control];
    if (rule.comes_first || (rule.form != none && rule.form != form)) continue;
    encoder_->computed()[rule.slot] =
        rule.equals != none ? tracker_.watched(rule.equals) : tracker_.counted(control, kind);
  }
}

/// True when the group holds a field that this form has no place for.
bool Writer::holds_foreign(const Instance& instance, std::uint32_t cell, const Form& form) const {
  // Cells come in the order of the fields as a rule, so the search goes on where the last one ended.
  std::size_t next = 0;
  for (std::uint32_t i = cell + 1; i < instance.subtree_end(cell); i = instance.subtree_end(i)) {
    const std::uint32_t node = instance.cell(i).node;
    if (kind_of_node_[node] != none) continue;
    const auto from = form.nodes.begin() + static_cast<std::ptrdiff_t>(next);
    auto found = std::find(from, form.nodes.end(), node);
    if (found == form.nodes.end()) found = std::find(form.nodes.begin(), from, node);
    if (found == form.nodes.end() || *found != node) return true;
    next = static_cast<std::size_t>(found - form.nodes.begin());
  }
  return false;
}

bool Writer::try_form(const Instance& instance, std::uint32_t cell, std::uint32_t kind, std::uint32_t form_index,
                      std::optional<Diagnostic>& why) {
  const Form& form = layout_.kinds[kind].forms[form_index];
  const std::uint32_t node = layout_.kinds[kind].node;
  if (holds_foreign(instance, cell, form)) {
    if (!why) why = diagnose("FMT-0409"_code, node, "no form of this record has all the fields that are given");
    return false;
  }
  compute(kind, form_index);
  if (const WriteFault fault = encoder_->encode(form, layout_.kinds[kind], instance, cell)) {
    why = diagnose(fault.code, fault.field->node == no_node ? node : fault.field->node,
                   std::string(explain(layout_, fault.code)));
    why->rule = layout_.rule(fault.field->line_number);
    if (fault.cell != no_cell) why->value = Sensitive(std::string(instance.cell(fault.cell).text));
    return false;
  }
  const bool placed = kind == layout_.first || kind == layout_.last;
  if ((!placed && layout_.kind_of(encoder_->bytes(), kind) != kind) ||
      tracker_.form_of(kind, encoder_->bytes()) != form_index) {
    if (!why) why = diagnose("FMT-0409"_code, node, "the record would be read as another kind or form");
    return false;
  }
  scratch_.reset(layout_.shape_);
  scratch_.begin(node);
  if (const FieldFault fault = reader_->decode(form, encoder_->bytes(), 0, scratch_, scratch_.arena())) {
    const bool check = fault.fault.code == "FMT-0212"_code;
    const std::uint32_t at = fault.field->node == no_node ? node : fault.field->node;
    why = diagnose(check ? "FMT-0411"_code : "FMT-0410"_code, at,
                   check ? "the check digit is wrong" : "the value would not be read back as it is");
    return false;
  }
  const auto& read = reader_->variants();
  const auto& given = encoder_->variants();
  const auto agree = [](std::uint32_t a, std::uint32_t b) { return a == b || b == none; };
  if (!std::equal(read.begin(), read.end(), given.begin(), given.end(), agree)) {
    why = diagnose("FMT-0415"_code, node, "the record would be read with another variant than the one that is given");
    return false;
  }
  return true;
}

std::optional<Diagnostic> Writer::write(const Instance& instance, std::uint32_t cell, std::string& out) {
  const std::uint32_t kind = kind_of_node_[instance.cell(cell).node];
  if (kind == none) return diagnose("FMT-0406"_code, instance.cell(cell).node, "this is not a record");
  if (layout_.kinds[kind].padding) return std::nullopt;
  const std::uint32_t node = layout_.kinds[kind].node;
  const std::uint32_t level = tracker_.level_for(kind);
  if (level == none || !tracker_.fits(kind, level)) {
    return diagnose("FMT-0406"_code, node, fmt::format("a record {} can't stand here", layout_.kinds[kind].name));
  }
  if (const std::uint32_t missing = tracker_.find_missing(level + 1); missing != none) {
    return diagnose(
        "FMT-0406"_code, layout_.kinds[missing].node,
        fmt::format("there is no record {} before this {}", layout_.kinds[missing].name, layout_.kinds[kind].name));
  }
  std::optional<Diagnostic> why;
  std::uint32_t form = 0;
  const auto forms = static_cast<std::uint32_t>(layout_.kinds[kind].forms.size());
  while (form < forms && !try_form(instance, cell, kind, form, why)) ++form;
  if (form == forms) return why;
  const std::size_t size_before = out.size();
  const bool placed = kind == layout_.first || kind == layout_.last;
  std::string_view bytes = encoder_->bytes();
  if (layout_.trim_short) bytes = bytes.substr(0, bytes.find_last_not_of(layout_.blank) + 1);
  if (const Code code = frames_.write(bytes, placed, out)) {
    return diagnose(code, node, std::string(text_of(code)));
  }

  for (const Field* field : encoder_->changed()) {
    Diagnostic warning =
        diagnose("FMT-0416"_code, field->node, "characters that the code page does not have were written as others");
    warning.severity = Severity::warning;
    warning.rule = layout_.rule(field->line_number);
    findings_.add(std::move(warning));
  }
  close_to(level);
  compare_stated(instance, cell, kind);
  tracker_.open(kind, cell, record_count_ + 1, bytes_);
  std::vector<Compared> mismatch;
  tracker_.add(kind, form, reader_->slots(), mismatch);
  for (const Compared& each : mismatch) {
    findings_.add(diagnose("FMT-0407"_code, each.rule->node, "the field does not repeat the one it should"));
  }
  bytes_ += out.size() - size_before;
  ++record_count_;
  return std::nullopt;
}

/// Says so when the instance states something else than was computed and written.
void Writer::compare_stated(const Instance& instance, std::uint32_t cell, std::uint32_t kind) {
  for (const std::uint32_t control : layout_.kinds[kind].controls) {
    const ControlRule& rule = layout_.controls[control];
    const std::string& computed = encoder_->computed()[rule.slot];
    const std::uint32_t stated = instance.find_within(cell, rule.node);
    if (computed.empty() || stated == no_cell || instance.cell(stated).text.empty()) continue;
    const std::string_view text = instance.cell(stated).text;
    const auto a = parse_decimal(text);
    const auto b = parse_decimal(computed);
    DecimalSum sum;
    if (a) sum.add(*a);
    if (text == computed || (a && b && sum.equals(*b))) continue;
    Diagnostic why =
        diagnose("FMT-0407"_code, rule.node,
                 rule.equals != none ? std::string("the field was given with another value than it repeats")
                                     : fmt::format("given as {}, written as {}", text, computed));
    why.rule = layout_.rule(rule.line_number);
    findings_.add(std::move(why));
  }
}

void Writer::close_to(std::size_t level) {
  std::vector<std::uint32_t> missing;
  std::vector<Compared> compared;
  while (tracker_.levels().size() > level + 1) tracker_.close(missing, compared);
  if (level == 0 && tracker_.levels().size() == 1) return;
  for (const Compared& each : compared) {
    if (each.result == Control::Result::equal) continue;
    findings_.add(diagnose("FMT-0407"_code, each.rule->node,
                           fmt::format("given as {}, the records are {}", each.declared, each.counted)));
  }
}

std::optional<Diagnostic> Writer::finish(std::string& out) {
  if (const std::uint32_t missing = tracker_.find_missing(0); missing != none) {
    return diagnose("FMT-0406"_code, layout_.kinds[missing].node,
                    fmt::format("there is no record {}", layout_.kinds[missing].name));
  }
  close_to(0);
  std::vector<std::uint32_t> missing;
  std::vector<Compared> compared;
  tracker_.close(missing, compared);
  for (const Compared& each : compared) {
    if (each.result == Control::Result::equal) continue;
    findings_.add(diagnose("FMT-0407"_code, each.rule->node,
                           fmt::format("given as {}, the records are {}", each.declared, each.counted)));
  }
  if (layout_.padding != none && layout_.blocking > 1) {
    const std::string padding(layout_.kinds[layout_.padding].length, layout_.kinds[layout_.padding].fill);
    for (; record_count_ % layout_.blocking != 0; ++record_count_) frames_.write(padding, false, out);
  }
  frames_.finish(out);
  return std::nullopt;
}

std::unique_ptr<formats::RecordWriter> RecordLayout::record_writer() const {
  return std::make_unique<Writer>(*this);
}

}  // namespace tilmash::records
