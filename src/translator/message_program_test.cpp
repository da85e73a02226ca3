// The short way beside the long one (plan, cells, MessageWriter) over random canonical instances, good and bad: where
// the short way writes at all, it writes the same bytes, and it writes nearly everything that is good.
#include "translator/message_program.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "canonical/dictionary.h"
#include "iso20022/catalogue.h"
#include "iso20022/writer.h"
#include "translator/mapping.h"

namespace tilmash::translator {
namespace {

using Random = std::mt19937;

bool happens(Random& random, unsigned percent) {
  return random() % 100 < percent;
}
template <class List>
const auto& any_of(Random& random, const List& list) {
  return list[random() % std::size(list)];
}

/// Fills a canonical instance; `presence` and `odd` are percentages: of optional fields that are there, of values that
/// are wrong.
class Filler {
 public:
  Filler(const Shape& shape, unsigned presence, unsigned odd, unsigned seed)
      : shape_(shape), presence_(presence), odd_(odd), random_(seed) {}

  void fill(Instance& instance, std::uint32_t parent) {
    const Node& node = shape_.nodes[parent];
    const std::uint32_t only = node.first_child + static_cast<std::uint32_t>(random_() % (node.child_count + 1));
    for (std::uint32_t child = node.first_child; child < node.first_child + node.child_count; ++child) {
      const Node& own = shape_.nodes[child];
      if (own.item) continue;
      // Code and proprietary exclude each other, nearly always.
      const bool alternative = own.name == "code" || own.name == "proprietary";
      if (alternative && !happens(random_, odd_) && child != only) continue;
      if (own.min_occurs == 0 && !happens(random_, presence_)) continue;
      const std::size_t times = own.repeats() && happens(random_, 30) ? 2 + random_() % 2 : 1;
      for (std::size_t i = 0; i < times; ++i) add(instance, child);
    }
  }

  void set(Cell& cell) {
    cell.number = {};
    const Node& node = shape_.nodes[cell.node];
    cell.text = value_of(node, shape_.facets_of(cell.node));
    if (node.type == LeafType::decimal) cell.number = parse_decimal(cell.text).value_or(Decimal{});
  }

 private:
  void add(Instance& instance, std::uint32_t child) {
    if (shape_.nodes[child].kind != NodeKind::leaf) {
      instance.begin(child);
      fill(instance, child);
      instance.end();
      return;
    }
    set(instance.leaf(child, {}));
  }

  std::string_view value_of(const Node& node, const Facets& facets) {
    static const std::map<std::string_view, std::string_view> typed = {
        {"iban", "KZ86125KZT5004100100"},
        {"bic", "DEMOKZKA"},
        {"currency", "KZT"},
        {"country", "KZ"},
        {"lei", "5493000IBP32UQZ0KL24"},
        {"uuid_v4", "8a562c67-ca16-48ba-b074-65581be6f001"},
        {"phone", "+7-7001234567"},
    };
    static constexpr std::string_view texts[] = {"A", "Sample 1", "Әлия ҚЫЗЫ", "Мұрат & Co", "\"Қазақ\" <ЖШС>", "€ 10"};
    static const std::string odd_texts[] = {
        "", std::string(300, 'x'), std::string(150, 'x') + "Ж", "\x01", "\xFF", "a\nb", "12,5", "2026-13-01", "]]>"};
    if (happens(random_, odd_)) return any_of(random_, odd_texts);
    if (const auto found = typed.find(facets.type_name); found != typed.end()) return found->second;
    if (!facets.codes.empty()) return any_of(random_, facets.codes);
    if (node.type == LeafType::decimal) return happens(random_, 50) ? "1250.00" : "0.5";
    if (node.type == LeafType::date) return "2026-11-21";
    if (node.type == LeafType::datetime) return "2026-11-21T09:30:00+05:00";
    return facets.length_max < 8 ? "X" : any_of(random_, texts);
  }

