#include "qr/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

#include "base/text.h"

namespace tilmash::qr {
namespace {

template <typename Holds>
bool every(std::string_view text, const Holds& holds) {
  return std::all_of(text.begin(), text.end(), holds);
}
constexpr auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
constexpr auto is_printable = [](char c) { return c >= 0x20 && c < 0x7F; };
constexpr auto is_no_control = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
constexpr auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };

/// Of digits that stand in half-bytes: an F or more may fill what is left.
bool is_padded_digits(std::string_view text) {
  const std::size_t end = std::min(text.find('F'), text.size());
  return end != 0 && every(text.substr(0, end), is_digit) &&
         text.substr(end).find_first_not_of('F') == std::string_view::npos;
}

/// Ids of two digits that stand at one level.
using Numbers = std::bitset<101>;  // bit 100 stays unset: an id of another form

bool is_zero(std::string_view digits) {
  return digits.find_first_not_of("0.") == std::string_view::npos;
}

/// Digits with at most one point, which has digits before it and may have none behind (EMVCo MPM 1.1, 4.7.6).
bool is_number(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  return point != 0 && every(text.substr(0, point), is_digit) && every(fraction, is_digit);
}

class Checker {
 public:
  Checker(const Dictionary& dictionary, Reading& reading)
      : dictionary_(dictionary), root_(reading.tags), unit_(reading.unit), findings_(reading.findings) {}

  void check_root() {
    std::vector<Tag>& tags = root_;
    const auto out_of_place = [&](const Tag& tag, const char* where) {
      add("QRC-0201"_code, Severity::error, tag, fmt::format("tag {} should stand {}", tag.id, where));
    };
    for (const Tag& tag : tags) {
      if (tag.id == dictionary_.first_id && &tag != &tags.front()) out_of_place(tag, "first");
      if (tag.id == dictionary_.last_id && &tag != &tags.back()) out_of_place(tag, "last");
    }
    if (dictionary_.kind == Kind::ber_tlv) check_order();
    check_level(dictionary_.fields, tags, {});
  }

 private:
  /// The templates of a consumer-presented code stand in the dictionary's order.
  void check_order() {
    const Field* last = nullptr;
    for (const Tag& tag : root_) {
      if (tag.field == nullptr) continue;
      if (last != nullptr && tag.field < last && tag.id != dictionary_.first_id) {
        add("QRC-0201"_code, Severity::error, tag,
            fmt::format("tag {} should stand before {}", tag.id, last->first_id));
      }
      last = std::max(last, tag.field);
    }
  }

  void add(Code code, Severity severity, const Tag& tag, std::string text) {
    Diagnostic finding = made(code, severity, tag.path, tag.field, std::move(text));
    finding.place.offset_bytes = tag.offset;
    finding.place.column_number = static_cast<std::uint32_t>(tag.offset + 1);
    finding.place.length_bytes = tag.size;
    finding.value = Sensitive(std::string(tag.value));
    findings_.add(std::move(finding));
  }

  Diagnostic made(Code code, Severity severity, std::string path, const Field* field, std::string text) const {
    Diagnostic finding;
    finding.code = code;
    finding.severity = severity;
    finding.path = std::move(path);
    finding.text = std::move(text);
    if (field != nullptr) finding.rule = fmt::format("{}:{}", dictionary_.file, field->line_number);
    return finding;
  }

  void check_level(const std::vector<Field>& fields, std::vector<Tag>& tags, const std::string& parent) {
    Numbers seen;
    for (auto tag = tags.begin(); tag != tags.end(); ++tag) {
      const std::uint32_t number = number_of(tag->id);
      const auto same = [&](const Tag& other) { return other.id == tag->id; };
      const bool may_repeat = tag->field != nullptr && tag->field->repeats;
      if (!may_repeat && (number < 100 ? seen[number] : std::any_of(tags.begin(), tag, same))) {
        add("QRC-0202"_code, Severity::error, *tag, fmt::format("tag {} stands here twice", tag->id));
      }
      if (number < 100) seen.set(number);
      if (tag->field == nullptr) {
        add("QRC-0200"_code, Severity::advice, *tag, fmt::format("{} has no tag {}", dictionary_.id, tag->path));
      } else {
        check_value(*tag);
        if (!tag->field->allowed_when.empty() && !any_holds(tag->field->allowed_when, tags)) {
          add("QRC-0208"_code, Severity::error, *tag,
              fmt::format("{} may stand only {}", tag->field->name, in_words(tag->field->allowed_when)));
        }
        if (!tag->field->fields.empty()) check_level(tag->field->fields, tag->tags, tag->path);
      }
    }
    for (const Field& field : fields) {
      if (field.is_demanded() && !seen[field.first_number]) check_presence(field, tags, parent);
    }
  }

  void check_presence(const Field& field, const std::vector<Tag>& tags, const std::string& parent) {
    const auto there = [&](const Tag& tag) { return field.has_id(tag.id); };
    if (std::any_of(tags.begin(), tags.end(), there)) return;
    const bool demanded = field.mandatory || (!field.required_when.empty() && any_holds(field.required_when, tags)) ||
                          (!field.required_unless.empty() && !any_holds(field.required_unless, tags));
    if (!demanded && !field.written) return;
    std::string path = parent.empty() ? field.first_id : parent + '-' + field.first_id;
    if (field.first_id != field.last_id) path += " to " + field.last_id;
    std::string text = fmt::format("there is no {} ({})", path, field.name);
    if (!field.required_when.empty()) text += ", which must stand " + in_words(field.required_when);
    if (!field.required_unless.empty()) text += ", and none of what may stand for it";
    findings_.add(made(demanded ? "QRC-0203"_code : "QRC-0209"_code, demanded ? Severity::error : Severity::warning,
                       std::move(path), &field, std::move(text)));
  }

