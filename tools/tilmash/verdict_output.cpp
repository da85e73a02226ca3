#include "verdict_output.h"

#include <fmt/format.h>

#include "base/error_catalogue.h"
#include "base/text.h"
#include "verdict_printer.h"

namespace tilmash::tool {
namespace {

/// The head of a SARIF log, up to its results: the program, and what its codes mean (sarif-v2.1.0, 3.13, 3.14, 3.19).
std::string sarif_head(const Data& data) {
  std::string out =
      "{\"version\":\"2.1.0\",\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"runs\":[{\"columnKind\":"
      "\"unicodeCodePoints\",\"tool\":{\"driver\":{\"name\":\"tilmash\",\"version\":\"" TILMASH_VERSION
      "\",\"rules\":[";
  Findings ignored;
  const auto entries = read_error_catalogue(data, ignored);
  bool first = true;
  for (const auto& [code, entry] : entries) {
    const std::string id = to_text(code);
    if (!id.starts_with("ISO-") && !id.starts_with("FIL-")) continue;
    out += fmt::format("{}\n{{\"id\":\"{}\"", first ? "" : ",", id);
    const std::pair<std::string_view, std::string_view> texts[] = {
        {"shortDescription", entry.title}, {"fullDescription", entry.explain}, {"help", entry.explain}};
    for (const auto& [key, text] : texts) {
      out += fmt::format(",\"{}\":{{\"text\":", key);
      append_json_string(out, text);
      out += '}';
    }
    out += '}';
    first = false;
  }
  return out + "]}},\"results\":[\n";
}

/// How often a tag stands in what the JUnit printer made: values in it have no '<'.
std::uint64_t count_of(std::string_view text, std::string_view tag) {
  std::uint64_t count = 0;
  for (std::size_t at = text.find(tag); at != std::string_view::npos; at = text.find(tag, at + 1)) ++count;
  return count;
}

}  // namespace

VerdictOutput::VerdictOutput(std::string_view format, const Data& data) : format_(format) {
  if (format_ == "sarif") fmt::print("{}", sarif_head(data));
  if (format_ == "junit") waiting_.reset(std::tmpfile());
  good_ = format_ != "junit" || waiting_;
}

void VerdictOutput::put(std::string_view verdicts) {
  if (verdicts.empty() || !good_) return;
  if (format_ == "sarif" && std::exchange(first_, false)) verdicts.remove_prefix(1);  // the comma before each result
  if (format_ == "junit") {
    test_count_ += count_of(verdicts, "<testcase ");
    failure_count_ += count_of(verdicts, "<failure ");
  }
  good_ = std::fwrite(verdicts.data(), 1, verdicts.size(), waiting_ ? waiting_.get() : stdout) == verdicts.size();
}

bool VerdictOutput::finish() {
  if (format_ == "sarif") fmt::print("]}}]}}\n");
  if (format_ == "junit" && good_) {
    const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\"", test_count_, failure_count_);
    fmt::print(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n<testsuite name=\"tilmash validate\" {0}>\n",
        counts);
    std::rewind(waiting_.get());
    std::string piece(std::size_t{1} << 16, '\0');
    while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), waiting_.get())) {
      good_ = good_ && std::fwrite(piece.data(), 1, size, stdout) == size;
    }
    good_ = good_ && std::ferror(waiting_.get()) == 0;
    fmt::print("</testsuite>\n</testsuites>\n");
  }
  return std::fflush(stdout) == 0 && good_;
}

}  // namespace tilmash::tool
