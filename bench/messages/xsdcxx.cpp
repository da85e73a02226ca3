// CodeSynthesis XSD C++/Tree: classes generated from our exported schema, over a Xerces DOM that validates with a
// locked grammar pool. (Its documented way, which loads the schema for each document, is some hundred times slower.)
#include <xercesc/dom/DOM.hpp>
#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/parsers/XercesDOMParser.hpp>
#include <xercesc/sax/HandlerBase.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/XMLUni.hpp>
#include <xercesc/validators/common/Grammar.hpp>

#include "pacs008.hxx"
#include "tasks.h"

namespace tilmash::bench {
namespace {

class Xsdcxx : public MessageTask, xercesc::HandlerBase {
 public:
  explicit Xsdcxx(const std::string& xsd) {
    using namespace xercesc;
    XMLPlatformUtils::Initialize();
    pool_ = std::make_unique<XMLGrammarPoolImpl>();
    parser_ = std::make_unique<XercesDOMParser>(nullptr, XMLPlatformUtils::fgMemoryManager, pool_.get());
    parser_->setDoNamespaces(true);
    parser_->setDoSchema(true);
    parser_->setValidationScheme(XercesDOMParser::Val_Always);
    parser_->setCreateEntityReferenceNodes(false);
    parser_->setIncludeIgnorableWhitespace(false);
    parser_->setErrorHandler(this);
    const MemBufInputSource schema(reinterpret_cast<const XMLByte*>(xsd.data()), xsd.size(), "schema");
    parser_->loadGrammar(schema, Grammar::SchemaGrammarType, true);
    pool_->lockPool();
    parser_->useCachedGrammarInParse(true);
    parser_->setLoadSchema(false);
    parser_->useScanner(XMLUni::fgSGXMLScanner);
  }
  bool accept(std::string_view document) override {
    const xercesc::MemBufInputSource source(reinterpret_cast<const XMLByte*>(document.data()), document.size(), "m");
    parser_->parse(source);
    if (parser_->getErrorCount() != 0) return false;
    const auto tree = pacs008::Document_(*parser_->getDocument(), xml_schema::flags::dont_initialize);
    const bool filled = !tree->FIToFICstmrCdtTrf().CdtTrfTxInf().empty();
    parser_->resetDocumentPool();
    return filled;
  }

 private:
  void error(const xercesc::SAXParseException&) override {}
  void fatalError(const xercesc::SAXParseException&) override {}
  void resetErrors() override {}

  std::unique_ptr<xercesc::XMLGrammarPoolImpl> pool_;
  std::unique_ptr<xercesc::XercesDOMParser> parser_;
};

}  // namespace

std::unique_ptr<MessageTask> make_xsdcxx(const std::string& message, const std::string& xsd) {
  if (message != "pacs.008.001.08") return nullptr;
  return std::make_unique<Xsdcxx>(xsd);
}

}  // namespace tilmash::bench
