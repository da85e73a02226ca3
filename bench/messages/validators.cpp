// tilmash, and those that validate: libxml2's stream validation, Xerces-C++ SAX2.
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/sax2/SAX2XMLReader.hpp>
#include <xercesc/sax2/XMLReaderFactory.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/XMLUni.hpp>
#include <xercesc/validators/common/Grammar.hpp>

#include "iso20022/catalogue.h"
#include "iso20022/reader.h"
#include "tasks.h"

namespace tilmash::bench {
namespace {

/// As `tilmash validate` does it: all findings, positions, prefixes; a reader of its own for each document.
class Tilmash : public MessageTask {
 public:
  bool accept(std::string_view document) override {
    findings_.clear();
    iso20022::MessageReader reader(catalogue_, document, "input", iso20022::Caps::batch(), findings_);
    bool found = false;
    while (reader.next_message() != nullptr) {
      lines_ += reader.line_number();
      while (reader.validate_some()) continue;
      found = true;
    }
    return found && findings_.total_count() == 0;
  }

 private:
  Data data_;
  iso20022::Catalogue catalogue_{data_};
  Findings findings_{100};
  std::uint64_t lines_ = 0;
};

void ignore(void*, const char*, ...) {}

class Libxml2 : public MessageTask {
 public:
  explicit Libxml2(const std::string& xsd) {
    xmlSchemaParserCtxt* parser = xmlSchemaNewMemParserCtxt(xsd.data(), static_cast<int>(xsd.size()));
    schema_ = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    context_ = xmlSchemaNewValidCtxt(schema_);
    xmlSchemaSetValidErrors(context_, ignore, ignore, nullptr);
    xmlSetGenericErrorFunc(nullptr, ignore);
  }
  ~Libxml2() override {
    xmlSchemaFreeValidCtxt(context_);
    xmlSchemaFree(schema_);
  }
  bool accept(std::string_view document) override {
    // It owns and frees the buffer.
    xmlParserInputBuffer* buffer =
        xmlParserInputBufferCreateMem(document.data(), static_cast<int>(document.size()), XML_CHAR_ENCODING_NONE);
    return xmlSchemaValidateStream(context_, buffer, XML_CHAR_ENCODING_NONE, nullptr, nullptr) == 0;
  }

 private:
  xmlSchema* schema_ = nullptr;
  xmlSchemaValidCtxt* context_ = nullptr;
};

class Xerces : public MessageTask, xercesc::DefaultHandler {
 public:
  explicit Xerces(const std::string& xsd) {
    using namespace xercesc;
    XMLPlatformUtils::Initialize();
    pool_ = std::make_unique<XMLGrammarPoolImpl>();
    reader_.reset(XMLReaderFactory::createXMLReader(XMLPlatformUtils::fgMemoryManager, pool_.get()));
    reader_->setProperty(XMLUni::fgXercesScannerName, const_cast<XMLCh*>(XMLUni::fgSGXMLScanner));
    const std::pair<const XMLCh*, bool> features[] = {{XMLUni::fgSAX2CoreNameSpaces, true},
                                                      {XMLUni::fgSAX2CoreValidation, true},
                                                      {XMLUni::fgXercesDynamic, false},
                                                      {XMLUni::fgXercesSchema, true},
                                                      {XMLUni::fgXercesSchemaFullChecking, false},
                                                      {XMLUni::fgXercesIdentityConstraintChecking, false},
                                                      {XMLUni::fgXercesLoadExternalDTD, false}};
    for (const auto& [feature, on] : features) reader_->setFeature(feature, on);
    reader_->setContentHandler(this);
    reader_->setErrorHandler(this);
    const MemBufInputSource schema(reinterpret_cast<const XMLByte*>(xsd.data()), xsd.size(), "schema");
    reader_->loadGrammar(schema, Grammar::SchemaGrammarType, true);
    pool_->lockPool();
    reader_->setFeature(XMLUni::fgXercesUseCachedGrammarInParse, true);
    reader_->setFeature(XMLUni::fgXercesLoadSchema, false);
    good_ = true;
  }
  bool accept(std::string_view document) override {
    const xercesc::MemBufInputSource source(reinterpret_cast<const XMLByte*>(document.data()), document.size(), "m");
    good_ = true;
    reader_->parse(source);
    return good_;
  }

 private:
  void error(const xercesc::SAXParseException&) override { good_ = false; }
  void fatalError(const xercesc::SAXParseException&) override { good_ = false; }

  std::unique_ptr<xercesc::XMLGrammarPoolImpl> pool_;
  std::unique_ptr<xercesc::SAX2XMLReader> reader_;
  bool good_ = true;
};

}  // namespace

std::unique_ptr<MessageTask> make_tilmash(const std::string&, const std::string&) {
  return std::make_unique<Tilmash>();
}
std::unique_ptr<MessageTask> make_libxml2(const std::string&, const std::string& xsd) {
  return std::make_unique<Libxml2>(xsd);
}
std::unique_ptr<MessageTask> make_xerces(const std::string&, const std::string& xsd) {
  return std::make_unique<Xerces>(xsd);
}

}  // namespace tilmash::bench
