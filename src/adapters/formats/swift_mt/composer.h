// Puts a field together from the cells of its components.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/formats/swift_mt/layout.h"

namespace tilmash::formats::swift_mt {

class Composer {
 public:
  Composer(const MtLayout& layout, const Instance& instance) : layout_(layout), instance_(instance) {}

  /// The text of the field whose group is `cell`. Fails (`why`): SMT-0401 a component is missing, SMT-0402 the
  /// components do not meet the format.
  bool compose(const Option& option, std::uint32_t cell, std::string_view newline, std::string& out,
               std::optional<Diagnostic>& why);

 private:
  struct Value {
    std::uint16_t slot;
    std::uint32_t cell;
    std::string raw;
  };

  bool read_values(const Format& format, std::uint32_t cell, std::vector<Value>& values);
  bool raw_value(const Part& part, std::uint32_t cell, std::string& raw);
  bool write(const Format& format, const std::vector<Value>& values, std::string& out);
  bool write_lines(const Format& format, const Op& op, const std::vector<Value>& values, std::string& out);
  bool present(const Format& format, std::size_t from, std::size_t to, const std::vector<Value>& values) const;
  bool gives_back(const Format& format, std::string_view text, const std::vector<Value>& values);
  bool is_value(const Format& format, const Value& value, std::string_view raw) const;
  bool fail(Code code, std::uint32_t node, std::string text);

  const MtLayout& layout_;
  const Instance& instance_;
  const Option* option_ = nullptr;
  std::string_view newline_;
  std::optional<Diagnostic>* why_ = nullptr;
  Matcher matcher_;
  std::vector<Value> values_;
};

}  // namespace tilmash::formats::swift_mt
