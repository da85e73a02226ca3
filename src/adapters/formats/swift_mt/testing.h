// What the tests of this folder share: layouts from text, and a file read, told and written back.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/swift_mt/layout.h"

namespace tilmash::formats::swift_mt::testing {

inline std::unique_ptr<Layout> compile(std::string_view keys, Findings& findings) {
  static const Data data;
  const auto file =
      read_config("layout.toml", "name = \"t\"\nformat = \"swift_mt\"\n" + std::string(keys) + "\n", findings);
  return file ? load(*file, data, findings) : nullptr;
}

inline std::unique_ptr<Layout> compile(std::string_view keys) {
  Findings findings;
  auto layout = compile(keys, findings);
  for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each));
  REQUIRE(layout != nullptr);
  return layout;
}

/// "SMT-0101 3:5" for each finding of a layout.
inline std::vector<std::string> compile_errors(std::string_view keys) {
  Findings findings;
  CHECK(compile(keys, findings) == nullptr);
  std::vector<std::string> codes;
  for (const Diagnostic& each : findings.kept()) {
    codes.push_back(fmt::format("{} {}:{}", to_text(each.code), each.place.line_number, each.place.column_number));
  }
  return codes;
}

struct Result {
  std::vector<std::string> events;  ///< items as their leaves, rejects and findings as "SMT-0205 5:12 path"
  std::string written;
};

inline void add(Result& result, const Diagnostic& why) {
  result.events.push_back(
      fmt::format("{} {}:{} {}", to_text(why.code), why.place.line_number, why.place.column_number, why.path));
}

/// Reads all of `input`; an item is told as "32A.amount=1.5 …" of its block 4.
inline Result run(const Layout& layout, std::string_view input) {
  Result result;
  const auto stream = layout.decoder(input, "t", nullptr);
  const auto encoder = layout.encoder();
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::reject) {
      add(result, stream->reject().why);
      continue;
    }
    std::string told;
    for (std::uint32_t i = 2; i < instance.cells().size(); ++i) {
      const Node& node = layout.shape().nodes[instance.cell(i).node];
      if (node.kind != NodeKind::leaf || node.name == "space") continue;
      std::string path = layout.shape().path_of(instance.cell(i).node);
      if (!path.starts_with("message.mt") && !path.starts_with("message.fields")) continue;
      path.erase(0, path.find('.', 9) + 1);
      told += fmt::format("{}{}={}", told.empty() ? "" : " ", path, instance.cell(i).text);
    }
    result.events.push_back(told);
    if (const auto why = encoder->encode(instance, result.written)) add(result, *why);
  }
  for (const Diagnostic& each : stream->file_findings().kept()) add(result, each);
  CHECK_FALSE(encoder->close(result.written));
  return result;
}

/// A message with blocks 1, 2 and 4.
inline std::string message(std::string_view type, std::string_view text) {
  return fmt::format("{{1:F01BANKKZKXAXXX0000000000}}{{2:I{}BANKUZ22XXXXN}}{{4:\r\n{}\r\n-}}", type, text);
}

}  // namespace tilmash::formats::swift_mt::testing
