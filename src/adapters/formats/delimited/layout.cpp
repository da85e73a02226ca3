// Compiles a delimited layout file: the dialect, and rows of `fields` that are columns. Positions are numbers of
// columns.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/delimited/delimited.h"

namespace tilmash::formats::delimited {
namespace {

using records::Compiler;
using records::Draft;
using records::Op;

constexpr std::int64_t occurrences_max = 10000;
constexpr unsigned depth_max = 8;

struct TypeName {
  std::string_view name;
  Op op;
  LeafType leaf;
};
constexpr TypeName types[] = {
    {"text", Op::text, LeafType::text},          {"digits", Op::digits, LeafType::text},
    {"integer", Op::integer, LeafType::integer}, {"decimal", Op::integer, LeafType::decimal},
    {"date", Op::date, LeafType::date},
};

class Columns final : public records::FrontEnd {
 public:
  std::unique_ptr<records::RecordLayout> make_layout() override {
    auto made = std::make_unique<DelimitedLayout>();
    layout_ = made.get();
    return made;
  }
  void read_file(Compiler& compiler, ConfigReader& file) override;
  std::vector<Draft> read_fields(Compiler& compiler, ConfigReader& record, const records::Kind& kind) override;
  void finish();

 private:
  std::optional<char> character(ConfigReader& row, std::string_view key, std::string_view fallback);
  std::vector<Draft> read_rows(Compiler& compiler, const ConfigValue& rows, unsigned depth);
  void read_row(Compiler& compiler, const ConfigValue& value, unsigned depth, std::vector<Draft>& drafts);
  Draft read_column(Compiler& compiler, ConfigReader& row, const ConfigValue& value);
  void read_type(Compiler& compiler, ConfigReader& row, Draft& draft, Traits& traits);
  void read_number(ConfigReader& row, Draft& draft, Traits& traits);
  void read_choices(Compiler& compiler, ConfigReader& row, Draft& draft);
  Draft read_group(Compiler& compiler, ConfigReader& row, const ConfigValue& value, unsigned depth);
  Draft read_variants(Compiler& compiler, ConfigReader& row, const ConfigValue& value, unsigned depth);
  Draft of_record(const ConfigValue& value, std::string name, Traits::Role role, LeafType type);
  std::uint32_t add_traits(const Traits& traits) {
    layout_->traits.push_back(traits);
    return static_cast<std::uint32_t>(layout_->traits.size() - 1);
  }

