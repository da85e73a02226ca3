// Payment QR codes as a record format: a file of their texts, one a line, by a dictionary of src/qr. A code is an item;
// its tags are fields by the names that the dictionary gives them, so that a mapping reads a code like any record.
//
// SHAPE  code[]: the columns that stand before the code in its line, if the layout has any; `text` the code as it
//        stands, `base` what stands before the payload of a link (of GOST R 56042 the header and the separator);
//        `issuer` who made it, by the registry of issuers, and whether that is the bank of the layout; each field of
//        the dictionary a leaf, or a group when it is a template. A range of ids (26 to 51) is a repeated group with
//        the `id` of each; its text, where it is no template, is `value`; of a template it is `content`, undivided.
//        `other[]` keeps what the dictionary does not have.
//
// A code with an error is a reject. What is merely tolerated is read, but never written: such a code does not go back.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/message_layout.h"
#include "base/decimal.h"
#include "base/text.h"
#include "qr/reader.h"
#include "qr/writer.h"

namespace tilmash::formats::qr_text {
namespace {

constexpr std::uint8_t digits_max = 18;        ///< of a Decimal
constexpr std::uint32_t path_length_max = 35;  ///< of an unknown tag: some templates deep, or a key
constexpr std::uint32_t columns_max = 50;

/// What a node of the shape stands for.
struct Slot {
  const qr::Field* field = nullptr;
  enum class Role : std::uint8_t { none, field, id, value, content, text, base, other, path } role = Role::none;
};

/// A text that stands before the code in its line, with a separator behind it.
struct Column {
  std::string name;
  std::uint32_t length_max = 0;  ///< characters
  bool required = false;
};

/// What the layout says besides its scheme.
struct Settings {
  std::vector<Column> columns;
  std::string separator;
  std::string bank;      ///< BIC; its own codes are on us
  std::string base;      ///< of links that are written; empty = the dictionary's
  bool payload = false;  ///< codes that are made are no links
};

/// Where a code lies in the input.
struct CodePlace {
  std::uint64_t offset = 0;
  std::size_t length = 0;
  bool plain = false;  ///< its payload stands in the input as it is

  std::uint64_t of_value(const qr::Tag& tag) const {
    return plain ? offset + tag.offset + tag.size - tag.value.size() : offset;
  }
};

bool is_range(const qr::Field& field) {
  return field.first_id != field.last_id;
}

/// An amount counted in units of 10^-scale: 1250.5 with a scale of 2 is 125050. What is no such amount comes back with
/// its point, sign or letters, which the dictionary's rules refuse.
std::string in_units(std::string_view amount, std::size_t scale) {
  const std::size_t point = std::min(amount.find('.'), amount.size());
  const std::string_view fraction = amount.substr(std::min(point + 1, amount.size()));
  if (fraction.size() > scale) return std::string(amount);
  std::string units(amount.substr(0, point));
  units.append(fraction).append(scale - fraction.size(), '0');
  return units.erase(0, std::min(units.find_first_not_of('0'), units.size() - 1));
}

/// Two digits, a point, two digits (EMVCo MPM 1.1, 4.7.8): 0.65 is 00.65. What is no such percentage stays.
std::string as_percentage(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (point > 2 || fraction.size() > 2) return std::string(text);
  return fmt::format("{:0>2}.{:0<2}", text.substr(0, point), fraction);
}

class QrLayout final : public records::MessageLayout {
 public:
  QrLayout(const ConfigFile& file, std::string name, Settings settings, const qr::Dictionary& dictionary,
           std::unique_ptr<const qr::Dictionaries> dictionaries)
      : settings_(std::move(settings)), dictionaries_(std::move(dictionaries)), dictionary_(dictionary) {
    shape_.id = std::move(name);
    shape_.file = file.name;
    shape_.empty_is_absent = true;
    shape_.nodes.emplace_back();
    shape_.nodes[0].kind = NodeKind::group;
    slots_.resize(1);
    item_ = add_children(0, 1);
    Node& item = shape_.nodes[item_];
    item.name = shape_.intern("code");
    item.kind = NodeKind::group;
    item.item = true;
    item.min_occurs = 0;
    item.max_occurs = unbounded;
    add_item_fields();
  }

