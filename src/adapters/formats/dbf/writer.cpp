// Writing: a header as it was read, or made from the columns; records; the end mark. The header states the number of
// records before they are written, so it must be given, and is compared at the end.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/dbf/values.h"
#include "base/text.h"

namespace tilmash::formats::dbf {
namespace {

using Failure = std::optional<Diagnostic>;

class Writer final : public RecordWriter, public Encoder {
 public:
  explicit Writer(const DbfLayout& layout) : layout_(layout) {}

  Failure open(const Instance& parents, std::string& out) override {
    const std::uint32_t header = parents.find(layout_.node.header);
    if (header == no_cell) return diagnose("DBF-0402"_code, layout_.node.header, "there is no header");
    counts_ = text(parents, header, layout_.node.record_count).empty();
    return write_header(parents, header, out);
  }
  bool settles() const override { return counts_; }
  void settle(std::string& file) const override { write_changes(file, version_, std::nullopt, written_); }
  Failure encode(const Instance& instance, std::string& out) override {
    const std::uint32_t record = instance.find(layout_.node.record);
    return record == no_cell ? std::nullopt : write(instance, record, out);
  }
  Failure close(std::string& out) override {
    auto why = finish(out);
    if (!why && !findings_.kept().empty()) return findings_.kept().front();
    return why;
  }

  Failure write(const Instance& instance, std::uint32_t cell, std::string& out) override {
    const std::uint32_t node = instance.cell(cell).node;
    if ((node == layout_.node.header) == opened_) {
      return diagnose("DBF-0402"_code, node, "a table has one header, and it comes first");
    }
    if (node == layout_.node.header) return write_header(instance, cell, out);
    const std::size_t size_before = out.size();
    auto why = write_record(instance, cell, out);
    if (why) out.resize(size_before);
    if (!why) ++written_;
    return why;
  }

  Failure finish(std::string& out) override {
    if (!opened_) return diagnose("DBF-0402"_code, layout_.node.header, "there is no header");
    out += tail_;
    if (counts_ && written_ > static_cast<std::uint64_t>(count_max_)) {
      return diagnose("DBF-0404"_code, layout_.node.record_count, "there are more records than a table can have");
    }
    if (!counts_ && written_ != stated_) {
      findings_.add(diagnose("DBF-0403"_code, layout_.node.record_count,
                             fmt::format("the header was given {} records, {} were written", stated_, written_)));
    }
    return std::nullopt;
  }
  const Findings& findings() const override { return findings_; }

 private:
  Diagnostic diagnose(Code code, std::uint32_t node, std::string text) const {
    Diagnostic why;
    why.code = code;
    why.path = layout_.shape_.path_of(node);
    why.rule = layout_.rule(node);
    why.text = std::move(text);
    return why;
  }

  std::string_view text(const Instance& instance, std::uint32_t group, std::uint32_t node) const {
    const std::uint32_t cell = instance.find_within(group, node);
    return cell == no_cell ? std::string_view() : instance.cell(cell).text;
  }

  Failure write_header(const Instance& instance, std::uint32_t group, std::string& out);
  Failure write_record(const Instance& instance, std::uint32_t group, std::string& out);
  bool take_as_found(const Instance& instance, std::uint32_t group, const Column& column, std::string_view given,
                     std::string& out);

