// `tilmash decode`: a legacy file as JSON lines, one a record, by its layout.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "adapters/transports/file/input_file.h"
#include "base/text.h"
#include "command.h"
#include "database.h"
#include "layout_file.h"

namespace tilmash::tool {
namespace {

constexpr std::size_t shown_max = 50;
constexpr std::size_t flush_bytes = 1 << 20;
constexpr std::uint64_t progress_bytes = 16 << 20;

/// Records as JSON lines. Those of the current item are kept back until it is known to be good.
class JsonLines final : public formats::RecordSink {
 public:
  explicit JsonLines(std::uint32_t item_node) : item_node_(item_node) {}

  void record(const Instance& instance, std::uint32_t node, std::uint32_t cell, std::span<const std::uint32_t> nodes,
              std::uint64_t record_number, std::uint64_t offset) override {
    const Shape& shape = instance.shape();
    if (item_begin_ == std::string::npos && shape.is_below(node, item_node_)) item_begin_ = out_.size();
    fmt::format_to(std::back_inserter(out_), "{{\"record\":{},\"offset\":{},\"type\":", record_number, offset);
    append_json_string(out_, shape.nodes[node].name);
    out_ += ",\"fields\":";
    fields(instance, cell, nodes);
    out_ += "}\n";
  }

  void accept() { item_begin_ = std::string::npos; }
  void drop() {
    if (item_begin_ != std::string::npos) out_.resize(item_begin_);
    item_begin_ = std::string::npos;
  }
  /// False when stdout can't take it.
  bool flush(std::size_t at_least) {
    if (out_.size() < at_least || out_.empty()) return true;
    const bool whole = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size();
    out_.clear();
    return whole;
  }

 private:
  void fields(const Instance& instance, std::uint32_t group, std::span<const std::uint32_t> nodes) {
    out_ += '{';
    for (const std::uint32_t node : nodes) {
      const Node& definition = instance.shape().nodes[node];
      // A group that need not be there, and what only the format itself uses, are not told when absent.
      const bool optional = definition.min_occurs == 0 && (definition.kind == NodeKind::group || definition.structural);
      if (optional && instance.find_within(group, node) == no_cell) continue;
      if (out_.back() != '{') out_ += ',';
      append_json_string(out_, definition.name);
      out_ += ':';
      value(instance, group, node);
    }
    out_ += '}';
  }

  /// A repeated field that is blank keeps its place by a cell without text, where an empty text is no value.
  void leaf(const Instance& instance, std::uint32_t cell) {
    if (cell == no_cell || (instance.cell(cell).text.empty() && instance.shape().empty_is_absent)) {
      out_ += "null";
    } else {
      append_json_string(out_, instance.cell(cell).text);
    }
  }

  void value(const Instance& instance, std::uint32_t group, std::uint32_t node) {
    const Shape& shape = instance.shape();
    const Node& definition = shape.nodes[node];
    const std::uint32_t found = instance.find_within(group, node);
    if (definition.kind == NodeKind::leaf && !definition.repeats()) {
      leaf(instance, found);
      return;
    }
    if (!definition.repeats()) {
      if (found == no_cell) {
        out_ += "null";
      } else {
        fields(instance, found, children_of(instance, found));
      }
      return;
    }
    out_ += '[';
    for (std::uint32_t at = found; at != no_cell && at < instance.subtree_end(group); at = instance.cell(at).next) {
      if (instance.cell(at).parent != instance.cell(found).parent) break;
      if (out_.back() != '[') out_ += ',';
      if (definition.kind == NodeKind::leaf) {
        leaf(instance, at);
      } else {
        fields(instance, at, children_of(instance, at));
      }
    }
    out_ += ']';
  }

  /// All of the group in a record, where what is blank is null; where there is no blank, those that are there.
  static std::vector<std::uint32_t> children_of(const Instance& instance, std::uint32_t group) {
    const Shape& shape = instance.shape();
    const Node& definition = shape.nodes[instance.cell(group).node];
    std::vector<std::uint32_t> children;
    for (std::uint32_t i = 0; i < definition.child_count; ++i) {
      const std::uint32_t node = definition.first_child + i;
      if (shape.empty_is_absent || instance.find_within(group, node) != no_cell) children.push_back(node);
    }
    return children;
  }