  bool cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const override;
  std::optional<Diagnostic> decode(const records::MessageFrame& frame, Instance& instance) const override;
  void review(const records::MessageFrame& frame, const Instance& instance, records::Review& review) const override;
  std::optional<Diagnostic> encode(const Instance& instance, std::uint32_t cell, std::uint64_t index,
                                   std::string& out) const override;
  bool has_lines() const override { return true; }
  std::string describe() const override;

 private:
  using Values = std::vector<std::pair<std::string, std::string>>;

  std::uint32_t add_children(std::uint32_t parent, std::size_t count) {
    const std::uint32_t first = shape_.add_children(parent, static_cast<std::uint32_t>(count));
    slots_.resize(shape_.nodes.size());
    return first;
  }
  std::uint32_t make_group(std::uint32_t node, std::string_view name, std::uint32_t max_occurs, std::size_t children);
  void set_leaf(std::uint32_t node, std::string_view name, Slot slot, bool required, bool structural);
  void add_item_fields();
  void add_fields(std::uint32_t first, const std::vector<qr::Field>& fields, bool divided = true);
  std::optional<Diagnostic> add_columns(const records::MessageFrame& frame, Instance& instance,
                                        std::size_t& code) const;
  void add_head(Instance& instance, const qr::Reading& reading, std::string_view code, const CodePlace& place) const;
  void add_tags(Instance& instance, std::uint32_t parent, const std::vector<qr::Tag>& tags,
                const CodePlace& place) const;
  void add_leaf(Instance& instance, std::uint32_t node, const qr::Tag& tag, const CodePlace& place) const;
  void add_unknown(Instance& instance, const std::vector<qr::Tag>& tags) const;
  const Cell* only_content(const Instance& instance, std::uint32_t cell) const;
  void divide(std::string_view content, const std::string& path, Values& values) const;
  void collect(const Instance& instance, std::uint32_t group, const std::string& parent, Values& values) const;
  std::optional<Diagnostic> put_columns(const Instance& instance, std::uint32_t cell, std::string& out) const;
  void describe_level(std::uint32_t group, unsigned indent, std::string& out) const;

