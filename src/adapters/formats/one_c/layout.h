// A layout of tagged lines, compiled: the sections of a 1CClientBankExchange file (or of its Belarusian cousin, whose
// lines are ^Key=Value^) with the keys that its dictionary knows, beside the Shape that the rest of the house sees. It
// holds no input and no state; docs/1c-client-bank.md is the grammar it is compiled from.
//
// LAYOUT  1CClientBankExchange           a section opens with a line of its own,
//         ВерсияФормата=2.0              holds lines of a key, '=' and a value,
//         СекцияДокумент=Выписка         or opens with a line that is itself a key and a value,
//         Сумма=160000
//         КонецДокумента                 and ends with a line of its own, or where another begins.
//
// Source: 1C's description of the exchange "Клиент банка", format versions 1.01 to 1.03; KZ dialect as seen in files.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/format.h"
#include "base/civil.h"
#include "base/code_page.h"

namespace tilmash::formats::one_c {

inline constexpr std::uint32_t none = 0xFFFFFFFF;
// Bounds, so that no file can make a section or a table without limit.
inline constexpr std::size_t lines_max = 10000;    ///< of a section
inline constexpr std::size_t sections_max = 1000;  ///< above the items: header, accounts
inline constexpr std::size_t keys_max = 2000;      ///< of a layout

/// What a line of a file may be: known keys of a section.
struct Key {
  std::string text;   ///< as the dictionary writes it
  std::string bytes;  ///< as the file is written
  std::uint32_t node = no_node;
  LeafType type = LeafType::text;
  bool required = false;
  bool repeats = false;
  std::vector<std::string> codes;
};

using Lookup = std::map<std::string, std::uint32_t, std::less<>>;

/// A line of its own: as it is looked for (OneCLayout::normal) and as it is written.
struct Mark {
  std::string normal;
  std::string bytes;
};

struct Section {
  enum class Opens : std::uint8_t { line, like, key };

  std::string kind;
  Opens opens = Opens::line;
  Mark open;                           ///< the line, or what it begins with
  Mark close;                          ///< empty = ends where another section begins
  std::vector<std::string> open_keys;  ///< normal
  std::uint32_t title = no_node;       ///< the leaf that holds the whole opening line
  std::vector<Key> keys;
  Lookup by_name;  ///< normal key -> index into keys
  std::uint32_t node = no_node;
  std::uint32_t extension = no_node;  ///< group of a line that holds no known value …
  std::uint32_t position = no_node;   ///< … its number within the section, 1-based
  std::uint32_t key = no_node;        ///< … its key, if it has one
  std::uint32_t value = no_node;      ///< … its value, if it has one
  std::uint32_t max = 1;
  bool item = false;
};

/// A sum the file states: `field` equals the sum of `terms`, the latest values of other fields; or of all items.
struct ControlRule {
  enum class Kind : std::uint8_t { equals, sum, received, spent };
  struct Term {
    std::uint32_t node = 0;
    bool minus = false;
  };

  Kind kind = Kind::equals;
  std::uint32_t field = 0;
  std::uint32_t section = 0;
  std::vector<Term> terms;
};

/// Where an item says which way money went.
struct Movement {
  std::uint32_t account = no_node;  ///< of the section that states balances
  std::uint32_t amount = no_node;
  std::uint32_t received = no_node;
  std::uint32_t spent = no_node;
  std::vector<std::uint32_t> payers;
  std::vector<std::uint32_t> payees;
};

/// A value of the header and the code pages it may mean.
struct Encoding {
  std::string value;
  std::vector<std::string> pages;
};

enum class LineEnd : std::uint8_t { lf, crlf, any };
enum class Presence : std::uint8_t { required, optional, absent };
enum class KeyCase : std::uint8_t { exact, upper, any };
enum class Point : std::uint8_t { dot, comma, any };

class OneCLayout final : public Layout {
 public:
  const Shape& shape() const override { return shape_; }
  std::uint32_t find_record(std::string_view kind) const override { return shape_.find_child(0, kind); }
  std::unique_ptr<ItemStream> decoder(std::string_view input, std::string file, RecordSink* records) const override;
  std::unique_ptr<Encoder> encoder() const override;
  std::unique_ptr<RecordWriter> record_writer() const override;
  std::string describe() const override;

  /// What is compared of a key or a line: the bytes themselves or, when case does not matter, capitals in UTF-8, made
  /// in `buffer`.
  std::string_view normal(std::string_view bytes, std::string& buffer) const;
  /// "schemas/one_c/kz-2.0.toml:41"
  std::string rule(std::uint32_t node) const;
  /// The section whose group is `node`; none when there is none.
  std::uint32_t section_of(std::uint32_t node) const;

  Shape shape_;
  std::shared_ptr<const CodePage> page;
  LineEnd line_end = LineEnd::crlf;
  Presence final_line_end = Presence::required;
  Presence end_line = Presence::required;
  KeyCase key_case = KeyCase::exact;
  Point point = Point::dot;
  bool bom = false;
  bool keep_unknown = true;
  std::string wrap;  ///< stands at both ends of a line; may be empty
  std::optional<DatePattern> date;
  std::vector<Section> sections;  ///< in their order; the first opens the file
  std::uint32_t item = none;
  std::uint32_t end = none;  ///< the section that ends the file
  std::vector<ControlRule> controls;
  Movement movement;
  std::uint32_t encoding = no_node;  ///< the field that names the encoding; no_node = not compared
  std::vector<Encoding> encodings;
  std::vector<std::pair<std::string, std::string>> other_pages;  ///< page and a key of the header as it writes it
  std::vector<std::string> rules;                                ///< by node
};

/// ASCII and Cyrillic letters in capitals.
std::string in_capitals(std::string_view utf8);

/// Compiles a layout file; nullptr and findings (ONC-0100 …) when it is wrong.
std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings);

}  // namespace tilmash::formats::one_c
