// Writes OFS messages from cells, in the order of the cells. What would be read otherwise is refused.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/ofs/ofs.h"

namespace tilmash::formats::ofs {
namespace {

class Writer {
 public:
  Writer(const OfsLayout& layout, const Instance& instance, std::uint32_t cell, std::string& out)
      : layout_(layout), nodes_(layout.nodes), instance_(instance), cell_(cell), out_(out) {}

  std::optional<Diagnostic> run(std::string_view password) {
    password_ = password;
    const bool good = layout_.message == Message::request ? request()
                      : layout_.message == Message::reply ? reply()
                                                          : enquiry_reply();
    if (good) return std::nullopt;
    return std::move(why_);
  }

 private:
  bool request();
  bool sign_on();
  bool reply();
  bool enquiry_reply();
  bool fields(std::uint32_t list);
  bool field(std::uint32_t group);
  bool declared(const Declared& declared, std::uint32_t cell);
  bool selection(std::uint32_t group);
  /// The text of a leaf below `group`; empty when there is none.
  std::string_view text(std::uint32_t group, std::uint32_t node) const {
    const std::uint32_t cell = node == no_node ? no_cell : instance_.find_within(group, node);
    return cell == no_cell ? std::string_view() : instance_.cell(cell).text;
  }
  bool has(std::uint32_t node) const { return instance_.find_within(cell_, node) != no_cell; }
  /// Appends a value that may not hold any of `separators`.
  bool put(std::uint32_t node, std::string_view value, std::string_view separators);
  bool fail(Code code, std::uint32_t node, std::string text) {
    why_ = layout_.diagnose(code, node, std::move(text));
    return false;
  }

