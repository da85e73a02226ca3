// A QR code's text written from its values: canonical order, lengths, checksum.
//
// What was written is read back before it counts, and refused with what the reader finds wrong or merely tolerates:
// no code leaves that another reader might not take.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qr/reader.h"

namespace tilmash::qr {

struct WriteOptions {
  std::string base;      ///< of the link; empty = the dictionary's first. Of a key_value the header and a separator
  bool payload = false;  ///< the payload alone, where the dictionary has links
  /// Tags that the dictionary does not have: a path of ids -> value. They stand behind those it has.
  std::vector<std::pair<std::string, std::string>> unknown = {};
};

/// `values`: a path of ids ("32-00", "Name"; "61#2-4F" within the second 61) or of names ("service.provider_id") ->
/// value. Fields that can have one value only need none. Fails (nothing): QRC-0500 no such field, QRC-0501 a field
/// twice, QRC-0502 a value too long for its length, QRC-0503 a character beyond what the dictionary lets be written,
/// QRC-0504 not a kind that is written, QRC-0506 a header or
/// an unknown tag that can't stand so, QRC-0505 no digits for a packed value, or what the reader finds.
std::optional<std::string> write(const Dictionaries& dictionaries, const Dictionary& dictionary,
                                 const std::vector<std::pair<std::string, std::string>>& values,
                                 const WriteOptions& options, Findings& findings);

}  // namespace tilmash::qr