  const DbfLayout& layout_;
  Findings findings_;
  Arena arena_;
  std::string bytes_;
  std::uint8_t version_ = 0;
  bool counts_ = false;  ///< the number of records is filled in at the end
  std::int64_t count_max_ = 0;
  std::uint64_t stated_ = 0;
  std::uint64_t written_ = 0;
  std::string tail_ = "\x1A";
  bool opened_ = false;
};

Failure Writer::write_header(const Instance& instance, std::uint32_t group, std::string& out) {
  const auto& node = layout_.node;
  const std::string_view given = text(instance, group, node.bytes);
  bytes_.clear();
  if (given.empty()) {
    std::vector<TableColumn> columns;
    for (const Column& column : layout_.columns) columns.push_back(column.in_table);
    bytes_ = make_header(columns, driver_of(layout_.page->name()));
  } else if (!from_hex(given, bytes_)) {
    return diagnose("DBF-0404"_code, node.bytes, "not bytes in hexadecimal");
  }
  Table table;
  TableFault fault = read_table(bytes_, table);
  if (!fault) fault = layout_.compare(table);
  if (fault || table.header_bytes != bytes_.size()) {
    return diagnose("DBF-0404"_code, node.bytes, fault ? std::string(fault.text) : "the header has another length");
  }
  const auto changed = parse_iso_date(text(instance, group, node.changed));
  const auto count = counts_ ? Decimal{} : parse_decimal(text(instance, group, node.record_count));
  version_ = table.version;
  count_max_ = table.version == 2 ? 0xFFFF : 0xFFFFFFFF;
  if (!count || count->scale != 0 || count->unscaled < 0 || count->unscaled > count_max_) {
    return diagnose("DBF-0404"_code, node.record_count, "the number of records must be given");
  }
  // A header that had no date keeps it so; one that is made anew gets its date from who writes, never from a clock.
  if (!changed && (given.empty() || table.changed)) {
    return diagnose("DBF-0404"_code, node.changed, "the date of the table must be given");
  }
  if (changed && (changed->year < 1980 || changed->year > 2155)) {
    return diagnose("DBF-0404"_code, node.changed, "the date does not fit the header");
  }
  stated_ = static_cast<std::uint64_t>(count->unscaled);
  write_changes(bytes_, table.version, changed, stated_);
  if (const std::string_view tail = text(instance, group, node.tail); !tail.empty()) {
    tail_.clear();
    if (tail != "none" && (tail.size() > 2 * tail_bytes_max || !from_hex(tail, tail_))) {
      return diagnose("DBF-0404"_code, node.tail, "neither none nor bytes in hexadecimal");
    }
  }
  out += bytes_;
  opened_ = true;
  return std::nullopt;
}

/// The bytes as they were found, when they still mean what is given.
bool Writer::take_as_found(const Instance& instance, std::uint32_t group, const Column& column, std::string_view given,
                           std::string& out) {
  std::uint32_t i = instance.find_within(group, layout_.node.as_found);
  for (; i != no_cell && i < instance.subtree_end(group); i = instance.cell(i).next) {
    if (text(instance, i, layout_.node.column) != column.name) continue;
    bytes_.clear();
    if (!from_hex(text(instance, i, layout_.node.column_bytes), bytes_)) continue;
    if (bytes_.size() != column.in_table.length) continue;
    Value value;
    std::size_t bad = 0;
    arena_.clear();
    if (decode_value(column, *layout_.page, bytes_, arena_, value, bad) || value.text != given) continue;
    out += bytes_;
    return true;
  }
  return false;
}

Failure Writer::write_record(const Instance& instance, std::uint32_t group, std::string& out) {
  const std::string_view deleted = text(instance, group, layout_.node.deleted);
  if (!deleted.empty() && deleted != "true" && deleted != "false") {
    return diagnose("DBF-0401"_code, layout_.node.deleted, "true or false");
  }
  out += deleted == "true" ? '*' : ' ';
  for (const Column& column : layout_.columns) {
    const std::string_view given = text(instance, group, column.node);
    if (take_as_found(instance, group, column, given, out)) continue;
    if (const Code code = encode_value(column, *layout_.page, given, out)) {
      return diagnose(code, column.node, std::string(text_of(code)));
    }
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Encoder> DbfLayout::encoder() const {
  return std::make_unique<Writer>(*this);
}

std::unique_ptr<RecordWriter> DbfLayout::record_writer() const {
  return std::make_unique<Writer>(*this);
}

}  // namespace tilmash::formats::dbf
