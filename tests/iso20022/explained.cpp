#include "explained.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>

#include "base/text.h"

namespace tilmash::tests {
namespace {

using iso20022::SimpleType;
using Who = Explained::Who;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_time_type(LeafType type) {
  return type == LeafType::date || type == LeafType::datetime || type == LeafType::time || type == LeafType::year ||
         type == LeafType::year_month;
}

/// Whether a value of the document is as `test` asks: (leaf's node, bytes in the document, value).
template <typename Test>
bool any_value(const Judged& judged, Test test) {
  if (judged.instance == nullptr) return false;
  const Shape& shape = judged.instance->shape();
  for (const Cell& cell : judged.instance->cells()) {
    if (shape.nodes[cell.node].kind != NodeKind::leaf) continue;
    if (test(cell.node, judged.xml.substr(cell.offset, cell.length), cell.text)) return true;
  }
  return false;
}

bool has_findings_of(const Judged& judged, std::initializer_list<Code> codes) {
  const auto& findings = judged.ours.findings;
  return !findings.empty() && std::all_of(findings.begin(), findings.end(), [&](const Diagnostic& finding) {
    return std::find(codes.begin(), codes.end(), finding.code) != codes.end();
  });
}

/// Whether `xml` is valid, and no other entry foretells that this validator refuses it.
bool is_valid(const Judged& judged, Who who, std::string_view xml);

/// Whether every finding is of one of these codes, and the document is valid once `mend` has changed each value found:
/// then nothing else is wrong with it. `mend` gives false for a value that is not of the kind in question.
template <typename Mend>
bool is_mended(const Judged& judged, Who who, std::initializer_list<Code> codes, Mend mend) {
  if (!has_findings_of(judged, codes)) return false;
  std::string xml(judged.xml);
  for (std::size_t i = judged.ours.findings.size(); i-- > 0;) {
    const Place& place = judged.ours.findings[i].place;
    std::string value = xml.substr(place.offset_bytes, place.length_bytes);
    if (!mend(value)) return false;
    xml.replace(place.offset_bytes, place.length_bytes, value);
  }
  return is_valid(judged, who, xml);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has_text_beyond_units(const Judged& judged) {
  return any_value(judged, [&](std::uint32_t node, std::string_view, std::string_view text) {
    const std::uint32_t longest = judged.instance->shape().facets_of(node).length_max;
    if (judged.instance->shape().nodes[node].type != LeafType::text) return false;
    const auto pairs = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xF8) == 0xF0; });
    return count_characters(text) + static_cast<std::size_t>(pairs) > longest;
  });
}

