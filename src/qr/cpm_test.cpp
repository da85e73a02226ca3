// Consumer-presented codes: one of our own by heart, what breaks the rules and where, and random codes there and back.
#include "qr/cpm.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "qr/writer.h"

namespace tilmash::qr {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

struct World {
  Data data;
  Findings findings;
  Dictionaries dictionaries{data, findings};
  const Dictionary& dictionary = *dictionaries.find("emvco-cpm");
};

World& world() {
  static World all;
  return all;
}

/// The bytes, given as digits, as a code's text.
std::string code_of(std::string_view digits) {
  return to_base64(pack(Format::hex, digits).value());
}

/// The first finding that is no advice, as "code offset path".
std::string first_error(std::string_view text) {
  const Reading reading = read(world().dictionaries, text, &world().dictionary);
  for (const Diagnostic& each : reading.findings.kept()) {
    if (each.severity == Severity::advice) continue;
    return fmt::format("{} {} {}", to_text(each.code), each.place.offset_bytes, each.path);
  }
  return "none";
}

constexpr std::string_view head = "85054350563031";
constexpr std::string_view application = "61094F07A0000000555555";

std::string with(std::string_view tail) {
  return code_of(std::string(head).append(application).append(tail));
}

TEST_CASE("Base64 is that of RFC 4648") {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};  // RFC 4648, 10
  std::size_t bad = 0;
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text, bad) == std::optional<std::string>(bytes));
  }
  const std::pair<std::string_view, std::size_t> wrong[] = {{"Zg", 2},    {"Zg=", 2},   {"Zh==", 2}, {"Zm9=", 3},
                                                            {"Zm9v=", 4}, {"Zm9vY", 5}, {"Zm-v", 2}, {"Zg==Zg", 2},
                                                            {"=", 0},     {"Zm9v\n", 4}};
  for (const auto& [text, at] : wrong) {
    INFO(text);
    CHECK_FALSE(from_base64(text, bad));
    CHECK(bad == at);
  }
}

TEST_CASE("a code is recognised and read") {
  const std::string text =
      "hQVDUFYwMWFJTwegAAAAVVVVUAlUZXN0IENhcmRXEZmQABI0VniQ0pEiAQAAABI/"
      "XyANU0FNUExFL1BFUlNPTmMQnyYIAQIDBAUGBwifNgIAAWEJTwegAA"
      "AAZmZmYgdfLQRra3J1";
  const Reading reading = read(world().dictionaries, text);
  REQUIRE(reading.dictionary == &world().dictionary);
  CHECK(reading.findings.total_count() == 0);
  const Values expected = {{"85", "CPV01"},
                           {"61-4F", "A0000000555555"},
                           {"61-50", "Test Card"},
                           {"61-57", "9990001234567890D2912201000000123F"},
                           {"61-63-9F26", "0102030405060708"},
                           {"61#2-4F", "A0000000666666"},
                           {"62-5F2D", "kkru"}};
  for (const auto& [path, value] : expected) {
    const Tag* tag = find_tag(reading.tags, path);
    INFO(path);
    REQUIRE(tag != nullptr);
    CHECK(tag->value == value);
  }
  CHECK(find_tag(reading.tags, "61-57")->offset == 29);
  CHECK(find_tag(reading.tags, "61-57")->field->sensitive);
  CHECK(find_tag(reading.tags, "61#3") == nullptr);
}

TEST_CASE("what breaks a rule is told with its place") {
  CHECK(first_error(with("")) == "none");
  CHECK(first_error("hQVDUFYw-") == "QRC-0112 8 ");
  CHECK(first_error(code_of(head)) == "QRC-0203 0 61");
  CHECK(first_error(code_of(application)) == "QRC-0203 0 85");
  CHECK(first_error(code_of(std::string(application).append(head))) == "QRC-0201 11 85");
  CHECK(first_error(code_of(std::string(head).append("6200").append(application))) == "QRC-0201 9 61");
  CHECK(first_error(code_of("85054350563032")) == "QRC-0206 0 85");
  CHECK(first_error(with("62006200")) == "QRC-0202 20 62");
  CHECK(first_error(with(application)) == "none");
  CHECK(first_error(with("62035A0112")) == "none");
  CHECK(first_error(with("62035A011A")) == "QRC-0205 20 62-5A");
  CHECK(first_error(with("62055703D12F12")) == "QRC-0205 20 62-57");
  CHECK(first_error(with("6205570312D9FF")) == "none");
  CHECK(first_error(with("62045F2001C0")) == "QRC-0105 23 62-5F20");
  CHECK(first_error(with("620B6409"
                         "9F2606010203040506")) == "QRC-0204 22 62-64-9F26");
  // Tags, lengths and values that are none; within a template at their own place.
  CHECK(first_error(with("00")) == "QRC-0110 18 ");
  CHECK(first_error(with("9F818101")) == "QRC-0110 18 ");
  CHECK(first_error(with("62")) == "QRC-0111 19 ");
  CHECK(first_error(with("6280")) == "QRC-0111 19 ");
  CHECK(first_error(with("6283000001")) == "QRC-0111 19 ");
  CHECK(first_error(with("620250")) == "QRC-0103 19 ");
  CHECK(first_error(with("62025005")) == "QRC-0104 21 62");
}

