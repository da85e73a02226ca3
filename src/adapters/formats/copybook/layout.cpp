// A copybook as a layout: its options, its record kinds, and the rows made from its items, given to the record engine.
//
// Two ways in: the copybook itself (OUTPAY.cpy: the options are the defaults, or those that were set beside it), and a
// TOML file with `format = "copybook"` that names it. docs/copybooks.md has every option.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/copybook/rows.h"
#include "adapters/formats/copybook/source.h"
#include "adapters/formats/format.h"
#include "adapters/records/front_end.h"
#include "base/code_page.h"
#include "base/config.h"

namespace tilmash::formats {
namespace copybook {
namespace {

using Kind = ConfigValue::Kind;

constexpr std::string_view own_keys[] = {
    "copybook", "reference",  "binary_sizes",      "sync",  "pointer_bytes", "decimal_comma", "currency",
    "trunc",    "byte_order", "native_byte_order", "float", "names",         "conditions",    "filler",
    "fields",   "redefines",  "occurs_min"};

/// Suffixes of files that are copybooks rather than TOML.
constexpr std::string_view suffixes[] = {".CPY", ".CBL", ".COB", ".COPY", ".COBOL", ".CPB"};

bool is_copybook_name(std::string_view file_name) {
  const std::string upper = to_upper(file_name);
  return std::any_of(std::begin(suffixes), std::end(suffixes),
                     [&](std::string_view suffix) { return upper.ends_with(suffix); });
}

class Loader {
 public:
  Loader(const ConfigFile& file, const Data& data, Findings& findings)
      : file_(file), data_(data), findings_(findings), reader_(file, file.root, findings) {}

  std::unique_ptr<Layout> load() {
    const std::uint64_t errors_before = findings_.error_count();
    bare_ = is_copybook_name(file_.name);
    read_options();
    if (!read_text() || findings_.error_count() != errors_before) return nullptr;
    auto copybook = read_copybook(name_, text_, options_.dialect, file_.read_beside, findings_);
    if (!copybook) return nullptr;
    copybook_ = std::move(*copybook);
    toml_index_ = static_cast<std::uint32_t>(copybook_.files.size());
    ConfigFile made = make_file();
    if (findings_.error_count() != errors_before) return nullptr;
    return compile(made);
  }

 private:
  template <std::size_t N>
  std::size_t choice(std::string_view key, const std::string_view (&values)[N]) {
    const std::string text = reader_.string_or(key, values[0]);
    const auto* const found = std::find(std::begin(values), std::end(values), text);
    if (found != std::end(values)) return static_cast<std::size_t>(found - std::begin(values));
    reader_.error("CPY-0051"_code, fmt::format("`{}` can't be \"{}\"", key, text),
                  fmt::format("one of {}", fmt::join(values, ", ")), file_.root.find(key));
    return 0;
  }

  void read_options() {
    constexpr std::string_view references[] = {"auto", "fixed", "variable", "free"};
    constexpr std::string_view sizes[] = {"ibm", "gnucobol", "minimal"};
    constexpr std::string_view syncs[] = {"ibm", "gnucobol", "four", "none"};
    constexpr std::string_view orders[] = {"big", "little"};
    constexpr std::string_view floats[] = {"ibm", "ieee"};
    constexpr std::string_view truncs[] = {"std", "bin"};
    constexpr std::string_view names[] = {"underscore", "cobol"};
    constexpr std::string_view conditions[] = {"note", "check"};
    constexpr std::string_view fillers[] = {"keep", "skip", "blank"};
    Dialect& dialect = options_.dialect;
    dialect.reference = static_cast<Dialect::Reference>(choice("reference", references));
    dialect.binary_sizes = static_cast<Dialect::BinarySizes>(choice("binary_sizes", sizes));
    dialect.sync = static_cast<Dialect::Sync>(choice("sync", syncs));
    dialect.pointer_bytes = reader_.integer_or("pointer_bytes", 4) == 8 ? 8 : 4;
    dialect.decimal_comma = reader_.boolean_or("decimal_comma", false);
    const std::string currency = reader_.string_or("currency", "$");
    dialect.currency = currency.size() == 1 ? currency[0] : '$';
    if (currency.size() != 1) reader_.error("CPY-0051"_code, "`currency` should be one character");
    options_.big = choice("byte_order", orders) == 0;
    const bool stated = file_.root.find("native_byte_order") != nullptr;
    options_.native_big = stated ? choice("native_byte_order", orders) == 0 : options_.big;
    options_.ibm_float = choice("float", floats) == 0;
    options_.truncates = choice("trunc", truncs) == 0;
    options_.underscores = choice("names", names) == 0;
    options_.check_conditions = choice("conditions", conditions) == 1;
    constexpr std::string_view counts[] = {"declared", "zero"};
    options_.counts_from_zero = choice("occurs_min", counts) == 1;
    options_.filler = static_cast<FillerPolicy>(choice("filler", fillers));
    const ConfigValue* const page_name = file_.root.find("code_page");
    Findings unsaid;  // the engine reads the key
    const auto page = page_name != nullptr ? find_code_page(data_, page_name->text, unsaid) : nullptr;
    options_.double_bytes = page != nullptr && page->is_mixed();
    options_.fields = table("fields");
    options_.redefines = table("redefines");
  }

