// A section of a plan whose target is a message of the catalogue, compiled to go straight from canonical cells, or from
// an item's table of values, to XML: start and end tags as ready blocks, values copied and checked on the way, but for
// those whose check on their way in proves the message's.
//
// It is the short way and never the last word. What the plan proves when it is compiled (order, occurrence, which rows
// there are) is not looked at again; all else is: mandatory fields, choices, facets, characters. Where anything is out
// of the ordinary it gives up, and the long way is taken, whose verdict counts: plan -> cells -> MessageWriter. What it
// writes is, byte for byte, what the long way writes.
//
// LAYOUT  One step a value or group that may be absent. A group that must be there, or that holds one value only, has
//         no step: its tags stand in the text of its neighbours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iso20022/message.h"
#include "translator/item_program.h"
#include "translator/plan.h"

namespace tilmash::translator {

class MessageProgram {
 public:
  /// `plan`'s target is `shape`, which is make_shape(message); all three outlive the program. `before` is the plan that
  /// fills the source, of which it takes which nodes can have a value and which vary; a plan without rows when it is
  /// not known. Nothing when the section holds what the short way does not know (wildcards, lists with a minimum …).
  static std::optional<MessageProgram> compile(const Plan& plan, Plan::Section section,
                                               const iso20022::Message& message, const Shape& shape,
                                               const Plan& before);

  /// The section's text, which stays until the next run: of `header` the whole message, around the `item_count`
  /// occurrences written in `items`. Nothing: take the long way. With `context.header_version` as at the last run, only
  /// what varies is written anew.
  std::optional<std::string_view> run(EvalContext& context, std::string_view items, std::size_t item_count);

  /// The item from a table of values, where the section asks for nothing but fields (`reads_table`).
  std::optional<std::string_view> run(EvalContext& context, const ItemTable& table);
  bool reads_table() const { return reads_table_; }

 private:
  friend class MessageProgramCompiler;

  static constexpr std::size_t block_bytes = 32;  ///< tags are copied in whole blocks
  static constexpr std::size_t depth_max = 64;

  struct Step {
    enum class Kind : std::uint8_t { text, value, enter, leave, loop, loop_end, element, element_end, items };
    Kind kind = Kind::text;
    bool evaluated = false;  ///< value, element: by its row's expression, not copied from a cell
    bool optional = false;   ///< value: the field may be blank
    bool demanded = false;   ///< the group around it is not valid without it
    bool member = false;     ///< of a choice: at most one of them
    bool attribute = false;
    bool varies = false;             ///< between two groups below the same parents
    bool proved = false;             ///< good and free of markup whatever it is
    bool length_only = false;        ///< the type asks for nothing but a length
    bool fits = false;               ///< … which is right whatever it is: what is left is markup
    std::uint32_t source = no_node;  ///< canonical node; enter: nothing below has a value without it; evaluated: the
                                     ///< field, if the expression is nothing else
    std::uint32_t rule_number = 0;
    std::uint32_t jump = 0;
    std::uint32_t count_max = unbounded;  ///< loop_end, items
    std::uint32_t length_min = 0;
    std::uint32_t length_max = 0;
    std::uint32_t before = 0;  ///< offset into texts_ of what is written first
    std::uint32_t before_size = 0;
    std::uint32_t after = 0;
    std::uint32_t after_size = 0;
    const iso20022::SimpleType* simple = nullptr;
  };

  /// A group that may vanish again.
  struct Open {
    std::size_t begin;      ///< offset in the output
    std::uint32_t filled;   ///< values written before it
    std::uint32_t members;  ///< of a choice, so far
    bool missed;            ///< a mandatory field is absent
  };

  /// Where a value that varies stands in the last message.
  struct Place {
    const Step* step;
    std::size_t begin;
    std::size_t end;
  };

  struct Text {
    std::string_view text;
    bool present = false;
    bool failed = false;
  };

  // Where the values are: cells, or a table.
  class Cells;
  class Table;

  void note_place(const Step& step, const char* begin, const char* end);
  std::optional<std::string_view> run_again(EvalContext& context, std::string_view items, std::size_t item_count);
  template <class Fields>
  std::optional<std::string_view> run_steps(Fields fields, EvalContext& context, std::string_view items,
                                            std::size_t item_count);
  Text evaluate(const Step& step, EvalContext& context) const;
  bool write_value(const Step& step, std::string_view text, char*& at) const;
  char* room(char* at, std::size_t size);
  char* grow(char* at, std::size_t size);
  static char* copy_block(char* at, const char* from, std::uint32_t size);

  const Plan* plan_ = nullptr;
  std::vector<Step> steps_;
  std::size_t tag_bytes_ = 0;  ///< all that the steps write besides values, when no loop has a second round
  std::size_t uses_max_ = 0;   ///< steps that write the same field
  std::string texts_;          ///< blocks of tags, with slack behind them
  std::vector<char> buffer_;   ///< what is written, while it may still vanish
  char* buffer_end_ = nullptr;

  bool header_ = false;
  bool reads_table_ = true;
  std::string last_;  ///< the message written last …
  std::vector<Place> places_;
  std::uint64_t last_version_ = 0;  ///< … with this header_version; 0 = it can't be used again
};

}  // namespace tilmash::translator
