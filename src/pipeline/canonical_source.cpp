// Canonical JSON, as CanonicalOutput writes it, read back: one object a document, with what belongs to all in it and
// its items. Strict: a member that the family does not have, or a value that breaks its type, rejects the item; text
// that is no JSON puts the whole file in doubt.
#include <fmt/format.h>

#include <algorithm>

#include "base/civil.h"
#include "base/json_document.h"
#include "iso20022/reader.h"
#include "pipeline/source.h"
#include "shape/facets.h"

namespace tilmash::pipeline {
namespace {

constexpr JsonCaps document_caps = {64u << 20, 1'000'000, 16};

/// Whether the text is written as its type is; facets are another matter.
bool is_of_type(LeafType type, std::string_view text) {
  std::string uri;
  switch (type) {
    case LeafType::decimal:
      return parse_decimal(text).has_value();
    case LeafType::integer:
      return text.find('.') == std::string_view::npos && parse_decimal(text).has_value();
    case LeafType::date:
      return parse_iso_date(text).has_value();
    case LeafType::datetime:
      return is_rfc3339(text) || is_rfc3339(std::string(text) + 'Z');  // ISO 20022 lets the zone be left out
    case LeafType::any:
      return iso20022::is_closed_fragment(text, uri);
    default:
      return true;
  }
}

class CanonicalSource : public Source {
 public:
  CanonicalSource(const Shape& family, const translator::Plan& plan, std::string_view input, std::string file)
      : family_(family), plan_(plan), input_(input), document_(input, std::move(file), document_caps) {}

  Step next() override {
    while (item_ == no_json) {
      if (!document_.find_next()) return Step::end;
      begin_ = document_.offset();
      if (!document_.parse(findings_)) return Step::end;
      end_ = document_.offset();
      begins_group_ = true;
      if (open_document()) continue;
      return reject_item(begin_, end_);
    }
    const std::uint32_t value = item_;
    item_ = document_.value(item_).next;
    begins_group_ = group_is_new_;
    raw_begin_ = document_.value(value).offset;
    raw_end_ = item_ != no_json ? document_.value(item_).offset : end_;
    problem_.reset();
    instance_.truncate(mark_, 0);
    read_object(value, family_.item_node());
    if (problem_) return reject_item(raw_begin_, raw_end_);
    ++record_count_;
    group_is_new_ = false;
    return Step::item;
  }

  const Instance& instance() const override { return instance_; }
  const translator::Plan& plan() const override { return plan_; }
  bool begins_group() const override { return begins_group_; }
  const Reject& reject() const override { return reject_; }
  std::uint64_t record_number() const override { return record_count_; }
  std::string_view raw() const override { return input_.substr(raw_begin_, raw_end_ - raw_begin_); }
  std::uint64_t consumed_bytes() const override { return begin_; }
  std::uint64_t record_count() const override { return record_count_; }
  const Findings& file_findings() const override { return findings_; }

 private:
  Step reject_item(std::uint64_t from, std::uint64_t to) {
    raw_begin_ = from;
    raw_end_ = to;
    ++record_count_;
    reject_ = {std::move(*problem_), raw()};
    return Step::reject;
  }

  void fail(Code code, std::uint32_t value, std::uint32_t node, std::string text) {
    if (problem_) return;
    problem_ = document_.finding(code, value, std::move(text));
    problem_->path = family_.path_of(node);
    const JsonValue& found = document_.value(value);
    if (found.kind == JsonValue::Kind::string) problem_->value = Sensitive(std::string(found.text));
  }

  /// What stands above the items. False with a problem: then nothing of the document can be used.
  bool open_document() {
    instance_.reset(family_);
    problem_.reset();
    group_is_new_ = true;
    const std::string_view items = family_.nodes[family_.item_node()].name;
    if (document_.root().kind != JsonValue::Kind::object) {
      fail("PIP-0015"_code, 0, 0, fmt::format("a document of {} is an object", family_.id));
      return false;
    }
    std::uint32_t list = document_.root().first_child;
    while (list != no_json && document_.value(list).key != items) list = document_.value(list).next;
    const bool has_items = list != no_json && document_.value(list).kind == JsonValue::Kind::array &&
                           document_.value(list).first_child != no_json;
    if (!has_items) {
      fail("PIP-0015"_code, list == no_json ? 0 : list, 0,
           fmt::format("\"{}\" should be an array that is not empty", items));
      return false;
    }
    read_members(0, 0);
    if (problem_) return false;
    mark_ = instance_.mark();
    item_ = document_.value(list).first_child;
    return true;
  }

  /// The members of an object that stands for `node`, in the order of the shape. Items come one by one.
  void read_members(std::uint32_t object, std::uint32_t node) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> members;  // node, value
    for (std::uint32_t i = document_.value(object).first_child; i != no_json; i = document_.value(i).next) {
      const std::uint32_t child = family_.find_child(node, document_.value(i).key);
      if (child == no_node) {
        return fail("PIP-0015"_code, i, node, fmt::format("{} has no such member", family_.id));
      }
      members.emplace_back(child, i);
    }
    std::sort(members.begin(), members.end());
    for (const auto& [child, value] : members) {
      if (child == family_.item_node() || problem_) continue;
      if (family_.nodes[child].repeats()) {
        read_list(value, child);
      } else {
        read_value(value, child);
      }
    }
  }

