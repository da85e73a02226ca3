// A delimited layout, compiled: the record engine's layout, whose offsets and lengths count columns, and how the
// columns are spelled. What is not said here is the engine's: kinds, order, forms, controls, items, rejects.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/formats/delimited/columns.h"
#include "adapters/records/front_end.h"
#include "adapters/records/layout.h"

namespace tilmash::formats::delimited {

/// What a field is that the engine's row does not say. Field::owner is its index.
struct Traits {
  enum class Role : std::uint8_t {
    column,
    rest,      ///< all that is left of the record
    spelling,  ///< no column: how the number before it was spelled, when not as it would be written
    breaks,    ///< no column: where the record was continued, and whether its ends were open
    lines      ///< no column: how many physical records it had
  };
  Role role = Role::column;
  bool text = true;                       ///< quoted when the dialect quotes text
  bool implied = false;                   ///< of a decimal: no point is written
  bool exact = false;                     ///< of a decimal: always `scale` digits after the point
  char thousands = '\0';                  ///< between groups of three digits; 0 = none
  std::uint32_t length_max = 0;           ///< characters of a text; 0 = no limit
  std::uint32_t spelled = records::none;  ///< row of the spelling, counted from the number's
};

enum class Header : std::uint8_t { none, by_position, by_name };

class DelimitedLayout final : public records::RecordLayout {
 public:
  std::unique_ptr<records::FrameSource> frames(std::string_view input) const override;
  std::unique_ptr<records::RecordDecoder> record_decoder() const override;
  std::unique_ptr<records::RecordEncoder> record_encoder() const override;
  bool holds(const records::Condition& condition, std::string_view bytes) const override;
  std::string file_head() const override;
  std::string_view explain(Code code) const override;
  std::string describe() const override;
  /// The first record, when it names the columns.
  std::string header_line() const;

  const Traits& traits_of(const records::Field& field) const { return traits[field.owner]; }

  Dialect dialect;
  Header header = Header::none;
  bool bom = false;
  std::vector<Traits> traits;
  std::vector<std::string> titles;  ///< of the header, in the order of the columns, as bytes of the page
};

/// Number columns.
struct NumberSpelling {
  char point = '.';
  const Traits* traits = nullptr;
  std::uint8_t scale = 0;
  bool may_be_negative = false;
};
/// Reads a number however it is spelled; `canonical` receives it as it would be written. Fails: FMT-0204, FMT-0210.
Code read_number(const NumberSpelling& spelling, std::string_view bytes, Decimal& number, std::string& canonical);
/// Writes the text of a number. Fails: FMT-0402, FMT-0403.
Code write_number(const NumberSpelling& spelling, std::string_view text, std::string& out);
NumberSpelling spelling_of(const DelimitedLayout& layout, const records::Field& field);

}  // namespace tilmash::formats::delimited
