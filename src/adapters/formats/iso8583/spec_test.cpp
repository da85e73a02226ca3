// Specifications: what is refused and where, and what inheriting does.
#include "adapters/formats/iso8583/testing.h"

namespace tilmash::formats::iso8583::testing {

TEST_CASE("a specification is refused with the place of what is wrong") {
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"n.19\" }\n") == "CRD-0100 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"n0\" }\n") == "CRD-0100 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"q4\" }\n") == "CRD-0100 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\" }\n") == "CRD-0100 2:5");
  CHECK(compile_errors("[fields]\n2 = { type = \"n4\" }\n") == "CRD-0104 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"n4\", sort = 1 }\n") == "CFG-0005 2:32");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"ans4\", encoding = \"bcd\" }\n") == "CRD-0101 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"n4\", prefix = { size = 2 } }\n") == "CRD-0101 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"n..4\", value = \"integer\" }\n") == "CRD-0101 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"n4\", pattern = \"MMDDhh\" }\n") == "CRD-0101 2:5");
  CHECK(compile_errors("[fields]\n2 = { name = \"a\", type = \"n4\" }\n3 = { name = \"a\", type = \"n4\" }\n") ==
        "CRD-0104 3:5");
  CHECK(compile_errors("[fields]\n1 = { name = \"a\", type = \"n4\" }\n") == "CRD-0105 2:5");
  CHECK(compile_errors("[fields]\n129 = { name = \"a\", type = \"n4\" }\n") == "CRD-0105 2:7");
  CHECK(compile_errors("code_page = \"ebcdic\"\n") == "CRD-0102 -1:1");
  CHECK(compile_errors("spec = \"1888\"\n") == "CRD-0103 1:8");
  CHECK(compile_errors("bitmap = { count = 4 }\n") == "CRD-0101 1:10");
  CHECK(compile_errors("bitmap = { announced = false }\n") == "CRD-0101 1:10");
  CHECK(compile_errors("frame = { length = { encoding = \"bcd\" }, end = \"\\n\" }\n") == "CRD-0101 1:9");
  CHECK(compile_errors("frame = { header = [ { name = \"h\", type = \"ans..4\" } ] }\n") == "CRD-0101 1:22");
  CHECK(compile_errors("[[message]]\nmti = \"200\"\nrequired = [9]\n") == "CRD-0106 1:1, CRD-0106 1:1");
  CHECK(compile_errors("[fields.2]\nname = \"a\"\ntype = \"b9\"\ncontent = \"ber\"\n[fields.2.elements]\n"
                       "9f02 = { name = \"x\", type = \"n4\" }\n") == "CRD-0105 6:8");
}

TEST_CASE("what is built in compiles, and describes itself") {
  for (const std::string& path : data().list("schemas/iso8583/", ".toml")) {
    CAPTURE(path);
    Findings findings;
    const auto file = read_config(path, *data().find(path), findings);
    REQUIRE(file);
    const auto layout = load(*file, data(), findings);
    for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each));
    REQUIRE(layout != nullptr);
    CHECK(layout->describe().find("bitmap  ") != std::string::npos);
  }
}

TEST_CASE("a specification says what differs from those that it is based on, the later ones first") {
  const auto layout = compile(
      "spec = [\"1987-binary\", \"emv\"]\n[fields]\n48 = { name = \"private\", type = \"ans...50\" }\n"
      "60 = false\n");
  const Shape& shape = layout->shape();
  const std::uint32_t item = shape.item_node();
  CHECK(shape.find_child(item, "private") != no_node);
  CHECK(shape.find_child(item, "additional_data_private") == no_node);
  CHECK(shape.find_child(item, "reserved_private_60") == no_node);
  CHECK(shape.find_child(item, "pan") != no_node);
  CHECK(shape.nodes[shape.find_path(item, "icc_data.amount_authorised")].type == LeafType::integer);
  CHECK(shape.nodes[shape.find_child(item, "pan")].sensitivity == Sensitivity::account);
  CHECK(shape.nodes[shape.find_child(item, "pin_data")].type == LeafType::binary);
  const std::string text = layout->describe();
  CHECK(text.find("2         pan                                  n..19      bcd            2 bcd          account") !=
        std::string::npos);
}

TEST_CASE("every edition names all fields of two bitmaps") {
  for (const std::string_view edition : {"1987", "1993"}) {
    const auto layout = compile(fmt::format("spec = \"{}\"\n", edition));
    const Spec& spec = dynamic_cast<const Iso8583Layout&>(*layout).spec;
    for (std::uint32_t number = 2; number <= 128; ++number) {
      CAPTURE(number);
      CHECK((spec.by_number[number] != none) == (number != 65));
    }
  }
}

}  // namespace tilmash::formats::iso8583::testing
