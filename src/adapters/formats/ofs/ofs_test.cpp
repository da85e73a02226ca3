// OFS messages: reading with places, writing the same bytes, and what is refused where.
#include "adapters/formats/ofs/ofs.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace tilmash::formats {
extern const Format ofs_format;
}

namespace tilmash::formats::ofs {
namespace {

using Lines = std::vector<std::string>;

std::unique_ptr<Layout> compile(std::string_view keys, Lines* errors = nullptr) {
  static const Data data;
  Findings findings;
  const auto file = read_config("layout.toml", fmt::format("name = \"t\"\nformat = \"ofs\"\n{}\n", keys), findings);
  auto layout = file ? ofs_format.load(*file, data, findings) : nullptr;
  for (const Diagnostic& each : findings.kept()) {
    if (errors != nullptr) errors->push_back(fmt::format("{} {}", to_text(each.code), each.place.line_number));
  }
  if (errors == nullptr) REQUIRE(layout != nullptr);
  return layout;
}

std::string dump(const Instance& instance, std::uint32_t from) {
  std::string out;
  for (std::uint32_t i = from; i < instance.cells().size(); ++i) {
    const Node& node = instance.shape().nodes[instance.cell(i).node];
    out += fmt::format("{}{}", out.empty() ? "" : " ", node.name);
    if (node.kind == NodeKind::leaf) out += fmt::format("={}", instance.cell(i).text);
  }
  return out;
}

/// Items as text, rejects as "OFS-0201 9+3", file findings as "OFS-0210 at 4"; items are written again.
Lines read(const Layout& layout, std::string_view input, bool identical = true) {
  Lines lines;
  const auto stream = layout.decoder(input, "in");
  const auto encoder = layout.encoder();
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::reject) {
      const Diagnostic& why = stream->reject().why;
      lines.push_back(fmt::format("{} {}+{}", to_text(why.code), why.place.offset_bytes, why.place.length_bytes));
      continue;
    }
    lines.push_back(dump(instance, 2));
    std::string again;
    const auto why = encoder->encode(instance, again);
    CHECK_FALSE(why.has_value());
    if (identical) CHECK(again == stream->raw());
  }
  for (const Diagnostic& why : stream->file_findings().kept()) {
    lines.push_back(fmt::format("{} at {}", to_text(why.code), why.place.offset_bytes));
  }
  return lines;
}

constexpr std::string_view request = "code_page = \"utf-8\"\nmessage = \"request\"";
constexpr std::string_view reply = "code_page = \"kz1048\"\nmessage = \"reply\"";

TEST_CASE("a request: head, sign-on, fields with every spelling of an index") {
  const auto layout = compile(request);
  CHECK(read(*layout, "FT,V/I/PROCESS//0/x,U/P/CO,ID,A:1:1=1,B=2,C::=,D:2=4,E:2:3=a=b\n") ==
        Lines{"application=FT version=V function=I process=PROCESS options=/0/x user=U password=P company=CO id=ID "
              "field name=A mv=1 sv=1 value=1 field name=B mv=1 sv=1 index== value=2 "
              "field name=C mv=1 sv=1 index=:: field name=D mv=2 sv=1 index=:2 value=4 "
              "field name=E mv=2 sv=3 value=a=b"});
  CHECK(read(*layout, "FT,/I/PROCESS,,,A:1:1=1\nCUSTOMER,/S/PROCESS,U/P,100\nX,,\n") ==
        Lines{"application=FT function=I process=PROCESS field name=A mv=1 sv=1 value=1",
              "application=CUSTOMER function=S process=PROCESS user=U password=P id=100", "application=X"});
  CHECK(read(*layout, "ENQUIRY.SELECT,,U/P,%ACCOUNT,MNEMONIC:EQ=JOHN,DATE:RG=1 2\n") ==
        Lines{"application=ENQUIRY.SELECT user=U password=P enquiry=%ACCOUNT selection field=MNEMONIC operator=EQ "
              "value=JOHN selection field=DATE operator=RG value=1 2"});
}