  Settings settings_;
  std::unique_ptr<const qr::Dictionaries> dictionaries_;
  const qr::Dictionary& dictionary_;
  std::vector<Slot> slots_;  ///< by node
  std::uint32_t item_ = 0;
  std::uint32_t first_column_ = 0;
  std::uint32_t text_ = 0;
  std::uint32_t base_ = 0;
  std::uint32_t issuer_ = 0;
  std::uint32_t other_ = 0;
  std::uint32_t first_field_ = 0;
};

void QrLayout::set_leaf(std::uint32_t node, std::string_view name, Slot slot, bool required, bool structural) {
  Node& leaf = shape_.nodes[node];
  leaf.name = shape_.intern(name);
  leaf.min_occurs = required ? 1 : 0;
  leaf.structural = structural;
  slots_[node] = slot;
  Facets facets;
  const qr::Field* const field = slot.field;
  if (slot.role == Slot::Role::text) facets.length_max = qr::text_bytes_max;
  if (slot.role == Slot::Role::base) facets.length_max = qr::text_bytes_max;
  if (slot.role == Slot::Role::id) facets.length_max = 2;
  if (slot.role == Slot::Role::content) facets.length_max = 99;
  if (slot.role == Slot::Role::path) facets.length_max = path_length_max;
  if (slot.role == Slot::Role::field || slot.role == Slot::Role::value) {
    facets.length_max = std::max(field->length_max, field->tolerated_length_max);
    const bool amount =
        field->format == qr::Format::amount || field->format == qr::Format::percent || field->scale != 0;
    // A longer one stays a text, as it stands: a Decimal holds no more digits.
    const bool fits = facets.length_max <= digits_max;
    if (fits && (amount || field->format == qr::Format::integer)) {
      leaf.type = amount ? LeafType::decimal : LeafType::integer;
      facets.digits_total = digits_max;
      facets.digits_fraction = static_cast<std::uint8_t>(field->scale != 0 ? field->scale : amount ? 12 : 0);
      facets.length_max = unbounded;
      facets.non_negative = true;
    }
    const auto known = [](const auto& code) { return code.first; };
    if (leaf.type == LeafType::text && !field->codes.empty()) {
      leaf.type = LeafType::code;
      std::transform(field->codes.begin(), field->codes.end(), std::back_inserter(facets.codes), known);
    }
    leaf.line_number = field->line_number;
  }
  leaf.facets = static_cast<std::uint32_t>(shape_.facets.size());
  shape_.facets.push_back(std::move(facets));
}

void QrLayout::add_item_fields() {
  constexpr std::uint32_t own = 4;  // text, base, issuer, other
  const auto columns = static_cast<std::uint32_t>(settings_.columns.size());
  first_column_ = add_children(item_, columns + own + dictionary_.fields.size());
  for (std::uint32_t i = 0; i < columns; ++i) {
    const Column& column = settings_.columns[i];
    set_leaf(first_column_ + i, column.name, {}, column.required, false);
    shape_.facets.back().length_max = column.length_max;
  }
  text_ = first_column_ + columns;
  base_ = text_ + 1;
  issuer_ = text_ + 2;
  set_leaf(text_, "text", {nullptr, Slot::Role::text}, true, true);
  set_leaf(base_, "base", {nullptr, Slot::Role::base}, false, true);
  const std::uint32_t issuer = make_group(issuer_, "issuer", 1, 3);
  set_leaf(issuer, "name", {}, true, true);
  set_leaf(issuer + 1, "bic", {}, false, true);
  set_leaf(issuer + 2, "on_us", {}, false, true);
  shape_.nodes[issuer + 2].type = LeafType::boolean;
  first_field_ = issuer_ + 1;
  add_fields(first_field_, dictionary_.fields);
  other_ = first_field_ + static_cast<std::uint32_t>(dictionary_.fields.size());
  const std::uint32_t leaves = make_group(other_, "other", unbounded, 2);
  slots_[other_].role = Slot::Role::other;
  set_leaf(leaves, "path", {nullptr, Slot::Role::path}, true, false);
  set_leaf(leaves + 1, "value", {}, false, false);
  shape_.facets.back().length_max = dictionary_.kind == qr::Kind::tlv ? 99 : qr::text_bytes_max;
}

/// An optional group with so many children; gives the first.
std::uint32_t QrLayout::make_group(std::uint32_t node, std::string_view name, std::uint32_t max_occurs,
                                   std::size_t children) {
  Node& group = shape_.nodes[node];
  group.name = shape_.intern(name);
  group.kind = NodeKind::group;
  group.min_occurs = 0;
  group.max_occurs = max_occurs;
  return add_children(node, children);
}

/// `divided`: false of a template that may be given undivided, whose fields are then not there.
void QrLayout::add_fields(std::uint32_t first, const std::vector<qr::Field>& fields, bool divided) {
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    const qr::Field& field = fields[i];
    const std::uint32_t node = first + i;
    const bool range = is_range(field);
    const bool checksum = field.first_id == dictionary_.checksum_id;
    if (!range && field.format != qr::Format::tags) {
      // What has one value only, and the checksum, say nothing of the payment.
      set_leaf(node, field.name, {&field, Slot::Role::field}, field.mandatory && divided,
               checksum || field.codes.size() == 1);
      continue;
    }
    const bool is_template = field.format == qr::Format::tags;
    const std::uint32_t head = range && is_template ? 2 : range ? 1 : 0;  // id, content
    const std::uint32_t children =
        make_group(node, field.name, range ? unbounded : 1, head + (is_template ? field.fields.size() : 1));
    shape_.nodes[node].line_number = field.line_number;
    slots_[node] = {&field, Slot::Role::field};
    if (range) set_leaf(children, "id", {&field, Slot::Role::id}, true, true);
    if (is_template) {
      if (range) set_leaf(children + 1, "content", {&field, Slot::Role::content}, false, true);
      add_fields(children + head, field.fields, !range);
    } else {
      set_leaf(children + head, "value", {&field, Slot::Role::value}, true, false);
    }
  }
}

bool QrLayout::cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const {
  for (std::uint64_t at = position; at < input.size();) {
    const std::uint64_t end = std::min<std::uint64_t>(input.find('\n', at), input.size());
    std::string_view line = input.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) {
      frame.bytes = line;
      frame.offset = at;
      frame.end = std::min<std::uint64_t>(end + 1, input.size());
      return true;
    }
    at = end + 1;
  }
  return false;
}

