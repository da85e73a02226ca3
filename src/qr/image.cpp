#include "qr/image.h"

#include <fmt/format.h>
#include <png.h>
#include <qrencode.h>

#include <array>
#include <cerrno>
#include <memory>

#include "base/late_library.h"

namespace tilmash::qr {
namespace {

constexpr LateLibrary qrencode("libqrencode.so.4");
TILMASH_LATE(qrencode, QRcode_encodeString);
TILMASH_LATE(qrencode, QRcode_free);
constexpr LateLibrary png("libpng16.so.16");
TILMASH_LATE(png, png_image_write_to_memory);

constexpr std::string_view letters = "LMQH";
/// Bytes that version 40 holds in byte mode (ISO/IEC 18004, table 7).
constexpr std::array<std::uint32_t, 4> bytes_max = {2953, 2331, 1663, 1273};
/// Digits that it holds in numeric mode at L: nothing longer fits in any mode.
constexpr std::size_t text_bytes_max = 7089;

std::nullopt_t refuse(Findings& findings, Code code, std::string text, std::string help = {}) {
  Diagnostic error;
  error.code = code;
  error.text = std::move(text);
  error.help = std::move(help);
  findings.add(std::move(error));
  return std::nullopt;
}

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

/// Rows and columns count from the corner of the quiet zone, which is light.
bool is_dark(const Symbol& symbol, std::uint32_t row, std::uint32_t column) {
  const std::uint32_t end = quiet_zone + symbol.size;
  if (row < quiet_zone || column < quiet_zone || row >= end || column >= end) return false;
  return symbol.dark(row - quiet_zone, column - quiet_zone);
}

}  // namespace

std::optional<Correction> find_correction(std::string_view letter) {
  const std::size_t found = letter.size() == 1 ? letters.find(letter) : std::string_view::npos;
  if (found == std::string_view::npos) return std::nullopt;
  return static_cast<Correction>(found);
}

std::optional<Symbol> make_symbol(std::string_view text, Correction correction, Findings& findings) {
  if (text.empty()) return refuse(findings, "QRI-0001"_code, "there is no text to draw");
  if (text.find('\0') != std::string_view::npos) {
    return refuse(findings, "QRI-0002"_code, fmt::format("the text holds a byte 0, at {}", text.find('\0') + 1));
  }
  constexpr std::array<QRecLevel, 4> levels = {QR_ECLEVEL_L, QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H};
  const auto level = static_cast<std::size_t>(correction);
  // Splits the text into numeric, alphanumeric and byte segments where that is shorter.
  const std::string terminated(text);
  const std::unique_ptr<QRcode, FreeCode> code(
      text.size() > text_bytes_max ? nullptr : QRcode_encodeString(terminated.c_str(), 0, levels[level], QR_MODE_8, 1));
  if (!code) {
    return refuse(
        findings, "QRI-0003"_code,
        fmt::format("{} bytes do not fit a QR code of error-correction level {}", text.size(), letters[level]),
        fmt::format("at this level the largest holds {} bytes, or more when they are digits and capitals",
                    bytes_max[level]));
  }
  Symbol symbol;
  symbol.size = static_cast<std::uint32_t>(code->width);
  symbol.modules.resize(std::size_t{symbol.size} * symbol.size);
  for (std::size_t i = 0; i < symbol.modules.size(); ++i) symbol.modules[i] = (code->data[i] & 1) != 0;
  return symbol;
}

std::string to_svg(const Symbol& symbol, std::uint32_t module_pixels) {
  const std::uint32_t size = symbol.size + 2 * quiet_zone;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{0}\" viewBox=\"0 0 {1} {1}\" "
      "shape-rendering=\"crispEdges\">\n<path fill=\"#fff\" d=\"M0 0h{1}v{1}H0z\"/>\n<path fill=\"#000\" d=\"",
      size * module_pixels, size);
  for (std::uint32_t row = 0; row < size; ++row) {
    for (std::uint32_t column = 0; column < size; ++column) {
      if (!is_dark(symbol, row, column)) continue;
      const std::uint32_t begin = column;
      while (is_dark(symbol, row, column)) ++column;
      out += fmt::format("M{} {}h{}v1H{}z", begin, row, column - begin, begin);
    }
  }
  out += "\"/>\n</svg>\n";
  return out;
}

std::string to_png(const Symbol& symbol, std::uint32_t module_pixels) {
  const std::uint32_t size = (symbol.size + 2 * quiet_zone) * module_pixels;
  std::vector<png_byte> pixels(std::size_t{size} * size);  // indexes into the two colours
  for (std::uint32_t row = 0; row < size; ++row) {
    for (std::uint32_t column = 0; column < size; ++column) {
      pixels[std::size_t{row} * size + column] = is_dark(symbol, row / module_pixels, column / module_pixels) ? 1 : 0;
    }
  }
  constexpr std::array<png_byte, 6> colours = {255, 255, 255, 0, 0, 0};
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = size;
  image.height = size;
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = 2;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string out(bytes, '\0');
  const bool written = png_image_write_to_memory(&image, out.data(), &bytes, 0, pixels.data(), 0, colours.data()) != 0;
  out.resize(written ? bytes : 0);
  return out;
}

std::string to_blocks(const Symbol& symbol, bool light_terminal) {
  constexpr std::array<std::string_view, 4> blocks = {" ", "\u2580", "\u2584", "\u2588"};  // none, upper, lower, both
  const std::uint32_t size = symbol.size + 2 * quiet_zone;
  std::string out;
  for (std::uint32_t row = 0; row < size; row += 2) {
    for (std::uint32_t column = 0; column < size; ++column) {
      const bool upper = is_dark(symbol, row, column) == light_terminal;
      const bool lower = row + 1 < size && is_dark(symbol, row + 1, column) == light_terminal;
      out += blocks[(upper ? 1u : 0u) + (lower ? 2u : 0u)];
    }
    out += '\n';
  }
  return out;
}

}  // namespace tilmash::qr
