// Exported schemas beside the official ones, by XML Schema's own component model (part 1, chapter 3) as Xerces-C makes
// it: elements, order, cardinality, types, facets, wildcards, attributes. The comparison of the raw files, which shares
// nothing with this one, is compare_xsd.py.
#include <fmt/format.h>

#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/framework/psvi/XSAttributeDeclaration.hpp>
#include <xercesc/framework/psvi/XSAttributeUse.hpp>
#include <xercesc/framework/psvi/XSComplexTypeDefinition.hpp>
#include <xercesc/framework/psvi/XSElementDeclaration.hpp>
#include <xercesc/framework/psvi/XSFacet.hpp>
#include <xercesc/framework/psvi/XSModel.hpp>
#include <xercesc/framework/psvi/XSModelGroup.hpp>
#include <xercesc/framework/psvi/XSMultiValueFacet.hpp>
#include <xercesc/framework/psvi/XSNamedMap.hpp>
#include <xercesc/framework/psvi/XSParticle.hpp>
#include <xercesc/framework/psvi/XSSimpleTypeDefinition.hpp>
#include <xercesc/framework/psvi/XSWildcard.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/sax2/SAX2XMLReader.hpp>
#include <xercesc/sax2/XMLReaderFactory.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/TransService.hpp>
#include <xercesc/util/XMLUni.hpp>

#include <algorithm>

#include "iso20022/catalogue.h"
#include "iso20022/xsd.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;
namespace xc = xercesc;

namespace {

std::string text(const XMLCh* from) {
  if (from == nullptr) return "-";
  const xc::TranscodeToStr utf8(from, "UTF-8");
  return {reinterpret_cast<const char*>(utf8.str()), utf8.length()};
}

std::string text(const xc::StringList* list) {
  std::string out;
  for (XMLSize_t i = 0; list != nullptr && i < list->size(); ++i) out += " '" + text(list->elementAt(i)) + "'";
  return out;
}

/// All components of one schema as text, one a line or block. Names are full, so that the text stands for the model.
class Print {
 public:
  /// `simplified`: a group of one particle that occurs once is that particle (part 1, 3.9.6, "pointless").
  Print(xc::XSModel& model, const std::string& target, bool simplified) : target_(target), simplified_(simplified) {
    const xc::XSConstants::COMPONENT_TYPE kinds[] = {
        xc::XSConstants::ATTRIBUTE_DECLARATION,  xc::XSConstants::ELEMENT_DECLARATION,
        xc::XSConstants::TYPE_DEFINITION,        xc::XSConstants::ATTRIBUTE_GROUP_DEFINITION,
        xc::XSConstants::MODEL_GROUP_DEFINITION, xc::XSConstants::NOTATION_DECLARATION};
    for (const auto kind : kinds) {
      xc::XSNamedMap<xc::XSObject>* map = model.getComponents(kind);
      for (XMLSize_t i = 0; map != nullptr && i < map->getLength(); ++i) {
        xc::XSObject* object = map->item(i);
        if (text(object->getNamespace()) != target_) continue;
        blocks_.push_back(block(kind, *object));
      }
    }
    std::sort(blocks_.begin(), blocks_.end());
  }
  const std::vector<std::string>& blocks() const { return blocks_; }

 private:
  std::string block(xc::XSConstants::COMPONENT_TYPE kind, xc::XSObject& object) {
    if (kind == xc::XSConstants::ELEMENT_DECLARATION) return element(dynamic_cast<xc::XSElementDeclaration&>(object));
    if (kind == xc::XSConstants::TYPE_DEFINITION) {
      auto& type = dynamic_cast<xc::XSTypeDefinition&>(object);
      return type.getTypeCategory() == xc::XSTypeDefinition::SIMPLE_TYPE
                 ? simple(dynamic_cast<xc::XSSimpleTypeDefinition&>(type))
                 : complex(dynamic_cast<xc::XSComplexTypeDefinition&>(type));
    }
    return fmt::format("component {} {}", static_cast<int>(kind), name(object));
  }

  static std::string name(xc::XSObject& object) {
    return fmt::format("{{{}}}{}", text(object.getNamespace()), text(object.getName()));
  }
  static std::string name_of_type(xc::XSTypeDefinition* type) {
    if (type == nullptr) return "-";
    return type->getAnonymous() ? "anonymous " + std::to_string(type->getTypeCategory()) : name(*type);
  }

  static std::string element(xc::XSElementDeclaration& item) {
    return fmt::format(
        "element {} : {} nillable {} abstract {} scope {} constraint {} {} excluded {} {} head {}", name(item),
        name_of_type(item.getTypeDefinition()), item.getNillable(), item.getAbstract(),
        static_cast<int>(item.getScope()), static_cast<int>(item.getConstraintType()), text(item.getConstraintValue()),
        item.getDisallowedSubstitutions(), item.getSubstitutionGroupExclusions(),
        item.getSubstitutionGroupAffiliation() == nullptr ? "-" : name(*item.getSubstitutionGroupAffiliation()));
  }

