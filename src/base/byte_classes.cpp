#include "base/byte_classes.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tilmash {
namespace {

struct Block {
  std::uint64_t blanks = 0;
  std::uint64_t digits = 0;
  std::uint64_t beyond = 0;
  bool control = false;
};

/// Classes of 64 bytes.
Block classify_block(const char* at) {
  Block block;
#if defined(__SSE2__)
  __m128i controls = _mm_setzero_si128();
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i));
    const auto bits = [i](__m128i mask) {
      return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(mask))) << (16 * i);
    };
    block.blanks |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
    const __m128i from_zero = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    block.digits |= bits(_mm_cmpeq_epi8(_mm_min_epu8(from_zero, _mm_set1_epi8(9)), from_zero));
    block.beyond |= bits(bytes);
    controls = _mm_or_si128(controls, _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes));
    controls = _mm_or_si128(controls, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
  }
  block.control = _mm_movemask_epi8(controls) != 0;
#else
  for (int i = 0; i < 64; ++i) {
    const auto c = static_cast<unsigned char>(at[i]);
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (c == ' ') block.blanks |= bit;
    if (c >= '0' && c <= '9') block.digits |= bit;
    if (c >= 0x80) block.beyond |= bit;
    block.control = block.control || c < 0x20 || c == 0x7F;
  }
#endif
  return block;
}

/// Where one byte stands among 64.
std::uint64_t find_in_block(const char* at, char wanted) {
  std::uint64_t found = 0;
#if defined(__SSE2__)
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i));
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted))));
    found |= std::uint64_t{bits} << (16 * i);
  }
#else
  for (int i = 0; i < 64; ++i) found |= std::uint64_t{at[i] == wanted} << i;
#endif
  return found;
}

}  // namespace

template <class Take>
void ByteClasses::for_each_block(std::string_view bytes, Take take) {
  const std::size_t words = bytes.size() / 64 + 2;
  if (words_.size() < words) words_.resize(words);
  has_control_ = false;
  for (std::size_t at = 0, i = 0; at < bytes.size(); at += 64, ++i) {
    if (bytes.size() - at >= 64) {
      take(bytes.data() + at, words_[i]);
      continue;
    }
    char last[64];
    std::memset(last, ' ', sizeof last);
    std::memcpy(last, bytes.data() + at, bytes.size() - at);
    take(last, words_[i]);
  }
}

void ByteClasses::classify(std::string_view bytes) {
  for_each_block(bytes, [this](const char* at, Word& word) {
    const Block block = classify_block(at);
    word = {block.blanks, block.digits, block.beyond};
    has_control_ = has_control_ || block.control;
  });
}

void ByteClasses::find_blanks(std::string_view bytes, char blank) {
  for_each_block(bytes, [blank](const char* at, Word& word) { word = {find_in_block(at, blank), 0, 0}; });
}

std::size_t ByteClasses::non_ascii_count(std::size_t size) const {
  std::size_t count = 0;
  for (std::size_t at = 0; at < size; at += 64) {
    const std::uint64_t bits = words_[at / 64].beyond & low_bits(size - at < 64 ? size - at : 64);
    if (bits != 0) count += count_bits(bits);
  }
  return count;
}

}  // namespace tilmash
