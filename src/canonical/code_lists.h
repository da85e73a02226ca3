// The closed code lists that value checks look into: ISO 4217 currencies with their minor units and
// numbers, ISO 3166 countries
// with their IBAN lengths. Data (schemas/codes/*.toml); one load a question.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/data.h"
#include "base/diagnostic.h"

namespace tilmash::canonical {

class CodeLists {
 public:
  /// Fails: CAN-0013 a row is wrong, CFG-… a file is no TOML.
  static std::optional<CodeLists> read(const Data& data, Findings& findings);

  bool has_currency(std::string_view code) const { return of(currencies_, index<3>(code)) != absent; }
  bool has_country(std::string_view code) const { return of(countries_, index<2>(code)) != absent; }

  /// Nothing when the currency is not known or has no minor unit (XAU, XXX).
  std::optional<unsigned> minor_units(std::string_view currency) const {
    return number(of(currencies_, index<3>(currency)));
  }
  /// "398" -> "KZT"; empty when no currency has the number.
  std::string_view currency_of(std::string_view number) const;
  /// "KZT" -> "398"; empty when the currency is not known.
  std::string_view currency_number(std::string_view code) const;
  /// Nothing when the country is not known or has no IBANs.
  std::optional<unsigned> iban_length(std::string_view country) const {
    return number(of(countries_, index<2>(country)));
  }

 private:
  static constexpr std::int8_t absent = -2;
  static constexpr std::int8_t none = -1;
  static constexpr std::size_t no_index = static_cast<std::size_t>(-1);

  CodeLists();

  /// The place of a code of `Letters` capitals among all such codes.
  template <std::size_t Letters>
  static std::size_t index(std::string_view code) {
    if (code.size() != Letters) return no_index;
    std::size_t value = 0;
    for (const char c : code) {
      if (c < 'A' || c > 'Z') return no_index;
      value = value * 26 + static_cast<std::size_t>(c - 'A');
    }
    return value;
  }
  template <std::size_t Size>
  static std::int8_t of(const std::array<std::int8_t, Size>& list, std::size_t index) {
    return index < Size ? list[index] : absent;
  }
  static std::optional<unsigned> number(std::int8_t value) {
    return value >= 0 ? std::optional<unsigned>(static_cast<unsigned>(value)) : std::nullopt;
  }
  template <std::size_t Letters, std::size_t Size>
  static bool read_list(std::array<std::int8_t, Size>& list, const Data& data, std::string_view path, int max,
                        Findings& findings);

  static bool read_numbers(CodeLists& lists, const Data& data, Findings& findings);

  std::array<std::int8_t, 26 * 26 * 26> currencies_;
  std::array<std::int16_t, 26 * 26 * 26> numbers_;     ///< of the currencies; -1 = none
  std::array<std::array<char, 6>, 1000> by_number_{};  ///< "398KZT"; zeros where there is none
  std::array<std::int8_t, 26 * 26> countries_;
};

/// The lists in force in this process: the embedded ones until `use_code_lists` was called.
const CodeLists& code_lists();

/// Puts others in force, as with --data. Not while another thread checks values: call it at start-up.
void use_code_lists(const CodeLists& lists);

}  // namespace tilmash::canonical
