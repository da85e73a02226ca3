#include "qr/checksum.h"

#include <array>

#include "base/digest.h"

namespace tilmash::qr {
namespace {

using Table = std::array<std::uint16_t, 256>;

/// What a byte makes of the checksum, and what it does when one, two or three more bytes follow: four bytes at a time.
constexpr std::array<Table, 4> make_tables() {
  std::array<Table, 4> tables{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned value = byte << 8;
    for (Table& table : tables) {
      for (int bit = 0; bit < 8; ++bit) value = ((value & 0x8000) != 0 ? value << 1 ^ 0x1021 : value << 1) & 0xFFFF;
      table[byte] = static_cast<std::uint16_t>(value);
    }
  }
  return tables;
}
constexpr auto tables = make_tables();

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
  unsigned crc = 0xFFFF;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (; bytes.size() >= 4; bytes.remove_prefix(4)) {
    crc = static_cast<unsigned>(tables[3][crc >> 8 ^ at(0)] ^ tables[2][(crc & 0xFF) ^ at(1)] ^ tables[1][at(2)] ^
                                tables[0][at(3)]);
  }
  for (; !bytes.empty(); bytes.remove_prefix(1)) crc = (crc << 8 ^ tables[0][crc >> 8 ^ at(0)]) & 0xFFFF;
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
