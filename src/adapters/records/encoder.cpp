// Writes a file item by item: file header, a batch header whenever the batch changes, the item with what is below it,
// and the records that close a batch or the file.
//
// Two items are in one batch when all fields of their batch (and of those above) are equal and they come from the same
// place of the source.
#include <memory>

#include "adapters/records/writer.h"

namespace tilmash::records {
namespace {

using Failure = std::optional<Diagnostic>;

class ItemEncoder final : public formats::Encoder {
 public:
  explicit ItemEncoder(const RecordLayout& layout) : layout_(layout), writer_(layout), saved_(writer_.state()) {
    for (std::uint32_t up = layout.kinds[layout.item].parent; up != none; up = layout.kinds[up].parent) {
      above_.insert(above_.begin(), up);
    }
    parents_.resize(above_.size() + 1);
    parents_[0] = std::make_shared<Parent>();
    parents_[0]->closing.reset(layout.shape_);
  }

  Failure open(const Instance& parents, std::string& out) override {
    return guarded(out, [&] { return write_siblings(parents, 0, 0, out); });
  }
  Failure encode(const Instance& instance, std::string& out) override {
    return guarded(out, [&] { return encode_item(instance, out); });
  }
  Failure close(std::string& out) override {
    return guarded(out, [&]() -> Failure {
      if (auto why = close_parents(0, out)) return why;
      if (auto why = write_closing(0, out)) return why;
      if (auto why = writer_.finish(out)) return why;
      for (const Diagnostic& finding : writer_.findings().kept()) {
        if (finding.severity == Severity::error) return finding;
      }
      return std::nullopt;
    });
  }

  const Findings& findings() const override { return writer_.findings(); }

 private:
  /// An open record above the items; the first is the file.
  struct Parent {
    std::string key;
    Instance closing;  ///< the records that come after the items, as given
  };

  /// Runs `work`; when it fails, nothing has been written and all is as it was.
  template <typename Work>
  Failure guarded(std::string& out, Work work) {
    const std::size_t size_before = out.size();
    writer_.save(saved_);
    saved_parents_ = parents_;
    auto why = work();
    if (!why) return why;
    out.resize(size_before);
    writer_.restore(saved_);
    parents_ = saved_parents_;
    return why;
  }

  std::uint32_t next_above(std::size_t depth) const { return depth < above_.size() ? above_[depth] : layout_.item; }

  /// Writes the records below the parent at `depth` that come before its items, and keeps those that come after.
  Failure write_siblings(const Instance& instance, std::uint32_t group, std::size_t depth, std::string& out) {
    Instance& closing = parents_[depth]->closing;
    closing.reset(layout_.shape_);
    const std::uint32_t rank = layout_.kinds[next_above(depth)].rank;
    for (std::uint32_t i = group + 1; i < instance.subtree_end(group); i = instance.subtree_end(i)) {
      const std::uint32_t kind = writer_.kind_of_node(instance.cell(i).node);
      if (kind == none || kind == next_above(depth) || layout_.kinds[kind].padding) continue;
      if (layout_.kinds[kind].rank > rank) {
        copy(instance, i, closing);
      } else if (auto why = write_tree(instance, i, out)) {
        return why;
      }
    }
    return std::nullopt;
  }

  void copy(const Instance& from, std::uint32_t cell, Instance& to) {
    const Cell& source = from.cell(cell);
    if (layout_.shape_.nodes[source.node].kind == NodeKind::leaf) {
      to.leaf(source.node, to.arena().copy(source.text), source.offset, source.length).number = source.number;
      return;
    }
    to.begin(source.node, source.offset);
    for (std::uint32_t i = cell + 1; i < from.subtree_end(cell); i = from.subtree_end(i)) copy(from, i, to);
    to.end();
  }

