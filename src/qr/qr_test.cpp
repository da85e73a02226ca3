// Properties over random codes: what is written is read back the same, and what is changed is noticed.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "base/text.h"
#include "qr/reader.h"
#include "qr/writer.h"

namespace tilmash::qr {
namespace {

struct World {
  Data data;
  Findings findings;
  Dictionaries dictionaries{data, findings};
};

World& world() {
  static World all;
  return all;
}

using Values = std::vector<std::pair<std::string, std::string>>;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  /// `length` characters: ASCII, Cyrillic, CJK, combining ones.
  std::string text(std::size_t length, bool ascii) {
    constexpr char32_t samples[] = {U'Ж', U'қ', U'ў', U'最', U'ア', U'é', U'\u0301', U'№'};
    std::string out;
    for (std::size_t i = 0; i < length; ++i) {
      char bytes[4];
      const char32_t c =
          ascii || chance(2) ? static_cast<char32_t>(0x21 + below(0x5E)) : samples[below(std::size(samples))];
      out.append(bytes, write_utf8(bytes, c));
    }
    return out;
  }
  std::string digits(std::size_t length) {
    std::string out;
    for (std::size_t i = 0; i < length; ++i) out += static_cast<char>('0' + below(10));
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

std::string value_of(const Field& field, Random& random) {
  if (!field.codes.empty()) return field.codes[random.below(field.codes.size())].first;
  const std::size_t length =
      field.length_min + random.below(std::min<std::size_t>(field.length_max, 20) - field.length_min + 1);
  switch (field.format) {
    case Format::n:
      return random.digits(length);
    case Format::amount:
    case Format::integer:
      return "1" + random.digits(length - 1);
    case Format::percent:
      return "01.25";
    case Format::hex:
      return random.digits(length);
    case Format::ans:
      return random.text(length, true);
    default:
      return random.text(length, false);
  }
}

/// Values for every mandatory field and some of the others; fields with conditions are left out.
void fill(const std::vector<Field>& fields, const std::string& parent, Random& random, Values& values) {
  for (const Field& field : fields) {
    const bool needed = field.mandatory || field.written || !field.required_unless.empty();
    if (!needed && (random.chance(2) || !field.required_when.empty() || !field.allowed_when.empty())) continue;
    // A range may begin with an id that is a field of its own.
    const std::string path = parent.empty() ? field.last_id : parent + '-' + field.last_id;
    if (path == "63" || path == "91") continue;
    if (field.format == Format::tags) {
      fill(field.fields, path, random, values);
    } else {
      values.emplace_back(path, value_of(field, random));
    }
  }
}

/// A random code of a dictionary, which can be written: lengths of templates are small enough.
std::string random_code(const Dictionary& dictionary, Random& random, Values& values) {
  for (;;) {
    values.clear();
    fill(dictionary.fields, {}, random, values);
    Findings findings;
    if (auto text = write(world().dictionaries, dictionary, values, {}, findings)) return *text;
    for (const Diagnostic& finding : findings.kept()) {
      if (finding.severity == Severity::advice) continue;
      INFO(to_human(finding));
      // A template grew too long, or a code asks for another field.
      REQUIRE((finding.code == "QRC-0502"_code || finding.code == "QRC-0203"_code));
    }
  }
}

TEST_CASE("all dictionaries of the house are good") {
  for (const Diagnostic& finding : world().findings.kept()) MESSAGE(to_human(finding));
  CHECK(world().findings.total_count() == 0);
  CHECK(world().dictionaries.all().size() >= 8);
}

TEST_CASE("CRC-16 has its published check value") {
  CHECK(crc16("123456789") == 0x29B1);
  CHECK(checksum_text(ChecksumKind::crc16, "123456789") == "29B1");
  // Four bytes at a time or one: of any text, bit by bit as the polynomial has it.
  Random random(1021);
  for (std::size_t length = 0; length < 64; ++length) {
    const std::string text = random.text(length, false);
    unsigned crc = 0xFFFF;
    for (const char c : text) {
      crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
      for (int bit = 0; bit < 8; ++bit) crc = ((crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1) & 0xFFFF;
    }
    CHECK(crc16(text) == crc);
  }
  CHECK(checksum_text(ChecksumKind::sha256_tail, "") == "b855");  // FIPS 180-4: SHA-256 of nothing ends so
}

TEST_CASE("what is written is read back, for random codes of every dictionary") {
  Random random(20261121);
  for (const auto& dictionary : world().dictionaries.all()) {
    if (dictionary->kind != Kind::tlv) continue;
    for (int round = 0; round < 200; ++round) {
      Values values;
      const std::string text = random_code(*dictionary, random, values);
      const Reading reading = read(world().dictionaries, text, dictionary.get());
      INFO(text);
      CHECK_FALSE(reading.findings.has_errors());
      CHECK(reading.checksum_right);
      for (const auto& [path, value] : values) {
        const Tag* tag = find_tag(reading.tags, path);
        REQUIRE(tag != nullptr);
        CHECK(tag->value == value);
        CHECK(tag->length == count_characters(value));
      }
    }
  }
}

/// Codes with one character replaced by another, and how many of them pass without an error. The case of the
/// checksum's digits means nothing.
std::size_t count_unseen(const Dictionary& dictionary, std::uint64_t seed, std::size_t codes, std::size_t& tried) {
  Random random(seed);
  std::size_t unseen = 0;
  for (std::size_t i = 0; i < codes; ++i) {
    Values values;
    Findings findings;
    fill(dictionary.fields, {}, random, values);
    for (auto& [path, value] : values) {
      if (find_non_ascii(value) != value.size()) value = random.text(value.size() % 20 + 1, true);
    }
    const auto text = write(world().dictionaries, dictionary, values, {.base = {}, .payload = true}, findings);
    if (!text) continue;
    for (std::size_t at = 0; at < text->size(); ++at) {
      std::string changed = *text;
      changed[at] = static_cast<char>(0x20 + random.below(0x5F));
      if ((changed[at] | 0x20) == ((*text)[at] | 0x20)) continue;
      ++tried;
      if (!read(world().dictionaries, changed, &dictionary).findings.has_errors()) ++unseen;
    }
  }
  return unseen;
}

TEST_CASE("a changed character is seen") {
  // A CRC of 16 bits sees every change of up to 16 bits in a row; the four digits of ELQR's hash miss one in 65,536.
  std::size_t tried = 0;
  CHECK(count_unseen(*world().dictionaries.find("emvco-mpm"), 1, 1000, tried) == 0);
  const std::size_t of_crc = tried;
  tried = 0;
  const std::size_t missed = count_unseen(*world().dictionaries.find("kg-elqr"), 2, 1000, tried);
  MESSAGE(fmt::format("{} changes seen by CRC-16; {} of {} not seen by four digits of SHA-256", of_crc, missed, tried));
  CHECK(of_crc > 50'000);
  CHECK(tried > 50'000);
  CHECK(missed <= 12);
}

TEST_CASE("places count bytes of the payload") {
  const Reading reading = read(world().dictionaries, "000201010211260500Жx");
  REQUIRE(reading.dictionary != nullptr);
  const Tag* tag = find_tag(reading.tags, "01");
  REQUIRE(tag != nullptr);
  CHECK(tag->offset == 6);
  CHECK(reading.findings.kept().front().code == "QRC-0104"_code);
  CHECK(reading.findings.kept().front().place.offset_bytes == 18);
}

TEST_CASE("a hundred thousand elements cost no more than their text") {
  CHECK(read(world().dictionaries, std::string(9000, '0')).findings.kept().front().code == "QRC-0100"_code);
  std::string text = "000201";
  while (text.size() + 4 < text_bytes_max) text += "9900";
  const Reading reading = read(world().dictionaries, text);
  CHECK(reading.findings.has_errors());
}

}  // namespace
}  // namespace tilmash::qr
