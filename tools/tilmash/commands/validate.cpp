// `tilmash validate FILE...`: are these ISO 20022 messages valid against the catalogue?
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "command.h"
#include "crew.h"
#include "second_opinion.h"
#include "validation.h"

namespace tilmash::tool {
namespace {

int run(const Data& data, const ValidateOptions& options) {
  if (options.jobs > 1) return Crew(data, options).run();
  const iso20022::Catalogue catalogue(data);
  std::deque<SecondOpinion> second;
  for (const std::string& validator : options.with) {
    if (!second.emplace_back(validator).load()) return exit_config;
  }
  int status = validate_files(catalogue, options, second);
  if (status == exit_config) return status;
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
  auto options = std::make_shared<ValidateOptions>();
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
  command
      ->add_option("--jobs", options->jobs, "Threads: files, and the messages of a bundle, are shared out among them")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--show-data", options->show_data, "Show the lines and values in question, not masked");
  command->footer(
      "Exit status: 0 all valid (there may be warnings), 1 findings, or another validator differs, 4 a file can't be\n"
      "read.\n"
      "Examples:\n  tilmash validate payment.xml\n  tilmash validate --format json --caps batch night/*.xml\n"
      "  tilmash validate --with xerces --with libxml2 payment.xml\n  tilmash validate --caps batch --jobs 2 "
      "night/*.xml");
  command->callback([&session, options] {
    if (options->jobs > 1 && !options->with.empty()) throw CLI::ExcludesError("--jobs", "--with");
    session.run = [&, options] { return run(*session.data, *options); };
  });
}

}  // namespace tilmash::tool