/// The texts before the code; `code` receives where that begins in the frame.
std::optional<Diagnostic> QrLayout::add_columns(const records::MessageFrame& frame, Instance& instance,
                                                std::size_t& code) const {
  for (std::uint32_t i = 0; i < settings_.columns.size(); ++i) {
    const Column& column = settings_.columns[i];
    const std::size_t begin = code;
    const std::size_t end = std::min(frame.bytes.find(settings_.separator, begin), frame.bytes.size());
    const std::string_view text = frame.bytes.substr(begin, end - begin);
    const auto fail = [&](Code code_of_error, std::string words) {
      Diagnostic why;
      why.code = code_of_error;
      why.path = shape_.path_of(first_column_ + i);
      why.place.offset_bytes = frame.offset + begin;
      why.place.length_bytes = text.size();
      why.text = std::move(words);
      return why;
    };
    if (end == frame.bytes.size()) {
      return fail("QRT-0101"_code, fmt::format("the line ends within \"{}\", before its code", column.name));
    }
    if (find_malformed_utf8(text) != text.size() || count_characters(text) > column.length_max) {
      return fail("QRT-0102"_code,
                  fmt::format("\"{}\" is no UTF-8 text of at most {} characters", column.name, column.length_max));
    }
    if (column.required && text.empty()) return fail("QRT-0102"_code, fmt::format("\"{}\" is blank", column.name));
    if (!text.empty()) {
      instance.leaf(first_column_ + i, text, frame.offset + begin, static_cast<std::uint32_t>(text.size()));
    }
    code = end + settings_.separator.size();
  }
  return std::nullopt;
}

std::optional<Diagnostic> QrLayout::decode(const records::MessageFrame& frame, Instance& instance) const {
  instance.begin(item_, frame.offset);
  std::size_t begin = 0;
  if (auto why = add_columns(frame, instance, begin)) return why;
  const std::string_view code = frame.bytes.substr(begin);
  const qr::Reading reading = qr::read(*dictionaries_, code, &dictionary_);
  // Places in a payload that was decoded are none of the file's: the code is.
  const CodePlace place{frame.offset + begin, code.size(), reading.payload && *reading.payload == code};
  for (const Diagnostic& finding : reading.findings.kept()) {
    if (finding.severity != Severity::error) continue;
    Diagnostic why = finding;
    const bool known = place.plain || !reading.payload;
    why.place.offset_bytes = place.offset + (known ? finding.place.offset_bytes : 0);
    if (!known) why.place.length_bytes = code.size();
    return why;
  }
  add_head(instance, reading, code, place);
  add_tags(instance, first_field_, reading.tags, place);
  add_unknown(instance, reading.tags);
  instance.end(frame.offset + frame.bytes.size());
  return std::nullopt;
}

/// What is known of a code besides its tags.
void QrLayout::add_head(Instance& instance, const qr::Reading& reading, std::string_view code,
                        const CodePlace& place) const {
  Arena& arena = instance.arena();
  const auto length = static_cast<std::uint32_t>(code.size());
  const bool keyed = dictionary_.kind == qr::Kind::key_value;
  instance.leaf(text_, keyed && !place.plain ? arena.copy(*reading.payload) : code, place.offset, length);
  std::string_view base = reading.base;
  for (const auto& [header, page] : dictionary_.headers) {
    if (reading.payload->starts_with(header)) base = std::string_view(*reading.payload).substr(0, header.size() + 1);
  }
  if (!base.empty()) instance.leaf(base_, arena.copy(base), place.offset, static_cast<std::uint32_t>(base.size()));
  if (reading.issuer == nullptr) return;
  instance.begin(issuer_, place.offset);
  const std::uint32_t leaves = shape_.nodes[issuer_].first_child;
  instance.leaf(leaves, reading.issuer->name);
  if (!reading.issuer->bic.empty()) instance.leaf(leaves + 1, reading.issuer->bic);
  if (!settings_.bank.empty()) {
    instance.leaf(leaves + 2, qr::is_on_us(reading, settings_.bank) ? "true" : "false");
  }
  instance.end();
}

