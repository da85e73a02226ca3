#include "oracles.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/sax2/SAX2XMLReader.hpp>
#include <xercesc/sax2/XMLReaderFactory.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/XMLString.hpp>
#include <xercesc/util/XMLUni.hpp>

namespace tilmash::tests {
namespace {

namespace xc = xercesc;

/// Keeps the first error.
class FirstError : public xc::DefaultHandler {
 public:
  void error(const xc::SAXParseException& exception) override { keep(exception); }
  void fatalError(const xc::SAXParseException& exception) override { keep(exception); }
  bool failed = false;
  std::string text;

 private:
  void keep(const xc::SAXParseException& exception) {
    if (failed) return;
    failed = true;
    char* message = xc::XMLString::transcode(exception.getMessage());
    text = std::to_string(exception.getLineNumber()) + ": " + message;
    xc::XMLString::release(&message);
  }
};

void keep_error(void* into, xmlErrorPtr error) {
  auto& text = *static_cast<std::string*>(into);
  if (text.empty() && error->message != nullptr) text = std::to_string(error->line) + ": " + error->message;
}

void start_xerces() {
  static const bool once = [] {
    xc::XMLPlatformUtils::Initialize();
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

struct Oracles::Parts {
  xmlSchemaPtr schema = nullptr;
  std::unique_ptr<xc::XMLGrammarPoolImpl> pool;
  std::unique_ptr<xc::SAX2XMLReader> reader;

  ~Parts() {
    reader.reset();
    pool.reset();
    xmlSchemaFree(schema);
  }
};

Oracles::Oracles(std::string_view xsd) : parts_(std::make_unique<Parts>()) {
  xmlSchemaParserCtxtPtr context = xmlSchemaNewMemParserCtxt(xsd.data(), static_cast<int>(xsd.size()));
  xmlSchemaSetParserStructuredErrors(context, keep_error, &error_);
  parts_->schema = xmlSchemaParse(context);
  xmlSchemaFreeParserCtxt(context);
  if (parts_->schema == nullptr && error_.empty()) error_ = "libxml2 does not compile the schema";

  start_xerces();
  parts_->pool = std::make_unique<xc::XMLGrammarPoolImpl>(xc::XMLPlatformUtils::fgMemoryManager);
  parts_->reader.reset(
      xc::XMLReaderFactory::createXMLReader(xc::XMLPlatformUtils::fgMemoryManager, parts_->pool.get()));
  xc::SAX2XMLReader& reader = *parts_->reader;
  reader.setFeature(xc::XMLUni::fgSAX2CoreNameSpaces, true);
  reader.setFeature(xc::XMLUni::fgSAX2CoreValidation, true);
  reader.setFeature(xc::XMLUni::fgXercesDynamic, false);
  reader.setFeature(xc::XMLUni::fgXercesSchema, true);
  reader.setFeature(xc::XMLUni::fgXercesSchemaFullChecking, false);
  reader.setFeature(xc::XMLUni::fgXercesLoadSchema, false);
  reader.setFeature(xc::XMLUni::fgXercesLoadExternalDTD, false);
  reader.setFeature(xc::XMLUni::fgXercesUseCachedGrammarInParse, true);
  FirstError errors;
  reader.setErrorHandler(&errors);
  const xc::MemBufInputSource source(reinterpret_cast<const XMLByte*>(xsd.data()), xsd.size(), "schema.xsd");
  if (reader.loadGrammar(source, xc::Grammar::SchemaGrammarType, true) == nullptr || errors.failed) {
    error_ = "Xerces: " + errors.text;
  }
  parts_->pool->lockPool();
  reader.setErrorHandler(nullptr);
}

Oracles::~Oracles() = default;

bool Oracles::libxml2_accepts(std::string_view document, std::string* reason) {
  std::string first;
  xmlSetStructuredErrorFunc(&first, keep_error);
  const xmlDocPtr parsed = xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr, nullptr,
                                         XML_PARSE_NONET | XML_PARSE_HUGE);
  bool accepted = parsed != nullptr;
  if (accepted) {
    const xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(parts_->schema);
    xmlSchemaSetValidStructuredErrors(context, keep_error, &first);
    accepted = xmlSchemaValidateDoc(context, parsed) == 0;
    xmlSchemaFreeValidCtxt(context);
    xmlFreeDoc(parsed);
  }
  xmlSetStructuredErrorFunc(nullptr, nullptr);
  if (reason != nullptr) *reason = first;
  return accepted;
}

bool Oracles::xerces_accepts(std::string_view document, std::string* reason) {
  FirstError errors;
  parts_->reader->setErrorHandler(&errors);
  try {
    const xc::MemBufInputSource source(reinterpret_cast<const XMLByte*>(document.data()), document.size(), "x.xml");
    parts_->reader->parse(source);
  } catch (const xc::XMLException&) {
    errors.failed = true;
  } catch (const xc::SAXException&) {
    errors.failed = true;
  }
  parts_->reader->setErrorHandler(nullptr);
  if (reason != nullptr) *reason = errors.text;
  return !errors.failed;
}

}  // namespace tilmash::tests
