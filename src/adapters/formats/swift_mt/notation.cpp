// Compiles notations into programs. See notation.h for the notation itself.
#include "adapters/formats/swift_mt/notation.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::formats::swift_mt {
namespace {

/// "date", a date pattern, or pairs of digits that are no day: "hhmm".
bool set_pattern(Part& part, std::string_view pattern) {
  part.date = DatePattern::compile(pattern == "date" ? "YYMMDD" : pattern);
  if (part.date) {
    part.type = LeafType::date;
  } else if (is_pair_pattern(pattern)) {
    part.pairs = pattern;
  }
  return part.date || !part.pairs.empty();
}

constexpr std::string_view sets = "nacdhxyz";
constexpr std::size_t ops_max = 200;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The names of the components, taken one by one.
class PartNames {
 public:
  explicit PartNames(std::string_view text) : text_(text) {}

  /// The next name with its type; for a group, `inner` is what stands in its braces. False when there is none.
  bool next(std::string_view& name, std::string_view& type, std::string_view& inner) {
    skip_blanks();
    begin_ = at_;
    const std::size_t end = std::min(text_.find_first_of(" {", at_), text_.size());
    name = text_.substr(at_, end - at_);
    at_ = end;
    inner = {};
    if (at_ < text_.size() && text_[at_] == '{') {
      const std::size_t close = std::min(text_.find('}', at_), text_.size());
      inner = text_.substr(at_ + 1, close - at_ - 1);
      at_ = std::min(close + 1, text_.size());
    }
    const std::size_t colon = name.find(':');
    type = colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
    name = name.substr(0, colon);
    return !name.empty();
  }
  bool done() {
    skip_blanks();
    return at_ == text_.size();
  }
  std::uint32_t begin() const { return static_cast<std::uint32_t>(begin_); }
  std::uint32_t at() const { return static_cast<std::uint32_t>(at_); }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
};

class NotationCompiler {
 public:
  NotationCompiler(std::string_view notation, std::string_view parts, const std::vector<std::string>& codes,
                   const Vocabulary& vocabulary, Format& out, NotationError& error)
      : text_(notation), names_(parts), codes_(codes), vocabulary_(vocabulary), out_(out), error_(error) {}

  bool run() {
    if (!sequence(0)) return false;
    if (at_ < text_.size()) return fail("a bracket is closed that was not opened");
    if (!names_.done()) return fail_name("there are more names than components");
    out_.ops.push_back({});
    return true;
  }

 private:
  bool fail(std::string text) {
    error_ = {std::move(text), static_cast<std::uint32_t>(at_), false};
    return false;
  }
  bool fail_name(std::string text) {
    error_ = {std::move(text), names_.at(), true};
    return false;
  }

  bool add(Op op) {
    if (out_.ops.size() >= ops_max) return fail("the format is too long");
    out_.ops.push_back(op);
    return true;
  }
  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool sequence(int depth);
  bool optional(int depth);
  bool named_type();
  bool counted();
  bool lines(std::uint16_t count);
  bool run_of(Run& run);
  bool code_rows();
  bool code_row(const std::string& text);
  std::uint16_t number();
  bool add_part(LeafType type, char set, bool repeats, std::uint16_t& slot);

  std::string_view text_;
  std::size_t at_ = 0;
  PartNames names_;
  const std::vector<std::string>& codes_;
  const Vocabulary& vocabulary_;
  Format& out_;
  NotationError& error_;
  bool in_type_ = false;  ///< within <...>: components are not named one by one
  bool last_ = false;     ///< nothing may follow
};

bool NotationCompiler::sequence(int depth) {
  if (depth > 8) return fail("brackets are nested too deeply");
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ']' || c == ')') return true;
    if (last_) return fail("lines and codes are the last of a format");
    bool good = true;
    if (c == '[') {
      good = optional(depth);
    } else if (c == '<') {
      good = named_type();
    } else if (is_digit(c) || c == '*') {
      good = counted();
    } else {
      Op op;
      op.kind = c == '$' ? Op::Kind::newline : Op::Kind::literal;
      op.literal = c;
      op.bracketed = depth > 0;
      ++at_;
      good = add(op);
    }
    if (!good) return false;
  }
  return true;
}

