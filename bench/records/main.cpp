// Records decoded and encoded: the engine by a layout, C++ written for that one layout, and memcpy, in turns over the
// same bytes. Time is the thread's CPU time; a ratio is taken within its round, the median of the rounds is shown.
//
//     record_bench [--rounds N]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "../clock.h"
#include "adapters/formats/format.h"
#include "by_hand.h"
#include "peer.h"

namespace tilmash::bench {
namespace {

constexpr std::size_t bytes_wanted = 8 << 20;

std::string rows(std::string_view row, unsigned count) {
  std::string out;
  for (unsigned i = 0; i < count; ++i) out += fmt::format(fmt::runtime(row), i);
  return out;
}

std::unique_ptr<formats::Layout> load(std::string_view keys, const std::string& fields,
                                      std::string_view page = "cp037") {
  static const Data data;
  Findings findings;
  auto layout = formats::load_layout(
      "bench.toml",
      fmt::format("name = \"bench\"\nformat = \"fixed_width\"\ncode_page = \"{}\"\n{}\n[[record]]\nkind = \"r\"\n"
                  "repeat = true\nitem = true\nfields = [\n{}]\n",
                  page, keys, fields),
      data, findings);
  for (const Diagnostic& each : findings.kept()) fmt::print(stderr, "{}", to_human(each));
  if (layout == nullptr) std::exit(2);
  return layout;
}

struct Job {
  std::string name;
  std::string_view peer_kind;
  std::unique_ptr<formats::Layout> layout;
  std::unique_ptr<formats::Layout> peer_layout;  ///< of the same fields in GnuCOBOL's file
  std::string input;
  std::function<std::uint64_t(std::string_view)> by_hand;  ///< decodes all; a digest, 0 when something is wrong
  std::function<void(std::string&)> write_by_hand;
};

template <typename Record>
Job fixed_job(std::string name, std::string_view peer_kind, const std::string& fields, std::size_t bytes,
              Record (*make)(std::uint64_t)) {
  const std::string keys = fmt::format("line_end = \"none\"\nlength = {}\noverpunch = \"ascii\"", bytes);
  Job job{std::move(name), peer_kind, load(keys, fields), load(keys, fields, "ascii"), {}, {}, {}};
  auto records = std::make_shared<std::vector<Record>>();
  for (std::uint64_t seed = 1; job.input.size() < bytes_wanted; ++seed) {
    records->push_back(make(seed));
    encode_by_hand(records->back(), job.input);
  }
  job.by_hand = [bytes](std::string_view input) {
    std::uint64_t sum = 0;
    Record record;
    for (std::size_t at = 0; at < input.size(); at += bytes) {
      if (!decode_by_hand(input.data() + at, record)) return std::uint64_t{0};
      sum += digest(record);
    }
    return sum;
  };
  job.write_by_hand = [records](std::string& out) {
    for (const Record& record : *records) encode_by_hand(record, out);
  };
  return job;
}

Job odo_job() {
  const std::string fields =
      "{ name = \"N\", length = 2, type = \"integer\" },\n"
      "{ group = \"T\", repeat = 20, depending_on = \"N\", fields = [\n"
      "{ name = \"C\", length = 4, type = \"integer\", encoding = \"binary\", digits = 6 },\n"
      "{ name = \"A\", length = 5, type = \"decimal\", scale = 2, encoding = \"packed\", signed = true },\n"
      "{ name = \"X\", length = 10 } ] },\n";
  Job job{"occurs depending on, up to 382 bytes",
          "odo",
          load("line_end = \"none\"\nlength = 382", fields),
          load("framing = { by = \"rdw\", inclusive = false }", fields, "ascii"),
          {},
          {},
          {}};
  auto records = std::make_shared<std::vector<OdoRecord>>();
  for (std::uint64_t seed = 1; job.input.size() < bytes_wanted; ++seed) {
    records->push_back(make_odo(seed));
    encode_by_hand(records->back(), job.input);
  }
  job.by_hand = [](std::string_view input) {
    std::uint64_t sum = 0;
    OdoRecord record;
    for (std::size_t at = 0, size = 0; at < input.size(); at += size) {
      if (!decode_by_hand(input.data() + at, input.size() - at, record, size)) return std::uint64_t{0};
      sum += digest(record);
    }
    return sum;
  };
  job.write_by_hand = [records](std::string& out) {
    for (const OdoRecord& record : *records) encode_by_hand(record, out);
  };
  return job;
}

/// Cells of all items; 0 when something is wrong.
std::uint64_t decode(const Job& job) {
  const auto stream = job.layout->decoder(job.input, "bench");
  Instance instance;
  std::uint64_t cells = 0;
  Step step = stream->next(instance);
  for (; step == Step::item; step = stream->next(instance)) cells += instance.cells().size();
  return step == Step::reject || stream->file_findings().has_errors() ? 0 : cells;
}

/// Decoding and encoding; the time of decoding is taken off by the caller.
std::size_t encode(const Job& job, std::string& out) {
  const auto stream = job.layout->decoder(job.input, "bench");
  const auto encoder = job.layout->encoder();
  Instance instance;
  bool open = false;
  for (Step step = stream->next(instance); step == Step::item; step = stream->next(instance)) {
    if (!open && encoder->open(instance, out)) return 0;
    open = true;
    if (encoder->encode(instance, out)) return 0;
  }
  return encoder->close(out) ? 0 : out.size();
}

/// The same records in GnuCOBOL's file, and how many lines its DISPLAY should make of them.
std::unique_ptr<Peer> make_peer(const Job& job, std::size_t& lines) {
  if (!Peer::exists()) return nullptr;
  const auto stream = job.layout->decoder(job.input, "bench");
  const auto encoder = job.peer_layout->encoder();
  std::string file;
  Instance instance;
  std::size_t records = 0;
  for (; stream->next(instance) == Step::item; ++records) {
    if (records == 0 && encoder->open(instance, file)) return nullptr;
    if (encoder->encode(instance, file)) return nullptr;
  }
  if (encoder->close(file)) return nullptr;
  lines = records * 30;
  if (job.peer_kind == "packed") lines = records * 44;
  if (job.peer_kind == "odo") lines = records + (job.input.size() - 2 * records) / odo_row_bytes * 3;
  return std::make_unique<Peer>(job.peer_kind, file, records);
}

struct PeerTimes {
  std::vector<double> reads, writes, ratio, ratio_writes;
};

void run(const Job& job, std::size_t rounds) {
  std::vector<double> engine, hand, copy, engine_writes, hand_writes, ratio, ratio_writes;
  PeerTimes peer_times;
  std::size_t peer_lines = 0;
  const std::unique_ptr<Peer> peer = make_peer(job, peer_lines);
  std::string out;
  out.reserve(job.input.size() + 1024);
  std::string copied(job.input.size(), '\0');
  if (encode(job, out) != job.input.size() || out != job.input || job.by_hand(job.input) == 0) {
    fmt::print(stderr, "{}: the ways do not agree\n", job.name);
    std::exit(1);
  }
  const double megabytes = static_cast<double>(job.input.size()) / 1e6;
  const auto time = [&](const auto& work) {
    const double begin = cpu_seconds();
    work();
    return cpu_seconds() - begin;
  };
  std::uint64_t sum = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    engine.push_back(time([&] { sum += decode(job); }));
    hand.push_back(time([&] { sum += job.by_hand(job.input); }));
    copy.push_back(time([&] { std::memcpy(copied.data(), job.input.data(), job.input.size()); }));
    out.clear();
    engine_writes.push_back(time([&] { sum += encode(job, out); }) - engine.back());
    out.clear();
    hand_writes.push_back(time([&] { job.write_by_hand(out); }));
    ratio.push_back(engine.back() / hand.back());
    ratio_writes.push_back(engine_writes.back() / hand_writes.back());
    if (peer == nullptr) continue;
    peer_times.reads.push_back(peer->read(round == 0 ? peer_lines : 0) / peer->read_megabytes());
    peer_times.writes.push_back(peer->write() / peer->written_megabytes());
    peer_times.ratio.push_back(peer_times.reads.back() * megabytes / engine.back());
    peer_times.ratio_writes.push_back(peer_times.writes.back() * megabytes / engine_writes.back());
  }
  if (sum == 0 || copied != job.input) std::exit(1);
  const auto speed = [&](const std::vector<double>& seconds) { return megabytes / median(seconds); };
  fmt::print("| {} | {:.0f} | {:.0f} | **{:.1f}** | {:.0f} | {:.0f} | {:.1f} | {:.0f} |", job.name, speed(engine),
             speed(hand), median(ratio), speed(engine_writes), speed(hand_writes), median(ratio_writes), speed(copy));
  if (peer != nullptr) {
    fmt::print(" {:.0f} | {:.1f} | {:.0f} | {:.2f} |", 1 / median(peer_times.reads), median(peer_times.ratio),
               1 / median(peer_times.writes), median(peer_times.ratio_writes));
  }
  fmt::print("\n");
}

int main(int argc, char** argv) {
  std::size_t rounds = 15;
  if (argc == 3 && std::strcmp(argv[1], "--rounds") == 0) rounds = static_cast<std::size_t>(std::atoi(argv[2]));
  if (!Peer::exists()) fmt::print("GnuCOBOL is left out: there was no cobc when this was built.\n\n");
  fmt::print(
      "| record | decode MB/s | by hand | times | encode MB/s | by hand | times | memcpy |{}\n"
      "|---|---|---|---|---|---|---|---|{}\n",
      Peer::exists() ? " READ + DISPLAY MB/s | decode against it | WRITE MB/s | encode against it |" : "",
      Peer::exists() ? "---|---|---|---|" : "");
  const std::string amount =
      "{{ name = \"A{}\", length = 15, type = \"decimal\", scale = 2, sign = \"overpunch_trailing\" }},\n";
  const std::string packed =
      "{{ name = \"A{}\", length = 8, type = \"decimal\", scale = 2, encoding = \"packed\", signed = true }},\n";
  run(fixed_job("DISPLAY, 600 bytes", "display",
                rows("{{ name = \"X{}\", length = 30 }},\n", 12) +
                    rows("{{ name = \"N{}\", length = 12, type = \"integer\" }},\n", 10) + rows(amount, 8),
                display_bytes, &make_display),
      rounds);
  run(fixed_job("COMP-3, 400 bytes", "packed", rows("{{ name = \"X{}\", length = 20 }},\n", 4) + rows(packed, 40),
                packed_bytes, &make_packed),
      rounds);
  run(odo_job(), rounds);
  return 0;
}

}  // namespace
}  // namespace tilmash::bench

int main(int argc, char** argv) {
  return tilmash::bench::main(argc, argv);
}
