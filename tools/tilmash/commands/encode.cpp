// `tilmash encode`: JSON lines, as `tilmash decode` prints them, back into a legacy file.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/transports/file/input_file.h"
#include "command.h"
#include "database.h"
#include "layout_file.h"

namespace tilmash::tool {
namespace {

using Json = nlohmann::ordered_json;  // a format may keep the order of its fields

constexpr std::size_t line_bytes_max = 16 << 20;
constexpr std::size_t flush_bytes = 1 << 20;

/// Parses one line; discarded when it is no JSON, or when a key stands twice in one object.
Json parse_line(std::string_view line) {
  std::vector<std::set<std::string>> keys;
  bool twice = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == Json::parse_event_t::key) twice = twice || !keys.back().insert(parsed.get<std::string>()).second;
    return depth < 32;
  };
  Json json = Json::parse(line, watch, false);
  return twice ? Json(Json::value_t::discarded) : json;
}

struct Problem {
  Code code;
  std::string text;

  explicit operator bool() const { return static_cast<bool>(code); }
};

/// Adds the members of `fields` below the open group.
Problem add_fields(Instance& instance, const Shape& shape, std::uint32_t group, const Json& fields);

Problem add_value(Instance& instance, const Shape& shape, std::uint32_t node, const Json& value, bool in_array) {
  const Node& definition = shape.nodes[node];
  if (value.is_null()) {
    if (in_array && definition.kind == NodeKind::leaf) instance.leaf(node, {});  // it keeps its place
    return {};
  }
  if (definition.repeats() && value.is_array() && !in_array) {
    for (const Json& each : value) {
      if (auto problem = add_value(instance, shape, node, each, true)) return problem;
    }
    return {};
  }
  if (definition.kind == NodeKind::leaf) {
    if (!value.is_string()) {
      return {"CLI-0030"_code, fmt::format("{} should be a string or null", shape.path_of(node))};
    }
    instance.leaf(node, instance.arena().copy(value.get_ref<const std::string&>()));
    return {};
  }
  if (!value.is_object()) return {"CLI-0030"_code, fmt::format("{} should be an object", shape.path_of(node))};
  instance.begin(node);
  auto problem = add_fields(instance, shape, node, value);
  instance.end();
  return problem;
}

Problem add_fields(Instance& instance, const Shape& shape, std::uint32_t group, const Json& fields) {
  for (const auto& [name, value] : fields.items()) {
    const std::uint32_t node = shape.find_child(group, name);
    if (node == no_node) {
      return {"CLI-0031"_code, fmt::format("{} has no field \"{}\"", shape.path_of(group), name)};
    }
    if (auto problem = add_value(instance, shape, node, value, false)) return problem;
  }
  return {};
}

/// A record of a line as the group that is returned; no_cell with a problem.
std::uint32_t read_record(const formats::Layout& layout, const Json& json, Instance& instance, Problem& problem) {
  instance.reset(layout.shape());
  const auto type = json.is_object() ? json.find("type") : json.end();
  const auto fields = json.is_object() ? json.find("fields") : json.end();
  if (!json.is_object() || type == json.end() || !type->is_string() || fields == json.end() || !fields->is_object()) {
    problem = {"CLI-0030"_code, "the line is not {\"type\": …, \"fields\": {…}}"};
    return no_cell;
  }
  const std::uint32_t node = layout.find_record(type->get_ref<const std::string&>());
  if (node == no_node) {
    problem = {"CLI-0031"_code, fmt::format("the layout has no record \"{}\"", type->get_ref<const std::string&>())};
    return no_cell;
  }
  const std::uint32_t cell = instance.begin(node);
  problem = add_fields(instance, layout.shape(), node, *fields);
  instance.end();
  return problem ? no_cell : cell;
}

struct Options {
  std::string layout;
  std::vector<std::string> settings;
  std::string input = "-";
  DatabaseOptions database;
};

Diagnostic at_line(Diagnostic why, const std::string& file, std::uint64_t line_number) {
  why.place.file = file;
  why.place.line_number = static_cast<std::uint32_t>(line_number);
  why.place.column_number = 1;
  why.place.record_number = 0;
  return why;
}

/// Where the bytes go: standard output, or a file without a name until a database takes all of them at once.
class Output {
 public:
  explicit Output(bool kept) : kept_(kept) {}

  bool flush(std::string& out, std::size_t at_least) {
    if (out.size() < at_least) return true;
    const bool whole = kept_ ? spool_.append(out) : std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
    out.clear();
    return whole;
  }
  bool finish(std::string& out) { return flush(out, 1) && (kept_ || std::fflush(stdout) == 0); }
  file::InputFile::Spool& spool() { return spool_; }

 private:
  bool kept_;
  file::InputFile::Spool spool_;
};

int io_error() {
  print_error("CLI-0032"_code, "can't write to standard output, or keep what goes to a database");
  return exit_io;
}

int write_kept(const Options& options, const formats::Layout& layout, Output& output) {
  Findings findings;
  const auto rows = file::InputFile::open(output.spool(), "(rows)", findings);
  print_findings(findings);
  return rows == nullptr ? exit_io : write_into(options.database, layout, rows->bytes());
}

