// What an input costs grows with its size and no faster: each kind of hostile input is read once and four times as
// long. Four times the work is fair, sixteen times is a quadratic trap; the limit lies between.
#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <memory>

#include "iso20022/catalogue.h"
#include "iso20022/message_json.h"
#include "iso20022/reader.h"
#include "iso20022/xsd.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

constexpr std::string_view uri = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10";

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

std::string times(std::string_view piece, std::size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

/// `make` of 0, 1, 2 …, one after another.
template <typename Make>
std::string each(std::size_t count, Make make) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += make(i);
  return out;
}

// ----------------------------------------------------------------------------------------------------------- kinds

void read_xml(const std::string& input) {
  Findings findings(100);
  MessageReader reader(catalogue(), input, "input", Caps::batch(), findings);
  do {
    while (reader.next_message() != nullptr) reader.validate();
  } while (!reader.good() && reader.resume());
}

void read_json(const std::string& input) {
  static const Shape shape = make_shape(*catalogue().find("pacs.002.001.10"));
  static Instance instance(shape);
  Findings findings;
  JsonMessageReader reader(catalogue(), input, "input", Caps::batch(), findings);
  while (reader.next_message() != nullptr || !reader.at_end()) reader.read(instance);
}

void import(const std::string& input) {
  Findings findings;
  import_xsd(input, "input.xsd", "input", findings);
}

std::string document(std::string_view content) {
  return fmt::format("<Document xmlns=\"{}\"><FIToFIPmtStsRpt>{}", uri, content);
}
std::string message_id(std::string_view content) {
  return document("<GrpHdr><MsgId>" + std::string(content));
}
std::string wildcard(std::string_view content) {
  return document("<GrpHdr><MsgId>A</MsgId><CreDtTm>2026-11-21T09:30:00Z</CreDtTm></GrpHdr><SplmtryData><Envlp>" +
                  std::string(content));
}
std::string json(std::string_view items) {
  return fmt::format("{{\"Document\":{{\"@xmlns\":\"{}\",\"FIToFIPmtStsRpt\":{{\"TxInfAndSts\":[{}]}}}}}}", uri, items);
}
/// An array of `count` times `item`.
std::string list(std::string_view item, std::size_t count) {
  return times(std::string(item) + ",", count - 1) + std::string(item);
}
std::string schema(std::string_view content, std::string_view attributes = {}) {
  return fmt::format(
      "<xs:schema xmlns=\"urn:v\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" elementFormDefault=\"qualified\" "
      "targetNamespace=\"urn:v\"{}><xs:element name=\"Document\" type=\"Document\"/>{}</xs:schema>",
      attributes, content);
}
std::string simple(std::string_view name, std::string_view facets, std::string_view base = "xs:string") {
  return fmt::format("<xs:simpleType name=\"{}\"><xs:restriction base=\"{}\">{}</xs:restriction></xs:simpleType>", name,
                     base, facets);
}
std::string complex(std::string_view name, std::string_view elements) {
  return fmt::format("<xs:complexType name=\"{}\"><xs:sequence>{}</xs:sequence></xs:complexType>", name, elements);
}
std::string element(std::string_view name, std::string_view type = "T") {
  return fmt::format("<xs:element name=\"{}\" type=\"{}\"/>", name, type);
}

struct Growth {
  const char* name;
  void (*read)(const std::string& input);
  std::size_t count;
  std::string (*make)(std::size_t count);
};

