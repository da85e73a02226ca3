// What a refused input should have held instead, and what it holds: for the findings that end the reading (ISO-01xx).
#include <fmt/format.h>

#include "base/text.h"
#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {
namespace {

struct Row {
  Code code;
  std::string_view expected;               ///< "{}" is the cap
  std::uint64_t (*cap)(const Caps& caps);  ///< nullptr: none
};

const Row rows[] = {
    {"ISO-0101"_code, "well-formed UTF-8", nullptr},
    {"ISO-0102"_code, "UTF-8, ISO-8859-1, or UTF-16 with a byte order mark or a declaration", nullptr},
    {"ISO-0103"_code, "no DOCTYPE", nullptr},
    {"ISO-0104"_code, "&amp; &lt; &gt; &quot; &apos; or a character reference", nullptr},
    {"ISO-0105"_code, "no control character but tab, line feed and carriage return", nullptr},
    {"ISO-0106"_code, "well-formed markup", nullptr},
    {"ISO-0107"_code, "the end tag of the element that is open", nullptr},
    {"ISO-0108"_code, "the end of what is open", nullptr},
    {"ISO-0109"_code, "each attribute once", nullptr},
    {"ISO-0110"_code, "prefixes that are declared, declarations that Namespaces in XML allows", nullptr},
    {"ISO-0111"_code, "an element", nullptr},
    {"ISO-0112"_code, "no -- in a comment, no ]]> in a text, an instruction with a name", nullptr},
    {"ISO-0113"_code, "at most {} bytes", [](const Caps& caps) { return caps.bytes; }},
    {"ISO-0114"_code, "at most {} elements inside each other",
     [](const Caps& caps) -> std::uint64_t { return caps.depth; }},
    {"ISO-0115"_code, "at most {} elements", [](const Caps& caps) { return caps.elements; }},
    {"ISO-0116"_code, "at most {} attributes", [](const Caps& caps) -> std::uint64_t { return caps.attributes; }},
    {"ISO-0117"_code, "at most {} bytes", [](const Caps& caps) { return caps.text_bytes; }},
    {"ISO-0118"_code, "at most {} bytes", [](const Caps& caps) -> std::uint64_t { return caps.name_bytes; }},
    {"ISO-0119"_code, "one declaration, first, of version 1.0", nullptr},
    {"ISO-0120"_code, "the encoding that the input is in", nullptr},
};

}  // namespace

void ReaderEngine::explain_refusal(Diagnostic& finding, const char* at) const {
  for (const Row& row : rows) {
    if (row.code != finding.code) continue;
    finding.expected =
        row.cap == nullptr ? std::string(row.expected) : fmt::format(fmt::runtime(row.expected), row.cap(caps_));
    if (row.cap != nullptr) return;  // too much of what is shown better by its place
  }
  constexpr std::size_t shown_bytes = 20;
  const std::string_view rest(at, std::min(shown_bytes, static_cast<std::size_t>(input_end_ - at)));
  const std::size_t good = std::min({find_wrong_character(rest), rest.find('\n'), rest.size()});
  if (rest.empty()) {
    finding.found = "the end of the input";
  } else if (good == 0) {
    finding.found = "bytes " + to_hex_upper(rest.substr(0, 4));
  } else {
    finding.value = shown_value(rest.substr(0, good));
  }
}

}  // namespace tilmash::iso20022
