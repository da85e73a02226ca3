// From items to the rows of a layout: what a TOML file would say in `fields`, made from the copybook, for the record
// engine to compile. Nothing is decoded here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/formats/copybook/copybook.h"
#include "base/config.h"

namespace tilmash::formats::copybook {

enum class FillerPolicy : std::uint8_t {
  keep,   ///< a field of its bytes
  skip,   ///< not looked at, written as blanks
  blank,  ///< must be blanks
};

struct Options {
  Dialect dialect;
  bool truncates = true;   ///< TRUNC(STD): COMP is limited to the digits of its picture
  bool big = true;         ///< byte order of COMP
  bool native_big = true;  ///< of COMP-5, COMP-1, COMP-2
  bool ibm_float = true;
  bool double_bytes = false;  ///< the code page has them
  bool underscores = true;    ///< names as expressions can write them
  bool check_conditions = false;
  bool counts_from_zero = false;  ///< tables may be empty whatever OCCURS says is the least
  FillerPolicy filler = FillerPolicy::keep;
  const ConfigValue* fields = nullptr;     ///< overrides by field name: rows to merge
  const ConfigValue* redefines = nullptr;  ///< the choice by redefined item
};

/// Lines of copybook and members, kept apart in one number: the index of the file above the line.
inline constexpr unsigned file_shift = 24;
std::uint32_t encode_line(const Spot& spot);

ConfigValue make_text(std::string text, const ConfigValue& at);
ConfigValue make_integer(std::int64_t value, const ConfigValue& at);
void set_member(ConfigValue& table, std::string key, ConfigValue value);

class RowMaker {
 public:
  using Report = std::function<void(const ConfigValue& at, Code code, std::string text, std::string help)>;
  RowMaker(const Copybook& copybook, const Options& options, Report report)
      : copybook_(copybook), options_(options), report_(std::move(report)), names_(copybook.items.size()) {}

  /// How the rows of one record are made.
  struct Cut {
    std::uint64_t skip = 0;                  ///< bytes before the first item
    std::uint64_t length = 0;                ///< filled up to so many bytes; 0 = where the last item ends
    const ConfigValue* redefines = nullptr;  ///< choices that stand before those of the file
  };
  ConfigValue fields(const Copybook::Record& record, const Cut& cut);

  /// `select` of a record with every `field` made a position. The same value when it names none.
  ConfigValue select(const Copybook::Record& record, const ConfigValue& select, std::uint64_t skip);

  /// The name of an item among its siblings, in the shape.
  std::string shape_name(std::string_view name) const;

  /// Adds an error for every key of a table that names no item, or no redefined one.
  void check_names(const ConfigValue* table, bool redefined);

 private:
  using Names = std::vector<std::string>;
  struct Alternative;

  void add_items(const std::vector<std::uint32_t>& items, std::uint64_t& at, ConfigValue& rows, Names& taken);
  void add_item(std::uint32_t index, ConfigValue& rows, Names& taken);
  std::uint64_t add_redefined(std::uint32_t index, ConfigValue& rows, Names& taken);
  void add_variants(std::uint32_t index, const ConfigValue& choices, std::uint64_t length, ConfigValue& rows,
                    Names& taken);
  void add_filler(std::uint64_t length, const Spot& spot, ConfigValue& rows, Names& taken);
  ConfigValue group_row(std::uint32_t index);
  ConfigValue leaf_row(std::uint32_t index);
  void describe_number(const Item& item, ConfigValue& row) const;
  void describe_characters(const Item& item, ConfigValue& row) const;
  void add_table(const Item& item, ConfigValue& row) const;
  void add_codes(const Item& item, ConfigValue& row) const;
  void merge_override(const Item& item, ConfigValue& row);
  std::string take_name(const Item& item, Names& taken);
  std::string unique(std::string name, Names& taken);
  std::string reference(std::uint32_t item) const;
  std::uint32_t find_alternative(std::uint32_t index, const ConfigValue& value);
  const ConfigValue* choice_of(const Item& item) const;
  bool is_named(const Item& item, std::string_view name) const;
  const ConfigValue* member_for(const ConfigValue* table, const Item& item) const;
  ConfigValue when(std::uint32_t index, const ConfigValue& condition);
  ConfigValue at(const Spot& spot, ConfigValue::Kind kind) const;
  std::uint64_t extent(std::uint32_t index) const;

  const Copybook& copybook_;
  const Options& options_;
  Report report_;
  std::vector<std::string> names_;  ///< by item
  const ConfigValue* redefines_ = nullptr;
  std::uint32_t filler_count_ = 0;
};

}  // namespace tilmash::formats::copybook
