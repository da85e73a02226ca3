#include "iso20022/reader.h"

#include <algorithm>
#include <chrono>

#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

const std::string head_open = "<AppHdr xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\">";
const std::string header =
    head_open +
    "<Fr><FIId><FinInstnId><BICFI>AAAAKZKA</BICFI></FinInstnId></FIId></Fr>"
    "<To><FIId><FinInstnId><BICFI>BBBBKZKA</BICFI></FinInstnId></FIId></To><BizMsgIdr>M1</BizMsgIdr>"
    "<MsgDefIdr>pacs.002.001.10</MsgDefIdr><CreDt>2026-11-21T09:30:00Z</CreDt></AppHdr>";
const std::string status_open = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10\">";
const std::string group = "<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-21T09:30:00Z</CreDtTm></GrpHdr>";

std::string status_with(const std::string& items) {
  return status_open + "<FIToFIPmtStsRpt>" + group + items + "</FIToFIPmtStsRpt></Document>";
}
std::string item(const std::string& inside) {
  return "<TxInfAndSts>" + inside + "</TxInfAndSts>";
}

struct Result {
  std::vector<std::string> ids;
  std::vector<bool> valid;
  std::vector<Diagnostic> findings;
  std::vector<std::string> codes() const {
    std::vector<std::string> codes;
    for (const Diagnostic& finding : findings) codes.push_back(to_text(finding.code));
    return codes;
  }
};

Result read_all(const std::string& input, const Caps& caps = Caps::message(), bool build = false) {
  // An exact copy, so that a read past the end is seen by the sanitizer.
  const std::vector<char> bytes(input.begin(), input.end());
  Findings findings;
  MessageReader reader(catalogue(), {bytes.data(), bytes.size()}, "test.xml", caps, findings);
  Result result;
  while (const Message* message = reader.next_message()) {
    result.ids.push_back(message->id());
    if (build) {
      const Shape shape = make_shape(*message);
      Instance instance(shape);
      result.valid.push_back(reader.read(instance));
    } else {
      result.valid.push_back(reader.validate());
    }
  }
  result.findings = findings.kept();
  return result;
}

std::vector<std::string> codes_of(const std::string& input, const Caps& caps = Caps::message()) {
  const auto codes = read_all(input, caps).codes();
  CHECK(read_all(input, caps, true).codes() == codes);
  return codes;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a bare document, a header and a document, a bundle, an envelope") {
  const std::string document = status_with(item("<TxSts>ACSC</TxSts>"));
  for (const auto& [input, count] : std::vector<std::pair<std::string, std::size_t>>{
           {document, 1},
           {"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes'?>\n<!-- x --><?pi y?>" + document +
                "\n",
            1},
           {header + "\n" + document, 2},
           {"<?xml version='1.0'?>" + header + "<?xml version='1.0' encoding='utf-8'?>\n" + document, 2},
           {document + "\n" + document + "\n" + document + "\n", 3},
           {"<e:Env xmlns:e='urn:e' a='1'>text &amp; more<e:In><![CDATA[<x>]]>" + header + "</e:In>" + document +
                "<!-- c --><e:Out/></e:Env>",
            2}}) {
    CAPTURE(input);
    const Result result = read_all(input);
    CHECK(result.ids.size() == count);
    CHECK(result.valid == std::vector<bool>(count, true));
    CHECK(result.codes() == Codes{});
    CHECK(read_all(input, Caps::message(), true).codes() == Codes{});
  }
}

TEST_CASE("one mistake is one finding: an element of the wrong namespace or out of order is not missed as well") {
  const std::string ns = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10";
  const auto with = [&](const std::string& inside) {
    return "<Document xmlns='" + ns + "'><FIToFIPmtStsRpt>" + inside + "</FIToFIPmtStsRpt></Document>";
  };
  const std::string id = "<MsgId>S1</MsgId>";
  const std::string time = "<CreDtTm>2026-11-21T09:30:00Z</CreDtTm>";
  CHECK(codes_of(with("<GrpHdr>" + id + time + "</GrpHdr>")) == Codes{});
  CHECK(codes_of(with("<GrpHdr>" + time + id + "</GrpHdr>")) == Codes{"ISO-0207"});
  CHECK(codes_of(with("<GrpHdr>" + time + id + id + "</GrpHdr>")) == Codes{"ISO-0207", "ISO-0203"});
  CHECK(codes_of(with("<GrpHdr>" + time + "</GrpHdr><GrpHdr>" + id + time + "</GrpHdr>")) ==
        Codes{"ISO-0207", "ISO-0204"});
  CHECK(codes_of(with("<GrpHdr><MsgId xmlns='urn:x'>S1</MsgId>" + time + "</GrpHdr>")) == Codes{"ISO-0205"});
  CHECK(codes_of(with("<GrpHdr><MsgId xmlns='urn:x'>S1</MsgId>" + id + time + "</GrpHdr>")) ==
        Codes{"ISO-0205", "ISO-0204"});
}

