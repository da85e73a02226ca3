// libFuzzer target: our verdict and our values beside libxml2's, over any bytes that we take for one message. A
// difference that explained.cpp does not foretell is a crash. What our gate refuses on principle (document types, other
// encodings, caps) is not compared.
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

#include "explained.h"
#include "iso20022/oracles/oracle.h"
#include "iso20022/xsd.h"

using namespace tilmash;
using namespace tilmash::iso20022;
using tests::Explained;

namespace {

struct Judge {
  explicit Judge(const Message& message) : shape(make_shape(message)) {
    std::string error;
    oracle = make_libxml2_oracle(export_xsd(message.schema()), error);
    if (!oracle) std::abort();
  }
  Shape shape;
  std::unique_ptr<Oracle> oracle;
};

const Catalogue& catalogue() {
  static const Data data;
  static const Catalogue made(data);
  return made;
}

Judge& judge_of(const Message& message) {
  static std::map<const Message*, std::unique_ptr<Judge>> judges;
  auto& judge = judges[&message];
  if (!judge) judge = std::make_unique<Judge>(message);
  return *judge;
}

bool is_of_the_gate(Code code) {
  static constexpr Code codes[] = {"ISO-0102"_code, "ISO-0103"_code, "ISO-0113"_code, "ISO-0114"_code, "ISO-0115"_code,
                                   "ISO-0116"_code, "ISO-0117"_code, "ISO-0118"_code, "ISO-0120"_code};
  for (const Code own : codes) {
    if (own == code) return true;
  }
  return false;
}

[[noreturn]] void disagree(const char* how, std::string_view more) {
  std::fprintf(stderr, "libxml2 and we disagree: %s: %.*s\n", how, static_cast<int>(more.size()), more.data());
  std::abort();
}

/// libxml2 holds years in a machine word; XML Schema part 2 (3.2.7.1) sets no limit to their digits.
bool has_long_year(std::string_view input) {
  std::size_t digits = 0;
  for (const char c : input) {
    if (c == '-' && digits > 9) return true;
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
  }
  return false;
}

/// Texts of the elements that hold no elements, in document order, as libxml2 reads them.
void collect(const xmlNode* node, std::string_view xml_namespace, std::vector<std::string>& texts) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    bool leaf = true;
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      leaf = leaf && child->type != XML_ELEMENT_NODE;
    }
    if (!leaf) {
      collect(node->children, xml_namespace, texts);
    } else {
      xmlChar* text = xmlNodeGetContent(node);
      texts.emplace_back(reinterpret_cast<const char*>(text));
      xmlFree(text);
    }
  }
}

/// The values of texts and codes must be the same; other types we keep in a form of their own.
void compare_values(std::string_view input, const Judge& judge, const Instance& instance) {
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      xmlReadMemory(input.data(), static_cast<int>(input.size()), nullptr, nullptr,
                    XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
      xmlFreeDoc);
  if (!document) return;
  std::vector<std::string> theirs;
  collect(xmlDocGetRootElement(document.get()), {}, theirs);
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < instance.cells().size(); ++i) {
    const Cell& cell = instance.cell(i);
    const Node& node = judge.shape.nodes[cell.node];
    if (node.type == LeafType::any && node.kind == NodeKind::leaf) return;  // its own elements stand between the others
    const bool empty_group = node.kind != NodeKind::leaf && instance.subtree_end(i) == i + 1;
    if ((node.kind != NodeKind::leaf && !empty_group) || node.name.starts_with('@')) continue;
    if (at == theirs.size()) disagree("we have more values", {});
    const bool same =
        (node.type != LeafType::text && node.type != LeafType::code) || empty_group || theirs[at] == cell.text;
    if (!same) disagree("another value", theirs[at]);
    ++at;
  }
  if (at != theirs.size()) disagree("we have fewer values", {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.find('\0') != std::string_view::npos) return 0;  // libxml2 ends its texts there
  Findings findings;
  MessageReader reader(catalogue(), input, "input", Caps::message(), findings);
  const Message* message = reader.next_message();
  if (message == nullptr) return 0;
  Judge& judge = judge_of(*message);
  const tests::Verdict ours = tests::judge(catalogue(), input, Caps::message());
  for (const Diagnostic& finding : ours.findings) {
    if (is_of_the_gate(finding.code)) return 0;
  }
  const OracleVerdict theirs = judge.oracle->validate(input);
  Instance instance(judge.shape);
  if (ours.valid) reader.read(instance);
  if (ours.valid && theirs.valid) compare_values(input, judge, instance);
  if (ours.valid == theirs.valid) return 0;
  // Which namespace names libxml2 takes for URIs is its own affair; explained.cpp knows the simple cases.
  const bool about_uri = !theirs.findings.empty() && theirs.findings[0].text.find("valid URI") != std::string::npos;
  if (ours.valid && (about_uri || has_long_year(input))) return 0;
  const tests::Judged judged{input, ours, catalogue(), *message, judge.shape, ours.valid ? &instance : nullptr};
  for (const Explained& entry : tests::explained()) {
    if (entry.who != Explained::Who::xerces && entry.applies(judged)) return 0;
  }
  disagree(ours.valid ? "we take it" : "we refuse it",
           ours.valid ? theirs.findings.empty() ? "" : theirs.findings[0].text : to_human(ours.findings[0]));
}
