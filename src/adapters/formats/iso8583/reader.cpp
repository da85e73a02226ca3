// A message read: header, MTI, bitmaps, the elements that they name. What stands within an element is content_reader's.
#include <algorithm>
#include <bit>

#include "adapters/formats/iso8583/message.h"

namespace tilmash::formats::iso8583 {

const MessageRule* find_rule(const Spec& spec, std::string_view mti) {
  for (const MessageRule& rule : spec.rules) {
    for (const std::string& type : rule.types) {
      bool same = type.size() == mti.size();
      for (std::size_t i = 0; same && i < mti.size(); ++i) same = type[i] == 'x' || type[i] == mti[i];
      if (same) return &rule;
    }
  }
  return nullptr;
}

std::uint32_t bitmaps_needed(const Spec& spec, const Presence& present) {
  std::uint32_t count = present.words[2] != 0 ? 3 : present.words[1] != 0 ? 2 : 1;
  // A third one that stands as field 65 does not need the second to be announced by anything else.
  return std::max(count, spec.bitmaps_min);
}

bool MessageReader::fail(Code code, const Element* element, std::uint64_t offset, std::uint64_t length,
                         std::string detail) {
  fault_ = {code, element, offset, length, std::move(detail), nullptr};
  return false;
}

/// Version, class, function, origin (ISO 8583, message type identifier). Classes 0 and 9 are reserved.
bool MessageReader::read_mti(Cursor& cursor, std::string_view& mti) {
  const std::uint64_t offset = cursor.offset;
  const std::size_t size = cursor.rest.size();
  Cursor copy = cursor;
  std::string_view digits;
  Decimal number;
  std::size_t bad = 0;
  const Element& element = spec_.mti;
  const std::uint64_t bytes_needed = raw_size(element, element.length, cursor.rest);
  if (bytes_needed > size) return fail("CRD-0200"_code, &element, offset, size);
  const Extent extent = {copy.take(static_cast<std::size_t>(bytes_needed)), element.length, true};
  if (const Code code = decode_value(element, extent, instance_.arena(), digits, number, bad)) {
    return fail(code, &element, offset + bad, extent.raw.size() - bad);
  }
  if (digits.size() == 3) {
    char* to = instance_.arena().allocate(4);
    to[0] = spec_.version[0];
    digits.copy(to + 1, 3);
    digits = {to, 4};
  }
  if (digits[1] == '0' || digits[1] == '9') return fail("CRD-0212"_code, &element, offset, extent.raw.size());
  mti = digits;
  instance_.leaf(element.node, mti, offset, static_cast<std::uint32_t>(extent.raw.size()));
  cursor = copy;
  return true;
}

bool MessageReader::read_bitmap(const Bitmap& bitmap, Cursor& cursor, std::uint64_t& word) {
  const std::size_t size = bitmap.bytes * (bitmap.encoding == Encoding::hex ? 2u : 1u);
  if (cursor.rest.size() < size) return fail("CRD-0200"_code, nullptr, cursor.offset, cursor.rest.size(), "the bitmap");
  const std::uint64_t offset = cursor.offset;
  const std::string_view raw = cursor.take(size);
  const bool ebcdic = !bitmap.page->keeps_ascii();
  word = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    if (bitmap.encoding == Encoding::binary) {
      word = word << 8 | byte;
      continue;
    }
    const int value = hex_value(byte, ebcdic);
    const bool lower = value > 9 && (ebcdic ? byte < 0xC1 : byte >= 'a');
    if (value < 0 || (value > 9 && lower != bitmap.lower_case)) {
      return fail("CRD-0209"_code, nullptr, offset + i * cursor.scale, 1);
    }
    word = word << 4 | static_cast<unsigned>(value);
  }
  word <<= 64 - bitmap.bytes * 8u;
  return true;
}

