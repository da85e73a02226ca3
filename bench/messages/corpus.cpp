#include "corpus.h"

#include <fmt/format.h>

namespace tilmash::bench {
namespace {

constexpr const char* namespace_begin = "urn:iso:std:iso:20022:tech:xsd:";

/// Two digits that make "CC00" + `account` a valid IBAN: 98 less the remainder of it all by 97 (ISO 13616).
std::string make_iban(std::string_view country, const std::string& account) {
  std::string digits;
  for (const char c : account + std::string(country) + "00") {
    digits += c >= 'A' ? std::to_string(c - 'A' + 10) : std::string(1, c);
  }
  unsigned rest = 0;
  for (const char c : digits) rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 97;
  return fmt::format("{}{:02}{}", country, 98 - rest, account);
}

std::string name_of(std::size_t i, const char* role) {
  const char* form = i % 5 == 0    ? "{} &amp; Sons Trading {}"
                     : i % 10 == 3 ? "Қазақ {} Қоғамы {}"
                                   : "{} Trading House {}";
  return fmt::format(fmt::runtime(form), role, i);
}

std::string party(std::size_t i, const char* role) {
  return fmt::format(
      "<Nm>{}</Nm><PstlAdr><StrtNm>Long Street</StrtNm><BldgNb>{}</BldgNb><PstCd>{:06}</PstCd><TwnNm>Almaty</TwnNm>"
      "<Ctry>KZ</Ctry></PstlAdr><Id><OrgId><LEI>5493001KJTIIGC8Y{:04}</LEI></OrgId></Id>",
      name_of(i, role), i % 200 + 1, i % 1000000, i % 10000);
}

std::string agent(const char* element, const char* bic) {
  return fmt::format("<{0}><FinInstnId><BICFI>{1}</BICFI></FinInstnId></{0}>", element, bic);
}

std::string payment(std::size_t i) {
  const std::string amount = fmt::format("{}.{:02}", 1000 + i * 37 % 900000, i % 100);
  std::string out = fmt::format(
      "<CdtTrfTxInf><PmtId><InstrId>INSTR-{0:010}</InstrId><EndToEndId>E2E-{0:012}</EndToEndId><TxId>TX-{0:014}</TxId>"
      "<UETR>8a562c67-ca16-48ba-b074-{0:012x}</UETR></PmtId><PmtTpInf><InstrPrty>NORM</InstrPrty><SvcLvl><Cd>SEPA</Cd>"
      "</SvcLvl><CtgyPurp><Cd>SUPP</Cd></CtgyPurp></PmtTpInf><IntrBkSttlmAmt Ccy=\"EUR\">{1}</IntrBkSttlmAmt>"
      "<IntrBkSttlmDt>2026-11-{2:02}</IntrBkSttlmDt><InstdAmt Ccy=\"EUR\">{1}</InstdAmt><ChrgBr>SLEV</ChrgBr>",
      i, amount, i % 28 + 1);
  out += agent("InstgAgt", "AAAAKZKAXXX") + agent("InstdAgt", "BBBBDEFFXXX");
  out += fmt::format("<Dbtr>{}</Dbtr><DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct>", party(i, "Debtor"),
                     make_iban("KZ", fmt::format("125KZT{:010}", i)));
  out += agent("DbtrAgt", "AAAAKZKAXXX") + agent("CdtrAgt", "BBBBDEFFXXX");
  out += fmt::format("<Cdtr>{}</Cdtr><CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct><Purp><Cd>GDDS</Cd></Purp>",
                     party(i + 7, "Creditor"), make_iban("DE", fmt::format("50010517{:010}", i)));
  out += fmt::format(
      "<RmtInf><Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>INV-{0:08}</Nb>"
      "<RltdDt>2026-10-{1:02}</RltdDt></RfrdDocInf><RfrdDocAmt><DuePyblAmt Ccy=\"EUR\">{2}</DuePyblAmt></RfrdDocAmt>"
      "<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18{0:012}</Ref></CdtrRefInf></Strd></RmtInf>"
      "</CdtTrfTxInf>",
      i, i % 28 + 1, amount);
  return out;
}

std::string payments_begin(std::size_t i, std::size_t count) {
  return fmt::format(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"{}pacs.008.001.08\"><FIToFICstmrCdtTrf>"
             "<GrpHdr><MsgId>MSG-{:012}</MsgId><CreDtTm>2026-11-21T09:30:47+05:00</CreDtTm><NbOfTxs>{}</NbOfTxs>"
             "<SttlmInf><SttlmMtd>CLRG</SttlmMtd><ClrSys><Prtry>ST2</Prtry></ClrSys></SttlmInf>",
             namespace_begin, i, count) +
         agent("InstgAgt", "AAAAKZKAXXX") + agent("InstdAgt", "BBBBDEFFXXX") + "</GrpHdr>";
}
constexpr const char* payments_end = "</FIToFICstmrCdtTrf></Document>";

std::string indented(const std::string& compact) {
  std::string out;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < compact.size();) {
    std::size_t end = compact.find('>', at) + 1;
    const bool closes = compact[at + 1] == '/';
    const bool declares = compact[at + 1] == '?';
    if (closes) --depth;
    out.append(2 * depth, ' ');
    if (!closes && !declares && compact[end] != '<') {  // a value: its end tag stands in the same line
      end = compact.find('>', compact.find('<', end)) + 1;
    } else if (!closes && !declares) {
      ++depth;
    }
    out.append(compact, at, end - at);
    out += '\n';
    at = compact.find('<', end);
  }
  return out;
}

std::string entry(std::size_t i) {
  return fmt::format(
      "<Ntry><NtryRef>{0}</NtryRef><Amt Ccy=\"EUR\">{1}.{2:02}</Amt><CdtDbtInd>{3}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
      "<BookgDt><Dt>2026-11-{4:02}</Dt></BookgDt><ValDt><Dt>2026-11-{4:02}</Dt></ValDt><AcctSvcrRef>REF-{0:012}"
      "</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
      "<NtryDtls><TxDtls><Refs><EndToEndId>E2E-{0:012}</EndToEndId><TxId>TX-{0:014}</TxId></Refs><Amt Ccy=\"EUR\">{1}."
      "{2:02}</Amt><CdtDbtInd>{3}</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{5}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{6}"
      "</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Invoice {0} of the month, with thanks</Ustrd></RmtInf>"
      "</TxDtls></NtryDtls></Ntry>",
      i, i * 37 % 900000, i % 100, i % 3 == 0 ? "DBIT" : "CRDT", i % 28 + 1, name_of(i, "Payer"),
      make_iban("DE", fmt::format("50010517{:010}", i % 100000)));
}

}  // namespace

