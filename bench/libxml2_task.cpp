// What the usual tool costs: libxml2's xmlTextWriter writes the message from the same columns, xmlSchemaValidateStream
// validates what was written. At its best: schemas are compiled once, validation contexts, the buffer and the string
// for transcoded text are kept, and no DOM is built (that was slower).
#include <libxml/xmlreader.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlwriter.h>

#include <cstdio>

#include "base/data.h"
#include "columns.h"
#include "iso20022/catalogue.h"
#include "iso20022/xsd.h"
#include "task.h"
#include "utf8_table.h"

namespace tilmash::bench {
namespace {

const xmlChar* xml(const char* text) {
  return reinterpret_cast<const xmlChar*>(text);
}

/// Writes elements; text is transcoded, then escaped by libxml2.
class XmlOut {
 public:
  explicit XmlOut(xmlBufferPtr buffer) : writer_(xmlNewTextWriterMemory(buffer, 0)) {}
  ~XmlOut() { xmlFreeTextWriter(writer_); }
  XmlOut(const XmlOut&) = delete;
  XmlOut& operator=(const XmlOut&) = delete;

  void open(const char* name) { xmlTextWriterStartElement(writer_, xml(name)); }
  void attribute(const char* name, const char* value) { xmlTextWriterWriteAttribute(writer_, xml(name), xml(value)); }
  void text(std::string_view utf8) {
    text_.assign(utf8);
    xmlTextWriterWriteString(writer_, xml(text_.c_str()));
  }
  void close() { xmlTextWriterEndElement(writer_); }
  void close(int count) {
    for (; count != 0; --count) close();
  }
  void leaf(const char* name, std::string_view utf8) {
    open(name);
    text(utf8);
    close();
  }

 private:
  xmlTextWriterPtr writer_;
  std::string text_;
};

/// One schema of our catalogue, exported and compiled.
class Validator {
 public:
  explicit Validator(const char* id) {
    const Data data;
    const iso20022::Catalogue catalogue(data);
    Findings findings;
    xsd_ = iso20022::export_xsd(*catalogue.definition(id, findings));
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(xsd_.data(), static_cast<int>(xsd_.size()));
    schema_ = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    context_ = xmlSchemaNewValidCtxt(schema_);
  }
  ~Validator() {
    xmlSchemaFreeValidCtxt(context_);
    xmlSchemaFree(schema_);
  }
  Validator(const Validator&) = delete;
  Validator& operator=(const Validator&) = delete;

  bool valid(xmlBufferPtr buffer) const {
    xmlParserInputBufferPtr input = xmlParserInputBufferCreateMem(
        reinterpret_cast<const char*>(xmlBufferContent(buffer)), xmlBufferLength(buffer), XML_CHAR_ENCODING_NONE);
    return xmlSchemaValidateStream(context_, input, XML_CHAR_ENCODING_NONE, nullptr, nullptr) == 0;
  }

 private:
  std::string xsd_;
  xmlSchemaPtr schema_ = nullptr;
  xmlSchemaValidCtxtPtr context_ = nullptr;
};

class Libxml2Task : public Task {
 public:
  Libxml2Task(const Input& input, bool validate)
      : input_(input), validate_(validate), head_(xmlBufferCreate()), body_(xmlBufferCreate()) {}
  ~Libxml2Task() override {
    xmlBufferFree(head_);
    xmlBufferFree(body_);
  }

  std::string_view name() const override { return validate_ ? "libxml2" : "libxml2_unchecked"; }
  std::string_view about() const override {
    return validate_ ? "xmlTextWriter, then xmlSchemaValidateStream" : "xmlTextWriter alone, no checks";
  }

  std::size_t run() override {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < input_.payments.size(); ++i) {
      if (!write(i)) return 0;
      bytes += static_cast<std::size_t>(xmlBufferLength(head_)) + static_cast<std::size_t>(xmlBufferLength(body_));
    }
    return bytes;
  }

  bool check() override {
    for (std::size_t i = 0; i < input_.payments.size(); ++i) {
      if (!write(i)) return false;
      if (text_of(head_) != input_.expected[i].head || text_of(body_) != input_.expected[i].body) return false;
    }
    return true;
  }

 private:
  /// libxml2 writes a quotation mark within text as &quot;, which is the same text.
  static std::string text_of(xmlBufferPtr buffer) {
    std::string text(reinterpret_cast<const char*>(xmlBufferContent(buffer)));
    constexpr std::string_view quote = "&quot;";
    for (std::size_t i = 0; (i = text.find(quote, i)) != std::string::npos;) text.replace(i, quote.size(), "\"");
    return text;
  }

