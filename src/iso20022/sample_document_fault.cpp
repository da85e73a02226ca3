// Breaks of XML, namespaces and caps: what goes wrong with a document before, around and instead of its content.
#include <fmt/format.h>

#include "iso20022/caps.h"
#include "iso20022/sample_fault.h"
#include "iso20022/sample_tree.h"

namespace tilmash::iso20022 {
namespace {

constexpr Caps caps = Caps::message();

/// A valid document on its way to a broken one.
struct Draft {
  std::string xml;
  std::string root;    ///< name of the root element
  std::string path;    ///< "" unless the finding lies inside the message
  std::size_t offset;  ///< of the finding

  void put_before(std::string_view text, std::size_t at) {
    xml.insert(0, text);
    offset = at;
  }
  /// Behind the root's name.
  void put_in_tag(std::string_view text, std::size_t at) {
    xml.insert(1 + root.size(), text);
    offset = 1 + root.size() + at;
  }
  /// Before the root's first child.
  void put_inside(std::string_view text, std::size_t at) {
    const std::size_t place = xml.find('>') + 1;
    xml.insert(place, text);
    offset = place + at;
    path = "/" + root;
  }
  void put_around(std::string_view before, std::string_view after, std::size_t at) {
    put_before(before, at);
    xml += after;
  }
  void rename_namespace(std::string_view uri) {
    const std::size_t from = xml.find("xmlns=\"") + 7;
    xml.replace(from, xml.find('"', from) - from, uri);
  }
};

std::string times(std::string_view piece, std::uint64_t count) {
  std::string out;
  for (std::uint64_t i = 0; i < count; ++i) out += piece;
  return out;
}

constexpr std::string_view other_header =
    "<AppHdr xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\"><Fr><FIId><FinInstnId/></FIId></Fr><To><FIId>"
    "<FinInstnId/></FIId></To><BizMsgIdr>A</BizMsgIdr><MsgDefIdr>none.999.001.01</MsgDefIdr>"
    "<CreDt>2026-11-21T09:30:00Z</CreDt></AppHdr>";

struct DocumentFault {
  std::string_view kind;
  Code code;
  void (*apply)(Draft& draft);
};

const DocumentFault faults[] = {
    {"bad UTF-8", "ISO-0101"_code, [](Draft& d) { d.put_before("<!-- \xFF -->", 5); }},
    {"encoding", "ISO-0102"_code, [](Draft& d) { d.put_before("<?xml version=\"1.0\" encoding=\"IBM037\"?>", 0); }},
    {"document type", "ISO-0103"_code, [](Draft& d) { d.put_before("<!DOCTYPE " + d.root + ">", 0); }},
    {"entity", "ISO-0104"_code, [](Draft& d) { d.put_inside("&nbsp;", 0); }},
    {"control character", "ISO-0105"_code, [](Draft& d) { d.put_before("<!-- \x01 -->", 5); }},
    {"bad tag", "ISO-0106"_code, [](Draft& d) { d.put_inside("<1/>", 0); }},
    {"end tag", "ISO-0107"_code,
     [](Draft& d) {
       d.offset = d.xml.rfind("</");
       d.path = "/" + d.root;
       d.xml[d.offset + 2] = d.xml[d.offset + 2] == 'X' ? 'Y' : 'X';
     }},
    {"cut off", "ISO-0108"_code,
     [](Draft& d) {
       d.xml.pop_back();
       d.offset = d.xml.size();
       d.path = "/" + d.root;
     }},
    {"attribute twice", "ISO-0109"_code, [](Draft& d) { d.put_in_tag(" xmlns:a=\"urn:a\" xmlns:a=\"urn:a\"", 17); }},
    {"undeclared prefix", "ISO-0110"_code, [](Draft& d) { d.put_in_tag(" a:b=\"1\"", 1); }},
    {"text outside", "ISO-0111"_code,
     [](Draft& d) {
       d.offset = d.xml.size();
       d.xml += "text";
     }},
    {"bad comment", "ISO-0112"_code, [](Draft& d) { d.put_before("<!-- a--b -->", 6); }},
    {"cap on bytes", "ISO-0113"_code,
     [](Draft& d) {
       const std::string comment = "<!--" + times("x", caps.text_bytes - 10) + "-->";
       d.put_inside(times(comment, caps.bytes / comment.size() + 1), 0);
       d.offset = caps.bytes;
     }},
    {"cap on depth", "ISO-0114"_code,
     [](Draft& d) {
       const std::string before = "<e xmlns=\"urn:example\">" + times("<e>", caps.depth);
       d.put_around(before, times("</e>", caps.depth + 1), before.size());
     }},
    {"cap on elements", "ISO-0115"_code,
     [](Draft& d) {
       const std::string before = "<e xmlns=\"urn:example\">" + times("<e/>", caps.elements);
       d.put_around(before, "</e>", before.size());
     }},
    {"cap on attributes", "ISO-0116"_code,
     [](Draft& d) {
       std::string text;
       for (std::uint32_t i = 0; i < caps.attributes; ++i) text += fmt::format(" xmlns:a{}=\"urn:a\"", i);
       d.put_in_tag(text, text.size() + 1);
     }},
    {"cap on text", "ISO-0117"_code,
     [](Draft& d) { d.put_before("<!--" + times("x", caps.text_bytes + 10) + "-->", 0); }},
    {"cap on names", "ISO-0118"_code,
     [](Draft& d) { d.put_in_tag(" " + times("a", caps.name_bytes + 1) + "=\"1\"", 1); }},
    {"XML declaration", "ISO-0119"_code, [](Draft& d) { d.put_before("<?xml version=\"2.0\"?>", 0); }},
    {"declared encoding", "ISO-0120"_code,
     [](Draft& d) { d.put_before("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", 0); }},
    {"unknown version", "ISO-0200"_code,
     [](Draft& d) { d.rename_namespace(std::string(namespace_prefix) + "none.999.001.01"); }},
    {"wrong root", "ISO-0201"_code,
     [](Draft& d) {
       d.xml.insert(d.xml.rfind('>'), "s");
       d.xml.insert(1 + d.root.size(), "s");
     }},
    {"no message", "ISO-0214"_code,
     [](Draft& d) {
       d.rename_namespace("urn:example");
       d.offset = d.xml.size();
     }},
    {"header of another message", "ISO-0215"_code,
     [](Draft& d) {
       if (d.root == "AppHdr") return;
       d.put_before(other_header, other_header.size());
       d.path = "/" + d.root;
     }},
};

}  // namespace

std::vector<FaultySample> FaultMaker::document_faults() {
  Instance instance;
  maker_.make_smallest(instance);
  const std::string whole = SampleTree(instance, message_.xml_namespace()).write();
  std::vector<FaultySample> out;
  for (const DocumentFault& fault : faults) {
    Draft draft{whole, message_.root_element(), {}, 0};
    fault.apply(draft);
    out.push_back({fault.kind, fault.code, true, std::move(draft.path), draft.offset, std::move(draft.xml)});
  }
  return out;
}

}  // namespace tilmash::iso20022