TEST_CASE("prefixes: any, several, rebound inside") {
  const std::string ns = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10";
  const std::string in = "<p:GrpHdr><p:MsgId>S1</p:MsgId><p:CreDtTm>2026-11-21T09:30:00Z</p:CreDtTm></p:GrpHdr>";
  const auto with = [&](const std::string& open, const std::string& inside) {
    return "<p:Document xmlns:p='" + ns + "'" + open + "><p:FIToFIPmtStsRpt>" + inside +
           "</p:FIToFIPmtStsRpt></p:Document>";
  };
  CHECK(codes_of(with("", in)) == Codes{});
  CHECK(codes_of(with(" xmlns='" + ns + "'", group)) == Codes{});
  CHECK(codes_of(with(" xmlns:q='urn:q'", "<q:GrpHdr xmlns:q='" + ns +
                                              "'><q:MsgId>S1</q:MsgId><q:CreDtTm>"
                                              "2026-11-21T09:30:00Z</q:CreDtTm></q:GrpHdr>")) == Codes{});
  CHECK(codes_of(with("", "<p:GrpHdr xmlns:p='urn:other'><p:MsgId>S1</p:MsgId></p:GrpHdr>")) == Codes{"ISO-0205"});
  CHECK(codes_of(with("", "<p:GrpHdr xmlns:p='" + ns + "' xmlns:z='urn:z'><p:MsgId>S1</p:MsgId><CreDtTm xmlns='" + ns +
                              "'>2026-11-21T09:30:00Z</CreDtTm></p:GrpHdr>")) == Codes{});
  CHECK(codes_of(with("", "<GrpHdr/>")) == Codes{"ISO-0205"});
  CHECK(codes_of(with("", "<u:GrpHdr/>")) == Codes{"ISO-0110"});
  std::string longer = with("", in);
  for (std::size_t at = 0; (at = longer.find("p:", at)) != std::string::npos; at += 20) {
    if (at > 0 && (longer[at - 1] == '<' || longer[at - 1] == '/')) longer.replace(at, 2, "a_prefix_of_some_size:");
  }
  longer.replace(longer.find("xmlns:p"), 7, "xmlns:a_prefix_of_some_size");
  CHECK(codes_of(longer) == Codes{});
}

TEST_CASE("all findings of a message, with place and path") {
  const std::string input = status_open +
                            "\n<FIToFIPmtStsRpt><GrpHdr>\n<CreDtTm>yesterday</CreDtTm></GrpHdr>\n"
                            "<TxInfAndSts><TxSts>ACSC</TxSts></TxInfAndSts>\n"
                            "<TxInfAndSts><StsId>1</StsId><TxSts>TOOLONG</TxSts>\n  <Unknown><x/></Unknown>"
                            "<StsId>2</StsId></TxInfAndSts></FIToFIPmtStsRpt></Document>";
  const Result result = read_all(input);
  CHECK(result.valid == std::vector<bool>{false});
  CHECK(result.codes() == Codes{"ISO-0207", "ISO-0309", "ISO-0302", "ISO-0202", "ISO-0203"});
  REQUIRE(result.findings.size() == 5);
  CHECK(result.findings[0].path == "/Document/FIToFIPmtStsRpt/GrpHdr/MsgId");
  CHECK(result.findings[0].place.line_number == 3);
  CHECK(result.findings[0].place.column_number == 1);
  CHECK(result.findings[1].path == "/Document/FIToFIPmtStsRpt/GrpHdr/CreDtTm");
  CHECK(result.findings[1].place.column_number == 10);
  CHECK(result.findings[1].place.offset_bytes == input.find("yesterday"));
  CHECK(result.findings[1].place.length_bytes == 9);
  CHECK(result.findings[1].value.reveal() == "yesterday");
  CHECK(result.findings[2].path == "/Document/FIToFIPmtStsRpt/TxInfAndSts[2]/TxSts");
  CHECK(result.findings[3].place.line_number == 6);
  CHECK(result.findings[3].place.column_number == 3);
  CHECK(result.findings[4].place.offset_bytes == input.find("<StsId>2"));
}

