#include "database.h"

#include <fmt/format.h>

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "adapters/transports/sql/reader.h"
#include "adapters/transports/sql/writer.h"
#include "command.h"

namespace tilmash::tool {
namespace {

constexpr std::uint32_t silence_told_seconds = 10;
constexpr std::uint32_t grace_seconds = 5;  ///< for the database to keep to the timeout by itself

/// Looks after a database from a thread of its own, since a driver that waits for one waits for ever: says so when it
/// is silent, and ends the program when it stays silent beyond the timeout. What was read has no name yet, what was
/// written is no transaction yet or is asked for again by the same command.
class Watch {
 public:
  Watch(const sql::Connection& connection, std::uint32_t timeout_seconds)
      : connection_(connection), timeout_seconds_(timeout_seconds), thread_([this] { run(); }) {}
  ~Watch() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  void run() {
    std::uint64_t seen = connection_.answers();
    std::uint32_t silent_seconds = 0;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, std::chrono::seconds(1), [this] { return over_; })) {
      const std::uint64_t now = connection_.answers();
      silent_seconds = now == seen ? silent_seconds + 1 : 0;
      seen = now;
      if (silent_seconds != 0 && silent_seconds % silence_told_seconds == 0) {
        fmt::print(stderr, "{}: no answer for {} seconds\n", connection_.name(), silent_seconds);
      }
      if (timeout_seconds_ == 0 || silent_seconds < timeout_seconds_ + grace_seconds) continue;
      print_error("CLI-0052"_code,
                  fmt::format("{} has not answered for {} seconds", connection_.name(), silent_seconds));
      std::fflush(nullptr);
      std::_Exit(exit_io);
    }
  }

  const sql::Connection& connection_;
  std::uint32_t timeout_seconds_;
  bool over_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;  // last: it uses the others
};

