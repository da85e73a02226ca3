// Compiles a specification: bitmap, frame, data elements with what stands within them, message rules, and the shape.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "adapters/formats/iso8583/compiler.h"

namespace tilmash::formats::iso8583 {
namespace {

constexpr std::string_view mti_name = "mti";
constexpr std::string_view bitmap_count_name = "bitmap_count";
constexpr std::string_view unknown_name = "unknown";
constexpr std::string_view order_name = "order";

/// 1 … `most`; 0 when the text is no such number.
std::uint32_t number_of(std::string_view text, std::uint32_t most) {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size() && number <= most && text[0] != '0' ? number : 0;
}

bool is_ber_tag(std::string_view tag) {
  const auto upper_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  return tag.size() >= 2 && tag.size() <= 8 && tag.size() % 2 == 0 && std::all_of(tag.begin(), tag.end(), upper_hex);
}

}  // namespace

bool Compiler::take_name(const Row& row, const std::string& name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) != names.end()) {
    error(row, "CRD-0104"_code, fmt::format("the name \"{}\" is used twice", name));
    return false;
  }
  names.push_back(name);
  return true;
}

void Compiler::bitmap(const BitmapDraft& draft, Bitmap& bitmap) {
  const Row& row = draft.row.file != nullptr ? draft.row : draft_.root;
  bitmap.encoding = option(row, "encoding", draft.encoding.value_or("hex"), {"hex", "binary"}) == 0 ? Encoding::hex
                                                                                                    : Encoding::binary;
  bitmap.lower_case = option(row, "letters", draft.letters.value_or("upper"), {"upper", "lower"}) == 1;
  bitmap.page = draft.code_page ? page(*draft.code_page, row) : page_;
  const std::int64_t size = draft.size.value_or(8);
  if (size < 1 || size > 8) error(row, "CRD-0101"_code, "a bitmap has 1 to 8 bytes");
  bitmap.bytes = static_cast<std::uint8_t>(std::clamp<std::int64_t>(size, 1, 8));
}

void Compiler::frame() {
  const FrameDraft& draft = draft_.frame;
  Frame& frame = spec_.frame;
  const Row& row = draft.row.file != nullptr ? draft.row : draft_.root;
  frame.rule = rule(row);
  frame.page = draft.code_page ? page(*draft.code_page, row) : page_;
  if (draft.length.row.file != nullptr) frame.prefix = prefix(draft.length, 2, row);
  const std::size_t counts = option(row, "counts", draft.counts.value_or("header"), {"header", "message", "all"});
  frame.counts_header = counts != 1;
  frame.counts_itself = counts == 2;
  frame.end = draft.end.value_or("");
  if (!frame.end.empty() && (frame.prefix.encoding != Encoding::absent || (frame.end != "\n" && frame.end != "\r\n"))) {
    error(row, "CRD-0101"_code, "`end` is a line end, of a frame without a length");
  }
  const std::int64_t most = draft.max.value_or(frame.bytes_max);
  if (most < 1 || most > frame_bytes_max) {
    error(row, "CRD-0101"_code, fmt::format("`max` should be between 1 and {}", frame_bytes_max));
  }
  frame.bytes_max = static_cast<std::uint32_t>(std::clamp<std::int64_t>(most, 1, frame_bytes_max));
  for (const ElementDraft& part : draft.header) {
    Element made = element(part, Where::header);
    check_encoding(part, made);
    frame.header_bytes += fixed_bytes(made);
    frame.header.push_back(std::move(made));
  }
}

