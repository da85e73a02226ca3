// The measure of what checking costs: the same bytes from the same columns, by code written for this one record and
// this one message. Plain scalar C++, no check of any kind; memory for the longest message is there beforehand.
//
// What no column holds is handed to it ready made: the message identifier, the UETR and the as-of time.
#include <cstring>

#include "columns.h"
#include "task.h"
#include "utf8_table.h"

namespace tilmash::bench {
namespace {

class Appender {
 public:
  Appender(const Utf8Table& table, char* at) : table_(table), at_(at) {}

  char* at() const { return at_; }

  template <std::size_t size>
  void markup(const char (&text)[size]) {
    std::memcpy(at_, text, size - 1);
    at_ += size - 1;
  }
  void plain(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  /// Transcodes and escapes.
  void text(std::string_view bytes) {
    for (const char c : bytes) {
      switch (c) {
        case '&':
          markup("&amp;");
          break;
        case '<':
          markup("&lt;");
          break;
        case '>':
          markup("&gt;");
          break;
        default:
          if (static_cast<unsigned char>(c) < 0x80) {
            *at_++ = c;
          } else {
            const Utf8Table::Row& row = table_.rows[static_cast<unsigned char>(c)];
            std::memcpy(at_, row.text, sizeof row.text);
            at_ += row.length;
          }
      }
    }
  }
  void decimal(const char* record, Column column, std::size_t scale) {
    const std::string_view digits(record + column.at, column.length);
    const std::size_t zeros = leading_zeros(digits, scale);
    plain(digits.substr(zeros, digits.size() - scale - zeros));
    *at_++ = '.';
    plain(digits.substr(digits.size() - scale));
  }
  void date(const char* digits) {
    plain({digits, 4});
    *at_++ = '-';
    plain({digits + 4, 2});
    *at_++ = '-';
    plain({digits + 6, 2});
  }

 private:
  const Utf8Table& table_;
  char* at_;
};

void append_head(Appender& out, const Input& input, const Expected& given) {
  out.markup("<AppHdr xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\"><Fr><FIId><FinInstnId><BICFI>");
  out.text(cut(input.header.data(), sender_bic));
  out.markup(
      "</BICFI></FinInstnId></FIId></Fr><To><FIId><FinInstnId><BICFI>GATEKZKA</BICFI></FinInstnId></FIId></To>"
      "<BizMsgIdr>");
  out.plain(given.message_id);
  out.markup("</BizMsgIdr><MsgDefIdr>pacs.008.001.08</MsgDefIdr><CreDt>");
  out.plain(input.as_of);
  out.markup("</CreDt></AppHdr>");
}

void append_group_header(Appender& out, const Input& input, const Expected& given, const char* record) {
  out.markup("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf><GrpHdr><MsgId>");
  out.plain(given.message_id);
  out.markup("</MsgId><CreDtTm>");
  out.plain(input.as_of);
  out.markup("</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>");
  out.decimal(record, amount, 2);
  out.markup(
      "</CtrlSum><SttlmInf><SttlmMtd>CLRG</SttlmMtd><ClrSys><Prtry>DEMO-CLEARING</Prtry></ClrSys></SttlmInf>"
      "<InstgAgt><FinInstnId><BICFI>");
  out.text(cut(input.header.data(), sender_bic));
  out.markup("</BICFI><Nm>");
  out.text(cut(input.header.data(), sender_name));
  out.markup(
      "</Nm></FinInstnId></InstgAgt><InstdAgt><FinInstnId><BICFI>GATEKZKA</BICFI></FinInstnId></InstdAgt></GrpHdr>");
}

void append_party(Appender& out, const char* record, const PartyColumns& party) {
  out.markup("<Nm>");
  out.text(cut(record, party.name));
  out.markup("</Nm>");
  const std::string_view street = cut(record, party.street);
  const std::string_view building = cut(record, party.building);
  const std::string_view post_code = cut(record, party.post_code);
  const std::string_view city = cut(record, party.city);
  const std::string_view country = cut(record, party.country);
  if (!street.empty() || !building.empty() || !post_code.empty() || !city.empty() || !country.empty()) {
    out.markup("<PstlAdr>");
    if (!street.empty()) {
      out.markup("<StrtNm>");
      out.text(street);
      out.markup("</StrtNm>");
    }
    if (!building.empty()) {
      out.markup("<BldgNb>");
      out.text(building);
      out.markup("</BldgNb>");
    }
    if (!post_code.empty()) {
      out.markup("<PstCd>");
      out.text(post_code);
      out.markup("</PstCd>");
    }
    if (!city.empty()) {
      out.markup("<TwnNm>");
      out.text(city);
      out.markup("</TwnNm>");
    }
    if (!country.empty()) {
      out.markup("<Ctry>");
      out.text(country);
      out.markup("</Ctry>");
    }
    out.markup("</PstlAdr>");
  }
  if (record[party.id_type.at] == 'B') {
    out.markup("<Id><OrgId><Othr><Id>");
    out.text(cut(record, party.id));
    out.markup("</Id><SchmeNm><Prtry>BIN</Prtry></SchmeNm></Othr></OrgId></Id>");
  } else if (record[party.id_type.at] == 'I') {
    out.markup("<Id><PrvtId><Othr><Id>");
    out.text(cut(record, party.id));
    out.markup("</Id><SchmeNm><Prtry>IIN</Prtry></SchmeNm></Othr></PrvtId></Id>");
  }
  if (const std::string_view residence = cut(record, party.residence); !residence.empty()) {
    out.markup("<CtryOfRes>");
    out.text(residence);
    out.markup("</CtryOfRes>");
  }
  if (const std::string_view phone = cut(record, party.phone); !phone.empty()) {
    out.markup("<CtctDtls><PhneNb>");
    out.text(phone.substr(0, 2));
    out.markup("-");
    out.text(phone.substr(2));
    out.markup("</PhneNb></CtctDtls>");
  }
}

void append_remittance(Appender& out, const char* record) {
  const std::string_view first = cut(record, narrative_1);
  std::string_view second = cut(record, narrative_2);
  const std::string_view document = cut(record, doc_no);
  if (first.empty() && second.empty() && document.empty()) return;
  out.markup("<RmtInf>");
  if (!first.empty() || !second.empty()) {
    out.markup("<Ustrd>");
    out.text(first);
    if (!first.empty() && !second.empty()) {
      out.markup(" ");
      second = second.substr(0, remittance_characters_max - 1 - first.size());
    }
    out.text(second);
    out.markup("</Ustrd>");
  }
  if (!document.empty()) {
    out.markup("<Strd><RfrdDocInf><Nb>");
    out.text(document);
    out.markup("</Nb></RfrdDocInf></Strd>");
  }
  out.markup("</RmtInf>");
}

void append_amounts(Appender& out, const char* record) {
  out.markup("<IntrBkSttlmAmt Ccy=\"");
  out.text(cut(record, currency));
  out.markup("\">");
  out.decimal(record, amount, 2);
  out.markup("</IntrBkSttlmAmt><IntrBkSttlmDt>");
  out.date(record + value_date.at);
  out.markup("</IntrBkSttlmDt>");
  if (const std::string_view instructed = cut(record, instructed_currency); !instructed.empty()) {
    out.markup("<InstdAmt Ccy=\"");
    out.text(instructed);
    out.markup("\">");
    out.decimal(record, instructed_amount, 2);
    out.markup("</InstdAmt>");
  }
  if (!cut(record, rate).empty()) {
    out.markup("<XchgRate>");
    out.decimal(record, rate, 6);
    out.markup("</XchgRate>");
  }
  out.markup("<ChrgBr>");
  out.plain(charge_bearer(record[charges.at]));
  out.markup("</ChrgBr>");
}

void append_payment(Appender& out, const Input& input, const Expected& given, const char* record) {
  out.markup("<CdtTrfTxInf><PmtId><InstrId>");
  out.text(cut(input.header.data(), file_id));
  out.markup("/");
  out.text(cut(record, ref_no));
  out.markup("</InstrId><EndToEndId>");
  out.text(cut(record, ref_no));
  out.markup("</EndToEndId><UETR>");
  out.plain(given.uetr);
  out.markup("</UETR></PmtId><PmtTpInf><InstrPrty>");
  out.plain(priority_code(record[priority.at]));
  out.markup("</InstrPrty>");
  if (const std::string_view local = cut(record, flow); !local.empty()) {
    out.markup("<LclInstrm><Prtry>");
    out.text(local);
    out.markup("</Prtry></LclInstrm>");
  }
  out.markup("</PmtTpInf>");
  append_amounts(out, record);
  if (const std::string_view name = cut(record, ultimate_debtor); !name.empty()) {
    out.markup("<UltmtDbtr><Nm>");
    out.text(name);
    out.markup("</Nm></UltmtDbtr>");
  }
  out.markup("<Dbtr>");
  append_party(out, record, debtor);
  out.markup("</Dbtr><DbtrAcct><Id><IBAN>");
  out.text(cut(record, debtor.account));
  out.markup("</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>");
  out.text(cut(record, debtor.bic));
  out.markup("</BICFI></FinInstnId></DbtrAgt><CdtrAgt><FinInstnId><BICFI>");
  out.text(cut(record, creditor.bic));
  out.markup("</BICFI></FinInstnId></CdtrAgt><Cdtr>");
  append_party(out, record, creditor);
  out.markup("</Cdtr><CdtrAcct><Id><IBAN>");
  out.text(cut(record, creditor.account));
  out.markup("</IBAN></Id></CdtrAcct>");
  if (const std::string_view name = cut(record, ultimate_creditor); !name.empty()) {
    out.markup("<UltmtCdtr><Nm>");
    out.text(name);
    out.markup("</Nm></UltmtCdtr>");
  }
  out.markup("<Purp><Prtry>");
  out.text(cut(record, knp));
  out.markup("</Prtry></Purp>");
  append_remittance(out, record);
  out.markup("</CdtTrfTxInf>");
}

class AppendTask : public Task {
 public:
  explicit AppendTask(const Input& input) : input_(input), buffer_(std::size_t{1} << 16) {}

