#include "base/code_page.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace tilmash {
namespace {

constexpr std::string_view folder = "src/base/code_pages/";
constexpr std::string_view suffix = ".txt";

template <typename Number>
bool parse_hex(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

CodePage::CodePage() {
  ascii_.fill(0xFF);
  printable_.fill(0xFF);
  blocks_.emplace_back().fill(no_byte);
}

bool CodePage::add(std::uint8_t byte, char32_t character) {
  if (character > 0xFFFF || (character >= 0xD800 && character <= 0xDFFF) || find_byte(character) >= 0) return false;
  char utf8[4];
  const std::ptrdiff_t length = write_utf8(utf8, character) - utf8;
  std::memcpy(rows_[byte].utf8, utf8, 3);
  if (length < 3) rows_[byte].utf8[2] = 0;
  rows_[byte].length = static_cast<std::uint8_t>(length);
  if (character < 0x80) ascii_[byte] = static_cast<unsigned char>(character);
  if (character >= ' ' && character < 0x7F) printable_[byte] = ascii_[byte];

  std::uint8_t& block = block_of_[character >> 8];
  if (block == 0) {
    // At most 256 characters share at most 255 blocks and the empty one.
    if (blocks_.size() == 256) return false;
    block = static_cast<std::uint8_t>(blocks_.size());
    blocks_.emplace_back().fill(no_byte);
  }
  blocks_[block][character & 0xFF] = byte;
  return true;
}

int CodePage::find_byte(char32_t character) const {
  return character > 0xFFFF ? no_byte : blocks_[block_of_[character >> 8]][character & 0xFF];
}

char16_t CodePage::find_character(unsigned char lead, unsigned char trail) const {
  return character_of_pair_[static_cast<std::size_t>(lead << 8 | trail)];
}

bool CodePage::add_pair(unsigned pair, char32_t character) {
  if (character_of_pair_.empty()) {
    character_of_pair_.resize(0x10000);
    pair_of_.resize(0x10000);
  }
  const bool taken = find_byte(character) >= 0 || find_pair(character) != 0;
  if (character > 0xFFFF || (character >= 0xD800 && character <= 0xDFFF) || taken) return false;
  character_of_pair_[pair] = static_cast<char16_t>(character);
  pair_of_[character] = static_cast<std::uint16_t>(pair);
  return true;
}

/// The pairs of `lead` with 41 to FE.
bool CodePage::add_pairs(std::uint8_t lead, std::string_view characters) {
  constexpr char32_t undefined = 0xFFFD;
  if (!is_mixed() && !add_pair(0x4040, 0x3000)) return false;
  if (lead < 0x41 || lead == 0xFF || find_malformed_utf8(characters) != characters.size()) return false;
  unsigned trail = 0x41;
  for (std::size_t at = 0; at < characters.size(); ++trail) {
    const char32_t character = read_utf8(characters, at);
    if (trail > 0xFE) return false;
    if (character != undefined && !add_pair(unsigned{lead} << 8 | trail, character)) return false;
  }
  return trail == 0xFF;
}

bool CodePage::decode_pairs(std::string_view bytes, Arena& arena, std::string_view& utf8,
                            std::size_t& bad_offset) const {
  char* const begin = arena.allocate(bytes.size() / 2 * 3 + 1);
  char* out = begin;
  for (bad_offset = 0; bad_offset + 1 < bytes.size(); bad_offset += 2) {
    const char32_t character = find_character(static_cast<unsigned char>(bytes[bad_offset]),
                                              static_cast<unsigned char>(bytes[bad_offset + 1]));
    if (character == 0) break;
    out = write_utf8(out, character);
  }
  arena.shrink(out);
  utf8 = {begin, static_cast<std::size_t>(out - begin)};
  return bad_offset == bytes.size();
}

bool CodePage::encode_pairs(std::string_view utf8, std::string& out, std::size_t& bad_offset) const {
  const std::size_t size_before = out.size();
  bad_offset = find_malformed_utf8(utf8);
  if (bad_offset != utf8.size()) return false;
  for (std::size_t at = 0; at < utf8.size();) {
    bad_offset = at;
    const unsigned pair = find_pair(read_utf8(utf8, at));
    if (pair == 0) {
      out.resize(size_before);
      return false;
    }
    out += static_cast<char>(pair >> 8);
    out += static_cast<char>(pair & 0xFF);
  }
  return true;
}

/// Shifts stand where they would be written and nowhere else: around each run of pairs, which is not empty.
bool CodePage::decode_mixed(std::string_view bytes, Arena& arena, std::string_view& utf8,
                            std::size_t& bad_offset) const {
  char* const begin = arena.allocate(bytes.size() * 3 + 1);
  char* out = begin;
  bool pairs = false;
  std::size_t run = bytes.size();  // where the latest run of pairs ended or began
  for (std::size_t at = 0; at < bytes.size();) {
    bad_offset = at;
    const char byte = bytes[at];
    if (byte == (pairs ? shift_in : shift_out)) {
      if (run == at) return false;
      pairs = !pairs;
      run = ++at;
      continue;
    }
    char32_t character = 0;
    if (!pairs) {
      const Row& row = rows_[static_cast<unsigned char>(byte)];
      if (row.length == 0) return false;
      std::memcpy(out, &row, sizeof row);
      out += row.length;
      ++at;
      continue;
    }
    if (at + 1 < bytes.size()) {
      character = find_character(static_cast<unsigned char>(byte), static_cast<unsigned char>(bytes[at + 1]));
    }
    if (character == 0) return false;
    out = write_utf8(out, character);
    at += 2;
  }
  bad_offset = bytes.size() - 1;
  if (pairs) return false;
  arena.shrink(out);
  utf8 = {begin, static_cast<std::size_t>(out - begin)};
  return true;
}

bool CodePage::encode_mixed(std::string_view utf8, std::string& out, std::size_t& bad_offset) const {
  const std::size_t size_before = out.size();
  bad_offset = find_malformed_utf8(utf8);
  if (bad_offset != utf8.size()) return false;
  bool pairs = false;
  for (std::size_t at = 0; at < utf8.size();) {
    bad_offset = at;
    const char32_t character = read_utf8(utf8, at);
    const int byte = find_byte(character);
    const unsigned pair = byte < 0 ? find_pair(character) : 0;
    if (byte < 0 && pair == 0) {
      out.resize(size_before);
      return false;
    }
    if (pairs != (pair != 0)) out += pairs ? shift_in : shift_out;
    pairs = pair != 0;
    if (pairs) out += static_cast<char>(pair >> 8);
    out += static_cast<char>(pairs ? pair & 0xFF : static_cast<unsigned>(byte));
  }
  if (pairs) out += shift_in;
  return true;
}

bool CodePage::decode(std::string_view bytes, Arena& arena, std::string_view& utf8, std::size_t& bad_offset) const {
  if (is_mixed()) return decode_mixed(bytes, arena, utf8, bad_offset);
  if (is_utf8_) {
    bad_offset = find_malformed_utf8(bytes);
    if (bad_offset != bytes.size()) return false;
    utf8 = bytes;
    return true;
  }
  const bool begins_otherwise = !bytes.empty() && static_cast<signed char>(bytes[0]) < 0;
  const std::size_t same = keeps_ascii_ && !begins_otherwise ? find_non_ascii(bytes) : 0;
  if (same == bytes.size()) {
    utf8 = bytes;
    return true;
  }
  if (same == 0 && !keeps_ascii_) {
    // Most text of such pages is ASCII when decoded: one byte each, until another kind of character shows.
    char* const begin = arena.allocate(bytes.size());
    unsigned char others = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const unsigned char c = ascii_[static_cast<unsigned char>(bytes[i])];
      begin[i] = static_cast<char>(c);
      others |= c;
    }
    if ((others & 0x80) == 0) {
      utf8 = {begin, bytes.size()};
      return true;
    }
    arena.shrink(begin);
  }
  // Each byte makes at most three; a row is copied whole, with its length, over which the next one is written.
  char* const begin = arena.allocate(bytes.size() * 3 + 1);
  if (same != 0) std::memcpy(begin, bytes.data(), same);
  char* out = begin + same;
  Row seen;
  seen.utf8[2] = 0;
  const auto put = [&](char byte) {
    const Row& row = rows_[static_cast<unsigned char>(byte)];
    std::memcpy(out, &row, sizeof row);
    out += row.length;
    seen.utf8[2] |= row.utf8[2];
  };
  std::size_t i = same;
  for (; i + 4 <= bytes.size(); i += 4) {
    for (std::size_t k = 0; k < 4; ++k) put(bytes[i + k]);
  }
  for (; i < bytes.size(); ++i) put(bytes[i]);
  if ((seen.utf8[2] & undefined_mark) != 0) {
    arena.shrink(begin);
    bad_offset = same;
    while (rows_[static_cast<unsigned char>(bytes[bad_offset])].length != 0) ++bad_offset;
    return false;
  }
  arena.shrink(out);
  utf8 = {begin, static_cast<std::size_t>(out - begin)};
  return true;
}

bool CodePage::encode(std::string_view utf8, std::string& out, std::size_t& bad_offset) const {
  if (is_mixed()) return encode_mixed(utf8, out, bad_offset);
  const std::size_t ascii = find_non_ascii(utf8);
  if (ascii == utf8.size() && keeps_ascii_) {
    out += utf8;
    return true;
  }
  bad_offset = ascii == utf8.size() ? ascii : find_malformed_utf8(utf8);
  if (bad_offset != utf8.size()) return false;
  if (is_utf8_) {
    out += utf8;
    return true;
  }
  const std::size_t size_before = out.size();
  out.append(utf8, 0, ascii);
  const auto& low = blocks_[block_of_[0]];
  for (std::size_t at = 0; at < ascii && !keeps_ascii_; ++at) {
    const std::int16_t byte = low[static_cast<unsigned char>(utf8[at])];
    if (byte < 0) {
      bad_offset = at;
      out.resize(size_before);
      return false;
    }
    out[size_before + at] = static_cast<char>(byte);
  }
  for (std::size_t at = ascii; at < utf8.size();) {
    bad_offset = at;
    const int byte = find_byte(read_utf8(utf8, at));
    if (byte < 0) {
      out.resize(size_before);
      return false;
    }
    out += static_cast<char>(byte);
  }
  return true;
}

std::shared_ptr<const CodePage> read_code_page(std::string name, std::string_view table, Findings& findings) {
  std::shared_ptr<CodePage> page(new CodePage);
  page->name_ = name;
  std::uint32_t line_number = 0;
  const auto wrong = [&](std::string text) {
    Diagnostic error;
    error.code = "COD-0001"_code;
    error.place.file = std::string(folder) + name + std::string(suffix);
    error.place.line_number = line_number;
    error.place.column_number = 1;
    error.text = std::move(text);
    findings.add(std::move(error));
    return nullptr;
  };
  std::uint32_t next_byte = 0;
  while (!table.empty()) {
    ++line_number;
    const std::size_t cut = table.find('\n');
    const std::string_view line = table.substr(0, cut);
    table.remove_prefix(cut == std::string_view::npos ? table.size() : cut + 1);
    if (line.empty() || line[0] == '#') continue;
    std::uint32_t byte = 0;
    std::uint32_t character = 0;
    if (line.size() < 4 || line[2] != ' ' || !parse_hex(line.substr(0, 2), byte)) {
      return wrong("a row is a byte and a character, as in \"80 0402\"");
    }
    if (next_byte == 256) {
      if (page->add_pairs(static_cast<std::uint8_t>(byte), line.substr(3))) continue;
      return wrong("not the 190 characters of the pairs from 41 to FE, or one that stands twice");
    }
    if (byte != next_byte++) return wrong("the rows are not the bytes 00 to FF in their order");
    if (line.substr(3) == "-") continue;
    if (!parse_hex(line.substr(3), character)) return wrong("the character is not hexadecimal; undefined is \"-\"");
    if (!page->add(static_cast<std::uint8_t>(byte), character)) {
      return wrong("the character is beyond U+FFFF, a surrogate, or was given to another byte");
    }
  }
  if (next_byte != 256) return wrong("the table has fewer than 256 rows");
  for (int byte = 0; byte < 0x80; ++byte) {
    page->keeps_ascii_ = page->keeps_ascii_ && page->find_byte(static_cast<char32_t>(byte)) == byte;
  }
  return page;
}

std::shared_ptr<const CodePage> find_code_page(const Data& data, std::string_view name, Findings& findings) {
  if (name == "utf-8") {
    std::shared_ptr<CodePage> page(new CodePage);
    page->name_ = name;
    page->is_utf8_ = true;
    return page;
  }
  const auto table = data.find(std::string(folder) + std::string(name) + std::string(suffix));
  return table ? read_code_page(std::string(name), *table, findings) : nullptr;
}

std::vector<std::string> list_code_pages(const Data& data) {
  std::vector<std::string> names{"utf-8"};
  for (const std::string& path : data.list(folder, suffix)) {
    names.push_back(path.substr(folder.size(), path.size() - folder.size() - suffix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tilmash
