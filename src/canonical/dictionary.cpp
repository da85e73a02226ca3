#include "canonical/dictionary.h"

#include <fmt/format.h>

#include <charconv>
#include <deque>

#include "canonical/value_types.h"

namespace tilmash::canonical {
namespace {

constexpr std::string_view parts_file = "schemas/canonical/parts.toml";
constexpr int depth_max = 12;

/// A node while the tree is being read; laid out as a Shape afterwards.
struct Draft {
  Node node;
  Facets facets;
  std::string name;
  std::string about;
  std::string since;
  std::vector<std::unique_ptr<Draft>> children;

  Draft* find(std::string_view child) const {
    for (const auto& each : children) {
      if (each->name == child) return each.get();
    }
    return nullptr;
  }
};

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

struct Plain {
  std::string_view name;
  LeafType type;
};
constexpr Plain plain_types[] = {{"integer", LeafType::integer},
                                 {"boolean", LeafType::boolean},
                                 {"date", LeafType::date},
                                 {"datetime", LeafType::datetime},
                                 {"xml", LeafType::any}};

/// "text(35)", "decimal(18,5)", "code(A B)", "date", "iban" …; false when it is none of them.
bool read_type(std::string_view spec, Draft& draft) {
  draft.node.kind = NodeKind::leaf;
  draft.facets.type_name = spec;
  const std::size_t open = spec.find('(');
  if (open != std::string_view::npos && spec.ends_with(')')) {
    const std::string_view name = spec.substr(0, open);
    std::string_view inside = spec.substr(open + 1, spec.size() - open - 2);
    if (name == "text") {
      const auto max = whole_number(inside);
      draft.node.type = LeafType::text;
      draft.facets.length_min = 1;
      draft.facets.length_max = max.value_or(0);
      return max && *max > 0;
    }
    if (name == "decimal") {
      const std::size_t comma = inside.find(',');
      if (comma == std::string_view::npos) return false;
      const auto total = whole_number(inside.substr(0, comma));
      const auto fraction = whole_number(inside.substr(comma + 1));
      if (!total || !fraction || *total == 0 || *total > 18 || *fraction > *total) return false;
      draft.node.type = LeafType::decimal;
      draft.facets.digits_total = static_cast<std::uint8_t>(*total);
      draft.facets.digits_fraction = static_cast<std::uint8_t>(*fraction);
      draft.facets.non_negative = true;
      return true;
    }
    if (name == "code") {
      draft.node.type = LeafType::code;
      while (!inside.empty()) {
        const std::size_t blank = inside.find(' ');
        if (blank != 0) draft.facets.codes.emplace_back(inside.substr(0, blank));
        inside = blank == std::string_view::npos ? std::string_view() : inside.substr(blank + 1);
      }
      return !draft.facets.codes.empty();
    }
    return false;
  }
  for (const Plain& plain : plain_types) {
    if (plain.name != spec) continue;
    draft.node.type = plain.type;
    return true;
  }
  const ValueType* value_type = find_value_type(spec);
  if (value_type == nullptr) return false;
  draft.node.type = value_type->type;
  draft.node.sensitivity = value_type->sensitivity;
  draft.facets = value_type->facets;
  return true;
}

class DictionaryCompiler {
 public:
  DictionaryCompiler(const Data& data, Findings& findings) : data_(data), findings_(findings) {}

  bool read_rows(const ConfigFile& file, const ConfigValue& rows, Draft& root, int depth) {
    const std::uint64_t errors = findings_.error_count();
    for (const ConfigValue::Member& member : rows.members) read_row(file, member, root, depth);
    return findings_.error_count() == errors;
  }

  bool read_part(std::string_view name, Draft& into, const ConfigFile& asker, const ConfigValue& at, int depth) {
    if (!parts_) {
      const auto text = data_.find(parts_file);
      if (text) parts_ = read_config(std::string(parts_file), *text, findings_);
    }
    const ConfigValue* part = parts_ ? parts_->root.find(name) : nullptr;
    if (part == nullptr || depth > depth_max) {
      findings_.add(config_error(asker, at, "CAN-0102"_code, fmt::format("there is no part \"{}\"", name),
                                 fmt::format("parts stand in {}", parts_file)));
      return false;
    }
    return read_rows(*parts_, *part, into, depth + 1);
  }

