#include "adapters/formats/copybook/entries.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/config.h"

namespace tilmash::formats::copybook {
namespace {

constexpr Code malformed = "CPY-0024"_code;

struct UsageWord {
  std::string_view word;
  Usage usage;
  std::uint8_t bytes = 0;  ///< of a binary type without picture
};

constexpr UsageWord usage_words[] = {
    {"DISPLAY", Usage::display},
    {"DISPLAY-1", Usage::dbcs},
    {"NATIONAL", Usage::national},
    {"BINARY", Usage::binary},
    {"COMP", Usage::binary},
    {"COMP-0", Usage::binary},
    {"COMP-1", Usage::float_short},
    {"COMP-2", Usage::float_long},
    {"COMP-3", Usage::packed},
    {"COMP-4", Usage::binary},
    {"COMP-5", Usage::native},
    {"COMP-6", Usage::packed_unsigned},
    {"COMP-N", Usage::native},
    {"COMP-X", Usage::hex_integer},
    {"PACKED-DECIMAL", Usage::packed},
    {"FLOAT-SHORT", Usage::float_short},
    {"FLOAT-LONG", Usage::float_long},
    {"INDEX", Usage::index},
    {"POINTER", Usage::pointer},
    {"POINTER-32", Usage::pointer, 4},
    {"PROCEDURE-POINTER", Usage::pointer, 8},
    {"FUNCTION-POINTER", Usage::pointer},
    {"BINARY-CHAR", Usage::native, 1},
    {"BINARY-SHORT", Usage::native, 2},
    {"BINARY-LONG", Usage::native, 4},
    {"BINARY-DOUBLE", Usage::native, 8},
};

const UsageWord* find_usage(const Token& token) {
  if (token.kind != Token::Kind::word) return nullptr;
  std::string word = to_upper(token.text);
  if (word.starts_with("COMPUTATIONAL")) word = "COMP" + word.substr(13);
  for (const UsageWord& each : usage_words) {
    if (each.word == word) return &each;
  }
  return nullptr;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 7 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint32_t to_number(std::string_view text) {
  std::uint32_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  return value;
}

/// COBOL words hold letters, digits, hyphens and underscores, and a letter somewhere (other alphabets too).
bool is_name(std::string_view text) {
  bool letter = false;
  for (const char c : text) {
    const bool alpha = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
    if (!alpha && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
    letter = letter || alpha;
  }
  return letter && text.size() <= 200;
}

class Parser {
 public:
  Parser(const std::vector<Token>& tokens, const Dialect& dialect, Copybook& copybook, Reporter& reporter)
      : tokens_(tokens), dialect_(dialect), copybook_(copybook), reporter_(reporter) {}

  void parse() {
    while (!done() && !reporter_.failed()) entry();
    if (copybook_.items.empty() && !reporter_.failed()) {
      reporter_.error({0, 1, 1, 1}, "CPY-0020"_code, "the text holds no data description entry");
    }
  }

 private:
  struct Clause {
    std::string_view word;
    bool (Parser::*read)();
  };
  static const Clause clauses[];

  bool done() const { return at_ >= tokens_.size(); }
  const Token* peek() const { return done() ? nullptr : &tokens_[at_]; }
  bool is(std::string_view word) const { return !done() && is_word(tokens_[at_], word); }
  bool skip(std::string_view word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }
  bool skip_stop() {
    if (done() || tokens_[at_].kind != Token::Kind::stop) return false;
    ++at_;
    return true;
  }
  Spot here() const {
    if (!done()) return tokens_[at_].spot;
    return tokens_.empty() ? Spot{0, 1, 1, 1} : tokens_.back().spot;
  }
  bool fail(Code code, std::string text, std::string help = {}) {
    reporter_.error(here(), code, std::move(text), std::move(help));
    return false;
  }
  Item& item() { return copybook_.items.back(); }

  void entry() {
    if (skip_listing()) return;
    const Token& first = tokens_[at_];
    const bool level = first.kind == Token::Kind::word && first.text.size() <= 2 && is_number(first.text);
    if (!level) {
      refuse(first);
      return;
    }
    const std::uint32_t number = to_number(first.text);
    if (number == 66) {
      renames();
    } else if (number == 88) {
      condition();
    } else if (number == 0 || (number > 49 && number != 77)) {
      fail("CPY-0022"_code, "levels are 01 to 49, 66, 77 and 88");
    } else {
      data_entry(static_cast<std::uint8_t>(number));
    }
  }

  /// EJECT, SKIP1 …, and the headers under which entries stand.
  bool skip_listing() {
    for (const std::string_view word : {"EJECT", "SKIP1", "SKIP2", "SKIP3"}) {
      if (!skip(word)) continue;
      skip_stop();
      return true;
    }
    for (const std::string_view word : {"DATA", "FILE", "WORKING-STORAGE", "LOCAL-STORAGE", "LINKAGE"}) {
      if (!is(word) || at_ + 1 >= tokens_.size()) continue;
      if (!is_word(tokens_[at_ + 1], "SECTION") && !is_word(tokens_[at_ + 1], "DIVISION")) continue;
      at_ += 2;
      skip_stop();
      return true;
    }
    return false;
  }

  void refuse(const Token& first) {
    if (is_word(first, "EXEC")) {
      fail("CPY-0021"_code, "embedded statements (EXEC … END-EXEC) are not carried out",
           "put the text that EXEC SQL INCLUDE names in its place, or COPY it");
    } else if (first.kind == Token::Kind::stop && !copybook_.items.empty()) {
      ++at_;  // a full stop too many says nothing
    } else {
      fail("CPY-0020"_code, "a data description entry begins with its level number",
           "statements, file descriptions and headers other than of sections do not belong in a copybook that is a "
           "layout");
    }
  }

  void data_entry(std::uint8_t level) {
    if (copybook_.items.size() == items_max) {
      fail("CPY-0001"_code, fmt::format("the copybook has more than {} items", items_max));
      return;
    }
    Item made;
    made.level = level;
    made.spot = here();
    ++at_;
    if (!done() && tokens_[at_].kind == Token::Kind::word && find_clause() == nullptr &&
        find_usage(tokens_[at_]) == nullptr) {
      if (!skip("FILLER")) {
        if (!is_name(tokens_[at_].text)) {
          fail("CPY-0020"_code, "this is not a name of an item: letters, digits and hyphens");
          return;
        }
        made.spot = here();
        made.name = tokens_[at_++].text;
        made.key = to_upper(made.name);
      }
    }
    copybook_.items.push_back(std::move(made));
    seen_.clear();
    while (!done() && tokens_[at_].kind != Token::Kind::stop) {
      if (starts_entry()) {
        reporter_.warn(here(), "CPY-0026"_code, "the entry before this one has no full stop");
        return;
      }
      if (!clause()) return;
    }
    if (!skip_stop()) reporter_.warn(here(), "CPY-0026"_code, "the last entry has no full stop");
  }

  /// A level number first in its line, where a clause should stand.
  bool starts_entry() const {
    const Token& token = tokens_[at_];
    const bool first = at_ == 0 || tokens_[at_ - 1].spot.line_number != token.spot.line_number;
    return first && token.kind == Token::Kind::word && token.text.size() <= 2 && is_number(token.text);
  }

  const Clause* find_clause() const;

  bool clause() {
    if (const Clause* found = find_clause()) {
      const std::string word(found->word);
      if (std::find(seen_.begin(), seen_.end(), word) != seen_.end()) {
        return fail("CPY-0025"_code, fmt::format("the clause {} stands twice", word));
      }
      seen_.push_back(word);
      ++at_;
      return (this->*found->read)();
    }
    if (find_usage(tokens_[at_]) != nullptr) return usage();
    std::vector<std::string> known;
    for (std::size_t i = 0; i < clause_count(); ++i) known.emplace_back(clause_at(i).word);
    for (const UsageWord& each : usage_words) known.emplace_back(each.word);
    const std::string near = nearest_name(to_upper(tokens_[at_].text), known);
    return fail("CPY-0023"_code, "this is not a clause of a data description entry",
                near.empty() ? "" : fmt::format("the nearest known word is {}", near));
  }
  static std::size_t clause_count();
  static const Clause& clause_at(std::size_t index);

  bool picture() {
    skip("IS");
    if (done() || tokens_[at_].kind != Token::Kind::picture)
      return fail(malformed, "PICTURE is followed by its string");
    const Token& token = tokens_[at_];
    if (const auto fault = parse_picture(token.text, dialect_.decimal_comma, dialect_.currency, item().picture)) {
      Spot spot = token.spot;
      spot.column_number += static_cast<std::uint32_t>(fault.at);
      spot.length = 1;
      reporter_.error(spot, fault.code, std::string(fault.text));
      return false;
    }
    item().has_picture = true;
    item().picture_spot = token.spot;
    ++at_;
    return true;
  }

  bool usage() {
    skip("USAGE");
    skip("IS");
    const UsageWord* found = done() ? nullptr : find_usage(tokens_[at_]);
    if (found == nullptr) {
      return fail(malformed, "this is not a usage", "OBJECT REFERENCE and other references hold no data");
    }
    if (item().usage != Usage::unstated) return fail("CPY-0025"_code, "the clause USAGE stands twice");
    ++at_;
    item().usage = found->usage;
    item().native_bytes = found->bytes;
    if (found->bytes != 0 && found->usage == Usage::native) {
      item().is_signed = 1;
      if (skip("UNSIGNED")) item().is_signed = 0;
      skip("SIGNED");
    }
    return true;
  }
  bool usage_clause() { return usage(); }

  bool sign() {
    skip("IS");
    item().sign_given = true;
    item().sign_leading = skip("LEADING");
    if (!item().sign_leading && !skip("TRAILING")) return fail(malformed, "SIGN is LEADING or TRAILING");
    return separate();
  }
  bool leading() {
    item().sign_given = true;
    item().sign_leading = true;
    return separate();
  }
  bool trailing() {
    item().sign_given = true;
    return separate();
  }
  bool separate() {
    item().sign_separate = skip("SEPARATE");
    skip("CHARACTER");
    return true;
  }

  bool occurs() {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    if (!count(first)) return false;
    const bool range = skip("TO");
    if (range && skip("UNBOUNDED")) return fail("CPY-0043"_code, "a table without a bound is not read");
    if (range && !count(second)) return false;
    skip("TIMES");
    item().has_occurs = true;
    item().occurs_min = first;
    item().occurs_max = range ? second : first;
    while (!done()) {
      if (skip("DEPENDING")) {
        skip("ON");
        if (!reference(item().depending_on, item().depending_spot)) return false;
        // Without a lower bound (an extension) there may be none at all.
        if (!range) item().occurs_min = 0;
      } else if (skip("INDEXED") || is("ASCENDING") || is("DESCENDING")) {
        if (!keys()) return false;
      } else {
        break;
      }
    }
    if (item().depending_on.empty() && range) {
      return fail("CPY-0043"_code, "OCCURS … TO … needs DEPENDING ON");
    }
    if (item().occurs_max == 0 || item().occurs_min > item().occurs_max) {
      return fail("CPY-0043"_code, "the table has at least one occurrence, and its lower bound is below the upper");
    }
    return true;
  }
  bool count(std::uint32_t& value) {
    if (done() || tokens_[at_].kind != Token::Kind::word || !is_number(tokens_[at_].text)) {
      return fail(malformed, "OCCURS is followed by a number of at most 7 digits");
    }
    value = to_number(tokens_[at_++].text);
    return true;
  }
  /// INDEXED BY and KEY IS: names that say nothing of the bytes.
  bool keys() {
    for (const std::string_view word : {"ASCENDING", "DESCENDING", "KEY", "IS", "BY"}) skip(word);
    const std::size_t begin = at_;
    while (!done() && tokens_[at_].kind == Token::Kind::word && find_clause() == nullptr && !starts_entry() &&
           find_usage(tokens_[at_]) == nullptr && !is("INDEXED") && !is("ASCENDING") && !is("DESCENDING") &&
           !is("DEPENDING")) {
      ++at_;
    }
    return at_ > begin ? true : fail(malformed, "a name is missing");
  }

  /// A name with its qualifiers: "COUNT OF HEADER".
  bool reference(std::string& name, Spot& spot) {
    if (done() || tokens_[at_].kind != Token::Kind::word || !is_name(tokens_[at_].text)) {
      return fail(malformed, "a name is missing");
    }
    spot = tokens_[at_].spot;
    name = tokens_[at_++].text;
    while (is("OF") || is("IN")) {
      ++at_;
      if (done() || !is_name(tokens_[at_].text)) return fail(malformed, "a name is missing");
      name += " OF " + tokens_[at_++].text;
    }
    return true;
  }

  bool redefines() { return reference(item().redefines_name, item().redefines_spot); }
  bool value() {
    if (!skip("IS")) skip("ARE");
    std::vector<Condition::Range> ranges;
    if (!literals(ranges)) return false;
    item().value = ranges[0].from;
    return true;
  }
  bool literals(std::vector<Condition::Range>& ranges) {
    while (!done() && tokens_[at_].kind != Token::Kind::stop && find_clause() == nullptr && !starts_entry() &&
           find_usage(tokens_[at_]) == nullptr) {
      Condition::Range range;
      if (!one_literal(range.from)) return false;
      if (skip("THRU") || skip("THROUGH")) {
        range.to.emplace();
        if (!one_literal(*range.to)) return false;
      }
      ranges.push_back(std::move(range));
    }
    return ranges.empty() ? fail(malformed, "VALUE is followed by a literal") : true;
  }
  bool one_literal(Literal& literal) {
    skip("ALL");
    const Token* token = peek();
    const bool good = token != nullptr && (token->kind == Token::Kind::word || token->kind == Token::Kind::literal) &&
                      token->text.find('\\') == std::string::npos;
    if (!good) return fail(malformed, "a literal is missing");
    literal = {token->text, token->kind == Token::Kind::literal, token->hex};
    ++at_;
    return true;
  }

  bool sync() {
    item().sync = true;
    if (!skip("LEFT")) skip("RIGHT");
    return true;
  }
  bool justified() {
    item().justified = true;
    skip("RIGHT");
    return true;
  }
  bool blank() {
    skip("WHEN");
    if (!skip("ZERO") && !skip("ZEROS") && !skip("ZEROES")) return fail(malformed, "BLANK WHEN ZERO is written so");
    item().blank_when_zero = true;
    return true;
  }
  bool scope() {
    if (!is("EXTERNAL") && !is("GLOBAL"))
      return fail("CPY-0023"_code, "this is not a clause of a data description entry");
    ++at_;
    return true;
  }
  bool nothing() { return true; }

  void renames() {
    Renames made;
    ++at_;
    made.after = copybook_.items.empty() ? none : static_cast<std::uint32_t>(copybook_.items.size() - 1);
    Spot spot;
    const bool good = made.after != none && reference(made.name, made.spot) && skip("RENAMES") &&
                      reference(made.from, spot) &&
                      (!(skip("THRU") || skip("THROUGH")) || reference(made.through, spot)) && skip_stop();
    if (!good) {
      if (!reporter_.failed()) fail(malformed, "a level 66 is: 66 name RENAMES name THRU name.");
      return;
    }
    copybook_.renames.push_back(std::move(made));
  }

  void condition() {
    Condition made;
    ++at_;
    const bool good = !copybook_.items.empty() && reference(made.name, made.spot) && (skip("VALUE") || skip("VALUES"));
    if (!good) {
      if (!reporter_.failed()) fail(malformed, "a level 88 is: 88 name VALUE literals.");
      return;
    }
    if (!skip("IS")) skip("ARE");
    if (!literals(made.ranges)) return;
    // WHEN SET TO FALSE IS literal: what SET writes; it names no value of the data.
    for (const std::string_view word : {"WHEN", "SET", "TO"}) skip(word);
    if (skip("FALSE")) {
      skip("IS");
      Literal literal;
      if (!one_literal(literal)) return;
    }
    if (!skip_stop()) {
      if (done() || !starts_entry()) {
        fail(malformed, "a level 88 ends with a full stop");
        return;
      }
      reporter_.warn(here(), "CPY-0026"_code, "the entry before this one has no full stop");
    }
    item().conditions.push_back(std::move(made));
  }

  const std::vector<Token>& tokens_;
  const Dialect& dialect_;
  Copybook& copybook_;
  Reporter& reporter_;
  std::size_t at_ = 0;
  std::vector<std::string> seen_;
};

const Parser::Clause Parser::clauses[] = {
    {"PICTURE", &Parser::picture}, {"PIC", &Parser::picture},         {"USAGE", &Parser::usage_clause},
    {"SIGN", &Parser::sign},       {"LEADING", &Parser::leading},     {"TRAILING", &Parser::trailing},
    {"OCCURS", &Parser::occurs},   {"REDEFINES", &Parser::redefines}, {"VALUE", &Parser::value},
    {"VALUES", &Parser::value},    {"SYNC", &Parser::sync},           {"SYNCHRONIZED", &Parser::sync},
    {"JUST", &Parser::justified},  {"JUSTIFIED", &Parser::justified}, {"BLANK", &Parser::blank},
    {"IS", &Parser::scope},        {"EXTERNAL", &Parser::nothing},    {"GLOBAL", &Parser::nothing},
};

std::size_t Parser::clause_count() {
  return std::size(clauses);
}
const Parser::Clause& Parser::clause_at(std::size_t index) {
  return clauses[index];
}

const Parser::Clause* Parser::find_clause() const {
  if (done()) return nullptr;
  if (is("USAGE")) return &clauses[2];
  for (const Clause& each : clauses) {
    if (is(each.word)) return &each;
  }
  return nullptr;
}

}  // namespace

void read_entries(const std::vector<Token>& tokens, const Dialect& dialect, Copybook& copybook, Reporter& reporter) {
  Parser(tokens, dialect, copybook, reporter).parse();
}

}  // namespace tilmash::formats::copybook
