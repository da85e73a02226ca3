// Compiles one element: its notation and how its value and length are written.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "adapters/formats/iso8583/compiler.h"
#include "base/civil.h"

namespace tilmash::formats::iso8583 {
namespace {

constexpr Encoding encodings[] = {Encoding::text, Encoding::bcd, Encoding::binary, Encoding::hex};

std::uint8_t prefix_bytes(const Prefix& prefix) {
  return static_cast<std::uint8_t>(prefix.encoding == Encoding::bcd ? (prefix.size + 1) / 2 : prefix.size);
}

}  // namespace

std::size_t Compiler::option(const Row& row, std::string_view key, std::string_view text,
                             std::initializer_list<std::string_view> known) {
  const auto found = std::find(known.begin(), known.end(), text);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  error(row, "CRD-0101"_code, fmt::format("`{}` can't be \"{}\"", key, text),
        fmt::format("known: {}", fmt::join(known, ", ")));
  return 0;
}

const CodePage* Compiler::page(const std::string& name, const Row& row) {
  if (const auto found = pages_.find(name); found != pages_.end()) return found->second;
  auto made = find_code_page(data_, name, findings_);
  if (made == nullptr) {
    error(row, "CRD-0102"_code, fmt::format("the code page {} is not known", name),
          fmt::format("known: {}", fmt::join(list_code_pages(data_), ", ")));
  } else {
    spec_.pages.push_back(made);
  }
  return pages_[name] = made.get();
}

/// "n..19", "ans 40", "x+n 8", "b8": a type, a dot for each digit of the length prefix, a length (ISO 8583, attributes
/// of data elements).
void Compiler::notation(const ElementDraft& draft, Element& element, unsigned& dots) {
  const std::string& text = *draft.type;
  std::size_t at = 0;
  if (text.starts_with("x+n")) {
    element.charset = signed_n;
    at = 3;
  } else if (text.starts_with("z") || text.starts_with("b")) {
    element.charset = text[0] == 'z' ? track : bytes;
    at = 1;
  } else {
    constexpr std::pair<char, std::uint8_t> letters[] = {{'a', alpha}, {'n', digit}, {'s', special}, {'p', blank}};
    for (const auto& [letter, set] : letters) {
      if (at < text.size() && text[at] == letter) {
        element.charset |= set;
        ++at;
      }
    }
    if ((element.charset & special) != 0) element.charset |= blank;
  }
  while (at < text.size() && text[at] == ' ') ++at;
  for (dots = 0; at < text.size() && text[at] == '.'; ++at) ++dots;
  const auto [end, fault] = std::from_chars(text.data() + at, text.data() + text.size(), element.length);
  if (element.charset == 0 || fault != std::errc{} || end != text.data() + text.size() || dots == 1 || dots > 6 ||
      element.length == 0 || element.length > length_max) {
    error(draft.row, "CRD-0100"_code, fmt::format("\"{}\" is no type of a data element", text),
          "such as n6, ans..25 (length prefix of two digits), x+n8, z..37, b8 (bytes)");
    element.charset = element.charset == 0 ? std::uint8_t{digit} : element.charset;
    element.length = 1;
    dots = 0;
  }
  element.length_min = dots == 0 ? element.length : 0;
}

const TypeDraft& Compiler::type_of(const Element& element) const {
  static const TypeDraft nothing;
  std::string_view key = "text";
  if (element.charset == digit) key = "n";
  if (element.charset == signed_n) key = "x+n";
  if (element.charset == track) key = "z";
  if (element.charset == bytes) key = "b";
  for (const auto& [name, type] : draft_.types) {
    if (name == key) return type;
  }
  return nothing;
}

Prefix Compiler::prefix(const PrefixDraft& draft, std::uint8_t size_default, const Row& row) {
  const Row& place = draft.row.file != nullptr ? draft.row : row;
  Prefix made;
  made.encoding =
      encodings[option(place, "encoding", draft.encoding.value_or("text"), {"text", "bcd", "binary", "hex"})];
  const std::int64_t most = made.encoding == Encoding::binary ? 4 : made.encoding == Encoding::hex ? 8 : 6;
  const std::int64_t size = draft.size.value_or(size_default);
  if (size < 1 || size > most) {
    error(place, "CRD-0101"_code, fmt::format("`size` should be between 1 and {}", most));
  }
  made.size = static_cast<std::uint8_t>(std::clamp<std::int64_t>(size, 1, most));
  made.counts = std::array{Counts::units, Counts::units, Counts::units, Counts::bytes, Counts::hex_digits}[option(
      place, "counts", draft.counts.value_or("units"), {"units", "characters", "digits", "bytes", "hex_digits"})];
  made.left = option(place, "align", draft.align.value_or("right"), {"right", "left"}) == 1;
  made.little_endian = option(place, "order", draft.order.value_or("big"), {"big", "little"}) == 1;
  made.bytes = prefix_bytes(made);
  return made;
}

void Compiler::element_prefix(const ElementDraft& draft, Element& element, const TypeDraft& type, unsigned dots) {
  if (dots == 0) {
    if (draft.prefix.encoding || draft.prefix.size) {
      error(draft.row, "CRD-0101"_code, "an element of fixed length has no length prefix",
            "write its type with dots, \"ans..25\"");
    }
    return;
  }
  // What the row says, else what is said of its type, else of all.
  PrefixDraft merged = draft.prefix;
  for (const PrefixDraft* from : {&type.prefix, &draft_.prefix}) {
    const bool same_encoding = !merged.encoding || !from->encoding || *merged.encoding == *from->encoding;
    if (!merged.encoding) merged.encoding = from->encoding;
    if (!merged.size && same_encoding) merged.size = from->size;
    if (!merged.counts) merged.counts = from->counts;
    if (!merged.align) merged.align = from->align;
    if (!merged.order) merged.order = from->order;
    if (merged.row.file == nullptr) merged.row = from->row;
  }
  const std::string_view encoding = merged.encoding ? std::string_view(*merged.encoding) : "text";
  const bool one_byte = element.length < 256 && dots < 3;
  element.prefix = prefix(merged,
                          encoding == "binary" ? (one_byte ? 1 : 2)
                          : encoding == "hex"  ? (one_byte ? 2 : 4)
                                               : static_cast<std::uint8_t>(dots),
                          draft.row);
  if (element.prefix.counts == Counts::hex_digits && element.encoding != Encoding::hex) {
    error(draft.row, "CRD-0101"_code, "hexadecimal digits are counted only where the value is written in them");
  }
}

/// Which characters can be written how.
void Compiler::check_encoding(const ElementDraft& draft, const Element& element) {
  const bool is_bytes = element.charset == bytes || element.content != none;
  const bool packable = (element.charset & ~(digit | track | signed_n)) == 0;
  const bool fits = (element.encoding == Encoding::text && element.charset != bytes) ||
                    (element.encoding == Encoding::bcd && packable) ||
                    ((element.encoding == Encoding::binary || element.encoding == Encoding::hex) && is_bytes);
  if (!fits) {
    error(draft.row, "CRD-0101"_code, fmt::format("a value of type {} can't be written like this", *draft.type),
          "text: all but b; bcd: n, z and x+n; binary and hex: b");
  }
}

void Compiler::value_options(const ElementDraft& draft, Element& element, const TypeDraft& type, Where where) {
  const std::string encoding =
      draft.encoding.value_or(type.encoding.value_or(element.charset == bytes ? "binary" : "text"));
  element.encoding = encodings[option(draft.row, "encoding", encoding, {"text", "bcd", "binary", "hex"})];
  // How values of the type are filled up goes with how they are written.
  static const TypeDraft otherwise;
  const TypeDraft& filling = draft.encoding && draft.encoding != type.encoding ? otherwise : type;
  if (draft.code_page) element.page = page(*draft.code_page, draft.row);
  const bool digits = (element.charset & ~(digit | track | signed_n)) == 0;
  const std::string align = draft.align.value_or(filling.align.value_or(digits ? "right" : "left"));
  element.left = option(draft.row, "align", align, {"right", "left"}) == 1;

  element.utf8 = element.page != nullptr && element.encoding == Encoding::text && element.page->name() == "utf-8";
  element.ascii_page = element.page != nullptr && element.encoding == Encoding::text && element.page->keeps_ascii();
  const bool padded = where != Where::tagged && element.length_min != 0 && !digits && element.charset != bytes;
  const bool packed = element.encoding == Encoding::bcd;
  const std::string pad = draft.pad.value_or(filling.pad.value_or(packed ? "0" : padded ? " " : ""));
  if (packed ? pad != "0" && pad != "F" : pad.size() > 1 || (!pad.empty() && element.length_min == 0)) {
    error(draft.row, "CRD-0101"_code,
          "`pad` should be one character, of a text of fixed length; \"0\" or \"F\" of bcd");
  }
  if (packed) element.pad_nibble = pad == "F" ? 'F' : '0';
  if (!packed && padded && !pad.empty()) element.pad = pad[0];

  element.integer = option(draft.row, "value", draft.value.value_or(element.charset == signed_n ? "integer" : "digits"),
                           {"digits", "integer"}) == 1;
  if (element.integer && (element.charset != digit && element.charset != signed_n)) {
    error(draft.row, "CRD-0101"_code, "only digits can be an integer");
  }
  if (element.integer && (element.length_min == 0 || element.length > 18)) {
    error(draft.row, "CRD-0101"_code, "an integer has a fixed length of at most 18 digits",
          "leading zeros of another one could not be written back");
  }
  element.pattern = draft.pattern.value_or("");
  if (!element.pattern.empty() && (element.charset != digit || element.length_min != element.pattern.size() ||
                                   element.integer || !is_pair_pattern(element.pattern))) {
    error(draft.row, "CRD-0101"_code, "`pattern` should be pairs of YY, MM, DD, hh, mm, ss, as long as the element");
    element.pattern.clear();
  }
  element.constant = draft.is.has_value();
  element.is = draft.is.value_or("");
  element.optional = draft.optional.value_or(false);
}

Element Compiler::element(const ElementDraft& draft, Where where) {
  Element made;
  made.tag = draft.tag;
  made.page = page_;
  made.rule = rule(draft.row);
  made.type = draft.type.value_or("");
  if (draft.row.file == draft_.root.file) made.line_number = draft.row.at->line_number;
  constexpr Sensitivity sensitivities[] = {Sensitivity::open, Sensitivity::personal, Sensitivity::account};
  made.sensitivity = sensitivities[option(draft.row, "sensitivity", draft.sensitivity.value_or("open"),
                                          {"open", "personal", "account"})];
  if (++element_count_ > elements_max) {
    error(draft.row, "CRD-0101"_code, fmt::format("a specification has at most {} elements", elements_max));
    return made;
  }
  made.name = draft.name.value_or("");
  if (made.name.empty() || made.name.find_first_of(".[]/ *") != std::string::npos) {
    error(draft.row, "CRD-0104"_code, fmt::format("element {} needs a name", draft.tag),
          "small letters, digits and underscores");
  }
  if (!draft.type) {
    error(draft.row, "CRD-0100"_code, fmt::format("element {} needs a `type`", draft.tag));
    return made;
  }
  unsigned dots = 0;
  notation(draft, made, dots);
  const TypeDraft& type = type_of(made);
  value_options(draft, made, type, where);
  if (where == Where::tagged) {
    if (draft.prefix.row.file != nullptr) {
      error(draft.prefix.row, "CRD-0101"_code, "the length after a tag has one form for all: `tag_length`");
    }
  } else {
    element_prefix(draft, made, type, dots);
  }
  if (where == Where::header && made.length_min == 0) {
    error(draft.row, "CRD-0101"_code, "a part of the header has a fixed length");
  }
  return made;
}

}  // namespace tilmash::formats::iso8583
