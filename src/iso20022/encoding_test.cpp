#include "iso20022/encoding.h"

#include "iso20022/reader.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;
using namespace std::string_literals;

namespace {

/// UTF-8 -> UTF-16 by the book, for tests only.
std::string utf16(const std::string& text, bool little, bool mark = true) {
  std::string out;
  const auto put = [&](unsigned unit) {
    const auto high = static_cast<char>(unit >> 8);
    const auto low = static_cast<char>(unit & 0xFF);
    out += little ? std::string{low, high} : std::string{high, low};
  };
  if (mark) put(0xFEFF);
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned character = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) character = character << 6 | (text[at + i] & 0x3F);
    at += size;
    if (character < 0x10000) {
      put(character);
    } else {
      put(0xD800 + ((character - 0x10000) >> 10));
      put(0xDC00 + ((character - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::string document(const std::string& text) {
  return "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10\">\n<FIToFIPmtStsRpt><GrpHdr><MsgId>" +
         text + "</MsgId><CreDtTm>2026-11-21T09:30:00Z</CreDtTm></GrpHdr></FIToFIPmtStsRpt></Document>";
}

struct Result {
  std::vector<std::string> codes;
  std::vector<Place> places;
  std::size_t valid = 0;
};

Result validate(const std::string& input) {
  static const Data data;
  static const Catalogue catalogue(data);
  const Encoding encoding = find_encoding(input);
  const std::string text = encoding == Encoding::utf8 ? input : to_utf8(input, encoding);
  Findings findings;
  MessageReader reader(catalogue, text, "test.xml", Caps::message(), findings, encoding);
  Result result;
  while (reader.next_message() != nullptr) result.valid += reader.validate() ? 1 : 0;
  for (const Diagnostic& finding : findings.kept()) {
    result.codes.push_back(to_text(finding.code));
    result.places.push_back(finding.place);
  }
  return result;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("ISO-8859-1 and UTF-16 are read, with a mark or a declaration") {
  const std::string declared = "<?xml version='1.0' encoding='UTF-16'?>";
  for (const std::string& input : {
           "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + document("Caf\xE9 \xA7\x80"),
           "<?xml version='1.0' encoding = 'latin1' standalone='yes'?>" + document("\xFF"),
           utf16(document("Айгүл 😀"), true),
           utf16(document("Айгүл 😀"), false),
           utf16(declared + document("Ə"), true),
           utf16("<?xml version='1.0' encoding='utf-16be'?>" + document("Ə"), false),
           utf16(declared + document("Ə"), true, false),
           utf16(declared + document("Ə"), false, false),
           utf16(declared + document("Ə") + declared + document("Ə"), false, false),
       }) {
    CAPTURE(input);
    const Result result = validate(input);
    CHECK(result.codes == Codes{});
    CHECK(result.valid >= 1);
  }
}

TEST_CASE("other encodings, and declarations that are not true, are refused") {
  const std::string utf32 = "\xFF\xFE\0\0<\0\0\0?\0\0\0"s;
  const std::string wide = utf16(document("A"), true, false);
  const auto declared = [](const std::string& name) {
    return "<?xml version='1.0' encoding='" + name + "'?>" + document("A");
  };
  for (const auto& [input, code] : std::vector<std::pair<std::string, std::string>>{
           {utf32, "ISO-0102"},
           {"\0\0\xFE\xFF\0\0\0<"s, "ISO-0102"},
           {"\0\0\0<\0\0\0?"s, "ISO-0102"},
           {"\x4C\x6F\xA7\x94\x93\x40", "ISO-0102"},
           {wide, "ISO-0102"},  // neither mark nor declaration
           {declared("windows-1251"), "ISO-0102"},
           {declared("KOI8-R"), "ISO-0102"},
           {declared("UTF-16"), "ISO-0120"},
           {declared("UTF-16BE"), "ISO-0120"},
           {"\xEF\xBB\xBF" + declared("ISO-8859-1"), "ISO-0120"},
           {utf16(declared("UTF-8"), true), "ISO-0120"},
           {utf16(declared("UTF-16BE"), true), "ISO-0120"},
           {declared("UTF-8") + declared("ISO-8859-1"), "ISO-0120"},
           {declared("ISO-8859-1") + declared("UTF-8"), "ISO-0120"},
       }) {
    CAPTURE(input);
    const Result result = validate(input);
    REQUIRE(result.codes.size() == 1);
    CHECK(result.codes[0] == code);
  }
}

TEST_CASE("a place has the original's offset and the line and column of the text") {
  const std::string wrong = "<MsgId>é😀</MsgId><Oops/>";
  std::string text = document("A");
  text.replace(text.find("<MsgId>A</MsgId>"), 16, wrong);
  const std::string before = text.substr(0, text.find("<Oops"));
  const Result result = validate(utf16(text, true));
  REQUIRE(result.codes == Codes{"ISO-0202"});
  CHECK(result.places[0].offset_bytes == utf16(before, true).size());
  CHECK(result.places[0].length_bytes == 2 * 5);
  CHECK(result.places[0].line_number == 2);
  CHECK(result.places[0].column_number == before.size() - before.find('\n'));

  std::string latin = "<?xml version='1.0' encoding='ISO-8859-1'?>" + document("\xE9\xE9\xE9");
  latin.replace(latin.find("</MsgId>"), 8, "</MsgId><Oops/>");
  const Result narrow = validate(latin);
  REQUIRE(narrow.codes == Codes{"ISO-0202"});
  CHECK(narrow.places[0].offset_bytes == latin.find("<Oops"));
}

TEST_CASE("what is no character of UTF-16 is found in its place, after what stands before it") {
  const std::string first = utf16(document("A") + "\n", true);
  const std::string begin = utf16(document("A").substr(0, document("A").find("</MsgId>")), true, false);
  for (const std::string& bad : {"\x00\xD8"s, "\x00\xDC"s, "\x00\xD8\x41\x00"s, "\xFE\xFF"s, "A"s}) {
    CAPTURE(bad);
    const Result result = validate(first + begin + bad);
    REQUIRE(result.codes == Codes{"ISO-0101"});
    CHECK(result.valid == 1);
    CHECK(result.places[0].offset_bytes == first.size() + begin.size());
  }
}

TEST_CASE("pieces join at any character") {
  std::string text = "<?xml version='1.0' encoding='UTF-16'?>";
  while (text.size() < (std::size_t{5} << 20)) text += "a😀é";
  const std::string wide = utf16(text, true);
  CHECK(to_utf8(wide, Encoding::utf16_le) == "\xEF\xBB\xBF" + text);
  CHECK(count_original_bytes(to_utf8(wide, Encoding::utf16_le), Encoding::utf16_le) == wide.size());
}
