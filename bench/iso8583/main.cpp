// ISO 8583 messages read and written, in memory, and by the npm package `iso_8583` where it is.
//
//     iso8583_bench [--peer FOLDER_OF_node_modules]
//
// Rounds of the tasks are interleaved; time is the thread's CPU time; the median of 15 rounds is shown. The peer runs
// in a process of its own and shows its best round. Everything read is written back first and must be the same bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../clock.h"
#include "adapters/formats/format.h"

namespace tilmash::bench {
namespace {

constexpr std::size_t messages_count = 20'000;
constexpr int rounds = 15;

/// As `iso_8583` has it: length of two bytes, two binary bitmaps, all else text.
constexpr std::string_view text_profile =
    "name = \"bench\"\nformat = \"iso8583\"\nspec = \"1987\"\n"
    "bitmap = { encoding = \"binary\", always = 2 }\nframe = { length = { encoding = \"binary\" } }\n";
constexpr std::string_view packed_profile =
    "name = \"bench\"\nformat = \"iso8583\"\nspec = [\"1987-binary\", \"emv\"]\n"
    "frame = { length = { encoding = \"binary\" } }\n";

std::unique_ptr<formats::Layout> compile(const Data& data, std::string_view profile) {
  Findings findings;
  auto layout = formats::load_layout("bench.toml", profile, data, findings);
  for (const Diagnostic& each : findings.kept()) fmt::print(stderr, "{}", to_human(each));
  return layout;
}

void add(Instance& instance, std::string_view name, std::string_view text) {
  instance.leaf(instance.shape().find_child(instance.shape().item_node(), name), instance.arena().copy(text));
}

/// A purchase: 16 fields, as in a card switch. `chip` adds field 55.
void fill(Instance& instance, const Shape& shape, std::size_t i, bool chip) {
  instance.reset(shape);
  instance.arena().clear();
  instance.begin(shape.item_node());
  add(instance, "mti", i % 3 == 2 ? "0100" : "0200");
  add(instance, "pan", fmt::format("4111{:012}", i * 7919));
  add(instance, "processing_code", "000000");
  add(instance, "amount_transaction", fmt::format("{}", 100 + i * 37));
  add(instance, "transmission_date_time", fmt::format("0911{:02}{:02}{:02}", i % 24, i % 60, i % 59));
  add(instance, "stan", fmt::format("{:06}", i));
  add(instance, "time_local", fmt::format("{:02}{:02}{:02}", i % 24, i % 60, i % 59));
  add(instance, "date_local", "0911");
  add(instance, "merchant_type", "4111");
  add(instance, "pos_entry_mode", "051");
  add(instance, "pos_condition_code", "00");
  add(instance, "acquirer_id", "423935");
  add(instance, "retrieval_reference", fmt::format("R{:011}", i));
  add(instance, "terminal_id", fmt::format("T{:07}", i % 1000));
  add(instance, "card_acceptor_id", fmt::format("M{:014}", i % 500));
  add(instance, "currency_transaction", "398");
  if (chip) {
    instance.begin(shape.find_child(shape.item_node(), "icc_data"));
    for (const auto& [name, text] : {std::pair{"interchange_profile", "1980"},
                                     {"terminal_verification", "0000008000"},
                                     {"date_transaction", "261121"},
                                     {"transaction_type", "00"},
                                     {"amount_authorised", "12345"},
                                     {"amount_other", "0"},
                                     {"issuer_application_data", "06011203A0B0C0"},
                                     {"terminal_country", "398"},
                                     {"cryptogram", "1122334455667788"},
                                     {"cryptogram_information", "80"},
                                     {"transaction_counter", "0012"},
                                     {"unpredictable_number", "0409BC21"}}) {
      instance.leaf(shape.find_path(shape.item_node(), fmt::format("icc_data.{}", name)), text);
    }
    instance.end();
  }
  instance.end();
}

std::string make_file(const formats::Layout& layout, bool chip) {
  std::string file;
  const auto encoder = layout.encoder();
  Instance instance;
  for (std::size_t i = 0; i < messages_count; ++i) {
    fill(instance, layout.shape(), i, chip);
    if (const auto why = encoder->encode(instance, file)) {
      fmt::print(stderr, "{}", to_human(*why));
      return {};
    }
  }
  return file;
}

struct Result {
  double decode = 0;  ///< messages/s
  double encode = 0;
  double copy = 0;
  std::size_t bytes = 0;
};

bool comes_back(const formats::Layout& layout, const std::string& file) {
  const auto stream = layout.decoder(file, "bench");
  const auto encoder = layout.encoder();
  std::string out;
  Instance instance;
  for (Step step = stream->next(instance); step != Step::end; step = stream->next(instance)) {
    if (step != Step::item || encoder->encode(instance, out)) return false;
  }
  return out == file;
}

Result measure(const formats::Layout& layout, const std::string& file, bool chip) {
  std::vector<double> decode, encode, copy;
  std::vector<Instance> instances(200);  // made once, written again and again
  for (std::size_t i = 0; i < instances.size(); ++i) fill(instances[i], layout.shape(), i, chip);
  std::string out;
  std::string copied(file.size(), '\0');
  Instance instance;
  for (int round = 0; round < rounds; ++round) {
    double start = cpu_seconds();
    const auto stream = layout.decoder(file, "bench");
    std::size_t items = 0;
    while (stream->next(instance) == Step::item) ++items;
    decode.push_back(static_cast<double>(items) / (cpu_seconds() - start));
    start = cpu_seconds();
    const auto encoder = layout.encoder();
    out.clear();
    for (std::size_t i = 0; i < messages_count; ++i) encoder->encode(instances[i % instances.size()], out);
    encode.push_back(static_cast<double>(messages_count) / (cpu_seconds() - start));
    start = cpu_seconds();
    for (int times = 0; times < 20; ++times) std::memcpy(copied.data(), file.data(), file.size());
    copy.push_back(20.0 * static_cast<double>(messages_count) / (cpu_seconds() - start));
  }
  return {median(decode), median(encode), median(copy), file.size()};
}

void print_row(std::string_view name, double decode, double encode, double bytes) {
  fmt::print("| {:<22} | {:>12.0f} | {:>8.1f} | {:>12.0f} | {:>8.1f} |\n", name, decode, decode * bytes / 1e6, encode,
             encode * bytes / 1e6);
}

/// Messages/s of the peer, or a line that says why not.
bool run_peer(const std::string& folder, const std::string& file, double& decode, double& encode) {
  const std::string name = "iso8583_bench.dat";
  std::FILE* to = std::fopen(name.c_str(), "wb");
  if (to == nullptr) return false;
  std::fwrite(file.data(), 1, std::min<std::size_t>(file.size(), 400'000), to);
  std::fclose(to);
  const std::string command = fmt::format("node '{}' '{}' {} 2>&1", TILMASH_PEER, folder, name);
  std::FILE* from = popen(command.c_str(), "r");
  if (from == nullptr) return false;
  char line[256];
  std::string said;
  while (std::fgets(line, sizeof line, from) != nullptr) {
    if (std::sscanf(line, "decode %lf", &decode) != 1 && std::sscanf(line, "encode %lf", &encode) != 1) said += line;
  }
  pclose(from);
  std::remove(name.c_str());
  if (decode > 0 && encode > 0) return true;
  fmt::print("SKIP: npm iso_8583 could not be run: {}\n", said.substr(0, 200));
  return false;
}

int run(int count, char** arguments) {
  const Data data;
  const auto text = compile(data, text_profile);
  const auto packed = compile(data, packed_profile);
  if (text == nullptr || packed == nullptr) return 1;
  const std::string text_file = make_file(*text, false);
  const std::string packed_file = make_file(*packed, true);
  if (text_file.empty() || packed_file.empty() || !comes_back(*text, text_file) || !comes_back(*packed, packed_file)) {
    fmt::print(stderr, "what is written is not what was read\n");
    return 1;
  }
  fmt::print("\nISO 8583: {} messages, of {} bytes in ASCII and {} packed with chip data\n\n", messages_count,
             text_file.size() / messages_count, packed_file.size() / messages_count);
  fmt::print("| task                   | decode msg/s |     MB/s | encode msg/s |     MB/s |\n|---|---|---|---|---|\n");
  const Result ascii = measure(*text, text_file, false);
  const Result chip = measure(*packed, packed_file, true);
  const double bytes = static_cast<double>(ascii.bytes) / messages_count;
  print_row("tilmash, ASCII", ascii.decode, ascii.encode, bytes);
  print_row("tilmash, packed, chip", chip.decode, chip.encode, static_cast<double>(chip.bytes) / messages_count);
  print_row("memcpy, ASCII", ascii.copy, ascii.copy, bytes);
  const bool given = count == 3 && std::string_view(arguments[1]) == "--peer";
  double decode = 0;
  double encode = 0;
  if (!given) {
    fmt::print("SKIP: npm iso_8583 is not here (--peer FOLDER)\n");
  } else if (run_peer(arguments[2], text_file.substr(0, text_file.size() / messages_count * 2000), decode, encode)) {
    print_row("npm iso_8583, ASCII", decode, encode, bytes);
    fmt::print("\ntilmash against npm iso_8583: decode {:.0f} times, encode {:.0f} times\n", ascii.decode / decode,
               ascii.encode / encode);
  }
  return 0;
}

}  // namespace
}  // namespace tilmash::bench

int main(int count, char** arguments) {
  return tilmash::bench::run(count, arguments);
}
