#include "adapters/formats/copybook/picture.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tilmash::formats::copybook {
namespace {

constexpr Code wrong = "CPY-0030"_code;
constexpr Code too_large = "CPY-0031"_code;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// One symbol with its repetition. CR and DB are 'C' and 'D', of two characters.
struct Symbol {
  char what = ' ';
  std::uint32_t count = 1;
  std::size_t at = 0;
};

/// "S9(3)V99" as symbols.
PictureFault split(std::string_view text, char currency, std::vector<Symbol>& symbols) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < text.size();) {
    Symbol symbol{upper(text[i]), 1, i};
    if (text[i] == currency) symbol.what = '$';
    if (symbol.what == 'C' || symbol.what == 'D') {
      const char second = i + 1 < text.size() ? upper(text[i + 1]) : ' ';
      if (second != (symbol.what == 'C' ? 'R' : 'B')) return {wrong, i, "this is not a symbol of a picture"};
      ++i;
    } else if (std::string_view("AXNG9SVPZ*+-,.$B0/E").find(symbol.what) == std::string_view::npos) {
      return {wrong, i, "this is not a symbol of a picture"};
    }
    ++i;
    if (i < text.size() && text[i] == '(') {
      const std::size_t close = text.find(')', i);
      const std::string_view digits = text.substr(i + 1, close == std::string_view::npos ? 0 : close - i - 1);
      const bool number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
      if (!number) return {wrong, i, "a repetition is a number between parentheses"};
      if (digits.find_first_not_of('0') == std::string_view::npos) {
        return {wrong, i, "a repetition is at least 1"};
      }
      std::uint64_t count = 0;
      for (const char c : digits)
        count = std::min<std::uint64_t>(count * 10 + static_cast<std::uint64_t>(c - '0'), 1 << 30);
      symbol.count = static_cast<std::uint32_t>(count);
      i = close + 1;
    }
    total += symbol.count;
    if (total > picture_symbols_max) return {too_large, symbol.at, "the item would be larger than a record may be"};
    // "99" is "9(2)": a run of one symbol is one entry.
    if (!symbols.empty() && symbols.back().what == symbol.what && symbol.what != 'C' && symbol.what != 'D') {
      symbols.back().count += symbol.count;
    } else {
      symbols.push_back(symbol);
    }
  }
  return {};
}

class Reading {
 public:
  Reading(const std::vector<Symbol>& symbols, char point, Picture& picture)
      : symbols_(symbols), point_(point), picture_(picture) {
    for (const Symbol& symbol : symbols) {
      count_[static_cast<unsigned char>(symbol.what)] += symbol.count;
    }
  }

  PictureFault read() {
    if (auto fault = check_order()) return fault;
    picture_.category = category();
    count();
    if (picture_.category == Category::numeric && picture_.digits == 0) {
      return {wrong, 0, "a number has at least one 9"};
    }
    const bool number = picture_.category == Category::numeric || picture_.category == Category::numeric_edited;
    if (number && (picture_.digits > digits_max || of('P') > digits_max)) {
      return {too_large, 0, "a number has at most 38 digits"};
    }
    return {};
  }

