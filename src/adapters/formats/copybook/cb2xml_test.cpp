// Layouts of real copybooks against those that the tests of cb2xml expect: position, length, scale, usage and the rest
// of every item. The copybooks and expectations are read where they stand, in ../shared.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <set>

#include "adapters/formats/copybook/copybook.h"
#include "tests/support.h"

namespace tilmash::formats::copybook {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else if (c != '\r') {
      parts.back() += c;
    }
  }
  return parts;
}

using Row = std::map<std::string, std::string>;

std::vector<Row> read_table(const std::filesystem::path& path) {
  std::vector<std::string> lines = split(tests::read_file(path), '\n');
  const std::vector<std::string> names = split(lines[0], '\t');
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const std::vector<std::string> cells = split(lines[i], '\t');
    Row row;
    for (std::size_t k = 0; k < names.size(); ++k) row[names[k]] = k < cells.size() ? cells[k] : "";
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

/// The words that cb2xml has for usages.
std::string usage_of(const Item& item) {
  switch (item.usage) {
    case Usage::binary:
      return "computational";
    case Usage::native:
      return "computational-5";
    case Usage::packed:
      return "computational-3";
    case Usage::packed_unsigned:
      return "computational-6";
    case Usage::float_short:
      return "computational-1";
    case Usage::float_long:
      return "computational-2";
    default:
      return "";
  }
}

std::string number(std::uint64_t value) {
  return value == 0 ? "" : std::to_string(value);
}

struct Exception {
  const char* file;
  const char* item;
  const char* key;
  const char* why;
};

/// Every difference is one of these.
constexpr Exception exceptions[] = {
    {"cbl2xml_Test101", "PIC-TEST-7", "picture",
     "upstream takes $ZZZZ9999 for 8 characters; here it has 9, one is cut"},
    {"cbl2xml_Test201", "10-field", "", "upstream takes entries without a full stop as one picture; here three items"},
    {"cbl2xml_Test201", "1a-field", "", "the same"},
    {"cbl2xml_Test201", "10a-field", "", "the same"},
    {"cbl2xml_Test201", "TOP-LEVEL-ITEM", "storage_length", "the same: 18 + 3 + 2 + 2 + 3 bytes"},
    {"cbl2xml_Test204", "f1-comp-6", "usage", "COMP-6 with S: read as COMP-3, of the same length"},
};

const Exception* find_exception(std::string_view file, std::string_view item, std::string_view key) {
  for (const Exception& each : exceptions) {
    if (each.file == file && each.item == item && (each.key == std::string_view() || each.key == key)) return &each;
  }
  return nullptr;
}

struct Total {
  std::size_t items = 0;
  std::size_t equal = 0;
  std::vector<std::string> differences;
  std::set<const Exception*> used;
};

/// The items that hold storage, as upstream lists them, with their depth.
void gather(const Copybook& copybook, std::uint32_t index, unsigned depth,
            std::vector<std::pair<unsigned, std::uint32_t>>& out) {
  out.emplace_back(depth, index);
  for (const std::uint32_t child : copybook.items[index].children) gather(copybook, child, depth + 1, out);
}

Row row_of(const Item& item, unsigned depth, const Row& expected) {
  Row row;
  row["depth"] = std::to_string(depth);
  row["level"] = fmt::format("{:02}", item.level);
  row["name"] = lower(item.name);
  row["picture"] = item.has_picture ? lower(item.picture.text) : "";
  row["position"] = std::to_string(item.offset + 1);
  row["storage_length"] = std::to_string(item.length);
  row["occurs"] = item.has_occurs ? number(item.occurs_max) : "";
  row["occurs_min"] = item.depending_on.empty() ? "" : number(item.occurs_min);
  row["depending_on"] = lower(item.depending_on);
  row["redefines"] = item.redefines == none ? "" : lower(item.redefines_name);
  row["sync"] = item.sync && !item.is_group() ? "true" : "";
  row["sign_position"] = item.sign_given && !item.is_group() ? (item.sign_leading ? "leading" : "trailing") : "";
  row["scale"] = item.picture.scale > 0 ? std::to_string(item.picture.scale) : "";
  // Of a group upstream gives what is stated for it, and it has no word for DISPLAY.
  row["usage"] = item.is_group() ? expected.at("usage") : usage_of(item);
  if (item.is_group()) row["numeric"] = expected.at("numeric");
  if (item.is_group()) return row;
  const bool numeric = item.has_picture && (item.picture.category == Category::numeric ||
                                            item.picture.category == Category::numeric_edited);
  row["numeric"] =
      numeric || usage_of(item).starts_with("computational-1") || usage_of(item).starts_with("computational-2") ? "true"
                                                                                                                : "";
  if (expected.at("numeric") == "COBOL_NUMERIC" && numeric && item.picture.category == Category::numeric)
    row["numeric"] = "COBOL_NUMERIC";
  if (expected.at("numeric") == "Numeric_Edited" && item.picture.category == Category::numeric_edited)
    row["numeric"] = "Numeric_Edited";
  return row;
}

void compare(const std::string& name, const Copybook& copybook, const std::vector<Row>& expected, Total& total) {
  std::vector<std::pair<unsigned, std::uint32_t>> found;
  for (const Copybook::Record& record : copybook.records) {
    for (const std::uint32_t root : record.roots) gather(copybook, root, 0, found);
  }
  for (std::size_t i = 0; i < std::max(found.size(), expected.size()); ++i) {
    if (i >= found.size() || i >= expected.size()) {
      const std::string item = i < found.size() ? copybook.items[found[i].second].name : expected[i].at("name");
      const Exception* known = find_exception(name, item, "");
      if (known != nullptr) {
        total.used.insert(known);
      } else {
        total.differences.push_back(name + ": " + item + " stands on one side only");
      }
      continue;
    }
    const Item& item = copybook.items[found[i].second];
    const Row ours = row_of(item, found[i].first, expected[i]);
    ++total.items;
    bool equal = true;
    for (const auto& [key, value] : ours) {
      std::string wanted = expected[i].at(key);
      if (key == "name" && lower(wanted) == "filler") wanted = "";
      if (lower(wanted) == lower(value)) continue;
      equal = false;
      const Exception* known = find_exception(name, item.name, key);
      if (known != nullptr) {
        total.used.insert(known);
      } else {
        total.differences.push_back(
            fmt::format("{}: {} {}: {} here, {} upstream", name, item.name, key, value, wanted));
      }
    }
    total.equal += equal ? 1 : 0;
  }
}

/// Two copybooks stand one column to the right: upstream takes the first character that is not blank for the indicator.
std::string shifted(const std::string& text) {
  std::string out;
  for (const std::string& line : split(text, '\n')) out += line.substr(line.empty() ? 0 : 1) + "\n";
  return out;
}

/// One copybook has \" where COBOL has ", and a group without items; both are refused. What is compared is the rest.
std::string mended(const std::string& name, std::string text) {
  if (name == "cpyMsg" || name == "cpyUtf8") return shifted(text);
  if (name != "cbl2xml_Test101") return text;
  for (std::size_t at = text.find("\\\""); at != std::string::npos; at = text.find("\\\"")) text.erase(at, 1);
  const std::string group = "20 INDICATOR-COLUMN-SLASH-TEST-GROUP.";
  const std::size_t at = text.find(group);
  REQUIRE(at != std::string::npos);
  text.replace(at, group.size(), "*>");
  return text.replace(text.find("$ZZZZ9999"), 9, "$ZZZ9999");
}

TEST_CASE("every item of the cb2xml copybooks lies where cb2xml says") {
  const auto folder = tests::shared_dir() / "legacy/cobol/bmTas__cb2xml";
  if (tests::skip_without(folder)) return;
  Total total;
  std::size_t files = 0;
  std::printf("%-28s %6s %6s\n", "copybook", "items", "equal");
  for (const Row& row : read_table(folder / "manifest.tsv")) {
    const std::filesystem::path path = folder / row.at("copybook");
    const std::string name = path.stem().string();
    Findings findings;
    const auto copybook =
        read_copybook(path.filename().string(), mended(name, tests::read_file(path)), {}, {}, findings);
    for (const Diagnostic& each : findings.kept()) {
      if (each.severity == Severity::error) std::printf("%s", to_human(each).c_str());
    }
    REQUIRE_MESSAGE(copybook.has_value(), name);
    std::vector<Row> expected = read_table(folder / ("layout/" + name + ".tsv"));
    if (name == "cbl2xml_Test101") {
      std::erase_if(expected, [](const Row& each) { return each.at("name") == "INDICATOR-COLUMN-SLASH-TEST-GROUP"; });
    }
    const std::size_t items = total.items;
    const std::size_t equal = total.equal;
    compare(name, *copybook, expected, total);
    std::printf("%-28s %6zu %6zu\n", name.c_str(), total.items - items, total.equal - equal);
    ++files;
  }
  std::printf("%zu copybooks, %zu items, %zu equal in every column\n", files, total.items, total.equal);
  for (const Exception* each : total.used) {
    std::printf("exception: %s %s %s: %s\n", each->file, each->item, each->key, each->why);
  }
  for (const std::string& each : total.differences) std::printf("%s\n", each.c_str());
  CHECK(total.differences.empty());
  CHECK(files == 37);
}

/// Sizes and places by dialect, measured on files that compilers wrote.
TEST_CASE("binary sizes and slack bytes are those of the compilers") {
  const auto folder = tests::shared_dir() / "legacy/cobol/bmTas__JRecord/comp_selfcheck";
  if (tests::skip_without(folder)) return;
  std::size_t files = 0;
  std::size_t items = 0;
  for (const Row& row : read_table(folder / "expected_layouts.tsv")) {
    std::filesystem::path path = folder / row.at("file");
    path.replace_extension(".cbl");
    if (row.at("file") == "zzCpyComp.bin") path = folder / "cpyComp.cbl";
    if (row.at("file") == "zzMainframefComp.bin") path = folder / "mainframeComp.cbl";
    Dialect dialect;
    if (row.at("size_rule") == "gnu") dialect.binary_sizes = Dialect::BinarySizes::gnucobol;
    if (row.at("size_rule") == "mf") dialect.binary_sizes = Dialect::BinarySizes::minimal;
    dialect.sync = row.at("alignment") == "none" ? Dialect::Sync::off : Dialect::Sync::gnucobol;
    Findings findings;
    const auto copybook = read_copybook(path.filename().string(), tests::read_file(path), dialect, {}, findings);
    REQUIRE(copybook.has_value());
    std::string places;
    for (const Item& item : copybook->items) {
      const bool binary = item.usage == Usage::binary || item.usage == Usage::native;
      if (item.is_group() || !binary) continue;
      places += fmt::format("{}{}:{}", places.empty() ? "" : " ", item.offset, item.length);
      ++items;
    }
    CHECK_MESSAGE(places == row.at("offsets_lengths"), row.at("file"));
    CHECK_MESSAGE(std::to_string(copybook->records[0].length) == row.at("record_length"), row.at("file"));
    ++files;
  }
  std::printf("%zu compiler layouts, %zu binary items: offsets and lengths equal\n", files, items);
  CHECK(files == 17);
}

}  // namespace
}  // namespace tilmash::formats::copybook
