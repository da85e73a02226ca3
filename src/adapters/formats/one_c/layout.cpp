// A layout file compiled with its dictionary: options, and the shape with its sections and keys.
#include "adapters/formats/one_c/layout.h"

#include <algorithm>

#include "adapters/formats/one_c/compiler.h"
#include "adapters/records/layout_head.h"
#include "base/text.h"

namespace tilmash::formats::one_c {
namespace {

constexpr Choice<LineEnd> line_ends[] = {{"lf", LineEnd::lf}, {"crlf", LineEnd::crlf}, {"any", LineEnd::any}};
constexpr Choice<Presence> presences[] = {
    {"required", Presence::required}, {"optional", Presence::optional}, {"none", Presence::absent}};
constexpr Choice<KeyCase> key_cases[] = {{"exact", KeyCase::exact}, {"upper", KeyCase::upper}, {"any", KeyCase::any}};
constexpr Choice<Point> points[] = {{".", Point::dot}, {",", Point::comma}, {"any", Point::any}};
constexpr Choice<bool> unknown_keys[] = {{"keep", true}, {"reject", false}};
constexpr Choice<bool> checks[] = {{"check", true}, {"ignore", false}};

}  // namespace

void Compiler::read_layout(ConfigReader& row) {
  layout_.shape_.empty_is_absent = true;
  layout_.page = records::read_layout_head(row, file_, data_, "ONC-0102"_code, {}, layout_.shape_, findings_);
  layout_.line_end = choose(row, "line_end", line_ends, "crlf");
  layout_.final_line_end = choose(row, "final_line_end", presences, "required");
  layout_.end_line = choose(row, "end_line", presences, "required");
  layout_.key_case = choose(row, "key_case", key_cases, "exact");
  layout_.point = choose(row, "point", points, ".");
  layout_.keep_unknown = choose(row, "unknown_keys", unknown_keys, "keep");
  layout_.bom = row.boolean_or("bom", false);
  if (layout_.bom && layout_.page != nullptr && layout_.page->name() != "utf-8")
    row.error("ONC-0101"_code, "`bom` belongs to utf-8", {}, row.value("bom"));
  encoding_ = choose(row, "encoding_key", checks, "check");
  balances_ = choose(row, "balances", checks, "check");
  movements_ = choose(row, "movements", checks, "check");
  may_lack_ = row.strings_or_empty("may_lack");
  must_have_ = row.strings_or_empty("must_have");
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
    if (!section.by_name.emplace(written.normal, static_cast<std::uint32_t>(section.keys.size())).second) {
      findings_.add(config_error(file_, file_.root, "ONC-0103"_code,
                                 fmt::format("{} differs from another key in its case only", each.key.text),
                                 "such a dictionary needs `key_case = \"exact\"`"));
    }
    section.keys.push_back(std::move(each.key));
  }
  build_extension(section, at);
}

/// The lines of a section that hold no known value.
void Compiler::build_extension(Section& section, std::uint32_t at) {
  Shape& shape = layout_.shape_;
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

/// A key that opens a section can't stand in another.
void Compiler::check_open_keys() {
  for (const Section& opened : layout_.sections) {
    for (const Section& other : layout_.sections) {
      for (const std::string& key : opened.open_keys) {
        if (&other == &opened || other.by_name.find(key) == other.by_name.end()) continue;
        findings_.add(config_error(file_, file_.root, "ONC-0103"_code,
                                   fmt::format("{} opens {} and is a key of {}", key, opened.kind, other.kind),
                                   "where keys differ in their case only, `key_case` must be \"exact\""));
      }
    }
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
  check_open_keys();
  connect();
  return !failed();
}

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
