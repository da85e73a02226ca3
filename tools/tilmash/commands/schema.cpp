// `tilmash schema list|export|import`: the ISO 20022 catalogue, looked at and extended.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "command.h"
#include "iso20022/catalogue.h"
#include "iso20022/catalogue_files.h"
#include "iso20022/json_schema.h"
#include "iso20022/notation.h"
#include "iso20022/xsd.h"
#include "known_message.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

struct Options {
  std::string area;
  std::vector<std::string> messages;
  std::string export_into;
  std::vector<std::string> files;
  std::string into = ".";
  bool share = false;
  bool notation = false;
  bool json_schema = false;
  bool xsd = false;  ///< the default, said out loud
};

int list(const Data& data, const Options& options) {
  const Catalogue catalogue(data);
  bool any = false;
  for (const std::string& id : catalogue.list()) {
    if (!id.starts_with(options.area)) continue;
    any = true;
    fmt::print("{:<20} {}\n", id, catalogue.name_of(id));
  }
  if (any) return exit_clean;
  print_error("CLI-0020"_code, fmt::format("there is no message {}... in the catalogue", options.area));
  return exit_usage;
}

/// Writes a file, and its folder; false after saying why.
bool write_file(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (out.flush()) return true;
  print_error("CLI-0022"_code, fmt::format("can't write {}", path.string()));
  return false;
}

int export_schemas(const Data& data, const Options& options) {
  const Catalogue catalogue(data);
  const std::string suffix = options.notation ? ".types" : options.json_schema ? ".schema.json" : ".xsd";
  for (const std::string& id : options.messages) {
    const Message* message = require_message(catalogue, id);
    if (message == nullptr) return exit_usage;
    std::string text;
    if (options.notation) {
      print_head(message->schema(), text);
      for (const TypeDefinition& type : message->schema().types) print_type(type, text);
    } else {
      text = options.json_schema ? export_json_schema(message->schema()) : export_xsd(message->schema());
    }
    if (options.export_into.empty()) {
      fmt::print("{}", text);
    } else if (!write_file(std::filesystem::path(options.export_into) / (id + suffix), text)) {
      return exit_io;
    }
  }
  return exit_clean;
}

int import_schemas(const Data& data, const Options& options) {
  Findings findings;
  std::vector<SchemaDefinition> schemas;
  for (const std::string& file : options.files) {
    const auto text = read_small_file(file);
    if (!text) return exit_io;
    std::string id = std::filesystem::path(file).stem().string();
    auto schema = import_xsd(*text, file, id, findings);
    // What can't be used is said now, not when the first message comes.
    if (schema && Message::compile(*schema, findings)) schemas.push_back(std::move(*schema));
  }
  const Catalogue catalogue(data);
  const auto written =
      catalogue_files(catalogue, data, schemas, options.share ? NewTypes::shared : NewTypes::own, findings);
  print_findings(findings);
  if (findings.has_errors()) return exit_findings;
  for (const auto& [name, text] : written) {
    const std::filesystem::path path = std::filesystem::path(options.into) / name;
    if (!write_file(path, text)) return exit_io;
    fmt::print("{}\n", path.string());
  }
  return exit_clean;
}

}  // namespace

void add_schema(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("schema", "List, show, export, import or sample ISO 20022 message schemas");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n  tilmash schema list\n  tilmash schema show pacs.008.001.08 FIToFICstmrCdtTrf/CdtTrfTxInf/PmtId\n"
      "  tilmash schema diff pacs.008.001.08 pacs.008.001.12\n"
      "  tilmash schema export pacs.008.001.08 > pacs.008.001.08.xsd\n"
      "  tilmash schema export --json-schema pacs.008.001.08 > pacs.008.001.08.schema.json\n"
      "  tilmash schema import scheme/*.xsd --into mydata && tilmash --data mydata schema list");
  auto options = std::make_shared<Options>();

  auto* list_command = command->add_subcommand("list", "All message versions of the catalogue, with their names");
  list_command->add_option("AREA", options->area, "Only those whose id begins so: pacs, camt.05");
  list_command->callback([&session, options] { session.run = [&, options] { return list(*session.data, *options); }; });

  auto* export_command = command->add_subcommand("export", "Print a message's schema: XSD, JSON Schema, or notation");
  export_command->add_option("MESSAGE", options->messages, "Message ids, such as pacs.008.001.08")->required();
  export_command->add_option("--into", options->export_into, "Folder to write one file a message to, not to stdout");
  auto* notation = export_command->add_flag("--notation", options->notation, "In the catalogue's own notation instead");
  auto* json = export_command->add_flag("--json-schema", options->json_schema,
                                        "As JSON Schema of what `convert --to json` writes");
  json->excludes(notation);
  export_command->add_flag("--xsd", options->xsd, "As XSD (the default)")->excludes(notation)->excludes(json);
  export_command->callback(
      [&session, options] { session.run = [&, options] { return export_schemas(*session.data, *options); }; });

  auto* import_command = command->add_subcommand("import", "Put XSD files into a folder that --data can overlay");
  import_command->add_option("FILE", options->files, "ISO 20022 style XSD files")->required();
  import_command->add_option("--into", options->into, "Folder to write schemas/iso20022/... below")
      ->capture_default_str();
  import_command->add_flag("--share", options->share, "Put new types into the shared files (for the catalogue itself)");
  import_command->callback(
      [&session, options] { session.run = [&, options] { return import_schemas(*session.data, *options); }; });
}

}  // namespace tilmash::tool
