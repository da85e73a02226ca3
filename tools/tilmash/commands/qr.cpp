// `tilmash qr read|check|write|draw`: payment codes as text and in pictures.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "command.h"
#include "qr/reader.h"
#include "qr/writer.h"
#include "qr_draw.h"
#include "qr_picture.h"
#include "qr_records.h"

namespace tilmash::tool {
namespace {

using namespace qr;

struct Options {
  std::vector<std::string> texts;
  std::string format = "human";
  std::string scheme;
  std::string base;
  std::string bank;
  std::string from;
  std::vector<std::string> values;
  std::vector<std::string> tags;
  bool payload = false;
  bool show_data = false;
};

std::string_view in_words(Taken taken) {
  constexpr std::string_view words[] = {"as it stands", "percent-decoded", "percent-decoded, with + as a blank"};
  return words[static_cast<std::size_t>(taken)];
}

std::string_view checksum_name(ChecksumKind kind) {
  constexpr std::string_view names[] = {"none", "CRC-16/CCITT-FALSE", "last four digits of SHA-256"};
  return names[static_cast<std::size_t>(kind)];
}

/// Nothing (and said why) when there is no such dictionary.
const Dictionary* find_scheme(const Dictionaries& dictionaries, const std::string& id) {
  if (const Dictionary* found = dictionaries.find(id)) return found;
  std::string known;
  for (const auto& each : dictionaries.all()) known += (known.empty() ? "" : ", ") + each->id;
  print_error("CLI-0060"_code, fmt::format("there is no scheme {} with a QR dictionary", id), "known: " + known);
  return nullptr;
}

/// Of a card's number the first six digits and the last four.
std::string masked_digits(std::string text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool kept = digits > 10 && (i < 6 || (i + 4 >= digits && i < digits));
    if (!kept) text[i] = '*';
  }
  return text;
}

/// Whether as many digits stand together as the shortest card number has (ISO/IEC 7812-1).
bool may_hold_card_number(std::string_view text) {
  constexpr std::size_t card_digits_min = 12;
  std::size_t together = 0;
  for (const char c : text) {
    together = c >= '0' && c <= '9' ? together + 1 : 0;
    if (together == card_digits_min) return true;
  }
  return false;
}

/// The value as it may be seen. Of a consumer-presented code templates are masked whole, and so is what the dictionary
/// does not have and might be a card's number.
std::string shown(const Tag& tag, const Reading& reading, const Options& options) {
  std::string text(tag.value);
  if (options.show_data) return text;
  const bool of_card = reading.bytes != nullptr;
  if (tag.field == nullptr) return of_card && may_hold_card_number(text) ? std::string(text.size(), '*') : text;
  if (of_card && tag.field->format == Format::tags) return std::string(text.size(), '*');
  if (!tag.field->sensitive) return text;
  const bool digits = tag.field->format == Format::cn || tag.field->format == Format::track2;
  return digits ? masked_digits(std::move(text)) : Sensitive(std::move(text)).masked();
}

void print_tags(const std::vector<Tag>& tags, unsigned indent, const Reading& reading, const Options& options) {
  for (const Tag& tag : tags) {
    const std::string id = std::string(indent, ' ') + tag.id;
    const std::string name = tag.field != nullptr ? tag.field->name : "(unknown)";
    fmt::print("{:<12}{:<28}{:>3}  {:>4}  ", id, name, tag.length, tag.offset + 1);
    if (tag.tags.empty()) {
      fmt::print("{}{}", shown(tag, reading, options), tag.meaning.empty() ? "" : "  (" + tag.meaning + ')');
    }
    fmt::print("\n");
    print_tags(tag.tags, indent + 2, reading, options);
  }
}

void print_human(const Reading& reading, const Options& options, bool tree) {
  if (reading.dictionary != nullptr) {
    fmt::print("{}: {}\n", reading.dictionary->id, reading.dictionary->name);
    if (!reading.base.empty()) fmt::print("link      {}\n", reading.base);
    if (reading.issuer != nullptr) {
      fmt::print("issuer    {}{}{}\n", reading.issuer->name,
                 reading.issuer->bic.empty() ? "" : ", " + reading.issuer->bic,
                 is_on_us(reading, options.bank) ? ": on us" : "");
      if (tree && reading.payload && !reading.issuer->url.empty()) fmt::print("token     {}\n", *reading.payload);
    } else if (!options.bank.empty()) {
      fmt::print("issuer    not in the registry\n");
    }
    if (tree && !reading.tags.empty()) {
      fmt::print("{:<12}{:<28}{:>3}  {:>4}  value\n", "tag", "name", "len", "at");
      print_tags(reading.tags, 0, reading, options);
    }
    if (!reading.checksum_computed.empty()) {
      fmt::print("checksum  {} is {} ({}, {})\n", reading.checksum_stated, reading.checksum_right ? "right" : "WRONG",
                 checksum_name(reading.dictionary->checksum), in_words(reading.taken));
    }
  }
  for (const Diagnostic& finding : reading.findings.kept()) fmt::print("{}", to_human(finding));
  if (reading.dictionary != nullptr && !reading.findings.has_errors()) fmt::print("no errors\n");
}

void append_tags(const std::vector<Tag>& tags, const Reading& reading, const Options& options, std::string& out) {
  out += '[';
  for (const Tag& tag : tags) {
    if (out.back() != '[') out += ',';
    out += "{\"id\":";
    append_json_string(out, tag.id);
    out += ",\"path\":";
    append_json_string(out, tag.path);
    out += ",\"name\":";
    if (tag.field != nullptr) {
      append_json_string(out, tag.field->name);
    } else {
      out += "null";
    }
    out += fmt::format(",\"offset\":{},\"length\":{},\"value\":", tag.offset, tag.length);
    append_json_string(out, shown(tag, reading, options));
    if (!tag.meaning.empty()) {
      out += ",\"meaning\":";
      append_json_string(out, tag.meaning);
    }
    if (!tag.tags.empty()) {
      out += ",\"tags\":";
      append_tags(tag.tags, reading, options, out);
    }
    out += '}';
  }
  out += ']';
}

void print_json(const Reading& reading, const Options& options) {
  std::string out = "{\"scheme\":";
  append_json_string(out, reading.dictionary != nullptr ? reading.dictionary->id : "");
  if (!reading.base.empty()) {
    out += ",\"base\":";
    append_json_string(out, reading.base);
  }
  // The digits of a consumer-presented code hold the card's.
  if (reading.payload && (!reading.bytes || options.show_data)) {
    out += ",\"payload\":";
    append_json_string(out, *reading.payload);
  }
  if (reading.issuer != nullptr) {
    out += ",\"issuer\":{\"name\":";
    append_json_string(out, reading.issuer->name);
    out += ",\"bic\":";
    append_json_string(out, reading.issuer->bic);
    out += fmt::format(",\"on_us\":{}}}", is_on_us(reading, options.bank));
  }
  out += ",\"tags\":";
  append_tags(reading.tags, reading, options, out);
  if (!reading.checksum_computed.empty()) {
    out += fmt::format(",\"checksum\":{{\"stated\":\"{}\",\"computed\":\"{}\",\"right\":{},\"taken\":\"{}\"}}",
                       reading.checksum_stated, reading.checksum_computed, reading.checksum_right,
                       in_words(reading.taken));
  }
  out += ",\"findings\":[";
  for (const Diagnostic& finding : reading.findings.kept()) {
    if (out.back() != '[') out += ',';
    out += to_json(finding, options.show_data);
  }
  fmt::print("{}]}}\n", out);
}

int read_code(const Dictionaries& dictionaries, const Dictionary* only, std::string text, const Options& options,
              bool tree) {
  if (text == "-") {
    auto input = read_small_file(text);
    if (!input) return exit_io;
    text = std::move(*input);
  } else if (is_qr_picture(text)) {
    auto scanned = read_qr_picture(text);
    if (!scanned) return exit_io;
    text = std::move(*scanned);
  }
  const Reading reading = read(dictionaries, text, only);
  if (options.format == "json") {
    print_json(reading, options);
  } else {
    print_human(reading, options, tree);
  }
  return reading.findings.has_errors() ? exit_findings : exit_clean;
}

/// Nothing, and said why, when one is not FIELD=VALUE.
std::optional<std::vector<std::pair<std::string, std::string>>> pairs_of(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& each : texts) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos) {
      print_error("CLI-0061"_code, fmt::format("\"{}\" is not FIELD=VALUE", each));
      return std::nullopt;
    }
    pairs.emplace_back(each.substr(0, equals), each.substr(equals + 1));
  }
  return pairs;
}

