#include "adapters/records/message_layout.h"

#include <algorithm>

#include "base/text.h"

namespace tilmash::records {
namespace {

class MessageStream final : public ItemStream {
 public:
  MessageStream(const MessageLayout& layout, std::string_view input, std::string file, formats::RecordSink* sink)
      : layout_(layout), input_(input), file_(std::move(file)), sink_(sink), lines_(input) {}

  Step next(Instance& instance) override;
  const Reject& reject() const override { return reject_; }
  std::uint64_t record_number() const override { return number_; }
  std::uint64_t parents_version() const override { return 1; }  // nothing stands above a message
  std::string_view raw() const override { return raw_; }
  std::uint64_t consumed_bytes() const override { return position_; }
  std::uint64_t record_count() const override { return number_; }
  const std::vector<Control>& controls() const override { return controls_; }
  const Findings& file_findings() const override { return findings_; }

 private:
  void show(const Instance& instance, std::uint64_t offset);
  void complete(Place& place, std::uint64_t number);

  const MessageLayout& layout_;
  std::string_view input_;
  std::string file_;
  formats::RecordSink* sink_;
  bool started_ = false;
  std::uint64_t position_ = 0;
  std::uint64_t number_ = 0;
  std::string_view raw_;
  Reject reject_;
  std::vector<Control> controls_;
  Findings findings_;
  std::vector<std::uint32_t> nodes_;
  LineFinder lines_;
};

/// Fills in what a format can't know.
void MessageStream::complete(Place& place, std::uint64_t number) {
  place.file = file_;
  place.record_number = number;
  if (!layout_.has_lines() || place.line_number != 0) return;
  place.line_number = lines_.line_of(place.offset_bytes);
  place.column_number = lines_.column_of(place.offset_bytes);
}

Step MessageStream::next(Instance& instance) {
  for (;;) {
    if (!started_) {
      instance.reset(layout_.shape());
      started_ = true;
    }
    instance.truncate(1, 0);  // the root stays
    instance.arena().clear();
    MessageFrame frame;
    if (position_ >= input_.size() || !layout_.cut(input_, position_, frame)) {
      position_ = input_.size();
      return Step::end;
    }
    const std::uint64_t from = position_;
    position_ = frame.end;
    if (frame.file_fault) {
      complete(frame.file_fault->place, number_ + 1);
      findings_.add(*frame.file_fault);
      if (frame.bytes.empty()) continue;
    }
    ++number_;
    raw_ = input_.substr(from, frame.end - from);
    std::optional<Diagnostic> why = frame.file_fault ? std::move(frame.file_fault) : layout_.decode(frame, instance);
    if (!why) {
      if (sink_ != nullptr) show(instance, frame.offset);
      Findings findings;
      Review review{number_, file_, controls_, findings};
      layout_.review(frame, instance, review);
      std::vector<Diagnostic> in_order = findings.kept();
      std::stable_sort(in_order.begin(), in_order.end(), [](const Diagnostic& one, const Diagnostic& other) {
        return one.place.offset_bytes < other.place.offset_bytes;
      });
      for (Diagnostic& each : in_order) {
        complete(each.place, number_);
        findings_.add(std::move(each));
      }
      return Step::item;
    }
    complete(why->place, number_);
    reject_ = {std::move(*why), raw_};
    return Step::reject;
  }
}

/// The fields that the message has, in its order.
void MessageStream::show(const Instance& instance, std::uint64_t offset) {
  const std::uint32_t item = instance.find(layout_.shape().item_node());
  nodes_.clear();
  for (std::uint32_t i = item + 1; i < instance.subtree_end(item); i = instance.subtree_end(i)) {
    const std::uint32_t node = instance.cell(i).node;
    if (instance.find_within(item, node) == i) nodes_.push_back(node);
  }
  sink_->record(instance, instance.cell(item).node, item, nodes_, number_, offset);
}

class MessageWriter final : public formats::Encoder, public formats::RecordWriter {
 public:
  explicit MessageWriter(const MessageLayout& layout) : layout_(layout) {}

  std::optional<Diagnostic> open(const Instance&, std::string&) override { return std::nullopt; }
  std::optional<Diagnostic> encode(const Instance& instance, std::string& out) override {
    return write(instance, instance.find(layout_.shape().item_node()), out);
  }
  std::optional<Diagnostic> close(std::string& out) override {
    layout_.close(count_, out);
    return std::nullopt;
  }

  std::optional<Diagnostic> write(const Instance& instance, std::uint32_t cell, std::string& out) override {
    const std::size_t size_before = out.size();
    std::optional<Diagnostic> why = layout_.encode(instance, cell, count_, out);
    if (why) {
      out.resize(size_before);
    } else {
      ++count_;
    }
    return why;
  }
  std::optional<Diagnostic> finish(std::string& out) override { return close(out); }
  const Findings& findings() const override { return findings_; }

 private:
  const MessageLayout& layout_;
  std::uint64_t count_ = 0;
  Findings findings_;
};

}  // namespace

void MessageLayout::close(std::uint64_t, std::string&) const {}

void MessageLayout::review(const MessageFrame&, const Instance&, Review&) const {}

std::unique_ptr<ItemStream> MessageLayout::decoder(std::string_view input, std::string file,
                                                   formats::RecordSink* records) const {
  return std::make_unique<MessageStream>(*this, input, std::move(file), records);
}

std::unique_ptr<formats::Encoder> MessageLayout::encoder() const {
  return std::make_unique<MessageWriter>(*this);
}

std::unique_ptr<formats::RecordWriter> MessageLayout::record_writer() const {
  return std::make_unique<MessageWriter>(*this);
}

}  // namespace tilmash::records
