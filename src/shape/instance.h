// An instance of a Shape: what was read, or what is to be written, as one flat array of cells in document order.
//
// A cell is a group occurrence or a leaf value. Values are views: into the input, or into the instance's arena.
// Nothing is owned twice and nothing is allocated per cell, so an instance is filled, read and cleared at the speed
// of a vector. Besides the cells there is one index, from a node to its first cell, so that looking up a field costs
// one load.
//
// A stream delivers items one at a time: cells of the parents (file header, batch header, GrpHdr) stay below `mark`
// while the cells of one item after another come and go above it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/decimal.h"
#include "shape/shape.h"

namespace tilmash {

inline constexpr std::uint32_t no_cell = std::numeric_limits<std::uint32_t>::max();

/// 64 bytes: one cache line.
struct Cell {
  std::uint32_t node = 0;  ///< index into Shape::nodes
  std::uint32_t parent = no_cell;
  std::uint32_t end = 0;         ///< one past the last cell of this subtree; own index + 1 for a leaf
  std::uint32_t next = no_cell;  ///< next cell of the same node in the instance
  std::string_view text;         ///< of a leaf: the value in the canonical form of its type
  Decimal number;                ///< of a decimal or integer leaf with at most 18 digits
  std::uint64_t offset = 0;      ///< 0-based offset of the source bytes in the input
  std::uint32_t length = 0;      ///< of the source bytes; 0 when it came from no byte (a constant)
  std::uint32_t rule = 0;        ///< number of the mapping rule that made it; 0 = a codec read it
};
static_assert(sizeof(Cell) == 72 || sizeof(Cell) == 64);

class Instance {
 public:
  Instance() = default;
  explicit Instance(const Shape& shape) { reset(shape); }

  /// Starts anew, for this shape, with the root open.
  void reset(const Shape& shape);

  const Shape& shape() const { return *shape_; }
  std::span<const Cell> cells() const { return {cells_.data(), count_}; }
  const Cell& cell(std::uint32_t index) const { return cells_[index]; }
  Arena& arena() { return arena_; }

  // Building, in document order.

  /// Opens an occurrence of a group or choice below the one that is open; returns its cell index.
  std::uint32_t begin(std::uint32_t node, std::uint64_t offset = 0) {
    open_ = push(node, 0, {}, {}, offset, 0, 0);
    return open_;
  }
  /// Opens a leaf that has leaves of its own: an element with attributes. Close it with `end`.
  Cell& begin_value(std::uint32_t node, std::string_view text, std::uint64_t offset = 0, Decimal number = {},
                    std::uint32_t rule = 0) {
    open_ = push(node, 0, text, number, offset, 0, rule);
    return cells_[open_];
  }
  /// Closes the open occurrence; `offset_end` gives its source length.
  void end(std::uint64_t offset_end = 0) {
    Cell& cell = cells_[open_];
    cell.end = count_;
    if (offset_end > cell.offset) cell.length = static_cast<std::uint32_t>(offset_end - cell.offset);
    open_ = cell.parent;
  }
  /// Adds a leaf. The text must outlive the item (input, arena, or a constant of a plan).
  Cell& leaf(std::uint32_t node, std::string_view text, std::uint64_t offset = 0, std::uint32_t length = 0,
             Decimal number = {}, std::uint32_t rule = 0) {
    return cells_[push(node, count_ + 1, text, number, offset, length, rule)];
  }
  /// Gives a leaf that is there another value.
  void set_value(std::uint32_t index, std::string_view text, std::uint64_t offset, std::uint32_t length,
                 Decimal number) {
    Cell& cell = cells_[index];
    cell.text = text;
    cell.offset = offset;
    cell.length = length;
    cell.number = number;
  }
  std::uint32_t open_cell() const { return open_; }

  /// Source bytes of the cells from `from` on end at `offset_end`, the input having been filled up beyond it.
  void clip(std::uint32_t from, std::uint64_t offset_end);

  /// Source bytes of the cells from `from` on stand elsewhere: `place_of` gives the offset of a byte by the one noted.
  template <class PlaceOf>
  void move_sources(std::uint32_t from, PlaceOf place_of) {
    for (std::uint32_t i = from; i < count_; ++i) {
      Cell& cell = cells_[i];
      const std::uint64_t begin = place_of(cell.offset);
      if (cell.length != 0) {
        cell.length = static_cast<std::uint32_t>(place_of(cell.offset + cell.length - 1) + 1 - begin);
      }
      cell.offset = begin;
    }
  }

  /// Number of cells now; give it to `truncate` to drop everything added since. The groups that were open then must be
  /// open again (they are reopened by `truncate`).
  std::uint32_t mark() const { return count_; }
  void truncate(std::uint32_t mark, std::uint32_t open);

  /// Forgets all but the groups that are open, and the arena: what was read so far has been used. Cells get new
  /// indices, the open ones from the root on 0, 1, 2 …
  void keep_open();

  /// Copies the texts of all cells into `arena`, so that they outlive what they were read from.
  void keep_texts(Arena& arena) {
    for (std::uint32_t i = 0; i < count_; ++i) cells_[i].text = arena.copy(cells_[i].text);
  }

  // Looking up.

  /// The first cell of a node; no_cell when it is absent.
  std::uint32_t find(std::uint32_t node) const { return first_[node]; }

  /// The first cell of `node` within the subtree of cell `scope`.
  std::uint32_t find_within(std::uint32_t scope, std::uint32_t node) const {
    const std::uint32_t first = first_[node];
    if (first == no_cell || (first >= scope && first < subtree_end(scope))) return first;
    for (std::uint32_t i = scope + 1; i < subtree_end(scope); ++i) {
      if (cells_[i].node == node) return i;
    }
    return no_cell;
  }

  /// One past the last cell of a subtree, open ones included.
  std::uint32_t subtree_end(std::uint32_t index) const { return cells_[index].end != 0 ? cells_[index].end : count_; }

 private:
  std::uint32_t push(std::uint32_t node, std::uint32_t end, std::string_view text, Decimal number, std::uint64_t offset,
                     std::uint32_t length, std::uint32_t rule) {
    const std::uint32_t index = count_++;
    if (index == cells_.size()) grow();
    cells_[index] = {node, open_, end, no_cell, text, number, offset, length, rule};
    if (first_[node] == no_cell) {
      first_[node] = index;
    } else {
      cells_[last_[node]].next = index;
    }
    last_[node] = index;
    return index;
  }

  void grow();

  const Shape* shape_ = nullptr;
  std::vector<Cell> cells_;  ///< room for them: the first `count_` are there
  std::uint32_t count_ = 0;
  std::vector<std::uint32_t> first_;  ///< by node
  std::vector<std::uint32_t> last_;   ///< by node; meaningful where first_ is
  std::uint32_t open_ = no_cell;
  Arena arena_;
};

}  // namespace tilmash
