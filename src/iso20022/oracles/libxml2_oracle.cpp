#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <climits>

#include "iso20022/libxml2.h"
#include "iso20022/oracles/oracle.h"

namespace tilmash::iso20022 {
namespace {

TILMASH_LATE(libxml2, xmlCtxtReadMemory);
TILMASH_LATE(libxml2, xmlFreeDoc);
TILMASH_LATE(libxml2, xmlFreeParserCtxt);
TILMASH_LATE(libxml2, xmlNewParserCtxt);
TILMASH_LATE(libxml2, xmlSchemaFree);
TILMASH_LATE(libxml2, xmlSchemaFreeParserCtxt);
TILMASH_LATE(libxml2, xmlSchemaFreeValidCtxt);
TILMASH_LATE(libxml2, xmlSchemaNewMemParserCtxt);
TILMASH_LATE(libxml2, xmlSchemaNewValidCtxt);
TILMASH_LATE(libxml2, xmlSchemaParse);
TILMASH_LATE(libxml2, xmlSchemaSetParserStructuredErrors);
TILMASH_LATE(libxml2, xmlSchemaSetValidStructuredErrors);
TILMASH_LATE(libxml2, xmlSchemaValidateDoc);
TILMASH_LATE(libxml2, xmlSetStructuredErrorFunc);

using Schema = std::unique_ptr<xmlSchema, Release<xmlSchemaFree>>;
using SchemaParser = std::unique_ptr<xmlSchemaParserCtxt, Release<xmlSchemaFreeParserCtxt>>;
using SchemaValidator = std::unique_ptr<xmlSchemaValidCtxt, Release<xmlSchemaFreeValidCtxt>>;
using Parser = std::unique_ptr<xmlParserCtxt, Release<xmlFreeParserCtxt>>;
using Document = std::unique_ptr<xmlDoc, Release<xmlFreeDoc>>;

void keep_finding(void* into, xmlErrorPtr error) {
  auto& verdict = *static_cast<OracleVerdict*>(into);
  if (++verdict.findings_count > oracle_findings_max) return;
  OracleFinding finding;
  finding.line_number = static_cast<std::uint64_t>(std::max(error->line, 0));
  finding.column_number = static_cast<std::uint64_t>(std::max(error->int2, 0));
  finding.text = error->message != nullptr ? error->message : "";
  while (!finding.text.empty() && finding.text.back() == '\n') finding.text.pop_back();
  verdict.findings.push_back(std::move(finding));
}

class Libxml2Oracle : public Oracle {
 public:
  explicit Libxml2Oracle(Schema schema) : schema_(std::move(schema)) {}

  OracleVerdict validate(std::string_view document) override {
    OracleVerdict verdict;
    if (document.size() > INT_MAX) {
      verdict.findings = {{0, 0, "libxml2 takes no document of more than 2 GiB"}};
      return verdict;
    }
    xmlSetStructuredErrorFunc(&verdict, keep_finding);
    // The options: no fetching; no cap on text, which our gate has set already; lines beyond 65,535.
    const Parser parser(xmlNewParserCtxt());
    const Document parsed(xmlCtxtReadMemory(parser.get(), document.data(), static_cast<int>(document.size()), nullptr,
                                            nullptr, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_BIG_LINES));
    if (parsed) {
      const SchemaValidator validator(xmlSchemaNewValidCtxt(schema_.get()));
      xmlSchemaSetValidStructuredErrors(validator.get(), keep_finding, &verdict);
      // A tree is made although a prefix is not declared; that is no namespace-well-formed document.
      verdict.valid = xmlSchemaValidateDoc(validator.get(), parsed.get()) == 0 && parser->nsWellFormed != 0;
    }
    xmlSetStructuredErrorFunc(nullptr, nullptr);
    return verdict;
  }

 private:
  Schema schema_;
};

}  // namespace

std::unique_ptr<Oracle> make_libxml2_oracle(std::string_view xsd, std::string& error) {
  OracleVerdict problems;
  const SchemaParser parser(xmlSchemaNewMemParserCtxt(xsd.data(), static_cast<int>(xsd.size())));
  xmlSchemaSetParserStructuredErrors(parser.get(), keep_finding, &problems);
  Schema schema(xmlSchemaParse(parser.get()));
  if (schema) return std::make_unique<Libxml2Oracle>(std::move(schema));
  error = problems.findings.empty() ? "libxml2 does not compile the schema" : problems.findings[0].text;
  return nullptr;
}

/// Both libraries quote values with ', and some texts quote more after the value; a value may hold a quote itself. So
/// everything goes from the first quote that opens a value to the last one before the words that go on.
std::string without_values(std::string_view text) {
  static constexpr std::string_view openings[] = {"value '", "Value '", "': '", "content: '"};
  static constexpr std::string_view closings[] = {"' is ",     "' not in ", "' does not ", "' has ", "' must ",
                                                  "' exceeds", "' with ",   "' cannot ",   "' of ",  "' for "};
  std::size_t from = std::string_view::npos;
  for (const std::string_view opening : openings) {
    const std::size_t found = text.find(opening);
    if (found != std::string_view::npos) from = std::min(from, found + opening.size());
  }
  if (from == std::string_view::npos && text.starts_with('\'')) from = 1;
  if (from == std::string_view::npos) return std::string(text);
  std::size_t to = std::string_view::npos;
  for (const std::string_view closing : closings) {
    const std::size_t found = text.rfind(closing);
    if (found != std::string_view::npos && found >= from && (to == std::string_view::npos || found > to)) to = found;
  }
  if (to == std::string_view::npos) to = std::max(text.rfind('\''), from);
  return std::string(text.substr(0, from)) + "..." + std::string(text.substr(to));
}

}  // namespace tilmash::iso20022
