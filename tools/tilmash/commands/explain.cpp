// `tilmash explain CODE`: what an error code means.
#include <fmt/format.h>

#include <memory>

#include "base/error_catalogue.h"
#include "command.h"

namespace tilmash::tool {

void add_explain(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("explain", "Say what an error code means and what to do about it");
  auto name = std::make_shared<std::string>();
  command->add_option("CODE", *name, "An error code, such as FMT-0210; without it, all codes are listed");
  command->footer("Example:\n  tilmash explain FMT-0210");
  command->callback([&session, name] {
    session.run = [&session, name]() -> int {
      Findings findings;
      const auto entries = read_error_catalogue(*session.data, findings);
      print_findings(findings);
      if (name->empty()) {
        for (const auto& [code, entry] : entries) fmt::print("{}  {}\n", to_text(code), entry.title);
        return exit_clean;
      }
      const auto code = parse_code(*name);
      const auto found = code ? entries.find(*code) : entries.end();
      if (found == entries.end()) {
        print_error("CLI-0002"_code, fmt::format("there is no error code {}", *name),
                    "`tilmash explain` lists all codes");
        return exit_usage;
      }
      fmt::print("{}: {}\n\n{}\n\nretry: {}\n", to_text(*code), found->second.title, found->second.explain,
                 to_text(found->second.retry));
      return exit_clean;
    };
  });
}

}  // namespace tilmash::tool
