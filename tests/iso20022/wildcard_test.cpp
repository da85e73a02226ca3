// What stands inside a lax wildcard and can be validated: elements with xsi:type, and the message's own root. Our
// findings, and libxml2's verdict beside ours; not Xerces', which applies few of these types (explained.cpp says so).
#include <fmt/format.h>

#include <algorithm>

#include "iso20022/oracles/oracle.h"
#include "iso20022/sample.h"
#include "iso20022/writer.h"
#include "iso20022/xsd.h"
#include "tests/support.h"
#include "verdicts.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

constexpr std::string_view message_namespace = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08";

class Envelope {
 public:
  Envelope() {
    const auto is_any = [](const Node& node) { return node.kind == NodeKind::leaf && node.type == LeafType::any; };
    const auto node = std::find_if(shape_.nodes.begin(), shape_.nodes.end(), is_any);
    SampleMaker maker(message_, shape_);
    Instance instance;
    maker.make_around({static_cast<std::uint32_t>(node - shape_.nodes.begin())}, instance);
    const std::string whole = written(instance);
    const std::size_t from = whole.find("<Sample ");
    const std::size_t to = whole.find("</Sample>", from) + 9;
    before_ = whole.substr(0, from);
    after_ = whole.substr(to);
    before_.insert(before_.find(' '), fmt::format(" xmlns:p=\"{}\"", message_namespace));
    maker.make_smallest(instance);
    smallest_ = written(instance);
    smallest_ = smallest_.substr(smallest_.find('>') + 1);
    smallest_ = smallest_.substr(0, smallest_.rfind('<'));
    std::string error;
    oracle_ = make_libxml2_oracle(export_xsd(message_.schema()), error);
    REQUIRE_MESSAGE(oracle_, error);
  }

  std::string around(std::string_view content) const { return before_ + std::string(content) + after_; }
  /// The content of the smallest message's root.
  const std::string& smallest() const { return smallest_; }

  /// Our findings of a message with this content, as "ISO-0302 ISO-0209"; libxml2's verdict must be the same.
  std::string judge(std::string_view content) {
    const std::string xml = around(content);
    const tests::Verdict ours = tests::judge(catalogue_, xml, Caps::batch());
    CAPTURE(std::string(content));
    CHECK(oracle_->validate(xml).valid == ours.valid);
    std::string codes;
    for (const Diagnostic& finding : ours.findings) codes += (codes.empty() ? "" : " ") + to_text(finding.code);
    if (!ours.findings.empty()) path_ = ours.findings.front().path;
    return codes;
  }
  /// Of the first finding of the document judged last.
  const std::string& path() const { return path_; }

  /// The wildcard's element as an instance has it.
  std::string fragment(std::string_view content) const {
    const std::string xml = around(content);
    Findings findings;
    MessageReader reader(catalogue_, xml, "input", Caps::batch(), findings);
    Instance instance(shape_);
    REQUIRE(reader.next_message() == &message_);
    REQUIRE(reader.read(instance));
    for (const Cell& cell : instance.cells()) {
      if (shape_.nodes[cell.node].type == LeafType::any) return std::string(cell.text);
    }
    return {};
  }

 private:
  std::string written(const Instance& instance) const {
    std::string xml;
    Findings findings;
    REQUIRE(MessageWriter(message_, shape_).encode(instance, xml, findings));
    return xml;
  }

  Data data_;
  Catalogue catalogue_{data_};
  const Message& message_ = *catalogue_.find("pacs.008.001.08");
  Shape shape_ = make_shape(message_);
  std::unique_ptr<Oracle> oracle_;
  std::string before_;
  std::string after_;
  std::string smallest_;
  std::string path_;
};

/// <x xsi:type="TYPE" ATTRIBUTES>CONTENT</x>
std::string typed(std::string_view type, std::string_view content, std::string_view attributes = {}) {
  return fmt::format(
      "<x xmlns=\"urn:example\" xmlns:m=\"{}\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{}\" {}>{}</x>",
      message_namespace, type, attributes, content);
}

}  // namespace

