// Runs the programs of notation.h over texts: a small backtracking matcher with a step limit.
#include <fmt/format.h>

#include <array>

#include "adapters/formats/swift_mt/notation.h"
#include "base/text.h"

namespace tilmash::formats::swift_mt {
namespace {

constexpr std::uint32_t steps_max = 5000;

/// One bit a set, for ASCII.
enum SetBit : std::uint8_t {
  bit_n = 1,
  bit_a = 2,
  bit_c = 4,
  bit_d = 8,
  bit_h = 16,
  bit_x = 32,
  bit_y = 64,
  bit_z = 128
};

constexpr std::array<std::uint8_t, 256> make_sets() {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&](std::string_view characters, unsigned bits) {
    for (const char c : characters) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | bits);
    }
  };
  add("0123456789", bit_n | bit_c | bit_d | bit_h | bit_x | bit_y | bit_z);
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZ", bit_a | bit_c | bit_x | bit_y | bit_z);
  add("abcdefghijklmnopqrstuvwxyz", bit_x | bit_z);
  add("ABCDEF", bit_h);
  add(",", bit_d);
  add("/-?:().,'+ \r\n", bit_x | bit_z);
  add(".,-()/='+:?!\"%&*<>; \r\n", bit_y);
  add("=:!\"%&*<>;{@#_", bit_z);
  return table;
}
constexpr std::array<std::uint8_t, 256> set_table = make_sets();

std::uint8_t bit_of(char set) {
  switch (set) {
    case 'n':
      return bit_n;
    case 'a':
      return bit_a;
    case 'c':
      return bit_c;
    case 'd':
      return bit_d;
    case 'h':
      return bit_h;
    case 'y':
      return bit_y;
    case 'z':
      return bit_z;
    default:
      return bit_x;
  }
}

bool is_text_set(char set) {
  return set == 'x' || set == 'y' || set == 'z';
}
bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// An amount: at least one digit, one comma, no other: "120," "0,01".
bool is_amount(std::string_view text) {
  const std::size_t comma = text.find(',');
  return comma != std::string_view::npos && comma != 0 && text.find(',', comma + 1) == std::string_view::npos;
}

}  // namespace

std::size_t run_length(char set, std::string_view text, std::size_t max, std::size_t& characters) {
  std::size_t at = 0;
  characters = 0;
  if (!is_text_set(set)) {
    const std::uint8_t bit = bit_of(set);
    while (at < text.size() && at < max && (set_table[static_cast<unsigned char>(text[at])] & bit) != 0) ++at;
    characters = at;
    return at;
  }
  // Of a text only the number of characters matters here; which of them the set has is another question.
  while (at < text.size() && text[at] != '\n' && characters < max) {
    ++at;
    while (at < text.size() && is_continuation(text[at])) ++at;
    ++characters;
  }
  return at;
}

std::size_t find_outside(char set, std::string_view text) {
  const std::uint8_t bit = bit_of(set);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((set_table[static_cast<unsigned char>(text[i])] & bit) == 0) return i;
  }
  return text.size();
}

bool Matcher::match(const Format& format, std::string_view text, std::string_view newline) {
  format_ = &format;
  text_ = text;
  newline_ = newline;
  captures_.clear();
  failed_at_ = 0;
  wanted_ = nullptr;
  steps_ = 0;
  return step(0, 0);
}

bool Matcher::fail(std::size_t at, const Op* wanted) {
  if (wanted_ == nullptr || at > failed_at_) {
    failed_at_ = static_cast<std::uint32_t>(at);
    wanted_ = wanted;
  }
  return false;
}

bool Matcher::at_newline(std::size_t at) const {
  return text_.substr(at).starts_with(newline_);
}

std::size_t Matcher::line_end(std::size_t at) const {
  return std::min(text_.find(newline_, at), text_.size());
}

