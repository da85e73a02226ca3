#include "translator/plan.h"

#include <doctest/doctest.h>

#include "canonical/dictionary.h"
#include "shape/json_writer.h"
#include "translator/item_program.h"

using namespace tilmash;
using namespace tilmash::translator;

namespace {

/// A plan between two dictionaries, from TOML texts.
struct Bench {
  Data data;
  Findings findings;
  std::unique_ptr<ConfigFile> source_file, target_file, rows_file;
  std::unique_ptr<canonical::Dictionary> source, target;
  std::map<std::string, Lookup, std::less<>> lookups;
  Plan plan;

  Bench(std::string_view source_fields, std::string_view target_fields, std::string_view rows, bool checks = true) {
    const auto read = [&](const char* name, std::string text) {
      auto file = read_config(name, text, findings);
      REQUIRE(file);
      return std::make_unique<ConfigFile>(std::move(*file));
    };
    source_file = read("source.toml", "[fields]\n" + std::string(source_fields));
    target_file = read("target.toml", "[fields]\n" + std::string(target_fields));
    rows_file = read("rows.toml", "[in]\n" + std::string(rows));
    source = canonical::read_dictionary(*source_file, "source", data, findings);
    target = canonical::read_dictionary(*target_file, "target", data, findings);
    REQUIRE(source);
    REQUIRE(target);
    PlanInput input;
    read_rules(*rows_file, *rows_file->root.find("in"), false, target->shape, input.rules, findings);
    input.source = &source->shape;
    input.target = &target->shape;
    input.target_item = 0;
    input.checks_values = checks;
    plan = Plan::compile(std::move(input), findings);
  }

  /// Codes of what the compiler found, in order.
  std::string found() const {
    std::string codes;
    for (const Diagnostic& finding : findings.kept()) codes += (codes.empty() ? "" : " ") + to_text(finding.code);
    return codes;
  }

  MapFault fault;
  Arena arena;
  std::optional<ItemProgram> items;
  ItemTable table;  ///< kept between runs: nothing of an item before may show

  /// The short way gives the same values, or leaves the item to the plan.
  void compare_table(const Instance& from, const Instance& to) {
    if (!items) items = ItemProgram::compile(plan);
    EvalContext context;
    context.source = &from;
    context.arena = &arena;
    if (!items || !items->run(context, table)) return;
    REQUIRE(!fault);
    for (std::uint32_t node = 1; node < target->shape.nodes.size(); ++node) {
      CAPTURE(target->shape.path_of(node));
      const std::uint32_t cell = to.find(node);
      REQUIRE(table.has(node) == (cell != no_cell));
      if (target->shape.nodes[node].kind != NodeKind::leaf) continue;
      CHECK((table.entry(node).text.data() != nullptr) == (cell != no_cell));
      if (cell != no_cell) CHECK(table.entry(node).text == to.cell(cell).text);
    }
    ++tables;
  }
  int tables = 0;  ///< items that went the short way

  /// Runs over a source made of "path=value" pairs in document order; groups open and close by themselves.
  std::string run(std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
    REQUIRE_MESSAGE(found().empty(), found());
    Instance from(source->shape);
    for (const auto& [path, value] : values) {
      std::uint32_t at = 0;
      std::string_view rest = path;
      while (from.open_cell() != 0) from.end();
      for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
        at = source->shape.find_child(at, rest.substr(0, dot));
        rest.remove_prefix(dot + 1);
        from.begin(at);
      }
      Cell& cell = from.leaf(source->shape.find_child(at, rest), value);
      if (const auto number = parse_decimal(value)) cell.number = *number;
    }
    while (from.open_cell() != 0) from.end();
    Instance to(target->shape);
    EvalContext context;
    context.source = &from;
    context.arena = &arena;
    fault = plan.run(Plan::Section::item, context, to);
    compare_table(from, to);
    std::string json;
    append_json_object(to, 0, json);
    return json;
  }
};

#define TEXT(name, max) "\"" name "\" = { type = \"text(" #max ")\", about = \"x\" }\n"
#define MUST(name, max) "\"" name "\" = { type = \"text(" #max ")\", occurs = \"1\", about = \"x\" }\n"
#define GROUP(name, occurs) "\"" name "\" = { occurs = \"" occurs "\", about = \"x\" }\n"

}  // namespace

TEST_CASE("leaves go to their places in the order of the target") {
  Bench bench(TEXT("A", 5) TEXT("B", 5), TEXT("second", 5) GROUP("g", "?") TEXT("g.first", 5),
              "'g.first' = 'A'\nsecond = 'B'\n");
  CHECK(bench.run({{"A", "a"}, {"B", "b"}}) == R"({"second":"b","g":{"first":"a"}})");
}

