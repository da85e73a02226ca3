// The item section of a plan, compiled to give a table of values instead of cells: for outputs that only ask for fields
// by name, as MessageProgram does.
//
// Like MessageProgram it is the short way and never the last word. Where anything is wrong (a fault, a mandatory field
// that is missing) it gives up, and the plan itself runs, whose verdict counts. Where it does not give up, the table
// holds the same fields with the same values as the cells would, and the same rows are noted to have cut a text.
#pragma once

#include <optional>
#include <vector>

#include "translator/plan.h"

namespace tilmash::translator {

/// Rows of a program, by index.
struct RowSet {
  std::uint64_t words[2] = {};

  void add(std::size_t index) { words[index / 64] |= std::uint64_t{1} << index % 64; }
  void add(const RowSet& other) {
    words[0] |= other.words[0];
    words[1] |= other.words[1];
  }
  bool is_empty() const { return (words[0] | words[1]) == 0; }
  bool meets(const RowSet& other) const { return ((words[0] & other.words[0]) | (words[1] & other.words[1])) != 0; }
  bool holds(const RowSet& other) const { return ((~words[0] & other.words[0]) | (~words[1] & other.words[1])) == 0; }
};

/// An item's values by leaf of its shape.
class ItemTable {
 public:
  struct Entry {
    std::string_view text;  ///< as in Cell; data() is null when the field is absent
    Decimal number;
  };

  /// Whether a field has a value, or a group one in it.
  bool has(std::uint32_t node) const { return given_.meets((*rows_of_)[node]); }
  const Entry& entry(std::uint32_t node) const { return entries_[node]; }
  // The same in pieces, for a loop that asks for many.
  const Entry* entries() const { return entries_.data(); }
  const RowSet& given() const { return given_; }
  const RowSet* rows_of() const { return rows_of_->data(); }
  /// Of all values together, or more.
  std::size_t text_bytes() const { return text_bytes_; }

 private:
  friend class ItemProgram;

  std::vector<Entry> entries_;
  const std::vector<RowSet>* rows_of_ = nullptr;  ///< the program's: by node, those that give it a value
  RowSet given_;                                  ///< rows that gave one
  std::size_t text_bytes_ = 0;
};

class ItemProgram {
 public:
  /// `plan` outlives the program. Nothing when its item section has loops, fills a field twice or has more rows than a
  /// set holds.
  static std::optional<ItemProgram> compile(const Plan& plan);

  /// False: run the plan. The texts live as long as the source and `context.arena`.
  bool run(EvalContext& context, ItemTable& table) const;

 private:
  friend class ItemProgramCompiler;

  static constexpr std::size_t rows_max = 128;

  /// A group that may not be as it turns out: a field in it is missed, or all of it.
  struct Group {
    std::uint32_t node = 0;
    std::uint32_t above = 0;  ///< node of the optional group around it: without that one it need not be there
    bool optional = false;
    RowSet demanded = {};  ///< rows directly within it
  };
  /// A constant that is there when the optional group around it is.
  struct Constant {
    std::uint32_t node = 0;
    std::uint32_t group = 0;
    std::uint32_t rule_number = 0;
  };

  bool copy_fields(EvalContext& context, ItemTable& table) const;
  bool evaluate(EvalContext& context, ItemTable& table) const;

  const Plan* plan_ = nullptr;
  std::vector<Plan::Op> rows_;  ///< those that copy a field, then those with an expression
  std::size_t copies_ = 0;
  std::vector<RowSet> rows_of_;  ///< by node of the target
  std::vector<Group> groups_;
  std::vector<Constant> constants_;
};

}  // namespace tilmash::translator