/// Primary bitmap and those that it announces: field 1 the second, field 65 the third (at once, or in its place among
/// the fields). Their announcing bits are removed: they are no fields.
bool MessageReader::read_bitmaps(Cursor& cursor, Presence& present, std::uint32_t& count) {
  count = 1;
  if (!read_bitmap(spec_.bitmap, cursor, present.words[0])) return false;
  if (spec_.bitmaps < 2 || (spec_.announced && !present.has(1))) return true;
  if (spec_.announced) present.remove(1);
  count = 2;
  if (!read_bitmap(spec_.bitmap, cursor, present.words[1])) return false;
  if (spec_.tertiary != Tertiary::leading || (spec_.announced && !present.has(65))) return true;
  if (spec_.announced) present.remove(65);
  count = 3;
  return read_bitmap(spec_.bitmap, cursor, present.words[2]);
}

/// All from a field without an entry on, as the numbers of the fields and their bytes: nobody can tell them apart.
/// False where it is not kept, or where a bitmap stands among it, without which the numbers are not known either.
bool MessageReader::keep_unknown(std::uint32_t number, const Presence& present, Cursor& cursor) {
  if (spec_.unknown_node == no_node) return false;
  std::string numbers;
  for (std::uint32_t each = number; each <= number_max; ++each) {
    if (!present.has(each)) continue;
    if (each == 65 && spec_.tertiary == Tertiary::field_65) return false;
    numbers += (numbers.empty() ? "" : " ") + std::to_string(each);
  }
  const std::uint64_t offset = cursor.offset;
  const std::string_view raw = cursor.take(cursor.rest.size());
  const std::uint32_t first = instance_.shape().nodes[spec_.unknown_node].first_child;
  Arena& arena = instance_.arena();
  instance_.begin(spec_.unknown_node, offset);
  instance_.leaf(first, arena.copy(numbers), offset);
  instance_.leaf(first + 1, arena.copy(to_hex_upper(raw)), offset, static_cast<std::uint32_t>(raw.size()));
  instance_.end(cursor.offset);
  return true;
}

bool MessageReader::read_fields(Cursor& cursor, Presence& present, std::uint32_t& count) {
  for (std::uint32_t word = 0; word < 3; ++word) {
    for (std::uint64_t bits = present.words[word]; bits != 0;) {
      const auto bit = static_cast<std::uint32_t>(std::countl_zero(bits));
      bits &= ~(std::uint64_t{1} << (63 - bit));
      const std::uint32_t number = word * 64 + bit + 1;
      if (number == 65 && spec_.tertiary == Tertiary::field_65) {
        present.remove(65);
        count = 3;
        if (!read_bitmap(spec_.bitmap, cursor, present.words[2])) return false;
        continue;
      }
      const std::uint32_t index = spec_.by_number[number];
      if (index == none) {
        if (keep_unknown(number, present, cursor)) return true;
        return fail("CRD-0210"_code, nullptr, cursor.offset, cursor.rest.size() * cursor.scale,
                    "field " + std::to_string(number));
      }
      if (!read_element(spec_.elements[index], cursor)) return false;
    }
  }
  return true;
}

bool MessageReader::check_rule(std::string_view mti, const Presence& present, std::uint64_t offset) {
  const MessageRule* rule = find_rule(spec_, mti);
  if (rule == nullptr) return true;
  Presence rest = present;
  for (const std::uint32_t number : rule->required) {
    if (!present.has(number)) {
      fail("CRD-0213"_code, &spec_.elements[spec_.by_number[number]], offset, 0, std::string(mti));
      fault_.rule = &rule->rule;
      return false;
    }
    rest.remove(number);
  }
  if (rule->allowed.empty()) return true;
  for (const std::uint32_t number : rule->allowed) rest.remove(number);
  for (const Element& element : spec_.elements) {
    if (!rest.has(element.number)) continue;
    const std::uint32_t found = instance_.find(element.node);
    const Cell& cell = instance_.cell(found != no_cell ? found : instance_.find(spec_.unknown_node));
    fail("CRD-0214"_code, &element, cell.offset, cell.length, std::string(mti));
    fault_.rule = &rule->rule;
    return false;
  }
  return true;
}

