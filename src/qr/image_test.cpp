#include "qr/image.h"

#include <doctest/doctest.h>

#include <array>

using namespace tilmash;
using namespace tilmash::qr;

namespace {

constexpr std::array<Correction, 4> levels = {Correction::low, Correction::medium, Correction::quartile,
                                              Correction::high};

/// Version of the symbol of so many bytes; 0 when there is none.
std::uint32_t version_of(std::size_t bytes, Correction level) {
  Findings findings;
  const auto symbol = make_symbol(std::string(bytes, 'a'), level, findings);
  if (symbol) return symbol->version();
  REQUIRE(findings.kept().size() == 1);
  CHECK(findings.kept()[0].code == "QRI-0003"_code);
  return 0;
}

}  // namespace

TEST_CASE("each version and level holds the bytes of ISO/IEC 18004, table 7") {
  struct Row {
    std::uint32_t version;
    std::array<std::size_t, 4> bytes;
  };
  constexpr Row table[] = {{1, {17, 14, 11, 7}},         {2, {32, 26, 20, 14}},        {6, {134, 106, 74, 58}},
                           {9, {230, 180, 130, 98}},     {10, {271, 213, 151, 119}},   {20, {858, 666, 482, 382}},
                           {26, {1367, 1059, 751, 593}}, {27, {1465, 1125, 805, 625}}, {40, {2953, 2331, 1663, 1273}}};
  for (const Row& row : table) {
    CAPTURE(row.version);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      CHECK(version_of(row.bytes[i], levels[i]) == row.version);
      CHECK(version_of(row.bytes[i] + 1, levels[i]) == (row.version == 40 ? 0 : row.version + 1));
    }
  }
}

TEST_CASE("digits and capitals take less room") {
  Findings findings;
  CHECK(make_symbol(std::string(7089, '7'), Correction::low, findings)->version() == 40);
  CHECK(make_symbol(std::string(4296, 'A'), Correction::low, findings)->version() == 40);
  CHECK(findings.kept().empty());
  CHECK_FALSE(make_symbol(std::string(7090, '7'), Correction::low, findings));
  CHECK_FALSE(make_symbol(std::string(4297, 'A'), Correction::low, findings));
}

TEST_CASE("what is no text for a code is refused") {
  const auto code = [](std::string_view text) {
    Findings findings;
    CHECK_FALSE(make_symbol(text, Correction::medium, findings));
    return findings.kept().at(0).code;
  };
  CHECK(code("") == "QRI-0001"_code);
  CHECK(code(std::string_view("a\0b", 3)) == "QRI-0002"_code);
  CHECK(code(std::string(10'000'000, '1')) == "QRI-0003"_code);
  CHECK(find_correction("Q") == Correction::quartile);
  CHECK_FALSE(find_correction("q"));
  CHECK_FALSE(find_correction(""));
  CHECK_FALSE(find_correction("LM"));
}

TEST_CASE("pictures hold the symbol and its quiet zone, the same every time") {
  Findings findings;
  const auto symbol = make_symbol("ELQR", Correction::medium, findings);
  REQUIRE(symbol);
  CHECK(symbol->size == 21);
  // Finder patterns (6.3.3): seven dark modules in three corners, light around.
  for (const auto& [row, column] : {std::pair{0u, 0u}, {0u, 14u}, {14u, 0u}}) {
    for (std::uint32_t i = 0; i < 7; ++i) CHECK(symbol->dark(row, column + i));
  }
  CHECK_FALSE(symbol->dark(7, 0));
  const std::string svg = to_svg(*symbol, 8);
  CHECK(
      svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"232\" height=\"232\" viewBox=\"0 0 29 29\""));
  CHECK(svg.find("d=\"M4 4h7v1H4z") != std::string::npos);
  CHECK(to_png(*symbol, 3).starts_with("\x89PNG\r\n"));
  const std::string blocks = to_blocks(*symbol, true);
  CHECK(blocks.starts_with(std::string(29, ' ') + '\n' + std::string(29, ' ') + '\n'));
  CHECK(to_blocks(*symbol, false).starts_with("\u2588\u2588\u2588"));
  CHECK(svg == to_svg(*make_symbol("ELQR", Correction::medium, findings), 8));
  CHECK(to_png(*symbol, 3) == to_png(*make_symbol("ELQR", Correction::medium, findings), 3));
}
