// Reads messages several ways, side by side over the same bytes.
//
//     message_bench [--rounds N] [--corpus NAME]     tables of times and ratios; also `writing`, `jobs`
//     message_bench --count TASK [--corpus NAME]     one task once, only it instrumented (callgrind); prints the bytes
//     message_bench --corpus NAME --write FILE       the first document of a corpus
//
// Rounds are interleaved; time is the thread's CPU time; a ratio is taken within its round and the median is shown.
// Before anything is timed, all must accept every document, and those that validate must refuse the same broken ones.
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "../clock.h"
#include "corpus.h"
#include "iso20022/catalogue.h"
#include "iso20022/xsd.h"
#include "jobs.h"
#include "tasks.h"
#include "writing.h"

namespace tilmash::bench {
namespace {

constexpr TaskKind kinds[] = {
    {"tilmash", true, make_tilmash,
     "MessageReader, as `tilmash validate` uses it: all findings, positions, any prefix"},
    {"libxml2", true, make_libxml2, "xmlSchemaValidateStream, schema compiled once, context kept"},
    {"xerces", true, make_xerces, "SAX2, SGXMLScanner, locked grammar pool"},
    {"xsdcxx", true, make_xsdcxx, "C++/Tree: Xerces DOM, locked pool, to objects"},
    {"rapidxml", false, make_rapidxml, "copy + parse_fastest; parses only"},
    {"pugixml", false, make_pugixml, "load_buffer; parses only"},
    {"expat", false, make_expat, "element and text handlers; parses only"},
    {"memcpy", false, make_memcpy, "the floor"},
};

struct Options {
  std::size_t rounds = 11;
  std::string corpus;
  std::string count;
  std::string write;
};

std::string xsd_of(const std::string& message) {
  const Data data;
  const iso20022::Catalogue catalogue(data);
  Findings findings;
  return iso20022::export_xsd(*catalogue.definition(message, findings));
}

Corpus make_corpus(std::string_view name) {
  if (name == "single") return make_single_payments(1000);
  if (name == "indented") return make_indented_payments(1000);
  if (name == "bulk") return make_bulk_payments(10'000);
  return make_statement(std::size_t{100} << 20);
}

struct Runner {
  const TaskKind* kind;
  std::unique_ptr<MessageTask> task;
  std::vector<double> seconds;  ///< by round
};

std::vector<Runner> make_runners(const Corpus& corpus) {
  const std::string xsd = xsd_of(corpus.message);
  std::vector<Runner> runners;
  for (const TaskKind& kind : kinds) {
    if (auto task = kind.make(corpus.message, xsd)) runners.push_back({&kind, std::move(task), {}});
  }
  return runners;
}

bool accept_all(MessageTask& task, const Corpus& corpus) {
  bool all = true;
  for (const std::string& document : corpus.documents) all = task.accept(document) && all;
  return all;
}

/// The same verdicts: all accept all documents, and who validates refuses each of these changes.
bool agree(std::vector<Runner>& runners, const Corpus& corpus) {
  static constexpr std::pair<std::string_view, std::string_view> changes[] = {
      {"<CreDtTm>2026-11", "<CreDtTm>2026-13"}, {"Ccy=\"EUR\"", "Ccy=\"Eur\""}, {"<IBAN>DE", "<IBAN>de"},
      {"</GrpHdr>", "<X/></GrpHdr>"},           {"<MsgId>", "<MsgIdd>"},        {" Ccy=\"EUR\"", ""},
      {"<CdtDbtInd>CRDT", "<CdtDbtInd>XXXX"},   {"<ChrgBr>SLEV", "<ChrgBr>?"},  {"<NbOfTxs>", "<NbOfTxs>x"},
  };
  for (Runner& runner : runners) {
    if (!accept_all(*runner.task, corpus)) {
      fmt::print(stderr, "{} does not accept {}\n", runner.kind->name, corpus.name);
      return false;
    }
    if (!runner.kind->validates) continue;
    for (const auto& [from, to] : changes) {
      std::string broken = corpus.documents.front().substr(0, 1u << 20);
      if (broken.size() != corpus.documents.front().size()) break;  // large ones are not copied for this
      const std::size_t at = broken.find(from);
      if (at == std::string::npos) continue;
      broken.replace(at, from.size(), to);
      if (runner.task->accept(broken)) {
        fmt::print(stderr, "{} accepts {} for {}\n", runner.kind->name, to, from);
        return false;
      }
    }
  }
  return true;
}

bool time_corpus(const std::string& name, std::size_t rounds) {
  const Corpus corpus = make_corpus(name);
  std::vector<Runner> runners = make_runners(corpus);
  if (!agree(runners, corpus)) return false;
  if (name == "statement") rounds = std::min<std::size_t>(rounds, 3);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (Runner& runner : runners) {
      const double begin = cpu_seconds();
      accept_all(*runner.task, corpus);
      runner.seconds.push_back(cpu_seconds() - begin);
    }
  }
  fmt::print("\n{}: {} document(s) of {}, {} bytes; {} rounds, medians\n\n", name, corpus.documents.size(),
             corpus.message, corpus.bytes(), rounds);
  fmt::print("| task | MB/s | speed of tilmash against it | what |\n|---|---|---|---|\n");
  for (const Runner& runner : runners) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < rounds; ++i) ratios.push_back(runner.seconds[i] / runners.front().seconds[i]);
    fmt::print("| {} | {:.0f} | {:.3g} | {} |\n", runner.kind->name,
               static_cast<double>(corpus.bytes()) / median(runner.seconds) / 1e6, median(ratios), runner.kind->about);
  }
  std::fflush(stdout);
  return true;
}