  /// `tags`: of the conditions' own level; a path is looked for from the root.
  bool any_holds(const std::vector<Condition>& conditions, const std::vector<Tag>& tags) const {
    return std::any_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
      if (const std::size_t dots = condition.id.find(".."); dots != std::string::npos) {
        const std::uint32_t first = number_of(std::string_view(condition.id).substr(0, dots));
        const std::uint32_t last = number_of(std::string_view(condition.id).substr(dots + 2));
        return std::any_of(tags.begin(), tags.end(),
                           [&](const Tag& tag) { return number_of(tag.id) >= first && number_of(tag.id) <= last; });
      }
      const bool from_root = condition.id.find('-') != std::string::npos;
      const Tag* const tag = find_tag(from_root ? root_ : tags, condition.id);
      return tag != nullptr && (condition.is.empty() ||
                                std::find(condition.is.begin(), condition.is.end(), tag->value) != condition.is.end());
    });
  }

  static std::string in_words(const std::vector<Condition>& conditions) {
    std::string text;
    for (const Condition& condition : conditions) {
      text += text.empty() ? "when " : " or ";
      text += condition.id + (condition.is.empty() ? " is there" : " is ");
      for (const std::string& value : condition.is) text += (&value == &condition.is.front() ? "" : ", ") + value;
    }
    return text;
  }

  void check_value(Tag& tag) {
    const Field& field = *tag.field;
    if (field.format == Format::tags) return;
    const std::size_t length = unit_ == LengthUnit::characters ? tag.length : count_characters(tag.value);
    if (length < field.length_min || length > field.length_max) {
      const bool tolerated = length > field.length_max && length <= field.tolerated_length_max;
      add(tolerated ? "QRC-0210"_code : "QRC-0204"_code, tolerated ? Severity::warning : Severity::error, tag,
          fmt::format("{} has {} characters instead of {}", field.name, length, lengths(field)));
    }
    if (std::find(field.tolerated.begin(), field.tolerated.end(), tag.value) != field.tolerated.end()) {
      add("QRC-0211"_code, Severity::warning, tag, fmt::format("{} has a value that stands for none", field.name));
      return;
    }
    if (!is_of_format(field.format, tag.value)) {
      const bool tolerated = field.tolerated_format != Format::tags && is_of_format(field.tolerated_format, tag.value);
      add(tolerated ? "QRC-0212"_code : "QRC-0205"_code, tolerated ? Severity::warning : Severity::error, tag,
          fmt::format("{} is not {}", field.name, format_in_words(field.format)));
    }
    const auto code = std::find_if(field.codes.begin(), field.codes.end(),
                                   [&](const auto& each) { return same_ignoring_case(each.first, tag.value); });
    if (code != field.codes.end()) {
      tag.meaning = code->second;
    } else if (!field.codes.empty()) {
      std::string known;
      for (const auto& each : field.codes) known += (known.empty() ? "" : ", ") + each.first;
      add("QRC-0206"_code, Severity::error, tag, fmt::format("{} should be one of: {}", field.name, known));
    }
  }

  static std::string lengths(const Field& field) {
    if (field.length_min == field.length_max) return std::to_string(field.length_max);
    return fmt::format("{} to {}", field.length_min, field.length_max);
  }

  static std::string_view format_in_words(Format format) {
    constexpr std::string_view words[] = {"text without controls",
                                          "digits",
                                          "printable ASCII",
                                          "hexadecimal",
                                          "an amount above zero with at most one point",
                                          "a whole number above zero",
                                          "a percentage from 00.01 to 99.99",
                                          "a number",
                                          "digits, with F behind them at most",
                                          "digits, D and digits, with F behind them at most",
                                          "tags"};
    return words[static_cast<std::size_t>(format)];
  }

  const Dictionary& dictionary_;
  std::vector<Tag>& root_;
  LengthUnit unit_;
  Findings& findings_;
};

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_of_format(Format format, std::string_view value) {
  switch (format) {
    case Format::cn:
      return is_padded_digits(value);
    case Format::track2: {
      const std::size_t separator = value.find('D');
      return separator != 0 && separator <= 19 && every(value.substr(0, separator), is_digit) &&
             is_padded_digits(value.substr(separator + 1));
    }
    case Format::n:
      return every(value, is_digit);
    case Format::ans:
      return every(value, is_printable);
    case Format::hex:
      return every(value, is_hex);
    case Format::integer:
      return every(value, is_digit) && !is_zero(value);
    case Format::amount:
      return is_number(value) && !is_zero(value);
    case Format::percent:
      return is_number(value) && value.size() == 5 && value[2] == '.' && !is_zero(value);
    case Format::number:
      return std::count(value.begin(), value.end(), '.') <= 1 && value != "." &&
             value.find_first_not_of("0123456789.") == std::string_view::npos;
    default:
      return every(value, is_no_control);
  }
}

void add(Reading& reading, Code code, Severity severity, std::uint64_t offset, std::string path, std::string text) {
  Diagnostic finding;
  finding.code = code;
  finding.severity = severity;
  finding.place.offset_bytes = offset;
  finding.place.column_number = static_cast<std::uint32_t>(offset + 1);
  finding.path = std::move(path);
  finding.text = std::move(text);
  reading.findings.add(std::move(finding));
}

void check_tags(const Dictionary& dictionary, Reading& reading) {
  Checker(dictionary, reading).check_root();
}

}  // namespace tilmash::qr
