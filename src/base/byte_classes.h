// Which bytes of a record are blanks, digits or beyond ASCII: bitmaps made in one pass over it, so that what is asked
// of a field afterwards (is it blank, where does its padding begin, is it all digits) costs a few instructions whatever
// its length. Knows ASCII only: blank is 20, digits are 30 to 39, controls are 00 to 1F and 7F.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tilmash {

class ByteClasses {
 public:
  /// Looks at all bytes anew. Places in the questions below are offsets into `bytes`; they must lie within.
  void classify(std::string_view bytes);
  /// Looks for blanks alone, which are `blank` on the page of the bytes; the other classes mean nothing then.
  void find_blanks(std::string_view bytes, char blank);

  /// Somewhere in the bytes stands a control character.
  bool has_control() const { return has_control_; }
  /// Among the first `size` bytes.
  std::size_t non_ascii_count(std::size_t size) const;

  /// The classes of up to 64 bytes, the first in bit 0; bits from `size` on are 0.
  struct Window {
    std::uint64_t blanks;
    std::uint64_t digits;
    std::uint64_t beyond;  ///< ASCII
  };
  Window window(std::size_t at, std::size_t size) const {
    const Word& low = words_[at / 64];
    const Word& high = words_[at / 64 + 1];
    const std::uint64_t bits = low_bits(size);
    const auto shift = static_cast<unsigned>(at % 64);
    return {shifted(low.blanks, high.blanks, shift) & bits, shifted(low.digits, high.digits, shift) & bits,
            shifted(low.beyond, high.beyond, shift) & bits};
  }
  static std::uint64_t low_bits(std::size_t size) { return size == 0 ? 0 : ~std::uint64_t{0} >> (64 - size); }

  // The same of any number of bytes.
  bool is_blank(std::size_t at, std::size_t size) const {
    return every(at, size, [](const Window& window, std::uint64_t bits) { return window.blanks == bits; });
  }
  bool is_digits(std::size_t at, std::size_t size) const {
    return every(at, size, [](const Window& window, std::uint64_t bits) { return window.digits == bits; });
  }
  bool is_ascii(std::size_t at, std::size_t size) const {
    return every(at, size, [](const Window& window, std::uint64_t) { return window.beyond == 0; });
  }

  /// `size` without the blanks at the end.
  std::size_t size_without_trailing_blanks(std::size_t at, std::size_t size) const {
    for (;;) {
      const std::size_t part = size < 64 ? size : 64;
      const std::uint64_t others = ~window(at + size - part, part).blanks & low_bits(part);
      if (others != 0 || size == part) return size - part + 64 - static_cast<std::size_t>(std::countl_zero(others));
      size -= part;
    }
  }

 private:
  /// Of 64 bytes.
  struct Word {
    std::uint64_t blanks = 0;
    std::uint64_t digits = 0;
    std::uint64_t beyond = 0;
  };

  static std::uint64_t shifted(std::uint64_t low, std::uint64_t high, unsigned shift) {
    return low >> shift | high << 1 << (63 - shift);
  }
  template <class Take>
  void for_each_block(std::string_view bytes, Take take);
  template <class Holds>
  bool every(std::size_t at, std::size_t size, Holds holds) const {
    for (; size > 64; at += 64, size -= 64) {
      if (!holds(window(at, 64), ~std::uint64_t{0})) return false;
    }
    return size == 0 || holds(window(at, size), low_bits(size));
  }

  /// Set bits. std::popcount is a call where the processor may lack the instruction, as the baseline does.
  static std::size_t count_bits(std::uint64_t word) {
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    return ((word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101 >> 56;
  }

  std::vector<Word> words_;  ///< word n: the bytes from 64 n on; one more than the bytes need
  bool has_control_ = false;
};

}  // namespace tilmash
