// Compiles an OFS layout file, and makes the shape of the kind of message that it describes.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/ofs/ofs.h"
#include "adapters/records/layout_head.h"

namespace tilmash::formats::ofs {
namespace {

/// A child of the item, or of a group below it.
struct Row {
  std::string_view name;
  std::uint32_t Nodes::*node;
  LeafType type = LeafType::text;
  Sensitivity sensitivity = Sensitivity::open;
  bool required = false;
  bool structural = false;  ///< no rule need read it
};

constexpr Row request_rows[] = {
    {"application", &Nodes::application, LeafType::text, Sensitivity::open, true},
    {"version", &Nodes::version},
    {"function", &Nodes::function},
    {"process", &Nodes::process},
    {"options", &Nodes::options, LeafType::text, Sensitivity::open, false, true},
    {"user", &Nodes::user, LeafType::text, Sensitivity::personal, false, true},
    {"password", &Nodes::password, LeafType::text, Sensitivity::account, false, true},
    {"company", &Nodes::company, LeafType::text, Sensitivity::open, false, true},
    {"id", &Nodes::id},
    {"enquiry", &Nodes::enquiry},
};
constexpr Row reply_rows[] = {
    {"id", &Nodes::id, LeafType::text, Sensitivity::open, true},
    {"message_id", &Nodes::message_id},
    {"code", &Nodes::code, LeafType::code, Sensitivity::open, true},
    {"status", &Nodes::status},
};
constexpr Row enquiry_reply_rows[] = {{"head", &Nodes::head}};
constexpr Row field_rows[] = {
    {"name", &Nodes::name, LeafType::text, Sensitivity::open, true},
    {"mv", &Nodes::mv, LeafType::integer, Sensitivity::open, true},
    {"sv", &Nodes::sv, LeafType::integer, Sensitivity::open, true},
    {"index", &Nodes::index, LeafType::text, Sensitivity::open, false, true},
    {"value", &Nodes::value, LeafType::text, Sensitivity::personal},
};
constexpr Row selection_rows[] = {
    {"field", &Nodes::selection_field, LeafType::text, Sensitivity::open, true},
    {"operator", &Nodes::selection_operator, LeafType::text, Sensitivity::open, true},
    {"value", &Nodes::selection_value, LeafType::text, Sensitivity::personal},
};
constexpr Row column_rows[] = {
    {"field", &Nodes::column_field, LeafType::text, Sensitivity::open, true},
    {"label", &Nodes::column_label},
};

/// A list below the item, and the leaves of each of its groups.
struct List {
  std::string_view name;
  std::uint32_t Nodes::*node;
  const Row* rows;
  std::size_t count;
};
constexpr List selection_list = {"selection", &Nodes::selection, selection_rows, std::size(selection_rows)};
constexpr List field_list = {"field", &Nodes::field, field_rows, std::size(field_rows)};
constexpr List column_list = {"column", &Nodes::column, column_rows, std::size(column_rows)};

struct TypeName {
  std::string_view name;
  Type type;
  LeafType leaf;
};
constexpr TypeName types[] = {{"text", Type::text, LeafType::text},
                              {"integer", Type::integer, LeafType::integer},
                              {"decimal", Type::decimal, LeafType::decimal},
                              {"date", Type::date, LeafType::date}};
constexpr std::pair<std::string_view, Sensitivity> sensitivities[] = {
    {"open", Sensitivity::open}, {"personal", Sensitivity::personal}, {"account", Sensitivity::account}};

class LayoutCompiler {
 public:
  LayoutCompiler(const ConfigFile& file, const Data& data, Findings& findings, OfsLayout& layout)
      : file_(file), data_(data), findings_(findings), layout_(layout), shape_(layout.writable_shape()) {}

  bool run();

 private:
  /// The place of a key's value among `names`; 0 and OFS-0100 when it is none of them.
  std::size_t choice(ConfigReader& row, std::string_view key, std::string_view fallback,
                     std::initializer_list<std::string_view> names);
  void read_field(const ConfigValue& value, Node& node);
  void build_shape(const ConfigValue* fields);
  void make_leaf(const Row& row, std::uint32_t node);
  void make_list(const List& list, std::uint32_t node);

