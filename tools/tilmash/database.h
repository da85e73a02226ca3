// Databases on the command line: the options that name one, its rows as an input, rows into it.
#pragma once

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>

#include "adapters/formats/format.h"
#include "adapters/transports/file/input_file.h"
#include "adapters/transports/file/state_file.h"
#include "adapters/transports/sql/watermark.h"

namespace tilmash::tool {

struct DatabaseOptions {
  std::string name;  ///< "sqlite:core.db", "odbc:…"; empty = no database
  std::string password_file;
  std::string password_env;
  std::string watermark_state;
  bool from_start = false;
  std::uint32_t timeout_seconds = 600;  ///< of a statement, and of a row; 0 = any time
  std::uint64_t rows_max = 10'000'000;
};

/// --from, which is returned, with its password and its watermark; --into with its password.
CLI::Option* add_from_options(CLI::App& command, DatabaseOptions& options);
void add_into_options(CLI::App& command, DatabaseOptions& options);

/// Rows that were read, and how far: `keep` says so to the next poll, once what was made of them is safe.
class RowInput {
 public:
  /// All rows, or with a state file those that are new. Exit status when it can't be done, and says so on stderr;
  /// exit_clean otherwise.
  int read(const DatabaseOptions& options, const formats::Layout& layout);

  file::InputFile& file() { return *file_; }
  /// True when a poll brought nothing.
  bool empty() const { return state_ != nullptr && rows_ == 0; }
  /// Moves the watermark, if there is one. Gives `exit`, or worse when it can't be kept or rows can't be polled.
  int keep(int exit);

 private:
  int poll(const DatabaseOptions& options, const RowView& view, const std::string& layout_id);

  std::unique_ptr<file::InputFile> file_;
  std::unique_ptr<file::StateFile> state_;
  std::string next_;  ///< text of the state
  std::uint64_t rows_ = 0;
  bool findings_ = false;  ///< of rows that no poll can read
};

/// Writes `rows` (base/rows.h) into the database, all or none; prints what came of it. Gives the exit status.
int write_into(const DatabaseOptions& options, const formats::Layout& layout, std::string_view rows);

}  // namespace tilmash::tool
