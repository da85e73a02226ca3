// Tagged content written: in the order of the specification, unknown tags last, or in that which `order` says.
#include <algorithm>
#include <charconv>

#include "adapters/formats/iso8583/message.h"

namespace tilmash::formats::iso8583 {
namespace {

/// The next word of `order` and, after a slash, the bytes of its length.
bool next_word(std::string_view& order, std::string_view& tag, std::uint32_t& length_bytes) {
  const std::size_t end = std::min(order.find(' '), order.size());
  tag = order.substr(0, end);
  order.remove_prefix(std::min(end + 1, order.size()));
  length_bytes = 0;
  const std::size_t slash = tag.find('/');
  if (slash == std::string_view::npos) return !tag.empty();
  const std::string_view digits = tag.substr(slash + 1);
  tag = tag.substr(0, slash);
  const auto [stop, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), length_bytes);
  return fault == std::errc{} && stop == digits.data() + digits.size() && length_bytes >= 1 && length_bytes <= 4 &&
         !tag.empty();
}

/// One tag of at most four bytes in its own form: ISO/IEC 8825-1, 8.1.2.
bool is_ber_tag(std::string_view raw) {
  if (raw.empty() || raw.size() > 4 || (raw.size() == 1 && raw[0] == 0)) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(raw[i]); };
  if ((byte(0) & 0x1F) != 0x1F) return raw.size() == 1;
  for (std::size_t i = 1; i < raw.size(); ++i) {
    if (((byte(i) & 0x80) == 0) != (i + 1 == raw.size())) return false;
  }
  return raw.size() > 1;
}

}  // namespace

bool MessageWriter::write_tag(const Element& element, const Content& content, std::string_view tag,
                              std::string_view value, std::uint32_t length_bytes, std::string& out) {
  const auto size = static_cast<std::uint32_t>(value.size());
  if (content.inner == Inner::ber) {
    std::string raw;
    if (!from_hex(tag, raw) || !is_ber_tag(raw)) return fail("CRD-0403"_code, &element);
    out += raw;
    const std::uint32_t needed = size < 0x80 ? 0 : size < 0x100 ? 1 : size < 0x10000 ? 2 : size < 0x1000000 ? 3 : 4;
    const std::uint32_t more = std::max(needed, length_bytes);
    if (more == 0) {
      out += static_cast<char>(size);
    } else {
      out += static_cast<char>(0x80 | more);
      for (std::uint32_t i = more; i-- > 0;) out += static_cast<char>(size >> (8 * i) & 0xFF);
    }
  } else {
    const std::size_t begin = out.size();
    std::size_t bad = 0;
    const bool written =
        content.tag.encoding == Encoding::text ? content.page->encode(tag, out, bad) : from_hex(tag, out);
    const bool sound = tag.find_first_of(" /") == std::string_view::npos;
    if (!written || !sound || length_bytes != 0 || out.size() - begin != content.tag.bytes) {
      return fail("CRD-0403"_code, &element);
    }
    char length[8];
    if (const Code code = write_prefix(content.length, *content.page, size, length)) return fail(code, &element);
    out.append(length, content.length.bytes);
  }
  out += value;
  return true;
}

bool MessageWriter::write_tagged(const Element& element, const Content& content, std::uint32_t cell, std::string& out) {
  std::vector<std::uint32_t> known;
  std::vector<std::uint32_t> unknown;
  std::string_view order;
  bool ordered = false;
  for (std::uint32_t i = cell + 1; i < instance_.subtree_end(cell); i = instance_.subtree_end(i)) {
    const std::uint32_t node = instance_.cell(i).node;
    if (node == content.unknown_node) {
      unknown.push_back(i);
    } else if (node == content.order_node) {
      order = instance_.cell(i).text;
      ordered = true;
    }
  }
  if (!find_parts(content, cell, known)) return false;
  const auto write_known = [&](std::uint32_t index, std::uint32_t length_bytes) {
    const Element& part = content.elements[index];
    std::string value;
    if (!write_element(part, known[index], value)) return false;
    known[index] = no_cell;
    return write_tag(element, content, part.tag, value, length_bytes, out);
  };
  std::size_t next_unknown = 0;
  const auto write_unknown = [&](std::string_view wanted, std::uint32_t length_bytes) {
    if (next_unknown == unknown.size()) return fail("CRD-0403"_code, &element);
    const std::uint32_t group = unknown[next_unknown++];
    const std::uint32_t tag = instance_.find_within(group, content.unknown_tag);
    const std::uint32_t value = instance_.find_within(group, content.unknown_value);
    std::string raw;
    if (tag == no_cell || (!wanted.empty() && instance_.cell(tag).text != wanted) ||
        (value != no_cell && !from_hex(instance_.cell(value).text, raw))) {
      return fail("CRD-0403"_code, &element);
    }
    return write_tag(element, content, instance_.cell(tag).text, raw, length_bytes, out);
  };
  while (!order.empty()) {
    std::string_view tag;
    std::uint32_t length_bytes = 0;
    if (!next_word(order, tag, length_bytes)) return fail("CRD-0403"_code, &element);
    if (content.inner == Inner::ber && tag == "00") {
      out += '\0';
      continue;
    }
    const auto found = std::lower_bound(content.by_tag.begin(), content.by_tag.end(), tag,
                                        [](const auto& row, std::string_view key) { return row.first < key; });
    const bool is_known = found != content.by_tag.end() && found->first == tag && known[found->second] != no_cell;
    if (!(is_known ? write_known(found->second, length_bytes) : write_unknown(tag, length_bytes))) return false;
  }
  // Without an order, that of the specification; with one, nothing may be left.
  for (std::uint32_t i = 0; i < known.size(); ++i) {
    if (known[i] != no_cell && (ordered ? !fail("CRD-0403"_code, &element) : !write_known(i, 0))) return false;
  }
  while (next_unknown < unknown.size()) {
    if (ordered ? !fail("CRD-0403"_code, &element) : !write_unknown({}, 0)) return false;
  }
  return true;
}

}  // namespace tilmash::formats::iso8583
