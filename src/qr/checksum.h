// The checksums that QR payloads end with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tilmash::qr {

enum class ChecksumKind : std::uint8_t { none, crc16, sha256_tail };

/// CRC-16/CCITT-FALSE: polynomial 1021, initial FFFF, not reflected. "123456789" gives 29B1 (EMVCo MPM 1.1, 4.7.3).
std::uint16_t crc16(std::string_view bytes);

/// Four hexadecimal digits as the kind's issuers write them: of the CRC in capitals, of SHA-256 the last four in small
/// letters. Empty for `none`.
std::string checksum_text(ChecksumKind kind, std::string_view bytes);

}  // namespace tilmash::qr
