// The same messages split by Prowide Core and by us: blocks, tags, values, components. What differs must be on a list
// with its reason, so that a new difference fails.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/formats/swift_mt/layout.h"
#include "base/text.h"
#include "tests/support.h"

namespace {

using namespace tilmash;
using formats::Layout;
using namespace formats::swift_mt;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const MtLayout& layout(std::string_view family) {
  static std::map<std::string, std::unique_ptr<Layout>, std::less<>> made;
  auto& one = made[std::string(family)];
  if (one == nullptr) {
    static const Data data;
    Findings findings;
    const auto file = read_config(
        "test.toml", fmt::format("name = \"test\"\nformat = \"swift_mt\"\nfamily = [{}]\n", family), findings);
    one = load(*file, data, findings);
    REQUIRE(one != nullptr);
  }
  return static_cast<const MtLayout&>(*one);
}

struct Field {
  std::string tag;
  std::string value;
};

/// A message as tokens: the fields of block 4, and each other block's content.
struct Split {
  std::string newline = "\r\n";
  std::vector<Field> fields;
  std::map<std::string, std::string> blocks;
  bool whole = true;
};

Split split(std::string_view text, const Extent& extent) {
  Split result;
  std::vector<Token> tokens;
  std::string_view begin;
  const std::string_view body = text.substr(extent.begin, extent.text_end - extent.begin);
  result.whole = extent.whole;
  if (extent.form == Extent::Form::bare) {
    if (const auto found = find_newline(text.substr(extent.begin)); !found.empty()) result.newline = found;
    if (read_lines(body, result.newline, 0, tokens, begin)) result.whole = false;
  } else {
    std::vector<Block> blocks;
    if (read_blocks(body, blocks)) result.whole = false;
    for (const Block& block : blocks) {
      if (block.id != "4") {
        result.blocks[std::string(block.id)] = block.content;
      } else if (block.content.starts_with('{')) {
        read_braces(block.content, 0, tokens);
      } else {
        if (const auto found = find_newline(block.content); !found.empty()) result.newline = found;
        std::string_view content = block.content;
        if (content.ends_with('-')) content.remove_suffix(1);
        if (content.ends_with(result.newline)) content.remove_suffix(result.newline.size());
        if (read_lines(content, result.newline, 0, tokens, begin)) result.whole = false;
      }
    }
  }
  for (const Token& token : tokens) result.fields.push_back({std::string(token.tag), std::string(token.value)});
  return result;
}

void add_lines(std::string_view text, std::vector<std::string>& out) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) out.emplace_back(line);
    at = end + 1;
  }
}

/// The components that the matcher captured, lines one by one.
void add_captures(const Format& format, const std::vector<Capture>& captures, std::string_view value,
                  std::string_view newline, std::vector<std::string>& out) {
  for (const Capture& capture : captures) {
    const std::string_view raw = value.substr(capture.begin, capture.end - capture.begin);
    const Part& part = format.parts[capture.slot];
    std::vector<std::string> lines;
    add_lines(raw, lines);
    if (part.sub == no_slot) {
      out.insert(out.end(), lines.begin(), lines.end());
      continue;
    }
    for (const std::string& line : lines) {
      Matcher inner;
      REQUIRE(inner.match(format.subs[part.sub], line, newline));
      add_captures(format.subs[part.sub], inner.captures(), line, newline, out);
    }
  }
}

std::vector<std::string> expected_components(const Json& components) {
  std::vector<std::string> out;
  for (const auto& [name, value] : components.items()) {
    if (value.is_string()) add_lines(value.get<std::string>(), out);
  }
  return out;
}

/// A party line is told by Prowide without its slash.
bool same(std::vector<std::string> ours, const std::vector<std::string>& theirs) {
  if (ours == theirs) return true;
  if (!ours.empty() && !theirs.empty() && ours[0] == "/" + theirs[0]) ours[0] = theirs[0];
  return ours == theirs;
}

