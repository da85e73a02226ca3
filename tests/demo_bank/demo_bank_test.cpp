// The demo bank's extracts read by their layout, against samples/demo-kz/expected, which was typed by hand.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/formats/format.h"
#include "tests/support.h"

using namespace tilmash;

namespace {

const std::filesystem::path samples = tests::project_dir() / "samples/demo-kz";

struct Found {
  Code code;
  std::uint64_t offset = 0;
  std::string path;
};

struct Reading {
  std::uint64_t item_count = 0;
  std::map<std::uint64_t, Found> rejects;  ///< by record number
  std::vector<Control> controls;
  std::vector<Code> file_codes;
};

ConfigFile read_toml(const std::filesystem::path& path) {
  Findings findings;
  auto file = read_config(path.string(), tests::read_file(path), findings);
  REQUIRE(file);
  return *std::move(file);
}

std::unique_ptr<formats::Layout> load(const char* feed) {
  const auto path = tests::project_dir() / "mappings/demo-kz" / feed / "layout.toml";
  Findings findings;
  auto layout = formats::load_layout(path.string(), tests::read_file(path), Data(), findings);
  for (const Diagnostic& finding : findings.kept()) FAIL_CHECK(to_human(finding));
  REQUIRE(layout);
  return layout;
}

Reading read_extract(const std::string& bytes) {
  const auto layout = load("outgoing");
  const auto stream = layout->decoder(bytes, "sample");
  Instance instance;
  Reading reading;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step == Step::item) {
      ++reading.item_count;
      continue;
    }
    const Diagnostic& why = stream->reject().why;
    reading.rejects[why.place.record_number] = {why.code, why.place.offset_bytes, why.path};
  }
  reading.controls = stream->controls();
  for (const Diagnostic& finding : stream->file_findings().kept()) reading.file_codes.push_back(finding.code);
  return reading;
}

}  // namespace

TEST_CASE("what the extract's layout refuses is what was declared, to the byte") {
  const Reading reading = read_extract(tests::read_file(samples / "outgoing.dat"));
  std::size_t declared = 0;
  const ConfigFile rejects = read_toml(samples / "expected/rejects.toml");
  for (const ConfigValue& row : rejects.root.find("reject")->items) {
    const std::string code = row.find("code")->text;
    if (!code.starts_with("FMT")) continue;
    ++declared;
    const auto found = reading.rejects.find(static_cast<std::uint64_t>(row.find("record")->integer));
    CAPTURE(row.find("record")->integer);
    REQUIRE(found != reading.rejects.end());
    CHECK(to_text(found->second.code) == code);
    CHECK(found->second.offset == static_cast<std::uint64_t>(row.find("offset")->integer));
    if (const ConfigValue* field = row.find("field")) CHECK(found->second.path == "detail." + field->text);
  }
  CHECK(reading.rejects.size() == declared);
  CHECK(reading.item_count + declared == 1024);
  for (const Code code : reading.file_codes) CHECK(to_text(code) == "FMT-0301");
}

TEST_CASE("files with something wrong as a whole are found out") {
  const ConfigFile files = read_toml(samples / "expected/files.toml");
  for (const ConfigValue::Member& file : files.root.members) {
    CAPTURE(file.key);
    const Reading reading = read_extract(tests::read_file(samples / "bad" / file.key));
    CHECK(reading.item_count == static_cast<std::uint64_t>(file.value.find("payments")->integer));
    CHECK(reading.rejects.size() == static_cast<std::size_t>(file.value.find("rejects")->integer));
    const std::string expected = file.value.find("code")->text;
    const bool found = std::any_of(reading.file_codes.begin(), reading.file_codes.end(),
                                   [&](Code code) { return to_text(code) == expected; });
    CHECK(found == (expected != "none"));
    if (expected == "none") CHECK(reading.file_codes.empty());
  }
}

TEST_CASE("the response file's layout is sound") {
  const auto layout = load("status");
  CHECK(layout->shape().find_path(0, "detail.RESP_CODE") != no_node);
  CHECK(layout->shape().item_node() != no_node);
}
