// `tilmash validate FILE...`: are these ISO 20022 messages valid against the catalogue?
#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "command.h"
#include "iso20022/reader.h"
#include "xml_input.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

struct Options {
  std::vector<std::string> files;
  std::string format = "human";
  std::string caps = "message";
  bool show_data = false;
};

/// The verdict on one message, or (`message` null) on what stands outside of any.
struct Verdict {
  const Message* message = nullptr;
  bool valid = false;
  std::uint64_t offset = 0;
  std::uint32_t line_number = 0;
};

class Printer {
 public:
  Printer(const Options& options, const std::string& file, std::string_view input)
      : options_(options), file_(file), input_(input) {}

  void print(const Verdict& verdict, const Findings& findings) {
    ++count_;
    if (!verdict.valid) ++invalid_count_;
    if (options_.format == "json") {
      print_json(verdict, findings);
    } else {
      print_human(verdict, findings);
    }
  }
  std::size_t count() const { return count_; }
  std::size_t invalid_count() const { return invalid_count_; }

 private:
  void print_json(const Verdict& verdict, const Findings& findings) const {
    std::string out = "{\"file\":";
    append_json_string(out, file_);
    out += ",\"message\":";
    if (verdict.message == nullptr) {
      out += "null";
    } else {
      append_json_string(out, verdict.message->id());
    }
    out += verdict.valid ? ",\"valid\":true,\"findings\":[" : ",\"valid\":false,\"findings\":[";
    bool first = true;
    for (const Diagnostic& finding : findings.kept()) {
      out += first ? "{\"code\":" : ",{\"code\":";
      first = false;
      append_json_string(out, to_text(finding.code));
      out += ",\"severity\":";
      append_json_string(out, to_text(finding.severity));
      out += fmt::format(",\"line\":{},\"column\":{},\"offset\":{},\"path\":", finding.place.line_number,
                         finding.place.column_number, finding.place.offset_bytes);
      append_json_string(out, finding.path);
      out += ",\"text\":";
      append_json_string(out, finding.text);
      if (options_.show_data && !finding.value.empty()) {
        out += ",\"found\":";
        append_json_string(out, finding.value.reveal());
      }
      out += '}';
    }
    out += ']';
    if (findings.total_count() > findings.kept().size()) {
      out += fmt::format(",\"more\":{}", findings.total_count() - findings.kept().size());
    }
    fmt::print("{}}}\n", out);
  }

  void print_human(const Verdict& verdict, const Findings& findings) const {
    // A caret needs the line it points into, and that line is somebody's payment: only when asked for.
    for (const Diagnostic& finding : findings.kept()) fmt::print("{}", to_human(finding, input_, options_.show_data));
    if (const std::uint64_t hidden = findings.total_count() - findings.kept().size(); hidden != 0) {
      fmt::print("... and {} more\n", hidden);
    }
    if (verdict.message == nullptr) return;
    const std::string result = verdict.valid ? "valid" : fmt::format("INVALID, {} finding(s)", findings.error_count());
    fmt::print("{}:{}: {}: {}\n", file_, verdict.line_number, verdict.message->id(), result);
  }

  const Options& options_;
  const std::string& file_;
  std::string_view input_;
  std::size_t count_ = 0;
  std::size_t invalid_count_ = 0;
};

/// True when every message of the file is valid, and there is one.
bool validate_file(const Catalogue& catalogue, XmlInput& xml, const Options& options) {
  file::InputFile& input = *xml.file;
  constexpr std::size_t findings_max = 100;
  Findings findings(findings_max);
  const std::string name = input.name() == "-" ? "stdin" : input.name();
  Printer printer(options, name, input.bytes());
  const Caps caps = options.caps == "batch" ? Caps::batch() : Caps::message();
  MessageReader reader(catalogue, input.bytes(), name, caps, findings, xml.original);
  for (;;) {
    const Message* message = reader.next_message();
    if (message == nullptr) {
      if (findings.total_count() != 0) printer.print({}, findings);
      break;
    }
    Verdict verdict{message, false, reader.offset(), reader.line_number()};
    verdict.valid = reader.validate();
    printer.print(verdict, findings);
    findings.clear();
    input.release_before(reader.end_offset());
  }
  return printer.invalid_count() == 0;
}

int run(const Data& data, const Options& options) {
  const Catalogue catalogue(data);
  bool readable = true;
  bool valid = true;
  for (const std::string& name : options.files) {
    Findings findings;
    XmlInput input = open_xml(name, findings);
    print_findings(findings);
    readable = readable && input.file;
    if (input.file && !validate_file(catalogue, input, options)) valid = false;
  }
  print_findings(catalogue.findings());
  if (catalogue.findings().has_errors()) return exit_config;
  return !readable ? exit_io : valid ? exit_clean : exit_findings;
}

}  // namespace

void add_validate(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("validate", "Say whether ISO 20022 messages are valid, and where they are not");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->files, "XML files: a message, a bundle, or an envelope; - is stdin")->required();
  command->add_option("--format", options->format, "human, or json: one line a message")
      ->check(CLI::IsMember({"human", "json"}))
      ->capture_default_str();
  command->add_option("--caps", options->caps, "Limits on size and count: message, or batch for a night's file")
      ->check(CLI::IsMember({"message", "batch"}))
      ->capture_default_str();
  command->add_flag("--show-data", options->show_data, "Show the lines and values in question, not masked");
  command->footer(
      "Exit status: 0 all valid, 1 findings, 4 a file can't be read.\n"
      "Examples:\n  tilmash validate payment.xml\n  tilmash validate --format json --caps batch night/*.xml");
  command->callback([&session, options] { session.run = [&, options] { return run(*session.data, *options); }; });
}

}  // namespace tilmash::tool
