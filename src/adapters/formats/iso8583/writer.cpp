// A message written: what the cells of an item say, in the order of the bitmaps, which follow from the cells.
#include <algorithm>
#include <bit>
#include <charconv>

#include "adapters/formats/iso8583/message.h"

namespace tilmash::formats::iso8583 {
namespace {

/// May stand but once in its group.
bool is_single(const Instance& instance, std::uint32_t cell) {
  return !instance.shape().nodes[instance.cell(cell).node].repeats();
}

}  // namespace

bool MessageWriter::fail(Code code, const Element* element, std::string detail) {
  fault_ = {code, element, 0, 0, std::move(detail), nullptr};
  return false;
}

bool MessageWriter::write_header(std::uint32_t cell, std::string& out) {
  for (const Element& part : spec_.frame.header) {
    const std::uint32_t found = instance_.find_within(cell, part.node);
    if (found != no_cell) {
      if (!write_element(part, found, out)) return false;
    } else if (!part.constant) {
      return fail("CRD-0402"_code, &part);
    } else if (const Code code = encode_value(part, part.is, out)) {
      return fail(code, &part);
    }
  }
  return true;
}

bool MessageWriter::write_mti(std::uint32_t cell, std::string& out, std::string_view& mti) {
  const Element& element = spec_.mti;
  const std::uint32_t found = instance_.find_within(cell, element.node);
  if (found == no_cell) return fail("CRD-0402"_code, &element);
  mti = instance_.cell(found).text;
  if (mti.size() != 4 || mti[1] == '0' || mti[1] == '9') return fail("CRD-0212"_code, &element);
  std::string_view digits = mti;
  if (element.length == 3) {
    if (mti[0] != spec_.version[0]) return fail("CRD-0212"_code, &element);
    digits.remove_prefix(1);
  }
  const Code code = encode_value(element, digits, out);
  return code ? fail(code, &element) : true;
}

void MessageWriter::write_bitmap(const Bitmap& bitmap, std::uint64_t word, std::string& out) {
  for (unsigned i = 0; i < bitmap.bytes; ++i) {
    const auto byte = static_cast<unsigned>(word >> (56 - 8 * i) & 0xFF);
    if (bitmap.encoding == Encoding::binary) {
      out += static_cast<char>(byte);
      continue;
    }
    for (const unsigned nibble : {byte >> 4, byte & 15}) {
      const bool ebcdic = !bitmap.page->keeps_ascii();
      const unsigned ten = ebcdic ? (bitmap.lower_case ? 0x81 : 0xC1) : (bitmap.lower_case ? 'a' : 'A');
      out += static_cast<char>(nibble < 10 ? (ebcdic ? 0xF0 : '0') + nibble : ten + nibble - 10);
    }
  }
}

/// As many bitmaps as the elements need, more where `bitmap_count` says so.
bool MessageWriter::write_bitmaps(std::uint32_t cell, Presence& present, std::string& out, std::uint32_t& count) {
  count = bitmaps_needed(spec_, present);
  const std::uint32_t stated = instance_.find_within(cell, spec_.bitmap_count_node);
  if (stated != no_cell) {
    const std::string_view text = instance_.cell(stated).text;
    const bool sound = text.size() == 1 && text[0] >= '1' && text[0] <= '0' + static_cast<int>(spec_.bitmaps);
    const auto wanted = sound ? static_cast<std::uint32_t>(text[0] - '0') : 0;
    const std::uint32_t needed = present.words[2] != 0 ? 3 : present.words[1] != 0 ? 2 : 1;
    if (wanted < needed || (!spec_.announced && wanted != count)) return fail("CRD-0404"_code, nullptr);
    count = wanted;
  }
  Presence written = present;
  if (spec_.announced && count > 1) written.add(1);
  if (spec_.announced && count > 2) written.add(65);
  write_bitmap(spec_.bitmap, written.words[0], out);
  if (count > 1) write_bitmap(spec_.bitmap, written.words[1], out);
  if (count > 2 && spec_.tertiary == Tertiary::leading) write_bitmap(spec_.bitmap, written.words[2], out);
  return true;
}

bool MessageWriter::check_rule(std::string_view mti, const Presence& present) {
  const MessageRule* rule = find_rule(spec_, mti);
  if (rule == nullptr) return true;
  Presence rest = present;
  const auto element = [&](std::uint32_t number) { return &spec_.elements[spec_.by_number[number]]; };
  for (const std::uint32_t number : rule->required) {
    if (!present.has(number)) fail("CRD-0213"_code, element(number), std::string(mti));
    rest.remove(number);
  }
  for (const std::uint32_t number : rule->allowed) rest.remove(number);
  for (std::uint32_t number = 1; number <= number_max && !rule->allowed.empty(); ++number) {
    if (rest.has(number) && spec_.by_number[number] != none) fail("CRD-0214"_code, element(number), std::string(mti));
  }
  if (fault_) fault_.rule = &rule->rule;
  return !fault_;
}

/// The fields of `unknown`, added to `present`, and their bytes. They are what reading would find: the first has no
/// entry and stands behind all others.
bool MessageWriter::find_unknown(std::uint32_t cell, Presence& present, std::uint32_t& first, std::string& bytes) {
  first = none;
  const std::uint32_t group = spec_.unknown_node == no_node ? no_cell : instance_.find_within(cell, spec_.unknown_node);
  if (group == no_cell) return true;
  const std::uint32_t node = instance_.shape().nodes[spec_.unknown_node].first_child;
  const auto text = [&](std::uint32_t leaf) {
    const std::uint32_t found = instance_.find_within(group, leaf);
    return found == no_cell ? std::string_view() : instance_.cell(found).text;
  };
  std::uint32_t last = 0;
  for (std::uint32_t number = 1; number <= number_max; ++number) {
    if (present.has(number)) last = number;
  }
  for (std::string_view numbers = text(node); !numbers.empty();) {
    const std::string_view word = numbers.substr(0, numbers.find(' '));
    numbers.remove_prefix(std::min(word.size() + 1, numbers.size()));
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool bitmap =
        (spec_.announced && ((number == 1 && spec_.bitmaps > 1) || (number == 65 && spec_.bitmaps > 2))) ||
        (number == 65 && spec_.tertiary == Tertiary::field_65);
    if (fault != std::errc{} || end != word.data() + word.size() || number <= last || number > 64 * spec_.bitmaps ||
        bitmap || (first == none && spec_.by_number[number] != none)) {
      return fail("CRD-0407"_code, nullptr);
    }
    if (first == none) first = number;
    present.add(number);
    last = number;
  }
  return first != none && from_hex(text(node + 1), bytes) ? true : fail("CRD-0407"_code, nullptr);
}

ElementFault MessageWriter::write(std::uint32_t cell, std::string& out) {
  std::array<std::uint32_t, number_max + 1> cells;
  Presence present;
  for (std::uint32_t i = cell + 1; i < instance_.subtree_end(cell); i = instance_.subtree_end(i)) {
    const std::uint32_t child = instance_.cell(i).node - spec_.first_node;
    const std::uint32_t index = child < spec_.element_of.size() ? spec_.element_of[child] : none;
    if (index == none) continue;
    const std::uint32_t number = spec_.elements[index].number;
    if (present.has(number)) {
      if (!is_single(instance_, i)) continue;
      fail("CRD-0405"_code, &spec_.elements[index]);
      return fault_;
    }
    present.add(number);
    cells[number] = i;
  }
  const std::size_t begin = out.size();
  std::string_view mti;
  if (!write_header(cell, out)) return fault_;
  header_size_ = out.size() - begin;
  std::uint32_t count = 0;
  std::uint32_t unknown = none;
  std::string bytes;
  if (!find_unknown(cell, present, unknown, bytes)) return fault_;
  if (!write_mti(cell, out, mti) || !check_rule(mti, present)) return fault_;
  if (!write_bitmaps(cell, present, out, count)) return fault_;
  if (count > 2 && spec_.tertiary == Tertiary::field_65) {
    present.add(65);
    // The bitmap would stand among bytes that nobody can tell apart.
    if (unknown < 65) fail("CRD-0407"_code, nullptr);
    if (fault_) return fault_;
  }
  for (std::uint32_t word = 0; word < 3; ++word) {
    for (std::uint64_t bits = present.words[word]; bits != 0;) {
      const auto bit = static_cast<std::uint32_t>(std::countl_zero(bits));
      bits &= ~(std::uint64_t{1} << (63 - bit));
      const std::uint32_t number = word * 64 + bit + 1;
      if (number == unknown) {
        out += bytes;
        return {};
      }
      if (number == 65 && spec_.tertiary == Tertiary::field_65) {
        write_bitmap(spec_.bitmap, present.words[2], out);
      } else if (!write_element(spec_.elements[spec_.by_number[number]], cells[number], out)) {
        return fault_;
      }
    }
  }
  return {};
}

/// The length goes in front once the bytes behind it are there.
bool MessageWriter::write_element(const Element& element, std::uint32_t cell, std::string& out) {
  const std::size_t begin = out.size();
  const Prefix& prefix = element.prefix;
  out.append(prefix.bytes, '\0');
  if (element.content != none) {
    if (!write_content(element, cell, out)) return false;
  } else if (const Code code = encode_value(element, instance_.cell(cell).text, out)) {
    return fail(code, &element);
  }
  const std::string_view raw = std::string_view(out).substr(begin + prefix.bytes);
  std::uint32_t count = prefix_count(element, raw);
  if (prefix.encoding == Encoding::absent) {
    return fits_unprefixed(element, raw) ? true : fail("CRD-0400"_code, &element);
  }
  if (element.content == none && prefix.counts == Counts::units) {
    // Packed digits may be odd in number, a sign is not counted: the text knows.
    if (element.encoding == Encoding::bcd) count = static_cast<std::uint32_t>(instance_.cell(cell).text.size());
  }
  if (count > count_max(element)) return fail("CRD-0400"_code, &element);
  const Code code = write_prefix(prefix, *element.page, count, out.data() + begin);
  return code ? fail(code, &element) : true;
}

bool MessageWriter::write_content(const Element& element, std::uint32_t cell, std::string& out) {
  const Content& content = spec_.contents[element.content];
  const std::size_t begin = out.size();
  bool written = true;
  if (content.inner == Inner::positional) {
    std::uint32_t count = 0;
    for (std::uint32_t at = cell; written && at != no_cell && instance_.cell(at).parent == instance_.cell(cell).parent;
         at = instance_.cell(at).next) {
      if (++count > content.repeat) return fail("CRD-0405"_code, &element);
      // Only the only one may be empty: another would not be there when read.
      if (count > 1 && instance_.subtree_end(at) == at + 1) return fail("CRD-0402"_code, &element);
      const std::size_t size = out.size();
      written = write_parts(element, content, at, out);
      if (written && content.repeat > 1 && count > 1 && out.size() == size) return fail("CRD-0402"_code, &element);
    }
  } else if (content.inner == Inner::bitmapped) {
    written = write_bitmapped(content, cell, out);
  } else {
    written = write_tagged(element, content, cell, out);
  }
  if (!written || element.encoding != Encoding::hex) return written;
  const std::string hex = to_hex_upper(std::string_view(out).substr(begin));
  out.resize(begin);
  std::size_t bad = 0;
  return element.page->encode(hex, out, bad) ? true : fail("CRD-0401"_code, &element);
}

/// The first cell below `group` of each part; no_cell where there is none.
bool MessageWriter::find_parts(const Content& content, std::uint32_t group, std::vector<std::uint32_t>& cells) {
  cells.assign(content.elements.size(), no_cell);
  if (cells.empty()) return true;
  const std::uint32_t first = content.elements.front().node;
  for (std::uint32_t i = group + 1; i < instance_.subtree_end(group); i = instance_.subtree_end(i)) {
    const std::uint32_t part = instance_.cell(i).node - first;
    if (part >= cells.size()) continue;
    if (cells[part] == no_cell) {
      cells[part] = i;
    } else if (is_single(instance_, i)) {
      return fail("CRD-0405"_code, &content.elements[part]);
    }
  }
  return true;
}

bool MessageWriter::write_parts(const Element& element, const Content& content, std::uint32_t cell, std::string& out) {
  if (instance_.subtree_end(cell) == cell + 1) return true;  // nothing in it
  std::vector<std::uint32_t> cells;
  if (!find_parts(content, cell, cells)) return false;
  bool ended = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Element& part = content.elements[i];
    if (cells[i] == no_cell && part.optional) {
      ended = true;
    } else if (cells[i] == no_cell || ended) {
      return fail("CRD-0402"_code, cells[i] == no_cell ? &part : &element);
    } else if (!write_element(part, cells[i], out)) {
      return false;
    }
  }
  return true;
}

bool MessageWriter::write_bitmapped(const Content& content, std::uint32_t cell, std::string& out) {
  if (instance_.subtree_end(cell) == cell + 1) return true;
  std::vector<std::uint32_t> cells;
  if (!find_parts(content, cell, cells)) return false;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] != no_cell) word |= std::uint64_t{1} << (64 - content.elements[i].number);
  }
  write_bitmap(content.bitmap, word, out);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] != no_cell && !write_element(content.elements[i], cells[i], out)) return false;
  }
  return true;
}

}  // namespace tilmash::formats::iso8583
