// Codes of EMVCo's consumer-presented mode: Base64 of BER-TLV, which a customer's phone shows and a till reads.
//
// BYTES  TAG 1 to 3 bytes / LENGTH one byte, or 81 and one, or 82 and two / VALUE (ISO/IEC 7816-4:2013, 5.2.2; EMV Book
// 3,
//        annex B). A tag whose first byte has bit 6 set is a template. The first object is 85, "CPV" and a version;
//        then 61, a template for each application, and 62, one for what they share (EMV QR Code Specification for
//        Payment Systems, Consumer-Presented Mode, 1.1, 4). Which tags there are is for a dictionary to say.
// NOT    the cryptogram: nothing here verifies one, and a code of this kind has no checksum.
//
// Inside of the reader and the writer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "qr/reader.h"

namespace tilmash::qr {

/// Templates in templates, below the first level.
inline constexpr unsigned ber_templates_deep_max = 4;

/// Reads a text into a reading whose dictionary is set. Adds QRC-0104, QRC-0105, QRC-0103, QRC-0110 to QRC-0112 and
/// what `check_tags` finds.
void read_ber(std::string_view text, Reading& reading);

/// RFC 4648, 4, with its padding.
std::string to_base64(std::string_view bytes);
/// Strict: the padding is there, and no bit is left over. Fails (nothing): `bad` is the offset.
std::optional<std::string> from_base64(std::string_view text, std::size_t& bad);

/// A value as its bytes: hexadecimal digits two by two (`n` with a 0 before an odd one, `cn` and `track2` with an F
/// behind), or the text as it is. Nothing when it is no such digits.
std::optional<std::string> pack(Format format, std::string_view value);

/// Tag (hexadecimal digits), the shortest length, value.
void append_ber(std::string_view id, std::string_view value, std::string& out);

}  // namespace tilmash::qr
