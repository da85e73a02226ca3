#include "adapters/formats/copybook/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/copybook/entries.h"
#include "adapters/formats/copybook/source.h"

namespace tilmash::formats::copybook {
namespace {

using Kind = ConfigValue::Kind;

/// Rows of a layout are bounded by the engine; a 88 with a range of numbers becomes at most so many codes.
constexpr std::int64_t codes_max = 1000;
/// The engine's numbers have at most so many bytes; larger ones are shown as they are.
constexpr std::uint64_t binary_bytes_max = 16;

bool is_number(const Item& item) {
  if (item.usage == Usage::index || item.usage == Usage::pointer) return false;
  return item.native_bytes != 0 || item.usage == Usage::hex_integer ||
         (item.picture.category == Category::numeric && item.usage != Usage::national);
}

ConfigValue make_boolean(const ConfigValue& at) {
  ConfigValue value = make_integer(1, at);
  value.kind = Kind::boolean;
  return value;
}

std::vector<std::string> split_name(std::string_view name) {
  std::vector<std::string> words{""};
  for (const char c : name) {
    if (c == '.') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

}  // namespace

std::uint32_t encode_line(const Spot& spot) {
  return (spot.file << file_shift) | std::min<std::uint32_t>(spot.line_number, (1u << file_shift) - 1);
}

ConfigValue make_text(std::string text, const ConfigValue& at) {
  ConfigValue value;
  value.kind = Kind::string;
  value.text = std::move(text);
  value.line_number = at.line_number;
  value.column_number = at.column_number;
  return value;
}

ConfigValue make_integer(std::int64_t number, const ConfigValue& at) {
  ConfigValue value = make_text({}, at);
  value.kind = Kind::integer;
  value.integer = number;
  return value;
}

void set_member(ConfigValue& table, std::string key, ConfigValue value) {
  for (ConfigValue::Member& member : table.members) {
    if (member.key != key) continue;
    member.value = std::move(value);
    return;
  }
  const std::uint32_t line_number = value.line_number;
  const std::uint32_t column_number = value.column_number;
  table.members.push_back({std::move(key), std::move(value), line_number, column_number});
}

ConfigValue RowMaker::at(const Spot& spot, Kind kind) const {
  ConfigValue value;
  value.kind = kind;
  value.line_number = encode_line(spot);
  value.column_number = spot.column_number;
  return value;
}

std::string RowMaker::shape_name(std::string_view name) const {
  std::string made(name);
  if (options_.underscores) std::replace(made.begin(), made.end(), '-', '_');
  return made;
}

std::string RowMaker::unique(std::string name, Names& taken) {
  std::string made = name;
  for (unsigned i = 2; std::find(taken.begin(), taken.end(), made) != taken.end(); ++i)
    made = fmt::format("{}_{}", name, i);
  taken.push_back(made);
  return made;
}

std::string RowMaker::take_name(const Item& item, Names& taken) {
  return unique(item.is_filler() ? fmt::format("FILLER_{}", ++filler_count_) : shape_name(item.name), taken);
}

/// Bytes from the item's place on that it and what redefines it take.
std::uint64_t RowMaker::extent(std::uint32_t index) const {
  const Item& item = copybook_.items[index];
  std::uint64_t end = item.total_length();
  for (const std::uint32_t other : item.redefined_by) end = std::max(end, copybook_.items[other].total_length());
  return end;
}

ConfigValue RowMaker::fields(const Copybook::Record& record, const Cut& cut) {
  redefines_ = cut.redefines;
  check_names(cut.redefines, true);
  filler_count_ = 0;
  const Item& first = copybook_.items[record.roots.front()];
  ConfigValue rows = at(first.spot, Kind::array);
  Names taken;
  std::uint64_t end = first.offset;
  if (cut.skip != 0) add_filler(cut.skip, first.spot, rows, taken);
  // A record of one group is that group; a copybook without 01 is its items.
  const bool group = record.roots.size() == 1 && first.is_group() && !first.has_occurs;
  add_items(group ? first.children : record.roots, end, rows, taken);
  if (cut.skip + end < cut.length) add_filler(cut.length - cut.skip - end, first.spot, rows, taken);
  return rows;
}

/// `end` is where the rows so far end, and then where the last of these items does.
void RowMaker::add_items(const std::vector<std::uint32_t>& items, std::uint64_t& end, ConfigValue& rows, Names& taken) {
  for (const std::uint32_t index : items) {
    const Item& item = copybook_.items[index];
    const bool is_root = item.parent == none;
    if (item.redefines != none && !is_root) continue;
    if (item.offset > end) add_filler(item.offset - end, item.spot, rows, taken);
    if (item.redefined_by.empty() || is_root) {
      add_item(index, rows, taken);
      end = item.offset + item.total_length();
    } else {
      end = item.offset + add_redefined(index, rows, taken);
    }
  }
}

void RowMaker::add_item(std::uint32_t index, ConfigValue& rows, Names& taken) {
  const Item& item = copybook_.items[index];
  if (item.is_filler() && !item.is_group() && options_.filler != FillerPolicy::keep) {
    add_filler(item.total_length(), item.spot, rows, taken);
    return;
  }
  // A FILLER that is a group once only has no name to be called by: its items stand in its parent.
  if (item.is_filler() && item.is_group() && item.occurs_max == 1 && item.depending_on.empty()) {
    std::uint64_t end = item.offset;
    add_items(item.children, end, rows, taken);
    return;
  }
  names_[index] = take_name(item, taken);
  rows.items.push_back(item.is_group() ? group_row(index) : leaf_row(index));
}

ConfigValue RowMaker::group_row(std::uint32_t index) {
  const Item& item = copybook_.items[index];
  ConfigValue row = at(item.spot, Kind::table);
  set_member(row, "group", make_text(names_[index], row));
  add_table(item, row);
  ConfigValue rows = at(item.spot, Kind::array);
  Names taken;
  std::uint64_t end = item.offset;
  add_items(item.children, end, rows, taken);
  if (end < item.offset + item.length) add_filler(item.offset + item.length - end, item.spot, rows, taken);
  set_member(row, "fields", std::move(rows));
  return row;
}

void RowMaker::add_table(const Item& item, ConfigValue& row) const {
  if (item.occurs_max > 1 || !item.depending_on.empty()) set_member(row, "repeat", make_integer(item.occurs_max, row));
  if (item.depending_on.empty()) return;
  set_member(row, "min", make_integer(options_.counts_from_zero ? 0 : item.occurs_min, row));
  set_member(row, "depending_on", make_text(reference(item.counter), row));
}

void RowMaker::add_filler(std::uint64_t length, const Spot& spot, ConfigValue& rows, Names& taken) {
  ConfigValue row = at(spot, Kind::table);
  if (options_.filler == FillerPolicy::keep) {
    set_member(row, "name", make_text(unique(fmt::format("FILLER_{}", ++filler_count_), taken), row));
    set_member(row, "type", make_text("hex", row));
    set_member(row, "blank", make_text(" ", row));
  } else {
    set_member(row, "filler", make_text(" ", row));
    if (options_.filler == FillerPolicy::skip) set_member(row, "loose", make_boolean(row));
  }
  set_member(row, "length", make_integer(static_cast<std::int64_t>(length), row));
  rows.items.push_back(std::move(row));
}

ConfigValue RowMaker::leaf_row(std::uint32_t index) {
  const Item& item = copybook_.items[index];
  ConfigValue row = at(item.spot, Kind::table);
  set_member(row, "name", make_text(names_[index], row));
  set_member(row, "length", make_integer(static_cast<std::int64_t>(item.length - item.slack_after), row));
  if (item.is_filler()) {
    set_member(row, "type", make_text("hex", row));
    set_member(row, "blank", make_text(" ", row));
  } else if (is_number(item) || item.usage == Usage::float_short || item.usage == Usage::float_long) {
    describe_number(item, row);
  } else {
    describe_characters(item, row);
  }
  add_table(item, row);
  if (options_.check_conditions) add_codes(item, row);
  merge_override(item, row);
  return row;
}

/// Numbers by their usage.
void RowMaker::describe_number(const Item& item, ConfigValue& row) const {
  const Picture& picture = item.picture;
  const auto text = [&row](std::string key, std::string value) {
    set_member(row, std::move(key), make_text(std::move(value), row));
  };
  const bool is_signed = item.is_signed >= 0 ? item.is_signed == 1 : picture.has_sign;
  const bool is_float = item.usage == Usage::float_short || item.usage == Usage::float_long;
  if (is_float) {
    text("type", "decimal");
    text("encoding", "float");
    text("float", options_.ibm_float ? "ibm" : "ieee");
    text("byte_order", options_.native_big ? "big" : "little");
    return;
  }
  if (item.blank_when_zero && item.usage == Usage::display) {
    describe_characters(item, row);
    return;
  }
  const bool binary = item.usage == Usage::binary || item.usage == Usage::native || item.usage == Usage::hex_integer;
  if (binary && item.length > binary_bytes_max) {
    text("type", "hex");
    return;
  }
  text("type", picture.scale == 0 ? "integer" : "decimal");
  if (picture.scale != 0) set_member(row, "scale", make_integer(picture.scale, row));
  if (binary) {
    text("encoding", "binary");
    text("byte_order", (item.usage == Usage::native ? options_.native_big : options_.big) ? "big" : "little");
    const bool limited = item.usage == Usage::binary && options_.truncates;
    if (limited) {
      set_member(row, "digits", make_integer(picture.digits, row));
    } else if (picture.digits > 18 || item.length > 8) {
      // More than a number has, so the exact text, of as many digits as the bytes hold: 8 log10(2) a byte.
      const auto room = static_cast<std::int64_t>(item.length * 240824 / 100000 + 1);
      set_member(row, "digits", make_integer(std::min<std::int64_t>(room, digits_max), row));
    }
  } else if (item.usage == Usage::packed || item.usage == Usage::packed_unsigned) {
    text("encoding", item.usage == Usage::packed ? "packed" : "bcd");
    set_member(row, "digits", make_integer(picture.digits, row));
  } else {
    if (is_signed) {
      const std::string place = item.sign_leading ? "leading" : "trailing";
      text("sign", item.sign_separate ? place : "overpunch_" + place);
    }
    if (picture.digits > 18) set_member(row, "digits", make_integer(picture.digits, row));
    return;
  }
  if (is_signed) set_member(row, "signed", make_boolean(row));
}

void RowMaker::describe_characters(const Item& item, ConfigValue& row) const {
  const auto text = [&row](std::string key, std::string value) {
    set_member(row, std::move(key), make_text(std::move(value), row));
  };
  const Picture& picture = item.picture;
  if (item.usage == Usage::dbcs && options_.double_bytes) {
    text("encoding", "dbcs");
    return;
  }
  if (item.usage == Usage::index || item.usage == Usage::pointer || item.usage == Usage::dbcs) {
    text("type", "hex");
    return;
  }
  if (item.usage == Usage::national) {
    text("encoding", "utf-16be");
    return;
  }
  const bool edited = picture.category == Category::numeric_edited || picture.category == Category::numeric;
  // S with a point in storage is no COBOL, though some readers take it: its characters.
  if (edited && !picture.has_sign) {
    text("type", picture.scale == 0 ? "integer" : "decimal");
    text("encoding", "edited");
    text("picture", picture.text);
    if (item.blank_when_zero) set_member(row, "blank_zero", make_boolean(row));
  } else if (item.justified) {
    text("align", "right");
  }
}

/// The values of the 88s below the item, when all of them can be listed.
void RowMaker::add_codes(const Item& item, ConfigValue& row) const {
  ConfigValue codes = make_text({}, row);
  codes.kind = Kind::array;
  const auto numeric = [](const std::string& text) {
    return !text.empty() && text.size() <= 17 && text.find_first_not_of("0123456789") == std::string::npos;
  };
  const auto add = [&](std::string text) { codes.items.push_back(make_text(std::move(text), row)); };
  for (const Condition& condition : item.conditions) {
    for (const Condition::Range& range : condition.ranges) {
      const bool plain = range.from.quoted ? !range.from.hex : numeric(range.from.text);
      if (!plain) return;
      std::string from = range.from.text;
      from.erase(from.find_last_not_of(' ') + 1);
      if (from.empty()) continue;
      if (!range.to) {
        add(is_number(item) ? from.substr(std::min(from.find_first_not_of('0'), from.size() - 1)) : from);
        continue;
      }
      if (!numeric(from) || !numeric(range.to->text) || !is_number(item)) return;
      const std::int64_t last = std::stoll(range.to->text);
      if (last - std::stoll(from) > codes_max) return;
      for (std::int64_t code = std::stoll(from); code <= last; ++code) add(std::to_string(code));
    }
  }
  if (!codes.items.empty() && item.picture.scale == 0) set_member(row, "codes", std::move(codes));
}

void RowMaker::merge_override(const Item& item, ConfigValue& row) {
  const ConfigValue* other = member_for(options_.fields, item);
  if (other == nullptr) return;
  if (other->kind != Kind::table) {
    report_(*other, "CFG-0004"_code, "what a field is besides should be a table", "");
    return;
  }
  // One that says the type says all of it.
  if (other->find("type") != nullptr || other->find("encoding") != nullptr) {
    std::erase_if(row.members, [](const ConfigValue::Member& member) {
      constexpr std::string_view kept[] = {"name", "length", "repeat", "min", "depending_on"};
      return std::find(std::begin(kept), std::end(kept), member.key) == std::end(kept);
    });
  }
  for (const ConfigValue::Member& member : other->members) set_member(row, member.key, member.value);
}

/// Whether `name`, "ITEM" or "GROUP.ITEM", is that of the item.
bool RowMaker::is_named(const Item& item, std::string_view name) const {
  const std::vector<std::string> words = split_name(to_upper(name));
  if (words.back() != item.key) return false;
  std::size_t left = words.size() - 1;
  for (std::uint32_t up = item.parent; left > 0 && up != none; up = copybook_.items[up].parent) {
    if (copybook_.items[up].key == words[left - 1]) --left;
  }
  return left == 0;
}

const ConfigValue* RowMaker::member_for(const ConfigValue* table, const Item& item) const {
  if (table == nullptr) return nullptr;
  for (const ConfigValue::Member& member : table->members) {
    if (is_named(item, member.key)) return &member.value;
  }
  return nullptr;
}

void RowMaker::check_names(const ConfigValue* table, bool redefined) {
  if (table == nullptr) return;
  for (const ConfigValue::Member& member : table->members) {
    const bool known = std::any_of(copybook_.items.begin(), copybook_.items.end(), [&](const Item& item) {
      return (!redefined || !item.redefined_by.empty()) && is_named(item, member.key);
    });
    if (known) continue;
    report_(member.value, "CPY-0050"_code, fmt::format("the copybook has no such item \"{}\"", member.key),
            redefined ? "name the item that is redefined, not the one that redefines it" : "");
  }
}

const ConfigValue* RowMaker::choice_of(const Item& item) const {
  const ConfigValue* own = member_for(redefines_, item);
  const ConfigValue* general = member_for(options_.redefines, item);
  return own != nullptr ? own : general;
}

/// "NAME", or the number of the alternative: 1 is the redefined item itself.
std::uint32_t RowMaker::find_alternative(std::uint32_t index, const ConfigValue& value) {
  const Item& item = copybook_.items[index];
  std::vector<std::uint32_t> all{index};
  all.insert(all.end(), item.redefined_by.begin(), item.redefined_by.end());
  if (value.kind == Kind::integer && value.integer >= 1 && value.integer <= static_cast<std::int64_t>(all.size())) {
    return all[static_cast<std::size_t>(value.integer - 1)];
  }
  for (const std::uint32_t each : all) {
    if (value.kind == Kind::string && copybook_.items[each].key == to_upper(value.text) && !value.text.empty())
      return each;
  }
  report_(value, "CPY-0054"_code, fmt::format("this is no alternative of {}", item.is_filler() ? "FILLER" : item.name),
          "a name, or the number of the redefinition; 1 is the redefined item itself");
  return none;
}

/// Returns how many bytes of the items' place the rows take: less than all of them when the one that is chosen is short
/// and nothing follows, as in records of variable length.
std::uint64_t RowMaker::add_redefined(std::uint32_t index, ConfigValue& rows, Names& taken) {
  const Item& item = copybook_.items[index];
  const std::uint64_t length = extent(index);
  const ConfigValue* choice = choice_of(item);
  if (choice != nullptr && choice->kind == Kind::array) {
    add_variants(index, *choice, length, rows, taken);
    return length;
  }
  if (choice != nullptr) {
    const std::uint32_t used = find_alternative(index, *choice);
    if (used == none) return length;
    add_item(used, rows, taken);
    return copybook_.items[used].total_length();
  }
  // Which of them it is, nobody has said: the bytes as they are.
  ConfigValue row = at(item.spot, Kind::table);
  names_[index] = take_name(item, taken);
  set_member(row, "name", make_text(names_[index], row));
  set_member(row, "type", make_text("hex", row));
  set_member(row, "length", make_integer(static_cast<std::int64_t>(length), row));
  rows.items.push_back(std::move(row));
  return length;
}

void RowMaker::add_variants(std::uint32_t index, const ConfigValue& choices, std::uint64_t length, ConfigValue& rows,
                            Names& taken) {
  const Item& item = copybook_.items[index];
  ConfigValue row = at(item.spot, Kind::table);
  ConfigValue variants = at(item.spot, Kind::array);
  for (const ConfigValue& choice : choices.items) {
    const ConfigValue* use = choice.kind == Kind::table ? choice.find("use") : nullptr;
    if (use == nullptr) {
      report_(choice, "CPY-0054"_code, "an alternative is { use = \"NAME\", when = { field = \"OTHER\", is = \"C\" } }",
              "");
      continue;
    }
    const std::uint32_t used = find_alternative(index, *use);
    if (used == none) continue;
    const Item& alternative = copybook_.items[used];
    ConfigValue variant = at(alternative.spot, Kind::table);
    ConfigValue body = at(alternative.spot, Kind::array);
    Names inner;
    const bool group = alternative.is_group() && alternative.occurs_max == 1 && alternative.depending_on.empty() &&
                       !alternative.is_filler();
    if (group) {
      names_[used] = take_name(alternative, taken);
      set_member(variant, "name", make_text(names_[used], variant));
      std::uint64_t end = alternative.offset;
      add_items(alternative.children, end, body, inner);
      const std::uint64_t rest = alternative.offset + length - end;
      if (rest != 0) add_filler(rest, alternative.spot, body, inner);
    } else {
      // What is no group stands where the redefinition does.
      add_item(used, body, taken);
      const std::uint64_t rest = length - alternative.total_length();
      if (rest != 0) add_filler(rest, alternative.spot, body, taken);
    }
    for (const ConfigValue::Member& member : choice.members) {
      if (member.key == "when") {
        set_member(variant, "when", when(used, member.value));
      } else if (member.key != "use") {
        set_member(variant, member.key, member.value);
      }
    }
    set_member(variant, "fields", std::move(body));
    variants.items.push_back(std::move(variant));
  }
  const bool always = !choices.items.empty() && choices.items.back().find("when") == nullptr;
  set_member(row, "variants", std::move(variants));
  if (!always)
    set_member(row, "raw",
               make_text(unique((item.is_filler() ? "FILLER" : shape_name(item.name)) + "_RAW", taken), row));
  set_member(row, "length", make_integer(static_cast<std::int64_t>(length), row));
  rows.items.push_back(std::move(row));
}

/// A condition on a field of the record, with the field's name in the shape.
ConfigValue RowMaker::when(std::uint32_t index, const ConfigValue& condition) {
  ConfigValue made = condition;
  for (ConfigValue& each : made.items) each = when(index, each);
  for (ConfigValue::Member& member : made.members) {
    if (member.key != "field" || member.value.kind != Kind::string) continue;
    const std::uint32_t item = find_item(copybook_, copybook_.items[index].record, member.value.text, index);
    if (item == none || names_[item].empty()) {
      report_(member.value, "CPY-0050"_code, "this names no item of the record before the redefinition", "");
      continue;
    }
    member.value.text = reference(item);
  }
  return made;
}

/// How rows name an item that stands before: by its name alone, or by its path when others have the same name.
std::string RowMaker::reference(std::uint32_t index) const {
  const Item& item = copybook_.items[index];
  const auto same = std::count_if(copybook_.items.begin(), copybook_.items.end(),
                                  [&](const Item& each) { return each.record == item.record && each.key == item.key; });
  if (same <= 1) return names_[index];
  std::string path = names_[index];
  for (std::uint32_t up = item.parent; up != none; up = copybook_.items[up].parent) {
    // Within a table the engine looks for the nearest.
    if (copybook_.items[up].occurs_max > 1 || !copybook_.items[up].depending_on.empty()) return names_[index];
    if (!names_[up].empty()) path = names_[up] + "." + path;
  }
  return path;
}

ConfigValue RowMaker::select(const Copybook::Record& record, const ConfigValue& select, std::uint64_t skip) {
  ConfigValue made = select;
  for (ConfigValue& each : made.items) each = this->select(record, each, skip);
  const ConfigValue* field = made.find("field");
  if (made.kind != Kind::table || field == nullptr || field->kind != Kind::string) return made;
  const std::uint32_t found = find_item(copybook_, copybook_.items[record.roots.front()].record, field->text,
                                        static_cast<std::uint32_t>(copybook_.items.size()));
  // "batch.sec_code" of another record kind is for the engine to know.
  if (found == none) return made;
  const Item& item = copybook_.items[found];
  if (item.is_group() || item.usage != Usage::display || item.picture.has_sign) {
    report_(*field, "CPY-0055"_code, "records are known by characters, and this item holds none",
            "say { at = position, is_hex = \"…\" } instead");
    return made;
  }
  std::erase_if(made.members, [](const ConfigValue::Member& member) { return member.key == "field"; });
  for (ConfigValue::Member& member : made.members) {
    if (member.key != "is") continue;
    const auto fill = [&item](ConfigValue& value) {
      if (value.kind != Kind::string || value.text.size() >= item.length) return;
      const std::size_t missing = item.length - value.text.size();
      value.text = is_number(item) ? std::string(missing, '0') + value.text : value.text + std::string(missing, ' ');
    };
    fill(member.value);
    for (ConfigValue& value : member.value.items) fill(value);
  }
  set_member(made, "at", make_integer(static_cast<std::int64_t>(skip + item.offset + 1), made));
  return made;
}

}  // namespace tilmash::formats::copybook
