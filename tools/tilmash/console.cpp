// What subcommands print and read in the same way.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/civil.h"
#include "command.h"

namespace tilmash::tool {

std::optional<std::string> read_small_file(const std::string& name) {
  std::ostringstream text;
  if (name == "-") {
    text << std::cin.rdbuf();
    return std::move(text).str();
  }
  std::ifstream in(name, std::ios::binary);
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(name, ignored);  // opens, and then reads as empty
  if (in && !folder) text << in.rdbuf();
  if (folder || !in || text.fail()) {
    // An empty file makes operator<< fail without being an error.
    if (!folder && in.is_open() && in.peek() == std::ifstream::traits_type::eof() && text.str().empty())
      return std::string();
    print_error("CLI-0001"_code, fmt::format("can't read {}{}", name, folder ? ": it is a folder" : ""));
    return std::nullopt;
  }
  return std::move(text).str();
}

std::string clock_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return rfc3339_utc(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

void print_findings(const Findings& findings, std::string_view source, bool show_source) {
  for (const Diagnostic& finding : findings.kept()) {
    const std::string text = to_human(finding, source, show_source);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  if (const std::uint64_t hidden = findings.total_count() - findings.kept().size(); hidden != 0) {
    fmt::print(stderr, "... and {} more\n", hidden);
  }
}

void print_error(Code code, const std::string& text, const std::string& help) {
  fmt::print(stderr, "error[{}]: {}\n", to_text(code), text);
  if (!help.empty()) fmt::print(stderr, "   = help:  {}\n", help);
}

}  // namespace tilmash::tool
