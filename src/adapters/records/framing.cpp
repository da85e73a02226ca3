// The keys of a layout that say how a file is cut into records: `line_end`, `length`, `framing`.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/front_end.h"

namespace tilmash::records {
namespace {

constexpr std::int64_t spanned_block_max = 0xFFFF;    // the lengths of its segments have two bytes
constexpr std::uint32_t block_bytes_default = 32760;  // the largest block of a z/OS data set with 2-byte lengths

/// { by = "rdw" | "prefix" | "field", … }
void read_framing_table(Compiler& compiler, const ConfigValue& value) {
  ConfigReader row(compiler.file, value, compiler.findings);
  Framing& framing = compiler.layout.framing;
  framing.by = static_cast<Framing::By>(compiler.read_choice(row, "by", {"rdw", "prefix", "field"}, 0));
  framing.adjustment = row.integer_or("adjustment", 0);
  if (std::abs(framing.adjustment) > record_length_max) row.error("FMT-0107"_code, "`adjustment` is too large");
  if (framing.by == Framing::By::rdw) {
    framing.little = compiler.read_choice(row, "byte_order", {"big", "little"}, 0) == 1;
    framing.header = 4;
    framing.blocks = row.boolean_or("blocks", false);
    const std::int64_t block = row.integer_or("block_length", block_bytes_default);
    if (block < 16 || block > 0x7FFFFFFF)
      row.error("FMT-0107"_code, "`block_length` should be between 16 and 2147483647");
    framing.spanned = row.boolean_or("spanned", false);
    if (framing.spanned && (!framing.blocks || block > spanned_block_max)) {
      row.error("FMT-0107"_code, "spanned records stand in blocks (`blocks = true`) of at most 65535 bytes");
    }
    framing.block_max = static_cast<std::uint32_t>(std::clamp<std::int64_t>(block, 16, 0x7FFFFFFF));
  } else {
    Draft draft = compiler.read_number(row, value);
    framing.length = draft.field;
    if (framing.by == Framing::By::prefix) framing.header = framing.length.length;
    if (framing.by == Framing::By::field) {
      const std::int64_t at = row.integer("at");
      if (at < 1 || at > record_length_max) row.error("FMT-0107"_code, "positions begin at 1");
      framing.length.offset = static_cast<std::uint32_t>(std::clamp<std::int64_t>(at, 1, record_length_max) - 1);
    }
  }
  if (framing.by != Framing::By::field && row.boolean_or("inclusive", framing.by == Framing::By::rdw)) {
    framing.adjustment -= framing.header;
  }
  row.finish();
}

}  // namespace

void Compiler::read_framing(ConfigReader& row) {
  const ConfigValue* const framing = row.value("framing");
  const bool framed = framing != nullptr && framing->kind == ConfigValue::Kind::table;
  if (framing != nullptr && !framed) error(*framing, "CFG-0004"_code, "`framing` should be a table");
  if (framed) {
    layout.line_end = LineEnd::framed;
    layout.final_line_end = true;
    read_framing_table(*this, *framing);
  } else {
    constexpr LineEnd ends[] = {LineEnd::lf,    LineEnd::crlf,   LineEnd::any,
                                LineEnd::fixed, LineEnd::detect, LineEnd::nel};
    if (!row.string("line_end").empty()) {
      layout.line_end = ends[read_choice(row, "line_end", {"lf", "crlf", "any", "none", "detect", "nel"}, 0)];
    }
    const bool strict =
        layout.line_end != LineEnd::any && layout.line_end != LineEnd::detect && layout.line_end != LineEnd::fixed;
    layout.final_line_end = read_choice(row, "final_line_end", {"required", "optional"}, strict ? 0 : 1) == 0;
  }
  const bool needs_length = layout.line_end == LineEnd::fixed || layout.line_end == LineEnd::detect;
  const std::int64_t length = needs_length ? row.integer("length") : row.integer_or("length", 0);
  if (length < (needs_length ? 1 : 0) || length > record_length_max) {
    row.error("FMT-0107"_code, fmt::format("`length` should be between 1 and {}", record_length_max));
  }
  layout.length = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, needs_length ? 1 : 0, record_length_max));
  // Line ends as bytes of the page: NEL, LF and CR of EBCDIC are 15, 25 and 0D on every page of it.
  const bool ascii = layout.page == nullptr || layout.page->keeps_ascii();
  layout.line_feed = layout.line_end == LineEnd::nel ? (ascii ? '\x85' : '\x15') : ascii ? '\n' : '\x25';
}

}  // namespace tilmash::records
