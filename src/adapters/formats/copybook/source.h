// From the lines of a copybook to its tokens: reference format, comments, continuation, literals, picture strings, and
// COPY … REPLACING. What the words mean is not known here.
//
// LAYOUT of a line in fixed format (ISO/IEC 1989:2014, 6.3; a multi-byte character is one column)
//   COLUMN   MEANING
//   1..6     sequence area, not looked at
//   7        indicator: blank; * or / comment; D debugging line (a comment); - continuation; $ directive
//   8..72    text (in `variable` format to the end of the line)
//   73..80   identification, not looked at
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/copybook/copybook.h"

namespace tilmash::formats::copybook {

struct Token {
  enum class Kind : std::uint8_t { word, literal, picture, stop, pseudo };
  Kind kind = Kind::word;
  bool hex = false;  ///< of a literal: X"…"
  std::string text;  ///< of a literal: what stands between its quotes; `pseudo` is one delimiter ==
  Spot spot;
};

/// True when `token` is this word; `word` in capitals.
bool is_word(const Token& token, std::string_view word);
std::string to_upper(std::string_view text);

/// Findings with their place in the copybook or a member.
class Reporter {
 public:
  Reporter(const std::vector<SourceFile>& files, Findings& findings) : files_(files), findings_(findings) {}

  void error(const Spot& spot, Code code, std::string text, std::string help = {}) {
    failed_ = true;
    add(Severity::error, spot, code, std::move(text), std::move(help));
  }
  void warn(const Spot& spot, Code code, std::string text, std::string help = {}) {
    add(Severity::warning, spot, code, std::move(text), std::move(help));
  }
  bool failed() const { return failed_; }

 private:
  void add(Severity severity, const Spot& spot, Code code, std::string text, std::string help);

  const std::vector<SourceFile>& files_;
  Findings& findings_;
  bool failed_ = false;
};

/// The text of one file without its reference format: lines of text separated by line feeds, continued ones joined.
struct LogicalText {
  struct Line {
    std::size_t begin = 0;  ///< offset in `text`
    std::uint32_t line_number = 0;
  };
  std::string text;
  std::vector<std::uint32_t> columns;  ///< by byte of `text`
  std::vector<Line> lines;

  Spot spot(std::uint32_t file, std::size_t offset, std::size_t length) const;
};

/// Fails: CPY-0003, CPY-0004.
LogicalText read_lines(std::string_view text, std::uint32_t file, Dialect::Reference reference, Reporter& reporter);

/// Fails: CPY-0001, CPY-0002.
std::vector<Token> scan(const LogicalText& text, std::uint32_t file, Reporter& reporter);

/// The tokens of files[0] with every COPY statement carried out; appends the members to `files`.
/// Fails: the codes above, CPY-0010 … CPY-0012.
std::vector<Token> read_tokens(std::vector<SourceFile>& files, const Dialect& dialect, const ReadMember& read_member,
                               Reporter& reporter);

}  // namespace tilmash::formats::copybook
