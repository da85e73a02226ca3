// Compiles a layout file of `format = "rows"`: its columns into a Shape, and what a database is asked for into a
// RowView.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/rows/row_layout.h"

namespace tilmash::formats::rows {

class RowLayoutCompiler {
 public:
  RowLayoutCompiler(const ConfigFile& file, const Data& data, Findings& findings)
      : file_(file), data_(data), findings_(findings), layout_(std::make_unique<RowLayout>()) {}

  std::unique_ptr<Layout> compile() {
    const std::uint64_t errors_before = findings_.error_count();
    ConfigReader row(file_, file_.root, findings_);
    read_file_keys(row);
    if (const ConfigValue* columns = row.array("columns")) read_columns(*columns);
    layout_->view_.key = columns_named(row, "key", true);
    if (const ConfigValue* poll = row.value("poll")) read_poll(*poll);
    if (const ConfigValue* write = row.value("write")) read_write(*write);
    row.finish();
    if (findings_.error_count() != errors_before) return nullptr;
    return std::move(layout_);
  }

 private:
  void error(const ConfigValue& at, Code code, std::string text, std::string help = {}) {
    findings_.add(config_error(file_, at, code, std::move(text), std::move(help)));
  }

  void read_file_keys(ConfigReader& row) {
    layout_->shape_.id = row.string("name");
    layout_->shape_.file = file_.name;
    row.string("format");
    kind_ = row.string_or("kind", "row");
    RowView& view = layout_->view_;
    view.from = row.string("from");
    view.session = row.strings_or_empty("session");
    const std::string page = row.string_or("code_page", "utf-8");
    page_ = find_code_page(data_, page, findings_);
    if (page_ == nullptr) {
      row.error("ROW-0103"_code, fmt::format("the code page {} is not known", page),
                fmt::format("known: {}", fmt::join(list_code_pages(data_), ", ")), row.value("code_page"));
    }
    const std::string empty = row.string_or("empty", "reject");
    if (empty != "reject" && empty != "null" && empty != "value") {
      row.error("ROW-0101"_code, "`empty` should be reject, null or value");
    }
    empty_ = empty == "null" ? Empty::null : empty == "value" ? Empty::value : Empty::reject;
  }

  void read_columns(const ConfigValue& columns) {
    Shape& shape = layout_->shape_;
    shape.empty_is_absent = false;
    shape.nodes.emplace_back();
    shape.nodes[0].kind = NodeKind::group;
    layout_->item_ = shape.add_children(0, 1);
    const auto count = static_cast<std::uint32_t>(columns.items.size());
    if (count == 0 || count > row_columns_max) {
      return error(columns, "ROW-0102"_code, fmt::format("a row has 1 to {} columns", row_columns_max));
    }
    layout_->first_column_ = shape.add_children(layout_->item_, count);
    Node& item = shape.nodes[layout_->item_];
    item.kind = NodeKind::group;
    item.name = shape.intern(kind_);
    item.min_occurs = 0;
    item.max_occurs = unbounded;
    item.item = true;
    for (std::uint32_t i = 0; i < count; ++i) read_column(columns.items[i], i);
  }

  void read_column(const ConfigValue& value, std::uint32_t index) {
    if (value.kind != ConfigValue::Kind::table) {
      return error(value, "ROW-0101"_code, "a column is a table: { name = \"AMOUNT\", … }");
    }
    ConfigReader row(file_, value, findings_);
    Column column;
    RowColumn asked;
    asked.name = row.string("name");
    asked.read = row.string_or("read", "");
    asked.write = row.string_or("write", "");
    column.page = page_;
    column.line_number = value.line_number;
    rows::read_column(row, empty_, column);
    asked.type = column.type;
    Node& node = layout_->shape_.nodes[layout_->first_column_ + index];
    const std::string sensitivity = row.string_or("sensitivity", "open");
    node.sensitivity = sensitivity == "personal"  ? Sensitivity::personal
                       : sensitivity == "account" ? Sensitivity::account
                                                  : Sensitivity::open;
    if (node.sensitivity == Sensitivity::open && sensitivity != "open") {
      row.error("ROW-0101"_code, "`sensitivity` should be open, personal or account");
    }
    row.finish();
    check_name(value, asked);
    node.name = layout_->shape_.intern(asked.name);
    node.type = leaf_type_of(column);
    node.min_occurs = column.required ? 1 : 0;
    node.line_number = value.line_number;
    node.facets = static_cast<std::uint32_t>(layout_->shape_.facets.size());
    layout_->shape_.facets.push_back(facets_of(column));
    layout_->columns_.push_back(std::move(column));
    layout_->view_.columns.push_back(std::move(asked));
  }

