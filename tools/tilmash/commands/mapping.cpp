// `tilmash mapping check`: finds a wrong mapping before it runs.
#include <fmt/format.h>

#include <memory>

#include "command.h"
#include "mapping_folder.h"

namespace tilmash::tool {
namespace {

struct CheckOptions {
  std::string folder;
  std::vector<std::string> endpoints;
  std::string format = "human";
};

int run_check(const CheckOptions& options, const Data& data) {
  auto setup = open_mapping(options.folder, data);
  if (!setup) return exit_config;
  setup->endpoints = options.endpoints;
  setup->all_endpoints = options.endpoints.empty();
  Findings findings;
  const auto conversion = pipeline::Conversion::load(*setup, findings);
  if (options.format == "json") {
    for (const Diagnostic& finding : findings.kept()) fmt::print("{}\n", to_json(finding));
  } else {
    print_definition_findings(findings, data);
  }
  if (!conversion) {
    fmt::print(stderr, "{}: {} error(s)\n", setup->mapping_file, findings.error_count());
    return exit_findings;
  }
  if (options.format == "human") {
    const auto& mapping = conversion->mapping();
    fmt::print("{} {} is sound: {} rows, {} fields declared unread; checked against", mapping.name, mapping.version,
               conversion->row_count(), mapping.unread.size());
    for (const std::string& endpoint : conversion->endpoints()) fmt::print(" {}", endpoint);
    fmt::print("\n");
  }
  return exit_clean;
}

}  // namespace

void add_mapping(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("mapping", "Check mappings before they run");
  command->require_subcommand(1);
  auto* check = command->add_subcommand("check", "Check a mapping against its layout, its family and its outputs");
  auto options = std::make_shared<CheckOptions>();
  check->add_option("DIR", options->folder, "Folder of the mapping")->required();
  check->add_option("--to", options->endpoints, "Check against this output; default: all that are bound to the family")
      ->allow_extra_args(false);
  check->add_option("--format", options->format, "human, or json: a line a finding")
      ->check(CLI::IsMember({"human", "json"}))
      ->capture_default_str();
  check->footer(
      "Example:\n"
      "  tilmash mapping check mappings/demo-kz/outgoing\n\n"
      "Found: unknown source or target fields, types that differ, mandatory targets without a row, source bytes that "
      "no\n"
      "row reads, canonical fields that an output does not carry, values that can overflow without a declared policy.");
  check->callback(
      [&session, options] { session.run = [&session, options] { return run_check(*options, *session.data); }; });
}

}  // namespace tilmash::tool
