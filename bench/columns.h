// The columns of a payment record of the demo bank, as both peers cut them (mappings/demo-kz/outgoing/layout.toml).
#pragma once

#include <cstddef>
#include <string_view>

namespace tilmash::bench {

struct Column {
  std::size_t at;  ///< 0-based
  std::size_t length;
};

inline constexpr std::size_t line_bytes = 674;

inline constexpr Column file_id{1, 15}, sender_bic{38, 11}, sender_name{49, 40};  // of the header

inline constexpr Column ref_no{1, 16}, doc_no{17, 10}, amount{27, 15}, currency{42, 3}, value_date{45, 8}, flow{53, 4},
    priority{57, 1}, charges{58, 1}, instructed_amount{59, 20}, instructed_currency{79, 3}, rate{82, 11}, knp{450, 3},
    ultimate_debtor{453, 35}, ultimate_creditor{488, 35}, narrative_1{523, 70}, narrative_2{593, 70};

/// The columns of a party have the same order and widths on both sides.
struct PartyColumns {
  Column name, account, id_type, id, bic, sector, residence, city, street, building, post_code, country, phone;
};
inline constexpr PartyColumns party_at(std::size_t at, std::size_t phone_length) {
  return {{at, 60},
          {at + 60, 20},
          {at + 80, 1},
          {at + 81, 12},
          {at + 93, 11},
          {at + 104, 2},
          {at + 106, 2},
          {at + 108, 20},
          {at + 128, 30},
          {at + 158, 6},
          {at + 164, 6},
          {at + 170, 2},
          {at + 172, phone_length}};
}
inline constexpr PartyColumns debtor = party_at(93, 0), creditor = party_at(265, 13);
inline constexpr std::size_t remittance_characters_max = 140;

/// The column without the blanks at its end.
inline std::string_view cut(const char* record, Column column) {
  const char* begin = record + column.at;
  std::size_t length = column.length;
  while (length != 0 && begin[length - 1] == ' ') --length;
  return {begin, length};
}

/// A number with implied decimals is written without the zeros in front, but with one digit before the point.
inline std::size_t leading_zeros(std::string_view digits, std::size_t scale) {
  std::size_t zeros = 0;
  while (zeros + scale + 1 < digits.size() && digits[zeros] == '0') ++zeros;
  return zeros;
}

inline std::string_view priority_code(char c) {
  return c == 'H' ? "HIGH" : "NORM";
}
inline std::string_view charge_bearer(char c) {
  return c == 'O' ? "DEBT" : c == 'S' ? "SHAR" : "CRED";
}

}  // namespace tilmash::bench
