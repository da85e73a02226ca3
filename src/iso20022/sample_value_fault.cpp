#include "iso20022/sample_value_fault.h"

#include <algorithm>
#include <span>

#include "iso20022/sample_value.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::uint32_t longest_made = 100'000;  ///< characters; the catalogue's longest text is shorter

std::string times(std::string_view piece, std::uint32_t count) {
  std::string out;
  for (std::uint32_t i = 0; i < count; ++i) out += piece;
  return out;
}

/// A type with a form of its own (a date, a truth value): what it must take and refuse, collapsed first.
struct Form {
  LeafType type;
  std::string_view kind;
  Code code;
  std::span<const std::string_view> good;
  std::span<const std::string_view> bad;
};

// XML Schema 1.0 part 2 (second edition): 3.2.7 to 3.2.11 dates and times, 3.2.2 boolean, 3.2.3 decimal.
constexpr std::string_view good_dates[] = {"2024-02-29",       "2000-02-29",       "2026-11-21Z",
                                           "2026-11-21+05:00", "2026-11-21-14:00", " 2026-11-21 ",
                                           "\n2026-11-21\t",   "12026-01-01",      "-0044-03-15"};
constexpr std::string_view bad_dates[] = {
    "2026-02-29", "1900-02-29",          "2026-13-01",       "2026-00-10",  "2026-11-31",  "2026-11-00",  "26-11-21",
    "2026/11/21", "2026-11-21T00:00:00", "20261121",         "2026-11-21z", "0000-01-01",  "02026-01-01", "21.11.2026",
    "2026-11-2",  "2026-11-21+14:01",    "2026-11-21+15:00", "+2026-11-21", "2026-11-21 Z"};
constexpr std::string_view good_datetimes[] = {"2026-11-21T09:30:00Z", "2026-11-21T24:00:00Z",
                                               "2026-11-21T09:30:00.123Z", "2026-11-21T09:30:00.0000001Z",
                                               " 2026-11-21T09:30:00Z "};
constexpr std::string_view bad_datetimes[] = {"2026-02-29T00:00:00Z", "2026-11-21",           "2026-11-21T9:30:00Z",
                                              "2026-11-21t09:30:00Z", "2026-11-21T09:30Z",    "2026-11-21T25:00:00Z",
                                              "2026-11-21T24:00:01Z", "2026-11-21T09:60:00Z", "2026-11-21 09:30:00Z",
                                              "2026-11-21T09:30:61Z", "2026-11-21T09:30:00z", "20261121T093000Z"};
constexpr std::string_view good_times[] = {"00:00:00", "24:00:00", "09:30:00.5+05:00", "23:59:59Z", " 09:30:00 "};
constexpr std::string_view bad_times[] = {"9:30:00", "09:30", "24:00:01", "25:00:00", "09:60:00", "09.30.00", "093000"};
constexpr std::string_view good_years[] = {"2026", "2026Z", "-0044", "12026", " 2026 "};
constexpr std::string_view bad_years[] = {"26", "0000", "02026", "2026-11", "MMXXVI"};
constexpr std::string_view good_months[] = {"2026-11", "2026-11Z", " 2026-11 "};
constexpr std::string_view bad_months[] = {"2026", "2026-13", "2026-00", "11-2026", "2026-11-21"};
constexpr std::string_view good_booleans[] = {"true", "false", "1", "0", " true "};
constexpr std::string_view bad_booleans[] = {"TRUE", "True", "yes", "2", "Y"};

const Form forms[] = {
    {LeafType::date, "bad date", "ISO-0308"_code, good_dates, bad_dates},
    {LeafType::datetime, "bad date and time", "ISO-0309"_code, good_datetimes, bad_datetimes},
    {LeafType::time, "bad time", "ISO-0310"_code, good_times, bad_times},
    {LeafType::year, "bad year", "ISO-0312"_code, good_years, bad_years},
    {LeafType::year_month, "bad month", "ISO-0312"_code, good_months, bad_months},
    {LeafType::boolean, "bad boolean", "ISO-0311"_code, good_booleans, bad_booleans},
};

class Maker {
 public:
  explicit Maker(const TypeDefinition& type) : type_(type) {}

  std::vector<ValueFault> make() {
    for (const Form& form : forms) {
      if (form.type == type_.base) add_form(form);
    }
    if (type_.base == LeafType::code) add_codes();
    if (type_.base == LeafType::decimal) add_decimals();
    if (type_.base == LeafType::binary) add_binaries();
    if (type_.base == LeafType::text) {
      if (type_.pattern.empty()) {
        add_texts();
      } else {
        add_patterns();
      }
    }
    return std::move(out_);
  }

 private:
  void bad(std::string_view kind, Code code, std::string value) { out_.push_back({kind, code, std::move(value)}); }
  void good(std::string value) { out_.push_back({"at the limit", {}, std::move(value)}); }
  void maybe(std::string_view kind, Code code, std::string value) {
    out_.push_back({kind, code, std::move(value), false});
  }

  void add_form(const Form& form) {
    // A pattern beside the form decides first, and only it knows what it takes.
    const bool patterned = !type_.pattern.empty();
    const auto add = [&](std::string_view kind, Code code, std::string_view value) {
      if (patterned) return maybe("pattern", "ISO-0303"_code, std::string(value));
      out_.push_back({kind, code, std::string(value)});
    };
    add("empty", form.code, "");
    add("blank", form.code, " ");
    for (const std::string_view value : form.good) add("at the limit", {}, value);
    for (const std::string_view value : form.bad) add(form.kind, form.code, value);
  }

