// Reading and writing 1CClientBankExchange: what each option does, and where the faults of a file are found.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "adapters/formats/one_c/layout.h"

namespace doctest {
template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& lines) {
    return fmt::format("{}", fmt::join(lines, " | ")).c_str();
  }
};
}  // namespace doctest

namespace tilmash::formats::one_c {
namespace {

std::unique_ptr<Layout> compile(std::string_view options, Findings& findings) {
  static const Data data;
  const std::string text = "name = \"t\"\nformat = \"1c_client_bank\"\n" + std::string(options);
  const auto file = read_config("layout.toml", text, findings);
  return file ? load(*file, data, findings) : nullptr;
}

std::unique_ptr<Layout> kz(std::string_view options = "", std::string_view page = "utf-8") {
  Findings findings;
  auto layout = compile(
      fmt::format("dictionary = \"kz-2.0\"\ncode_page = \"{}\"\nline_end = \"lf\"\n{}", page, options), findings);
  for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each));
  REQUIRE(layout != nullptr);
  return layout;
}

constexpr std::string_view header = "1CClientBankExchange\nВерсияФормата=2.0\n";
constexpr std::string_view end = "КонецФайла\n";

std::string document(std::string_view keys, std::string_view amount = "10") {
  return fmt::format("СекцияДокумент=Выписка\nНомерДокумента=1\nДатаДокумента=21.11.2026\nСумма={}\n{}КонецДокумента\n",
                     amount, keys);
}

struct Copy final : RecordSink {
  std::unique_ptr<RecordWriter> writer;
  std::string out;
  std::vector<std::string> faults;

  void record(const Instance& instance, std::uint32_t, std::uint32_t cell, std::span<const std::uint32_t>,
              std::uint64_t, std::uint64_t) override {
    if (auto why = writer->write(instance, cell, out)) faults.push_back(to_text(why->code) + " " + why->path);
  }
};

/// What became of a file: "ITEM amount=10", "ONC-0203 3:7 document.amount", and what was written back.
struct Outcome {
  std::vector<std::string> items;
  std::vector<std::string> rejects;
  std::vector<std::string> findings;
  std::vector<std::string> controls;
  std::string by_records;
  std::string by_items;
};

std::string at(const Diagnostic& why) {
  return fmt::format("{} {}:{} byte {} {}", to_text(why.code), why.place.line_number, why.place.column_number,
                     why.place.offset_bytes, why.path);
}

Outcome run(const Layout& layout, std::string_view input) {
  Outcome outcome;
  Copy copy;
  copy.writer = layout.record_writer();
  const auto stream = layout.decoder(input, "in.txt", &copy);
  const auto encoder = layout.encoder();
  Instance instance;
  bool open = false;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::reject) {
      CHECK(stream->reject().raw.data() >= input.data());
      outcome.rejects.push_back(at(stream->reject().why));
      continue;
    }
    if (!open) CHECK(!encoder->open(instance, outcome.by_items));
    open = true;
    CHECK(!encoder->encode(instance, outcome.by_items));
    std::string item;
    for (std::uint32_t i = instance.find(layout.shape().item_node()); i < instance.cells().size(); ++i) {
      const Cell& cell = instance.cell(i);
      if (!cell.text.empty()) item += fmt::format("{}={} ", layout.shape().nodes[cell.node].name, cell.text);
    }
    outcome.items.push_back(item);
  }
  if (!open && encoder->open(instance, outcome.by_items)) outcome.by_items = "not opened";
  if (encoder->close(outcome.by_items)) outcome.by_items = "not closed";
  if (copy.writer->finish(copy.out) || !copy.faults.empty()) copy.out = "not finished";
  outcome.by_records = copy.out;
  for (const Diagnostic& why : stream->file_findings().kept()) outcome.findings.push_back(at(why));
  for (const Control& control : stream->controls()) {
    outcome.controls.push_back(
        fmt::format("{} {} {} {}", control.path, control.declared, control.counted, static_cast<int>(control.result)));
  }
  return outcome;
}

