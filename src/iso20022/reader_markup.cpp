// Tags, attributes, namespaces, text, comments: XML 1.0 (fifth edition) and Namespaces in XML 1.0, within the caps.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::string_view xml_namespace = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view xmlns_namespace = "http://www.w3.org/2000/xmlns/";

std::string_view between(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

}  // namespace

bool ReaderEngine::ended() {
  if (end_ != input_end_) return stop("ISO-0113"_code, end_, "the message is larger than the cap");
  return stop("ISO-0108"_code, end_, "the input ends inside an element");
}

bool ReaderEngine::count_element(std::size_t depth) {
  if (++elements_ > caps_.elements) return stop("ISO-0115"_code, at_, "more elements than the cap");
  if (depth > caps_.depth) return stop("ISO-0114"_code, at_, "elements are nested deeper than the cap");
  return true;
}

bool ReaderEngine::check_characters(const char* from, const char* to) {
  const std::string_view text = between(from, to);
  const std::size_t wrong = find_wrong_character(text);
  if (wrong == text.size()) return true;
  const bool control = static_cast<unsigned char>(text[wrong]) < 0x20;
  return stop(control ? "ISO-0105"_code : "ISO-0101"_code, from + wrong,
              control ? "a control character that XML does not allow" : "not well-formed UTF-8");
}

const ReaderEngine::Binding* ReaderEngine::find_binding(std::string_view prefix) const {
  for (std::size_t i = bindings_.size(); i-- > 0;) {
    if (bindings_[i].prefix == prefix) return &bindings_[i];
  }
  return nullptr;
}

/// Reads a start tag at '<'. Fails: the input is refused.
bool ReaderEngine::parse_tag(Tag& tag) {
  tag = {};
  tag.begin = at_;
  tag.bindings = bindings_.size();
  attributes_.clear();
  const char* name = at_ + 1;
  at_ = skip_name(name, end_);
  if (at_ != end_ && *at_ == ':' && at_ != name) {
    tag.prefix = between(name, at_);
    const char* local = at_ + 1;
    at_ = skip_name(local, end_);
    tag.local = between(local, at_);
  } else {
    tag.local = between(name, at_);
  }
  tag.name = between(name, at_);
  if (tag.name.size() > caps_.name_bytes) return stop("ISO-0118"_code, name, "a name is longer than the cap");
  if (tag.local.empty()) {
    return at_ == end_ ? ended() : stop("ISO-0106"_code, tag.begin, "'<' begins no tag");
  }
  for (;;) {
    const char* before = at_;
    while (at_ != end_ && is_blank(*at_)) ++at_;
    if (at_ == end_) return ended();
    if (*at_ == '>') {
      ++at_;
      break;
    }
    if (at_text("/>")) {
      at_ += 2;
      tag.empty = true;
      break;
    }
    if (at_ == before) return stop("ISO-0106"_code, at_, "a tag holds something that is no attribute");
    if (!parse_attribute(tag)) return false;
  }
  tag.end = at_;
  return resolve(tag);
}

bool ReaderEngine::parse_attribute(Tag& tag) {
  SeenAttribute seen;
  const char* name = at_;
  at_ = skip_name(name, end_);
  seen.name = between(name, at_);
  if (at_ != end_ && *at_ == ':' && at_ != name) {
    seen.prefix = seen.name;
    const char* local = at_ + 1;
    at_ = skip_name(local, end_);
    seen.name = between(local, at_);
  }
  if (seen.name.empty()) {
    return at_ == end_ ? ended() : stop("ISO-0106"_code, at_, "a tag holds something that is no attribute");
  }
  if (static_cast<std::size_t>(at_ - name) > caps_.name_bytes) {
    return stop("ISO-0118"_code, name, "a name is longer than the cap");
  }
  while (at_ != end_ && is_blank(*at_)) ++at_;
  if (at_ == end_) return ended();
  if (*at_ != '=') return stop("ISO-0106"_code, at_, "an attribute has no value");
  ++at_;
  while (at_ != end_ && is_blank(*at_)) ++at_;
  if (at_ == end_) return ended();
  const char quote = *at_;
  if (quote != '"' && quote != '\'') return stop("ISO-0106"_code, at_, "an attribute's value is not quoted");
  const char* value = ++at_;
  const void* close = std::memchr(value, quote, static_cast<std::size_t>(end_ - value));
  if (close == nullptr) return ended();
  at_ = static_cast<const char*>(close);
  seen.value = between(value, at_);
  if (seen.value.size() > caps_.text_bytes) return stop("ISO-0117"_code, value, "a value is longer than the cap");
  std::string_view decoded = seen.value;
  if (!is_plain_text(seen.value)) {
    if (!check_characters(value, at_)) return false;
    if (const std::size_t less = seen.value.find('<'); less != std::string_view::npos) {
      return stop("ISO-0106"_code, value + less, "'<' in an attribute's value");
    }
    if (!decode_attribute(seen.value, decoded)) return false;
  }
  ++at_;
  if (attributes_.size() + (bindings_.size() - tag.bindings) >= caps_.attributes) {
    return stop("ISO-0116"_code, name, "an element has more attributes than the cap");
  }
  if (seen.prefix == "xmlns" || (seen.prefix.empty() && seen.name == "xmlns")) {
    const std::string_view prefix = seen.prefix.empty() ? std::string_view() : seen.name;
    for (std::size_t i = tag.bindings; i < bindings_.size(); ++i) {
      if (bindings_[i].prefix == prefix) return stop("ISO-0109"_code, name, "an attribute stands twice");
    }
    return bind(prefix, seen.value, decoded);
  }
  attributes_.push_back(seen);
  return true;
}