TEST_CASE("the short way knows nothing of the item before") {
  Bench bench(TEXT("A", 5) TEXT("B", 5), GROUP("g", "?") TEXT("g.first", 5) TEXT("g.kind", 5) TEXT("second", 5),
              "'g.first' = 'A?'\n'g.kind' = \"const('K')\"\nsecond = 'upper(B?)'\n");
  CHECK(bench.run({{"A", "a"}, {"B", "b"}}) == R"({"g":{"first":"a","kind":"K"},"second":"B"})");
  CHECK(bench.run({}) == "{}");
  CHECK(bench.run({{"B", "c"}}) == R"({"second":"C"})");
  CHECK(bench.tables == 2);  // an item without any value is left to the plan
}

TEST_CASE("an optional group with blank fields leaves nothing behind, and constants do not conjure it up") {
  Bench bench(TEXT("ID", 5), GROUP("id", "?") TEXT("id.kind", 9) TEXT("id.value", 5),
              "'id.kind' = \"const('BIN')\"\n'id.value' = 'ID?'\n");
  CHECK(bench.run({}) == "{}");
  CHECK(bench.run({{"ID", "7"}}) == R"({"id":{"kind":"BIN","value":"7"}})");
}

TEST_CASE("a group that is all constants is there") {
  Bench bench(TEXT("A", 5), GROUP("agent", "?") TEXT("agent.bic", 9), "'agent.bic' = \"const('DEMOKZKA')\"\n");
  CHECK(bench.run({}) == R"({"agent":{"bic":"DEMOKZKA"}})");
}

TEST_CASE("a mandatory field that is blank where its group appears is a fault") {
  Bench bench(TEXT("V", 5) TEXT("C", 3), GROUP("money", "?") MUST("money.value", 5) MUST("money.currency", 3),
              "'money.value' = 'V?'\n'money.currency' = 'C?'\n");
  bench.run({{"V", "5"}});
  CHECK(bench.fault.fault.code == "MAP-0102"_code);
  CHECK(bench.run({}) == "{}");
  CHECK_FALSE(bench.fault);
}

TEST_CASE("an empty mandatory group is missed, but a message has it as an empty element") {
  constexpr const char* target = GROUP("party", "1") TEXT("party.name", 9);
  Bench bench(TEXT("N", 9), target, "'party.name' = 'N?'\n");
  bench.run({});
  CHECK(bench.fault.fault.code == "MAP-0102"_code);
  Bench message(TEXT("N", 9), target, "'party.name' = 'N?'\n", false);
  CHECK(message.run({}) == R"({"party":{}})");
  CHECK_FALSE(message.fault);
}

TEST_CASE("repeated groups loop, one target occurrence a source occurrence") {
  Bench bench(GROUP("line", "*") TEXT("line.text", 9), GROUP("out", "*") MUST("out.text", 9),
              "'out[].text' = 'line[].text'\n");
  CHECK(bench.run({{"line.text", "a"}, {"line.text", "b"}}) == R"({"out":[{"text":"a"},{"text":"b"}]})");
  CHECK(bench.run({}) == "{}");
}

TEST_CASE("shorthands: alternatives and functions named as a field of the group") {
  Bench bench(TEXT("A", 4) TEXT("B", 4), GROUP("purpose", "?") TEXT("purpose.code", 4) TEXT("purpose.proprietary", 35),
              "'purpose.(code|proprietary)' = '(A|B)?'\n");
  CHECK(bench.run({{"B", "841"}}) == R"({"purpose":{"proprietary":"841"}})");
  Bench named(TEXT("A", 4), GROUP("purpose", "?") TEXT("purpose.code", 4), "purpose = 'code(A)'\n");
  CHECK(named.run({{"A", "SALA"}}) == R"({"purpose":{"code":"SALA"}})");
}

TEST_CASE("money goes with its currency, and may not be finer than the currency") {
  constexpr const char* source = "\"V\" = { type = \"decimal(15,3)\", about = \"x\" }\n" TEXT("C", 3);
  constexpr const char* target = "\"amount\" = { part = \"money\", about = \"x\" }\n";
  Bench bench(source, target, "amount = 'money(V, C)'\n");
  CHECK(bench.run({{"V", "1.50"}, {"C", "KZT"}}) == R"({"amount":{"value":"1.50","currency":"KZT"}})");
  bench.run({{"V", "1.505"}, {"C", "KZT"}});
  CHECK(bench.fault.fault.code == "MAP-0101"_code);
  bench.run({{"V", "1.5"}, {"C", "QQQ"}});
  CHECK(bench.fault.fault.code == "CAN-0004"_code);
  bench.run({{"V", "1.5"}, {"C", "XAU"}});
  CHECK(bench.fault.fault.code == "MAP-0103"_code);
}