void QrLayout::review(const records::MessageFrame& frame, const Instance& instance, records::Review& review) const {
  const std::uint32_t cell = instance.find(shape_.nodes[issuer_].first_child + 2);
  if (cell == no_cell || instance.cell(cell).text != "true") return;
  Diagnostic told;
  told.code = "QRT-0200"_code;
  told.severity = Severity::advice;
  told.place.offset_bytes = frame.offset;
  told.place.length_bytes = frame.bytes.size();
  told.text = fmt::format("the code was issued by {} itself: on us", settings_.bank);
  review.findings.add(std::move(told));
}

/// `first`: the node of the level's first field.
void QrLayout::add_tags(Instance& instance, std::uint32_t first, const std::vector<qr::Tag>& tags,
                        const CodePlace& place) const {
  const std::uint32_t parent = shape_.nodes[first].parent;
  const std::uint32_t end = shape_.nodes[parent].first_child + shape_.nodes[parent].child_count;
  for (std::uint32_t node = first; node < end; ++node) {
    const qr::Field* const field = slots_[node].field;
    if (field == nullptr) continue;
    for (const qr::Tag& tag : tags) {
      if (tag.field != field) continue;
      if (shape_.nodes[node].kind == NodeKind::leaf) {
        add_leaf(instance, node, tag, place);
        continue;
      }
      instance.begin(node);
      std::uint32_t child = shape_.nodes[node].first_child;
      if (is_range(*field)) instance.leaf(child++, instance.arena().copy(tag.id));
      if (field->format == qr::Format::tags) {
        if (is_range(*field)) {
          instance.leaf(child++, instance.arena().copy(tag.value), place.of_value(tag),
                        static_cast<std::uint32_t>(place.plain ? tag.value.size() : place.length));
        }
        add_tags(instance, child, tag.tags, place);
      } else {
        add_leaf(instance, child, tag, place);
      }
      instance.end();
    }
  }
}

void QrLayout::add_leaf(Instance& instance, std::uint32_t node, const qr::Tag& tag, const CodePlace& place) const {
  const qr::Field& field = *tag.field;
  // A value that stands for none is none.
  if (std::find(field.tolerated.begin(), field.tolerated.end(), tag.value) != field.tolerated.end()) return;
  const auto length = static_cast<std::uint32_t>(place.plain ? tag.value.size() : place.length);
  Arena& arena = instance.arena();
  const LeafType type = shape_.nodes[node].type;
  if (type != LeafType::decimal && type != LeafType::integer) {
    if (!tag.value.empty()) instance.leaf(node, arena.copy(tag.value), place.of_value(tag), length);
    return;
  }
  Decimal number = parse_decimal(tag.value).value_or(Decimal{});  // its form was checked, and its digits fit
  if (field.scale != 0) number.scale = static_cast<std::uint8_t>(field.scale);
  instance.leaf(node, arena.copy(to_text(number)), place.of_value(tag), length, number);
}

void QrLayout::add_unknown(Instance& instance, const std::vector<qr::Tag>& tags) const {
  for (const qr::Tag& tag : tags) {
    add_unknown(instance, tag.tags);
    if (tag.field != nullptr) continue;
    instance.begin(other_);
    const std::uint32_t leaves = shape_.nodes[other_].first_child;
    instance.leaf(leaves, instance.arena().copy(tag.path));
    if (!tag.value.empty()) instance.leaf(leaves + 1, instance.arena().copy(tag.value));
    instance.end();
  }
}

/// The undivided text of a template's group `cell` that has nothing else; nullptr when it has fields.
const Cell* QrLayout::only_content(const Instance& instance, std::uint32_t cell) const {
  const Cell* content = nullptr;
  for (std::uint32_t i = cell + 1; i < instance.subtree_end(cell); i = instance.subtree_end(i)) {
    const Slot& slot = slots_[instance.cell(i).node];
    if (slot.role == Slot::Role::content) content = &instance.cell(i);
    if (slot.role == Slot::Role::field) return nullptr;
  }
  return content;
}