bool NotationCompiler::optional(int depth) {
  ++at_;
  const std::size_t index = out_.ops.size();
  Op op;
  op.kind = Op::Kind::optional;
  if (!add(op) || !sequence(depth + 1)) return false;
  if (!peek(']')) return fail("the bracket is not closed");
  ++at_;
  const bool has_component =
      std::any_of(out_.ops.begin() + static_cast<std::ptrdiff_t>(index), out_.ops.end(),
                  [](const Op& each) { return each.slot != no_slot || each.kind == Op::Kind::codes; });
  if (!in_type_ && !has_component) return fail("what may be absent has a component");
  out_.ops[index].skip = static_cast<std::uint16_t>(out_.ops.size());
  return true;
}

std::uint16_t NotationCompiler::number() {
  std::uint32_t value = 0;
  while (at_ < text_.size() && is_digit(text_[at_]) && value < 10000) {
    value = value * 10 + static_cast<std::uint32_t>(text_[at_++] - '0');
  }
  return static_cast<std::uint16_t>(value);
}

/// `!n` or `x` behind a number that was read.
bool NotationCompiler::run_of(Run& run) {
  run.min = 1;
  if (peek('!')) {
    ++at_;
    run.min = run.max;
  }
  if (at_ >= text_.size() || sets.find(text_[at_]) == std::string_view::npos) {
    return fail(fmt::format("a number is followed by one of the sets {}", sets));
  }
  run.set = text_[at_++];
  return run.max != 0 || fail("the number is 0");
}

bool NotationCompiler::add_part(LeafType type, char set, bool repeats, std::uint16_t& slot) {
  std::string_view name;
  std::string_view type_name;
  std::string_view inner;
  if (!names_.next(name, type_name, inner)) return fail_name("there are fewer names than components");
  Part part;
  part.name = name;
  part.type = type;
  part.set = set;
  part.repeats = repeats;
  if (!type_name.empty()) {
    if (!set_pattern(part, type_name)) return fail_name(fmt::format("\"{}\" is no date pattern", type_name));
  }
  if (const auto found = vocabulary_.sensitivity.find(name); found != vocabulary_.sensitivity.end()) {
    part.sensitivity = found->second;
  }
  slot = static_cast<std::uint16_t>(out_.parts.size());
  out_.parts.push_back(std::move(part));
  return true;
}

bool NotationCompiler::counted() {
  const bool any_number = peek('*');
  const std::uint16_t count = any_number ? lines_unlimited : number();
  if (peek('*')) return lines(count);
  Op op;
  op.kind = Op::Kind::run;
  op.run.max = count;
  if (!run_of(op.run)) return false;
  if (!in_type_ && !add_part(op.run.set == 'd' ? LeafType::decimal : LeafType::text, op.run.set, false, op.slot)) {
    return false;
  }
  return add(op);
}

bool NotationCompiler::lines(std::uint16_t count) {
  ++at_;
  if (in_type_) return fail("a named type is within one line");
  Op op;
  op.kind = Op::Kind::lines;
  op.lines_max = count;
  if (!peek('(')) {
    op.run.max = number();
    if (!run_of(op.run) || !add_part(LeafType::text, op.run.set, true, op.slot)) return false;
    last_ = true;
    return add(op);
  }
  const std::size_t close = text_.find(')', at_);
  if (close == std::string_view::npos) return fail("the bracket is not closed");
  std::string_view name;
  std::string_view type;
  std::string_view inner;
  if (!names_.next(name, type, inner) || inner.empty()) return fail_name("lines with components are named line{a b}");
  Format sub;
  if (!compile_format(text_.substr(at_ + 1, close - at_ - 1), inner, {}, vocabulary_, sub, error_)) {
    error_.at += error_.in_parts ? names_.begin() : static_cast<std::uint32_t>(at_ + 1);
    return false;
  }
  at_ = close + 1;
  op.sub = static_cast<std::uint16_t>(out_.subs.size());
  out_.subs.push_back(std::move(sub));
  op.slot = static_cast<std::uint16_t>(out_.parts.size());
  Part part;
  part.name = name;
  part.repeats = true;
  part.sub = op.sub;
  out_.parts.push_back(std::move(part));
  last_ = true;
  return add(op);
}

