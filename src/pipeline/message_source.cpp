#include <fmt/format.h>

#include <algorithm>

#include "pipeline/message_binding.h"
#include "pipeline/source.h"

namespace tilmash::pipeline {
namespace {

class MessageSource : public Source {
 public:
  MessageSource(const MessageSourceSetup& setup, std::string_view input, std::string file)
      : setup_(setup),
        input_(input),
        file_(std::move(file)),
        reader_(*setup.catalogue, input, file_, iso20022::Caps::batch(), findings_, setup.original) {}

  Step next() override {
    begins_group_ = false;
    for (;;) {
      if (current_ == nullptr && !next_message()) return Step::end;
      const Step step = reader_.next_item(instance_, current_->end.item);
      if (step == Step::item) {
        ++items_in_message_;
        ++record_count_;
        begins_group_ = items_in_message_ == 1;
        count_unread();
        return step;
      }
      if (step == Step::reject) {
        // A message that breaks its schema is in doubt as a whole; the findings hold the file.
        ++record_count_;
        reject_.why = findings_.kept().empty() ? Diagnostic{} : findings_.kept().back();
        reject_.why.place.record_number = record_count_;
        reject_.raw = raw();
        return step;
      }
      if (items_in_message_ == 0 && reader_.valid()) no_items();
      current_ = nullptr;
    }
  }

  const Instance& instance() const override { return instance_; }
  const translator::Plan& plan() const override { return current_->plan; }
  bool begins_group() const override { return begins_group_; }
  const Reject& reject() const override { return reject_; }
  std::uint64_t record_number() const override { return record_count_; }
  std::string_view raw() const override {
    const std::uint32_t item = current_ != nullptr ? instance_.find(current_->end.item) : no_cell;
    if (item == no_cell) return {};
    const Cell& cell = instance_.cell(item);
    return input_.substr(std::min<std::uint64_t>(cell.offset, input_.size()), cell.length);
  }
  std::uint64_t consumed_bytes() const override { return reader_.offset(); }
  std::uint64_t record_count() const override { return record_count_; }
  const Findings& file_findings() const override { return findings_; }
  std::map<std::string, std::uint64_t> unread() const override { return unread_; }

 private:
  /// Moves to the next message of the family; headers are checked on the way.
  bool next_message() {
    while (const iso20022::Message* message = reader_.next_message()) {
      if (message->root_element() == "AppHdr") {
        reader_.validate();
        continue;
      }
      current_ = bind(*message);
      if (current_ == nullptr) {
        reader_.validate();
        continue;
      }
      items_in_message_ = 0;
      instance_.reset(*current_->end.shape);
      return true;
    }
    return false;
  }

  Place here() const { return {.file = file_, .offset_bytes = reader_.offset(), .line_number = reader_.line_number()}; }

  void add_finding(Code code, std::string text, std::string help = {}) {
    Diagnostic found;
    found.code = code;
    found.place = here();
    found.text = std::move(text);
    found.help = std::move(help);
    findings_.add(std::move(found));
  }

  void no_items() {
    add_finding("PIP-0002"_code,
                "the message speaks of no single payment, so nothing can be said to the core about one",
                "a status of the whole group has to be handled by hand");
  }

  const BoundMessage* bind(const iso20022::Message& message) {
    auto& bound = bound_[message.id()];
    if (!bound) {
      Findings found;
      bound = bind_message(message, *setup_.family, *setup_.data, found);
      for (Diagnostic each : found.kept()) {
        if (each.place.file.empty()) each.place = here();
        findings_.add(std::move(each));
      }
    }
    return bound->sound ? bound.get() : nullptr;
  }

  /// What the message holds and no rule reads is counted, so that the report shows it: nothing vanishes in silence.
  void count_unread() {
    const Shape& shape = *current_->end.shape;
    for (std::uint32_t i = 0; i < instance_.cells().size(); ++i) {
      const Cell& cell = instance_.cell(i);
      if (cell.text.empty() && shape.nodes[cell.node].kind != NodeKind::leaf) continue;
      const bool lost =
          !current_->read[cell.node] || (current_->first_only[cell.node] && instance_.find(cell.node) != i);
      if (lost) ++unread_[shape.id + "/" + shape.path_of(cell.node)];
    }
  }

  MessageSourceSetup setup_;
  std::string_view input_;
  std::string file_;
  Findings findings_;
  iso20022::MessageReader reader_;
  Instance instance_;
  std::map<std::string, std::unique_ptr<const BoundMessage>, std::less<>> bound_;
  const BoundMessage* current_ = nullptr;
  std::uint64_t items_in_message_ = 0;
  std::uint64_t record_count_ = 0;
  std::map<std::string, std::uint64_t> unread_;
  Reject reject_;
  bool begins_group_ = false;
};

}  // namespace

std::unique_ptr<Source> make_message_source(const MessageSourceSetup& setup, std::string_view input, std::string file) {
  return std::make_unique<MessageSource>(setup, input, std::move(file));
}

}  // namespace tilmash::pipeline
