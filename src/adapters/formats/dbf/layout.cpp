#include "adapters/formats/dbf/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "adapters/formats/dbf/values.h"
#include "adapters/records/layout_head.h"
#include "base/text.h"

namespace tilmash::formats::dbf {
namespace {

bool is_memo(char type) {
  return type == 'M' || type == 'G' || type == 'P';
}

class Compiler {
 public:
  Compiler(const ConfigFile& file, const Data& data, Findings& findings, DbfLayout& layout)
      : file_(file), data_(data), findings_(findings), layout_(layout), errors_before_(findings.error_count()) {}

  bool run();

 private:
  bool failed() const { return findings_.error_count() != errors_before_; }
  void read_column(const ConfigValue& value);
  void read_definition(ConfigReader& row, Column& column);
  void build_shape();
  std::uint32_t leaf(std::uint32_t at, std::string_view name, LeafType type, bool structural);

  const ConfigFile& file_;
  const Data& data_;
  Findings& findings_;
  DbfLayout& layout_;
  std::uint64_t errors_before_;
  bool memo_numbers_ = false;
  std::vector<Sensitivity> sensitivities_;
};

bool choose(ConfigReader& row, std::string_view key, std::string_view no, std::string_view yes) {
  const std::string text = row.string_or(key, no);
  if (text != no && text != yes) {
    row.error("DBF-0101"_code, fmt::format("`{}` can't be \"{}\"", key, text), fmt::format("{}, {}", no, yes),
              row.value(key));
  }
  return text == yes;
}

void Compiler::read_definition(ConfigReader& row, Column& column) {
  TableColumn& table = column.in_table;
  const std::string type = row.string("type");
  const std::int64_t length = row.integer("length");
  const std::int64_t decimals = row.integer_or("decimals", 0);
  column.required = row.boolean_or("required", false);
  column.codes = row.strings_or_empty("codes");
  const std::string sensitivity = row.string_or("sensitivity", "open");
  sensitivities_.push_back(sensitivity == "personal"  ? Sensitivity::personal
                           : sensitivity == "account" ? Sensitivity::account
                                                      : Sensitivity::open);
  if (sensitivity != "open" && sensitivities_.back() == Sensitivity::open) {
    row.error("DBF-0101"_code, fmt::format("`sensitivity` can't be \"{}\"", sensitivity), "open, personal, account");
  }
  if (type.size() != 1 || length < 1 || length > 65535 || decimals < 0 || decimals > 255 ||
      (type != "C" && length > 255)) {
    row.error("DBF-0102"_code, fmt::format("{} of {} bytes and {} decimals is no column", type, length, decimals));
    return;
  }
  table.type = type[0];
  table.length = static_cast<std::uint32_t>(length);
  table.decimals = static_cast<std::uint32_t>(decimals);
  if (!leaf_type_of(table)) {
    row.error("DBF-0102"_code, fmt::format("columns of type {} and {} bytes can't be read", type, length),
              "C, N, F, D (8), L (1), I (4), Y (8), T (8); binary floating point (B, O) holds no exact amounts");
  }
  if (is_memo(table.type) && !memo_numbers_) {
    row.error("DBF-0103"_code, fmt::format("{} is a memo column, whose text lies in another file", column.name),
              "`memo = \"block_number\"` reads the number of its block instead");
  }
}

void Compiler::read_column(const ConfigValue& value) {
  if (value.kind != ConfigValue::Kind::table) {
    findings_.add(config_error(file_, value, "CFG-0004"_code, "a column should be a table"));
    return;
  }
  ConfigReader row(file_, value, findings_);
  Column column;
  const std::string name = row.string("name");
  column.name = row.string_or("as", name);
  column.line_number = value.line_number;
  std::size_t bad = 0;
  const bool written = layout_.page != nullptr && layout_.page->encode(name, column.in_table.name, bad);
  const bool twice = std::any_of(layout_.columns.begin(), layout_.columns.end(),
                                 [&](const Column& each) { return each.name == column.name; });
  if (!written || column.in_table.name.empty() || column.in_table.name.size() > 11 || twice ||
      column.name == "deleted" || column.name == "as_found") {
    row.error("DBF-0102"_code, fmt::format("\"{}\" can't be the name of a column", column.name),
              "names have up to 11 bytes of the code page; of two of one name, one needs another with `as`");
  }
  read_definition(row, column);
  row.finish();
  column.in_table.offset = layout_.record_bytes;
  layout_.record_bytes += column.in_table.length;
  layout_.columns.push_back(std::move(column));
  if (layout_.columns.size() > columns_max || layout_.record_bytes > 65535) {
    row.error("DBF-0102"_code, "a record has at most 65,535 bytes");
  }
}

std::uint32_t Compiler::leaf(std::uint32_t at, std::string_view name, LeafType type, bool structural) {
  Node& node = layout_.shape_.nodes[at];
  node.name = layout_.shape_.intern(name);
  node.type = type;
  node.min_occurs = 0;
  node.structural = structural;
  return at;
}

void Compiler::build_shape() {
  Shape& shape = layout_.shape_;
  shape.nodes.emplace_back();
  shape.nodes[0].kind = NodeKind::group;
  auto& node = layout_.node;
  node.header = shape.add_children(0, 2);
  node.record = node.header + 1;
  shape.nodes[node.header].name = shape.intern("header");
  shape.nodes[node.header].kind = NodeKind::group;
  shape.nodes[node.record].name = shape.intern("record");
  shape.nodes[node.record].kind = NodeKind::group;
  shape.nodes[node.record].item = true;
  shape.nodes[node.record].min_occurs = 0;
  shape.nodes[node.record].max_occurs = unbounded;
  std::uint32_t at = shape.add_children(node.header, 6);
  node.version = leaf(at++, "version", LeafType::text, true);
  node.changed = leaf(at++, "changed", LeafType::date, true);
  node.record_count = leaf(at++, "record_count", LeafType::integer, true);
  node.language_driver = leaf(at++, "language_driver", LeafType::text, true);
  node.tail = leaf(at++, "tail", LeafType::binary, true);
  node.bytes = leaf(at++, "bytes", LeafType::binary, true);

  at = shape.add_children(node.record, static_cast<std::uint32_t>(layout_.columns.size()) + 2);
  node.deleted = leaf(at++, "deleted", LeafType::boolean, !layout_.keep_deleted);
  for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
    Column& column = layout_.columns[i];
    column.node = leaf(at++, column.name, leaf_type_of(column.in_table).value_or(LeafType::text), false);
    Node& made = shape.nodes[column.node];
    if (!column.codes.empty()) made.type = LeafType::code;
    made.min_occurs = column.required ? 1 : 0;
    made.sensitivity = sensitivities_[i];
    made.line_number = column.line_number;
    made.facets = static_cast<std::uint32_t>(shape.facets.size());
    Facets facets;
    facets.codes = column.codes;
    if (made.type == LeafType::text) facets.length_max = column.in_table.length;
    if (made.type == LeafType::integer || made.type == LeafType::decimal) {
      facets.digits_total = 18;
      facets.digits_fraction = static_cast<std::uint8_t>(column.in_table.type == 'Y' ? 4 : column.in_table.decimals);
    }
    shape.facets.push_back(std::move(facets));
  }
  node.as_found = at;
  Node& as_found = shape.nodes[at];
  as_found.name = shape.intern("as_found");
  as_found.kind = NodeKind::group;
  as_found.min_occurs = 0;
  as_found.max_occurs = unbounded;
  at = shape.add_children(node.as_found, 2);
  node.column = leaf(at, "column", LeafType::text, true);
  node.column_bytes = leaf(at + 1, "bytes", LeafType::binary, true);
}

bool Compiler::run() {
  ConfigReader row(file_, file_.root, findings_);
  layout_.shape_.empty_is_absent = true;
  layout_.page = records::read_layout_head(row, file_, data_, "DBF-0100"_code, {}, layout_.shape_, findings_);
  layout_.check_driver = !choose(row, "language_driver", "check", "ignore");
  layout_.keep_deleted = choose(row, "deleted", "skip", "keep");
  memo_numbers_ = choose(row, "memo", "refuse", "block_number");
  if (const ConfigValue* columns = row.array("columns"); columns != nullptr && layout_.page != nullptr) {
    for (const ConfigValue& each : columns->items) read_column(each);
    if (columns->items.empty()) row.error("DBF-0102"_code, "a table has at least one column", {}, columns);
  }
  row.finish();
  if (failed()) return false;
  build_shape();
  return true;
}

std::string toml_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);  // TOML's basic strings have the same escapes
  return out;
}

}  // namespace

