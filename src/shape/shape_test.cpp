#include <doctest/doctest.h>

#include "shape/instance.h"
#include "shape/shape.h"

using namespace tilmash;

namespace {

/// file { H, batch[] { B, entry[] { E } } }
Shape batch_shape() {
  Shape shape;
  shape.nodes.resize(1);
  shape.nodes[0].kind = NodeKind::group;
  std::uint32_t at = shape.add_children(0, 2);
  shape.nodes[at].name = "H";
  shape.nodes[at + 1].name = "batch";
  shape.nodes[at + 1].kind = NodeKind::group;
  shape.nodes[at + 1].max_occurs = unbounded;
  at = shape.add_children(at + 1, 2);
  shape.nodes[at].name = "B";
  shape.nodes[at + 1].name = "entry";
  shape.nodes[at + 1].kind = NodeKind::group;
  shape.nodes[at + 1].max_occurs = unbounded;
  at = shape.add_children(at + 1, 1);
  shape.nodes[at].name = "E";
  return shape;
}

}  // namespace

TEST_CASE("paths lead to nodes and back") {
  const Shape shape = batch_shape();
  const std::uint32_t e = shape.find_path(0, "batch.entry[].E");
  REQUIRE(e != no_node);
  CHECK(shape.path_of(e) == "batch.entry.E");
  CHECK(shape.path_of(e, true) == "batch[].entry[].E");
  std::string_view failed;
  CHECK(shape.find_path(0, "batch.entri.E", &failed) == no_node);
  CHECK(failed == "entri");
}

TEST_CASE("items come and go above the mark while their parents stay") {
  const Shape shape = batch_shape();
  const std::uint32_t h = shape.find_path(0, "H");
  const std::uint32_t batch = shape.find_path(0, "batch");
  const std::uint32_t entry = shape.find_path(0, "batch.entry");
  const std::uint32_t e = shape.find_path(0, "batch.entry.E");
  Instance instance(shape);
  instance.leaf(h, "header");
  const std::uint32_t batch_cell = instance.begin(batch);
  const std::uint32_t mark = instance.mark();
  for (const std::string_view value : {"one", "two"}) {
    instance.begin(entry);
    instance.leaf(e, value);
    instance.end();
    REQUIRE(instance.find(e) != no_cell);
    CHECK(instance.cell(instance.find(e)).text == value);
    CHECK(instance.cell(instance.find(h)).text == "header");
    instance.truncate(mark, batch_cell);
    CHECK(instance.find(e) == no_cell);
  }
}

TEST_CASE("occurrences of one node are chained, and found within their scope") {
  const Shape shape = batch_shape();
  const std::uint32_t batch = shape.find_path(0, "batch");
  const std::uint32_t entry = shape.find_path(0, "batch.entry");
  const std::uint32_t e = shape.find_path(0, "batch.entry.E");
  Instance instance(shape);
  instance.begin(batch);
  std::uint32_t second = 0;
  for (const std::string_view value : {"one", "two"}) {
    second = instance.begin(entry);
    instance.leaf(e, value);
    instance.end();
  }
  instance.end();
  const std::uint32_t first = instance.find(entry);
  CHECK(instance.cell(first).next == second);
  CHECK(instance.cell(second).next == no_cell);
  CHECK(instance.cell(instance.find_within(second, e)).text == "two");
  CHECK(instance.cell(instance.find_within(first, e)).text == "one");
}
