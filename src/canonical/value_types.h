// The leaf value types of the canonical model: identifiers and codes that can be judged by their meaning, not only by
// their length. A layout, a dictionary or a mapping names one ("iban"), a Shape carries its check.
//
// Each check takes the value in its canonical form (capitals, no blanks) and gives the code of what is wrong, or none.
// A check says nothing about the world: an IBAN that passes may belong to nobody. Money is no leaf: it is a decimal and
// a currency beside each other.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "shape/shape.h"

namespace tilmash::canonical {

struct ValueType {
  std::string_view name;  ///< also `facets.type_name`
  LeafType type = LeafType::text;
  Facets facets;  ///< length, pattern and check; the check holds all that the pattern says, and more
  Sensitivity sensitivity = Sensitivity::open;
};

/// "iban", "bic", "currency", "country", "iin_bin", "knp", "kod_kbe", "lei", "uuid_v4"; nullptr for any other name.
const ValueType* find_value_type(std::string_view name);

/// All of them, by name.
std::span<const ValueType> value_types();

/// Fails: CAN-0001, CAN-0002. Source: ISO 13616-1:2020, ISO 7064 mod 97-10; lengths of the SWIFT IBAN registry; for KZ
/// the bank code is numeric (3!n13!c).
Code check_iban(std::string_view value);
/// Fails: CAN-0003. Source: ISO 9362:2022; the prefix may hold digits, as ISO 20022's BICFIDec2014Identifier allows.
Code check_bic(std::string_view value);
/// Fails: CAN-0004. Source: ISO 4217:2015, list one.
Code check_currency(std::string_view value);
/// Fails: CAN-0005. Source: ISO 3166-1 alpha-2, and XK.
Code check_country(std::string_view value);
/// Fails: CAN-0006, CAN-0007. Source: Government of Kazakhstan, resolution 565 of 2003. The dates inside are not
/// judged.
Code check_iin_bin(std::string_view value);
/// Fails: CAN-0008. Source: National Bank of Kazakhstan, board resolution 203 of 31 August 2016.
Code check_knp(std::string_view value);
/// Fails: CAN-0009. Source: the same resolution; 8 is non-profit and 9 is households, as custodians print it (one
/// vendor swaps them).
Code check_kod_kbe(std::string_view value);
/// Fails: CAN-0010, CAN-0011. Source: ISO 17442-1:2020, ISO 7064 mod 97-10.
Code check_lei(std::string_view value);
/// Fails: CAN-0012. Source: RFC 4122, 4.4; the small letters of ISO 20022's UUIDv4Identifier.
Code check_uuid_v4(std::string_view value);

/// Fraction digits of a currency: 2 of KZT, 0 of JPY; nothing when it is not known or has no minor unit (XAU).
std::optional<unsigned> currency_minor_units(std::string_view currency);

}  // namespace tilmash::canonical