TEST_CASE("structure: each departure has its code") {
  const auto tx = [](const std::string& inside) { return codes_of(status_with(item(inside))); };
  CHECK(tx("") == Codes{});
  CHECK(tx("<TxSts>ACSC</TxSts><TxSts>ACSC</TxSts>") == Codes{"ISO-0204"});
  CHECK(tx("<TxSts>ACSC</TxSts><StsId>x</StsId>") == Codes{"ISO-0203"});
  CHECK(tx("text") == Codes{"ISO-0208"});
  CHECK(tx("<![CDATA[ ]]>") == Codes{"ISO-0208"});
  CHECK(tx(" &#32;") == Codes{});
  CHECK(tx(" &#65;") == Codes{"ISO-0208"});
  CHECK(tx("<StsId><b>x</b></StsId>") == Codes{"ISO-0211"});
  CHECK(tx("<StsId a='1'>x</StsId>") == Codes{"ISO-0209"});
  CHECK(tx("<StsId xml:lang='kk'>x</StsId>") == Codes{"ISO-0209"});
  CHECK(tx("<StsId/>") == Codes{"ISO-0301"});
  CHECK(tx("<StsRsnInf><Rsn><Cd>AC01</Cd><Prtry>x</Prtry></Rsn></StsRsnInf>") == Codes{"ISO-0206"});
  CHECK(tx("<StsRsnInf><Rsn/></StsRsnInf>") == Codes{"ISO-0207"});
  CHECK(tx("<OrgnlTxRef><IntrBkSttlmAmt>1</IntrBkSttlmAmt></OrgnlTxRef>") == Codes{"ISO-0210"});
  CHECK(tx("<OrgnlTxRef><IntrBkSttlmAmt Ccy='kzt'>1</IntrBkSttlmAmt></OrgnlTxRef>") == Codes{"ISO-0303"});
  CHECK(tx("<OrgnlTxRef><IntrBkSttlmAmt Ccy = 'KZT' >1</IntrBkSttlmAmt ></OrgnlTxRef>") == Codes{});
  CHECK(tx("<OrgnlTxRef><IntrBkSttlmAmt Ccy=\"KZT\">-1</IntrBkSttlmAmt></OrgnlTxRef>") == Codes{"ISO-0307"});
  const std::string xsi = " xmlns:i='http://www.w3.org/2001/XMLSchema-instance' ";
  CHECK(tx("<StsId" + xsi + "i:schemaLocation='urn:a http://192.0.2.1/x.xsd'>x</StsId>") == Codes{});
  CHECK(tx("<StsId" + xsi + "i:nil='true'/>") == Codes{"ISO-0212", "ISO-0301"});
  CHECK(tx("<StsId" + xsi + "i:type='Max35Text'>x</StsId>") == Codes{});
  CHECK(tx("<StsId" + xsi + "i:type='Max70Text'>x</StsId>") == Codes{"ISO-0213"});
  CHECK(codes_of(status_open + "</Document>") == Codes{"ISO-0207"});
  CHECK(codes_of("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10\"/>") == Codes{"ISO-0207"});
  CHECK(codes_of("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.999.001.01'><x/></Document>") ==
        Codes{"ISO-0200"});
  CHECK(codes_of("<Other xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10'/>") == Codes{"ISO-0201"});
  CHECK(codes_of("<x/>") == Codes{"ISO-0214"});
  CHECK(codes_of("") == Codes{"ISO-0214"});
}

TEST_CASE("values are found whatever they are written with") {
  const auto read_one = [](const std::string& inside) {
    Findings findings;
    const std::string input = status_with(item(inside));
    MessageReader reader(catalogue(), input, "test.xml", Caps::message(), findings);
    const Shape shape = make_shape(*reader.next_message());
    Instance instance(shape);
    CHECK(reader.read(instance));
    const std::uint32_t cell = instance.find(shape.find_path(0, "FIToFIPmtStsRpt/TxInfAndSts/StsId"));
    return cell == no_cell ? std::string() : std::string(instance.cell(cell).text);
  };
  CHECK(read_one("<StsId>plain</StsId>") == "plain");
  CHECK(read_one("<StsId> a &amp; b&#x2019;&#233; </StsId>") == " a & b\xE2\x80\x99\xC3\xA9 ");
  CHECK(read_one("<StsId>a<!-- c -->b<![CDATA[<&>]]><?p q?>c</StsId>") == "ab<&>c");
  CHECK(
      read_one(
          "<StsId>\xD2\x9A\xD0\xB0\xD0\xB7\xD0\xB0\xD2\x9B \xD0\xA2\xD1\x96\xD0\xBB\xD0\xBC\xD0\xB0\xD1\x88</StsId>") ==
      "\xD2\x9A\xD0\xB0\xD0\xB7\xD0\xB0\xD2\x9B \xD0\xA2\xD1\x96\xD0\xBB\xD0\xBC\xD0\xB0\xD1\x88");
  CHECK(read_one("<StsId>a\r\nb\rc</StsId>") == "a\nb\nc");
  CHECK(read_one("<StsId>a]b]]c></StsId>") == "a]b]]c>");
}

