// `tilmash schema diff BEFORE AFTER`: what differs between two messages, by path.
#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "command.h"
#include "iso20022/schema_diff.h"
#include "known_message.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

struct Options {
  std::string before;
  std::string after;
  std::string format = "human";
  bool all = false;
};

void print_human(const SchemaChange& change, bool all) {
  std::string text = change.before;
  if (!change.before.empty() && !change.after.empty()) text += " -> ";
  text += change.after;
  // Codes that came and went.
  if (change.before.empty() && change.kind != SchemaChangeKind::added) text = "+ " + change.after;
  if (change.after.empty() && change.kind != SchemaChangeKind::removed) text = "- " + change.before;
  if (all) {
    for (const std::string& place : change.places) fmt::print("{:<10} {}  {}\n", to_text(change.kind), place, text);
    return;
  }
  const std::size_t more = change.places.size() - 1;
  fmt::print("{:<10} {}  {}{}\n", to_text(change.kind), change.places[0], text,
             more == 0 ? "" : fmt::format("  (and in {} more place{})", more, more == 1 ? "" : "s"));
}

void print_json(const SchemaChange& change) {
  std::string out = fmt::format("{{\"change\":\"{}\"", to_text(change.kind));
  const auto member = [&](std::string_view key, const std::string& value) {
    if (value.empty()) return;
    out += fmt::format(",\"{}\":", key);
    append_json_string(out, value);
  };
  member("before", change.before);
  member("after", change.after);
  out += ",\"places\":[";
  for (std::size_t i = 0; i < change.places.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(out, change.places[i]);
  }
  fmt::print("{}]}}\n", out);
}

int diff(const Data& data, const Options& options) {
  const Catalogue catalogue(data);
  const Message* before = require_message(catalogue, options.before);
  const Message* after = before != nullptr ? require_message(catalogue, options.after) : nullptr;
  if (after == nullptr) return exit_usage;
  const std::vector<SchemaChange> changes = diff_schemas(before->schema(), after->schema());
  for (const SchemaChange& change : changes) {
    if (options.format == "json") {
      print_json(change);
    } else {
      print_human(change, options.all);
    }
  }
  return changes.empty() ? exit_clean : exit_findings;
}

}  // namespace

void add_schema_diff(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.get_subcommand("schema")->add_subcommand("diff", "What differs between two messages, by path");
  command->add_option("BEFORE", options->before, "Message id, such as pacs.008.001.08")->required();
  command->add_option("AFTER", options->after, "Message id, such as pacs.008.001.12")->required();
  command->add_option("--format", options->format, "human, or json: one line a change, with all places")
      ->check(CLI::IsMember({"human", "json"}))
      ->capture_default_str();
  command->add_flag("--all", options->all, "Print a change of a type at each place where the type stands");
  command->footer(
      "added, removed, moved (another order), loosened (takes more than before), tightened (takes less), changed\n"
      "(neither). A type that was only renamed is no difference.\n"
      "Exit status: 0 no difference, 1 differences.\n"
      "Examples:\n  tilmash schema diff pacs.008.001.08 pacs.008.001.12");
  command->callback([&session, options] { session.run = [&, options] { return diff(*session.data, *options); }; });
}

}  // namespace tilmash::tool