std::string DbfLayout::rule(std::uint32_t of) const {
  const std::uint32_t line = of < shape_.nodes.size() ? shape_.nodes[of].line_number : 0;
  return line == 0 ? std::string() : shape_.file + ":" + std::to_string(line);
}

TableFault DbfLayout::compare(const Table& table, const Column** column) const {
  for (std::size_t i = 0; i < std::max(columns.size(), table.columns.size()); ++i) {
    if (column != nullptr) *column = i < columns.size() ? &columns[i] : nullptr;
    if (i >= table.columns.size()) return {"DBF-0304"_code, 0, table.header_bytes, "the table lacks the column"};
    const TableColumn& there = table.columns[i];
    if (i >= columns.size()) {
      return {"DBF-0304"_code, there.descriptor_offset, 1, "the table has a column that the layout has not"};
    }
    const TableColumn& here = columns[i].in_table;
    if (here.name != there.name) return {"DBF-0304"_code, there.descriptor_offset, 11, "the column has another name"};
    if (here.type == there.type && here.length == there.length && here.decimals == there.decimals) continue;
    return {"DBF-0304"_code, there.descriptor_offset + 11, 1, "the column has another type, length or decimals"};
  }
  return {};
}

std::string DbfLayout::describe() const {
  std::string out = fmt::format("{}: records of {} bytes, {}\n\n       at length  name         type\n", shape_.id,
                                record_bytes, page->name());
  for (const Column& column : columns) {
    out += fmt::format("  {:>6} {:>6}  {:<12} {} {}{}\n", column.in_table.offset + 1, column.in_table.length,
                       column.name, column.in_table.type, to_text(shape_.nodes[column.node].type),
                       column.in_table.decimals != 0 ? fmt::format(", {} decimals", column.in_table.decimals) : "");
  }
  return out;
}

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  auto layout = std::make_unique<DbfLayout>();
  if (!Compiler(file, data, findings, *layout).run()) return nullptr;
  return layout;
}