  /// A record and all records below it, in the order of the cells.
  Failure write_tree(const Instance& instance, std::uint32_t cell, std::string& out) {
    if (auto why = writer_.write(instance, cell, out)) return why;
    for (std::uint32_t i = cell + 1; i < instance.subtree_end(cell); i = instance.subtree_end(i)) {
      if (writer_.kind_of_node(instance.cell(i).node) == none) continue;
      if (auto why = write_tree(instance, i, out)) return why;
    }
    return std::nullopt;
  }

  /// The records that close the parent at `depth`: as given, else made of constants and controls alone.
  Failure write_closing(std::size_t depth, std::string& out) {
    const Instance& closing = parents_[depth]->closing;
    const std::uint32_t rank = layout_.kinds[next_above(depth)].rank;
    const std::uint32_t parent = depth == 0 ? none : above_[depth - 1];
    for (const std::uint32_t kind : layout_.children_of(parent)) {
      if (layout_.kinds[kind].rank <= rank || layout_.kinds[kind].padding) continue;
      bool written = false;
      for (std::uint32_t i = 1; i < closing.cells().size(); i = closing.subtree_end(i)) {
        if (writer_.kind_of_node(closing.cell(i).node) != kind) continue;
        if (auto why = write_tree(closing, i, out)) return why;
        written = true;
      }
      if (written || layout_.kinds[kind].min == 0) continue;
      bare_.reset(layout_.shape_);
      if (auto why = writer_.write(bare_, bare_.begin(layout_.kinds[kind].node), out)) return why;
    }
    return std::nullopt;
  }

  /// Closes the open parents below `depth`, innermost first.
  Failure close_parents(std::size_t depth, std::string& out) {
    for (std::size_t i = parents_.size(); i-- > depth + 1;) {
      if (parents_[i] == nullptr) continue;
      if (auto why = write_closing(i, out)) return why;
      parents_[i] = nullptr;
    }
    return std::nullopt;
  }

  std::string key_of(const Instance& instance, std::uint32_t cell) const {
    std::string key = std::to_string(instance.cell(cell).offset);
    for (std::uint32_t i = cell + 1; i < instance.subtree_end(cell); i = instance.subtree_end(i)) {
      if (writer_.kind_of_node(instance.cell(i).node) != none) continue;
      for (std::uint32_t j = i; j < instance.subtree_end(i); ++j) {
        key += '\0';
        key += std::to_string(instance.cell(j).node);
        key += '=';
        key += instance.cell(j).text;
      }
    }
    return key;
  }

  Failure encode_item(const Instance& instance, std::string& out) {
    for (std::size_t depth = 1; depth < parents_.size(); ++depth) {
      const std::uint32_t kind = above_[depth - 1];
      const std::uint32_t cell = instance.find(layout_.kinds[kind].node);
      if (cell == no_cell) break;  // the writer says that the record is missing
      std::string key = key_of(instance, cell);
      if (parents_[depth] != nullptr && parents_[depth]->key == key) continue;
      if (auto why = close_parents(depth - 1, out)) return why;
      if (auto why = writer_.write(instance, cell, out)) return why;
      parents_[depth] = std::make_shared<Parent>();
      parents_[depth]->key = std::move(key);
      if (auto why = write_siblings(instance, cell, depth, out)) return why;
    }
    const std::uint32_t item = instance.find(layout_.kinds[layout_.item].node);
    if (item == no_cell) return std::nullopt;
    return write_tree(instance, item, out);
  }

  const RecordLayout& layout_;
  Writer writer_;
  Writer::State saved_;
  std::vector<std::uint32_t> above_;              ///< kinds from the file down to the item's parent
  std::vector<std::shared_ptr<Parent>> parents_;  ///< null = not open
  std::vector<std::shared_ptr<Parent>> saved_parents_;
  Instance bare_;
};

}  // namespace

std::unique_ptr<formats::Encoder> RecordLayout::encoder() const {
  return std::make_unique<ItemEncoder>(*this);
}

}  // namespace tilmash::records
