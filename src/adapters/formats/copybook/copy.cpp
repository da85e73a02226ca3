// COPY … REPLACING (ISO/IEC 1989:2014, 7.2.2): members stand where they are copied, with their words replaced.
//
// A word between colons or parentheses (==:TAG:== BY ==CUST==), and LEADING or TRAILING parts, are replaced within
// words; everything else matches whole words.
#include <fmt/format.h>

#include "adapters/formats/copybook/source.h"

namespace tilmash::formats::copybook {
namespace {

struct Replacement {
  enum class Where : std::uint8_t { words, within, leading, trailing };
  Where where = Where::words;
  std::vector<Token> from;
  std::vector<Token> to;
};

bool same(const Token& a, const Token& b) {
  return a.kind == b.kind && (a.kind == Token::Kind::literal ? a.text == b.text : to_upper(a.text) == to_upper(b.text));
}

/// Every `from` in `text`, without regard to case, at the place that `where` allows.
std::string replace_part(std::string_view text, const Replacement& replacement) {
  const std::string from = to_upper(replacement.from[0].text);
  const std::string to = replacement.to.empty() ? std::string() : replacement.to[0].text;
  const std::string upper = to_upper(text);
  std::string out;
  std::size_t at = 0;
  for (std::size_t found = upper.find(from); found != std::string::npos; found = upper.find(from, at)) {
    const bool leads = found == 0;
    const bool trails = found + from.size() == upper.size();
    const bool here = replacement.where == Replacement::Where::within ||
                      (replacement.where == Replacement::Where::leading ? leads : trails);
    out += text.substr(at, found - at);
    out += here ? to : std::string(text.substr(found, from.size()));
    at = found + from.size();
  }
  return out + std::string(text.substr(at));
}

std::vector<Token> replace(std::vector<Token> tokens, const std::vector<Replacement>& replacements) {
  if (replacements.empty()) return tokens;
  std::vector<Token> out;
  for (std::size_t i = 0; i < tokens.size();) {
    const Replacement* whole = nullptr;
    for (const Replacement& each : replacements) {
      if (each.where != Replacement::Where::words || each.from.size() > tokens.size() - i) continue;
      bool equal = true;
      for (std::size_t k = 0; equal && k < each.from.size(); ++k) equal = same(each.from[k], tokens[i + k]);
      if (equal) {
        whole = &each;
        break;
      }
    }
    if (whole != nullptr) {
      // What is put in stands, for messages, where the replaced text stood.
      for (Token token : whole->to) {
        token.spot = tokens[i].spot;
        out.push_back(std::move(token));
      }
      i += whole->from.size();
      continue;
    }
    Token token = std::move(tokens[i++]);
    for (const Replacement& each : replacements) {
      const bool part = each.where != Replacement::Where::words;
      if (part && token.kind != Token::Kind::literal && token.kind != Token::Kind::stop) {
        token.text = replace_part(token.text, each);
      }
    }
    if (!token.text.empty() || token.kind == Token::Kind::literal) out.push_back(std::move(token));
  }
  return out;
}

class Copier {
 public:
  Copier(std::vector<SourceFile>& files, const Dialect& dialect, const ReadMember& read_member, Reporter& reporter)
      : files_(files), dialect_(dialect), read_member_(read_member), reporter_(reporter) {}

  std::vector<Token> expand(std::uint32_t file, std::size_t depth) {
    const LogicalText lines = read_lines(files_[file].text, file, dialect_.reference, reporter_);
    if (reporter_.failed()) return {};
    std::vector<Token> tokens = scan(lines, file, reporter_);
    std::vector<Token> out;
    for (std::size_t i = 0; i < tokens.size() && !reporter_.failed();) {
      if (!is_word(tokens[i], "COPY")) {
        out.push_back(std::move(tokens[i++]));
        continue;
      }
      for (Token& token : copy(tokens, i, depth)) out.push_back(std::move(token));
      if (out.size() > tokens_max) {
        reporter_.error({file, 1, 1, 1}, "CPY-0001"_code, fmt::format("the text has more than {} words", tokens_max));
      }
    }
    return out;
  }

 private:
  std::vector<Token> fail(const Token& at, Code code, std::string text, std::string help = {}) {
    reporter_.error(at.spot, code, std::move(text), std::move(help));
    return {};
  }

