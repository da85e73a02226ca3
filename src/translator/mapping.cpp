#include "translator/mapping.h"

#include <fmt/format.h>

#include "base/civil.h"
#include "base/text.h"

namespace tilmash::translator {
namespace {

std::vector<Declared> read_declared(ConfigReader& reader, std::string_view key) {
  std::vector<Declared> declared;
  const ConfigValue* table = reader.value(key);
  if (table == nullptr) return declared;
  for (const ConfigValue::Member& member : table->members) {
    if (member.value.kind != ConfigValue::Kind::string || member.value.text.empty()) {
      reader.error("CFG-0004"_code, fmt::format("\"{}\" should be a field and the reason it is left out", member.key),
                   {}, &member.value);
      continue;
    }
    declared.push_back({member.key, member.value.text, &member.value});
  }
  return declared;
}

Lookup read_lookup(const ConfigFile& file, const ConfigValue& table, Findings& findings) {
  Lookup lookup;
  for (const ConfigValue::Member& member : table.members) {
    if (member.value.kind != ConfigValue::Kind::string) {
      findings.add(config_error(file, member.value, "CFG-0004"_code, "a lookup entry is \"key\" = \"value\""));
      continue;
    }
    lookup.length_max = std::max(lookup.length_max, static_cast<std::uint32_t>(count_characters(member.value.text)));
    lookup.entries.emplace(member.key, member.value.text);
  }
  return lookup;
}

void read_lookups(Mapping& mapping, ConfigReader& reader, const ReadBeside& read_beside, Findings& findings) {
  if (const ConfigValue* tables = reader.value("lookup"); tables != nullptr) {
    for (const ConfigValue::Member& member : tables->members) {
      mapping.lookups.emplace(member.key, read_lookup(*mapping.file, member.value, findings));
    }
  }
  const ConfigValue* files = reader.value("lookup_files");
  if (files == nullptr) return;
  for (const ConfigValue::Member& member : files->members) {
    const auto text = read_beside(member.value.text);
    const std::string folder = mapping.file->name.substr(0, mapping.file->name.rfind('/') + 1);
    const auto table = text ? read_config(folder + member.value.text, *text, findings) : std::nullopt;
    if (!table) {
      reader.error("MAP-0013"_code, fmt::format("the lookup file \"{}\" can't be read", member.value.text), {},
                   &member.value);
      continue;
    }
    // One table a file, below its own name, so that the file explains itself.
    const ConfigValue* entries = table->root.find(member.key);
    mapping.lookups.emplace(member.key, read_lookup(*table, entries != nullptr ? *entries : table->root, findings));
  }
}

void read_refusals(Mapping& mapping, ConfigReader& reader, Findings& findings) {
  const ConfigValue* rows = reader.value("refuse");
  if (rows == nullptr) return;
  for (const ConfigValue& item : rows->items) {
    ConfigReader row(*mapping.file, item, findings);
    Refusal refusal;
    refusal.condition = row.string("when");
    refusal.at = item.find("when");
    const std::string code = row.string("code");
    refusal.text = row.string("text");
    const std::string way = row.string_or("way", mapping.source.starts_with("canonical/") ? "out" : "in");
    if (way != "in" && way != "out") {
      row.error("CFG-0006"_code, "`way` is in (the default) or out", {}, item.find("way"));
    }
    refusal.out = way == "out";
    row.finish();
    const auto parsed = parse_code(code);
    if (!parsed) {
      row.error("CFG-0006"_code, fmt::format("\"{}\" is no error code: three capitals, a hyphen, four digits", code),
                {}, item.find("code"));
      continue;
    }
    refusal.code = *parsed;
    mapping.refusals.push_back(std::move(refusal));
  }
}

}  // namespace

std::optional<Mapping> read_mapping(std::string name, std::string_view text, const ReadBeside& read_beside,
                                    Findings& findings) {
  const std::uint64_t errors = findings.error_count();
  auto file = read_config(std::move(name), text, findings);
  if (!file) return std::nullopt;
  Mapping mapping;
  mapping.file = std::make_unique<ConfigFile>(std::move(*file));
  ConfigReader reader(*mapping.file, mapping.file->root, findings);
  mapping.name = reader.string("name");
  mapping.version = reader.string("version");
  mapping.source = reader.string("source");
  mapping.target = reader.string("target");
  mapping.hold_on_reject = reader.boolean_or("hold_on_reject", false);
  mapping.as_of = reader.string_or("as_of", "");
  mapping.utc_offset = reader.string_or("utc_offset", "Z");
  if (!is_rfc3339("2026-11-21T00:00:00" + mapping.utc_offset)) {
    reader.error("CFG-0006"_code, "`utc_offset` is Z, or such as +05:00", {}, reader.value("utc_offset"));
  }
  mapping.in = reader.value("in");
  mapping.out = reader.value("out");
  mapping.both = reader.value("both");
  mapping.unread = read_declared(reader, "unread");
  mapping.not_carried = read_declared(reader, "not_carried");
  read_lookups(mapping, reader, read_beside, findings);
  read_refusals(mapping, reader, findings);
  if (const ConfigValue* group = reader.value("group"); group != nullptr) {
    ConfigReader row(*mapping.file, *group, findings);
    if (mapping.source.starts_with("canonical/")) {
      row.error("CFG-0006"_code, "items are grouped into messages, and this mapping writes records");
    }
    mapping.group_by = row.string_or("by", "");
    const std::int64_t max = row.integer_or("max", 1);
    if (max < 1 || max > 100000) {
      row.error("CFG-0006"_code, "`max` is between 1 and 100000", {}, group->find("max"));
    } else {
      mapping.group_items_max = static_cast<std::uint64_t>(max);
    }
    row.finish();
  }
  reader.finish();
  if (mapping.in == nullptr && mapping.out == nullptr && mapping.both == nullptr) {
    reader.error("MAP-0012"_code, "the mapping has no rows", "rows stand under [in], [out] or [both]");
  }
  if (findings.error_count() != errors) return std::nullopt;
  return mapping;
}

std::optional<Binding> read_binding(std::string name, std::string_view text, std::string_view message,
                                    Findings& findings) {
  const std::uint64_t errors = findings.error_count();
  auto file = read_config(std::move(name), text, findings);
  if (!file) return std::nullopt;
  Binding binding;
  binding.file = std::make_unique<ConfigFile>(std::move(*file));
  ConfigReader reader(*binding.file, binding.file->root, findings);
  binding.family = reader.string("family");
  binding.message = reader.string("message");
  binding.in = reader.value("in");
  binding.out = reader.value("out");
  binding.both = reader.value("both");
  binding.unread = read_declared(reader, "unread");
  binding.not_carried = read_declared(reader, "not_carried");
  reader.value("fields");  // of a partner contract; src/partner reads it
  if (const ConfigValue* overlays = reader.value("overlay"); overlays != nullptr) {
    binding.overlay = overlays->find(message);
  }
  reader.finish();
  if (findings.error_count() != errors) return std::nullopt;
  return binding;
}

std::optional<Binding> find_binding(std::string_view endpoint, std::string_view family, const Data& data,
                                    Findings& findings) {
  std::string name;
  if (endpoint.starts_with("partner/")) {
    // "canonical/credit_transfer/1" is the document credit_transfer of the contract.
    std::string_view document = family.substr(family.find('/') + 1);
    document = document.substr(0, document.find('/'));
    name = fmt::format("mappings/{}/{}.toml", endpoint, document);
  } else {
    name = fmt::format("mappings/iso20022/{}.toml", endpoint.substr(0, 8));
  }
  const auto text = data.find(name);
  if (!text) {
    Diagnostic error;
    error.code = "MAP-0014"_code;
    error.text = fmt::format("there is no binding of {} to {}", family, endpoint);
    std::string known;
    for (const std::string& file : data.list("mappings/iso20022/", ".toml")) known += " " + file;
    for (const std::string& file : data.list("mappings/partner/", ".toml")) known += " " + file;
    error.help = fmt::format("it would be {}; bindings of this build:{}", name, known);
    findings.add(std::move(error));
    return std::nullopt;
  }
  return read_binding(name, *text, endpoint, findings);
}

}  // namespace tilmash::translator