std::string layout_of(std::string_view bytes, const Data& data, Findings& findings) {
  Table table;
  if (const TableFault fault = read_table(bytes, table)) {
    Diagnostic why;
    why.code = fault.code;
    why.place.offset_bytes = fault.offset;
    why.place.length_bytes = fault.length;
    why.text = std::string(fault.text);
    findings.add(std::move(why));
    return {};
  }
  const auto pages = pages_of(table.language_driver);
  const std::string_view name = pages.empty() ? "ascii" : pages.front();
  const auto page = find_code_page(data, name, findings);
  std::string out = "name = \"table\"\nformat = \"dbf\"\n";
  out += fmt::format("code_page = \"{}\"  # language driver {:02X}{}\n", name, table.language_driver,
                     pages.empty()      ? ", which names no page: declare the right one"
                     : pages.size() > 1 ? ": a Windows page, declare which"
                                        : "");
  const bool memo =
      std::any_of(table.columns.begin(), table.columns.end(), [](const auto& each) { return is_memo(each.type); });
  if (memo) out += "memo = \"refuse\"  # \"block_number\" reads the numbers of blocks, not the texts\n";
  out += "columns = [\n";
  Arena arena;
  std::map<std::string, int> names;
  for (const TableColumn& column : table.columns) {
    std::string_view column_name;
    std::size_t bad = 0;
    if (page == nullptr || !page->decode(column.name, arena, column_name, bad)) {
      Diagnostic why;
      why.code = "DBF-0303"_code;
      why.place.offset_bytes = column.descriptor_offset;
      why.place.length_bytes = column.name.size();
      why.text = fmt::format("the name of a column has bytes that {} has not", name);
      findings.add(std::move(why));
      return {};
    }
    out += fmt::format("  {{ name = {}, type = {}, length = {}", toml_string(column_name),
                       toml_string(std::string_view(&column.type, 1)), column.length);
    const int before = ++names[column.name];
    const bool taken = column.name == "deleted" || column.name == "as_found";
    if (before > 1 || taken) out += fmt::format(", as = {}", toml_string(fmt::format("{}_{}", column_name, before)));
    if (column.decimals != 0) out += fmt::format(", decimals = {}", column.decimals);
    out += " },\n";
  }
  return out + "]\n";
}

}  // namespace tilmash::formats::dbf

namespace tilmash::formats {
extern const Format dbf_format;
const Format dbf_format = {"dbf", &dbf::load, &dbf::layout_of};
}  // namespace tilmash::formats