void add_password_options(CLI::App& command, DatabaseOptions& options) {
  command
      .add_option("--timeout", options.timeout_seconds,
                  "Seconds that the database may take for a statement or a row; 0: any time")
      ->capture_default_str()
      ->check(CLI::Range(0U, 86'400U));
  auto* file = command.add_option("--password-file", options.password_file, "File whose first line is the password");
  command.add_option("--password-env", options.password_env, "Environment variable that holds the password")
      ->excludes(file);
}

/// Nothing, and an error on stderr, when it can't be read.
std::optional<std::string> read_password(const DatabaseOptions& options) {
  if (!options.password_env.empty()) {
    const char* const value = std::getenv(options.password_env.c_str());
    if (value != nullptr) return std::string(value);
    print_error("CLI-0051"_code, fmt::format("the environment has no {}", options.password_env));
    return std::nullopt;
  }
  if (options.password_file.empty()) return std::string();
  const auto text = read_small_file(options.password_file);
  if (!text) return std::nullopt;
  return text->substr(0, text->find_first_of("\r\n"));
}

std::unique_ptr<sql::Connection> connect(const DatabaseOptions& options, sql::Access access) {
  const auto password = read_password(options);
  if (!password) return nullptr;
  Findings findings;
  auto connection = sql::Connection::open({options.name, *password, options.timeout_seconds}, access, findings);
  print_findings(findings);
  return connection;
}

int not_declared(std::string_view layout, std::string_view what) {
  print_error("CLI-0050"_code, fmt::format("the layout {} {}", layout, what));
  return exit_config;
}

/// A row that was found, as the layout would write it.
std::optional<std::string> canonical_row(const formats::Layout& layout, const std::string& header,
                                         std::string_view row) {
  std::string bytes = header;
  bytes += row;
  bytes += rows_end;
  const auto stream = layout.decoder(bytes, "");
  Instance instance;
  std::string out;
  if (stream->next(instance) != Step::item) return std::nullopt;
  const std::uint32_t cell = instance.find(layout.shape().item_node());
  if (layout.record_writer()->write(instance, cell, out) || !out.starts_with(header)) return std::nullopt;
  return out.substr(header.size());
}

}  // namespace

CLI::Option* add_from_options(CLI::App& command, DatabaseOptions& options) {
  auto* from = command.add_option("--from", options.name,
                                  "Database to read instead of a file: sqlite:FILE, odbc:DSN, or odbc: and a "
                                  "connection string; the layout has format = \"rows\"");
  add_password_options(command, options);
  command
      .add_option("--rows-max", options.rows_max,
                  "Rows that a view which is read as a whole may have; more are an error")
      ->capture_default_str()
      ->needs(from);
  auto* state = command
                    .add_option("--watermark-state", options.watermark_state,
                                "Read only what is new by the layout's [poll], and keep in this file how far that was")
                    ->needs(from);
  command.add_flag("--from-start", options.from_start, "First poll: the state file is made")->needs(state);
  return from;
}

void add_into_options(CLI::App& command, DatabaseOptions& options) {
  command.add_option("--into", options.name,
                     "Database to write to instead of standard output: all or nothing, by the layout's [write]");
  add_password_options(command, options);
}

int RowInput::read(const DatabaseOptions& options, const formats::Layout& layout) {
  const RowView* view = layout.row_view();
  if (view == nullptr) return not_declared(layout.shape().id, "does not describe rows of a database");
  if (!options.watermark_state.empty()) {
    if (!view->poll) return not_declared(layout.shape().id, "has no [poll]");
    Findings findings;
    state_ = file::StateFile::open(options.watermark_state, options.from_start, findings);
    print_findings(findings);
    if (state_ == nullptr) return exit_io;
  }
  return poll(options, *view, layout.shape().id);
}

int RowInput::poll(const DatabaseOptions& options, const RowView& view, const std::string& layout_id) {
  Findings findings;
  std::optional<sql::Watermark> watermark;
  if (state_ != nullptr) {
    watermark = sql::read_watermark(state_->text(), options.watermark_state, view, layout_id, findings);
    print_findings(findings);
    if (!watermark) return exit_config;
  }
  const auto connection = connect(options, sql::Access::read);
  if (connection == nullptr) return exit_io;
  file::InputFile::Spool spool;
  sql::ReadCounts counts;
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const sql::ByteSink sink = [&](std::string_view bytes) {
    if (terminal) fmt::print(stderr, "\rreading {} rows", counts.rows);
    return spool.append(bytes);
  };
  std::optional<Watch> watch(std::in_place, *connection, options.timeout_seconds);
  const bool good = watermark ? sql::read_new(*connection, view, *watermark, sink, counts, findings)
                              : sql::read_all(*connection, view, options.rows_max, sink, counts, findings);
  watch.reset();
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  if (good) file_ = file::InputFile::open(spool, options.name, findings);
  print_findings(findings);
  if (file_ == nullptr) return exit_io;
  rows_ = counts.rows;
  findings_ = findings.has_errors();
  if (!watermark) return exit_clean;
  next_ = sql::to_json(*watermark, view, layout_id);
  fmt::print(stderr, "{} new rows{}{}\n", counts.rows,
             counts.known != 0 ? fmt::format(", {} known ones left out", counts.known) : std::string(),
             counts.more ? "; there are more, poll again" : "");
  return exit_clean;
}

int RowInput::keep(int exit) {
  if (state_ == nullptr || (exit != exit_clean && exit != exit_findings)) return exit;
  Findings findings;
  const bool kept = state_->replace(next_, findings);
  print_findings(findings);
  if (!kept) return exit_io;
  return findings_ ? exit_findings : exit;
}

int write_into(const DatabaseOptions& options, const formats::Layout& layout, std::string_view rows) {
  const RowView& view = *layout.row_view();
  const auto connection = connect(options, sql::Access::write);
  if (connection == nullptr) return exit_io;
  std::string header;
  std::vector<std::string> names;
  for (const RowColumn& column : view.columns) names.push_back(column.name);
  append_rows_begin(header, names);
  sql::WriteCounts counts;
  Findings findings;
  const Watch watch(*connection, options.timeout_seconds);
  const bool done = sql::write_rows(
      *connection, view, rows, [&](std::string_view row) { return canonical_row(layout, header, row); }, counts,
      findings);
  print_findings(findings);
  if (!done) {
    fmt::print(stderr, "nothing is known to be written\n");
    return exit_findings;
  }
  fmt::print(stderr, "{} rows written, {} were there already\n", counts.written, counts.there_already);
  return exit_clean;
}

}  // namespace tilmash::tool
