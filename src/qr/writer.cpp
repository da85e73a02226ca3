#include "qr/writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/code_page.h"
#include "base/text.h"
#include "qr/cpm.h"

namespace tilmash::qr {
namespace {

/// A tag to be written; children in the order in which they are.
struct Node {
  std::string id;
  const Field* field = nullptr;
  std::string value;
  std::vector<Node> children;
};

class Writer {
 public:
  Writer(const Dictionary& dictionary, Findings& findings) : dictionary_(dictionary), findings_(findings) {}

  /// `unknown`: the last step may be an id that the dictionary does not have.
  bool set(std::string_view path, std::string_view value, bool unknown = false) {
    const bool by_names = path.find('.') != std::string_view::npos;
    std::vector<Node>* level = &nodes_;
    const std::vector<Field>* fields = &dictionary_.fields;
    for (std::string_view rest = path;;) {
      const std::size_t end = std::min(rest.find(by_names ? '.' : '-'), rest.size());
      const std::size_t hash = std::min(rest.find('#'), end);  // "61#2": the second of them
      const Field* field = field_of(*fields, rest.substr(0, hash));
      if (field == nullptr && unknown && end == rest.size()) return set_unknown(*level, *fields, path, rest, value);
      if (field == nullptr) return fail("QRC-0500"_code, path, fmt::format("{} has no field {}", dictionary_.id, path));
      std::string id = field->has_id(rest.substr(0, hash)) ? std::string(rest.substr(0, hash)) : field->first_id;
      if (hash != end && !field->repeats) {
        return fail("QRC-0500"_code, path, fmt::format("{} stands once at most", field->first_id));
      }
      id += rest.substr(hash, end - hash);
      Node& node = node_of(*level, *fields, field, id);
      if (end == rest.size()) {
        if (field->format == Format::tags) {
          return fail("QRC-0500"_code, path, fmt::format("{} holds tags, and no value of its own", path));
        }
        if (!node.value.empty()) return fail("QRC-0501"_code, path, fmt::format("{} is given twice", path));
        node.value = value;
        return true;
      }
      level = &node.children;
      fields = &field->fields;
      rest.remove_prefix(end + 1);
    }
  }

  bool set_unknown(std::vector<Node>& level, const std::vector<Field>& fields, std::string_view path,
                   std::string_view id, std::string_view value) {
    const bool tlv = dictionary_.kind == Kind::tlv;
    const bool good = dictionary_.kind == Kind::key_value ? !id.empty() && id.find('=') == std::string_view::npos
                      : tlv                               ? number_of(id) < 100
                                                          : pack(Format::hex, id).has_value();
    if (!good) return fail("QRC-0506"_code, path, fmt::format("{} can't be a tag of {}", path, dictionary_.id));
    Node& node = node_of(level, fields, nullptr, std::string(id));
    if (!node.value.empty()) return fail("QRC-0501"_code, path, fmt::format("{} is given twice", path));
    node.value = value;
    return true;
  }

  /// Fields of those levels that are there, which can have one value only.
  void fill() { fill(dictionary_.fields, nodes_); }

  std::optional<std::string> tlv() {
    std::string out;
    if (!append(nodes_, {}, out)) return std::nullopt;
    if (dictionary_.checksum == ChecksumKind::none) return out;
    const std::string head = dictionary_.checksum_id + "04";
    const std::string summed = dictionary_.checksum == ChecksumKind::crc16 ? out + head : out;
    return out + head + checksum_text(dictionary_.checksum, summed);
  }

  std::optional<std::string> ber() {
    std::string out;
    if (!append_packed(nodes_, {}, out)) return std::nullopt;
    return to_base64(out);
  }

  /// By the header and separator of `base`, or in UTF-8 with the first usual separator that no value holds.
  std::optional<std::string> key_values(const Data& data, std::string_view base) {
    const auto header = std::find_if(dictionary_.headers.begin(), dictionary_.headers.end(), [&](const auto& each) {
      return base.empty() ? each.second == "utf-8" : each.first == base.substr(0, base.size() - 1);
    });
    if (header == dictionary_.headers.end()) {
      fail("QRC-0506"_code, {}, fmt::format("{} has no such header", dictionary_.id));
      return std::nullopt;
    }
    for (const char separator : base.empty() ? std::string_view("|;~^") : base.substr(base.size() - 1)) {
      const auto holds = [&](const Node& node) {
        return node.value.find(separator) != std::string::npos || node.id.find(separator) != std::string::npos;
      };
      if (std::any_of(nodes_.begin(), nodes_.end(), holds)) continue;
      std::string out = header->first;
      for (const Node& node : nodes_) out += fmt::format("{}{}={}", separator, node.id, node.value);
      return in_page(data, header->second, out);
    }
    fail("QRC-0503"_code, {}, "the values hold every character that could separate them");
    return std::nullopt;
  }

 private:
  bool fail(Code code, std::string_view path, std::string text) {
    Diagnostic finding;
    finding.code = code;
    finding.path = path;
    finding.text = std::move(text);
    findings_.add(std::move(finding));
    return false;
  }

  std::optional<std::string> in_page(const Data& data, std::string_view name, const std::string& text) {
    const auto page = find_code_page(data, name, findings_);
    std::string out;
    std::size_t bad = 0;
    if (page != nullptr && page->encode(text, out, bad)) return out;
    fail("QRC-0503"_code, {}, fmt::format("the text holds a character that {} does not have", name));
    return std::nullopt;
  }