  /// Transcodes a column; the result is good until the next call.
  std::string_view field(const char* record, Column column) {
    utf8_.clear();
    for (const char c : cut(record, column)) {
      const Utf8Table::Row& row = table_.rows[static_cast<unsigned char>(c)];
      utf8_.append(row.text, row.length);
    }
    return utf8_;
  }
  std::string_view decimal(const char* record, Column column, std::size_t scale) {
    const std::string_view digits(record + column.at, column.length);
    const std::size_t zeros = leading_zeros(digits, scale);
    utf8_.assign(digits.substr(zeros, digits.size() - scale - zeros));
    utf8_ += '.';
    return utf8_ += digits.substr(digits.size() - scale);
  }
  std::string_view date(const char* digits) {
    utf8_.assign(digits, 4);
    utf8_.append("-").append(digits + 4, 2);
    return utf8_.append("-").append(digits + 6, 2);
  }
  static void leaf_if(XmlOut& out, const char* name, std::string_view text) {
    if (!text.empty()) out.leaf(name, text);
  }

  bool write(std::size_t index) {
    const char* record = input_.payments[index].data();
    const Expected& given = input_.expected[index];
    xmlBufferEmpty(head_);
    xmlBufferEmpty(body_);
    {
      XmlOut out(head_);
      write_head(out, given);
    }
    {
      XmlOut out(body_);
      out.open("Document");
      out.attribute("xmlns", "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08");
      out.open("FIToFICstmrCdtTrf");
      write_group_header(out, given, record);
      write_payment(out, given, record);
      out.close(2);
    }
    return !validate_ || (head_schema_.valid(head_) && body_schema_.valid(body_));
  }

  void write_agent(XmlOut& out, const char* name, std::string_view bic) {
    out.open(name);
    out.open("FinInstnId");
    out.leaf("BICFI", bic);
    out.close(2);
  }

  void write_head(XmlOut& out, const Expected& given) {
    out.open("AppHdr");
    out.attribute("xmlns", "urn:iso:std:iso:20022:tech:xsd:head.001.001.02");
    out.open("Fr");
    write_agent(out, "FIId", field(input_.header.data(), sender_bic));
    out.close();
    out.open("To");
    write_agent(out, "FIId", "GATEKZKA");
    out.close();
    out.leaf("BizMsgIdr", given.message_id);
    out.leaf("MsgDefIdr", "pacs.008.001.08");
    out.leaf("CreDt", input_.as_of);
    out.close();
  }

  void write_group_header(XmlOut& out, const Expected& given, const char* record) {
    out.open("GrpHdr");
    out.leaf("MsgId", given.message_id);
    out.leaf("CreDtTm", input_.as_of);
    out.leaf("NbOfTxs", "1");
    out.leaf("CtrlSum", decimal(record, amount, 2));
    out.open("SttlmInf");
    out.leaf("SttlmMtd", "CLRG");
    out.open("ClrSys");
    out.leaf("Prtry", "DEMO-CLEARING");
    out.close(2);
    out.open("InstgAgt");
    out.open("FinInstnId");
    out.leaf("BICFI", field(input_.header.data(), sender_bic));
    out.leaf("Nm", field(input_.header.data(), sender_name));
    out.close(2);
    write_agent(out, "InstdAgt", "GATEKZKA");
    out.close();
  }

  void write_address(XmlOut& out, const char* record, const PartyColumns& party) {
    const struct {
      const char* name;
      Column column;
    } lines[] = {{"StrtNm", party.street},
                 {"BldgNb", party.building},
                 {"PstCd", party.post_code},
                 {"TwnNm", party.city},
                 {"Ctry", party.country}};
    bool opened = false;
    for (const auto& line : lines) {
      const std::string_view text = field(record, line.column);
      if (text.empty()) continue;
      if (!opened) out.open("PstlAdr");
      opened = true;
      out.leaf(line.name, text);
    }
    if (opened) out.close();
  }

  void write_party(XmlOut& out, const char* record, const PartyColumns& party) {
    out.leaf("Nm", field(record, party.name));
    write_address(out, record, party);
    const char id_type = record[party.id_type.at];
    if (id_type != ' ') {
      out.open("Id");
      out.open(id_type == 'B' ? "OrgId" : "PrvtId");
      out.open("Othr");
      out.leaf("Id", field(record, party.id));
      out.open("SchmeNm");
      out.leaf("Prtry", id_type == 'B' ? "BIN" : "IIN");
      out.close(4);
    }
    leaf_if(out, "CtryOfRes", field(record, party.residence));
    if (!field(record, party.phone).empty()) {
      utf8_.insert(2, "-");
      out.open("CtctDtls");
      out.leaf("PhneNb", utf8_);
      out.close();
    }
  }

