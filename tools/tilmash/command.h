// The subcommands of `tilmash`: each is one file here with one function that adds it to the command line.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/data.h"
#include "base/diagnostic.h"

namespace tilmash::tool {

/// What a run ends with (DESIGN, "Command line").
enum Exit : int { exit_clean = 0, exit_findings = 1, exit_usage = 2, exit_config = 3, exit_io = 4, exit_internal = 5 };

/// What every subcommand may use. A subcommand stores its work in `run`; main calls it once the line is parsed.
struct Session {
  std::optional<Data> data;  ///< set before `run` is called
  std::function<int()> run;
};

/// Each commands/NAME.cpp defines `void add_NAME(CLI::App&, Session&)`, which adds the subcommand NAME, or, where that
/// is COMMAND_WORD, a subcommand of COMMAND; CMake gathers them, sorted by name.
struct CommandFile {
  std::string_view name;
  void (*add)(CLI::App& app, Session& session);
};
extern const CommandFile all_commands[];  ///< ended by an empty name

/// The bytes of a definition file or other small file, or of stdin for "-"; prints CLI-0001 and gives nothing when it
/// can't be read.
std::optional<std::string> read_small_file(const std::string& name);

/// The time now (RFC 3339), for what is handed to core code that knows no clock.
std::string clock_now();

/// Prints findings for people on stderr, with carets into `source` when they lie in a definition file.
void print_findings(const Findings& findings, std::string_view source = {}, bool show_source = false);

/// Prints one error that has no place.
void print_error(Code code, const std::string& text, const std::string& help = {});

}  // namespace tilmash::tool