std::string printable(const std::string& text) {
  return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// A single field's components by Prowide's numbers: component n is our n-th, lines count on.
bool same_by_number(const Format& format, const std::vector<Capture>& captures, std::string_view value,
                    const Json& theirs, std::string& ours_text) {
  std::map<int, std::string> ours;
  for (const Capture& capture : captures) {
    std::vector<std::string> parts;
    add_captures(format, {capture}, value, "\n", parts);
    for (std::size_t i = 0; i < parts.size(); ++i) ours[capture.slot + 1 + static_cast<int>(i)] = parts[i];
  }
  for (const auto& [number, text] : ours) ours_text += fmt::format("{}={} ", number, text);
  for (const auto& [name, component] : theirs.items()) {
    const auto found = ours.find(std::stoi(name));
    const std::string mine = found != ours.end() ? found->second : std::string();
    if (mine != (component.is_string() ? component.get<std::string>() : std::string())) return false;
  }
  return true;
}

struct Counts {
  int messages = 0;
  int fields = 0;
  int components = 0;
  int refused = 0;
  int headers = 0;
  std::map<std::string, int> excused;  ///< differences by their reason
  std::vector<std::string> differences;
};

// Why a difference is not a fault of ours.
constexpr const char* end_line = "Prowide leaves the line that ends a bare message in its last value";
constexpr const char* dropped_lines = "Prowide drops lines beyond those of the standard, which the dialect has";
constexpr const char* foreign_tag = "a bank's own tag, kept as text by the layout";
constexpr const char* short_header = "header of another length than the standard's, refused by us";
constexpr const char* cut_off = "block without its end, refused by us";
constexpr const char* stray_blank = "Prowide drops the blank behind the last value";
constexpr const char* own_blank = "the blank at the end of a line is a component of the dialect for us";
constexpr const char* category_3 = "field 23 is that of category 3 for Prowide, of category 9 for us";
constexpr const char* party_only = "a party without a name: a line of the name for us";

void compare_components(const MtLayout& with, const std::string& id, const Json& field, std::string_view newline,
                        Counts& counts) {
  const std::string tag = field.at("tag");
  const std::string value = field.at("value");
  const Format* format = with.model.find_field(tag);
  if (format == nullptr) {
    ++counts.excused[foreign_tag];
    return;
  }
  Matcher matcher;
  if (!matcher.match(*format, value, newline)) {
    ++counts.refused;
    return;
  }
  std::vector<std::string> ours;
  add_captures(*format, matcher.captures(), value, newline, ours);
  const std::vector<std::string> theirs = expected_components(field.value("components", Json::object()));
  if (same(ours, theirs)) {
    ++counts.components;
  } else if (ours.size() > theirs.size() &&
             same({ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(theirs.size())}, theirs)) {
    ++counts.excused[dropped_lines];
  } else if (fmt::format("{}", fmt::join(ours, "")) == fmt::format("{}", fmt::join(theirs, ""))) {
    ++counts.excused[own_blank];
  } else {
    counts.differences.push_back(
        fmt::format("{}: {} components [{}], Prowide [{}]", id, tag, fmt::join(ours, "|"), fmt::join(theirs, "|")));
  }
}

void compare_header(const MtLayout& with, const std::string& id, std::string_view tag, const std::string& content,
                    const Json& theirs, Counts& counts) {
  Matcher matcher;
  const Format& format = *with.model.find_field(tag);
  if (!matcher.match(format, content, "\r\n")) {
    ++counts.excused[short_header];
    return;
  }
  std::multiset<std::string> ours;
  for (const Capture& each : matcher.captures()) ours.insert(content.substr(each.begin, each.end - each.begin));
  std::multiset<std::string> expected;
  for (const auto& [name, value] : theirs.items()) {
    if (name != "direction" && value.is_string()) expected.insert(value.get<std::string>());
  }
  // Ours cuts the message input reference as Prowide does; the receiver of an input message is 12 characters for both.
  if (ours == expected) {
    ++counts.headers;
  } else {
    counts.differences.push_back(
        fmt::format("{}: header {} [{}], Prowide [{}]", id, tag, fmt::join(ours, "|"), fmt::join(expected, "|")));
  }
}

const char* excuse(const std::string& ours, const std::string& theirs, const std::string& newline) {
  if (theirs.starts_with(ours + newline + "-") || theirs == ours + newline) return end_line;
  if (ours == theirs + " ") return stray_blank;
  return nullptr;
}

/// Bytes that are no UTF-8 were read as ISO 8859-1.
std::string as_utf8(const std::string& bytes) {
  if (find_malformed_utf8(bytes) == bytes.size()) return bytes;
  std::string out;
  for (const char c : bytes) {
    char buffer[4];
    out.append(buffer, write_utf8(buffer, static_cast<unsigned char>(c)));
  }
  return out;
}

void compare_message(const MtLayout& with, const std::string& id, const std::string& text, const Json& theirs,
                     Counts& counts) {
  ++counts.messages;
  Extent extent;
  if (!find_message(text, 0, extent) || extent.form == Extent::Form::none) {
    if (!theirs.at("fields").empty()) counts.differences.push_back(id + ": no message found");
    return;
  }
  Split ours = split(text, extent);
  if (!ours.whole) {
    ++counts.excused[cut_off];
    return;
  }
  if (theirs.contains("block1") && theirs["block1"].is_object() && ours.blocks.contains("1")) {
    compare_header(with, id, "{1}", ours.blocks["1"], theirs["block1"], counts);
  }
  if (theirs.contains("block2") && theirs["block2"].is_object() && ours.blocks.contains("2")) {
    compare_header(with, id, ours.blocks["2"].starts_with('O') ? "{2O}" : "{2I}", ours.blocks["2"], theirs["block2"],
                   counts);
  }
  for (const std::string_view block : {"3", "5"}) {
    const std::string key = fmt::format("block{}", block);
    if (!theirs.contains(key)) continue;
    std::vector<Token> tokens;
    read_braces(ours.blocks[std::string(block)], 0, tokens);
    Json list = Json::array();
    for (const Token& token : tokens) list.push_back({std::string(token.tag), std::string(token.value)});
    Json known = theirs[key];
    for (Json& each : known) {
      if (each.at(1).is_null()) each.at(1) = "";
    }
    if (list == known) {
      ++counts.headers;
    } else {
      counts.differences.push_back(
          fmt::format("{}: block {} {}, Prowide {}", id, block, list.dump(), theirs[key].dump()));
    }
  }
  const Json& expected = theirs.at("fields");
  // Prowide reads a file without envelopes as one message; what it calls a second statement is a message of its own.
  while (ours.fields.size() < expected.size() && find_message(text, extent.end, extent) &&
         extent.form == Extent::Form::bare) {
    const Split more = split(text, extent);
    ours.fields.insert(ours.fields.end(), more.fields.begin(), more.fields.end());
  }
  if (ours.fields.size() != expected.size()) {
    counts.differences.push_back(fmt::format("{}: {} fields, Prowide {}", id, ours.fields.size(), expected.size()));
    return;
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Field& field = ours.fields[i];
    const std::string tag = expected[i].at("tag");
    const std::string value = expected[i].at("value");
    if (field.tag == tag && field.value != value) {
      if (const char* reason = excuse(field.value, value, ours.newline); reason != nullptr) {
        ++counts.excused[reason];
        continue;
      }
    }
    if (field.tag != tag || field.value != value) {
      counts.differences.push_back(fmt::format("{}: field {} {} {}, Prowide {} {}", id, i + 1, field.tag,
                                               printable(field.value), tag, printable(value)));
      continue;
    }
    ++counts.fields;
    compare_components(with, id, expected[i], ours.newline, counts);
  }
}

fs::path input_of(const fs::path& json) {
  std::string stem = json.string();
  stem.resize(stem.size() - std::string_view(".prowide.json").size());
  for (const std::string_view suffix : {"", ".sta", ".fin", ".expected.fin", ".txt"}) {
    const fs::path path = stem + std::string(suffix);
    if (fs::is_regular_file(path)) return path;
  }
  return {};
}

void print(const char* what, const Counts& counts) {
  std::printf(
      "%-28s messages %4d  headers and tagged blocks %4d  fields %5d  components equal %5d  format not met %4d  "
      "different %3zu\n",
      what, counts.messages, counts.headers, counts.fields, counts.components, counts.refused,
      counts.differences.size());
  for (const auto& [reason, count] : counts.excused) std::printf("    %3d  %s\n", count, reason.c_str());
  for (const std::string& each : counts.differences) std::printf("    %s\n", each.c_str());
}

}  // namespace

