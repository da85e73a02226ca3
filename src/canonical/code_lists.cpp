#include "canonical/code_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/config.h"

namespace tilmash::canonical {
namespace {

CodeLists embedded_lists() {
  // The embedded files are part of the build and tests read them; a fault in them is a bug and ends in an exception.
  Findings findings;
  return CodeLists::read(Data(), findings).value();
}

CodeLists& lists_in_force() {
  static CodeLists lists = embedded_lists();
  return lists;
}

}  // namespace

CodeLists::CodeLists() {
  currencies_.fill(absent);
  countries_.fill(absent);
  numbers_.fill(-1);
}

template <std::size_t Letters, std::size_t Size>
bool CodeLists::read_list(std::array<std::int8_t, Size>& list, const Data& data, std::string_view path, int max,
                          Findings& findings) {
  const auto text = data.find(path);
  const auto file = text ? read_config(std::string(path), *text, findings) : std::nullopt;
  if (!file) return false;
  bool good = true;
  for (const ConfigValue::Member& row : file->root.members) {
    const std::size_t at = index<Letters>(row.key);
    const bool is_none = row.value.kind == ConfigValue::Kind::string && row.value.text == "none";
    const bool is_number =
        row.value.kind == ConfigValue::Kind::integer && row.value.integer >= 0 && row.value.integer <= max;
    if (at == no_index || (!is_none && !is_number)) {
      findings.add(config_error(*file, row.value, "CAN-0013"_code,
                                fmt::format("a row is {} capitals and a number up to {}, or \"none\"", Letters, max)));
      good = false;
      continue;
    }
    list[at] = is_none ? none : static_cast<std::int8_t>(row.value.integer);
  }
  return good;
}

bool CodeLists::read_numbers(CodeLists& lists, const Data& data, Findings& findings) {
  constexpr std::string_view path = "schemas/codes/iso4217_numbers.toml";
  const auto text = data.find(path);
  const auto file = text ? read_config(std::string(path), *text, findings) : std::nullopt;
  if (!file) return false;
  bool good = true;
  for (const ConfigValue::Member& row : file->root.members) {
    const std::size_t at = index<3>(row.key);
    const std::string& digits = row.value.text;
    if (at == no_index || digits.size() != 3 || digits.find_first_not_of("0123456789") != std::string::npos) {
      findings.add(config_error(*file, row.value, "CAN-0013"_code, "a row is three capitals and three digits"));
      good = false;
      continue;
    }
    const int number = std::stoi(digits);
    lists.numbers_[at] = static_cast<std::int16_t>(number);
    const std::string both = digits + row.key;
    std::copy(both.begin(), both.end(), lists.by_number_[static_cast<std::size_t>(number)].begin());
  }
  return good;
}

std::string_view CodeLists::currency_of(std::string_view number) const {
  if (number.size() != 3 || number.find_first_not_of("0123456789") != std::string_view::npos) return {};
  const auto at = static_cast<std::size_t>((number[0] - '0') * 100 + (number[1] - '0') * 10 + (number[2] - '0'));
  return by_number_[at][0] == 0 ? std::string_view() : std::string_view(by_number_[at].data() + 3, 3);
}

std::string_view CodeLists::currency_number(std::string_view code) const {
  const std::size_t at = index<3>(code);
  if (at == no_index || numbers_[at] < 0) return {};
  return {by_number_[static_cast<std::size_t>(numbers_[at])].data(), 3};
}

std::optional<CodeLists> CodeLists::read(const Data& data, Findings& findings) {
  CodeLists lists;
  // An amount has at most 5 fraction digits in ISO 20022, an IBAN at most 34 characters (ISO 13616-1).
  const bool currencies = read_list<3>(lists.currencies_, data, "schemas/codes/iso4217.toml", 5, findings);
  const bool countries = read_list<2>(lists.countries_, data, "schemas/codes/iso3166.toml", 34, findings);
  const bool numbers = read_numbers(lists, data, findings);
  if (!currencies || !countries || !numbers) return std::nullopt;
  return lists;
}

const CodeLists& code_lists() {
  return lists_in_force();
}

void use_code_lists(const CodeLists& lists) {
  lists_in_force() = lists;
}

}  // namespace tilmash::canonical
