#include "adapters/formats/swift_mt/transliteration.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/config.h"
#include "base/text.h"

namespace tilmash::formats::swift_mt {
namespace {

bool is_latin(char32_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Length of a currency control code such as {VO80050} at the start; 0 when there is none.
std::size_t control_code_length(std::string_view text, char open, char close) {
  if (text.size() < 5 || text[0] != open || text.substr(1, 2) != "VO") return 0;
  const std::size_t end = text.find_first_not_of("0123456789", 3);
  return end != std::string_view::npos && end > 3 && text[end] == close ? end + 1 : 0;
}

}  // namespace

std::string Transliteration::to_latin(std::string_view utf8) const {
  std::string out;
  std::string waiting;  // neither alphabet's: it goes inside the apostrophes only when Latin letters follow
  bool latin = false;
  const auto close = [&] {
    if (latin) out += switch_;
    latin = false;
    out += waiting;
    waiting.clear();
  };
  for (std::size_t at = 0; at < utf8.size();) {
    if (const std::size_t length = control_code_length(utf8.substr(at), '{', '}'); length != 0) {
      close();
      out += fmt::format("{0}({1}){0}", switch_, utf8.substr(at + 1, length - 2));
      at += length;
      continue;
    }
    const std::size_t begin = at;
    const char32_t character = read_utf8(utf8, at);
    if (is_latin(character)) {
      if (!latin) out += switch_;
      latin = true;
      out += waiting;
      waiting.clear();
      out += static_cast<char>(character);
      continue;
    }
    const auto row = latin_.find(character);
    const bool neutral = row == latin_.end() || !is_latin(static_cast<unsigned char>(row->second)) ||
                         character == static_cast<unsigned char>(switch_);
    if (!neutral) close();
    std::string& to = neutral && latin ? waiting : out;
    if (row == latin_.end()) {
      to += utf8.substr(begin, at - begin);
    } else {
      to += row->second;
    }
  }
  close();
  return out;
}

std::string Transliteration::to_cyrillic(std::string_view text) const {
  std::string out;
  bool latin = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == switch_) {
      latin = !latin;
      const std::size_t length = latin ? control_code_length(text.substr(at + 1), '(', ')') : 0;
      if (length != 0 && text.substr(at + 1 + length).starts_with(switch_)) {
        out += fmt::format("{{{}}}", text.substr(at + 2, length - 2));
        at += length + 1;
        latin = false;
      }
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const char32_t cyrillic = byte < cyrillic_.size() && !latin ? cyrillic_[byte] : 0;
    if (cyrillic == 0) {
      out += c;
      continue;
    }
    char buffer[4];
    out.append(buffer, write_utf8(buffer, cyrillic));
  }
  return out;
}

std::unique_ptr<Transliteration> read_transliteration(std::string_view name, const Data& data, Findings& findings) {
  const std::string path = fmt::format("schemas/transliterations/{}.toml", name);
  const auto text = data.find(path);
  if (!text) {
    Diagnostic error;
    error.code = "SMT-0103"_code;
    error.text = fmt::format("there is no transliteration {}", path);
    findings.add(std::move(error));
    return nullptr;
  }
  const auto file = read_config(path, *text, findings);
  if (!file) return nullptr;
  auto table = std::make_unique<Transliteration>();
  ConfigReader reader(*file, file->root, findings);
  reader.string("title");
  const std::string switch_text = reader.string("switch");
  table->switch_ = switch_text.empty() ? '\'' : switch_text[0];
  bool good = true;
  for (const std::string_view key : {"pairs", "one_way"}) {
    for (const std::string& row : reader.strings_or_empty(key)) {
      // "Аа A": each character before the blank is written as the last; the first is what comes back.
      const std::size_t blank = row.rfind(' ');
      if (blank == std::string::npos || blank == 0 || blank + 2 != row.size() ||
          static_cast<signed char>(row.back()) < 0) {
        reader.error("SMT-0103"_code, fmt::format("\"{}\" is no row such as \"Бб B\"", row), {}, reader.value(key));
        good = false;
        continue;
      }
      const std::string_view characters = std::string_view(row).substr(0, blank);
      for (std::size_t at = 0; at < characters.size();) {
        const char32_t character = read_utf8(characters, at);
        char32_t& back = table->cyrillic_[static_cast<unsigned char>(row.back())];
        if (key == "pairs" && back == 0) back = character;
        table->latin_.emplace(character, row.back());
      }
    }
  }
  reader.finish();
  return good ? std::move(table) : nullptr;
}

}  // namespace tilmash::formats::swift_mt
