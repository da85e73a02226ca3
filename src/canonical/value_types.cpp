#include "canonical/value_types.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "canonical/code_lists.h"

namespace tilmash::canonical {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}
bool all_capitals_or_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_capital(c); });
}

/// What a character counts in ISO 7064 mod 97-10: digits themselves, capitals 10 to 35; all else is none.
constexpr std::uint8_t no_value = 0xFF;
constexpr std::array<std::uint8_t, 256> mod_97_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_value);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 26; ++i) values['A' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

/// Goes on with the remainder of ISO 7064 mod 97-10, where a letter stands for its two digits. The sum is reduced only
/// when it might overflow, since a division is what costs here. False when a character has no value.
bool add_mod_97(std::uint64_t& sum, std::string_view text) {
  std::uint8_t seen = 0;
  for (const char c : text) {
    const std::uint8_t value = mod_97_values[static_cast<unsigned char>(c)];
    seen |= value;
    if (sum >= 1'000'000'000'000'000) sum %= 97;
    sum = sum * (value < 10 ? 10 : 100) + value;
  }
  return (seen & 0x80) == 0;
}

/// The weighted sum of the first eleven digits mod 11; the weights run from `first` and begin again at 1 after 11.
int weighted_mod_11(std::string_view digits, int first) {
  int sum = 0;
  for (int i = 0; i < 11; ++i) {
    const int weight = (first - 1 + i) % 11 + 1;
    sum += (digits[static_cast<std::size_t>(i)] - '0') * weight;
  }
  return sum % 11;
}

ValueType value_type(std::string_view name, LeafType type, std::uint32_t length_min, std::uint32_t length_max,
                     std::string_view pattern, ValueCheck check, Sensitivity sensitivity) {
  ValueType value{name, type, {}, sensitivity};
  value.facets.length_min = length_min;
  value.facets.length_max = length_max;
  value.facets.pattern = pattern;
  value.facets.type_name = name;
  value.facets.check = check;
  return value;
}

}  // namespace

Code check_iban(std::string_view value) {
  constexpr Code shape = "CAN-0001"_code;
  if (value.size() < 5) return shape;
  const std::string_view country = value.substr(0, 2);
  const std::string_view check_digits = value.substr(2, 2);
  const std::string_view account = value.substr(4);
  const auto length = code_lists().iban_length(country);
  if (!length || value.size() != *length) return shape;
  std::uint64_t sum = 0;
  if (!all_digits(check_digits) || !add_mod_97(sum, account)) return shape;
  // 00, 01 and 99 leave the same remainders as 97, 98 and 02, but are never given out.
  if (check_digits < "02" || check_digits > "98") return shape;
  if (country == "KZ" && !all_digits(account.substr(0, 3))) return shape;
  add_mod_97(sum, value.substr(0, 4));
  return sum % 97 == 1 ? Code{} : "CAN-0002"_code;
}

Code check_bic(std::string_view value) {
  const bool good = (value.size() == 8 || value.size() == 11) && all_capitals_or_digits(value) &&
                    code_lists().has_country(value.substr(4, 2));
  return good ? Code{} : "CAN-0003"_code;
}

Code check_currency(std::string_view value) {
  return code_lists().has_currency(value) ? Code{} : "CAN-0004"_code;
}

Code check_country(std::string_view value) {
  return code_lists().has_country(value) ? Code{} : "CAN-0005"_code;
}

Code check_iin_bin(std::string_view value) {
  // Twelve zeros have a right check digit, but are what a core writes for "no number".
  if (value.size() != 12 || !all_digits(value) || value == "000000000000") return "CAN-0006"_code;
  int check_digit = weighted_mod_11(value, 1);
  if (check_digit == 10) check_digit = weighted_mod_11(value, 3);
  return check_digit == value[11] - '0' ? Code{} : "CAN-0007"_code;
}

Code check_knp(std::string_view value) {
  return value.size() == 3 && all_digits(value) ? Code{} : "CAN-0008"_code;
}

Code check_kod_kbe(std::string_view value) {
  const bool good = value.size() == 2 && (value[0] == '1' || value[0] == '2') && is_digit(value[1]) && value[1] != '0';
  return good ? Code{} : "CAN-0009"_code;
}

Code check_lei(std::string_view value) {
  std::uint64_t sum = 0;
  if (value.size() != 20 || !add_mod_97(sum, value) || !all_digits(value.substr(18))) return "CAN-0010"_code;
  return sum % 97 == 1 ? Code{} : "CAN-0011"_code;
}

Code check_uuid_v4(std::string_view value) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  constexpr Code wrong = "CAN-0012"_code;
  if (value.size() != form.size()) return wrong;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = value[i];
    const bool good = form[i] == 'x'   ? is_digit(c) || (c >= 'a' && c <= 'f')
                      : form[i] == 'y' ? c == '8' || c == '9' || c == 'a' || c == 'b'
                                       : c == form[i];
    if (!good) return wrong;
  }
  return {};
}

std::optional<unsigned> currency_minor_units(std::string_view currency) {
  return code_lists().minor_units(currency);
}

std::span<const ValueType> value_types() {
  using enum LeafType;
  using enum Sensitivity;
  static const std::array types{
      value_type("bic", text, 8, 11, "[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", check_bic, open),
      value_type("country", code, 2, 2, "[A-Z]{2}", check_country, open),
      value_type("currency", code, 3, 3, "[A-Z]{3}", check_currency, open),
      value_type("iban", text, 15, 34, "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", check_iban, account),
      value_type("iin_bin", text, 12, 12, "[0-9]{12}", check_iin_bin, personal),
      value_type("knp", code, 3, 3, "[0-9]{3}", check_knp, open),
      value_type("kod_kbe", code, 2, 2, "[12][1-9]", check_kod_kbe, open),
      value_type("lei", text, 20, 20, "[A-Z0-9]{18}[0-9]{2}", check_lei, open),
      value_type("uuid_v4", text, 36, 36, "[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}",
                 check_uuid_v4, open),
  };
  return types;
}

const ValueType* find_value_type(std::string_view name) {
  for (const ValueType& type : value_types()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace tilmash::canonical
