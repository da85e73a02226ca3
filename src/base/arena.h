// Bump storage for the text of one item: allocate, use, clear; nothing is freed one by one.
// Not thread-safe. Views stay good until clear().
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tilmash {

class Arena {
 public:
  /// Room for `size` bytes, not initialised. Give back what was not used with `shrink`.
  char* allocate(std::size_t size) {
    if (size > static_cast<std::size_t>(end_ - next_)) grow(size);
    char* at = next_;
    next_ += size;
    return at;
  }

  /// Ends the latest allocation at `end`.
  void shrink(char* end) { next_ = end; }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* at = allocate(text.size());
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  /// Forgets everything; keeps the blocks for the next item.
  void clear() {
    block_index_ = 0;
    if (!blocks_.empty()) open(0);
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void open(std::size_t index) {
    block_index_ = index;
    next_ = blocks_[index].bytes.get();
    end_ = next_ + blocks_[index].size;
  }

  void grow(std::size_t size) {
    for (std::size_t i = blocks_.empty() ? 0 : block_index_ + 1; i < blocks_.size(); ++i) {
      if (blocks_[i].size >= size) return open(i);
    }
    const std::size_t bytes = size > 16384 ? size : 16384;
    blocks_.push_back({std::unique_ptr<char[]>(new char[bytes]), bytes});
    open(blocks_.size() - 1);
  }

  std::vector<Block> blocks_;
  std::size_t block_index_ = 0;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace tilmash
