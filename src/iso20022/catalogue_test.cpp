#include "iso20022/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "iso20022/catalogue_files.h"
#include "iso20022/notation.h"
#include "iso20022/xsd.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

std::optional<TypeDefinition> parse_one(std::string_view text, Findings& findings) {
  NotationLines lines(text, "test.types");
  bool more = lines.next();
  return parse_type(lines, more, findings);
}

}  // namespace

TEST_CASE("the notation is read and printed without loss") {
  for (const std::string_view text :
       {"A = text 1..35\n", "A = text\n", "A = text ..5\n", "A = text 1..35 pattern [0-9] [A-Z]\n",
        "A = code X YY ZZZ\n", "A = decimal 18.5 min 0\n", "A = decimal 4.\n", "A = datetime pattern .*Z\n",
        "A = binary 1..10240\n", "A = any lax\n", "A = any skip http://example.org\n",
        "A = value B\n  @Ccy C\n  @Opt ? D\n", "A = choice\n  B C\n  D + E\n",
        "A = sequence\n  B ? C\n  choice\n    D E\n    F 1..4 G\n  H 2..* I\n", "A = sequence\n"}) {
    Findings findings;
    const auto type = parse_one(text, findings);
    CAPTURE(text);
    REQUIRE(type);
    std::string printed;
    print_type(*type, printed);
    CHECK(printed == text);
  }
}

TEST_CASE("a wrong line of the notation is a finding with its place") {
  struct Row {
    std::string_view text;
    Code code;
    std::uint32_t line;
  };
  for (const Row& row :
       {Row{"A text\n", "ISO-0010"_code, 1}, Row{"A = float\n", "ISO-0011"_code, 1},
        Row{"A = sequence\n  B 3..2 C\n", "ISO-0012"_code, 2}, Row{"A = sequence\n  B\n", "ISO-0013"_code, 2},
        Row{"A = code\n", "ISO-0010"_code, 1}, Row{"A = text\n  B C\n", "ISO-0010"_code, 2},
        Row{"A = sequence\n    B C\n", "ISO-0010"_code, 2}, Row{"A = text 1..x\n", "ISO-0010"_code, 1},
        Row{"A = any strict\n", "ISO-0010"_code, 1}}) {
    Findings findings;
    CAPTURE(row.text);
    CHECK_FALSE(parse_one(row.text, findings));
    REQUIRE(findings.kept().size() == 1);
    CHECK(to_text(findings.kept()[0].code) == to_text(row.code));
    CHECK(findings.kept()[0].place.line_number == row.line);
  }
}

TEST_CASE("a message file that is no text of XML is refused: it could not be exported") {
  for (const char* code : {"A\xE0", "A\x01", "A\xEF\xBF\xBF"}) {
    Findings findings;
    const std::string text = std::string("namespace urn:x\nroot D D\nC = code ") + code + "\n";
    CHECK_FALSE(parse_message(text, "x.message", "x", findings));
    REQUIRE(findings.total_count() == 1);
    CHECK(findings.kept().front().code == "ISO-0010"_code);
  }
}

TEST_CASE("a message file that defines a type twice is refused at the second") {
  Findings findings;
  CHECK_FALSE(parse_message("namespace urn:x\nroot D D\nT = date\nT = boolean\n", "x.message", "x", findings));
  REQUIRE(findings.total_count() == 1);
  CHECK(findings.kept().front().code == "ISO-0010"_code);
  CHECK(findings.kept().front().place.line_number == 4);
}

TEST_CASE("the catalogue holds the three messages, by id and by namespace") {
  const Data data;
  const Catalogue catalogue(data);
  for (const char* id : {"pacs.008.001.08", "pacs.002.001.10", "head.001.001.02"}) {
    const Message* message = catalogue.find(id);
    REQUIRE(message != nullptr);
    CHECK(catalogue.find_by_namespace(std::string(namespace_prefix) + id) == message);
  }
  CHECK(catalogue.find("pacs.008.001.99") == nullptr);
  CHECK(catalogue.find_by_namespace("urn:example") == nullptr);
  CHECK(catalogue.findings().total_count() == 0);
}