  std::string particle(xc::XSParticle* item, const std::string& indent) {
    if (item == nullptr) return indent + "empty\n";
    const bool once = item->getMinOccurs() == 1 && item->getMaxOccurs() == 1 && !item->getMaxOccursUnbounded();
    const std::string most = item->getMaxOccursUnbounded() ? "*" : std::to_string(item->getMaxOccurs());
    const std::string occurs = fmt::format("{}{}..{} ", indent, item->getMinOccurs(), most);
    switch (item->getTermType()) {
      case xc::XSParticle::TERM_ELEMENT:
        return occurs + element(*item->getElementTerm()) + "\n";
      case xc::XSParticle::TERM_WILDCARD:
        return occurs + wildcard(*item->getWildcardTerm()) + "\n";
      case xc::XSParticle::TERM_MODELGROUP: {
        xc::XSModelGroup& group = *item->getModelGroupTerm();
        xc::XSParticleList& members = *group.getParticles();
        if (simplified_ && once && members.size() == 1) return particle(members.elementAt(0), indent);
        std::string out = occurs + fmt::format("group {}\n", static_cast<int>(group.getCompositor()));
        for (XMLSize_t i = 0; i < members.size(); ++i) out += particle(members.elementAt(i), indent + "  ");
        return out;
      }
      default:
        return occurs + "empty\n";
    }
  }

  static std::string wildcard(xc::XSWildcard& item) {
    return fmt::format("wildcard constraint {} namespaces{} process {}", static_cast<int>(item.getConstraintType()),
                       text(item.getNsConstraintList()), static_cast<int>(item.getProcessContents()));
  }

  std::string complex(xc::XSComplexTypeDefinition& item) {
    std::string out =
        fmt::format("complex {} base {} by {} abstract {} final {} prohibited {} content {}\n", name(item),
                    name_of_type(item.getBaseType()), static_cast<int>(item.getDerivationMethod()), item.getAbstract(),
                    item.getFinal(), item.getProhibitedSubstitutions(), static_cast<int>(item.getContentType()));
    if (item.getSimpleType() != nullptr) out += "  simple " + name_of_type(item.getSimpleType()) + "\n";
    if (item.getParticle() != nullptr) out += particle(item.getParticle(), "  ");
    xc::XSAttributeUseList* uses = item.getAttributeUses();
    std::vector<std::string> attributes;
    for (XMLSize_t i = 0; uses != nullptr && i < uses->size(); ++i)
      attributes.push_back(attribute(*uses->elementAt(i)));
    std::sort(attributes.begin(), attributes.end());
    for (const std::string& line : attributes) out += line;
    if (item.getAttributeWildcard() != nullptr) out += "  @" + wildcard(*item.getAttributeWildcard()) + "\n";
    return out;
  }

  static std::string attribute(xc::XSAttributeUse& use) {
    xc::XSAttributeDeclaration& item = *use.getAttrDeclaration();
    return fmt::format("  @ {} : {} required {} constraint {} {}\n", name(item), name_of_type(item.getTypeDefinition()),
                       use.getRequired(), static_cast<int>(use.getConstraintType()), text(use.getConstraintValue()));
  }

  static std::string simple(xc::XSSimpleTypeDefinition& item) {
    std::string out = fmt::format("simple {} base {} variety {} primitive {} final {}\n", name(item),
                                  name_of_type(item.getBaseType()), static_cast<int>(item.getVariety()),
                                  name_of_type(item.getPrimitiveType()), item.getFinal());
    std::vector<std::string> facets;
    xc::XSFacetList* single = item.getFacets();
    for (XMLSize_t i = 0; single != nullptr && i < single->size(); ++i) {
      xc::XSFacet& facet = *single->elementAt(i);
      facets.push_back(fmt::format("  facet {} = {} fixed {}\n", static_cast<int>(facet.getFacetKind()),
                                   text(facet.getLexicalFacetValue()), facet.isFixed()));
    }
    xc::XSMultiValueFacetList* many = item.getMultiValueFacets();
    for (XMLSize_t i = 0; many != nullptr && i < many->size(); ++i) {
      xc::XSMultiValueFacet& facet = *many->elementAt(i);
      facets.push_back(fmt::format("  facet {} ={} fixed {}\n", static_cast<int>(facet.getFacetKind()),
                                   text(facet.getLexicalFacetValues()), facet.isFixed()));
    }
    std::sort(facets.begin(), facets.end());
    for (const std::string& line : facets) out += line;
    return out;
  }

  std::string target_;
  bool simplified_;
  std::vector<std::string> blocks_;
};

class Errors : public xc::DefaultHandler {
 public:
  void error(const xc::SAXParseException& problem) override { first(problem); }
  void fatalError(const xc::SAXParseException& problem) override { first(problem); }
  std::string first_error;