TEST_CASE("a value type is a function that checks its argument") {
  Bench bench(TEXT("A", 20), TEXT("x", 35), "x = 'iin_bin(A?)'\n");
  CHECK(bench.run({{"A", "150640783088"}}) == R"({"x":"150640783088"})");
  CHECK(bench.run({}) == "{}");
  CHECK_FALSE(bench.fault);
  bench.run({{"A", "150640783089"}});
  CHECK(bench.fault.fault.code == "CAN-0007"_code);
  CHECK(bench.fault.value.text == "150640783089");
  bench.run({{"A", "1506"}});
  CHECK(bench.fault.fault.code == "CAN-0006"_code);
  // What passed can't be longer than the type allows.
  CHECK(Bench(TEXT("A", 20), TEXT("x", 12), "x = 'iin_bin(A)'\n").found().empty());
}

TEST_CASE("a phone number takes ISO 20022's form when its country code is the one named") {
  Bench bench(TEXT("A", 20), TEXT("x", 35), "x = \"phone(A?, '7')\"\n");
  CHECK(bench.run({{"A", "+77001234567"}}) == R"({"x":"+7-7001234567"})");
  CHECK(bench.run({}) == "{}");
  for (const char* wrong : {"+996700123456", "87001234567", "+7", "+", "+7700 123456", "+7700123456789012"}) {
    CAPTURE(wrong);
    bench.run({{"A", wrong}});
    CHECK(bench.fault.fault.code == "MAP-0104"_code);
  }
  CHECK(Bench(TEXT("A", 20), TEXT("x", 35), "x = \"phone(A, '+7')\"\n").found() == "EXP-0004");
  CHECK(Bench(TEXT("A", 20), TEXT("x", 35), "x = 'phone(A, A)'\n").found() == "EXP-0004");
}

TEST_CASE("wrong rows are found before anything runs") {
  const auto codes = [](std::string_view source, std::string_view target, std::string_view rows) {
    return Bench(source, target, rows).found();
  };
  CHECK(codes(TEXT("A", 5), TEXT("x", 5), "y = 'A'\n") == "MAP-0003");
  CHECK(codes(TEXT("A", 5), TEXT("x", 5), "x = 'B'\n") == "EXP-0003");
  CHECK(codes(TEXT("A", 5), GROUP("g", "?") TEXT("g.x", 5), "g = 'A'\n") == "MAP-0004");
  CHECK(codes(TEXT("A", 5), TEXT("x", 5), "x = 'A'\n'x[1]' = 'A'\n") == "MAP-0005");
  CHECK(codes(TEXT("A", 5), "\"x\" = { type = \"date\", about = \"x\" }\n", "x = 'A'\n") == "MAP-0006");
  CHECK(codes(TEXT("A", 9), TEXT("x", 5), "x = 'A'\n") == "MAP-0007");
  CHECK(codes(TEXT("A", 9), TEXT("x", 5), "x = 'truncate(A, 5)'\n").empty());
  CHECK(codes(TEXT("A", 5), MUST("x", 5) TEXT("y", 5), "y = 'A'\n") == "MAP-0008");
  CHECK(codes(TEXT("A", 5), MUST("x", 5), "x = 'A?'\n") == "MAP-0009");
  CHECK(codes(GROUP("l", "*") TEXT("l.t", 5), TEXT("x", 5), "x = 'l[].t'\n") == "MAP-0010");
  const std::string deep = GROUP("a", "*") GROUP("a.b", "*") GROUP("a.b.c", "*") GROUP("a.b.c.d", "*")
      GROUP("a.b.c.d.e", "*") TEXT("a.b.c.d.t", 5) TEXT("a.b.c.d.e.t", 5);
  CHECK(codes(deep, deep, "'a[].b[].c[].d[].t' = 'a[].b[].c[].d[].t'\n").empty());
  CHECK(codes(deep, deep, "'a[].b[].c[].d[].e[].t' = 'a[].b[].c[].d[].e[].t'\n") == "MAP-0010");
  CHECK(codes(TEXT("A", 5), TEXT("x", 5), "x = \"const('too long')\"\n") == "MAP-0011");
  CHECK(codes(TEXT("A", 5), TEXT("x", 5), "x.y = 'A'\n") == "MAP-0001");
}

TEST_CASE("a mistake has its line and column in the mapping") {
  Bench bench(TEXT("NAME", 5), TEXT("x", 5), "x = 'truncate(NAMEE, 3)'\n");
  REQUIRE(bench.findings.kept().size() == 1);
  const Diagnostic& finding = bench.findings.kept()[0];
  CHECK(finding.place.file == "rows.toml");
  CHECK(finding.place.line_number == 2);
  CHECK(finding.place.column_number == 15);
  CHECK(finding.place.length_bytes == 5);
}

