// `tilmash validate FILE...`: are these ISO 20022 messages valid against the catalogue?
#include <fmt/format.h>

#include <deque>
#include <memory>

#include "base/text.h"
#include "command.h"
#include "iso20022/reader.h"
#include "second_opinion.h"
#include "xml_input.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

struct Options {
  std::vector<std::string> files;
  std::string format = "human";
  std::string caps = "message";
  std::vector<std::string> with;
  bool show_data = false;
};

/// The verdict on one message, or (`message` null) on what stands outside of any.
struct Verdict {
  const Message* message = nullptr;
  bool valid = false;
  std::uint32_t line_number = 0;
};

/// What another validator said; `verdict` null: it was not asked.
struct Opinion {
  std::string_view validator;
  const OracleVerdict* verdict = nullptr;
  bool agrees = false;
  std::uint64_t column_shift = 0;  ///< on the first line of the document that it was given
};

class Printer {
 public:
  Printer(const Options& options, const std::string& file, std::string_view input)
      : options_(options), file_(file), input_(input) {}

  void print(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) {
    if (!verdict.valid && findings.has_errors()) ++invalid_count_;
    if (options_.format == "json") {
      print_json(verdict, findings, opinions);
    } else {
      print_human(verdict, findings, opinions);
    }
  }
  std::size_t invalid_count() const { return invalid_count_; }

 private:
  void print_json(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) const {
    std::string out = "{\"file\":";
    append_json_string(out, file_);
    out += ",\"message\":";
    if (verdict.message == nullptr) {
      out += "null";
    } else {
      append_json_string(out, verdict.message->id());
    }
    out += fmt::format(",\"valid\":{},\"findings\":[", verdict.valid);
    for (std::size_t i = 0; i < findings.kept().size(); ++i) {
      Diagnostic finding = findings.kept()[i];
      finding.place.file.clear();
      if (i != 0) out += ',';
      out += to_json(finding, options_.show_data);
    }
    out += ']';
    if (findings.total_count() > findings.kept().size()) {
      out += fmt::format(",\"more\":{}", findings.total_count() - findings.kept().size());
    }
    if (!opinions.empty()) {
      out += ",\"with\":[";
      for (const Opinion& opinion : opinions) append_json(opinion, verdict, out);
      out.back() = ']';
    }
    fmt::print("{}}}\n", out);
  }

  /// With a comma behind it.
  void append_json(const Opinion& opinion, const Verdict& verdict, std::string& out) const {
    out += fmt::format("{{\"validator\":\"{}\",\"valid\":", opinion.validator);
    if (opinion.verdict == nullptr) {
      out += "null},";
      return;
    }
    out += fmt::format("{},\"agrees\":{},\"findings\":[", opinion.verdict->valid, opinion.agrees);
    bool first = true;
    for (const OracleFinding& finding : opinion.verdict->findings) {
      out += fmt::format("{}{{\"line\":{},\"column\":{},\"text\":", first ? "" : ",", line(finding, verdict),
                         column(finding, opinion));
      append_json_string(out, shown(finding.text));
      out += '}';
      first = false;
    }
    out += "]},";
  }

  void print_human(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) const {
    // A caret needs the line it points into, and that line is somebody's payment: only when asked for.
    for (const Diagnostic& finding : findings.kept()) fmt::print("{}", to_human(finding, input_, options_.show_data));
    if (const std::uint64_t hidden = findings.total_count() - findings.kept().size(); hidden != 0) {
      fmt::print("... and {} more\n", hidden);
    }
    if (verdict.message == nullptr) return;
    const std::string head = fmt::format("{}:{}: {}: ", file_, verdict.line_number, verdict.message->id());
    fmt::print("{}{}\n", head, in_words(verdict.valid, findings.error_count()));
    for (const Opinion& opinion : opinions) {
      if (opinion.verdict == nullptr) {
        fmt::print("{}{} was not asked: the gate refused the message\n", head, opinion.validator);
        continue;
      }
      fmt::print("{}{} {}: {}\n", head, opinion.validator, opinion.agrees ? "agrees" : "DIFFERS",
                 in_words(opinion.verdict->valid, opinion.verdict->findings_count));
      for (const OracleFinding& finding : opinion.verdict->findings) {
        fmt::print("  {}: {}:{}:{}: {}\n", opinion.validator, file_, line(finding, verdict), column(finding, opinion),
                   shown(finding.text));
      }
    }
  }

  static std::string in_words(bool valid, std::uint64_t count) {
    return valid ? "valid" : fmt::format("INVALID, {} finding(s)", count);
  }
  /// Where a validator's place, in the message by itself, is in the input.
  static std::uint64_t line(const OracleFinding& finding, const Verdict& verdict) {
    return finding.line_number == 0 ? 0 : finding.line_number + verdict.line_number - 1;
  }
  static std::uint64_t column(const OracleFinding& finding, const Opinion& opinion) {
    return finding.column_number == 0 || finding.line_number > 1 ? finding.column_number
                                                                 : finding.column_number + opinion.column_shift;
  }
  std::string shown(const std::string& text) const { return options_.show_data ? text : without_values(text); }

