// One JSON value read whole into a flat tree that knows where each of its bytes stood.
//
// Not a codec of anything: who uses it says what the members mean. RFC 8259, and stricter where that leaves a choice: a
// key may stand once in its object, depth and count are bounded, a number stays the text it is (no value of it is ever
// made, so no digit of an amount is lost).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/text.h"

namespace tilmash {

inline constexpr std::uint32_t no_json = std::numeric_limits<std::uint32_t>::max();

struct JsonValue {
  enum class Kind : std::uint8_t { object, array, string, number, boolean, null };
  Kind kind = Kind::null;
  std::uint32_t parent = no_json;
  std::uint32_t first_child = no_json;
  std::uint32_t next = no_json;  ///< next member or item of the same parent
  std::uint32_t number = 1;      ///< which of its parent's members or items it is
  std::string_view key;          ///< of a member
  std::string_view text;         ///< of a string: decoded; of a number or literal: as it stands
  std::uint64_t offset = 0;      ///< of its first byte in the input; of a member: of its key
};

std::string_view to_text(JsonValue::Kind kind);

struct JsonCaps {
  std::uint64_t bytes = 0;  ///< of one value
  std::uint32_t values = 0;
  std::uint32_t depth = 0;
};

/// The values of one input, one after another, each parsed on its own (JSON Lines, or any blanks between them).
class JsonDocument {
 public:
  /// `input` must outlive the document. Texts are views into it, or live until the next `parse`.
  JsonDocument(std::string_view input, std::string file, const JsonCaps& caps);

  /// Moves behind blanks (and a byte order mark); true when there is another value.
  bool find_next();

  /// Parses the value here. False, and nothing can be read any more: JSN-0001 not JSON, JSN-0003 over a cap. A key that
  /// stands twice is JSN-0002 and the value is read on to its end; false as well.
  bool parse(Findings& findings);

  const JsonValue& value(std::uint32_t index) const { return values_[index]; }
  const JsonValue& root() const { return values_.front(); }
  std::uint64_t offset() const { return at_; }
  bool good() const { return good_; }

  /// "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf[2]/PmtId": keys, and numbers from 1 of what stands in an array.
  std::string path_of(std::uint32_t index) const;

  /// A finding at this value, or at this offset.
  Diagnostic finding(Code code, std::uint32_t index, std::string text);
  Diagnostic finding_at(Code code, std::uint64_t offset, std::string text);
  /// Fills in file, line and column of a place whose offset is known.
  void locate(Place& place);

 private:
  friend struct JsonHandler;
  void check_keys(Findings& findings);
  void check_object(std::uint32_t object, Findings& findings);

  std::string_view input_;
  std::string file_;
  JsonCaps caps_;
  std::uint64_t at_ = 0;
  bool good_ = true;
  std::vector<JsonValue> values_;
  std::vector<std::string_view> keys_;
  Arena arena_;
  LineFinder lines_;
};

}  // namespace tilmash
