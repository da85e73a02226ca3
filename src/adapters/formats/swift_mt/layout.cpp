// Compiles a layout file: its keys, the families it names, the shape of all their messages.
#include "adapters/formats/swift_mt/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/records/layout_head.h"

namespace tilmash::formats::swift_mt {
namespace {

constexpr std::string_view tagged_types[] = {"{3}", "{5}", "{S}"};

/// A column of rows that are options of one field counts as optional each.
std::uint32_t count_nodes(const std::vector<Row>& rows) {
  std::uint32_t count = 0;
  for (const Row& row : rows)
    count += row.kind == Row::Kind::field ? static_cast<std::uint32_t>(row.options.size()) : 1;
  return count;
}

}  // namespace

class LayoutCompiler {
 public:
  LayoutCompiler(const ConfigFile& file, const Data& data, Findings& findings, MtLayout& layout)
      : file_(file), data_(data), findings_(findings), layout_(layout), shape_(layout.shape_) {}

  bool run() {
    const std::uint64_t errors_before = findings_.error_count();
    read_keys();
    if (findings_.error_count() != errors_before) return false;
    build();
    return findings_.error_count() == errors_before;
  }

 private:
  void read_keys();
  void read_policies(ConfigReader& row);
  void read_bare(ConfigReader& row);
  void read_transliteration_keys(ConfigReader& row);
  void narrow(ConfigReader& row);
  bool either(ConfigReader& row, std::string_view key, std::string_view yes, std::string_view no, bool fallback);
  void build();
  void build_header(Option& option, std::uint32_t node, std::string_view name, std::string_view tag);
  void build_message(Message& message, std::uint32_t node);
  void build_rows(std::vector<Row>& rows, std::uint32_t parent, std::uint32_t first, const Message& message);
  void build_extension(std::uint32_t node, std::string_view name);
  void build_option(Option& option, std::uint32_t node);
  void build_parts(const Format& format, std::uint32_t first);
  void index_rows(const std::vector<Row>& rows);
  Node& group(std::uint32_t node, std::string_view name);
  Node& leaf(std::uint32_t node, std::string_view name, bool structural = false);

