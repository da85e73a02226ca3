// A layout file with its dictionary, compiled. The dictionary (schemas/one_c/NAME.toml) says what sections and keys
// there are; the layout says how the file of one bank is written.
#include "adapters/formats/one_c/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tilmash::formats::one_c {
namespace {

struct DraftKey {
  Key key;
  std::string name;
  Sensitivity sensitivity = Sensitivity::open;
  std::string rule;
};

struct DraftSection {
  Section section;
  std::string open;
  std::string close;
  std::vector<std::string> open_keys;
  std::string title;
  std::string rule;
  std::vector<DraftKey> keys;
};

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

constexpr Choice<LeafType> types[] = {{"text", LeafType::text},
                                      {"decimal", LeafType::decimal},
                                      {"integer", LeafType::integer},
                                      {"date", LeafType::date},
                                      {"time", LeafType::time}};
constexpr Choice<Sensitivity> sensitivities[] = {
    {"open", Sensitivity::open}, {"personal", Sensitivity::personal}, {"account", Sensitivity::account}};
constexpr Choice<LineEnd> line_ends[] = {{"lf", LineEnd::lf}, {"crlf", LineEnd::crlf}, {"any", LineEnd::any}};
constexpr Choice<Presence> presences[] = {
    {"required", Presence::required}, {"optional", Presence::optional}, {"none", Presence::absent}};
constexpr Choice<KeyCase> key_cases[] = {{"exact", KeyCase::exact}, {"upper", KeyCase::upper}, {"any", KeyCase::any}};
constexpr Choice<Point> points[] = {{".", Point::dot}, {",", Point::comma}, {"any", Point::any}};
constexpr Choice<bool> unknown_keys[] = {{"keep", true}, {"reject", false}};
constexpr Choice<bool> checks[] = {{"check", true}, {"ignore", false}};
constexpr Choice<bool> yes_no[] = {{"required", true}, {"optional", false}};

template <typename Value, std::size_t size>
Value choose(ConfigReader& row, std::string_view key, const Choice<Value> (&choices)[size],
             std::string_view otherwise) {
  const std::string text = row.string_or(key, otherwise);
  std::string names;
  for (const auto& each : choices) {
    if (each.name == text) return each.value;
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  row.error("ONC-0101"_code, fmt::format("`{}` can't be \"{}\"", key, text), names, row.value(key));
  return choices[0].value;
}

class Compiler {
 public:
  Compiler(const ConfigFile& file, const Data& data, Findings& findings, OneCLayout& layout)
      : file_(file), data_(data), findings_(findings), layout_(layout), errors_before_(findings.error_count()) {}

  bool run();

 private:
  bool failed() const { return findings_.error_count() != errors_before_; }
  void read_layout(ConfigReader& row);
  bool read_dictionary(const std::string& name, int depth);
  void read_section(const ConfigFile& file, const ConfigValue& value);
  void read_keys(const ConfigFile& file, const ConfigValue& rows, DraftSection& draft);
  void read_key(const ConfigFile& file, ConfigReader& row, const ConfigValue& at, DraftSection& draft);
  void read_encoding(const ConfigFile& file, const ConfigValue& value);
  void read_movement(const ConfigFile& file, const ConfigValue& value);
  void read_controls(const ConfigFile& file, const ConfigValue& value);
  std::uint32_t field(const ConfigFile& file, const ConfigValue& at, const std::string& path);
  void connect();
  void build_shape();
  void build_section(DraftSection& draft, Section& section);
  Mark mark(const std::string& text, bool is_key);

  const ConfigFile& file_;
  const Data& data_;
  Findings& findings_;
  OneCLayout& layout_;
  std::uint64_t errors_before_;
  std::vector<std::unique_ptr<ConfigFile>> files_;  ///< dictionaries, the derived one first
  std::vector<DraftSection> drafts_;
  std::vector<std::string> may_lack_;
  std::vector<std::string> must_have_;
  std::string end_;
  bool encoding_ = true;
  bool balances_ = true;
  bool movements_ = true;
};

void Compiler::read_layout(ConfigReader& row) {
  layout_.shape_.id = row.string("name");
  layout_.shape_.file = file_.name;
  layout_.shape_.empty_is_absent = true;
  row.string("format");
  const std::string page = row.string("code_page");
  layout_.page = find_code_page(data_, page, findings_);
  if (layout_.page == nullptr || !layout_.page->keeps_ascii()) {
    row.error("ONC-0102"_code, fmt::format("there is no code page \"{}\" that keeps ASCII", page),
              fmt::format("{}", fmt::join(list_code_pages(data_), ", ")), row.value("code_page"));
  }
  layout_.line_end = choose(row, "line_end", line_ends, "crlf");
  layout_.final_line_end = choose(row, "final_line_end", presences, "required");
  layout_.end_line = choose(row, "end_line", presences, "required");
  layout_.key_case = choose(row, "key_case", key_cases, "exact");
  layout_.point = choose(row, "point", points, ".");
  layout_.keep_unknown = choose(row, "unknown_keys", unknown_keys, "keep");
  layout_.bom = row.boolean_or("bom", false);
  if (layout_.bom && page != "utf-8") row.error("ONC-0101"_code, "`bom` belongs to utf-8", {}, row.value("bom"));
  encoding_ = choose(row, "encoding_key", checks, "check");
  balances_ = choose(row, "balances", checks, "check");
  movements_ = choose(row, "movements", checks, "check");
  may_lack_ = row.strings_or_empty("may_lack");
  must_have_ = row.strings_or_empty("must_have");
}

bool Compiler::read_dictionary(const std::string& name, int depth) {
  const std::string path = "schemas/one_c/" + name + ".toml";
  const auto text = data_.find(path);
  if (!text || depth > 4) {
    std::string known;
    for (const std::string& each : data_.list("schemas/one_c/", ".toml")) {
      known += (known.empty() ? "" : ", ") + each.substr(14, each.size() - 19);
    }
    findings_.add(config_error(file_, file_.root, "ONC-0100"_code, fmt::format("there is no dictionary \"{}\"", name),
                               "dictionaries: " + known));
    return false;
  }
  auto read = read_config(path, *text, findings_);
  if (!read) return false;
  files_.push_back(std::make_unique<ConfigFile>(std::move(*read)));
  const ConfigFile& file = *files_.back();
  ConfigReader row(file, file.root, findings_);
  if (const std::string base = row.string_or("extends", ""); !base.empty() && !read_dictionary(base, depth + 1)) {
    return false;
  }
  if (const std::string wrap = row.string_or("wrap", ""); !wrap.empty()) layout_.wrap = wrap;
  if (const std::string pattern = row.string_or("date", ""); !pattern.empty()) {
    layout_.date = DatePattern::compile(pattern);
  }
  if (const std::string end = row.string_or("end", ""); !end.empty()) end_ = end;
  if (const ConfigValue* sections = row.value("section"); sections != nullptr) {
    for (const ConfigValue& each : sections->items) read_section(file, each);
  }
  for (const std::string_view later : {"encoding", "movement", "control"}) row.value(later);
  row.finish();
  return true;
}

void Compiler::read_section(const ConfigFile& file, const ConfigValue& value) {
  ConfigReader row(file, value, findings_);
  const std::string kind = row.string("kind");
  auto found =
      std::find_if(drafts_.begin(), drafts_.end(), [&](const DraftSection& each) { return each.section.kind == kind; });
  if (found == drafts_.end()) {
    drafts_.emplace_back();
    found = drafts_.end() - 1;
    found->section.kind = kind;
    found->rule = rule_place(file, value);
    const std::string like = row.string_or("open_like", "");
    found->open = like.empty() ? row.string_or("open", "") : like;
    found->open_keys = row.strings_or_empty("open_keys");
    found->section.opens = !like.empty()              ? Section::Opens::like
                           : found->open_keys.empty() ? Section::Opens::line
                                                      : Section::Opens::key;
    found->close = row.string_or("close", "");
    found->title = row.string_or("title", "");
    found->section.max = row.boolean_or("repeat", false) ? unbounded : 1;
    found->section.item = row.boolean_or("item", false);
    if (found->open.empty() && found->open_keys.empty()) {
      row.error("ONC-0103"_code, "a section needs `open`, `open_like` or `open_keys`");
    }
  }
  if (const ConfigValue* keys = row.value("keys"); keys != nullptr) read_keys(file, *keys, *found);
  row.finish();
}

void Compiler::read_keys(const ConfigFile& file, const ConfigValue& rows, DraftSection& draft) {
  for (const ConfigValue& each : rows.items) {
    if (each.kind != ConfigValue::Kind::table) {
      findings_.add(config_error(file, each, "CFG-0004"_code, "a key should be a table"));
      continue;
    }
    ConfigReader row(file, each, findings_);
    read_key(file, row, each, draft);
    row.finish();
  }
}

void Compiler::read_key(const ConfigFile& file, ConfigReader& row, const ConfigValue& at, DraftSection& draft) {
  DraftKey key;
  key.key.text = row.string("key");
  key.name = row.string("name");
  key.key.type = choose(row, "type", types, "text");
  key.sensitivity = choose(row, "sensitivity", sensitivities, "open");
  key.key.required = choose(row, "presence", yes_no, "optional");
  key.key.repeats = row.boolean_or("repeat", false);
  key.key.codes = row.strings_or_empty("codes");
  key.rule = rule_place(file, at);
  for (const DraftKey& each : draft.keys) {
    if (each.name != key.name && each.key.text != key.key.text) continue;
    row.error("ONC-0103"_code, fmt::format("{} = {} is declared twice", key.key.text, key.name));
    return;
  }
  if (key.name == "extension" || key.key.text.find('=') != std::string::npos || draft.keys.size() >= keys_max) {
    row.error("ONC-0103"_code, fmt::format("{} = {} can't be a key", key.key.text, key.name));
    return;
  }
  draft.keys.push_back(std::move(key));
}

std::uint32_t Compiler::field(const ConfigFile& file, const ConfigValue& at, const std::string& path) {
  const std::uint32_t node = layout_.shape_.find_path(0, path);
  if (node != no_node && layout_.shape_.nodes[node].kind == NodeKind::leaf) return node;
  findings_.add(config_error(file, at, "ONC-0103"_code, fmt::format("there is no field {}", path)));
  return no_node;
}

void Compiler::read_encoding(const ConfigFile& file, const ConfigValue& value) {
  ConfigReader row(file, value, findings_);
  const std::uint32_t node = field(file, value, row.string("field"));
  if (encoding_) layout_.encoding = node;
  if (encoding_ && node != no_node) layout_.shape_.nodes[node].structural = true;
  if (const ConfigValue* pages = row.table("pages"); pages != nullptr) {
    ConfigReader names(file, *pages, findings_);
    for (const auto& member : pages->members) {
      layout_.encodings.push_back({member.key, names.strings_or_empty(member.key)});
    }
  }
  row.finish();
  // To say by whose letters a header was written that the declared page makes nothing of.
  if (layout_.sections.empty() || layout_.sections[0].keys.empty()) return;
  for (const Encoding& each : layout_.encodings) {
    for (const std::string& name : each.pages) {
      const auto page = find_code_page(data_, name, findings_);
      std::string bytes;
      std::size_t bad = 0;
      const Key& key = layout_.sections[0].keys[0];
      if (page != nullptr && page->encode(key.text, bytes, bad) && bytes != key.bytes) {
        layout_.other_pages.emplace_back(name, bytes + "=");
      }
    }
  }
}

void Compiler::read_movement(const ConfigFile& file, const ConfigValue& value) {
  ConfigReader row(file, value, findings_);
  const auto optional = [&](std::string_view key) {
    const std::string path = row.string_or(key, "");
    return path.empty() ? no_node : field(file, value, path);
  };
  layout_.movement.account = optional("account");
  layout_.movement.amount = optional("amount");
  layout_.movement.received = optional("received");
  layout_.movement.spent = optional("spent");
  for (const std::string& path : row.strings_or_empty("payer")) {
    layout_.movement.payers.push_back(field(file, value, path));
  }
  for (const std::string& path : row.strings_or_empty("payee")) {
    layout_.movement.payees.push_back(field(file, value, path));
  }
  row.finish();
}

void Compiler::read_controls(const ConfigFile& file, const ConfigValue& value) {
  for (const ConfigValue& each : value.items) {
    ConfigReader row(file, each, findings_);
    ControlRule rule;
    rule.field = field(file, each, row.string("field"));
    const std::vector<std::string> equals = row.strings_or_empty("equals");
    const std::vector<std::string> sum = row.strings_or_empty("sum");
    const std::string movements = row.string_or("movements", "");
    row.finish();
    const bool is_balance = !equals.empty();
    rule.kind = is_balance                ? ControlRule::Kind::equals
                : !sum.empty()            ? ControlRule::Kind::sum
                : movements == "received" ? ControlRule::Kind::received
                                          : ControlRule::Kind::spent;
    for (std::string path : is_balance ? equals : sum) {
      const bool minus = path[0] == '-';
      if (minus) path.erase(0, 1);
      rule.terms.push_back({field(file, each, path), minus});
    }
    if (rule.field == no_node) continue;
    rule.section = layout_.section_of(layout_.shape_.nodes[rule.field].parent);
    if (!(is_balance ? balances_ : movements_)) continue;
    const auto mark_structural = [&](std::uint32_t node) {
      if (node != no_node && layout_.shape_.nodes[node].parent != layout_.sections[layout_.item].node) {
        layout_.shape_.nodes[node].structural = true;
      }
    };
    mark_structural(rule.field);
    for (const ControlRule::Term& term : rule.terms) mark_structural(term.node);
    layout_.controls.push_back(std::move(rule));
  }
}

Mark Compiler::mark(const std::string& text, bool is_key) {
  Mark made;
  const std::string cased = layout_.key_case == KeyCase::upper ? in_capitals(text) : text;
  std::size_t bad = 0;
  if (layout_.page != nullptr && !layout_.page->encode(cased, made.bytes, bad)) {
    findings_.add(
        config_error(file_, file_.root, "ONC-0102"_code,
                     fmt::format("the code page can't write {} \"{}\"", is_key ? "the key" : "the line", text)));
  }
  std::string buffer;
  if (layout_.page != nullptr) made.normal = layout_.normal(made.bytes, buffer);
  return made;
}

void Compiler::build_section(DraftSection& draft, Section& section) {
  Shape& shape = layout_.shape_;
  const std::uint32_t group = section.node;
  const bool titled = !draft.title.empty();
  const auto count = static_cast<std::uint32_t>(draft.keys.size() + (titled ? 2 : 1));
  std::uint32_t at = shape.add_children(group, count);
  layout_.rules.resize(shape.nodes.size());
  if (titled) {
    section.title = at++;
    shape.nodes[section.title].name = shape.intern(draft.title);
    layout_.rules[section.title] = draft.rule;
  }
  for (DraftKey& each : draft.keys) {
    Node& node = shape.nodes[at];
    node.name = shape.intern(each.name);
    node.type = each.key.codes.empty() ? each.key.type : LeafType::code;
    const std::string path = draft.section.kind + "." + each.name;
    const auto named = [&](const std::vector<std::string>& paths) {
      return std::find(paths.begin(), paths.end(), path) != paths.end();
    };
    each.key.required = named(must_have_) || (each.key.required && !named(may_lack_));
    node.min_occurs = each.key.required ? 1 : 0;
    node.max_occurs = each.key.repeats ? unbounded : 1;
    node.sensitivity = each.sensitivity;
    node.facets = static_cast<std::uint32_t>(shape.facets.size());
    Facets facets;
    facets.length_min = 1;
    facets.codes = each.key.codes;
    if (each.key.type == LeafType::decimal || each.key.type == LeafType::integer) facets.digits_total = 18;
    if (each.key.type == LeafType::decimal) facets.digits_fraction = 18;
    shape.facets.push_back(std::move(facets));
    layout_.rules[at] = each.rule;
    const Mark written = mark(each.key.text, true);
    each.key.bytes = written.bytes;
    each.key.node = at++;
    section.by_name.emplace(written.normal, static_cast<std::uint32_t>(section.keys.size()));
    section.keys.push_back(std::move(each.key));
  }
  section.extension = at;
  Node& extension = shape.nodes[at];
  extension.name = shape.intern("extension");
  extension.kind = NodeKind::group;
  extension.min_occurs = 0;
  extension.max_occurs = unbounded;
  const std::uint32_t parts = shape.add_children(section.extension, 3);
  layout_.rules.resize(shape.nodes.size());
  constexpr std::string_view names[] = {"position", "key", "value"};
  for (std::uint32_t i = 0; i < 3; ++i) {
    Node& node = shape.nodes[parts + i];
    node.name = shape.intern(names[i]);
    node.type = i == 0 ? LeafType::integer : LeafType::text;
    node.min_occurs = 0;
    // Where no unknown key is kept, an extension is a blank line or a key without a value.
    node.structural = i == 0 || section.keys.empty() || !layout_.keep_unknown;
    node.sensitivity = i == 2 ? Sensitivity::personal : Sensitivity::open;
  }
  section.position = parts;
  section.key = parts + 1;
  section.value = parts + 2;
}

void Compiler::build_shape() {
  Shape& shape = layout_.shape_;
  shape.nodes.emplace_back();
  shape.nodes[0].kind = NodeKind::group;
  std::uint32_t at = shape.add_children(0, static_cast<std::uint32_t>(drafts_.size()));
  for (DraftSection& draft : drafts_) {
    Section section = std::move(draft.section);
    draft.section.kind = section.kind;
    section.node = at++;
    Node& node = shape.nodes[section.node];
    node.name = shape.intern(section.kind);
    node.kind = NodeKind::group;
    node.min_occurs = 0;
    node.max_occurs = section.max == 1 ? 1 : section.item ? unbounded : static_cast<std::uint32_t>(sections_max);
    node.item = section.item;
    section.open = mark(draft.open, false);
    section.close = mark(draft.close, false);
    for (const std::string& key : draft.open_keys) section.open_keys.push_back(mark(key, true).normal);
    build_section(draft, section);
    layout_.rules[section.node] = draft.rule;
    const auto index = static_cast<std::uint32_t>(layout_.sections.size());
    if (section.item) layout_.item = index;
    if (section.kind == end_) layout_.end = index;
    layout_.sections.push_back(std::move(section));
  }
}

void Compiler::connect() {
  // The base comes last in the list: what it says of encodings and sums holds unless the derived one says it itself.
  for (const std::string_view name : {"encoding", "movement", "control"}) {
    for (const auto& file : files_) {
      const ConfigValue* value = file->root.find(name);
      if (value == nullptr) continue;
      if (name == "encoding") read_encoding(*file, *value);
      if (name == "movement") read_movement(*file, *value);
      if (name == "control") read_controls(*file, *value);
      break;
    }
  }
  for (const auto* paths : {&may_lack_, &must_have_}) {
    for (const std::string& path : *paths) field(file_, file_.root, path);
  }
}

bool Compiler::run() {
  ConfigReader row(file_, file_.root, findings_);
  read_layout(row);
  if (failed() || !read_dictionary(row.string("dictionary"), 0)) return false;
  if (const ConfigValue* keys = row.value("key"); keys != nullptr) {
    for (const ConfigValue& each : keys->items) {
      ConfigReader key(file_, each, findings_);
      const std::string kind = key.string("section");
      const auto found = std::find_if(drafts_.begin(), drafts_.end(),
                                      [&](const DraftSection& draft) { return draft.section.kind == kind; });
      if (found == drafts_.end()) {
        key.error("ONC-0103"_code, fmt::format("there is no section {}", kind));
      } else {
        read_key(file_, key, each, *found);
      }
      key.finish();
    }
  }
  row.finish();
  if (failed()) return false;
  build_shape();
  if (layout_.item == none) {
    row.error("ONC-0103"_code, "no section of the dictionary has `item = true`");
    return false;
  }
  connect();
  return !failed();
}

}  // namespace

std::string in_capitals(std::string_view utf8) {
  std::string out;
  for (std::size_t at = 0; at < utf8.size();) {
    char32_t c = read_utf8(utf8, at);
    if ((c >= U'a' && c <= U'z') || (c >= U'а' && c <= U'я')) c -= 32;
    if (c >= 0x450 && c <= 0x45F) c -= 80;
    char bytes[4];
    out.append(bytes, write_utf8(bytes, c));
  }
  return out;
}

std::string_view OneCLayout::normal(std::string_view bytes, std::string& buffer) const {
  if (key_case != KeyCase::any) return bytes;
  Arena arena;
  std::string_view utf8;
  std::size_t bad = 0;
  if (!page->decode(bytes, arena, utf8, bad)) return bytes;
  buffer = in_capitals(utf8);
  return buffer;
}

std::string OneCLayout::rule(std::uint32_t node) const {
  return node < rules.size() ? rules[node] : std::string();
}

std::uint32_t OneCLayout::section_of(std::uint32_t node) const {
  for (std::uint32_t i = 0; i < sections.size(); ++i) {
    if (sections[i].node == node) return i;
  }
  return none;
}

std::string OneCLayout::describe() const {
  std::string out = fmt::format("{}: lines of keys and values, {}\n", shape_.id, page->name());
  for (const Section& section : sections) {
    out += fmt::format("\n{}{}\n", section.kind, section.item ? " (item)" : "");
    for (const Key& key : section.keys) {
      out += fmt::format("  {:<34} {:<34} {}{}{}\n", key.text, shape_.nodes[key.node].name, to_text(key.type),
                         key.required ? ", required" : "", key.repeats ? ", repeats" : "");
    }
  }
  return out;
}

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  auto layout = std::make_unique<OneCLayout>();
  if (!Compiler(file, data, findings, *layout).run()) return nullptr;
  return layout;
}

}  // namespace tilmash::formats::one_c

namespace tilmash::formats {
extern const Format one_c_format;
const Format one_c_format = {"1c_client_bank", &one_c::load};
}  // namespace tilmash::formats
