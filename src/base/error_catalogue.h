// What each error code means, gathered from the errors.toml of every folder, for `tilmash explain` and for messages.
//
//     [FMT-0210]
//     title   = "field is not a number"
//     retry   = "after_fix"        # never | later | after_fix
//     explain = """What it means, why it is refused, what to do."""
#pragma once

#include <map>
#include <string>

#include "base/code.h"
#include "base/data.h"
#include "base/diagnostic.h"

namespace tilmash {

enum class Retry : std::uint8_t { never, later, after_fix };
std::string_view to_text(Retry retry);

struct ErrorEntry {
  Code code;
  std::string title;
  Retry retry = Retry::after_fix;
  std::string explain;
  std::string file;  ///< the errors.toml it stands in
};

/// Reads every errors.toml. Findings (CFG-…, BAS-0001 a code twice) are bugs of the build; tests hold them at none.
std::map<Code, ErrorEntry> read_error_catalogue(const Data& data, Findings& findings);

}  // namespace tilmash
