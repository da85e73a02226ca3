// A dictionary file compiled to a Shape: one row a field, in the order of the document.
//
// The canonical families (schemas/canonical/*.toml) and the partner contracts (mappings/partner/<version>/*.toml) are
// written in this one form; parts that several of them share stand in schemas/canonical/parts.toml. What a row may say
// is told at the head of that file.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/config.h"
#include "base/data.h"
#include "shape/shape.h"

namespace tilmash::canonical {

struct Dictionary {
  Shape shape;
  std::vector<std::string> about;  ///< by node: what the field means
  std::vector<std::string> since;  ///< by node: the version of the dictionary that brought it
};

/// Compiles the table `[fields]` of `file`. nullptr, with findings, when a row is wrong: CFG-…, CAN-0101 unknown type,
/// CAN-0102 unknown part, CAN-0103 a row before its group, CAN-0104 bad occurs or sensitivity, CAN-0105 a field twice.
std::unique_ptr<Dictionary> read_dictionary(const ConfigFile& file, std::string id, const Data& data,
                                            Findings& findings);

/// The family or part of this id, "canonical/credit_transfer/1" or "canonical/part/group"; nullptr, with findings
/// (CAN-0106), when there is none.
std::unique_ptr<Dictionary> load_family(std::string_view id, const Data& data, Findings& findings);

}  // namespace tilmash::canonical
