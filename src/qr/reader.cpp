#include "qr/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/code_page.h"
#include "base/text.h"
#include "qr/cpm.h"
#include "qr/rules.h"

namespace tilmash::qr {
namespace {

std::string_view complaint(Code code) {
  if (code == "QRC-0101"_code) return "two digits of a tag should stand here";
  if (code == "QRC-0102"_code) return "two digits of a length should stand here";
  return "the value goes past the end";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// RFC 3986, 2.1; `plus`: and "+" is a blank, as in forms. A "%" that begins no escape stays, and `broken` is set.
std::string percent_decoded(std::string_view text, bool plus, bool& broken) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      broken = broken || text[i] == '%';
      out += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

/// Where the elements begin in a link: behind "#", or behind a "/" where a payload format indicator stands; its end
/// when there are none.
std::size_t payload_of_link(std::string_view text) {
  constexpr std::string_view indicator = "000201";
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) return hash + 1;
  const std::size_t at = text.find(std::string("/").append(indicator));
  return at == std::string_view::npos ? text.size() : at + 1;
}

/// A way to take the payload from the text, tried.
struct Attempt {
  Attempt(Taken how, std::string text) : taken(how), payload(std::make_unique<const std::string>(std::move(text))) {}

  /// The first element of this number.
  const Element* find(std::uint32_t number) const {
    return first[number] == 0 ? nullptr : &elements[first[number] - 1U];
  }

  Taken taken;
  std::unique_ptr<const std::string> payload;  ///< views of it outlive the attempt
  bool ascii = false;
  LengthUnit unit = LengthUnit::characters;
  std::vector<Element> elements;
  std::array<std::uint16_t, 101> first{};  ///< by number of the id, 1 + where it stands in `elements`; 0 = nowhere
  Fault fault;