TEST_CASE("unknown tags are kept, long lengths are read") {
  const Reading reading = read(world().dictionaries, with("6281075F2D026B6BC100"
                                                          "DF814003010203"));
  CHECK_FALSE(reading.findings.has_errors());
  const Tag* tag = find_tag(reading.tags, "DF8140");
  REQUIRE(tag != nullptr);
  CHECK(tag->value == "010203");
  CHECK(tag->field == nullptr);
  REQUIRE(find_tag(reading.tags, "62-C1") != nullptr);
  CHECK(find_tag(reading.tags, "62-5F2D")->value == "kk");
}

TEST_CASE("templates in templates end") {
  std::string digits;
  for (unsigned depth = 0; depth < 60; ++depth) digits = fmt::format("E1{:02X}{}", digits.size() / 2, digits);
  const Reading reading = read(world().dictionaries, with(digits));
  CHECK_FALSE(reading.findings.has_errors());
}

std::string random_value(const Field& field, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  if (!field.codes.empty()) return field.codes.front().first;
  const std::size_t length = field.length_min + below(field.length_max - field.length_min + 1);
  const auto made = [&](std::string_view of, std::size_t count) {
    std::string out;
    while (out.size() < count) out += of[below(of.size())];
    return out;
  };
  switch (field.format) {
    case Format::hex:
      return made("0123456789ABCDEF", length * 2);
    case Format::n:
      return made("0123456789", length * 2);
    case Format::cn:
      return made("0123456789", length * 2 - below(2));
    case Format::track2:
      return made("0123456789", 16) + 'D' + made("0123456789", 7 + below(12));
    default:
      return made("ABC xyz/019", length);
  }
}

void fill(const std::vector<Field>& fields, const std::string& parent, std::mt19937_64& random, Values& values) {
  for (const Field& field : fields) {
    if (!field.mandatory && random() % 3 == 0) continue;
    for (std::size_t i = 1, count = field.repeats ? 1 + random() % 3 : 1; i <= count; ++i) {
      const std::string path = parent + field.first_id + (i == 1 ? "" : fmt::format("#{}", i));
      if (field.format == Format::tags) {
        fill(field.fields, path + '-', random, values);
      } else {
        values.emplace_back(path, random_value(field, random));
      }
    }
  }
}

TEST_CASE("what is written is read back, for random codes") {
  std::mt19937_64 random(20261121);
  for (int round = 0; round < 500; ++round) {
    Values values;
    fill(world().dictionary.fields, {}, random, values);
    Findings findings;
    const auto text = write(world().dictionaries, world().dictionary, values, {}, findings);
    for (const Diagnostic& each : findings.kept()) INFO(to_human(each));
    REQUIRE(text);
    const Reading reading = read(world().dictionaries, *text);
    REQUIRE(reading.dictionary == &world().dictionary);
    Values again;
    for (const auto& [path, value] : values) {
      const Tag* tag = find_tag(reading.tags, path);
      INFO(path);
      REQUIRE(tag != nullptr);
      const bool padded = tag->value.size() == value.size() + 1 && tag->value.back() == 'F';
      CHECK((tag->value == value || (padded && tag->value.starts_with(value))));
      again.emplace_back(path, tag->value);
    }
    CHECK(write(world().dictionaries, world().dictionary, again, {}, findings) == text);
  }
}

TEST_CASE("what can't be written is refused") {
  const auto refused = [](Values values) {
    values.emplace_back("61-4F", "A0000000555555");
    Findings findings;
    CHECK_FALSE(write(world().dictionaries, world().dictionary, values, {}, findings));
    return std::string(to_text(findings.kept().front().code));
  };
  CHECK(refused({{"61-9F08", "001"}}) == "QRC-0505");
  CHECK(refused({{"61-9F08", "00ZZ"}}) == "QRC-0505");
  CHECK(refused({{"61-5A", "12A4"}}) == "QRC-0205");
  CHECK(refused({{"62#2-5A", "1234"}}) == "QRC-0500");
  CHECK(refused({{"61-C1", "00"}}) == "QRC-0500");
  CHECK(refused({{"61-4F", "A0000000555555"}}) == "QRC-0501");
}

}  // namespace
}  // namespace tilmash::qr
