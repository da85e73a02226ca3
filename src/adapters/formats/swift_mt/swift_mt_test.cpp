#include <algorithm>

#include "adapters/formats/swift_mt/testing.h"

namespace tilmash::formats::swift_mt::testing {
namespace {

using Events = std::vector<std::string>;

constexpr std::string_view strict =
    "family = \"swift\"\ncharset = \"reject\"\nunplaced = \"reject\"\nunknown_types = \"reject\"\nline_end = \"crlf\"";
constexpr std::string_view keeping = "family = \"swift\"\nunmet = \"keep\"\nmissing = \"accept\"";

const std::string mt103 =
    ":20:REF1\r\n:23B:CRED\r\n:32A:260102KZT0012,50\r\n:50K:/KZ1\r\nPAYER\r\n:59:/KZ2\r\nPAYEE\r\nTOWN\r\n:71A:SHA";

TEST_CASE("a message becomes components and comes back") {
  const auto layout = compile(strict);
  const std::string text = message("103", mt103);
  const Result result = run(*layout, text + text);
  const std::string told =
      "20.reference=REF1 23B.operation=CRED 32A.date=2026-01-02 32A.currency=KZT 32A.amount=12.50 "
      "32A.text=260102KZT0012,50 50K.account=KZ1 50K.name_and_address=PAYER 59.account=KZ2 59.name_and_address=PAYEE "
      "59.name_and_address=TOWN 71A.code=SHA";
  CHECK(result.events == Events{told, told});
  CHECK(result.written == text + text);
}

TEST_CASE("what is refused, with its line, column and field") {
  const auto layout = compile(strict);
  const auto first = [&](std::string_view type, std::string_view text) {
    const Result result = run(*layout, message(type, text));
    return result.events.empty() ? std::string() : result.events[0];
  };
  CHECK(first("199", ":20:A\r\n:79:x\r\ny") == "20.reference=A 79.narrative=x 79.narrative=y");
  CHECK(first("199", ":20:A\r\n:79:x@y") == "SMT-0206 3:6 message.mt199.79");
  CHECK(first("199", ":20:ABCDEFGHIJKLMNOPQ\r\n:79:x") == "SMT-0205 2:21 message.mt199.20");
  CHECK(first("199", ":20:A") == "SMT-0209 3:2 message.mt199.79");
  CHECK(first("199", ":20:A//B\r\n:79:x") == "SMT-0205 2:6 message.mt199.20");
  CHECK(first("199", ":20:A/\r\n:79:x") == "SMT-0205 2:6 message.mt199.20");
  CHECK(first("199", ":20:A/B\r\n:79:x") == "20.reference=A/B 79.narrative=x");
  CHECK(first("199", ":79:A\r\n:20:B") == "SMT-0208 2:1 message.mt199.79");
  CHECK(first("900", ":20:A\r\n:21:B\r\n:25:C\r\n:32A:260230KZT1,") == "SMT-0207 5:6 message.mt900.32A");
  CHECK(first("777", ":20:A") == "SMT-0210 1:1 ");
  CHECK(first("199", "no tag") == "SMT-0204 2:1 ");
  CHECK(run(*layout, "{1:F01BANKKZKXAXXX0000000000}{4:\n:20:A\n-}").events == Events{"SMT-0211 1:33 "});
  CHECK(run(*layout, "{1:F01BANKKZKXAXXX0000000000}{2:I103").events == Events{"SMT-0202 1:30 "});
  CHECK(run(*layout, "garbage\r\n").events == Events{"SMT-0201 1:1 "});
}

TEST_CASE("a broken message does not take the next one with it") {
  const auto layout = compile(strict);
  const std::string good = message("199", ":20:A\r\n:79:x");
  const std::string cut = "{1:F01BANKKZKXAXXX0000000000}{2:I199BANKUZ22XXXXN}{4:\r\n:20:A\r\n";
  const Result result = run(*layout, good + "\r\n" + cut + good);
  REQUIRE(result.events.size() == 3);
  CHECK(result.events[1] == "SMT-0202 5:51 ");
  CHECK(result.events[2] == "20.reference=A 79.narrative=x");
}

TEST_CASE("what no row takes is kept with its position") {
  const auto layout = compile(keeping);
  const std::string text = message("199", ":77X:first\r\n:20:A\r\n:21:B\r\n:21:C\r\n:79:x\r\n:99Z:last");
  const Result result = run(*layout, text);
  CHECK(result.events ==
        Events{"20.reference=A 21.reference=B 79.narrative=x extension.position=1 extension.tag=77X "
               "extension.text=first extension.position=4 extension.tag=21 extension.text=C extension.position=6 "
               "extension.tag=99Z extension.text=last",
               "SMT-0208 2:1 message.mt199.extension"});
  CHECK(result.written == text);
}

TEST_CASE("a field that does not meet its format is kept as text where the layout says so") {
  const auto layout = compile(keeping);
  const std::string text = message("199", ":20:LONGER THAN SIXTEEN\r\n:79:x");
  const Result result = run(*layout, text);
  CHECK(result.events == Events{"20.text=LONGER THAN SIXTEEN 79.narrative=x", "SMT-0205 2:1 message.mt199.20"});
  CHECK(result.written == text);
}

TEST_CASE("sequences repeat, and entries of a statement come to its balance") {
  const auto layout = compile("family = \"swift\"\nbare = [{ type = \"940\", has = [\"60F\"] }]");
  const std::string head = ":20:S\n:25:ACC\n:28C:1/1\n:60F:C260101KZT100,00\n";
  const std::string entries = ":61:260102D30,NTRFA\n:86:one\n:61:260102RC20,NTRFB\n:61:260102RD0,5NTRFC\n:86:three\n";
  const Result good = run(*layout, head + entries + ":62F:C260102KZT50,50\n-\n");
  REQUIRE(good.events.size() == 1);
  CHECK(good.events[0].find("entry.61.mark=RC entry.61.amount=20 ") != std::string::npos);
  CHECK(good.written == head + entries + ":62F:C260102KZT50,50\n-\n");
  const Result bad = run(*layout, head + entries + ":62F:C260102KZT50,51\n-\n");
  REQUIRE(bad.events.size() == 2);
  CHECK(bad.events[1] == "SMT-0301 10:1 message.mt940.62F");
}

TEST_CASE("envelopes: RJE, DOS-PCC, transport lines before a message") {
  const std::string one = message("199", ":20:A\r\n:79:x");
  const auto rje = compile("family = \"swift\"\nenvelope = \"rje\"");
  CHECK(run(*rje, one + "$" + one + "$").written == one + "$" + one + "$");
  CHECK(run(*rje, one + "$" + one).written == one + "$" + one);
  const auto pcc = compile("family = \"swift\"\nenvelope = \"dos_pcc\"");
  std::string block = "\x01" + one + "\x03";
  block.append(512 - block.size(), ' ');
  const Result padded = run(*pcc, block + block);
  CHECK(padded.events.size() == 2);
  CHECK(padded.written == block + block);
  const auto none = compile("family = \"swift\"");
  const std::string transport = "MSGID=1;\x1A" + one + "\r\n\r\n";
  CHECK(run(*none, transport).written == transport);
}

TEST_CASE("variants by field 119") {
  const auto layout = compile(strict);
  const std::string cov =
      "{1:F01BANKKZKXAXXX0000000000}{2:I202BANKUZ22XXXXN}{3:{119:COV}}{4:\r\n:20:A\r\n:21:B\r\n:32A:260102KZT1,\r\n"
      ":58A:BANKUZ22\r\n:50K:X\r\n:59:Y\r\n-}";
  Findings findings;
  const auto stream = layout->decoder(cov, "t", nullptr);
  Instance instance;
  REQUIRE(stream->next(instance) == Step::item);
  CHECK(instance.find(layout->shape().find_path(0, "message.mt202cov.customer.50K")) != no_cell);
}

TEST_CASE("code pages and coded lines of Kazakhstan's messages") {
  const auto layout = compile("family = [\"kz\", \"swift\"]\ncode_page = \"cp1251\"\ncharset = \"off\"");
  const std::string head = "{1:F01K054700000000000000000}{2:I100SGROSS000000U3003}\r\n{4:\r\n:20:R\r\n";
  const std::string text =
      head +
      ":32A:260102KZT1500,00\r\n:50:/D/KZ1\r\n/NAME/\xC8\xEC\xFF\r\n/IDN/900140100116\r\n:59:KZ2\r\n"
      ":70:\r\n/KNP/710\r\n/ASSIGN/\xC0\r\n\xC1\r\n-}\r\n";
  const Result result = run(*layout, text);
  CHECK(result.events == Events{"20.reference=R 32A.date=2026-01-02 32A.currency=KZT 32A.amount=1500.00 50.side=D "
                                "50.account=KZ1 50.name=Имя 50.idn=900140100116 59.account=KZ2 70.purpose_code=710 "
                                "70.purpose=А 70.purpose=Б"});
  CHECK(result.written == text);
  const Result bad =
      run(*layout, head + ":32A:260102KZT1,\r\n:50:/D/KZ1\r\n/NAME/\xC8\r\n/IDN/9\r\n:59:A\r\n:70:\r\n/VO/01\r\n-}");
  CHECK(bad.events == Events{"SMT-0205 7:7 message.mt100.50"});
}

TEST_CASE("Kyrgyzstan's MT150 is a container whose content is kept in order") {
  const auto layout = compile("family = [\"kg\", \"swift\"]");
  const std::string text = message("150", ":20:P1\r\n:21:A\r\n:32A:260102KGS1,\r\n:21:B\r\n:32A:260102KGS2,");
  const Result result = run(*layout, text);
  CHECK(result.events == Events{"20.reference=P1 batch.tag=21 batch.text=A batch.tag=32A batch.text=260102KGS1, "
                                "batch.tag=21 batch.text=B batch.tag=32A batch.text=260102KGS2,"});
  CHECK(result.written == text);
}

TEST_CASE("very long messages and very many broken ones are read in good time") {
  const auto layout = compile(keeping);
  std::string entries;
  for (int i = 0; i < 100'000; ++i) entries += ":61:260102D1,NTRFA\r\n";
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "A\r\n";
  std::string broken;
  for (int i = 0; i < 50'000; ++i) broken += "{1:F01BANKKZKXAXXX0000000000}{4:\r\n:20:A\r\n";
  std::string texts;
  for (int i = 0; i < 50'000; ++i) texts += "{4:\r\n:20:A\r\n-}\r\n";
  for (const std::string& text :
       {message("940", ":20:A\r\n" + entries + ":60F:C260101KZT1,"), message("199", entries + ":20:A\r\n:79:x"),
        message("198", ":77E:" + lines + "B"), broken, texts}) {
    const Result result = run(*layout, text);
    CHECK((text == broken || result.written == text));
  }
}

TEST_CASE("SWIFT-RUR in the fields that the layout names") {
  const auto layout = compile(
      "family = \"swift\"\ncharset = \"reject\"\ntransliteration = { table = \"swift-rur\", fields = [\"79\"] }");
  const std::string text = message("199", ":20:A\r\n:79:eTOT TEKST 'DOLjen' PEREDATXSa\r\n'(VO12345)'OPLATA");
  const Result result = run(*layout, text);
  CHECK(result.events ==
        Events{"20.reference=A 79.narrative=ЭТОТ ТЕКСТ DOLjen ПЕРЕДАТЬСЯ 79.narrative={VO12345}ОПЛАТА"});
  CHECK(result.written == text);
}

TEST_CASE("no value can end its field or message") {
  const auto layout = compile("family = \"swift\"\nmissing = \"accept\"\nunmet = \"keep\"");
  const Shape& shape = layout->shape();
  const auto write = [&](std::string_view path, std::string_view value) {
    Instance instance(shape);
    instance.begin(shape.item_node());
    instance.begin(shape.find_path(0, "message.mt199"));
    const std::uint32_t leaf = shape.find_path(0, path);
    instance.begin(shape.nodes[leaf].parent);
    instance.leaf(leaf, value);
    instance.end();
    instance.end();
    instance.end();
    std::string out;
    const auto why = layout->encoder()->encode(instance, out);
    CHECK((why.has_value() == out.empty()));
    return why ? to_text(why->code) : out;
  };
  CHECK(write("message.mt199.20.reference", "A") == "{4:\r\n:20:A\r\n-}");
  CHECK(write("message.mt199.20.reference", "A\r\n:21:B") == "SMT-0402");
  CHECK(write("message.mt199.20.reference", "LONGER THAN SIXTEEN") == "SMT-0402");
  CHECK(write("message.mt199.20.text", "A\r\n:21:B") == "SMT-0404");
  CHECK(write("message.mt199.20.text", "A\r\n-}{1:") == "SMT-0404");
  CHECK(write("message.mt199.79.narrative", ":21:B") == "{4:\r\n:79::21:B\r\n-}");
  CHECK(write("message.mt199.79.narrative", "A\r\n-") == "SMT-0402");
  CHECK(write("message.mt199.extension.text", "x") == "SMT-0404");
}

TEST_CASE("what is not of the set is not written either, where the layout refuses it") {
  const auto layout = compile(strict);
  const Shape& shape = layout->shape();
  const auto write = [&](std::string_view text) {
    Instance instance(shape);
    const std::uint32_t reference = shape.find_path(0, "message.mt199.20.reference");
    const std::uint32_t narrative = shape.find_path(0, "message.mt199.79.narrative");
    instance.begin(shape.item_node());
    instance.begin(shape.find_path(0, "message.mt199"));
    instance.begin(shape.nodes[reference].parent);
    instance.leaf(reference, "A");
    instance.end();
    instance.begin(shape.nodes[narrative].parent);
    instance.leaf(narrative, text);
    instance.end();
    instance.end();
    instance.end();
    std::string out;
    const auto why = layout->encoder()->encode(instance, out);
    return why ? to_text(why->code) : out;
  };
  CHECK(write("x") == "{4:\r\n:20:A\r\n:79:x\r\n-}");
  CHECK(write("x@y") == "SMT-0206");
  CHECK(write("Тест") == "SMT-0206");
}

TEST_CASE("codes of one letter, times and days without a year are what the handbook lists") {
  const auto layout = compile(strict);
  const auto first = [&](std::string_view type, std::string_view text) {
    return run(*layout, message(type, text)).events.at(0);
  };
  const std::string head = ":20:S\r\n:25:ACC\r\n:28C:1\r\n";
  const std::string closing = "\r\n:62F:C260101KZT1,";
  CHECK(first("950", head + ":60F:A260101KZT1," + closing) == "SMT-0205 5:6 message.mt950.60F");
  CHECK(first("950", head + ":60F:C260101KZT1,\r\n:61:2601011341C1,NTRFA" + closing) ==
        "SMT-0207 6:11 message.mt950.61");
  CHECK(first("950", head + ":60F:C260101KZT1,\r\n:61:2601010131C1,XTRFA" + closing) ==
        "SMT-0205 6:18 message.mt950.61");
  CHECK(first("900", ":20:A\r\n:21:B\r\n:25:C\r\n:13D:2601012459+0600\r\n:32A:260101KZT1,") ==
        "SMT-0207 5:12 message.mt900.13D");
  CHECK(first("900", ":20:A\r\n:21:B\r\n:25:C\r\n:13D:2601011259?0600\r\n:32A:260101KZT1,") ==
        "SMT-0205 5:16 message.mt900.13D");
  CHECK(first("103", ":20:A\r\n:23B:CREX\r\n:32A:260101KZT1,\r\n:50K:X\r\n:59:Y\r\n:71A:SHA") ==
        "SMT-0205 3:6 message.mt103.23B");
  CHECK(first("103", ":20:A\r\n:23B:CRED\r\n:32A:260101KZT1,\r\n:50K:X\r\n:59:Y\r\n:71A:ALL") ==
        "SMT-0205 7:6 message.mt103.71A");
}

TEST_CASE("amounts and dates that the digits can't hold are not written") {
  const auto layout = compile("family = \"swift\"\nmissing = \"accept\"");
  const Shape& shape = layout->shape();
  const auto write = [&](std::string_view date, std::string_view amount) {
    Instance instance(shape);
    const std::uint32_t field = shape.find_path(0, "message.mt103.32A");
    instance.begin(shape.item_node());
    instance.begin(shape.find_path(0, "message.mt103"));
    instance.begin(field);
    instance.leaf(shape.nodes[field].first_child, date);
    instance.leaf(shape.nodes[field].first_child + 1, "KZT");
    if (!amount.empty()) instance.leaf(shape.nodes[field].first_child + 2, amount);
    instance.end();
    instance.end();
    instance.end();
    std::string out;
    const auto why = layout->encoder()->encode(instance, out);
    return why ? to_text(why->code) : out;
  };
  CHECK(write("2026-01-02", "1.50") == "{4:\r\n:32A:260102KZT1,50\r\n-}");
  CHECK(write("2026-01-02", "7") == "{4:\r\n:32A:260102KZT7,\r\n-}");
  CHECK(write("1980-01-02", "7") == "{4:\r\n:32A:800102KZT7,\r\n-}");
  CHECK(write("2080-01-02", "7") == "SMT-0402");
  CHECK(write("2026-01-02", "-7") == "SMT-0402");
  CHECK(write("2026-01-02", "12345678901234.56") == "SMT-0402");
  CHECK(write("2026-01-02", "") == "SMT-0401");
}

TEST_CASE("layouts that are wrong say where") {
  CHECK(compile_errors("family = \"mars\"") == Events{"SMT-0104 0:0"});
  CHECK(compile_errors("family = \"swift\"\ncharset = \"maybe\"") == Events{"SMT-0103 4:11"});
  CHECK(compile_errors("family = \"swift\"\nmessages = [\"999999\"]") == Events{"SMT-0103 4:12"});
  CHECK(compile_errors("family = \"swift\"\nfields = [{ tag = \"20\", format = \"9!q\", parts = \"a\" }]") ==
        Events{"SMT-0101 4:37"});
  CHECK(compile_errors(
            "family = \"swift\"\n[[message]]\ntype = \"777\"\ntitle = \"t\"\nrows = [\n\"M 20\",\n\"X 21\",\n]") ==
        Events{"SMT-0102 9:1"});
  CHECK(compile_errors("family = \"swift\"\n[[message]]\ntype = \"777\"\ntitle = \"t\"\nrows = [\"M 20\", \"O 20\"]") ==
        Events{"SMT-0102 4:0"});
}

TEST_CASE("an amount with more digits than an amount can have is refused") {
  const auto layout = compile("family = \"swift\"\nfields = [{ tag = \"79\", format = \"24d\", parts = \"amount\" }]");
  CHECK(run(*layout, message("199", ":20:A\r\n:79:123456789012345678,")).events ==
        Events{"20.reference=A 79.amount=123456789012345678"});
  const std::string event = run(*layout, message("199", ":20:A\r\n:79:12345678901234567890,12")).events.front();
  CHECK(event.starts_with("SMT-0205 3:5"));
}

TEST_CASE("a layout redefines a field and adds a message") {
  const auto layout = compile(
      "family = \"swift\"\nfields = [{ tag = \"20\", format = \"20x\", parts = \"reference\" }]\n"
      "[[message]]\ntype = \"777\"\ntitle = \"own\"\nrows = [\"M 20\", \"M* part {\", \"M 21\", \"O 79\", \"}\"]");
  const std::string text = message("777", ":20:LONGER THAN SIXTEEN\r\n:21:A\r\n:21:B\r\n:79:x");
  const Result result = run(*layout, text);
  CHECK(result.events ==
        Events{"20.reference=LONGER THAN SIXTEEN part.21.reference=A part.21.reference=B part.79.narrative=x"});
  CHECK(result.written == text);
}

}  // namespace
}  // namespace tilmash::formats::swift_mt::testing
