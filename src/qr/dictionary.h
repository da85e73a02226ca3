// What a country or scheme puts into a QR code: a file schemes/<id>/qr.toml, compiled. docs/qr.md is its grammar.
//
// A dictionary may have a parent, of which it takes all fields but those it says anew. Nothing here or elsewhere in
// this folder knows a country.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config.h"
#include "base/data.h"
#include "qr/checksum.h"
#include "qr/tlv.h"

namespace tilmash::qr {

enum class Kind : std::uint8_t {
  tlv,        ///< EMVCo's tag, length, value
  ber_tlv,    ///< EMVCo's consumer-presented codes: Base64 of BER-TLV
  key_value,  ///< GOST R 56042: a header, then Key=Value with a separator
  issuers,    ///< links whose content means something to their issuer alone
  named,      ///< recognised and named, not read
};

enum class Format : std::uint8_t {
  text,     ///< any characters but controls
  n,        ///< digits
  ans,      ///< printable ASCII
  hex,      ///< hexadecimal digits
  amount,   ///< digits and at most one point, greater than zero
  integer,  ///< digits, greater than zero: an amount in minor units
  percent,  ///< 00.01 to 99.99
  number,   ///< digits and at most one point, wherever it stands
  cn,       ///< digits, then F's up to a whole byte; of ber_tlv
  track2,   ///< digits, D, digits, and an F up to a whole byte; of ber_tlv
  tags,     ///< a template: elements
};

/// Another field of the same level (or, "33-00", from the root; or any of "02..51"), and whether it has one of these
/// values (or, without any, is there).
struct Condition {
  std::string id;
  std::vector<std::string> is;
};

/// The number of an id of two digits; 100 of any other.
constexpr std::uint32_t number_of(std::string_view id) {
  if (id.size() != 2 || id[0] < '0' || id[0] > '9' || id[1] < '0' || id[1] > '9') return 100;
  return static_cast<std::uint32_t>((id[0] - '0') * 10 + (id[1] - '0'));
}

struct Field {
  std::string first_id;  ///< "26"; of a key: "Name"
  std::string last_id;   ///< "51"; the same when it is one id
  std::string name;      ///< snake_case
  Format format = Format::text;
  std::uint32_t length_min = 1;  ///< characters
  std::uint32_t length_max = 99;
  std::uint32_t tolerated_length_max = 0;  ///< longer values that producers are known to write; 0 = none
  std::uint32_t scale = 0;                 ///< of an integer: it counts units of 10^-scale of the currency
  bool mandatory = false;
  bool repeats = false;    ///< it may stand more than once; of ber_tlv
  bool sensitive = false;  ///< it names a person or a card, and is shown to people masked
  bool written = false;    ///< a writer must have it though a reader need not
  std::vector<std::pair<std::string, std::string>> codes;  ///< value, what it means; empty = any value
  std::vector<std::string> tolerated;                      ///< wrong values that producers are known to write
  Format tolerated_format = Format::tags;                  ///< of wrong values likewise; tags = none
  std::vector<Condition> required_when;                    ///< mandatory when one of them holds
  std::vector<Condition> required_unless;                  ///< mandatory unless one of them holds
  std::vector<Condition> allowed_when;                     ///< empty = always
  std::vector<Field> fields;                               ///< of a template
  std::vector<std::uint8_t> by_number;                     ///< see `index_fields`
  std::uint32_t line_number = 0;
  std::uint32_t first_number = 100;  ///< of the ids, as `number_of` has it
  std::uint32_t last_number = 100;

  /// Whether it may be missed.
  bool is_demanded() const { return mandatory || written || !required_when.empty() || !required_unless.empty(); }
  bool has_id(std::string_view id) const { return id >= first_id && id <= last_id; }
};

/// How a payload is known to be of this dictionary: every part of a mark holds.
struct Mark {
  /// "40-00", "26..51-00" or "58": numbers of ids, 100 for none.
  struct Where {
    std::uint32_t first = 100;
    std::uint32_t last = 100;
    std::uint32_t inner = 100;
  };
  std::optional<Where> where;   ///< a tag
  std::vector<std::string> is;  ///< its values, whatever their case; empty = it is there
  std::optional<Where> absent;  ///< a tag that is not there
};

/// An issuer, known by his opaque links or by a tag of codes that anybody reads.
struct Issuer {
  std::string name;
  std::string url;     ///< the link begins so; empty = known by a tag
  std::string bic;     ///< empty = not known
  std::string scheme;  ///< of a tag: of codes of this dictionary alone; empty = of any
  Mark mark;           ///< of a tag
  std::string note;
};

struct Dictionary {
  std::string id;  ///< the folder's name
  std::string name;
  std::string file;
  std::string parent;
  std::string evidence;
  Kind kind = Kind::tlv;
  LengthUnit unit = LengthUnit::characters;
  bool other_unit_tolerated = false;
  ChecksumKind checksum = ChecksumKind::none;
  std::string checksum_id;
  bool checksum_any_case = false;
  std::string first_id;
  std::string last_id;
  std::uint32_t length_advised = 0;                          ///< characters of the payload; 0 = any
  bool basic_plane_only = false;                             ///< characters beyond U+FFFF are refused when written
  std::vector<std::string> base_urls;                        ///< links that carry it; the first is the one to write
  bool is_link = false;                                      ///< written as a link
  std::vector<Mark> marks;                                   ///< all must hold
  std::vector<std::pair<std::string, std::string>> headers;  ///< the text begins so -> its code page; not of tlv
  std::vector<std::string> order;       ///< first ids of the fields that come first, where it is not the parent's order
  std::vector<Field> fields;            ///< in the order in which they are written
  std::vector<std::uint8_t> by_number;  ///< see `index_fields`
  std::vector<Issuer> issuers;
  std::uint32_t depth = 0;  ///< ancestors
};

/// The field of this id at one level; nullptr when the dictionary has none.
const Field* find_field(const std::vector<Field>& fields, std::string_view id);

inline constexpr std::uint8_t no_field = 0xFF;

/// By number of the id, which field of the level it is, or `no_field`; so that a tag's field is found at once. Empty of
/// levels that have more fields than it can say. Sets the numbers of the fields and goes into templates.
std::vector<std::uint8_t> index_fields(std::vector<Field>& fields);

/// The same as above, of a level with its index.
inline const Field* find_field(const std::vector<Field>& fields, const std::vector<std::uint8_t>& by_number,
                               std::string_view id) {
  const std::uint32_t number = number_of(id);
  if (number >= by_number.size()) return find_field(fields, id);
  return by_number[number] == no_field ? nullptr : &fields[by_number[number]];
}

/// All dictionaries of the data, in the order in which a payload is held against them: the most specific first.
class Dictionaries {
 public:
  /// `data` must outlive it. Fails: CFG-… and QRC-0001 (a file is wrong), QRC-0002 (no such parent, or a circle); what
  /// is good is there.
  Dictionaries(const Data& data, Findings& findings);

  const std::vector<std::unique_ptr<Dictionary>>& all() const { return all_; }
  const Dictionary* find(std::string_view id) const;
  /// Those who are known by a tag.
  const std::vector<const Issuer*>& tag_issuers() const { return tag_issuers_; }
  const Data& data() const { return data_; }

 private:
  const Data& data_;
  std::vector<std::unique_ptr<Dictionary>> all_;
  std::vector<const Issuer*> tag_issuers_;
};

}  // namespace tilmash::qr
