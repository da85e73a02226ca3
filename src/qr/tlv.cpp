#include "qr/tlv.h"

#include "base/text.h"

namespace tilmash::qr {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Bytes of the first `count` characters of `text`; one more than it has when there are fewer.
std::size_t size_of(std::string_view text, std::size_t count, LengthUnit unit) {
  if (unit == LengthUnit::bytes) return count;
  const std::string_view first = first_characters(text, count);
  // A short text has fewer characters; an ASCII one shows it by its size alone.
  return first.size() < count || (first.size() == text.size() && count_characters(first) < count) ? text.size() + 1
                                                                                                  : first.size();
}

}  // namespace

Fault next_element(std::string_view text, LengthUnit unit, std::uint64_t offset, std::size_t& at, Element& element) {
  const std::string_view rest = text.substr(at);
  const auto two_digits = [&](std::size_t i) {
    return rest.size() >= i + 2 && is_digit(rest[i]) && is_digit(rest[i + 1]);
  };
  const auto number = [&](std::size_t i) {
    return static_cast<std::uint32_t>((rest[i] - '0') * 10 + (rest[i + 1] - '0'));
  };
  if (!two_digits(0)) return {"QRC-0101"_code, 0, offset + at};
  if (!two_digits(2)) return {"QRC-0102"_code, 0, offset + at + 2};
  const std::uint32_t length = number(2);
  const std::string_view value = rest.substr(4);
  const std::size_t size = size_of(value, length, unit);
  // Counted in bytes, a value may end within a character: then that was not how they were counted.
  const bool cut = size < value.size() && (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80;
  if (size > value.size() || cut) return {"QRC-0103"_code, 0, offset + at + 2};
  element = {rest.substr(0, 2), number(0), value.substr(0, size), length, offset + at};
  at += 4 + size;
  return {};
}

Fault split(std::string_view text, LengthUnit unit, std::uint64_t offset, std::vector<Element>& elements) {
  Element element;
  for (std::size_t at = 0; at < text.size();) {
    if (const Fault fault = next_element(text, unit, offset, at, element)) return fault;
    elements.push_back(element);
  }
  return {};
}

}  // namespace tilmash::qr
