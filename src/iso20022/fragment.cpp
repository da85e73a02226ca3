#include "iso20022/fragment.h"

#include "base/text.h"
#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

/// Both forms of an element are built up side by side: the JSON, and the XML that the JSON gives back.
class FragmentEncoder {
 public:
  explicit FragmentEncoder(std::string_view fragment) : at_(fragment.data()), end_(at_ + fragment.size()) {}

  /// False when the fragment is written in a way that the form does not tell.
  bool run(std::string& json) {
    const std::string_view all(at_, static_cast<std::size_t>(end_ - at_));
    json += '{';
    if (!element(json) || at_ != end_ || xml_ != all) return false;
    json += '}';
    return true;
  }

 private:
  bool take(std::string_view text) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) return false;
    at_ += text.size();
    xml_ += text;
    return true;
  }

  std::string_view name() {
    const char* from = at_;
    at_ = skip_name(at_, end_);
    if (at_ != end_ && *at_ == ':') at_ = skip_name(at_ + 1, end_);
    const std::string_view text(from, static_cast<std::size_t>(at_ - from));
    xml_ += text;
    return text;
  }

  /// The text up to one of `stops`, decoded; what it gives back is appended escaped.
  bool text(std::string_view stops, bool attribute, std::string& decoded) {
    decoded.clear();
    while (at_ != end_ && stops.find(*at_) == std::string_view::npos) {
      if (*at_ != '&') {
        decoded += *at_++;
      } else if (!take_reference(at_, end_, decoded)) {
        return false;
      }
    }
    append_escaped(xml_, decoded, attribute);
    return true;
  }

  bool attributes(std::string& members) {
    std::string value;
    while (take(" ")) {
      const std::string_view attribute_name = name();
      if (!take("=\"") || !text("\"", true, value) || !take("\"")) return false;
      if (!members.empty()) members += ',';
      append_json_string(members, "@" + std::string(attribute_name));
      members += ':';
      append_json_string(members, value);
    }
    return true;
  }

  /// Elements and texts up to the end tag. `single` is the text when there is nothing else.
  bool content(std::string& items, bool& has_elements, std::string& single) {
    std::string piece;
    while (at_ != end_) {
      const bool markup = *at_ == '<';
      if (markup && end_ - at_ > 1 && at_[1] == '/') return true;
      if (!items.empty()) items += ',';
      if (markup) {
        has_elements = true;
        items += '{';
        if (!element(items)) return false;
        items += '}';
      } else {
        if (!text("<", false, piece)) return false;
        append_json_string(items, piece);
        single = piece;
      }
    }
    return false;
  }

  /// Appends `"name":value`.
  bool element(std::string& json) {
    constexpr std::size_t depth_max = 64;  // the reader lets through less
    if (!take("<") || ++depth_ > depth_max) return false;
    const std::string own(name());
    if (own.empty()) return false;
    append_json_string(json, own);
    json += ':';
    std::string members;
    if (!attributes(members)) return false;
    std::string items;
    std::string single;
    bool has_elements = false;
    if (!take("/>")) {
      if (!take(">") || !content(items, has_elements, single)) return false;
      if (items.empty() || !take("</") || !take(own) || !take(">")) return false;
    }
    --depth_;
    if (members.empty() && !has_elements) {
      append_json_string(json, single);
      return true;
    }
    json += '{';
    json += members;
    if (!items.empty()) {
      if (!members.empty()) json += ',';
      json += has_elements ? "\"#content\":[" : "\"#text\":";
      json += items;
      if (has_elements) json += ']';
    }
    json += '}';
    return true;
  }

  const char* at_;
  const char* end_;
  std::size_t depth_ = 0;
  std::string xml_;
};

bool is_name(std::string_view text) {
  const char* end = text.data() + text.size();
  const char* at = skip_name(text.data(), end);
  if (at == text.data()) return false;
  if (at == end) return true;
  return *at == ':' && at + 1 != end && skip_name(at + 1, end) == end;
}