  const ConfigFile& file_;
  const Data& data_;
  Findings& findings_;
  MtLayout& layout_;
  Shape& shape_;
  bool own_fields_ = true;
};

bool LayoutCompiler::either(ConfigReader& row, std::string_view key, std::string_view yes, std::string_view no,
                            bool fallback) {
  const std::string value = row.string_or(key, fallback ? yes : no);
  if (value != yes && value != no) {
    row.error("SMT-0103"_code, fmt::format("`{}` can't be \"{}\"", key, value),
              fmt::format("\"{}\" or \"{}\"", yes, no), row.value(key));
  }
  return value == yes;
}

void LayoutCompiler::read_policies(ConfigReader& row) {
  layout_.keep_unmet = either(row, "unmet", "keep", "reject", false);
  layout_.keep_unplaced = either(row, "unplaced", "keep", "reject", true);
  layout_.keep_unknown_types = either(row, "unknown_types", "keep", "reject", true);
  layout_.require_mandatory = either(row, "missing", "reject", "accept", true);
  layout_.strict_line_end = either(row, "line_end", "crlf", "any", false);
  const auto choice = [&](std::string_view key, std::initializer_list<std::string_view> names) {
    const std::string value = row.string_or(key, *names.begin());
    const auto* const found = std::find(names.begin(), names.end(), value);
    if (found == names.end()) {
      row.error("SMT-0103"_code, fmt::format("`{}` can't be \"{}\"", key, value),
                fmt::format("one of {}", fmt::join(names, ", ")), row.value(key));
      return std::size_t{0};
    }
    return static_cast<std::size_t>(found - names.begin());
  };
  layout_.envelope = static_cast<Envelope>(choice("envelope", {"none", "rje", "dos_pcc"}));
  layout_.charset = static_cast<CharsetPolicy>(choice("charset", {"reject", "report", "off"}));
  layout_.rule_policy = static_cast<RulePolicy>(choice("network_rules", {"report", "reject", "off"}));
}

void LayoutCompiler::read_bare(ConfigReader& row) {
  const ConfigValue* rules = row.value("bare");
  if (rules == nullptr) return;
  for (const ConfigValue& each : rules->items) {
    ConfigReader reader(file_, each, findings_);
    BareRule rule{reader.string("type"), {}};
    for (const std::string& tag : reader.strings_or_empty("has")) rule.tags.push_back(tag_code(tag));
    reader.finish();
    if (layout_.model.find_message(rule.type, {}) == nullptr) {
      reader.error("SMT-0103"_code, fmt::format("there is no message {}", rule.type));
    }
    layout_.bare.push_back(std::move(rule));
  }
}

void LayoutCompiler::read_transliteration_keys(ConfigReader& row) {
  const ConfigValue* value = row.value("transliteration");
  if (value == nullptr) return;
  ConfigReader keys(file_, *value, findings_);
  layout_.transliteration = read_transliteration(keys.string("table"), data_, findings_);
  for (const std::string& tag : keys.strings_or_empty("fields")) layout_.transliterated.push_back(tag_code(tag));
  keys.finish();
}

/// `messages` leaves the messages that a feed has, so that a mapping need not speak of others.
void LayoutCompiler::narrow(ConfigReader& row) {
  const std::vector<std::string> wanted = row.strings_or_empty("messages");
  if (wanted.empty()) return;
  for (const std::string& name : wanted) {
    const auto same = [&](const Message& each) { return each.name == name || each.type == name; };
    if (std::none_of(layout_.model.messages.begin(), layout_.model.messages.end(), same)) {
      row.error("SMT-0103"_code, fmt::format("there is no message {}", name), {}, row.value("messages"));
    }
  }
  std::erase_if(layout_.model.messages, [&](const Message& each) {
    const auto names = [&](const std::string& name) { return each.name == name || each.type == name; };
    return !each.type.starts_with('{') && std::none_of(wanted.begin(), wanted.end(), names);
  });
}

void LayoutCompiler::read_keys() {
  ConfigReader row(file_, file_.root, findings_);
  layout_.code_page = records::read_layout_head(row, file_, data_, "SMT-0103"_code, "utf-8", shape_, findings_);
  const std::vector<std::string> families = row.strings_or_empty("family");
  for (const std::string_view key : definition_keys) row.value(key);
  own_fields_ = families.size() == 1 && file_.root.find("fields") == nullptr;
  if (!read_families(families, file_, data_, layout_.model, findings_)) return;
  read_policies(row);
  narrow(row);
  read_bare(row);
  read_transliteration_keys(row);
  row.finish();
  for (const std::string_view tag : {"{1}", "{2I}", "{2O}"}) {
    if (layout_.model.find_field(tag) == nullptr) {
      row.error("SMT-0104"_code, fmt::format("no family defines the field {}", tag), "name the family \"swift\" last");
    }
  }
  for (const std::string_view type : tagged_types) {
    if (layout_.model.find_message(type, {}) == nullptr) {
      row.error("SMT-0104"_code, fmt::format("no family defines the block {}", type), "name the family \"swift\" last");
    }
  }
}

Node& LayoutCompiler::group(std::uint32_t node, std::string_view name) {
  Node& made = shape_.nodes[node];
  made.kind = NodeKind::group;
  made.name = shape_.intern(name);
  made.min_occurs = 0;
  return made;
}

Node& LayoutCompiler::leaf(std::uint32_t node, std::string_view name, bool structural) {
  Node& made = shape_.nodes[node];
  made.name = shape_.intern(name);
  made.min_occurs = 0;
  made.structural = structural;
  return made;
}

/// The components of a format as leaves from node `first` on.
void LayoutCompiler::build_parts(const Format& format, std::uint32_t first) {
  for (std::uint32_t i = 0; i < format.parts.size(); ++i) {
    const Part& part = format.parts[i];
    leaf(first + i, part.name);
    shape_.nodes[first + i].type = part.type;
    shape_.nodes[first + i].sensitivity = part.sensitivity;
    // The set of a text, for the check of its characters.
    shape_.nodes[first + i].owner = part.type == LeafType::text ? static_cast<std::uint32_t>(part.set) : 0;
    if (part.repeats) shape_.nodes[first + i].max_occurs = unbounded;
    if (part.sub == no_slot) continue;
    shape_.nodes[first + i].kind = NodeKind::group;
    const Format& sub = format.subs[part.sub];
    build_parts(sub, shape_.add_children(first + i, static_cast<std::uint32_t>(sub.parts.size())));
  }
}

void LayoutCompiler::build_option(Option& option, std::uint32_t node) {
  option.node = node;
  const auto count = static_cast<std::uint32_t>(option.format->parts.size());
  const std::uint32_t first = shape_.add_children(node, count + 1);
  build_parts(*option.format, first);
  leaf(first + count, "text", true).sensitivity = Sensitivity::personal;
}

void LayoutCompiler::build_extension(std::uint32_t node, std::string_view name) {
  group(node, name).max_occurs = unbounded;
  const std::uint32_t first = shape_.add_children(node, 3);
  leaf(first, "position").type = LeafType::integer;
  leaf(first + 1, "tag");
  leaf(first + 2, "text").sensitivity = Sensitivity::personal;
}

void LayoutCompiler::build_rows(std::vector<Row>& rows, std::uint32_t parent, std::uint32_t first,
                                const Message& message) {
  std::uint32_t node = first;
  for (Row& row : rows) {
    if (row.kind == Row::Kind::any) {
      row.node = node;
      build_extension(node++, row.name);
      continue;
    }
    if (row.kind == Row::Kind::sequence) {
      row.node = node;
      group(node, row.name).max_occurs = row.max;
      shape_.nodes[node].min_occurs = row.mandatory ? 1 : 0;
      shape_.nodes[node].line_number = row.line_number;
      const std::uint32_t inner = shape_.add_children(node, count_nodes(row.rows));
      build_rows(row.rows, node++, inner, message);
      continue;
    }
    for (Option& option : row.options) {
      group(node, option.tag).max_occurs = row.max;
      shape_.nodes[node].min_occurs = row.mandatory && row.options.size() == 1 ? 1 : 0;
      shape_.nodes[node].line_number = row.line_number;
      build_option(option, node++);
    }
  }
  for (std::uint32_t i = first; i < node; ++i) {
    if (shape_.find_child(parent, shape_.nodes[i].name) == i) continue;
    Diagnostic error;
    error.code = "SMT-0102"_code;
    error.place.file = message.file;
    error.place.line_number = message.line_number;
    error.text = fmt::format("{} has \"{}\" twice in one sequence", message.name, shape_.nodes[i].name);
    findings_.add(std::move(error));
  }
}

void LayoutCompiler::build_message(Message& message, std::uint32_t node) {
  message.node = node;
  group(node, message.name).line_number = message.line_number;
  const std::uint32_t count = count_nodes(message.rows);
  const std::uint32_t first = shape_.add_children(node, count + 2);
  build_rows(message.rows, node, first, message);
  message.extension = first + count;
  build_extension(message.extension, "extension");
  leaf(first + count + 1, "space", true);
}

/// Blocks 1 and 2: one field each, with the white space before it.
void LayoutCompiler::build_header(Option& option, std::uint32_t node, std::string_view name, std::string_view tag) {
  option.tag = tag.substr(1, 1);
  option.format = layout_.model.find_field(tag);
  group(node, name);
  option.node = node;
  const auto count = static_cast<std::uint32_t>(option.format->parts.size());
  const std::uint32_t first = shape_.add_children(node, count + 2);
  build_parts(*option.format, first);
  leaf(first + count, "text", true).sensitivity = Sensitivity::personal;
  leaf(first + count + 1, "space", true);
}

void LayoutCompiler::index_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    index_rows(row.rows);
    for (const Option& option : row.options) layout_.option_of_node[option.node] = &option;
  }
}

