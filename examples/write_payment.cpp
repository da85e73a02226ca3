// Makes a pacs.008 from values by path, and writes it if it is valid: write_payment AMOUNT
#include <tilmash/iso20022.h>

#include <iostream>

namespace iso = tilmash::iso20022;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const tilmash::Data data;
  const iso::Catalogue catalogue(data);
  const auto& message = *catalogue.find("pacs.008.001.08");
  const tilmash::Shape shape = make_shape(message);

  iso::Draft draft(shape);
  const std::string group = "FIToFICstmrCdtTrf/GrpHdr/";
  const std::string payment = "FIToFICstmrCdtTrf/CdtTrfTxInf[1]/";
  draft.set(group + "MsgId", "M1");
  draft.set(group + "CreDtTm", "2026-11-21T09:30:00Z");
  draft.set(group + "NbOfTxs", "1");
  draft.set(group + "SttlmInf/SttlmMtd", "CLRG");
  draft.set(payment + "PmtId/EndToEndId", "E1");
  draft.set(payment + "IntrBkSttlmAmt", argv[1]);
  draft.set(payment + "IntrBkSttlmAmt/@Ccy", "KZT");
  draft.set(payment + "ChrgBr", "SLEV");
  draft.set(payment + "Dbtr/Nm", "Asem & Co");
  draft.set(payment + "DbtrAgt/FinInstnId/BICFI", "AAAAKZKA");
  draft.set(payment + "CdtrAgt/FinInstnId/BICFI", "BBBBKZKA");
  draft.set(payment + "Cdtr/Nm", "Bolat");

  tilmash::Instance instance;
  draft.fill(instance);
  std::string xml;
  tilmash::Findings findings;
  if (iso::MessageWriter(message, shape).encode(instance, xml, findings)) {
    std::cout << xml << "\n";
    return 0;
  }
  for (const auto& finding : findings.kept()) {
    std::cout << to_text(finding.code) << " " << finding.path << ": " << finding.text << "\n";
  }
  return 1;
}