class FragmentDecoder {
 public:
  FragmentDecoder(std::string& out, const JsonDocument& document) : out_(out), document_(document) {}

  /// An object with one member, the element. Nothing, or the value that is wrong.
  std::optional<std::uint32_t> element(std::uint32_t holder) {
    const JsonValue& object = document_.value(holder);
    if (object.kind != JsonValue::Kind::object || object.first_child == no_json) return holder;
    const JsonValue& own = document_.value(object.first_child);
    if (own.next != no_json) return own.next;
    if (!is_name(own.key)) return object.first_child;
    out_ += '<';
    out_ += own.key;
    if (own.kind == JsonValue::Kind::string) {
      if (!close_with_text(own.key, own.text)) return object.first_child;
      return std::nullopt;
    }
    if (own.kind != JsonValue::Kind::object) return object.first_child;
    return parts(own);
  }

 private:
  using Wrong = std::optional<std::uint32_t>;

  bool put(std::string_view text, bool attribute) {
    const std::size_t before = out_.size();
    append_escaped(out_, text, attribute);
    return text.empty() || out_.size() != before;
  }

  bool close_with_text(std::string_view name, std::string_view text) {
    if (text.empty()) {
      out_ += "/>";
      return true;
    }
    out_ += '>';
    if (!put(text, false)) return false;
    close(name);
    return true;
  }

  void close(std::string_view name) {
    out_ += "</";
    out_ += name;
    out_ += '>';
  }

  /// Attributes, then text or content, whatever their order in the object.
  Wrong parts(const JsonValue& own) {
    std::uint32_t inside = no_json;
    for (std::uint32_t i = own.first_child; i != no_json; i = document_.value(i).next) {
      const JsonValue& part = document_.value(i);
      if (part.key.starts_with('@')) {
        if (part.kind != JsonValue::Kind::string || !is_name(part.key.substr(1))) return i;
        out_ += ' ';
        out_ += part.key.substr(1);
        out_ += "=\"";
        if (!put(part.text, true)) return i;
        out_ += '"';
      } else {
        const auto kind = part.key == "#text" ? JsonValue::Kind::string : JsonValue::Kind::array;
        if ((part.key != "#text" && part.key != "#content") || part.kind != kind || inside != no_json) return i;
        inside = i;
      }
    }
    if (inside == no_json) {
      out_ += "/>";
      return std::nullopt;
    }
    const JsonValue& part = document_.value(inside);
    if (part.kind == JsonValue::Kind::string) {
      if (!close_with_text(own.key, part.text)) return inside;
      return std::nullopt;
    }
    return items(own.key, part);
  }

  Wrong items(std::string_view name, const JsonValue& array) {
    if (array.first_child == no_json) {
      out_ += "/>";
      return std::nullopt;
    }
    out_ += '>';
    for (std::uint32_t i = array.first_child; i != no_json; i = document_.value(i).next) {
      const JsonValue& item = document_.value(i);
      if (item.kind == JsonValue::Kind::string) {
        if (!put(item.text, false)) return i;
      } else if (const Wrong wrong = element(i)) {
        return wrong;
      }
    }
    close(name);
    return std::nullopt;
  }

  std::string& out_;
  const JsonDocument& document_;
};

}  // namespace

void append_fragment_json(std::string& out, std::string_view fragment) {
  const std::size_t before = out.size();
  if (FragmentEncoder(fragment).run(out)) return;
  out.resize(before);
  append_json_string(out, fragment);
}

std::optional<std::uint32_t> append_fragment_xml(std::string& out, const JsonDocument& document, std::uint32_t value) {
  if (document.value(value).kind == JsonValue::Kind::string) {
    out += document.value(value).text;
    return std::nullopt;
  }
  return FragmentDecoder(out, document).element(value);
}

}  // namespace tilmash::iso20022
