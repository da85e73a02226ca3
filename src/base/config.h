// A TOML file as a tree of values that remember their line and column, read strictly.
//
// Every definition file of the product (layout, mapping, binding, dictionary, error catalogue) is read through this,
// so each of them refuses unknown keys, duplicate keys and floating-point numbers in the same words, with a place.
// The TOML library stays behind config.cpp. Amounts and identifiers are written as strings.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace tilmash {

/// A value of a definition file: table, array, string, integer or boolean.
class ConfigValue {
 public:
  enum class Kind : std::uint8_t { table, array, string, integer, boolean };
  struct Member;

  Kind kind = Kind::table;
  std::string text;                ///< of a string
  std::int64_t integer = 0;        ///< of an integer; 0 or 1 of a boolean
  std::vector<Member> members;     ///< of a table, in the order of the file
  std::vector<ConfigValue> items;  ///< of an array
  std::uint32_t line_number = 0;
  std::uint32_t column_number = 0;  ///< of the value; for a string, of its opening quote

  /// The member of a table; nullptr when absent.
  const ConfigValue* find(std::string_view key) const;
};

struct ConfigValue::Member {
  std::string key;
  ConfigValue value;
  std::uint32_t line_number = 0;  ///< of the key
  std::uint32_t column_number = 0;
};

/// The text of another file of the folder a definition file stands in; nothing when it can't be read.
using ReadBeside = std::function<std::optional<std::string>(std::string_view name)>;

/// One definition file: its name for messages, its text for carets, its root table.
struct ConfigFile {
  std::string name;
  std::string text;
  ConfigValue root;
  ReadBeside read_beside = {};  ///< for files that it names; may be empty
};

/// Reads `text`. Fails (nullopt, finding added): CFG-0001 not TOML, CFG-0002 a float, date or time value.
std::optional<ConfigFile> read_config(std::string name, std::string_view text, Findings& findings);

/// Typed look-ups in one table that report what is wrong, and at the end what was never asked for.
///
///     ConfigReader row(file, value, findings);
///     auto name = row.string("name");             // CFG-0003 when missing, CFG-0004 when of another kind
///     auto at   = row.integer_or("at", 0);
///     row.finish();                               // CFG-0005 for each key nobody asked for, with the known ones
class ConfigReader {
 public:
  ConfigReader(const ConfigFile& file, const ConfigValue& table, Findings& findings);

  std::string string(std::string_view key);
  std::string string_or(std::string_view key, std::string_view fallback);
  std::int64_t integer(std::string_view key);
  std::int64_t integer_or(std::string_view key, std::int64_t fallback);
  bool boolean_or(std::string_view key, bool fallback);
  std::vector<std::string> strings_or_empty(std::string_view key);  ///< an array of strings, or one string
  /// The value itself, whatever its kind; nullptr when absent.
  const ConfigValue* value(std::string_view key);
  /// nullptr and CFG-0003 or CFG-0004 when it is not there or of another kind.
  const ConfigValue* table(std::string_view key);
  const ConfigValue* array(std::string_view key);

  void finish();
  /// Adds an error at `value` (or at the table itself).
  void error(Code code, std::string text, std::string help = {}, const ConfigValue* at = nullptr);

 private:
  const ConfigValue* of_kind(std::string_view key, ConfigValue::Kind kind, bool required);

  const ConfigFile& file_;
  const ConfigValue& table_;
  Findings& findings_;
  std::vector<std::string> known_;
};

/// An error at a place in a definition file; `skip` columns into the value (past the quote of a string).
Diagnostic config_error(const ConfigFile& file, const ConfigValue& at, Code code, std::string text,
                        std::string help = {}, std::uint32_t skip = 0, std::uint32_t length = 0);

/// "layout.toml:41"
std::string rule_place(const ConfigFile& file, const ConfigValue& at);

/// The candidate nearest to `name` by edit distance, for "did you mean"; empty when none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace tilmash
