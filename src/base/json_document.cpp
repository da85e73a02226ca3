// The parser is nlohmann/json's; what is added here is what it does not tell: where a token stood, that a key stands
// twice, that a value is too deep or too large.
#include "base/json_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

namespace tilmash {
namespace {

/// A place in the input, and what tells others how far the parser has read.
class Reading {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Reading(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Reading& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  Reading operator++(int) {
    Reading before = *this;
    ++*this;
    return before;
  }
  friend bool operator!=(const Reading& a, const Reading& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  const char** reached_;
};

/// A key as it may stand in a log: at most 64 characters, no controls.
std::string shown(std::string_view key) {
  constexpr std::size_t shown_max = 64;
  std::string text(first_characters(key, shown_max));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

bool is_json_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

/// Takes the parser's events. The name and form of its members are the library's.
struct JsonHandler {
  using Json = nlohmann::json;

  JsonHandler(JsonDocument& of, const char* begin) : document(of), reached(begin), token_from(begin) {}

  JsonDocument& document;
  const char* reached;  ///< one past the byte read last
  const char* token_from;
  std::uint32_t open = no_json;
  std::uint32_t last = no_json;  ///< the child of `open` that was added last
  std::uint32_t depth = 0;
  std::string_view key_text;
  std::uint64_t key_offset = 0;
  bool has_key = false;
  bool capped = false;
  bool syntax = false;
  bool ended = false;  ///< the syntax is wrong because the input ends

  /// The first byte of the token that was read last: behind the punctuation that follows the token before it.
  const char* token_begin() {
    const char* at = token_from;
    while (at != reached && (is_json_blank(*at) || *at == ',' || *at == ':' || *at == ']' || *at == '}')) ++at;
    token_from = reached;
    return at;
  }
  std::uint64_t offset_of(const char* at) const { return static_cast<std::uint64_t>(at - document.input_.data()); }

  bool add(JsonValue::Kind kind, std::string_view text, const char* begin) {
    if (document.values_.size() >= document.caps_.values) return !(capped = true);
    const auto index = static_cast<std::uint32_t>(document.values_.size());
    JsonValue& value = document.values_.emplace_back();
    value.kind = kind;
    value.parent = open;
    value.text = text;
    value.offset = has_key ? key_offset : offset_of(begin);
    if (has_key) value.key = key_text;
    has_key = false;
    if (last != no_json) {
      document.values_[last].next = index;
      value.number = document.values_[last].number + 1;
    } else if (open != no_json) {
      document.values_[open].first_child = index;
    }
    last = index;
    return true;
  }
  /// Where the parser stopped: inside a string its byte, else the token that may not stand there.
  const char* wrong_place() {
    const char* at = token_begin();
    return at == reached || *at == '"' ? reached - 1 : at;
  }
  bool begin(JsonValue::Kind kind) {
    const char* at = reached - 1;
    token_from = reached;
    if (++depth > document.caps_.depth) return !(capped = true);
    if (!add(kind, {}, at)) return false;
    open = last;
    last = no_json;
    return true;
  }
  bool end() {
    token_from = reached;
    --depth;
    last = open;
    open = document.values_[open].parent;
    return true;
  }
  bool plain(JsonValue::Kind kind) {
    const char* at = token_begin();
    const std::string_view read(at, static_cast<std::size_t>(reached - at));
    // A number ends where something else begins, and the parser has read that byte.
    const std::string_view text = read.substr(0, read.find_first_of(" \t\r\n,]}"));
    token_from = at + text.size();
    return add(kind, text, at);
  }
  /// The text of a string: a view of the input when nothing in it was escaped.
  std::string_view text_of(const char* begin, const std::string& decoded) {
    const std::string_view raw(begin + 1, static_cast<std::size_t>(reached - begin) - 2);
    return raw.size() == decoded.size() ? raw : document.arena_.copy(decoded);
  }

  bool null() { return plain(JsonValue::Kind::null); }
  bool boolean(bool) { return plain(JsonValue::Kind::boolean); }
  bool number_integer(Json::number_integer_t) { return plain(JsonValue::Kind::number); }
  bool number_unsigned(Json::number_unsigned_t) { return plain(JsonValue::Kind::number); }
  bool number_float(Json::number_float_t, const std::string&) { return plain(JsonValue::Kind::number); }
  bool binary(Json::binary_t&) { return false; }
  bool string(std::string& decoded) {
    const char* at = token_begin();
    return add(JsonValue::Kind::string, text_of(at, decoded), at);
  }
  bool key(std::string& decoded) {
    const char* at = token_begin();
    key_text = text_of(at, decoded);
    key_offset = offset_of(at);
    has_key = true;
    return true;
  }
  bool start_object(std::size_t) { return begin(JsonValue::Kind::object); }
  bool start_array(std::size_t) { return begin(JsonValue::Kind::array); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& why) {
    syntax = true;
    ended = std::string_view(why.what()).find("end of input") != std::string_view::npos;
    return false;
  }
};

std::string_view to_text(JsonValue::Kind kind) {
  constexpr std::string_view names[] = {"an object", "an array", "a string", "a number", "true or false", "null"};
  return names[static_cast<std::size_t>(kind)];
}

JsonDocument::JsonDocument(std::string_view input, std::string file, const JsonCaps& caps)
    : input_(input), file_(std::move(file)), caps_(caps), lines_(input) {
  if (input_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

bool JsonDocument::find_next() {
  while (at_ < input_.size() && is_json_blank(input_[at_])) ++at_;
  return good_ && at_ < input_.size();
}

bool JsonDocument::parse(Findings& findings) {
  values_.clear();
  arena_.clear();
  const std::string_view rest = input_.substr(at_, caps_.bytes);
  const char* const begin = rest.data();
  const char* const end = begin + rest.size();
  JsonHandler handler(*this, begin);
  const bool whole = nlohmann::json::sax_parse(Reading(begin, &handler.reached), Reading(end, &handler.reached),
                                               &handler, nlohmann::json::input_format_t::json, false);
  if (whole && !handler.capped && !handler.syntax) {
    at_ = handler.offset_of(handler.reached);
    const std::uint64_t before = findings.error_count();
    check_keys(findings);
    return findings.error_count() == before;
  }
  good_ = false;
  const bool cut = handler.reached == end && at_ + rest.size() < input_.size();
  const bool ended = handler.ended && handler.reached == end;
  const char* const wrong = ended || handler.reached == begin ? handler.reached : handler.wrong_place();
  const std::uint64_t place = handler.offset_of(wrong);
  if (handler.capped || cut) {
    findings.add(finding_at("JSN-0003"_code, place, "the value is nested deeper, or is larger, than the cap"));
  } else {
    findings.add(finding_at("JSN-0001"_code, place, ended ? "the input ends inside a value" : "this is not JSON"));
  }
  return false;
}

void JsonDocument::check_keys(Findings& findings) {
  for (std::uint32_t i = 0; i < values_.size(); ++i) {
    if (values_[i].kind == JsonValue::Kind::object) check_object(i, findings);
  }
}

void JsonDocument::check_object(std::uint32_t object, Findings& findings) {
  keys_.clear();
  for (std::uint32_t i = values_[object].first_child; i != no_json; i = values_[i].next) {
    keys_.push_back(values_[i].key);
  }
  std::sort(keys_.begin(), keys_.end());
  if (std::adjacent_find(keys_.begin(), keys_.end()) == keys_.end()) return;
  // Rare: say which. `keys_` holds each key as often as it stands.
  std::set<std::string_view> seen;
  for (std::uint32_t i = values_[object].first_child; i != no_json; i = values_[i].next) {
    const std::string_view key = values_[i].key;
    const auto [first, past] = std::equal_range(keys_.begin(), keys_.end(), key);
    if (past - first < 2) continue;
    if (!seen.insert(key).second) findings.add(finding("JSN-0002"_code, i, "the key stands twice in its object"));
  }
}

std::string JsonDocument::path_of(std::uint32_t index) const {
  std::string path;
  while (index != no_json) {
    const JsonValue& own = values_[index];
    const std::uint32_t parent = own.parent;
    if (parent == no_json) break;
    if (values_[parent].kind == JsonValue::Kind::array) {
      path.insert(0, fmt::format("[{}]", own.number));
    } else {
      path.insert(0, "/" + shown(own.key));
    }
    index = parent;
  }
  return path;
}

void JsonDocument::locate(Place& place) {
  place.file = file_;
  place.line_number = lines_.line_of(place.offset_bytes);
  place.column_number = lines_.column_of(place.offset_bytes);
}

Diagnostic JsonDocument::finding_at(Code code, std::uint64_t offset, std::string text) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.place.offset_bytes = offset;
  locate(diagnostic.place);
  diagnostic.text = std::move(text);
  return diagnostic;
}

Diagnostic JsonDocument::finding(Code code, std::uint32_t index, std::string text) {
  Diagnostic diagnostic = finding_at(code, values_[index].offset, std::move(text));
  diagnostic.path = path_of(index);
  return diagnostic;
}

}  // namespace tilmash
