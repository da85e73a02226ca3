// The dictionary of a dialect (schemas/one_c/NAME.toml): its sections and keys, and where the checks find their fields.
#include <algorithm>

#include "adapters/formats/one_c/compiler.h"

namespace tilmash::formats::one_c {
namespace {

constexpr Choice<LeafType> types[] = {{"text", LeafType::text},
                                      {"decimal", LeafType::decimal},
                                      {"integer", LeafType::integer},
                                      {"date", LeafType::date},
                                      {"time", LeafType::time}};
constexpr Choice<Sensitivity> sensitivities[] = {
    {"open", Sensitivity::open}, {"personal", Sensitivity::personal}, {"account", Sensitivity::account}};
constexpr Choice<bool> yes_no[] = {{"required", true}, {"optional", false}};

}  // namespace

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

}  // namespace tilmash::formats::one_c