  /// How lengths are to be counted; of ASCII it does not matter.
  LengthUnit counted() const { return ascii ? LengthUnit::bytes : unit; }
};

/// By characters or, where that does not come out at the end and bytes do, by bytes.
void split_attempt(Attempt& attempt) {
  const std::string_view payload = *attempt.payload;
  attempt.elements.reserve(24);
  attempt.fault = split(payload, attempt.counted(), 0, attempt.elements);
  if (attempt.fault && !attempt.ascii) {
    std::vector<Element> by_bytes;
    if (!split(payload, LengthUnit::bytes, 0, by_bytes)) {
      attempt.fault = {};
      attempt.unit = LengthUnit::bytes;
      attempt.elements = std::move(by_bytes);
    }
  }
  for (std::size_t i = attempt.elements.size(); i-- > 0;) {
    attempt.first[attempt.elements[i].number] = static_cast<std::uint16_t>(i + 1);  // at most 7,089 / 4
  }
}

/// The value of the first tag of this number within a template, as far as it can be split.
std::optional<std::string_view> value_within(std::string_view text, LengthUnit unit, std::uint32_t number) {
  Element element;
  for (std::size_t at = 0; at < text.size();) {
    if (next_element(text, unit, 0, at, element)) break;
    if (element.number == number) return element.value;
  }
  return std::nullopt;
}

/// Whether any tag that stands there has a value that `holds`. Of tags with the same id the first counts.
template <typename Holds>
bool any_at(const Attempt& attempt, const Mark::Where& where, const Holds& holds) {
  for (std::uint32_t number = where.first; number <= where.last; ++number) {
    const Element* element = attempt.find(number);
    if (element == nullptr) continue;
    if (where.inner == 100) {
      if (holds(element->value)) return true;
    } else if (const auto value = value_within(element->value, attempt.counted(), where.inner)) {
      if (holds(*value)) return true;
    }
  }
  return false;
}

bool bears(const Attempt& attempt, const Mark& mark) {
  if (mark.absent && any_at(attempt, *mark.absent, [](std::string_view) { return true; })) return false;
  return !mark.where || any_at(attempt, *mark.where, [&](std::string_view value) {
    return mark.is.empty() || std::any_of(mark.is.begin(), mark.is.end(),
                                          [&](const std::string& is) { return same_ignoring_case(is, value); });
  });
}

const Dictionary* recognise(const Dictionaries& dictionaries, const Attempt& attempt) {
  for (const auto& dictionary : dictionaries.all()) {
    if (dictionary->kind != Kind::tlv) continue;
    const auto holds = [&](const Mark& mark) { return bears(attempt, mark); };
    if (std::all_of(dictionary->marks.begin(), dictionary->marks.end(), holds)) return dictionary.get();
  }
  return nullptr;
}

/// What the payload states, and what it should. Both empty without a checksum tag at the end.
std::pair<std::string, std::string> checksums(const Dictionary& dictionary, const Attempt& attempt) {
  if (dictionary.checksum == ChecksumKind::none || attempt.elements.empty()) return {};
  const Element& last = attempt.elements.back();
  if (last.id != dictionary.checksum_id) return {};
  const std::size_t end = last.offset + (dictionary.checksum == ChecksumKind::crc16 ? 4 : 0);
  return {std::string(last.value),
          checksum_text(dictionary.checksum, std::string_view(*attempt.payload).substr(0, end))};
}

/// `Level`: the dictionary, or a field that is a template. The level's elements are those of `elements` from `begin`
/// on; those of its templates stand behind them for as long as they are looked at.
template <typename Level>
void build(const Level& level, std::vector<Element>& elements, std::size_t begin, LengthUnit counted,
           const std::string& parent, Reading& reading, std::vector<Tag>& tags) {
  const std::size_t end = elements.size();
  tags.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    const Element element = elements[i];
    Tag& tag = tags.emplace_back();
    tag.id = element.id;
    tag.path.reserve(parent.size() + 3);
    if (!parent.empty()) tag.path.append(parent).push_back('-');
    tag.path += element.id;
    tag.value = element.value;
    tag.length = element.length;
    tag.size = element.value.size() + 4;
    tag.offset = element.offset;
    const Field* field = tag.field = find_field(level.fields, level.by_number, element.id);
    if (field == nullptr || field->format != Format::tags) continue;
    if (const Fault fault = split(element.value, counted, element.offset + 4, elements)) {
      add(reading, "QRC-0104"_code, Severity::error, fault.offset, tag.path,
          fmt::format("{} can't be split into tags: {}", tag.path, complaint(fault.code)));
    }
    build(*field, elements, end, counted, tag.path, reading, tag.tags);
    elements.resize(end);
  }
}

void judge_checksum(const Dictionary& dictionary, Reading& reading) {
  if (reading.checksum_computed.empty()) return;  // a dictionary with a checksum has it as a mandatory field
  const std::uint64_t offset = reading.tags.back().offset;
  reading.checksum_right = same_ignoring_case(reading.checksum_stated, reading.checksum_computed);
  if (!reading.checksum_right) {
    add(reading, "QRC-0300"_code, Severity::error, offset, dictionary.checksum_id,
        fmt::format("the checksum is {}, and should be {}", reading.checksum_stated, reading.checksum_computed));
  } else if (!dictionary.checksum_any_case && reading.checksum_stated != reading.checksum_computed) {
    add(reading, "QRC-0301"_code, Severity::warning, offset, dictionary.checksum_id,
        fmt::format("the checksum is written {} instead of {}", reading.checksum_stated, reading.checksum_computed));
  }
}

bool within(const Tag& tag, std::uint32_t first, std::uint32_t last) {
  const std::uint32_t number = number_of(tag.id);
  return number >= first && number <= last;
}

/// Who issued a code that anybody reads, by a tag of it: a provider's id, a GUID.
const Issuer* issuer_of(const Dictionaries& dictionaries, const Reading& reading) {
  for (const Issuer* issuer : dictionaries.tag_issuers()) {
    if (!issuer->scheme.empty() && issuer->scheme != reading.dictionary->id) continue;
    const Mark::Where& where = *issuer->mark.where;
    const auto is = [&](const Tag& tag) {
      const auto same = [&](const std::string& each) { return same_ignoring_case(each, tag.value); };
      return std::any_of(issuer->mark.is.begin(), issuer->mark.is.end(), same);
    };
    for (const Tag& tag : reading.tags) {
      if (!within(tag, where.first, where.last)) continue;
      if (where.inner == 100 && is(tag)) return issuer;
      const auto inner = [&](const Tag& each) { return within(each, where.inner, where.inner) && is(each); };
      if (where.inner != 100 && std::any_of(tag.tags.begin(), tag.tags.end(), inner)) return issuer;
    }
  }
  return nullptr;
}

void read_tlv(const Dictionaries& dictionaries, std::string_view text, const Dictionary* only, Reading& reading) {
  const std::size_t begin = text.find("://") == std::string_view::npos ? 0 : payload_of_link(text);
  const bool link = begin != 0;
  if (link && begin == text.size() && only == nullptr) return;  // a link to somewhere
  reading.base = text.substr(0, begin);
  const std::string_view rest = text.substr(begin);
  std::vector<Attempt> attempts;
  if (link) {
    bool broken = false;
    attempts.emplace_back(Taken::percent_decoded, percent_decoded(rest, false, broken));
    if (broken) add(reading, "QRC-0109"_code, Severity::error, 0, {}, "the link holds a % that begins no escape");
    if (rest.find('+') != std::string_view::npos) {
      attempts.emplace_back(Taken::plus_as_space, percent_decoded(rest, true, broken));
    }
  } else {
    attempts.emplace_back(Taken::as_it_stands, std::string(rest));
  }
  // The way in which the checksum comes out right; else the first.
  Attempt* best = nullptr;
  for (Attempt& attempt : attempts) {
    const std::string& payload = *attempt.payload;
    attempt.ascii = find_non_ascii(payload) == payload.size();
    if (!attempt.ascii && find_malformed_utf8(payload) != payload.size()) continue;
    split_attempt(attempt);
    const Dictionary* dictionary = only != nullptr ? only : recognise(dictionaries, attempt);
    if (best == nullptr) best = &attempt;
    if (dictionary == nullptr) continue;
    const auto [stated, computed] = checksums(*dictionary, attempt);
    const bool right = !computed.empty() && same_ignoring_case(stated, computed);
    if (reading.dictionary != nullptr && !right) continue;
    best = &attempt;
    reading.dictionary = dictionary;
    reading.checksum_stated = stated;
    reading.checksum_computed = computed;
    if (right) break;
  }
  if (best == nullptr)
    return add(reading, "QRC-0105"_code, Severity::error, 0, {}, "the text is not well-formed UTF-8");
  if (reading.dictionary == nullptr) return;
  reading.taken = best->taken;
  reading.unit = best->unit;
  reading.payload = std::move(best->payload);
  const Fault fault = best->fault;
  const Dictionary& dictionary = *reading.dictionary;
  build(dictionary, best->elements, 0, best->counted(), {}, reading, reading.tags);
  if (best->unit != dictionary.unit) {
    add(reading, "QRC-0213"_code, dictionary.other_unit_tolerated ? Severity::warning : Severity::error, 0, {},
        "lengths count the bytes of UTF-8, and should count characters");
  }
  if (fault) add(reading, fault.code, Severity::error, fault.offset, {}, std::string(complaint(fault.code)));
  if (dictionary.length_advised != 0 && reading.payload->size() > dictionary.length_advised &&
      count_characters(*reading.payload) > dictionary.length_advised) {
    add(reading, "QRC-0214"_code, Severity::advice, 0, {},
        fmt::format("a payload should have at most {} characters", dictionary.length_advised));
  }
  check_tags(dictionary, reading);
  judge_checksum(dictionary, reading);
  reading.issuer = issuer_of(dictionaries, reading);
}

/// Key=Value parts behind the header, between separators that the character behind the header names.
void read_key_values(const Dictionaries& dictionaries, std::string_view text, std::size_t header_size,
                     std::string_view page_name, Reading& reading) {
  const auto page = find_code_page(dictionaries.data(), page_name, reading.findings);
  Arena arena;
  std::string_view utf8;
  std::size_t bad = 0;
  if (page == nullptr || !page->decode(text, arena, utf8, bad)) {
    return add(reading, "QRC-0105"_code, Severity::error, bad, {}, fmt::format("the text is not {}", page_name));
  }
  reading.payload = std::make_unique<const std::string>(utf8);
  const std::string_view payload = *reading.payload;
  if (payload.size() <= header_size) {
    return add(reading, "QRC-0107"_code, Severity::error, header_size, {}, "there is no separator behind the header");
  }
  const char separator = payload[header_size];
  for (std::size_t at = header_size + 1; at < payload.size();) {
    const std::size_t end = std::min(payload.find(separator, at), payload.size());
    const std::string_view part = payload.substr(at, end - at);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      add(reading, "QRC-0108"_code, Severity::error, at, {}, "a part is not Key=Value");
    } else {
      Tag& tag = reading.tags.emplace_back();
      tag.id = tag.path = part.substr(0, equals);
      tag.value = part.substr(equals + 1);
      tag.length = static_cast<std::uint32_t>(count_characters(tag.value));
      tag.size = part.size();
      tag.offset = at;
      tag.field = find_field(reading.dictionary->fields, tag.id);
    }
    at = end + 1;
  }
  check_tags(*reading.dictionary, reading);
}

