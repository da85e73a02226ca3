// Writing: a section from its cells, a file from its sections. Known keys are written in the order of the cells; an
// extension with a position stands at that line of its section, one without where its cell does. What was written is
// read back before it counts, so a file that was written is one that can be read.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "adapters/formats/one_c/sections.h"
#include "base/text.h"

namespace tilmash::formats::one_c {
namespace {

using Failure = std::optional<Diagnostic>;

class SectionWriter {
 public:
  explicit SectionWriter(const OneCLayout& layout) : layout_(layout), decoder_(layout) {}

  /// The lines of a group, each with its line end but for the last.
  Failure write(const Instance& instance, std::uint32_t group, std::string& out);

 private:
  struct Placed {
    std::int64_t position = 0;
    std::string line;
  };

  Failure add_leaf(const Section& section, const Cell& cell);
  Failure add_extension(const Section& section, const Instance& instance, std::uint32_t group);
  Failure merge(const Section& section, std::string& out);
  Failure encode(std::string_view utf8, std::uint32_t node, std::string& out) const;
  Failure read_back(const Section& section, std::string_view bytes);
  Diagnostic diagnose(Code code, std::uint32_t node, std::string text) const;
  const Key* find_key(const Section& section, std::string_view bytes);

  const OneCLayout& layout_;
  SectionDecoder decoder_;
  std::vector<std::string> lines_;
  std::vector<Placed> placed_;
  Instance copy_;
  std::string buffer_;
};

Diagnostic SectionWriter::diagnose(Code code, std::uint32_t node, std::string text) const {
  Diagnostic why;
  why.code = code;
  why.path = layout_.shape_.path_of(node);
  why.rule = layout_.rule(node);
  why.text = std::move(text);
  return why;
}

Failure SectionWriter::encode(std::string_view utf8, std::uint32_t node, std::string& out) const {
  std::size_t bad = 0;
  const auto is_control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; };
  if (std::any_of(utf8.begin(), utf8.end(), is_control)) {
    return diagnose("ONC-0401"_code, node, "the value holds a line end or another control character");
  }
  if (layout_.page->encode(utf8, out, bad)) return std::nullopt;
  return diagnose("ONC-0400"_code, node,
                  fmt::format("{} has no such character as at byte {}", layout_.page->name(), bad));
}

const Key* SectionWriter::find_key(const Section& section, std::string_view bytes) {
  const auto found = section.by_name.find(layout_.normal(bytes, buffer_));
  return found == section.by_name.end() ? nullptr : &section.keys[found->second];
}

Failure SectionWriter::add_leaf(const Section& section, const Cell& cell) {
  const auto key =
      std::find_if(section.keys.begin(), section.keys.end(), [&](const Key& each) { return each.node == cell.node; });
  if (key == section.keys.end()) {  // the whole opening line
    std::string line;
    if (auto why = encode(cell.text, cell.node, line)) return why;
    lines_.insert(lines_.begin(), std::move(line));
    return std::nullopt;
  }
  std::string line = layout_.wrap + key->bytes + "=";
  std::string value(cell.text);
  if (key->type == LeafType::date) {
    const auto date = parse_iso_date(cell.text);
    value.resize(layout_.date ? layout_.date->length() : 0);
    if (!date || !layout_.date || !layout_.date->write(value.data(), *date)) {
      return diagnose("ONC-0404"_code, cell.node, "not a date that can be written");
    }
  } else if (key->type == LeafType::decimal && layout_.point == Point::comma) {
    std::replace(value.begin(), value.end(), '.', ',');
  }
  if (auto why = encode(value, cell.node, line)) return why;
  lines_.push_back(line + layout_.wrap);
  return std::nullopt;
}

Failure SectionWriter::add_extension(const Section& section, const Instance& instance, std::uint32_t group) {
  std::string key;
  std::string value;
  std::int64_t position = 0;
  for (std::uint32_t i = group + 1; i < instance.subtree_end(group); ++i) {
    const Cell& cell = instance.cell(i);
    if (cell.node == section.position) {
      const auto number = parse_decimal(cell.text);
      if (!number || number->scale != 0 || number->unscaled < 1) {
        return diagnose("ONC-0404"_code, section.position, "not the number of a line");
      }
      position = number->unscaled;
      continue;
    }
    if (auto why = encode(cell.text, cell.node, cell.node == section.key ? key : value)) return why;
  }
  std::string line;
  if (!key.empty()) {
    if (const Key* known = find_key(section, key); known != nullptr && value.empty()) key = known->bytes;
    line = layout_.wrap + key + "=" + value + layout_.wrap;
  } else if (!value.empty()) {
    return diagnose("ONC-0404"_code, section.value, "a value without a key");
  }
  if (position != 0) {
    placed_.push_back({position, std::move(line)});
  } else {
    lines_.push_back(std::move(line));
  }
  return std::nullopt;
}

/// The lines in their order, the placed ones at their positions.
Failure SectionWriter::merge(const Section& section, std::string& out) {
  std::stable_sort(placed_.begin(), placed_.end(),
                   [](const Placed& a, const Placed& b) { return a.position < b.position; });
  const std::string_view end = layout_.line_end == LineEnd::crlf ? "\r\n" : "\n";
  if (lines_.size() + placed_.size() > lines_max) {
    return diagnose("ONC-0404"_code, section.node, "the section has too many lines");
  }
  std::size_t next = 0;
  std::size_t placed = 0;
  for (std::int64_t number = 1; next < lines_.size() || placed < placed_.size(); ++number) {
    const bool is_placed = placed < placed_.size() && (placed_[placed].position <= number || next == lines_.size());
    out += is_placed ? placed_[placed++].line : lines_[next++];
    out += end;
  }
  return std::nullopt;
}

Failure SectionWriter::read_back(const Section& section, std::string_view bytes) {
  SectionReader reader(layout_, bytes);
  SectionText text;
  copy_.reset(layout_.shape_);
  copy_.arena().clear();
  const bool one = reader.next(text) && reader.position() == bytes.size() && text.section != none &&
                   layout_.sections[text.section].node == section.node;
  if (!one) return diagnose("ONC-0402"_code, section.node, "the lines would be read as something else");
  const LineFault fault = decoder_.decode(text, copy_, copy_.arena());
  if (!fault) return std::nullopt;
  return diagnose("ONC-0402"_code, fault.node, std::string(text_of(fault.code)));
}

Failure SectionWriter::write(const Instance& instance, std::uint32_t group, std::string& out) {
  const std::uint32_t index = layout_.section_of(instance.cell(group).node);
  if (index == none) return diagnose("ONC-0403"_code, instance.cell(group).node, "no section of the layout");
  const Section& section = layout_.sections[index];
  lines_.clear();
  placed_.clear();
  for (std::uint32_t i = group + 1; i < instance.subtree_end(group); i = instance.subtree_end(i)) {
    const Cell& cell = instance.cell(i);
    const bool leaf = layout_.shape_.nodes[cell.node].kind == NodeKind::leaf;
    if (leaf && cell.text.empty()) continue;
    if (auto why = leaf ? add_leaf(section, cell) : add_extension(section, instance, i)) return why;
  }
  if (section.opens == Section::Opens::line) lines_.insert(lines_.begin(), section.open.bytes);
  if (section.opens == Section::Opens::key) {
    // JSON keeps no order that must be kept: the key that opens the section goes first.
    const auto opens = [&](const std::string& line) {
      const std::string_view body = std::string_view(line).substr(std::min(line.size(), layout_.wrap.size()));
      const std::string_view key = layout_.normal(body.substr(0, body.find('=')), buffer_);
      return std::find(section.open_keys.begin(), section.open_keys.end(), key) != section.open_keys.end();
    };
    const auto first = std::find_if(lines_.begin(), lines_.end(), opens);
    if (first != lines_.end()) std::rotate(lines_.begin(), first, first + 1);
  }
  if (!section.close.bytes.empty()) lines_.push_back(section.close.bytes);
  std::string bytes;
  if (auto why = merge(section, bytes)) return why;
  if (auto why = read_back(section, bytes)) return why;
  bytes.resize(bytes.size() - (layout_.line_end == LineEnd::crlf ? 2 : 1));
  out += bytes;
  return std::nullopt;
}

/// Writes a file; the line end of a line is written with the next one, since the last may have none.
class Writer final : public RecordWriter {
 public:
  explicit Writer(const OneCLayout& layout) : layout_(layout), sections_(layout) {}

