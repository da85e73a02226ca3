// Payment QR codes on their way through mappings: which mapping a file of codes wants, and codes written from requests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/transports/file/input_file.h"
#include "base/data.h"

namespace tilmash::tool {

/// The codes of `name`: a file with one a line, a picture of one, or - for standard input. nullptr, and said why, when
/// it can't be read.
std::unique_ptr<file::InputFile> open_codes(const std::string& name);

struct RecognisedCodes {
  std::string mapping;  ///< "mappings/qr/kg-elqr"
  Findings told;        ///< CLI-0080, advice: what they were taken for
};

/// The mapping that ships for the codes in `text`, one a line. Nothing, and said why: CLI-0075 none of a known kind,
/// CLI-0076 of several schemes, CLI-0077 of a scheme without a mapping. `bank`: BIC; empty = nobody asks whose code it
/// is.
std::optional<RecognisedCodes> recognise_codes(std::string_view text, std::string_view bank, const Data& data);

/// TOML for a layout: the bank whose own codes are on us. Nothing, and said why, when `bic` is none (CLI-0079).
std::optional<std::string> bank_setting(const std::string& bic);

/// Prints the codes that the scheme's mapping writes from requests to pay, canonical JSON or messages, in `file` (-:
/// standard input); all or none. `settings`: TOML for the mapping's layout. Gives the exit status.
int write_codes(const std::string& file, const std::string& scheme, std::string settings, const Data& data);

}  // namespace tilmash::tool
