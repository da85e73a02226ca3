// libFuzzer target: the importer of XSDs and the reader of our notation, over any bytes. What either takes must compile
// or be refused with a finding, and must come back the same through both forms.
#include <algorithm>
#include <cstdint>
#include <cstdio>
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

/// The same text twice, or the end.
void check_same(const std::string& one, const std::string& other) {
  if (one == other) return;
  const auto at = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  const std::string first(at.first, std::min(at.first + 80, one.end()));
  const std::string second(at.second, std::min(at.second + 80, other.end()));
  std::fprintf(stderr, "not the same: %s\n| %s\n", first.c_str(), second.c_str());
  std::abort();
}

void check_taken(const SchemaDefinition& schema) {
  Findings findings;
  const std::string text = printed(schema);
  const auto again = parse_message(text, "again", schema.id, findings);
  check_same(text, again ? printed(*again) : to_human(findings.kept().front()));
  // Compiled, all its types are there and of the right kinds; only then is it one that can be exported.
  if (!Message::compile(schema, findings)) {
    if (!findings.has_errors()) std::abort();
    return;
  }
  const auto imported = import_xsd(export_xsd(schema), "again", schema.id, findings);
  check_same(text, imported ? printed(*imported) : to_human(findings.kept().front()));
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
