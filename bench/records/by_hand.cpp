#include "by_hand.h"

#include <array>
#include <cstring>

namespace tilmash::bench {
namespace {

/// cp037, as far as it is ASCII; 0 = not in these records.
constexpr auto to_ascii = [] {
  std::array<unsigned char, 256> table{};
  table[0x40] = ' ';
  for (unsigned i = 0; i < 10; ++i) table[0xF0 + i] = static_cast<unsigned char>('0' + i);
  for (unsigned i = 0; i < 9; ++i) {
    table[0xC1 + i] = static_cast<unsigned char>('A' + i);
    table[0xD1 + i] = static_cast<unsigned char>('J' + i);
  }
  for (unsigned i = 0; i < 8; ++i) table[0xE2 + i] = static_cast<unsigned char>('S' + i);
  return table;
}();

constexpr auto to_ebcdic = [] {
  std::array<unsigned char, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    if (to_ascii[i] != 0) table[to_ascii[i]] = static_cast<unsigned char>(i);
  }
  return table;
}();

constexpr auto pairs = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    table[i] = (i >> 4) < 10 && (i & 15) < 10 ? static_cast<std::uint8_t>((i >> 4) * 10 + (i & 15)) : 0xFF;
  }
  return table;
}();

unsigned byte_of(char c) {
  return static_cast<unsigned char>(c);
}

bool read_text(const char* at, std::uint32_t length, HandText& out) {
  while (length > 0 && at[length - 1] == '\x40') --length;
  out.size = length;
  bool good = true;
  for (std::uint32_t i = 0; i < length; ++i) {
    const unsigned char c = to_ascii[byte_of(at[i])];
    good = good && c != 0;
    out.characters[i] = static_cast<char>(c);
  }
  return good;
}

bool read_zoned(const char* at, unsigned digits, bool is_signed, std::int64_t& out) {
  std::int64_t value = 0;
  for (unsigned i = 0; i + 1 < digits; ++i) {
    const unsigned digit = byte_of(at[i]) - 0xF0;
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  const unsigned last = byte_of(at[digits - 1]);
  if ((last & 15) > 9) return false;
  value = value * 10 + (last & 15);
  const unsigned zone = last >> 4;
  if (is_signed ? zone != 0xC && zone != 0xD : zone != 0xF) return false;
  out = zone == 0xD ? -value : value;
  return true;
}

bool read_packed(const char* at, unsigned bytes, std::int64_t& out) {
  std::int64_t value = 0;
  for (unsigned i = 0; i + 1 < bytes; ++i) {
    const unsigned pair = pairs[byte_of(at[i])];
    if (pair > 99) return false;
    value = value * 100 + pair;
  }
  const unsigned last = byte_of(at[bytes - 1]);
  const unsigned sign = last & 15;
  if (last >> 4 > 9 || (sign != 0xC && sign != 0xD)) return false;
  value = value * 10 + (last >> 4);
  out = sign == 0xD ? -value : value;
  return true;
}

void write_text(const HandText& text, std::uint32_t length, std::string& out) {
  for (std::uint32_t i = 0; i < length; ++i) {
    out += static_cast<char>(i < text.size ? to_ebcdic[byte_of(text.characters[i])] : 0x40);
  }
}

void write_zoned(std::int64_t value, unsigned digits, bool is_signed, std::string& out) {
  const std::size_t at = out.size();
  out.resize(at + digits);
  auto rest = static_cast<std::uint64_t>(value < 0 ? -value : value);
  for (unsigned i = digits; i-- > 0; rest /= 10) out[at + i] = static_cast<char>(0xF0 + rest % 10);
  char& last = out[at + digits - 1];
  if (is_signed) last = static_cast<char>((value < 0 ? 0xD0U : 0xC0U) | (byte_of(last) & 15));
}

void write_packed(std::int64_t value, unsigned bytes, std::string& out) {
  const std::size_t at = out.size();
  out.resize(at + bytes);
  auto rest = static_cast<std::uint64_t>(value < 0 ? -value : value);
  out[at + bytes - 1] = static_cast<char>(rest % 10 << 4 | (value < 0 ? 0xDU : 0xCU));
  rest /= 10;
  for (unsigned i = bytes - 1; i-- > 0; rest /= 100) out[at + i] = static_cast<char>(rest % 100 / 10 << 4 | rest % 10);
}

std::uint64_t mix(std::uint64_t digest, std::uint64_t value) {
  return (digest ^ value) * 0x9E3779B97F4A7C15 + 1;
}

std::uint64_t mix(std::uint64_t digest, const HandText& text) {
  return mix(digest, text.size + (text.size == 0 ? 0 : byte_of(text.characters[text.size - 1])));
}

struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
};

HandText random_text(Random& random, std::uint32_t length) {
  HandText text{};
  text.size = static_cast<std::uint32_t>(random.next() % length);
  for (std::uint32_t i = 0; i < text.size; ++i) text.characters[i] = static_cast<char>('A' + random.next() % 26);
  return text;
}