 private:
  void first(const xc::SAXParseException& problem) {
    if (first_error.empty()) first_error = text(problem.getMessage());
  }
};

/// The model of one XSD, exactly and simplified.
struct Model {
  std::vector<std::string> exact;
  std::vector<std::string> simplified;
};

Model model_of(std::string_view xsd, const std::string& target) {
  xc::XMLGrammarPoolImpl pool(xc::XMLPlatformUtils::fgMemoryManager);
  const std::unique_ptr<xc::SAX2XMLReader> reader(
      xc::XMLReaderFactory::createXMLReader(xc::XMLPlatformUtils::fgMemoryManager, &pool));
  reader->setFeature(xc::XMLUni::fgXercesSchema, true);
  reader->setFeature(xc::XMLUni::fgXercesSchemaFullChecking, true);
  reader->setFeature(xc::XMLUni::fgXercesLoadExternalDTD, false);
  reader->setFeature(xc::XMLUni::fgXercesDisableDefaultEntityResolution, true);
  Errors errors;
  reader->setErrorHandler(&errors);
  const xc::MemBufInputSource source(reinterpret_cast<const XMLByte*>(xsd.data()), xsd.size(), "schema.xsd");
  reader->loadGrammar(source, xc::Grammar::SchemaGrammarType, true);
  REQUIRE(errors.first_error == "");
  bool changed = false;
  xc::XSModel* model = pool.getXSModel(changed);
  REQUIRE(model != nullptr);
  return {Print(*model, target, false).blocks(), Print(*model, target, true).blocks()};
}

struct Xerces {
  Xerces() { xc::XMLPlatformUtils::Initialize(); }
  ~Xerces() { xc::XMLPlatformUtils::Terminate(); }
};

}  // namespace

TEST_CASE("exported schemas have the components of the official ones, as Xerces models them") {
  const auto folder = tests::shared_dir() / "iso20022/xsd";
  if (tests::skip_without(folder)) return;
  const Xerces xerces;
  const Data data;
  const Catalogue catalogue(data);
  std::size_t schemas = 0;
  std::size_t components = 0;
  std::size_t pointless = 0;
  for (const std::string& id : catalogue.list()) {
    CAPTURE(id);
    const Message& message = *catalogue.find(id);
    const Model official = model_of(tests::read_file(folder / (id + ".xsd")), message.xml_namespace());
    const Model exported = model_of(export_xsd(message.schema()), message.xml_namespace());
    ++schemas;
    components += official.exact.size();
    REQUIRE(official.exact.size() > 1);
    if (official.exact == exported.exact) continue;
    ++pointless;  // the only difference there may be
    REQUIRE(official.simplified.size() == exported.simplified.size());
    for (std::size_t i = 0; i < official.simplified.size(); ++i)
      CHECK(official.simplified[i] == exported.simplified[i]);
  }
  CHECK(schemas == 548);
  fmt::print("{} schemas, {} components: equal, {} of them but for a sequence around a lone choice\n", schemas,
             components, pointless);
}

TEST_CASE("the comparison of components sees every kind of difference") {
  const Xerces xerces;
  const std::string target = "urn:x";
  const std::string schema = R"(<xs:schema xmlns="urn:x" xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="urn:x" elementFormDefault="qualified"><xs:element name="Document" type="D"/>
    <xs:complexType name="D"><xs:sequence><xs:element name="A" type="T"/><xs:element name="B" type="V" minOccurs="0"/>
    <xs:any processContents="lax" namespace="##other"/></xs:sequence></xs:complexType>
    <xs:complexType name="V"><xs:simpleContent><xs:extension base="T"><xs:attribute name="C" type="T" use="required"/>
    </xs:extension></xs:simpleContent></xs:complexType>
    <xs:simpleType name="T"><xs:restriction base="xs:string"><xs:maxLength value="3"/><xs:enumeration value="E"/>
    <xs:pattern value="[A-Z]"/></xs:restriction></xs:simpleType></xs:schema>)";
  const Model model = model_of(schema, target);
  CHECK(model_of(schema, target).exact == model.exact);
  const std::pair<const char*, const char*> changes[] = {
      {"name=\"A\"", "name=\"Z\""},
      {"minOccurs=\"0\"", "minOccurs=\"1\""},
      {"minOccurs=\"0\"", "maxOccurs=\"2\""},
      {"\"lax\"", "\"skip\""},
      {"##other", "##any"},
      {"use=\"required\"", "use=\"optional\""},
      {"name=\"C\"", "name=\"CC\""},
      {"value=\"3\"", "value=\"4\""},
      {"value=\"E\"", "value=\"F\""},
      {"[A-Z]", "[A-Y]"},
      {"xs:string", "xs:token"},
      {"name=\"B\" type=\"V\"", "name=\"B\" type=\"T\""},
      {"elementFormDefault=\"qualified\"", "elementFormDefault=\"unqualified\""},
      {"<xs:element name=\"A\" type=\"T\"/>", "<xs:element name=\"A\" type=\"T\" nillable=\"true\"/>"}};
  for (const auto& [from, to] : changes) {
    CAPTURE(from);
    std::string changed = schema;
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    CHECK(model_of(changed, target).exact != model.exact);
    CHECK(model_of(changed, target).simplified != model.simplified);
  }
}