TEST_CASE("a shared type is found wherever it stands, in our sorted files and in an overlay that is not sorted") {
  const Data ours;
  const Catalogue catalogue(ours);
  Findings findings;
  std::size_t count = 0;
  for (const std::string& file : ours.list(type_folder, type_suffix)) {
    std::string before;
    NotationLines lines(*ours.find(file), file);
    for (bool more = lines.next(); more; more = lines.next()) {
      if (lines.indent() != 0) continue;
      const std::string name(lines.line().substr(0, lines.line().find(' ')));
      CAPTURE(name);
      REQUIRE(before < name);
      const auto type = catalogue.shared_type(name, findings);
      REQUIRE(type);
      CHECK(type->name == name);
      CHECK_FALSE(catalogue.shared_type(name + "_", findings));
      before = name;
      ++count;
    }
  }
  CHECK(count > 3000);
  CHECK(findings.total_count() == 0);

  const auto folder = std::filesystem::path(TILMASH_BUILD_DIR) / "unsorted_overlay";
  std::filesystem::create_directories(folder / type_folder);
  std::ofstream(folder / type_folder / "Z.types") << "# types\nZb = text\n\nZc = text 1..3\nZa = sequence\n  A Zb\n";
  const Data overlaid(folder);
  const Catalogue other(overlaid);
  for (const char* name : {"Za", "Zb", "Zc", "Max35Text"}) CHECK(other.shared_type(name, findings));
  CHECK_FALSE(other.shared_type("Zd", findings));
  CHECK_FALSE(other.shared_type("A", findings));
}

TEST_CASE("a message is a shape: paths, occurrence, attributes, choices, facets") {
  const Data data;
  const Catalogue catalogue(data);
  const Shape shape = make_shape(*catalogue.find("pacs.008.001.08"));
  CHECK(shape.root().name == "Document");
  const auto at = [&](std::string_view path) { return shape.find_path(0, path); };
  const std::uint32_t amount = at("FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmAmt");
  REQUIRE(amount != no_node);
  CHECK(shape.nodes[amount].kind == NodeKind::leaf);
  CHECK(shape.nodes[amount].type == LeafType::decimal);
  CHECK(shape.facets_of(amount).digits_total == 18);
  CHECK(shape.facets_of(amount).digits_fraction == 5);
  CHECK(shape.facets_of(amount).non_negative);
  const std::uint32_t currency = at("FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmAmt/@Ccy");
  REQUIRE(currency != no_node);
  CHECK(shape.facets_of(currency).pattern == "[A-Z]{3,3}");
  const std::uint32_t transaction = at("FIToFICstmrCdtTrf/CdtTrfTxInf[]");
  CHECK(shape.nodes[transaction].max_occurs == unbounded);
  const std::uint32_t account = at("FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id");
  CHECK(shape.nodes[account].kind == NodeKind::choice);
  CHECK(shape.nodes[at("FIToFICstmrCdtTrf/SplmtryData/Envlp")].type == LeafType::any);
  CHECK(shape.facets_of(at("FIToFICstmrCdtTrf/CdtTrfTxInf/ChrgBr")).codes.size() == 4);
  CHECK(shape.nodes.size() == 2171);
}

TEST_CASE("a schema that says what the importer does not know is refused with its line") {
  struct Row {
    std::string_view body;
    Code code;
    std::uint32_t line;
  };
  const std::string_view wildcard_attribute =
      "<xs:complexType name='A'>\n<xs:sequence><xs:element name='B' type='A' nillable='true'/></xs:sequence>\n"
      "</xs:complexType>";
  for (const Row& row : {Row{"<xs:element name='D' type='X'/>", "ISO-0004"_code, 2},
                         Row{"<xs:include schemaLocation='http://example.org/x.xsd'/>", "ISO-0003"_code, 2},
                         Row{"<xs:element name='D' type='A'/>\n<xs:simpleType name='A'><xs:restriction "
                             "base='xs:float'/></xs:simpleType>",
                             "ISO-0003"_code, 3},
                         Row{"<xs:simpleType name='A'><xs:restriction base='xs:string'>\n<xs:pattern value='\\i'/>\n"
                             "</xs:restriction></xs:simpleType>",
                             "ISO-0005"_code, 3},
                         Row{wildcard_attribute, "ISO-0003"_code, 3}, Row{"<broken", "ISO-0001"_code, 2}}) {
    Findings findings;
    const std::string xsd =
        "<xs:schema xmlns='urn:t' xmlns:xs='http://www.w3.org/2001/XMLSchema' "
        "elementFormDefault='qualified' targetNamespace='urn:t'>\n" +
        std::string(row.body) + "</xs:schema>";
    CAPTURE(xsd);
    CHECK_FALSE(import_xsd(xsd, "t.xsd", "t", findings));
    REQUIRE(findings.kept().size() == 1);
    CHECK(to_text(findings.kept()[0].code) == to_text(row.code));
    CHECK(findings.kept()[0].place.line_number == row.line);
  }
  const Data data;
  // A name becomes part of a line, an id of a path.
  const auto named = [](std::string_view uri, std::string_view type) {
    return fmt::format(
        "<xs:schema xmlns='{0}' xmlns:xs='http://www.w3.org/2001/XMLSchema' elementFormDefault='qualified' "
        "targetNamespace='{0}'><xs:element name='D' type='D'/><xs:complexType name='D'><xs:sequence>"
        "<xs:element name='A' type='{1}'/></xs:sequence></xs:complexType><xs:simpleType name='{1}'>"
        "<xs:restriction base='xs:string'/></xs:simpleType></xs:schema>",
        uri, type);
  };
  for (const auto& [uri, type] :
       {std::pair("urn:iso:std:iso:20022:tech:xsd:../../x", "T"), std::pair("urn:iso:std:iso:20022:tech:xsd:", "T"),
        std::pair("urn:t", "T 0"), std::pair("urn:t", "T&#10;D"), std::pair("urn:t", "../T")}) {
    Findings wrong;
    CHECK_FALSE(import_xsd(named(uri, type), "t.xsd", "t", wrong));
    CHECK(wrong.kept().at(0).code == "ISO-0013"_code);
  }
  Findings findings;
  const auto blank = import_xsd(named("urn:t", "T"), "t.xsd", "their variant", findings);
  REQUIRE(blank);
  CHECK(blank->id == "their_variant");
  CHECK(catalogue_files(Catalogue(data), data, {*blank, *blank}, NewTypes::own, findings).size() == 1);
  CHECK(findings.kept().at(0).code == "ISO-0025"_code);
  findings.clear();
  CHECK_FALSE(import_xsd("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", "t.xsd", "t", findings));
  CHECK(findings.kept().at(0).code == "ISO-0002"_code);
}

