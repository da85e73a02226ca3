// Temenos T24 OFS messages: what a layout file says of them, compiled, beside the Shape. Knows no field by name but
// those that the layout declares; what the fields mean is for mappings.
//
//   request        APPLICATION,VERSION/FUNCTION/PROCESS[/OPTIONS],USER/PASSWORD/COMPANY[,ID[,FIELD]…]
//   enquiry        ENQUIRY.SELECT,,USER/PASSWORD/COMPANY,NAME[,FIELD:OPERATOR=VALUE]…
//   reply          ID/MESSAGE-ID/CODE[/STATUS][,FIELD]…
//   enquiry reply  [HEAD],FIELD::LABEL[/FIELD::LABEL]…,"VALUE"[ "VALUE"]…[,"VALUE"…]…
//   FIELD          NAME[:MULTI-VALUE[:SUB-VALUE]]=VALUE
//
// Source: strings of public integration code (facts/legacy-formats.md, 7.7); there is no public standard.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/records/message_layout.h"
#include "base/civil.h"
#include "base/code_page.h"

namespace tilmash::formats::ofs {

enum class Message : std::uint8_t { request, reply, enquiry_reply };
enum class Type : std::uint8_t { text, integer, decimal, date };

/// A field that the layout gives a place of its own.
struct Declared {
  std::string name;
  Type type = Type::text;
  std::uint32_t node = 0;
  std::uint32_t line_number = 0;
};

/// Leaves of the item, by what they are; no_node where the kind of message has none.
struct Nodes {
  std::uint32_t message = 0;
  // request
  std::uint32_t application = no_node, version = no_node, function = no_node, process = no_node, options = no_node;
  std::uint32_t user = no_node, password = no_node, company = no_node, enquiry = no_node;
  std::uint32_t selection = no_node, selection_field = no_node, selection_operator = no_node, selection_value = no_node;
  // reply
  std::uint32_t message_id = no_node, code = no_node, status = no_node;
  // both
  std::uint32_t id = no_node;
  std::uint32_t field = no_node, name = no_node, mv = no_node, sv = no_node, index = no_node, value = no_node;
  // enquiry reply
  std::uint32_t head = no_node, column = no_node, column_field = no_node, column_label = no_node;
  std::uint32_t row = no_node, row_value = no_node;
};

class OfsLayout final : public records::MessageLayout {
 public:
  bool cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const override;
  std::optional<Diagnostic> decode(const records::MessageFrame& frame, Instance& instance) const override;
  std::optional<Diagnostic> encode(const Instance& instance, std::uint32_t cell, std::uint64_t index,
                                   std::string& out) const override;
  std::string describe() const override;

  /// The message alone, without its frame. `password`, when given, stands in place of the instance's.
  std::optional<Diagnostic> write(const Instance& instance, std::uint32_t cell, std::string& out,
                                  std::string_view password = {}) const;

  /// ":2:1" as the layout spells it; nothing for the first value when it says so.
  std::string spelled(std::uint32_t mv, std::uint32_t sv) const;
  const Declared* find_declared(std::string_view name) const;
  const Declared* find_declared(std::uint32_t node) const;
  Diagnostic diagnose(Code code, std::uint32_t node, std::string text) const;

  Shape& writable_shape() { return shape_; }

  Message message = Message::request;
  std::shared_ptr<const CodePage> page;
  bool by_length = false;  ///< a decimal length in front, instead of a line end
  std::uint32_t length_digits = 4;
  bool crlf = false;
  bool full_index = true;      ///< NAME:1:1=, not NAME=
  bool drop_password = false;  ///< not read into the instance
  bool company_fourth = false;
  std::string gap;  ///< between the values of a row
  std::vector<Declared> declared;
  DatePattern date_pattern;
  Nodes nodes;
};

/// Splits at `at`; a text without it is one part.
std::vector<std::string_view> split(std::string_view text, char at);

}  // namespace tilmash::formats::ofs
