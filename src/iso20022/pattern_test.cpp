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
