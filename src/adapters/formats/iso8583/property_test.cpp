// Random messages in random profiles: what is written is read as the same values, and written again as the same bytes.
#include <algorithm>

#include "adapters/formats/iso8583/testing.h"

namespace tilmash::formats::iso8583::testing {
namespace {

/// Numbers that look random and are the same in every run.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  /// 0 … count - 1.
  std::uint32_t below(std::uint32_t count) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state_ >> 33) % count;
  }
  bool one_in(std::uint32_t count) { return below(count) == 0; }
  template <std::size_t count>
  std::string_view of(const std::string_view (&choices)[count]) {
    return choices[below(count)];
  }

 private:
  std::uint64_t state_;
};

constexpr std::string_view pages[] = {"ascii", "cp500", "cp037", "utf-8", "kz1048", "cp1025"};
constexpr std::string_view prefixes[] = {"encoding = \"text\"",
                                         "encoding = \"bcd\"",
                                         "encoding = \"bcd\", align = \"left\"",
                                         "encoding = \"binary\", size = 2",
                                         "encoding = \"binary\", size = 3, order = \"little\"",
                                         "encoding = \"hex\", size = 4",
                                         "encoding = \"text\", size = 4, counts = \"bytes\"",
                                         "encoding = \"bcd\", size = 5, counts = \"bytes\""};
constexpr std::string_view packings[] = {"encoding = \"text\"", "encoding = \"bcd\", pad = \"0\", align = \"right\"",
                                         "encoding = \"bcd\", pad = \"F\", align = \"left\"",
                                         "encoding = \"bcd\", pad = \"F\", align = \"right\""};
constexpr std::string_view frames[] = {"length = { encoding = \"binary\" }",
                                       "length = { encoding = \"bcd\", size = 6 }",
                                       "length = { encoding = \"text\", size = 5 }, counts = \"all\"",
                                       "length = { encoding = \"hex\", size = 4 }, counts = \"message\", header = "
                                       "[ { name = \"head\", type = \"b3\" } ]"};

std::string random_profile(Random& random) {
  std::string text = fmt::format("spec = [\"{}\", \"emv\"]\n", random.one_in(3) ? "1993" : "1987");
  text += fmt::format("code_page = \"{}\"\nprefix = {{ {} }}\n", random.of(pages), random.of(prefixes));
  const std::uint32_t bitmaps = 2 + random.below(2);
  text +=
      fmt::format("bitmap = {{ encoding = \"{}\", letters = \"{}\", count = {}, always = {}, tertiary = \"{}\" }}\n",
                  random.one_in(2) ? "hex" : "binary", random.one_in(2) ? "upper" : "lower", bitmaps,
                  1 + random.below(bitmaps), random.one_in(2) ? "leading" : "field_65");
  text += fmt::format("mti = {{ encoding = \"{}\" }}\n", random.one_in(2) ? "text" : "bcd");
  text += fmt::format("frame = {{ {} }}\n", random.of(frames));
  text += fmt::format(
      "[types]\nn = {{ {} }}\nz = {{ {} }}\n\"x+n\" = {{ encoding = \"{}\" }}\nb = {{ encoding = \"{}\" }}\n",
      random.of(packings), random.of(packings), random.one_in(2) ? "text" : "bcd", random.one_in(2) ? "binary" : "hex");
  text +=
      "[fields]\n3 = { content = \"positional\", encoding = \"text\", elements = { 1 = { name = \"a\", type = \"n2\", "
      "encoding = \"text\" }, "
      "2 = { name = \"b\", type = \"n4\", encoding = \"text\" } } }\n"
      "48 = { content = \"tlv\", type = \"ans...999\", tag = { size = 2 }, tag_length = { size = 3 }, elements = { A1 "
      "= { name = \"a\", "
      "type = \"ans..30\" }, 22 = { name = \"b\", type = \"n6\" } } }\n"
      "54 = { content = \"positional\", repeat = 6, elements = { 1 = { name = \"kind\", type = \"n4\" }, 2 = { name "
      "= \"amount\", type = \"x+n12\" }, 3 = { name = \"more\", type = \"ans..5\", optional = true } } }\n"
      "63 = { type = \"b...400\", encoding = \"binary\", content = \"bitmapped\", bitmap = { encoding = \"binary\", "
      "size = 3 }, elements = { 1 = { "
      "name = \"a\", type = \"z..37\" }, 9 = { name = \"b\", type = \"b4\" }, 24 = { name = \"c\", type = \"n3\" } } "
      "}\n";
  return text;
}

class Maker {
 public:
  Maker(const Spec& spec, Random& random, Instance& instance) : spec_(spec), random_(random), instance_(instance) {}

  void make_message() {
    instance_.begin(spec_.item_node);
    for (const Element& part : spec_.frame.header) make(part);
    instance_.leaf(spec_.mti.node, instance_.arena().copy(fmt::format("{}{}{}0", random_.below(3), 1 + random_.below(8),
                                                                      random_.below(5))));
    const std::uint32_t rarely = 1 + random_.below(30);
    for (const Element& element : spec_.elements) {
      if (random_.one_in(rarely)) make(element);
    }
    instance_.end();
  }

