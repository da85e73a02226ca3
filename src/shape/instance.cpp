#include "shape/instance.h"

namespace tilmash {

void Instance::grow() {
  cells_.resize(cells_.empty() ? 64 : 2 * cells_.size());
}

void Instance::reset(const Shape& shape) {
  if (shape_ != &shape) {
    shape_ = &shape;
    first_.assign(shape.nodes.size(), no_cell);
    last_.assign(shape.nodes.size(), no_cell);
  } else {
    for (const Cell& cell : cells()) first_[cell.node] = no_cell;
  }
  count_ = 0;
  arena_.clear();
  open_ = no_cell;
  begin(0);
}

void Instance::clip(std::uint32_t from, std::uint64_t offset_end) {
  for (std::uint32_t i = from; i < count_; ++i) {
    Cell& cell = cells_[i];
    if (cell.offset > offset_end) cell.offset = offset_end;
    const std::uint64_t room = offset_end - cell.offset;
    if (cell.length > room) cell.length = static_cast<std::uint32_t>(room);
  }
}

void Instance::truncate(std::uint32_t mark, std::uint32_t open) {
  // A node that stands on both sides of the mark keeps its first cell; its chain is cut at the mark.
  bool both_sides = false;
  std::uint32_t* const firsts = first_.data();
  const Cell* const end = cells_.data() + count_;
  for (const Cell* cell = cells_.data() + mark; cell != end; ++cell) {
    std::uint32_t& first = firsts[cell->node];
    if (first < mark) {
      both_sides = true;
    } else {
      first = no_cell;
    }
  }
  for (std::uint32_t i = mark; both_sides && i < count_; ++i) {
    std::uint32_t at = first_[cells_[i].node];
    if (at == no_cell) continue;
    while (cells_[at].next != no_cell && cells_[at].next < mark) at = cells_[at].next;
    cells_[at].next = no_cell;
    last_[cells_[i].node] = at;
  }
  count_ = mark;
  open_ = open;
  for (std::uint32_t at = open; at != no_cell; at = cells_[at].parent) cells_[at].end = 0;
}

void Instance::keep_open() {
  std::vector<Cell> chain;
  for (std::uint32_t at = open_; at != no_cell; at = cells_[at].parent) chain.push_back(cells_[at]);
  for (const Cell& cell : cells()) first_[cell.node] = no_cell;
  count_ = 0;
  arena_.clear();
  open_ = no_cell;
  for (auto cell = chain.rbegin(); cell != chain.rend(); ++cell) begin(cell->node, cell->offset);
}

}  // namespace tilmash