using Lines = std::vector<std::string>;

/// A file with one document is read without a fault and written back as it was, by records and by items.
void check_same(const Layout& layout, const std::string& input) {
  const Outcome outcome = run(layout, input);
  CHECK(outcome.rejects == Lines{});
  CHECK(outcome.findings == Lines{});
  CHECK(outcome.by_records == input);
  CHECK(outcome.by_items == input);
}

std::string file(std::string_view body) {
  return std::string(header) + std::string(body) + std::string(end);
}

TEST_CASE("a document is read with its keys in any order and written back as it was") {
  const std::string keys = "ПлательщикКБЕ=1\nНовыйКлюч=значение = с знаком\n\nПлательщикБанкБИК=\nВалюта=KZT\n";
  const auto layout = kz();
  const Outcome outcome = run(*layout, file(document(keys)));
  CHECK(outcome.items == Lines{"section=Выписка number=1 date=2026-11-21 amount=10 payer_kbe=1 position=6 "
                               "key=НовыйКлюч value=значение = с знаком position=7 position=8 key=ПлательщикБанкБИК "
                               "currency=KZT "});
  check_same(*layout, file(document(keys)));
  check_same(*layout, file(document("Валюта=KZT\n") + "\n\n" + document("")));
  check_same(*layout, file("Кодировка=UTF-8\nРасчСчет=1\nРасчСчет=2\n\n" + document("")));
  const std::string more = file("") + "\n\n";  // what follows the end belongs to no item
  CHECK(run(*layout, more).by_records == more);
}

TEST_CASE("faults of a document reject it and say where they are") {
  struct Row {
    std::string document;
    std::string where;
  };
  const std::vector<Row> rows = {
      {document("", "10,5"), "ONC-0203 6:12 byte 176 document.amount"},
      {document("", "010"), "ONC-0203 6:12 byte 176 document.amount"},
      {document("", "1 000"), "ONC-0203 6:12 byte 176 document.amount"},
      {document("", "1234567890123456789"), "ONC-0203 6:12 byte 176 document.amount"},
      {document("", ""), "ONC-0208 3:1 byte 52 document.amount"},
      {document("ДатаВалютирования=31.02.2026\n"), "ONC-0204 7:36 byte 214 document.value_date"},
      {document("Сумма=11\n"), "ONC-0207 7:1 byte 179 document.amount"},
      {document("вторая строка назначения\n"), "ONC-0202 7:1 byte 179 document"},
      {document("Валюта=K\tT\rKZT\n"), "ONC-0201 7:17 byte 195 document"},
      {document("Валюта=\xFF\n"), "ONC-0200 7:14 byte 192 document.currency"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.document);
    const Outcome outcome = run(*kz(), file(row.document + document("")));
    CHECK(outcome.rejects == Lines{row.where});
    CHECK(outcome.items.size() == 1);
    CHECK(outcome.findings == Lines{});
  }
}

TEST_CASE("a layout may ask for more keys than its dictionary") {
  const auto layout = kz("must_have = [\"document.payer_kbe\"]");
  CHECK(run(*layout, file(document(""))).rejects == Lines{"ONC-0208 3:1 byte 52 document.payer_kbe"});
  check_same(*layout, file(document("ПлательщикКБЕ=18\n")));
}

TEST_CASE("a section that is not closed is a reject and the next one is read") {
  std::string open = document("");
  open.resize(open.find("КонецДокумента"));
  Outcome outcome = run(*kz(), file(open + document("")));
  CHECK(outcome.rejects == Lines{"ONC-0210 3:1 byte 52 document"});
  CHECK(outcome.items.size() == 1);
  outcome = run(*kz(), std::string(header) + open);
  CHECK(outcome.rejects.size() == 1);
  CHECK(outcome.findings == Lines{"ONC-0304 0:0 byte 179 end"});
}

