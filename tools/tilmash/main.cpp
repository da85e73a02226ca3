// `tilmash`: parses the command line and runs one subcommand. The subcommands do the work; this file knows only them.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <utility>

#include "canonical/code_lists.h"
#include "command.h"

namespace {

using namespace tilmash;
using namespace tilmash::tool;

/// Puts the code lists of --data in force: value checks look into one list a process.
bool use_data_lists(const Data& data) {
  Findings findings;
  const auto lists = canonical::CodeLists::read(data, findings);
  print_findings(findings);
  if (lists) canonical::use_code_lists(*lists);
  return lists.has_value();
}

/// A wrong command line: what is wrong, and where the right one is written. The whole help would hide it.
std::string usage_error(const CLI::App* app, const CLI::Error& error) {
  const CLI::App* command = app;
  std::string name = app->get_name();
  std::string above;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    above = std::exchange(name, name + ' ' + command->get_name());
  }
  std::string text = error.what();
  if (command->get_require_subcommand_min() > 0) {
    const auto unknown = command->remaining();
    if (unknown.empty()) return command->help(above);
    text = fmt::format("there is no command \"{} {}\"", name, unknown.front());
  }
  return fmt::format("error[{}]: {}\n   = help:  {} --help\n", to_text("CLI-0006"_code), text, name);
}

/// The first word of the line if it is a subcommand: to set up all the others takes longer than many a run.
std::string_view find_wanted(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  const CommandFile* file = all_commands;
  while (!file->name.empty() && file->name != word) ++file;
  return file->name;
}

/// The command line with the subcommand `wanted`, or with all (empty).
std::unique_ptr<CLI::App> make_app(std::string_view wanted, std::string& overlay, Session& session) {
  auto app = std::make_unique<CLI::App>("tilmash: translates between a bank's legacy core, ISO 20022 and partner JSON.",
                                        "tilmash");
  app->set_version_flag("--version", "tilmash " TILMASH_VERSION);
  app->require_subcommand(1);
  app->failure_message(usage_error);
  app->add_option("--data", overlay, "Folder that overlays the built-in data file by file")
      ->envname("TILMASH_DATA")
      ->check(CLI::ExistingDirectory);
  app->footer(
      "Exit status: 0 clean, 1 findings, 2 usage, 3 configuration, 4 input/output, 5 internal.\n"
      "`tilmash COMMAND --help` shows options and examples.");
  for (const CommandFile* file = all_commands; !file->name.empty(); ++file) {
    if (wanted.empty() || file->name.substr(0, file->name.find('_')) == wanted) file->add(*app, session);
  }
  return app;
}

int run(int argc, char** argv) {
  std::string overlay;
  Session session;
  std::unique_ptr<CLI::App> app;
  std::string_view wanted = find_wanted(argc, argv);
  for (bool parsed = false; !parsed; wanted = {}) {
    app = make_app(wanted, overlay, session);
    try {
      app->parse(argc, argv);
      parsed = true;
    } catch (const CLI::ParseError& error) {
      // Help, and what is said about a wrong line, tell of all subcommands.
      if (wanted.empty()) return app->exit(error) == 0 ? exit_clean : exit_usage;
    }
  }
  session.data.emplace(overlay);
  if (!overlay.empty() && !use_data_lists(*session.data)) return exit_config;
  return session.run ? session.run() : exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    tilmash::tool::print_error("CLI-0009"_code, fmt::format("a fault of the program: {}", error.what()));
    return exit_internal;
  }
}
