#include "qr_draw.h"

#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "qr/image.h"

namespace tilmash::tool {
namespace {

struct DrawOptions {
  std::string text;
  std::string out = "-";
  std::string correction = "M";
  std::uint32_t module_pixels = 8;
  bool light_terminal = false;
};

/// What the name of the output asks for; nothing when it is none of the forms.
std::optional<std::string> draw(const qr::Symbol& symbol, const DrawOptions& options) {
  if (options.out == "-") return qr::to_blocks(symbol, options.light_terminal);
  if (options.out.ends_with(".svg")) return qr::to_svg(symbol, options.module_pixels);
  if (options.out.ends_with(".png")) return qr::to_png(symbol, options.module_pixels);
  return std::nullopt;
}

int run_draw(const DrawOptions& options) {
  std::string text = options.text;
  if (text == "-") {
    auto read = read_small_file("-");
    if (!read) return exit_io;
    text = std::move(*read);
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  Findings findings;
  const auto symbol = qr::make_symbol(text, *qr::find_correction(options.correction), findings);
  if (!symbol) {
    print_findings(findings);
    return exit_findings;
  }
  const auto picture = draw(*symbol, options);
  if (!picture) {
    print_error("CLI-0074"_code, fmt::format("{} is neither .svg nor .png, nor -", options.out));
    return exit_usage;
  }
  if (options.out == "-") {
    std::fwrite(picture->data(), 1, picture->size(), stdout);
    return exit_clean;
  }
  std::ofstream file(options.out, std::ios::binary);
  file << *picture;
  if (!picture->empty() && file.flush()) return exit_clean;
  print_error("CLI-0022"_code, fmt::format("can't write {}", options.out));
  return exit_io;
}

}  // namespace

void add_qr_draw(CLI::App& qr, Session& session) {
  auto* command = qr.add_subcommand("draw", "Draw a text as a QR code");
  auto options = std::make_shared<DrawOptions>();
  command->add_option("TEXT", options->text, "What the code shall say; - is standard input, without its last line end")
      ->required();
  command->add_option("--out", options->out, "FILE.svg, FILE.png, or - for blocks on the terminal")
      ->capture_default_str();
  command
      ->add_option("--correction", options->correction,
                   "Error-correction level: L recovers 7 %, M 15 %, Q 25 %, H 30 % of the symbol")
      ->check(CLI::IsMember({"L", "M", "Q", "H"}))
      ->capture_default_str();
  command->add_option("--module", options->module_pixels, "Pixels a module")
      ->check(CLI::Range(1u, qr::module_pixels_max))
      ->capture_default_str();
  command->add_flag("--light-terminal", options->light_terminal, "The terminal writes dark on light");
  command->footer(
      "Examples:\n"
      "  tilmash qr draw 'https://pay.example.kg#00020101…' --out code.svg\n"
      "  tilmash qr draw - --correction Q --out code.png < code.txt\n"
      "  tilmash qr draw 'https://example.kz'\n\n"
      "The text stands in the symbol as it is, in UTF-8; nothing about it is checked (that is `qr check`). The quiet\n"
      "zone is four modules, as ISO/IEC 18004 has it.");
  command->callback([&session, options] { session.run = [options] { return run_draw(*options); }; });
}

}  // namespace tilmash::tool