const Growth growths[] = {
    {"elements inside a long value", read_xml, 1000,
     [](std::size_t n) { return message_id(times("x", 200 * n) + times("<a/>", n)); }},
    {"unknown elements", read_xml, 5000, [](std::size_t n) { return document(times("<x/>", n)); }},
    {"unknown attributes", read_xml, 2000, [](std::size_t n) { return document(times("<x a=\"\" b=\"\"/>", n)); }},
    {"text between elements", read_xml, 5000, [](std::size_t n) { return document(times("a<x/>", n)); }},
    {"items without anything", read_xml, 2000, [](std::size_t n) { return document(times("<TxInfAndSts/>", n)); }},
    {"wrong items on lines", read_xml, 1000,
     [](std::size_t n) { return document(times("<TxInfAndSts>\n<StsId/>\n</TxInfAndSts>\n", n)); }},
    {"elements in a wildcard", read_xml, 20000, [](std::size_t n) { return wildcard("<e>" + times("<a/>", n)); }},
    {"prefixes in a wildcard", read_xml, 2000,
     [](std::size_t n) {
       return wildcard("<e xmlns:a=\"u\">" + each(n, [](std::size_t i) {
                         return fmt::format("<a:e{0} xmlns:p{0}=\"u{0}\" p{0}:b=\"\"/>", i);
                       }));
     }},
    {"xsi:type in a wildcard", read_xml, 2000,
     [](std::size_t n) {
       return wildcard(fmt::format("<e xmlns:m=\"{}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">", uri) +
                       times("<a xsi:type=\"m:None\"/>", n));
     }},
    {"unclosed messages", read_xml, 1000, [](std::size_t n) { return times(document("\n"), n); }},
    {"unclosed comments", read_xml, 1000, [](std::size_t n) { return times(document("<!--\n"), n); }},
    {"unclosed attributes", read_xml, 1000, [](std::size_t n) { return times(document("<a b='\n"), n); }},
    {"wrong end tags", read_xml, 1000, [](std::size_t n) { return times(document("</x>\n"), n); }},
    {"lines of <", read_xml, 20000, [](std::size_t n) { return document(times("<\n", n)); }},
    {"blank lines", read_xml, 100000, [](std::size_t n) { return document(times("\n", n)); }},
    {"references", read_xml, 20000, [](std::size_t n) { return message_id(times("&amp;", n)); }},
    {"CDATA sections", read_xml, 10000, [](std::size_t n) { return message_id(times("<![CDATA[]]>", n)); }},
    {"instructions", read_xml, 20000, [](std::size_t n) { return document(times("<?a?>", n)); }},
    {"comments", read_xml, 20000, [](std::size_t n) { return document(times("<!---->", n)); }},
    {"one attribute after another", read_xml, 20000,
     [](std::size_t n) { return "<Document " + each(n, [](std::size_t i) { return fmt::format(" a{}=''", i); }); }},

    {"items of another kind", read_json, 2000, [](std::size_t n) { return json(list("1", n)); }},
    {"items with unknown keys", read_json, 2000, [](std::size_t n) { return json(list("{\"a\":1}", n)); }},
    {"items with wrong values", read_json, 1000, [](std::size_t n) { return json(list("{\"StsId\":\"\"}", n)); }},
    {"items that lack much", read_json, 1000, [](std::size_t n) { return json(list("{\"StsRsnInf\":[{}]}", n)); }},
    {"items with members in another order, on lines", read_json, 1000,
     [](std::size_t n) { return json(list("{\"OrgnlEndToEndId\":\"\",\n\"StsId\":\"\"}", n)); }},
    {"keys that stand twice", read_json, 2000,
     [](std::size_t n) {
       return "{\"a\":1" + each(n, [](std::size_t i) { return fmt::format(",\"k{0}\":1,\"k{0}\":1", i); }) + "}";
     }},
    {"wrong messages, a line each", read_json, 1000,
     [](std::size_t n) { return times(fmt::format("{{\"Document\":{{\"@xmlns\":\"{}\"}}}}\n", uri), n); }},
    {"wildcards", read_json, 1000,
     [](std::size_t n) {
       return json("{\"OrgnlTxRef\":{}}],\"SplmtryData\":[" + list("{\"Envlp\":{\"a\":{\"@b\":\"\"}}}", n));
     }},
    {"wildcards that are no element", read_json, 1000,
     [](std::size_t n) { return json("{}],\"SplmtryData\":[" + list("{\"Envlp\":\"<a>\"}", n)); }},
    {"numbers without end", read_json, 20000, [](std::size_t n) { return json(times("1", n)); }},
    {"escapes", read_json, 20000, [](std::size_t n) { return json("\"" + times("\\u0041", n) + "\""); }},
    {"nested arrays", read_json, 20000, [](std::size_t n) { return times("[", n); }},

    {"attributes of a schema", import, 2000,
     [](std::size_t n) { return schema({}, each(n, [](std::size_t i) { return fmt::format(" a{}=\"\"", i); })); }},
    {"namespaces of a schema", import, 2000,
     [](std::size_t n) {
       return schema({}, each(n, [](std::size_t i) { return fmt::format(" xmlns:a{}=\"u\"", i); }));
     }},
    {"types", import, 1000,
     [](std::size_t n) {
       return schema(complex("Document", element("A")) + simple("T", {}) +
                     each(n, [](std::size_t i) { return simple(fmt::format("T{}", i), {}); }));
     }},
    {"types without a name behind others", import, 1000,
     [](std::size_t n) {
       return schema(simple("T", {}) + each(n, [](std::size_t i) { return simple(fmt::format("T{}", i), {}); }) +
                     complex("Document", each(n, [](std::size_t i) {
                               return fmt::format(
                                   "<xs:element name=\"A{}\"><xs:simpleType><xs:restriction "
                                   "base=\"xs:string\"/></xs:simpleType></xs:element>",
                                   i);
                             })));
     }},
    {"types extended from a large one", import, 200,
     [](std::size_t n) {
       return schema(complex("Document", element("A", "B")) + simple("T", {}) +
                     complex("B", each(n, [](std::size_t i) { return element(fmt::format("E{}", i)); })) +
                     each(n, [](std::size_t i) {
                       return fmt::format(
                           "<xs:complexType name=\"C{}\"><xs:complexContent><xs:extension base=\"B\">"
                           "<xs:sequence>{}</xs:sequence></xs:extension></xs:complexContent>"
                           "</xs:complexType>",
                           i, element("Z"));
                     }));
     }},
    {"codes of codes", import, 1000,
     [](std::size_t n) {
       const std::string codes =
           each(n, [](std::size_t i) { return fmt::format("<xs:enumeration value=\"C{}\"/>", i); });
       return schema(complex("Document", element("A")) + simple("U", codes) + simple("T", codes, "U"));
     }},
    {"patterns of one type", import, 1000,
     [](std::size_t n) {
       return schema(complex("Document", element("A")) + simple("T", times("<xs:pattern value=\"a\"/>", n)));
     }},
    {"nested schema elements", import, 2000, [](std::size_t n) { return schema(times("<xs:complexType>", n)); }},
};

long cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/// The least of a few runs.
long cost_us(const Growth& growth, std::size_t count) {
  const std::string input = growth.make(count);
  long least = 0;
  for (int round = 0; round < 4; ++round) {
    const long begin = cpu_us();
    growth.read(input);
    const long own = cpu_us() - begin;
    least = round == 0 ? own : std::min(least, own);
  }
  return least;
}

}  // namespace

TEST_CASE("what an input costs grows with its size and no faster") {
  for (const Growth& growth : growths) {
    CAPTURE(growth.name);
    cost_us(growth, 10);  // what is made once
    const long once = cost_us(growth, growth.count);
    const long four_times = cost_us(growth, 4 * growth.count);
#ifndef TILMASH_SANITIZED
    constexpr long noise_us = 2'000;
    CHECK(four_times <= 8 * once + noise_us);
#endif
    fmt::print("{:<50} {:6} us, four times as long {:6} us\n", growth.name, once, four_times);
  }
}
