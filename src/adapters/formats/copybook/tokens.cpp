// Words, literals, picture strings and full stops.
#include <fmt/format.h>

#include "adapters/formats/copybook/source.h"

namespace tilmash::formats::copybook {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n';
}

class Scanner {
 public:
  Scanner(const LogicalText& source, std::uint32_t file, Reporter& reporter)
      : source_(source), text_(source.text), file_(file), reporter_(reporter) {}

  std::vector<Token> scan() {
    while (skip_separators() && next()) {
      if (tokens_.size() > tokens_max) {
        reporter_.error(tokens_.back().spot, "CPY-0001"_code,
                        fmt::format("the text has more than {} words", tokens_max));
        break;
      }
    }
    return std::move(tokens_);
  }

 private:
  /// Commas and semicolons before a blank separate like blanks.
  bool skip_separators() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || is_separator(at_))) ++at_;
    return at_ < text_.size();
  }
  bool blank_after(std::size_t at) const { return at + 1 >= text_.size() || is_blank(text_[at + 1]); }
  bool is_separator(std::size_t at) const { return (text_[at] == ',' || text_[at] == ';') && blank_after(at); }

  bool next() {
    const char c = text_[at_];
    if (c == '.' && blank_after(at_)) return add(Token::Kind::stop, at_, at_ + 1);
    if (text_.substr(at_, 2) == "==") return add(Token::Kind::pseudo, at_, at_ + 2);
    if (c == '"' || c == '\'') return literal(at_);
    return word();
  }

  bool add(Token::Kind kind, std::size_t begin, std::size_t end) {
    tokens_.push_back(
        {kind, false, std::string(text_.substr(begin, end - begin)), source_.spot(file_, begin, end - begin)});
    at_ = end;
    return true;
  }

  bool word() {
    const std::size_t begin = at_;
    const bool picture = expects_picture();
    std::size_t end = begin;
    while (end < text_.size() && !is_blank(text_[end]) && !is_separator(end) && text_.substr(end, 2) != "==" &&
           !(text_[end] == '.' && blank_after(end)) && text_[end] != '"' && text_[end] != '\'') {
      ++end;
    }
    if (end < text_.size() && (text_[end] == '"' || text_[end] == '\'') &&
        is_prefix(text_.substr(begin, end - begin))) {
      const bool hex = to_upper(text_.substr(begin, end - begin)).find('X') != std::string::npos;
      if (!literal(end)) return false;
      tokens_.back().hex = hex;
      return true;
    }
    const bool is = to_upper(text_.substr(begin, end - begin)) == "IS";  // between PICTURE and the string
    return add(picture && !is ? Token::Kind::picture : Token::Kind::word, begin, end == begin ? end + 1 : end);
  }

  /// X"…", N'…', Z"…", NX"…" and so on.
  static bool is_prefix(std::string_view word) {
    const std::string upper = to_upper(word);
    for (const std::string_view prefix : {"X", "N", "G", "Z", "B", "NX", "BX", "U"}) {
      if (upper == prefix) return true;
    }
    return false;
  }

  /// PIC [IS] stands before.
  bool expects_picture() const {
    if (tokens_.empty()) return false;
    const auto is_clause = [this](std::size_t i) {
      return is_word(tokens_[i], "PIC") || is_word(tokens_[i], "PICTURE");
    };
    const std::size_t last = tokens_.size() - 1;
    return is_clause(last) || (last > 0 && is_word(tokens_[last], "IS") && is_clause(last - 1));
  }

  bool literal(std::size_t open) {
    const char quote = text_[open];
    std::string value;
    for (std::size_t i = open + 1; i < text_.size() && text_[i] != '\n'; ++i) {
      if (text_[i] != quote) {
        value += text_[i];
      } else if (i + 1 < text_.size() && text_[i + 1] == quote) {
        value += text_[i++];
      } else {
        tokens_.push_back({Token::Kind::literal, false, std::move(value), source_.spot(file_, open, i + 1 - open)});
        at_ = i + 1;
        return true;
      }
    }
    reporter_.error(source_.spot(file_, open, 1), "CPY-0002"_code, "the literal is not closed in its line",
                    "in fixed format it goes on in the next one with - in column 7 and a quote");
    return false;
  }

  const LogicalText& source_;
  std::string_view text_;
  std::uint32_t file_;
  Reporter& reporter_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

bool is_word(const Token& token, std::string_view word) {
  return token.kind == Token::Kind::word && token.text.size() == word.size() && to_upper(token.text) == word;
}

std::vector<Token> scan(const LogicalText& text, std::uint32_t file, Reporter& reporter) {
  return Scanner(text, file, reporter).scan();
}

}  // namespace tilmash::formats::copybook
