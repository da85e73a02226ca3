#include "recode.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "adapters/transports/file/input_file.h"
#include "adapters/transports/file/output_folder.h"
#include "command.h"
#include "file_outbox.h"
#include "xml_input.h"

namespace tilmash::tool {
namespace {

using pipeline::MessageSink;
using pipeline::RecodeReport;
using pipeline::Recoding;
using pipeline::Spelling;

/// A line a message.
class StandardOutput : public MessageSink {
 public:
  bool begin(const iso20022::Message&) override { return true; }
  bool put(std::string_view piece) override {
    return std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
  }
  bool end() override { return std::fputc('\n', stdout) != EOF; }
};

/// Files NNNN.json, their headers NNNN.head.json beside them; or one file, a line a message.
class FolderSink : public MessageSink {
 public:
  FolderSink(file::OutputFolder& folder, std::string endpoint, Spelling spelling, bool bundle)
      : folder_(folder), endpoint_(std::move(endpoint)), extension_(spelling == Spelling::json ? "json" : "xml") {
    if (bundle) bundle_ = endpoint_ + (spelling == Spelling::json ? ".jsonl" : ".bundle");
  }

  bool begin(const iso20022::Message& message) override {
    const bool head = message.root_element() == "AppHdr";
    if (!after_head_ || head) ++number_;
    after_head_ = head;
    if (bundle_.empty()) name_ = fmt::format("{}/{:04}{}.{}", endpoint_, number_, head ? ".head" : "", extension_);
    return true;
  }
  bool put(std::string_view piece) override {
    if (!bundle_.empty()) return folder_.append(bundle_, piece);
    body_ += piece;
    return true;
  }
  bool end() override {
    if (!bundle_.empty()) return folder_.append(bundle_, "\n");
    const bool good = folder_.put(name_, body_);
    body_.clear();
    return good;
  }
  std::string place() const { return bundle_.empty() ? endpoint_ + "/" : bundle_; }

 private:
  file::OutputFolder& folder_;
  std::string endpoint_;
  std::string extension_;
  std::string bundle_;  ///< empty: one file a message
  std::string name_;
  std::string body_;
  std::uint64_t number_ = 0;
  bool after_head_ = false;
};

void print_summary(const RecodeReport& report, const std::string& place) {
  fmt::print(stderr, "{}: {} {} as {} in {}\n", report.file, report.message_count,
             report.message_count == 1 ? "message" : "messages", report.endpoint, place);
  for (const auto& [id, count] : report.messages) fmt::print(stderr, "  {}: {}\n", id, count);
  const iso20022::Dropped& dropped = report.dropped;
  const std::pair<const char*, std::uint64_t> left_out[] = {
      {"comments", dropped.comments},
      {"processing instructions", dropped.instructions},
      {"bytes of white space between elements", dropped.blank_bytes},
      {"xsi attributes", dropped.schema_attributes},
      {"elements of an envelope", dropped.envelope_elements},
      {"bytes of text in an envelope", dropped.envelope_text_bytes}};
  for (const auto& [what, count] : left_out) {
    if (count != 0) fmt::print(stderr, "left out: {} {}\n", count, what);
  }
}

int write_to_folder(const RecodeOptions& options, Recoding& recoding, file::InputFile& received) {
  // Many small files, or a message that is too large to be held, become one file of lines.
  constexpr std::uint64_t file_bytes_max = std::uint64_t{64} << 20;
  const bool bundle = options.shape == "bundle" ||
                      (options.shape == "auto" && (recoding.report().message_count > FileOutbox::files_max ||
                                                   recoding.report().bytes > file_bytes_max));
  Findings findings;
  const auto folder = file::OutputFolder::create(options.out, findings);
  if (!folder) {
    print_findings(findings);
    return exit_io;
  }
  FolderSink sink(*folder, options.endpoint, recoding.target(), bundle);
  recoding.report().bytes = received.bytes().size();
  recoding.report().sha256 = received.sha256();
  if (!recoding.run(sink) || !folder->put("report.json", pipeline::to_json(recoding.report()))) folder->fail();
  if (!folder->publish(findings)) {
    print_findings(findings);
    return exit_io;
  }
  if (!options.quiet) print_summary(recoding.report(), options.out + "/" + sink.place());
  return exit_clean;
}

}  // namespace

int run_recode(const RecodeOptions& options, const Data& data) {
  const iso20022::Catalogue catalogue(data);
  if (options.endpoint != "json" && options.endpoint != "xml" && catalogue.find(options.endpoint) == nullptr) {
    print_error("CLI-0033"_code, fmt::format("--to {} needs --mapping", options.endpoint),
                "without a mapping it is json, xml, or a message of the catalogue (tilmash schema list)");
    return exit_usage;
  }
  Findings findings;
  const XmlInput source = open_xml(options.input, findings);
  file::InputFile* const input = source.file.get();
  if (input == nullptr) {
    print_findings(findings);
    return exit_io;
  }
  const iso20022::Caps caps = options.caps == "batch" ? iso20022::Caps::batch() : iso20022::Caps::message();
  Recoding recoding(catalogue, input->bytes(), input->name(), options.endpoint, caps, source.original,
                    [&](std::uint64_t consumed) { input->release_before(consumed); });
  if (!recoding.check(findings)) {
    print_findings(findings);
    print_findings(catalogue.findings());
    fmt::print(stderr, "{}: nothing was converted: {} finding(s)\n", input->name(), findings.error_count());
    const std::size_t first = input->bytes().find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos &&
        std::string_view("<{[\xEF").find(input->bytes()[first]) == std::string_view::npos) {
      fmt::print(stderr, "   = help:  this is neither XML nor JSON; a bank's own records need --mapping DIR\n");
    }
    return exit_findings;
  }
  print_findings(findings);  // warnings
  if (!options.out.empty() && options.out != "-") return write_to_folder(options, recoding, source.received());
  StandardOutput sink;
  if (!recoding.run(sink) || std::fflush(stdout) != 0) {
    print_error("CLI-0032"_code, "the output could not be written whole");
    return exit_io;
  }
  if (!options.quiet) print_summary(recoding.report(), "standard output");
  return exit_clean;
}

}  // namespace tilmash::tool