/// Namespaces in XML 1.0, 3 and 5.
bool ReaderEngine::bind(std::string_view prefix, std::string_view raw, std::string_view uri) {
  const bool reserved = prefix == "xmlns" || uri == xmlns_namespace || (prefix == "xml") != (uri == xml_namespace);
  if (reserved || (!prefix.empty() && uri.empty())) {
    return stop("ISO-0110"_code, raw.data(), "a namespace declaration that is not allowed");
  }
  bindings_.push_back({prefix, uri == raw ? raw : text_arena_.copy(uri), raw});
  return true;
}

/// Finds the namespaces of a tag and its attributes. Notes the declarations that a fragment takes from outside.
bool ReaderEngine::resolve(Tag& tag) {
  const Binding* binding = find_binding(tag.prefix);
  if (binding == nullptr && !tag.prefix.empty() && tag.prefix != "xml") {
    return stop("ISO-0110"_code, tag.begin + 1, "an element's prefix is not declared");
  }
  if (binding != nullptr) {
    tag.uri = binding->uri;
    tag.binding = static_cast<std::size_t>(binding - bindings_.data()) + 1;
  }
  if (tag.binding <= fragment_bindings_) outer_bindings_.push_back(tag.binding);
  for (SeenAttribute& seen : attributes_) {
    if (seen.prefix.empty()) continue;
    const Binding* own = find_binding(seen.prefix);
    if (own == nullptr && seen.prefix != "xml") {
      return stop("ISO-0110"_code, seen.prefix.data(), "an attribute's prefix is not declared");
    }
    seen.uri = own == nullptr ? xml_namespace : own->uri;
    if (own == nullptr) continue;
    const std::size_t index = static_cast<std::size_t>(own - bindings_.data()) + 1;
    if (index <= fragment_bindings_) outer_bindings_.push_back(index);
  }
  for (std::size_t i = 0; i < attributes_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (attributes_[i].name == attributes_[j].name && attributes_[i].uri == attributes_[j].uri) {
        return stop("ISO-0109"_code, attributes_[i].name.data(), "an attribute stands twice");
      }
    }
  }
  return true;
}

/// Reads the end tag at "</"; it must bear `name`.
bool ReaderEngine::parse_end_tag(std::string_view name) {
  const char* tag = at_;
  at_ += 2;
  const auto refuse = [&] {
    report("ISO-0107"_code, tag, 0, message_ != nullptr ? path() : std::string(),
           "the end tag does not match the start tag", fmt::format("the end of {}", first_characters(name, 64)),
           tag_at(tag));
    return stopped("ISO-0107"_code, tag);
  };
  if (!at_text(name)) return name.starts_with(between(at_, end_)) ? ended() : refuse();
  at_ += name.size();
  const bool blank = at_ != end_ && is_blank(*at_);
  while (at_ != end_ && is_blank(*at_)) ++at_;
  if (at_ == end_) return ended();
  if (*at_ != '>') {
    return blank ? stop("ISO-0106"_code, at_, "an end tag holds more than a name") : refuse();
  }
  ++at_;
  return true;
}

/// Passes over a comment or processing instruction; refuses what else begins with "<!" or "<?".
bool ReaderEngine::skip_misc() {
  const bool comment = at_text("<!--");
  if (comment || at_text("<?")) {
    const bool kept = fragment_bindings_ != 0;  // inside a wildcard
    if (!kept) ++(comment ? dropped_.comments : dropped_.instructions);
    return comment ? skip_comment() : skip_instruction();
  }
  if (at_text("<!DOCTYPE")) return stop("ISO-0103"_code, at_, "a DOCTYPE is refused");
  if (static_cast<std::size_t>(end_ - at_) < 9) return ended();
  return stop("ISO-0106"_code, at_, "'<!' begins nothing that may stand here");
}