std::int64_t random_amount(Random& random, std::int64_t limit) {
  const auto value = static_cast<std::int64_t>(random.next() >> 2) % limit;
  return random.next() % 4 == 0 ? -value - 1 : value;
}

}  // namespace

bool decode_by_hand(const char* at, DisplayRecord& out) {
  bool good = true;
  for (HandText& text : out.texts) good = read_text(at, 30, text) && good, at += 30;
  for (std::int64_t& count : out.counts) good = read_zoned(at, 12, false, count) && good, at += 12;
  for (std::int64_t& amount : out.amounts) good = read_zoned(at, 15, true, amount) && good, at += 15;
  return good;
}

bool decode_by_hand(const char* at, PackedRecord& out) {
  bool good = true;
  for (HandText& text : out.texts) good = read_text(at, 20, text) && good, at += 20;
  for (std::int64_t& amount : out.amounts) good = read_packed(at, 8, amount) && good, at += 8;
  return good;
}

bool decode_by_hand(const char* at, std::size_t left, OdoRecord& out, std::size_t& size) {
  std::int64_t count = 0;
  if (left < 2 || !read_zoned(at, 2, false, count) || count > 20) return false;
  out.count = static_cast<std::uint32_t>(count);
  size = 2 + out.count * odo_row_bytes;
  if (size > left) return false;
  at += 2;
  for (std::uint32_t i = 0; i < out.count; ++i, at += odo_row_bytes) {
    OdoRecord::Row& row = out.rows[i];
    row.number = byte_of(at[0]) << 24 | byte_of(at[1]) << 16 | byte_of(at[2]) << 8 | byte_of(at[3]);
    if (row.number > 999999 || !read_packed(at + 4, 5, row.amount) || !read_text(at + 9, 10, row.text)) return false;
  }
  return true;
}

void encode_by_hand(const DisplayRecord& record, std::string& out) {
  for (const HandText& text : record.texts) write_text(text, 30, out);
  for (const std::int64_t count : record.counts) write_zoned(count, 12, false, out);
  for (const std::int64_t amount : record.amounts) write_zoned(amount, 15, true, out);
}

void encode_by_hand(const PackedRecord& record, std::string& out) {
  for (const HandText& text : record.texts) write_text(text, 20, out);
  for (const std::int64_t amount : record.amounts) write_packed(amount, 8, out);
}

void encode_by_hand(const OdoRecord& record, std::string& out) {
  write_zoned(record.count, 2, false, out);
  for (std::uint32_t i = 0; i < record.count; ++i) {
    const OdoRecord::Row& row = record.rows[i];
    for (unsigned shift = 32; shift > 0; shift -= 8) out += static_cast<char>(row.number >> (shift - 8) & 0xFF);
    write_packed(row.amount, 5, out);
    write_text(row.text, 10, out);
  }
}

std::uint64_t digest(const DisplayRecord& record) {
  std::uint64_t out = 0;
  for (const HandText& text : record.texts) out = mix(out, text);
  for (const std::int64_t count : record.counts) out = mix(out, static_cast<std::uint64_t>(count));
  for (const std::int64_t amount : record.amounts) out = mix(out, static_cast<std::uint64_t>(amount));
  return out;
}

std::uint64_t digest(const PackedRecord& record) {
  std::uint64_t out = 0;
  for (const HandText& text : record.texts) out = mix(out, text);
  for (const std::int64_t amount : record.amounts) out = mix(out, static_cast<std::uint64_t>(amount));
  return out;
}

std::uint64_t digest(const OdoRecord& record) {
  std::uint64_t out = record.count;
  for (std::uint32_t i = 0; i < record.count; ++i) {
    out = mix(mix(mix(out, static_cast<std::uint64_t>(record.rows[i].number)),
                  static_cast<std::uint64_t>(record.rows[i].amount)),
              record.rows[i].text);
  }
  return out;
}

DisplayRecord make_display(std::uint64_t seed) {
  Random random{seed * 2 + 1};
  DisplayRecord record{};
  for (HandText& text : record.texts) text = random_text(random, 30);
  for (std::int64_t& count : record.counts) count = static_cast<std::int64_t>(random.next() % 1'000'000'000'000);
  for (std::int64_t& amount : record.amounts) amount = random_amount(random, 999'999'999'999'999);
  return record;
}

PackedRecord make_packed(std::uint64_t seed) {
  Random random{seed * 2 + 1};
  PackedRecord record{};
  for (HandText& text : record.texts) text = random_text(random, 20);
  for (std::int64_t& amount : record.amounts) amount = random_amount(random, 999'999'999'999'999);
  return record;
}

OdoRecord make_odo(std::uint64_t seed) {
  Random random{seed * 2 + 1};
  OdoRecord record{};
  record.count = static_cast<std::uint32_t>(random.next() % 21);
  for (std::uint32_t i = 0; i < record.count; ++i) {
    record.rows[i] = {static_cast<std::int64_t>(random.next() % 1'000'000), random_amount(random, 999'999'999),
                      random_text(random, 10)};
  }
  return record;
}

}  // namespace tilmash::bench
