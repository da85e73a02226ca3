// What stands within an element: parts one after the other, tagged, or named by a bitmap of their own.
#include <algorithm>

#include "adapters/formats/iso8583/message.h"

namespace tilmash::formats::iso8583 {

bool MessageReader::read_content(const Element& element, Cursor inner) {
  const Content& content = spec_.contents[element.content];
  if (content.inner == Inner::positional) {
    for (std::uint32_t i = 0; i < content.repeat && (i == 0 || !inner.rest.empty()); ++i) {
      const std::uint64_t begin = inner.offset;
      instance_.begin(element.node, begin);
      if (!read_positional(element, content, inner)) return false;
      instance_.end(inner.offset);
    }
  } else {
    instance_.begin(element.node, inner.offset);
    const bool read = content.inner == Inner::bitmapped ? read_bitmapped(content, inner, element)
                                                        : read_tagged(element, content, inner);
    if (!read) return false;
    instance_.end(inner.offset);
  }
  if (inner.rest.empty()) return true;
  return fail("CRD-0216"_code, &element, inner.offset, inner.rest.size() * inner.scale);
}

/// Without a byte there is nothing in it, whatever the parts are.
bool MessageReader::read_positional(const Element&, const Content& content, Cursor& cursor) {
  if (cursor.rest.empty()) return true;
  for (const Element& part : content.elements) {
    if (cursor.rest.empty() && part.optional) continue;
    if (!read_element(part, cursor)) return false;
  }
  return true;
}

bool MessageReader::read_bitmapped(const Content& content, Cursor& cursor, const Element& element) {
  if (cursor.rest.empty()) return true;
  std::uint64_t word = 0;
  if (!read_bitmap(content.bitmap, cursor, word)) {
    fault_.element = &element;
    return false;
  }
  auto part = content.elements.begin();
  for (std::uint32_t number = 1; number <= content.bitmap.bytes * 8u; ++number) {
    if ((word >> (64 - number) & 1) == 0) continue;
    while (part != content.elements.end() && part->number < number) ++part;
    if (part == content.elements.end() || part->number != number) {
      return fail("CRD-0210"_code, &element, cursor.offset, cursor.rest.size() * cursor.scale,
                  "part " + std::to_string(number));
    }
    if (!read_element(*part, cursor)) return false;
  }
  return true;
}

/// BER-TLV: ISO/IEC 8825-1, 8.1.2 and 8.1.3, as EMV Book 3, annex B restricts it: definite lengths; tags of at most
/// four bytes here.
bool MessageReader::read_ber_tag(const Element& element, Cursor& cursor, Met& met, std::uint32_t& length) {
  const std::uint64_t offset = cursor.offset;
  const std::string_view rest = cursor.rest;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  std::size_t size = 1;
  if ((byte(0) & 0x1F) == 0x1F) {
    do {
      if (size == rest.size() || size == 4) {
        return fail("CRD-0215"_code, &element, offset, rest.size() * cursor.scale);
      }
    } while ((byte(size++) & 0x80) != 0);
  }
  char* to = instance_.arena().allocate(size * 2);
  met.tag = {to, size * 2};
  for (std::size_t i = 0; i < size; ++i) {
    *to++ = hex_letter(byte(i) >> 4u);
    *to++ = hex_letter(byte(i));
  }
  met.length_bytes = 0;
  if (size == 1 && byte(0) == 0) {  // filling between tags
    length = 0;
    cursor.take(1);
    return true;
  }
  const std::size_t more = size < rest.size() && byte(size) > 0x80 ? byte(size) & 0x7Fu : 0;
  if (size == rest.size() || byte(size) == 0x80 || more > 4 || more + 1 > rest.size() - size) {
    return fail("CRD-0215"_code, &element, offset, rest.size() * cursor.scale);
  }
  length = more == 0 ? byte(size) : 0;
  for (std::size_t i = 1; i <= more; ++i) length = length << 8 | byte(size + i);
  const std::size_t needed = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
  if (more != needed) met.length_bytes = static_cast<std::uint32_t>(more);
  cursor.take(size + 1 + more);
  return true;
}

bool MessageReader::read_tag(const Element& element, const Content& content, Cursor& cursor, Met& met,
                             std::uint32_t& length) {
  if (content.inner == Inner::ber) return read_ber_tag(element, cursor, met, length);
  const std::uint64_t offset = cursor.offset;
  const std::uint64_t there = cursor.rest.size() * cursor.scale;
  if (cursor.rest.size() < content.tag.bytes + content.length.bytes) {
    return fail("CRD-0215"_code, &element, offset, there);
  }
  const std::string_view raw = cursor.take(content.tag.bytes);
  met.length_bytes = 0;
  std::size_t bad = 0;
  if (content.tag.encoding == Encoding::text) {
    if (!content.page->decode(raw, instance_.arena(), met.tag, bad)) {
      return fail("CRD-0204"_code, &element, offset + bad * cursor.scale, 1);
    }
  } else {
    met.tag = instance_.arena().copy(to_hex_upper(raw));
  }
  // `order` writes tags one after the other.
  for (const char c : met.tag) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == 0x7F) {
      return fail("CRD-0215"_code, &element, offset, there);
    }
  }
  if (const Code code = read_prefix(content.length, *content.page, cursor.take(content.length.bytes), length)) {
    return fail(code, &element, offset, (content.tag.bytes + content.length.bytes) * cursor.scale);
  }
  return true;
}