  const OfsLayout& layout_;
  const Nodes& nodes_;
  const Instance& instance_;
  std::uint32_t cell_;
  std::string& out_;
  std::string_view password_;
  std::optional<Diagnostic> why_;
};

bool Writer::put(std::uint32_t node, std::string_view value, std::string_view separators) {
  if (value.find_first_of(separators) != std::string_view::npos) {
    return fail("OFS-0401"_code, node, "the value holds a character that separates");
  }
  const bool control =
      std::any_of(value.begin(), value.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  std::size_t bad = 0;
  if (control || !layout_.page->encode(value, out_, bad)) {
    return fail("OFS-0402"_code, node, "the value holds a character that can't be written");
  }
  return true;
}

bool Writer::request() {
  const std::string_view application = text(cell_, nodes_.application);
  if (application.empty()) return fail("OFS-0400"_code, nodes_.application, "a request needs its application");
  if (!put(nodes_.application, application, ",/")) return false;
  out_ += ',';
  std::size_t slashes = 0;
  for (const std::uint32_t node : {nodes_.version, nodes_.function, nodes_.process, nodes_.options}) {
    const std::string_view part = text(cell_, node);
    if (!part.empty()) {
      out_.append(slashes, '/');
      slashes = 0;
      if (!put(node, part, node == nodes_.options ? "," : ",/")) return false;
    }
    ++slashes;
  }
  out_ += ',';
  if (!sign_on()) return false;
  const bool enquiry = application == "ENQUIRY.SELECT";
  const std::uint32_t id = enquiry ? nodes_.enquiry : nodes_.id;
  const std::uint32_t list = enquiry ? nodes_.selection : nodes_.field;
  for (const std::uint32_t node : {enquiry ? nodes_.id : nodes_.enquiry, enquiry ? nodes_.field : nodes_.selection}) {
    if (has(node)) return fail("OFS-0405"_code, node, "this kind of request does not have it");
  }
  const auto is_declared = [&](const Declared& each) { return has(each.node); };
  const bool any = has(list) || std::any_of(layout_.declared.begin(), layout_.declared.end(), is_declared);
  if (!any && text(cell_, id).empty()) return true;
  out_ += ',';
  return put(id, text(cell_, id), ",") && fields(list);
}

bool Writer::sign_on() {
  const std::string_view password = password_.data() != nullptr ? password_ : text(cell_, nodes_.password);
  const std::string_view company = text(cell_, nodes_.company);
  if (!put(nodes_.user, text(cell_, nodes_.user), ",/")) return false;
  if (password.empty() && company.empty()) return true;
  out_ += '/';
  if (!put(nodes_.password, password, ",/") || company.empty()) return !why_;
  out_ += layout_.company_fourth ? "//" : "/";
  return put(nodes_.company, company, ",/");
}

bool Writer::reply() {
  const std::string_view id = text(cell_, nodes_.id);
  const std::string_view code = text(cell_, nodes_.code);
  const auto& codes = layout_.shape().facets_of(nodes_.code).codes;
  if (id.empty()) return fail("OFS-0400"_code, nodes_.id, "a reply needs the id of its transaction");
  if (std::find(codes.begin(), codes.end(), code) == codes.end()) {
    return fail("OFS-0400"_code, nodes_.code, "a reply needs its status: 1, -1, -2 or -3");
  }
  if (!put(nodes_.id, id, ",/")) return false;
  out_ += '/';
  if (!put(nodes_.message_id, text(cell_, nodes_.message_id), ",/")) return false;
  out_ += '/';
  out_ += code;
  if (const std::string_view status = text(cell_, nodes_.status); !status.empty()) {
    out_ += '/';
    if (!put(nodes_.status, status, ",/")) return false;
  }
  return fields(nodes_.field);
}

bool Writer::fields(std::uint32_t list) {
  for (std::uint32_t i = cell_ + 1; i < instance_.subtree_end(cell_); i = instance_.subtree_end(i)) {
    const std::uint32_t node = instance_.cell(i).node;
    const Declared* known = layout_.find_declared(node);
    if (node != list && known == nullptr) continue;
    if (known != nullptr && instance_.cell(i).text.empty()) continue;
    out_ += ',';
    const bool good = known != nullptr ? declared(*known, i) : list == nodes_.selection ? selection(i) : field(i);
    if (!good) return false;
  }
  return true;
}

bool Writer::field(std::uint32_t group) {
  const std::string_view name = text(group, nodes_.name);
  if (name.empty()) return fail("OFS-0400"_code, nodes_.name, "a field needs its name");
  std::uint32_t numbers[2] = {1, 1};
  for (int i = 0; i < 2; ++i) {
    const std::uint32_t node = i == 0 ? nodes_.mv : nodes_.sv;
    const std::string_view given = text(group, node);
    if (given.empty()) continue;
    const auto number = parse_decimal(given);
    if (!number || number->scale != 0 || number->unscaled < 1 || number->unscaled > 99999) {
      return fail("OFS-0404"_code, node, "a multi-value or sub-value counts from 1 to 99999");
    }
    numbers[i] = static_cast<std::uint32_t>(number->unscaled);
  }
  if (!put(nodes_.name, name, ",:=/ ")) return false;
  const std::string_view index = text(group, nodes_.index);
  const bool first = numbers[0] == 1 && numbers[1] == 1;
  if (index == "=") {
    if (!first) return fail("OFS-0405"_code, nodes_.index, "the spelling of the index contradicts its numbers");
  } else if (!index.empty()) {
    // Shorter spellings leave out what is 1.
    const auto given = split(index.substr(1), ':');
    const bool fits = index[0] == ':' && given.size() <= 2 &&
                      (given[0].empty() ? numbers[0] == 1 : given[0] == std::to_string(numbers[0])) &&
                      (given.size() < 2 || given[1].empty() ? numbers[1] == 1 : given[1] == std::to_string(numbers[1]));
    if (!fits) return fail("OFS-0405"_code, nodes_.index, "the spelling of the index contradicts its numbers");
    out_ += index;
  } else {
    out_ += layout_.spelled(numbers[0], numbers[1]);
  }
  out_ += '=';
  return put(nodes_.value, text(group, nodes_.value), ",");
}

bool Writer::declared(const Declared& declared, std::uint32_t cell) {
  out_ += declared.name;
  out_ += layout_.spelled(1, 1);
  out_ += '=';
  const std::string_view value = instance_.cell(cell).text;
  if (declared.type == Type::text) return put(declared.node, value, ",");
  if (declared.type == Type::date) {
    const auto date = parse_iso_date(value);
    char bytes[8];
    if (!date || !layout_.date_pattern.write(bytes, *date)) {
      return fail("OFS-0404"_code, declared.node, "the value is no date");
    }
    out_.append(bytes, sizeof bytes);
    return true;
  }
  const auto number = parse_decimal(value);
  if (!number || (declared.type == Type::integer && number->scale != 0)) {
    return fail("OFS-0404"_code, declared.node, "the value is no number of its type");
  }
  // A negative zero keeps its sign in the text.
  if (value[0] == '-' && number->unscaled == 0) out_ += '-';
  out_ += to_text(*number);
  return true;
}

bool Writer::selection(std::uint32_t group) {
  const std::string_view name = text(group, nodes_.selection_field);
  const std::string_view how = text(group, nodes_.selection_operator);
  if (name.empty() || how.empty()) {
    return fail("OFS-0400"_code, nodes_.selection, "a selection needs its field and its operator");
  }
  if (!put(nodes_.selection_field, name, ",:=")) return false;
  out_ += ':';
  if (!put(nodes_.selection_operator, how, ",:=")) return false;
  out_ += '=';
  return put(nodes_.selection_value, text(group, nodes_.selection_value), ",");
}

bool Writer::enquiry_reply() {
  if (!put(nodes_.head, text(cell_, nodes_.head), ",")) return false;
  char before = ',';
  for (std::uint32_t i = cell_ + 1; i < instance_.subtree_end(cell_); i = instance_.subtree_end(i)) {
    const std::uint32_t node = instance_.cell(i).node;
    if (node == nodes_.column) {
      out_ += before;
      before = '/';
      const std::string_view name = text(i, nodes_.column_field);
      if (name.empty()) return fail("OFS-0400"_code, nodes_.column_field, "a column needs its field");
      if (!put(nodes_.column_field, name, ",/:")) return false;
      out_ += "::";
      if (!put(nodes_.column_label, text(i, nodes_.column_label), ",/")) return false;
    } else if (node == nodes_.row) {
      out_ += ',';
      bool first = true;
      for (std::uint32_t j = i + 1; j < instance_.subtree_end(i); ++j) {
        if (!first) out_ += layout_.gap;
        first = false;
        out_ += '"';
        if (!put(nodes_.row_value, instance_.cell(j).text, "\"")) return false;
        out_ += '"';
      }
    }
  }
  if (before == ',') return fail("OFS-0400"_code, nodes_.column, "an enquiry reply needs its columns");
  return true;
}

}  // namespace

std::optional<Diagnostic> OfsLayout::write(const Instance& instance, std::uint32_t cell, std::string& out,
                                           std::string_view password) const {
  return Writer(*this, instance, cell, out).run(password);
}

std::optional<Diagnostic> OfsLayout::encode(const Instance& instance, std::uint32_t cell, std::uint64_t,
                                            std::string& out) const {
  if (!by_length) {
    auto why = write(instance, cell, out);
    out += crlf ? "\r\n" : "\n";
    return why;
  }
  std::string message_bytes;
  if (auto why = write(instance, cell, message_bytes)) return why;
  const std::string length = std::to_string(message_bytes.size());
  if (length.size() > length_digits) {
    return diagnose("OFS-0403"_code, nodes.message,
                    fmt::format("a message of {} bytes has no length of {} digits", length, length_digits));
  }
  out.append(length_digits - length.size(), '0');
  out += length;
  out += message_bytes;
  return std::nullopt;
}

}  // namespace tilmash::formats::ofs