void Compiler::content(const ElementDraft& draft, Element& element) {
  if (!draft.content) {
    if (!draft.elements.empty()) error(draft.row, "CRD-0101"_code, "`elements` without `content`");
    return;
  }
  Content made;
  constexpr Inner inners[] = {Inner::positional, Inner::tlv, Inner::ber, Inner::bitmapped};
  made.inner = inners[option(draft.row, "content", *draft.content, {"positional", "tlv", "ber", "bitmapped"})];
  made.page = element.page;
  const bool tagged = made.inner == Inner::tlv || made.inner == Inner::ber;
  const std::int64_t repeat = draft.repeat.value_or(1);
  if (repeat < 1 || repeat > 999 || (repeat > 1 && made.inner != Inner::positional)) {
    error(draft.row, "CRD-0101"_code, "`repeat` should be between 1 and 999, of positional content");
  }
  made.repeat = static_cast<std::uint32_t>(std::clamp<std::int64_t>(repeat, 1, 999));
  if (made.inner == Inner::tlv) {
    made.tag = prefix(draft.item_tag, 2, draft.row);
    made.length = prefix(draft.item_prefix, 2, draft.row);
  }
  if (made.inner == Inner::bitmapped) bitmap(draft.bitmap, made.bitmap);
  const std::uint32_t most = made.inner == Inner::bitmapped ? made.bitmap.bytes * 8u : 9999u;
  const CodePage* outer_page = page_;
  page_ = element.page;
  std::vector<std::string> names = {std::string(unknown_name), std::string(order_name)};
  for (const ElementDraft& each : draft.elements) {
    if (each.dropped) continue;
    Element part = this->element(each, tagged                           ? Where::tagged
                                       : made.inner == Inner::bitmapped ? Where::bitmapped
                                                                        : Where::positional);
    take_name(each.row, part.name, names);
    if (!tagged) part.number = number_of(each.tag, most);
    if (made.inner == Inner::ber ? !is_ber_tag(each.tag) : !tagged && part.number == 0) {
      error(each.row, "CRD-0105"_code, fmt::format("\"{}\" can't be the key of an element here", each.tag),
            "a number; of ber, the hexadecimal digits of the tag in capitals");
    }
    content(each, part);
    check_encoding(each, part);
    made.elements.push_back(std::move(part));
  }
  page_ = outer_page;
  if (made.elements.empty() && !tagged) error(draft.row, "CRD-0101"_code, "there are no `elements`");
  std::stable_sort(made.elements.begin(), made.elements.end(),
                   [](const Element& a, const Element& b) { return a.number < b.number; });
  for (std::uint32_t i = 0; tagged && i < made.elements.size(); ++i) made.by_tag.emplace_back(made.elements[i].tag, i);
  std::sort(made.by_tag.begin(), made.by_tag.end());
  element.content = static_cast<std::uint32_t>(spec_.contents.size());
  element.pattern.clear();
  spec_.contents.push_back(std::move(made));
}

void Compiler::fields() {
  std::vector<std::string> names = {std::string(mti_name), std::string(bitmap_count_name)};
  for (const Element& part : spec_.frame.header) take_name(draft_.frame.row, part.name, names);
  keep_unknown_ =
      option(draft_.root, "unknown_fields", draft_.unknown_fields.value_or("reject"), {"reject", "keep"}) == 1;
  if (keep_unknown_) names.emplace_back(unknown_name);
  spec_.by_number.fill(none);
  for (const ElementDraft& draft : draft_.fields) {
    if (draft.dropped) continue;
    Element made = element(draft, Where::message);
    made.number = number_of(draft.tag, number_max);
    const bool is_bitmap = (made.number == 1 && spec_.bitmaps > 1) || (made.number == 65 && spec_.bitmaps > 2);
    if (made.number == 0 || is_bitmap || made.number > 64 * spec_.bitmaps) {
      error(draft.row, "CRD-0105"_code, fmt::format("{} can't be a data element", draft.tag),
            "2 to 192, as far as `bitmap.count` goes; those that announce a bitmap aside");
      continue;
    }
    take_name(draft.row, made.name, names);
    content(draft, made);
    check_encoding(draft, made);
    spec_.elements.push_back(std::move(made));
  }
  std::sort(spec_.elements.begin(), spec_.elements.end(),
            [](const Element& a, const Element& b) { return a.number < b.number; });
  for (std::uint32_t i = 0; i < spec_.elements.size(); ++i) spec_.by_number[spec_.elements[i].number] = i;
}

