// Messages as JSON: the second spelling of what the catalogue describes, with nothing lost and nothing added.
//
//   {"Document": {"@xmlns": "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08",
//                 "FIToFICstmrCdtTrf": {"GrpHdr": {…}, "CdtTrfTxInf": [{…, "IntrBkSttlmAmt": {"@Ccy": "EUR", "#text":
//                 "1.00"}}]}}}
//
// An element is a member named as in XML, in the order of the schema. An element that may occur more than once is an
// array, however often it does. Every value is a string, the text of the XML: no amount ever passes through a number.
// An element whose type has attributes is an object of these ("@Ccy") and "#text". What stands in a wildcard is in
// fragment.h. Not the partner's contract, which is ours to version; this form follows the catalogue alone.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.h"
#include "iso20022/caps.h"
#include "iso20022/catalogue.h"
#include "iso20022/events.h"
#include "iso20022/writer.h"
#include "shape/instance.h"

namespace tilmash::iso20022 {

/// Writes events of one message as one line of JSON. Checks nothing: events come from what was checked. For one thread.
class JsonMessageWriter {
 public:
  /// `shape` is make_shape(message); it must outlive the writer.
  JsonMessageWriter(const Message& message, const Shape& shape);

  /// Appends what this event adds; after the end of the root the object is complete (without a line end).
  void put(const Event& event, std::string& out);
  /// Appends a whole message.
  void encode(const Instance& instance, std::string& out);

 private:
  struct Open {
    std::uint32_t array = no_node;  ///< the child whose array is open
    bool empty = true;
  };
  void open_member(std::uint32_t node, std::string& out);
  void close_array(Open& open, std::string& out);

  const Shape& shape_;
  std::string root_start_;
  std::vector<Open> open_;
};

/// Reads messages out of one input of JSON objects, one after another, each holding one root ("Document", "AppHdr").
class JsonMessageReader {
 public:
  /// `catalogue` and `input` must outlive the reader and the instances it fills.
  JsonMessageReader(const Catalogue& catalogue, std::string_view input, std::string file, const Caps& caps,
                    Findings& findings);
  ~JsonMessageReader();

  /// Moves to the next object. nullptr at the end of the input, or (findings) when it is none of a known message:
  /// JSN-0001 … JSN-0003, ISO-0200 not in the catalogue, ISO-0201 another root element, ISO-0501 not an object with one
  /// root that has its "@xmlns". `at_end` tells the two apart; after findings the next call goes on behind the object.
  const Message* next_message();
  bool at_end() const { return at_end_; }

  /// Reads the message just found into `instance`, which must be of make_shape(message), and checks all of it, places
  /// being those of the JSON. Members may stand in any order; the instance has the schema's. False, and findings:
  /// ISO-0502 a key that is not known here, ISO-0503 another kind of value, ISO-0504 not the form of a fragment; only
  /// when there is none of these, what MessageWriter finds in the content.
  bool read(Instance& instance);

  std::uint64_t offset() const { return offset_; }  ///< of the object found last
  std::uint64_t end_offset() const { return document_.offset(); }
  std::uint32_t line_number();

 private:
  void add(Code code, std::uint32_t value, std::string text, std::string expected = {}, std::string found = {});
  void add_unknown(std::uint32_t value, std::uint32_t node);
  bool expect(std::uint32_t value, JsonValue::Kind kind);
  void read_members(std::uint32_t object, std::uint32_t node);
  void read_element(std::uint32_t value, std::uint32_t node);
  void read_one(std::uint32_t value, std::uint32_t node);
  void read_value_with_attributes(std::uint32_t value, std::uint32_t node);
  void read_fragment(std::uint32_t value, std::uint32_t node);
  std::string_view kept(std::string_view text);
  bool check_content(const Instance& instance);

  const Catalogue& catalogue_;
  std::string_view input_;
  Findings& findings_;
  JsonDocument document_;
  const Message* message_ = nullptr;
  std::uint32_t root_ = no_json;  ///< the value of "Document"
  bool at_end_ = false;
  std::uint64_t offset_ = 0;
  Instance* instance_ = nullptr;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> members_;  ///< (node, value), of the objects that are open
  std::map<const Shape*, std::unique_ptr<MessageWriter>> checkers_;
  std::string scratch_;
};

}  // namespace tilmash::iso20022