  /// COPY member [OF library] [SUPPRESS] [REPLACING …] .   `i` stands at COPY, and then behind the full stop.
  std::vector<Token> copy(const std::vector<Token>& tokens, std::size_t& i, std::size_t depth) {
    const Token& statement = tokens[i++];
    if (i == tokens.size() || (tokens[i].kind != Token::Kind::word && tokens[i].kind != Token::Kind::literal)) {
      return fail(statement, "CPY-0012"_code, "COPY is followed by the name of a member");
    }
    const Token& member = tokens[i++];
    if (i + 1 < tokens.size() && (is_word(tokens[i], "OF") || is_word(tokens[i], "IN"))) i += 2;
    if (i < tokens.size() && is_word(tokens[i], "SUPPRESS")) ++i;
    std::vector<Replacement> replacements;
    if (i < tokens.size() && is_word(tokens[i], "REPLACING")) {
      ++i;
      while (i < tokens.size() && tokens[i].kind != Token::Kind::stop) {
        if (!read_replacement(tokens, i, replacements)) return {};
      }
    }
    if (i == tokens.size() || tokens[i].kind != Token::Kind::stop) {
      return fail(statement, "CPY-0012"_code, "the COPY statement ends with a full stop");
    }
    ++i;
    return replace(read_member(member, depth), replacements);
  }

  bool read_replacement(const std::vector<Token>& tokens, std::size_t& i, std::vector<Replacement>& replacements) {
    Replacement made;
    const Token& first = tokens[i];
    if (is_word(first, "LEADING")) made.where = Replacement::Where::leading;
    if (is_word(first, "TRAILING")) made.where = Replacement::Where::trailing;
    if (made.where != Replacement::Where::words) ++i;
    bool good =
        read_operand(tokens, i, made.from) && !made.from.empty() && i < tokens.size() && is_word(tokens[i], "BY");
    good = good && read_operand(tokens, ++i, made.to);
    const bool part = made.where != Replacement::Where::words;
    if (!good || (part && (made.from.size() != 1 || made.to.size() > 1))) {
      fail(first, "CPY-0012"_code, "REPLACING takes pairs of words, literals or ==text==, with BY between them");
      return false;
    }
    const std::string_view word = made.from[0].text;
    const bool marked = word.size() > 2 && ((word.starts_with(':') && word.ends_with(':')) ||
                                            (word.starts_with('(') && word.ends_with(')')));
    if (marked && made.from.size() == 1 && made.to.size() <= 1) made.where = Replacement::Where::within;
    replacements.push_back(std::move(made));
    return true;
  }

  /// A word, a literal, or the tokens between two ==.
  static bool read_operand(const std::vector<Token>& tokens, std::size_t& i, std::vector<Token>& operand) {
    if (i >= tokens.size() || tokens[i].kind == Token::Kind::stop) return false;
    if (tokens[i].kind != Token::Kind::pseudo) {
      operand.push_back(tokens[i++]);
      return true;
    }
    for (++i; i < tokens.size() && tokens[i].kind != Token::Kind::pseudo; ++i) operand.push_back(tokens[i]);
    return i++ < tokens.size();
  }

  std::vector<Token> read_member(const Token& member, std::size_t depth) {
    if (depth == copy_depth_max || files_.size() == files_max) {
      return fail(member, "CPY-0011"_code,
                  fmt::format("members are copied more than {} deep, or more than {} times", copy_depth_max, files_max),
                  "a member may not copy itself");
    }
    auto [name, text] = find_member(member.text);
    if (!text) {
      return fail(
          member, "CPY-0010"_code, fmt::format("the member \"{}\" is not there", member.text),
          "members are looked for in the folder of the copybook, as they are named and with .cpy, .cbl or .cob");
    }
    bytes_ += text->size();
    if (bytes_ > text_bytes_max) {
      return fail(member, "CPY-0001"_code, fmt::format("the members have more than {} bytes", text_bytes_max));
    }
    files_.push_back({std::move(name), std::move(*text)});
    return expand(static_cast<std::uint32_t>(files_.size() - 1), depth + 1);
  }

  /// Only names without a path: a copybook reads nothing outside of its folder.
  std::pair<std::string, std::optional<std::string>> find_member(const std::string& member) const {
    if (!read_member_ || member.find_first_of("/\\") != std::string::npos || member.starts_with('.')) return {};
    const std::string folder = files_[0].name.substr(0, files_[0].name.rfind('/') + 1);
    std::string lower = member;
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    for (const std::string& base : {member, to_upper(member), lower}) {
      for (const std::string_view suffix : {"", ".cpy", ".CPY", ".cbl", ".CBL", ".cob", ".COB"}) {
        std::string name = base + std::string(suffix);
        if (auto text = read_member_(name)) return {folder + name, std::move(text)};
      }
    }
    return {};
  }

  std::vector<SourceFile>& files_;
  const Dialect& dialect_;
  const ReadMember& read_member_;
  Reporter& reporter_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<Token> read_tokens(std::vector<SourceFile>& files, const Dialect& dialect, const ReadMember& read_member,
                               Reporter& reporter) {
  return Copier(files, dialect, read_member, reporter).expand(0, 0);
}

}  // namespace tilmash::formats::copybook
