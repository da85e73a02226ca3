// Every XML file of the shared samples and of the MT-MX pairs: our verdict on each message in it beside libxml2's and
// Xerces', both loaded with the official XSD.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>

#include "explained.h"
#include "iso20022/encoding.h"
#include "iso20022/reader.h"
#include "oracles.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;
using tests::Explained;

namespace {

class Samples {
 public:
  Samples() : catalogue_(data_) {}

  void compare_file(const std::filesystem::path& file) {
    ++files_;
    CAPTURE(file.string());
    const std::string bytes = tests::read_file(file);
    const Encoding encoding = find_encoding(bytes);
    const std::string transcoded = encoding == Encoding::utf8 ? std::string() : to_utf8(bytes, encoding);
    const std::string_view input = encoding == Encoding::utf8 ? std::string_view(bytes) : std::string_view(transcoded);
    Findings findings;
    MessageReader reader(catalogue_, input, file.string(), Caps::batch(), findings, encoding);
    while (const Message* message = reader.next_message()) {
      const std::string declarations = reader.outer_declarations();
      const bool valid = reader.validate();
      // What the gate refused goes to the others as far as the file goes.
      const std::size_t end = reader.good() ? static_cast<std::size_t>(reader.end_offset()) : input.size();
      std::string xml(input.substr(reader.offset(), end - reader.offset()));
      xml.insert(xml.find_first_of(" \t\r\n>/", 1), declarations);
      compare(*message, xml, valid);
    }
    const bool doctype = input.find("<!DOCTYPE") != std::string_view::npos;
    doctypes_ += doctype ? 1 : 0;
    if (doctype) {
      CHECK(std::any_of(findings.kept().begin(), findings.kept().end(),
                        [](const Diagnostic& finding) { return finding.code == "ISO-0103"_code; }));
    }
  }

  void print() const {
    fmt::print("{} files, {} messages compared ({} valid), {} explained, {} files with a document type refused\n",
               files_, messages_, valid_, explained_, doctypes_);
  }
  std::size_t files() const { return files_; }
  std::size_t messages() const { return messages_; }

 private:
  void compare(const Message& message, const std::string& xml, bool valid) {
    auto& oracles = oracles_[message.id()];
    if (!oracles) {
      const auto official = tests::shared_dir() / "iso20022/xsd" / (message.id() + ".xsd");
      oracles = std::make_unique<tests::Oracles>(tests::read_file(official));
      REQUIRE(oracles->error() == "");
    }
    ++messages_;
    valid_ += valid ? 1 : 0;
    std::array<std::string, 2> reasons;
    const std::array<bool, 2> theirs = {oracles->libxml2_accepts(xml, &reasons[0]),
                                        oracles->xerces_accepts(xml, &reasons[1])};
    if (theirs[0] == valid && theirs[1] == valid) return;
    const tests::Verdict ours = tests::judge(catalogue_, xml, Caps::batch());
    const Shape shape = make_shape(message);
    Instance instance(shape);
    if (ours.valid) {
      Findings findings;
      MessageReader reader(catalogue_, xml, "again", Caps::batch(), findings);
      reader.next_message();
      reader.read(instance);
    }
    const tests::Judged judged{xml, ours, catalogue_, message, shape, ours.valid ? &instance : nullptr};
    for (const Explained::Who who : {Explained::Who::libxml2, Explained::Who::xerces}) {
      const auto index = static_cast<std::size_t>(who);
      if (theirs[index] == valid) continue;
      const auto table = tests::explained();
      const bool known = std::any_of(table.begin(), table.end(), [&](const Explained& entry) {
        return (entry.who == who || entry.who == Explained::Who::both) && entry.applies(judged);
      });
      explained_ += known ? 1 : 0;
      CHECK_MESSAGE(known, message.id() << ": ours " << valid << ", theirs " << theirs[index] << " " << reasons[index]);
    }
  }

  const Data data_;
  const Catalogue catalogue_;
  std::map<std::string, std::unique_ptr<tests::Oracles>> oracles_;
  std::size_t files_ = 0;
  std::size_t messages_ = 0;
  std::size_t valid_ = 0;
  std::size_t explained_ = 0;
  std::size_t doctypes_ = 0;
};

}  // namespace

TEST_CASE(
    "libxml2 and Xerces with the official schemas agree with our verdict on every XML file of the shared samples") {
  Samples samples;
  for (const char* folder : {"iso20022/samples", "iso20022/mt-mx-pairs"}) {
    if (tests::skip_without(tests::shared_dir() / folder)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tests::shared_dir() / folder)) {
      if (entry.path().extension() == ".xml") samples.compare_file(entry.path());
    }
  }
  samples.print();
  CHECK(samples.files() >= 678);
  CHECK(samples.messages() > 600);
}
