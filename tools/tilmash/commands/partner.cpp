// `tilmash partner schema`: the JSON Schema of a partner document.
#include <fmt/format.h>

#include <memory>

#include "command.h"
#include "mapping_folder.h"
#include "partner/contract.h"

namespace tilmash::tool {

void add_partner(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("partner", "The partner JSON contract");
  command->require_subcommand(1);
  auto* schema = command->add_subcommand("schema", "Print the JSON Schema of a document");
  auto document = std::make_shared<std::string>();
  schema->add_option("DOCUMENT", *document, "Version and document, such as v1/credit_transfer")->required();
  schema->footer("Example:\n  tilmash partner schema v1/credit_transfer");
  schema->callback([&session, document] {
    session.run = [&session, document]() -> int {
      const Data& data = *session.data;
      const std::string name = fmt::format("mappings/partner/{}.toml", *document);
      const auto text = data.find(name);
      if (!text) {
        std::string known;
        for (const std::string& file : data.list("mappings/partner/", ".toml")) {
          known += " " + file.substr(17, file.size() - 22);
        }
        print_error("CLI-0005"_code, fmt::format("there is no partner document {}", *document), "documents:" + known);
        return exit_usage;
      }
      Findings findings;
      const auto file = read_config(name, *text, findings);
      const auto contract = file ? partner::read_contract(*file, data, findings) : nullptr;
      if (contract == nullptr) {
        print_definition_findings(findings, data);
        return exit_config;
      }
      fmt::print("{}", partner::json_schema(*contract, "partner/" + *document));
      return exit_clean;
    };
  });
}

}  // namespace tilmash::tool
