// Messages written from values: what follows from them, and what is refused.
#include "adapters/formats/iso8583/testing.h"

namespace tilmash::formats::iso8583::testing {
namespace {

std::string field(std::string_view row, std::string_view value) {
  const std::string made = encode(*compile(fmt::format("[fields]\n2 = {{ name = \"x\", {} }}\n", row)),
                                  {{"mti", "0200", {}}, {"x", std::string(value), {}}});
  return made.starts_with("02004000000000000000") ? made.substr(20) : made;
}

}  // namespace

TEST_CASE("values are filled up, or refused") {
  CHECK(field("type = \"an4\"", "AB") == "AB  ");
  CHECK(field("type = \"an4\", align = \"right\", pad = \"0\"", "AB") == "00AB");
  CHECK(field("type = \"an4\", pad = \"\"", "AB") == "CRD-0400 message.x");
  CHECK(field("type = \"an4\"", "ABCDE") == "CRD-0400 message.x");
  CHECK(field("type = \"n4\"", "12") == "CRD-0400 message.x");
  CHECK(field("type = \"n4\", value = \"integer\"", "12") == "0012");
  CHECK(field("type = \"n4\", value = \"integer\"", "012") == "CRD-0203 message.x");
  CHECK(field("type = \"n4\", value = \"integer\"", "-12") == "CRD-0203 message.x");
  CHECK(field("type = \"n4\", value = \"integer\"", "12345") == "CRD-0400 message.x");
  CHECK(field("type = \"x+n4\"", "-12") == "D0012");
  CHECK(field("type = \"x+n4\"", "12") == "C0012");
  CHECK(field("type = \"n..9\"", "1A") == "CRD-0203 message.x");
  CHECK(field("type = \"ans..9\"", "₸") == "CRD-0401 message.x");
  CHECK(field("type = \"ans..9\", code_page = \"kz1048\"", "Қ") == "01\x8D");
  CHECK(field("type = \"n4\", pattern = \"MMDD\"", "1332") == "CRD-0208 message.x");
  CHECK(field("type = \"b2\"", "00f") == "CRD-0400 message.x");
  CHECK(field("type = \"b2\"", "00fg") == "CRD-0218 message.x");
  CHECK(field("type = \"n..9\", encoding = \"bcd\", prefix = { counts = \"bytes\" }", "123") == "CRD-0400 message.x");
  CHECK(field("type = \"z..9\", encoding = \"bcd\"", "1D2") == "CRD-0203 message.x");
  CHECK(field("type = \"ans3\", const = \"ISO\"", "OSI") == "CRD-0217 message.x");
}

TEST_CASE("bitmaps follow from the fields") {
  const auto layout = compile("[fields]\n2 = { name = \"a\", type = \"n1\" }\n66 = { name = \"b\", type = \"n1\" }\n");
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"a", "1", {}}}) == "020040000000000000001");
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"b", "2", {}}, {"a", "1", {}}}) ==
        "0200C00000000000000040000000000000001"
        "2");
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"b", "2", {}}, {"bitmap_count", "1", {}}}) == "CRD-0404 message");
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"a", "1", {}}, {"bitmap_count", "3", {}}}) == "CRD-0404 message");
  CHECK(encode(*layout, {{"a", "1", {}}}) == "CRD-0402 message.mti");
  CHECK(encode(*layout, {{"mti", "0000", {}}}) == "CRD-0212 message.mti");
  CHECK(encode(*layout, {{"mti", "02000", {}}}) == "CRD-0212 message.mti");
}

TEST_CASE("a value that is given twice is not dropped") {
  const auto layout = compile(
      "[fields]\n2 = { name = \"a\", type = \"n1\" }\n[fields.3]\nname = \"x\"\ntype = \"ans..9\"\n"
      "content = \"positional\"\nelements = { 1 = { name = \"b\", type = \"n1\" } }\n"
      "[fields.4]\nname = \"y\"\ntype = \"ans..9\"\ncontent = \"tlv\"\n"
      "elements = { 01 = { name = \"c\", type = \"n..2\" } }\n");
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"a", "1", {}}, {"a", "2", {}}}) == "CRD-0405 message.a");
  const std::vector<Given> twice = {{"b", "1", {}}, {"b", "2", {}}};
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"x", "", twice}}) == "CRD-0405 message.x.b");
  const std::vector<Given> tags = {{"c", "1", {}}, {"c", "2", {}}};
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"y", "", tags}}) == "CRD-0405 message.y.c");
  const Given group = {"x", "", {{"b", "1", {}}}};
  CHECK(encode(*layout, {{"mti", "0200", {}}, group, group}) == "CRD-0405 message.x");
}

TEST_CASE("rules of message types hold when written too") {
  const auto layout = compile(
      "[fields]\n2 = { name = \"a\", type = \"n1\" }\n3 = { name = \"b\", type = \"n1\" }\n"
      "[[message]]\nmti = \"0200\"\nrequired = [2]\noptional = [2]\n");
  CHECK(encode(*layout, {{"mti", "0200", {}}}) == "CRD-0213 message.a");
  CHECK(encode(*layout, {{"mti", "0200", {}}, {"a", "1", {}}, {"b", "2", {}}}) == "CRD-0214 message.b");
  CHECK(encode(*layout, {{"mti", "0210", {}}}) == "02100000000000000000");
}