  const Options& options_;
  const std::string& file_;
  std::string_view input_;
  std::size_t invalid_count_ = 0;
};

/// A message as a document of its own, and what others say about it.
class Judges {
 public:
  Judges(std::deque<SecondOpinion>& opinions, std::string_view input) : opinions_(opinions), input_(input) {}

  /// After `next_message`, before the message is read.
  void begin(const MessageReader& reader) {
    if (!opinions_.empty()) declarations_ = reader.outer_declarations();
  }

  /// False when a validator failed as such.
  bool judge(const MessageReader& reader, const Verdict& ours, std::vector<Opinion>& out) {
    out.clear();
    if (opinions_.empty()) return true;
    const std::size_t begin = reader.offset();
    std::string_view document = input_.substr(begin, reader.end_offset() - begin);
    if (!declarations_.empty()) {
      const std::size_t name_end = document.find_first_of(" \t\r\n/>");
      closed_.assign(document.substr(0, name_end)).append(declarations_).append(document.substr(name_end));
      document = closed_;
    }
    // What was inserted stands before anything that a validator speaks of, but for the root's own attributes.
    const std::size_t line_begin = input_.rfind('\n', begin) + 1;  // npos + 1 is 0
    const std::uint64_t shift = begin - line_begin - declarations_.size();
    for (SecondOpinion& opinion : opinions_) {
      const OracleVerdict* verdict = nullptr;
      if (reader.good()) {
        verdict = opinion.judge(*ours.message, document, ours.valid);
        if (verdict == nullptr) return false;
      }
      out.push_back({opinion.validator(), verdict, verdict != nullptr && verdict->valid == ours.valid, shift});
    }
    return true;
  }

 private:
  std::deque<SecondOpinion>& opinions_;
  std::string_view input_;
  std::string declarations_;
  std::string closed_;
};

/// `exit_clean` when every message of the file is valid, and there is one.
int validate_file(const Catalogue& catalogue, XmlInput& xml, const Options& options,
                  std::deque<SecondOpinion>& second) {
  constexpr std::size_t findings_max = 100;
  file::InputFile& input = *xml.file;
  Findings findings(findings_max);
  const std::string name = input.name() == "-" ? "stdin" : input.name();
  Printer printer(options, name, input.bytes());
  Judges judges(second, input.bytes());
  std::vector<Opinion> opinions;
  const Caps caps = options.caps == "batch" ? Caps::batch() : Caps::message();
  MessageReader reader(catalogue, input.bytes(), name, caps, findings, xml.original);
  for (;;) {
    if (const Message* message = reader.next_message()) {
      judges.begin(reader);
      Verdict verdict{message, false, reader.line_number()};
      while (reader.validate_some()) input.release_before(reader.end_offset());
      verdict.valid = reader.valid();
      if (!judges.judge(reader, verdict, opinions)) return exit_config;
      printer.print(verdict, findings, opinions);
      findings.clear();
      input.release_before(reader.end_offset());
    } else if (reader.good()) {
      break;
    }
    if (reader.good()) continue;
    if (findings.total_count() != 0) printer.print({}, findings, {});
    findings.clear();
    if (reader.resume()) continue;
    if (findings.total_count() != 0) printer.print({}, findings, {});
    return exit_findings;
  }
  if (findings.total_count() != 0) printer.print({}, findings, {});
  return printer.invalid_count() == 0 ? exit_clean : exit_findings;
}

int run(const Data& data, const Options& options) {
  const Catalogue catalogue(data);
  std::deque<SecondOpinion> second;
  for (const std::string& validator : options.with) {
    if (!second.emplace_back(validator).load()) return exit_config;
  }
  int status = exit_clean;
  for (const std::string& name : options.files) {
    Findings findings;
    XmlInput input = open_xml(name, findings);
    print_findings(findings);
    const int own = input.file ? validate_file(catalogue, input, options, second) : exit_io;
    if (own == exit_config) return own;
    status = std::max(status, own);
  }
  for (const SecondOpinion& opinion : second) {
    fmt::print(options.format == "json" ? stderr : stdout, "{}: {} message(s) compared, {} verdict(s) differ\n",
               opinion.validator(), opinion.compared_count(), opinion.differing_count());
    if (opinion.differing_count() != 0) status = std::max<int>(status, exit_findings);
  }
  print_findings(catalogue.findings());
  return catalogue.findings().has_errors() ? exit_config : status;
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
  command->add_option("--with", options->with, "Ask libxml2 or xerces as well, and compare; may be given twice")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"libxml2", "xerces"}));
  command->add_flag("--show-data", options->show_data, "Show the lines and values in question, not masked");
  command->footer(
      "Exit status: 0 all valid (there may be warnings), 1 findings, or another validator differs, 4 a file can't be\n"
      "read.\n"
      "Examples:\n  tilmash validate payment.xml\n  tilmash validate --format json --caps batch night/*.xml\n"
      "  tilmash validate --with xerces --with libxml2 payment.xml");
  command->callback([&session, options] { session.run = [&, options] { return run(*session.data, *options); }; });
}

}  // namespace tilmash::tool
