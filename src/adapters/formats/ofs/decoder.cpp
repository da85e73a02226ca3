// Cuts OFS messages off the input and reads them into cells. A part that can't be told apart is refused, never guessed.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/ofs/ofs.h"

namespace tilmash::formats::ofs {
namespace {

/// Bounds of one message, so that hostile input makes no list without limit.
constexpr std::size_t parts_max = 20000;

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_%@#$").find(c) != std::string_view::npos;
  });
}

/// "1" … "99999"; 0 for anything else.
std::uint32_t read_index(std::string_view text) {
  if (text.empty() || text.size() > 5 || text[0] == '0') return 0;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

class Decoder {
 public:
  Decoder(const OfsLayout& layout, const records::MessageFrame& frame, Instance& instance)
      : layout_(layout), nodes_(layout.nodes), frame_(frame), instance_(instance) {}

  std::optional<Diagnostic> run();

 private:
  bool request(const std::vector<std::string_view>& parts);
  bool sign_on(std::string_view part);
  bool reply(const std::vector<std::string_view>& parts);
  bool enquiry_reply(const std::vector<std::string_view>& parts);
  bool row(std::string_view part);
  bool field(std::string_view part);
  bool declared(const Declared& field, std::string_view value);
  bool selection(std::string_view part);
  bool optional_leaf(std::uint32_t node, std::string_view bytes) { return bytes.empty() || leaf(node, bytes); }
  bool leaf(std::uint32_t node, std::string_view bytes);
  bool to_text(std::string_view bytes, std::string_view& text);
  bool fail(Code code, std::string_view at, std::string text, std::uint32_t node = 0);
  std::uint64_t offset_of(std::string_view part) const {
    return frame_.offset + static_cast<std::uint64_t>(part.data() - frame_.bytes.data());
  }

  const OfsLayout& layout_;
  const Nodes& nodes_;
  const records::MessageFrame& frame_;
  Instance& instance_;
  std::string_view password_;
  std::optional<Diagnostic> why_;
};

bool Decoder::fail(Code code, std::string_view at, std::string text, std::uint32_t node) {
  why_ = layout_.diagnose(code, node != 0 ? node : nodes_.message, std::move(text));
  why_->place.offset_bytes = offset_of(at);
  why_->place.length_bytes = at.size();
  return false;
}

bool Decoder::to_text(std::string_view bytes, std::string_view& text) {
  const auto* const control =
      std::find_if(bytes.begin(), bytes.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  std::size_t bad = static_cast<std::size_t>(control - bytes.begin());
  if (control == bytes.end() && layout_.page->decode(bytes, instance_.arena(), text, bad)) return true;
  return fail("OFS-0205"_code, bytes.substr(bad, 1),
              control == bytes.end() ? "a byte that the code page does not have" : "a control character");
}

bool Decoder::leaf(std::uint32_t node, std::string_view bytes) {
  std::string_view text;
  if (!to_text(bytes, text)) return false;
  instance_.leaf(node, text, offset_of(bytes), static_cast<std::uint32_t>(bytes.size()));
  return true;
}

std::optional<Diagnostic> Decoder::run() {
  const std::uint32_t cell = instance_.begin(nodes_.message, frame_.offset);
  const auto parts = split(frame_.bytes, ',');
  bool good = true;
  if (parts.size() > parts_max) {
    good = fail("OFS-0200"_code, frame_.bytes, fmt::format("the message has more than {} parts", parts_max));
  } else if (layout_.message == Message::request) {
    good = request(parts);
  } else if (layout_.message == Message::reply) {
    good = reply(parts);
  } else {
    good = enquiry_reply(parts);
  }
  if (!good) return std::move(why_);
  instance_.end(frame_.offset + frame_.bytes.size());
  std::string again;
  if (layout_.write(instance_, cell, again, layout_.drop_password ? password_ : std::string_view()) ||
      again != frame_.bytes) {
    const auto differ = std::mismatch(again.begin(), again.end(), frame_.bytes.begin(), frame_.bytes.end());
    const auto at = static_cast<std::size_t>(differ.second - frame_.bytes.begin());
    fail("OFS-0204"_code, frame_.bytes.substr(at, 1), "the message would be written otherwise from here on");
    return std::move(why_);
  }
  return std::nullopt;
}

bool Decoder::request(const std::vector<std::string_view>& parts) {
  if (parts.size() < 3 || !is_name(parts[0])) {
    return fail("OFS-0200"_code, frame_.bytes,
                "a request begins with APPLICATION,VERSION/FUNCTION/PROCESS,USER/PASSWORD");
  }
  if (!leaf(nodes_.application, parts[0])) return false;
  // VERSION/FUNCTION/PROCESS/OPTIONS, where options may hold slashes.
  std::string_view rest = parts[1];
  for (const std::uint32_t node : {nodes_.version, nodes_.function, nodes_.process}) {
    const std::size_t cut = std::min(rest.find('/'), rest.size());
    if (!optional_leaf(node, rest.substr(0, cut))) return false;
    rest = rest.substr(std::min(cut + 1, rest.size()));
  }
  if (!optional_leaf(nodes_.options, rest) || !sign_on(parts[2])) return false;
  if (parts.size() == 3) return true;
  const bool enquiry = parts[0] == "ENQUIRY.SELECT";
  if (!optional_leaf(enquiry ? nodes_.enquiry : nodes_.id, parts[3])) return false;
  for (std::size_t i = 4; i < parts.size(); ++i) {
    if (!(enquiry ? selection(parts[i]) : field(parts[i]))) return false;
  }
  return true;
}

bool Decoder::sign_on(std::string_view part) {
  auto parts = split(part, '/');
  const std::size_t company_at = layout_.company_fourth ? 3 : 2;
  if (parts.size() > company_at + 1 || (parts.size() == 4 && !parts[2].empty())) {
    return fail("OFS-0200"_code, part.substr(part.size()), "the sign-on has more parts than USER/PASSWORD/COMPANY");
  }
  parts.resize(4, part.substr(part.size()));
  password_ = parts[1];
  return optional_leaf(nodes_.user, parts[0]) && (layout_.drop_password || optional_leaf(nodes_.password, parts[1])) &&
         optional_leaf(nodes_.company, parts[company_at]);
}

bool Decoder::reply(const std::vector<std::string_view>& parts) {
  const auto head = split(parts[0], '/');
  if (head.size() < 3 || head.size() > 4 || head[0].empty()) {
    return fail("OFS-0200"_code, parts[0], "a reply begins with ID/MESSAGE-ID/CODE");
  }
  const auto& codes = layout_.shape().facets_of(nodes_.code).codes;
  if (std::find(codes.begin(), codes.end(), head[2]) == codes.end()) {
    return fail("OFS-0203"_code, head[2], "the status is not one that OFS has", nodes_.code);
  }
  if (!leaf(nodes_.id, head[0]) || !optional_leaf(nodes_.message_id, head[1]) || !leaf(nodes_.code, head[2]) ||
      (head.size() == 4 && !optional_leaf(nodes_.status, head[3]))) {
    return false;
  }
  return std::all_of(parts.begin() + 1, parts.end(), [&](std::string_view part) { return field(part); });
}

bool Decoder::field(std::string_view part) {
  const std::size_t equals = part.find('=');
  const std::string_view left = part.substr(0, equals);
  const std::size_t colon = std::min(left.find(':'), left.size());
  const std::string_view name = left.substr(0, colon);
  if (equals == std::string_view::npos || !is_name(name)) {
    return fail("OFS-0201"_code, part, "a part between commas is not NAME:MULTI-VALUE:SUB-VALUE=value");
  }
  const std::string_view index = left.substr(colon);
  std::uint32_t numbers[2] = {1, 1};
  if (!index.empty()) {
    const auto given = split(index.substr(1), ':');
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i].empty() && i < 2) continue;
      if (i < 2) numbers[i] = read_index(given[i]);
      if (i >= 2 || numbers[i] == 0) return fail("OFS-0202"_code, index, fmt::format("{} has a wrong index", name));
    }
  }
  const std::string_view value = part.substr(equals + 1);
  const std::string canonical = layout_.spelled(numbers[0], numbers[1]);
  const Declared* known = layout_.find_declared(name);
  if (known != nullptr && numbers[0] == 1 && numbers[1] == 1 && index == canonical && !value.empty() &&
      instance_.find(known->node) == no_cell) {
    return declared(*known, value);
  }
  instance_.begin(nodes_.field, offset_of(part));
  if (!leaf(nodes_.name, name)) return false;
  for (const auto& [node, number] : {std::pair(nodes_.mv, numbers[0]), std::pair(nodes_.sv, numbers[1])}) {
    const std::string text = std::to_string(number);
    instance_.leaf(node, instance_.arena().copy(text), offset_of(index), static_cast<std::uint32_t>(index.size()),
                   {number, 0});
  }
  if (index != canonical && !leaf(nodes_.index, index.empty() ? std::string_view("=") : index)) return false;
  if (!optional_leaf(nodes_.value, value)) return false;
  instance_.end(offset_of(part) + part.size());
  return true;
}