TEST_CASE("headers and frames are written around the message") {
  const auto layout = compile(
      "frame = { length = { encoding = \"text\", size = 4 }, counts = \"all\", header = [ "
      "{ name = \"h\", type = \"ans3\", const = \"ISO\" }, { name = \"tpdu\", type = \"b2\" } ] }\n");
  CHECK(encode(*layout, {{"tpdu", "6001", {}}, {"mti", "0800", {}}}) ==
        "0029ISO`\x01"
        "08000000000000000000");
  CHECK(encode(*layout, {{"mti", "0800", {}}}) == "CRD-0402 message.tpdu");
  const auto small = compile("frame = { length = { encoding = \"binary\", size = 1 }, max = 19 }\n");
  CHECK(encode(*small, {{"mti", "0800", {}}}).starts_with("CRD-0406"));
  const auto lines = compile("frame = { end = \"\\n\" }\n[fields]\n2 = { name = \"a\", type = \"b1\" }\n");
  CHECK(encode(*lines, {{"mti", "0800", {}}}) == "08000000000000000000\n");
  CHECK(encode(*lines, {{"mti", "0800", {}}, {"a", "0A", {}}}).starts_with("CRD-0406"));
}

TEST_CASE("tags are written in the order of the specification, or as `order` says") {
  const auto layout = compile(
      "[fields.48]\nname = \"x\"\ntype = \"ans...99\"\ncontent = \"tlv\"\n[fields.48.elements]\n"
      "01 = { name = \"a\", type = \"n..4\" }\n02 = { name = \"b\", type = \"ans2\" }\n");
  const auto write = [&](std::vector<Given> parts) {
    const std::string made = encode(*layout, {{"mti", "0200", {}}, {"x", "", std::move(parts)}});
    return made.starts_with("02000000000000010000") ? made.substr(20) : made;
  };
  const Given unknown = {"unknown", "", {{"tag", "99", {}}, {"value", "41", {}}}};
  CHECK(write({unknown, {"b", "XY", {}}, {"a", "1", {}}}) ==
        "0160101102"
        "02XY9901A");
  CHECK(write({unknown, {"b", "XY", {}}, {"a", "1", {}}, {"order", "99 02 01", {}}}) == "0169901A0202XY01011");
  CHECK(write({{"b", "XY", {}}, {"a", "1", {}}, {"order", "02", {}}}) == "CRD-0403 message.x");
  CHECK(write({{"b", "XY", {}}, {"order", "02 01", {}}}) == "CRD-0403 message.x");
  CHECK(write({unknown, {"order", "98", {}}}) == "CRD-0403 message.x");
  CHECK(write({{"unknown", "", {{"tag", "999", {}}, {"value", "41", {}}}}}) == "CRD-0403 message.x");
  CHECK(write({{"unknown", "", {{"tag", "99", {}}, {"value", "4", {}}}}}) == "CRD-0403 message.x");
  CHECK(write({}) == "000");
}

TEST_CASE("parts must be there, optional ones may end early") {
  const auto layout = compile(
      "[fields.2]\nname = \"x\"\ntype = \"ans..9\"\ncontent = \"positional\"\nrepeat = 2\n"
      "[fields.2.elements]\n1 = { name = \"a\", type = \"n1\" }\n"
      "2 = { name = \"b\", type = \"n1\", optional = true }\n"
      "3 = { name = \"c\", type = \"n1\", optional = true }\n");
  const auto write = [&](std::vector<Given> parts) {
    std::vector<Given> all = {{"mti", "0200", {}}};
    all.insert(all.end(), parts.begin(), parts.end());
    const std::string made = encode(*layout, all);
    return made.starts_with("02004000000000000000") ? made.substr(20) : made;
  };
  CHECK(write({{"x", "", {{"a", "1", {}}, {"b", "2", {}}}}}) == "0212");
  CHECK(write({{"x", "", {{"a", "1", {}}, {"c", "2", {}}}}}) == "CRD-0402 message.x");
  CHECK(write({{"x", "", {{"b", "2", {}}}}}) == "CRD-0402 message.x.a");
  const Given whole = {"x", "", {{"a", "1", {}}, {"b", "2", {}}, {"c", "3", {}}}};
  CHECK(write({whole, whole}) == "06123123");
  CHECK(write({whole, whole, whole}) == "CRD-0405 message.x");
}

TEST_CASE("unknown fields are written only where they would be read so") {
  const auto layout = compile(
      "unknown_fields = \"keep\"\nbitmap = { count = 3, tertiary = \"field_65\" }\n[fields]\n"
      "2 = { name = \"a\", type = \"n1\" }\n7 = { name = \"b\", type = \"n1\" }\n");
  const auto write = [&](std::string_view fields, std::string_view value) {
    return encode(*layout, {{"mti", "0200", {}},
                            {"a", "1", {}},
                            {"unknown", "", {{"fields", std::string(fields), {}}, {"value", std::string(value), {}}}}});
  };
  CHECK(write("5 7", "5A") == "02004A000000000000001Z");
  for (const char* const bad : {"", "1", "2", "7", "5 5", "7 5", "5  7", "5 x", "65", "193", "4294967297"}) {
    CHECK(write(bad, "5A") == "CRD-0407 message");
  }
  CHECK(write("5", "5") == "CRD-0407 message");
  CHECK(write("5 130", "5A") == "CRD-0407 message");
}

}  // namespace tilmash::formats::iso8583::testing
