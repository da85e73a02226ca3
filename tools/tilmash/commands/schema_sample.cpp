// `tilmash schema sample`: an instance of a message, valid or broken in one way, made from its definition alone.
#include <fmt/format.h>

#include <memory>

#include "command.h"
#include "iso20022/catalogue.h"
#include "iso20022/sample.h"
#include "iso20022/sample_fault.h"
#include "iso20022/writer.h"
#include "known_message.h"

namespace tilmash::tool {
namespace {

using namespace iso20022;

struct Options {
  std::string message;
  bool fullest = false;
  bool smallest = false;  ///< the default, said out loud
  std::optional<std::uint64_t> seed;
  std::string invalid;
};

int print_broken(const Catalogue& catalogue, const Message& message, const Options& options) {
  const auto code = parse_code(options.invalid);
  if (!code) {
    print_error("CLI-0002"_code, fmt::format("there is no error code {}", options.invalid),
                "`tilmash explain` lists all codes");
    return exit_usage;
  }
  const auto xml = make_invalid_sample(catalogue, message, *code, options.seed.value_or(0));
  if (!xml) {
    print_error("CLI-0023"_code,
                fmt::format("no document of {} has {} as its only finding", message.id(), options.invalid),
                fmt::format("`tilmash explain {}` says what it means", options.invalid));
    return exit_usage;
  }
  fmt::print("{}", *xml);  // not a byte more: it may be what is wrong with it
  return exit_clean;
}

int print_valid(const Message& message, const Options& options) {
  constexpr std::uint32_t rarity = 4;  // one in four optional elements
  const Shape shape = make_shape(message);
  SampleMaker maker(message, shape, options.seed.value_or(0));
  Instance instance;
  if (options.fullest) {
    maker.make_fullest(instance);
  } else if (options.seed) {
    maker.make_random(rarity, instance);
  } else {
    maker.make_smallest(instance);
  }
  std::string xml;
  Findings findings;
  if (!MessageWriter(message, shape).encode(instance, xml, findings)) {
    print_findings(findings);  // a type whose pattern and length no walk could meet together
    return exit_findings;
  }
  fmt::print("{}\n", xml);
  return exit_clean;
}

int sample(const Data& data, const Options& options) {
  const Catalogue catalogue(data);
  const Message* message = require_message(catalogue, options.message);
  if (message == nullptr) return catalogue.findings().has_errors() ? exit_config : exit_usage;
  return options.invalid.empty() ? print_valid(*message, options) : print_broken(catalogue, *message, options);
}

}  // namespace

/// Below `schema`, which was added before: commands are added in the order of their names.
void add_schema_sample(CLI::App& app, Session& session) {
  auto* command = app.get_subcommand("schema")->add_subcommand(
      "sample", "Print a message made from its definition: valid, or broken in one way");
  auto options = std::make_shared<Options>();
  command->add_option("MESSAGE", options->message, "Message id, such as pacs.008.001.08")->required();
  auto* smallest = command->add_flag("--min", options->smallest, "Mandatory elements only (the default)");
  auto* fullest = command->add_flag("--max", options->fullest, "Every optional element, and every list twice");
  auto* seed = command->add_option("--seed", options->seed, "A random one, the same for the same number")
                   ->check([](const std::string& text) {
                     const bool number =
                         !text.empty() && text.size() < 20 && text.find_first_not_of("0123456789") == std::string::npos;
                     return number ? "" : "a number of at most 19 digits is expected";
                   });
  smallest->excludes(fullest, seed);
  fullest->excludes(seed);
  command
      ->add_option(
          "--invalid", options->invalid,
          "A finding's code, such as ISO-0207: the document has this finding and no other; --seed then chooses "
          "the place")
      ->excludes(smallest, fullest);
  command->footer(
      "Codes that only JSON can have (ISO-04xx, ISO-05xx, JSN-...) give JSON, for `tilmash convert - --to xml`.\n"
      "Examples:\n  tilmash schema sample pacs.008.001.08\n  tilmash schema sample camt.053.001.08 --seed 7\n"
      "  tilmash schema sample pacs.008.001.08 --invalid ISO-0304 | tilmash validate -");
  command->callback([&session, options] { session.run = [&, options] { return sample(*session.data, *options); }; });
}

}  // namespace tilmash::tool