TEST_CASE("an element of our own holds what has no element, and gives it back") {
  constexpr std::string_view xml = "\"X\" = { type = \"xml\", about = \"X\" }\n";
  constexpr std::string_view out = "X = \"envelope('urn:t:1', 'sale', 'mcc', A?, 'shop', B?)\"\n";
  Bench write(TEXT("A", 9) TEXT("B", 9), xml, out);
  CHECK(write.run({{"A", "5411"}, {"B", "<&]]>"}}) ==
        R"({"X":"<sale xmlns=\"urn:t:1\"><mcc>5411</mcc><shop>&lt;&amp;]]&gt;</shop></sale>"})");
  CHECK(write.run({{"B", " b\r"}}) == R"({"X":"<sale xmlns=\"urn:t:1\"><shop> b&#13;</shop></sale>"})");
  CHECK(write.run({}) == "{}");
  write.run({{"A", "a\x01z"}});
  CHECK(write.fault.fault.code == "MAP-0105"_code);
  CHECK(write.fault.value.text == "a\x01z");

  Bench read(xml, TEXT("a", 9) TEXT("b", 9),
             "a = \"within(from_envelope(X?, 'urn:t:1', 'mcc'), 9)\"\n"
             "b = \"within(from_envelope(X?, 'urn:t:1', 'shop'), 9)\"\n");
  const auto from = [&](std::string_view text) { return read.run({{"X", text}}); };
  CHECK(from("<sale xmlns=\"urn:t:1\"><mcc>5411</mcc><shop>&lt;&amp;]]&gt;</shop></sale>") ==
        R"({"a":"5411","b":"<&]]>"})");
  CHECK(from("<sale xmlns=\"urn:t:1\"><shop> b&#13;</shop></sale>") == R"({"b":" b\r"})");
  // Of another kind, or written in another way: nothing, and no fault. What stood there is carried by another row.
  for (const std::string_view other :
       {"<sale xmlns=\"urn:t:2\"><mcc>5411</mcc></sale>", "<sale><mcc>5411</mcc></sale>", "<sale xmlns=\"urn:t:1\"/>",
        "<sale xmlns=\"urn:t:1\">mcc</sale>", "<sale xmlns=\"urn:t:1\"><x><mcc>5411</mcc></x></sale>",
        "<sale xmlns=\"urn:t:1\"><mcc><x/></mcc></sale>", "<sale xmlns=\"urn:t:1\"><!-- --><mcc>5411</mcc></sale>"}) {
    CAPTURE(other);
    CHECK(from(other) == "{}");
    CHECK_FALSE(read.fault);
  }
  CHECK(from("<sale xmlns=\"urn:t:1\"><mcc>0123456789</mcc></sale>") == "{}");
  CHECK(read.fault.fault.code == "EXP-0103"_code);
  for (const std::string_view wrong : {"envelope('urn:t', 'a b', 'c', A?)", "envelope('a\\\"', 'b', 'c', A?)",
                                       "envelope('urn:t', 'b', A?, A?)", "envelope('urn:t', 'b', 'c', A?, 'd')"}) {
    CAPTURE(wrong);
    CHECK(Bench(TEXT("A", 9), xml, "X = \"" + std::string(wrong) + "\"\n").found() == "EXP-0004");
  }
}

TEST_CASE("true and false are two texts, and any other is refused") {
  constexpr std::string_view flag = "\"x\" = { type = \"boolean\", about = \"x\" }\n";
  Bench bench(TEXT("A", 2), flag, "x = \"boolean(A?, '11', '12')\"\n");
  CHECK(bench.run({{"A", "11"}}) == R"({"x":true})");
  CHECK(bench.run({{"A", "12"}}) == R"({"x":false})");
  CHECK(bench.run({}) == "{}");
  bench.run({{"A", "13"}});
  CHECK(bench.fault.fault.code == "EXP-0106"_code);
  CHECK(Bench(TEXT("A", 2), flag, "x = \"boolean(A?, '11', '11')\"\n").found() == "EXP-0004");
}

TEST_CASE("the marked step repeats with its source, not the group above it") {
  Bench bench(GROUP("l", "*") TEXT("l.t", 5) TEXT("A", 5),
              GROUP("g", "*") TEXT("g.a", 5) GROUP("g.n", "*") TEXT("g.n.t", 5), "'g.a' = 'A?'\n'g.n[].t' = 'l[].t'\n");
  CHECK(bench.run({{"l.t", "one"}, {"l.t", "two"}, {"A", "a"}}) ==
        R"({"g":[{"a":"a","n":[{"t":"one"},{"t":"two"}]}]})");
}