/// One run: what the input holds, through the layout's writer, to the output.
class Encoding {
 public:
  Encoding(const formats::Layout& layout, file::InputFile& input, Output& output)
      : layout_(layout), input_(input), output_(output), writer_(layout.record_writer()) {}

  /// JSON lines. False when the output can't take them; so below.
  bool lines() {
    std::string_view rest = input_.bytes();
    for (std::uint64_t number = 1; !rest.empty(); ++number) {
      const std::size_t cut = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, cut);
      rest.remove_prefix(std::min(cut + 1, rest.size()));
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      if (auto why = encode_line(line)) findings_.add(at_line(std::move(*why), input_.name(), number));
      if (!output_.flush(out_, flush_bytes)) return false;
      input_.release_before(input_.bytes().size() - rest.size());
    }
    return finish();
  }

  /// Rows as a mapping writes them into a file: to be checked once more, not trusted.
  bool rows() {
    const auto stream = layout_.decoder(input_.bytes(), input_.name());
    for (Step step = stream->next(instance_); step != Step::end; step = stream->next(instance_)) {
      if (step == Step::reject) {
        findings_.add(stream->reject().why);
      } else if (auto why = writer_->write(instance_, instance_.find(layout_.shape().item_node()), out_)) {
        findings_.add(std::move(*why));
      }
      if (!output_.flush(out_, flush_bytes)) return false;
      input_.release_before(stream->consumed_bytes());
    }
    for (const Diagnostic& each : stream->file_findings().kept()) findings_.add(each);
    return finish();
  }

  /// Prints what was found; true when nothing was.
  bool report() const {
    print_findings(findings_);
    print_findings(writer_->findings());
    return !findings_.has_errors() && !writer_->findings().has_errors();
  }

 private:
  std::optional<Diagnostic> encode_line(std::string_view line) {
    Problem problem;
    std::uint32_t cell = no_cell;
    if (line.size() > line_bytes_max) {
      problem = {"CLI-0030"_code, fmt::format("the line is longer than {} bytes", line_bytes_max)};
    } else {
      cell = read_record(layout_, parse_line(line), instance_, problem);
    }
    if (!problem) return writer_->write(instance_, cell, out_);
    Diagnostic why;
    why.code = problem.code;
    why.text = problem.text;
    return why;
  }

  bool finish() {
    if (auto why = writer_->finish(out_)) findings_.add(at_line(std::move(*why), input_.name(), 0));
    return output_.finish(out_);
  }

  const formats::Layout& layout_;
  file::InputFile& input_;
  Output& output_;
  std::unique_ptr<formats::RecordWriter> writer_;
  Instance instance_;
  std::string out_;
  Findings findings_;
};

int encode(const Options& options, const Data& data) {
  const auto layout = open_layout(options.layout, data, options.settings);
  if (layout == nullptr) return exit_config;
  const bool into = !options.database.name.empty();
  if (into && (layout->row_view() == nullptr || !layout->row_view()->write)) {
    print_error("CLI-0050"_code, fmt::format("the layout {} has no [write]", layout->shape().id));
    return exit_config;
  }
  Findings findings;
  const auto input = file::InputFile::open(options.input, findings);
  print_findings(findings);
  if (input == nullptr) return exit_io;
  Output output(into);
  Encoding encoding(*layout, *input, output);
  const bool are_rows = into && input->bytes().starts_with(rows_begin);
  if (!(are_rows ? encoding.rows() : encoding.lines())) return io_error();
  if (!encoding.report()) return exit_findings;
  return into ? write_kept(options, *layout, output) : exit_clean;
}

}  // namespace

void add_encode(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("encode", "Write a legacy file from JSON lines, by its layout");
  auto options = std::make_shared<Options>();
  command
      ->add_option("--layout", options->layout,
                   "Layout file or COBOL copybook, or the path of one of the built-in ones")
      ->required();
  command->add_option("--set", options->settings, "KEY=VALUE: a key of the layout, in place of what its file says")
      ->allow_extra_args(false);
  command->add_option(
      "INPUT", options->input,
      "JSON lines as `decode` prints them, or, with --into, rows as `convert` writes them; - or nothing is "
      "standard input");
  add_into_options(*command, options->database);
  command->footer(
      "Counts, sums and hashes are computed, whatever the lines say (and it is reported when they say something "
      "else).\n"
      "A line that can't be written is reported and left out; the exit status is then 1. With --into it keeps all "
      "others\n"
      "from being written too.\n\n"
      "Examples:\n"
      "  tilmash encode --layout mappings/nacha/layout.toml records.jsonl > payroll.ach\n"
      "  tilmash decode --layout outgoing.toml in.dat | tilmash encode --layout outgoing.toml | cmp - in.dat\n"
      "  tilmash encode --layout samples/core-db/answers/layout.toml --into sqlite:core.db "
      "samples/core-db/answers.jsonl");
  command->callback(
      [&session, options] { session.run = [&session, options] { return encode(*options, *session.data); }; });
}

}  // namespace tilmash::tool
