#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/sax2/SAX2XMLReader.hpp>
#include <xercesc/sax2/XMLReaderFactory.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/TransService.hpp>
#include <xercesc/util/XMLUni.hpp>

#include "iso20022/oracles/oracle.h"

namespace tilmash::iso20022 {
namespace {

namespace xc = xercesc;

std::string to_utf8(const XMLCh* text) {
  const xc::TranscodeToStr utf8(text, "UTF-8");
  return {reinterpret_cast<const char*>(utf8.str()), utf8.length()};
}

class Keeper : public xc::DefaultHandler {
 public:
  explicit Keeper(OracleVerdict& verdict) : verdict_(verdict) {}
  void error(const xc::SAXParseException& problem) override { keep(problem); }
  void fatalError(const xc::SAXParseException& problem) override { keep(problem); }
  void keep_text(const XMLCh* text) { add({0, 0, to_utf8(text)}); }

 private:
  void keep(const xc::SAXParseException& problem) {
    add({problem.getLineNumber(), problem.getColumnNumber(), to_utf8(problem.getMessage())});
  }
  void add(OracleFinding finding) {
    verdict_.valid = false;
    if (++verdict_.findings_count <= oracle_findings_max) verdict_.findings.push_back(std::move(finding));
  }
  OracleVerdict& verdict_;
};

class XercesOracle : public Oracle {
 public:
  XercesOracle()
      : pool_(xc::XMLPlatformUtils::fgMemoryManager),
        reader_(xc::XMLReaderFactory::createXMLReader(xc::XMLPlatformUtils::fgMemoryManager, &pool_)) {
    reader_->setFeature(xc::XMLUni::fgSAX2CoreNameSpaces, true);
    reader_->setFeature(xc::XMLUni::fgSAX2CoreValidation, true);
    reader_->setFeature(xc::XMLUni::fgXercesDynamic, false);
    reader_->setFeature(xc::XMLUni::fgXercesSchema, true);
    reader_->setFeature(xc::XMLUni::fgXercesSchemaFullChecking, false);
    reader_->setFeature(xc::XMLUni::fgXercesLoadSchema, false);  // else a message can name a URL that is fetched
    reader_->setFeature(xc::XMLUni::fgXercesLoadExternalDTD, false);
    reader_->setFeature(xc::XMLUni::fgXercesDisableDefaultEntityResolution, true);
    reader_->setFeature(xc::XMLUni::fgXercesUseCachedGrammarInParse, true);
  }

  bool load(std::string_view xsd, std::string& error) {
    OracleVerdict problems;
    Keeper keeper(problems);
    reader_->setErrorHandler(&keeper);
    const xc::MemBufInputSource source(reinterpret_cast<const XMLByte*>(xsd.data()), xsd.size(), "schema.xsd");
    const bool loaded = reader_->loadGrammar(source, xc::Grammar::SchemaGrammarType, true) != nullptr;
    reader_->setErrorHandler(nullptr);
    pool_.lockPool();
    if (loaded && problems.findings.empty()) return true;
    error = problems.findings.empty() ? "Xerces does not compile the schema" : problems.findings[0].text;
    return false;
  }

  OracleVerdict validate(std::string_view document) override {
    OracleVerdict verdict;
    verdict.valid = true;
    Keeper keeper(verdict);
    reader_->setErrorHandler(&keeper);
    try {
      const xc::MemBufInputSource source(reinterpret_cast<const XMLByte*>(document.data()), document.size(), "message");
      reader_->parse(source);
    } catch (const xc::XMLException& problem) {
      keeper.keep_text(problem.getMessage());
    } catch (const xc::SAXException& problem) {
      if (verdict.valid) keeper.keep_text(problem.getMessage());
    }
    reader_->setErrorHandler(nullptr);
    return verdict;
  }

 private:
  xc::XMLGrammarPoolImpl pool_;
  std::unique_ptr<xc::SAX2XMLReader> reader_;  // released before its pool
};

void start_xerces() {
  static const bool once = [] {
    xc::XMLPlatformUtils::Initialize();
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

std::unique_ptr<Oracle> make_xerces_oracle(std::string_view xsd, std::string& error) {
  start_xerces();
  auto oracle = std::make_unique<XercesOracle>();
  if (!oracle->load(xsd, error)) return nullptr;
  return oracle;
}

}  // namespace tilmash::iso20022

extern "C" __attribute__((visibility("default"))) tilmash::iso20022::Oracle* tilmash_make_xerces_oracle(
    std::string_view xsd, std::string& error) {
  return tilmash::iso20022::make_xerces_oracle(xsd, error).release();
}