TEST_CASE("every official schema is imported, printed, read back, exported and imported again without loss") {
  const auto folder = tests::shared_dir() / "iso20022/xsd";
  if (tests::skip_without(folder)) return;
  const Data data;
  const Catalogue catalogue(data);
  std::vector<SchemaDefinition> schemas;
  std::size_t compiled = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".xsd") continue;
    Findings findings;
    auto schema = import_xsd(tests::read_file(entry.path()), entry.path().filename().string(), "", findings);
    CAPTURE(entry.path().string());
    REQUIRE(schema);
    CHECK(schema->id + ".xsd" == entry.path().filename().string());
    const auto again = import_xsd(export_xsd(*schema), "again.xsd", "", findings);
    REQUIRE(again);
    CHECK(again->types == schema->types);
    std::string text;
    print_head(*schema, text);
    for (const TypeDefinition& type : schema->types) print_type(type, text);
    const auto parsed = parse_message(text, "again.message", schema->id, findings);
    REQUIRE(parsed);
    CHECK(parsed->types == schema->types);
    CHECK(parsed->root_type == schema->root_type);
    const auto message = Message::compile(*schema, findings);
    REQUIRE(message);
    CHECK(make_shape(*message).nodes.size() > 1);
    CHECK(findings.total_count() == 0);
    ++compiled;
    schemas.push_back(std::move(*schema));
  }
  CHECK(compiled == 548);
  Findings findings;
  const auto files = catalogue_files(catalogue, data, schemas, NewTypes::shared, findings);
  CHECK(findings.total_count() == 0);
  std::size_t lines = 0;
  for (const auto& [name, text] : files) lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  CHECK(lines < 26000);
}

TEST_CASE("the catalogue's own files are what the importer makes of the official schemas") {
  const auto folder = tests::shared_dir() / "iso20022/xsd";
  if (tests::skip_without(folder)) return;
  const Data data;
  const Catalogue catalogue(data);
  Findings findings;
  for (const std::string& id : catalogue.list()) {
    const auto official = import_xsd(tests::read_file(folder / (id + ".xsd")), id, "", findings);
    REQUIRE(official);
    CAPTURE(id);
    CHECK(catalogue.find(id)->schema().types == official->types);
    CHECK(catalogue.find(id)->root_element() == official->root_element);
  }
}

TEST_CASE("a pattern with a line end goes through XSD and back") {
  Findings findings;
  const auto schema = parse_message(
      "namespace urn:iso:std:iso:20022:tech:xsd:head.001.001.02\nroot AppHdr Head\nCode = text pattern a\rb\nHead = "
      "sequence\n  Cd Code\n",
      "head.message", "head.001.001.02", findings);
  REQUIRE(schema);
  const auto again = import_xsd(export_xsd(*schema), "again.xsd", "head.001.001.02", findings);
  REQUIRE(again);
  CHECK(again->types.front().pattern == "a\rb");
}
