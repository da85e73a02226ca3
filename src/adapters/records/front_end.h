// How a format makes a RecordLayout: it reads the keys of the file that are its own and says what the fields of a
// record are; the tree of record kinds, selectors, forms, controls and the shape are compiled here for all of them.
#pragma once

#include <string>
#include <vector>

#include "adapters/records/layout.h"

namespace tilmash::records {

/// A row of `fields` as written.
struct Draft {
  Field field;
  std::string name;         ///< empty for a filler
  std::vector<Draft> body;  ///< of a group
  LeafType type = LeafType::text;
  Facets facets;
  Sensitivity sensitivity = Sensitivity::open;
  std::vector<std::string> over;  ///< of a check: names of other fields
  const ConfigValue* at = nullptr;
};

struct Compiler {
  const ConfigFile& file;
  const Data& data;
  Findings& findings;
  RecordLayout& layout;
  std::size_t field_count = 0;

  void error(const ConfigValue& at, Code code, std::string text, std::string help = {}) {
    findings.add(config_error(file, at, code, std::move(text), std::move(help)));
  }

  // fields.cpp
  std::vector<Draft> read_fields(const ConfigValue& rows, std::uint32_t length, unsigned depth = 0);
  Draft read_field(const ConfigValue& row, unsigned depth);

  // controls.cpp
  void read_controls(std::uint32_t kind, const ConfigValue& rows);
  /// The watch of a path "batch.sec_code"; none (and FMT-0105 at `at`) when it names no field.
  std::uint32_t watch_of(const ConfigValue& at, std::string_view path);
  /// The slot of a field of a kind; none when no form has it outside of a group.
  std::uint32_t slot_of(std::uint32_t kind, std::string_view field);
  /// The same, of a field that may stand in a group ("summary.amount"): its slot has the sum of all occurrences.
  std::uint32_t sum_slot_of(std::uint32_t kind, std::string_view path);
  std::uint32_t find_kind(std::string_view name) const;
};

/// A format's part in compiling a layout. As it is: fixed-width records whose fields are rows of TOML.
class FrontEnd {
 public:
  virtual ~FrontEnd() = default;
  /// Reads the format's own keys of the file, before any record.
  virtual void read_file(Compiler& compiler, ConfigReader& file);
  /// The fields of a `[[record]]` or `[[record.form]]`, which cover the record to its last byte.
  virtual std::vector<Draft> read_fields(Compiler& compiler, ConfigReader& record, const Kind& kind);
};

/// Compiles a layout file; nullptr and findings (FMT-0100 …) when it is wrong.
std::unique_ptr<formats::Layout> compile(const ConfigFile& file, const Data& data, Findings& findings,
                                         FrontEnd& front_end);

}  // namespace tilmash::records