TEST_CASE("an instance holds cells in document order with their places") {
  const std::string input = status_with(
      item("<StsId>1</StsId><OrgnlTxRef><IntrBkSttlmAmt Ccy=\"KZT\"> +007.50 </IntrBkSttlmAmt></OrgnlTxRef>") +
      item("<StsId>2</StsId><OrgnlTxRef><IntrBkSttlmAmt Ccy=\"USD\">12.30</IntrBkSttlmAmt></OrgnlTxRef>") +
      "<SplmtryData><Envlp><x:a xmlns:x='urn:x'>1</x:a></Envlp></SplmtryData>");
  Findings findings;
  MessageReader reader(catalogue(), input, "test.xml", Caps::message(), findings);
  const Shape shape = make_shape(*reader.next_message());
  Instance instance(shape);
  REQUIRE(reader.read(instance));
  const auto at = [&](std::string_view path) { return instance.find(shape.find_path(0, path)); };
  const std::uint32_t amount = at("FIToFIPmtStsRpt/TxInfAndSts/OrgnlTxRef/IntrBkSttlmAmt");
  REQUIRE(amount != no_cell);
  CHECK(instance.cell(amount).text == "7.50");
  CHECK(instance.cell(amount).number == Decimal{750, 2});
  CHECK(instance.cell(amount).end == amount + 2);
  CHECK(instance.cell(amount + 1).text == "KZT");
  CHECK(instance.cell(amount).offset == input.find(" +007.50 "));
  CHECK(instance.cell(amount).length == 9);
  const std::uint32_t second = instance.cell(amount).next;
  REQUIRE(second != no_cell);
  CHECK(instance.cell(second).text == "12.30");
  CHECK(instance.cell(second + 1).offset == input.find("USD"));
  CHECK(instance.cell(at("FIToFIPmtStsRpt/SplmtryData/Envlp")).text == "<x:a xmlns:x='urn:x'>1</x:a>");
  CHECK(instance.cell(0).end == instance.cells().size());
}

TEST_CASE("a wildcard's content keeps the namespaces it took from outside") {
  const std::string input =
      "<p:Document xmlns:p='urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10' xmlns:s='urn:s'><p:FIToFIPmtStsRpt>"
      "<p:GrpHdr><p:MsgId>S1</p:MsgId><p:CreDtTm>2026-11-21T09:30:00Z</p:CreDtTm></p:GrpHdr>"
      "<p:SplmtryData><p:Envlp> <a><s:b p:c='1'/></a> </p:Envlp></p:SplmtryData></p:FIToFIPmtStsRpt></p:Document>";
  Findings findings;
  MessageReader reader(catalogue(), input, "test.xml", Caps::message(), findings);
  const Shape shape = make_shape(*reader.next_message());
  Instance instance(shape);
  REQUIRE(reader.read(instance));
  CHECK(
      instance.cell(instance.find(shape.find_path(0, "FIToFIPmtStsRpt/SplmtryData/Envlp"))).text ==
      "<a xmlns=\"\" xmlns:p=\"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10\" xmlns:s=\"urn:s\"><s:b p:c='1'/></a>");
  const auto envelope = [](const std::string& inside) {
    return codes_of(status_with("<SplmtryData><Envlp>" + inside + "</Envlp></SplmtryData>"));
  };
  CHECK(envelope("") == Codes{"ISO-0207"});
  CHECK(envelope("<a/><b/>") == Codes{"ISO-0204"});
  CHECK(envelope("x<a/>") == Codes{"ISO-0208"});
  CHECK(envelope("<a><b></a></b>") == Codes{"ISO-0107"});
  // lax: what the schema declares is validated (XML Schema part 1, 3.10.4)
  CHECK(envelope("<a>" + status_with("") + "</a>") == Codes{});
  CHECK(envelope("<a>" + status_open + "</Document></a>") == Codes{"ISO-0207"});
}

TEST_CASE("items come one at a time, a bad one is a reject, and the rest goes on") {
  std::string items;
  for (int i = 0; i < 50; ++i) {
    items +=
        item(std::string("<StsId>").append(std::to_string(i)).append(i % 7 == 3 ? "&amp;" : "").append("</StsId>") +
             (i % 10 == 4 ? "<TxSts>WRONG</TxSts>" : ""));
    if (i == 20) items += "<TxInfAndSts/>";
  }
  const std::string input = status_with(items + "<SplmtryData><Envlp><a/></Envlp></SplmtryData>");
  Findings findings;
  MessageReader reader(catalogue(), input, "test.xml", Caps::message(), findings);
  const Shape shape = make_shape(*reader.next_message());
  const std::uint32_t node = shape.find_path(0, "FIToFIPmtStsRpt/TxInfAndSts");
  const std::uint32_t id = shape.find_path(0, "FIToFIPmtStsRpt/TxInfAndSts/StsId");
  const std::uint32_t message_id = shape.find_path(0, "FIToFIPmtStsRpt/GrpHdr/MsgId");
  Instance instance(shape);
  int count = 0;
  int rejects = 0;
  for (Step step = reader.next_item(instance, node); step != Step::end; step = reader.next_item(instance, node)) {
    CHECK(instance.cell(instance.find(message_id)).text == "S1");
    REQUIRE(instance.find(node) != no_cell);
    CHECK(instance.cell(instance.find(node)).next == no_cell);
    if (count != 21) {
      const int number = count > 21 ? count - 1 : count;
      CHECK(instance.cell(instance.find(id)).text == std::to_string(number) + (number % 7 == 3 ? "&" : ""));
      CHECK((step == Step::reject) == (number % 10 == 4));
    }
    rejects += step == Step::reject ? 1 : 0;
    ++count;
  }
  CHECK(count == 51);
  CHECK(rejects == 5);
  CHECK_FALSE(reader.valid());
  CHECK(reader.good());
  CHECK(instance.find(node) == no_cell);
  CHECK(instance.find(shape.find_path(0, "FIToFIPmtStsRpt/SplmtryData/Envlp")) != no_cell);
  CHECK(reader.next_message() == nullptr);
}

