// Reads the data files of message families.
#include "adapters/formats/swift_mt/model.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::formats::swift_mt {
namespace {

constexpr std::uint32_t depth_max = 6;

class FamilyReader {
 public:
  FamilyReader(const ConfigFile& file, bool local, Model& model, Findings& findings)
      : file_(file), model_(model), findings_(findings), local_(local) {}

  void read_types();
  void read_fields();
  void read_messages();
  void read_rules();

 private:
  template <class Each>
  void for_each(std::string_view key, Each each) {
    const ConfigValue* array = file_.root.find(key);
    if (array == nullptr) return;
    for (const ConfigValue& item : array->items) each(item);
  }
  void read_message(const ConfigValue& value);
  void read_rows(const ConfigValue& array, std::size_t& at, std::vector<Row>& rows, std::uint32_t depth);
  bool read_row(const ConfigValue& value, Row& row, bool& opens);
  void error(const ConfigValue& at, Code code, std::string text, std::uint32_t skip = 0) {
    findings_.add(config_error(file_, at, code, std::move(text), {}, skip));
  }

  const ConfigFile& file_;
  Model& model_;
  Findings& findings_;
  bool local_;  ///< definitions within a layout, which has keys of its own
};

void FamilyReader::read_types() {
  if (!local_) {
    ConfigReader keys(file_, file_.root, findings_);
    for (const std::string_view key : definition_keys) keys.value(key);
    keys.finish();
  }
  for_each("types", [&](const ConfigValue& value) {
    ConfigReader reader(file_, value, findings_);
    const std::string name = reader.string("name");
    NamedType type{reader.string_or("format", ""), reader.strings_or_empty("words"),
                   reader.boolean_or("inner_slashes", false)};
    reader.finish();
    model_.vocabulary.types.try_emplace(name, std::move(type));
  });
  for_each("sensitivity", [&](const ConfigValue& value) {
    ConfigReader reader(file_, value, findings_);
    const bool account = reader.string("is") == "account";
    for (const std::string& name : reader.strings_or_empty("components")) {
      model_.vocabulary.sensitivity.try_emplace(name, account ? Sensitivity::account : Sensitivity::personal);
    }
    reader.finish();
  });
}

void FamilyReader::read_fields() {
  for_each("fields", [&](const ConfigValue& value) {
    ConfigReader reader(file_, value, findings_);
    const std::vector<std::string> tags = reader.strings_or_empty("tag");
    const std::string notation = reader.string("format");
    const std::string parts = reader.string_or("parts", "");
    const std::vector<std::string> codes = reader.strings_or_empty("codes");
    reader.finish();
    Format format;
    NotationError wrong;
    if (!compile_format(notation, parts, codes, model_.vocabulary, format, wrong)) {
      const ConfigValue* at = value.find(wrong.in_parts ? "parts" : "format");
      error(at != nullptr ? *at : value, "SMT-0101"_code, wrong.text, wrong.at + 1);
      return;
    }
    format.rule = fmt::format("{}:{}", file_.name, value.line_number);
    const Format* kept = nullptr;
    for (const std::string& tag : tags) {
      if (model_.fields.contains(tag)) continue;
      if (kept == nullptr) kept = &model_.formats.emplace_back(std::move(format));
      model_.fields.emplace(tag, kept);
    }
  });
}

/// "M  20", "O* 13C", "M*2 34F", "O  52A|52D", "M* statement_line {", "O* other *".
bool FamilyReader::read_row(const ConfigValue& value, Row& row, bool& opens) {
  std::string_view text = value.text;
  const auto word = [&] {
    while (text.starts_with(' ')) text.remove_prefix(1);
    const std::string_view taken = text.substr(0, text.find(' '));
    text.remove_prefix(taken.size());
    return taken;
  };
  const std::string_view status = word();
  const std::string_view what = word();
  const std::string_view mark = word();
  row.line_number = value.line_number;
  row.mandatory = status.starts_with('M');
  if ((!row.mandatory && !status.starts_with('O')) || what.empty() || !word().empty()) return false;
  if (status.size() > 1) {
    if (status[1] != '*') return false;
    row.max = unbounded;
    if (status.size() == 3 && status[2] >= '2' && status[2] <= '9')
      row.max = static_cast<std::uint32_t>(status[2] - '0');
    if (status.size() > 2 && row.max == unbounded) return false;
  }
  opens = mark == "{";
  if (opens || mark == "*") {
    row.kind = opens ? Row::Kind::sequence : Row::Kind::any;
    row.name = what;
    return true;
  }
  if (!mark.empty()) return false;
  for (std::size_t at = 0; at <= what.size();) {
    const std::size_t end = std::min(what.find('|', at), what.size());
    Option option;
    option.tag = what.substr(at, end - at);
    option.code = tag_code(option.tag);
    option.format = model_.find_field(option.tag);
    if (option.format == nullptr) {
      error(value, "SMT-0102"_code, fmt::format("no field {} is defined", option.tag));
      return true;
    }
    row.options.push_back(std::move(option));
    at = end + 1;
  }
  if (row.options.size() > 1 && row.max > 1) {
    error(value, "SMT-0102"_code, "a field with options that repeats is written as a sequence, which keeps the order");
  }
  return true;
}

void FamilyReader::read_rows(const ConfigValue& array, std::size_t& at, std::vector<Row>& rows, std::uint32_t depth) {
  for (; at < array.items.size(); ++at) {
    const ConfigValue& value = array.items[at];
    const std::size_t begin = value.text.find_first_not_of(' ');
    if (begin != std::string::npos && value.text.substr(begin) == "}") return;
    Row row;
    bool opens = false;
    if (!read_row(value, row, opens) || depth > depth_max) {
      error(value, "SMT-0102"_code,
            "a row is a status (M, O, M*, O*, O*2), a field with its options or a name with { or *");
      return;
    }
    const std::uint64_t errors_before = findings_.error_count();
    if (opens) read_rows(array, ++at, row.rows, depth + 1);
    if (findings_.error_count() != errors_before) return;
    if (opens && (row.rows.empty() || at == array.items.size())) {
      error(value, "SMT-0102"_code, "the sequence is empty or is not closed");
      return;
    }
    rows.push_back(std::move(row));
  }
}

/// A rule belongs to messages of its own family: another may have a message of the same name. A layout's own rules
/// belong to whichever message has the name.
void FamilyReader::read_rules() {
  const std::string_view folder = std::string_view(file_.name).substr(0, file_.name.rfind('/') + 1);
  for_each("rules", [&](const ConfigValue& value) {
    ConfigReader reader(file_, value, findings_);
    const std::vector<std::string> names = reader.strings_or_empty("of");
    RuleRow row;
    row.rule = reader.string_or("rule", "");
    row.code = reader.string("code");
    row.text = reader.string("text");
    row.when = reader.string_or("when", "");
    row.same = reader.strings_or_empty("same");
    if (const std::int64_t first = reader.integer_or("first", 0); first > 0)
      row.first = static_cast<std::size_t>(first);
    row.sum = reader.string_or("sum", "");
    row.equals = reader.string_or("equals", "");
    row.file = file_.name;
    row.line_number = value.line_number;
    row.local = local_;
    reader.finish();
    if ((row.when.empty() && row.same.empty() && row.sum.empty()) || row.sum.empty() != row.equals.empty()) {
      error(value, "SMT-0105"_code, "a rule has `when`, `same`, or `sum` with `equals`");
      return;
    }
    for (const std::string& name : names) {
      const auto found = std::find_if(model_.messages.begin(), model_.messages.end(), [&](const Message& each) {
        return each.name == name && (local_ || each.file.starts_with(folder));
      });
      if (found != model_.messages.end()) found->rules.push_back(row);
    }
  });
}

void FamilyReader::read_message(const ConfigValue& value) {
  ConfigReader reader(file_, value, findings_);
  Message message;
  const std::vector<std::string> types = reader.strings_or_empty("type");
  message.variant = reader.string_or("variant", "");
  const std::string name = reader.string_or("name", "");
  message.title = reader.string("title");
  message.file = file_.name;
  message.line_number = value.line_number;
  if (const ConfigValue* rows = reader.array("rows"); rows != nullptr) {
    std::size_t at = 0;
    const std::uint64_t errors_before = findings_.error_count();
    read_rows(*rows, at, message.rows, 0);
    if (at < rows->items.size() && findings_.error_count() == errors_before)
      error(rows->items[at], "SMT-0102"_code, "the row stands behind the end");
  }
  if (const ConfigValue* balance = reader.value("balance"); balance != nullptr) {
    ConfigReader keys(file_, *balance, findings_);
    message.balance.opening = keys.strings_or_empty("opening");
    message.balance.entries = keys.strings_or_empty("entries");
    message.balance.closing = keys.strings_or_empty("closing");
    keys.finish();
  }
  reader.finish();
  for (const std::string& type : types) {
    message.type = type;
    message.name = name.empty() ? "mt" + type : name;
    std::transform(message.name.begin(), message.name.end(), message.name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto same = [&](const Message& each) { return each.type == type && each.variant == message.variant; };
    if (std::none_of(model_.messages.begin(), model_.messages.end(), same)) model_.messages.push_back(message);
  }
}

void FamilyReader::read_messages() {
  for_each("message", [&](const ConfigValue& value) { read_message(value); });
}

}  // namespace

const Format* Model::find_field(std::string_view tag) const {
  const auto found = fields.find(tag);
  return found != fields.end() ? found->second : nullptr;
}

const Message* Model::find_message(std::string_view type, std::string_view variant) const {
  const Message* plain = nullptr;
  for (const Message& each : messages) {
    if (each.type != type) continue;
    if (each.variant == variant) return &each;
    if (each.variant.empty()) plain = &each;
  }
  return plain;
}

bool read_families(const std::vector<std::string>& families, const ConfigFile& local, const Data& data, Model& model,
                   Findings& findings) {
  const std::uint64_t errors_before = findings.error_count();
  std::vector<ConfigFile> files;
  for (const std::string& family : families) {
    const auto paths = data.list(fmt::format("schemas/swift_mt/{}/", family), ".toml");
    if (paths.empty()) {
      Diagnostic error;
      error.code = "SMT-0104"_code;
      error.text = fmt::format("there is no family \"{}\" below schemas/swift_mt", family);
      findings.add(std::move(error));
    }
    for (const std::string& path : paths) {
      auto file = read_config(path, *data.find(path), findings);
      if (file) files.push_back(std::move(*file));
    }
  }
  // A family's messages may use fields of a later family, and its formats types of one.
  std::vector<FamilyReader> readers{FamilyReader(local, true, model, findings)};
  for (const ConfigFile& file : files) readers.emplace_back(file, false, model, findings);
  for (FamilyReader& reader : readers) reader.read_types();
  for (FamilyReader& reader : readers) reader.read_fields();
  for (FamilyReader& reader : readers) reader.read_messages();
  for (FamilyReader& reader : readers) reader.read_rules();
  return findings.error_count() == errors_before;
}

}  // namespace tilmash::formats::swift_mt