void LayoutCompiler::build() {
  shape_.nodes.emplace_back();
  shape_.nodes[0].kind = NodeKind::group;
  Nodes& nodes = layout_.nodes;
  nodes.item = shape_.add_children(0, 1);
  group(nodes.item, "message").item = true;
  shape_.nodes[nodes.item].max_occurs = unbounded;

  std::vector<Message*> messages;
  std::array<Message*, 3> tagged{};
  for (Message& each : layout_.model.messages) {
    const auto* const found = std::find(std::begin(tagged_types), std::end(tagged_types), each.type);
    if (found == std::end(tagged_types)) {
      messages.push_back(&each);
    } else {
      tagged[static_cast<std::size_t>(found - std::begin(tagged_types))] = &each;
    }
  }
  layout_.unknown.name = "fields";
  messages.push_back(&layout_.unknown);
  std::uint32_t node = shape_.add_children(nodes.item, static_cast<std::uint32_t>(13 + messages.size()));
  leaf(nodes.before = node++, "before", true);
  leaf(nodes.form = node++, "form", true);
  leaf(nodes.line_end = node++, "line_end", true);
  build_header(layout_.headers[0], node++, "basic_header", "{1}");
  build_header(layout_.headers[1], node++, "input_header", "{2I}");
  build_header(layout_.headers[2], node++, "output_header", "{2O}");
  for (std::size_t i = 0; i < tagged.size(); ++i) {
    build_message(*tagged[i], node++);
    layout_.tagged[i] = tagged[i];
  }
  leaf(nodes.text_begin = node++, "text_begin", true);
  leaf(nodes.text_end = node++, "text_end", true);
  for (Message* each : messages) build_message(*each, node++);
  nodes.block = node++;
  group(nodes.block, "block").max_occurs = unbounded;
  const std::uint32_t block = shape_.add_children(nodes.block, 3);
  leaf(block, "id");
  leaf(block + 1, "text").sensitivity = Sensitivity::personal;
  leaf(block + 2, "space", true);
  leaf(nodes.after = node, "after", true);

  layout_.option_of_node.resize(shape_.nodes.size());
  layout_.message_of_node.resize(shape_.nodes.size());
  for (const Option& option : layout_.headers) layout_.option_of_node[option.node] = &option;
  for (const Message& message : layout_.model.messages) {
    layout_.message_of_node[message.node] = &message;
    index_rows(message.rows);
    if (!message.rules.empty()) layout_.rules[&message] = compile_rules(message, shape_, own_fields_, findings_);
  }
  layout_.message_of_node[layout_.unknown.node] = &layout_.unknown;
}

