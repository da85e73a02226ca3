#include "iso20022/key_watch.h"

#include <doctest/doctest.h>

#include "iso20022/notation.h"
#include "iso20022/reader.h"
#include "iso20022/value_key.h"

using namespace tilmash;
using namespace tilmash::iso20022;

namespace {

constexpr std::string_view notation = R"(namespace urn:list
root List List
  unique once Item Name
List = sequence
  Item * Item
Item = sequence
  Name ? Text
  Inner ? List
    key inner Item Name
Text = text 1..35
)";

std::unique_ptr<const Message> compile(std::string_view text) {
  Findings findings;
  auto schema = parse_message(text, "list.message", "list", findings);
  REQUIRE(schema);
  return Message::compile(std::move(*schema), findings);
}

/// Of List, Item, Name: the particles by which the notation's elements go.
constexpr std::uint32_t list = 0;
constexpr std::uint32_t item = 1;
constexpr std::uint32_t name = 2;

std::string take_name(KeyWatch& watch, const Message& message, std::string_view text, std::uint64_t offset) {
  std::vector<KeyFault> faults;
  const std::uint32_t chain[] = {list, item, name};
  watch.open(KeyWatch::Chain(chain).first(2));
  watch.open(chain);
  watch.take(chain, {}, message.simples[0], text, true, offset, faults);
  watch.close(3, faults);
  watch.close(2, faults);
  std::string out;
  for (const KeyFault& fault : faults) out += to_text(fault.code) + " " + std::to_string(fault.first_offset);
  return out;
}

/// Whether two values of a type are equal.
bool same(std::string_view type, std::string_view one, std::string_view other) {
  NotationLines lines(type, "test");
  bool more = lines.next();
  Findings findings;
  const auto definition = parse_type(lines, more, findings);
  SimpleType simple;
  REQUIRE(definition);
  REQUIRE(compile_simple(*definition, simple));
  CHECK(!check_value(simple, one));
  CHECK(!check_value(simple, other));
  std::string keys[2];
  append_value_key(simple, one, keys[0]);
  append_value_key(simple, other, keys[1]);
  return keys[0] == keys[1];
}

}  // namespace

TEST_CASE("values are equal in their value space") {
  CHECK(same("T = decimal", "1.0", "+01.00"));
  CHECK(same("T = decimal", " -0 ", "0"));
  CHECK_FALSE(same("T = decimal", "1", "-1"));
  CHECK(same("T = boolean", "1", "true"));
  CHECK_FALSE(same("T = boolean", "0", "true"));
  CHECK_FALSE(same("T = text", "a", " a"));
  CHECK(same("T = binary", "QU JD", "QUJD"));
  CHECK(same("T = code A B", "A", "A"));
  CHECK(same("T = date", "2026-01-02+13:00", "2026-01-01-11:00"));
  CHECK(same("T = date", "2026-01-01Z", "2026-01-01+00:00"));
  CHECK_FALSE(same("T = date", "2026-01-01Z", "2026-01-01"));
  CHECK_FALSE(same("T = date", "2026-01-01Z", "2026-01-01+01:00"));
  CHECK(same("T = datetime", "2026-02-28T23:30:00.50-01:00", "2026-03-01T00:30:00.5Z"));
  CHECK(same("T = datetime", "-0004-02-29T23:30:00-01:00", "-0004-03-01T00:30:00Z"));
  CHECK(same("T = datetime", "-0001-12-31T23:30:00-01:00", "0001-01-01T00:30:00Z"));
  CHECK(same("T = datetime", "2026-01-01T00:00:00.0", "2026-01-01T00:00:00"));
  CHECK_FALSE(same("T = datetime", "2025-12-31T24:00:00Z", "2026-01-01T00:00:00Z"));
  CHECK_FALSE(
      same("T = datetime", "2026-01-01T00:00:00.12345678901234567891Z", "2026-01-01T00:00:00.12345678901234567892Z"));
  CHECK(same("T = time", "09:30:00Z", "10:30:00+01:00"));
  CHECK(same("T = time", "00:30:00+01:00", "23:30:00Z"));
  CHECK_FALSE(same("T = time", "09:30:00Z", "09:30:00"));
  CHECK(same("T = year", "2026Z", "2026+00:00"));
  CHECK_FALSE(same("T = year", "2026", "2027"));
  CHECK(same("T = year", "123456789012345678901", "123456789012345678901"));
  CHECK(same("T = year_month", "2026-01Z", "2026-01-00:00"));
  CHECK_FALSE(same("T = year_month", "2026-01", "2026-02"));
}

