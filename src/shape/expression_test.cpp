#include "shape/expression.h"

#include <doctest/doctest.h>

#include <deque>

using namespace tilmash;

namespace {

Node leaf(Shape& shape, std::string_view name, LeafType type, std::uint32_t length_max, std::uint32_t max = 1) {
  Node node;
  node.name = name;
  node.type = type;
  node.max_occurs = max;
  node.facets = static_cast<std::uint32_t>(shape.facets.size());
  Facets facets;
  facets.length_max = length_max;
  if (type == LeafType::decimal) {
    facets.digits_total = 15;
    facets.digits_fraction = 2;
  }
  shape.facets.push_back(facets);
  return node;
}

Node group(std::string_view name, std::uint32_t max = 1) {
  Node node;
  node.name = name;
  node.kind = NodeKind::group;
  node.max_occurs = max;
  return node;
}

void put(Shape& shape, std::uint32_t index, Node node) {
  node.parent = shape.nodes[index].parent;
  shape.nodes[index] = node;
}

/// file { header { DATE }, detail { NAME(10), CODE(2), AMOUNT(15,2), addenda[] { TEXT(80) } } }
Shape record_shape() {
  Shape shape;
  shape.id = "test";
  shape.nodes.resize(1);
  shape.nodes[0].kind = NodeKind::group;
  const std::uint32_t top = shape.add_children(0, 2);
  put(shape, top, group("header"));
  put(shape, top + 1, group("detail", unbounded));
  shape.nodes[top + 1].item = true;
  const std::uint32_t header = shape.add_children(top, 1);
  put(shape, header, leaf(shape, "DATE", LeafType::date, unbounded));
  const std::uint32_t fields = shape.add_children(top + 1, 4);
  put(shape, fields, leaf(shape, "NAME", LeafType::text, 10));
  put(shape, fields + 1, leaf(shape, "CODE", LeafType::text, 2));
  put(shape, fields + 2, leaf(shape, "AMOUNT", LeafType::decimal, unbounded));
  put(shape, fields + 3, group("addenda", unbounded));
  const std::uint32_t text = shape.add_children(fields + 3, 1);
  put(shape, text, leaf(shape, "TEXT", LeafType::text, 80));
  return shape;
}

struct Bench {
  Shape shape = record_shape();
  std::map<std::string, Lookup, std::less<>> lookups;
  ExpressionError error;

  Bench() {
    lookups["codes"].entries = {{"A", "accepted"}, {"R", "rejected"}};
    lookups["codes"].length_max = 8;
  }

  std::optional<Expression> compile(std::string_view text) {
    ExpressionScope scope;
    scope.source = &shape;
    scope.item = shape.find_path(0, "detail");
    scope.lookups = &lookups;
    return Expression::compile(text, scope, error);
  }

  /// One detail: NAME as given (absent when empty), CODE A, AMOUNT 12.50, two addenda.
  Value run(std::string_view text, std::string_view name = "Айгүл", Fault* fault = nullptr) {
    auto compiled = compile(text);
    REQUIRE_MESSAGE(compiled, error.text);
    const Expression* expression = &kept.emplace_back(std::move(*compiled));  // literals are views into it
    Instance instance(shape);
    instance.begin(shape.find_path(0, "header"));
    instance.leaf(shape.find_path(0, "header.DATE"), "2026-11-21", 10, 8);
    instance.end();
    instance.begin(shape.find_path(0, "detail"));
    if (!name.empty()) instance.leaf(shape.find_path(0, "detail.NAME"), name, 100, 10);
    instance.leaf(shape.find_path(0, "detail.CODE"), "A", 110, 2);
    instance.leaf(shape.find_path(0, "detail.AMOUNT"), "12.50", 112, 15).number = {1250, 2};
    instance.begin(shape.find_path(0, "detail.addenda"));
    instance.leaf(shape.find_path(0, "detail.addenda.TEXT"), "first", 200, 80);
    instance.end();
    instance.end();
    EvalContext context;
    context.source = &instance;
    context.arena = &arena;
    Value value;
    const Fault found = expression->evaluate(context, value);
    if (fault != nullptr) {
      *fault = found;
    } else {
      CHECK_FALSE(found);
    }
    return value;
  }

  Arena arena;
  std::deque<Expression> kept;
};

}  // namespace

TEST_CASE("fields are read below the item, and above it with ^") {
  Bench bench;
  CHECK(bench.run("NAME").text == "Айгүл");
  CHECK(bench.run("^header.DATE").text == "2026-11-21");
  CHECK(bench.run("header.DATE").offset == 10);
}

TEST_CASE("a blank field is a fault without ? and absent with it") {
  Bench bench;
  Fault fault;
  bench.run("NAME", "", &fault);
  CHECK(fault.code == "EXP-0101"_code);
  CHECK_FALSE(bench.run("NAME?", "").present);
  CHECK(bench.run("coalesce(NAME?, CODE)", "").text == "A");
}