  std::uint32_t item_node_;
  std::string out_;
  std::size_t item_begin_ = std::string::npos;
};

struct Options {
  std::string layout;
  std::vector<std::string> settings;
  std::string input = "-";
  DatabaseOptions database;
  std::string format = "jsonl";
  std::string rejects;
  bool show_layout = false;
};

/// Rejects go to a file of JSON lines with their raw bytes, which only its owner may read, or to stderr.
class Rejects {
 public:
  explicit Rejects(const std::string& name) : name_(name) {
    if (name.empty()) return;
    const mode_t mask = umask(077);
    file_ = std::fopen(name.c_str(), "wb");
    umask(mask);
  }
  ~Rejects() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Rejects(const Rejects&) = delete;
  Rejects& operator=(const Rejects&) = delete;

  bool good() const { return name_.empty() || file_ != nullptr; }
  std::uint64_t count() const { return count_; }

  bool add(const Reject& reject) {
    ++count_;
    if (file_ == nullptr) {
      if (count_ <= shown_max) fmt::print(stderr, "{}", to_human(reject.why));
      return true;
    }
    std::string line = to_json(reject.why);
    line.pop_back();
    line += fmt::format(",\"raw\":\"{}\"}}\n", to_hex(reject.raw));
    return std::fwrite(line.data(), 1, line.size(), file_) == line.size();
  }
  bool close() {
    if (file_ == nullptr) return true;
    const bool closed = std::fclose(file_) == 0;
    file_ = nullptr;
    return closed;
  }

 private:
  std::string name_;
  std::FILE* file_ = nullptr;
  std::uint64_t count_ = 0;
};

class Progress {
 public:
  explicit Progress(std::uint64_t total) : total_(total), on_(total >= progress_bytes && isatty(STDERR_FILENO) == 1) {}
  void show(std::uint64_t done) {
    if (!on_ || done < next_) return;
    next_ = done + total_ / 100;
    fmt::print(stderr, "\r{:3} %", done * 100 / total_);
  }
  void clear() const {
    if (on_) fmt::print(stderr, "\r      \r");
  }

 private:
  std::uint64_t total_;
  std::uint64_t next_ = 0;
  bool on_;
};

void print_controls(const ItemStream& stream) {
  constexpr std::string_view results[] = {"as stated", "DIFFERS", "not comparable"};
  std::size_t shown = 0;
  for (const Control& control : stream.controls()) {
    if (control.result == Control::Result::equal && shown >= shown_max) continue;
    if (++shown > 2 * shown_max) break;
    fmt::print(stderr, "{:<40} stated {:>18}  counted {:>18}  {}\n", control.path, control.declared, control.counted,
               results[static_cast<std::size_t>(control.result)]);
  }
}

int print_summary(const ItemStream& stream, std::uint64_t items, const Rejects& rejects) {
  if (rejects.count() > shown_max) fmt::print(stderr, "{} rejects in all\n", rejects.count());
  print_findings(stream.file_findings());
  print_controls(stream);
  fmt::print(stderr, "{} records: {} items, {} rejects\n", stream.record_count(), items, rejects.count());
  return rejects.count() != 0 || stream.file_findings().has_errors() ? exit_findings : exit_clean;
}

int io_error(const std::string& name) {
  print_error("CLI-0032"_code, fmt::format("can't write to {}", name));
  return exit_io;
}

/// The layout that the option names, or one made from the header of the file; the latter's text is kept in `made`.
std::unique_ptr<formats::Layout> find_layout(const Options& options, const file::InputFile* input, const Data& data,
                                             std::string& made) {
  if (!options.layout.empty()) return open_layout(options.layout, data, options.settings);
  Findings findings;
  if (input != nullptr) made = formats::layout_of(input->bytes(), data, findings);
  if (made.empty()) {
    // What is wrong with it as a table is of interest only if it was meant to be one.
    const std::string& name = options.input;
    if (name.ends_with(".dbf") || name.ends_with(".DBF")) print_findings(findings);
    print_error("CLI-0035"_code, "the file does not describe itself, as a DBF table does",
                "name its layout: --layout FILE");
    return nullptr;
  }
  auto layout = formats::load_layout("layout.toml", made, data, findings);
  print_findings(findings, made, true);
  return layout;
}

int decode_input(const Options& options, const formats::Layout& layout, file::InputFile& input) {
  Rejects rejects(options.rejects);
  if (!rejects.good()) return io_error(options.rejects);
  JsonLines lines(layout.shape().item_node());
  const auto stream = layout.decoder(input.bytes(), input.name(), &lines);
  Progress progress(input.bytes().size());
  Instance instance;
  std::uint64_t items = 0;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::item) {
      ++items;
      lines.accept();
    } else {
      lines.drop();
      if (!rejects.add(stream->reject())) return io_error(options.rejects);
    }
    if (!lines.flush(flush_bytes)) return io_error("standard output");
    input.release_before(stream->consumed_bytes());
    progress.show(stream->consumed_bytes());
  }
  progress.clear();
  if (!lines.flush(1) || std::fflush(stdout) != 0) return io_error("standard output");
  if (!rejects.close()) return io_error(options.rejects);
  return print_summary(*stream, items, rejects);
}

