#include "canonical/value_types.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "canonical/code_lists.h"

using namespace tilmash;
using namespace tilmash::canonical;

namespace {

constexpr Code good{};

/// A valid KZ IBAN of a random account, check digits by the rule of ISO 13616 in its own words: 98 minus the remainder
/// of the rearranged number with check digits 00, by long division.
std::string make_iban(std::mt19937& random) {
  std::string account = "999";
  while (account.size() < 16) account += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[random() % 36];
  std::string digits;
  for (const char c : account + "KZ00") digits += c <= '9' ? std::string(1, c) : std::to_string(c - 'A' + 10);
  unsigned remainder = 0;
  for (const char c : digits) remainder = (remainder * 10 + static_cast<unsigned>(c - '0')) % 97;
  const std::string check = std::to_string(98 - remainder);
  return "KZ" + std::string(2 - check.size(), '0') + check + account;
}

/// A valid IIN or BIN, and whether it needed the second pass; empty when the prefix has no check digit.
std::string make_iin(std::mt19937& random, bool& second_pass) {
  constexpr int first_weights[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  constexpr int second_weights[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2};
  std::string digits;
  for (int i = 0; i < 11; ++i) digits += static_cast<char>('0' + random() % 10);
  const auto sum = [&](const int* weights) {
    int total = 0;
    for (std::size_t i = 0; i < 11; ++i) total += (digits[i] - '0') * weights[i];
    return total % 11;
  };
  int check = sum(first_weights);
  second_pass = check == 10;
  if (second_pass) check = sum(second_weights);
  return check == 10 ? std::string() : digits + static_cast<char>('0' + check);
}

}  // namespace

TEST_CASE("IBANs: published ones, made ones, and those of other countries") {
  for (const char* value :
       {"KZ54125KZT1002300104", "KZ07125KZT1001300104", "KZ85722S000000125964", "KZ86125KZT5004100100",
        "KZ77999A000000000001", "KZ20999KZT0000000042", "KZ31999S000000000123", "GB29NWBK60161331926819",
        "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "DE89370400440532013000"}) {
    CAPTURE(value);
    CHECK(check_iban(value) == good);
  }
  for (const char* value :
       {"", "KZ", "KZ77", "KZ77999A00000000001", "KZ77999A0000000000012", "kz77999A000000000001", "KZ77 999A0000000000",
        "KZ7799\x80\xFF"
        "000000000001",
        "KZ77A99A000000000001", "UZ77999A000000000001", "XX77999A000000000001", "KZAA999A000000000001"}) {
    CAPTURE(value);
    CHECK(check_iban(value) == "CAN-0001"_code);
  }
  CHECK(check_iban("KZ78999A000000000001") == "CAN-0002"_code);
  CHECK(check_iban("KZ77999A000000000010") == "CAN-0002"_code);
}

TEST_CASE("IBANs: any single wrong character and any swap of neighbours is refused") {
  std::mt19937 random(13616);
  for (int round = 0; round < 200; ++round) {
    const std::string iban = make_iban(random);
    CAPTURE(iban);
    REQUIRE(check_iban(iban) == good);
    for (std::size_t i = 0; i < iban.size(); ++i) {
      for (const char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
        if (c == iban[i]) continue;
        std::string changed = iban;
        changed[i] = c;
        // A letter for a letter, a digit for a digit: mod 97-10 finds each. A letter for a digit changes the length of
        // the number, which it finds in all but one of 97 cases.
        if ((c <= '9') == (iban[i] <= '9')) CHECK(check_iban(changed) != good);
      }
      if (i + 1 < iban.size() && iban[i] != iban[i + 1]) {
        std::string swapped = iban;
        std::swap(swapped[i], swapped[i + 1]);
        if ((iban[i] <= '9') == (iban[i + 1] <= '9')) CHECK(check_iban(swapped) != good);
      }
    }
  }
}

TEST_CASE("IIN and BIN: a published one, and made ones of each pass") {
  for (const char* value : {"960440000151", "000101300009", "000101301805", "990140000007", "990140000806"}) {
    CAPTURE(value);
    CHECK(check_iin_bin(value) == good);
  }
  // These prefixes have no check digit at all.
  for (const std::string prefix : {"00010130188", "99014000082"}) {
    for (char c = '0'; c <= '9'; ++c) CHECK(check_iin_bin(prefix + c) == "CAN-0007"_code);
  }
  for (const char* value : {"", "96044000015", "9604400001511", "96044000015A", "000000000000", "96044000015\xFF"}) {
    CAPTURE(value);
    CHECK(check_iin_bin(value) == "CAN-0006"_code);
  }
}

TEST_CASE("IIN and BIN: a single wrong digit is refused wherever the scheme can see it") {
  std::mt19937 random(31);
  int second_passes = 0;
  for (int round = 0; round < 2000; ++round) {
    bool second_pass = false;
    const std::string number = make_iin(random, second_pass);
    if (number.empty()) continue;
    CAPTURE(number);
    second_passes += second_pass;
    REQUIRE(check_iin_bin(number) == good);
    for (std::size_t i = 0; i < 12; ++i) {
      for (char c = '0'; c <= '9'; ++c) {
        if (c == number[i]) continue;
        std::string changed = number;
        changed[i] = c;
        int first_pass = 0;
        for (std::size_t k = 0; k < 11; ++k) first_pass += (changed[k] - '0') * static_cast<int>(k + 1);
        // The scheme is blind in two places: the weight of the 11th digit is 11, which is 0 mod 11, and a change that
        // leads into or out of the second pass may meet the same digit there.
        const bool both_in_first_pass = !second_pass && first_pass % 11 != 10;
        if (i == 11 || (i != 10 && both_in_first_pass)) CHECK(check_iin_bin(changed) != good);
      }
    }
  }
  CHECK(second_passes > 100);
}

TEST_CASE("BIC, LEI and UUID by their standards") {
  for (const char* value : {"DEMOKZKA", "CASPKZKA", "DEUTDEFF500", "1ABCXKXX"}) CHECK(check_bic(value) == good);
  for (const char* value :
       {"", "DEMOKZK", "DEMOKZKA1", "DEMOKZKA12", "DEMOKZKAXXXX", "demokzka", "DEMOQQKA", "DEMO1ZKA", "DEM KZKA"}) {
    CAPTURE(value);
    CHECK(check_bic(value) == "CAN-0003"_code);
  }
  CHECK(check_lei("5493001KJTIIGC8Y1R12") == good);
  CHECK(check_lei("5493001KJTIIGC8Y1R21") == "CAN-0011"_code);
  CHECK(check_lei("5493001KJTIIGC8Y1R1") == "CAN-0010"_code);
  CHECK(check_lei("5493001KJTIIGC8Y1RAB") == "CAN-0010"_code);
  CHECK(check_uuid_v4("8a562c67-ca16-48ba-b074-65581be6f001") == good);
  for (const char* value : {"", "8A562C67-ca16-48ba-b074-65581be6f001", "8a562c67-ca16-38ba-b074-65581be6f001",
                            "8a562c67-ca16-48ba-c074-65581be6f001", "8a562c67ca1648bab07465581be6f001"}) {
    CAPTURE(value);
    CHECK(check_uuid_v4(value) == "CAN-0012"_code);
  }
}

TEST_CASE("KNP, KOD and KBE") {
  CHECK(check_knp("710") == good);
  CHECK(check_knp("010") == good);
  for (const char* value : {"", "71", "7100", "71A"}) CHECK(check_knp(value) == "CAN-0008"_code);
  for (char residency = '0'; residency <= '9'; ++residency) {
    for (char sector = '0'; sector <= '9'; ++sector) {
      const bool valid = (residency == '1' || residency == '2') && sector != '0';
      const std::string value{residency, sector};
      CHECK((check_kod_kbe(value) == good) == valid);
    }
  }
  CHECK(check_kod_kbe("9") == "CAN-0009"_code);
  CHECK(check_kod_kbe("191") == "CAN-0009"_code);
}

TEST_CASE("currencies and countries are the closed lists of ISO, with minor units") {
  struct Row {
    const char* currency;
    unsigned minor_units;
  };
  for (const Row row : {Row{"KZT", 2}, Row{"UZS", 2}, Row{"KGS", 2}, Row{"USD", 2}, Row{"EUR", 2}, Row{"RUB", 2},
                        Row{"CNY", 2}, Row{"JPY", 0}, Row{"KRW", 0}, Row{"BHD", 3}, Row{"CLF", 4}}) {
    CAPTURE(row.currency);
    CHECK(check_currency(row.currency) == good);
    CHECK(currency_minor_units(row.currency) == row.minor_units);
  }
  CHECK(check_currency("XAU") == good);
  CHECK_FALSE(currency_minor_units("XAU"));
  for (const char* value : {"", "KZ", "KZTT", "kzt", "ZZZ", "HRK", "K\xC0T"}) {
    CAPTURE(value);
    CHECK(check_currency(value) == "CAN-0004"_code);
    CHECK_FALSE(currency_minor_units(value));
  }
  for (const char* value : {"KZ", "UZ", "KG", "XK"}) CHECK(check_country(value) == good);
  for (const char* value : {"", "K", "KAZ", "kz", "ZZ", "SU"}) CHECK(check_country(value) == "CAN-0005"_code);
}

TEST_CASE("a folder of data may bring newer code lists, and wrong ones are refused with their line") {
  const auto folder = std::filesystem::path(TILMASH_BUILD_DIR) / "canonical_code_lists";
  std::filesystem::create_directories(folder / "schemas/codes");
  const auto write = [&](const char* text) { std::ofstream(folder / "schemas/codes/iso4217.toml") << text; };
  Findings findings;
  write("KZT = 2\nQQQ = 0\n");
  const auto lists = CodeLists::read(Data(folder), findings);
  REQUIRE(lists);
  CHECK(lists->has_currency("QQQ"));
  CHECK_FALSE(lists->has_currency("USD"));
  CHECK(lists->iban_length("KZ") == 20u);
  write("KZT = 2\nkgs = 2\n");
  CHECK_FALSE(CodeLists::read(Data(folder), findings));
  CHECK(findings.kept().back().code == "CAN-0013"_code);
  CHECK(findings.kept().back().place.line_number == 2);
  write("KZT = 200\n");
  CHECK_FALSE(CodeLists::read(Data(folder), findings));
  CHECK(findings.kept().back().place.line_number == 1);
  std::filesystem::remove_all(folder);
}

TEST_CASE("value types are found by name and carry their check") {
  CHECK(value_types().size() == 9);
  CHECK(std::is_sorted(value_types().begin(), value_types().end(),
                       [](const ValueType& a, const ValueType& b) { return a.name < b.name; }));
  for (const ValueType& type : value_types()) {
    CAPTURE(type.name);
    CHECK(find_value_type(type.name) == &type);
    CHECK(type.facets.type_name == type.name);
    REQUIRE(static_cast<bool>(type.facets.check));
    CHECK(type.facets.check("") != good);
  }
  CHECK(find_value_type("iban")->sensitivity == Sensitivity::account);
  CHECK(find_value_type("ibann") == nullptr);
}

TEST_CASE("what a value's own check lets through, its pattern and lengths let through") {
  const std::vector<std::string> samples = {"DEMOKZKA",
                                            "DEMOKZKA123",
                                            "KZ",
                                            "KZT",
                                            "KZ86125KZT5004100100",
                                            "880101300018",
                                            "710",
                                            "17",
                                            "5493000IBP32UQZ0KL24",
                                            "8a562c67-ca16-48ba-b074-65581be6f001"};
  constexpr std::string_view bytes = "09AZaz8b-< \n.\x80";
  std::mt19937 random(11);
  int passed = 0;
  for (const ValueType& type : value_types()) {
    const std::regex pattern(type.facets.pattern);
    for (int round = 0; round < 20000; ++round) {
      std::string value = samples[random() % samples.size()];
      for (auto changes = random() % 3; changes > 0; --changes) {
        const std::size_t at = random() % (value.size() + 1);
        value.replace(at, random() % 2, random() % 3 == 0 ? 0 : 1, bytes[random() % bytes.size()]);
      }
      if (type.facets.check(value)) continue;
      CAPTURE(type.name);
      CAPTURE(value);
      CHECK(std::regex_match(value, pattern));
      CHECK(value.size() >= type.facets.length_min);
      CHECK(value.size() <= type.facets.length_max);
      ++passed;
    }
  }
  CHECK(passed > 1000);
}
