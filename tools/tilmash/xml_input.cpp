#include "xml_input.h"

#include <fmt/format.h>

namespace tilmash::tool {
namespace {

/// The transcoded input, in a file without a name: a night's statement of a gigabyte needs no memory.
std::unique_ptr<file::InputFile> spool_utf8(file::InputFile& original, iso20022::Encoding encoding,
                                            Findings& findings) {
  file::InputFile::Spool spool;
  iso20022::Transcoder transcoder(original.bytes(), encoding);
  std::string piece;
  while (transcoder.next(piece)) {
    if (!spool.append(piece)) {
      Diagnostic error;
      error.code = "CLI-0026"_code;
      error.place.file = original.name();
      error.text = fmt::format("there is no room for {} as UTF-8", original.name());
      findings.add(std::move(error));
      return nullptr;
    }
    piece.clear();
    original.release_before(transcoder.offset());
  }
  return file::InputFile::open(spool, original.name(), findings);
}

}  // namespace

XmlInput open_xml(const std::string& name, Findings& findings) {
  XmlInput input;
  input.file = file::InputFile::open(name, findings);
  if (!input.file) return input;
  input.original = iso20022::find_encoding(input.file->bytes());
  if (input.original == iso20022::Encoding::utf8) return input;
  input.before = std::move(input.file);
  input.file = spool_utf8(*input.before, input.original, findings);
  return input;
}

}  // namespace tilmash::tool