void Compiler::rules() {
  for (const RuleDraft& draft : draft_.rules) {
    MessageRule made;
    made.types = draft.types;
    made.rule = rule(draft.row);
    for (const std::string& type : made.types) {
      if (type.size() != 4 || type.find_first_not_of("0123456789x") != std::string::npos) {
        error(draft.row, "CRD-0106"_code, fmt::format("\"{}\" is no message type", type), "\"0200\", \"x4xx\"");
      }
    }
    const auto take = [&](const std::vector<std::int64_t>& from, std::vector<std::uint32_t>& to) {
      for (const std::int64_t number : from) {
        if (number < 1 || number > number_max || spec_.by_number[static_cast<std::size_t>(number)] == none) {
          error(draft.row, "CRD-0106"_code, fmt::format("there is no data element {}", number));
        } else {
          to.push_back(static_cast<std::uint32_t>(number));
        }
      }
    };
    take(draft.required, made.required);
    take(draft.optional, made.allowed);
    spec_.rules.push_back(std::move(made));
  }
}

void Compiler::service_leaf(std::uint32_t node, std::string_view name) {
  Node& leaf = layout_.mutable_shape().nodes[node];
  leaf.name = name;
  leaf.min_occurs = 0;
  leaf.structural = true;
}

/// A group of what the specification does not know: what it is called, and its bytes. Returns the node of the former.
std::uint32_t Compiler::unknown_group(std::uint32_t node, std::string_view key) {
  Shape& shape = layout_.mutable_shape();
  service_leaf(node, unknown_name);
  shape.nodes[node].kind = NodeKind::group;
  shape.nodes[node].structural = false;
  const std::uint32_t first = shape.add_children(node, 2);
  shape.nodes[first].name = key;
  shape.nodes[first + 1].name = "value";
  shape.nodes[first + 1].type = LeafType::binary;
  shape.nodes[first + 1].sensitivity = Sensitivity::account;  // nobody knows what it is
  return first;
}

void Compiler::fill_node(std::uint32_t node, Element& element) {
  Shape& shape = layout_.mutable_shape();
  element.node = node;
  shape.nodes[node].name = shape.intern(element.name);
  shape.nodes[node].min_occurs = 0;
  shape.nodes[node].line_number = element.line_number;
  shape.nodes[node].sensitivity = element.sensitivity;
  shape.nodes[node].structural = element.constant;
  if (element.content != none) {
    shape.nodes[node].kind = NodeKind::group;
    shape.nodes[node].max_occurs = spec_.contents[element.content].repeat;
    fill_content(node, spec_.contents[element.content]);
    return;
  }
  Facets facets;
  facets.type_name = element.type;
  const bool is_bytes = element.charset == bytes;
  shape.nodes[node].type = element.integer ? LeafType::integer : is_bytes ? LeafType::binary : LeafType::text;
  if (element.integer) {
    facets.digits_total = static_cast<std::uint8_t>(element.length);
    facets.non_negative = element.charset != signed_n;
  } else {
    facets.length_max = element.length * (is_bytes ? 2 : 1);
    facets.length_min = element.pad == '\0' ? element.length_min * (is_bytes ? 2 : 1) : 0;
  }
  shape.nodes[node].facets = static_cast<std::uint32_t>(shape.facets.size());
  shape.facets.push_back(std::move(facets));
}

void Compiler::fill_content(std::uint32_t parent, Content& content) {
  Shape& shape = layout_.mutable_shape();
  const bool tagged = content.inner == Inner::tlv || content.inner == Inner::ber;
  const auto count = static_cast<std::uint32_t>(content.elements.size());
  const std::uint32_t first = shape.add_children(parent, count + (tagged ? 2 : 0));
  for (std::uint32_t i = 0; i < count; ++i) fill_node(first + i, content.elements[i]);
  if (!tagged) return;
  content.unknown_node = first + count;
  content.order_node = first + count + 1;
  service_leaf(content.order_node, order_name);
  content.unknown_tag = unknown_group(content.unknown_node, "tag");
  content.unknown_value = content.unknown_tag + 1;
  shape.nodes[content.unknown_node].max_occurs = unbounded;
}

