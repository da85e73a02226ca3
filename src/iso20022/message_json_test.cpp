#include "iso20022/message_json.h"

#include "iso20022/fragment.h"
#include "iso20022/reader.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

const Message& message() {
  static const Message& found = *catalogue().find("camt.029.001.08");
  return found;
}
const Shape& shape() {
  static const Shape made = make_shape(message());
  return made;
}

constexpr std::string_view urn = "urn:iso:std:iso:20022:tech:xsd:camt.029.001.08";

/// A whole message around the inside of RsltnOfInvstgtn.
std::string json_of(std::string_view inside) {
  return R"({"Document":{"@xmlns":")" + std::string(urn) + R"(","RsltnOfInvstgtn":{)" + std::string(inside) + "}}}";
}
std::string xml_of(std::string_view inside) {
  return "<Document xmlns=\"" + std::string(urn) + "\"><RsltnOfInvstgtn>" + std::string(inside) +
         "</RsltnOfInvstgtn></Document>";
}

constexpr std::string_view assignment_json =
    R"("Assgnmt":{"Id":"1","Assgnr":{"Pty":{"Nm":"A & \"B\""}},"Assgne":{"Pty":{"Nm":"C"}},"CreDtTm":"2026-11-21T09:30:00Z"})";
constexpr std::string_view assignment_xml =
    "<Assgnmt><Id>1</Id><Assgnr><Pty><Nm>A &amp; \"B\"</Nm></Pty></Assgnr><Assgne><Pty><Nm>C</Nm></Pty></Assgne>"
    "<CreDtTm>2026-11-21T09:30:00Z</CreDtTm></Assgnmt>";
constexpr std::string_view status_json = R"("Sts":{"Conf":"INFO"})";
constexpr std::string_view status_xml = "<Sts><Conf>INFO</Conf></Sts>";

std::string both(std::string_view more) {
  return std::string(assignment_json) + "," + std::string(status_json) + std::string(more);
}

std::string to_json(const std::string& xml) {
  Findings findings;
  MessageReader reader(catalogue(), xml, "test", Caps::message(), findings);
  REQUIRE(reader.next_message() == &message());
  JsonMessageWriter writer(message(), shape());
  EventReader events(reader, shape());
  std::string out;
  Event event;
  while (events.next(event)) writer.put(event, out);
  for (const Diagnostic& finding : findings.kept()) FAIL(to_human(finding, xml, true));
  return out;
}

/// The XML of a JSON; or the codes with paths and places of what is wrong with it.
std::string to_xml(const std::string& json) {
  Findings findings;
  JsonMessageReader reader(catalogue(), json, "test", Caps::message(), findings);
  Instance instance(shape());
  std::string out;
  const Message* found = reader.next_message();
  if (found != nullptr) REQUIRE(found == &message());
  if (found != nullptr && reader.read(instance)) {
    REQUIRE(MessageWriter(message(), shape()).encode(instance, out, findings));
    CHECK(findings.total_count() == 0);
    return out;
  }
  for (const Diagnostic& finding : findings.kept()) {
    if (!out.empty()) out += "; ";
    out += to_text(finding.code) + " " + finding.path + " at " + json.substr(finding.place.offset_bytes, 12);
  }
  return out;
}

}  // namespace

TEST_CASE("elements that may repeat are arrays, values strings, attributes members") {
  const std::string more_xml =
      "<CxlDtls><TxInfAndSts><CxlStsId>X</CxlStsId><OrgnlIntrBkSttlmAmt Ccy=\"EUR\">01.50</OrgnlIntrBkSttlmAmt>"
      "</TxInfAndSts><TxInfAndSts/></CxlDtls>";
  const std::string more_json =
      R"(,"CxlDtls":[{"TxInfAndSts":[{"CxlStsId":"X","OrgnlIntrBkSttlmAmt":{"@Ccy":"EUR","#text":"1.50"}},{}]}])";
  const std::string json = to_json(xml_of(std::string(assignment_xml) + std::string(status_xml) + more_xml));
  CHECK(json == json_of(both(more_json)));
  const std::string xml = to_xml(json);
  CHECK(xml.find(
            "<OrgnlIntrBkSttlmAmt Ccy=\"EUR\">1.50</OrgnlIntrBkSttlmAmt></TxInfAndSts><TxInfAndSts></TxInfAndSts>") !=
        std::string::npos);
}