  Failure write(const Instance& instance, std::uint32_t cell, std::string& out) override {
    const std::uint32_t section = layout_.section_of(instance.cell(cell).node);
    if (section == none || (count_ == 0) != (section == 0) || ended_) {
      Diagnostic why;
      why.code = "ONC-0403"_code;
      why.path = layout_.shape_.path_of(instance.cell(cell).node);
      why.text = ended_ ? "nothing may follow the section that ends the file"
                        : fmt::format("the file begins with {}, and has it once", layout_.sections[0].kind);
      return why;
    }
    const std::size_t size_before = out.size();
    if (count_ == 0 && layout_.bom) out += "\xEF\xBB\xBF";
    if (count_ != 0) out += line_end();
    if (auto why = sections_.write(instance, cell, out)) {
      out.resize(size_before);
      return why;
    }
    ++count_;
    ended_ = section == layout_.end;
    return std::nullopt;
  }

  Failure finish(std::string& out) override {
    if (layout_.end != none && !ended_ && layout_.end_line == Presence::required) {
      Diagnostic why;
      why.code = "ONC-0405"_code;
      why.path = layout_.sections[layout_.end].kind;
      why.text = "the section that ends the file is missing";
      return why;
    }
    if (count_ != 0 && layout_.final_line_end != Presence::absent) out += line_end();
    return std::nullopt;
  }
  const Findings& findings() const override { return findings_; }