TEST_CASE("a section of too many lines is a reject") {
  std::string keys;
  for (int i = 0; i < 10001; ++i) keys += "К=1\n";
  const Outcome outcome = run(*kz(), file(document(keys) + document("")));
  CHECK(outcome.rejects == Lines{"ONC-0211 3:1 byte 52 document"});
  CHECK(outcome.items.size() == 1);
}

TEST_CASE("faults of the file are findings") {
  const auto findings = [](std::string_view input, std::string_view options = "") {
    return run(*kz(options), input).findings;
  };
  CHECK(findings("") == Lines{"ONC-0300 0:1 byte 0 "});
  CHECK(findings("\xEF\xBB\xBF" + file("")) == Lines{"ONC-0300 1:1 byte 0 "});
  CHECK(findings("\xEF\xBB\xBF" + file(""), "bom = true").empty());
  CHECK(findings("hello\n") == Lines{"ONC-0300 1:1 byte 0 "});
  CHECK(findings(file("Кодировка=Windows\n")) == Lines{"ONC-0301 0:1 byte 71 header.encoding"});
  CHECK(findings(file("Кодировка=Windows\n"), "encoding_key = \"ignore\"").empty());
  CHECK(findings(file("Кодировка=utf8\n")) == Lines{"ONC-0301 0:1 byte 71 header.encoding"});
  CHECK(findings(file(document("") + "Ключ=1\n")) == Lines{"ONC-0303 8:1 byte 208 "});
  CHECK(findings(std::string(header)) == Lines{"ONC-0304 0:0 byte 52 end"});
  CHECK(findings(std::string(header), "end_line = \"none\"").empty());
  CHECK(findings(std::string(header) + "КонецФайла") == Lines{"ONC-0305 0:0 byte 72 "});
  CHECK(findings(file(""), "final_line_end = \"none\"") == Lines{"ONC-0305 0:0 byte 73 "});
  CHECK(findings(file("") + "x\ny\n") == Lines{"ONC-0306 4:1 byte 73 "});
  CHECK(findings(file("") + file("")) == Lines{"ONC-0306 4:1 byte 73 header", "ONC-0306 6:1 byte 125 end"});
  CHECK(findings("1CClientBankExchange\nКонецФайла\n") == Lines{"ONC-0208 1:1 byte 0 header.format_version"});
  CHECK(findings("1CClientBankExchange\nКонецФайла\n", "may_lack = \"header.format_version\"").empty());
}

TEST_CASE("another code page than the declared one is named") {
  std::string bytes = "1CClientBankExchange\n";
  bytes += "\x82\xA5\xE0\xE1\xA8\xEF\x94\xAE\xE0\xAC\xA0\xE2\xA0=2.0\n";  // ВерсияФормата in cp866
  const Lines findings = run(*kz("end_line = \"none\"", "cp1251"), bytes).findings;
  CHECK(findings == Lines{"ONC-0208 1:1 byte 0 header.format_version", "ONC-0302 1:1 byte 0 header"});
}

TEST_CASE("balances and movements are compared") {
  const auto account = [](std::string_view closing) {
    return fmt::format(
        "СекцияРасчСчет\nРасчСчет=KZ1\nНачальныйОстаток=100.50\nВсегоПоступило=30\nВсегоСписано=10\n"
        "КонечныйОстаток={}\nКонецРасчСчет\n",
        closing);
  };
  const std::string documents =
      document("ПлательщикИИК=KZ1\n") + document("ПолучательИИК=KZ1\n", "25") + document("СуммаПриход=5\n", "7");
  Outcome outcome = run(*kz(), file(account("120.5") + documents));
  CHECK(outcome.controls ==
        Lines{"account.closing_balance 120.5 120.50 0", "account.received 30 30 0", "account.spent 10 10 0"});
  CHECK(outcome.findings == Lines{});
  CHECK(outcome.by_items == file(account("120.5") + documents));

  outcome = run(*kz(), file(account("120.51") + documents + document("ПлательщикИИК=KZ1\n")));
  CHECK(outcome.findings == Lines{"ONC-0308 0:0 byte 0 account.closing_balance", "ONC-0308 0:0 byte 0 account.spent"});
  CHECK(run(*kz("movements = \"ignore\"\nbalances = \"ignore\""), file(account("1") + document(""))).findings.empty());

  // A document that can't be read might have been the missing one.
  outcome = run(*kz(), file(account("120.5") + documents + document("", "x")));
  CHECK(outcome.controls[1] == "account.received 30 30 2");
  CHECK(outcome.findings.size() == 2);
}