  const ConfigValue* table(std::string_view key) {
    return file_.root.find(key) != nullptr ? reader_.table(key) : nullptr;
  }

  /// The text of the copybook; for a TOML layout, of the file it names.
  bool read_text() {
    name_ = file_.name;
    text_ = file_.text;
    if (bare_) return true;
    const std::string member = reader_.string("copybook");
    if (member.empty()) return false;
    auto text = file_.read_beside ? file_.read_beside(member) : std::nullopt;
    if (!text) {
      reader_.error("CPY-0053"_code, fmt::format("the copybook \"{}\" can't be read", member),
                    "it is looked for in the folder of the layout", file_.root.find("copybook"));
      return false;
    }
    name_ = file_.name.substr(0, file_.name.rfind('/') + 1) + member;
    text_ = std::move(*text);
    return true;
  }

  // The file that the engine compiles. Its name is the copybook's, and so are its lines; those of the TOML file carry
  // an index of their own (encode_line).

  ConfigValue marked(ConfigValue value) const {
    value.line_number |= bare_ ? 0 : toml_index_ << file_shift;
    for (ConfigValue& item : value.items) item = marked(std::move(item));
    for (ConfigValue::Member& member : value.members) {
      member.line_number |= bare_ ? 0 : toml_index_ << file_shift;
      member.value = marked(std::move(member.value));
    }
    return value;
  }

  ConfigFile make_file() {
    ConfigFile made{name_, text_, {}, {}};
    made.root = marked(file_.root);
    std::erase_if(made.root.members, [](const ConfigValue::Member& member) {
      // The engine has these two as well: for edited pictures.
      if (member.key == "decimal_comma" || member.key == "currency") return false;
      return std::find(std::begin(own_keys), std::end(own_keys), member.key) != std::end(own_keys);
    });
    if (bare_) set_defaults(made.root);
    RowMaker rows(copybook_, options_, [this](const ConfigValue& at, Code code, std::string text, std::string help) {
      ConfigValue plain = at;
      plain.line_number &= (1u << file_shift) - 1;
      findings_.add(config_error(file_, plain, code, std::move(text), std::move(help)));
    });
    const ConfigValue* stated = made.root.find("record");
    ConfigValue records = stated != nullptr ? *stated : default_records(made.root);
    std::uint64_t longest = 0;
    for (ConfigValue& record : records.items) longest = std::max(longest, fill_record(record, made.root, rows));
    rows.check_names(options_.fields, false);
    rows.check_names(options_.redefines, true);
    set_member(made.root, "record", std::move(records));
    if (made.root.find("length") == nullptr && longest != 0) {
      set_member(made.root, "length", make_integer(static_cast<std::int64_t>(longest), made.root));
    }
    return made;
  }

  void set_defaults(ConfigValue& root) const {
    const auto add = [&root](std::string_view key, std::string value) {
      if (root.find(key) == nullptr) set_member(root, std::string(key), make_text(std::move(value), root));
    };
    const std::size_t begin = name_.rfind('/') + 1;
    add("name", name_.substr(begin, name_.rfind('.') - begin));
    add("format", "copybook");
    add("code_page", "cp037");
    if (root.find("framing") == nullptr) add("line_end", "none");
  }

  /// Without `[[record]]`: the one record of the copybook is the item.
  ConfigValue default_records(const ConfigValue& at) const {
    ConfigValue records = make_integer(0, at);
    records.kind = Kind::array;
    ConfigValue record = make_integer(0, at);
    record.kind = Kind::table;
    set_member(record, "kind", make_text(record_name(0), at));
    ConfigValue yes = make_integer(1, at);
    yes.kind = Kind::boolean;
    set_member(record, "repeat", yes);
    set_member(record, "item", yes);
    records.items.push_back(std::move(record));
    return records;
  }

  std::string record_name(std::size_t index) const {
    const Copybook::Record& record = copybook_.records[index];
    const Item& first = copybook_.items[record.roots.front()];
    if (record.roots.size() > 1 || first.is_filler()) return "record";
    std::string name = first.name;
    if (options_.underscores) std::replace(name.begin(), name.end(), '-', '_');
    return name;
  }