TEST_CASE("items below a repeated parent come with the parent they stand in") {
  const auto transaction = [](const std::string& id) {
    return "<CdtTrfTx><PmtId><EndToEndId>" + id + "</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"KZT\">1</InstdAmt></Amt>" +
           "<CdtrAgt><FinInstnId/></CdtrAgt><Cdtr/></CdtTrfTx>";
  };
  const auto payment = [](const std::string& debtor, const std::string& transactions) {
    return "<PmtInf><PmtMtd>TRF</PmtMtd><Dbtr>" + debtor + "</Dbtr><DbtrAgt><FinInstnId/></DbtrAgt>" + transactions +
           "</PmtInf>";
  };
  const std::string input =
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.013.001.11\"><CdtrPmtActvtnReq><GrpHdr><MsgId>M</MsgId>"
      "<CreDtTm>2026-11-21T00:00:00Z</CreDtTm><NbOfTxs>4</NbOfTxs><InitgPty/></GrpHdr>" +
      payment("<Nm>A &amp; B</Nm>", transaction("1") + transaction("2")) + payment("", transaction("3")) +
      payment("<Nm>C</Nm>", transaction("4")) + "</CdtrPmtActvtnReq></Document>";
  Findings findings;
  MessageReader reader(catalogue(), input, "test.xml", Caps::message(), findings);
  const Shape shape = make_shape(*reader.next_message());
  const auto at = [&](std::string_view path) { return shape.find_path(0, "CdtrPmtActvtnReq/" + std::string(path)); };
  Instance instance(shape);
  std::string seen;
  while (reader.next_item(instance, at("PmtInf/CdtTrfTx")) == Step::item) {
    const auto text = [&](std::string_view path) {
      const std::uint32_t cell = instance.find(at(path));
      return std::string(cell == no_cell ? "-" : instance.cell(cell).text);
    };
    seen += text("GrpHdr/MsgId") + ' ' + text("PmtInf/Dbtr/Nm") + ' ' + text("PmtInf/CdtTrfTx/PmtId/EndToEndId") + '\n';
    CHECK(instance.cell(instance.find(at("PmtInf"))).next == no_cell);
    CHECK(instance.cell(instance.find(at("PmtInf/CdtTrfTx"))).next == no_cell);
  }
  CHECK(seen == "M A & B 1\nM A & B 2\nM - 3\nM C 4\n");
  CHECK(reader.valid());
}