TEST_CASE("spelling keys") {
  CHECK(read(*compile(std::string(request) + "\ncompany = 4"), "X,,U/P//CO\n") ==
        Lines{"application=X user=U password=P company=CO"});
  CHECK(read(*compile(std::string(request) + "\nindex = \"none\""), "X,,,,A=1,B:1:1=2,C:2:1=3\n") ==
        Lines{"application=X field name=A mv=1 sv=1 value=1 field name=B mv=1 sv=1 index=:1:1 value=2 "
              "field name=C mv=2 sv=1 value=3"});
  CHECK(read(*compile(std::string(request) + "\nline_end = \"crlf\""), "X,,\r\nY,,\n") ==
        Lines{"application=X", "OFS-0211 8+0", "OFS-0211 at 8"});
  // A secret that is dropped is nowhere, and the rest is still what would be written.
  CHECK(read(*compile(std::string(request) + "\npassword = \"drop\""), "X,,U/SECRET/CO\n", false) ==
        Lines{"application=X user=U company=CO"});
}

TEST_CASE("declared fields have a place and a type, what does not fit stays in the list") {
  const auto layout = compile(std::string(request) +
                              "\nfields = [{ name = \"DEBIT.AMOUNT\", type = \"decimal\" }, { name = \"D\", type = "
                              "\"date\", as = \"day\" }, { name = \"N\", type = \"integer\" }]");
  CHECK(read(*layout, "X,,,,DEBIT.AMOUNT:1:1=1025.00,D:1:1=20261121,N:1:1=-7,N:2:1=x,D=y\n") ==
        Lines{"application=X debit_amount=1025.00 day=2026-11-21 n=-7 field name=N mv=2 sv=1 value=x "
              "field name=D mv=1 sv=1 index== value=y"});
  CHECK(read(*layout, "X,,,,DEBIT.AMOUNT:1:1=1,025\nX,,,,DEBIT.AMOUNT:1:1=01\nX,,,,D:1:1=20261131\nX,,,,N:1:1=1.0\n") ==
        Lines{"OFS-0201 24+3", "OFS-0206 50+2", "OFS-0206 64+8", "OFS-0206 84+3"});
}

TEST_CASE("replies") {
  const auto layout = compile(reply);
  CHECK(read(*layout, "FT1//1,A:1:1=\xA1\nFT2/M/-1/NO,B:1:1=x}y\nFT3//-2\n") ==
        Lines{"id=FT1 code=1 field name=A mv=1 sv=1 value=Ұ",
              "id=FT2 message_id=M code=-1 status=NO field name=B mv=1 sv=1 value=x}y", "id=FT3 code=-2"});
  CHECK(read(*layout, "SECURITY.VIOLATION\nFT//7\nFT//1/\nFT//1,\nFT//1,A:0=1\nFT//1,A:1:1:1=x\nFT//1,A b=1\n") ==
        Lines{"OFS-0200 0+18", "OFS-0203 23+1", "OFS-0204 30+1", "OFS-0201 38+0", "OFS-0202 46+2", "OFS-0202 58+6",
              "OFS-0201 73+5"});
  CHECK(read(*layout, "FT//1,A:1:1=\x98\nFT//1,A:1:1=\x01\n") == Lines{"OFS-0205 12+1", "OFS-0205 26+1"});
  CHECK(read(*layout, "FT//1\nFT//1") == Lines{"id=FT code=1", "OFS-0211 11+0", "OFS-0211 at 11"});
}

TEST_CASE("lengths in front") {
  const auto layout = compile(std::string(reply) + "\nframing = \"length\"");
  CHECK(read(*layout, "0006FT1//10007FT2//-1") == Lines{"id=FT1 code=1", "id=FT2 code=-1"});
  CHECK(read(*layout, "0006FT1//10008FT2//-1") == Lines{"id=FT1 code=1", "OFS-0210 at 10"});
  CHECK(read(*layout, "00x6FT1//1") == Lines{"OFS-0210 at 0"});
  CHECK(read(*layout, "0006FT1//1000") == Lines{"id=FT1 code=1", "OFS-0210 at 10"});
  CHECK(read(*layout, "0000") == Lines{"OFS-0200 4+0"});
}

