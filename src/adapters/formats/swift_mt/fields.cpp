// Fields: each finds its row in the message, then is split into its components. See decoder.h.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/swift_mt/decoder.h"
#include "adapters/formats/swift_mt/values.h"

namespace tilmash::formats::swift_mt {
namespace {

bool accepts(const Row& row, std::uint32_t code) {
  if (row.kind == Row::Kind::any) return true;
  if (row.kind == Row::Kind::field) {
    return std::any_of(row.options.begin(), row.options.end(), [&](const Option& each) { return each.code == code; });
  }
  for (const Row& each : row.rows) {
    if (accepts(each, code)) return true;
    if (each.mandatory) return false;
  }
  return false;
}

}  // namespace

/// Notes where each tag stands last, so that a message of many fields is not gone through again and again.
void Decoder::note_last() {
  auto& last_of = scratch_.last_of;
  last_of.clear();
  for (std::size_t i = 0; i < scratch_.tokens.size(); ++i) last_of.emplace_back(tag_code(scratch_.tokens[i].tag), i);
  std::sort(last_of.begin(), last_of.end());
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  // Of one code the last place is kept: from behind, it is the first.
  last_of.erase(last_of.begin(), std::unique(last_of.rbegin(), last_of.rend(), same).base());
}

/// True when a field that begins the row stands behind the token.
bool Decoder::comes_later(const Row& row, std::size_t token) const {
  const auto& last_of = scratch_.last_of;
  for (const Option& option : row.options) {
    const auto found = std::lower_bound(last_of.begin(), last_of.end(), std::pair{option.code, std::size_t{0}});
    if (found != last_of.end() && found->first == option.code && found->second > token) return true;
  }
  if (row.kind == Row::Kind::any) return token + 1 < scratch_.tokens.size();
  for (const Row& each : row.rows) {
    if (comes_later(each, token)) return true;
    if (each.mandatory) return false;
  }
  return false;
}

/// Rows that have to be there and are not may be passed over when none of them comes later.
bool Decoder::passes(const Level& level, std::size_t from, std::size_t to, std::size_t token) const {
  for (std::size_t i = from; i < to; ++i) {
    const Row& row = (*level.rows)[i];
    if (!row.mandatory || (i == level.index && level.count != 0)) continue;
    if (comes_later(row, token)) return false;
  }
  return true;
}

/// The row of a level that takes the field; the number of rows when there is none.
std::size_t Decoder::find_row(const Level& level, std::size_t token) const {
  const std::uint32_t code = tag_code(scratch_.tokens[token].tag);
  for (std::size_t i = level.index; i < level.rows->size(); ++i) {
    const Row& row = (*level.rows)[i];
    if (i == level.index && level.count >= row.max) continue;
    if (accepts(row, code)) return passes(level, level.index, i, token) ? i : level.rows->size();
  }
  return level.rows->size();
}

/// Rows of a level up to `to` that should have been there. False when that is refused.
bool Decoder::missing(const Level& level, std::size_t to, std::uint64_t at) {
  if (!layout_.require_mandatory) return true;
  for (std::size_t i = level.index; i < to; ++i) {
    const Row& row = (*level.rows)[i];
    if (!row.mandatory || (i == level.index && level.count != 0)) continue;
    std::string names = row.name;
    for (const Option& option : row.options) names += (names.empty() ? "" : " or ") + option.tag;
    fail("SMT-0209"_code, at, at + 1,
         fmt::format("{} has no {}, which should stand before this place", message_->name, names));
    why_->path = layout_.shape().path_of(message_->node) + "." + names;
    why_->rule = fmt::format("{}:{}", message_->file, row.line_number);
    return false;
  }
  return true;
}

bool Decoder::close_level(std::uint64_t at) {
  if (!missing(scratch_.levels.back(), scratch_.levels.back().rows->size(), at)) return false;
  scratch_.levels.pop_back();
  instance_.end(source(at));
  return true;
}

/// Gives one field to the innermost level that has a row for it.
bool Decoder::take(std::size_t index, bool& taken) {
  const Token& token = scratch_.tokens[index];
  taken = std::any_of(scratch_.levels.begin(), scratch_.levels.end(),
                      [&](const Level& level) { return find_row(level, index) < level.rows->size(); });
  if (!taken) return true;
  for (;;) {
    Level& level = scratch_.levels.back();
    const std::size_t found = find_row(level, index);
    if (found == level.rows->size()) {
      if (!close_level(token.offset)) return false;
      continue;
    }
    if (!missing(level, found, token.offset)) return false;
    level.count = found == level.index ? level.count + 1 : 1;
    level.index = found;
    const Row& row = (*level.rows)[found];
    if (row.kind == Row::Kind::any) {
      other(row.node, token, 0);
      return true;
    }
    if (row.kind == Row::Kind::sequence) {
      instance_.begin(row.node, source(token.offset));
      scratch_.levels.push_back({&row.rows});
      continue;
    }
    const std::uint32_t code = tag_code(token.tag);
    for (const Option& option : row.options) {
      if (option.code == code) return field(option, token.value, token.offset);
    }
  }
}

bool Decoder::place(const Message& message, std::uint64_t end) {
  message_ = &message;
  const bool is_header = message.type.starts_with('{');
  scratch_.levels.clear();
  scratch_.extras.clear();
  scratch_.levels.push_back({&message.rows});
  note_last();
  for (std::size_t i = 0; i < scratch_.tokens.size(); ++i) {
    bool taken = false;
    if (!take(i, taken)) return false;
    if (taken) continue;
    if (!layout_.keep_unplaced && !is_header && &message != &layout_.unknown) {
      const Token& token = scratch_.tokens[i];
      fail("SMT-0208"_code, token.offset, token.offset + token.tag.size() + 2,
           fmt::format("{} has no field {} at this place", message.name, token.tag));
      why_->path = fmt::format("{}.{}", layout_.shape().path_of(message.node), token.tag);
      why_->rule = fmt::format("{}:{}", message.file, message.line_number);
      return false;
    }
    scratch_.extras.push_back(i);
  }
  while (scratch_.levels.size() > 1) {
    if (!close_level(end)) return false;
  }
  if (!missing(scratch_.levels.back(), message.rows.size(), end)) return false;
  for (const std::size_t each : scratch_.extras)
    other(message.extension, scratch_.tokens[each], static_cast<std::uint32_t>(each + 1));
  scratch_.tokens.clear();
  return true;
}

/// A field as its tag and text; its position in the block, unless it is 0.
void Decoder::other(std::uint32_t node, const Token& token, std::uint32_t position) {
  const std::uint32_t first = layout_.shape().nodes[node].first_child;
  instance_.begin(node, source(token.offset));
  if (position != 0) {
    const std::string text = std::to_string(position);
    instance_.leaf(first, instance_.arena().copy(text), 0, 0, {position, 0});
  }
  leaf(first + 1, token.tag, token.offset + 1);
  leaf(first + 2, token.value, token.offset + token.tag.size() + 2);
  instance_.end(source(token.offset + token.tag.size() + 2 + token.value.size()));
}

bool Decoder::field(const Option& option, std::string_view value, std::uint64_t offset) {
  const auto at = static_cast<std::uint64_t>(value.data() - text_.data());
  const std::uint32_t mark = instance_.mark();
  const std::uint32_t open = instance_.open_cell();
  option_ = &option;
  spelt_otherwise_ = false;
  instance_.begin(option.node, source(offset));
  bool met = scratch_.matcher.match(*option.format, value, newline_);
  if (met) {
    met = components(*option.format, scratch_.matcher.captures(), layout_.shape().nodes[option.node].first_child, value,
                     at);
  } else {
    const std::uint64_t failed = at + scratch_.matcher.failed_at();
    fail("SMT-0205"_code, failed, std::max(failed + 1, at + value.size()),
         fmt::format("field {} should be {}", option.tag, option.format->notation));
    why_->expected = scratch_.matcher.expected();
    why_->value = Sensitive(std::string(value));
  }
  if (!met) {
    why_->path = layout_.shape().path_of(option.node);
    why_->rule = option.format->rule;
    if (!layout_.keep_unmet) return false;
    why_.reset();
    instance_.truncate(mark, open);
    instance_.begin(option.node, source(offset));
    spelt_otherwise_ = true;
  }
  if (spelt_otherwise_) leaf(layout_.text_node(option), value, at);
  instance_.end(source(at + value.size()));
  return true;
}

/// The captures of the matcher as cells, in the order of the components.
bool Decoder::components(const Format& format, const std::vector<Capture>& captures, std::uint32_t first,
                         std::string_view value, std::uint64_t at) {
  std::uint16_t last = 0;
  for (const Capture& capture : captures) {
    const Part& part = format.parts[capture.slot];
    spelt_otherwise_ = spelt_otherwise_ || capture.slot < last;
    last = capture.slot;
    const std::string_view raw = value.substr(capture.begin, capture.end - capture.begin);
    const bool good = part.repeats ? lines(format, part, first + capture.slot, raw, at + capture.begin)
                                   : component(part, first + capture.slot, raw, at + capture.begin);
    if (!good) return false;
  }
  return true;
}

bool Decoder::lines(const Format& format, const Part& part, std::uint32_t node, std::string_view raw,
                    std::uint64_t at) {
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(raw.find(newline_, begin), raw.size());
    const std::string_view line = raw.substr(begin, end - begin);
    if (part.sub == no_slot) {
      if (!component(part, node, line, at + begin)) return false;
    } else {
      const Format& sub = format.subs[part.sub];
      instance_.begin(node, source(at + begin));
      Matcher& matcher = scratch_.line_matcher;
      if (!matcher.match(sub, line, newline_) ||
          !components(sub, matcher.captures(), layout_.shape().nodes[node].first_child, line, at + begin)) {
        return false;
      }
      instance_.end(source(at + end));
    }
    if (end == raw.size()) return true;
    begin = end + newline_.size();
  }
}

