#include "adapters/formats/swift_mt/values.h"

#include <algorithm>

namespace tilmash::formats::swift_mt {

std::string_view read_amount(std::string_view raw, Arena& arena, bool& plain) {
  const std::size_t comma = raw.find(',');
  const std::size_t zeros = std::min(raw.find_first_not_of('0'), comma == 0 ? 0 : comma - 1);
  plain = plain && zeros == 0;
  raw.remove_prefix(zeros);
  if (raw.ends_with(',')) return raw.substr(0, raw.size() - 1);
  char* const text = arena.allocate(raw.size());
  std::replace_copy(raw.begin(), raw.end(), text, ',', '.');
  return {text, raw.size()};
}

std::optional<std::string> write_amount(std::string_view value) {
  if (value.empty() || value.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  if (std::count(value.begin(), value.end(), '.') > 1 || value.front() == '.') return std::nullopt;
  std::string raw(value);
  std::replace(raw.begin(), raw.end(), '.', ',');
  if (raw.find(',') == std::string::npos) raw += ',';
  return raw;
}

std::string_view opening(Envelope envelope) {
  return envelope == Envelope::dos_pcc ? std::string_view("\x01") : std::string_view();
}

std::string closing(Envelope envelope, bool bare, std::string_view newline, std::uint64_t size) {
  if (bare) return std::string(newline) + "-" + std::string(newline);
  switch (envelope) {
    case Envelope::rje:
      return "$";
    case Envelope::dos_pcc: {
      std::string after = "\x03";
      after.append((512 - (size + after.size()) % 512) % 512, ' ');
      return after;
    }
    default:
      return {};
  }
}

}  // namespace tilmash::formats::swift_mt
