#include "qr_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "canonical/value_types.h"
#include "command.h"
#include "mapping_folder.h"
#include "qr/reader.h"
#include "qr_picture.h"
#include "xml_input.h"

namespace tilmash::tool {
namespace {

constexpr std::string_view mappings = "mappings/qr/";
constexpr std::string_view mapping_file = "/mapping.toml";

/// Keeps what a run writes in memory, and says what it rejects.
class TextOutbox : public pipeline::Outbox {
 public:
  bool put(const pipeline::Product& product) override {
    text_ += product.body;
    return true;
  }
  bool put_reject(std::string_view line) override {
    const auto reject = nlohmann::json::parse(line, nullptr, false);
    const auto code = parse_code(reject.value("code", ""));
    const std::string path = reject.value("path", "");
    print_error(code.value_or(Code{}), (path.empty() ? "" : path + ": ") + reject.value("text", ""));
    return true;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string known_mappings(const Data& data) {
  std::string known;
  for (const std::string& file : data.list(mappings, mapping_file)) {
    known +=
        (known.empty() ? "" : ", ") + file.substr(mappings.size(), file.size() - mappings.size() - mapping_file.size());
  }
  return known;
}

std::string on_us_words(const qr::Reading& reading, std::string_view bank) {
  if (reading.issuer == nullptr) return {};
  return fmt::format(", issued by {}{}", reading.issuer->name,
                     qr::is_on_us(reading, bank) ? fmt::format(": on us ({})", bank) : "");
}

}  // namespace

std::unique_ptr<file::InputFile> open_codes(const std::string& name) {
  Findings findings;
  std::unique_ptr<file::InputFile> input;
  if (!is_qr_picture(name)) {
    input = file::InputFile::open(name, findings);
  } else if (const auto text = read_qr_picture(name)) {
    file::InputFile::Spool spool;
    if (spool.append(*text) && spool.append("\n")) input = file::InputFile::open(spool, name, findings);
  }
  print_findings(findings);
  return input;
}

std::optional<RecognisedCodes> recognise_codes(std::string_view text, std::string_view bank, const Data& data) {
  Findings wrong;
  const qr::Dictionaries dictionaries(data, wrong);
  print_findings(wrong);
  if (wrong.has_errors()) return std::nullopt;
  const qr::Dictionary* scheme = nullptr;
  std::string whose;
  std::uint64_t first_line = 0;
  std::uint64_t line_number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const qr::Reading reading = qr::read(dictionaries, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++line_number;
    if (reading.dictionary == nullptr || reading.dictionary == scheme) continue;
    if (scheme != nullptr) {
      print_error("CLI-0076"_code, fmt::format("line {} is a code of {}, and line {} is one of {}", first_line,
                                               scheme->id, line_number, reading.dictionary->id));
      return std::nullopt;
    }
    scheme = reading.dictionary;
    first_line = line_number;
    whose = on_us_words(reading, bank);
  }
  if (scheme == nullptr) {
    print_error("CLI-0075"_code, "there is no code of a known kind in the input");
    return std::nullopt;
  }
  const std::string folder = std::string(mappings) + scheme->id;
  if (!read_definition(folder + std::string(mapping_file), data)) {
    print_error("CLI-0077"_code,
                fmt::format("these are codes of {} ({}{}), which no mapping reads", scheme->id, scheme->name, whose),
                fmt::format("it would be {}; mappings of this build: {}", folder, known_mappings(data)));
    return std::nullopt;
  }
  RecognisedCodes recognised{folder, Findings()};
  Diagnostic told;
  told.code = "CLI-0080"_code;
  told.severity = Severity::advice;
  told.text = fmt::format("recognised as {} ({}), and read by {}", scheme->id, scheme->name, folder);
  recognised.told.add(std::move(told));
  return recognised;
}

std::optional<std::string> bank_setting(const std::string& bic) {
  if (bic.empty()) return std::string();
  if (canonical::find_value_type("bic")->facets.check(bic)) {
    print_error("CLI-0079"_code, fmt::format("--bank {} is no BIC", bic));
    return std::nullopt;
  }
  return fmt::format("bank = \"{}\"\n", bic);
}

int write_codes(const std::string& file, const std::string& scheme, std::string settings, const Data& data) {
  auto setup = open_mapping(std::string(mappings) + scheme, data);
  if (!setup) return exit_config;
  setup->endpoints = {"qr/" + scheme};
  setup->layout_settings = std::move(settings);
  Findings findings;
  const auto conversion = pipeline::Conversion::load(*setup, findings);
  if (!conversion) {
    print_definition_findings(findings, data);
    return exit_config;
  }
  const XmlInput input = open_xml(file, findings);
  print_findings(findings);
  if (!input.file) return exit_io;
  pipeline::RunInput run;
  run.bytes = input.file->bytes();
  run.original = input.original;
  run.file = input.file->name();
  run.received_bytes = input.received().bytes().size();
  run.sha256 = input.received().sha256();
  run.clock = clock_now();
  TextOutbox outbox;
  const pipeline::RunReport report = conversion->run(run, outbox);
  print_findings(report.file_findings);
  if (report.items_in == 0 && !report.held) print_error("CLI-0078"_code, "there is no request to pay in the input");
  if (report.held || report.items_rejected != 0 || report.items_in == 0) return exit_findings;
  fmt::print("{}", outbox.text());
  return exit_clean;
}

}  // namespace tilmash::tool
