#include "iso20022/encoding.h"

#include <algorithm>

#include "base/text.h"

namespace tilmash::iso20022 {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr std::size_t declaration_bytes_max = 256;

constexpr unsigned bit(Encoding encoding) {
  return 1u << static_cast<unsigned>(encoding);
}

/// Names of the IANA registry, and what an input that bears one can be in. UTF-16 by itself leaves the order open.
struct Name {
  std::string_view name;
  unsigned encodings;
};
constexpr Name names[] = {
    {"utf-8", bit(Encoding::utf8)},        {"us-ascii", bit(Encoding::utf8)},
    {"iso-8859-1", bit(Encoding::latin1)}, {"iso_8859-1", bit(Encoding::latin1)},
    {"latin1", bit(Encoding::latin1)},     {"utf-16", bit(Encoding::utf16_le) | bit(Encoding::utf16_be)},
    {"utf-16le", bit(Encoding::utf16_le)}, {"utf-16be", bit(Encoding::utf16_be)},
};

bool is_same_name(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? static_cast<char>(x | 0x20) : x) == y; });
}

/// What stands as encoding in the XML declaration at the beginning of `text`; empty when nothing does. Whether the
/// declaration is right in itself is for the reader to say.
std::string_view declared_name(std::string_view text) {
  if (!text.starts_with("<?xml")) return {};
  text = text.substr(0, std::min(text.find("?>"), declaration_bytes_max));
  constexpr std::string_view key = "encoding";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  const std::size_t open = text.find_first_of("\"'");
  if (open == std::string_view::npos) return {};
  const std::size_t close = text.find(text[open], open + 1);
  return close == std::string_view::npos ? std::string_view() : text.substr(open + 1, close - open - 1);
}

}  // namespace

std::string_view to_text(Encoding encoding) {
  static constexpr std::string_view texts[] = {"UTF-8", "ISO-8859-1", "UTF-16LE", "UTF-16BE"};
  return texts[static_cast<std::size_t>(encoding)];
}

std::optional<bool> may_declare(std::string_view name, Encoding found) {
  for (const Name& known : names) {
    if (is_same_name(name, known.name)) return (known.encodings & bit(found)) != 0;
  }
  return std::nullopt;
}

Encoding find_encoding(std::string_view input) {
  if (input.starts_with("\xFE\xFF"sv)) return Encoding::utf16_be;
  if (input.starts_with("\xFF\xFE"sv)) return input.starts_with("\xFF\xFE\0\0"sv) ? Encoding::utf8 : Encoding::utf16_le;
  // Without a mark, UTF-16 must be declared (4.3.3).
  for (const Encoding wide : {Encoding::utf16_le, Encoding::utf16_be}) {
    if (!input.starts_with(wide == Encoding::utf16_le ? "<\0?\0"sv : "\0<\0?"sv)) continue;
    const bool declared = !declared_name(to_utf8(input.substr(0, 2 * declaration_bytes_max), wide)).empty();
    return declared ? wide : Encoding::utf8;
  }
  const std::string_view name = declared_name(input);
  return may_declare(name, Encoding::latin1).value_or(false) ? Encoding::latin1 : Encoding::utf8;
}

char16_t Transcoder::unit(std::size_t at) const {
  const auto first = static_cast<unsigned char>(input_[at]);
  const auto second = static_cast<unsigned char>(input_[at + 1]);
  return static_cast<char16_t>(encoding_ == Encoding::utf16_le ? second << 8 | first : first << 8 | second);
}

bool Transcoder::next(std::string& out) {
  const std::size_t left = input_.size() - at_;
  if (left == 0) return false;
  const std::size_t end = at_ + std::min(left, piece_bytes);
  const std::size_t begin = out.size();
  out.resize(begin + 2 * (end - at_) + 4);  // two bytes of input become three of output at most, one becomes two
  char* to = out.data() + begin;
  if (encoding_ == Encoding::latin1) {
    while (at_ < end) to = write_utf8(to, static_cast<unsigned char>(input_[at_++]));
  } else {
    while (at_ + 1 < end) {
      char32_t character = unit(at_);
      at_ += 2;
      const bool pair = (character & 0xFC00) == 0xD800 && at_ + 1 < input_.size() && (unit(at_) & 0xFC00) == 0xDC00;
      if (pair) {
        character = 0x10000 + ((character & 0x3FF) << 10) + (unit(at_) & 0x3FFu);
        at_ += 2;
      }
      to = write_utf8(to, character);  // half of a pair alone gives three bytes that are not UTF-8
    }
    if (at_ + 1 == input_.size()) {
      *to++ = '\xFF';
      ++at_;
    }
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return true;
}

std::string to_utf8(std::string_view input, Encoding encoding) {
  std::string text;
  Transcoder transcoder(input, encoding);
  while (transcoder.next(text)) {
  }
  return text;
}

std::uint64_t count_original_bytes(std::string_view utf8, Encoding encoding) {
  if (encoding == Encoding::utf8) return utf8.size();
  std::uint64_t units = 0;
  for (const char c : utf8)
    units += (c & 0xC0) == 0x80 ? 0u : (c & 0xF8) == 0xF0 && encoding != Encoding::latin1 ? 2u : 1u;
  return encoding == Encoding::latin1 ? units : 2 * units;
}

}  // namespace tilmash::iso20022