 private:
  void read_row(const ConfigFile& file, const ConfigValue::Member& member, Draft& root, int depth) {
    ConfigReader row(file, member.value, findings_);
    Draft* parent = &root;
    std::string_view path = member.key;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      parent = parent->find(path.substr(0, dot));
      path.remove_prefix(dot + 1);
      if (parent == nullptr) {
        return row.error("CAN-0103"_code, fmt::format("the group above \"{}\" has no row yet", member.key),
                         "a group stands before its fields");
      }
    }
    if (parent->find(path) != nullptr) {
      return row.error("CAN-0105"_code, fmt::format("the field \"{}\" stands twice", member.key));
    }
    auto draft = std::make_unique<Draft>();
    draft->name = path;
    draft->node.kind = NodeKind::group;
    draft->node.line_number = member.line_number;
    const std::string type = row.string_or("type", "");
    const std::string part = row.string_or("part", "");
    const std::string occurs = row.string_or("occurs", "?");
    const std::string sensitivity = row.string_or("sensitivity", "");
    draft->about = row.string("about");
    draft->since = row.string_or("since", "1");
    draft->node.item = row.boolean_or("item", false);
    row.finish();
    if (!type.empty() && !read_type(type, *draft)) {
      row.error("CAN-0101"_code, fmt::format("\"{}\" is no type", type), "see the head of " + std::string(parts_file),
                member.value.find("type"));
    }
    if (!part.empty()) read_part(part, *draft, file, member.value, depth);
    if (occurs.size() != 1 || std::string_view("?1*+").find(occurs) == std::string_view::npos) {
      row.error("CAN-0104"_code, "occurs is one of ?, 1, *, +");
    }
    draft->node.min_occurs = occurs == "1" || occurs == "+" ? 1 : 0;
    draft->node.max_occurs = occurs == "*" || occurs == "+" ? unbounded : 1;
    if (sensitivity == "personal") {
      draft->node.sensitivity = Sensitivity::personal;
    } else if (sensitivity == "account") {
      draft->node.sensitivity = Sensitivity::account;
    } else if (!sensitivity.empty() && sensitivity != "open") {
      row.error("CAN-0104"_code, "sensitivity is one of open, personal, account");
    }
    parent->children.push_back(std::move(draft));
  }

  const Data& data_;
  Findings& findings_;
  std::optional<ConfigFile> parts_;
};

/// Breadth first, so that the children of a node are contiguous.
void lay_out(const Draft& root, Dictionary& dictionary) {
  Shape& shape = dictionary.shape;
  shape.nodes.resize(1);
  shape.nodes[0].kind = NodeKind::group;
  dictionary.about.assign(1, root.about);
  dictionary.since.assign(1, root.since);
  std::deque<std::pair<const Draft*, std::uint32_t>> queue{{&root, 0}};
  for (; !queue.empty(); queue.pop_front()) {
    const auto [draft, index] = queue.front();
    if (draft->children.empty()) continue;
    std::uint32_t child = shape.add_children(index, static_cast<std::uint32_t>(draft->children.size()));
    for (const auto& each : draft->children) {
      Node& node = shape.nodes[child];
      const std::uint32_t parent = node.parent;
      node = each->node;
      node.parent = parent;
      node.name = shape.intern(each->name);
      if (node.kind == NodeKind::leaf) {
        node.facets = static_cast<std::uint32_t>(shape.facets.size());
        shape.facets.push_back(each->facets);
      }
      dictionary.about.push_back(each->about);
      dictionary.since.push_back(each->since);
      queue.emplace_back(each.get(), child++);
    }
  }
}

}  // namespace

std::unique_ptr<Dictionary> read_dictionary(const ConfigFile& file, std::string id, const Data& data,
                                            Findings& findings) {
  ConfigReader reader(file, file.root, findings);
  const ConfigValue* rows = reader.table("fields");
  if (rows == nullptr) return nullptr;
  Draft root;
  if (!DictionaryCompiler(data, findings).read_rows(file, *rows, root, 0)) return nullptr;
  auto dictionary = std::make_unique<Dictionary>();
  dictionary->shape.id = std::move(id);
  dictionary->shape.file = file.name;
  lay_out(root, *dictionary);
  return dictionary;
}

std::unique_ptr<Dictionary> load_family(std::string_view id, const Data& data, Findings& findings) {
  constexpr std::string_view part_prefix = "canonical/part/";
  constexpr std::string_view prefix = "canonical/";
  if (id.starts_with(part_prefix)) {
    const ConfigFile asker{std::string(id), {}, {}};
    Draft root;
    if (!DictionaryCompiler(data, findings).read_part(id.substr(part_prefix.size()), root, asker, asker.root, 0)) {
      return nullptr;
    }
    auto dictionary = std::make_unique<Dictionary>();
    dictionary->shape.id = id;
    dictionary->shape.file = parts_file;
    lay_out(root, *dictionary);
    return dictionary;
  }
  std::string name = "schemas/canonical/" + std::string(id.substr(std::min(id.size(), prefix.size()))) + ".toml";
  if (const std::size_t slash = name.rfind('/'); slash > sizeof "schemas/canonical") name[slash] = '.';
  const auto text = id.starts_with(prefix) ? data.find(name) : std::nullopt;
  if (!text) {
    Diagnostic error;
    error.code = "CAN-0106"_code;
    error.text = fmt::format("there is no canonical family \"{}\"", id);
    std::string known;
    for (const std::string& file : data.list("schemas/canonical/", ".1.toml")) known += " " + file;
    error.help = "families of this build:" + known;
    findings.add(std::move(error));
    return nullptr;
  }
  const auto file = read_config(name, *text, findings);
  if (!file) return nullptr;
  return read_dictionary(*file, std::string(id), data, findings);
}

}  // namespace tilmash::canonical
