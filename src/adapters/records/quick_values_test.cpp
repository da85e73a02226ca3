// The quick ways against the plain one: what they read is what read_value reads, and what they leave is theirs to
// leave.
#include "adapters/records/quick_values.h"

#include <doctest/doctest.h>

#include <string>

#include "adapters/records/layout.h"
#include "base/data.h"

namespace tilmash::records {
namespace {

struct Random {
  std::uint64_t state = 88172645463325252;
  std::uint64_t below(std::uint64_t limit) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % limit;
  }
};

bool read_quick(const RecordLayout& layout, const Field& field, const char* at, Arena& arena, Value& value) {
  if (field.op == Op::integer) return read_zoned_quick(layout, field, at, arena, value);
  if (field.op == Op::binary) return read_binary_quick(field, at, arena, value);
  return read_packed_quick(field, at, arena, value);
}

/// Mostly right bytes of the field: digits, a sign where one is due, and a wrong byte now and then.
std::string some_bytes(const Field& field, char zero, Random& random) {
  std::string bytes(field.length, zero);
  const std::size_t zeros = random.below(field.length + 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (field.op == Op::binary) {
      bytes[i] = static_cast<char>(i < zeros ? 0 : random.below(256));
    } else if (field.op == Op::integer) {
      bytes[i] = static_cast<char>(static_cast<unsigned char>(zero) + (i < zeros ? 0 : random.below(10)));
    } else {
      bytes[i] = static_cast<char>(i < zeros ? 0 : random.below(10) << 4 | random.below(10));
    }
  }
  constexpr unsigned char signs[] = {0xC, 0xD, 0xF, 0xA, 0xB, 0xE, 0x5};
  const unsigned sign = signs[random.below(sizeof signs)];
  const unsigned char last = static_cast<unsigned char>(bytes.back());
  if (field.op == Op::packed) bytes.back() = static_cast<char>((last & 0xF0) | sign);
  if (field.sign == Sign::overpunch_trailing && zero == '\xF0') {
    bytes.back() = static_cast<char>((last & 0x0F) | sign << 4);
  } else if (field.sign == Sign::overpunch_trailing) {
    bytes.back() = "{ABCDEFGHI}JKLMNOPQR0123456789"[random.below(30)];
  }
  if (random.below(8) == 0) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
  return bytes;
}

TEST_CASE("numbers read quickly are the numbers") {
  const Data data;
  Findings findings;
  Random random;
  std::size_t quick = 0;
  std::size_t left = 0;  // by the quick way, although they could be read
  for (const bool ascii : {false, true}) {
    RecordLayout layout;
    layout.page = find_code_page(data, ascii ? "ascii" : "cp037", findings);
    REQUIRE(layout.page != nullptr);
    layout.zero = ascii ? '0' : '\xF0';
    for (int i = 0; i < 60000; ++i) {
      Field field;
      constexpr Op ops[] = {Op::integer, Op::packed, Op::bcd, Op::binary};
      field.op = ops[random.below(4)];
      field.right = true;
      field.pad = layout.zero;
      field.is_signed = field.op != Op::bcd && random.below(2) == 0;
      field.lenient = random.below(4) == 0;
      field.length = static_cast<std::uint32_t>(1 + random.below(field.op == Op::integer ? 16 : 8));
      if (field.op == Op::packed && random.below(8) == 0) field.length = 9;
      if (field.op == Op::integer && field.is_signed) field.sign = Sign::overpunch_trailing;
      if (field.op == Op::packed && !field.is_signed) field.sign_plus = 0xF;
      if (field.op == Op::packed || field.op == Op::bcd) {
        const std::uint32_t room = 2 * field.length - (field.op == Op::packed ? 1 : 0);
        field.digits = static_cast<std::uint8_t>(std::min<std::uint64_t>(room - random.below(room > 1 ? 2 : 1), 16));
      }
      if (field.op == Op::binary && random.below(2) == 0)
        field.digits = static_cast<std::uint8_t>(1 + random.below(18));
      field.little = random.below(2) == 0;
      field.scale = static_cast<std::uint8_t>(random.below(quick_scale_max + 1));
      const std::string bytes = some_bytes(field, layout.zero, random);
      Arena arena;
      Value fast;
      Value plain;
      std::size_t bad = 0;
      const bool read = read_quick(layout, field, bytes.data(), arena, fast);
      const bool right = !read_value(layout, field, bytes, arena, plain, bad);
      quick += read ? 1 : 0;
      left += !read && right ? 1 : 0;
      if (!read) continue;
      CAPTURE(i);
      CAPTURE(static_cast<int>(field.op));
      REQUIRE(right);
      REQUIRE(fast.text == plain.text);
      REQUIRE(fast.number == plain.number);
    }
  }
  // Binary numbers of 17 and 18 digits, and lenient signs of plain zoned numbers, are left.
  CHECK((!has_quick_numbers || quick > 40000));
  CHECK((!has_quick_numbers || left < quick / 20));
}

}  // namespace
}  // namespace tilmash::records
