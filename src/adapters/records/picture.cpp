#include "adapters/records/picture.h"

#include <algorithm>
#include <cstring>

namespace tilmash::records {
namespace {

constexpr std::size_t symbols_max = 256;
constexpr std::uint32_t digits_max = 38;

/// "Z(3)9" -> "ZZZ9", in capitals; nothing when it is malformed or too long.
std::optional<std::string> expanded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
    if (c != '(') {
      out += c;
      if (out.size() > symbols_max) return std::nullopt;
      continue;
    }
    std::size_t count = 0;
    std::size_t digits = 0;
    for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < 4; ++i, ++digits) {
      count = count * 10 + static_cast<std::size_t>(text[i] - '0');
    }
    if (out.empty() || count == 0 || i == text.size() || text[i] != ')' || out.size() + count > symbols_max) {
      return std::nullopt;
    }
    out.append(count - 1, out.back());
  }
  return out;
}

}  // namespace

std::optional<Picture> Picture::compile(std::string_view text, Options options) {
  const auto symbols = expanded(text);
  if (!symbols) return std::nullopt;
  Picture picture;
  picture.options_ = options;
  const char point = options.decimal_comma ? ',' : '.';
  const auto is_float = [&](char c) { return c == '+' || c == '-' || c == options.currency; };
  // A sign or currency symbol that stands twice (with insertions between) floats.
  for (const char c : *symbols) {
    if (is_float(c) && std::count(symbols->begin(), symbols->end(), c) > 1) {
      if (picture.float_ != '\0' && picture.float_ != c) return std::nullopt;
      picture.float_ = c;
    }
  }
  bool float_begun = false;
  bool after_point = false;
  bool edits = false;
  for (std::size_t i = 0; i < symbols->size(); ++i) {
    const char c = (*symbols)[i];
    Symbol symbol{Part::insert, c};
    if (c == 'V') {
      if (after_point) return std::nullopt;
      after_point = true;
      continue;
    }
    if (c == '9') {
      symbol = {Part::digit, '9'};
    } else if (c == 'Z' || c == '*') {
      symbol = {Part::suppress, c == 'Z' ? ' ' : '*'};
      if (picture.float_ != '\0') return std::nullopt;
      picture.fill_ = symbol.c;
    } else if (c == picture.float_ && c != '\0') {
      symbol = {float_begun ? Part::floating : Part::float_first, c};
      float_begun = true;
    } else if (c == options.currency) {
      symbol = {Part::currency, c};
    } else if (c == '+' || c == '-') {
      symbol = {Part::sign, c};
    } else if ((c == 'C' || c == 'D') && i + 2 == symbols->size() && (*symbols)[i + 1] == (c == 'C' ? 'R' : 'B')) {
      picture.symbols_.push_back({Part::trailer, c});
      symbol = {Part::trailer, (*symbols)[++i]};
    } else if (c == point) {
      if (after_point) return std::nullopt;
      symbol = {Part::point, c};
      after_point = true;
    } else if (c == 'B') {
      symbol.c = ' ';
    } else if (c != '0' && c != '/' && c != ',' && c != '.') {
      return std::nullopt;
    }
    edits = edits || symbol.part != Part::digit;
    const bool holds_digit =
        symbol.part == Part::digit || symbol.part == Part::suppress || symbol.part == Part::floating;
    if (holds_digit) ++picture.digits_;
    if (holds_digit && after_point) ++picture.scale_;
    picture.symbols_.push_back(symbol);
  }
  if (!edits && !options.blank_zero) return std::nullopt;
  return picture.finish() ? std::optional(picture) : std::nullopt;
}

bool Picture::finish() {
  const auto has = [&](Part part) {
    return std::any_of(symbols_.begin(), symbols_.end(), [&](const Symbol& each) { return each.part == part; });
  };
  const auto signs = std::count_if(symbols_.begin(), symbols_.end(), [](const Symbol& each) {
    return each.part == Part::sign || (each.part == Part::trailer && (each.c == 'C' || each.c == 'D'));
  });
  const bool float_sign = float_ == '+' || float_ == '-';
  if (signs + (float_sign ? 1 : 0) > 1 || digits_ == 0 || digits_ > digits_max) return false;
  // Suppression comes before all nines.
  bool nine = false;
  for (const Symbol& each : symbols_) {
    nine = nine || each.part == Part::digit;
    if (nine && (each.part == Part::suppress || each.part == Part::floating)) return false;
  }
  signed_ = signs != 0 || float_sign;
  all_suppressed_ = !has(Part::digit);
  return true;
}

void Picture::write(DigitString number, char* out) const {
  const bool zero = number.digits.find_first_not_of('0') == std::string_view::npos;
  const bool negative = number.negative && !zero;
  if (zero && is_blank_when_zero()) {
    std::memset(out, ' ', symbols_.size());
    return;
  }
  const auto sign = [&](char c) { return negative ? '-' : c == '+' ? '+' : ' '; };
  bool significant = false;
  bool in_zone = false;             // a symbol that suppresses stands before
  std::size_t last_suppressed = 0;  // where a floating symbol shows
  std::size_t digit = 0;
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    const Symbol& symbol = symbols_[i];
    char& to = out[i];
    switch (symbol.part) {
      case Part::digit:
        significant = true;
        to = number.digits[digit++];
        break;
      case Part::suppress:
      case Part::floating:
        in_zone = true;
        significant = significant || number.digits[digit] != '0';
        to = significant ? number.digits[digit] : fill_;
        ++digit;
        if (!significant) last_suppressed = i;
        break;
      case Part::float_first:
        in_zone = true;
        to = fill_;
        last_suppressed = i;
        break;
      case Part::insert:
        to = significant || !in_zone ? symbol.c : fill_;
        if (!significant && in_zone) last_suppressed = i;
        break;
      case Part::point:
        // Suppression ends here, but of a zero that is stars throughout.
        to = symbol.c;
        significant = !(zero && all_suppressed_);
        break;
      case Part::sign:
        to = sign(symbol.c);
        break;
      case Part::currency:
        to = symbol.c;
        break;
      case Part::trailer:
        to = negative ? symbol.c : ' ';
        break;
    }
  }
  if (float_ != '\0') out[last_suppressed] = float_ == '+' || float_ == '-' ? sign(float_) : float_;
}

bool Picture::read(std::string_view text, char* digits, bool& negative, std::size_t& bad) const {
  std::size_t digit = 0;
  negative = false;
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    const Part part = symbols_[i].part;
    const bool holds_digit = part == Part::digit || part == Part::suppress || part == Part::floating;
    if (holds_digit) digits[digit++] = text[i] >= '0' && text[i] <= '9' ? text[i] : '0';
    const bool may_be_minus = part != Part::insert && part != Part::point && part != Part::digit;
    // A floating minus may stand over an insertion.
    if (text[i] == '-' && (may_be_minus || float_ == '+' || float_ == '-')) negative = true;
    if (part == Part::trailer && text[i] == symbols_[i].c) negative = true;
  }
  char written[symbols_max];
  write({{digits, digits_}, negative}, written);
  const auto differs = std::mismatch(text.begin(), text.end(), written).first;
  bad = static_cast<std::size_t>(differs - text.begin());
  return differs == text.end();
}

}  // namespace tilmash::records
