#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/decimal.h"
#include "iso20022/fragment.h"
#include "iso20022/message_json.h"
#include "iso20022/simple_type.h"

namespace tilmash::iso20022 {
namespace {

/// An element of XML takes at most three levels of JSON: in a wildcard its object, its parts, their array.
JsonCaps json_caps(const Caps& caps) {
  const std::uint64_t values = std::min<std::uint64_t>(4 * caps.elements, no_json - 1);
  return {caps.bytes, static_cast<std::uint32_t>(values), 3 * caps.depth};
}

}  // namespace

JsonMessageReader::JsonMessageReader(const Catalogue& catalogue, std::string_view input, std::string file,
                                     const Caps& caps, Findings& findings)
    : catalogue_(catalogue), input_(input), findings_(findings), document_(input, std::move(file), json_caps(caps)) {}

JsonMessageReader::~JsonMessageReader() = default;

std::uint32_t JsonMessageReader::line_number() {
  Place place;
  place.offset_bytes = offset_;
  document_.locate(place);
  return place.line_number;
}

void JsonMessageReader::add(Code code, std::uint32_t value, std::string text, std::string expected, std::string found) {
  Diagnostic wrong = document_.finding(code, value, std::move(text));
  wrong.expected = std::move(expected);
  wrong.found = std::move(found);
  findings_.add(std::move(wrong));
}

/// A key that is none of the children of `node`.
void JsonMessageReader::add_unknown(std::uint32_t value, std::uint32_t node) {
  constexpr std::uint32_t shown_max = 8;
  const Shape& shape = instance_->shape();
  const Node& own = shape.nodes[node];
  std::string names;
  for (std::uint32_t i = 0; i < std::min(own.child_count, shown_max); ++i) {
    names += (i == 0 ? "" : ", ") + std::string(shape.nodes[own.first_child + i].name);
  }
  if (own.child_count > shown_max) names += ", ...";
  add("ISO-0502"_code, value, "the key is not known here", std::move(names),
      std::string(shown_name(document_.value(value).key)));
}

bool JsonMessageReader::expect(std::uint32_t value, JsonValue::Kind kind) {
  const JsonValue::Kind found = document_.value(value).kind;
  if (found == kind) return true;
  add("ISO-0503"_code, value, fmt::format("{} stands where {} is expected", to_text(found), to_text(kind)),
      std::string(to_text(kind)), std::string(to_text(found)));
  return false;
}

const Message* JsonMessageReader::next_message() {
  message_ = nullptr;
  at_end_ = !document_.find_next();
  if (at_end_) return nullptr;
  offset_ = document_.offset();
  if (!document_.parse(findings_)) return nullptr;
  const JsonValue& outer = document_.root();
  const bool one_member = outer.kind == JsonValue::Kind::object && outer.first_child != no_json &&
                          document_.value(outer.first_child).next == no_json;
  const auto refuse = [&](std::uint32_t value) {
    add("ISO-0501"_code, value, "an object with one member is expected: a root element with its \"@xmlns\"",
        "an object with one member", std::string(to_text(document_.value(value).kind)));
    return nullptr;
  };
  if (!one_member) return refuse(0);
  root_ = outer.first_child;
  const JsonValue& root = document_.value(root_);
  std::uint32_t xmlns = root.kind == JsonValue::Kind::object ? root.first_child : no_json;
  while (xmlns != no_json && document_.value(xmlns).key != "@xmlns") xmlns = document_.value(xmlns).next;
  if (xmlns == no_json || document_.value(xmlns).kind != JsonValue::Kind::string) return refuse(root_);
  const Message* message = catalogue_.find_by_namespace(document_.value(xmlns).text);
  if (message == nullptr) {
    add("ISO-0200"_code, xmlns, "the namespace is not of a message in the catalogue", "a message of the catalogue",
        std::string(shown_name(document_.value(xmlns).text)));
  } else if (root.key != message->root_element()) {
    add("ISO-0201"_code, root_, fmt::format("the root of {} is {}", message->id(), message->root_element()),
        message->root_element(), std::string(shown_name(root.key)));
    message = nullptr;
  }
  message_ = message;
  return message;
}

bool JsonMessageReader::read(Instance& instance) {
  if (message_ == nullptr) return false;
  if (instance.shape().id != message_->id()) throw std::logic_error("an instance of another message's shape");
  const std::uint64_t before = findings_.error_count();
  instance.reset(instance.shape());
  instance.set_value(0, {}, document_.value(root_).offset, 0, {});
  instance_ = &instance;
  members_.clear();
  read_members(root_, 0);
  instance.end();
  message_ = nullptr;
  return findings_.error_count() == before && check_content(instance);
}

/// A text that lives as long as the instance does.
std::string_view JsonMessageReader::kept(std::string_view text) {
  const bool of_input = text.data() >= input_.data() && text.data() < input_.data() + input_.size();
  return of_input ? text : instance_->arena().copy(text);
}

/// The members of an object that stands for `node`, in the order of the schema.
void JsonMessageReader::read_members(std::uint32_t object, std::uint32_t node) {
  const Shape& shape = instance_->shape();
  const Node& own = shape.nodes[node];
  const std::size_t mark = members_.size();
  std::uint32_t hint = 0;  // members mostly come in order
  for (std::uint32_t i = document_.value(object).first_child; i != no_json; i = document_.value(i).next) {
    const std::string_view key = document_.value(i).key;
    if (object == root_ && key == "@xmlns") continue;
    std::uint32_t tried = 0;
    while (tried < own.child_count && shape.nodes[own.first_child + (hint + tried) % own.child_count].name != key) {
      ++tried;
    }
    if (tried == own.child_count) {
      add_unknown(i, node);
      continue;
    }
    hint = (hint + tried) % own.child_count;
    members_.emplace_back(own.first_child + hint, i);
  }
  const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(mark);
  if (!std::is_sorted(begin, members_.end())) std::sort(begin, members_.end());
  const std::size_t end = members_.size();
  for (std::size_t i = mark; i < end; ++i) read_element(members_[i].second, members_[i].first);
  members_.resize(mark);
}

void JsonMessageReader::read_element(std::uint32_t value, std::uint32_t node) {
  if (!instance_->shape().nodes[node].repeats()) return read_one(value, node);
  if (!expect(value, JsonValue::Kind::array)) return;
  if (document_.value(value).first_child == no_json) {
    add("ISO-0503"_code, value, "an empty array; an element that does not occur has no key", "at least one item",
        "an empty array");
  }
  for (std::uint32_t i = document_.value(value).first_child; i != no_json; i = document_.value(i).next) {
    read_one(i, node);
  }
}

void JsonMessageReader::read_one(std::uint32_t value, std::uint32_t node) {
  const Node& own = instance_->shape().nodes[node];
  const JsonValue& source = document_.value(value);
  if (own.kind != NodeKind::leaf) {
    if (!expect(value, JsonValue::Kind::object)) return;
    instance_->begin(node, source.offset);
    read_members(value, node);
    instance_->end();
  } else if (own.type == LeafType::any) {
    read_fragment(value, node);
  } else if (own.child_count != 0) {
    read_value_with_attributes(value, node);
  } else if (expect(value, JsonValue::Kind::string)) {
    Cell& cell = instance_->leaf(node, kept(source.text), source.offset);
    if (own.type == LeafType::decimal) cell.number = parse_decimal(source.text).value_or(Decimal{});
  }
}

void JsonMessageReader::read_value_with_attributes(std::uint32_t value, std::uint32_t node) {
  if (!expect(value, JsonValue::Kind::object)) return;
  const Shape& shape = instance_->shape();
  const Node& own = shape.nodes[node];
  std::string_view text;
  bool has_text = false;
  for (std::uint32_t i = document_.value(value).first_child; i != no_json; i = document_.value(i).next) {
    if (document_.value(i).key != "#text") continue;
    has_text = true;
    if (expect(i, JsonValue::Kind::string)) text = document_.value(i).text;
  }
  if (!has_text) return add("ISO-0503"_code, value, "\"#text\" is missing", "#text", "an object without it");
  Cell& cell = instance_->begin_value(node, kept(text), document_.value(value).offset);
  if (own.type == LeafType::decimal) cell.number = parse_decimal(text).value_or(Decimal{});
  // Attributes in the schema's order, which is the order they are written in.
  for (std::uint32_t attribute = own.first_child; attribute < own.first_child + own.child_count; ++attribute) {
    for (std::uint32_t i = document_.value(value).first_child; i != no_json; i = document_.value(i).next) {
      if (document_.value(i).key != shape.nodes[attribute].name) continue;
      if (!expect(i, JsonValue::Kind::string)) continue;
      instance_->leaf(attribute, kept(document_.value(i).text), document_.value(i).offset);
    }
  }
  instance_->end();
  for (std::uint32_t i = document_.value(value).first_child; i != no_json; i = document_.value(i).next) {
    const std::string_view key = document_.value(i).key;
    if (key != "#text" && shape.find_child(node, key) == no_node) {
      add_unknown(i, node);
    }
  }
}

void JsonMessageReader::read_fragment(std::uint32_t value, std::uint32_t node) {
  scratch_.clear();
  if (const auto wrong = append_fragment_xml(scratch_, document_, value)) {
    return add("ISO-0504"_code, *wrong, "this does not stand for one XML element",
               "an object with one member, the element, or a string of XML",
               std::string(to_text(document_.value(*wrong).kind)));
  }
  instance_->leaf(node, instance_->arena().copy(scratch_), document_.value(value).offset);
}

/// What the writer finds is what is wrong with the content; cells know their place in the JSON.
bool JsonMessageReader::check_content(const Instance& instance) {
  std::unique_ptr<MessageWriter>& checker = checkers_[&instance.shape()];
  if (!checker) {
    const Message* message = catalogue_.find(instance.shape().id);
    checker = std::make_unique<MessageWriter>(*message, instance.shape());
  }
  Findings found;
  scratch_.clear();
  const bool good = checker->encode(instance, scratch_, found);
  // Members may stand in any order; findings are in that of the input.
  std::vector<Diagnostic> in_order = found.kept();
  std::stable_sort(in_order.begin(), in_order.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.place.offset_bytes < b.place.offset_bytes;
  });
  for (Diagnostic& diagnostic : in_order) {
    document_.locate(diagnostic.place);
    findings_.add(std::move(diagnostic));
  }
  findings_.count_more(found.total_count() - found.kept().size());
  return good;
}

}  // namespace tilmash::iso20022
