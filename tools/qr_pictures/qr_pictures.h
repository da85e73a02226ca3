// What finds QR codes in a picture: a module beside the program, since zbar brings X11, D-Bus and codecs along, and has
// no place where untrusted pictures come in by themselves (the daemon).
#pragma once

#include <cstddef>

namespace tilmash::tool {

/// Hears each code: its bytes as they stand in the symbol.
using FoundCode = void (*)(void* self, const char* bytes, std::size_t size);
/// Grey pixels, row by row, a byte each. False when the picture can't be looked at.
using ScanPicture = bool (*)(const unsigned char* pixels, unsigned width, unsigned height, FoundCode found, void* self);

inline constexpr char scan_entry[] = "tilmash_scan_picture";

}  // namespace tilmash::tool