/// The tags of a template's text. What can't be divided becomes a value of the template itself, which nothing takes.
void QrLayout::divide(std::string_view content, const std::string& path, Values& values) const {
  std::vector<qr::Element> elements;
  const bool divided = find_malformed_utf8(content) == content.size() &&
                       !qr::split(content, dictionary_.unit, 0, elements) && !elements.empty();
  if (!divided) values.emplace_back(path, content);
  for (const qr::Element& element : elements) {
    if (divided) values.emplace_back(path + '-' + std::string(element.id), element.value);
  }
}

void QrLayout::collect(const Instance& instance, std::uint32_t group, const std::string& parent, Values& values) const {
  for (std::uint32_t i = group + 1; i < instance.subtree_end(group); i = instance.subtree_end(i)) {
    const Cell& cell = instance.cell(i);
    const Slot& slot = slots_[cell.node];
    if (slot.role == Slot::Role::value) values.emplace_back(parent, cell.text);
    if (slot.role != Slot::Role::field) continue;
    const qr::Field& field = *slot.field;
    std::string id = field.first_id;
    if (is_range(field) && i + 1 < instance.subtree_end(i)) id = instance.cell(i + 1).text;
    const std::string path = parent.empty() ? id : parent + '-' + id;
    if (shape_.nodes[cell.node].kind != NodeKind::leaf) {
      if (const Cell* content = only_content(instance, i)) {
        divide(content->text, path, values);
      } else {
        collect(instance, i, path, values);
      }
    } else if (field.format == qr::Format::percent) {
      values.emplace_back(path, as_percentage(cell.text));
    } else if (field.scale != 0 && shape_.nodes[cell.node].type == LeafType::decimal) {
      values.emplace_back(path, in_units(cell.text, field.scale));
    } else if (path != dictionary_.checksum_id) {
      values.emplace_back(path, cell.text);
    }
  }
}

std::optional<Diagnostic> QrLayout::put_columns(const Instance& instance, std::uint32_t cell, std::string& out) const {
  for (std::uint32_t i = 0; i < settings_.columns.size(); ++i) {
    const std::uint32_t found = instance.find_within(cell, first_column_ + i);
    const std::string_view text = found == no_cell ? std::string_view() : instance.cell(found).text;
    if (text.find(settings_.separator) != std::string_view::npos ||
        text.find_first_of("\r\n") != std::string_view::npos) {
      Diagnostic why;
      why.code = "QRT-0103"_code;
      why.path = shape_.path_of(first_column_ + i);
      why.text = fmt::format("\"{}\" holds a separator or a line end", settings_.columns[i].name);
      return why;
    }
    out.append(text).append(settings_.separator);
  }
  return std::nullopt;
}

std::optional<Diagnostic> QrLayout::encode(const Instance& instance, std::uint32_t cell, std::uint64_t,
                                           std::string& out) const {
  if (auto why = put_columns(instance, cell, out)) return why;
  Values values;
  collect(instance, cell, {}, values);
  const std::uint32_t base = instance.find_within(cell, base_);
  // What was read without a link goes back so.
  const bool was_read = instance.find_within(cell, text_) != no_cell;
  qr::WriteOptions options;
  options.base = base != no_cell ? std::string(instance.cell(base).text) : was_read ? "" : settings_.base;
  options.payload = settings_.payload || (was_read && base == no_cell);
  for (std::uint32_t i = cell + 1; i < instance.subtree_end(cell); i = instance.subtree_end(i)) {
    if (instance.cell(i).node != other_) continue;
    auto& [path, value] = options.unknown.emplace_back();
    for (std::uint32_t leaf = i + 1; leaf < instance.subtree_end(i); ++leaf) {
      (slots_[instance.cell(leaf).node].role == Slot::Role::path ? path : value) = instance.cell(leaf).text;
    }
  }
  Findings findings;
  const auto text = qr::write(*dictionaries_, dictionary_, values, options, findings);
  if (!text) {
    const auto wrong = std::find_if(findings.kept().begin(), findings.kept().end(),
                                    [](const Diagnostic& each) { return each.severity != Severity::advice; });
    Diagnostic why = wrong != findings.kept().end() ? *wrong : Diagnostic{};
    why.severity = Severity::error;
    return why;
  }
  out += *text;
  out += '\n';
  return std::nullopt;
}

