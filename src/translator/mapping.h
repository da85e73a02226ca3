// A mapping (mappings/<institution>/<feed>/mapping.toml) and a binding (mappings/iso20022/*.toml,
// mappings/partner/<version>/*.toml) as read from their files: rows and what is declared beside them.
//
// A mapping joins a bank's own records to a canonical family; a binding joins a canonical family to a message or a
// partner document. Both are rows; both say what they leave unread and why. Nothing here is compiled yet.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config.h"
#include "base/data.h"
#include "shape/expression.h"

namespace tilmash::translator {

/// A declared exception: a field that is left out on purpose, and the reason.
struct Declared {
  std::string path;
  std::string reason;
  const ConfigValue* at = nullptr;
};

/// A condition under which an item of the source is refused, whatever its fields say. Of what becomes records the
/// canonical item is judged.
struct Refusal {
  std::string condition;
  Code code;
  std::string text;
  bool out = false;                 ///< of a mapping with both ways: of requests that become records
  const ConfigValue* at = nullptr;  ///< the condition
};

struct Mapping {
  std::unique_ptr<ConfigFile> file;
  std::string name;
  std::string version;
  std::string source;  ///< "layout.toml" (of a mapping with both ways too), or a family for a feed that is only written
  std::string target;  ///< a canonical family, or "layout.toml"
  const ConfigValue* in = nullptr;
  const ConfigValue* out = nullptr;
  const ConfigValue* both = nullptr;
  std::map<std::string, Lookup, std::less<>> lookups;
  std::vector<Refusal> refusals;
  std::vector<Declared> unread;       ///< source fields that no row reads
  std::vector<Declared> not_carried;  ///< of a mapping with both ways: canonical fields that writing leaves out
  std::uint64_t group_items_max = 1;  ///< items a message
  std::string group_by;               ///< items of one group have the same value of this; empty = any
  bool hold_on_reject = false;        ///< one bad item holds the whole file
  std::string as_of;                  ///< expression over the first item: the date or time of the run, when not given
  std::string utc_offset;             ///< "+05:00": zone of a date in as_of
};

using tilmash::ReadBeside;

/// Reads `text` as the mapping file `name`. Findings: CFG-…, MAP-0012 no rows, MAP-0013 lookup file can't be read.
std::optional<Mapping> read_mapping(std::string name, std::string_view text, const ReadBeside& read_beside,
                                    Findings& findings);

struct Binding {
  std::unique_ptr<ConfigFile> file;
  std::string family;   ///< "canonical/credit_transfer/1", or "*": any family's group
  std::string message;  ///< the version its rows are written for
  const ConfigValue* in = nullptr;
  const ConfigValue* out = nullptr;
  const ConfigValue* both = nullptr;
  const ConfigValue* overlay = nullptr;  ///< rows that only this version has, or has otherwise; may be nullptr
  std::vector<Declared> unread;          ///< message paths that reading leaves out
  std::vector<Declared> not_carried;     ///< canonical fields that writing leaves out
};

std::optional<Binding> read_binding(std::string name, std::string_view text, std::string_view message,
                                    Findings& findings);

/// The binding file for a message ("pacs.008.001.08" -> mappings/iso20022/pacs.008.toml) or a partner document
/// ("partner/v1" and a family -> mappings/partner/v1/credit_transfer.toml); nothing, with MAP-0014, when there is none.
std::optional<Binding> find_binding(std::string_view endpoint, std::string_view family, const Data& data,
                                    Findings& findings);

}  // namespace tilmash::translator