bool Decoder::declared(const Declared& field, std::string_view value) {
  if (field.type == Type::text) return leaf(field.node, value);
  std::string_view text = value;
  Decimal number;
  bool good = false;
  if (field.type == Type::date) {
    const auto date = layout_.date_pattern.parse(value);
    good = date.has_value();
    if (good) {
      char* const out = instance_.arena().allocate(10);
      write_iso_date(out, *date);
      text = {out, 10};
    }
  } else {
    const auto read = parse_decimal(value);
    good = read.has_value() && (tilmash::to_text(*read) == value || value == "-" + tilmash::to_text(*read));
    good = good && (field.type == Type::decimal || read->scale == 0);
    if (good) number = *read;
  }
  if (!good) return fail("OFS-0206"_code, value, fmt::format("{} is not of its type", field.name), field.node);
  instance_.leaf(field.node, text, offset_of(value), static_cast<std::uint32_t>(value.size()), number);
  return true;
}

bool Decoder::selection(std::string_view part) {
  const std::size_t equals = std::min(part.find('='), part.size());
  const std::size_t colon = std::min(part.find(':'), part.size());
  if (equals == part.size() || colon >= equals || !is_name(part.substr(0, colon)) ||
      !is_name(part.substr(colon + 1, equals - colon - 1))) {
    return fail("OFS-0201"_code, part, "a part between commas is not FIELD:OPERATOR=value");
  }
  instance_.begin(nodes_.selection, offset_of(part));
  if (!leaf(nodes_.selection_field, part.substr(0, colon)) ||
      !leaf(nodes_.selection_operator, part.substr(colon + 1, equals - colon - 1)) ||
      !optional_leaf(nodes_.selection_value, part.substr(equals + 1))) {
    return false;
  }
  instance_.end(offset_of(part) + part.size());
  return true;
}

