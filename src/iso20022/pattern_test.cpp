#include "iso20022/pattern.h"

#include <doctest/doctest.h>

#include <string>

#include "iso20022/char_set.h"

using namespace tilmash::iso20022;

TEST_CASE("patterns of schemes: characters beyond ASCII, categories, blocks, classes taken out of classes") {
  struct Row {
    const char* pattern;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  for (const Row& row : std::vector<Row>{
           {"[àâÄ-Ü÷]*", {"", "à", "ÄÖÜ÷", "×"}, {"a", "á", "Ý", "àa", "😀"}},
           {"é+", {"é", "éé"}, {"", "e", "è", "é\n"}},
           {"([A-Za-z0-9]|[+|\\?|/|\\-|:|\\(|\\)|\\.|,|'|\\p{Zs}])*",
            {"A b\xC2\xA0\xE3\x80\x80?", "-:()"},
            {"\t", "ä", ";"}},
           {"[\\p{IsBasicLatin}\\p{IsLatin-1Supplement}€Șș-[\\p{C}]]+",
            {"abc", "é€Ș", "~ "},
            {"", "\n", "\x7F", "\xC2\x85", "\xC2\xAD", "Ā", "a\nb"}},
           {"\\p{L}{2}", {"ab", "Әж", "éß"}, {"a", "a1", "abc"}},
           {"[a-z-[aeiou]]+", {"xyz"}, {"a", "xay"}},
           {"[^a-[b]]", {"c", "é"}, {"a", "b"}},
           {"\\P{Lu}", {"a", "é", "1"}, {"A", "É"}},
           {".é", {"xé", "éé", "😀é"}, {"\né", "é", "x"}},
           {"[^é]", {"e", "è"}, {"é", "", "ee"}},
           {"[a-c-]", {"a", "-"}, {"d"}},
       }) {
    CAPTURE(row.pattern);
    const auto pattern = Pattern::compile(row.pattern);
    REQUIRE(pattern);
    for (const std::string& text : row.good) CHECK_MESSAGE(pattern->matches(text), text);
    for (const std::string& text : row.bad) CHECK_MESSAGE(!pattern->matches(text), text);
  }
}

TEST_CASE("a table by places matches what its pattern matches, and nothing where there is none") {
  struct Row {
    const char* pattern;
    std::string good;
  };
  const std::string others = "\t 09AFZafz-+;\x7F";
  for (const Row& row : std::vector<Row>{
           {"[A-Z0-9]{4,4}[A-Z]{2,2}[A-Z0-9]{2,2}([A-Z0-9]{3,3}){0,1}", "AAAAKZKAXXX"},
           {"[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}", "KZ15125KZT0000000000aZ0123456789KZ"},
           {"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}",
            "8a562c67-ca16-48ba-b074-65581be6f001"},
           {"[A-Z0-9]{18,18}[0-9]{2,2}", "5493001KJTIIGC8Y1R12"},
           {"[0-9]{1,15}", "123456789012345"},
           {"[A-Z]{3,3}", "KZT"},
           {"a{63}", std::string(63, 'a')},
       }) {
    CAPTURE(row.pattern);
    const auto pattern = Pattern::compile(row.pattern);
    const PlaceTable places = pattern->find_places();
    REQUIRE(places.matches(row.good));
    for (std::size_t size = 0; size <= row.good.size(); ++size) {
      // In memory of its own, so that a read past its end is seen by the sanitizer.
      const std::vector<char> cut(row.good.begin(), row.good.begin() + static_cast<std::ptrdiff_t>(size));
      const std::string_view text(cut.data(), size);
      CHECK(places.matches(text) == pattern->matches(text));
      CHECK(!places.matches(std::string(text) + "é"));
      for (const char other : others) {
        std::string changed(text);
        if (size != 0) changed[size / 2] = other;
        CHECK_MESSAGE(places.matches(changed) == pattern->matches(changed), changed);
        CHECK_MESSAGE(places.matches(changed + other) == pattern->matches(changed + other), changed);
      }
    }
  }
  for (const char* const many_ways : {"[0-9]*", "(ab|cd)+", "(AA|B)C", "[acegi]", "a{64}",
                                      "\\+[0-9]{1,3}-[0-9()+\\-]{1,30}", ".", "[^a]", "é", "[A-C]|[a-cé]"}) {
    CAPTURE(many_ways);
    const PlaceTable places = Pattern::compile(many_ways)->find_places();
    for (const char* const text : {"", "1", "ab", "AAC", "a", "é", "b", "A"}) CHECK(!places.matches(text));
  }
  for (const char* const nothing : {"", "a{0}"}) CHECK(Pattern::compile(nothing)->find_places().matches(""));
  PlaceTable places = Pattern::compile("[0-9]{1,15}")->find_places();
  places.limit(2, 3);
  CHECK(!places.matches("1"));
  CHECK(places.matches("12"));
  CHECK(places.matches("123"));
  CHECK(!places.matches("1234"));
}

TEST_CASE("patterns that are wrong or not taken") {
  for (const char* pattern : {"[é-à]", "\\p{Nothing}", "\\p{L", "\\pL", "[a-[b]c]", "[]", "[-[a]]", "[a-z-[a]", "\\i",
                              "é{2,1}", "\xC3", "[\xFF]", "\\", "[a-\\p{L}]", "\\p{IsNowhere}", "\\p{}"}) {
    CAPTURE(pattern);
    CHECK(!Pattern::compile(pattern));
  }
}

TEST_CASE("sets of characters") {
  CharSet set(U'a', U'c');
  set.add({U'd', U'f'});
  CHECK(set == CharSet(U'a', U'f'));
  CHECK(set.complement().complement() == set);
  CHECK(set.without({U'c', U'd'}).contains(U'b'));
  CHECK(!set.without({U'c', U'd'}).contains(U'c'));
  CHECK(CharSet().complement() == CharSet(0, CharSet::last_character));
  CHECK(CharSet(0, CharSet::last_character).complement().empty());
}

TEST_CASE("one pattern within another") {
  const auto within = [](const char* inner, const char* outer, bool but_empty = false) {
    return Pattern::compile(inner)->is_within(*Pattern::compile(outer), but_empty);
  };
  CHECK(within("[a-c]{1,3}", "[a-z]+"));
  CHECK(!within("[a-c]*", "[a-z]+"));
  CHECK(within("[a-c]*", "[a-z]+", true));
  CHECK(!within("[a-z]{4}", "[a-z]{1,3}"));
  CHECK(within("[éè]", "[\\p{IsLatin-1Supplement}]"));
  CHECK(!within("[éĀ]", "[\\p{IsLatin-1Supplement}]"));
  CHECK(within("é", "."));
  CHECK(!within(".", "[a-z]|[^a-zé]"));
}
