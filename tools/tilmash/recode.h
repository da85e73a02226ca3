// `tilmash convert` without a mapping: messages from XML to JSON and back.
#pragma once

#include <string>

#include "base/data.h"
#include "pipeline/recode.h"

namespace tilmash::tool {

struct RecodeOptions {
  std::string input;
  std::string endpoint;  ///< json, xml, or a message id
  std::string out;       ///< a folder; empty or "-" is standard output
  std::string shape = "auto";
  std::string caps = "batch";
  bool quiet = false;
};

int run_recode(const RecodeOptions& options, const Data& data);

}  // namespace tilmash::tool