bool Matcher::step(std::size_t index, std::size_t at) {
  const Op& op = format_->ops[index];
  if (++steps_ > steps_max) return fail(at, &op);
  switch (op.kind) {
    case Op::Kind::end:
      return at == text_.size() || fail(at, &op);
    case Op::Kind::literal:
      if (at < text_.size() && text_[at] == op.literal) return step(index + 1, at + 1);
      return fail(at, &op);
    case Op::Kind::newline:
      // Where nothing stood before it, what may be absent begins with no new line.
      if (op.bracketed && at == 0) return step(index + 1, at);
      return at_newline(at) ? step(index + 1, at + newline_.size()) : fail(at, &op);
    case Op::Kind::optional: {
      const std::size_t kept = captures_.size();
      if (step(index + 1, at)) return true;
      captures_.resize(kept);
      return step(op.skip, at);
    }
    case Op::Kind::open:
      captures_.push_back({op.slot, static_cast<std::uint32_t>(at), 0});
      if (step(index + 1, at)) return true;
      captures_.pop_back();
      return false;
    case Op::Kind::close: {
      // Ops between open and close capture nothing, so the last capture is the one to close.
      captures_.back().end = static_cast<std::uint32_t>(at);
      if (op.inner_slashes) {
        const std::string_view text = text_.substr(captures_.back().begin, at - captures_.back().begin);
        if (text.starts_with('/') || text.ends_with('/') || text.find("//") != std::string_view::npos) {
          return fail(captures_.back().begin, &op);
        }
      }
      return step(index + 1, at);
    }
    case Op::Kind::one_of:
      for (const std::string& word : format_->choices[op.sub]) {
        if (!text_.substr(at).starts_with(word)) continue;
        const std::size_t end = at + word.size();
        captures_.push_back({op.slot, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
        if (step(index + 1, end)) return true;
        captures_.pop_back();
      }
      return fail(at, &op);
    case Op::Kind::run:
      return step_run(op, index, at);
    case Op::Kind::lines:
      return step_lines(op, at);
    case Op::Kind::codes:
      return step_codes(op, at);
  }
  return false;
}

/// A run ends where the literals that follow it stand first, else as late as it can.
bool Matcher::step_run(const Op& op, std::size_t index, std::size_t at) {
  std::string_view rest = text_.substr(at);
  if (is_text_set(op.run.set)) rest = rest.substr(0, line_end(at) - at);
  std::size_t count = 0;
  const std::size_t longest = run_length(op.run.set, rest, op.run.max, count);
  if (count < op.run.min) return fail(at + longest, &op);
  const auto attempt = [&](std::size_t length) {
    if (op.run.set == 'd' && !is_amount(rest.substr(0, length))) return fail(at + length, &op);
    const auto begin = static_cast<std::uint32_t>(at);
    const auto end = static_cast<std::uint32_t>(at + length);
    if (op.slot == no_slot) return step(index + 1, end);
    captures_.push_back({op.slot, begin, end});
    if (step(index + 1, end)) return true;
    captures_.pop_back();
    return false;
  };
  if (op.run.min == op.run.max) return attempt(longest);

  std::size_t next = index + 1;
  while (format_->ops[next].kind == Op::Kind::close || format_->ops[next].kind == Op::Kind::optional) ++next;
  std::array<char, 4> literals{};
  std::size_t literal_count = 0;
  while (literal_count < literals.size() && format_->ops[next].kind == Op::Kind::literal) {
    literals[literal_count++] = format_->ops[next++].literal;
  }
  if (literal_count != 0) {
    const std::string_view delimiter(literals.data(), literal_count);
    for (std::size_t found = rest.find(delimiter); found < longest; found = rest.find(delimiter, found + 1)) {
      if (found != 0 && attempt(found)) return true;
    }
  }
  for (std::size_t length = longest;; --length) {
    while (length > 0 && length < rest.size() && is_continuation(rest[length])) --length;
    if (length == 0) return false;
    std::size_t characters = 0;
    run_length(op.run.set, rest.substr(0, length), op.run.max, characters);
    if (characters < op.run.min) return false;
    if (attempt(length)) return true;
    if (steps_ > steps_max) return false;
  }
}

bool Matcher::step_lines(const Op& op, std::size_t at) {
  std::size_t line = at;
  for (std::uint32_t count = 1;; ++count) {
    const std::size_t end = line_end(line);
    if (count > op.lines_max) return fail(line, &op);
    const std::string_view text = text_.substr(line, end - line);
    if (op.sub == no_slot) {
      std::size_t characters = 0;
      const std::size_t length = run_length(op.run.set, text, op.run.max, characters);
      // Where any number of lines may stand, some may be blank.
      const bool too_short = characters < op.run.min && op.lines_max != lines_unlimited;
      if (too_short || length != text.size()) return fail(line + length, &op);
    } else {
      Matcher inner;
      if (!inner.match(format_->subs[op.sub], text, newline_)) {
        return fail(line + inner.failed_at(), &op);
      }
    }
    if (end == text_.size()) break;
    line = end + newline_.size();
  }
  captures_.push_back({op.slot, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(text_.size())});
  return true;
}

bool Matcher::step_codes(const Op& op, std::size_t at) {
  const CodeRow* row = nullptr;
  std::uint32_t line_count = 0;
  for (std::size_t line = at;;) {
    const std::size_t end = line_end(line);
    std::string_view text = text_.substr(line, end - line);
    std::size_t begin = line;
    const std::size_t slash = text.starts_with('/') ? text.find('/', 1) : std::string_view::npos;
    const CodeRow* next = nullptr;
    if (slash != std::string_view::npos) {
      for (const CodeRow& each : format_->codes) {
        if (each.code == text.substr(1, slash - 1)) next = &each;
      }
    }
    if (next != nullptr) {
      for (const Capture& each : captures_) {
        if (each.slot == next->slot) return fail(line, &op);  // the same code twice
      }
      row = next;
      line_count = 0;
      begin = line + slash + 1;
      text.remove_prefix(slash + 1);
      captures_.push_back({row->slot, static_cast<std::uint32_t>(begin), 0});
    }
    if (row == nullptr || ++line_count > row->lines_max) return fail(line, &op);
    std::size_t characters = 0;
    const std::size_t length = run_length(row->run.set, text, row->run.max, characters);
    if (length != text.size() || (characters < row->run.min && !(text.empty() && is_text_set(row->run.set)))) {
      return fail(begin + length, &op);
    }
    captures_.back().end = static_cast<std::uint32_t>(end);
    if (end == text_.size()) return true;
    line = end + newline_.size();
  }
}

std::string describe(const Op& op) {
  const auto counted = [&] {
    return fmt::format("{}{} character{} of set {}", op.run.min == op.run.max ? "" : "up to ", op.run.max,
                       op.run.max == 1 ? "" : "s", op.run.set);
  };
  switch (op.kind) {
    case Op::Kind::literal:
      return fmt::format("\"{}\"", op.literal);
    case Op::Kind::newline:
      return "a new line";
    case Op::Kind::end:
      return "the end of the field";
    case Op::Kind::codes:
      return "a /CODE/ of this field, once, with its value";
    case Op::Kind::one_of:
      return "a word of its list";
    case Op::Kind::close:
      return "a reference: no slash at its ends and no two together";
    case Op::Kind::lines:
      if (op.sub != no_slot) return "a line of components";
      return op.lines_max == lines_unlimited ? fmt::format("lines of {}", counted())
                                             : fmt::format("at most {} lines of {}", op.lines_max, counted());
    default:
      if (op.run.set == 'd') return fmt::format("an amount with one comma, at most {} characters", op.run.max);
      return counted();
  }
}

std::string Matcher::expected() const {
  return wanted_ != nullptr ? describe(*wanted_) : std::string();
}

}  // namespace tilmash::formats::swift_mt
