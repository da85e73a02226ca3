#include "iso20022/place_table.h"

#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {

bool PlaceTable::add(const Characters& allowed) {
  if (count_ == count_max) return false;
  if (count_ != 0 && allowed == latest_) {
    for (std::size_t row = 0; row < 2 * range_count; ++row) {
      bounds_[row * row_bytes + count_] = bounds_[row * row_bytes + count_ - 1];
    }
    ++count_;
    return true;
  }
  latest_ = allowed;
  bounds_.resize(2 * range_count * row_bytes);
  std::size_t found = 0;
  const auto note = [&](std::size_t range, std::uint8_t first, std::uint8_t last) {
    bounds_[2 * range * row_bytes + count_] = first;
    bounds_[(2 * range + 1) * row_bytes + count_] = last;
  };
  for (std::size_t c = 0; c < allowed.size(); ++c) {
    if (!allowed[c]) continue;
    const std::size_t first = c;
    while (c + 1 < allowed.size() && allowed[c + 1]) ++c;
    if (found == range_count) return false;
    note(found++, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(c));
  }
  for (; found < range_count; ++found) note(found, bounds_[count_], bounds_[row_bytes + count_]);
  ++count_;
  return true;
}

void PlaceTable::limit(std::uint64_t bytes_min, std::uint64_t bytes_max) {
  for (std::size_t size = 0; size <= count_max; ++size) {
    if (size < bytes_min || size > bytes_max) ends_ &= ~(std::uint64_t{1} << size);
  }
}

/// Of up to sixteen bytes that stand at `place`, those that may not: bit i is byte i. Bits behind `size` mean nothing.
[[gnu::always_inline]] inline std::uint32_t PlaceTable::wrong_at(const char* text, std::size_t size,
                                                                 std::size_t place) const {
  const std::uint8_t* const bounds = bounds_.data() + place;
#if defined(__SSE2__)
  const __m128i bytes = size == 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(text)) : load_short(text, size);
  __m128i good = _mm_setzero_si128();
  for (std::size_t range = 0; range < range_count; ++range) {
    const auto* const first = reinterpret_cast<const __m128i*>(bounds + 2 * range * row_bytes);
    const auto* const last = reinterpret_cast<const __m128i*>(bounds + (2 * range + 1) * row_bytes);
    const __m128i nearest = _mm_min_epu8(_mm_max_epu8(bytes, _mm_loadu_si128(first)), _mm_loadu_si128(last));
    good = _mm_or_si128(good, _mm_cmpeq_epi8(nearest, bytes));
  }
  return ~static_cast<std::uint32_t>(_mm_movemask_epi8(good));
#else
  std::uint32_t wrong = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto c = static_cast<std::uint8_t>(text[i]);
    bool good = false;
    for (std::size_t range = 0; range < range_count; ++range) {
      good = good || (c >= bounds[2 * range * row_bytes + i] && c <= bounds[(2 * range + 1) * row_bytes + i]);
    }
    if (!good) wrong |= 1u << i;
  }
  return wrong;
#endif
}

bool PlaceTable::matches(std::string_view text) const {
  const std::size_t size = text.size();
  if (size > count_max || (ends_ >> size & 1) == 0) return false;
  if (size == 0) return true;
  if (size < 16) return (wrong_at(text.data(), size, 0) & ((1u << size) - 1)) == 0;
  std::uint32_t wrong = wrong_at(text.data() + size - 16, 16, size - 16);  // whole blocks may overlap
  for (std::size_t i = 0; i + 16 < size; i += 16) wrong |= wrong_at(text.data() + i, 16, i);
  return (wrong & 0xFFFF) == 0;
}

}  // namespace tilmash::iso20022
