// The encodings that a message may come in, and their way into UTF-8, which is all that the reader reads.
//
// UTF-8, ISO-8859-1, and UTF-16 in either byte order: known by the byte order mark or by the XML declaration (XML 1.0,
// fifth edition, 4.3.3 and appendix F). Never guessed beyond that: another declared encoding, UTF-32 and EBCDIC are for
// the reader to refuse. Not the code pages of legacy records, which base/code_page.h has.
//
// Transcoding is total. What is no character (half a surrogate pair, half a unit) becomes bytes that are not UTF-8, so
// that the reader finds it in its place, after everything that stands before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tilmash::iso20022 {

enum class Encoding : std::uint8_t { utf8, latin1, utf16_le, utf16_be };
std::string_view to_text(Encoding encoding);

/// What `input` is in, going by its first bytes; utf8 when that is nothing known here.
Encoding find_encoding(std::string_view input);

/// Whether an XML declaration may say `name` (in any case of letters) of an input that is in `found`; nothing when the
/// name is not known here.
std::optional<bool> may_declare(std::string_view name, Encoding found);

/// Makes an input UTF-8 piece by piece, so that a large one needs no memory. A byte order mark stays one.
class Transcoder {
 public:
  /// `input` must outlive it; its encoding is not utf8.
  Transcoder(std::string_view input, Encoding encoding) : input_(input), encoding_(encoding) {}

  /// Appends the next piece, of some megabytes, to `out`; false when nothing is left.
  bool next(std::string& out);
  /// Of the first byte of the input that was not taken yet.
  std::size_t offset() const { return at_; }

 private:
  char16_t unit(std::size_t at) const;

  std::string_view input_;
  Encoding encoding_;
  std::size_t at_ = 0;
};

/// All of it at once.
std::string to_utf8(std::string_view input, Encoding encoding);

/// How many bytes of the original a part of what a Transcoder made of it was.
std::uint64_t count_original_bytes(std::string_view utf8, Encoding encoding);

}  // namespace tilmash::iso20022
