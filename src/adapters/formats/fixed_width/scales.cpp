#include "adapters/formats/fixed_width/scales.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::formats::fixed_width {
namespace {

constexpr std::string_view scale_from = "scale_from";

ConfigValue::Member* find_member(ConfigValue& table, std::string_view key) {
  const auto found =
      std::find_if(table.members.begin(), table.members.end(), [&](const auto& each) { return each.key == key; });
  return found == table.members.end() ? nullptr : &*found;
}

std::string_view text_of(const ConfigValue& table, std::string_view key) {
  const ConfigValue* value = table.find(key);
  return value == nullptr ? std::string_view() : std::string_view(value->text);
}

/// A member that stands where `like` does, for messages.
ConfigValue::Member member(std::string_view key, ConfigValue value, const ConfigValue& like) {
  value.line_number = like.line_number;
  value.column_number = like.column_number;
  return {std::string(key), std::move(value), like.line_number, like.column_number};
}

ConfigValue string_value(std::string text) {
  ConfigValue value;
  value.kind = ConfigValue::Kind::string;
  value.text = std::move(text);
  return value;
}

ConfigValue integer_value(std::int64_t number) {
  ConfigValue value;
  value.kind = ConfigValue::Kind::integer;
  value.integer = number;
  return value;
}

/// The row that states the number of decimals: it has a place, one byte, and digits as its `codes`.
bool states_scale(const ConfigValue& row) {
  const ConfigValue* const codes = row.find("codes");
  const ConfigValue* const length = row.find("length");
  const bool one_byte = length != nullptr && length->integer == 1 && row.find("at") != nullptr;
  return one_byte && codes != nullptr && !codes->items.empty() &&
         std::all_of(codes->items.begin(), codes->items.end(), [](const ConfigValue& code) {
           return code.text.size() == 1 && code.text[0] >= '0' && code.text[0] <= '9';
         });
}

/// The form of the record in which `source` states so many decimals.
ConfigValue form_of(const ConfigValue& fields, const ConfigValue& source, const std::string& digit) {
  ConfigValue select;
  select.members.push_back(member("at", integer_value(source.find("at")->integer), source));
  select.members.push_back(member("is", string_value(digit), source));
  ConfigValue rows = fields;
  for (ConfigValue& row : rows.items) {
    if (ConfigValue::Member* const from = find_member(row, scale_from)) {
      *from = member("scale", integer_value(digit[0] - '0'), from->value);
    }
  }
  ConfigValue form;
  form.line_number = fields.line_number;
  form.column_number = fields.column_number;
  form.members.push_back(member("name", string_value(fmt::format("{}_decimals", digit)), fields));
  form.members.push_back(member("select", std::move(select), source));
  form.members.push_back(member("fields", std::move(rows), fields));
  return form;
}

void expand_record(const ConfigFile& file, ConfigValue& record, Findings& findings) {
  ConfigValue::Member* const fields = find_member(record, "fields");
  if (fields == nullptr) return;
  const std::vector<ConfigValue>& rows = fields->value.items;
  const auto scaled =
      std::find_if(rows.begin(), rows.end(), [](const ConfigValue& row) { return row.find(scale_from) != nullptr; });
  if (scaled == rows.end()) return;
  const std::string_view name = text_of(*scaled, scale_from);
  const auto source =
      std::find_if(rows.begin(), rows.end(), [&](const ConfigValue& row) { return text_of(row, "name") == name; });
  const bool one_source = std::all_of(rows.begin(), rows.end(), [&](const ConfigValue& row) {
    return row.find(scale_from) == nullptr || text_of(row, scale_from) == name;
  });
  if (source == rows.end() || !states_scale(*source) || !one_source) {
    findings.add(config_error(file, *scaled->find(scale_from), "FMT-0107"_code,
                              "`scale_from` should name a field of one byte of the same record",
                              "with `at` and `length = 1`, and the digits it may have: codes = [\"0\", \"2\", \"3\"]"));
    return;
  }
  std::vector<std::string> digits;
  for (const ConfigValue& code : source->find("codes")->items) digits.push_back(code.text);
  // The first form says how many decimals the field of the shape may have.
  std::sort(digits.rbegin(), digits.rend());
  ConfigValue forms;
  forms.kind = ConfigValue::Kind::array;
  for (const std::string& digit : digits) forms.items.push_back(form_of(fields->value, *source, digit));
  *fields = member("form", std::move(forms), fields->value);
}

}  // namespace

void expand_scales(ConfigFile& file, Findings& findings) {
  ConfigValue::Member* const records = find_member(file.root, "record");
  if (records == nullptr) return;
  for (ConfigValue& record : records->value.items) expand_record(file, record, findings);
}

}  // namespace tilmash::formats::fixed_width