/// Without comments and processing instructions, which may stand anywhere.
std::string without_misc(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool comment = text.starts_with("<!--");
    const bool instruction = text.starts_with("<?") && !text.starts_with("<?xml ");
    const std::size_t end = comment ? text.find("-->") : instruction ? text.find("?>") : std::string_view::npos;
    if (end != std::string_view::npos) {
      text.remove_prefix(end + (comment ? 3 : 2));
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

/// The bytes of a value as characters, as far as blanks at its ends go.
std::string decoded(std::string_view raw) {
  std::string text(raw);
  for (const auto& [from, to] : {std::pair{"<![CDATA[", ""}, {"]]>", ""}, {"&#32;", " "}}) {
    const std::string_view piece = from;
    for (std::size_t at = text.find(piece); at != std::string::npos; at = text.find(piece)) {
      text.replace(at, piece.size(), to);
    }
  }
  return without_misc(text);
}

/// libxml2 2.9.14 passes over blanks at the end of a dateTime with a zone, and at the beginning of a time.
bool has_date_with_blanks(const Judged& judged) {
  return any_value(judged, [&](std::uint32_t node, std::string_view bytes, std::string_view text) {
    const LeafType type = judged.instance->shape().nodes[node].type;
    // A type with a pattern is collapsed for its sake.
    if (!is_time_type(type) || !judged.instance->shape().facets_of(node).pattern.empty()) return false;
    const std::string raw = decoded(bytes);
    if (raw.empty()) return false;
    const bool has_zone = text.back() == 'Z' || text.find_first_of("+-", text.find(':')) != std::string_view::npos;
    const bool before = is_blank(raw.front()) && type != LeafType::time;
    const bool behind = is_blank(raw.back()) && !(type == LeafType::datetime && has_zone);
    return before || behind;
  });
}

bool is_point_alone(const Judged& judged) {
  return is_mended(judged, Who::xerces, {"ISO-0305"_code}, [](std::string& value) {
    const std::string_view text = iso20022::collapse_ends(value);
    if (text != "." && text != "+." && text != "-.") return false;
    value = "0";
    return true;
  });
}

/// hh:mm:60, or hh:mm:ss. with a zone behind the point (without one it does refuse it), all else being right.
bool is_loose_second(const Judged& judged) {
  return is_mended(judged, Who::xerces, {"ISO-0309"_code, "ISO-0310"_code}, [](std::string& value) {
    const std::size_t leap = value.rfind(":60");
    if (leap != std::string::npos && leap >= 3 && value[leap - 3] == ':') {
      value.replace(leap, 3, ":59");
      return true;
    }
    const std::size_t at = value.find('.');
    if (at == std::string::npos || at < 6 || value[at - 3] != ':' || value[at - 6] != ':') return false;
    if (at + 1 == value.size() || is_digit(value[at + 1])) return false;
    value.erase(at, 1);
    return true;
  });
}

/// libxml2 2.9.14 keeps decimals in three words of eight digits.
bool has_long_decimal(const Judged& judged) {
  return any_value(judged, [&](std::uint32_t node, std::string_view, std::string_view text) {
    if (judged.instance->shape().nodes[node].type != LeafType::decimal) return false;
    const std::size_t first = std::min(text.find_first_of("123456789"), text.size());
    return std::count_if(text.begin() + static_cast<std::ptrdiff_t>(first), text.end(), is_digit) > 24;
  });
}

bool is_stray_base64(const Judged& judged) {
  return is_mended(judged, Who::libxml2, {"ISO-0313"_code}, [](std::string& value) {
    std::erase_if(value, [](char c) {
      return !is_digit(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && c != '+' && c != '/' && c != '=' &&
             !is_blank(c);
    });
    return true;
  });
}

/// A document type declaration without subset before the root of a document that is valid otherwise.
bool is_document_type(const Judged& judged, Who who) {
  if (!has_findings_of(judged, {"ISO-0103"_code})) return false;
  const std::size_t from = judged.ours.findings.front().place.offset_bytes;
  const std::size_t to = judged.xml.find('>', from);
  std::string prolog = without_misc(judged.xml.substr(0, from));
  if (prolog.starts_with("<?xml ")) prolog.erase(0, prolog.find("?>") + 2);
  if (to == std::string_view::npos || prolog.find('<') != std::string::npos) return false;
  std::string without(judged.xml);
  without.erase(from, to + 1 - from);
  return is_valid(judged, who, without);
}
bool is_document_type_to_libxml2(const Judged& judged) {
  return is_document_type(judged, Who::libxml2);
}
/// Xerces compares the name with the root's.
bool is_document_type_to_xerces(const Judged& judged) {
  if (!is_document_type(judged, Who::xerces)) return false;
  const std::string_view rest = judged.xml.substr(judged.ours.findings.front().place.offset_bytes + 10);
  const std::string name(rest.substr(0, rest.find('>')));
  return rest.find("<" + name + " ") != std::string_view::npos || rest.find("<" + name + ">") != std::string_view::npos;
}

/// A root, or an XML declaration, beside the message.
bool has_second_root(const Judged& judged) {
  if (!judged.ours.valid) return false;
  Findings findings;
  iso20022::MessageReader reader(judged.catalogue, judged.xml, "input", iso20022::Caps::batch(), findings);
  reader.next_message();
  reader.validate();
  std::string before = without_misc(judged.xml.substr(0, reader.offset()));
  if (judged.xml.starts_with("<?xml ") || judged.xml.starts_with("\xEF\xBB\xBF<?xml ")) {
    before.erase(0, before.find("?>") + 2);
  }
  const std::string behind = without_misc(judged.xml.substr(reader.end_offset()));
  return before.find('<') != std::string::npos || behind.find('<') != std::string::npos;
}

/// RFC 3986, 4.1, as far as single characters and the scheme go.
bool is_uri(std::string_view text) {
  constexpr std::string_view others = "-._~:/?#@!$&'()*+,;=%";
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c) && others.find(c) == std::string_view::npos) return false;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon > std::min(text.find_first_of("/?#"), text.size())) return true;
  const std::string_view scheme = text.substr(0, colon);
  return !scheme.empty() && is_letter(scheme[0]) && std::all_of(scheme.begin(), scheme.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool has_namespace_that_is_no_uri(const Judged& judged) {
  if (!judged.ours.valid) return false;
  for (std::size_t at = judged.xml.find(" xmlns"); at != std::string_view::npos;
       at = judged.xml.find(" xmlns", at + 1)) {
    const std::size_t open = judged.xml.find_first_of("\"'", at);
    const std::size_t close = judged.xml.find(judged.xml[open], open + 1);
    if (!is_uri(judged.xml.substr(open + 1, close - open - 1))) return true;
  }
  return false;
}

/// xsi:schemaLocation is a list of pairs.
bool has_odd_schema_location(std::string_view xml) {
  for (std::size_t at = xml.find(":schemaLocation"); at != std::string_view::npos;
       at = xml.find(":schemaLocation", at + 1)) {
    const std::size_t open = xml.find_first_of("\"'", at);
    if (open == std::string_view::npos) return false;
    std::size_t words = 0;
    bool in_word = false;
    for (std::size_t i = open + 1; i < xml.size() && xml[i] != xml[open]; ++i) {
      if (!is_blank(xml[i]) && !in_word) ++words;
      in_word = !is_blank(xml[i]);
    }
    if (words % 2 != 0) return true;
  }
  return false;
}

/// xsi:nil and attributes that do not exist can stand in a valid document only inside a wildcard. Xerces keeps
/// xsi:nil="false" for the next element with a declaration, and does not miss it when none comes.
bool has_instance_attribute(const Judged& judged) {
  const auto has = [&](std::string_view text) { return judged.xml.find(text) != std::string_view::npos; };
  if (!judged.ours.valid) return false;
  if (has(" xsi:nil=\"true\"") || has(" xsi:other=")) return true;
  if (has_odd_schema_location(judged.xml)) return true;
  std::size_t at = judged.xml.find(" xsi:nil=\"false\"");
  if (at == std::string_view::npos) return false;
  at = std::min(judged.xml.find("Envlp>", at), judged.xml.find("Sgntr>", at));
  for (at = judged.xml.find('<', at); at != std::string_view::npos; at = judged.xml.find('<', at + 1)) {
    if (judged.xml[at + 1] != '/' && judged.xml[at + 1] != '!' && judged.xml[at + 1] != '?') return true;
  }
  return false;
}

/// The kind of type that the element of a finding has.
std::optional<iso20022::Type::Kind> kind_of(const Judged& judged, const Diagnostic& finding) {
  std::string path = finding.path.substr(std::min(finding.path.find('/', 1), finding.path.size() - 1) + 1);
  for (std::size_t at = path.find('['); at != std::string::npos; at = path.find('[')) {
    path.erase(at, path.find(']', at) + 1 - at);
  }
  const std::uint32_t node = path.empty() ? no_node : judged.shape.find_path(0, path);
  if (node == no_node) return std::nullopt;
  return judged.message.types[judged.message.particles[judged.shape.nodes[node].owner].type].kind;
}

/// All that is wrong is an xsi:type="Max35Text" of an element that holds elements, or stands inside a wildcard.
bool is_type_not_applied(const Judged& judged) {
  using Kind = iso20022::Type::Kind;
  if (!has_findings_of(judged, {"ISO-0213"_code, "ISO-0301"_code, "ISO-0302"_code, "ISO-0209"_code, "ISO-0211"_code}) ||
      judged.message.schema().find("Max35Text") == nullptr) {
    return false;
  }
  for (const Diagnostic& finding : judged.ours.findings) {
    const auto kind = kind_of(judged, finding);
    const bool refused = finding.code == "ISO-0213"_code && finding.text.find("no type") == std::string::npos;
    if (kind != Kind::any && !(kind == Kind::content && refused)) return false;
    if (kind == Kind::any && finding.code == "ISO-0213"_code && !refused) return false;
  }
  std::string xml(judged.xml);
  const std::string_view attribute = " xsi:type=\"Max35Text\"";
  for (std::size_t at = xml.find(attribute); at != std::string::npos; at = xml.find(attribute)) {
    xml.erase(at, attribute.size());
  }
  return xml.size() != judged.xml.size() && is_valid(judged, Who::xerces, xml);
}

/// A declaration of UTF-16 over single bytes that are a valid document without it.
bool is_declared_utf16(const Judged& judged) {
  if (!has_findings_of(judged, {"ISO-0120"_code})) return false;
  std::string xml(judged.xml);
  const std::string_view declared = " encoding=\"UTF-16\"";
  const std::size_t at = xml.find(declared);
  if (at == std::string::npos) return false;
  xml.erase(at, declared.size());
  return is_valid(judged, Who::xerces, xml);
}

/// The message's root inside an element of a wildcard that has no declaration: only what is wrong in there is wrong.
bool is_root_below_undeclared(const Judged& judged) {
  const std::string& root = judged.message.root_element();
  if (judged.ours.findings.empty()) return false;
  for (const Diagnostic& finding : judged.ours.findings) {
    if (finding.path.find("/" + root, 1) == std::string::npos || to_text(finding.code) < "ISO-0200") return false;
    if (finding.code == "ISO-0212"_code || finding.code == "ISO-0213"_code) return false;  // those it does look at
    const std::size_t at = judged.xml.rfind("<" + root, finding.place.offset_bytes);
    if (at == std::string_view::npos || at == 0) return false;
    const std::size_t before = judged.xml.rfind('<', at - 1) + 1;
    std::string_view name = judged.xml.substr(before, judged.xml.find_first_of(" >", before) - before);
    name.remove_prefix(name.find(':') + 1);  // npos + 1 is 0
    const auto& known = judged.message.names;
    if (std::find(known.begin(), known.end(), name) != known.end()) return false;
  }
  return true;
}

const Explained table[] = {
    {Who::xerces, "a character beyond U+FFFF counts as two, so that a text at its longest is too long",
     "XML Schema part 2, 4.3.3: maxLength is measured in characters", has_text_beyond_units},
    {Who::libxml2, "blanks around a date or time are refused", "XML Schema part 2, 4.3.6: whiteSpace is collapse",
     has_date_with_blanks},
    {Who::xerces, "a point alone is taken for a decimal", "XML Schema part 2, 3.2.3.1: a sequence of decimal digits",
     is_point_alone},
    {Who::xerces, "second 60, or a point without a fraction of a second, is taken",
     "XML Schema part 2, 3.2.7.1: a point is followed by digits; 60 is left open, 1.1 refuses it", is_loose_second},
    {Who::libxml2, "a decimal of more than 24 digits is refused", "XML Schema part 2, 4.3.11: totalDigits may be more",
     has_long_decimal},
    {Who::libxml2, "characters that are no base64 are passed over", "XML Schema part 2, 3.2.16: the lexical forms",
     is_stray_base64},
    {Who::libxml2, "a document type declaration is taken", "none; our gate refuses every DOCTYPE",
     is_document_type_to_libxml2},
    {Who::xerces, "a document type declaration of the root's name is taken", "none; our gate refuses every DOCTYPE",
     is_document_type_to_xerces},
    {Who::both, "more than one root is refused", "XML 1.0, 2.1 [1]; to us it is a bundle", has_second_root},
    {Who::libxml2, "a namespace name that is no URI is refused",
     "Namespaces in XML 1.0, 7: a processor need not check that", has_namespace_that_is_no_uri},
    {Who::xerces,
     "an xsi: attribute is refused: xsi:nil or an unknown one inside a wildcard, xsi:schemaLocation of an odd number "
     "of words",
     "XML Schema part 1, 3.10.4 (no declaration: assessed laxly) and 4.3.2 (a hint)", has_instance_attribute},
    {Who::xerces, "xsi:type of a simple type is not applied to an element that holds elements, nor inside a wildcard",
     "XML Schema part 1, 3.3.4: the type must be derived from the declared one", is_type_not_applied},
    {Who::xerces, "a declaration of UTF-16 over single bytes is passed over", "XML 1.0, 4.3.3: a fatal error",
     is_declared_utf16},
    {Who::xerces, "what is declared below an undeclared element of a lax wildcard is not looked at",
     "XML Schema part 1, 3.3.4 and 3.4.7: anyType's own wildcard is lax", is_root_below_undeclared},
};
static_assert(std::size(table) <= 15);

bool is_valid(const Judged& judged, Who who, std::string_view xml) {
  const Verdict ours = judge(judged.catalogue, xml, iso20022::Caps::batch());
  if (!ours.valid) return false;
  Findings findings;
  iso20022::MessageReader reader(judged.catalogue, xml, "input", iso20022::Caps::batch(), findings);
  Instance instance(judged.shape);
  if (reader.next_message() != &judged.message || !reader.read(instance)) return false;
  const Judged mended{xml, ours, judged.catalogue, judged.message, judged.shape, &instance};
  return std::none_of(std::begin(table), std::end(table), [&](const Explained& entry) {
    return (entry.who == who || entry.who == Who::both) && entry.applies(mended);
  });
}

}  // namespace

std::span<const Explained> explained() {
  return table;
}

}  // namespace tilmash::tests