void MessageReader::add_unknown(const Content& content, std::string_view tag, std::string_view raw, const Cursor& at) {
  const std::uint64_t end = at.offset + raw.size() * at.scale;
  instance_.begin(content.unknown_node, at.offset);
  instance_.leaf(content.unknown_tag, tag);
  instance_.leaf(content.unknown_value, instance_.arena().copy(to_hex_upper(raw)), at.offset,
                 static_cast<std::uint32_t>(raw.size() * at.scale));
  instance_.end(end);
}

/// Tags that the specification has become its elements, others `unknown`; so do those that come a second time. Their
/// order is kept where it is another one than that of the specification, unknown ones last.
bool MessageReader::read_tagged(const Element& element, const Content& content, Cursor& cursor) {
  std::vector<Met> met;
  std::vector<bool> seen(content.elements.size());
  bool in_order = true;
  std::size_t next = 0;
  while (!cursor.rest.empty()) {
    const std::uint64_t offset = cursor.offset;
    const std::uint64_t there = cursor.rest.size() * cursor.scale;
    Met tag;
    std::uint32_t length = 0;
    if (!read_tag(element, content, cursor, tag, length)) return false;
    met.push_back(tag);
    if (tag.length_bytes != 0) in_order = false;
    if (content.inner == Inner::ber && tag.tag == "00") {
      in_order = false;
      continue;
    }
    if (length > cursor.rest.size()) {
      return fail("CRD-0215"_code, &element, offset, there);
    }
    const auto found = std::lower_bound(content.by_tag.begin(), content.by_tag.end(), tag.tag,
                                        [](const auto& row, std::string_view key) { return row.first < key; });
    const Cursor at = cursor;
    const std::string_view raw = cursor.take(length);
    if (found == content.by_tag.end() || found->first != tag.tag || seen[found->second]) {
      next = content.elements.size();
      add_unknown(content, tag.tag, raw, at);
      continue;
    }
    const Element& part = content.elements[found->second];
    if (found->second < next) in_order = false;
    next = std::max<std::size_t>(next, found->second + 1);
    seen[found->second] = true;
    // A packed value of a stated number of digits may take no more bytes than they need.
    const bool counted = part.encoding == Encoding::bcd && part.length_min == part.length;
    if (counted && raw.size() != fixed_bytes(part)) {
      return fail("CRD-0202"_code, &part, at.offset, raw.size() * at.scale);
    }
    if (!read_raw(part, {raw, part.length, counted}, at.offset, at.scale)) return false;
  }
  if (in_order) return true;
  std::string order;
  for (const Met& each : met) {
    if (!order.empty()) order += ' ';
    order += each.tag;
    if (each.length_bytes != 0) order += '/' + std::to_string(each.length_bytes);
  }
  instance_.leaf(content.order_node, instance_.arena().copy(order));
  return true;
}

}  // namespace tilmash::formats::iso8583
