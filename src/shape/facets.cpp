#include "shape/facets.h"

#include <algorithm>

#include "base/text.h"

namespace tilmash {

bool fits_digits(Decimal value, unsigned total, unsigned fraction) {
  auto magnitude = static_cast<std::uint64_t>(value.unscaled);
  if (value.unscaled < 0) magnitude = 0 - magnitude;
  unsigned scale = value.scale;
  for (; scale > 0 && magnitude % 10 == 0; --scale) magnitude /= 10;
  if (scale > fraction) return false;
  unsigned digits = 0;
  for (; magnitude != 0; magnitude /= 10) ++digits;
  return std::max(digits, scale) <= total;
}

Code check_facets(const Facets& facets, LeafType type, std::string_view text, Decimal number) {
  // A value's own check knows its length, and says what is wrong with more meaning.
  if (facets.check != nullptr) return facets.check(text);
  if (type == LeafType::decimal || type == LeafType::integer) {
    if (facets.digits_total != 0 && !fits_digits(number, facets.digits_total, facets.digits_fraction)) {
      return "SHP-0004"_code;
    }
    if (facets.non_negative && number.unscaled < 0) return "SHP-0005"_code;
  } else if (facets.length_min != 0 || facets.length_max != unbounded) {
    // Characters are never more than bytes, so the count is needed only near a limit.
    if (text.size() > facets.length_max || text.size() < 4u * facets.length_min) {
      const std::size_t length = count_characters(text);
      if (length < facets.length_min) return "SHP-0001"_code;
      if (length > facets.length_max) return "SHP-0002"_code;
    }
  }
  if (!facets.codes.empty() && std::find(facets.codes.begin(), facets.codes.end(), text) == facets.codes.end()) {
    return "SHP-0003"_code;
  }
  return {};
}

}  // namespace tilmash