  const ConfigFile& file_;
  const Data& data_;
  Findings& findings_;
  OfsLayout& layout_;
  Shape& shape_;
};

std::size_t LayoutCompiler::choice(ConfigReader& row, std::string_view key, std::string_view fallback,
                                   std::initializer_list<std::string_view> names) {
  const std::string text = row.string_or(key, std::string(fallback));
  const auto* const found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  row.error("OFS-0100"_code, fmt::format("`{}` can't be \"{}\"", key, text), fmt::format("{}", fmt::join(names, ", ")),
            row.value(key));
  return 0;
}

bool LayoutCompiler::run() {
  const std::uint64_t errors_before = findings_.error_count();
  ConfigReader row(file_, file_.root, findings_);
  layout_.page = records::read_layout_head(row, file_, data_, "OFS-0100"_code, {}, shape_, findings_);
  row.string("message");
  layout_.message = static_cast<Message>(choice(row, "message", "", {"request", "reply", "enquiry_reply"}));
  layout_.by_length = choice(row, "framing", "line", {"line", "length"}) == 1;
  const std::int64_t digits = row.integer_or("digits", 4);
  if (digits < 1 || digits > 9) row.error("OFS-0100"_code, "`digits` should be between 1 and 9");
  layout_.length_digits = static_cast<std::uint32_t>(std::clamp<std::int64_t>(digits, 1, 9));
  layout_.crlf = choice(row, "line_end", "lf", {"lf", "crlf"}) == 1;
  layout_.full_index = choice(row, "index", "full", {"full", "none"}) == 0;
  layout_.drop_password = choice(row, "password", "keep", {"keep", "drop"}) == 1;
  const std::int64_t company = row.integer_or("company", 3);
  if (company != 3 && company != 4) row.error("OFS-0100"_code, "`company` is the third or the fourth part");
  layout_.company_fourth = company == 4;
  layout_.gap = row.string_or("gap", "\t");
  if (layout_.gap.empty() || layout_.gap.find_first_not_of(" \t") != std::string::npos) {
    row.error("OFS-0100"_code, "`gap` should be blanks or tabs");
  }
  const ConfigValue* fields = row.value("fields");
  if (fields != nullptr && (fields->kind != ConfigValue::Kind::array || layout_.message == Message::enquiry_reply)) {
    row.error("OFS-0100"_code, "`fields` should be an array of tables, of a request or a reply", {}, fields);
    fields = nullptr;
  }
  row.finish();
  layout_.date_pattern = *DatePattern::compile("YYYYMMDD");
  build_shape(fields);
  return findings_.error_count() == errors_before;
}

void LayoutCompiler::make_leaf(const Row& row, std::uint32_t index) {
  Node& node = shape_.nodes[index];
  node.name = row.name;
  node.type = row.type;
  node.sensitivity = row.sensitivity;
  node.min_occurs = row.required ? 1 : 0;
  node.structural = row.structural;
  layout_.nodes.*row.node = index;
  if (row.type != LeafType::code) return;
  Facets facets;
  facets.codes = {"1", "-1", "-2", "-3"};
  node.facets = static_cast<std::uint32_t>(shape_.facets.size());
  shape_.facets.push_back(std::move(facets));
}

void LayoutCompiler::make_list(const List& list, std::uint32_t index) {
  shape_.nodes[index].name = list.name;
  shape_.nodes[index].kind = NodeKind::group;
  shape_.nodes[index].min_occurs = 0;
  shape_.nodes[index].max_occurs = unbounded;
  layout_.nodes.*list.node = index;
  std::uint32_t at = shape_.add_children(index, static_cast<std::uint32_t>(list.count));
  for (std::size_t i = 0; i < list.count; ++i) make_leaf(list.rows[i], at++);
}

/// A declared field.
void LayoutCompiler::read_field(const ConfigValue& value, Node& node) {
  if (value.kind != ConfigValue::Kind::table) {
    findings_.add(config_error(file_, value, "CFG-0004"_code, "a row of `fields` should be a table"));
    return;
  }
  ConfigReader row(file_, value, findings_);
  Declared declared;
  declared.name = row.string("name");
  declared.line_number = value.line_number;
  std::string as = row.string_or("as", "");
  if (as.empty()) {
    // DEBIT.ACCT.NO becomes debit_acct_no.
    as = declared.name;
    for (char& c : as) c = c == '.' || c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (as.empty() || as.find_first_of(".[]/ ") != std::string::npos) {
    row.error("OFS-0100"_code, "a name in mappings can't hold `.`, `/`, brackets or blanks");
  }
  const std::string type = row.string_or("type", "text");
  const auto* const found =
      std::find_if(std::begin(types), std::end(types), [&](const TypeName& each) { return each.name == type; });
  if (found == std::end(types)) {
    row.error("OFS-0100"_code, fmt::format("there is no type \"{}\"", type), "text, integer, decimal or date");
  } else {
    declared.type = found->type;
    node.type = found->leaf;
  }
  node.sensitivity = sensitivities[choice(row, "sensitivity", "open", {"open", "personal", "account"})].second;
  row.finish();
  node.name = shape_.intern(as);
  node.min_occurs = 0;
  node.line_number = value.line_number;
  declared.node = static_cast<std::uint32_t>(&node - shape_.nodes.data());
  if (layout_.find_declared(declared.name) != nullptr) row.error("OFS-0100"_code, "the field is declared twice");
  layout_.declared.push_back(std::move(declared));
}

void LayoutCompiler::build_shape(const ConfigValue* fields) {
  std::vector<const Row*> rows;
  std::vector<const List*> lists;
  const auto add = [&](const auto& all) {
    for (const Row& row : all) rows.push_back(&row);
  };
  switch (layout_.message) {
    case Message::request:
      add(request_rows);
      lists = {&selection_list, &field_list};
      break;
    case Message::reply:
      add(reply_rows);
      lists = {&field_list};
      break;
    case Message::enquiry_reply:
      add(enquiry_reply_rows);
      lists = {&column_list};
  }
  const std::size_t declared_count = fields != nullptr ? fields->items.size() : 0;
  const bool has_rows = layout_.message == Message::enquiry_reply;
  shape_.nodes.emplace_back();
  shape_.nodes[0].kind = NodeKind::group;
  const std::uint32_t item = shape_.add_children(0, 1);
  Node& message = shape_.nodes[item];
  message.name = "message";
  message.kind = NodeKind::group;
  message.min_occurs = 0;
  message.max_occurs = unbounded;
  message.item = true;
  layout_.nodes.message = item;
  std::uint32_t at = shape_.add_children(
      item, static_cast<std::uint32_t>(rows.size() + declared_count + lists.size() + (has_rows ? 1 : 0)));
  for (const Row* row : rows) make_leaf(*row, at++);
  for (std::size_t i = 0; i < declared_count; ++i) read_field(fields->items[i], shape_.nodes[at++]);
  for (const List* list : lists) make_list(*list, at++);
  if (has_rows) {
    layout_.nodes.row = at;
    shape_.nodes[at].name = "row";
    shape_.nodes[at].kind = NodeKind::group;
    shape_.nodes[at].min_occurs = 0;
    shape_.nodes[at].max_occurs = unbounded;
    layout_.nodes.row_value = shape_.add_children(at, 1);
    Node& value = shape_.nodes[layout_.nodes.row_value];
    value.name = "value";
    value.min_occurs = 0;
    value.max_occurs = unbounded;
    value.sensitivity = Sensitivity::personal;
  }
  for (std::uint32_t i = shape_.nodes[item].first_child;
       i + 1 < shape_.nodes[item].first_child + shape_.nodes[item].child_count; ++i) {
    for (std::uint32_t j = shape_.nodes[item].first_child; j < i; ++j) {
      if (shape_.nodes[i].name != shape_.nodes[j].name) continue;
      findings_.add(config_error(file_, file_.root, "OFS-0100"_code,
                                 fmt::format("there are two fields named {}", shape_.nodes[i].name)));
    }
  }
}

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  auto layout = std::make_unique<OfsLayout>();
  if (!LayoutCompiler(file, data, findings, *layout).run()) return nullptr;
  return layout;
}

}  // namespace

const Declared* OfsLayout::find_declared(std::string_view name) const {
  const auto found = std::find_if(declared.begin(), declared.end(), [&](const Declared& d) { return d.name == name; });
  return found == declared.end() ? nullptr : &*found;
}

const Declared* OfsLayout::find_declared(std::uint32_t node) const {
  const auto found = std::find_if(declared.begin(), declared.end(), [&](const Declared& d) { return d.node == node; });
  return found == declared.end() ? nullptr : &*found;
}

std::string OfsLayout::spelled(std::uint32_t mv, std::uint32_t sv) const {
  return full_index || mv != 1 || sv != 1 ? fmt::format(":{}:{}", mv, sv) : std::string();
}

Diagnostic OfsLayout::diagnose(Code code, std::uint32_t node, std::string text) const {
  Diagnostic why;
  why.code = code;
  why.path = shape_.path_of(node);
  if (const std::uint32_t line = shape_.nodes[node].line_number; line != 0) {
    why.rule = shape_.file + ":" + std::to_string(line);
  }
  why.text = std::move(text);
  return why;
}

std::string OfsLayout::describe() const {
  constexpr std::string_view kinds[] = {"requests", "replies", "enquiry replies"};
  std::string out = fmt::format("{}: OFS {}, {}, {}\n\n", shape_.id, kinds[static_cast<std::size_t>(message)],
                                by_length ? fmt::format("a length of {} digits in front", length_digits)
                                          : std::string(crlf ? "lines that end with CR LF" : "lines"),
                                page->name());
  for (const Declared& each : declared) {
    out += fmt::format("  {:<30} {:<30} {}\n", each.name, shape_.nodes[each.node].name,
                       to_text(shape_.nodes[each.node].type));
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t cut = text.find(at);
    parts.push_back(text.substr(0, cut));
    if (cut == std::string_view::npos) return parts;
    text.remove_prefix(cut + 1);
  }
}

}  // namespace tilmash::formats::ofs

namespace tilmash::formats {
extern const Format ofs_format;
const Format ofs_format = {"ofs", &ofs::load};
}  // namespace tilmash::formats
