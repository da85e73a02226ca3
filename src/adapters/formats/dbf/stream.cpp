// The decoder: the header stays in the instance, records come and go above it.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/dbf/values.h"
#include "base/text.h"

namespace tilmash::formats::dbf {
namespace {

constexpr std::string_view end_mark = "\x1A";

class Stream final : public ItemStream {
 public:
  Stream(const DbfLayout& layout, std::string_view input, std::string file, RecordSink* sink)
      : layout_(layout), input_(input), file_(std::move(file)), sink_(sink) {}

  Step next(Instance& instance) override;
  const Reject& reject() const override { return reject_; }
  std::uint64_t record_number() const override { return number_; }
  std::uint64_t parents_version() const override { return 1; }
  std::string_view raw() const override { return raw_; }
  std::uint64_t consumed_bytes() const override { return std::min<std::uint64_t>(position_, input_.size()); }
  std::uint64_t record_count() const override { return number_; }
  const std::vector<Control>& controls() const override { return controls_; }
  const Findings& file_findings() const override { return findings_; }

 private:
  bool start(Instance& instance);
  bool accept_header();
  void add_header(Instance& instance);
  Code take(Instance& instance, std::uint64_t& offset, std::uint64_t& length, std::uint32_t& node);
  Code take_value(const Column& column, Instance& instance, std::size_t& bad);
  void finish();
  Diagnostic diagnose(const TableFault& fault) const;