 private:
  void make(const Element& element) {
    if (element.content == none) {
      instance_.leaf(element.node, instance_.arena().copy(value_of(element)));
      return;
    }
    const Content& content = spec_.contents[element.content];
    const std::uint32_t times = 1 + random_.below(content.repeat);
    for (std::uint32_t i = 0; i < times; ++i) {
      instance_.begin(element.node);
      if (content.inner == Inner::positional) {
        for (const Element& part : content.elements) {
          // What ends early can't be followed by another.
          if (!part.optional || i + 1 < times || random_.one_in(2)) make(part);
        }
      } else {
        for (const Element& part : content.elements) {
          if (random_.one_in(3)) make(part);
        }
        if (content.unknown_node != no_node && random_.one_in(2)) make_unknown(content);
      }
      instance_.end();
    }
  }

  void make_unknown(const Content& content) {
    instance_.begin(content.unknown_node);
    instance_.leaf(content.unknown_tag, content.inner == Inner::ber ? "DF7F" : "99");
    instance_.leaf(content.unknown_value, instance_.arena().copy(hex(random_.below(20))));
    instance_.end();
  }

  std::string hex(std::uint32_t bytes) {
    std::string text;
    for (std::uint32_t i = 0; i < 2 * bytes; ++i) text += "0123456789ABCDEF"[random_.below(16)];
    return text;
  }

  std::string value_of(const Element& element) {
    if (!element.pattern.empty()) {
      std::string text;
      for (std::size_t i = 0; i < element.pattern.size(); i += 2) text += fmt::format("{:02}", 1 + random_.below(12));
      return text;
    }
    if (element.integer) {
      std::string text = element.charset == signed_n && random_.one_in(2) ? "-" : "";
      const std::uint32_t digits = 1 + random_.below(element.length);
      for (std::uint32_t i = 0; i < digits; ++i) {
        text += static_cast<char>(i == 0 && digits > 1 ? '1' + random_.below(9) : '0' + random_.below(10));
      }
      return text;
    }
    const std::uint32_t most = std::min<std::uint32_t>(element.length, element.length_min + 40);
    std::uint32_t length = element.length_min + random_.below(most - element.length_min + 1);
    if (element.charset == bytes) return hex(length);
    // Without a count of digits only a pad of F tells an odd one.
    const bool packed = element.encoding == Encoding::bcd;
    if (packed && element.length_min == 0 && element.pad_nibble == '0') length -= length % 2;
    std::string text;
    for (std::uint32_t i = 0; i < length; ++i) text += character_of(element, packed);
    while (element.pad != '\0' && !text.empty() && text.back() == element.pad) text.pop_back();
    if (!element.left && element.pad != '\0') text.erase(0, text.find_first_not_of(element.pad));
    return text;
  }

  char character_of(const Element& element, bool packed) {
    for (;;) {
      const char c = static_cast<char>(0x20 + random_.below(0x5F));
      const bool sound = (charsets[static_cast<unsigned char>(c)] & element.charset) != 0;
      // No '?' in a packed track: at the edge it is what fills up. No characters that EBCDIC pages move or lack.
      const bool common = std::string_view("[]{}|^~\\`!\"$#@").find(c) == std::string_view::npos;
      if (sound && common && !(packed && (c > '?' || c == '?'))) return c;
    }
  }

  const Spec& spec_;
  Random& random_;
  Instance& instance_;
};

}  // namespace

TEST_CASE("random messages in random profiles come back as they went out") {
  std::size_t messages = 0;
  std::size_t too_long = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Random random(seed);
    const std::string profile = random_profile(random);
    CAPTURE(profile);
    Findings findings;
    const auto layout = compile(profile, findings);
    for (const Diagnostic& each : findings.kept()) MESSAGE(to_human(each));
    REQUIRE(layout != nullptr);
    const Spec& spec = dynamic_cast<const Iso8583Layout&>(*layout).spec;
    std::string file;
    std::vector<std::string> expected;
    for (int i = 0; i < 20; ++i) {
      Instance instance(layout->shape());
      Maker(spec, random, instance).make_message();
      const std::size_t size = file.size();
      if (const auto why = layout->encoder()->encode(instance, file)) {
        // A content may be longer than its element allows; nothing else is refused.
        CHECK_MESSAGE((why->code == "CRD-0400"_code || why->code == "CRD-0406"_code), to_human(*why));
        CHECK(file.size() == size);
        ++too_long;
        continue;
      }
      const std::uint32_t item = instance.find(layout->shape().item_node());
      expected.push_back(dump(instance, item + 1, instance.subtree_end(item)));
      ++messages;
    }
    const std::vector<std::string> found = decode(*layout, file);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == expected[i]);
  }
  MESSAGE(messages << " messages, " << too_long << " refused as too long");
  CHECK(messages > 2000);
}

}  // namespace tilmash::formats::iso8583::testing