/// One after the other; the worst exit status.
int read_codes(const Data& data, const Options& options, bool tree) {
  Findings wrong;
  const Dictionaries dictionaries(data, wrong);
  print_findings(wrong);
  if (wrong.has_errors()) return exit_config;
  const Dictionary* only = nullptr;
  if (!options.scheme.empty() && (only = find_scheme(dictionaries, options.scheme)) == nullptr) return exit_usage;
  int exit = exit_clean;
  for (const std::string& text : options.texts) {
    const bool human = options.format != "json";
    if (human && &text != &options.texts.front()) fmt::print("\n");
    exit = std::max(exit, read_code(dictionaries, only, text, options, tree));
  }
  return exit;
}

int write_code(const Data& data, const Options& options) {
  Findings findings;
  const Dictionaries dictionaries(data, findings);
  print_findings(findings);
  if (findings.has_errors()) return exit_config;
  const Dictionary* dictionary = find_scheme(dictionaries, options.scheme);
  if (dictionary == nullptr) return exit_usage;
  if (!options.from.empty()) {
    std::string settings = options.payload ? "payload = true\n" : "";
    if (!options.base.empty()) {
      settings += "base = ";
      append_json_string(settings, options.base);  // TOML's basic strings are JSON's
      settings += '\n';
    }
    return write_codes(options.from, options.scheme, std::move(settings), data);
  }
  const auto values = pairs_of(options.values);
  const auto tags = pairs_of(options.tags);
  if (!values || !tags) return exit_usage;
  const auto text = write(dictionaries, *dictionary, *values, {options.base, options.payload, *tags}, findings);
  print_findings(findings);
  if (!text) return exit_findings;
  fmt::print("{}\n", *text);
  return exit_clean;
}

}  // namespace

