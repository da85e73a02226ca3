// `format = "rows"`: the declared columns of a table or view, and how its rows become items and go back.
//
// The bytes are those of base/rows.h; a transport fetches them from a database, or gives them to one. What to ask the
// database for (the RowView) is compiled here and understood there.
#pragma once

#include <string>
#include <vector>

#include "adapters/formats/rows/column.h"
#include "adapters/records/message_layout.h"

namespace tilmash::formats::rows {

class RowLayout final : public records::MessageLayout {
 public:
  std::unique_ptr<ItemStream> decoder(std::string_view input, std::string file, RecordSink* sink) const override;
  std::string describe() const override;
  const RowView* row_view() const override { return &view_; }

  bool cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const override;
  std::optional<Diagnostic> decode(const records::MessageFrame& frame, Instance& instance) const override;
  std::optional<Diagnostic> encode(const Instance& instance, std::uint32_t cell, std::uint64_t index,
                                   std::string& out) const override;
  void close(std::uint64_t count, std::string& out) const override;

 private:
  friend class RowLayoutCompiler;

  bool check_header(std::string_view input, std::size_t& at, records::MessageFrame& frame) const;
  Diagnostic problem(Code code, std::size_t column, std::string_view value) const;
  /// ", row ID 1204": the key as far as it may be shown.
  std::string key_text(std::string_view row) const;
  void append_header(std::string& out) const;

  RowView view_;
  std::vector<Column> columns_;  ///< as in view_.columns; column n is node first_column_ + n
  std::uint32_t item_ = 0;
  std::uint32_t first_column_ = 0;
};

}  // namespace tilmash::formats::rows