  DelimitedLayout* layout_ = nullptr;
  char point_ = '.';
  char thousands_ = '\0';
  std::size_t count_ = 0;
};

std::optional<char> Columns::character(ConfigReader& row, std::string_view key, std::string_view fallback) {
  const std::string text = row.string_or(key, std::string(fallback));
  if (text.size() == 1 && (text[0] == '\t' || (text[0] >= 0x20 && text[0] <= 0x7E))) return text[0];
  if (!text.empty() || !fallback.empty()) {
    row.error("DLM-0100"_code, fmt::format("`{}` should be one ASCII character", key), {}, row.value(key));
  }
  return std::nullopt;
}

/// Keys of other record formats, which the engine reads and nothing here would heed.
void refuse_keys(Compiler& compiler, const ConfigValue& table, std::initializer_list<std::string_view> keys,
                 std::string_view what) {
  for (const ConfigValue::Member& member : table.members) {
    if (std::find(keys.begin(), keys.end(), member.key) == keys.end()) continue;
    compiler.error(member.value, "DLM-0100"_code, fmt::format("`{}` says nothing of {}", member.key, what));
  }
}

void Columns::read_file(Compiler& compiler, ConfigReader& file) {
  refuse_keys(compiler, compiler.file.root,
              {"signs", "byte_order", "float", "overpunch", "odo", "decimal_comma", "currency", "length", "blocking"},
              "columns");
  if (const ConfigValue* records = compiler.file.root.find("record"); records != nullptr) {
    for (const ConfigValue& record : records->items) {
      refuse_keys(compiler, record, {"length", "place", "odo", "padding", "fill"}, "records that are cut into columns");
    }
  }
  Dialect& dialect = layout_->dialect;
  layout_->by_columns = true;
  layout_->traits.emplace_back();
  if (layout_->page != nullptr && !layout_->page->keeps_ascii()) {
    file.error("DLM-0100"_code, "delimited records need a page whose lower half is ASCII", {}, file.value("code_page"));
  }
  const bool lines = layout_->line_end == records::LineEnd::lf || layout_->line_end == records::LineEnd::crlf ||
                     layout_->line_end == records::LineEnd::any;
  if (!lines || layout_->trim_short) {
    file.error("DLM-0100"_code, "delimited records end with lf, crlf or any, and are not trimmed");
  }
  dialect.delimiter = character(file, "delimiter", ",").value_or(',');
  dialect.quote = static_cast<Quote>(compiler.read_choice(file, "quote", {"none", "double", "backslash"}, 1));
  dialect.quote_mark = character(file, "quote_mark", "\"").value_or('"');
  dialect.quoted = static_cast<Quoted>(compiler.read_choice(file, "quoted", {"needed", "always", "text"}, 0));
  dialect.other_quotes = compiler.read_choice(file, "other_quotes", {"reject", "accept"}, 0) == 1;
  dialect.trailing_delimiter = file.boolean_or("trailing_delimiter", false);
  dialect.record_end = character(file, "record_end", "").value_or('\0');
  dialect.continuation = file.string_or("continuation", "");
  dialect.line_end = layout_->line_end == records::LineEnd::crlf ? "\r\n" : "\n";
  layout_->header = static_cast<Header>(compiler.read_choice(file, "header", {"none", "by_position", "by_name"}, 0));
  layout_->bom = file.boolean_or("bom", false);
  point_ = character(file, "point", ".").value_or('.');
  thousands_ = character(file, "thousands", "").value_or('\0');
  const std::string special{dialect.delimiter, dialect.quote_mark};
  const bool ends = dialect.record_end != '\0';
  if (dialect.delimiter == dialect.quote_mark || (ends && special.find(dialect.record_end) != std::string::npos) ||
      (ends && dialect.quote != Quote::none) || (!dialect.continuation.empty() && !ends) || point_ == thousands_ ||
      (dialect.quote == Quote::none && dialect.quoted != Quoted::needed) ||
      (layout_->bom && layout_->page != nullptr && layout_->page->name() != "utf-8")) {
    file.error(
        "DLM-0100"_code, "these characters and quotes do not go together",
        "delimiter, quote_mark, record_end, point and thousands differ; `record_end` goes with quote = \"none\", "
        "`continuation` with `record_end`, `bom` with utf-8");
  }
}

/// A row that is no column but says something of the record.
Draft Columns::of_record(const ConfigValue& value, std::string name, Traits::Role role, LeafType type) {
  Draft draft;
  draft.at = &value;
  draft.name = std::move(name);
  draft.type = type;
  draft.field.op = type == LeafType::integer ? Op::integer : Op::text;
  draft.field.line_number = value.line_number;
  draft.field.owner = add_traits({.role = role});
  return draft;
}

void Columns::read_number(ConfigReader& row, Draft& draft, Traits& traits) {
  records::Field& field = draft.field;
  if (draft.type == LeafType::decimal) {
    const std::int64_t scale = row.integer("scale");
    if (scale < 0 || scale > 18) row.error("DLM-0100"_code, "`scale` should be between 0 and 18");
    field.scale = static_cast<std::uint8_t>(std::clamp<std::int64_t>(scale, 0, 18));
    traits.exact = row.boolean_or("exact", false);
    traits.implied = row.boolean_or("implied", false);
  }
  field.point = point_;
  field.sign = row.boolean_or("signed", false) ? records::Sign::floating : records::Sign::plain;
  traits.thousands = thousands_;
  traits.text = false;
  draft.facets.digits_total = 18;
  draft.facets.digits_fraction = field.scale;
  draft.facets.non_negative = field.sign == records::Sign::plain;
}

void Columns::read_choices(Compiler& compiler, ConfigReader& row, Draft& draft) {
  std::vector<std::string> choices = row.strings_or_empty("codes");
  const std::string constant = row.string_or("const", "");
  if (!constant.empty()) {
    if (!choices.empty()) row.error("DLM-0100"_code, "a column has `const` or `codes`, not both");
    choices = {constant};
    draft.field.is_const = true;
  }
  if (choices.empty()) return;
  if (draft.type == LeafType::text) draft.type = LeafType::code;
  draft.facets.codes = choices;
  draft.field.choices = static_cast<std::uint32_t>(compiler.layout.choices.size());
  compiler.layout.choices.push_back(std::move(choices));
}

void Columns::read_type(Compiler& compiler, ConfigReader& row, Draft& draft, Traits& traits) {
  const std::string type = row.string_or("type", "text");
  const auto* const found =
      std::find_if(std::begin(types), std::end(types), [&](const TypeName& each) { return each.name == type; });
  if (found == std::end(types)) {
    row.error("DLM-0100"_code, fmt::format("there is no type \"{}\"", type), "text, digits, integer, decimal or date",
              row.value("type"));
    return;
  }
  draft.field.op = found->op;
  draft.type = found->leaf;
  if (draft.field.op == Op::integer) read_number(row, draft, traits);
  if (draft.field.op == Op::text || draft.field.op == Op::digits) {
    const std::int64_t length = row.integer_or("length", 0);
    if (length < 0 || length > records::record_length_max) row.error("DLM-0100"_code, "`length` is out of range");
    if (draft.field.op == Op::text) {
      draft.field.controls = row.boolean_or("controls", compiler.defaults.controls);
      draft.field.unmappable = compiler.read_unmappable(row, compiler.defaults.unmappable);
    }
    traits.length_max = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length, 0, records::record_length_max));
    if (length != 0) draft.facets.length_max = traits.length_max;
    if (draft.field.op == Op::digits) draft.facets.pattern = "[0-9]*";
  }
  if (draft.field.op == Op::date) {
    const std::string pattern = row.string("pattern");
    auto compiled = DatePattern::compile(pattern);
    if (!compiled) {
      row.error("DLM-0100"_code, fmt::format("\"{}\" is no date pattern", pattern), "YYYY-MM-DD, DD.MM.YYYY, YYMMDD …");
      compiled = DatePattern::compile("YYYYMMDD");
    }
    draft.field.pattern = static_cast<std::uint32_t>(compiler.layout.patterns.size());
    compiler.layout.patterns.push_back(*compiled);
  }
}

