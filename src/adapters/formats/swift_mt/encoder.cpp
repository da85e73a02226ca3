// From the cells of an item back to the bytes of a message. Whatever is written is split again and must give the same
// fields and components, so that no value can end its field early or begin another.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "adapters/formats/swift_mt/composer.h"
#include "adapters/formats/swift_mt/values.h"

namespace tilmash::formats::swift_mt {
namespace {

Diagnostic make(Code code, std::string path, std::string text) {
  Diagnostic why;
  why.code = code;
  why.path = std::move(path);
  why.text = std::move(text);
  return why;
}

class Encoder {
 public:
  Encoder(const MtLayout& layout, const Instance& instance, std::uint32_t item)
      : layout_(layout), instance_(instance), item_(item), composer_(layout, instance) {}

  std::optional<Diagnostic> run(std::string& out) {
    if (!encode(out)) return std::move(why_);
    return std::nullopt;
  }

 private:
  struct Field {
    std::string tag;
    std::string value;
  };
  struct Extra {
    std::size_t position;  ///< 1-based, among all fields
    Field field;
  };

  bool encode(std::string& out);
  bool body();
  bool header(const Option& option, std::uint32_t cell);
  bool message(const Message& message, std::uint32_t cell);
  bool collect(const Message& message, std::uint32_t cell, std::vector<Extra>& extras);
  void place_extras(std::vector<Extra>& extras);
  bool write_lines(const std::vector<Field>& fields);
  bool write_braces(const std::vector<Field>& fields);
  bool generic(std::uint32_t cell);
  std::string_view child(std::uint32_t cell, std::uint32_t node) const {
    const std::uint32_t found = instance_.find_within(cell, node);
    return found != no_cell ? instance_.cell(found).text : std::string_view();
  }
  bool has(std::uint32_t node) const { return instance_.find_within(item_, node) != no_cell; }
  bool fail(Code code, std::uint32_t node, std::string text) {
    why_ = make(code, layout_.shape().path_of(node), std::move(text));
    return false;
  }