  void check_name(const ConfigValue& at, const RowColumn& column) {
    const std::string& name = column.name;
    const bool plain =
        !name.empty() && (name[0] < '0' || name[0] > '9') && std::all_of(name.begin(), name.end(), [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (!name.empty() && !plain) {
      error(at, "ROW-0102"_code, fmt::format("\"{}\" is no name of letters, digits and _", name),
            "a column of another name is read as { name = \"AMOUNT\", read = '\"Amount, KZT\"' }");
    }
    for (const RowColumn& other : layout_->view_.columns) {
      if (other.name == name) error(at, "ROW-0102"_code, fmt::format("the column {} stands twice", name));
    }
    const auto marks = std::count(column.write.begin(), column.write.end(), '?');
    if (!column.write.empty() && marks != 1) {
      error(at, "ROW-0102"_code, "`write` has one ? for the value", "such as \"cast(? as timestamptz)\"");
    }
  }

  /// Columns that a list of names stands for; each must be `required`, since NULL names no row and comes after no
  /// other.
  std::vector<std::size_t> columns_named(ConfigReader& row, std::string_view key, bool may_be_absent) {
    std::vector<std::size_t> found;
    const ConfigValue* value = row.value(key);
    const std::vector<std::string> names = row.strings_or_empty(key);
    if (names.empty() && !may_be_absent) {
      row.error("ROW-0104"_code, fmt::format("`{}` names columns", key));
    }
    for (const std::string& name : names) {
      const auto& columns = layout_->view_.columns;
      const auto at = std::find_if(columns.begin(), columns.end(), [&](const RowColumn& c) { return c.name == name; });
      if (at == columns.end()) {
        error(*value, "ROW-0104"_code, fmt::format("there is no column {}", name));
        continue;
      }
      found.push_back(static_cast<std::size_t>(at - columns.begin()));
      if (!layout_->columns_[found.back()].required) {
        error(*value, "ROW-0104"_code, fmt::format("{} may be NULL: declare it `required`", name));
      }
    }
    return found;
  }

  bool is_table(const ConfigValue& value, Code code) {
    if (value.kind == ConfigValue::Kind::table) return true;
    error(value, code, "a table is expected here");
    return false;
  }

  std::uint64_t count_of(ConfigReader& row, std::string_view key, std::int64_t fallback, std::int64_t max, Code code) {
    const std::int64_t value = row.integer_or(key, fallback);
    if (value >= 0 && value <= max) return static_cast<std::uint64_t>(value);
    row.error(code, fmt::format("`{}` is between 0 and {}", key, max), {}, row.value(key));
    return 0;
  }

  void read_poll(const ConfigValue& value) {
    if (!is_table(value, "ROW-0105"_code)) return;
    ConfigReader row(file_, value, findings_);
    RowPoll poll;
    poll.order = columns_named(row, "order", false);
    poll.since = row.string("since");
    poll.until = row.string_or("until", "");
    poll.remember = count_of(row, "remember", 0, 1'000'000, "ROW-0105"_code);
    poll.rows_max = count_of(row, "rows_max", 100'000, 100'000'000, "ROW-0105"_code);
    const bool in_order = row.boolean_or("in_order", false);
    row.finish();
    // A row becomes visible when its transaction commits, not when its number was drawn.
    if (poll.until.empty() && poll.remember == 0 && !in_order) {
      error(value, "ROW-0105"_code, "a row that commits late would be skipped",
            "declare `until` (a horizon), or `remember` with a `since` that overlaps, or in_order = true when rows "
            "become visible in the order of `order`, as with a single writer");
    }
    if (poll.rows_max == 0) error(value, "ROW-0105"_code, "`rows_max` is at least 1");
    if (poll.remember != 0 && layout_->view_.key.empty()) {
      error(value, "ROW-0105"_code, "`remember` needs a `key`: rows are known again by it");
    }
    layout_->view_.poll = std::move(poll);
  }

  void read_write(const ConfigValue& value) {
    if (!is_table(value, "ROW-0106"_code)) return;
    ConfigReader row(file_, value, findings_);
    RowWrite write;
    const std::string names[] = {"insert", "update", "call"};
    std::size_t given = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      if (const std::string target = row.string_or(names[i], ""); !target.empty()) {
        ++given;
        write.kind = static_cast<RowWriteKind>(i);
        write.target = target;
      }
    }
    if (given != 1) error(value, "ROW-0106"_code, "a row is written by `insert`, `update` or `call`: one of them");
    write.when = row.string_or("when", "");
    if (!write.when.empty() && write.kind != RowWriteKind::update) {
      error(value, "ROW-0106"_code, "`when` belongs to `update`");
    }
    write.rows_max = count_of(row, "rows_max", 100'000, 10'000'000, "ROW-0106"_code);
    row.finish();
    if (layout_->view_.key.empty()) {
      error(value, "ROW-0106"_code, "what is written needs a `key`: that is how a second run finds what the first did");
    }
    if (write.kind == RowWriteKind::update && layout_->view_.key.size() == layout_->view_.columns.size()) {
      error(value, "ROW-0106"_code, "an update sets columns that are not in the key");
    }
    layout_->view_.write = std::move(write);
  }

  const ConfigFile& file_;
  const Data& data_;
  Findings& findings_;
  std::unique_ptr<RowLayout> layout_;
  std::string kind_;
  std::shared_ptr<const CodePage> page_;
  Empty empty_ = Empty::reject;
};

namespace {

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings) {
  return RowLayoutCompiler(file, data, findings).compile();
}

}  // namespace
}  // namespace tilmash::formats::rows

namespace tilmash::formats {
extern const Format rows_format;
const Format rows_format{"rows", rows::load};
}  // namespace tilmash::formats
