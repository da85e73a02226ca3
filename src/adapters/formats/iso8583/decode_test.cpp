// Messages read: each part of an element by itself, and where it says that something is wrong.
#include "adapters/formats/iso8583/testing.h"

namespace tilmash::formats::iso8583::testing {
namespace {

/// A message of the one field 2, read by a specification of it.
std::string field(std::string_view row, std::string_view hex) {
  return decode_one(fmt::format("bitmap = {{ encoding = \"binary\" }}\n[fields]\n2 = {{ name = \"x\", {} }}\n", row),
                    "0200" + from_hex("4000000000000000") + from_hex(hex));
}

}  // namespace

TEST_CASE("text: code page, padding, characters of the type") {
  CHECK(field("type = \"an4\"", "41423220") == "mti=0200 x=AB2");
  CHECK(field("type = \"an4\", align = \"right\", pad = \"0\"", "30304132") == "mti=0200 x=A2");
  CHECK(field("type = \"an4\", pad = \"\"", "41423239") == "mti=0200 x=AB29");
  CHECK(field("type = \"an4\"", "41 2D 32 20") == "CRD-0203 at 13+3 message.x");
  CHECK(field("type = \"anp4\"", "41 20 32 33") == "mti=0200 x=A 23");
  CHECK(field("type = \"ans4\"", "41 0A 32 33") == "CRD-0203 at 13+3 message.x");
  CHECK(field("type = \"n4\", code_page = \"cp500\"", "F1F2F3F4") == "mti=0200 x=1234");
  CHECK(field("type = \"n4\", code_page = \"cp500\"", "F1F2C3F4") == "CRD-0203 at 14+2 message.x");
  CHECK(field("type = \"ans3\", code_page = \"utf-8\"", "D09A D0B0 41") ==
        "mti=0200 x=Ка"
        "A");
  CHECK(field("type = \"ans3\", code_page = \"utf-8\"", "D09A D0 41 41") == "CRD-0204 at 14+3 message.x");
  CHECK(field("type = \"ans3\"", "41 80 41") == "CRD-0204 at 13+2 message.x");
  CHECK(field("type = \"ans3\", const = \"ISO\"", "49534F") == "mti=0200 x=ISO");
  CHECK(field("type = \"ans3\", const = \"ISO\"", "495350") == "CRD-0217 at 12+3 message.x");
}

TEST_CASE("packed digits: spare half-bytes stand left or right and are what they should be") {
  const std::string bcd = "encoding = \"bcd\", type = ";
  CHECK(field(bcd + "\"n4\"", "1234") == "mti=0200 x=1234");
  CHECK(field(bcd + "\"n3\"", "0123") == "mti=0200 x=123");
  CHECK(field(bcd + "\"n3\"", "1123") == "CRD-0206 at 12+2 message.x");
  CHECK(field(bcd + "\"n3\", align = \"left\"", "1230") == "mti=0200 x=123");
  CHECK(field(bcd + "\"n3\", align = \"left\", pad = \"F\"", "123F") == "mti=0200 x=123");
  CHECK(field(bcd + "\"n3\", align = \"left\", pad = \"F\"", "1230") == "CRD-0206 at 13+1 message.x");
  CHECK(field(bcd + "\"n4\"", "12A4") == "CRD-0205 at 13+1 message.x");
  CHECK(field(bcd + "\"z4\"", "1D2F") == "mti=0200 x=1=2?");
  CHECK(field(bcd + "\"x+n3\", value = \"digits\"", "44 0123") == "mti=0200 x=D123");
  CHECK(field(bcd + "\"x+n3\"", "44 0023") == "mti=0200 x=-23");
}

TEST_CASE("numbers: leading zeros carry nothing, C and D are signs") {
  CHECK(field("type = \"n6\", value = \"integer\"", "303030313230") == "mti=0200 x=120");
  CHECK(field("type = \"n2\", value = \"integer\"", "3030") == "mti=0200 x=0");
  CHECK(field("type = \"x+n3\"", "43303132") == "mti=0200 x=12");
  CHECK(field("type = \"x+n3\"", "44303132") == "mti=0200 x=-12");
  CHECK(field("type = \"x+n3\"", "44303030") == "mti=0200 x=-0");
  CHECK(field("type = \"x+n3\"", "45303132") == "CRD-0207 at 12+4 message.x");
  CHECK(field("type = \"x+n3\"", "44304132") == "CRD-0203 at 14+2 message.x");
}

TEST_CASE("dates and times are checked and kept as they are") {
  CHECK(field("type = \"n10\", pattern = \"MMDDhhmmss\"", "30323239323335393539") == "mti=0200 x=0229235959");
  CHECK(field("type = \"n4\", pattern = \"MMDD\"", "30323330") == "CRD-0208 at 12+4 message.x");
  CHECK(field("type = \"n4\", pattern = \"YYMM\"", "39393133") == "CRD-0208 at 12+4 message.x");
  CHECK(field("type = \"n6\", pattern = \"hhmmss\"", "323430303030") == "CRD-0208 at 12+6 message.x");
}

TEST_CASE("bytes and hexadecimal text") {
  CHECK(field("type = \"b3\"", "00FF1a") == "mti=0200 x=00FF1A");
  CHECK(field("type = \"b2\", encoding = \"hex\"", "30306661") == "mti=0200 x=00fa");
  CHECK(field("type = \"b2\", encoding = \"hex\"", "30306761") == "CRD-0218 at 14+2 message.x");
}

TEST_CASE("length prefixes: every encoding, every count") {
  const auto with = [](std::string_view type, std::string_view prefix, std::string_view more = "") {
    return fmt::format("type = \"{}\", prefix = {{ {} }}{}", type, prefix, more);
  };
  CHECK(field("type = \"ans..5\"", "3033 414243") == "mti=0200 x=ABC");
  CHECK(field("type = \"ans..5\"", "3030") == "mti=0200 x=");
  CHECK(field("type = \"ans..5\"", "3036 414243414243") == "CRD-0202 at 12+2 message.x");
  CHECK(field("type = \"ans..5\"", "3041 414243") == "CRD-0201 at 12+2 message.x");
  CHECK(field("type = \"ans..5\"", "3035 4142") == "CRD-0200 at 12+4 message.x");
  CHECK(field("type = \"ans..5\"", "30") == "CRD-0200 at 12+1 message.x");
  CHECK(field(with("ans...5", "encoding = \"bcd\""), "0003 414243") == "mti=0200 x=ABC");
  CHECK(field(with("ans...5", "encoding = \"bcd\""), "1003 414243") == "CRD-0201 at 12+2 message.x");
  CHECK(field(with("ans...5", "encoding = \"bcd\", align = \"left\""), "0030 414243") == "mti=0200 x=ABC");
  CHECK(field(with("ans...5", "encoding = \"binary\""), "0003 414243") == "mti=0200 x=ABC");
  CHECK(field(with("ans...5", "encoding = \"binary\", order = \"little\""), "0300 414243") == "mti=0200 x=ABC");
  CHECK(field(with("ans..15", "encoding = \"hex\", size = 1"), "42 4142434142434142434142") ==
        "mti=0200 x=ABCABCABCAB");
  CHECK(field(with("ans..15", "encoding = \"hex\", size = 1"), "62 4142434142434142434142") ==
        "CRD-0201 at 12+1 message.x");
  CHECK(field("type = \"n..5\", encoding = \"bcd\"", "3033 0123") == "mti=0200 x=123");
  CHECK(field(with("n..5", "counts = \"bytes\"", ", encoding = \"bcd\", pad = \"F\", align = \"left\""), "3032 123F") ==
        "mti=0200 x=123");
  CHECK(field(with("n..5", "counts = \"bytes\"", ", encoding = \"bcd\""), "3033 012345") ==
        "CRD-0202 at 14+3 message.x");
  CHECK(field(with("b..5", "counts = \"hex_digits\"", ", encoding = \"hex\""), "3034 30304646") == "mti=0200 x=00FF");
  CHECK(field("type = \"b..5\", encoding = \"hex\"", "3032 30304646") == "mti=0200 x=00FF");
  CHECK(field("type = \"ans..5\", code_page = \"utf-8\"", "3032 D09A41") == "mti=0200 x=КA");
  CHECK(field(with("ans..5", "counts = \"bytes\"", ", code_page = \"utf-8\""), "3033 D09A41") == "mti=0200 x=КA");
  CHECK(field("type = \"ans..5\", code_page = \"cp500\"", "F0F2 C1C2") == "mti=0200 x=AB");
}

TEST_CASE("the MTI, with its version or without") {
  CHECK(decode_one("", "08000000000000000000") == "mti=0800");
  CHECK(decode_one("mti = { type = \"n3\" }\nversion = \"1\"\n", "8000000000000000000") == "mti=1800");
  CHECK(decode_one("mti = { encoding = \"bcd\" }\n", from_hex("0800") + "0000000000000000") == "mti=0800");
  CHECK(decode_one("", "0900") == "CRD-0212 at 0+4 message.mti");
  CHECK(decode_one("", "080") == "CRD-0200 at 0+3 message.mti");
  CHECK(decode_one("", "08X0") == "CRD-0203 at 2+2 message.mti");
}

TEST_CASE("bitmaps: text or bytes, as many as are announced, one too many is kept") {
  const std::string_view rows = "[fields]\n2 = { name = \"a\", type = \"n1\" }\n66 = { name = \"b\", type = \"n1\" }\n";
  const auto one = [&](std::string_view head, std::string_view input) {
    return decode_one(std::string(head) + std::string(rows), input);
  };
  CHECK(one("",
            "0200C00000000000000040000000000000001"
            "2") == "mti=0200 a=1 b=2");
  CHECK(one("", "0200C00000000000000000000000000000001") == "mti=0200 a=1 bitmap_count=2");
  CHECK(one("bitmap = { always = 2 }\n", "0200C00000000000000000000000000000001") == "mti=0200 a=1");
  CHECK(one("bitmap = { always = 2 }\n", "020040000000000000001") == "mti=0200 a=1 bitmap_count=1");
  CHECK(one("bitmap = { always = 2, announced = false }\n",
            "0200400000000000000040000000000000001"
            "2") == "mti=0200 a=1 b=2");
  CHECK(one("bitmap = { letters = \"lower\" }\n",
            "0200c00000000000000040000000000000001"
            "2") == "mti=0200 a=1 b=2");
  CHECK(one("", "0200c000") == "CRD-0200 at 4+4 message");
  CHECK(one("", "0200c0000000000000001") == "CRD-0209 at 4+1 message");
  CHECK(one("bitmap = { code_page = \"cp500\" }\n", "0200" + from_hex("F4F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0") + "1") ==
        "mti=0200 a=1");
  CHECK(one("", "020042000000000000001") == "CRD-0210 at 21+0 message");
  CHECK(one("", "0200400000000000000012") == "CRD-0211 at 21+1 message");
}

TEST_CASE("a third bitmap follows the second, or stands as field 65") {
  const std::string_view rows =
      "[fields]\n2 = { name = \"a\", type = \"n1\" }\n66 = { name = \"b\", type = \"n1\" }\n"
      "130 = { name = \"c\", type = \"n1\" }\n";
  CHECK(decode_one("bitmap = { count = 3 }\n" + std::string(rows),
                   "0200C000000000000000C00000000000000040000000000000001"
                   "23") == "mti=0200 a=1 b=2 c=3");
  CHECK(decode_one("bitmap = { count = 3, tertiary = \"field_65\" }\n" + std::string(rows),
                   "0200C000000000000000C0000000000000001400000000000000023") == "mti=0200 a=1 b=2 c=3");
  CHECK(decode_one("bitmap = { count = 3, tertiary = \"field_65\" }\n" + std::string(rows),
                   "0200C000000000000000C000000000000000100000000000000002") == "mti=0200 a=1 b=2 bitmap_count=3");
}

TEST_CASE("a message type may lack and have what its rule says") {
  const std::string spec =
      "[fields]\n2 = { name = \"a\", type = \"n1\" }\n3 = { name = \"b\", type = \"n1\" }\n"
      "4 = { name = \"c\", type = \"n1\" }\n"
      "[[message]]\nmti = [\"x2x0\"]\nrequired = [2]\noptional = [3]\n";
  CHECK(decode_one(spec, "0200600000000000000012") == "mti=0200 a=1 b=2");
  CHECK(decode_one(spec, "020020000000000000002") == "CRD-0213 at 0+0 message.a");
  CHECK(decode_one(spec, "1220500000000000000013") == "CRD-0214 at 21+1 message.c");
  CHECK(decode_one(spec, "0210500000000000000013") == "CRD-0214 at 21+1 message.c");
  CHECK(decode_one(spec, "0201500000000000000013") == "mti=0201 a=1 c=3");
}

TEST_CASE("parts one after the other") {
  const std::string spec =
      "[fields.2]\nname = \"x\"\ntype = \"ans..20\"\ncontent = \"positional\"\n[fields.2.elements]\n"
      "1 = { name = \"a\", type = \"n2\" }\n2 = { name = \"b\", type = \"ans..9\" }\n"
      "3 = { name = \"c\", type = \"n2\", optional = true }\n";
  const std::string head = "02004000000000000000";
  CHECK(decode_one(spec, head + "081202XY34") == "mti=0200 x{a=12 b=XY c=34}");
  CHECK(decode_one(spec, head + "061202XY") == "mti=0200 x{a=12 b=XY}");
  CHECK(decode_one(spec, head + "00") == "mti=0200 x{}");
  CHECK(decode_one(spec, head + "071202XY3") == "CRD-0200 at 28+1 message.x.c");
  CHECK(decode_one(spec, head + "091202XY345") == "CRD-0216 at 30+1 message.x");
  CHECK(decode_one(spec, head + "081A02XY34") == "CRD-0203 at 23+1 message.x.a");
}

TEST_CASE("parts repeated to the end of their element") {
  const std::string spec =
      "[fields.54]\nname = \"x\"\ntype = \"ans..20\"\ncontent = \"positional\"\nrepeat = 3\n"
      "[fields.54.elements]\n1 = { name = \"a\", type = \"n2\" }\n2 = { name = \"b\", type = \"x+n2\" }\n";
  const std::string head = "02000000000000000400";
  CHECK(decode_one(spec, head + "1001C1202D34") == "mti=0200 x{a=01 b=12} x{a=02 b=-34}");
  CHECK(decode_one(spec, head + "2001C1202D3403C5604C78") == "CRD-0216 at 37+5 message.x");
}

TEST_CASE("tags of a fixed form: unknown ones are kept, their order too") {
  const std::string spec =
      "[fields.48]\nname = \"x\"\ntype = \"ans...99\"\ncontent = \"tlv\"\ntag = { size = 2 }\n"
      "tag_length = { size = 3 }\n[fields.48.elements]\n01 = { name = \"a\", type = \"n..4\" }\n"
      "02 = { name = \"b\", type = \"ans2\" }\n";
  const std::string head = "02000000000000010000";
  CHECK(decode_one(spec, head + "0140100212"
                                "02002XY") == "mti=0200 x{a=12 b=XY}");
  CHECK(decode_one(spec, head + "01402002XY01002"
                                "12") == "mti=0200 x{b=XY a=12 order=02 01}");
  CHECK(decode_one(spec, head + "0200100212"
                                "990014"
                                "02002XY") == "mti=0200 x{a=12 unknown{tag=99 value=34} b=XY order=01 99 02}");
  CHECK(decode_one(spec, head + "0140100212"
                                "0100234") == "mti=0200 x{a=12 unknown{tag=01 value=3334}}");
  CHECK(decode_one(spec, head + "0060100612") == "CRD-0215 at 23+6 message.x");
  CHECK(decode_one(spec, head + "0070100612") == "CRD-0215 at 23+7 message.x");
  CHECK(decode_one(spec, head + "00401"
                                "00") == "CRD-0215 at 23+4 message.x");
  CHECK(decode_one(spec, head + "00802003XYZ") == "CRD-0202 at 28+3 message.x.b");
}

TEST_CASE("BER-TLV: long tags and lengths, constructed tags, filling") {
  const std::string spec =
      "[fields.55]\nname = \"x\"\ntype = \"b...999\"\ncontent = \"ber\"\n[fields.55.elements]\n"
      "9F02 = { name = \"amount\", type = \"n12\", encoding = \"bcd\", value = \"integer\" }\n"
      "5A = { name = \"card\", type = \"n..19\", encoding = \"bcd\", pad = \"F\", align = \"left\" }\n"
      "71 = { name = \"script\", type = \"b..50\", content = \"ber\", elements = { 86 = { name = "
      "\"command\", type = \"b..40\" } } }\n";
  const auto read = [&](std::string_view hex) {
    const std::string content = from_hex(hex);
    return decode_one(spec, "02000000000000000200" + fmt::format("{:03}", content.size()) + content);
  };
  CHECK(read("9F0206000000000501 5A0312345F") == "mti=0200 x{amount=501 card=12345}");
  CHECK(read("7105 8603010203") == "mti=0200 x{script{command=010203}}");
  CHECK(read("DF810C0102 9F0206000000000501") ==
        "mti=0200 x{unknown{tag=DF810C value=02} amount=501 order=DF810C 9F02}");
  CHECK(read("9F028106000000000501") == "mti=0200 x{amount=501 order=9F02/1}");
  CHECK(read("00 9F0206000000000501 00") == "mti=0200 x{amount=501 order=00 9F02 00}");
  CHECK(read("9F0206000000000501 9F020100") == "mti=0200 x{amount=501 unknown{tag=9F02 value=00}}");
  CHECK(read("9F0205000000000501") == "CRD-0202 at 26+5 message.x.amount");
  CHECK(read("9F") == "CRD-0215 at 23+1 message.x");
  CHECK(read("9F8182838401") == "CRD-0215 at 23+6 message.x");
  CHECK(read("8280") == "CRD-0215 at 23+2 message.x");
  CHECK(read("8285") == "CRD-0215 at 23+2 message.x");
  CHECK(read("820300") == "CRD-0215 at 23+3 message.x");
  CHECK(read("7105 8604010203") == "CRD-0215 at 25+5 message.x.script");
}

TEST_CASE("content in hexadecimal text: places are those of the input") {
  const std::string spec =
      "[fields.55]\nname = \"x\"\ntype = \"b...99\"\nencoding = \"hex\"\ncontent = \"ber\"\n"
      "prefix = { counts = \"hex_digits\" }\n[fields.55.elements]\n"
      "82 = { name = \"a\", type = \"n4\", encoding = \"bcd\" }\n";
  const std::string head = "02000000000000000200";
  CHECK(decode_one(spec, head + "00882021234") == "mti=0200 x{a=1234}");
  CHECK(decode_one(spec, head + "008820212A4") == "CRD-0205 at 29+2 message.x.a");
  CHECK(decode_one(spec, head + "0088202120a") == "CRD-0218 at 30+1 message.x");
  CHECK(decode_one(spec, head + "0078202123") == "CRD-0218 at 30+0 message.x");
}

TEST_CASE("parts named by a bitmap of their own") {
  const std::string spec =
      "[fields.48]\nname = \"x\"\ntype = \"b...99\"\ncontent = \"bitmapped\"\nbitmap = { size = 2, "
      "encoding = \"binary\" }\n[fields.48.elements]\n1 = { name = \"a\", type = \"n2\" }\n"
      "16 = { name = \"b\", type = \"b1\" }\n";
  const std::string head = "02000000000000010000";
  CHECK(decode_one(spec, head + "005" + from_hex("8001") + "12" + from_hex("0A")) == "mti=0200 x{a=12 b=0A}");
  CHECK(decode_one(spec, head + "004" + from_hex("C000") + "12") == "CRD-0210 at 27+0 message.x");
  CHECK(decode_one(spec, head + "001" + from_hex("C0")) == "CRD-0200 at 23+1 message.x");
}

TEST_CASE("a field without an entry is kept with all that follows, where the layout says so") {
  const std::string spec =
      "unknown_fields = \"keep\"\nbitmap = { count = 3 }\n[fields]\n2 = { name = \"a\", type = \"n1\" }\n"
      "7 = { name = \"b\", type = \"n1\" }\n130 = { name = \"c\", type = \"n1\" }\n";
  CHECK(decode_one(spec,
                   "020042000000000000001"
                   "2") == "mti=0200 a=1 b=2");
  CHECK(decode_one(spec,
                   "02004A00000000000000"
                   "1XY2") == "mti=0200 a=1 unknown{fields=5 7 value=585932}");
  CHECK(decode_one(spec,
                   "02004800000000000000"
                   "1") == "mti=0200 a=1 unknown{fields=5 value=}");
  CHECK(decode_one(spec,
                   "0200C0000000000000004000000000000000"
                   "1Z") == "mti=0200 a=1 unknown{fields=66 value=5A}");
  CHECK(decode_one(spec,
                   "0200C800000000000000C0000000000000004000000000000000"
                   "1Z") == "mti=0200 a=1 unknown{fields=5 66 130 value=5A}");
  // a third bitmap among bytes that nobody can tell apart would hide which fields there are
  const std::string inner =
      "bitmap = { count = 3, tertiary = \"field_65\" }\nunknown_fields = \"keep\"\n[fields]\n2 = { name = \"a\", type "
      "= \"n1\" }\n";
  CHECK(decode_one(inner,
                   "0200C80000000000000080000000000000001"
                   "Z4000000000000000") == "CRD-0210 at 37+17 message");
  // rules look at the fields by their numbers, as far as they have an entry
  const std::string rule = spec + "[[message]]\nmti = \"0200\"\nrequired = [2]\noptional = [130]\n";
  CHECK(decode_one(rule, "020048000000000000001Z") == "mti=0200 a=1 unknown{fields=5 value=5A}");
  CHECK(decode_one(rule, "02004A000000000000001Z") == "CRD-0214 at 21+1 message.b");
}

}  // namespace tilmash::formats::iso8583::testing