TEST_CASE("hostile and broken input is refused with a code, at once") {
  const auto repeat = [](std::string_view text, std::size_t count) {
    std::string out;
    out.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i) out += text;
    return out;
  };
  std::string laughs = "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'>";
  for (char c = 'b'; c < 'l'; ++c) {
    laughs +=
        std::string("<!ENTITY ") + c + " '" + repeat(std::string("&") + static_cast<char>(c - 1) + ";", 10) + "'>";
  }
  laughs += "]><l>&k;</l>";
  std::string attributes = "<Document ";
  for (int i = 0; i < 200000; ++i) attributes += std::string("a").append(std::to_string(i)).append("='1' ");
  const std::string open = status_open + "<FIToFIPmtStsRpt><GrpHdr><MsgId>";
  struct Row {
    std::string input;
    Codes codes;
  };
  const Caps small = [] {
    Caps caps = Caps::message();
    caps.bytes = 4000;
    return caps;
  }();
  const std::vector<Row> rows = {
      {laughs, {"ISO-0103"}},
      {"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>", {"ISO-0103"}},
      {open + "&xxe;</MsgId>", {"ISO-0104"}},
      {open + "a & b</MsgId>", {"ISO-0104"}},
      {open + "&#0;</MsgId>", {"ISO-0104"}},
      {open + "&#xD800;</MsgId>", {"ISO-0104"}},
      {open + "&#99999999999;</MsgId>", {"ISO-0104"}},
      {repeat("<a>", 1000000), {"ISO-0114"}},
      {status_open + repeat("<a>", 1000000), {"ISO-0202", "ISO-0114"}},
      {attributes, {"ISO-0116"}},
      {open + std::string(12000000, 'x'), {"ISO-0117"}},
      {status_open + "<!--" + std::string(900000, 'x'), {"ISO-0117"}},
      {repeat("<a/>", 30000), {"ISO-0214"}},
      {"<a>" + repeat("<a/>", 30000), {"ISO-0115"}},
      {open + std::string("\x01") + "</MsgId>", {"ISO-0105"}},
      {open + "\xC0\xAF</MsgId>", {"ISO-0101"}},
      {open + "\xED\xA0\x80</MsgId>", {"ISO-0101"}},
      {open + "\xEF\xBF\xBF</MsgId>", {"ISO-0101"}},
      {open + "]]></MsgId>", {"ISO-0112"}},
      {status_open + "<!-- a -- b -->", {"ISO-0112"}},
      {status_open + "<? a?>", {"ISO-0112"}},
      {status_open + "<?xml version='1.0'?>", {"ISO-0119"}},
      {"<?xml version='1.1'?><x/>", {"ISO-0119"}},
      {"<?xml encoding='utf-8'?><x/>", {"ISO-0119"}},
      {"<?xml version='1.0' encoding='ISO-8859-1'?><x/>", {"ISO-0120"}},
      {std::string("\xFF\xFE<\0x\0", 6), {"ISO-0102"}},
      {open, {"ISO-0108"}},
      {open + "x</MsgId", {"ISO-0108"}},
      {status_open + "</Docum>", {"ISO-0107"}},
      {"</a>", {"ISO-0107"}},
      {"text", {"ISO-0111"}},
      {status_open + "<a b='1' b='2'/>", {"ISO-0109"}},
      {"<a xmlns:p='urn:1' xmlns:q='urn:1' p:x='1' q:x='2'/>", {"ISO-0109"}},
      {"<a xmlns:xml='urn:1'/>", {"ISO-0110"}},
      {"<a xmlns:p=''/>", {"ISO-0110"}},
      {"<a b='<'/>", {"ISO-0106"}},
      {"<a b=c/>", {"ISO-0106"}},
      {"< a/>", {"ISO-0106"}},
      {"<" + std::string(300, 'a') + "/>", {"ISO-0118"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input.substr(0, 120));
    const auto begin = std::chrono::steady_clock::now();
    CHECK(read_all(row.input).codes() == row.codes);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(500));
  }
  CHECK(codes_of(status_open + std::string(5000, ' '), small) == Codes{"ISO-0113"});
}

TEST_CASE("many findings in one long line take linear time") {
  std::string items;
  for (int i = 0; i < 100000; ++i) items += item("<TxSts>WRONG</TxSts>");
  Findings findings;
  const std::string input = status_with(items);
  MessageReader reader(catalogue(), input, "test.xml", Caps::batch(), findings);
  REQUIRE(reader.next_message() != nullptr);
  CHECK_FALSE(reader.validate());
  CHECK(findings.total_count() == 100000);
  CHECK(findings.kept().size() == 1000);
}

TEST_CASE("the quick loop finds what the slow steps find, however near the end of the input is") {
  const auto long_text = [](const char* piece, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += piece;
    return "<StsRsnInf><AddtlInf>" + text + "</AddtlInf></StsRsnInf>";
  };
  const std::string odd =
      item("<StsId>A</StsId><OrgnlEndToEndId>A &lt;b&gt; &#x416;</OrgnlEndToEndId><TxSts>ACSC</TxSts>" +
           long_text("text ", 20) + long_text("漢字", 60) + long_text("Қазақ ", 18) + long_text("&amp;", 106) +
           "<OrgnlTxRef><IntrBkSttlmAmt Ccy=\"EUR\">1.00</IntrBkSttlmAmt></OrgnlTxRef>");
  const std::string wrong = item(
      "<OrgnlEndToEndId>X</OrgnlEndToEndId><OrgnlTxId></OrgnlTxId><OrgnlUETR>X</OrgnlUETR><TxSts>ACSC</TxSts>"
      "<TxSts>ACSC</TxSts><AccptncDtTm>2026-13-01T00:00:00</AccptncDtTm><OrgnlTxRef><IntrBkSttlmAmt Ccy=\"EU\">-1"
      "</IntrBkSttlmAmt><ReqdExctnDt><Dt>x</Dt></ReqdExctnDt></OrgnlTxRef>");
  for (const std::string& document : {status_with(odd + wrong), status_with(wrong + odd)}) {
    const Result found = read_all(document);
    CHECK(found.codes().size() == 10);
    const auto compare = [&](const Result& other, bool places) {
      REQUIRE(other.codes() == found.codes());
      for (std::size_t i = 0; i < other.findings.size(); ++i) {
        CHECK(other.findings[i].path == found.findings[i].path);
        CHECK(other.findings[i].value.reveal() == found.findings[i].value.reveal());
        if (places) CHECK(other.findings[i].place.offset_bytes == found.findings[i].place.offset_bytes);
        if (places) CHECK(other.findings[i].place.length_bytes == found.findings[i].place.length_bytes);
      }
    };
    std::string slowly;  // a comment before each tag
    for (const char c : document) slowly += c == '<' ? "<!----><" : std::string(1, c);
    for (const bool build : {false, true}) {
      compare(read_all(slowly, Caps::message(), build), false);
      for (std::size_t blanks = 0; blanks < 400; blanks += build ? 5 : 1) {
        compare(read_all(document + std::string(blanks, '\n'), Caps::message(), build), true);
      }
    }
  }
}

