#include "qr/dictionary.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::qr {
namespace {

constexpr unsigned templates_deep_max = 4;

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr Named<Kind> kinds[] = {{"tlv", Kind::tlv},
                                 {"ber_tlv", Kind::ber_tlv},
                                 {"key_value", Kind::key_value},
                                 {"issuers", Kind::issuers},
                                 {"named", Kind::named}};
constexpr Named<Format> formats[] = {{"text", Format::text},       {"n", Format::n},
                                     {"ans", Format::ans},         {"hex", Format::hex},
                                     {"amount", Format::amount},   {"integer", Format::integer},
                                     {"percent", Format::percent}, {"number", Format::number},
                                     {"cn", Format::cn},           {"track2", Format::track2}};
constexpr Named<ChecksumKind> checksums[] = {
    {"none", ChecksumKind::none}, {"crc16", ChecksumKind::crc16}, {"sha256_tail", ChecksumKind::sha256_tail}};
constexpr Named<LengthUnit> units[] = {{"characters", LengthUnit::characters}, {"bytes", LengthUnit::bytes}};

template <typename Value, std::size_t size>
Value choose(ConfigReader& row, std::string_view key, const Named<Value> (&names)[size], Value fallback) {
  const ConfigValue* value = row.value(key);
  if (value == nullptr) return fallback;
  std::string known;
  for (const Named<Value>& each : names) {
    if (value->text == each.name) return each.value;
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  row.error("QRC-0001"_code, fmt::format("`{}` should be one of: {}", key, known), {}, value);
  return fallback;
}

std::uint32_t length_of(ConfigReader& row, std::string_view key, std::uint32_t fallback) {
  const std::int64_t value = row.integer_or(key, fallback);
  if (value < 0 || value > 99'999) row.error("QRC-0001"_code, fmt::format("`{}` should be a length", key));
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, 99'999));
}

/// "40-00", "26..51-00", "58".
std::optional<Mark::Where> read_where(ConfigReader& row, std::string_view key) {
  const std::string text = row.string_or(key, "");
  if (text.empty()) return std::nullopt;
  std::string_view rest = text;
  Mark::Where where;
  where.first = where.last = number_of(rest.substr(0, 2));
  rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
  if (rest.starts_with("..")) {
    where.last = number_of(rest.substr(2, 2));
    rest.remove_prefix(std::min<std::size_t>(4, rest.size()));
  }
  if (!rest.empty()) where.inner = rest[0] == '-' ? number_of(rest.substr(1)) : 100;
  const bool good = where.first < 100 && where.last < 100 && (rest.empty() || where.inner < 100);
  if (!good) row.error("QRC-0001"_code, fmt::format("`{}` should be a tag: 58, 40-00 or 26..51-00", key));
  return where;
}

std::vector<Condition> read_conditions(const ConfigFile& file, ConfigReader& row, std::string_view key,
                                       Findings& findings) {
  std::vector<Condition> conditions;
  const ConfigValue* value = row.value(key);
  if (value == nullptr) return conditions;
  const auto add = [&](const ConfigValue& each) {
    ConfigReader reader(file, each, findings);
    conditions.push_back({reader.string("id"), reader.strings_or_empty("is")});
    reader.finish();
  };
  if (value->kind == ConfigValue::Kind::array) {
    for (const ConfigValue& each : value->items) add(each);
  } else {
    add(*value);
  }
  return conditions;
}

std::vector<Field> read_fields(const ConfigFile& file, const ConfigValue& rows, Findings& findings, unsigned depth) {
  std::vector<Field> fields;
  for (const ConfigValue& value : rows.items) {
    ConfigReader row(file, value, findings);
    Field field;
    field.line_number = value.line_number;
    const std::string id = row.string("id");
    const std::size_t dash = id.size() == 5 ? id.find('-') : std::string::npos;
    field.first_id = id.substr(0, dash);
    field.last_id = dash == std::string::npos ? id : id.substr(dash + 1);
    field.name = row.string("name");
    field.format = choose(row, "format", formats, Format::text);
    field.length_min = field.length_max = length_of(row, "length", 0);
    if (field.length_max == 0) {
      field.length_min = length_of(row, "min", 1);
      field.length_max = length_of(row, "max", 99);
    }
    field.tolerated_length_max = length_of(row, "tolerated_max", 0);
    field.scale = length_of(row, "scale", 0);
    field.mandatory = row.boolean_or("mandatory", false);
    field.repeats = row.boolean_or("repeats", false);
    field.sensitive = row.boolean_or("sensitive", false);
    field.written = row.boolean_or("written", false);
    field.tolerated = row.strings_or_empty("tolerated");
    field.tolerated_format = choose(row, "tolerated_format", formats, Format::tags);
    field.required_when = read_conditions(file, row, "required_when", findings);
    field.required_unless = read_conditions(file, row, "required_unless", findings);
    field.allowed_when = read_conditions(file, row, "allowed_when", findings);
    if (const ConfigValue* codes = row.value("codes"); codes != nullptr) {
      for (const ConfigValue::Member& member : codes->members) field.codes.emplace_back(member.key, member.value.text);
      for (const ConfigValue& code : codes->items) field.codes.emplace_back(code.text, "");
      if (field.codes.empty()) row.error("QRC-0001"_code, "`codes` should be a table or a list", {}, codes);
    }
    if (const ConfigValue* inner = row.value("fields"); inner != nullptr) {
      field.format = Format::tags;
      if (depth == templates_deep_max) {
        row.error("QRC-0001"_code, fmt::format("templates stand in templates more than {} deep", templates_deep_max));
      } else {
        field.fields = read_fields(file, *inner, findings, depth + 1);
      }
    }
    row.finish();
    fields.push_back(std::move(field));
  }
  return fields;
}

void read_checksum(const ConfigFile& file, const ConfigValue& value, Dictionary& dictionary, Findings& findings) {
  ConfigReader row(file, value, findings);
  dictionary.checksum_id = row.string("id");
  dictionary.checksum = choose(row, "kind", checksums, ChecksumKind::crc16);
  dictionary.checksum_any_case = row.boolean_or("any_case", false);
  row.finish();
}

std::unique_ptr<Dictionary> read_dictionary(std::string id, const ConfigFile& file, Findings& findings) {
  auto dictionary = std::make_unique<Dictionary>();
  dictionary->id = std::move(id);
  dictionary->file = file.name;
  ConfigReader root(file, file.root, findings);
  dictionary->name = root.string("name");
  dictionary->parent = root.string_or("parent", "");
  dictionary->evidence = root.string_or("evidence", "");
  dictionary->kind = choose(root, "kind", kinds, Kind::tlv);
  dictionary->unit = choose(root, "length_unit", units, LengthUnit::characters);
  dictionary->other_unit_tolerated = root.boolean_or("other_unit_tolerated", false);
  dictionary->first_id = root.string_or("first", "");
  dictionary->last_id = root.string_or("last", "");
  dictionary->length_advised = length_of(root, "length_advised", 0);
  dictionary->basic_plane_only = root.boolean_or("basic_plane_only", false);
  dictionary->base_urls = root.strings_or_empty("base_urls");
  dictionary->is_link = root.boolean_or("link", false);
  if (const ConfigValue* headers = root.value("headers")) {
    for (const auto& [text, page, line, column] : headers->members) dictionary->headers.emplace_back(text, page.text);
  }
  dictionary->order = root.strings_or_empty("order");
  if (const ConfigValue* checksum = root.value("checksum")) read_checksum(file, *checksum, *dictionary, findings);
  if (const ConfigValue* marks = root.value("recognise")) {
    for (const ConfigValue& value : marks->items) {
      ConfigReader row(file, value, findings);
      dictionary->marks.push_back({read_where(row, "tag"), row.strings_or_empty("is"), read_where(row, "absent")});
      row.finish();
    }
  }
  if (const ConfigValue* fields = root.value("fields")) {
    dictionary->fields = read_fields(file, *fields, findings, 0);
  }
  if (const ConfigValue* issuers = root.value("issuer")) {
    for (const ConfigValue& value : issuers->items) {
      ConfigReader row(file, value, findings);
      Issuer issuer{
          row.string("name"),       row.string_or("url", ""), row.string_or("bic", ""), row.string_or("scheme", ""), {},
          row.string_or("note", "")};
      issuer.mark = {read_where(row, "tag"), row.strings_or_empty("is"), {}};
      if (issuer.url.empty() == !issuer.mark.where || (issuer.mark.where && issuer.mark.is.empty())) {
        row.error("QRC-0001"_code, "an issuer has a `url`, or a `tag` and what it `is`");
      }
      row.finish();
      dictionary->issuers.push_back(std::move(issuer));
    }
  }
  root.finish();
  return dictionary;
}

/// What the parent says and the child does not. A field of the child replaces the parent's of the same ids, or stands
/// before the range that holds its id.
void inherit(Dictionary& child, const Dictionary& parent) {
  child.depth = parent.depth + 1;
  if (child.checksum == ChecksumKind::none) {
    child.checksum = parent.checksum;
    child.checksum_id = parent.checksum_id;
    child.checksum_any_case = parent.checksum_any_case;
  }
  if (child.first_id.empty()) child.first_id = parent.first_id;
  if (child.last_id.empty()) child.last_id = parent.last_id;
  if (child.length_advised == 0) child.length_advised = parent.length_advised;
  child.other_unit_tolerated = child.other_unit_tolerated || parent.other_unit_tolerated;
  std::vector<Field> own = std::move(child.fields);
  child.fields = parent.fields;
  for (Field& field : own) {
    const auto at = std::find_if(child.fields.begin(), child.fields.end(),
                                 [&](const Field& other) { return other.last_id >= field.first_id; });
    if (at != child.fields.end() && at->first_id == field.first_id && at->last_id == field.last_id) {
      *at = std::move(field);
    } else {
      child.fields.insert(at, std::move(field));
    }
  }
  const auto place = [&](const Field& field) {
    return std::find(child.order.begin(), child.order.end(), field.first_id) - child.order.begin();
  };
  std::stable_sort(child.fields.begin(), child.fields.end(),
                   [&](const Field& a, const Field& b) { return place(a) < place(b); });
}

}  // namespace

const Field* find_field(const std::vector<Field>& fields, std::string_view id) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.has_id(id); });
  return found == fields.end() ? nullptr : &*found;
}