void MtLayout::describe_rows(const std::vector<Row>& rows, std::size_t indent, std::string& out) const {
  for (const Row& row : rows) {
    const std::string status = fmt::format("{}{}", row.mandatory ? 'M' : 'O', row.max > 1 ? "*" : "");
    const std::string margin(indent, ' ');
    if (row.kind != Row::Kind::field) {
      const bool any = row.kind == Row::Kind::any;
      out += fmt::format("{}{:<3}{}{}\n", margin, status, row.name, any ? " (any fields)" : "");
      describe_rows(row.rows, indent + 4, out);
      continue;
    }
    for (const Option& option : row.options) {
      std::string names;
      for (const Part& part : option.format->parts) names += (names.empty() ? "" : ", ") + part.name;
      out += fmt::format("{}{:<3}{:<5}{:<28} {}\n", margin, status, option.tag, option.format->notation, names);
    }
  }
}

std::string MtLayout::describe() const {
  std::string out;
  for (const Option& option : headers) {
    out += fmt::format("block {}  {}\n", option.tag, option.format->notation);
  }
  for (const Message& message : model.messages) {
    out += fmt::format("\n{}  {}\n", message.name, message.title);
    describe_rows(message.rows, 2, out);
  }
  return out;
}

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  auto layout = std::make_unique<MtLayout>();
  if (!LayoutCompiler(file, data, findings, *layout).run()) return nullptr;
  return layout;
}

}  // namespace tilmash::formats::swift_mt

namespace tilmash::formats {

extern const Format swift_mt_format;
const Format swift_mt_format{"swift_mt", swift_mt::load};

}  // namespace tilmash::formats