/// As `starts_with`; most are told apart by their first byte.
bool begins(std::string_view text, std::string_view with) {
  return !text.empty() && !with.empty() && text.front() == with.front() && text.starts_with(with);
}

/// A header for people: without its line end.
std::string shown(std::string_view header) {
  return std::string(header.substr(0, header.find_first_of("\r\n")));
}

/// Texts that are known by how they begin. False when this is none, or not of `only`.
bool read_by_header(const Dictionaries& dictionaries, std::string_view text, const Dictionary* only, Reading& reading) {
  for (const auto& dictionary : dictionaries.all()) {
    if (only != nullptr && only != dictionary.get()) continue;
    for (const auto& [header, page] : dictionary->headers) {
      if (!begins(text, header)) continue;
      reading.dictionary = dictionary.get();
      if (dictionary->kind == Kind::key_value) {
        read_key_values(dictionaries, text, header.size(), page, reading);
      } else if (dictionary->kind == Kind::ber_tlv) {
        read_ber(text, reading);
      } else {
        reading.payload = std::make_unique<const std::string>(text);
        add(reading, "QRC-0400"_code, Severity::advice, 0, {},
            fmt::format("this is {}, which is recognised but not read", dictionary->name));
      }
      return true;
    }
    for (const Issuer& issuer : dictionary->issuers) {
      if (!begins(text, issuer.url)) continue;  // nothing begins with an empty one
      reading.dictionary = dictionary.get();
      reading.issuer = &issuer;
      reading.base = issuer.url;
      reading.payload = std::make_unique<const std::string>(text.substr(issuer.url.size()));
      add(reading, "QRC-0401"_code, Severity::advice, 0, {},
          fmt::format("a link of {}: only its issuer knows what it stands for; pass the text on unchanged",
                      issuer.name));
      return true;
    }
  }
  return false;
}

}  // namespace

