#include "iso20022/builtin_type.h"

#include <algorithm>
#include <deque>
#include <iterator>

namespace tilmash::iso20022 {
namespace {

struct Builtin {
  std::string_view name;
  LeafType base;
  std::string_view pattern = {};
  std::string_view min = {};
  std::string_view max = {};
  bool collapsed = false;  ///< a text whose blanks at the ends, or within, do not count
};

// The lexical forms are those of the sections named; blanks around a text with a pattern are collapsed (4.3.6).
#define BLANKS "[ \\t\\n\\r]*"
#define ZONE "(Z|[+\\-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
constexpr std::string_view whole = "[+\\-]?[0-9]+";  // 3.3.13
constexpr std::string_view real =                    // 3.2.4, 3.2.5
    BLANKS "([+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([Ee][+\\-]?[0-9]+)?|-?INF|NaN)" BLANKS;
#define TIME "T([0-9]+H([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?|[0-9]+M([0-9]+(\\.[0-9]+)?S)?|[0-9]+(\\.[0-9]+)?S)"
constexpr std::string_view duration =  // 3.2.6
    BLANKS "-?P(([0-9]+Y([0-9]+M)?([0-9]+D)?|[0-9]+M([0-9]+D)?|[0-9]+D)(" TIME ")?|" TIME ")" BLANKS;

constexpr Builtin builtins[] = {
    {"string", LeafType::text},
    {"decimal", LeafType::decimal},
    {"boolean", LeafType::boolean},
    {"date", LeafType::date},
    {"dateTime", LeafType::datetime},
    {"time", LeafType::time},
    {"gYear", LeafType::year},
    {"gYearMonth", LeafType::year_month},
    {"base64Binary", LeafType::binary},
    {"integer", LeafType::decimal, whole},
    {"nonPositiveInteger", LeafType::decimal, whole, "", "0"},
    {"negativeInteger", LeafType::decimal, whole, "", "-1"},
    {"nonNegativeInteger", LeafType::decimal, whole, "0"},
    {"positiveInteger", LeafType::decimal, whole, "1"},
    {"long", LeafType::decimal, whole, "-9223372036854775808", "9223372036854775807"},
    {"int", LeafType::decimal, whole, "-2147483648", "2147483647"},
    {"short", LeafType::decimal, whole, "-32768", "32767"},
    {"byte", LeafType::decimal, whole, "-128", "127"},
    {"unsignedLong", LeafType::decimal, whole, "0", "18446744073709551615"},
    {"unsignedInt", LeafType::decimal, whole, "0", "4294967295"},
    {"unsignedShort", LeafType::decimal, whole, "0", "65535"},
    {"unsignedByte", LeafType::decimal, whole, "0", "255"},
    {"anySimpleType", LeafType::text, "", "", "", true},
    {"normalizedString", LeafType::text, "", "", "", true},
    {"token", LeafType::text, "", "", "", true},
    {"anyURI", LeafType::text, "", "", "", true},
    {"language", LeafType::text, BLANKS "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*" BLANKS, "", "", true},
    {"hexBinary", LeafType::text, BLANKS "([0-9a-fA-F]{2})*" BLANKS, "", "", true},
    {"float", LeafType::text, real, "", "", true},
    {"double", LeafType::text, real, "", "", true},
    {"duration", LeafType::text, duration, "", "", true},
    {"gMonth", LeafType::text, BLANKS "--(0[1-9]|1[0-2])" ZONE BLANKS, "", "", true},
    {"gDay", LeafType::text, BLANKS "---(0[1-9]|[12][0-9]|3[01])" ZONE BLANKS, "", "", true},
    {"gMonthDay", LeafType::text,
     BLANKS "--((0[1-9]|1[0-2])-(0[1-9]|[12][0-9])|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31)" ZONE BLANKS, "", "", true},
};
#undef BLANKS
#undef ZONE
#undef TIME

TypeDefinition definition_of(const Builtin& builtin) {
  TypeDefinition type;
  type.name = std::string("xs:").append(builtin.name);
  type.base = builtin.base;
  type.pattern = builtin.pattern;
  type.value_min = builtin.min;
  type.value_max = builtin.max;
  if (builtin.pattern == whole) type.digits_fraction = 0;
  return type;
}

const Builtin* find(std::string_view name) {
  const auto found =
      std::find_if(std::begin(builtins), std::end(builtins), [&](auto& row) { return row.name == name; });
  return found == std::end(builtins) ? nullptr : found;
}

struct Compiled {
  TypeDefinition definition;
  SimpleType simple;
};

/// One a row, all made when the first is needed: an input may ask for them often.
std::deque<Compiled> compile_all() {
  std::deque<Compiled> all;
  for (const Builtin& builtin : builtins) {
    Compiled& made = all.emplace_back(Compiled{definition_of(builtin), {}});
    compile_simple(made.definition, made.simple);
  }
  return all;
}

}  // namespace

std::optional<TypeDefinition> builtin_base(std::string_view name) {
  const Builtin* found = find(name);
  if (found == nullptr || found->collapsed) return std::nullopt;
  return definition_of(*found);
}

const SimpleType* find_builtin(std::string_view name) {
  static const std::deque<Compiled> all = compile_all();
  const Builtin* found = find(name);
  return found == nullptr ? nullptr : &all[static_cast<std::size_t>(found - builtins)].simple;
}

}  // namespace tilmash::iso20022
