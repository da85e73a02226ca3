// The decoder: sections above the items (header, accounts) stay in the instance, items come and go above them.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/one_c/controls.h"
#include "adapters/formats/one_c/sections.h"

namespace tilmash::formats::one_c {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class Stream final : public ItemStream {
 public:
  Stream(const OneCLayout& layout, std::string_view input, std::string file, RecordSink* sink)
      : layout_(layout),
        input_(input),
        file_(std::move(file)),
        sink_(sink),
        reader_(layout, input, layout.bom && input.starts_with(byte_order_mark) ? byte_order_mark.size() : 0),
        decoder_(layout),
        controls_(layout),
        counts_(layout.sections.size()) {}

  Step next(Instance& instance) override;
  const Reject& reject() const override { return reject_; }
  std::uint64_t record_number() const override { return item_number_; }
  std::uint64_t parents_version() const override { return parents_version_; }
  std::string_view raw() const override { return raw_; }
  std::uint64_t consumed_bytes() const override { return reader_.position(); }
  std::uint64_t record_count() const override { return count_; }
  const std::vector<Control>& controls() const override { return controls_.results(); }
  const Findings& file_findings() const override { return findings_; }

 private:
  void start(Instance& instance);
  bool accept(const SectionText& text);
  Step take_item(const SectionText& text, Instance& instance);
  void take_parent(const SectionText& text, Instance& instance);
  void check_encoding(const SectionText& text, const Instance& instance);
  void finish();
  void show(const Instance& instance, std::uint32_t group);
  Diagnostic diagnose(Code code, const SectionText& text, std::string words) const;
  Diagnostic diagnose(const LineFault& fault) const;