TEST_CASE("members may stand in any order") {
  const std::string turned = std::string(status_json) + "," + std::string(assignment_json);
  CHECK(to_xml(json_of(turned)) == xml_of(std::string(assignment_xml) + std::string(status_xml)));
  CHECK(to_xml(json_of(both(R"(,"CxlDtls":[{"TxInfAndSts":[{"OrgnlIntrBkSttlmAmt":{"#text":"1","@Ccy":"EUR"}}]}])"))) ==
        to_xml(json_of(both(R"(,"CxlDtls":[{"TxInfAndSts":[{"OrgnlIntrBkSttlmAmt":{"@Ccy":"EUR","#text":"1"}}]}])"))));
  const std::string last =
      R"({"Document":{"RsltnOfInvstgtn":{)" + both("") + R"(},"@xmlns":")" + std::string(urn) + "\"}}";
  CHECK(to_xml(last) == to_xml(json_of(both(""))));
}

TEST_CASE("what stands in a wildcard comes back to the byte") {
  struct Row {
    const char* xml;
    const char* json;
  };
  static constexpr Row rows[] = {
      {"<a xmlns=\"urn:a\"/>", R"({"a":{"@xmlns":"urn:a"}})"},
      {"<a xmlns=\"\">x</a>", R"({"a":{"@xmlns":"","#text":"x"}})"},
      {"<x:a xmlns:x=\"urn:x\" b=\"1 &quot;2&quot;\"><x:c>t &amp; m</x:c><x:d/></x:a>",
       R"({"x:a":{"@xmlns:x":"urn:x","@b":"1 \"2\"","#content":[{"x:c":"t & m"},{"x:d":""}]}})"},
      {"<x:a xmlns:x=\"urn:x\">\n  <x:c>1</x:c>mixed<x:c y=\"2\"/>\n</x:a>",
       R"({"x:a":{"@xmlns:x":"urn:x","#content":["\n  ",{"x:c":"1"},"mixed",{"x:c":{"@y":"2"}},"\n"]}})"},
      // Written in a way that the form does not tell: the XML itself.
      {"<a xmlns=\"urn:a\"></a>", R"("<a xmlns=\"urn:a\"></a>")"},
      {"<a xmlns='urn:a'/>", R"("<a xmlns='urn:a'/>")"},
      {"<a xmlns=\"urn:a\"><!-- c --></a>", R"("<a xmlns=\"urn:a\"><!-- c --></a>")"},
      {"<a xmlns=\"urn:a\"><![CDATA[<]]></a>", R"("<a xmlns=\"urn:a\"><![CDATA[<]]></a>")"},
      {"<a xmlns=\"urn:a\">&#65;</a>", R"("<a xmlns=\"urn:a\">&#65;</a>")"},
      {"<a  xmlns=\"urn:a\"/>", R"("<a  xmlns=\"urn:a\"/>")"},
      {"<a xmlns=\"urn:a\"><b></b ></a>", R"("<a xmlns=\"urn:a\"><b></b ></a>")"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.xml);
    const std::string supplement = "<SplmtryData><Envlp>" + std::string(row.xml) + "</Envlp></SplmtryData>";
    const std::string xml = xml_of(std::string(assignment_xml) + std::string(status_xml) + supplement);
    const std::string json = to_json(xml);
    CHECK(json == json_of(both(R"(,"SplmtryData":[{"Envlp":)" + std::string(row.json) + "}]")));
    CHECK(to_xml(json) == xml);
  }
}

TEST_CASE("a fragment is never deeper than it can be taken") {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<a>";
  std::string json;
  append_fragment_json(json, deep);
  CHECK(json.starts_with("\"<a><a>"));
}

TEST_CASE("JSON that is no message is refused at its place") {
  const auto details = [](std::string_view inside) {
    return json_of(both(R"(,"CxlDtls":[{"TxInfAndSts":[)" + std::string(inside) + "]}]"));
  };
  const auto envelope = [](std::string_view inside) {
    return json_of(both(R"(,"SplmtryData":[{"Envlp":)" + std::string(inside) + "}]"));
  };
  const std::string nul = json_of(both("")).insert(40, 1, '\0');
  struct Row {
    std::string json;
    std::string found;
  };
  const std::vector<Row> rows = {
      {"{", R"(JSN-0001  at )"},
      {"[]", R"(ISO-0501  at [])"},
      {"{}", R"(ISO-0501  at {})"},
      {"7", R"(ISO-0501  at 7)"},
      {R"({"Document":{}})", R"(ISO-0501 /Document at "Document":{)"},
      {R"({"Document":"x"})", R"(ISO-0501 /Document at "Document":")"},
      {"{\n \"Document\":\n{\"@xmlns\":\"urn:x\"}}", R"(ISO-0200 /Document/@xmlns at "@xmlns":"ur)"},
      {R"({"Doc":{"@xmlns":"urn:iso:std:iso:20022:tech:xsd:camt.029.001.08"}})", R"(ISO-0201 /Doc at "Doc":{"@xml)"},
      {R"({"Document":{"@xmlns":"urn:x"},"B":1})", R"(ISO-0501  at {"Document":)"},
      {R"({"a":1,"a":2})", R"(JSN-0002 /a at "a":2})"},
      {R"({"Document":01})", R"(JSN-0001  at })"},
      {"{\"a\":\"\xC3\x28\"}", R"(JSN-0001  at ("})"},
      {"{\"a\":\"\xED\xA0\x80\"}", "JSN-0001  at \xA0\x80\"}"},
      {"{\"a\":\"\\uD800\"}", R"(JSN-0001  at "})"},
      {"{\"a\":\"\n\"}", "JSN-0001  at \n\"}"},
      {nul, std::string("JSN-0001  at \0", 14) + "0022:tech:x"},
      {R"({"a":1e99999})", R"(JSN-0001  at 1e99999})"},
      {R"({"a":})", R"(JSN-0001  at })"},
      {R"({"a":tru)", R"(JSN-0001  at tru)"},
      {R"({"a":1)", R"(JSN-0001  at )"},
      {R"({"a":"b)", R"(JSN-0001  at b)"},
      {json_of(both("") + R"(,"Bogus":1)"), R"(ISO-0502 /Document/RsltnOfInvstgtn/Bogus at "Bogus":1}}})"},
      {details("[]"), R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1] at []]}]}}})"},
      {details(""), R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts at "TxInfAndSts)"},
      {details(R"({"CxlStsId":1})"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/CxlStsId at "CxlStsId":1)"},
      {details(R"({"CxlStsId":null})"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/CxlStsId at "CxlStsId":n)"},
      {details(R"({"OrgnlIntrBkSttlmAmt":"1.00"})"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/OrgnlIntrBkSttlmAmt at "OrgnlIntrBk)"},
      {details(R"({"OrgnlIntrBkSttlmAmt":{"@Ccy":"EUR"}})"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/OrgnlIntrBkSttlmAmt at "OrgnlIntrBk)"},
      {details(R"({"OrgnlIntrBkSttlmAmt":{"@Ccy":"EUR","#text":1.00}})"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/OrgnlIntrBkSttlmAmt/#text at "#text":1.00)"},
      {details(R"({"OrgnlIntrBkSttlmAmt":{"@Ccy":"EUR","@X":"1","#text":"1.00"}})"),
       R"(ISO-0502 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/OrgnlIntrBkSttlmAmt/@X at "@X":"1","#t)"},
      {details(R"({"CxlStsId":{}})"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/CxlStsId at "CxlStsId":{)"},
      {json_of(std::string(assignment_json) + R"(,"Sts":[{"Conf":"INFO"}])"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/Sts at "Sts":[{"Con)"},
      // Of the content: what the writer finds, at the place in the JSON.
      {details(R"({"CxlStsId":""})"),
       R"(ISO-0301 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/CxlStsId at "CxlStsId":")"},
      {details(R"({"CxlStsId":"\u0001"})"),
       R"(ISO-0401 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/CxlStsId at "CxlStsId":")"},
      {details(R"({"OrgnlIntrBkSttlmAmt":{"@Ccy":"eur","#text":"1,00"}})"),
       R"(ISO-0305 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/OrgnlIntrBkSttlmAmt at "OrgnlIntrBk; ISO-0303 /Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/OrgnlIntrBkSttlmAmt/@Ccy at "@Ccy":"eur")"},
      {json_of(status_json), R"(ISO-0207 /Document/RsltnOfInvstgtn/Assgnmt at "RsltnOfInvs)"},
      {json_of(std::string(assignment_json) + R"(,"Sts":{"Conf":"INFO","RjctdMod":[]})"),
       R"(ISO-0503 /Document/RsltnOfInvstgtn/Sts/RjctdMod at "RjctdMod":[)"},
      // In a wildcard.
      {envelope("{}"), R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":{}}])"},
      {envelope(R"({"a":"1","b":"2"})"),
       R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp/b at "b":"2"}}]}})"},
      {envelope(R"({"a b='1'":"1"})"),
       R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp/a b='1' at "a b='1'":"1)"},
      {envelope(R"({"a":1})"), R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp/a at "a":1}}]}}})"},
      {envelope(R"({"a":{"@b c":"1"}})"),
       R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp/a/@b c at "@b c":"1"}})"},
      {envelope(R"({"a":{"#text":"1","#content":[]}})"),
       R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp/a/#content at "#content":[)"},
      {envelope(R"({"a":{"#content":[1]}})"),
       R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp/a/#content[1] at 1]}}}]}}})"},
      {envelope(R"({"a":"\u0000"})"), R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp/a at "a":"\u0000")"},
      {envelope(R"({"x:a":"1"})"), R"(ISO-0402 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":{"x:)"},
      {envelope(R"("<a>")"), R"(ISO-0402 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":"<a>)"},
      {envelope(R"("<a/><b/>")"), R"(ISO-0402 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":"<a/)"},
      // In a lax wildcard what is known is checked, as the reader does.
      {envelope(R"("<a xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:type='None'/>")"),
       R"(ISO-0213 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":"<a )"},
      {envelope(R"({"a":{"@xmlns:s":"http://www.w3.org/2001/XMLSchema",)"
                R"("@xmlns:x":"http://www.w3.org/2001/XMLSchema-instance","@x:type":"s:int","#text":"x"}})"),
       R"(ISO-0303 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":{"a")"},
      {envelope(R"({"Document":""})"), R"(ISO-0207 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":{"Do)"},
      {envelope("null"), R"(ISO-0504 /Document/RsltnOfInvstgtn/SplmtryData[1]/Envlp at "Envlp":null)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.json);
    CHECK(to_xml(row.json) == row.found);
  }
}

TEST_CASE("JSON beyond the caps is refused") {
  Findings findings;
  const std::string deep(100'000, '[');
  JsonMessageReader reader(catalogue(), deep, "test", Caps::message(), findings);
  CHECK(reader.next_message() == nullptr);
  CHECK(to_text(findings.kept()[0].code) == "JSN-0003");
  CHECK(findings.kept()[0].place.offset_bytes == 120);
  CHECK(reader.next_message() == nullptr);
  CHECK(reader.at_end());

  findings.clear();
  const std::string large = "{\"a\":\"" + std::string(2u << 20, 'x') + "\"}";
  JsonMessageReader other(catalogue(), large, "test", Caps::message(), findings);
  CHECK(other.next_message() == nullptr);
  CHECK(to_text(findings.kept()[0].code) == "JSN-0003");

  findings.clear();
  std::string many = "[";
  for (int i = 0; i < 100'000; ++i) many += "1,";
  JsonMessageReader third(catalogue(), many, "test", Caps::message(), findings);
  CHECK(third.next_message() == nullptr);
  CHECK(to_text(findings.kept()[0].code) == "JSN-0003");
}

TEST_CASE("messages stand one after another, and a bad one does not hide the next") {
  const std::string good = json_of(both(""));
  const std::string input = "\xEF\xBB\xBF \n" + good + "\n" + R"({"a":1,"a":2})" + "\n\n" + good + good;
  Findings findings;
  JsonMessageReader reader(catalogue(), input, "test", Caps::message(), findings);
  Instance instance(shape());
  CHECK(reader.next_message() == &message());
  CHECK(reader.line_number() == 2);
  CHECK(reader.read(instance));
  CHECK(reader.next_message() == nullptr);
  CHECK(!reader.at_end());
  CHECK(findings.kept()[0].place.line_number == 3);
  for (int i = 0; i < 2; ++i) {
    CHECK(reader.next_message() == &message());
    CHECK(reader.line_number() == 5);
    CHECK(reader.read(instance));
  }
  CHECK(reader.next_message() == nullptr);
  CHECK(reader.at_end());
  CHECK(findings.total_count() == 1);
}

TEST_CASE("a finding points into its own message and stands in the order of the input") {
  const std::string second =
      R"({"Document":{"@xmlns":"urn:iso:std:iso:20022:tech:xsd:camt.029.001.08","RsltnOfInvstgtn":{"CxlDtls":[1,)"
      R"({"OrgnlGrpInfAndSts":{}},2]}}})";
  const std::string bare = R"({"Document":{"@xmlns":"urn:iso:std:iso:20022:tech:xsd:camt.029.001.08"}})";
  const std::string input = json_of(both("")) + "\n" + bare + "\n" + second;
  Findings findings;
  JsonMessageReader reader(catalogue(), input, "test", Caps::message(), findings);
  Instance instance(shape());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(reader.next_message() == &message());
    CHECK(reader.read(instance) == (i == 0));
  }
  REQUIRE(findings.kept().size() == 3);
  CHECK(findings.kept()[0].place.line_number == 2);
  CHECK(findings.kept()[0].place.column_number == 2);
  CHECK(findings.kept()[0].expected == "RsltnOfInvstgtn");
  CHECK(findings.kept()[0].found == "the end of Document");
  CHECK(findings.kept()[1].path == "/Document/RsltnOfInvstgtn/CxlDtls[1]");
  CHECK(findings.kept()[1].expected == "an object");
  CHECK(findings.kept()[1].found == "a number");
  CHECK(findings.kept()[2].path == "/Document/RsltnOfInvstgtn/CxlDtls[3]");

  findings.clear();
  const std::string swapped = json_of(both(R"(,"CxlDtls":[{"TxInfAndSts":[{"OrgnlTxId":"",)"
                                           "\n"
                                           R"("CxlStsId":""}]},{"TxInfAndSts":[{"CxlStsId":""}]}])"));
  JsonMessageReader other(catalogue(), swapped, "test", Caps::message(), findings);
  REQUIRE(other.next_message() == &message());
  CHECK_FALSE(other.read(instance));
  REQUIRE(findings.kept().size() == 3);
  CHECK(findings.kept()[0].path == "/Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/OrgnlTxId");
  CHECK(findings.kept()[0].place.line_number == 1);
  CHECK(findings.kept()[1].path == "/Document/RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/CxlStsId");
  CHECK(findings.kept()[1].place.line_number == 2);
  CHECK(findings.kept()[1].place.column_number == 1);
  CHECK(findings.kept()[2].path == "/Document/RsltnOfInvstgtn/CxlDtls[2]/TxInfAndSts[1]/CxlStsId");
}

TEST_CASE("what has no place in an instance is counted") {
  const std::string xml = "<?xml version=\"1.0\"?><!-- 1 --><e:Env xmlns:e=\"urn:e\"><e:x>text</e:x><?pi?>\n" +
                          xml_of("\n <!-- 2 -->" + std::string(assignment_xml) + "\n" + std::string(status_xml) +
                                 "<SplmtryData><Envlp> <a xmlns=\"\"><!-- kept --> </a></Envlp></SplmtryData>") +
                          "</e:Env>";
  Findings findings;
  MessageReader reader(catalogue(), xml, "test", Caps::message(), findings);
  Instance instance(shape());
  REQUIRE(reader.next_message() == &message());
  CHECK(reader.read(instance));
  CHECK(reader.next_message() == nullptr);
  CHECK(reader.dropped().comments == 2);
  CHECK(reader.dropped().instructions == 1);
  CHECK(reader.dropped().blank_bytes == 4);
  CHECK(reader.dropped().envelope_elements == 2);
  CHECK(reader.dropped().envelope_text_bytes == 4);
}
