#include "adapters/formats/swift_mt/tokens.h"

#include <algorithm>

namespace tilmash::formats::swift_mt {
namespace {

constexpr std::string_view separators("\r\n \t$\x03\x1A\x00", 8);
constexpr std::string_view separators_before("\r\n \t$\x03\x1A\x00\x01", 9);
constexpr std::string_view space = "\r\n \t";
constexpr std::size_t introduction_bytes_max = 16384;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

std::uint64_t skip(std::string_view text, std::uint64_t from, std::string_view characters) {
  return std::min<std::uint64_t>(text.find_first_not_of(characters, from), text.size());
}

/// `{1:`, `{S:`, `{451:`: length with the colon; 0 when it is none.
std::size_t opening_length(std::string_view text) {
  if (!text.starts_with('{')) return 0;
  std::size_t at = 1;
  while (at < text.size() && at < 6 && (is_digit(text[at]) || is_capital(text[at]))) ++at;
  return at > 1 && at < text.size() && text[at] == ':' ? at + 1 : 0;
}

/// Where the next message with an envelope seems to begin in [from, to): `{1:` behind a line end or a separator.
std::uint64_t find_next(std::string_view text, std::uint64_t from, std::uint64_t to) {
  const std::string_view part = text.substr(0, to);
  for (std::size_t at = part.find("{1:", from); at != std::string_view::npos; at = part.find("{1:", at + 3)) {
    if (at == 0 || separators_before.find(text[at - 1]) != std::string_view::npos || text[at - 1] == '}') return at;
  }
  return to;
}

/// One past the text of block 4 that begins at `content`: it ends with a line that begins -}, or, in a message of one
/// line, with the last -} before the next message. Goes over the text once.
std::uint64_t skip_text(std::string_view text, std::uint64_t content, bool& whole) {
  std::uint64_t line = content;
  std::uint64_t next = text.size();
  for (;;) {
    const std::uint64_t end = std::min<std::uint64_t>(text.find('\n', line), text.size());
    next = find_next(text, line, end);
    if (next < end || end == text.size()) break;
    line = end + 1;
    if (text.substr(line).starts_with("-}")) return line + 2;
  }
  const std::size_t inner = text.substr(content, next - content).rfind("-}");
  if (inner != std::string_view::npos) return content + inner + 2;
  whole = false;
  return next;
}

/// One past a block that begins at `at`; the start of what seems to be the next message, with `whole` false, when it
/// is not closed.
std::uint64_t skip_block(std::string_view text, std::uint64_t at, bool& whole) {
  const std::uint64_t content = at + opening_length(text.substr(at));
  if (text.substr(at).starts_with("{4:") && !text.substr(content).starts_with('{')) {
    return skip_text(text, content, whole);
  }
  std::uint32_t depth = 0;
  for (std::uint64_t i = at; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i + 1;
    if (text[i] == '\n' && text.substr(i + 1).starts_with("{1:")) {
      whole = false;
      return i;
    }
  }
  whole = false;
  return text.size();
}

void find_enveloped_end(std::string_view text, Extent& extent) {
  std::uint64_t at = extent.begin;
  for (;;) {
    at = skip_block(text, at, extent.whole);
    extent.text_end = at;
    if (!extent.whole) break;
    const std::uint64_t next = skip(text, at, space);
    if (opening_length(text.substr(next, 8)) == 0 || text.substr(next).starts_with("{1:")) break;
    at = next;
  }
  extent.end = skip(text, extent.text_end, separators);
}

/// A bare message ends with a line `-`, where its first tag or a second :20: stands, or where an envelope begins.
void find_bare_end(std::string_view text, Extent& extent) {
  const std::size_t tag = tag_length(text.substr(extent.begin));
  const std::string_view first = text.substr(extent.begin, tag);
  extent.text_end = text.size();
  extent.end = text.size();
  bool has_reference = first == ":20:";
  for (std::size_t line = text.find('\n', extent.begin); line != std::string_view::npos; line = text.find('\n', line)) {
    ++line;
    const std::string_view rest = text.substr(line);
    const bool dash = rest.starts_with('-');
    const bool reference = rest.starts_with(":20:");
    const bool begins = rest.starts_with(first) || rest.starts_with("{1:") || (reference && has_reference);
    has_reference = has_reference || reference;
    if (!dash && !begins) continue;
    extent.text_end = line;
    if (!dash) {
      extent.end = line;
      break;
    }
    std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view ending = rest.substr(1, end - 1);
    if (ending != "}" && ending.find_first_not_of(separators) != std::string_view::npos) continue;
    extent.end = skip(text, line + end, separators);
    break;
  }
  while (extent.text_end > extent.begin &&
         std::string_view("\r\n\x03\x1A\x00", 5).find(text[extent.text_end - 1]) != std::string_view::npos) {
    --extent.text_end;
  }
}

}  // namespace

std::size_t tag_length(std::string_view line) {
  if (!line.starts_with(':')) return 0;
  std::size_t at = 1;
  while (at < line.size() && at < 4 && is_digit(line[at])) ++at;
  if (at < 3) return 0;
  if (at < line.size() && is_capital(line[at])) ++at;
  return at < line.size() && line[at] == ':' ? at + 1 : 0;
}

std::string_view find_newline(std::string_view text) {
  const std::size_t at = text.find('\n');
  if (at == std::string_view::npos) return {};
  return at > 0 && text[at - 1] == '\r' ? std::string_view("\r\n") : std::string_view("\n");
}

bool find_message(std::string_view text, std::uint64_t from, Extent& extent) {
  extent = {};
  std::uint64_t at = skip(text, from, separators_before);
  if (at == text.size()) return false;
  const std::uint64_t limit = std::min<std::uint64_t>(text.size(), at + introduction_bytes_max);
  const auto begins = [&](std::uint64_t place) {
    const std::string_view rest = text.substr(place, 8);
    if (opening_length(rest) != 0) extent.form = Extent::Form::enveloped;
    if (tag_length(rest) != 0) extent.form = Extent::Form::bare;
    return extent.form != Extent::Form::none;
  };
  while (at < limit && !begins(at)) {
    // An introduction: lines of a bank's own before the message, or a transport's prefix ended by 1A.
    const std::size_t line = text.find_first_of("\n\x1A", at);
    at = line == std::string_view::npos ? limit : skip(text, line, separators_before);
  }
  extent.begin = at;
  if (extent.form == Extent::Form::none) {
    extent.begin = skip(text, from, separators_before);
    extent.text_end = extent.end = text.size();
    return true;
  }
  if (extent.form == Extent::Form::enveloped) {
    find_enveloped_end(text, extent);
  } else {
    find_bare_end(text, extent);
  }
  return true;
}

TokenFault read_blocks(std::string_view message, std::vector<Block>& blocks) {
  blocks.clear();
  std::uint64_t at = 0;
  while (at < message.size()) {
    const std::uint64_t begin = skip(message, at, space);
    const std::size_t opening = opening_length(message.substr(begin, 8));
    if (opening == 0) return {"SMT-0202"_code, begin};
    bool whole = true;
    const std::uint64_t end = skip_block(message, begin, whole);
    if (!whole || end > message.size()) return {"SMT-0202"_code, begin};
    blocks.push_back({message.substr(begin + 1, opening - 2),
                      message.substr(begin + opening, end - begin - opening - 1), message.substr(at, begin - at),
                      begin});
    at = end;
  }
  return {};
}

TokenFault read_lines(std::string_view text, std::string_view newline, std::uint64_t offset, std::vector<Token>& tokens,
                      std::string_view& begin) {
  std::size_t at = 0;
  while (tag_length(text.substr(at)) == 0) {
    const std::size_t line = newline.empty() ? std::string_view::npos : text.find(newline, at);
    const std::string_view skipped = text.substr(at, line == std::string_view::npos ? line : line - at);
    // Blank lines may stand before the first tag.
    if (skipped.find_first_not_of(" \t\r") != std::string_view::npos) return {"SMT-0204"_code, offset + at};
    if (line == std::string_view::npos) {
      begin = text;
      return {};
    }
    at = line + newline.size();
  }
  begin = text.substr(0, at);
  while (at < text.size()) {
    const std::size_t tag = tag_length(text.substr(at));
    std::size_t next = newline.empty() ? std::string_view::npos : text.find(newline, at);
    while (next != std::string_view::npos && tag_length(text.substr(next + newline.size())) == 0) {
      next = text.find(newline, next + newline.size());
    }
    const std::size_t value_end = std::min(next, text.size());
    tokens.push_back({text.substr(at + 1, tag - 2), text.substr(at + tag, value_end - at - tag), offset + at});
    at = next == std::string_view::npos ? text.size() : next + newline.size();
  }
  return {};
}

TokenFault read_braces(std::string_view content, std::uint64_t offset, std::vector<Token>& tokens) {
  std::size_t at = 0;
  while (at < content.size()) {
    const std::size_t opening = opening_length(content.substr(at, 8));
    const std::size_t close = content.find('}', at);
    if (opening == 0 || close == std::string_view::npos) return {"SMT-0202"_code, offset + at};
    tokens.push_back(
        {content.substr(at + 1, opening - 2), content.substr(at + opening, close - at - opening), offset + at});
    at = close + 1;
  }
  return {};
}

}  // namespace tilmash::formats::swift_mt
