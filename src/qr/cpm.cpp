#include "qr/cpm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "qr/rules.h"

namespace tilmash::qr {
namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t no_digit = 0xFF;
constexpr auto base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (unsigned i = 0; i < 64; ++i) values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

/// Bytes of a value's text, as the dictionary has it.
bool is_text(const Field* field) {
  return field != nullptr && (field->format == Format::text || field->format == Format::ans);
}

struct Object {
  std::size_t id_size = 0;
  std::size_t head_size = 0;  ///< tag and length
  std::size_t value_size = 0;
  bool constructed = false;
};

/// The object at `at`; nothing behind a fault has been read. Offsets are those of `bytes`.
Fault read_object(std::string_view bytes, std::size_t at, std::size_t end, Object& object) {
  std::size_t i = at;
  const unsigned first = byte_at(bytes, i++);
  bool more = (first & 0x1F) == 0x1F;
  if (first == 0x00 || first == 0xFF) return {"QRC-0110"_code, 0, at};
  while (more) {
    if (i == end || i - at == 3) return {"QRC-0110"_code, 0, at};
    more = (byte_at(bytes, i++) & 0x80) != 0;
  }
  object.id_size = i - at;
  object.constructed = (first & 0x20) != 0;
  if (i == end) return {"QRC-0111"_code, 0, i};
  std::size_t length = byte_at(bytes, i);
  if (length >= 0x80) {
    const std::size_t digits = length & 0x7F;
    if (digits == 0 || digits > 2 || end - i <= digits) return {"QRC-0111"_code, 0, i};
    length = byte_at(bytes, i + 1);
    if (digits == 2) length = length << 8 | byte_at(bytes, i + 2);
    i += digits;
  }
  ++i;
  if (length > end - i) return {"QRC-0103"_code, 0, at + object.id_size};
  object.head_size = i - at;
  object.value_size = length;
  return {};
}

std::string_view complaint(Code code) {
  if (code == "QRC-0110"_code) return "no BER tag of one to three bytes stands here";
  if (code == "QRC-0111"_code) return "no BER length of one to three bytes stands here";
  return "the value goes past the end";
}

class BerReader {
 public:
  explicit BerReader(Reading& reading) : reading_(reading), bytes_(*reading.bytes), digits_(*reading.payload) {}

  Fault read_level(const std::vector<Field>& fields, std::size_t at, std::size_t end, const std::string& parent,
                   unsigned depth, std::vector<Tag>& tags) {
    while (at < end) {
      Object object;
      if (const Fault fault = read_object(bytes_, at, end, object)) return fault;
      const std::string id(digits_.substr(at * 2, object.id_size * 2));
      Tag& tag = tags.emplace_back();
      tag.id = id;
      tag.path = parent.empty() ? id : parent + '-' + id;
      tag.field = find_field(fields, id);
      if (tag.field != nullptr && tag.field->repeats) {
        const auto count = std::count_if(tags.begin(), tags.end(), [&](const Tag& other) { return other.id == id; });
        if (count > 1) tag.path += fmt::format("#{}", count);
      }
      tag.offset = at;
      tag.size = object.head_size + object.value_size;
      tag.length = static_cast<std::uint32_t>(object.value_size);
      read_value(tag, at + object.head_size, object.constructed, depth);
      at += tag.size;
    }
    return {};
  }

 private:
  void read_value(Tag& tag, std::size_t at, bool constructed, unsigned depth) {
    tag.value = digits_.substr(at * 2, tag.length * 2U);
    if (constructed && depth < ber_templates_deep_max) {
      static const std::vector<Field> none;
      const auto& fields = tag.field != nullptr ? tag.field->fields : none;
      const Fault fault = read_level(fields, at, at + tag.length, tag.path, depth + 1, tag.tags);
      if (!fault) return;
      add(reading_, "QRC-0104"_code, Severity::error, fault.offset, tag.path,
          fmt::format("{} can't be split into tags: {}", tag.path, complaint(fault.code)));
    } else if (is_text(tag.field)) {
      const std::string_view text = bytes_.substr(at, tag.length);
      const std::size_t bad = find_malformed_utf8(text);
      if (bad == text.size()) {
        tag.value = text;
      } else {
        add(reading_, "QRC-0105"_code, Severity::error, at + bad, tag.path,
            fmt::format("{} is not well-formed UTF-8", tag.field->name));
      }
    }
  }

  Reading& reading_;
  std::string_view bytes_;
  std::string_view digits_;
};

}  // namespace

void read_ber(std::string_view text, Reading& reading) {
  std::size_t bad = 0;
  auto bytes = from_base64(text, bad);
  if (!bytes) {
    return add(reading, "QRC-0112"_code, Severity::error, bad, {}, fmt::format("character {} is not Base64", bad + 1));
  }
  const Dictionary& dictionary = *reading.dictionary;
  if (dictionary.length_advised != 0 && text.size() > dictionary.length_advised) {
    add(reading, "QRC-0214"_code, Severity::advice, 0, {},
        fmt::format("a payload should have at most {} characters", dictionary.length_advised));
  }
  reading.bytes = std::make_unique<const std::string>(std::move(*bytes));
  reading.payload = std::make_unique<const std::string>(to_hex_upper(*reading.bytes));
  BerReader reader(reading);
  const Fault fault = reader.read_level(dictionary.fields, 0, reading.bytes->size(), {}, 0, reading.tags);
  if (fault) add(reading, fault.code, Severity::error, fault.offset, {}, std::string(complaint(fault.code)));
  check_tags(dictionary, reading);
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(bytes.size() - i, 3);
    unsigned bits = byte_at(bytes, i) << 16;
    if (left > 1) bits |= byte_at(bytes, i + 1) << 8;
    if (left > 2) bits |= byte_at(bytes, i + 2);
    for (std::size_t digit = 0; digit < 4; ++digit) {
      out += digit > left ? '=' : base64_digits[bits >> (18 - 6 * digit) & 63];
    }
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text, std::size_t& bad) {
  std::string out;
  const std::size_t end = std::min(text.find('='), text.size());
  unsigned bits = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const std::uint8_t value = base64_values[byte_at(text, i)];
    bad = i;
    if (value == no_digit) return std::nullopt;
    bits = (bits << 6 | value) & 0xFFFFFF;
    if (i % 4 != 0) out += static_cast<char>(bits >> (6 - 2 * (i % 4)) & 0xFF);
  }
  bad = end;
  const std::size_t odd = end % 4;
  const std::string_view padding = text.substr(end);
  const bool bits_left = (odd == 2 && (bits & 15) != 0) || (odd == 3 && (bits & 3) != 0);
  if (odd == 1 || bits_left || padding != std::string_view("==").substr(0, (4 - odd) % 4)) return std::nullopt;
  return out;
}

std::optional<std::string> pack(Format format, std::string_view value) {
  if (format == Format::text || format == Format::ans) return std::string(value);
  std::string digits(value);
  if (format == Format::n && digits.size() % 2 != 0) digits.insert(0, 1, '0');
  if ((format == Format::cn || format == Format::track2) && digits.size() % 2 != 0) digits += 'F';
  std::string out;
  if (!from_hex(digits, out)) return std::nullopt;
  return out;
}

void append_ber(std::string_view id, std::string_view value, std::string& out) {
  out += pack(Format::hex, id).value_or(std::string());
  const std::size_t length = value.size();
  if (length > 0xFF) {
    out += '\x82';
    out += static_cast<char>(length >> 8 & 0xFF);
  } else if (length > 0x7F) {
    out += '\x81';
  }
  out += static_cast<char>(length & 0xFF);
  out += value;
}

}  // namespace tilmash::qr
