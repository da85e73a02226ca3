// What `--show-layout` prints: the items as COBOL programmers know them, with their place in storage.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/copybook/copybook.h"

namespace tilmash::formats::copybook {
namespace {

constexpr std::size_t name_width = 40;

std::string clauses_of(const Copybook& copybook, const Item& item) {
  std::string out;
  const auto add = [&out](std::string_view text) { out += (out.empty() ? "" : " ") + std::string(text); };
  if (item.has_picture) add(item.picture.text);
  if (item.usage != Usage::unstated && item.usage != Usage::display && !item.is_group()) add(to_text(item.usage));
  if (item.sign_given && !item.is_group() && item.picture.has_sign && (item.sign_leading || item.sign_separate)) {
    add(item.sign_leading ? "SIGN LEADING" : "SIGN TRAILING");
    if (item.sign_separate) add("SEPARATE");
  }
  if (item.sync && !item.is_group()) add("SYNC");
  if (item.justified) add("JUSTIFIED");
  if (item.blank_when_zero) add("BLANK WHEN ZERO");
  if (item.has_occurs && !item.depending_on.empty()) {
    add(fmt::format("OCCURS {} TO {} DEPENDING ON {}", item.occurs_min, item.occurs_max, item.depending_on));
  } else if (item.has_occurs) {
    add(fmt::format("OCCURS {}", item.occurs_max));
  }
  if (item.redefines != none) {
    const Item& target = copybook.items[item.redefines];
    add("REDEFINES " + (target.is_filler() ? std::string("FILLER") : target.name));
  }
  if (item.slack_after != 0) add(fmt::format("({} slack in each)", item.slack_after));
  return out;
}

std::string type_of(const Item& item, bool double_bytes) {
  if (item.is_group()) return "group";
  switch (item.usage) {
    case Usage::float_short:
    case Usage::float_long:
      return "float";
    case Usage::index:
    case Usage::pointer:
      return "bytes";
    case Usage::dbcs:
      return double_bytes ? "text" : "bytes";
    case Usage::national:
      return "text";
    case Usage::hex_integer:
      return "integer";
    default:
      break;
  }
  const bool number = item.native_bytes != 0 || item.picture.category == Category::numeric ||
                      item.picture.category == Category::numeric_edited;
  if (!number) return "text";
  return item.picture.scale > 0 ? fmt::format("decimal {}", item.picture.scale) : "integer";
}

struct Lister {
  const Copybook& copybook;
  bool double_bytes;
  std::string out;

  void row(std::string_view level, std::size_t depth, std::string_view name, std::uint64_t offset, std::uint64_t length,
           std::string_view type, std::string_view clauses) {
    const std::string title = fmt::format("{:{}}{} {}", "", depth * 2, level, name);
    std::string line =
        fmt::format("{:<{}} {:>7} {:>7}  {:<11} {}", title, name_width, offset + 1, length, type, clauses);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }

  void item(std::uint32_t index, std::size_t depth) {
    const Item& each = copybook.items[index];
    if (each.slack_before != 0) {
      row("--", depth, "(slack)", each.offset - each.slack_before, each.slack_before, "", "");
    }
    row(fmt::format("{:02}", each.level), depth, each.is_filler() ? std::string_view("FILLER") : each.name, each.offset,
        each.length, type_of(each, double_bytes), clauses_of(copybook, each));
    for (const Condition& condition : each.conditions) conditions(condition, depth + 1);
    for (const std::uint32_t child : each.children) item(child, depth + 1);
  }

  void conditions(const Condition& condition, std::size_t depth) {
    std::string values;
    const auto text = [](const Literal& literal) {
      return literal.hex ? "X'" + literal.text + "'" : literal.quoted ? "'" + literal.text + "'" : literal.text;
    };
    for (const Condition::Range& range : condition.ranges) {
      values += (values.empty() ? "" : ", ") + text(range.from) + (range.to ? " THRU " + text(*range.to) : "");
    }
    out += fmt::format("{:{}}88 {} = {}\n", "", depth * 2, condition.name, values);
  }
};

}  // namespace

std::string list_items(const Copybook& copybook, bool double_bytes) {
  Lister lister{copybook, double_bytes, {}};
  lister.out = fmt::format("{:<{}} {:>7} {:>7}  {:<11} {}\n", "item", name_width, "at", "length", "type",
                           "picture, usage and other clauses");
  for (std::size_t i = 0; i < copybook.records.size(); ++i) {
    const Copybook::Record& record = copybook.records[i];
    for (const std::uint32_t root : record.roots) lister.item(root, 0);
    for (const Renames& each : copybook.renames) {
      if (copybook.items[each.after].record != i) continue;
      lister.row("66", 1, each.name, each.offset, each.length, "",
                 "RENAMES " + each.from + (each.through.empty() ? "" : " THRU " + each.through));
    }
    lister.out += fmt::format("{:<{}} {:>7} {:>7}\n", "(record)", name_width, "", record.length);
  }
  return lister.out;
}

}  // namespace tilmash::formats::copybook
