// A layout of a DBF table, compiled: the columns it must have, beside the Shape that the rest of the house sees. It
// holds no input and no state; docs/dbf.md is the grammar it is compiled from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/dbf/table.h"
#include "adapters/formats/format.h"
#include "base/code_page.h"

namespace tilmash::formats::dbf {

/// What follows the last record is kept up to so many bytes.
inline constexpr std::size_t tail_bytes_max = 4096;

struct Column {
  std::string name;  ///< of the field, UTF-8: the column's own unless the layout says otherwise
  TableColumn in_table;
  std::uint32_t node = no_node;
  bool required = false;
  std::vector<std::string> codes;
  std::uint32_t line_number = 0;
};

class DbfLayout final : public Layout {
 public:
  const Shape& shape() const override { return shape_; }
  std::uint32_t find_record(std::string_view kind) const override { return shape_.find_child(0, kind); }
  std::unique_ptr<ItemStream> decoder(std::string_view input, std::string file, RecordSink* records) const override;
  std::unique_ptr<Encoder> encoder() const override;
  std::unique_ptr<RecordWriter> record_writer() const override;
  std::string describe() const override;

  /// "table.toml:12"
  std::string rule(std::uint32_t node) const;
  /// Whether the table has the columns of the layout; the first that differs, with its place, else.
  TableFault compare(const Table& table, const Column** column = nullptr) const;

  Shape shape_;
  std::shared_ptr<const CodePage> page;
  bool check_driver = true;
  bool keep_deleted = false;
  std::vector<Column> columns;
  std::uint32_t record_bytes = 1;

  /// Nodes of the header and of a record, the columns aside.
  struct {
    std::uint32_t header, version, changed, record_count, language_driver, tail, bytes;
    std::uint32_t record, deleted, as_found, column, column_bytes;
  } node{};
};

std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings);
/// The text of a layout for a table, from its header; empty (and findings) when it has none that can be read.
std::string layout_of(std::string_view bytes, const Data& data, Findings& findings);

}  // namespace tilmash::formats::dbf