Reading read(const Dictionaries& dictionaries, std::string_view text, const Dictionary* only) {
  Reading reading;
  if (text.size() > text_bytes_max) {
    add(reading, "QRC-0100"_code, Severity::error, text_bytes_max, {},
        fmt::format("the text is longer than {} bytes", text_bytes_max));
    return reading;
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const bool by_header = only == nullptr || (only->kind != Kind::tlv && only->kind != Kind::ber_tlv);
  if (by_header && read_by_header(dictionaries, text, only, reading)) return reading;
  if (only != nullptr && only->kind == Kind::ber_tlv) {
    reading.dictionary = only;
    read_ber(text, reading);
  } else if (only != nullptr && by_header) {
    std::string known;
    for (const auto& [header, page] : only->headers) known += (known.empty() ? ": " : ", ") + shown(header);
    reading.dictionary = only;
    add(reading, "QRC-0113"_code, Severity::error, 0, {},
        fmt::format("the text does not begin as one of {} does{}", only->id, known));
  } else if (only != nullptr || text.starts_with("00") || text.find("://") != std::string_view::npos) {
    read_tlv(dictionaries, text, only, reading);
  }
  if (reading.dictionary == nullptr && !reading.findings.has_errors()) {
    add(reading, "QRC-0106"_code, Severity::error, 0, {}, "this is no code of a kind that is known");
  }
  return reading;
}

bool is_on_us(const Reading& reading, std::string_view bic) {
  return reading.issuer != nullptr && bic.size() >= 8 &&
         std::string_view(reading.issuer->bic).substr(0, 8) == bic.substr(0, 8);
}

const Tag* find_tag(const std::vector<Tag>& tags, std::string_view path) {
  const std::size_t dash = std::min(path.find('-'), path.size());
  for (const Tag& tag : tags) {
    if (std::string_view(tag.path).substr(tag.path.rfind('-') + 1) != path.substr(0, dash)) continue;
    return dash == path.size() ? &tag : find_tag(tag.tags, path.substr(dash + 1));
  }
  return nullptr;
}

}  // namespace tilmash::qr
