// What the parts of the compiler share: a layout file with its dictionary becomes a OneCLayout. layout.cpp reads the
// layout and builds the shape, dictionary.cpp reads the dictionary. Not for other folders.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/one_c/layout.h"

namespace tilmash::formats::one_c {

struct DraftKey {
  Key key;
  std::string name;
  Sensitivity sensitivity = Sensitivity::open;
  std::string rule;
};

struct DraftSection {
  Section section;
  std::string open;
  std::string close;
  std::vector<std::string> open_keys;
  std::string title;
  std::string rule;
  std::vector<DraftKey> keys;
};

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

template <typename Value, std::size_t size>
Value choose(ConfigReader& row, std::string_view key, const Choice<Value> (&choices)[size],
             std::string_view otherwise) {
  const std::string text = row.string_or(key, otherwise);
  std::string names;
  for (const auto& each : choices) {
    if (each.name == text) return each.value;
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  row.error("ONC-0101"_code, fmt::format("`{}` can't be \"{}\"", key, text), names, row.value(key));
  return choices[0].value;
}

class Compiler {
 public:
  Compiler(const ConfigFile& file, const Data& data, Findings& findings, OneCLayout& layout)
      : file_(file), data_(data), findings_(findings), layout_(layout), errors_before_(findings.error_count()) {}

  bool run();

 private:
  bool failed() const { return findings_.error_count() != errors_before_; }
  void read_layout(ConfigReader& row);
  bool read_dictionary(const std::string& name, int depth);
  void read_section(const ConfigFile& file, const ConfigValue& value);
  void read_keys(const ConfigFile& file, const ConfigValue& rows, DraftSection& draft);
  void read_key(const ConfigFile& file, ConfigReader& row, const ConfigValue& at, DraftSection& draft);
  void read_encoding(const ConfigFile& file, const ConfigValue& value);
  void read_movement(const ConfigFile& file, const ConfigValue& value);
  void read_controls(const ConfigFile& file, const ConfigValue& value);
  std::uint32_t field(const ConfigFile& file, const ConfigValue& at, const std::string& path);
  void check_open_keys();
  void connect();
  void build_shape();
  void build_section(DraftSection& draft, Section& section);
  void build_extension(Section& section, std::uint32_t at);
  Mark mark(const std::string& text, bool is_key);

  const ConfigFile& file_;
  const Data& data_;
  Findings& findings_;
  OneCLayout& layout_;
  std::uint64_t errors_before_;
  std::vector<std::unique_ptr<ConfigFile>> files_;  ///< dictionaries, the derived one first
  std::vector<DraftSection> drafts_;
  std::vector<std::string> may_lack_;
  std::vector<std::string> must_have_;
  std::string end_;
  bool encoding_ = true;
  bool balances_ = true;
  bool movements_ = true;
};

}  // namespace tilmash::formats::one_c
