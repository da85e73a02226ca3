// A text as a QR symbol (ISO/IEC 18004:2015, model 2), and the symbol as SVG, PNG or blocks of a terminal.
//
// The smallest version that holds the text at the error-correction level asked for; the mask by the standard's own
// penalties. So the same text gives the same symbol. The bytes of the text stand in it as they are, which readers take
// for UTF-8, without an ECI designator: payment apps write none, and old readers stumble over one. Reading pictures is
// none of this folder's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace tilmash::qr {

/// Recovers about 7, 15, 25 and 30 per cent of the codewords (ISO/IEC 18004, 6.5.1): L, M, Q, H.
enum class Correction : std::uint8_t { low, medium, quartile, high };

/// 'L', 'M', 'Q' or 'H'; nothing for any other text.
std::optional<Correction> find_correction(std::string_view letter);

inline constexpr std::uint32_t quiet_zone = 4;  ///< modules on each side, ISO/IEC 18004, 6.3.8
inline constexpr std::uint32_t module_pixels_max = 20;

struct Symbol {
  std::uint32_t size = 0;     ///< modules a side: 21 (version 1) to 177 (version 40)
  std::vector<bool> modules;  ///< row by row; true is dark
  std::uint32_t version() const { return (size - 17) / 4; }
  bool dark(std::uint32_t row, std::uint32_t column) const { return modules[row * size + column]; }
};

/// Nothing and a finding: QRI-0001 the text is empty, QRI-0002 it holds a byte 0, QRI-0003 no version holds it at this
/// level.
std::optional<Symbol> make_symbol(std::string_view text, Correction correction, Findings& findings);

/// All with the quiet zone. `module_pixels`: 1 to `module_pixels_max`.
std::string to_svg(const Symbol& symbol, std::uint32_t module_pixels);
/// Black and white, one bit a pixel. Empty when there is no memory for it.
std::string to_png(const Symbol& symbol, std::uint32_t module_pixels);
/// Lines of half blocks, two rows of modules a line. Blocks are the light modules, as a dark terminal shows them, or,
/// for a light one, the dark.
std::string to_blocks(const Symbol& symbol, bool light_terminal);

}  // namespace tilmash::qr