bool NotationCompiler::named_type() {
  const std::size_t close = text_.find('>', at_);
  if (close == std::string_view::npos) return fail("the bracket is not closed");
  const std::string_view name = text_.substr(at_ + 1, close - at_ - 1);
  if (name == "codes") {
    at_ = close + 1;
    return code_rows();
  }
  const auto type = vocabulary_.types.find(name);
  if (type == vocabulary_.types.end()) return fail(fmt::format("there is no type <{}>", name));
  if (in_type_) return fail("a type is not made of types");
  Op op;
  if (!add_part(LeafType::text, 'x', false, op.slot)) return false;
  if (!type->second.words.empty()) {
    op.kind = Op::Kind::one_of;
    op.sub = static_cast<std::uint16_t>(out_.choices.size());
    out_.choices.push_back(type->second.words);
    at_ = close + 1;
    return add(op);
  }
  op.kind = Op::Kind::open;
  if (!add(op)) return false;
  const std::string_view outer = std::exchange(text_, type->second.notation);
  at_ = 0;
  in_type_ = true;
  const bool good = sequence(0) && at_ == text_.size();
  in_type_ = false;
  text_ = outer;
  at_ = close + 1;
  if (!good) return fail(fmt::format("the type <{}> is wrong: {}", name, error_.text));
  op.kind = Op::Kind::close;
  op.inner_slashes = type->second.inner_slashes;
  return add(op);
}

bool NotationCompiler::code_rows() {
  if (codes_.empty()) return fail("<codes> needs the key `codes`");
  Op op;
  op.kind = Op::Kind::codes;
  for (const std::string& each : codes_) {
    if (!code_row(each)) return false;
  }
  last_ = true;
  return add(op);
}

/// "NAME 60z", "ASSIGN 7*70z purpose", "DATE 6!n:date date": code, format, and a name if the code is none.
bool NotationCompiler::code_row(const std::string& text) {
  const std::size_t blank = text.find(' ');
  const std::string_view outer = std::exchange(text_, std::string_view(text));
  const std::size_t outer_at = std::exchange(at_, blank == std::string::npos ? text.size() : blank + 1);
  CodeRow row;
  row.code = text.substr(0, blank);
  std::uint16_t count = number();
  if (peek('*')) {
    ++at_;
    row.lines_max = count;
    count = number();
  }
  row.run.max = count;
  Part part;
  const bool good = run_of(row.run);
  part.set = row.run.set;
  part.repeats = row.lines_max > 1;
  std::string_view rest = std::string_view(text).substr(at_);
  if (rest.starts_with(':')) {
    const std::string_view pattern = rest.substr(1, rest.find(' ') - 1);
    if (set_pattern(part, pattern)) rest.remove_prefix(1 + pattern.size());
  }
  if (rest.starts_with(' ')) {
    part.name = rest.substr(1);
    rest = {};
  } else {
    std::transform(row.code.begin(), row.code.end(), std::back_inserter(part.name),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  }
  if (const auto found = vocabulary_.sensitivity.find(part.name); found != vocabulary_.sensitivity.end()) {
    part.sensitivity = found->second;
  }
  text_ = outer;
  at_ = outer_at;
  if (!good || !rest.empty() || row.code.empty()) {
    return fail(fmt::format("\"{}\" is no row of codes such as \"NAME 60z\"", text));
  }
  row.slot = static_cast<std::uint16_t>(out_.parts.size());
  out_.parts.push_back(std::move(part));
  out_.codes.push_back(std::move(row));
  return true;
}

}  // namespace

bool compile_format(std::string_view notation, std::string_view parts, const std::vector<std::string>& codes,
                    const Vocabulary& vocabulary, Format& out, NotationError& error) {
  out.notation = notation;
  return NotationCompiler(notation, parts, codes, vocabulary, out, error).run();
}

}  // namespace tilmash::formats::swift_mt
