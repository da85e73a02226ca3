// `tilmash convert`: one input through one mapping to one or more endpoints, all or nothing. Without a mapping messages
// go from XML to JSON and back (recode.h).
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "adapters/transports/file/input_file.h"
#include "base/civil.h"
#include "base/text.h"
#include "command.h"
#include "database.h"
#include "file_outbox.h"
#include "mapping_folder.h"
#include "qr_records.h"
#include "recode.h"
#include "xml_input.h"

namespace tilmash::tool {
namespace {

constexpr std::string_view codes_input = "qr";  ///< what --from names besides databases

constexpr const char* examples =
    "Examples:\n"
    "  tilmash convert --mapping mappings/demo-kz/outgoing samples/demo-kz/outgoing.dat \\\n"
    "      --to pacs.008.001.08 --to partner/v1 --out out/night\n"
    "  tilmash convert --mapping mappings/demo-kz/status samples/demo-kz/status/mixed.xml \\\n"
    "      --to demo-kz.status --out out/answers\n"
    "  tilmash convert --mapping samples/core-db/payments --from sqlite:core.db \\\n"
    "      --to pacs.008.001.08 --out out/poll\n"
    "  tilmash convert --from qr samples/qr/elqr.txt --to pain.013.001.11 --header none --out out/scanned\n"
    "  tilmash convert --mapping mappings/qr/kg-elqr samples/request-to-pay/request.json \\\n"
    "      --to qr/kg-elqr --out out/codes\n"
    "  tilmash convert --release-held --out out/night\n"
    "  tilmash convert samples/demo-kz/status/mixed.xml --to json > mixed.json\n"
    "  tilmash convert mixed.json --to xml --out out/mixed\n\n"
    "OUT holds the documents, rejects.jsonl and report.json. A fault of the file as a whole (a control total, a\n"
    "missing trailer) leaves OUT.held and exit status 1; single bad records become rejects (exit status 1).";

struct ConvertOptions {
  std::string mapping;
  std::string input;
  std::string bank;
  DatabaseOptions database;
  std::vector<std::string> endpoints;
  std::string out;
  std::optional<std::string> as_of;
  std::string header = "head.001.001.02";
  std::string shape = "auto";
  std::string caps = "batch";
  std::uint64_t batch = 0;
  bool release_held = false;
  bool show_data = false;
  bool quiet = false;
};

/// Redraws one line on a terminal, a few times a second; silent elsewhere.
class Progress {
 public:
  Progress(std::uint64_t bytes, bool quiet) : bytes_(bytes), shown_(!quiet && isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
  }
  void tell(std::string_view what, std::uint64_t done, std::uint64_t records) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    drawn_ = true;
    constexpr int width = 30;
    const int filled = bytes_ == 0 ? width : static_cast<int>(done * width / bytes_);
    fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {:3}%  {} records", what, "", filled, "", width - filled,
               bytes_ == 0 ? 100 : done * 100 / bytes_, records);
    std::fflush(stderr);
  }