  static const Field* field_of(const std::vector<Field>& fields, std::string_view step) {
    const auto named = std::find_if(fields.begin(), fields.end(), [&](const Field& each) {
      return each.name == step && each.first_id == each.last_id;
    });
    return named != fields.end() ? &*named : find_field(fields, step);
  }

  /// The node of this id, made in its place: as the dictionary has its fields, ids within a field ascending, what it
  /// does not have behind them.
  static Node& node_of(std::vector<Node>& level, const std::vector<Field>& fields, const Field* field,
                       const std::string& id) {
    const auto rank = [&](const Node& node) {
      const std::size_t place =
          node.field == nullptr ? fields.size() : static_cast<std::size_t>(node.field - fields.data());
      return std::pair(place, std::string_view(node.id));
    };
    Node wanted{.id = id, .field = field, .value = {}, .children = {}};
    const auto at = std::lower_bound(level.begin(), level.end(), wanted,
                                     [&](const Node& a, const Node& b) { return rank(a) < rank(b); });
    if (at != level.end() && at->id == id) return *at;
    return *level.insert(at, std::move(wanted));
  }

  static void fill(const std::vector<Field>& fields, std::vector<Node>& level) {
    for (const Field& field : fields) {
      if (field.codes.size() != 1 || !field.mandatory) continue;
      Node& node = node_of(level, fields, &field, field.first_id);
      if (node.value.empty()) node.value = field.codes.front().first;
    }
    for (Node& node : level) {
      if (node.field != nullptr) fill(node.field->fields, node.children);
    }
  }

  bool append(const std::vector<Node>& level, const std::string& parent, std::string& out) {
    for (const Node& node : level) {
      if (parent.empty() && node.id == dictionary_.checksum_id) continue;  // it is computed
      const std::string path = parent.empty() ? node.id : parent + '-' + node.id;
      std::string value = node.value;
      if (!append(node.children, path, value)) return false;
      if (find_malformed_utf8(value) != value.size()) {
        return fail("QRC-0503"_code, path, fmt::format("{} is not well-formed UTF-8", path));
      }
      const bool beyond =
          std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
      if (dictionary_.basic_plane_only && beyond) {
        return fail("QRC-0503"_code, path, fmt::format("{} holds a character beyond U+FFFF", path));
      }
      const std::size_t length = dictionary_.unit == LengthUnit::characters ? count_characters(value) : value.size();
      if (length > 99) return fail("QRC-0502"_code, path, fmt::format("{} is longer than 99", path));
      out += fmt::format("{}{:02}{}", node.id, length, value);
    }
    return true;
  }

  bool append_packed(const std::vector<Node>& level, const std::string& parent, std::string& out) {
    for (const Node& node : level) {
      const std::string path = parent.empty() ? node.id : parent + '-' + node.id;
      std::optional<std::string> value;
      const Format format = node.field != nullptr ? node.field->format : Format::hex;
      if (format == Format::tags) {
        if (!append_packed(node.children, path, value.emplace())) return false;
      } else {
        value = pack(format, node.value);
      }
      if (!value)
        return fail("QRC-0505"_code, path, fmt::format("{} is not made of pairs of hexadecimal digits", path));
      if (value->size() > text_bytes_max) return fail("QRC-0502"_code, path, fmt::format("{} is too long", path));
      append_ber(std::string_view(node.id).substr(0, node.id.find('#')), *value, out);
    }
    return true;
  }

  const Dictionary& dictionary_;
  Findings& findings_;
  std::vector<Node> nodes_;
};

/// What may stand in a fragment as it is: RFC 3986's, without what chats take for markup and "+", which some readers
/// take for a blank.
bool stands_in_link(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("-.:/?@!$&'(),;=").find(c) != std::string_view::npos;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (stands_in_link(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> write(const Dictionaries& dictionaries, const Dictionary& dictionary,
                                 const std::vector<std::pair<std::string, std::string>>& values,
                                 const WriteOptions& options, Findings& findings) {
  if (dictionary.kind == Kind::issuers || dictionary.kind == Kind::named) {
    Diagnostic finding;
    finding.code = "QRC-0504"_code;
    finding.text = fmt::format("{} is not written", dictionary.name);
    findings.add(std::move(finding));
    return std::nullopt;
  }
  Writer writer(dictionary, findings);
  bool good = true;
  for (const auto& [path, value] : values) good = writer.set(path, value) && good;
  for (const auto& [path, value] : options.unknown) good = writer.set(path, value, true) && good;
  if (!good) return std::nullopt;
  writer.fill();
  std::optional<std::string> text = dictionary.kind == Kind::tlv ? writer.tlv()
                                    : dictionary.kind == Kind::ber_tlv
                                        ? writer.ber()
                                        : writer.key_values(dictionaries.data(), options.base);
  if (!text) return text;
  const bool link = dictionary.kind == Kind::tlv && !options.payload && (dictionary.is_link || !options.base.empty());
  if (link) {
    std::string base =
        !options.base.empty() || dictionary.base_urls.empty() ? options.base : dictionary.base_urls.front();
    text = base + percent_encoded(*text);
  }
  const Reading reading = read(dictionaries, *text, dictionary.kind != Kind::key_value ? &dictionary : nullptr);
  bool odd = reading.dictionary != &dictionary;
  for (const Diagnostic& finding : reading.findings.kept()) {
    odd = odd || finding.severity != Severity::advice;
    findings.add(finding);
  }
  return odd ? std::nullopt : text;
}

}  // namespace tilmash::qr
