// The rules of a dictionary over a payload's tags. Inside of the reader.
#pragma once

#include "qr/reader.h"

namespace tilmash::qr {

/// Adds a finding that stands at a byte of the payload.
void add(Reading& reading, Code code, Severity severity, std::uint64_t offset, std::string path, std::string text);

/// Names tags and values, and adds QRC-0200 to QRC-0212 to the findings.
void check_tags(const Dictionary& dictionary, Reading& reading);

/// ASCII without regard to case, as identifiers ("BR.GOV.BCB.PIX") and checksums are compared (EMVCo MPM 1.1, 4.7.2).
bool same_ignoring_case(std::string_view a, std::string_view b);

/// Whether every character is one of the format's, and the value is one it may have. Tags are not looked at.
bool is_of_format(Format format, std::string_view value);

}  // namespace tilmash::qr