 private:
  std::uint64_t bytes_;
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

/// Bytes of the input as text for people: printable ASCII as it is, UTF-8 as it is when it is, else hex.
std::string shown_bytes(std::string_view bytes) {
  bool printable = true;
  for (const char c : bytes) printable = printable && static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
  if (printable && find_malformed_utf8(bytes) == bytes.size()) return std::string(trim_blanks(bytes));
  return "0x" + to_hex(trim_blanks(bytes));
}

void print_sample(const pipeline::RunReport& report, std::string_view input, bool show_data) {
  if (report.sample.empty()) return;
  fmt::print("\nOne item, side by side{}:\n", show_data ? "" : " (values masked; --show-data shows them)");
  fmt::print("  {:<22} {:<34} {:<34} {}\n", "record bytes", "canonical", "target", "value");
  std::size_t shown = 0;
  for (const pipeline::TraceRow& row : report.sample) {
    // A stretch that is longer reaches from one record into another: fields of both make the value.
    if (row.length == 0 || row.length > 64 || row.offset + row.length > input.size() || shown++ >= 12) continue;
    const std::string raw = shown_bytes(input.substr(row.offset, row.length));
    const std::string bytes = show_data ? raw : Sensitive(raw).masked();
    const std::string target = row.target.size() > 34 ? "..." + row.target.substr(row.target.size() - 31) : row.target;
    fmt::print("  {:<22} {:<34} {:<34} {}\n", first_characters(bytes, 22), row.canonical, target,
               show_data ? row.value.reveal() : row.value.masked());
  }
}

void print_summary(const pipeline::RunReport& report, const FileOutbox& outbox, const std::string& out) {
  fmt::print("{}: {} records, {} items in = {} out + {} rejected\n", report.file, report.records, report.items_in,
             report.items_out, report.items_rejected);
  for (const auto& [currency, totals] : report.currencies) {
    fmt::print("  {}  in {} ({}) = out {} ({}) + rejected {} ({})\n", currency, totals.in.to_text(), totals.in_count,
               totals.out.to_text(), totals.out_count, totals.rejected.to_text(), totals.rejected_count);
  }
  if (report.amount_unknown != 0)
    fmt::print("  {} rejected with an amount that can't be read\n", report.amount_unknown);
  for (const Control& control : report.controls) {
    constexpr std::string_view results[] = {"equal", "DIFFERS", "not comparable (an addend can't be read)"};
    fmt::print("control {}: the file says {}, counted {}: {}\n", control.path, control.declared, control.counted,
               results[static_cast<std::size_t>(control.result)]);
  }
  for (const auto& [code, rejects] : report.reject_codes) {
    fmt::print("rejects {}: {}{}{}\n", code, rejects.count, rejects.title.empty() ? "" : ", ", rejects.title);
  }
  for (const auto& rule : report.truncations) fmt::print("cut {} texts: {} ({})\n", rule.count, rule.target, rule.rule);
  for (const auto& [path, count] : report.unread) fmt::print("read by no rule: {} ({} times)\n", path, count);
  const std::string folder = report.held ? out + ".held" : out;
  for (const pipeline::OutputTotals& output : report.outputs) {
    const auto place = outbox.places().find(output.endpoint);
    fmt::print("{}: {} items in {} {}{}\n", output.endpoint, output.items, output.products,
               output.products == 1 ? "document" : "documents",
               place == outbox.places().end() ? "" : ", " + folder + "/" + place->second);
  }
  if (report.items_rejected != 0) fmt::print("every reject, with its bytes and place: {}/rejects.jsonl\n", folder);
  fmt::print("as of {} ({}); report: {}/report.json\n", report.as_of, report.as_of_source, folder);
}

int finish(const ConvertOptions& options, pipeline::RunReport& report, FileOutbox& outbox, file::OutputFolder& folder,
           std::string_view input) {
  Findings findings;
  const bool written = !report.output_failed && outbox.finish() && folder.append("rejects.jsonl", "") &&
                       folder.put("report.json", pipeline::to_json(report));
  if (!written) folder.fail();
  if (!(report.held ? folder.hold(findings) : folder.publish(findings))) {
    print_findings(findings);
    return exit_io;
  }
  for (const Diagnostic& finding : report.file_findings.kept()) {
    const std::string text = to_human(finding);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  if (!options.quiet) {
    print_summary(report, outbox, options.out);
    print_sample(report, input, options.show_data);
  }
  if (report.held) {
    fmt::print(stderr, "HELD: {}. Nothing was published; the output waits in {}.held\n", report.held_because,
               options.out);
    return exit_findings;
  }
  return report.items_rejected == 0 ? exit_clean : exit_findings;
}

/// `received`: the input as it came, which is `input` but for messages that were made UTF-8.
/// `told`: advice about the input as a whole.
int run_input(const ConvertOptions& options, pipeline::Conversion& conversion, file::InputFile& input,
              file::InputFile& received, iso20022::Encoding original = iso20022::Encoding::utf8,
              const Findings& told = Findings()) {
  Findings findings;
  const auto folder = file::OutputFolder::create(options.out, findings);
  if (!folder) {
    print_findings(findings);
    return exit_io;
  }
  const OutputShape shape = options.shape == "files"    ? OutputShape::files
                            : options.shape == "bundle" ? OutputShape::bundle
                                                        : OutputShape::automatic;
  FileOutbox outbox(*folder, shape);
  pipeline::RunReport report;
  {
    Progress progress(input.bytes().size(), options.quiet);
    pipeline::RunInput run;
    run.bytes = input.bytes();
    run.original = original;
    run.file = input.name();
    run.received_bytes = received.bytes().size();
    run.sha256 = received.sha256([&](std::uint64_t done) { progress.tell("reading", done, 0); });
    run.as_of = options.as_of.value_or("");
    run.clock = clock_now();
    run.progress = [&](std::uint64_t consumed, std::uint64_t records) {
      input.release_before(consumed);
      progress.tell("converting", consumed, records);
    };
    report = conversion.run(run, outbox);
  }
  for (const Diagnostic& each : told.kept()) report.file_findings.add(each);
  return finish(options, report, outbox, *folder, input.bytes());
}

int run_convert(const ConvertOptions& options, const Data& data) {
  Findings findings;
  if (options.release_held) {
    const bool released = file::OutputFolder::release(options.out, findings);
    print_findings(findings);
    if (released) fmt::print("{} is published\n", options.out);
    return released ? exit_clean : exit_io;
  }
  if (options.as_of && !is_rfc3339(*options.as_of)) {
    print_error("CLI-0004"_code, fmt::format("--as-of \"{}\" is no RFC 3339 time", *options.as_of),
                "such as 2026-11-21T09:30:00+05:00");
    return exit_usage;
  }
  const bool codes = options.database.name == codes_input;
  const auto code_file = codes ? open_codes(options.input) : nullptr;
  if (codes && code_file == nullptr) return exit_io;
  const auto settings = bank_setting(options.bank);
  if (!settings) return exit_usage;
  std::optional<RecognisedCodes> recognised;
  if (codes && options.mapping.empty()) {
    recognised = recognise_codes(code_file->bytes(), options.bank, data);
    if (!recognised) return exit_findings;
  }
  auto setup = open_mapping(recognised ? recognised->mapping : options.mapping, data);
  if (!setup) return exit_config;
  setup->layout_settings = *settings;
  setup->endpoints = options.endpoints;
  setup->header = options.header == "none" ? "" : options.header;
  if (options.batch != 0) setup->group_items_max = options.batch;
  const auto conversion = pipeline::Conversion::load(*setup, findings);
  if (!conversion) {
    print_definition_findings(findings, data);
    return exit_config;
  }
  if (codes) {
    return run_input(options, *conversion, *code_file, *code_file, iso20022::Encoding::utf8,
                     recognised ? recognised->told : Findings());
  }
  const formats::Layout* layout = conversion->source_layout();
  if (options.database.name.empty() && layout == nullptr) {
    const XmlInput input = open_xml(options.input, findings);
    print_findings(findings);
    return input.file ? run_input(options, *conversion, *input.file, input.received(), input.original) : exit_io;
  }
  if (options.database.name.empty()) {
    const auto input = file::InputFile::open(options.input, findings);
    print_findings(findings);
    return input == nullptr ? exit_io : run_input(options, *conversion, *input, *input);
  }
  if (layout == nullptr) {
    print_error("CLI-0050"_code, "the mapping's source is messages, which do not come from a database");
    return exit_config;
  }
  RowInput rows;
  if (const int exit = rows.read(options.database, *layout); exit != exit_clean) return exit;
  // Nothing new is no folder: a poll is made every few seconds.
  return rows.keep(rows.empty() ? exit_clean : run_input(options, *conversion, rows.file(), rows.file()));
}

int start_recode(const ConvertOptions& options, const Data& data) {
  if (options.endpoints.size() != 1 || options.as_of || options.batch != 0) {
    print_error("CLI-0034"_code, "without --mapping there is one --to, and neither --as-of nor --batch");
    return exit_usage;
  }
  return run_recode({options.input, options.endpoints[0], options.out, options.shape, options.caps, options.quiet},
                    data);
}

}  // namespace

void add_convert(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "convert", "Translate an input through a mapping, or messages between XML and JSON; all or nothing");
  auto options = std::make_shared<ConvertOptions>();
  command->add_option("--mapping", options->mapping, "Folder of the mapping: mapping.toml, its layout, its tables");
  command->add_option("INPUT", options->input, "File to translate; - is standard input");
  add_from_options(*command, options->database)
      ->description(
          "qr: INPUT holds payment codes, a line each, or is a picture of one; without --mapping their kind is "
          "recognised and the mapping that ships for it is used. Or a database to read instead of a file: sqlite:FILE, "
          "odbc:DSN, or odbc: and a connection string; the layout has format = \"rows\"");
  command->add_option("--bank", options->bank, "BIC of the payer's bank: payment codes of its own are then \"on us\"");
  command
      ->add_option("--to", options->endpoints,
                   "Where items go: a message (pacs.008.001.08), partner/v1, canonical/FAMILY/1, or the mapping's own "
                   "records (demo-kz.status); repeat it for several. Without a mapping, messages become json, xml, or "
                   "the XML of one message (pacs.008.001.08)")
      ->allow_extra_args(false);
  command->add_option("--out", options->out,
                      "Folder to make; it must not be there yet. Without a mapping also -, "
                      "standard output, which is then the default");
  command->add_option("--as-of", options->as_of,
                      "Time of the run (RFC 3339); else the file's own date, else the clock");
  command->add_option("--batch", options->batch, "Payments a message, instead of the mapping's")
      ->check(CLI::Range(1, 100000));
  command->add_option("--header", options->header, "Business application header to write, or none")
      ->capture_default_str();
  command
      ->add_option("--shape", options->shape,
                   "files: one a document; bundle: a line a document; auto: bundle above 1000")
      ->check(CLI::IsMember({"auto", "files", "bundle"}))
      ->capture_default_str();
  command->add_option("--caps", options->caps, "Without a mapping: limits on size and count of a message")
      ->check(CLI::IsMember({"message", "batch"}))
      ->capture_default_str();
  command->add_flag("--release-held", options->release_held, "Publish OUT.held after a person has looked at it");
  command->add_flag("--show-data", options->show_data, "Show values in the summary; they are masked otherwise");
  command->add_flag("--quiet", options->quiet, "Print errors only");
  command->footer(examples);
  command->callback([&session, options] {
    if (!options->release_held) {
      const bool codes = options->database.name == codes_input;
      const bool from = !options->database.name.empty() && !codes;
      if (from && !options->input.empty()) throw CLI::ExcludesError("--from", "INPUT");
      if (from && options->mapping.empty()) throw CLI::RequiredError("--mapping");
      if (!from && options->input.empty()) throw CLI::RequiredError("INPUT or --from");
      if (options->endpoints.empty()) throw CLI::RequiredError("--to");
    }
    const bool codes = options->database.name == codes_input;
    const bool recodes = options->mapping.empty() && !options->release_held && !codes;
    if (!recodes && options->out.empty()) throw CLI::RequiredError("--out");
    if (!recodes && options->out == "-") throw CLI::ValidationError("--out", "with --mapping it is a folder, not -");
    session.run = [&session, options, recodes] {
      return recodes ? start_recode(*options, *session.data) : run_convert(*options, *session.data);
    };
  });
}

}  // namespace tilmash::tool