TEST_CASE("enquiry replies") {
  const auto layout = compile("code_page = \"ascii\"\nmessage = \"enquiry_reply\"");
  CHECK(read(*layout, ",A::X/B::,\"1\"\t\"a,b\",\"2\"\t\"\"\n") ==
        Lines{"column field=A label=X column field=B row value=1 value=a,b row value=2 value="});
  CHECK(read(*layout, ",A::X\nx\n,A\n,A::X,1\n,A::X,\"1\"  \"2\"\n,A::X,\"1\n") ==
        Lines{"column field=A label=X", "OFS-0200 6+1", "OFS-0200 9+1", "OFS-0201 17+1", "OFS-0201 28+1",
              "OFS-0201 40+2"});
}

TEST_CASE("secrets and values are not open") {
  const auto layout = compile(request);
  const Shape& shape = layout->shape();
  CHECK(shape.nodes[shape.find_path(0, "message.password")].sensitivity == Sensitivity::account);
  CHECK(shape.nodes[shape.find_path(0, "message.field.value")].sensitivity == Sensitivity::personal);
}

TEST_CASE("what can't be written") {
  const auto layout = compile(std::string(request) + "\nfields = [{ name = \"D\", type = \"date\" }]");
  const Shape& shape = layout->shape();
  const auto refused = [&](std::initializer_list<std::pair<std::string_view, std::string_view>> leaves) {
    Instance instance(shape);
    const std::uint32_t item = instance.begin(shape.find_path(0, "message"));
    for (const auto& [path, text] : leaves) {
      const bool in_field = path.starts_with("field.");
      if (in_field) instance.begin(shape.find_path(item, "field"));
      instance.leaf(shape.find_path(shape.item_node(), path), text);
      if (in_field) instance.end();
    }
    instance.end();
    std::string out = "x";
    const auto why = layout->record_writer()->write(instance, item, out);
    if (why) CHECK(out == "x");
    return why ? to_text(why->code) : out;
  };
  using Pair = std::pair<std::string_view, std::string_view>;
  CHECK(refused({}) == "OFS-0400");
  CHECK(refused({Pair("application", "A,B")}) == "OFS-0401");
  CHECK(refused({Pair("application", "A"), Pair("user", "x/y")}) == "OFS-0401");
  CHECK(refused({Pair("application", "A"), Pair("field.name", "N")}) == "xA,,,,N:1:1=\n");
  CHECK(refused({Pair("application", "A"), Pair("field.value", "N")}) == "OFS-0400");
  CHECK(refused({Pair("application", "A"), Pair("id", "a\nb")}) == "OFS-0402");
  CHECK(refused({Pair("application", "A"), Pair("enquiry", "E")}) == "OFS-0405");
  CHECK(refused({Pair("application", "A"), Pair("d", "2026-02-30")}) == "OFS-0404");
  CHECK(refused({Pair("application", "A"), Pair("d", "2026-02-28")}) == "xA,,,,D:1:1=20260228\n");
}

TEST_CASE("layouts that are refused") {
  const auto errors = [](std::string_view keys) {
    Lines lines;
    CHECK(compile(keys, &lines) == nullptr);
    return lines;
  };
  CHECK(errors("code_page = \"cp037\"\nmessage = \"reply\"") == Lines{"OFS-0100 3"});
  CHECK(errors("code_page = \"ascii\"\nmessage = \"question\"") == Lines{"OFS-0100 4"});
  CHECK(errors(std::string(reply) + "\ndigits = 0") == Lines{"OFS-0100 1"});
  CHECK(errors(std::string(reply) + "\ngap = \"x\"") == Lines{"OFS-0100 1"});
  CHECK(errors(std::string(reply) + "\ncompany = 5") == Lines{"OFS-0100 1"});
  CHECK(errors(std::string(reply) + "\nfields = [1]") == Lines{"CFG-0004 5"});
  CHECK(errors(std::string(reply) + "\nfields = [{ name = \"CODE\" }]") == Lines{"OFS-0100 1"});
  CHECK(errors(std::string(reply) + "\nfields = [{ name = \"A\", type = \"float\" }]") == Lines{"OFS-0100 5"});
  CHECK(errors(std::string(reply) + "\nghost = 1") == Lines{"CFG-0005 5"});
}

}  // namespace
}  // namespace tilmash::formats::ofs
