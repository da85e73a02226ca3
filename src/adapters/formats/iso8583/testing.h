// What the tests of this folder share: specifications from text, messages as lines of text and back.
#pragma once

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/iso8583/spec.h"
#include "base/text.h"

namespace tilmash::formats::iso8583::testing {

inline const Data& data() {
  static const Data data;
  return data;
}

inline std::unique_ptr<Layout> compile(std::string_view text, Findings& findings) {
  const auto file = read_config("spec.toml", "name = \"t\"\nformat = \"iso8583\"\n" + std::string(text), findings);
  return file ? load(*file, data(), findings) : nullptr;
}

inline std::unique_ptr<Layout> compile(std::string_view text) {
  Findings findings;
  auto layout = compile(text, findings);
  for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each));
  REQUIRE(layout != nullptr);
  return layout;
}

/// "CRD-0101 3:7" for each finding; lines counted from the first of `text`.
inline std::string compile_errors(std::string_view text) {
  Findings findings;
  const auto layout = compile(text, findings);
  CHECK((layout == nullptr) == findings.has_errors());
  std::string codes;
  for (const Diagnostic& each : findings.kept()) {
    codes += fmt::format("{}{} {}:{}", codes.empty() ? "" : ", ", to_text(each.code),
                         static_cast<int>(each.place.line_number) - 2, each.place.column_number);
  }
  return codes;
}

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  int half = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const int value = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
    if (half < 0) {
      half = value;
    } else {
      bytes += static_cast<char>(half << 4 | value);
      half = -1;
    }
  }
  return bytes;
}

/// Cells from `from` to `end`, "mti=0200 f3{f1=12 f2=34}".
inline std::string dump(const Instance& instance, std::uint32_t from, std::uint32_t end) {
  std::string out;
  for (std::uint32_t i = from; i < end; i = instance.subtree_end(i)) {
    const Node& node = instance.shape().nodes[instance.cell(i).node];
    if (!out.empty()) out += ' ';
    out += node.name;
    if (node.kind == NodeKind::leaf) {
      out += '=';
      out += instance.cell(i).text;
    } else {
      out += '{' + dump(instance, i + 1, instance.subtree_end(i)) + '}';
    }
  }
  return out;
}

/// The messages of an input as lines; a reject is "CRD-0200 at 12+3 message.pan". What was read is written again and
/// must be the same bytes.
inline std::vector<std::string> decode(const Layout& layout, std::string_view input) {
  std::vector<std::string> lines;
  const auto stream = layout.decoder(input, "input");
  const auto encoder = layout.encoder();
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::reject) {
      const Diagnostic& why = stream->reject().why;
      lines.push_back(
          fmt::format("{} at {}+{} {}", to_text(why.code), why.place.offset_bytes, why.place.length_bytes, why.path));
      continue;
    }
    const std::uint32_t item = instance.find(layout.shape().item_node());
    lines.push_back(dump(instance, item + 1, instance.subtree_end(item)));
    std::string out;
    const auto why = encoder->encode(instance, out);
    CHECK_MESSAGE(!why, (why ? to_human(*why) : ""));
    CHECK(to_hex(out) == to_hex(stream->raw()));
  }
  return lines;
}

inline std::string decode_one(std::string_view spec, std::string_view input) {
  const auto lines = decode(*compile(spec), input);
  REQUIRE(lines.size() == 1);
  return lines[0];
}

/// A tree of names and values, from which an instance is made.
struct Given {
  std::string name;
  std::string text;
  std::vector<Given> parts;
};

inline void fill(Instance& instance, std::uint32_t group, const std::vector<Given>& given) {
  for (const Given& each : given) {
    const std::uint32_t node = instance.shape().find_child(group, each.name);
    REQUIRE_MESSAGE(node != no_node, each.name);
    if (instance.shape().nodes[node].kind == NodeKind::leaf) {
      instance.leaf(node, instance.arena().copy(each.text));
      continue;
    }
    instance.begin(node);
    fill(instance, node, each.parts);
    instance.end();
  }
}

/// The message with these values, or the code and path of what is wrong with them.
inline std::string encode(const Layout& layout, const std::vector<Given>& given) {
  Instance instance(layout.shape());
  instance.begin(layout.shape().item_node());
  fill(instance, layout.shape().item_node(), given);
  instance.end();
  std::string out;
  if (const auto why = layout.encoder()->encode(instance, out)) return to_text(why->code) + " " + why->path;
  return out;
}

}  // namespace tilmash::formats::iso8583::testing
