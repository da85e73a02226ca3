// Bytes of one record into cells. The fast path looks at each byte of a text once and copies nothing.
#include <algorithm>
#include <bit>
#include <cstring>

#include "adapters/records/record.h"

namespace tilmash::records {
namespace {

std::uint64_t load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

constexpr std::uint64_t ones = 0x0101010101010101;
/// Eight digits at once; false when one of them is none.
bool read_eight(const char* at, std::uint64_t& value) {
  std::uint64_t word = load(at);
  if (((word & 0xF0F0F0F0F0F0F0F0) | (((word + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) != 0x3333333333333333) {
    return false;
  }
  word = (word & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FF) * 6553601 >> 16;
  value = value * 100000000 + ((word & 0x0000FFFF0000FFFF) * 42949672960001 >> 32);
  return true;
}

/// Digits, at most 18 of them, onto `value`; false when one of them is none.
bool read_digits(std::string_view digits, std::uint64_t& value) {
  const char* at = digits.data();
  std::size_t left = digits.size();
  if constexpr (std::endian::native == std::endian::little) {
    for (; left >= 8; at += 8, left -= 8) {
      if (!read_eight(at, value)) return false;
    }
  }
  for (; left > 0; ++at, --left) {
    const auto digit = static_cast<unsigned>(*at - '0');
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  return true;
}

bool are_digits(std::string_view text) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

std::string_view trimmed(const Field& field, std::string_view bytes) {
  const std::uint64_t pads = ones * static_cast<unsigned char>(field.pad);
  std::size_t begin = 0;
  std::size_t end = bytes.size();
  if (field.right) {
    while (end - begin >= 8 && load(bytes.data() + begin) == pads) begin += 8;
    while (begin < end && bytes[begin] == field.pad) ++begin;
  } else {
    while (end >= 8 && load(bytes.data() + end - 8) == pads) end -= 8;
    while (end > 0 && bytes[end - 1] == field.pad) --end;
  }
  return bytes.substr(begin, end - begin);
}

}  // namespace

bool is_filled(std::string_view bytes, char c) {
  return bytes.empty() || (bytes[0] == c && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

FieldFault RecordDecoder::decode(const Form& form, std::string_view bytes, std::uint64_t offset, Instance& instance,
                                 Arena& arena) {
  bytes_ = bytes;
  offset_ = offset;
  instance_ = &instance;
  arena_ = &arena;
  first_ = {};
  checked_.clear();
  for (Slot& slot : slots_) slot = {};
  classes_.classify(bytes);
  non_ascii_bytes_ += classes_.non_ascii_count();
  decode_rows(form.fields.data(), form.fields.data() + form.fields.size(), 0);
  for (const Field* field : checked_) check_digits(*field);
  return first_;
}

void RecordDecoder::fail(const Field& field, Code code, std::size_t at) {
  if (field.slot != none) slots_[field.slot].bad = true;
  if (first_) return;
  first_.field = &field;
  first_.fault = {code, field.line_number, offset_ + at};
}

void RecordDecoder::decode_rows(const Field* begin, const Field* end, std::size_t base) {
  for (const Field* field = begin; field != end; ++field) {
    const std::size_t at = base + field->offset;
    if (field->op == Op::filler) {
      if (!field->loose && !is_filled_with(field->pad, at, field->length)) {
        fail(*field, "FMT-0209"_code, at);
      }
    } else if (field->op == Op::group) {
      decode_group(*field, field + 1, at);
      field += field->body;
    } else if (!field->simple || !decode_simple(*field, at)) {
      decode_field(*field, at);
    }
  }
}

/// Most fields: text or digits, or nothing. False when it is anything else, or wrong.
inline bool RecordDecoder::decode_simple(const Field& field, std::size_t at) {
  const ByteClasses::Window window = classes_.window(at, field.length);
  const std::uint64_t others = ~window.blanks & ByteClasses::low_bits(field.length);
  if (others == 0) return !field.required && !field.is_const;
  const auto size = static_cast<std::size_t>(64 - std::countl_zero(others));
  if (classes_.has_control()) return false;
  if (field.op == Op::digits && window.digits != ByteClasses::low_bits(size)) return false;
  std::string_view text = bytes_.substr(at, size);
  if (window.beyond != 0) {
    std::size_t undefined = 0;
    if (!layout_.page->decode(text, *arena_, text, undefined)) return false;
  }
  if (field.choices != none && check_value(field, text)) return false;
  instance_->leaf(field.node, text, offset_ + at, field.length);
  return true;
}

bool RecordDecoder::is_blank(const Field* begin, const Field* end, std::size_t base) const {
  for (const Field* field = begin; field != end; ++field) {
    if (field->op == Op::filler && field->loose) continue;
    if (field->op == Op::group) {
      for (std::uint32_t i = 0; i < field->repeat; ++i) {
        if (!is_blank(field + 1, field + 1 + field->body, base + field->offset + i * field->stride)) return false;
      }
      field += field->body;
      continue;
    }
    const char blank = field->op == Op::filler ? field->pad : field->blank;
    if (!field->may_be_blank || field->is_const) return false;
    if (!is_filled_with(blank, base + field->offset, field->length)) return false;
  }
  return true;
}

void RecordDecoder::decode_group(const Field& group, const Field* body, std::size_t base) {
  const Field* const end = body + group.body;
  std::uint32_t count = group.repeat;
  // A group that stands once is there even when blank, if its fields say so themselves; a repeated one ends early.
  while (count > 0 && is_blank(body, end, base + (count - 1) * group.stride)) --count;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t at = base + i * group.stride;
    instance_->begin(group.node, offset_ + at);
    decode_rows(body, end, at);
    instance_->end(offset_ + at + group.stride);
  }
}

void RecordDecoder::decode_field(const Field& field, std::size_t at) {
  const std::string_view bytes = bytes_.substr(at, field.length);
  // The first byte tells nearly all fields that hold something from blank ones.
  if (field.may_be_blank && !field.is_const && bytes[0] == field.blank &&
      is_filled_with(field.blank, at, field.length)) {
    if (field.required) fail(field, "FMT-0206"_code, at);
    return;
  }
  std::string_view text;
  Decimal number;
  std::size_t bad = 0;
  Code code;
  switch (field.op) {
    case Op::text:
    case Op::digits:
      code = read_text(field, at, text, bad);
      break;
    case Op::date: {
      const auto date = layout_.patterns[field.pattern].parse(bytes);
      if (!date) {
        code = "FMT-0205"_code;
        break;
      }
      char* const out = arena_->allocate(10);
      write_iso_date(out, *date);
      text = {out, 10};
      break;
    }
    default:
      code = read_number(field, bytes, text, number);
  }
  if (!code && field.choices != none) code = check_value(field, text);
  if (code) return fail(field, code, at + bad);
  Cell& cell = instance_->leaf(field.node, text, offset_ + at, field.length);
  cell.number = number;
  if (field.slot != none) {
    Slot& slot = slots_[field.slot];
    slot.text = text;
    slot.number = number;
    slot.present = true;
    if (field.op == Op::digits) {
      std::uint64_t value = 0;
      const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
      if (text.size() - zeros > 18 || !read_digits(text.substr(zeros), value)) {
        slot.bad = true;
      } else {
        slot.number.unscaled = static_cast<std::int64_t>(value);
      }
    }
    slot.sum.add(slot.number);
  }
  if (field.check != none) checked_.push_back(&field);
}

Code RecordDecoder::read_text(const Field& field, std::size_t at, std::string_view& text, std::size_t& bad) {
  const std::string_view bytes = bytes_.substr(at, field.length);
  std::string_view kept = !field.right && field.pad == ' '
                              ? bytes.substr(0, classes_.size_without_trailing_blanks(at, field.length))
                              : trimmed(field, bytes);
  // Padding through and through, but not the `blank` of the field: one pad character is the value.
  if (kept.empty()) kept = bytes.substr(0, 1);
  const auto begin = static_cast<std::size_t>(kept.data() - bytes.data());
  if (field.op == Op::digits) {
    if (!classes_.is_digits(at + begin, kept.size())) return "FMT-0202"_code;
    text = kept;
    return {};
  }
  const bool ascii = classes_.is_ascii(at + begin, kept.size());
  if (classes_.has_control()) {
    const auto* const control =
        std::find_if(kept.begin(), kept.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
    bad = begin + static_cast<std::size_t>(control - kept.begin());
    if (control != kept.end()) return "FMT-0201"_code;
  }
  if (ascii) {
    text = kept;
    return {};
  }
  std::size_t undefined = 0;
  if (layout_.page->decode(kept, *arena_, text, undefined)) return {};
  bad = begin + undefined;
  count_undefined(kept, undefined);
  return "FMT-0200"_code;
}

/// Counts the undefined bytes of `bytes`, the first of which is at `at`.
void RecordDecoder::count_undefined(std::string_view bytes, std::size_t at) {
  while (at < bytes.size()) {
    ++undefined_bytes_;
    std::size_t next = 0;
    std::string_view text;
    scratch_.clear();
    if (layout_.page->decode(bytes.substr(at + 1), scratch_, text, next)) return;
    at += 1 + next;
  }
}

std::size_t RecordDecoder::find_undefined(std::string_view bytes) {
  classes_.classify(bytes);
  non_ascii_bytes_ += classes_.non_ascii_count();
  std::size_t at = 0;
  std::string_view text;
  scratch_.clear();
  if (layout_.page->decode(bytes, scratch_, text, at)) return bytes.size();
  count_undefined(bytes, at);
  return at;
}

Code RecordDecoder::read_number(const Field& field, std::string_view bytes, std::string_view& text, Decimal& number) {
  bool negative = false;
  std::string_view digits = bytes;
  if (field.sign == Sign::leading || field.sign == Sign::trailing) {
    const bool first = field.sign == Sign::leading;
    const char sign = first ? bytes.front() : bytes.back();
    digits = first ? bytes.substr(1) : bytes.substr(0, bytes.size() - 1);
    if (sign != field.plus && sign != field.minus) return "FMT-0211"_code;
    negative = sign == field.minus;
  }
  const bool zero_padded = field.right && field.pad == '0';
  if (!zero_padded) digits = trimmed(field, digits);
  if (field.sign == Sign::floating && !digits.empty() && digits[0] == '-') {
    negative = true;
    digits.remove_prefix(1);
  }
  std::string_view fraction;
  if (field.point != '\0') {
    if (digits.size() < field.scale + 2U || digits[digits.size() - field.scale - 1] != field.point) {
      return "FMT-0210"_code;
    }
    fraction = digits.substr(digits.size() - field.scale);
    digits = digits.substr(0, digits.size() - field.scale - 1);
  }
  const std::size_t width = digits.size();
  std::size_t zeros = 0;
  while (zeros < width && digits[zeros] == '0') ++zeros;
  // The form in which it would be written: no zeros but those that pad, and the one that stands for itself.
  if (width == 0) return "FMT-0210"_code;
  if (!zero_padded && zeros > 0 && width > 1) {
    return are_digits(digits) ? "FMT-0203"_code : "FMT-0210"_code;
  }
  const std::string_view significant = digits.substr(zeros);
  if (significant.size() + fraction.size() > 18) {
    return are_digits(significant) && are_digits(fraction) ? "FMT-0204"_code : "FMT-0210"_code;
  }
  std::uint64_t value = 0;
  if (!read_digits(significant, value) || !read_digits(fraction, value)) return "FMT-0210"_code;
  number.unscaled = negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
  number.scale = field.scale;
  if (field.scale == 0 && !negative) {
    text = significant.empty() ? digits.substr(width - 1) : significant;
    return {};
  }
  // A negative zero keeps its sign in the text, so that it is written back as it was.
  char* const out = arena_->allocate(24);
  char* end = out;
  if (negative && value == 0) *end++ = '-';
  end = write_decimal(end, number);
  arena_->shrink(end);
  text = {out, static_cast<std::size_t>(end - out)};
  return {};
}

Code RecordDecoder::check_value(const Field& field, std::string_view text) const {
  for (const std::string& choice : layout_.choices[field.choices]) {
    if (choice == text) return {};
  }
  return field.is_const ? "FMT-0208"_code : "FMT-0207"_code;
}

void RecordDecoder::check_digits(const Field& field) {
  const Check& check = layout_.checks[field.check];
  std::uint64_t sum = 0;
  std::size_t position = 0;
  for (const std::uint32_t slot : check.over) {
    if (slots_[slot].bad || !slots_[slot].present) return;
    for (const char c : slots_[slot].text) {
      if (c == ' ') continue;
      if (c < '0' || c > '9') return;
      sum += static_cast<unsigned>(c - '0') * std::uint64_t{check.weights[position++ % check.weights.size()]};
    }
  }
  if (sum % check.modulo != 0) {
    const Slot& own = slots_[field.slot];
    const bool was_bad = own.bad;
    fail(field, "FMT-0212"_code, field.offset);
    slots_[field.slot].bad = was_bad;  // it was read; sums over it stay comparable
  }
}

}  // namespace tilmash::records