void add_qr(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("qr", "Payment QR codes: read, check, write and draw them");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();

  const auto add_reading = [&](const char* name, const char* what, bool tree, const char* examples) {
    auto* sub = command->add_subcommand(name, what);
    sub->add_option("TEXT", options->texts, "Texts of codes; FILE.png, a picture of one; - is standard input")
        ->required();
    sub->add_option("--scheme", options->scheme, "Read it by this dictionary, whatever it looks like");
    sub->add_option("--bank", options->bank, "BIC of the bank that asks: its own issuers' codes are then \"on us\"");
    sub->add_option("--format", options->format, "human or json")
        ->check(CLI::IsMember({"human", "json"}))
        ->capture_default_str();
    sub->add_flag("--show-data", options->show_data, "Show card data and cardholder's name in full");
    sub->footer(examples);
    sub->callback([&session, options, tree] {
      session.run = [&session, options, tree] { return read_codes(*session.data, *options, tree); };
    });
  };
  add_reading("read", "Print a code's fields, with their places, meaning and all findings", true,
              "Dictionaries are built from public material; confirm against the operator's specification.\n\n"
              "Examples:\n"
              "  tilmash qr read 'https://pay.payqr.kg/#00020101021132570013qr.example.kg...'\n"
              "  tilmash qr read - --format json < code.txt\n"
              "  tilmash qr read photo.png");
  add_reading("check", "Say whether a code keeps the rules of its scheme", false,
              "Exit status: 0 no errors (tolerated quirks are warnings), 1 errors.\n\n"
              "Examples:\n  tilmash qr check \"$(cat code.txt)\"\n  tilmash qr check - --scheme emvco-mpm < code.txt");

  auto* sub = command->add_subcommand("write", "Write a code's text from its fields");
  sub->add_option("--scheme", options->scheme, "The dictionary, as kg-elqr")->required();
  sub->add_option("--set", options->values, "FIELD=VALUE, by ids (32-00) or names (service.provider_id); repeat it")
      ->allow_extra_args(false);
  sub->add_option("--tag", options->tags,
                  "ID=VALUE: a tag that the dictionary does not have, as it was read; repeat it")
      ->allow_extra_args(false);
  sub->add_option("--from", options->from,
                  "FILE: canonical requests to pay (JSON), or messages of them, instead of fields; a line a code; - is "
                  "standard input")
      ->excludes("--set")
      ->excludes("--tag");
  sub->add_option("--base", options->base, "What the link begins with, when not with the dictionary's own");
  sub->add_flag("--payload", options->payload, "The payload alone, not as a link");
  sub->footer(
      "Order, lengths and checksum are made; what the scheme forbids is refused, with the rule.\n\n"
      "Examples:\n"
      "  tilmash qr write --scheme uz-qr-online --set 01=11 --set qr_online.merchant_token=SYNTHTOKEN00000001 \\\n"
      "    --set 40-02=01 --set 52=5411 --set 59='TEST SHOP' --set 60=TASHKENT\n"
      "  tilmash qr write --scheme kg-elqr --from samples/request-to-pay/request.json\n"
      "  tilmash qr write --scheme emvco-cpm --set 61-4F=A0000000555555 --set '61#2-4F=A0000000666666'");
  sub->callback(
      [&session, options] { session.run = [&session, options] { return write_code(*session.data, *options); }; });
  add_qr_draw(*command, session);
}

}  // namespace tilmash::tool