int decode_rows(const Options& options, const Data& data) {
  const auto layout = open_layout(options.layout, data, options.settings);
  if (layout == nullptr) return exit_config;
  RowInput rows;
  const int exit = rows.read(options.database, *layout);
  return exit == exit_clean ? rows.keep(decode_input(options, *layout, rows.file())) : exit;
}

int decode(const Options& options, const Data& data) {
  if (!options.database.name.empty() && !options.show_layout) return decode_rows(options, data);
  Findings findings;
  const bool reads = !options.show_layout || options.layout.empty();
  const auto input = reads ? file::InputFile::open(options.input, findings) : nullptr;
  print_findings(findings);
  if (reads && input == nullptr) return exit_io;
  std::string made;
  const auto layout = find_layout(options, input.get(), data, made);
  if (options.show_layout && (layout != nullptr || !made.empty())) {
    fmt::print("{}", made.empty() ? layout->describe() : made);
    return exit_clean;
  }
  return layout == nullptr ? exit_config : decode_input(options, *layout, *input);
}

}  // namespace

void add_decode(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("decode", "Print the records of a legacy file as JSON lines, by its layout");
  auto options = std::make_shared<Options>();
  command->add_option("--layout", options->layout,
                      "Layout file or COBOL copybook, or the path of one of the built-in layouts; not needed\n"
                      "for files that describe themselves (DBF)");
  command->add_option("--set", options->settings, "KEY=VALUE: a key of the layout, in place of what its file says")
      ->allow_extra_args(false);
  auto* input = command->add_option("INPUT", options->input, "The file; - or nothing is standard input");
  add_from_options(*command, options->database)->excludes(input);
  command->add_option("--format", options->format, "Form of the output")
      ->check(CLI::IsMember({"jsonl"}))
      ->capture_default_str();
  command->add_option("--rejects", options->rejects,
                      "Write rejects with their raw bytes to this file (mode 0600), not to stderr");
  command->add_flag("--show-layout", options->show_layout,
                    "Print the records with their positions, and read nothing; without --layout, a layout\n"
                    "file for a file that describes itself");
  command->footer(
      "Each line is {\"record\":1,\"offset\":0,\"type\":\"detail\",\"fields\":{...}}: blanks are null, numbers are "
      "exact\n"
      "strings, repeats are arrays. Rejects, findings and control totals go to stderr.\n\n"
      "Examples:\n"
      "  tilmash decode --layout mappings/nacha/layout.toml payroll.ach\n"
      "  tilmash decode --layout outgoing.toml --rejects rejects.jsonl extract.dat > records.jsonl\n"
      "  tilmash decode --layout samples/copybook/OUTPAY.cpy --set code_page=cp1025 samples/copybook/outpay.dat\n"
      "  tilmash decode --layout samples/copybook/OUTPAY.cpy --show-layout\n"
      "  tilmash decode --layout samples/iso8583/switch.toml samples/iso8583/switch.dat\n"
      "  tilmash decode --show-layout samples/dbf/payments.dbf > table.toml\n"
      "  tilmash decode --layout samples/core-db/payments/layout.toml --from sqlite:core.db\n"
      "  tilmash decode --layout view.toml --from odbc:CORE --password-env CORE_PASSWORD \\\n"
      "      --watermark-state core.state --from-start");
  command->callback([&session, options] {
    if (options->layout.empty() && options->input == "-") throw CLI::RequiredError("--layout");
    session.run = [&session, options] { return decode(*options, *session.data); };
  });
}

}  // namespace tilmash::tool
