#include "iso20022/lookup.h"

#include "iso20022/catalogue.h"
#include "iso20022/writer.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

TEST_CASE("a draft is set by path in any order, written, and looked up by path") {
  const Data data;
  const Catalogue catalogue(data);
  const Message& message = *catalogue.find("camt.029.001.08");
  const Shape shape = make_shape(message);
  Draft draft(shape);
  CHECK(draft.set("RsltnOfInvstgtn/Sts/Conf", "INFO"));
  CHECK(draft.set("RsltnOfInvstgtn/CxlDtls/TxInfAndSts[2]/OrgnlIntrBkSttlmAmt/@Ccy", "EUR"));
  CHECK(draft.set("RsltnOfInvstgtn/CxlDtls/TxInfAndSts[2]/OrgnlIntrBkSttlmAmt", "1.00"));
  CHECK(draft.set("RsltnOfInvstgtn/CxlDtls/TxInfAndSts[1]/CxlStsId", "first"));
  CHECK(draft.set("RsltnOfInvstgtn/Assgnmt/Id", "replaced"));
  CHECK(draft.set("RsltnOfInvstgtn/Assgnmt/Id", "A1"));
  CHECK(draft.set("RsltnOfInvstgtn/Assgnmt/Assgnr/Pty/Nm", "A"));
  CHECK(draft.set("RsltnOfInvstgtn/Assgnmt/Assgne/Pty/Nm", "B"));
  CHECK(draft.set("RsltnOfInvstgtn/Assgnmt/CreDtTm", "2026-11-21T09:30:00Z"));
  for (const char* wrong : {"", "RsltnOfInvstgtn", "RsltnOfInvstgtn/Bogus", "RsltnOfInvstgtn/Assgnmt[0]/Id",
                            "RsltnOfInvstgtn/Assgnmt[1/Id", "RsltnOfInvstgtn/Assgnmt[x]/Id", "/Assgnmt"}) {
    CAPTURE(wrong);
    CHECK(!draft.set(wrong, "x"));
  }
  Instance instance;
  draft.fill(instance);
  std::string xml;
  Findings findings;
  REQUIRE(MessageWriter(message, shape).encode(instance, xml, findings));
  CHECK(xml.find("<CxlDtls><TxInfAndSts><CxlStsId>first</CxlStsId></TxInfAndSts><TxInfAndSts><OrgnlIntrBkSttlmAmt "
                 "Ccy=\"EUR\">1.00</OrgnlIntrBkSttlmAmt></TxInfAndSts></CxlDtls>") != std::string::npos);
  CHECK(find_value(instance, "RsltnOfInvstgtn/Assgnmt/Id") == "A1");
  CHECK(find_value(instance, "RsltnOfInvstgtn/CxlDtls/TxInfAndSts[2]/OrgnlIntrBkSttlmAmt/@Ccy") == "EUR");
  CHECK(count_cells(instance, "RsltnOfInvstgtn/CxlDtls/TxInfAndSts") == 2);
  CHECK(count_cells(instance, "RsltnOfInvstgtn/SplmtryData") == 0);
  for (const char* absent : {"RsltnOfInvstgtn", "RsltnOfInvstgtn/CxlDtls/TxInfAndSts[3]", "RsltnOfInvstgtn/Bogus",
                             "RsltnOfInvstgtn/CxlDtls/TxInfAndSts/OrgnlIntrBkSttlmAmt"}) {
    CAPTURE(absent);
    CHECK(!find_value(instance, absent));
  }
}
