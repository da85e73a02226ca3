#include "iso20022/schema_diff.h"

#include <doctest/doctest.h>

#include "iso20022/catalogue.h"
#include "iso20022/notation.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

SchemaDefinition schema(const std::string& types) {
  Findings findings;
  auto read = parse_message("namespace urn:x\nroot Document Document\nDocument = sequence\n  A T\n" + types,
                            "x.message", "x", findings);
  REQUIRE(read);
  return *read;
}

std::vector<std::string> diff(const std::string& before, const std::string& after) {
  std::vector<std::string> lines;
  for (const SchemaChange& change : diff_schemas(schema(before), schema(after))) {
    for (const std::string& place : change.places) {
      lines.push_back(std::string(to_text(change.kind)) + " " + place + ": " + change.before + " -> " + change.after);
    }
  }
  return lines;
}

using Lines = std::vector<std::string>;

const std::string simple = "S = text 1..35\nN = decimal 18.5 min 0\nC = code A B\n";

}  // namespace

TEST_CASE("a type that was only renamed is no difference") {
  CHECK(diff("T = sequence\n  X P\nP = text 1..35\n", "T = sequence\n  X Q\nQ = text 1..35\n") == Lines{});
  CHECK(diff("T = sequence\n  X ? P\nP = choice\n  Y S\n" + simple,
             "T = sequence\n  X ? Q\nQ = choice\n  Y S\n" + simple) == Lines{});
}

TEST_CASE("elements are added, removed and moved") {
  const std::string base = "T = sequence\n  X S\n  Y S\n  Z S\n" + simple;
  CHECK(diff(base, "T = sequence\n  X S\n  Y S\n  Z S\n  W ? N\n" + simple) ==
        Lines{"added A/W:  -> [0..1] N = decimal 18.5 min 0"});
  CHECK(diff(base, "T = sequence\n  X S\n  Z S\n" + simple) == Lines{"removed A/Y: [1..1] S = text 1..35 -> "});
  CHECK(diff(base, "T = sequence\n  Y S\n  Z S\n  X S\n" + simple) == Lines{"moved A/X: first -> behind Z"});
  CHECK(diff("T = choice\n  X S\n  Y S\n" + simple, "T = choice\n  Y S\n  X S\n" + simple) == Lines{});
}

TEST_CASE("occurrence, facets, codes and attributes are loosened, tightened or changed") {
  struct Row {
    std::string before;
    std::string after;
    std::string line;
  };
  for (const Row& row : std::vector<Row>{
           {"  X S\n", "  X ? S\n", "loosened A/X: [1..1] -> [0..1]"},
           {"  X * S\n", "  X 1..5 S\n", "tightened A/X: [0..*] -> [1..5]"},
           {"  X ? S\n", "  X + S\n", "changed A/X: [0..1] -> [1..*]"},
           {"  X S\n", "  X S2\n", "loosened A/X: text 1..35 -> text 1..140"},
           {"  X S2\n", "  X S\n", "tightened A/X: text 1..140 -> text 1..35"},
           {"  X S\n", "  X S3\n", "changed A/X: text 1..35 -> text 2..70"},
           {"  X S\n", "  X S4\n", "tightened A/X: text 1..35 -> text 1..35 pattern [a-z]+"},
           {"  X N\n", "  X N2\n", "loosened A/X: decimal 18.5 min 0 -> decimal 18.5"},
           {"  X C\n", "  X C2\n", "loosened A/X:  -> code D"},
           {"  X C2\n", "  X C3\n", "changed A/X: code A D -> code E"},
           {"  X S\n", "  X N\n", "changed A/X: text 1..35 -> decimal 18.5 min 0"},
           {"  X S\n", "  X E\n", "changed A/X: text 1..35 -> any lax"},
           {"  X E\n", "  X E2\n", "loosened A/X: any lax -> any skip"},
           {"  X V\n", "  X V2\n", "loosened A/X/@Ccy: mandatory -> optional"},
           {"  X N\n", "  X V\n", "added A/X/@Ccy:  -> mandatory C"},
           {"  X S\n", "  choice\n    X S\n", "changed A/X: element of the sequence -> one of a choice"},
       }) {
    const std::string types = simple +
                              "S2 = text 1..140\nS3 = text 2..70\nS4 = text 1..35 pattern [a-z]+\nN2 = decimal 18.5\n"
                              "C2 = code A B D\nC3 = code B E\nE = any lax\nE2 = any skip\nV = value N\n  @Ccy C\n"
                              "V2 = value N\n  @Ccy ? C\n";
    CAPTURE(row.line);
    CHECK(diff("T = sequence\n  Y S\n" + row.before + types, "T = sequence\n  Y S\n" + row.after + types) ==
          Lines{row.line});
  }
  CHECK(diff("T = sequence\n  X S\n" + simple, "T = choice\n  X S\n" + simple) ==
        Lines{"changed A: sequence -> choice"});
}

TEST_CASE("a change of a type is said once, with all the places where the type stands, also of one that holds itself") {
  const std::string head = "T = sequence\n  X P\n  Y P\nP = sequence\n  Q S\n  R ? T\nS = ";
  const auto changes = diff_schemas(schema(head + "text 1..35\n"), schema(head + "text 1..70\n"));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].places == std::vector<std::string>{"A/X/Q", "A/Y/Q"});
}

TEST_CASE("no message of the catalogue differs from itself") {
  const Data data;
  const Catalogue catalogue(data);
  for (const std::string& id : catalogue.list()) {
    CAPTURE(id);
    const SchemaDefinition& own = catalogue.find(id)->schema();
    CHECK(diff_schemas(own, own).empty());
  }
}
