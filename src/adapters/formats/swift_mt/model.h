// What a family of messages is made of, as its data files say: fields with their formats, messages with the order of
// their fields. Read from schemas/swift_mt/<family>/*.toml; a new message is new rows there.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/swift_mt/notation.h"
#include "base/data.h"

namespace tilmash::formats::swift_mt {

/// A tag of up to four characters as a number; 0 for any longer one.
constexpr std::uint32_t tag_code(std::string_view tag) {
  if (tag.size() > 4) return 0;
  std::uint32_t code = 0;
  for (const char c : tag) code = code << 8 | static_cast<unsigned char>(c);
  return code;
}

/// A field as one of the options of a row: 52A of "52A|52D".
struct Option {
  std::uint32_t code = 0;
  std::string tag;
  const Format* format = nullptr;
  std::uint32_t node = no_node;  ///< its group; its children are the components and, last, `text`
};

/// A row of a message: a field with its options, a sequence of rows, or `*`: any fields up to the end.
struct Row {
  enum class Kind : std::uint8_t { field, sequence, any };
  Kind kind = Kind::field;
  bool mandatory = false;
  std::uint32_t max = 1;
  std::vector<Option> options;
  std::string name;  ///< of a sequence, of `*`
  std::vector<Row> rows;
  std::uint32_t node = no_node;  ///< of a sequence, of `*`
  std::uint32_t line_number = 0;
};

/// "opening + entries = closing", for statements.
struct Balance {
  std::vector<std::string> opening;
  std::vector<std::string> entries;
  std::vector<std::string> closing;
};

/// A rule of the network between fields: see rules.h.
struct RuleRow {
  std::string rule;  ///< "C1", of the handbook
  std::string code;  ///< "D75", what the network answers
  std::string text;
  std::string when;                       ///< broken where this holds; with `same` or `sum`, those count where it holds
  std::vector<std::string> same;          ///< components that have one value …
  std::size_t first = std::string::npos;  ///< … in this many characters
  std::string sum;                        ///< amounts that come to …
  std::string equals;                     ///< … this one
  std::string file;
  std::uint32_t line_number = 0;
  bool local = false;  ///< of a layout, not of a family
};

/// A message, or a block whose fields stand in braces.
struct Message {
  std::string type;     ///< "103"; "S21" of service messages; "{3}" of a block
  std::string variant;  ///< "STP" of 103 STP, as in field 119 of block 3
  std::string name;     ///< its group in the shape, "mt103stp"
  std::string title;
  std::string file;
  std::vector<Row> rows;
  Balance balance;
  std::vector<RuleRow> rules;
  std::uint32_t line_number = 0;
  std::uint32_t node = no_node;
  std::uint32_t extension = no_node;  ///< the group of fields that no row took
};

/// Rows of one name in several families: the first family has it.
struct Model {
  Vocabulary vocabulary;
  std::deque<Format> formats;
  std::map<std::string, const Format*, std::less<>> fields;  ///< by tag; headers as "{1}", "{2I}", "{2O}"
  std::deque<Message> messages;

  const Format* find_field(std::string_view tag) const;
  const Message* find_message(std::string_view type, std::string_view variant) const;
};

/// The keys of definitions, in the files of families and in a layout.
inline constexpr std::string_view definition_keys[] = {"types", "sensitivity", "fields", "message", "rules"};

/// Reads the definitions of `local` (the layout), then the families, the first of which is asked first. Fails
/// (findings): SMT-0101 a format, SMT-0102 a message's rows, SMT-0104 no such family,
/// SMT-0105 a rule.
bool read_families(const std::vector<std::string>& families, const ConfigFile& local, const Data& data, Model& model,
                   Findings& findings);

}  // namespace tilmash::formats::swift_mt