TEST_CASE("a value is found where it stands again, and what the memory does not hold is said") {
  const auto message = compile(notation);
  REQUIRE(message);
  REQUIRE(message->constraints.size() == 2);
  CHECK(message->is_watched(list));
  CHECK(message->is_watched(item));
  CHECK(message->is_watched(name));
  // Two values of one byte fit, with the letter of their kind and what closes them.
  KeyWatch watch(*message, 2 * (value_overhead_bytes + 3));
  const std::uint32_t root[] = {list};
  watch.open(root);
  CHECK(take_name(watch, *message, "a", 7) == "");
  KeyWatch fork = watch.fork();
  CHECK(take_name(watch, *message, "a", 8) == "ISO-0216 7");
  CHECK(take_name(fork, *message, "a", 9) == "");
  CHECK_FALSE(watch.merge(fork));
  KeyWatch other = watch.fork();
  CHECK(take_name(other, *message, "b", 10) == "");
  CHECK(watch.merge(other));
  CHECK(take_name(watch, *message, "b", 11) == "ISO-0216 10");
  CHECK(take_name(watch, *message, "c", 12) == "ISO-0218 0");
  CHECK(take_name(watch, *message, "d", 13) == "");  // it was said
  CHECK(take_name(watch, *message, "a", 14) == "ISO-0216 7");
  KeyWatch more = watch.fork();
  CHECK(take_name(more, *message, "e", 15) == "");
  CHECK_FALSE(watch.merge(more));
  // What an element held is forgotten at its end.
  std::vector<KeyFault> faults;
  watch.close(1, faults);
  CHECK(faults.empty());
  watch.open(root);
  CHECK(take_name(watch, *message, "a", 16) == "");
}

TEST_CASE("a constraint that leads nowhere, or a line that is none, is said") {
  const auto refused = [](std::string_view from, std::string_view to) {
    std::string text(notation);
    text.replace(text.find(from), from.size(), to);
    Findings findings;
    auto schema = parse_message(text, "list.message", "list", findings);
    if (schema) Message::compile(std::move(*schema), findings);
    return findings.kept().empty() ? std::string() : to_text(findings.kept()[0].code) + " " + findings.kept()[0].text;
  };
  CHECK(refused("once", "once") == "");
  CHECK(refused("once Item Name", "once Items Name") == "ISO-0024 once: the selector Items leads to no element");
  CHECK(refused("once Item Name", "once Item Inner") == "ISO-0024 once: the field Inner leads to no value");
  CHECK(refused("once Item Name", "once Item/@A Name") == "ISO-0024 once: a selector leads to elements");
  CHECK(refused("once Item Name", "once . Item") ==
        "ISO-0024 once: in the field Item, Item is no element of List, or may stand there more than once");
  CHECK(refused("once Item Name", "once Item/*  Name") == "ISO-0024 once: the selector Item/* is not taken");
  CHECK(refused("Text = text 1..35", "Other = text") == "ISO-0024 once: type Text is not defined");
  CHECK(refused("once Item Name", "once Item") ==
        "ISO-0010 a constraint line is: `unique` or `key`, name, selector, fields");
  CHECK(refused("    key inner", "    keyref inner") ==
        "ISO-0010 a constraint line is: `unique` or `key`, name, selector, fields");
}
