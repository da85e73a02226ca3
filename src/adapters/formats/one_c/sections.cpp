#include "adapters/formats/one_c/sections.h"

#include <algorithm>

namespace tilmash::formats::one_c {
namespace {

struct Text {
  Code code;
  std::string_view text;
};

constexpr Text texts[] = {
    {"ONC-0200"_code, "a byte that the code page does not have"},
    {"ONC-0201"_code, "a control character"},
    {"ONC-0202"_code, "the line is no key and value"},
    {"ONC-0203"_code, "not a number as it would be written"},
    {"ONC-0204"_code, "not a date"},
    {"ONC-0205"_code, "not a time of day"},
    {"ONC-0206"_code, "a value that is not among the codes"},
    {"ONC-0207"_code, "the key stands twice in its section"},
    {"ONC-0208"_code, "a key that must be there is missing"},
    {"ONC-0209"_code, "a key that the dictionary does not know"},
    {"ONC-0210"_code, "the section is not closed"},
    {"ONC-0211"_code, "the section has too many lines"},
};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

bool is_time(std::string_view text) {
  const auto pair = [&](std::size_t at, int limit) {
    const char a = text[at];
    const char b = text[at + 1];
    return a >= '0' && a <= '9' && b >= '0' && b <= '9' && (a - '0') * 10 + b - '0' < limit;
  };
  return text.size() == 8 && text[2] == ':' && text[5] == ':' && pair(0, 24) && pair(3, 60) && pair(6, 60);
}

/// A line without what stands at both its ends; false when it does not.
bool unwrap(std::string_view wrap, std::string_view& line) {
  if (wrap.empty()) return true;
  if (line.size() < 2 * wrap.size() || !line.starts_with(wrap) || !line.ends_with(wrap)) return false;
  line = line.substr(wrap.size(), line.size() - 2 * wrap.size());
  return true;
}

}  // namespace

std::string_view text_of(Code code) {
  for (const Text& each : texts) {
    if (each.code == code) return each.text;
  }
  return "";
}

bool SectionReader::peek(Line& line, std::uint64_t& end) {
  if (position_ >= input_.size()) return false;
  const std::string_view rest = input_.substr(position_);
  const std::string_view mark = layout_.line_end == LineEnd::crlf ? "\r\n" : "\n";
  const std::size_t cut = rest.find(mark);
  const bool whole = cut != std::string_view::npos;
  line = {position_, rest.substr(0, cut)};
  end = position_ + (whole ? cut + mark.size() : rest.size());
  if (layout_.line_end == LineEnd::any && whole && line.text.ends_with('\r')) line.text.remove_suffix(1);
  if (!whole) terminated_ = false;
  return true;
}

void SectionReader::take(const Line& line, std::uint64_t end, SectionText& text) {
  if (text.lines.size() < lines_max) {
    text.lines.push_back(line);
  } else {
    text.fault = "ONC-0211"_code;
  }
  position_ = end;
  text.end = end;
  ++line_number_;
}

bool SectionReader::opens(const Section& section, std::string_view normal, std::string_view key) const {
  switch (section.opens) {
    case Section::Opens::line:
      return normal == section.open.normal;
    case Section::Opens::like:
      return normal.starts_with(section.open.normal);
    case Section::Opens::key:
      break;
  }
  return !key.empty() && std::find(section.open_keys.begin(), section.open_keys.end(), key) != section.open_keys.end();
}

std::uint32_t SectionReader::opens(std::string_view line) {
  std::string_view key = line;
  const bool wrapped = unwrap(layout_.wrap, key);
  const std::size_t cut = key.find('=');
  key = wrapped && cut != std::string_view::npos ? layout_.normal(key.substr(0, cut), key_buffer_) : "";
  const std::string_view normal = layout_.normal(line, buffer_);
  for (std::uint32_t i = 0; i < layout_.sections.size(); ++i) {
    if (opens(layout_.sections[i], normal, key)) return i;
  }
  return none;
}

bool SectionReader::next(SectionText& text) {
  text.section = none;
  text.lines.clear();
  text.fault = {};
  Line line;
  std::uint64_t end = 0;
  if (!peek(line, end)) return false;
  text.offset = position_;
  text.line_number = line_number_;
  text.section = opens(line.text);
  take(line, end, text);
  if (text.section == none) return true;
  const Section& section = layout_.sections[text.section];
  bool closed = section.close.normal.empty();
  while (peek(line, end)) {
    const bool open = section.close.normal.empty() || !closed;
    if (opens(line.text) != none) break;
    if (!open && !line.text.empty()) break;
    if (!closed && layout_.normal(line.text, buffer_) == section.close.normal) closed = true;
    // Nothing but blank lines belongs to what ends the file.
    if (text.section == layout_.end && !line.text.empty()) break;
    take(line, end, text);
  }
  if (!closed && !text.fault) text.fault = "ONC-0210"_code;
  return true;
}

void SectionDecoder::extension(const Section& section, std::size_t index, const Line& line, std::string_view key,
                               std::string_view value, Instance& instance, Arena& arena) {
  const auto length = static_cast<std::uint32_t>(line.text.size());
  instance.begin(section.extension, line.offset);
  const Decimal position{static_cast<std::int64_t>(index) + 1, 0};
  instance.leaf(section.position, arena.copy(to_text(position)), line.offset, length, position);
  if (!key.empty()) instance.leaf(section.key, key, line.offset, length);
  if (!value.empty()) instance.leaf(section.value, value, line.offset, length);
  instance.end(line.offset + length);
}

Code SectionDecoder::decode_value(const Key& key, std::string_view utf8, std::uint64_t offset, std::uint32_t length,
                                  Instance& instance, Arena& arena) {
  Decimal number;
  switch (key.type) {
    case LeafType::decimal:
    case LeafType::integer: {
      std::string text(utf8);
      const std::size_t comma = text.find(',');
      if (comma != std::string::npos) {
        if (layout_.point == Point::dot) return "ONC-0203"_code;
        text[comma] = '.';
        if (layout_.point == Point::any) ++tolerated_;
      } else if (layout_.point == Point::comma && text.find('.') != std::string::npos) {
        return "ONC-0203"_code;
      }
      const auto parsed = parse_decimal(text);
      if (!parsed || to_text(*parsed) != text) return "ONC-0203"_code;
      if (key.type == LeafType::integer && parsed->scale != 0) return "ONC-0203"_code;
      number = *parsed;
      utf8 = arena.copy(text);
      break;
    }
    case LeafType::date: {
      const auto date = layout_.date ? layout_.date->parse(utf8) : std::nullopt;
      if (!date) return "ONC-0204"_code;
      utf8 = arena.copy(to_text(*date));
      break;
    }
    case LeafType::time:
      if (!is_time(utf8)) return "ONC-0205"_code;
      break;
    default:
      break;
  }
  if (!key.codes.empty() && std::find(key.codes.begin(), key.codes.end(), utf8) == key.codes.end()) {
    return "ONC-0206"_code;
  }
  instance.leaf(key.node, utf8, offset, length, number);
  return {};
}

LineFault SectionDecoder::decode_line(const SectionText& text, std::size_t index, Instance& instance, Arena& arena) {
  const Section& section = layout_.sections[text.section];
  const Line& line = text.lines[index];
  const auto fault = [&](Code code, std::uint64_t at, std::uint64_t length, std::uint32_t node) {
    const auto column = static_cast<std::uint32_t>(at - line.offset + 1);
    return LineFault{code, at, length, text.line_number + static_cast<std::uint32_t>(index), column, node};
  };
  for (std::size_t i = 0; i < line.text.size(); ++i) {
    if (is_control(line.text[i])) return fault("ONC-0201"_code, line.offset + i, 1, section.node);
  }
  const bool titled = index == 0 && section.title != no_node;
  std::string_view body = line.text;
  const bool wrapped = unwrap(layout_.wrap, body);
  const std::size_t cut = titled || !wrapped ? std::string_view::npos : body.find('=');
  const std::string_view key = cut == std::string_view::npos ? std::string_view() : body.substr(0, cut);
  const std::string_view value = titled ? line.text : cut == std::string_view::npos ? body : body.substr(cut + 1);
  const auto at = static_cast<std::uint64_t>(value.data() - line.text.data()) + line.offset;
  std::string_view key_text;
  std::string_view utf8;
  std::size_t bad = 0;
  if (!layout_.page->decode(key, arena, key_text, bad)) {
    return fault("ONC-0200"_code, static_cast<std::uint64_t>(key.data() - line.text.data()) + line.offset + bad, 1,
                 section.node);
  }
  const auto found = key.empty() ? section.by_name.end() : section.by_name.find(layout_.normal(key, buffer_));
  const Key* known = found == section.by_name.end() ? nullptr : &section.keys[found->second];
  const std::uint32_t node = known != nullptr ? known->node : titled ? section.title : section.node;
  if (!layout_.page->decode(value, arena, utf8, bad)) return fault("ONC-0200"_code, at + bad, 1, node);
  const auto length = static_cast<std::uint32_t>(value.size());
  if (titled) {
    instance.leaf(section.title, utf8, line.offset, length);
    return {};
  }
  if (line.text.empty()) {
    extension(section, index, line, {}, {}, instance, arena);
    return {};
  }
  if (key.empty()) return fault("ONC-0202"_code, line.offset, line.text.size(), section.node);
  if (known == nullptr) {
    if (!layout_.keep_unknown) return fault("ONC-0209"_code, line.offset, line.text.size(), section.node);
    extension(section, index, line, key_text, utf8, instance, arena);
    return {};
  }
  if (key_text != known->text && layout_.key_case == KeyCase::any) ++tolerated_;
  if (seen_[found->second] && !known->repeats) return fault("ONC-0207"_code, line.offset, line.text.size(), node);
  seen_[found->second] = true;
  if (value.empty()) {
    extension(section, index, line, known->text, {}, instance, arena);
    return {};
  }
  const Code code = decode_value(*known, utf8, at, length, instance, arena);
  return code ? fault(code, at, length, node) : LineFault();
}

LineFault SectionDecoder::decode(const SectionText& text, Instance& instance, Arena& arena) {
  const Section& section = layout_.sections[text.section];
  if (text.fault) return {text.fault, text.offset, text.lines[0].text.size(), text.line_number, 1, section.node};
  seen_.assign(section.keys.size(), false);
  const std::uint32_t group = instance.begin(section.node, text.offset);
  const bool closes = !section.close.normal.empty();
  bool closed = false;
  for (std::size_t i = 0; i < text.lines.size(); ++i) {
    const std::string_view line = text.lines[i].text;
    if (i == 0 && section.opens != Section::Opens::key && section.title == no_node) continue;
    if (closes && !closed && layout_.normal(line, buffer_) == section.close.normal) {
      closed = true;
      continue;
    }
    if (const LineFault fault = decode_line(text, i, instance, arena)) return fault;
  }
  for (const Key& key : section.keys) {
    if (key.required && instance.find_within(group, key.node) == no_cell) {
      return {"ONC-0208"_code, text.offset, text.lines[0].text.size(), text.line_number, 1, key.node};
    }
  }
  instance.end(text.end);
  return {};
}

}  // namespace tilmash::formats::one_c