  std::string_view name() const override { return "append"; }
  std::string_view about() const override { return "the same bytes appended by hand, no checks"; }

  std::size_t run() override {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < input_.payments.size(); ++i) bytes += write(i);
    return bytes;
  }

  bool check() override {
    for (std::size_t i = 0; i < input_.payments.size(); ++i) {
      const std::string_view written(buffer_.data(), write(i));
      if (written != input_.expected[i].head + input_.expected[i].body) return false;
    }
    return true;
  }

 private:
  std::size_t write(std::size_t index) {
    const char* record = input_.payments[index].data();
    const Expected& given = input_.expected[index];
    Appender out(table_, buffer_.data());
    append_head(out, input_, given);
    append_group_header(out, input_, given, record);
    append_payment(out, input_, given, record);
    out.markup("</FIToFICstmrCdtTrf></Document>");
    return static_cast<std::size_t>(out.at() - buffer_.data());
  }

  const Input& input_;
  const Utf8Table table_;
  std::vector<char> buffer_;
};

class CopyTask : public Task {
 public:
  explicit CopyTask(const Input& input) : input_(input), buffer_(std::size_t{1} << 16) {}

  std::string_view name() const override { return "memcpy"; }
  std::string_view about() const override { return "the finished messages copied: the floor"; }

  std::size_t run() override {
    std::size_t bytes = 0;
    for (const Expected& each : input_.expected) {
      std::memcpy(buffer_.data(), each.head.data(), each.head.size());
      std::memcpy(buffer_.data() + each.head.size(), each.body.data(), each.body.size());
      asm volatile("" : : "r"(buffer_.data()) : "memory");  // so that the copy is not optimised away
      bytes += each.head.size() + each.body.size();
    }
    return bytes;
  }

 private:
  const Input& input_;
  std::vector<char> buffer_;
};

}  // namespace

std::unique_ptr<Task> make_append_task(const Input& input) {
  return std::make_unique<AppendTask>(input);
}
std::unique_ptr<Task> make_copy_task(const Input& input) {
  return std::make_unique<CopyTask>(input);
}

}  // namespace tilmash::bench