/// As many documents, a line each, as make up `bytes`.
std::string make_bundle(const Corpus& corpus, std::size_t bytes) {
  std::string bundle;
  for (std::size_t i = 0; bundle.size() < bytes; ++i) bundle += corpus.documents[i % corpus.documents.size()] + '\n';
  return bundle;
}

bool time_all_jobs(std::size_t rounds) {
  constexpr std::size_t bundle_bytes = std::size_t{100} << 20;
  fmt::print("\ntwo threads against one, file and verdicts included: wall clock, {} rounds\n\n", rounds);
  fmt::print("| input | bytes | one thread, MB/s | two threads, MB/s | ratio, median | of the best rounds |\n");
  fmt::print("|---|---|---|---|---|---|\n");
  return time_jobs("bulk", make_corpus("bulk").documents[0], rounds) &&
         time_jobs("statement", make_corpus("statement").documents[0], rounds) &&
         time_jobs("bundle", make_bundle(make_corpus("single"), bundle_bytes), rounds);
}

int count_one(const Options& options) {
  const Corpus corpus = make_corpus(options.corpus.empty() ? "single" : options.corpus);
  const std::string xsd = xsd_of(corpus.message);
  for (const TaskKind& kind : kinds) {
    if (kind.name != options.count) continue;
    const auto task = kind.make(corpus.message, xsd);
    if (!task || !accept_all(*task, corpus)) return 1;  // and everything is warm
    CALLGRIND_START_INSTRUMENTATION;
    accept_all(*task, corpus);
    CALLGRIND_STOP_INSTRUMENTATION;
    fmt::print("{}\n", corpus.bytes());
    return 0;
  }
  return 2;
}

int run(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--rounds") std::from_chars(value, value + std::strlen(value), options.rounds);
    if (name == "--corpus") options.corpus = value;
    if (name == "--count") options.count = value;
    if (name == "--write") options.write = value;
  }
  if (!options.count.empty()) return count_one(options);
  if (!options.write.empty()) {
    std::FILE* file = std::fopen(options.write.c_str(), "wb");
    if (file == nullptr) return 4;
    const Corpus corpus = make_corpus(options.corpus);
    std::fwrite(corpus.documents[0].data(), 1, corpus.documents[0].size(), file);
    return std::fclose(file) == 0 ? 0 : 4;
  }
  for (const char* name : {"single", "indented", "bulk", "statement"}) {
    if (!options.corpus.empty() && options.corpus != name) continue;
    if (!time_corpus(name, options.rounds)) return 1;
  }
  if (options.corpus.empty() || options.corpus == "jobs") {
    if (!time_all_jobs(options.rounds)) return 1;
  }
  if (options.corpus.empty() || options.corpus == "writing") {
    if (!time_writing(make_single_payments(1000), options.rounds)) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace tilmash::bench

int main(int argc, char** argv) {
  return tilmash::bench::run(argc, argv);
}