Corpus make_single_payments(std::size_t count) {
  Corpus corpus{"single", "pacs.008.001.08", {}};
  for (std::size_t i = 0; i < count; ++i) {
    corpus.documents.push_back(payments_begin(i, 1) + payment(i) + payments_end);
  }
  return corpus;
}

Corpus make_indented_payments(std::size_t count) {
  Corpus corpus = make_single_payments(count);
  corpus.name = "indented";
  for (std::string& document : corpus.documents) document = indented(document);
  return corpus;
}

Corpus make_bulk_payments(std::size_t count) {
  std::string document = payments_begin(0, count);
  for (std::size_t i = 0; i < count; ++i) document += payment(i);
  return {"bulk", "pacs.008.001.08", {document + payments_end}};
}

Corpus make_statement(std::size_t bytes) {
  std::string document = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"{}camt.053.001.08\"><BkToCstmrStmt><GrpHdr>"
      "<MsgId>STMT-1</MsgId><CreDtTm>2026-11-21T09:30:47+05:00</CreDtTm></GrpHdr><Stmt><Id>S-1</Id><Acct><Id><IBAN>{}"
      "</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1000.00</Amt>"
      "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-20</Dt></Dt></Bal>",
      namespace_begin, make_iban("DE", "500105170123456789"));
  for (std::size_t i = 0; document.size() < bytes; ++i) document += entry(i);
  return {"statement", "camt.053.001.08", {document + "</Stmt></BkToCstmrStmt></Document>"}};
}

}  // namespace tilmash::bench
