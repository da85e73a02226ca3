// What the tests of this folder share: layouts from text, and a decoded file as lines of text.
#pragma once

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/format.h"
#include "base/text.h"

template <>
struct doctest::StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& lines) {
    return fmt::format("[{}]", fmt::join(lines, " | ")).c_str();
  }
};

namespace tilmash::formats {
extern const Format fixed_width_format;
}

namespace tilmash::formats::fixed_width::testing {

inline std::unique_ptr<Layout> compile(std::string_view text, Findings& findings) {
  static const Data data;
  const auto file = read_config("layout.toml", text, findings);
  return file ? fixed_width_format.load(*file, data, findings) : nullptr;
}

inline std::unique_ptr<Layout> compile(std::string_view text) {
  Findings findings;
  auto layout = compile(text, findings);
  for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each, text, true));
  REQUIRE(layout != nullptr);
  return layout;
}

/// "FMT-0100 12:5" for each finding.
inline std::vector<std::string> compile_errors(std::string_view text) {
  Findings findings;
  const auto layout = compile(text, findings);
  CHECK((layout == nullptr) == findings.has_errors());
  std::vector<std::string> codes;
  for (const Diagnostic& each : findings.kept()) {
    codes.push_back(fmt::format("{} {}:{}", to_text(each.code), each.place.line_number, each.place.column_number));
  }
  return codes;
}

/// Cells `from` on, "A=1 g{B=2}".
inline std::string dump(const Instance& instance, std::uint32_t from) {
  std::string out;
  for (std::uint32_t i = from; i < instance.cells().size();) {
    const Cell& cell = instance.cell(i);
    const Node& node = instance.shape().nodes[cell.node];
    if (!out.empty()) out += ' ';
    out += node.name;
    if (node.kind == NodeKind::leaf) {
      out += '=';
      out += cell.text;
    }
    ++i;
  }
  return out;
}

struct Decoded {
  std::vector<std::string> items;     ///< all cells of the instance, "header TYPE=H detail AMOUNT=1.00"
  std::vector<std::string> rejects;   ///< "FMT-0210 record 2 offset 5 length 3 detail.AMOUNT layout.toml:7"
  std::vector<std::string> raws;      ///< of the rejects
  std::vector<std::string> findings;  ///< "FMT-0300 record 3 trailer.COUNT"
  std::vector<std::string> controls;  ///< "trailer.COUNT 2 2 equal"
  std::string end;                    ///< the cells left at the end
};

inline Decoded decode(const Layout& layout, std::string_view input) {
  Decoded decoded;
  const auto stream = layout.decoder(input, "in.dat");
  Instance instance;
  for (;;) {
    const Step step = stream->next(instance);
    if (step == Step::end) break;
    CHECK(stream->consumed_bytes() <= input.size());
    if (step == Step::item) {
      decoded.items.push_back(dump(instance, 1));
      continue;
    }
    const Diagnostic& why = stream->reject().why;
    decoded.rejects.push_back(fmt::format("{} record {} offset {} length {} {} {}", to_text(why.code),
                                          why.place.record_number, why.place.offset_bytes, why.place.length_bytes,
                                          why.path, why.rule));
    decoded.raws.emplace_back(stream->reject().raw);
  }
  decoded.end = dump(instance, 1);
  for (const Diagnostic& why : stream->file_findings().kept()) {
    decoded.findings.push_back(
        fmt::format("{} {} record {} {}", to_text(why.severity), to_text(why.code), why.place.record_number, why.path));
  }
  constexpr std::string_view results[] = {"equal", "differs", "not_comparable"};
  for (const Control& control : stream->controls()) {
    decoded.controls.push_back(fmt::format("{} {} {} {}", control.path, control.declared, control.counted,
                                           results[static_cast<std::size_t>(control.result)]));
  }
  return decoded;
}

using Lines = std::vector<std::string>;

}  // namespace tilmash::formats::fixed_width::testing