bool Decoder::enquiry_reply(const std::vector<std::string_view>& parts) {
  if (parts.size() < 2) return fail("OFS-0200"_code, frame_.bytes, "an enquiry reply has its columns behind a comma");
  if (!optional_leaf(nodes_.head, parts[0])) return false;
  for (const std::string_view column : split(parts[1], '/')) {
    const std::size_t cut = column.find("::");
    if (cut == std::string_view::npos || cut == 0) {
      return fail("OFS-0200"_code, column, "a column is not FIELD::LABEL");
    }
    instance_.begin(nodes_.column, offset_of(column));
    if (!leaf(nodes_.column_field, column.substr(0, cut)) ||
        !optional_leaf(nodes_.column_label, column.substr(cut + 2))) {
      return false;
    }
    instance_.end(offset_of(column) + column.size());
  }
  // Values are quoted, so a row may hold commas: it is read from the text itself.
  if (parts.size() == 2) return true;
  const auto from = static_cast<std::size_t>(parts[2].data() - frame_.bytes.data());
  return row(frame_.bytes.substr(from));
}

/// All rows: quoted values with the gap between them, a comma between rows.
bool Decoder::row(std::string_view rest) {
  instance_.begin(nodes_.row, offset_of(rest));
  for (;;) {
    const std::size_t end = rest.starts_with('"') ? rest.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return fail("OFS-0201"_code, rest, "a value of a row is not in quotes");
    const std::string_view value = rest.substr(1, end - 1);
    if (!leaf(nodes_.row_value, value)) return false;
    rest.remove_prefix(end + 1);
    if (rest.empty() || rest[0] == ',') instance_.end(offset_of(rest));
    if (rest.empty()) return true;
    if (rest[0] == ',') {
      rest.remove_prefix(1);
      instance_.begin(nodes_.row, offset_of(rest));
      continue;
    }
    if (!rest.starts_with(layout_.gap)) {
      return fail("OFS-0201"_code, rest.substr(0, 1), "the values of a row are not apart as the layout says");
    }
    rest.remove_prefix(layout_.gap.size());
  }
}

Diagnostic frame_fault(Code code, std::uint64_t offset, std::string text) {
  Diagnostic why;
  why.code = code;
  why.place.offset_bytes = offset;
  why.text = std::move(text);
  return why;
}

}  // namespace

bool OfsLayout::cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const {
  const auto at = static_cast<std::size_t>(position);
  if (at >= input.size()) return false;
  if (by_length) {
    const std::string_view digits = input.substr(at, length_digits);
    std::uint64_t length = 0;
    for (const char c : digits)
      length = c >= '0' && c <= '9' ? length * 10 + static_cast<std::uint64_t>(c - '0') : input.size();
    const std::size_t begin = at + digits.size();
    if (digits.size() < length_digits || length > input.size() - begin) {
      frame.end = input.size();
      frame.file_fault = frame_fault("OFS-0210"_code, position, "the length does not fit what follows");
      return true;
    }
    frame.offset = begin;
    frame.bytes = input.substr(begin, static_cast<std::size_t>(length));
    frame.end = begin + length;
    return true;
  }
  const std::size_t newline = input.find('\n', at);
  const std::size_t end = std::min(newline, input.size());
  frame.offset = position;
  frame.bytes = input.substr(at, end - at);
  frame.end = std::min(end + 1, input.size());
  const bool carriage_return = frame.bytes.ends_with('\r');
  if (carriage_return && crlf) frame.bytes.remove_suffix(1);
  if (newline == std::string_view::npos || carriage_return != crlf) {
    frame.file_fault = frame_fault("OFS-0211"_code, end, "the message does not end as the layout says");
  }
  return true;
}

std::optional<Diagnostic> OfsLayout::decode(const records::MessageFrame& frame, Instance& instance) const {
  return Decoder(*this, frame, instance).run();
}

}  // namespace tilmash::formats::ofs
