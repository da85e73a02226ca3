// Opens a file of messages and makes it UTF-8 if it is in another encoding that is read.
#pragma once

#include <memory>
#include <string>

#include "adapters/transports/file/input_file.h"
#include "iso20022/encoding.h"

namespace tilmash::tool {

struct XmlInput {
  std::unique_ptr<file::InputFile> file;  ///< UTF-8; nullptr when it can't be read
  iso20022::Encoding original = iso20022::Encoding::utf8;
  std::unique_ptr<file::InputFile> before;  ///< as it came, when `original` is not UTF-8

  /// What a report names: size and hash are those of the bytes as they came.
  file::InputFile& received() const { return before ? *before : *file; }
};

/// "-" is standard input. Fails: FIL-0001.
XmlInput open_xml(const std::string& name, Findings& findings);

}  // namespace tilmash::tool
