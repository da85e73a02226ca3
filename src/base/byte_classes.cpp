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

}  // namespace

void ByteClasses::classify(std::string_view bytes) {
  const std::size_t words = bytes.size() / 64 + 2;
  if (words_.size() < words) words_.resize(words);
  has_control_ = false;
  non_ascii_count_ = 0;
  for (std::size_t at = 0, i = 0; at < bytes.size(); at += 64, ++i) {
    const char* begin = bytes.data() + at;
    char last[64];
    if (bytes.size() - at < 64) {
      std::memset(last, ' ', sizeof last);
      std::memcpy(last, begin, bytes.size() - at);
      begin = last;
    }
    const Block block = classify_block(begin);
    words_[i] = {block.blanks, block.digits, block.beyond};
    has_control_ = has_control_ || block.control;
    if (block.beyond != 0) non_ascii_count_ += count_bits(block.beyond);
  }
}

}  // namespace tilmash