TEST_CASE("tolerances are declared and reported") {
  const std::string upper =
      "1CClientBankExchange\nВЕРСИЯФОРМАТА=2.0\nСЕКЦИЯДОКУМЕНТ=x\nНОМЕРДОКУМЕНТА=1\n"
      "ДАТАДОКУМЕНТА=21.11.2026\nСУММА=1,50\nКОНЕЦДОКУМЕНТА\nКОНЕЦФАЙЛА\n";
  Findings findings;
  CHECK(run(*kz(), upper).items.empty());
  Outcome outcome = run(*kz("key_case = \"any\"\npoint = \"any\""), upper);
  CHECK(outcome.items == Lines{"section=x number=1 date=2026-11-21 amount=1.50 "});
  CHECK(outcome.findings == Lines{"ONC-0309 0:0 byte 218 "});
  CHECK(outcome.by_records.find("Сумма=1.50\nКонецДокумента\n") != std::string::npos);
  const std::string shouted = "1CCLIENTBANKEXCHANGE" + upper.substr(20);
  check_same(*kz("key_case = \"upper\"\npoint = \",\""), shouted);
  CHECK(run(*kz("unknown_keys = \"reject\""), file(document("Ключ=1\n"))).rejects ==
        Lines{"ONC-0209 7:1 byte 179 document"});
}

TEST_CASE("CR LF, code pages and a last line without an end come back as they were") {
  const auto crlf = [](std::string text) {
    for (std::size_t i = 0; (i = text.find('\n', i)) != std::string::npos; i += 2) text.insert(i, "\r");
    return text;
  };
  Findings findings;
  const auto layout = compile("dictionary = \"kz-2.0\"\ncode_page = \"utf-8\"\n", findings);
  REQUIRE(layout != nullptr);
  check_same(*layout, crlf(file(document("") + "\n")));
  CHECK(run(*layout, crlf(header.data()) + "Ключ=a\nb\r\n" + crlf(std::string(end))).findings ==
        Lines{"ONC-0201 3:11 byte 64 header"});
}

TEST_CASE("a layout that does not fit says where") {
  const auto errors = [](std::string_view options) {
    Findings findings;
    CHECK(compile(options, findings) == nullptr);
    Lines lines;
    for (const Diagnostic& why : findings.kept()) {
      lines.push_back(fmt::format("{} {}", to_text(why.code), why.place.line_number));
    }
    return lines;
  };
  const std::string fine = "dictionary = \"kz-2.0\"\ncode_page = \"cp1251\"\n";
  CHECK(errors("dictionary = \"kz-3.0\"\ncode_page = \"cp1251\"\n") == Lines{"ONC-0100 1"});
  CHECK(errors(fine + "point = \";\"\n") == Lines{"ONC-0101 5"});
  CHECK(errors("dictionary = \"kz-2.0\"\ncode_page = \"cp037\"\n") == Lines{"ONC-0102 4"});
  CHECK(errors("dictionary = \"kz-2.0\"\ncode_page = \"cp1252\"\n").front() == "ONC-0102 1");
  CHECK(errors(fine + "[[key]]\nsection = \"document\"\nkey = \"Сумма\"\nname = \"sum\"\n") == Lines{"ONC-0103 5"});
  CHECK(errors(fine + "may_lack = \"document.sum\"\n") == Lines{"ONC-0103 1"});
  CHECK(errors("dictionary = \"by\"\ncode_page = \"cp1251\"\nkey_case = \"any\"\n").front() == "ONC-0103 1");
  CHECK(errors(fine + "must_have = \"document.sum\"\n") == Lines{"ONC-0103 1"});
  CHECK(errors(fine + "colour = \"red\"\n") == Lines{"CFG-0005 5"});
  Findings findings;
  const auto added =
      compile(fine + "[[key]]\nsection = \"document\"\nkey = \"ВидОперации\"\nname = \"operation_kind\"\n", findings);
  REQUIRE(added != nullptr);
  CHECK(added->shape().find_path(0, "document.operation_kind") != no_node);
}