bool ReaderEngine::skip_comment() {
  const char* text = at_ + 4;
  const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(end_ - text), caps_.text_bytes + 3);
  const std::size_t found = std::string_view(text, size).find("--");
  if (found == std::string_view::npos) {
    return size < caps_.text_bytes + 3 ? ended() : stop("ISO-0117"_code, at_, "a comment is longer than the cap");
  }
  const char* close = text + found;
  if (end_ - close < 3) return ended();
  if (close[2] != '>') return stop("ISO-0112"_code, close, "'--' inside a comment");
  at_ = close + 3;
  return check_characters(text, close);
}

bool ReaderEngine::skip_instruction() {
  const char* target = at_ + 2;
  const char* text = skip_name(target, end_);
  if (text == end_) return ended();
  const std::string_view name = between(target, text);
  const bool is_xml = name.size() == 3 && (name[0] | 0x20) == 'x' && (name[1] | 0x20) == 'm' && (name[2] | 0x20) == 'l';
  if (is_xml) return stop("ISO-0119"_code, at_, "an XML declaration that is not at the beginning");
  if (name.empty()) return stop("ISO-0112"_code, at_, "a processing instruction without a name");
  const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(end_ - text), caps_.text_bytes + 2);
  const std::size_t found = std::string_view(text, size).find("?>");
  if (found == std::string_view::npos) {
    return size < caps_.text_bytes + 2 ? ended() : stop("ISO-0117"_code, at_, "an instruction is longer than the cap");
  }
  if (found != 0 && !is_blank(*text)) return stop("ISO-0112"_code, at_, "a processing instruction's name is no name");
  at_ = text + found + 2;
  return check_characters(text, text + found);
}

/// Appends the text up to the next '<', references resolved and line ends normalised (2.11).
bool ReaderEngine::take_text_piece(std::string& out) {
  const void* less = std::memchr(at_, '<', static_cast<std::size_t>(end_ - at_));
  const char* stop_at = less == nullptr ? end_ : static_cast<const char*>(less);
  if (static_cast<std::uint64_t>(stop_at - at_) + out.size() > caps_.text_bytes) {
    return stop("ISO-0117"_code, at_, "a text is longer than the cap");
  }
  if (!check_characters(at_, stop_at)) return false;
  while (at_ != stop_at) {
    const std::string_view rest = between(at_, stop_at);
    const std::size_t plain = std::min(rest.find_first_of("&\r]"), rest.size());
    out.append(rest, 0, plain);
    at_ += plain;
    if (at_ == stop_at) break;
    if (*at_ == '&') {
      if (!take_reference(at_, stop_at, out)) {
        return stop("ISO-0104"_code, at_, "'&' begins no character reference or predefined entity");
      }
    } else if (*at_ == '\r') {
      out += '\n';
      at_ += between(at_, stop_at).starts_with("\r\n") ? 2 : 1;
    } else {
      if (at_text("]]>")) return stop("ISO-0112"_code, at_, "']]>' in text");
      out += *at_++;
    }
  }
  return at_ == end_ ? ended() : true;
}

bool ReaderEngine::take_cdata(std::string& out) {
  constexpr std::string_view open = "<![CDATA[";
  const char* text = at_ + open.size();
  const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(end_ - text), caps_.text_bytes + 3);
  const std::size_t found = std::string_view(text, size).find("]]>");
  if (found == std::string_view::npos) {
    return size < caps_.text_bytes + 3 ? ended() : stop("ISO-0117"_code, at_, "a text is longer than the cap");
  }
  if (found + out.size() > caps_.text_bytes) return stop("ISO-0117"_code, at_, "a text is longer than the cap");
  if (!check_characters(text, text + found)) return false;
  for (std::size_t i = 0; i < found; ++i) {
    const bool carriage = text[i] == '\r';
    if (!carriage) {
      out += text[i];
    } else if (text[i + 1] != '\n') {
      out += '\n';
    }
  }
  at_ = text + found + 3;
  return true;
}

/// An attribute's value as XML hands it on (3.3.3): references resolved, other blanks made spaces. `value` is `raw`
/// itself, or stands in `attribute_scratch_`.
bool ReaderEngine::decode_attribute(std::string_view raw, std::string_view& value) {
  value = raw;
  if (raw.find_first_of("&\t\n\r") == std::string_view::npos) return true;
  std::string& out = attribute_scratch_;
  out.clear();
  const char* at = raw.data();
  const char* end = at + raw.size();
  while (at != end) {
    if (*at == '&') {
      if (!take_reference(at, end, out)) {
        return stop("ISO-0104"_code, at, "'&' begins no character reference or predefined entity");
      }
      continue;
    }
    if (between(at, end).starts_with("\r\n")) ++at;
    out += is_blank(*at) ? ' ' : *at;
    ++at;
  }
  value = out;
  return true;
}

}  // namespace tilmash::iso20022
