// One tree type for every end: a fixed-width record, an ISO 20022 message, a canonical family, a partner document.
//
// A Shape says what may stand in an instance: groups, choices and leaves with their order, occurrence, type and
// facets. It is compiled from a data file (layout, catalogue, dictionary) and never changes after that. It knows
// nothing of bytes; a codec keeps its own table beside it, by node index.
//
// LAYOUT  nodes[0] is the root. The children of a node are contiguous: nodes[first_child .. first_child+child_count),
//         in document order, so that a codec goes from a parent and the number of a child to the child in one step.
//         (Nodes are therefore not in preorder; instances are.)
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"

namespace tilmash {

enum class NodeKind : std::uint8_t { group, choice, leaf };

/// Type of a leaf's value. An instance holds every value as text in its one canonical form:
///   text, code  characters in UTF-8              integer  digits, optional '-'
///   decimal     plain digits, "-0.50"            boolean  "true" | "false"
///   date        "2026-11-21"                     datetime RFC 3339 or XML Schema dateTime
///   time, year, year_month                       as in XML Schema
///   binary      hexadecimal or base64 as found   any      a verbatim fragment
enum class LeafType : std::uint8_t {
  text,
  code,
  integer,
  decimal,
  boolean,
  date,
  datetime,
  time,
  year,
  year_month,
  binary,
  any
};
std::string_view to_text(LeafType type);

/// How a value may be shown: `open` anywhere; `personal` and `account` only where asked (masked in logs and errors).
enum class Sensitivity : std::uint8_t { open, personal, account };

inline constexpr std::uint32_t unbounded = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint32_t no_node = std::numeric_limits<std::uint32_t>::max();

/// A check of one value by its meaning (IBAN check digits, …): the code of what is wrong, or none.
using ValueCheck = Code (*)(std::string_view value);

/// What a leaf's value must keep to, beyond its type.
struct Facets {
  std::uint32_t length_min = 0;          ///< characters
  std::uint32_t length_max = unbounded;  ///< characters
  std::uint8_t digits_total = 0;         ///< of a number; 0 = not limited
  std::uint8_t digits_fraction = 0;      ///< meaningful when digits_total != 0
  bool non_negative = false;
  std::string pattern;             ///< XML Schema regular expression; empty = none
  std::vector<std::string> codes;  ///< of a code; empty = any
  std::string type_name;           ///< "Max35Text", "iban": the owner's name for the type
  ValueCheck check = nullptr;
};

struct Node {
  std::string_view name;  ///< one step of a path: "IntrBkSttlmAmt", "@Ccy" for an attribute, "AMOUNT", "debtor"
  std::uint32_t parent = no_node;
  std::uint32_t first_child = 0;
  std::uint32_t child_count = 0;
  std::uint32_t min_occurs = 1;
  std::uint32_t max_occurs = 1;
  std::uint32_t facets = 0;       ///< index into Shape::facets, of a leaf; facets[0] says nothing
  std::uint32_t owner = 0;        ///< the codec's own number for it
  std::uint32_t line_number = 0;  ///< of its definition in `Shape::file`
  NodeKind kind = NodeKind::leaf;
  LeafType type = LeafType::text;
  Sensitivity sensitivity = Sensitivity::open;
  bool item = false;  ///< the repeated node that a stream delivers one at a time
  bool structural =
      false;  ///< the codec itself uses it (selector, control total, declared constant): no rule need read it

  bool repeats() const { return max_occurs > 1; }
};

class Shape {
 public:
  std::string id;                ///< "canonical/credit_transfer/1", "pacs.008.001.08", "demo-kz.outgoing"
  std::string file;              ///< the data file it was compiled from
  bool empty_is_absent = false;  ///< a text that is there has at least one character: records have no other empty value
  char separator = '.';          ///< between the steps of a path: '.' or, for messages, '/'
  std::vector<Node> nodes;
  std::vector<Facets> facets{1};

  /// Keeps `name` alive as long as the shape.
  std::string_view intern(std::string_view name);

  /// Appends `count` empty children to `parent`, which must have none yet; returns the index of the first.
  std::uint32_t add_children(std::uint32_t parent, std::uint32_t count);

  const Node& root() const { return nodes.front(); }
  const Facets& facets_of(std::uint32_t node) const { return facets[nodes[node].facets]; }

  /// The child of `parent` with this name; no_node when there is none.
  std::uint32_t find_child(std::uint32_t parent, std::string_view name) const;

  /// The node at a path of names below `from`, split at `separator` ("amount.currency", "GrpHdr/MsgId"; an attribute
  /// "…/@Ccy"; a step may end in "[]" or "[1]"); no_node when there is none. `failed_step`, when given, receives the
  /// step that was not found.
  std::uint32_t find_path(std::uint32_t from, std::string_view path, std::string_view* failed_step = nullptr) const;

  /// "detail.AMOUNT": names from below the root, repeated steps marked "[]" when `marks`.
  std::string path_of(std::uint32_t node, bool marks = false) const;

  bool is_below(std::uint32_t node, std::uint32_t ancestor) const;

  /// The single item node; no_node when the shape has none.
  std::uint32_t item_node() const;

 private:
  std::deque<std::string> names_;
};

}  // namespace tilmash