Draft Columns::read_column(Compiler& compiler, ConfigReader& row, const ConfigValue& value) {
  Draft draft;
  Traits traits;
  draft.at = &value;
  draft.field.line_number = value.line_number;
  draft.field.length = 1;
  if (value.find("filler") != nullptr) {
    if (!row.string("filler").empty()) row.error("DLM-0100"_code, "a filler column is empty: filler = \"\"");
    draft.field.op = Op::filler;
    draft.field.loose = row.boolean_or("loose", false);
    layout_->titles.push_back(row.string_or("title", ""));
    draft.field.owner = add_traits(traits);
    return draft;
  }
  draft.name = row.string("name");
  layout_->titles.push_back(row.string_or("title", draft.name));
  read_type(compiler, row, draft, traits);
  read_choices(compiler, row, draft);
  draft.field.required = row.boolean_or("required", false);
  if (row.boolean_or("rest", false)) {
    traits.role = Traits::Role::rest;
    if (draft.field.op != Op::text) row.error("DLM-0100"_code, "`rest` goes with text");
  }
  const std::string sensitivity = row.string_or("sensitivity", "open");
  constexpr std::pair<std::string_view, Sensitivity> sensitivities[] = {
      {"open", Sensitivity::open}, {"personal", Sensitivity::personal}, {"account", Sensitivity::account}};
  const auto* const found = std::find_if(std::begin(sensitivities), std::end(sensitivities),
                                         [&](const auto& each) { return each.first == sensitivity; });
  if (found == std::end(sensitivities)) {
    row.error("DLM-0100"_code, "`sensitivity` should be open, personal or account");
  } else {
    draft.sensitivity = found->second;
  }
  draft.field.owner = add_traits(traits);
  return draft;
}

