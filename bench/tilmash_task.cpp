// tilmash through its public entry point, validation on, as `tilmash convert` calls it: decode, map, check, encode.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/data.h"
#include "base/digest.h"
#include "columns.h"
#include "pipeline/conversion.h"
#include "task.h"

namespace tilmash::bench {
namespace {

constexpr std::string_view as_of = "2026-11-20T18:30:00+05:00";
constexpr std::string_view folder = "mappings/demo-kz/outgoing/";

const Data& data() {
  static const Data embedded;
  return embedded;
}

std::unique_ptr<pipeline::Conversion> load(std::string_view endpoint) {
  pipeline::ConversionSetup setup;
  setup.data = &data();
  setup.mapping_file = fmt::format("{}mapping.toml", folder);
  setup.mapping_text = data().find(setup.mapping_file).value_or("");
  setup.read_beside = [](std::string_view name) -> std::optional<std::string> {
    const auto text = data().find(fmt::format("{}{}", folder, name));
    return text ? std::optional<std::string>(*text) : std::nullopt;
  };
  setup.endpoints = {std::string(endpoint)};
  Findings findings;
  auto conversion = pipeline::Conversion::load(setup, findings);
  for (const Diagnostic& finding : findings.kept()) {
    if (!conversion) fmt::print(stderr, "{}", to_human(finding));
  }
  return conversion;
}

pipeline::RunInput run_input(std::string_view bytes) {
  pipeline::RunInput run;
  run.bytes = bytes;
  run.received_bytes = bytes.size();
  run.file = "extract.dat";
  Sha256 hash;
  hash.add(bytes);
  run.sha256 = hash.finish();
  run.as_of = as_of;
  return run;
}

class CountingOutbox : public pipeline::Outbox {
 public:
  bool put(const pipeline::Product& product) override {
    bytes += product.head.size() + product.body.size();
    return true;
  }
  bool put_reject(std::string_view) override {
    ++rejects;
    return true;
  }
  std::size_t bytes = 0;
  std::size_t rejects = 0;
};

class KeepingOutbox : public pipeline::Outbox {
 public:
  bool put(const pipeline::Product& product) override {
    expected.push_back({std::string(product.head), std::string(product.body), between(product.body, "MsgId"),
                        between(product.body, "UETR")});
    return true;
  }
  /// Its record number says which line goes.
  bool put_reject(std::string_view line) override {
    constexpr std::string_view key = "\"record\":";
    std::size_t number = 0;
    for (std::size_t i = line.find(key) + key.size(); line[i] >= '0' && line[i] <= '9'; ++i) {
      number = number * 10 + static_cast<std::size_t>(line[i] - '0');
    }
    rejected.push_back(number);
    return true;
  }

  std::vector<Expected> expected;
  std::vector<std::size_t> rejected;

 private:
  static std::string between(std::string_view text, std::string_view name) {
    const std::size_t begin = text.find(fmt::format("<{}>", name)) + name.size() + 2;
    return std::string(text.substr(begin, text.find('<', begin) - begin));
  }
};

/// Header, the payments whose record numbers are not in `rejected`, and a trailer that adds up.
std::string without(std::string_view file, const std::vector<std::size_t>& rejected, std::size_t payments_max) {
  std::string kept(file.substr(0, line_bytes));
  std::uint64_t total = 0;
  std::size_t count = 0;
  for (std::size_t at = line_bytes, number = 2; at < file.size() && count < payments_max; at += line_bytes, ++number) {
    const std::string_view line = file.substr(at, line_bytes);
    if (line[0] != 'D' || std::find(rejected.begin(), rejected.end(), number) != rejected.end()) continue;
    std::uint64_t cents = 0;
    for (const char c : line.substr(amount.at, amount.length)) cents = cents * 10 + static_cast<unsigned>(c - '0');
    total += cents;
    ++count;
    kept += line;
  }
  kept += fmt::format("{:<672}\r\n", fmt::format("T{:09}{:018}", count, total));
  return kept;
}

class TilmashTask : public Task {
 public:
  TilmashTask(const Input& input, std::string_view endpoint) : input_(input), endpoint_(endpoint) {
    name_ = endpoint == "partner/v1" ? "tilmash_json" : "tilmash";
    about_ = fmt::format("decode, map, check, encode: {}", endpoint);
  }

  std::string_view name() const override { return name_; }
  std::string_view about() const override { return about_; }
  void prepare() override {
    run_ = run_input(input_.file);
    conversion_ = load(endpoint_);
  }
  std::size_t run() override {
    CountingOutbox outbox;
    held_ = conversion_->run(run_, outbox).held || outbox.rejects != 0;
    return outbox.bytes;
  }
  bool check() override {
    prepare();
    return run() != 0 && !held_;
  }

 private:
  const Input& input_;
  std::string endpoint_;
  std::string name_;
  std::string about_;
  pipeline::RunInput run_;
  std::unique_ptr<pipeline::Conversion> conversion_;
  bool held_ = false;
};

}  // namespace

std::unique_ptr<Input> read_input(const std::string& path, std::size_t payments_max) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return nullptr;
  std::string all;
  std::vector<char> piece(std::size_t{1} << 20);
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), file)) all.append(piece.data(), size);
  std::fclose(file);

  auto input = std::make_unique<Input>();
  input->as_of = as_of;
  std::vector<std::size_t> rejected;
  // The first pass finds the rejects; identifiers follow from the file, so a second one makes what is expected.
  for (int pass = 0; pass < 2; ++pass) {
    const auto conversion = load("pacs.008.001.08");
    if (!conversion) return nullptr;
    input->file = pass == 0 ? all : without(all, rejected, payments_max);
    KeepingOutbox outbox;
    conversion->run(run_input(input->file), outbox);
    rejected = std::move(outbox.rejected);
    input->expected = std::move(outbox.expected);
  }
  const std::string_view bytes = input->file;
  input->header = bytes.substr(0, line_bytes);
  for (std::size_t at = line_bytes; at + line_bytes < bytes.size(); at += line_bytes) {
    input->payments.push_back(bytes.substr(at, line_bytes));
  }
  for (const Expected& each : input->expected) input->bytes_out += each.head.size() + each.body.size();
  if (!rejected.empty() || input->expected.empty() || input->payments.size() != input->expected.size()) return nullptr;
  return input;
}

std::unique_ptr<Task> make_tilmash_task(const Input& input, std::string_view endpoint) {
  return std::make_unique<TilmashTask>(input, endpoint);
}

}  // namespace tilmash::bench
