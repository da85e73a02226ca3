#include "qr/checksum.h"

#include <array>

#include "base/digest.h"

namespace tilmash::qr {
namespace {

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned value = byte << 8;
    for (int bit = 0; bit < 8; ++bit) value = (value & 0x8000) != 0 ? value << 1 ^ 0x1021 : value << 1;
    table[byte] = static_cast<std::uint16_t>(value);
  }
  return table;
}
constexpr auto table = make_table();

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
  unsigned crc = 0xFFFF;
  for (const char c : bytes) crc = (crc << 8 ^ table[(crc >> 8 ^ static_cast<unsigned char>(c)) & 0xFF]) & 0xFFFF;
  return static_cast<std::uint16_t>(crc);
}

std::string checksum_text(ChecksumKind kind, std::string_view bytes) {
  if (kind == ChecksumKind::none) return {};
  if (kind == ChecksumKind::sha256_tail) {
    Sha256 hash;
    hash.add(bytes);
    return to_hex(hash.finish()).substr(60);
  }
  const unsigned crc = crc16(bytes);
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += "0123456789ABCDEF"[crc >> shift & 0xF];
  return text;
}

}  // namespace tilmash::qr