  const MtLayout& layout_;
  const Instance& instance_;
  std::uint32_t item_;
  Composer composer_;
  std::string text_;
  std::string_view newline_ = "\r\n";
  bool bare_ = false;
  bool braces_ = false;
  std::vector<Field> fields_;
  std::optional<Diagnostic> why_;
};

bool Encoder::encode(std::string& out) {
  const Nodes& nodes = layout_.nodes;
  const std::string_view form = child(item_, nodes.form);
  bare_ = form == "bare";
  braces_ = form == "braces";
  if (child(item_, nodes.line_end) == "lf") newline_ = "\n";
  text_ = has(nodes.before) ? child(item_, nodes.before) : opening(layout_.envelope);
  const std::size_t begin = text_.size();
  if (!body()) return false;
  const std::size_t end = text_.size();
  if (end == begin) return fail("SMT-0403"_code, nodes.item, "the message has no blocks");

  std::size_t bad = 0;
  const std::size_t out_begin = out.size();
  const auto page = [&](std::string_view text) {
    if (layout_.code_page->encode(text, out, bad)) return true;
    return fail("SMT-0405"_code, nodes.item,
                fmt::format("a character does not exist on the code page {}", layout_.code_page->name()));
  };
  if (!page(text_)) return false;
  const std::string after = has(nodes.after) ? std::string(child(item_, nodes.after))
                                             : closing(layout_.envelope, bare_, newline_, out.size() - out_begin);
  text_ += after;
  Extent extent;
  if (!find_message(text_, 0, extent) || extent.begin != begin || extent.text_end != end ||
      extent.end != text_.size()) {
    return fail("SMT-0404"_code, nodes.item, "a value ends the message early or begins another");
  }
  return page(after);
}

bool Encoder::body() {
  for (std::uint32_t at = item_ + 1; at < instance_.subtree_end(item_); at = instance_.subtree_end(at)) {
    const std::uint32_t node = instance_.cell(at).node;
    if (const Option* option = layout_.option_of_node[node]; option != nullptr) {
      if (!header(*option, at)) return false;
    } else if (const Message* each = layout_.message_of_node[node]; each != nullptr) {
      if (!message(*each, at)) return false;
    } else if (node == layout_.nodes.block) {
      if (!generic(at)) return false;
    }
  }
  return true;
}

bool Encoder::header(const Option& option, std::uint32_t cell) {
  std::string value;
  if (!composer_.compose(option, cell, newline_, value, why_)) return false;
  if (value.find_first_of("{}") != std::string::npos) {
    return fail("SMT-0404"_code, option.node, "a header holds no braces");
  }
  text_ += child(cell, layout_.space_node(option.node));
  text_ += fmt::format("{{{}:{}}}", option.tag, value);
  return true;
}

bool Encoder::generic(std::uint32_t cell) {
  const std::uint32_t first = layout_.shape().nodes[layout_.nodes.block].first_child;
  const std::string written = fmt::format("{{{}:{}}}", child(cell, first), child(cell, first + 1));
  std::vector<Block> blocks;
  if (read_blocks(written, blocks) || blocks.size() != 1) {
    return fail("SMT-0404"_code, layout_.nodes.block, "the text is not that of one block");
  }
  text_ += child(cell, first + 2);
  text_ += written;
  return true;
}

/// The fields below a group, in the order of its cells; those that no row took go to `extras`.
bool Encoder::collect(const Message& message, std::uint32_t cell, std::vector<Extra>& extras) {
  const std::uint32_t space = layout_.space_node(message.node);
  for (std::uint32_t at = cell + 1; at < instance_.subtree_end(cell); at = instance_.subtree_end(at)) {
    const std::uint32_t node = instance_.cell(at).node;
    if (node == space) continue;
    if (const Option* option = layout_.option_of_node[node]; option != nullptr) {
      Field& field = fields_.emplace_back(Field{option->tag, {}});
      if (!composer_.compose(*option, at, newline_, field.value, why_)) return false;
      continue;
    }
    const std::uint32_t first = layout_.shape().nodes[node].first_child;
    if (layout_.shape().nodes[first].name != "position") {
      if (!collect(message, at, extras)) return false;
      continue;
    }
    Field field{std::string(child(at, first + 1)), std::string(child(at, first + 2))};
    const std::string_view position = child(at, first);
    if (node != message.extension || position.empty()) {
      fields_.push_back(std::move(field));
      continue;
    }
    std::size_t number = 0;
    std::from_chars(position.data(), position.data() + position.size(), number);
    extras.push_back({number, std::move(field)});
  }
  return true;
}

/// Puts each extra at its position, or at the end when there are not so many fields.
void Encoder::place_extras(std::vector<Extra>& extras) {
  if (extras.empty()) return;
  std::stable_sort(extras.begin(), extras.end(),
                   [](const Extra& a, const Extra& b) { return a.position < b.position; });
  std::vector<Field> placed;
  auto extra = extras.begin();
  for (Field& field : fields_) {
    for (; extra != extras.end() && extra->position <= placed.size() + 1; ++extra) {
      placed.push_back(std::move(extra->field));
    }
    placed.push_back(std::move(field));
  }
  for (; extra != extras.end(); ++extra) placed.push_back(std::move(extra->field));
  fields_ = std::move(placed);
}

bool Encoder::message(const Message& message, std::uint32_t cell) {
  fields_.clear();
  std::vector<Extra> extras;
  if (!collect(message, cell, extras)) return false;
  place_extras(extras);
  const bool tagged = message.type.starts_with('{');
  if (!bare_) text_ += child(cell, layout_.space_node(message.node));
  if (!bare_) text_ += fmt::format("{{{}:", tagged ? message.type.substr(1, 1) : "4");
  const bool good = tagged || braces_ ? write_braces(fields_) : write_lines(fields_);
  if (!good) return fail("SMT-0404"_code, message.node, "a field's text holds what ends it or begins another");
  if (!bare_) text_ += '}';
  return true;
}

bool Encoder::write_braces(const std::vector<Field>& fields) {
  std::string written;
  for (const Field& field : fields) written += fmt::format("{{{}:{}}}", field.tag, field.value);
  text_ += written;
  std::vector<Token> tokens;
  if (read_braces(written, 0, tokens) || tokens.size() != fields.size()) return false;
  return std::equal(fields.begin(), fields.end(), tokens.begin(), [](const Field& field, const Token& token) {
    return field.tag == token.tag && field.value == token.value;
  });
}

bool Encoder::write_lines(const std::vector<Field>& fields) {
  const Nodes& nodes = layout_.nodes;
  std::string written;
  for (const Field& field : fields) {
    if (!written.empty()) written += newline_;
    written += ':';
    written += field.tag;
    written += ':';
    written += field.value;
  }
  std::vector<Token> tokens;
  std::string_view begin;
  if (read_lines(written, newline_, 0, tokens, begin) || tokens.size() != fields.size()) return false;
  if (!std::equal(fields.begin(), fields.end(), tokens.begin(), [](const Field& field, const Token& token) {
        return field.tag == token.tag && field.value == token.value;
      })) {
    return false;
  }
  if (!bare_) text_ += has(nodes.text_begin) ? child(item_, nodes.text_begin) : newline_;
  text_ += written;
  if (bare_) return true;
  if (has(nodes.text_end)) {
    text_ += child(item_, nodes.text_end);
  } else {
    text_ += newline_;
    text_ += '-';
  }
  return true;
}

}  // namespace

std::optional<Diagnostic> MtLayout::encode(const Instance& instance, std::uint32_t cell, std::uint64_t,
                                           std::string& out) const {
  if (rule_policy == RulePolicy::reject) {
    if (const std::vector<BrokenRule> broken = broken_rules(instance, cell); !broken.empty()) {
      return explain(broken.front(), instance);
    }
  }
  return Encoder(*this, instance, cell).run(out);
}

}  // namespace tilmash::formats::swift_mt