std::vector<std::uint8_t> index_fields(std::vector<Field>& fields) {
  std::vector<std::uint8_t> by_number(fields.empty() || fields.size() >= no_field ? 0 : 100, no_field);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    Field& field = fields[i];
    field.by_number = index_fields(field.fields);
    field.first_number = number_of(field.first_id);
    field.last_number = number_of(field.last_id);
    for (std::uint32_t number = field.first_number; number <= field.last_number && number < by_number.size();
         ++number) {
      if (by_number[number] == no_field) by_number[number] = static_cast<std::uint8_t>(i);
    }
  }
  return by_number;
}

Dictionaries::Dictionaries(const Data& data, Findings& findings) : data_(data) {
  constexpr std::string_view folder = "schemes/";
  constexpr std::string_view name = "/qr.toml";
  std::vector<std::unique_ptr<Dictionary>> waiting;
  for (const std::string& path : data.list(folder, name)) {
    const auto file = read_config(path, *data.find(path), findings);
    if (!file) continue;
    std::string id = path.substr(folder.size(), path.size() - folder.size() - name.size());
    waiting.push_back(read_dictionary(std::move(id), *file, findings));
  }
  // Parents first; what is left when nothing more can be placed has none, or is its own ancestor.
  for (bool placed = true; placed;) {
    placed = false;
    for (auto& each : waiting) {
      if (!each) continue;
      const Dictionary* parent = each->parent.empty() ? nullptr : find(each->parent);
      if (parent == nullptr && !each->parent.empty()) continue;
      if (parent != nullptr) inherit(*each, *parent);
      all_.push_back(std::move(each));
      placed = true;
    }
  }
  for (const auto& each : waiting) {
    if (!each) continue;
    Diagnostic why;
    why.code = "QRC-0002"_code;
    why.place.file = each->file;
    why.text = fmt::format("the parent {} of {} is no dictionary, or has {} among its own parents", each->parent,
                           each->id, each->id);
    findings.add(std::move(why));
  }
  for (const auto& each : all_) each->by_number = index_fields(each->fields);
  for (const auto& each : all_) {
    for (const Issuer& issuer : each->issuers) {
      if (issuer.mark.where) tag_issuers_.push_back(&issuer);
    }
  }
  // Those that are known by nothing in particular come last.
  const auto rank = [](const auto& each) { return std::pair(each->marks.empty(), -static_cast<int>(each->depth)); };
  std::stable_sort(all_.begin(), all_.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

const Dictionary* Dictionaries::find(std::string_view id) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& each) { return each->id == id; });
  return found == all_.end() ? nullptr : found->get();
}

}  // namespace tilmash::qr
