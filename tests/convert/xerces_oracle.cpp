// xerces_oracle SCHEMA FILE...: are the files valid under the XSD, as Xerces-C++ sees it? Prints what is wrong; ends
// with 1 when something is. An independent judge of what tilmash writes: it shares nothing with src/.
#include <cstdio>
#include <xercesc/parsers/XercesDOMParser.hpp>
#include <xercesc/sax/ErrorHandler.hpp>
#include <xercesc/sax/SAXParseException.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/validators/common/Grammar.hpp>

namespace {

namespace xml = xercesc;

class Printer : public xml::ErrorHandler {
 public:
  void warning(const xml::SAXParseException& problem) override { print(problem); }
  void error(const xml::SAXParseException& problem) override { print(problem); }
  void fatalError(const xml::SAXParseException& problem) override { print(problem); }
  void resetErrors() override {}
  bool found() const { return found_; }

 private:
  void print(const xml::SAXParseException& problem) {
    found_ = true;
    char* file = xml::XMLString::transcode(problem.getSystemId());
    char* text = xml::XMLString::transcode(problem.getMessage());
    std::printf("%s:%lu:%lu: %s\n", file != nullptr ? file : "", static_cast<unsigned long>(problem.getLineNumber()),
                static_cast<unsigned long>(problem.getColumnNumber()), text);
    xml::XMLString::release(&text);

    if (file != nullptr) xml::XMLString::release(&file);
  }

  bool found_ = false;
};

int check(int count, char** arguments) {
  Printer printer;
  xml::XercesDOMParser parser;
  parser.setErrorHandler(&printer);
  parser.setDoNamespaces(true);
  parser.setDoSchema(true);
  parser.setValidationScheme(xml::XercesDOMParser::Val_Always);
  parser.setValidationSchemaFullChecking(true);
  parser.setValidationConstraintFatal(false);
  if (parser.loadGrammar(arguments[1], xml::Grammar::SchemaGrammarType, true) == nullptr) {
    std::printf("%s: no schema\n", arguments[1]);
    return 1;
  }
  parser.useCachedGrammarInParse(true);
  parser.setLoadSchema(false);
  for (int i = 2; i < count; ++i) {
    parser.parse(arguments[i]);
    parser.resetDocumentPool();
  }
  return printer.found() ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  xml::XMLPlatformUtils::Initialize();
  const int status = check(count, arguments);
  xml::XMLPlatformUtils::Terminate();
  return status;
}
