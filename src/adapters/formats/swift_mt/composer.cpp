#include "adapters/formats/swift_mt/composer.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/swift_mt/values.h"
#include "base/civil.h"

namespace tilmash::formats::swift_mt {

bool Composer::fail(Code code, std::uint32_t node, std::string text) {
  Diagnostic why;
  why.code = code;
  why.path = layout_.shape().path_of(node);
  why.rule = option_->format->rule;
  why.text = std::move(text);
  *why_ = std::move(why);
  return false;
}

bool Composer::raw_value(const Part& part, std::uint32_t cell, std::string& raw) {
  const Cell& value = instance_.cell(cell);
  if (part.type == LeafType::decimal) {
    const auto amount = write_amount(value.text);
    if (!amount) return fail("SMT-0402"_code, value.node, "the amount is not a plain number without a sign");
    raw = *amount;
    return true;
  }
  if (part.date) {
    const auto date = parse_iso_date(value.text);
    raw.resize(part.date->length());
    if (!date || !part.date->write(raw.data(), *date) || part.date->parse(raw) != date) {
      return fail("SMT-0402"_code, value.node, "the date can't be written with the digits that the field has for it");
    }
    return true;
  }
  if (!part.pairs.empty() && !fits_digit_pairs(part.pairs, value.text)) {
    return fail("SMT-0402"_code, value.node, fmt::format("the value is no {}", part.pairs));
  }
  const auto& tags = layout_.transliterated;
  const bool latin = std::find(tags.begin(), tags.end(), option_->code) != tags.end();
  raw = latin ? layout_.transliteration->to_latin(value.text) : std::string(value.text);
  if (layout_.charset == CharsetPolicy::reject && (part.set == 'x' || part.set == 'y' || part.set == 'z') &&
      find_outside(part.set, raw) < raw.size()) {
    return fail("SMT-0206"_code, value.node, fmt::format("a character is not of SWIFT's set {}", part.set));
  }
  return true;
}

/// The components that the group has, as the field spells them.
bool Composer::read_values(const Format& format, std::uint32_t cell, std::vector<Value>& values) {
  const std::uint32_t first = layout_.shape().nodes[instance_.cell(cell).node].first_child;
  for (std::uint32_t at = cell + 1; at < instance_.subtree_end(cell); at = instance_.subtree_end(at)) {
    const std::uint32_t slot = instance_.cell(at).node - first;
    if (slot >= format.parts.size()) continue;  // `text`, `space`
    Value value{static_cast<std::uint16_t>(slot), at, {}};
    const Part& part = format.parts[slot];
    if (part.sub == no_slot && !raw_value(part, at, value.raw)) return false;
    if (part.sub != no_slot) {
      std::vector<Value> inner;
      if (!read_values(format.subs[part.sub], at, inner) || !write(format.subs[part.sub], inner, value.raw))
        return false;
    }
    values.push_back(std::move(value));
  }
  return true;
}

bool Composer::present(const Format& format, std::size_t from, std::size_t to, const std::vector<Value>& values) const {
  for (std::size_t i = from; i < to; ++i) {
    const Op& op = format.ops[i];
    for (const Value& value : values) {
      if (op.slot == value.slot) return true;
      if (op.kind != Op::Kind::codes) continue;
      for (const CodeRow& row : format.codes) {
        if (row.slot == value.slot) return true;
      }
    }
  }
  return false;
}

bool Composer::write_lines(const Format& format, const Op& op, const std::vector<Value>& values, std::string& out) {
  const auto add_line = [&](bool& first, std::string_view prefix, std::string_view text) {
    if (!first) out += newline_;
    first = false;
    out += prefix;
    out += text;
  };
  bool first = true;
  if (op.kind == Op::Kind::lines) {
    for (const Value& value : values) {
      if (value.slot == op.slot) add_line(first, {}, value.raw);
    }
    return true;
  }
  std::uint16_t last = no_slot;
  for (const Value& value : values) {
    const auto row = std::find_if(format.codes.begin(), format.codes.end(),
                                  [&](const CodeRow& each) { return each.slot == value.slot; });
    if (row == format.codes.end()) continue;
    add_line(first, value.slot == last ? std::string() : "/" + row->code + "/", value.raw);
    last = value.slot;
  }
  return true;
}

bool Composer::write(const Format& format, const std::vector<Value>& values, std::string& out) {
  for (std::size_t i = 0; i < format.ops.size(); ++i) {
    const Op& op = format.ops[i];
    if (op.kind == Op::Kind::optional) {
      if (!present(format, i + 1, op.skip, values)) i = op.skip - 1u;
    } else if (op.kind == Op::Kind::literal) {
      out += op.literal;
    } else if (op.kind == Op::Kind::newline) {
      if (!op.bracketed || !out.empty()) out += newline_;
    } else if (op.kind == Op::Kind::lines || op.kind == Op::Kind::codes) {
      if (!present(format, i, i + 1, values)) {
        return fail("SMT-0401"_code, option_->node, fmt::format("field {} has no lines", option_->tag));
      }
      if (!write_lines(format, op, values, out)) return false;
    } else if (op.slot != no_slot) {
      const auto value =
          std::find_if(values.begin(), values.end(), [&](const Value& each) { return each.slot == op.slot; });
      if (value == values.end()) {
        return fail("SMT-0401"_code, option_->node,
                    fmt::format("field {} needs {}", option_->tag, format.parts[op.slot].name));
      }
      out += value->raw;
      while (op.kind == Op::Kind::open && format.ops[i].kind != Op::Kind::close) ++i;
    }
  }
  return true;
}

/// True when `raw`, as a component stands in a text, is this value.
bool Composer::is_value(const Format& format, const Value& value, std::string_view raw) const {
  if (raw == value.raw) return true;
  const Part& part = format.parts[value.slot];
  const std::string_view text = instance_.cell(value.cell).text;
  if (part.type == LeafType::decimal) {
    Arena arena;
    bool plain = true;
    return read_amount(raw, arena, plain) == text;
  }
  if (layout_.transliteration == nullptr || part.sub != no_slot || part.date) return false;
  const auto& tags = layout_.transliterated;
  return std::find(tags.begin(), tags.end(), option_->code) != tags.end() &&
         layout_.transliteration->to_cyrillic(raw) == text;
}

/// True when `text`, split, has exactly these components.
bool Composer::gives_back(const Format& format, std::string_view text, const std::vector<Value>& values) {
  if (!matcher_.match(format, text, newline_)) return false;
  std::size_t taken = 0;
  // Takes the next value of the slot from `from` on.
  const auto take = [&](std::uint16_t slot, std::size_t& from, std::string_view raw) {
    ++taken;
    while (from < values.size() && values[from].slot != slot) ++from;
    return from < values.size() && is_value(format, values[from++], raw);
  };
  for (const Capture& capture : matcher_.captures()) {
    const std::string_view raw = text.substr(capture.begin, capture.end - capture.begin);
    std::size_t from = 0;
    if (!format.parts[capture.slot].repeats) {
      if (!take(capture.slot, from, raw)) return false;
      continue;
    }
    for (std::size_t begin = 0;;) {
      const std::size_t end = std::min(raw.find(newline_, begin), raw.size());
      if (!take(capture.slot, from, raw.substr(begin, end - begin))) return false;
      if (end == raw.size()) break;
      begin = end + newline_.size();
    }
  }
  return taken == values.size();
}

bool Composer::compose(const Option& option, std::uint32_t cell, std::string_view newline, std::string& out,
                       std::optional<Diagnostic>& why) {
  option_ = &option;
  newline_ = newline;
  why_ = &why;
  std::vector<Value>& values = values_;
  values.clear();
  if (!read_values(*option.format, cell, values)) return false;
  const std::uint32_t text_cell = instance_.find_within(cell, layout_.text_node(option));
  if (text_cell != no_cell) {
    const std::string_view text = instance_.cell(text_cell).text;
    if (values.empty() ? layout_.keep_unmet : gives_back(*option.format, text, values)) {
      out = text;
      return true;
    }
  }
  out.clear();
  if (!write(*option.format, values, out)) return false;
  if (gives_back(*option.format, out, values)) return true;
  Matcher matcher;
  const bool met = matcher.match(*option.format, out, newline);
  return fail("SMT-0402"_code, option.node,
              met ? fmt::format("field {} would be read back as other components", option.tag)
                  : fmt::format("field {} should be {}: {} expected at character {}", option.tag,
                                option.format->notation, matcher.expected(), matcher.failed_at() + 1));
}

}  // namespace tilmash::formats::swift_mt
