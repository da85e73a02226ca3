// Code pages and UTF-8: legacy bytes to UTF-8 and back, strictly. A page has single bytes; a mixed one of EBCDIC also
// has pairs of bytes between shift-out (0E) and shift-in (0F).
//
// A code page is declared, never guessed: bytes A1 and A2 are one letter in cp1251 and another in kz1048. An undefined
// byte or a character the page lacks is reported with its offset; nothing is replaced. Control characters pass: what a
// field may hold is for its layout to say.
//
// The tables are src/base/code_pages/NAME.txt, written by tools/code_pages/generate.py: 256 rows `BYTE CODE_POINT`,
// hexadecimal, in byte order, `-` for an undefined byte; below them, on a mixed page, rows `LEAD CHARACTERS`: the pairs
// of a first byte with 41 to FE. A new page is a new file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/data.h"
#include "base/diagnostic.h"

namespace tilmash {

/// Immutable; may be shared between threads.
class CodePage {
 public:
  std::string_view name() const { return name_; }

  /// `bytes` -> UTF-8. Text that is the same in both (all ASCII; any well-formed UTF-8 on the utf-8 page) comes back
  /// as a view of `bytes`, else it is made in `arena`. False when a byte is undefined or malformed; `bad_offset` is
  /// then its offset, and `utf8` is not set.
  bool decode(std::string_view bytes, Arena& arena, std::string_view& utf8, std::size_t& bad_offset) const;

  /// The same of bytes that are all printable ASCII characters when decoded: one byte each, into the room for as many
  /// at `out`. False when another one is among them.
  bool decode_printable(std::string_view bytes, char* out) const {
    unsigned char others = 0;
    for (const char byte : bytes) {
      const unsigned char c = printable_[static_cast<unsigned char>(byte)];
      *out++ = static_cast<char>(c);
      others |= c;
    }
    return (others & 0x80) == 0;
  }

  /// UTF-8 -> bytes, appended to `out`. False when the page lacks a character (or the text is malformed); `bad_offset`
  /// is then the offset of its first byte in `utf8`, and `out` is as it was.
  bool encode(std::string_view utf8, std::string& out, std::size_t& bad_offset) const;

  /// The byte of a character; -1 when the page has none. Not for utf-8, which has no single bytes.
  int find_byte(char32_t character) const;

  /// The same of pairs of bytes without shifts, as a field of double-byte characters holds them. On a mixed page only;
  /// 4040 is the blank, U+3000.
  bool decode_pairs(std::string_view bytes, Arena& arena, std::string_view& utf8, std::size_t& bad_offset) const;
  bool encode_pairs(std::string_view utf8, std::string& out, std::size_t& bad_offset) const;

  /// True when there are pairs.
  bool is_mixed() const { return !character_of_pair_.empty(); }

  static constexpr char shift_out = 0x0E;
  static constexpr char shift_in = 0x0F;

  /// True when the bytes below 0x80 are ASCII, so that ASCII text needs no conversion.
  bool keeps_ascii() const { return keeps_ascii_; }

 private:
  friend std::shared_ptr<const CodePage> read_code_page(std::string, std::string_view, Findings&);
  friend std::shared_ptr<const CodePage> find_code_page(const Data&, std::string_view, Findings&);

  /// A byte's character as UTF-8. No third byte of UTF-8 has bit 40: it marks the bytes that are undefined.
  struct Row {
    unsigned char utf8[3] = {0, 0, undefined_mark};
    std::uint8_t length = 0;
  };
  static constexpr unsigned char undefined_mark = 0x40;
  static constexpr std::int16_t no_byte = -1;

  CodePage();
  bool add(std::uint8_t byte, char32_t character);
  bool add_pairs(std::uint8_t lead, std::string_view characters);
  bool add_pair(unsigned pair, char32_t character);
  char16_t find_character(unsigned char lead, unsigned char trail) const;
  unsigned find_pair(char32_t character) const { return character > 0xFFFF ? 0 : pair_of_[character]; }
  bool decode_mixed(std::string_view bytes, Arena& arena, std::string_view& utf8, std::size_t& bad_offset) const;
  bool encode_mixed(std::string_view utf8, std::string& out, std::size_t& bad_offset) const;

  std::string name_;
  bool is_utf8_ = false;
  bool keeps_ascii_ = true;
  std::array<Row, 256> rows_{};
  std::array<unsigned char, 256> ascii_{};      ///< a byte's character when that is ASCII, else FF
  std::array<unsigned char, 256> printable_{};  ///< the same, and FF of control characters
  // Two steps from a character to its byte: the block of its upper byte, then its lower byte. Block 0 is empty.
  std::array<std::uint8_t, 256> block_of_{};
  std::vector<std::array<std::int16_t, 256>> blocks_;
  // Of a mixed page; 0 is none. Both empty on others.
  std::vector<char16_t> character_of_pair_;
  std::vector<std::uint16_t> pair_of_;
};

/// The page of this name ("kz1048", "utf-8"); nullptr when there is none (nothing added: the caller knows the place
/// that named it) or its table is wrong (COD-0001 added). Compiles the table anew on each call: keep the result.
std::shared_ptr<const CodePage> find_code_page(const Data& data, std::string_view name, Findings& findings);

/// The names that `find_code_page` knows, sorted.
std::vector<std::string> list_code_pages(const Data& data);

/// Compiles a table. Fails (nullptr, COD-0001 added, with its line): a row out of order, no hexadecimal, a character
/// beyond U+FFFF or given to two bytes, fewer than 256 rows.
std::shared_ptr<const CodePage> read_code_page(std::string name, std::string_view table, Findings& findings);

}  // namespace tilmash
