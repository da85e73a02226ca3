// The QR code in a picture file, for `tilmash qr read FILE.png`. PNG only; looking for the code is zbar's, in a module
// beside the program that a build without zbar does not have.
#pragma once

#include <optional>
#include <string>

namespace tilmash::tool {

/// Whether the name is one of a picture: FILE.png.
bool is_qr_picture(const std::string& file);

/// The bytes of the one code in it. Nothing, and said why: CLI-0001 the file can't be read, CLI-0070 it is no PNG, or
/// larger than 64 million pixels, CLI-0071 this build reads no pictures, CLI-0072 there is no code in it, CLI-0073
/// there are several.
std::optional<std::string> read_qr_picture(const std::string& file);

}  // namespace tilmash::tool
