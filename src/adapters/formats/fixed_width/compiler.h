// What the parts of the layout compiler share: the drafts of field rows before they have a place in the shape.
#pragma once

#include <string>
#include <vector>

#include "adapters/formats/fixed_width/layout.h"

namespace tilmash::formats::fixed_width {

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
  FixedLayout& layout;
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
  std::uint32_t find_kind(std::string_view name) const;
};

}  // namespace tilmash::formats::fixed_width