TEST_CASE("an xsi:type inside a lax wildcard is followed: types of the message") {
  Envelope envelope;
  CHECK(envelope.judge(typed("m:Max35Text", "text")).empty());
  CHECK(envelope.judge(typed("m:Max35Text", std::string(36, 'x'))) == "ISO-0302");
  CHECK(envelope.path().ends_with("/Envlp"));
  CHECK(envelope.judge(typed("m:Max35Text", "")) == "ISO-0301");
  CHECK(envelope.judge(typed("m:Max35Text", "text", "a=\"1\"")) == "ISO-0209");
  CHECK(envelope.judge(typed("m:Max35Text", "text", "xsi:nil=\"false\"")).empty());
  CHECK(envelope.judge(typed("m:Max35Text", "text<b/>")) == "ISO-0211");
  CHECK(envelope.judge(typed("m:ChargeBearerType1Code", "SLEV")).empty());
  CHECK(envelope.judge(typed("m:ChargeBearerType1Code", "SELV")) == "ISO-0304");
  CHECK(envelope.judge(typed("m:ActiveCurrencyAndAmount", "1.00", "Ccy=\"KZT\"")).empty());
  CHECK(envelope.judge(typed("m:ActiveCurrencyAndAmount", "1.00")) == "ISO-0210");
  CHECK(envelope.judge(typed("m:ActiveCurrencyCode", "kzt")) == "ISO-0303");
  CHECK(envelope.judge(typed("m:ActiveCurrencyAndAmount_SimpleType", "1.000001")) == "ISO-0306");
  CHECK(envelope.judge(typed("m:PaymentTypeInformation28", "")).empty());
  CHECK(envelope.judge(typed("m:PaymentTypeInformation28", "<m:InstrPrty>HIGH</m:InstrPrty>")).empty());
  CHECK(envelope.judge(typed("m:PaymentTypeInformation28", "<m:InstrPrty>HIHG</m:InstrPrty>")) == "ISO-0304");
  CHECK(envelope.path().ends_with("/Envlp/InstrPrty"));
  CHECK(envelope.judge(typed("m:PaymentTypeInformation28", "<InstrPrty>HIGH</InstrPrty>")) == "ISO-0205");
  CHECK(envelope.judge(typed("m:PaymentTypeInformation28", "text")) == "ISO-0208");
  CHECK(envelope.judge(typed("m:ServiceLevel8Choice", "")) == "ISO-0207");
  CHECK(envelope.judge(typed("m:SupplementaryDataEnvelope1", typed("m:Max35Text", ""))) == "ISO-0301");
  CHECK(envelope.judge("<a xmlns=\"urn:a\">" + typed("m:Max35Text", "") + "</a>") == "ISO-0301");
}

