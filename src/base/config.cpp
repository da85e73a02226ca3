#include "base/config.h"

#include <fmt/format.h>

// A key that begins with a character it can't is a mistake in the file, which the parser tells; its assertion about the
// same would end the program.
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/text.h"

namespace tilmash {
namespace {

/// Places of the library as ours: it counts columns in characters, we in bytes.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text), ascii_(is_ascii(text)) {
    if (ascii_) return;
    lines_.push_back(0);
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      lines_.push_back(at + 1);
    }
  }

  std::uint32_t column(toml::source_position at) const {
    if (ascii_ || at.line == 0 || at.line > lines_.size()) return at.column;
    const std::size_t begin = lines_[at.line - 1];
    std::size_t byte = begin;
    for (std::uint32_t character = 1; character < at.column && byte < text_.size(); ++character) {
      for (++byte; byte < text_.size() && (static_cast<unsigned char>(text_[byte]) & 0xC0) == 0x80;) ++byte;
    }
    return static_cast<std::uint32_t>(byte - begin + 1);
  }

 private:
  std::string_view text_;
  bool ascii_;
  std::vector<std::size_t> lines_;  ///< where each begins
};

struct Converter {
  std::string_view file;
  const Places& places;
  Findings& findings;
  bool ok = true;

  ConfigValue convert(const toml::node& node) {
    ConfigValue value;
    value.line_number = node.source().begin.line;
    value.column_number = places.column(node.source().begin);
    if (const auto* table = node.as_table()) {
      value.kind = ConfigValue::Kind::table;
      for (const auto& [key, child] : *table) {
        value.members.push_back(
            {std::string(key.str()), convert(child), key.source().begin.line, places.column(key.source().begin)});
      }
      // The library keeps keys sorted by name; the file's order is what people wrote.
      std::stable_sort(value.members.begin(), value.members.end(), [](const auto& a, const auto& b) {
        return std::pair(a.line_number, a.column_number) < std::pair(b.line_number, b.column_number);
      });
    } else if (const auto* array = node.as_array()) {
      value.kind = ConfigValue::Kind::array;
      for (const auto& child : *array) value.items.push_back(convert(child));
    } else if (const auto* string = node.as_string()) {
      value.kind = ConfigValue::Kind::string;
      value.text = string->get();
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
  const Places places(text);
  try {
    const toml::table table = toml::parse(text, std::string_view(file.name));
    Converter converter{file.name, places, findings};
    file.root = converter.convert(table);
    if (!converter.ok) return std::nullopt;
  } catch (const toml::parse_error& parse_error) {
    Diagnostic error;
    error.code = "CFG-0001"_code;
    error.place = {.file = file.name,
                   .line_number = parse_error.source().begin.line,
                   .column_number = places.column(parse_error.source().begin)};
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

namespace {

/// A string as it is written, walked byte by byte of its value: escapes and line ends make the two differ.
/// Source: TOML 1.0, "String".
class Literal {
 public:
  /// `source` begins with the opening quote, which stands at the place given.
  Literal(std::string_view source, std::uint32_t line_number, std::uint32_t column_number)
      : source_(source), line_number_(line_number), column_number_(column_number) {
    const char quote = source_.empty() ? '"' : source_[0];
    basic_ = quote == '"';
    const bool long_form = source_.size() > 2 && source_[1] == quote && source_[2] == quote;
    step(long_form ? 3 : 1);
    if (long_form && !source_.empty() && source_[0] == '\r') step(1);
    if (long_form && !source_.empty() && source_[0] == '\n') step(1);
  }

  /// Over the spelling of the next `count` bytes of the value.
  void skip(std::size_t count) {
    while (count > 0 && !source_.empty()) {
      const std::size_t made = basic_ && source_[0] == '\\' ? escape() : plain();
      count -= std::min(count, made);
    }
  }

  std::uint32_t line_number() const { return line_number_; }
  std::uint32_t column_number() const { return column_number_; }

 private:
  std::size_t plain() {
    step(1);
    return 1;
  }

  /// How many bytes of the value the escape makes.
  std::size_t escape() {
    const char kind = source_.size() > 1 ? source_[1] : ' ';
    if (kind == 'u' || kind == 'U') {
      const std::string digits(source_.substr(2, kind == 'u' ? 4 : 8));
      const unsigned long character = std::strtoul(digits.c_str(), nullptr, 16);
      step(2 + digits.size());
      return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    }
    const bool folds_line = kind == ' ' || kind == '\t' || kind == '\r' || kind == '\n';
    step(folds_line ? 1 : 2);
    if (!folds_line) return 1;
    while (!source_.empty() && std::string_view(" \t\r\n").find(source_[0]) != std::string_view::npos) step(1);
    return 0;
  }

  void step(std::size_t count) {
    for (; count > 0 && !source_.empty(); --count) {
      const bool ends_line = source_[0] == '\n';
      line_number_ += ends_line ? 1 : 0;
      column_number_ = ends_line ? 1 : column_number_ + 1;
      source_.remove_prefix(1);
    }
  }

  std::string_view source_;
  std::uint32_t line_number_;
  std::uint32_t column_number_;
  bool basic_ = true;
};

/// The file from a value on; empty when the value does not stand in it (a layout's may be a copybook's).
std::string_view text_at(std::string_view text, const ConfigValue& at) {
  for (std::uint32_t line = 1; line < at.line_number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return at.line_number == 0 || at.column_number > text.size() ? std::string_view() : text.substr(at.column_number - 1);
}

}  // namespace

Diagnostic config_error(const ConfigFile& file, const ConfigValue& at, Code code, std::string text, std::string help,
                        std::uint32_t skip, std::uint32_t length) {
  Diagnostic error;
  error.code = code;
  error.place.file = file.name;
  error.place.line_number = at.line_number;
  error.place.column_number = at.column_number + skip;
  error.place.length_bytes = length != 0 ? length : at.kind == ConfigValue::Kind::string ? at.text.size() + 2 : 1;
  const std::string_view source = at.kind == ConfigValue::Kind::string ? text_at(file.text, at) : std::string_view();
  if (skip != 0 && !source.empty()) {
    Literal literal(source, at.line_number, at.column_number);
    literal.skip(skip - 1);
    error.place.line_number = literal.line_number();
    error.place.column_number = literal.column_number();
    literal.skip(length);
    const bool same_line = literal.line_number() == error.place.line_number;
    if (length != 0 && same_line) error.place.length_bytes = literal.column_number() - error.place.column_number;
  }
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