  const DbfLayout& layout_;
  std::string_view input_;
  std::string file_;
  RecordSink* sink_;
  Table table_;
  Arena arena_;  ///< of the header
  Findings findings_;
  std::vector<Control> controls_;
  Reject reject_;
  std::string_view raw_;
  std::vector<std::uint32_t> nodes_;
  std::vector<const Column*> otherwise_;  ///< columns whose bytes are not those that would be written
  std::string written_;
  std::uint64_t position_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t whole_ = 0;  ///< records that are all there
  std::uint64_t deleted_ = 0;
  std::uint32_t mark_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

Diagnostic Stream::diagnose(const TableFault& fault) const {
  Diagnostic why;
  why.code = fault.code;
  why.place = {file_, 0, fault.offset, fault.length, 0, 0};
  why.path = "header";
  why.text = std::string(fault.text);
  return why;
}

bool Stream::accept_header() {
  if (const TableFault fault = read_table(input_, table_)) {
    findings_.add(diagnose(fault));
    return false;
  }
  const Column* column = nullptr;
  if (const TableFault fault = layout_.compare(table_, &column)) {
    Diagnostic why = diagnose(fault);
    if (column != nullptr) why.path = layout_.shape_.path_of(column->node);
    if (column != nullptr) why.rule = layout_.rule(column->node);
    findings_.add(std::move(why));
    return false;
  }
  const auto pages = pages_of(table_.language_driver);
  if (layout_.check_driver && !pages.empty() &&
      std::find(pages.begin(), pages.end(), layout_.page->name()) == pages.end()) {
    Diagnostic why = diagnose({"DBF-0303"_code, 29, 1, ""});
    why.text = fmt::format("the language driver {:02X} is {}, the layout says {}", table_.language_driver,
                           pages.front(), layout_.page->name());
    findings_.add(std::move(why));
  }
  if (table_.in_transaction) {
    findings_.add(diagnose({"DBF-0305"_code, 14, 1, "the table says that a transaction was not finished"}));
  }
  return true;
}

void Stream::add_header(Instance& instance) {
  const auto& node = layout_.node;
  const std::uint64_t end =
      std::min<std::uint64_t>(table_.header_bytes + table_.record_count * table_.record_bytes, input_.size());
  const std::string_view tail = input_.substr(end, tail_bytes_max);
  const std::uint32_t group = instance.begin(node.header, 0);
  const auto add = [&](std::uint32_t leaf, const std::string& text, std::uint64_t offset, std::uint32_t length,
                       Decimal number = {}) { instance.leaf(leaf, arena_.copy(text), offset, length, number); };
  const bool old = table_.version == 2;
  add(node.version, fmt::format("{:02X}", table_.version), 0, 1);
  if (table_.changed) add(node.changed, to_text(*table_.changed), old ? 3 : 1, 3);
  const Decimal count{static_cast<std::int64_t>(table_.record_count), 0};
  add(node.record_count, to_text(count), old ? 1 : 4, old ? 2 : 4, count);
  if (!old) add(node.language_driver, fmt::format("{:02X}", table_.language_driver), 29, 1);
  if (tail != end_mark)
    add(node.tail, tail.empty() ? "none" : to_hex(tail), end, static_cast<std::uint32_t>(tail.size()));
  add(node.bytes, to_hex(input_.substr(0, table_.header_bytes)), 0, table_.header_bytes);
  instance.end(table_.header_bytes);
  if (sink_ == nullptr) return;
  nodes_ = {node.version, node.changed, node.record_count, node.language_driver, node.tail, node.bytes};
  sink_->record(instance, node.header, group, nodes_, 0, 0);
}

bool Stream::start(Instance& instance) {
  started_ = true;
  instance.reset(layout_.shape_);
  if (!accept_header()) {
    ended_ = true;
    return false;
  }
  position_ = table_.header_bytes;
  add_header(instance);
  mark_ = instance.mark();
  nodes_.clear();
  nodes_.push_back(layout_.node.deleted);
  for (const Column& column : layout_.columns) nodes_.push_back(column.node);
  nodes_.push_back(layout_.node.as_found);
  return true;
}

Code Stream::take_value(const Column& column, Instance& instance, std::size_t& bad) {
  const std::string_view bytes = raw_.substr(column.in_table.offset, column.in_table.length);
  Value value;
  if (const Code code = decode_value(column, *layout_.page, bytes, instance.arena(), value, bad)) return code;
  if (value.present) {
    instance.leaf(column.node, value.text, position_ + column.in_table.offset, column.in_table.length, value.number);
  }
  written_.clear();
  if (encode_value(column, *layout_.page, value.text, written_) || written_ != bytes) otherwise_.push_back(&column);
  return {};
}

/// The record `raw_`.
Code Stream::take(Instance& instance, std::uint64_t& offset, std::uint64_t& length, std::uint32_t& node) {
  const auto& nodes = layout_.node;
  offset = position_;
  length = 1;
  node = nodes.deleted;
  if (raw_.size() < table_.record_bytes) {
    node = nodes.record;
    length = raw_.size();
    return "DBF-0209"_code;
  }
  if (raw_[0] != ' ' && raw_[0] != '*') return "DBF-0202"_code;
  instance.begin(nodes.record, position_);
  if (raw_[0] == '*') instance.leaf(nodes.deleted, "true", position_, 1);
  otherwise_.clear();
  for (const Column& column : layout_.columns) {
    std::size_t bad = 0;
    if (const Code code = take_value(column, instance, bad)) {
      node = column.node;
      const bool one = code == "DBF-0200"_code || code == "DBF-0201"_code;
      offset = position_ + column.in_table.offset + bad;
      length = one ? 1 : column.in_table.length;
      return code;
    }
  }
  for (const Column* column : otherwise_) {
    const std::uint64_t at = position_ + column->in_table.offset;
    instance.begin(nodes.as_found, at);
    instance.leaf(nodes.column, column->name, at, column->in_table.length);
    const std::string_view bytes = raw_.substr(column->in_table.offset, column->in_table.length);
    instance.leaf(nodes.column_bytes, instance.arena().copy(to_hex(bytes)), at, column->in_table.length);
    instance.end(at + column->in_table.length);
  }
  instance.end(position_ + raw_.size());
  return {};
}

void Stream::finish() {
  ended_ = true;
  Control control;
  control.path = "header.record_count";
  control.declared = std::to_string(table_.record_count);
  control.counted = std::to_string(whole_);
  control.result = whole_ == table_.record_count ? Control::Result::equal : Control::Result::differs;
  controls_.push_back(control);
  if (whole_ != table_.record_count) {
    Diagnostic why = diagnose({"DBF-0306"_code, input_.size(), 0, ""});
    why.path = control.path;
    why.text = fmt::format("the header says {} records, the file holds {}", control.declared, control.counted);
    findings_.add(std::move(why));
  }
  const std::string_view tail = input_.substr(std::min<std::uint64_t>(position_, input_.size()));
  if (tail.find_first_not_of(end_mark) != std::string_view::npos || tail.size() > tail_bytes_max) {
    // What a buffer held before it was written again is no data, but only an end mark says so.
    const bool left_over = tail.starts_with(end_mark) && tail.size() <= tail_bytes_max;
    Diagnostic why = diagnose({"DBF-0307"_code, position_, tail.size(), "bytes follow the last record"});
    if (left_over) why.severity = Severity::warning;
    findings_.add(std::move(why));
  }
  if (deleted_ != 0) {
    Diagnostic why = diagnose({"DBF-0308"_code, 0, 0, ""});
    why.severity = Severity::warning;
    why.path = "record.deleted";
    why.text = fmt::format("{} deleted records were left out", deleted_);
    findings_.add(std::move(why));
  }
}

Step Stream::next(Instance& instance) {
  if (!started_ && !start(instance)) return Step::end;
  if (ended_) return Step::end;
  instance.truncate(mark_, 0);
  instance.arena().clear();
  for (;;) {
    if (!raw_.empty()) position_ += raw_.size();
    raw_ = {};
    if (number_ == table_.record_count || position_ >= input_.size()) break;
    raw_ = input_.substr(position_, table_.record_bytes);
    const bool whole = raw_.size() == table_.record_bytes;
    if (!whole && raw_.find_first_not_of(end_mark) == std::string_view::npos) break;
    ++number_;
    if (whole) ++whole_;
    if (raw_[0] == '*' && !layout_.keep_deleted && whole) {
      ++deleted_;
      continue;
    }
    Diagnostic why;
    std::uint32_t node = no_node;
    why.code = take(instance, why.place.offset_bytes, why.place.length_bytes, node);
    if (!why.code) {
      if (sink_ != nullptr) {
        const std::span<const std::uint32_t> shown(nodes_);
        const std::size_t first = layout_.keep_deleted ? 0 : 1;
        const std::size_t last = otherwise_.empty() ? 1 : 0;
        sink_->record(instance, layout_.node.record, mark_, shown.subspan(first, shown.size() - first - last), number_,
                      position_);
      }
      return Step::item;
    }
    instance.truncate(mark_, 0);
    why.place.file = file_;
    why.place.record_number = number_;
    why.path = layout_.shape_.path_of(node);
    why.rule = layout_.rule(node);
    why.text = std::string(text_of(why.code));
    why.value = Sensitive(std::string(input_.substr(why.place.offset_bytes, why.place.length_bytes)));
    reject_ = {std::move(why), raw_};
    return Step::reject;
  }
  finish();
  return Step::end;
}

}  // namespace

std::unique_ptr<ItemStream> DbfLayout::decoder(std::string_view input, std::string file, RecordSink* records) const {
  return std::make_unique<Stream>(*this, input, std::move(file), records);
}

}  // namespace tilmash::formats::dbf
