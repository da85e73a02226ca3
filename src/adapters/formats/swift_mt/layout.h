// A compiled SWIFT MT layout: the message families in force, what is refused and what is kept, and the shape.
//
// SHAPE   message (the item)
//           before, form, line_end            how it stands in the file, where that is not the layout's own way
//           basic_header, input_header or output_header, user_header, trailer, system   blocks 1, 2, 3, 5, S
//           mt103 { 20 { reference } … }      block 4 by message; its sequences are groups; `extension` has the fields
//                                             that no row took, with their positions
//           block                             any other block, as text
//           after
// A field is a group of its components; its last leaf `text` is the field as it stands, present only when the
// components do not give it back to the byte (leading zeros of an amount) or there are none (a format not met).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/formats/swift_mt/model.h"
#include "adapters/formats/swift_mt/rules.h"
#include "adapters/formats/swift_mt/tokens.h"
#include "adapters/formats/swift_mt/transliteration.h"
#include "adapters/records/message_layout.h"
#include "base/code_page.h"

namespace tilmash::formats::swift_mt {

enum class Envelope : std::uint8_t { none, rje, dos_pcc };
enum class CharsetPolicy : std::uint8_t { reject, report, off };
enum class RulePolicy : std::uint8_t { report, reject, off };

/// How a message is known that has no block 2: by tags of which it has one.
struct BareRule {
  std::string type;
  std::vector<std::uint32_t> tags;
};

/// Nodes of the shape that have a meaning of their own.
struct Nodes {
  std::uint32_t item = no_node;
  std::uint32_t before = no_node;
  std::uint32_t form = no_node;
  std::uint32_t line_end = no_node;
  std::uint32_t text_begin = no_node;
  std::uint32_t text_end = no_node;
  std::uint32_t block = no_node;
  std::uint32_t after = no_node;
};

class MtLayout final : public records::MessageLayout {
 public:
  bool cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const override;
  std::optional<Diagnostic> decode(const records::MessageFrame& frame, Instance& instance) const override;
  void review(const records::MessageFrame& frame, const Instance& instance, records::Review& review) const override;
  std::optional<Diagnostic> encode(const Instance& instance, std::uint32_t cell, std::uint64_t index,
                                   std::string& out) const override;
  std::string describe() const override;
  bool has_lines() const override { return true; }

  /// The leaf with the field as it stands.
  std::uint32_t text_node(const Option& option) const {
    return shape_.nodes[option.node].first_child + static_cast<std::uint32_t>(option.format->parts.size());
  }
  /// The leaf with the white space before a block.
  std::uint32_t space_node(std::uint32_t block) const {
    return shape_.nodes[block].first_child + shape_.nodes[block].child_count - 1;
  }

  Model model;
  Nodes nodes;
  std::array<Option, 3> headers;           ///< block 1, block 2 of an input, block 2 of an output message
  std::array<const Message*, 3> tagged{};  ///< blocks 3, 5, S
  std::shared_ptr<const CodePage> code_page;
  CharsetPolicy charset = CharsetPolicy::report;
  RulePolicy rule_policy = RulePolicy::report;
  bool keep_unmet = false;
  bool keep_unplaced = true;
  bool keep_unknown_types = true;
  bool require_mandatory = true;
  bool strict_line_end = false;
  Envelope envelope = Envelope::none;
  std::vector<BareRule> bare;
  Message unknown;  ///< takes the fields of messages that no family has
  std::unique_ptr<Transliteration> transliteration;
  std::vector<std::uint32_t> transliterated;  ///< tag codes

  std::map<const Message*, std::vector<Rule>> rules;  ///< of messages that have some

  /// The rules of the network that the message `item` breaks, if the layout looks at them.
  std::vector<BrokenRule> broken_rules(const Instance& instance, std::uint32_t item) const;
  Diagnostic explain(const BrokenRule& broken, const Instance& instance) const;

  // For the way back, by node: the field whose group it is, the message or block whose group it is.
  std::vector<const Option*> option_of_node;
  std::vector<const Message*> message_of_node;

 private:
  friend class LayoutCompiler;
  void describe_rows(const std::vector<Row>& rows, std::size_t indent, std::string& out) const;
};

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings);

}  // namespace tilmash::formats::swift_mt
