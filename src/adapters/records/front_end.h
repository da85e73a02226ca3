// How a format makes a RecordLayout: it reads the keys of the file that are its own and says what the fields of a
// record are; the tree of record kinds, selectors, forms, controls and the shape are compiled here for all of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "adapters/records/layout.h"

namespace tilmash::records {

/// A row of `fields` as written.
struct Draft {
  Field field;
  std::string name;         ///< empty for a filler
  std::vector<Draft> body;  ///< of a group, list, variants or variant
  LeafType type = LeafType::text;
  Facets facets;
  Sensitivity sensitivity = Sensitivity::open;
  std::vector<std::string> over;      ///< of a check: names of other fields
  std::string depending;              ///< name or path of the field that counts the occurrences
  const ConfigValue* when = nullptr;  ///< of a variant
  const ConfigValue* at = nullptr;
};

/// What fields take from the file when they don't say it themselves.
struct FieldDefaults {
  bool lenient = false;
  bool little = false;
  bool ibm = false;
  bool controls = false;
  Odo odo = Odo::slide;
  std::uint32_t unmappable = none;
  Picture::Options picture;
};

struct Compiler {
  const ConfigFile& file;
  const Data& data;
  Findings& findings;
  RecordLayout& layout;
  std::size_t field_count = 0;
  FieldDefaults defaults = {};

  void error(const ConfigValue& at, Code code, std::string text, std::string help = {}) {
    findings.add(config_error(file, at, code, std::move(text), std::move(help)));
  }

  /// The byte of an ASCII character on the page of the file.
  char byte_of(char c) const;
  /// One of `names`, which are the values of an enumeration in their order; the first when it is wrong (FMT-0107).
  std::size_t read_choice(ConfigReader& row, std::string_view key, std::initializer_list<std::string_view> names,
                          std::size_t fallback);

  // unmappable_keys.cpp
  /// The policy of key `unmappable` of a field or the file; `fallback` when it has none.
  std::uint32_t read_unmappable(ConfigReader& row, std::uint32_t fallback);

  // fields.cpp
  std::vector<Draft> read_fields(const ConfigValue& rows, std::uint32_t length, unsigned depth = 0);
  Draft read_field(const ConfigValue& row, unsigned depth);
  void read_defaults(ConfigReader& file_keys);
  /// The keys of a number without a name: `length`, `encoding` …; an integer.
  Draft read_number(ConfigReader& row, const ConfigValue& at);

  // tables.cpp
  Draft read_group(ConfigReader& row, const ConfigValue& value, unsigned depth);
  Draft read_variants(ConfigReader& row, const ConfigValue& value, unsigned depth);
  Draft repeated(Draft leaf, ConfigReader& row, const ConfigValue& value);
  /// Finds the fields that tables depend on and variants are chosen by. `rows` are the drafts of the form's fields.
  void connect_tables(std::uint32_t kind, std::uint32_t form, const std::vector<const Draft*>& rows);

  // framing.cpp
  void read_framing(ConfigReader& file_keys);

  // layout.cpp
  bool read_bytes(ConfigReader& row, Condition& condition);
  /// `select` or `when`; `find` gives the slot of a field of this record, when fields of it may be named.
  std::vector<Condition> read_select(const ConfigValue* value, std::uint32_t length, bool watches_allowed,
                                     const std::function<std::uint32_t(std::string_view)>& find = nullptr);

  // controls.cpp
  void read_controls(std::uint32_t kind, const ConfigValue& rows);
  /// The watch of a path "batch.sec_code"; none (and FMT-0105 at `at`) when it names no field.
  std::uint32_t watch_of(const ConfigValue& at, std::string_view path);
  /// The slot of a field of a kind; none when no form has it outside of a group.
  std::uint32_t slot_of(std::uint32_t kind, std::string_view field);
  /// The same, of a field that may stand in a group ("summary.amount"): its slot has the sum of all occurrences.
  std::uint32_t sum_slot_of(std::uint32_t kind, std::string_view path);
  /// The slot of a leaf of a kind, wherever it stands; none when no form has it.
  std::uint32_t slot_of_node(std::uint32_t kind, std::uint32_t node);
  std::uint32_t find_kind(std::string_view name) const;
};

/// A format's part in compiling a layout. As it is: fixed-width records whose fields are rows of TOML.
class FrontEnd {
 public:
  virtual ~FrontEnd() = default;
  virtual std::unique_ptr<RecordLayout> make_layout();
  /// Reads the format's own keys of the file, before any record.
  virtual void read_file(Compiler& compiler, ConfigReader& file);
  /// The fields of a `[[record]]` or `[[record.form]]`, which cover the record to its last byte.
  virtual std::vector<Draft> read_fields(Compiler& compiler, ConfigReader& record, const Kind& kind);
};

/// Compiles a layout file; nullptr and findings (FMT-0100 …) when it is wrong.
std::unique_ptr<formats::Layout> compile(const ConfigFile& file, const Data& data, Findings& findings,
                                         FrontEnd& front_end);

}  // namespace tilmash::records
