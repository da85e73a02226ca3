// Random damage to the XML of a message, blind to what it hits: beside the single faults of iso20022/sample_fault.h,
// which know what they broke.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "iso20022/message.h"
#include "iso20022/sample_value.h"

namespace tilmash::tests {

class Mutator {
 public:
  Mutator(iso20022::SampleRandom& random, const iso20022::Message& message) : random_(random), message_(message) {}

  void mutate(std::string& xml) {
    switch (random_.pick(0, 13)) {
      case 0:
        return change_byte(xml);
      case 1:
        return erase(xml);
      case 2:
        return replace_value(xml);
      case 3:
        return replace_value(xml);
      case 4:
        return repeat_element(xml);
      case 5:
        return drop_element(xml);
      case 6:
        return rename_element(xml);
      case 7:
        return insert_markup(xml);
      case 8:
        return change_attribute(xml);
      case 9:
        return swap_elements(xml);
      case 10:
        return damage_value(xml);
      case 11:
        return damage_value(xml);
      case 12:
        return insert_attribute(xml);
      default:
        return add_prefix(xml);
    }
  }

 private:
  struct Span {
    std::size_t begin;
    std::size_t end;
  };

  std::size_t position(const std::string& xml) { return random_.pick(0, static_cast<std::uint32_t>(xml.size() - 1)); }
  template <std::size_t size>
  std::string_view one_of(const std::string_view (&choices)[size]) {
    return choices[random_.pick(0, size - 1)];
  }

  /// A whole element: from a start tag to its end tag.
  Span element(const std::string& xml) {
    for (int tries = 0; tries < 50; ++tries) {
      const std::size_t begin = xml.find('<', position(xml));
      if (begin == std::string::npos || begin == 0 || xml[begin + 1] == '/' || xml[begin + 1] == '!') continue;
      const std::size_t name_end = xml.find_first_of(" >", begin);
      const std::string close = "</" + xml.substr(begin + 1, name_end - begin - 1) + ">";
      const std::size_t end = xml.find(close, begin);
      if (end != std::string::npos) return {begin, end + close.size()};
    }
    return {0, 0};
  }
  /// The text of a leaf.
  Span value(const std::string& xml) {
    for (int tries = 0; tries < 50; ++tries) {
      const Span span = element(xml);
      const std::size_t begin = xml.find('>', span.begin) + 1;
      const std::size_t end = xml.find('<', begin);
      if (end < span.end && xml[end + 1] == '/') return {begin, end};
    }
    return {0, 0};
  }