  void write_account(XmlOut& out, const char* name, std::string_view iban) {
    out.open(name);
    out.open("Id");
    out.leaf("IBAN", iban);
    out.close(2);
  }

  void write_ultimate(XmlOut& out, const char* name, std::string_view party) {
    if (party.empty()) return;
    out.open(name);
    out.leaf("Nm", party);
    out.close();
  }

  void write_identification(XmlOut& out, const Expected& given, const char* record) {
    out.open("PmtId");
    instruction_.assign(field(input_.header.data(), file_id));
    instruction_ += '/';
    instruction_ += field(record, ref_no);
    out.leaf("InstrId", instruction_);
    out.leaf("EndToEndId", field(record, ref_no));
    out.leaf("UETR", given.uetr);
    out.close();
    out.open("PmtTpInf");
    out.leaf("InstrPrty", priority_code(record[priority.at]));
    if (const std::string_view local = field(record, flow); !local.empty()) {
      out.open("LclInstrm");
      out.leaf("Prtry", local);
      out.close();
    }
    out.close();
  }

  void write_amounts(XmlOut& out, const char* record) {
    out.open("IntrBkSttlmAmt");
    field(record, currency);
    out.attribute("Ccy", utf8_.c_str());
    out.text(decimal(record, amount, 2));
    out.close();
    out.leaf("IntrBkSttlmDt", date(record + value_date.at));
    if (!field(record, instructed_currency).empty()) {
      out.open("InstdAmt");
      out.attribute("Ccy", utf8_.c_str());
      out.text(decimal(record, instructed_amount, 2));
      out.close();
    }
    if (!cut(record, rate).empty()) out.leaf("XchgRate", decimal(record, rate, 6));
    out.leaf("ChrgBr", charge_bearer(record[charges.at]));
  }

  void write_payment(XmlOut& out, const Expected& given, const char* record) {
    out.open("CdtTrfTxInf");
    write_identification(out, given, record);
    write_amounts(out, record);
    write_ultimate(out, "UltmtDbtr", field(record, ultimate_debtor));
    out.open("Dbtr");
    write_party(out, record, debtor);
    out.close();
    write_account(out, "DbtrAcct", field(record, debtor.account));
    write_agent(out, "DbtrAgt", field(record, debtor.bic));
    write_agent(out, "CdtrAgt", field(record, creditor.bic));
    out.open("Cdtr");
    write_party(out, record, creditor);
    out.close();
    write_account(out, "CdtrAcct", field(record, creditor.account));
    write_ultimate(out, "UltmtCdtr", field(record, ultimate_creditor));
    out.open("Purp");
    out.leaf("Prtry", field(record, knp));
    out.close();
    write_remittance(out, record);
    out.close();
  }

  void write_remittance(XmlOut& out, const char* record) {
    const std::string_view first = cut(record, narrative_1);
    std::string_view second = cut(record, narrative_2);
    const std::string_view document = cut(record, doc_no);
    if (first.empty() && second.empty() && document.empty()) return;
    out.open("RmtInf");
    if (!first.empty() || !second.empty()) {
      utf8_.clear();
      for (const char c : first) append(c);
      if (!first.empty() && !second.empty()) {
        utf8_ += ' ';
        second = second.substr(0, remittance_characters_max - 1 - first.size());
      }
      for (const char c : second) append(c);
      out.leaf("Ustrd", utf8_);
    }
    if (!document.empty()) {
      out.open("Strd");
      out.open("RfrdDocInf");
      out.leaf("Nb", document);
      out.close(2);
    }
    out.close();
  }
  void append(char c) {
    const Utf8Table::Row& row = table_.rows[static_cast<unsigned char>(c)];
    utf8_.append(row.text, row.length);
  }

  const Input& input_;
  const bool validate_;
  const Utf8Table table_;
  const Validator head_schema_{"head.001.001.02"};
  const Validator body_schema_{"pacs.008.001.08"};
  xmlBufferPtr head_;
  xmlBufferPtr body_;
  std::string utf8_;
  std::string instruction_;
};

}  // namespace

std::unique_ptr<Task> make_libxml2_task(const Input& input, bool validate) {
  return std::make_unique<Libxml2Task>(input, validate);
}

}  // namespace tilmash::bench
