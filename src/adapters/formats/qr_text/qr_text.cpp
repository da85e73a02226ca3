// Payment QR codes as a record format: a file of their texts, one a line, by a dictionary of src/qr. A code is an item;
// its tags are fields by the names that the dictionary gives them, so that a mapping reads a code like any record.
//
// SHAPE  code[]: `text` the code as it stands, `base` what stands before the payload of a link; each field of the
//        dictionary a leaf, or a group when it is a template. A range of ids (26 to 51) is a repeated group with the
//        `id` of each; its text, where it is no template, is `value`. `other[]` keeps what the dictionary does not
//        have.
//
// A code with an error is a reject. What is merely tolerated is read, but never written: such a code does not go back.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/message_layout.h"
#include "base/decimal.h"
#include "qr/reader.h"
#include "qr/writer.h"

namespace tilmash::formats::qr_text {
namespace {

constexpr std::uint8_t digits_max = 18;  ///< of a Decimal

/// What a node of the shape stands for.
struct Slot {
  const qr::Field* field = nullptr;
  enum class Role : std::uint8_t { none, field, id, value, text, base, other, path } role = Role::none;
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

class QrLayout final : public records::MessageLayout {
 public:
  QrLayout(const ConfigFile& file, std::string name, const qr::Dictionary& dictionary,
           std::unique_ptr<const qr::Dictionaries> dictionaries)
      : dictionaries_(std::move(dictionaries)), dictionary_(dictionary) {
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
  void set_leaf(std::uint32_t node, std::string_view name, Slot slot, bool required, bool structural);
  void add_item_fields();
  void add_fields(std::uint32_t first, const std::vector<qr::Field>& fields);
  void add_tags(Instance& instance, std::uint32_t parent, const std::vector<qr::Tag>& tags,
                const records::MessageFrame& frame, const qr::Reading& reading) const;
  void add_leaf(Instance& instance, std::uint32_t node, const qr::Tag& tag, const records::MessageFrame& frame,
                const qr::Reading& reading) const;
  void add_unknown(Instance& instance, const std::vector<qr::Tag>& tags) const;
  void collect(const Instance& instance, std::uint32_t group, const std::string& parent, Values& values) const;
  void describe_level(std::uint32_t group, unsigned indent, std::string& out) const;

  std::unique_ptr<const qr::Dictionaries> dictionaries_;
  const qr::Dictionary& dictionary_;
  std::vector<Slot> slots_;  ///< by node
  std::uint32_t item_ = 0;
  std::uint32_t text_ = 0;
  std::uint32_t base_ = 0;
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
  if (slot.role == Slot::Role::id) facets.length_max = 2;
  if (slot.role == Slot::Role::field || slot.role == Slot::Role::value) {
    facets.length_max = std::max(field->length_max, field->tolerated_length_max);
    const bool amount = field->format == qr::Format::amount || field->scale != 0;
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
  constexpr std::uint32_t own = 3;  // text, base, other
  const std::uint32_t first = add_children(item_, own + dictionary_.fields.size());
  text_ = first;
  base_ = first + 1;
  set_leaf(text_, "text", {nullptr, Slot::Role::text}, true, true);
  set_leaf(base_, "base", {nullptr, Slot::Role::base}, false, true);
  first_field_ = first + 2;
  add_fields(first_field_, dictionary_.fields);
  other_ = first + 2 + static_cast<std::uint32_t>(dictionary_.fields.size());
  Node& other = shape_.nodes[other_];
  other.name = shape_.intern("other");
  other.kind = NodeKind::group;
  other.min_occurs = 0;
  other.max_occurs = unbounded;
  const std::uint32_t leaves = add_children(other_, 2);
  slots_[other_].role = Slot::Role::other;
  set_leaf(leaves, "path", {nullptr, Slot::Role::path}, true, false);
  set_leaf(leaves + 1, "value", {nullptr, Slot::Role::none}, false, false);
}

void QrLayout::add_fields(std::uint32_t first, const std::vector<qr::Field>& fields) {
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    const qr::Field& field = fields[i];
    const std::uint32_t node = first + i;
    const bool range = is_range(field);
    const bool checksum = field.first_id == dictionary_.checksum_id;
    if (!range && field.format != qr::Format::tags) {
      // What has one value only, and the checksum, say nothing of the payment.
      set_leaf(node, field.name, {&field, Slot::Role::field}, field.mandatory, checksum || field.codes.size() == 1);
      continue;
    }
    Node& group = shape_.nodes[node];
    group.name = shape_.intern(field.name);
    group.kind = NodeKind::group;
    group.min_occurs = 0;
    group.max_occurs = range ? unbounded : 1;
    group.line_number = field.line_number;
    slots_[node] = {&field, Slot::Role::field};
    const std::uint32_t id = range ? 1 : 0;
    const bool is_template = field.format == qr::Format::tags;
    const std::uint32_t children = add_children(node, id + (is_template ? field.fields.size() : 1));
    if (range) set_leaf(children, "id", {&field, Slot::Role::id}, true, true);
    if (is_template) {
      add_fields(children + id, field.fields);
    } else {
      set_leaf(children + id, "value", {&field, Slot::Role::value}, true, false);
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

std::optional<Diagnostic> QrLayout::decode(const records::MessageFrame& frame, Instance& instance) const {
  const qr::Reading reading = qr::read(*dictionaries_, frame.bytes, &dictionary_);
  for (const Diagnostic& finding : reading.findings.kept()) {
    if (finding.severity != Severity::error) continue;
    Diagnostic why = finding;
    // Places in a payload that was decoded are none of the file's: the line is.
    const bool plain = reading.taken == qr::Taken::as_it_stands;
    why.place.offset_bytes = frame.offset + (plain ? finding.place.offset_bytes : 0);
    if (!plain) why.place.length_bytes = frame.bytes.size();
    return why;
  }
  instance.begin(item_, frame.offset);
  instance.leaf(text_, frame.bytes, frame.offset, static_cast<std::uint32_t>(frame.bytes.size()));
  if (!reading.base.empty()) {
    instance.leaf(base_, instance.arena().copy(reading.base), frame.offset,
                  static_cast<std::uint32_t>(reading.base.size()));
  }
  add_tags(instance, first_field_, reading.tags, frame, reading);
  add_unknown(instance, reading.tags);
  instance.end(frame.offset + frame.bytes.size());
  return std::nullopt;
}

/// `first`: the node of the level's first field.
void QrLayout::add_tags(Instance& instance, std::uint32_t first, const std::vector<qr::Tag>& tags,
                        const records::MessageFrame& frame, const qr::Reading& reading) const {
  const std::uint32_t parent = shape_.nodes[first].parent;
  const std::uint32_t end = shape_.nodes[parent].first_child + shape_.nodes[parent].child_count;
  for (std::uint32_t node = first; node < end; ++node) {
    const qr::Field* const field = slots_[node].field;
    if (field == nullptr) continue;
    for (const qr::Tag& tag : tags) {
      if (tag.field != field) continue;
      if (shape_.nodes[node].kind == NodeKind::leaf) {
        add_leaf(instance, node, tag, frame, reading);
        continue;
      }
      instance.begin(node);
      std::uint32_t child = shape_.nodes[node].first_child;
      if (is_range(*field)) instance.leaf(child++, instance.arena().copy(tag.id));
      if (field->format == qr::Format::tags) {
        add_tags(instance, child, tag.tags, frame, reading);
      } else {
        add_leaf(instance, child, tag, frame, reading);
      }
      instance.end();
    }
  }
}

void QrLayout::add_leaf(Instance& instance, std::uint32_t node, const qr::Tag& tag, const records::MessageFrame& frame,
                        const qr::Reading& reading) const {
  const qr::Field& field = *tag.field;
  // A value that stands for none is none.
  if (std::find(field.tolerated.begin(), field.tolerated.end(), tag.value) != field.tolerated.end()) return;
  const bool plain = reading.taken == qr::Taken::as_it_stands;
  const std::uint64_t offset = plain ? frame.offset + tag.offset + 4 : frame.offset;
  const auto length = static_cast<std::uint32_t>(plain ? tag.value.size() : frame.bytes.size());
  Arena& arena = instance.arena();
  const LeafType type = shape_.nodes[node].type;
  if (type != LeafType::decimal && type != LeafType::integer) {
    instance.leaf(node, arena.copy(tag.value), offset, length);
    return;
  }
  Decimal number = parse_decimal(tag.value).value_or(Decimal{});  // its form was checked, and its digits fit
  if (field.scale != 0) number.scale = static_cast<std::uint8_t>(field.scale);
  instance.leaf(node, arena.copy(to_text(number)), offset, length, number);
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
      collect(instance, i, path, values);
    } else if (field.scale != 0 && shape_.nodes[cell.node].type == LeafType::decimal) {
      values.emplace_back(path, in_units(cell.text, field.scale));
    } else if (path != dictionary_.checksum_id) {
      values.emplace_back(path, cell.text);
    }
  }
}

std::optional<Diagnostic> QrLayout::encode(const Instance& instance, std::uint32_t cell, std::uint64_t,
                                           std::string& out) const {
  Values values;
  collect(instance, cell, {}, values);
  const std::uint32_t other = instance.find_within(cell, other_);
  if (other != no_cell) {
    Diagnostic why;
    why.code = "QRT-0100"_code;
    why.path = shape_.path_of(other_);
    why.text = fmt::format("{} has no such tag, so it can't be written", dictionary_.id);
    return why;
  }
  const std::uint32_t base = instance.find_within(cell, base_);
  qr::WriteOptions options;
  if (base != no_cell) options.base = instance.cell(base).text;
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

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  ConfigReader root(file, file.root, findings);
  std::string name = root.string("name");
  root.string("format");
  const std::string scheme = root.string("scheme");
  root.finish();
  auto dictionaries = std::make_unique<const qr::Dictionaries>(data, findings);
  const qr::Dictionary* dictionary = dictionaries->find(scheme);
  if (dictionary == nullptr || dictionary->kind != qr::Kind::tlv) {
    std::string known;
    for (const auto& each : dictionaries->all()) {
      if (each->kind == qr::Kind::tlv) known += (known.empty() ? "" : ", ") + each->id;
    }
    root.error("QRT-0001"_code, fmt::format("\"{}\" is no scheme whose codes are tags", scheme), "known: " + known,
               file.root.find("scheme"));
  }
  if (findings.has_errors()) return nullptr;
  return std::make_unique<QrLayout>(file, std::move(name), *dictionary, std::move(dictionaries));
}

}  // namespace
}  // namespace tilmash::formats::qr_text

namespace tilmash::formats {

extern const Format qr_text_format;
const Format qr_text_format = {"qr", qr_text::load};

}  // namespace tilmash::formats