/// The code of what is said when a document with this one more value is written.
std::string written(const Layout& layout, std::string_view path, std::string_view value) {
  const Shape& shape = layout.shape();
  Instance instance(shape);
  const auto writer = layout.record_writer();
  std::string out;
  const std::uint32_t header_cell = instance.begin(layout.find_record("header"));
  instance.leaf(shape.find_path(0, "header.format_version"), "2.0");
  instance.end();
  CHECK(!writer->write(instance, header_cell, out));
  const std::uint32_t cell = instance.begin(layout.find_record("document"));
  constexpr std::pair<std::string_view, std::string_view> fields[] = {
      {"amount", "1.5"}, {"number", "7"}, {"date", "2026-11-21"}, {"section", "x"}};
  for (const auto& [name, text] : fields) instance.leaf(shape.find_path(0, fmt::format("document.{}", name)), text);
  const bool extension = path.starts_with("document.extension");
  if (extension) instance.begin(shape.find_path(0, "document.extension"));
  if (!path.empty()) instance.leaf(shape.find_path(0, path), value);
  if (extension) instance.end();
  instance.end();
  const std::size_t size_before = out.size();
  if (auto why = writer->write(instance, cell, out)) {
    CHECK(out.size() == size_before);
    return to_text(why->code);
  }
  return out.substr(size_before + 1);
}

TEST_CASE("what would be read as something else is not written") {
  const auto layout = kz("", "cp1251");
  CHECK(written(*kz(), "", "") ==
        "СекцияДокумент=x\nСумма=1.5\nНомерДокумента=7\nДатаДокумента=21.11.2026\nКонецДокумента");
  CHECK(written(*layout, "document.payer_name", "Әлия") == "ONC-0400");
  CHECK(written(*layout, "document.payer_name", "a\nСумма=1") == "ONC-0401");
  CHECK(written(*layout, "document.amount", "2") == "ONC-0402");
  CHECK(written(*layout, "document.spent_amount", "2,0") == "ONC-0402");
  CHECK(written(*layout, "document.value_date", "21.11.2026") == "ONC-0404");
  CHECK(written(*layout, "document.extension.key", "СекцияДокумент") == "ONC-0402");
  CHECK(written(*layout, "document.extension.value", "x") == "ONC-0404");
  CHECK(written(*layout, "document.extension.position", "0") == "ONC-0404");
}

TEST_CASE("a file is written from its header to its end") {
  const auto layout = kz();
  Instance instance(layout->shape());
  std::string out;
  const auto writer = layout->record_writer();
  const std::uint32_t last = instance.begin(layout->find_record("end"));
  instance.end();
  auto why = writer->write(instance, last, out);
  REQUIRE(why);
  CHECK(to_text(why->code) == "ONC-0403");
  why = writer->finish(out);
  REQUIRE(why);
  CHECK(to_text(why->code) == "ONC-0405");
}

}  // namespace
}  // namespace tilmash::formats::one_c
