// Tag, length, value as EMVCo's merchant-presented codes have them: two digits, two digits, so many characters.
//
// BYTES  ID 2 digits / LENGTH 2 digits, 00 to 99 / VALUE. A value may hold such elements itself; which do is for a
//        dictionary to say. LENGTH counts characters (EMVCo MPM 1.1, 4.2); some issuers count the bytes of UTF-8.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace tilmash::qr {

enum class LengthUnit : std::uint8_t { characters, bytes };

struct Element {
  std::string_view id;
  std::uint32_t number = 0;  ///< the id's two digits
  std::string_view value;
  std::uint32_t length = 0;  ///< as stated
  std::uint64_t offset = 0;  ///< of `id`, from the beginning of the payload
};

/// The element at `at` of `text` (well-formed UTF-8), which begins at `offset` of the payload; `at` goes behind it.
/// Fails as `split`, and leaves `at`. Of ASCII both units say the same, and bytes are counted faster.
Fault next_element(std::string_view text, LengthUnit unit, std::uint64_t offset, std::size_t& at, Element& element);

/// Splits `text` (well-formed UTF-8), which begins at `offset` of the payload, to its end; what it has read so far
/// stays in `elements`. Fails: QRC-0101 no id, QRC-0102 no length, QRC-0103 the value goes past the end.
Fault split(std::string_view text, LengthUnit unit, std::uint64_t offset, std::vector<Element>& elements);

}  // namespace tilmash::qr