void QrLayout::describe_level(std::uint32_t group, unsigned indent, std::string& out) const {
  const Node& parent = shape_.nodes[group];
  for (std::uint32_t node = parent.first_child; node < parent.first_child + parent.child_count; ++node) {
    const qr::Field* const field = slots_[node].field;
    const Slot::Role role = slots_[node].role;
    const std::string id = field == nullptr || role != Slot::Role::field ? std::string()
                           : is_range(*field)                            ? field->first_id + "-" + field->last_id
                                                                         : field->first_id;
    fmt::format_to(std::back_inserter(out), "{:<{}}{:<8}{}{}\n", "", indent, id, shape_.nodes[node].name,
                   shape_.nodes[node].repeats() ? "[]" : "");
    if (shape_.nodes[node].kind == NodeKind::group) describe_level(node, indent + 2, out);
  }
}

std::string QrLayout::describe() const {
  std::string out = fmt::format("{}: {}, one code a line\n", shape_.id, dictionary_.name);
  describe_level(item_, 2, out);
  return out;
}

Settings read_settings(const ConfigFile& file, ConfigReader& root, Findings& findings) {
  Settings settings;
  settings.bank = root.string_or("bank", "");
  settings.base = root.string_or("base", "");
  settings.payload = root.boolean_or("payload", false);
  settings.separator = root.string_or("separator", "\t");
  const ConfigValue* const columns = root.value("columns");
  if (columns == nullptr) return settings;
  for (const ConfigValue& value : columns->items) {
    ConfigReader row(file, value, findings);
    const std::int64_t max = row.integer_or("max", 140);
    const bool required = row.boolean_or("required", false);
    Column column{row.string("name"), static_cast<std::uint32_t>(max), required};
    row.finish();
    const auto same = [&](const Column& each) { return each.name == column.name; };
    const bool twice = std::any_of(settings.columns.begin(), settings.columns.end(), same);
    const bool named = column.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
    if (twice || !named || max < 1 || max > 9999) {
      row.error("QRT-0002"_code, "a column has a name of its own, in capitals, and a `max` of 1 to 9999 characters");
    }
    settings.columns.push_back(std::move(column));
  }
  if (settings.separator.empty() || settings.columns.size() > columns_max) {
    root.error("QRT-0002"_code, fmt::format("there is a separator, and at most {} columns", columns_max));
  }
  return settings;
}

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  ConfigReader root(file, file.root, findings);
  std::string name = root.string("name");
  root.string("format");
  const std::string scheme = root.string("scheme");
  Settings settings = read_settings(file, root, findings);
  root.finish();
  auto dictionaries = std::make_unique<const qr::Dictionaries>(data, findings);
  const qr::Dictionary* dictionary = dictionaries->find(scheme);
  const auto is_record = [](const qr::Dictionary& each) {
    return each.kind == qr::Kind::tlv || each.kind == qr::Kind::key_value;
  };
  if (dictionary == nullptr || !is_record(*dictionary)) {
    std::string known;
    for (const auto& each : dictionaries->all()) {
      if (is_record(*each)) known += (known.empty() ? "" : ", ") + each->id;
    }
    root.error("QRT-0001"_code, fmt::format("\"{}\" is no scheme whose codes are records", scheme), "known: " + known,
               file.root.find("scheme"));
  }
  if (findings.has_errors()) return nullptr;
  return std::make_unique<QrLayout>(file, std::move(name), std::move(settings), *dictionary, std::move(dictionaries));
}

}  // namespace
}  // namespace tilmash::formats::qr_text

namespace tilmash::formats {

extern const Format qr_text_format;
const Format qr_text_format = {"qr", qr_text::load};

}  // namespace tilmash::formats