bool Decoder::component(const Part& part, std::uint32_t node, std::string_view raw, std::uint64_t at) {
  const std::uint64_t begin = source(at);
  const auto length = static_cast<std::uint32_t>(source(at + raw.size()) - begin);
  Arena& arena = instance_.arena();
  if (part.type == LeafType::decimal) {
    bool plain = true;
    const std::string_view text = read_amount(raw, arena, plain);
    spelt_otherwise_ = spelt_otherwise_ || !plain;
    const std::optional<Decimal> number = parse_decimal(text);
    if (!number) {  // a local field may allow more digits than an amount can have
      fail("SMT-0205"_code, at, at + raw.size(),
           fmt::format("{} of field {} has too many digits", part.name, option_->tag));
      why_->value = Sensitive(std::string(raw));
      return false;
    }
    instance_.leaf(node, text, begin, length, *number);
    return true;
  }
  if (part.date) {
    const std::optional<Date> date = part.date->parse(raw);
    if (!date) {
      fail("SMT-0207"_code, at, at + raw.size(), fmt::format("{} of field {} is no day", part.name, option_->tag));
      why_->value = Sensitive(std::string(raw));
      return false;
    }
    char* const text = arena.allocate(10);
    write_iso_date(text, *date);
    instance_.leaf(node, {text, 10}, begin, length);
    return true;
  }
  if (!part.pairs.empty() && !fits_digit_pairs(part.pairs, raw)) {
    return fail("SMT-0207"_code, at, at + raw.size(),
                fmt::format("{} of field {} is no {}", part.name, option_->tag, part.pairs));
  }
  const bool is_text = part.set == 'x' || part.set == 'y' || part.set == 'z';
  if (is_text && layout_.charset == CharsetPolicy::reject) {
    if (const std::size_t bad = find_outside(part.set, raw); bad < raw.size()) {
      return fail("SMT-0206"_code, at + bad, at + bad + 1,
                  fmt::format("the character is not of SWIFT's set {}", part.set));
    }
  }
  std::string_view text = raw;
  const auto& tags = layout_.transliterated;
  if (is_text && std::find(tags.begin(), tags.end(), option_->code) != tags.end()) {
    const std::string cyrillic = layout_.transliteration->to_cyrillic(raw);
    spelt_otherwise_ = spelt_otherwise_ || layout_.transliteration->to_latin(cyrillic) != raw;
    text = arena.copy(cyrillic);
  }
  instance_.leaf(node, text, begin, length);
  return true;
}

}  // namespace tilmash::formats::swift_mt