  bool ended() const { return ended_; }
  std::uint64_t count() const { return count_; }
  void restore(std::uint64_t count, bool ended) {
    count_ = count;
    ended_ = ended;
  }

 private:
  std::string_view line_end() const { return layout_.line_end == LineEnd::crlf ? "\r\n" : "\n"; }

  const OneCLayout& layout_;
  SectionWriter sections_;
  std::uint64_t count_ = 0;
  bool ended_ = false;
  Findings findings_;
};

/// Items and what stands above them; sections that come after the items are kept until the end.
class ItemEncoder final : public Encoder {
 public:
  explicit ItemEncoder(const OneCLayout& layout) : layout_(layout), writer_(layout), closing_(layout.shape_) {}

  Failure open(const Instance& parents, std::string& out) override {
    return guarded(out, [&] { return write_parents(parents, out); });
  }
  Failure encode(const Instance& instance, std::string& out) override {
    return guarded(out, [&]() -> Failure {
      if (auto why = write_parents(instance, out)) return why;
      const std::uint32_t item = instance.find(layout_.sections[layout_.item].node);
      return item == no_cell ? std::nullopt : writer_.write(instance, item, out);
    });
  }
  Failure close(std::string& out) override {
    return guarded(out, [&]() -> Failure {
      for (std::uint32_t i = 1; i < closing_.cells().size(); i = closing_.subtree_end(i)) {
        if (auto why = writer_.write(closing_, i, out)) return why;
      }
      if (layout_.end != none && !writer_.ended() && layout_.end_line != Presence::absent) {
        Instance bare(layout_.shape_);
        if (auto why = writer_.write(bare, bare.begin(layout_.sections[layout_.end].node), out)) return why;
      }
      return writer_.finish(out);
    });
  }

 private:
  template <typename Work>
  Failure guarded(std::string& out, Work work) {
    const std::size_t size_before = out.size();
    const std::uint64_t count = writer_.count();
    const bool ended = writer_.ended();
    const std::uint32_t written = parents_written_;
    auto why = work();
    if (!why) return why;
    out.resize(size_before);
    writer_.restore(count, ended);
    parents_written_ = written;
    return why;
  }

  /// Those sections of `instance` that are no items and were not there before.
  Failure write_parents(const Instance& instance, std::string& out) {
    std::uint32_t number = 0;
    for (std::uint32_t i = 1; i < instance.cells().size(); i = instance.subtree_end(i)) {
      const std::uint32_t section = layout_.section_of(instance.cell(i).node);
      if (section == none || section == layout_.item || ++number <= parents_written_) continue;
      ++parents_written_;
      if (section > layout_.item) {
        copy(instance, i);
      } else if (auto why = writer_.write(instance, i, out)) {
        return why;
      }
    }
    return std::nullopt;
  }

  void copy(const Instance& from, std::uint32_t cell) {
    const Cell& source = from.cell(cell);
    if (layout_.shape_.nodes[source.node].kind == NodeKind::leaf) {
      closing_.leaf(source.node, closing_.arena().copy(source.text), source.offset, source.length, source.number);
      return;
    }
    closing_.begin(source.node, source.offset);
    for (std::uint32_t i = cell + 1; i < from.subtree_end(cell); i = from.subtree_end(i)) copy(from, i);
    closing_.end();
  }

  const OneCLayout& layout_;
  Writer writer_;
  Instance closing_;
  std::uint32_t parents_written_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> OneCLayout::encoder() const {
  return std::make_unique<ItemEncoder>(*this);
}

std::unique_ptr<RecordWriter> OneCLayout::record_writer() const {
  return std::make_unique<Writer>(*this);
}

}  // namespace tilmash::formats::one_c