  const Shape& shape_;
  unsigned presence_;
  unsigned odd_;
  Random random_;
};

/// A binding with both ways of writing its message.
struct Bench {
  Data data;
  iso20022::Catalogue catalogue{data};
  Findings findings;
  std::unique_ptr<canonical::Dictionary> family;
  std::optional<Binding> binding;
  std::unique_ptr<Shape> shape;
  std::uint32_t base = 0;
  std::uint32_t item = no_node;
  Plan plan;
  std::optional<iso20022::MessageWriter> writer;
  std::optional<MessageProgram> items, header;

  Bench(std::string_view family_id, std::string_view message_id, std::string_view binding_family) {
    family = canonical::load_family(family_id, data, findings);
    REQUIRE(family);
    const iso20022::Message* message = catalogue.find(message_id);
    REQUIRE(message != nullptr);
    binding = find_binding(message_id, binding_family, data, findings);
    REQUIRE(binding);
    shape = std::make_unique<Shape>(iso20022::make_shape(*message));
    const Node& root = shape->root();
    if (root.child_count == 1) base = root.first_child;
    PlanInput input;
    for (const ConfigValue* rows : {binding->both, binding->out}) {
      if (rows == nullptr) continue;
      read_rules(*binding->file, *rows, false, *shape, input.rules, findings);
      for (const auto& row : rows->members) {
        if (row.value.text == "items[]") item = shape->find_path(base, row.key);
      }
    }
    if (item != no_node) shape->nodes[item].item = true;
    input.source = &family->shape;
    input.target = shape.get();
    input.target_item = item;
    input.target_base = base;
    input.checks_values = false;
    input.aggregates = true;
    plan = Plan::compile(std::move(input), findings);
    REQUIRE(findings.error_count() == 0);
    writer.emplace(*message, *shape);
    items = MessageProgram::compile(plan, Plan::Section::item, *message, *shape, Plan());
    header = MessageProgram::compile(plan, Plan::Section::header, *message, *shape, Plan());
  }

  Arena arena;
  RunFacts facts;
  Aggregates aggregates;

  EvalContext context(const Instance& source) {
    EvalContext context;
    context.source = &source;
    context.arena = &arena;
    context.run = &facts;
    context.aggregates = &aggregates;
    context.message_definition = "pacs.008.001.08";
    return context;
  }

  std::optional<std::string> item_slowly(const Instance& source) {
    Instance cells(*shape);
    for (std::uint32_t above = shape->nodes[item].parent; above != 0; above = shape->nodes[above].parent) {
      cells.begin(above);
    }
    const std::uint32_t cell = cells.begin(item);
    EvalContext run = context(source);
    if (plan.run(Plan::Section::item, run, cells)) return std::nullopt;
    cells.end();
    std::string out;
    Findings wrong;
    return writer->encode_item(cells, cell, out, wrong) ? std::optional(out) : std::nullopt;
  }

