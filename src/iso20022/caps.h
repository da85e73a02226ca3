// What an input may be at most before it is refused, so that nobody pays for a hostile message.
#pragma once

#include <cstdint>

namespace tilmash::iso20022 {

/// Limits of one message; `Caps::message()` for a payment taken in, `Caps::batch()` for a night's file.
struct Caps {
  std::uint64_t bytes = 0;  ///< from one root to its end
  std::uint64_t elements = 0;
  std::uint32_t depth = 0;
  std::uint32_t attributes = 0;  ///< of one element, namespace declarations included
  std::uint64_t text_bytes = 0;  ///< of one value, comment or processing instruction
  std::uint32_t name_bytes = 0;  ///< of an element, attribute or prefix
  std::uint64_t key_bytes = 0;   ///< of values kept to be compared (xs:unique, xs:key), with what keeping them takes

  /// Far above any real payment: the largest field of the catalogue is a 10,000 byte binary.
  static constexpr Caps message() { return {1u << 20, 20'000, 40, 8, 70'000, 256, 256u << 10}; }
  static constexpr Caps batch() {
    return {std::uint64_t{1} << 34, std::uint64_t{1} << 32, 40, 8, 1u << 20, 256, 32u << 20};
  }
};

}  // namespace tilmash::iso20022