  void change_byte(std::string& xml) {
    static constexpr std::string_view characters = "<>&;\"'=/ aZ09-:.!?[]\n\t\r\x80\xC3\xFF\x01";
    xml[position(xml)] = characters[random_.pick(0, static_cast<std::uint32_t>(characters.size() - 1))];
  }
  void erase(std::string& xml) { xml.erase(position(xml), random_.pick(1, 4)); }
  void replace_value(std::string& xml) {
    static constexpr std::string_view values[] = {"",
                                                  " ",
                                                  "x",
                                                  "2026-02-29",
                                                  "2024-02-29",
                                                  "2026-13-01",
                                                  "2026-11-21",
                                                  " 2026-11-21",
                                                  "2026-11-21 ",
                                                  "2026-11-21Z",
                                                  "2026-11-21+05:00",
                                                  "2026-11-21+14:00",
                                                  "2026-11-21+14:01",
                                                  "2026-11-21+15:00",
                                                  "0000-01-01",
                                                  "0001-01-01",
                                                  "-0001-01-01",
                                                  "12026-01-01",
                                                  "02026-01-01",
                                                  "2026-11-21T09:30:00",
                                                  "2026-11-21T24:00:00",
                                                  "2026-11-21T24:00:01",
                                                  "2026-11-21T09:30:00.123Z",
                                                  "2026-11-21T09:30:00.Z",
                                                  "2026-11-21T09:30:60Z",
                                                  "2026-11-21T9:30:00Z",
                                                  "2026-11-21t09:30:00Z",
                                                  "2026-11-21T09:30:00z",
                                                  "2026-11-21T09:30Z",
                                                  "2026-11-21T09:30:00-14:00",
                                                  "2026-11-21T25:00:00Z",
                                                  "1.00",
                                                  "+1.00",
                                                  "-1.00",
                                                  "-0",
                                                  "-0.00",
                                                  "1.",
                                                  ".5",
                                                  ".",
                                                  "1e5",
                                                  "1,5",
                                                  "0001.50000",
                                                  "123456789012345678",
                                                  "1234567890123456789",
                                                  "0.123456",
                                                  "0.12345",
                                                  "0.1234500",
                                                  "100000000000000000000.0",
                                                  " 1 ",
                                                  "\n1\t",
                                                  "1 1",
                                                  "INF",
                                                  "NaN",
                                                  "true",
                                                  "TRUE",
                                                  "1",
                                                  "0",
                                                  " true ",
                                                  "SLEV",
                                                  "slev",
                                                  "SLEV ",
                                                  "INDA",
                                                  "KZT",
                                                  "kzt",
                                                  "KZ",
                                                  "KZ86125KZT5004100100",
                                                  "AAAAKZKA",
                                                  "AAAAKZKAXXX",
                                                  "AAAAKZK1XX",
                                                  "+7-7012345678",
                                                  "+7-",
                                                  "00000000-0000-4000-8000-000000000000",
                                                  "00000000-0000-5000-8000-000000000000",
                                                  "2026",
                                                  "2026Z",
                                                  "-2026",
                                                  "2026-11",
                                                  "2026-13",
                                                  "09:30:00",
                                                  "24:00:00",
                                                  "09:30:00.5+05:00",
                                                  "QUJD",
                                                  "QUI=",
                                                  "QQ==",
                                                  "QR==",
                                                  "QUJ",
                                                  "Q U J D",
                                                  "QUJD QUJD",
                                                  "Q=JD",
                                                  "&amp;",
                                                  "&#65;&#x42;",
                                                  "&#xFFFE;",
                                                  "&nbsp;",
                                                  "]]>",
                                                  "]]",
                                                  "<![CDATA[<x>]]>",
                                                  "<![CDATA[]]>",
                                                  "a<!-- b -->c",
                                                  "<?p i?>",
                                                  "\xD2\x9A\xD0\xB0\xD0\xB7",
                                                  "\xC0\x80",
                                                  "\xEF\xBF\xBE",
                                                  "\xED\xA0\x80",
                                                  "\xF4\x90\x80\x80",
                                                  "\xF0\x9F\x98\x80",
                                                  "\xC2\x85",
                                                  "a\x7F",
                                                  "a\rb",
                                                  "a\r\nb",
                                                  "12345678901234567890123456789012345",
                                                  "123456789012345678901234567890123456"};
    const Span span = value(xml);
    xml.replace(span.begin, span.end - span.begin, one_of(values));
  }
  void damage_value(std::string& xml) {
    const Span span = value(xml);
    if (span.end == span.begin) return;
    const std::size_t at = span.begin + random_.pick(0, static_cast<std::uint32_t>(span.end - span.begin - 1));
    static constexpr std::string_view pieces[] = {"",  "0", "A",        "a",    " ", "-", ".",
                                                  "9", "+", "\xD0\x96", "&lt;", "Z", ":"};
    if (random_.pick(0, 1) == 0) {
      xml.insert(at, one_of(pieces));
    } else {
      xml.replace(at, 1, one_of(pieces));
    }
  }
  void repeat_element(std::string& xml) {
    const Span span = element(xml);
    xml.insert(span.end, xml.substr(span.begin, span.end - span.begin));
  }
  void drop_element(std::string& xml) {
    const Span span = element(xml);
    xml.erase(span.begin, span.end - span.begin);
  }
  void swap_elements(std::string& xml) {
    const Span span = element(xml);
    const std::string text = xml.substr(span.begin, span.end - span.begin);
    xml.erase(span.begin, span.end - span.begin);
    const Span other = element(xml);
    xml.insert(random_.pick(0, 1) == 0 ? other.begin : other.end, text);
  }
  void rename_element(std::string& xml) {
    const Span span = element(xml);
    if (span.end == 0) return;
    const std::size_t name_end = xml.find_first_of(" >", span.begin);
    const std::string old = xml.substr(span.begin + 1, name_end - span.begin - 1);
    const std::string name(message_.names[random_.pick(0, static_cast<std::uint32_t>(message_.names.size() - 1))]);
    const std::string close = "</" + old + ">";
    if (span.end < close.size()) return;
    xml.replace(span.end - close.size(), close.size(), "</" + name + ">");
    xml.replace(span.begin + 1, old.size(), name);
  }
  void insert_markup(std::string& xml) {
    static constexpr std::string_view pieces[] = {"<!-- c -->",
                                                  "<!-- a--b -->",
                                                  "<?pi x?>",
                                                  "<?xml version=\"1.0\"?>",
                                                  "<![CDATA[x]]>",
                                                  "<![CDATA[ ]]>",
                                                  " ",
                                                  "\n",
                                                  "text",
                                                  "&#32;",
                                                  "<x/>",
                                                  "<x xmlns=\"\"/>",
                                                  "<!DOCTYPE x>",
                                                  "<!DOCTYPE Document>",
                                                  "<MsgId>1</MsgId>",
                                                  "</x>",
                                                  "<",
                                                  "&"};
    std::size_t at = xml.find('<', position(xml));
    if (at == std::string::npos) at = 0;
    xml.insert(at, one_of(pieces));
  }
  void insert_attribute(std::string& xml) {
    static constexpr std::string_view pieces[] = {
        " a=\"1\"",
        " Ccy=\"KZT\"",
        " xmlns:q=\"urn:q\"",
        " xmlns=\"urn:q\"",
        " xml:lang=\"kk\"",
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:a b.xsd\"",
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"b.xsd\"",
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"false\"",
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"",
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Max35Text\"",
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:other=\"1\"",
        " p:a=\"1\"",
        " ",
        "\n"};
    const Span span = element(xml);
    const std::size_t at = xml.find_first_of(" >", span.begin);
    if (span.end != 0 && at != std::string::npos) xml.insert(at, one_of(pieces));
  }
  void change_attribute(std::string& xml) {
    static constexpr std::string_view pieces[] = {"Ccy='USD'",
                                                  "Ccy=\"usd\"",
                                                  "Ccy=\"US\"",
                                                  "Ccy = \"USD\" ",
                                                  "ccy=\"USD\"",
                                                  "",
                                                  "Ccy=\"USD\" Ccy=\"USD\"",
                                                  "Ccy=\"&#85;SD\"",
                                                  "Ccy=\"U<D\"",
                                                  "Ccy=USD",
                                                  "Ccy=\"USD\"a=\"1\"",
                                                  "Ccy=\" USD\""};
    std::size_t at = xml.find("Ccy=\"", position(xml));
    if (at == std::string::npos) at = xml.find("Ccy=\"");
    if (at != std::string::npos) xml.replace(at, 9, one_of(pieces));
  }
  /// The whole message with a prefix, or a piece of it.
  void add_prefix(std::string& xml) {
    if (xml.find("xmlns=\"urn:iso") == std::string::npos || xml.find("xmlns=\"urn:q") != std::string::npos) return;
    const Span span = random_.pick(0, 3) == 0 ? element(xml) : Span{0, xml.size()};
    std::string out = xml.substr(0, span.begin);
    for (std::size_t i = span.begin; i < span.end; ++i) {
      out += xml[i];
      const bool start =
          xml[i] == '<' && i + 1 < span.end && ((xml[i + 1] | 0x20) >= 'a' && (xml[i + 1] | 0x20) <= 'z');
      const bool close = xml[i] == '/' && i > 0 && xml[i - 1] == '<';
      const std::size_t name_end = xml.find_first_of(":> ", i);
      const bool prefixed = name_end != std::string::npos && xml[name_end] == ':';
      if ((start || close) && !prefixed) out += "n1:";
    }
    out += xml.substr(span.end);
    const std::size_t at = out.find(" xmlns=\"urn:iso");
    if (at != std::string::npos) {
      const std::size_t end = out.find('"', at + 8);
      const std::string uri = out.substr(at + 8, end - at - 8);
      out.insert(end + 1, " xmlns:n1=\"" + uri + "\"");
    }
    xml = std::move(out);
  }

  iso20022::SampleRandom& random_;
  const iso20022::Message& message_;
};

}  // namespace tilmash::tests