  void read_list(std::uint32_t value, std::uint32_t node) {
    if (document_.value(value).kind != JsonValue::Kind::array) {
      return fail("PIP-0015"_code, value, node, "an array is expected");
    }
    for (std::uint32_t i = document_.value(value).first_child; i != no_json && !problem_; i = document_.value(i).next) {
      read_value(i, node);
    }
  }

  void read_value(std::uint32_t value, std::uint32_t node) {
    if (family_.nodes[node].kind == NodeKind::leaf) {
      read_leaf(value, node);
    } else {
      read_object(value, node);
    }
  }

  void read_object(std::uint32_t value, std::uint32_t node) {
    if (document_.value(value).kind != JsonValue::Kind::object) {
      return fail("PIP-0015"_code, value, node, "an object is expected");
    }
    instance_.begin(node, document_.value(value).offset);
    read_members(value, node);
    instance_.end();
  }

  void read_leaf(std::uint32_t value, std::uint32_t node) {
    const Node& own = family_.nodes[node];
    const JsonValue& found = document_.value(value);
    const JsonValue::Kind due = own.type == LeafType::boolean ? JsonValue::Kind::boolean : JsonValue::Kind::string;
    if (found.kind != due) {
      return fail("PIP-0015"_code, value, node,
                  fmt::format("{} stands where {} is expected", to_text(found.kind), to_text(due)));
    }
    if (!is_of_type(own.type, found.text)) {
      return fail("PIP-0016"_code, value, node, fmt::format("the value is no {}", to_text(own.type)));
    }
    const Decimal number = own.type == LeafType::decimal || own.type == LeafType::integer
                               ? parse_decimal(found.text).value_or(Decimal{})
                               : Decimal{};
    if (const Code broken = check_facets(family_.facets_of(node), own.type, found.text, number)) {
      return fail(broken, value, node, "the value breaks its type");
    }
    // A text without escapes lies in the input as it is; of others the member is shown.
    const bool plain = found.text.data() >= input_.data() && found.text.data() < input_.data() + input_.size();
    const auto at = plain ? static_cast<std::uint64_t>(found.text.data() - input_.data()) : found.offset;
    instance_.leaf(node, found.text, at, static_cast<std::uint32_t>(found.text.size()), number);
  }

  const Shape& family_;
  const translator::Plan& plan_;
  std::string_view input_;
  JsonDocument document_;
  Instance instance_;
  std::uint32_t mark_ = 0;
  std::uint32_t item_ = no_json;  ///< the next
  std::uint64_t begin_ = 0;       ///< of the document
  std::uint64_t end_ = 0;
  std::uint64_t raw_begin_ = 0;
  std::uint64_t raw_end_ = 0;
  std::uint64_t record_count_ = 0;
  bool begins_group_ = false;
  bool group_is_new_ = false;  ///< no item of the document has been given yet
  std::optional<Diagnostic> problem_;
  Reject reject_;
  Findings findings_;
};

/// A row that copies a leaf of the family; it may be blank where the leaf, or a group around it, may be absent.
std::pair<std::string, std::string> copy_row(const Shape& family, std::uint32_t leaf) {
  const std::uint32_t item = family.item_node();
  std::string path = family.path_of(leaf, true);
  if (family.is_below(leaf, item)) path.erase(0, family.path_of(item, true).size() + 1);
  bool optional = false;
  for (std::uint32_t node = leaf; node != 0 && node != item; node = family.nodes[node].parent) {
    optional = optional || (family.nodes[node].min_occurs == 0 && !family.nodes[node].repeats());
  }
  return {path, path + (optional ? "?" : "")};
}

}  // namespace

CanonicalCopy compile_canonical_copy(const Shape& family, Findings& findings) {
  std::string text = "[rows]\n";
  for (std::uint32_t node = 0; node < family.nodes.size(); ++node) {
    if (family.nodes[node].kind != NodeKind::leaf) continue;
    const auto [target, expression] = copy_row(family, node);
    text += fmt::format("\"{}\" = \"{}\"\n", target, expression);
  }
  CanonicalCopy copy;
  auto file = read_config("canonical JSON", text, findings);
  if (!file) return copy;
  copy.rows = std::make_unique<const ConfigFile>(std::move(*file));
  translator::PlanInput input;
  translator::read_rules(*copy.rows, *copy.rows->root.find("rows"), false, family, input.rules, findings);
  input.source = &family;
  input.target = &family;
  input.target_item = family.item_node();
  copy.plan = translator::Plan::compile(std::move(input), findings);
  return copy;
}

std::unique_ptr<Source> make_canonical_source(const Shape& family, const CanonicalCopy& copy, std::string_view input,
                                              std::string file) {
  return std::make_unique<CanonicalSource>(family, copy.plan, input, std::move(file));
}

}  // namespace tilmash::pipeline
