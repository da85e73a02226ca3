// Our verdict beside libxml2's and Xerces-C's, both loaded with the official XSD (where that is absent, with the one
// that we export), on documents that break every particle, facet, enumeration and attribute of every message at least
// once.
//
// Where the three differ, an entry of explained.cpp says why, or the test fails. What broke each document is known, so
// the finding is compared too: its code, its path and its byte.
//
//   TILMASH_VERDICTS=full    all documents, not a slice of them; entries that explain nothing fail
//   TILMASH_MUTANTS=100      documents with random damage for each message
//   TILMASH_MESSAGES=camt.05 only messages whose id begins so
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>

#include "explained.h"
#include "iso20022/sample_fault.h"
#include "iso20022/writer.h"
#include "iso20022/xsd.h"
#include "mutate.h"
#include "oracles.h"
#include "tests/support.h"

using namespace tilmash;
using namespace tilmash::iso20022;
using tests::Explained;

namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// How much of everything is judged.
struct Extent {
  bool full = setting("TILMASH_VERDICTS") == "full";
#ifdef __clang__
  std::size_t fault_step = full ? 1 : 1201;  ///< one fault of so many; the build with sanitizers
  std::size_t mutants = full ? 100 : 2;
  std::size_t message_step = full ? 1 : 8;
#else
  std::size_t fault_step = full ? 1 : 101;
  std::size_t mutants = full ? 100 : 20;
  std::size_t message_step = 1;
#endif
  std::size_t random = full ? 20 : 2;
  std::string only = setting("TILMASH_MESSAGES");

  Extent() {
    if (const std::string set = setting("TILMASH_MUTANTS"); !set.empty()) mutants = std::stoul(set);
  }
};

/// How often the one finding foretold was the one finding made.
struct Score {
  std::size_t count = 0;
  std::size_t one = 0;    ///< exactly one finding
  std::size_t right = 0;  ///< of the right code, path and byte
};

class Suite {
 public:
  explicit Suite(const Extent& extent) : extent_(extent), catalogue_(data_) {}