  /// Gives a `[[record]]`, or each of its forms, the rows of its items; returns its length.
  std::uint64_t fill_record(ConfigValue& record, const ConfigValue& root, RowMaker& rows) {
    if (record.kind != Kind::table) return 0;
    const auto mutable_form = std::find_if(record.members.begin(), record.members.end(),
                                           [](const ConfigValue::Member& member) { return member.key == "form"; });
    if (mutable_form == record.members.end()) return fill_form(record, record, root, rows);
    std::uint64_t length = 0;
    for (ConfigValue& form : mutable_form->value.items) {
      length = std::max(length, fill_form(form, record, root, rows));
    }
    drop_own_keys(record);
    return length;
  }

  std::uint64_t fill_form(ConfigValue& form, ConfigValue& record, const ConfigValue& root, RowMaker& rows) {
    for (const std::string_view key : {"same_as", "padding", "fields"}) {
      if (form.find(key) != nullptr) return 0;
    }
    const ConfigValue* from = form.find("from") != nullptr ? form.find("from") : record.find("from");
    const Copybook::Record* found = find_record(from, form);
    if (found == nullptr) return 0;
    RowMaker::Cut cut;
    cut.redefines = form.find("redefines");
    if (const ConfigValue* skip = record.find("skip"); skip != nullptr && skip->integer > 0) {
      cut.skip = std::min<std::uint64_t>(static_cast<std::uint64_t>(skip->integer), record_bytes_max);
    }
    if (const ConfigValue* select = form.find("select"))
      set_member(form, "select", rows.select(*found, *select, cut.skip));
    // Without line ends or lengths of their own, all records are as long as the file says, or the longest of them.
    const ConfigValue* line_end = root.find("line_end");
    const bool alike = line_end != nullptr && (line_end->text == "none" || line_end->text == "detect");
    const ConfigValue* stated = record.find("length");
    if (stated == nullptr && alike) stated = root.find("length");
    if (stated != nullptr && stated->kind == Kind::integer && stated->integer > 0) {
      cut.length = std::min<std::uint64_t>(static_cast<std::uint64_t>(stated->integer), record_bytes_max);
    } else if (alike) {
      for (const Copybook::Record& each : copybook_.records) cut.length = std::max(cut.length, cut.skip + each.length);
    }
    set_member(form, "fields", rows.fields(*found, cut));
    drop_own_keys(form);
    return cut.length;
  }

  static void drop_own_keys(ConfigValue& record) {
    std::erase_if(record.members, [](const ConfigValue::Member& member) {
      return member.key == "from" || member.key == "redefines" || member.key == "skip";
    });
  }

  const Copybook::Record* find_record(const ConfigValue* from, const ConfigValue& record) {
    std::string known;
    for (const Copybook::Record& each : copybook_.records) {
      const Item& first = copybook_.items[each.roots.front()];
      known += (known.empty() ? "" : ", ") + (first.is_filler() ? std::string("FILLER") : first.name);
      if (from != nullptr && to_upper(from->text) == first.key && !first.key.empty()) return &each;
    }
    if (from == nullptr && copybook_.records.size() == 1) return &copybook_.records.front();
    ConfigValue at = from != nullptr ? *from : record;
    at.line_number &= (1u << file_shift) - 1;
    findings_.add(config_error(file_, at, "CPY-0052"_code,
                               from != nullptr ? "`from` names no record of the copybook"
                                               : "the copybook has several records: which one is meant?",
                               fmt::format("[[record]] from = one of: {}", known)));
    return nullptr;
  }

  std::unique_ptr<Layout> compile(const ConfigFile& made) {
    Findings found;
    records::FrontEnd front_end;
    auto layout = records::compile(made, data_, found, front_end);
    std::vector<std::string> files;
    for (const SourceFile& each : copybook_.files) files.push_back(each.name);
    files.push_back(file_.name);
    for (Diagnostic each : found.kept()) {
      const std::uint32_t index = each.place.line_number >> file_shift;
      each.place.line_number &= (1u << file_shift) - 1;
      if (index < files.size()) each.place.file = files[index];
      findings_.add(std::move(each));
    }
    if (auto* record_layout = dynamic_cast<records::RecordLayout*>(layout.get())) {
      record_layout->listing = list_items(copybook_, options_.double_bytes);
      record_layout->rule_files = std::move(files);
    }
    return layout;
  }

  const ConfigFile& file_;
  const Data& data_;
  Findings& findings_;
  ConfigReader reader_;
  Options options_;
  bool bare_ = false;
  std::string name_;
  std::string text_;
  std::uint32_t toml_index_ = 0;
  Copybook copybook_;
};

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  return Loader(file, data, findings).load();
}

}  // namespace
}  // namespace copybook

extern const Format copybook_format;
const Format copybook_format{"copybook", copybook::load, nullptr, copybook::is_copybook_name};

}  // namespace tilmash::formats
