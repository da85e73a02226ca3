// What differs between two messages, by path: what a mapping written for one has to look at for the other.
//
// Structure is compared, not names of types: a type that was only renamed is no difference. Not a comparison of texts,
// and no promise that every instance of one is an instance of the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "iso20022/definition.h"

namespace tilmash::iso20022 {

enum class SchemaChangeKind : std::uint8_t {
  added,
  removed,
  moved,      ///< the order among the elements that both have
  loosened,   ///< takes all that it took, and more
  tightened,  ///< takes less
  changed     ///< neither
};
std::string_view to_text(SchemaChangeKind kind);

struct SchemaChange {
  SchemaChangeKind kind = SchemaChangeKind::changed;
  /// Below the root, "FIToFICstmrCdtTrf/GrpHdr/MsgId"; an attribute "…/@Ccy". A type that stands in many places differs
  /// in all of them: in document order, at least the first.
  std::vector<std::string> places;
  std::string before;  ///< in the notation: "[0..1] Max35Text = text 1..35"; what differs, or all of what was removed
  std::string after;
};

/// In: complete schemas (Message::schema). Out: the changes, in document order. `places` are complete unless the two
/// expand to more than 200,000 elements.
std::vector<SchemaChange> diff_schemas(const SchemaDefinition& before, const SchemaDefinition& after);

}  // namespace tilmash::iso20022
