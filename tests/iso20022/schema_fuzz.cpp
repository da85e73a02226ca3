// libFuzzer target: the importer of XSDs and the reader of our notation, over any bytes. What either takes must compile
// or be refused with a finding, and must come back the same through both forms.
#include <cstdint>
#include <cstdlib>

#include "iso20022/message.h"
#include "iso20022/notation.h"
#include "iso20022/xsd.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

std::string printed(const SchemaDefinition& schema) {
  std::string text;
  print_head(schema, text);
  for (const TypeDefinition& type : schema.types) print_type(type, text);
  return text;
}

void check_taken(const SchemaDefinition& schema) {
  Findings findings;
  const std::string text = printed(schema);
  const auto again = parse_message(text, "again", schema.id, findings);
  if (!again || printed(*again) != text) std::abort();
  // Compiled, all its types are there and of the right kinds; only then is it one that can be exported.
  if (!Message::compile(schema, findings)) {
    if (!findings.has_errors()) std::abort();
    return;
  }
  const auto imported = import_xsd(export_xsd(schema), "again", schema.id, findings);
  if (!imported || printed(*imported) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Findings findings;
  const bool is_xml = input.starts_with('<') || input.starts_with("\xEF\xBB\xBF<");
  auto schema = is_xml ? import_xsd(input, "input.xsd", "input", findings)
                       : parse_message(input, "input.message", "input", findings);
  if (schema) {
    schema->sort();
    check_taken(*schema);
  } else if (!findings.has_errors()) {
    std::abort();
  }
  return 0;
}