TEST_CASE("texts are put together, cut and looked up") {
  Bench bench;
  CHECK(bench.run("NAME & '-' & CODE").text == "Айгүл-A");
  CHECK(bench.run("join(' ', NAME?, CODE)", "").text == "A");
  CHECK(bench.run("truncate(NAME, 3)").text == "Айг");
  CHECK(bench.run("lookup(codes, CODE)").text == "accepted");
  CHECK(bench.run("upper('ab')").text == "AB");
  CHECK(bench.run("substr(NAME, 2, 2)").text == "йг");
  CHECK(bench.run("date(NAME, 'YYMMDD')", "240229").text == "2024-02-29");
  Fault fault;
  bench.run("within(NAME, 4)", "Айгүл", &fault);
  CHECK(fault.code == "EXP-0103"_code);
  bench.run("date(NAME, 'YYMMDD')", "250229", &fault);
  CHECK(fault.code == "EXP-0105"_code);
  bench.run("lookup(codes, NAME)", "?", &fault);
  CHECK(fault.code == "EXP-0102"_code);
}

TEST_CASE("a joined value covers the source bytes of its parts") {
  Bench bench;
  const Value value = bench.run("NAME & CODE");
  CHECK(value.offset == 100);
  CHECK(value.length == 12);
}

TEST_CASE("conditions choose") {
  Bench bench;
  CHECK(bench.run("if(CODE = 'A', 'yes', 'no')").text == "yes");
  CHECK(bench.run("if(CODE in ('B', 'C'), 'yes', 'no')").text == "no");
  CHECK(bench.run("if(AMOUNT = 12.5 and not (CODE = 'X'), 'yes')").text == "yes");
  CHECK_FALSE(bench.run("if(present(NAME), NAME)", "").present);
  CHECK(bench.run("if(any_of(addenda[].TEXT, 'x', 'first'), 'yes', 'no')").text == "yes");
  CHECK(bench.run("if(is_date(NAME, 'YYMMDD'), 'yes', 'no')", "16").text == "no");
  CHECK(bench.run("if(starts_with(NAME, 'Ай') or CODE = 'Z', 'yes', 'no')").text == "yes");
}

TEST_CASE("the first of several is taken only when that is said") {
  Bench bench;
  CHECK(bench.run("first(addenda[].TEXT)").text == "first");
  CHECK(bench.run("addenda[1].TEXT").text == "first");
  CHECK_FALSE(bench.compile("addenda.TEXT"));
  CHECK(bench.error.code == "EXP-0006"_code);
}

TEST_CASE("types carry lengths, so that overflow is found before anything runs") {
  Bench bench;
  CHECK(bench.compile("NAME & CODE")->type().length_max == 12);
  CHECK(bench.compile("truncate(addenda[].TEXT, 35)")->type().length_max == 35);
  CHECK(bench.compile("lookup(codes, CODE)")->type().length_max == 8);
  CHECK(bench.compile("AMOUNT")->type().digits_total == 15);
}

TEST_CASE("mistakes are found when compiled, with the place in the text") {
  Bench bench;
  const auto mistake = [&](std::string_view text, Code code, std::uint32_t begin) {
    CAPTURE(text);
    CHECK_FALSE(bench.compile(text));
    CHECK(to_text(bench.error.code) == to_text(code));
    CHECK(bench.error.begin == begin);
  };
  mistake("NAME &", "EXP-0001"_code, 5);
  mistake("12.5X", "EXP-0003"_code, 0);  // digits and a letter are a name
  mistake("'open", "EXP-0001"_code, 0);
  mistake("NAME NAME", "EXP-0001"_code, 5);
  mistake("trunkate(NAME, 3)", "EXP-0002"_code, 0);
  mistake("NAME & NAMES", "EXP-0003"_code, 7);
  mistake("truncate(NAME, CODE)", "EXP-0004"_code, 0);
  mistake("if(NAME, 'a')", "EXP-0004"_code, 0);
  mistake("truncate(NAME)", "EXP-0005"_code, 0);
  mistake("lookup(none, CODE)", "EXP-0007"_code, 7);
  mistake("count(detail[])", "EXP-0004"_code, 0);
  CHECK_FALSE(bench.compile("NAMES"));
  CHECK(bench.error.help == "the nearest name there is \"NAME\"");
  CHECK_FALSE(bench.compile(std::string(200, '(') + "NAME"));
}

TEST_CASE("generated identifiers follow from the run and the record alone") {
  Bench bench;
  const auto expression = bench.compile("generated_id('DKZ')");
  const auto uuid = bench.compile("generated_uuid()");
  RunFacts facts;
  facts.id_prefix = "0123456789ABCDEF";
  facts.seed[0] = 1;
  EvalContext context;
  context.arena = &bench.arena;
  context.run = &facts;
  context.record_number = 42;
  Value value;
  CHECK_FALSE(expression->evaluate(context, value));
  CHECK(value.text == "DKZ0123456789ABCDEF0000000042");
  CHECK_FALSE(uuid->evaluate(context, value));
  const std::string first(value.text);
  CHECK(first[14] == '4');
  CHECK(std::string_view("89ab").find(first[19]) != std::string_view::npos);
  context.record_number = 43;
  CHECK_FALSE(uuid->evaluate(context, value));
  CHECK(first != value.text);
}