ElementFault MessageReader::read(std::string_view bytes_in, std::uint64_t offset) {
  Cursor cursor = {bytes_in, offset, 1};
  instance_.begin(spec_.item_node, offset);
  std::string_view mti;
  Presence present;
  std::uint32_t count = 0;
  for (const Element& part : spec_.frame.header) {
    if (!read_element(part, cursor)) return fault_;
  }
  const std::uint64_t mti_offset = cursor.offset;
  if (!read_mti(cursor, mti)) return fault_;
  if (!read_bitmaps(cursor, present, count)) return fault_;
  if (!read_fields(cursor, present, count)) return fault_;
  if (!cursor.rest.empty()) {
    fail("CRD-0211"_code, nullptr, cursor.offset, cursor.rest.size());
    return fault_;
  }
  if (!check_rule(mti, present, mti_offset)) return fault_;
  if (count != bitmaps_needed(spec_, present)) {
    instance_.leaf(spec_.bitmap_count_node, count == 1 ? "1" : count == 2 ? "2" : "3");
  }
  instance_.end(cursor.offset);
  return {};
}

bool MessageReader::read_element(const Element& element, Cursor& cursor) {
  const std::uint64_t begin = cursor.offset;
  std::uint32_t count = element.length;
  const Prefix& prefix = element.prefix;
  if (prefix.encoding != Encoding::absent) {
    if (cursor.rest.size() < prefix.bytes) {
      return fail("CRD-0200"_code, &element, begin, cursor.rest.size() * cursor.scale);
    }
    if (const Code code = read_prefix(prefix, *element.page, cursor.take(prefix.bytes), count)) {
      return fail(code, &element, begin, prefix.bytes * cursor.scale);
    }
    if (count > count_max(element)) {
      return fail("CRD-0202"_code, &element, begin, prefix.bytes * cursor.scale, std::to_string(count));
    }
  }
  const bool by_bytes = prefix.encoding != Encoding::absent && prefix.counts != Counts::units;
  // A character is a byte in most of all fields.
  const bool plain = element.ascii_page && !element.utf8 && element.charset != signed_n;
  const std::uint64_t size = plain ? count : raw_size(element, count, cursor.rest);
  if (size > cursor.rest.size()) {
    return fail("CRD-0200"_code, &element, begin, cursor.offset - begin + cursor.rest.size() * cursor.scale,
                std::to_string(count));
  }
  const std::uint64_t offset = cursor.offset;
  const Extent extent = {cursor.take(static_cast<std::size_t>(size)), count, !by_bytes};
  return read_raw(element, extent, offset, cursor.scale);
}

bool MessageReader::read_raw(const Element& element, const Extent& extent, std::uint64_t offset, std::uint32_t scale) {
  std::size_t bad = 0;
  if (element.content != none) {
    Cursor inner = {extent.raw, offset, scale};
    const bool odd = element.encoding == Encoding::bcd && extent.counted && extent.digits % 2 != 0;
    if (odd || (element.prefix.encoding == Encoding::absent && !fits_unprefixed(element, extent.raw))) {
      return fail("CRD-0202"_code, &element, offset, extent.raw.size() * scale);
    }
    if (element.encoding == Encoding::hex) {
      if (const Code code = decode_hex(extent.raw, *element.page, instance_.arena(), inner.rest, bad)) {
        return fail(code, &element, offset + bad * scale, (extent.raw.size() - bad) * scale);
      }
      inner.scale = scale * 2;
    }
    return read_content(element, inner);
  }
  std::string_view text;
  Decimal number;
  if (const Code code = decode_value(element, extent, instance_.arena(), text, number, bad)) {
    return fail(code, &element, offset + bad * scale, (extent.raw.size() - bad) * scale);
  }
  instance_.leaf(element.node, text, offset, static_cast<std::uint32_t>(extent.raw.size() * scale), number);
  return true;
}

}  // namespace tilmash::formats::iso8583