 private:
  std::uint32_t of(char what) const { return count_[static_cast<unsigned char>(what)]; }
  bool any(std::string_view whats) const {
    return std::any_of(whats.begin(), whats.end(), [this](char c) { return of(c) != 0; });
  }
  /// S first; one point; P at one end of the digits.
  PictureFault check_order() {
    std::uint32_t points = 0;
    std::size_t scaling = 0;
    for (std::size_t i = 0; i < symbols_.size(); ++i) {
      const Symbol& symbol = symbols_[i];
      if (symbol.what == 'S' && (i != 0 || symbol.count != 1)) return {wrong, symbol.at, "S stands once, and first"};
      if (symbol.what == 'V' || symbol.what == point_) {
        points += symbol.count;
        if (points > 1) return {wrong, symbol.at, "a number has one decimal point"};
      }
      if (symbol.what == 'P' && ++scaling > 1) return {wrong, symbol.at, "P stands at one end of the digits"};
      if (symbol.what == 'P' && !at_an_end(i)) return {wrong, symbol.at, "P stands at one end of the digits"};
    }
    const bool text = any("AXNG");
    if (text && any("SVPZ*+-$CDE")) return {wrong, 0, "symbols of text and of numbers stand together"};
    if (any("NG") && any("AX9")) return {wrong, 0, "national and other characters stand together"};
    if (!text && !any("9Z*+-$")) return {wrong, 0, "the picture holds no character position"};
    return {};
  }
  /// Nothing but S, V and signs on one side.
  bool at_an_end(std::size_t index) const {
    const auto is_side = [](const Symbol& symbol) {
      return std::string_view("SV+-$CD").find(symbol.what) != std::string_view::npos;
    };
    const auto at = symbols_.begin() + static_cast<std::ptrdiff_t>(index);
    return std::all_of(symbols_.begin(), at, is_side) || std::all_of(at + 1, symbols_.end(), is_side);
  }
  Category category() const {
    const bool edits = any("B0/");
    if (of('E') != 0) return Category::floating;
    if (of('G') != 0) return Category::dbcs;
    if (of('N') != 0) return Category::national;
    if (any("AX")) {
      if (edits)
        return of('X') == 0 && of('9') == 0 && !any("0/") ? Category::alphabetic : Category::alphanumeric_edited;
      return of('X') == 0 && of('9') == 0 ? Category::alphabetic : Category::alphanumeric;
    }
    return edits || any("Z*+-$,.CD") ? Category::numeric_edited : Category::numeric;
  }
  void count() {
    bool after = false;
    std::uint32_t scale = 0;
    for (const Symbol& symbol : symbols_) {
      const bool floats = (symbol.what == '+' || symbol.what == '-' || symbol.what == '$') && of(symbol.what) > 1;
      if (symbol.what == 'V' || symbol.what == point_) after = true;
      if (symbol.what == point_) picture_.has_point = true;
      if (symbol.what == 'S') picture_.has_sign = true;
      if (symbol.what == '9' || symbol.what == 'Z' || symbol.what == '*' || floats) {
        picture_.digits += symbol.count;
        if (after) scale += symbol.count;
      }
      if (symbol.what != 'V' && symbol.what != 'P' && symbol.what != 'S') {
        picture_.symbols += symbol.count * (symbol.what == 'C' || symbol.what == 'D' ? 2 : 1);
      }
    }
    // The first of a run that floats is the sign itself, not a digit.
    for (const char c : {'+', '-', '$'}) {
      if (of(c) > 1) --picture_.digits;
    }
    picture_.scale = static_cast<std::int32_t>(scale);
    if (of('P') != 0) count_scaling();
  }
  /// PP9(3): the digits stand right of the P, which are places behind the point. 9(3)PP: the value is times 100.
  void count_scaling() {
    const auto is_digit = [](const Symbol& s) { return s.what == '9' || s.what == 'Z' || s.what == '*'; };
    const auto scaling = std::find_if(symbols_.begin(), symbols_.end(), [](const Symbol& s) { return s.what == 'P'; });
    const bool leads = std::none_of(symbols_.begin(), scaling, is_digit);
    const auto places = static_cast<std::int32_t>(of('P'));
    picture_.scale = leads ? places + static_cast<std::int32_t>(picture_.digits) : -places;
  }

  const std::vector<Symbol>& symbols_;
  char point_;
  Picture& picture_;
  std::array<std::uint32_t, 256> count_{};
};

}  // namespace

std::string_view to_text(Category category) {
  constexpr std::string_view names[] = {"alphabetic", "alphanumeric", "alphanumeric edited", "national",
                                        "DBCS",       "numeric",      "numeric edited",      "floating point"};
  return names[static_cast<std::size_t>(category)];
}

PictureFault parse_picture(std::string_view text, bool decimal_comma, char currency, Picture& picture) {
  std::vector<Symbol> symbols;
  if (auto fault = split(text, currency, symbols)) return fault;
  picture = {};
  picture.text = text;
  return Reading(symbols, decimal_comma ? ',' : '.', picture).read();
}

}  // namespace tilmash::formats::copybook