  void add_texts() {
    const std::uint32_t low = type_.length_min.value_or(0);
    if (low >= 1) {
      bad("empty", "ISO-0301"_code, "");
    } else {
      good("");
    }
    if (low <= 1) {
      good(" ");  // a blank is a character (whiteSpace is preserved in strings, part 2, 4.3.6)
    } else {
      bad("blank", "ISO-0301"_code, " ");
      bad("too short", "ISO-0301"_code, times("x", low - 1));
      good(times("x", low));
    }
    if (!type_.length_max || *type_.length_max > longest_made) return;
    const std::uint32_t high = *type_.length_max;
    bad("too long", "ISO-0302"_code, times("x", high + 1));
    bad("too long", "ISO-0302"_code, times("\xD2\x9A", high + 1));
    good(times("x", high));
    good(times("\xD2\x9A", high));          // U+049A: two bytes, one character
    good(times("\xF0\x9F\x98\x80", high));  // U+1F600: four bytes, one character
  }

  void add_patterns() {
    const std::string value = sample_value(type_, nullptr);
    maybe("empty", "ISO-0303"_code, "");
    maybe("blank", "ISO-0303"_code, " ");
    maybe("pattern", "ISO-0303"_code, value + "|~|");
    maybe("pattern", "ISO-0303"_code, " " + value);
    maybe("pattern", "ISO-0303"_code, value.substr(0, value.size() - (value.empty() ? 0 : 1)));
    maybe("pattern", "ISO-0303"_code, "\xC3\xA9" + value.substr(value.empty() ? 0 : 1));
    maybe("pattern", "ISO-0303"_code, value + "\n");
    std::string swapped = value;
    for (char& c : swapped) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter) c = static_cast<char>(c ^ 0x20);
    }
    maybe("pattern", "ISO-0303"_code, swapped);
    SampleRandom random(20022);
    for (int i = 0; i < 4; ++i) good(sample_value(type_, &random));
  }

  void add_codes() {
    const auto& codes = type_.codes;
    const auto known = [&](std::string_view value) {
      return std::find(codes.begin(), codes.end(), value) != codes.end();
    };
    const std::string first = codes.empty() ? "" : codes.front();
    bad("empty", "ISO-0304"_code, "");
    bad("blank", "ISO-0304"_code, " ");
    std::string lower = first;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    for (const std::string& value : {std::string("NoSuchCode"), first + " ", " " + first, lower, first + "X",
                                     first.substr(0, first.size() - (first.empty() ? 0 : 1))}) {
      if (!value.empty() && !known(value)) bad("wrong code", "ISO-0304"_code, value);
    }
    for (const std::string& code : codes) good(code);
  }

  void add_decimals() {
    bad("empty", "ISO-0305"_code, "");
    bad("blank", "ISO-0305"_code, " ");
    for (const char* value : {"x", "1,5", "1e5", "INF", "NaN", "1 1", ".", "+", "1.0.0", "0x1", "--1"}) {
      bad("bad decimal", "ISO-0305"_code, value);
    }
    const std::uint32_t total = type_.digits_total.value_or(0);
    const std::uint32_t fraction = type_.digits_fraction.value_or(0);
    if (type_.digits_fraction) {
      bad("too many digits", "ISO-0306"_code, "1." + times("1", fraction + 1));
      if (fraction + 1 < total || total == 0) good("1." + times("1", fraction) + "000");
    }
    if (total != 0) {
      bad("too many digits", "ISO-0306"_code, times("1", total + 1));
      good(times("9", total));
      good("000" + times("9", total) + ".0");
      if (fraction != 0 && fraction < total) {
        good(times("9", total - fraction) + "." + times("9", fraction));
        bad("too many digits", "ISO-0306"_code, times("9", total - fraction + 1) + "." + times("9", fraction));
      }
    }
    good("+1");
    good("1.");
    good(" 1 ");
    good("\n1\t");
    if (type_.value_min.empty()) {
      good("-1");
    } else {
      bad("too small", "ISO-0307"_code, "-1");
    }
    if (type_.value_min.empty() || type_.value_min == "0") {
      good("0");
      good("-0");
      good("-0.00");
      if (fraction != 0) good(".5");
    }
  }

  void add_binaries() {
    if (type_.length_min.value_or(0) >= 1) {
      bad("empty", "ISO-0301"_code, "");
    } else {
      good("");
    }
    for (const char* value : {"QUJ", "Q", "Q=JD", "QR==", "****", "QUJD=", "==", "QU-JD"}) {
      bad("bad base64", "ISO-0313"_code, value);
    }
    if (!type_.length_max || *type_.length_max > longest_made) return;
    good(sample_base64(*type_.length_max));
    bad("too long", "ISO-0302"_code, sample_base64(*type_.length_max + 1));
  }

  const TypeDefinition& type_;
  std::vector<ValueFault> out_;
};

}  // namespace

std::vector<ValueFault> value_faults(const TypeDefinition& type) {
  return Maker(type).make();
}

}  // namespace tilmash::iso20022