TEST_CASE("messages split as Prowide splits them") {
  const fs::path root = tests::shared_dir() / "legacy/swift-mt";
  if (tests::skip_without(root)) return;
  std::map<std::string, Counts> by_set;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().string().ends_with(".prowide.json")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const fs::path input = input_of(file);
    if (input.empty()) {
      MESSAGE("no input for " << file.string());
      continue;
    }
    const std::string set = fs::relative(file, root).begin()->string();
    const std::string text = as_utf8(tests::read_file(input));
    const bool enveloped = text.find("{1:") != std::string::npos && text.find("{1:") < 3;
    compare_message(layout(enveloped ? "\"swift\"" : "\"statement\", \"swift\""), fs::relative(file, root).string(),
                    text, Json::parse(tests::read_file(file)), by_set[set]);
  }
  const Json messages = Json::parse(tests::read_file(root / "prowide__prowide-core/messages.json"));
  for (const Json& each : messages) {
    compare_message(layout("\"swift\""), each.at("id"), each.at("raw"), each.at("prowide"), by_set["prowide messages"]);
  }
  Counts all;
  for (const auto& [set, counts] : by_set) {
    print(set.substr(0, 28).c_str(), counts);
    all.fields += counts.fields;
    all.components += counts.components;
    CHECK_MESSAGE(counts.differences.empty(), set);
  }
  CHECK(all.fields > 3000);
  CHECK(all.components > 3000);
}