Draft Columns::read_group(Compiler& compiler, ConfigReader& row, const ConfigValue& value, unsigned depth) {
  Draft draft;
  draft.at = &value;
  draft.field.line_number = value.line_number;
  draft.field.op = Op::group;
  draft.name = row.string("group");
  if (const ConfigValue* rows = row.array("fields"); rows != nullptr)
    draft.body = read_rows(compiler, *rows, depth + 1);
  for (const Draft& each : draft.body) draft.field.stride += each.field.length;
  if (draft.field.stride == 0) row.error("DLM-0100"_code, "the group has no columns");
  draft.depending = row.string_or("depending_on", "");
  const bool to_end = row.boolean_or("to_end", false);
  const std::int64_t repeat = row.integer_or("repeat", to_end || !draft.depending.empty() ? occurrences_max : 1);
  if (repeat < 1 || repeat > occurrences_max || (to_end && !draft.depending.empty())) {
    row.error(
        "DLM-0100"_code,
        fmt::format("a group stands 1 to {} times, as often as another field says, or to the end", occurrences_max));
  }
  draft.field.repeat = static_cast<std::uint32_t>(std::clamp<std::int64_t>(repeat, 1, occurrences_max));
  draft.field.loose = to_end;
  draft.field.length = 1;
  return draft;
}

Draft Columns::read_variants(Compiler& compiler, ConfigReader& row, const ConfigValue& value, unsigned depth) {
  Draft draft;
  draft.at = &value;
  draft.field.line_number = value.line_number;
  draft.field.op = Op::variants;
  draft.field.length = 1;
  const ConfigValue* const variants = row.array("variants");
  for (std::size_t i = 0; variants != nullptr && i < variants->items.size(); ++i) {
    const ConfigValue& each = variants->items[i];
    if (each.kind != ConfigValue::Kind::table) {
      compiler.error(each, "CFG-0004"_code, "a variant should be a table");
      continue;
    }
    ConfigReader variant_row(compiler.file, each, compiler.findings);
    Draft variant;
    variant.at = &each;
    variant.field.line_number = each.line_number;
    variant.field.op = Op::variant;
    variant.field.length = 1;
    variant.name = variant_row.string("name");
    variant.when = variant_row.table("when");
    if (const ConfigValue* rows = variant_row.array("fields"); rows != nullptr) {
      variant.body = read_rows(compiler, *rows, depth + 1);
    }
    variant_row.finish();
    draft.body.push_back(std::move(variant));
  }
  return draft;
}

void Columns::read_row(Compiler& compiler, const ConfigValue& value, unsigned depth, std::vector<Draft>& drafts) {
  ConfigReader row(compiler.file, value, compiler.findings);
  const auto has = [&](std::string_view key) { return value.find(key) != nullptr; };
  if (has("group")) {
    drafts.push_back(read_group(compiler, row, value, depth));
  } else if (has("variants")) {
    drafts.push_back(read_variants(compiler, row, value, depth));
  } else if (has("breaks") || has("lines")) {
    const bool lines = has("lines");
    drafts.push_back(of_record(value, row.string(lines ? "lines" : "breaks"),
                               lines ? Traits::Role::lines : Traits::Role::breaks,
                               lines ? LeafType::integer : LeafType::text));
    if (depth != 0) row.error("DLM-0100"_code, "`breaks` and `lines` are of the record, not of a group");
  } else {
    drafts.push_back(read_column(compiler, row, value));
    const std::string spelled = row.string_or("spelled", "");
    if (!spelled.empty()) {
      if (drafts.back().field.op != Op::integer) row.error("DLM-0100"_code, "`spelled` goes with numbers");
      layout_->traits[drafts.back().field.owner].spelled = 1;
      drafts.push_back(of_record(value, spelled, Traits::Role::spelling, LeafType::text));
    }
  }
  row.finish();
}

