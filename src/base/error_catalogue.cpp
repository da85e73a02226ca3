#include "base/error_catalogue.h"

#include <fmt/format.h>

#include "base/config.h"

namespace tilmash {

std::string_view to_text(Retry retry) {
  switch (retry) {
    case Retry::never:
      return "never";
    case Retry::later:
      return "later";
    case Retry::after_fix:
      return "after_fix";
  }
  return "";
}

std::map<Code, ErrorEntry> read_error_catalogue(const Data& data, Findings& findings) {
  std::map<Code, ErrorEntry> entries;
  for (const std::string& name : data.list("", "errors.toml")) {
    const auto file = read_config(name, *data.find(name), findings);
    if (!file) continue;
    for (const ConfigValue::Member& member : file->root.members) {
      ConfigReader row(*file, member.value, findings);
      ErrorEntry entry;
      const auto code = parse_code(member.key);
      entry.title = row.string("title");
      const std::string retry = row.string("retry");
      entry.explain = row.string("explain");
      entry.file = name;
      row.finish();
      if (!code) {
        row.error("CFG-0006"_code,
                  fmt::format("\"{}\" is no error code: three capitals, a hyphen, four digits", member.key));
        continue;
      }
      entry.code = *code;
      if (retry == "never") {
        entry.retry = Retry::never;
      } else if (retry == "later") {
        entry.retry = Retry::later;
      } else if (retry != "after_fix") {
        row.error("CFG-0006"_code, "retry is one of never, later, after_fix");
      }
      if (!entries.emplace(*code, std::move(entry)).second) {
        row.error("BAS-0001"_code, fmt::format("{} is explained twice", member.key));
      }
    }
  }
  return entries;
}

}  // namespace tilmash