  std::optional<std::string> message_slowly(const Instance& source, std::string_view content, std::size_t count) {
    Instance cells(*shape);
    EvalContext run = context(source);
    if (plan.run(Plan::Section::header, run, cells)) return std::nullopt;
    std::string out;
    Findings wrong;
    const bool good = item == no_node ? writer->encode(cells, out, wrong)
                                      : writer->encode_frame(cells, item, content, count, out, wrong);
    return good ? std::optional(out) : std::nullopt;
  }
};

bool keep(const std::optional<std::string_view>& text, std::string& written) {
  if (text) written = *text;
  return text.has_value();
}

struct Tally {
  int good = 0;
  int both = 0;
  int bad = 0;
};

void compare(const std::optional<std::string>& slow, bool fast, const std::string& written, Tally& tally) {
  ++(slow ? tally.good : tally.bad);
  if (!fast) {
    CHECK(written.empty());
    return;
  }
  REQUIRE(slow);
  CHECK(written == *slow);
  ++tally.both;
}

Tally compare_items(Bench& bench, unsigned presence, unsigned odd, unsigned instances) {
  Tally tally;
  for (unsigned seed = 0; seed < instances; ++seed) {
    Instance source(bench.family->shape);
    const std::uint32_t item = bench.family->shape.item_node();
    source.begin(item);
    Filler(bench.family->shape, presence, odd, seed).fill(source, item);
    source.end();
    CAPTURE(seed);
    std::string written;
    EvalContext run = bench.context(source);
    const bool fast = keep(bench.items->run(run, {}, 0), written);
    compare(bench.item_slowly(source), fast, written, tally);
  }
  return tally;
}

}  // namespace

TEST_CASE("items of a credit transfer: the short way writes what the long way writes") {
  Bench bench("canonical/credit_transfer/1", "pacs.008.001.08", "canonical/credit_transfer/1");
  REQUIRE(bench.items);
  for (const unsigned presence : {20u, 50u, 70u}) {
    const Tally good = compare_items(bench, presence, 0, 400);
    CAPTURE(presence);
    CHECK(good.good > 0);
    CHECK(good.both == good.good);
    const Tally odd = compare_items(bench, presence, 2, 400);
    CHECK(odd.bad > 0);
    CHECK(odd.both >= odd.good * 9 / 10);
  }
}

TEST_CASE("items of a status report: the short way writes what the long way writes") {
  Bench bench("canonical/status/1", "pacs.002.001.10", "canonical/status/1");
  REQUIRE(bench.items);
  const Tally good = compare_items(bench, 70, 0, 400);
  CHECK(good.both > good.good / 3);  // it knows no loop within a loop
  const Tally odd = compare_items(bench, 70, 5, 400);
  CHECK(odd.bad > 0);
}

TEST_CASE("a message around its items, and again with what varies") {
  struct Case {
    const char* message;
    const char* family;
    std::size_t count;
  };
  for (const Case& each :
       {Case{"pacs.008.001.08", "canonical/credit_transfer/1", 1}, Case{"head.001.001.02", "*", 0}}) {
    Bench bench("canonical/credit_transfer/1", each.message, each.family);
    REQUIRE(bench.header);
    CAPTURE(each.message);
    const std::string items = each.count == 0 ? "" : "<CdtTrfTxInf></CdtTrfTxInf>";
    const Shape& family = bench.family->shape;
    int again = 0;
    for (unsigned seed = 0; seed < 300; ++seed) {
      bench.aggregates.item_count = each.count;
      bench.aggregates.sums.assign(bench.plan.sums().size(), DecimalSum());
      for (DecimalSum& sum : bench.aggregates.sums) sum.add({1250 + seed, 2});
      Instance source(family);
      Filler filler(family, 60, seed % 3 == 0 ? 5 : 0, seed);
      filler.fill(source, 0);
      CAPTURE(seed);
      Tally tally;
      std::string written;
      EvalContext run = bench.context(source);
      run.header_version = 1 + seed;
      const bool fast = keep(bench.header->run(run, items, each.count), written);
      compare(bench.message_slowly(source, items, each.count), fast, written, tally);
      if (!fast) continue;
      // The same group once more, with another identifier, which counts as varying here since no plan says otherwise.
      for (std::uint32_t cell = 0; cell < source.cells().size(); ++cell) {
        if (family.nodes[source.cell(cell).node].name == "message_id") {
          source.set_value(cell, seed % 5 == 0 ? "x<&>\"é" : "ANOTHER-1", 0, 0, {});
        }
      }
      written.clear();
      EvalContext next = bench.context(source);
      next.header_version = 1 + seed;
      const bool fast_again = keep(bench.header->run(next, items, each.count), written);
      compare(bench.message_slowly(source, items, each.count), fast_again, written, tally);
      again += fast_again ? 1 : 0;
    }
    CHECK(again > 30);
  }
}

}  // namespace tilmash::translator