TEST_CASE("any cut of a message is refused without reading past its end") {
  const std::string whole = "<?xml version=\"1.0\"?>" + header + status_with(item("<StsId>a &lt; b</StsId>"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Result result = read_all(whole.substr(0, size), Caps::message(), size % 2 == 0);
    const bool all =
        !result.valid.empty() && std::find(result.valid.begin(), result.valid.end(), false) == result.valid.end();
    const bool between = size >= whole.find(status_open) && result.ids.size() == 1 && result.codes().empty();
    CHECK((!all || between || !result.codes().empty()));
  }
}

TEST_CASE("a header that names another message is a warning, however both are wrapped") {
  const std::string document = status_with(item("<TxSts>ACSC</TxSts>"));
  const auto header_of = [](const std::string& id) {
    std::string text = header;
    return text.replace(text.find("pacs.002.001.10<"), 15, id);
  };
  const std::string other = header_of("pacs.002.001.12");
  struct Row {
    std::string input;
    Codes codes;
  };
  for (const Row& row : std::vector<Row>{
           {header + document, {}},
           {other + document, {"ISO-0215"}},
           {header_of(" pacs.002.<!-- x -->001&#46;1<![CDATA[0]]>\n") + document, {}},
           {header_of("pacs.002.<!-- x -->001&#46;1<![CDATA[2]]>") + document, {"ISO-0215"}},
           {"<e:Env xmlns:e='urn:e'><e:H>" + other + "</e:H><e:B>" + document + "</e:B></e:Env>", {"ISO-0215"}},
           {"<e:Env xmlns:e='urn:e'>" + other + "</e:Env>" + document, {}},  // another envelope's
           {other + document + document, {"ISO-0215"}},                      // the second has no header
           {other + header + document, {}},
           {other + document + other + document, {"ISO-0215", "ISO-0215"}},
       }) {
    CAPTURE(row.input);
    const Result result = read_all(row.input);
    CHECK(result.codes() == row.codes);
    CHECK(std::find(result.valid.begin(), result.valid.end(), false) == result.valid.end());
    CHECK(read_all(row.input, Caps::message(), true).codes() == row.codes);
    for (const Diagnostic& finding : result.findings) {
      CHECK(finding.severity == Severity::warning);
      CHECK(finding.expected == "pacs.002.001.12");
      CHECK(finding.found == "pacs.002.001.10");
      CHECK(row.input.substr(finding.place.offset_bytes, finding.place.length_bytes) == "<Document");
    }
  }
  // The related message's identifier, inside Rltd, is not the header's own.
  std::string related = header;
  const std::string rltd =
      "<Rltd><Fr><FIId><FinInstnId><BICFI>AAAAKZKA</BICFI></FinInstnId></FIId></Fr><To><FIId><FinInstnId><BICFI>"
      "BBBBKZKA</BICFI></FinInstnId></FIId></To><BizMsgIdr>M1</BizMsgIdr><MsgDefIdr>pacs.008.001.08</MsgDefIdr>"
      "<CreDt>2026-11-21T09:30:00Z</CreDt></Rltd>";
  related.insert(related.find("</AppHdr>"), rltd);
  CHECK(codes_of(related + document) == Codes{});
  CHECK(codes_of(header_of("Иван Петров") + document).back() == "ISO-0215");
  CHECK(read_all(header_of("Иван Петров") + document).findings.back().text.find("Иван") == std::string::npos);
}

TEST_CASE("a finding says what was expected and what was found") {
  const auto one = [](const std::string& items) {
    const Result result = read_all(status_with(items));
    REQUIRE(result.findings.size() == 1);
    return result.findings[0];
  };
  const Diagnostic unknown = one(item("<Oops/>"));
  CHECK(unknown.code == "ISO-0202"_code);
  CHECK(unknown.found == "Oops");
  CHECK(unknown.expected.starts_with("StsId, OrgnlGrpInf, "));
  const Diagnostic value = one(item("<OrgnlEndToEndId>" + std::string(36, 'x') + "</OrgnlEndToEndId>"));
  CHECK(value.code == "ISO-0302"_code);
  CHECK(value.text == "value is too long");
  CHECK(value.expected == "Max35Text: 1 to 35 characters");
  CHECK(value.value.reveal() == std::string(36, 'x'));
  CHECK(value.found.empty());
  const Diagnostic text = one(item("Айгүл"));
  CHECK(text.code == "ISO-0208"_code);
  CHECK(text.value.reveal() == "Айгүл");
  const Diagnostic missing = one(item("<OrgnlGrpInf><OrgnlMsgId>A</OrgnlMsgId></OrgnlGrpInf>"));
  CHECK(missing.code == "ISO-0207"_code);
  CHECK(missing.expected == "OrgnlMsgNmId");
  CHECK(missing.found == "the end of OrgnlGrpInf");
  const Diagnostic tag = one(item("<TxSts>ACSC</TxStz>"));
  CHECK(tag.code == "ISO-0107"_code);
  CHECK(tag.expected == "the end of TxSts");
  CHECK(tag.found == "the end of TxStz");
  // What is kept of a long value ends with a whole character.
  std::string longer;
  for (int i = 0; i < 400; ++i) longer += "ү";
  CHECK(one(item("<OrgnlEndToEndId>" + longer + "</OrgnlEndToEndId>")).value.reveal().size() == 512);
  CHECK(to_json(value).find("\"found\":\"xxxx") != std::string::npos);
  CHECK(to_json(one(item("<OrgnlEndToEndId>" + std::string(36, '7') + "</OrgnlEndToEndId>")), true)
            .find("\"found\":\"7777") != std::string::npos);
}

TEST_CASE("reading goes on behind a malformed message of a bundle, and says so") {
  const std::string good = status_with(item("<TxSts>ACSC</TxSts>"));
  const std::string cut = good.substr(0, good.find("</TxInfAndSts>"));
  struct Row {
    std::string input;
    Codes codes;  ///< of the findings that end a message, and of the warnings
    std::vector<bool> valid;
  };
  const std::string declaration = "<?xml version='1.0'?>\n";
  for (const Row& row : std::vector<Row>{
           {good + "\n" + cut + "</x>\n" + good + "\n", {"ISO-0107", "ISO-0121"}, {true, false, true}},
           {cut + "<\n" + header + good + "\n", {"ISO-0106", "ISO-0121"}, {false, true, true}},
           {declaration + cut + "&x;\n" + declaration + good, {"ISO-0104", "ISO-0121"}, {false, true}},
           {good + "\njunk\n" + good, {"ISO-0111", "ISO-0121"}, {true, true}},
           {cut + "</x>\n  " + good, {"ISO-0107"}, {false}},                   // not in the first column
           {"<e>\n" + cut + "</x>\n" + good + "</e>", {"ISO-0107"}, {false}},  // inside an envelope
           {"<!DOCTYPE x>\n" + good, {"ISO-0103"}, {}},                        // not taken at all
           {cut + "</x>\n" + cut + "</x>\n", {"ISO-0107", "ISO-0121", "ISO-0107"}, {false, false}},
       }) {
    CAPTURE(row.input);
    Findings findings;
    MessageReader reader(catalogue(), row.input, "test.xml", Caps::message(), findings);
    std::vector<bool> valid;
    do {
      while (reader.next_message() != nullptr) valid.push_back(reader.validate());
    } while (reader.resume());
    CHECK(valid == row.valid);
    Codes codes;
    for (const Diagnostic& finding : findings.kept()) codes.push_back(to_text(finding.code));
    CHECK(codes == row.codes);
  }
  // A message that is cut off swallows the next ones; they are judged by themselves all the same.
  Findings findings;
  const std::string input = cut + "\n" + good + "\n" + good + "\n";
  MessageReader reader(catalogue(), input, "test.xml", Caps::message(), findings);
  std::vector<bool> valid;
  do {
    while (reader.next_message() != nullptr) valid.push_back(reader.validate());
  } while (reader.resume());
  CHECK(valid == std::vector<bool>{false, true, true});
}

TEST_CASE("refused messages cost a few readings of the input at most") {
  // Each line begins a text that has no end, which is looked for up to the cap.
  std::string input;
  while (input.size() < (std::size_t{8} << 20)) input += status_open + "<![CDATA[\n";
  Findings findings(10);
  Caps caps = Caps::batch();
  MessageReader reader(catalogue(), input, "test.xml", caps, findings);
  std::size_t count = 0;
  do {
    while (reader.next_message() != nullptr) {
      reader.validate();
      ++count;
    }
  } while (reader.resume());
  CHECK(count > 10);
  CHECK(count < 100);
  CHECK(findings.kept().back().code == findings.kept()[1].code);
}
