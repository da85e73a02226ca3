#include "base/config.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <sstream>

namespace tilmash {
namespace {

struct Converter {
  std::string_view file;
  Findings& findings;
  bool ok = true;

  ConfigValue convert(const toml::node& node) {
    ConfigValue value;
    value.line_number = node.source().begin.line;
    value.column_number = node.source().begin.column;
    if (const auto* table = node.as_table()) {
      value.kind = ConfigValue::Kind::table;
      for (const auto& [key, child] : *table) {
        value.members.push_back(
            {std::string(key.str()), convert(child), key.source().begin.line, key.source().begin.column});
      }
      // The library keeps keys sorted by name; the file's order is what people wrote.
      std::stable_sort(value.members.begin(), value.members.end(), [](const auto& a, const auto& b) {
        return std::pair(a.line_number, a.column_number) < std::pair(b.line_number, b.column_number);
      });
    } else if (const auto* array = node.as_array()) {
      value.kind = ConfigValue::Kind::array;
      for (const auto& child : *array) value.items.push_back(convert(child));
    } else if (const auto* text = node.as_string()) {
      value.kind = ConfigValue::Kind::string;
      value.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
      value.kind = ConfigValue::Kind::integer;
      value.integer = integer->get();
    } else if (const auto* boolean = node.as_boolean()) {
      value.kind = ConfigValue::Kind::boolean;
      value.integer = boolean->get() ? 1 : 0;
    } else {
      ok = false;
      Diagnostic error;
      error.code = "CFG-0002"_code;
      error.place = {.file = std::string(file), .line_number = value.line_number, .column_number = value.column_number};
      error.text = "amounts, dates and times are written as strings here, between quotes";
      findings.add(std::move(error));
    }
    return value;
  }
};

std::string kind_name(ConfigValue::Kind kind) {
  switch (kind) {
    case ConfigValue::Kind::table:
      return "a table";
    case ConfigValue::Kind::array:
      return "an array";
    case ConfigValue::Kind::string:
      return "a string";
    case ConfigValue::Kind::integer:
      return "a whole number";
    case ConfigValue::Kind::boolean:
      return "true or false";
  }
  return "";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const ConfigValue* ConfigValue::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::optional<ConfigFile> read_config(std::string name, std::string_view text, Findings& findings) {
  ConfigFile file;
  file.name = std::move(name);
  file.text = text;
  try {
    const toml::table table = toml::parse(text, std::string_view(file.name));
    Converter converter{file.name, findings};
    file.root = converter.convert(table);
    if (!converter.ok) return std::nullopt;
  } catch (const toml::parse_error& parse_error) {
    Diagnostic error;
    error.code = "CFG-0001"_code;
    error.place = {.file = file.name,
                   .line_number = parse_error.source().begin.line,
                   .column_number = parse_error.source().begin.column};
    error.text = std::string(parse_error.description());
    findings.add(std::move(error));
    return std::nullopt;
  }
  return file;
}

ConfigReader::ConfigReader(const ConfigFile& file, const ConfigValue& table, Findings& findings)
    : file_(file), table_(table), findings_(findings) {}

const ConfigValue* ConfigReader::value(std::string_view key) {
  known_.emplace_back(key);
  return table_.find(key);
}

const ConfigValue* ConfigReader::of_kind(std::string_view key, ConfigValue::Kind kind, bool required) {
  const ConfigValue* found = value(key);
  if (found == nullptr) {
    if (required) error("CFG-0003"_code, fmt::format("the key \"{}\" is missing", key));
    return nullptr;
  }
  if (found->kind != kind) {
    error("CFG-0004"_code, fmt::format("\"{}\" should be {}", key, kind_name(kind)), {}, found);
    return nullptr;
  }
  return found;
}

std::string ConfigReader::string(std::string_view key) {
  const ConfigValue* found = of_kind(key, ConfigValue::Kind::string, true);
  return found != nullptr ? found->text : std::string();
}

std::string ConfigReader::string_or(std::string_view key, std::string_view fallback) {
  const ConfigValue* found = of_kind(key, ConfigValue::Kind::string, false);
  return found != nullptr ? found->text : std::string(fallback);
}

std::int64_t ConfigReader::integer(std::string_view key) {
  const ConfigValue* found = of_kind(key, ConfigValue::Kind::integer, true);
  return found != nullptr ? found->integer : 0;
}

std::int64_t ConfigReader::integer_or(std::string_view key, std::int64_t fallback) {
  const ConfigValue* found = of_kind(key, ConfigValue::Kind::integer, false);
  return found != nullptr ? found->integer : fallback;
}

bool ConfigReader::boolean_or(std::string_view key, bool fallback) {
  const ConfigValue* found = of_kind(key, ConfigValue::Kind::boolean, false);
  return found != nullptr ? found->integer != 0 : fallback;
}

std::vector<std::string> ConfigReader::strings_or_empty(std::string_view key) {
  const ConfigValue* found = value(key);
  if (found == nullptr) return {};
  if (found->kind == ConfigValue::Kind::string) return {found->text};
  std::vector<std::string> texts;
  if (found->kind == ConfigValue::Kind::array) {
    for (const ConfigValue& item : found->items) {
      if (item.kind != ConfigValue::Kind::string) {
        error("CFG-0004"_code, fmt::format("\"{}\" should hold strings", key), {}, &item);
        continue;
      }
      texts.push_back(item.text);
    }
    return texts;
  }
  error("CFG-0004"_code, fmt::format("\"{}\" should be a string or an array of strings", key), {}, found);
  return {};
}

const ConfigValue* ConfigReader::table(std::string_view key) {
  return of_kind(key, ConfigValue::Kind::table, true);
}
const ConfigValue* ConfigReader::array(std::string_view key) {
  return of_kind(key, ConfigValue::Kind::array, true);
}

void ConfigReader::finish() {
  for (const ConfigValue::Member& member : table_.members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    Diagnostic found =
        config_error(file_, member.value, "CFG-0005"_code, fmt::format("the key \"{}\" is not known here", member.key));
    found.place.line_number = member.line_number;
    found.place.column_number = member.column_number;
    found.place.length_bytes = member.key.size();
    if (const std::string near = nearest_name(member.key, known_); !near.empty()) {
      found.help = fmt::format("the nearest known key is \"{}\"", near);
    }
    findings_.add(std::move(found));
  }
}

void ConfigReader::error(Code code, std::string text, std::string help, const ConfigValue* at) {
  findings_.add(config_error(file_, at != nullptr ? *at : table_, code, std::move(text), std::move(help)));
}

Diagnostic config_error(const ConfigFile& file, const ConfigValue& at, Code code, std::string text, std::string help,
                        std::uint32_t skip, std::uint32_t length) {
  Diagnostic error;
  error.code = code;
  error.place.file = file.name;
  error.place.line_number = at.line_number;
  error.place.column_number = at.column_number + skip;
  error.place.length_bytes = length != 0 ? length : at.kind == ConfigValue::Kind::string ? at.text.size() + 2 : 1;
  error.text = std::move(text);
  error.help = std::move(help);
  return error;
}

std::string rule_place(const ConfigFile& file, const ConfigValue& at) {
  return fmt::format("{}:{}", file.name, at.line_number);
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = name.size() / 3 + 2;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace tilmash
