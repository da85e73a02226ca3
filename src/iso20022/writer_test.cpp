#include "iso20022/writer.h"

#include "iso20022/catalogue.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

using Codes = std::vector<std::string>;

Codes codes_of(const Findings& findings) {
  Codes codes;
  for (const Diagnostic& finding : findings.kept()) codes.push_back(to_text(finding.code));
  return codes;
}

/// pacs.002 under construction: paths are below the root's child.
struct Status {
  const Message& message = *catalogue().find("pacs.002.001.10");
  Shape shape = make_shape(message);
  Instance instance{shape};
  MessageWriter writer{message, shape};

  std::uint32_t at(std::string_view path) const {
    const std::uint32_t node = shape.find_path(shape.root().first_child, path);
    REQUIRE(node != no_node);
    return node;
  }
  void open() { instance.begin(shape.root().first_child); }
  void group() {
    instance.begin(at("GrpHdr"));
    instance.leaf(at("GrpHdr/MsgId"), "S1");
    instance.leaf(at("GrpHdr/CreDtTm"), "2026-11-21T09:30:00Z");
    instance.end();
  }
  Codes encode(std::string& out) {
    Findings findings;
    const bool good = writer.encode(instance, out, findings);
    CHECK(good == (findings.total_count() == 0));
    return codes_of(findings);
  }
};

constexpr std::string_view status_begin =
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10\"><FIToFIPmtStsRpt><GrpHdr><MsgId>S1</MsgId>"
    "<CreDtTm>2026-11-21T09:30:00Z</CreDtTm></GrpHdr>";
constexpr std::string_view status_end = "</FIToFIPmtStsRpt></Document>";

}  // namespace

TEST_CASE("a message is written compact, escaped, with its namespace on the root") {
  Status status;
  status.open();
  status.group();
  status.instance.begin(status.at("TxInfAndSts"));
  status.instance.leaf(status.at("TxInfAndSts/StsId"), "a<b>&\"c\"\r\xD2\x9A");
  status.instance.begin(status.at("TxInfAndSts/OrgnlTxRef"));
  status.instance.begin_value(status.at("TxInfAndSts/OrgnlTxRef/IntrBkSttlmAmt"), "12.50");
  status.instance.leaf(status.at("TxInfAndSts/OrgnlTxRef/IntrBkSttlmAmt/@Ccy"), "KZT");
  std::string out = "before";
  CHECK(status.encode(out) == Codes{});
  CHECK(out == "before" + std::string(status_begin) +
                   "<TxInfAndSts><StsId>a&lt;b&gt;&amp;\"c\"&#13;\xD2\x9A</StsId><OrgnlTxRef>"
                   "<IntrBkSttlmAmt Ccy=\"KZT\">12.50</IntrBkSttlmAmt></OrgnlTxRef></TxInfAndSts>" +
                   std::string(status_end));
}

TEST_CASE("what may not be written is a finding with its path, and nothing is written") {
  const auto with = [](auto fill) {
    Status status;
    status.open();
    fill(status);
    std::string out = "before";
    const Codes codes = status.encode(out);
    if (!codes.empty()) CHECK(out == "before");
    return codes;
  };
  CHECK(with([](Status&) {}) == Codes{"ISO-0207"});
  CHECK(with([](Status& s) {
          s.group();
          s.group();
        }) == Codes{"ISO-0204"});
  CHECK(with([](Status& s) {
          s.instance.begin(s.at("TxInfAndSts"));
          s.instance.end();
          s.group();
        }) == Codes{"ISO-0207", "ISO-0203"});
  CHECK(with([](Status& s) {
          s.group();
          s.instance.begin(s.at("TxInfAndSts"));
          s.instance.leaf(s.at("TxInfAndSts/StsId"), "");
        }) == Codes{"ISO-0301"});
  CHECK(with([](Status& s) {
          s.group();
          s.instance.begin(s.at("TxInfAndSts"));
          s.instance.leaf(s.at("TxInfAndSts/StsId"), "a\x01");
        }) == Codes{"ISO-0401"});
  CHECK(with([](Status& s) {
          s.group();
          s.instance.begin(s.at("TxInfAndSts"));
          s.instance.begin(s.at("TxInfAndSts/OrgnlTxRef"));
          s.instance.leaf(s.at("TxInfAndSts/OrgnlTxRef/IntrBkSttlmAmt"), "1,50");
        }) == Codes{"ISO-0210", "ISO-0305"});
  CHECK(with([](Status& s) {
          s.group();
          s.instance.begin(s.at("SplmtryData"));
          s.instance.leaf(s.at("SplmtryData/Envlp"), "<a/><b/>");
        }) == Codes{"ISO-0402"});
  CHECK(with([](Status& s) {
          s.group();
          s.instance.begin(s.at("TxInfAndSts"));
          s.instance.begin(s.at("TxInfAndSts/StsRsnInf"));
          s.instance.begin(s.at("TxInfAndSts/StsRsnInf/Rsn"));
          s.instance.leaf(s.at("TxInfAndSts/StsRsnInf/Rsn/Cd"), "AC01");
          s.instance.leaf(s.at("TxInfAndSts/StsRsnInf/Rsn/Prtry"), "X");
        }) == Codes{"ISO-0206"});
}