  void run() {
    std::size_t done = 0;
    std::size_t number = 0;
    for (const std::string& id : catalogue_.list()) {
      if (!id.starts_with(extent_.only) || number++ % extent_.message_step != 0) continue;
      run_message(id);
      if (extent_.full && ++done % 20 == 0) {
        fmt::print(stderr, "{} messages, {} documents, {} unexplained\n", done, documents_, unexplained_);
      }
    }
    print();
    CHECK(unexplained_ == 0);
    CHECK(overmatched_ == 0);
    if (!extent_.full || !extent_.only.empty()) return;
    for (std::size_t i = 0; i < tests::explained().size(); ++i) {
      CHECK_MESSAGE(used_[i] != 0, "explains nothing: " << tests::explained()[i].what);
    }
    CHECK(documents_ > 100'000);
  }

 private:
  void run_message(const std::string& id) {
    const Message& message = *catalogue_.find(id);
    const auto official = tests::shared_dir() / "iso20022/xsd" / (id + ".xsd");
    const bool there = std::filesystem::exists(official);
    tests::Oracles oracles(there ? tests::read_file(official) : export_xsd(message.schema()));
    REQUIRE(oracles.error() == "");
    message_ = &message;
    oracles_ = &oracles;
    const Shape shape = make_shape(message);
    shape_ = &shape;
    run_valid();
    run_nested();
    run_faults();
    run_mutants();
  }

  std::string written(const Instance& instance) {
    std::string xml;
    Findings findings;
    REQUIRE(MessageWriter(*message_, *shape_).encode(instance, xml, findings));
    return xml;
  }

  void run_valid() {
    SampleMaker maker(*message_, *shape_, 1);
    Instance instance;
    maker.make_smallest(instance);
    CHECK(judge(written(instance)).valid);
    maker.make_fullest(instance);
    CHECK(judge(written(instance)).valid);
    for (std::size_t i = 0; i < extent_.random; ++i) {
      maker.make_random(static_cast<std::uint32_t>(2 + i % 20), instance);
      CHECK(judge(written(instance)).valid);
    }
  }

  /// The message's own root inside a wildcard, where a lax one asks for it to be valid: at once, and further down.
  void run_nested() {
    SampleMaker maker(*message_, *shape_);
    const auto wildcard = std::find_if(shape_->nodes.begin(), shape_->nodes.end(), [](const Node& node) {
      return node.kind == NodeKind::leaf && node.type == LeafType::any;
    });
    if (wildcard == shape_->nodes.end()) return;
    Instance instance;
    maker.make_around({static_cast<std::uint32_t>(wildcard - shape_->nodes.begin())}, instance);
    const std::string xml = written(instance);
    maker.make_smallest(instance);
    const std::string whole = written(instance);
    const std::string root = whole.substr(1, whole.find(' ') - 1);
    const std::string empty = whole.substr(0, whole.find('>') + 1) + "</" + root + ">";
    const std::size_t from = xml.find("<Sample ");
    const std::size_t size = xml.find("</Sample>", from) + 9 - from;
    for (const std::string& inner : {whole, empty}) {
      judge(std::string(xml).replace(from, size, inner));
      judge(std::string(xml).replace(from, size, "<a xmlns=\"urn:a\">" + inner + "</a>"));
    }
  }

  void run_faults() {
    FaultMaker maker(*message_, *shape_);
    for (const FaultySample& sample : maker.document_faults()) {
      // What only we refuse, or only remark on.
      if (!sample.kind.starts_with("cap ") && !sample.kind.starts_with("header ")) run_fault(sample);
    }
    // A slice takes a part of the places, and of their faults, that changes from message to message.
    const std::size_t place_step = extent_.full ? 1 : 11;
    for (std::size_t i = message_number_++ % place_step; i < maker.places().size(); i += place_step) {
      for (const FaultySample& sample : maker.faults_at(maker.places()[i])) {
        if (place_step == 1 || fault_number_++ % (extent_.fault_step / place_step) == 0) run_fault(sample);
      }
    }
  }

  void run_fault(const FaultySample& sample) {
    bool oracles_accept = false;
    const tests::Verdict ours = judge(sample.xml, &oracles_accept);
    if (!sample.code || (!sample.certain && oracles_accept)) {
      if (!sample.code && sample.certain && !ours.valid) show("valid by construction", sample.xml, ours, "");
      return;
    }
    Score& score = scores_[std::string(sample.kind)];
    ++score.count;
    if (ours.findings.size() == 1) ++score.one;
    const bool right = ours.findings.size() == 1 && ours.findings[0].code == sample.code &&
                       ours.findings[0].path == sample.path && ours.findings[0].place.offset_bytes == sample.offset;
    if (right) {
      ++score.right;
    } else if (setting("TILMASH_SHOW") == sample.kind && shown_++ < 10) {
      fmt::print(stderr, "{} {} {} {}\n", to_text(sample.code), sample.path, sample.offset, sample.xml);
      for (const Diagnostic& finding : ours.findings) {
        fmt::print(stderr, "    {} {} {}\n", to_text(finding.code), finding.path, finding.place.offset_bytes);
      }
    }
  }

  void run_mutants() {
    SampleMaker maker(*message_, *shape_, 7);
    tests::Mutator mutator(maker.random(), *message_);
    Instance instance;
    for (std::size_t i = 0; i < extent_.mutants; ++i) {
      maker.make_random(static_cast<std::uint32_t>(3 + i % 15), instance);
      std::string xml = written(instance);
      for (std::size_t n = 0; n < 1 + i % 3; ++n) mutator.mutate(xml);
      judge(xml);
    }
  }

  /// Our verdict, after comparing it with both validators'.
  tests::Verdict judge(const std::string& xml, bool* oracles_accept = nullptr) {
    ++documents_;
    tests::Verdict ours = tests::judge(catalogue_, xml, Caps::batch());
    ++(ours.valid ? valid_ : invalid_);
    std::array<std::string, 2> reasons;
    const std::array<bool, 2> theirs = {oracles_->libxml2_accepts(xml, &reasons[0]),
                                        oracles_->xerces_accepts(xml, &reasons[1])};
    if (oracles_accept != nullptr) *oracles_accept = theirs[0] || theirs[1];
    Instance instance;
    if (ours.valid) {
      Findings findings;
      MessageReader reader(catalogue_, xml, "input", Caps::batch(), findings);
      reader.next_message();
      instance.reset(*shape_);
      reader.read(instance);
    }
    const tests::Judged judged{xml, ours, catalogue_, *message_, *shape_, ours.valid ? &instance : nullptr};
    std::array<bool, 2> is_explained{};
    for (std::size_t i = 0; i < tests::explained().size(); ++i) {
      const Explained& entry = tests::explained()[i];
      if (!entry.applies(judged)) continue;
      ++used_[i];
      for (const Explained::Who who : {Explained::Who::libxml2, Explained::Who::xerces}) {
        if (entry.who != who && entry.who != Explained::Who::both) continue;
        const auto index = static_cast<std::size_t>(who);
        is_explained[index] = true;
        if (theirs[index] != ours.valid) continue;
        ++overmatched_;
        show(fmt::format("applies, but there is no difference: {}", entry.what), xml, ours, reasons[index]);
      }
    }
    for (std::size_t who = 0; who < 2; ++who) {
      if (theirs[who] == ours.valid || is_explained[who]) continue;
      ++unexplained_;
      show(who == 0 ? "libxml2" : "Xerces", xml, ours, reasons[who]);
    }
    return ours;
  }

  void show(std::string_view what, const std::string& xml, const tests::Verdict& ours, const std::string& theirs) {
    constexpr std::size_t shown_max = 60;
    const std::string first = ours.findings.empty() ? "valid" : to_human(ours.findings[0], xml, true);
    if (++disputes_[fmt::format("{} {}", what, ours.findings.empty() ? "valid" : to_text(ours.findings[0].code))] > 5)
      return;
    if (++shown_disputes_ > shown_max) return;
    const std::string kept = fmt::format("{}/disputed_{}.xml", TILMASH_BUILD_DIR, shown_disputes_);
    std::ofstream(kept, std::ios::binary) << xml;
    FAIL_CHECK(kept << " (" << what << "): ours " << first << "; theirs: " << theirs);
  }

  void print() {
    fmt::print("{} documents, {} valid and {} invalid; {} disagreements unexplained\n", documents_, valid_, invalid_,
               unexplained_);
    static constexpr std::string_view names[] = {"libxml2", "Xerces", "both"};
    for (std::size_t i = 0; i < tests::explained().size(); ++i) {
      const Explained& entry = tests::explained()[i];
      fmt::print("  {:6} {:8} {}\n", used_[i], names[static_cast<std::size_t>(entry.who)], entry.what);
    }
    Score all;
    fmt::print("\n  {:30} {:>9} {:>12} {:>12}\n", "single faults", "documents", "one finding", "right place");
    const auto line = [](std::string_view kind, const Score& score) {
      const auto percent = [&](std::size_t part) {
        return fmt::format("{}.{:02} %", part * 100 / score.count, part * 10'000 / score.count % 100);
      };
      fmt::print("  {:30} {:9} {:>12} {:>12}\n", kind, score.count, percent(score.one), percent(score.right));
    };
    for (const auto& [kind, score] : scores_) {
      line(kind, score);
      all.count += score.count;
      all.one += score.one;
      all.right += score.right;
    }
    if (all.count == 0) return;
    line("all", all);
    for (const auto& [what, count] : disputes_) fmt::print("  {} {}\n", what, count);
    CHECK(all.right * 100 >= all.count * 95);
  }

  const Extent& extent_;
  const Data data_;
  const Catalogue catalogue_;
  const Message* message_ = nullptr;
  const Shape* shape_ = nullptr;
  tests::Oracles* oracles_ = nullptr;
  std::size_t message_number_ = 0;
  std::size_t fault_number_ = 0;
  std::size_t documents_ = 0;
  std::size_t valid_ = 0;
  std::size_t invalid_ = 0;
  std::size_t unexplained_ = 0;
  std::size_t overmatched_ = 0;
  std::size_t shown_ = 0;
  std::size_t shown_disputes_ = 0;
  std::array<std::size_t, 15> used_{};
  std::map<std::string, Score> scores_;
  std::map<std::string, std::size_t> disputes_;
};

}  // namespace

TEST_CASE(
    "libxml2 and Xerces agree with our verdict on every kind of broken document, and the finding is the right one") {
  const Extent extent;
  Suite(extent).run();
}