void Compiler::build_shape() {
  Shape& shape = layout_.mutable_shape();
  shape.id = draft_.name;
  shape.file = draft_.root.file->name;
  shape.nodes.resize(1);
  shape.nodes[0].kind = NodeKind::group;
  shape.nodes[0].name = shape.intern(draft_.name);
  spec_.item_node = shape.add_children(0, 1);
  Node& item = shape.nodes[spec_.item_node];
  item.kind = NodeKind::group;
  item.name = "message";
  item.min_occurs = 0;
  item.max_occurs = unbounded;
  item.item = true;
  const auto header = static_cast<std::uint32_t>(spec_.frame.header.size());
  const auto count = static_cast<std::uint32_t>(spec_.elements.size());
  const std::uint32_t more = keep_unknown_ ? 1 : 0;
  spec_.first_node = shape.add_children(spec_.item_node, header + 2 + count + more);
  spec_.element_of.assign(header + 2 + count, none);
  for (std::uint32_t i = 0; i < header; ++i) fill_node(spec_.first_node + i, spec_.frame.header[i]);
  fill_node(spec_.first_node + header, spec_.mti);
  shape.nodes[spec_.mti.node].min_occurs = 1;
  shape.facets.back().length_min = shape.facets.back().length_max = 4;  // with the version, if the bytes lack it
  spec_.bitmap_count_node = spec_.first_node + header + 1;
  service_leaf(spec_.bitmap_count_node, bitmap_count_name);
  for (std::uint32_t i = 0; i < count; ++i) {
    fill_node(spec_.first_node + header + 2 + i, spec_.elements[i]);
    spec_.element_of[header + 2 + i] = i;
  }
  if (!keep_unknown_) return;
  spec_.unknown_node = spec_.first_node + header + 2 + count;
  unknown_group(spec_.unknown_node, "fields");
}

void Compiler::run() {
  page_ = page(draft_.code_page.value_or("ascii"), draft_.root);
  bitmap(draft_.bitmap, spec_.bitmap);
  const Row& row = draft_.bitmap.row.file != nullptr ? draft_.bitmap.row : draft_.root;
  const std::int64_t count = draft_.bitmap.count.value_or(2);
  const std::int64_t always = draft_.bitmap.always.value_or(1);
  if (count < 1 || count > 3 || always < 1 || always > count || spec_.bitmap.bytes != 8) {
    error(row, "CRD-0101"_code, "a message has 1 to 3 bitmaps of 8 bytes, and `always` at most as many");
  }
  spec_.bitmaps = static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 1, 3));
  spec_.bitmaps_min = static_cast<std::uint32_t>(std::clamp<std::int64_t>(always, 1, 3));
  spec_.announced = draft_.bitmap.announced.value_or(true);
  if (!spec_.announced && always != count) {
    error(row, "CRD-0101"_code, "bitmaps that are not announced are always there: `always` should equal `count`");
  }
  if (spec_.bitmaps == 3) {
    constexpr Tertiary ways[] = {Tertiary::leading, Tertiary::field_65};
    spec_.tertiary = ways[option(row, "tertiary", draft_.bitmap.tertiary.value_or("leading"), {"leading", "field_65"})];
  }
  ElementDraft mti = draft_.mti;
  mti.tag = mti_name;
  mti.name = mti_name;
  if (!mti.type) mti.type = "n4";
  if (mti.row.file == nullptr) mti.row = draft_.root;
  spec_.mti = element(mti, Where::message);
  check_encoding(mti, spec_.mti);
  spec_.version = draft_.version.value_or("0");
  const bool known_type = spec_.mti.charset == digit && (spec_.mti.type == "n4" || spec_.mti.type == "n3");
  if (!known_type || spec_.version.size() != 1 || spec_.version[0] < '0' || spec_.version[0] > '9') {
    error(mti.row, "CRD-0101"_code, "`mti.type` should be n4 or n3, `version` a digit");
  }
  frame();
  fields();
  rules();
}

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  const std::uint64_t errors_before = findings.error_count();
  SpecDraft draft;
  read_draft(file, data, draft, findings);
  if (findings.error_count() != errors_before) return nullptr;
  auto layout = std::make_unique<Iso8583Layout>();
  Compiler compiler(data, findings, draft, *layout);
  compiler.run();
  if (findings.error_count() != errors_before) return nullptr;
  compiler.build_shape();
  return layout;
}

}  // namespace tilmash::formats::iso8583

namespace tilmash::formats {
extern const Format iso8583_format;
const Format iso8583_format = {"iso8583", iso8583::load};
}  // namespace tilmash::formats