TEST_CASE("single fields split as Prowide splits them") {
  const fs::path path = tests::shared_dir() / "legacy/swift-mt/prowide__prowide-core/field_components.json";
  if (tests::skip_without(path)) return;
  const MtLayout& with = layout("\"swift\"");
  Counts counts;
  int unknown = 0;
  std::set<std::string> unknown_tags;
  for (const Json& row : Json::parse(tests::read_file(path))) {
    const std::string tag = row.at("field");
    if (with.model.find_field(tag) == nullptr) {
      ++unknown;
      unknown_tags.insert(tag);
      continue;
    }
    ++counts.fields;
    const Format& format = *with.model.find_field(tag);
    const std::string value = row.at("value");
    Matcher matcher;
    std::string ours;
    if (!matcher.match(format, value, "\n")) {
      ++counts.refused;
    } else if (same_by_number(format, matcher.captures(), value, row.at("components"), ours)) {
      ++counts.components;
    } else if (tag == "23") {
      ++counts.excused[category_3];
    } else if ((tag == "57D" || tag == "58D") && value.starts_with('/') && value.find('\n') == std::string::npos) {
      ++counts.excused[party_only];
    } else {
      counts.differences.push_back(fmt::format("{} {}: {} is {}, Prowide {}", row.at("test").get<std::string>(), tag,
                                               printable(value), ours, row.at("components").dump()));
    }
  }
  print("single fields", counts);
  CHECK(counts.differences.empty());
  std::printf("    rows of fields of other categories: %d (%zu tags)\n", unknown, unknown_tags.size());
}