TEST_CASE("findings of the writer say what was expected and what stood there") {
  Status status;
  Instance& instance = status.instance;
  status.open();
  status.group();
  for (const std::string_view id : {"ok", "", "ok", ""}) {
    instance.begin(status.at("TxInfAndSts"));
    instance.leaf(status.at("TxInfAndSts/StsId"), id);
    instance.end();
  }
  instance.begin(status.at("TxInfAndSts"));
  instance.begin(status.at("TxInfAndSts/OrgnlTxRef"));
  instance.begin_value(status.at("TxInfAndSts/OrgnlTxRef/IntrBkSttlmAmt"), "1,50");
  instance.end();
  instance.end();
  instance.leaf(status.at("TxInfAndSts/StsId"), "late");
  instance.end();
  Findings findings;
  std::string out;
  CHECK_FALSE(status.writer.encode(instance, out, findings));
  struct Row {
    std::string_view code, path, expected, found, value;
  };
  const Row rows[] = {
      {"ISO-0301", "TxInfAndSts[2]/StsId", "Max35Text: 1 to 35 characters", "an empty value", ""},
      {"ISO-0301", "TxInfAndSts[4]/StsId", "Max35Text: 1 to 35 characters", "an empty value", ""},
      {"ISO-0210", "TxInfAndSts[5]/OrgnlTxRef/IntrBkSttlmAmt/@Ccy", "Ccy", "no attribute", ""},
      {"ISO-0305", "TxInfAndSts[5]/OrgnlTxRef/IntrBkSttlmAmt",
       "ActiveOrHistoricCurrencyAndAmount_SimpleType: a plain decimal number", "", "1,50"},
      {"ISO-0203", "TxInfAndSts[5]/StsId", "SplmtryData", "StsId", ""},
  };
  REQUIRE(findings.kept().size() == std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const Diagnostic& finding = findings.kept()[i];
    CAPTURE(i);
    CHECK(to_text(finding.code) == rows[i].code);
    CHECK(finding.path == "/Document/FIToFIPmtStsRpt/" + std::string(rows[i].path));
    CHECK(finding.expected == rows[i].expected);
    CHECK(finding.found == rows[i].found);
    CHECK(finding.value.reveal() == rows[i].value);
  }
}

TEST_CASE("items written one by one and framed are the message written whole") {
  Status status;
  status.open();
  status.group();
  Findings findings;
  std::string items;
  for (const std::string_view id : {"1", "2", "3"}) {
    Instance item(status.shape);
    item.begin(status.shape.root().first_child);
    const std::uint32_t cell = item.begin(status.at("TxInfAndSts"));
    item.leaf(status.at("TxInfAndSts/StsId"), id);
    item.end();
    CHECK(status.writer.encode_item(item, cell, items, findings));
  }
  status.instance.begin(status.at("SplmtryData"));
  status.instance.leaf(status.at("SplmtryData/Envlp"), "<a xmlns=\"\"/>");
  status.instance.end();
  std::string out;
  CHECK(status.writer.encode_frame(status.instance, status.at("TxInfAndSts"), items, 3, out, findings));
  CHECK(out ==
        std::string(status_begin) +
            "<TxInfAndSts><StsId>1</StsId></TxInfAndSts><TxInfAndSts><StsId>2</StsId></TxInfAndSts>"
            "<TxInfAndSts><StsId>3</StsId></TxInfAndSts><SplmtryData><Envlp><a xmlns=\"\"/></Envlp></SplmtryData>" +
            std::string(status_end));
  CHECK(findings.total_count() == 0);
  const Shape payment_shape = make_shape(*catalogue().find("pacs.008.001.08"));
  const MessageWriter payment(*catalogue().find("pacs.008.001.08"), payment_shape);
  Instance frame(payment_shape);
  frame.begin(payment_shape.root().first_child);
  const std::uint32_t transaction = payment_shape.find_path(0, "FIToFICstmrCdtTrf/CdtTrfTxInf");
  CHECK_FALSE(payment.encode_frame(frame, transaction, {}, 0, out, findings));
  CHECK(codes_of(findings) == Codes{"ISO-0207", "ISO-0207"});
}