  const OneCLayout& layout_;
  std::string_view input_;
  std::string file_;
  RecordSink* sink_;
  SectionReader reader_;
  SectionDecoder decoder_;
  Controls controls_;
  std::vector<std::uint64_t> counts_;  ///< sections so far, by kind
  Arena arena_;                        ///< of the sections above the items
  Findings findings_;
  Reject reject_;
  SectionText text_;
  std::string_view raw_;
  std::vector<std::uint32_t> nodes_;
  std::uint32_t mark_ = 0;  ///< cells of the sections above the items
  std::uint64_t count_ = 0;
  std::uint64_t item_number_ = 0;
  std::uint64_t parents_version_ = 1;
  bool started_ = false;
  bool ended_ = false;
  bool stray_ = false;
};

Diagnostic Stream::diagnose(Code code, const SectionText& text, std::string words) const {
  Diagnostic why;
  why.code = code;
  why.place = {file_, count_, text.offset, text.lines[0].text.size(), text.line_number, 1};
  if (text.section != none) {
    why.path = layout_.sections[text.section].kind;
    why.rule = layout_.rule(layout_.sections[text.section].node);
  }
  why.text = std::move(words);
  return why;
}

Diagnostic Stream::diagnose(const LineFault& fault) const {
  Diagnostic why;
  why.code = fault.code;
  why.place = {file_, count_, fault.offset, fault.length, fault.line_number, fault.column_number};
  why.path = layout_.shape_.path_of(fault.node);
  why.rule = layout_.rule(fault.node);
  why.text = std::string(text_of(fault.code));
  why.value = Sensitive(std::string(input_.substr(fault.offset, std::min<std::uint64_t>(fault.length, 200))));
  return why;
}

void Stream::start(Instance& instance) {
  started_ = true;
  instance.reset(layout_.shape_);
  mark_ = instance.mark();
}

void Stream::show(const Instance& instance, std::uint32_t group) {
  if (sink_ == nullptr) return;
  nodes_.clear();
  for (std::uint32_t i = group + 1; i < instance.subtree_end(group); i = instance.subtree_end(i)) {
    const std::uint32_t node = instance.cell(i).node;
    if (instance.find_within(group, node) == i) nodes_.push_back(node);
  }
  const Cell& cell = instance.cell(group);
  sink_->record(instance, cell.node, group, nodes_, count_, cell.offset);
}

/// Whether a section may stand where it does; says so to the findings when not.
bool Stream::accept(const SectionText& text) {
  if (text.section == none) {
    if (count_ > 1 && !stray_ && !text.lines[0].text.empty()) {
      const bool after_end = layout_.end != none && counts_[layout_.end] != 0;
      findings_.add(after_end ? diagnose("ONC-0306"_code, text, "the file goes on after its last line")
                              : diagnose("ONC-0303"_code, text, "the line belongs to no section"));
      stray_ = true;  // one of a run of them is enough
    }
    return false;
  }
  stray_ = false;
  const Section& section = layout_.sections[text.section];
  if (layout_.end != none && counts_[layout_.end] != 0) {
    findings_.add(diagnose("ONC-0306"_code, text, "the file goes on after its last line"));
    return section.item;  // a payment is never dropped without being seen
  }
  const std::uint64_t max = section.item ? ~std::uint64_t{0} : section.max == 1 ? 1 : sections_max;
  if (++counts_[text.section] <= max) return true;
  if (counts_[text.section] == max + 1) {
    findings_.add(
        diagnose("ONC-0307"_code, text, fmt::format("there are more than {} sections {}", max, section.kind)));
  }
  return false;
}

Step Stream::take_item(const SectionText& text, Instance& instance) {
  item_number_ = count_;
  raw_ = input_.substr(text.offset, text.end - text.offset);
  const std::uint32_t group = instance.mark();
  instance.arena().clear();
  const LineFault fault = decoder_.decode(text, instance, instance.arena());
  if (!fault) {
    controls_.add_item(instance, group);
    show(instance, group);
    return Step::item;
  }
  instance.truncate(mark_, 0);
  controls_.add_unread();
  reject_ = {diagnose(fault), raw_};
  return Step::reject;
}

/// `Кодировка` and the declared code page must not contradict each other.
void Stream::check_encoding(const SectionText& text, const Instance& instance) {
  if (layout_.encoding == no_node) return;
  const std::uint32_t cell = instance.find(layout_.encoding);
  if (cell == no_cell) return;
  const std::string_view stated = instance.cell(cell).text;
  const std::string_view declared = layout_.page->name();
  for (const Encoding& each : layout_.encodings) {
    if (each.value != stated) continue;
    if (std::find(each.pages.begin(), each.pages.end(), declared) != each.pages.end()) return;
  }
  Diagnostic why = diagnose("ONC-0301"_code, text, fmt::format("the file says another encoding than {}", declared));
  why.place.offset_bytes = instance.cell(cell).offset;
  why.place.length_bytes = instance.cell(cell).length;
  why.place.line_number = 0;
  why.path = layout_.shape_.path_of(layout_.encoding);
  why.rule = layout_.rule(layout_.encoding);
  findings_.add(std::move(why));
}

void Stream::take_parent(const SectionText& text, Instance& instance) {
  const std::uint32_t group = instance.mark();
  ++parents_version_;
  const LineFault fault = decoder_.decode(text, instance, arena_);
  if (fault) {
    findings_.add(diagnose(fault));
    const std::string_view bytes = input_.substr(text.offset, text.end - text.offset);
    for (const auto& [page, key] : layout_.other_pages) {
      if (text.section != 0 || bytes.find(key) == std::string_view::npos) continue;
      findings_.add(
          diagnose("ONC-0302"_code, text,
                   fmt::format("the keys are written in {}, the layout says {}", page, layout_.page->name())));
    }
    instance.truncate(mark_, 0);
    return;
  }
  for (std::uint32_t i = group; i < instance.mark(); ++i) {
    const Cell cell = instance.cell(i);
    if (cell.text.empty()) continue;
    instance.set_value(i, arena_.copy(cell.text), cell.offset, cell.length, cell.number);
  }
  mark_ = instance.mark();
  if (text.section == 0) check_encoding(text, instance);
  controls_.add_section(text.section, instance, group, count_);
  show(instance, group);
}

void Stream::finish() {
  ended_ = true;
  Diagnostic why;
  why.place = {file_, count_, input_.size(), 0, 0, 0};
  if (layout_.end != none && counts_[layout_.end] == 0 && layout_.end_line != Presence::absent) {
    why.code = "ONC-0304"_code;
    why.severity = layout_.end_line == Presence::optional ? Severity::warning : Severity::error;
    why.path = layout_.sections[layout_.end].kind;
    why.rule = layout_.rule(layout_.sections[layout_.end].node);
    why.text = "the file has no last line; it may be incomplete";
    findings_.add(why);
  }
  const bool wanted = layout_.final_line_end == Presence::required;
  if (!input_.empty() && layout_.final_line_end != Presence::optional && reader_.terminated() != wanted) {
    why.code = "ONC-0305"_code;
    why.severity = Severity::error;
    why.path.clear();
    why.rule.clear();
    why.text = wanted ? "the last line has no line end; the file may be incomplete"
                      : "the last line has a line end that the layout says it has not";
    findings_.add(why);
  }
  if (decoder_.tolerated_count() != 0) {
    why.code = "ONC-0309"_code;
    why.severity = Severity::warning;
    why.path.clear();
    why.rule.clear();
    why.text = fmt::format("{} lines would be written otherwise than they were read", decoder_.tolerated_count());
    findings_.add(why);
  }
  controls_.finish();
  const std::vector<Control>& results = controls_.results();
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].result == Control::Result::equal) continue;
    const bool differs = results[i].result == Control::Result::differs;
    why.code = "ONC-0308"_code;
    why.severity = differs ? Severity::error : Severity::warning;
    why.place = {file_, results[i].record_number, 0, 0, 0, 0};
    why.path = results[i].path;
    why.rule = layout_.rule(controls_.fields()[i]);
    why.text = fmt::format("stated {}, counted {}{}", results[i].declared, results[i].counted,
                           differs ? "" : ": not comparable, since something that counts could not be read");
    findings_.add(why);
  }
}

Step Stream::next(Instance& instance) {
  if (!started_) start(instance);
  if (ended_) return Step::end;
  instance.truncate(mark_, 0);
  while (reader_.next(text_)) {
    ++count_;
    if (count_ == 1 && text_.section != 0) {
      findings_.add(diagnose("ONC-0300"_code, text_, "the first line is another than the format has"));
      ended_ = true;
      return Step::end;
    }
    if (!accept(text_)) continue;
    if (text_.section == layout_.item) return take_item(text_, instance);
    take_parent(text_, instance);
  }
  if (count_ == 0) {
    text_.lines.assign(1, Line());
    findings_.add(diagnose("ONC-0300"_code, text_, "the file is empty"));
    ended_ = true;
    return Step::end;
  }
  finish();
  return Step::end;
}

}  // namespace

std::unique_ptr<ItemStream> OneCLayout::decoder(std::string_view input, std::string file, RecordSink* records) const {
  return std::make_unique<Stream>(*this, input, std::move(file), records);
}

}  // namespace tilmash::formats::one_c