std::vector<Draft> Columns::read_rows(Compiler& compiler, const ConfigValue& rows, unsigned depth) {
  std::vector<Draft> drafts;
  if (depth > depth_max) {
    compiler.error(rows, "DLM-0100"_code, fmt::format("groups stand in groups more than {} deep", depth_max));
    return drafts;
  }
  for (const ConfigValue& value : rows.items) {
    if (value.kind != ConfigValue::Kind::table) {
      compiler.error(value, "CFG-0004"_code, "a row of `fields` should be a table");
    } else if (++count_ > records::fields_max) {
      compiler.error(value, "DLM-0100"_code, fmt::format("a layout has at most {} columns", records::fields_max));
      break;
    } else {
      read_row(compiler, value, depth, drafts);
    }
  }
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    Draft& draft = drafts[i];
    draft.field.offset = next;
    next += draft.field.length;
    const bool rest = draft.field.op == Op::text && layout_->traits[draft.field.owner].role == Traits::Role::rest;
    const bool last = std::all_of(drafts.begin() + static_cast<std::ptrdiff_t>(i) + 1, drafts.end(),
                                  [](const Draft& after) { return after.field.length == 0; });
    if ((rest || (draft.field.op == Op::group && draft.field.loose)) && (!last || depth != 0)) {
      compiler.error(*draft.at, "DLM-0100"_code, "what goes to the end of the record is its last column");
    }
    if (draft.name.empty() && draft.field.op != Op::filler && draft.field.op != Op::variants) continue;
    const auto same = [&](const Draft& other) {
      return &other != &draft && !draft.name.empty() && other.name == draft.name;
    };
    if (std::any_of(drafts.begin(), drafts.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      compiler.error(*draft.at, "FMT-0108"_code, fmt::format("there are two fields named {}", draft.name));
    }
    if (draft.name.find_first_of(".[]/ ") != std::string::npos) {
      compiler.error(*draft.at, "FMT-0108"_code, "a name can't hold `.`, `/`, brackets or blanks");
    }
  }
  return drafts;
}

std::vector<Draft> Columns::read_fields(Compiler& compiler, ConfigReader& record, const records::Kind&) {
  const ConfigValue* const rows = record.array("fields");
  return rows != nullptr ? read_rows(compiler, *rows, 0) : std::vector<Draft>();
}

/// What is known once all kinds are.
void Columns::finish() {
  bool all_begin = true;
  for (records::Kind& kind : layout_->kinds) {
    kind.length = static_cast<std::uint32_t>(records::record_length_max);
    kind.variable = true;
    for (records::Form& form : kind.forms) {
      form.moves = false;
      for (records::Field& field : form.fields) field.quick = records::Quick::no;
    }
    const auto first = std::find_if(kind.select.begin(), kind.select.end(), [](const records::Condition& each) {
      return each.watch == records::none && each.offset == 0 && !each.negated;
    });
    all_begin = all_begin && first != kind.select.end();
    if (first != kind.select.end()) {
      layout_->dialect.begins.insert(layout_->dialect.begins.end(), first->is.begin(), first->is.end());
    }
  }
  if (!all_begin) layout_->dialect.begins.clear();
}

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  Columns front_end;
  auto made = records::compile(file, data, findings, front_end);
  if (made == nullptr) return nullptr;
  front_end.finish();
  const auto& layout = static_cast<const DelimitedLayout&>(*made);
  if (layout.header == Header::none) return made;
  // A header tells the columns of one kind of record, each of which is there.
  const bool plain = layout.kinds.size() == 1 && layout.kinds[0].forms.size() == 1 &&
                     std::all_of(layout.kinds[0].forms[0].fields.begin(), layout.kinds[0].forms[0].fields.end(),
                                 [](const records::Field& field) { return field.op < Op::group; });
  if (!plain) {
    findings.add(
        config_error(file, file.root, "DLM-0100"_code, "a header goes with one record kind of columns without groups"));
    return nullptr;
  }
  return made;
}

}  // namespace

std::string DelimitedLayout::describe() const {
  std::string out = fmt::format("{}: delimited records, {}\n", shape_.id, page->name());
  for (const records::Kind& kind : kinds) {
    for (const records::Form& form : kind.forms) {
      out += fmt::format("\n{}{}{}\n", shape_.path_of(kind.node, true), form.name.empty() ? "" : ", form ", form.name);
      for (const records::Field& field : form.fields) {
        if (field.op == Op::variants) continue;
        const std::string name =
            field.node == no_node ? "" : shape_.path_of(field.node).substr(shape_.path_of(kind.node).size() + 1);
        const bool group = field.op == Op::group || field.op == Op::variant;
        const bool of_record = !group && traits[field.owner].role > Traits::Role::rest;
        out += fmt::format("  {:>6}  {:<40} {}\n", group || of_record ? "" : std::to_string(field.offset + 1), name,
                           group                   ? "group"
                           : field.node == no_node ? "filler"
                                                   : to_text(shape_.nodes[field.node].type));
      }
    }
  }
  return out;
}

}  // namespace tilmash::formats::delimited

namespace tilmash::formats {
extern const Format delimited_format;
const Format delimited_format = {"delimited", &delimited::load};
}  // namespace tilmash::formats
