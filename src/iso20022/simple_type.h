// The value of one element or attribute against its type: one compiled form, used alike by reader and writer.
//
// Values are compared as XML Schema 1.0 part 2 (second edition) defines them. Strings keep their blanks; the other
// types are collapsed first (4.3.6). Lengths count characters, of binary values octets (4.3.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "iso20022/definition.h"
#include "iso20022/pattern.h"

namespace tilmash::iso20022 {

/// A decimal as it is written, without the digits that do not count: leading zeros, and trailing ones after the point.
struct DecimalText {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
};

/// Nothing when the text is no decimal (XML Schema part 2, 3.2.3).
std::optional<DecimalText> parse_decimal_text(std::string_view text);

struct SimpleType {
  enum class Check : std::uint8_t {
    length,  ///< text: characters only
    pattern,
    codes,  ///< enumeration of at most eight bytes each: one word a code
    decimal,
    date,
    datetime,
    time,
    boolean,
    year,
    year_month,
    binary,
    long_codes,  ///< enumeration with longer codes
  };

  Check check = Check::length;
  bool has_pattern = false;  ///< `pattern` applies beside `check`
  bool has_value_min = false;
  bool has_value_max = false;
  LeafType type = LeafType::text;
  std::uint32_t length_min = 0;
  std::uint32_t length_max = unbounded;
  std::uint32_t digits_total = unbounded;
  std::uint32_t digits_fraction = unbounded;
  DecimalText value_min;  ///< views into `definition`
  DecimalText value_max;
  std::vector<std::uint64_t> code_words;
  Pattern pattern;
  PlaceTable places;  ///< the pattern and the lengths in one, of most types that are no more than a pattern
  const TypeDefinition* definition = nullptr;
};

/// Compiles a simple type; its pattern must compile (the importer and the catalogue have seen to that): false if not.
bool compile_simple(const TypeDefinition& definition, SimpleType& simple);

/// In: a value in well-formed UTF-8, references resolved, line ends normalised; `ascii` when it is known to be so.
/// Out: no code, or why it is refused: ISO-0301 too short, ISO-0302 too long, ISO-0303 not the pattern, ISO-0304 not
/// one of the codes, ISO-0305 not a number, ISO-0306 too many digits, ISO-0307 less than allowed, ISO-0314 more than
/// allowed, ISO-0308 not a date,
/// ISO-0309 not a date and time, ISO-0310 not a time, ISO-0311 not true or false, ISO-0312 not a year or month,
/// ISO-0313 not base64.
Code check_fully(const SimpleType& simple, std::string_view text, bool ascii);
inline Code check_value(const SimpleType& simple, std::string_view text, bool ascii = false) {
  if (simple.check == SimpleType::Check::pattern && simple.places.matches(text)) return {};
  return check_fully(simple, text, ascii);
}

/// What is wrong with a value, in a sentence, and what was expected, in words: "Max35Text: 1 to 35 characters".
std::string_view complaint(Code code);
std::string expectation(const SimpleType& simple, Code code);

/// `text` without XML white space at both ends.
std::string_view collapse_ends(std::string_view text);

}  // namespace tilmash::iso20022