TEST_CASE("an xsi:type inside a lax wildcard is followed: types of XML Schema itself") {
  struct Row {
    const char* type;
    std::vector<const char*> good;
    std::vector<const char*> bad;
  };
  const Row rows[] = {
      {"string", {"", " a  b "}, {"a<b/>"}},
      {"token", {"a"}, {}},
      {"anySimpleType", {"a"}, {"<b/>"}},
      {"anyType", {"a<b c='1'/>", ""}, {}},
      {"decimal", {"-1.50", " 1 "}, {"", "1e1"}},
      {"boolean", {"true", " 0 "}, {"TRUE"}},
      {"date", {"2026-11-21"}, {"2026-02-30"}},
      {"dateTime", {"2026-11-21T09:30:00Z"}, {"2026-11-21"}},
      {"time", {"09:30:00.5"}, {"24:30:00"}},
      {"gYear", {"2026"}, {"26"}},
      {"gYearMonth", {"2026-11"}, {"2026-13"}},
      {"base64Binary", {"QUJD", ""}, {"QUJ"}},
      {"integer", {"-12", " +7 ", "007"}, {"1.0", "1.", "", "a"}},
      {"nonPositiveInteger", {"0", "-1"}, {"1"}},
      {"negativeInteger", {"-1"}, {"0"}},
      {"nonNegativeInteger", {"0", "-0"}, {"-1"}},
      {"positiveInteger", {"1"}, {"0"}},
      {"long", {"9223372036854775807", "-9223372036854775808"}, {"9223372036854775808"}},
      {"int", {"2147483647"}, {"-2147483649"}},
      {"short", {"-32768"}, {"32768"}},
      {"byte", {"127"}, {"128"}},
      {"unsignedLong", {"18446744073709551615"}, {"18446744073709551616"}},
      {"unsignedInt", {"4294967295"}, {"4294967296"}},
      {"unsignedShort", {"65535"}, {"65536"}},
      {"unsignedByte", {"255"}, {"256", "-1"}},
      {"language", {"kk-KZ"}, {"kk_KZ", "verylongword"}},
      {"hexBinary", {"0aFF", "", " 00 "}, {"0", "0g"}},
      {"float", {"1e5", ".5", "-INF", "NaN"}, {"", "inf"}},
      {"double", {"-1.5E-10", "1."}, {"0x1", "1 2"}},
      {"duration", {"P1Y2M3DT4H5M6.7S", "-P1D", "PT1M"}, {"P", "P1", "PT", "1D"}},
      {"gMonth", {"--11", "--11Z"}, {"--13", "11"}},
      {"gDay", {"---21", "---31+05:00"}, {"---32", "---1"}},
      {"gMonthDay", {"--11-21", "--02-29", "--01-31", "--04-30"}, {"--04-31", "--02-30", "--13-01"}},
  };
  Envelope envelope;
  for (const Row& row : rows) {
    CAPTURE(std::string(row.type));
    const std::string type = std::string("xs:") + row.type;
    for (const char* value : row.good) CHECK_MESSAGE(envelope.judge(typed(type, value)).empty(), value);
    for (const char* value : row.bad) CHECK_MESSAGE(envelope.judge(typed(type, value)).size() == 8, value);
  }
  CHECK(envelope.judge(typed("xs:int", "1", "a=\"1\"")) == "ISO-0209");
  CHECK(envelope.judge(typed("xs:int", "1<!-- one -->2")).empty());
}

TEST_CASE("an xsi:type inside a lax wildcard must name a type that is known") {
  Envelope envelope;
  for (const char* type : {"m:NoSuchType", "Other", "unbound:Other", "xs:noSuchType", "", "1:2:3"}) {
    CAPTURE(std::string(type));
    CHECK(envelope.judge(typed(type, "text")) == "ISO-0213");
    CHECK(envelope.judge("<a xmlns=\"urn:a\">" + typed(type, "text") + "</a>") == "ISO-0213");
  }
}

TEST_CASE("the message's root inside a lax wildcard is read by the namespaces that hold there") {
  Envelope envelope;
  const std::string root =
      fmt::format("<b:Document xmlns:b=\"{}\">{}</b:Document>", message_namespace, envelope.smallest());
  CHECK(envelope.judge(root).empty());
  CHECK(envelope.judge("<a xmlns=\"urn:a\">" + root + "</a>") == "ISO-0205");
  CHECK(envelope.judge("<a xmlns=\"\">" + root + "</a>") == "ISO-0205");
}

TEST_CASE("a wildcard's element keeps the declarations it needs, with another wildcard inside") {
  const Envelope envelope;
  const std::string inner = envelope.around("<p:Sample>text</p:Sample>");
  const std::string fragment = envelope.fragment(
      "<p:Document>" + inner.substr(inner.find('>') + 1, inner.rfind('<') - inner.find('>') - 1) + "</p:Document>");
  std::string uri;
  CHECK(is_closed_fragment(fragment, uri));
  CHECK(uri == message_namespace);
}
