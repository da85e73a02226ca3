// Where messages begin and end in a file, and what blocks and fields one is made of. Knows the brackets, the tags and
// the line ends; nothing of types and formats.
//
//     {1:…}{2:…}{3:{108:…}…}{4:⏎:20:…⏎:32A:…⏎-}{5:{CHK:…}…}{S:…}     a message with its envelope
//     :20:…⏎:25:…⏎…⏎-⏎                                              bare: only what block 4 holds, as statements come
//
// Source: SWIFT User Handbook, FIN Service Description (block structure); line ends are CR LF, files often have LF.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/code.h"

namespace tilmash::formats::swift_mt {

/// A message within a file. Offsets into the text that was searched.
struct Extent {
  enum class Form : std::uint8_t { enveloped, bare, none };
  Form form = Form::none;      ///< none: no message begins in the rest
  std::uint64_t begin = 0;     ///< of the first block or tag; before it stands what separates it or introduces it
  std::uint64_t text_end = 0;  ///< one past the message itself
  std::uint64_t end = 0;       ///< one past what separates it from the next
  bool whole = true;           ///< false: a block is not closed
};

/// The first message from `from` on. False when only separators (blanks, line ends, `$`, 00 01 03 1A) are left.
bool find_message(std::string_view text, std::uint64_t from, Extent& extent);

/// A field: `:32A:value` on lines of its own, or `{108:value}`.
struct Token {
  std::string_view tag;
  std::string_view value;
  std::uint64_t offset = 0;  ///< of the colon or brace before the tag
};

struct Block {
  std::string_view id;       ///< "1" … "5", "S"
  std::string_view content;  ///< between `{1:` and `}`
  std::string_view space;    ///< white space before it
  std::uint64_t offset = 0;  ///< of its brace
};

/// What is wrong with the brackets or tags; offset into the text.
struct TokenFault {
  Code code;
  std::uint64_t offset = 0;

  explicit operator bool() const { return static_cast<bool>(code); }
};

/// The blocks of a message with its envelope. SMT-0202: a block is not closed or has no name.
TokenFault read_blocks(std::string_view message, std::vector<Block>& blocks);

/// The fields of a text; `begin` is what stands before the first tag. SMT-0204: no tag stands first. `offset` is that
/// of `text` in the message.
TokenFault read_lines(std::string_view text, std::string_view newline, std::uint64_t offset, std::vector<Token>& tokens,
                      std::string_view& begin);

/// The fields of a block that has them in braces. SMT-0202: something else stands between them.
TokenFault read_braces(std::string_view content, std::uint64_t offset, std::vector<Token>& tokens);

/// Length of `:20:`, `:32A:` or `:940:` at the start of `line`; 0 when it doesn't begin with a tag.
std::size_t tag_length(std::string_view line);

/// "\r\n" or "\n", whichever ends the first line; empty when there is none.
std::string_view find_newline(std::string_view text);

}  // namespace tilmash::formats::swift_mt
