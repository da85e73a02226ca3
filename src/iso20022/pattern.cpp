// Expression -> nondeterministic automaton (Thompson) -> deterministic table (subset construction).
#include "iso20022/pattern.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "iso20022/char_set.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::uint32_t state_count_max = 4000;
constexpr std::uint32_t repeat_max = 2000;
constexpr std::uint32_t depth_max = 50;
constexpr std::uint32_t forever = static_cast<std::uint32_t>(-1);

/// A state reads one character of `set` and goes to `next`, or goes without reading to `next` and `also`.
struct State {
  CharSet set;
  bool reads = false;
  std::uint32_t next = 0;
  std::uint32_t also = 0;  ///< 0 = none
};

/// A piece of the automaton; states [begin, states.size()) belong to the piece that was built last.
struct Piece {
  std::uint32_t in = 0;
  std::uint32_t out = 0;
};

class Builder {
 public:
  explicit Builder(std::string_view expression) : text_(expression) { states_.resize(1); }

  std::optional<Piece> build() {
    const Piece all = alternatives(0);
    if (failed_ || at_ != text_.size()) return std::nullopt;
    return all;
  }
  const std::vector<State>& states() const { return states_; }

 private:
  std::uint32_t add_state() {
    if (states_.size() > 8 * state_count_max) failed_ = true;
    if (failed_) return 0;
    states_.emplace_back();
    return static_cast<std::uint32_t>(states_.size() - 1);
  }
  bool at_end() const { return at_ == text_.size(); }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Piece empty() {
    const std::uint32_t state = add_state();
    return {state, state};
  }
  void link(std::uint32_t from, std::uint32_t to) {
    State& state = states_[from];
    (state.next == 0 ? state.next : state.also) = to;
  }

  Piece alternatives(std::uint32_t depth) {
    if (depth > depth_max) failed_ = true;
    Piece piece = sequence(depth);
    while (!failed_ && take('|')) {
      const Piece other = sequence(depth);
      const Piece both = {add_state(), add_state()};
      link(both.in, piece.in);
      link(both.in, other.in);
      link(piece.out, both.out);
      link(other.out, both.out);
      piece = both;
    }
    return piece;
  }

  Piece sequence(std::uint32_t depth) {
    Piece piece = empty();
    while (!failed_ && !at_end() && text_[at_] != '|' && text_[at_] != ')') {
      const Piece next = repeated(depth);
      link(piece.out, next.in);
      piece.out = next.out;
    }
    return piece;
  }

  /// An atom with its quantifier. The atom is read again for each copy after the first.
  Piece repeated(std::uint32_t depth) {
    const std::size_t begin = at_;
    const Piece first = atom(depth);
    std::uint32_t low = 1;
    std::uint32_t high = 1;
    quantifier(low, high);
    const std::size_t end = at_;
    bool used = false;
    const auto copy = [&] {
      if (!std::exchange(used, true)) return first;
      at_ = begin;
      return atom(depth);
    };
    Piece piece = empty();
    for (std::uint32_t i = 0; i < low && !failed_; ++i) {
      const Piece one = copy();
      link(piece.out, one.in);
      piece.out = one.out;
    }
    if (high == forever && !failed_) {
      const Piece one = copy();
      const Piece loop = {add_state(), add_state()};
      link(piece.out, loop.in);
      link(loop.in, one.in);
      link(loop.in, loop.out);
      link(one.out, loop.in);
      piece.out = loop.out;
    }
    for (std::uint32_t i = low; high != forever && i < high && !failed_; ++i) {
      const Piece one = copy();
      const Piece maybe = {add_state(), add_state()};
      link(piece.out, maybe.in);
      link(maybe.in, one.in);
      link(maybe.in, maybe.out);
      link(one.out, maybe.out);
      piece.out = maybe.out;
    }
    at_ = end;
    return piece;
  }

  void quantifier(std::uint32_t& low, std::uint32_t& high) {
    if (take('?')) {
      low = 0;
    } else if (take('*')) {
      low = 0;
      high = forever;
    } else if (take('+')) {
      high = forever;
    } else if (take('{')) {
      low = number();
      high = low;
      if (take(',')) high = !at_end() && text_[at_] == '}' ? forever : number();
      if (!take('}') || low > high) failed_ = true;
    }
  }

  std::uint32_t number() {
    std::uint32_t value = 0;
    const std::size_t begin = at_;
    while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9' && value <= repeat_max) {
      value = value * 10 + static_cast<std::uint32_t>(text_[at_++] - '0');
    }
    if (at_ == begin || value > repeat_max) failed_ = true;
    return value;
  }

  Piece atom(std::uint32_t depth) {
    if (take('(')) {
      const Piece piece = alternatives(depth + 1);
      if (!take(')')) failed_ = true;
      return piece;
    }
    CharSet set;
    if (take('[')) {
      // The copies of a repeated atom are read from the same place.
      if (std::exchange(class_begin_, at_) != at_) {
        class_ = char_class();
        class_end_ = at_;
      }
      at_ = class_end_;
      set = class_;
    } else if (take('.')) {
      set.add({'\n', '\n'});
      set.add({'\r', '\r'});
      set = set.complement();
    } else {
      set = character();
    }
    const Piece piece = {add_state(), add_state()};
    if (failed_) return piece;
    states_[piece.in].reads = true;
    states_[piece.in].set = set;
    states_[piece.in].next = piece.out;
    return piece;
  }

  CharSet fail() {
    failed_ = true;
    return {};
  }

  /// The character at `at_`, whatever it is.
  char32_t take_character() {
    if (at_end()) {
      failed_ = true;
      return 0;
    }
    return read_utf8(text_, at_);
  }

  static CharSet one(char32_t character) { return {character, character}; }

  /// One character or escape, as the set it stands for.
  CharSet character() {
    const char32_t c = take_character();
    if (failed_) return {};
    if (c == '\\') return escape();
    if (c < 0x80 && std::string_view("?*+{}()[]|").find(static_cast<char>(c)) != std::string_view::npos) return fail();
    return one(c);
  }

  CharSet escape() {
    const char32_t c = take_character();
    if (failed_ || c >= 0x80) return fail();
    switch (const char escaped = static_cast<char>(c)) {
      case 'd':  // of \d only the ASCII digits; the others are beyond what a payment holds
        return {'0', '9'};
      case 'n':
        return one('\n');
      case 'r':
        return one('\r');
      case 't':
        return one('\t');
      case 'p':
      case 'P':
        return property(escaped == 'P');
      default:
        return std::string_view("\\|.-^?*+{}()[]").find(escaped) != std::string_view::npos ? one(c) : fail();
    }
  }

  /// {Name}, behind \p or \P.
  CharSet property(bool negative) {
    const std::size_t close = text_.find('}', at_);
    if (!take('{') || close == std::string_view::npos) return fail();
    const auto set = CharSet::property(text_.substr(at_, close - at_));
    at_ = close + 1;
    if (!set) return fail();
    return negative ? set->complement() : *set;
  }

  /// Behind '[': members, then perhaps a class that is taken out again.
  CharSet char_class(std::uint32_t depth = 0) {
    if (depth > depth_max) return fail();
    CharSet set;
    const bool negative = take('^');
    bool first = true;
    CharSet less;
    for (; !failed_ && !at_end() && text_[at_] != ']'; first = false) {
      if (text_[at_] == '[') return fail();
      if (!first && text_.substr(at_).starts_with("-[")) {
        at_ += 2;
        less = char_class(depth + 1);
        if (at_end() || text_[at_] != ']') return fail();  // nothing may follow it
        break;
      }
      const CharSet low = class_member();
      const bool range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']' && text_[at_ + 1] != '[';
      if (!range || !low.single()) {
        set.add(low);
        continue;
      }
      ++at_;
      const CharSet high = class_member();
      if (failed_ || !high.single() || *high.single() < *low.single()) return fail();
      set.add({*low.single(), *high.single()});
    }
    if (!take(']') || first) return fail();
    return (negative ? set.complement() : set).without(less);
  }

  /// Inside a class only ] [ \ need an escape.
  CharSet class_member() {
    const char32_t c = take_character();
    if (failed_ || c == '[' || c == ']') return fail();
    return c == '\\' ? escape() : one(c);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<State> states_;    ///< states_[0] is nobody
  std::size_t class_begin_ = 0;  ///< the class in brackets that was read last
  std::size_t class_end_ = 0;
  CharSet class_;
  bool failed_ = false;
};

using StateSet = std::vector<std::uint32_t>;

class Closure {
 public:
  Closure(const std::vector<State>& states, std::uint32_t last) : states_(states), last_(last), seen_(states.size()) {}

  /// All states reached from those of `work` without reading, sorted; only those that read, and `last`, are kept.
  StateSet of(StateSet work) {
    StateSet kept;
    ++round_;
    while (!work.empty()) {
      const std::uint32_t at = work.back();
      work.pop_back();
      if (at == 0 || std::exchange(seen_[at], round_) == round_) continue;
      const State& state = states_[at];
      if (state.reads || at == last_) kept.push_back(at);
      if (state.reads) continue;
      work.push_back(state.next);
      work.push_back(state.also);
    }
    std::sort(kept.begin(), kept.end());
    return kept;
  }

 private:
  const std::vector<State>& states_;
  std::uint32_t last_;
  std::vector<std::uint32_t> seen_;  ///< in which round
  std::uint32_t round_ = 0;
};

/// Characters that no state tells apart share a class.
struct Classes {
  struct Start {
    char32_t first;
    std::uint32_t number;
  };
  std::vector<Start> starts;       ///< characters from `first` on are of this class, up to the next
  std::vector<char32_t> examples;  ///< one character a class
};

Classes classify(const std::vector<State>& states) {
  std::vector<CharSet> sets;
  std::set<char32_t> borders = {0, 0x80};
  for (const State& state : states) {
    if (!state.reads || std::find(sets.begin(), sets.end(), state.set) != sets.end()) continue;
    sets.push_back(state.set);
    for (const CharSet::Range& range : state.set.ranges()) {
      borders.insert(range.first);
      if (range.last != CharSet::last_character) borders.insert(range.last + 1);
    }
  }
  Classes classes;
  std::map<std::vector<bool>, std::uint32_t> numbers;
  for (const char32_t c : borders) {
    std::vector<bool> key;
    for (const CharSet& set : sets) key.push_back(set.contains(c));
    const auto [found, added] = numbers.emplace(std::move(key), static_cast<std::uint32_t>(numbers.size()));
    if (added) classes.examples.push_back(c);
    classes.starts.push_back({c, found->second});
  }
  return classes;
}

}  // namespace

std::optional<Pattern> Pattern::compile(std::string_view expression) {
  if (find_malformed_utf8(expression) != expression.size()) return std::nullopt;
  Builder builder(expression);
  const std::optional<Piece> whole = builder.build();
  if (!whole) return std::nullopt;
  const std::vector<State>& states = builder.states();
  const Classes classes = classify(states);
  const auto class_count = static_cast<std::uint32_t>(classes.examples.size());
  constexpr std::uint32_t class_count_max = 254;
  if (class_count > class_count_max) return std::nullopt;

  // One class more: continuation bytes of a character beyond ASCII, which change nothing.
  Pattern pattern;
  pattern.class_count_ = class_count + 1;
  for (const Classes::Start& start : classes.starts) {
    const auto number = static_cast<std::uint8_t>(start.number);
    for (char32_t c = start.first; c < 0x80; ++c) pattern.class_of_[c] = number;
    if (start.first >= 0x80 && (pattern.wide_.empty() || pattern.wide_.back().number != number)) {
      pattern.wide_.push_back({start.first, number});
    }
  }
  for (std::uint32_t byte = 0x80; byte < 256; ++byte) {
    pattern.class_of_[byte] = byte < 0xC0 ? static_cast<std::uint8_t>(class_count) : pattern.wide_[0].number;
  }
  if (pattern.wide_.size() == 1) pattern.wide_.clear();
  std::map<StateSet, std::uint32_t> rows;
  std::vector<StateSet> work;
  const auto row_of = [&](StateSet set) {
    const auto [found, added] = rows.emplace(std::move(set), static_cast<std::uint32_t>(rows.size()));
    if (added) work.push_back(found->first);
    return found->second * pattern.class_count_;
  };
  row_of({});
  Closure closure(states, whole->out);
  pattern.start_ = row_of(closure.of({whole->in}));
  std::vector<std::uint32_t> row_behind(states.size());  // one state alone; 0 = not known yet
  for (std::uint32_t row = 0; row < work.size(); ++row) {
    if (row > state_count_max) return std::nullopt;
    const StateSet set = work[row];
    pattern.accepts_.push_back(std::binary_search(set.begin(), set.end(), whole->out) ? 1 : 0);
    for (std::uint32_t c = 0; c < class_count; ++c) {
      StateSet reached;
      for (const std::uint32_t at : set) {
        if (states[at].reads && states[at].set.contains(classes.examples[c])) reached.push_back(states[at].next);
      }
      // Mostly no state is reached, which is row 0, or one.
      std::uint32_t one = 0;
      std::uint32_t& known = reached.size() == 1 ? row_behind[reached[0]] : one;
      if (known == 0 && !reached.empty()) known = row_of(closure.of(std::move(reached)));
      pattern.next_.push_back(known);
    }
    pattern.next_.push_back(row * pattern.class_count_);
  }
  return pattern;
}

PlaceTable Pattern::find_places() const {
  if (!wide_.empty()) return {};
  const std::uint32_t classes = class_count_ - 1;  // the last one goes on with a character beyond ASCII
  std::vector<PlaceTable::Characters> members(classes);
  for (std::size_t c = 0; c < members[0].size(); ++c) members[class_of_[c]].set(c);
  PlaceTable places;
  for (std::uint32_t state = start_;;) {
    if (accepts_[state / class_count_] != 0) places.add_end();
    std::uint32_t next = 0;
    PlaceTable::Characters allowed;
    for (std::uint32_t number = 0; number < classes; ++number) {
      const std::uint32_t to = next_[state + number];
      if (to == 0) continue;
      const bool beyond_ascii = number == class_of_[0xC0];  // places are bytes
      if (beyond_ascii || (next != 0 && to != next)) return {};
      next = to;
      allowed |= members[number];
    }
    if (next == 0) return places;
    if (!places.add(allowed)) return {};
    state = next;
  }
}

std::uint32_t Pattern::step(std::uint32_t state, char32_t character) const {
  if (character < 0x80) return next_[state + class_of_[character]];
  if (wide_.empty()) return next_[state + class_of_[0xC0]];
  const auto behind = std::upper_bound(wide_.begin(), wide_.end(), character,
                                       [](char32_t one, const WideClass& start) { return one < start.first; });
  return next_[state + std::prev(behind)->number];
}

bool Pattern::matches_wide(std::string_view text) const {
  std::uint32_t state = start_;
  for (std::size_t at = 0; at < text.size();) state = step(state, read_utf8(text, at));
  return accepts_[state / class_count_] != 0;
}

bool Pattern::is_within(const Pattern& other, bool but_empty) const {
  constexpr std::size_t pairs_max = 100'000;
  std::vector<char32_t> characters;
  for (char32_t c = 0; c <= 0x80; ++c) characters.push_back(c);
  for (const Pattern* one : {this, &other}) {
    for (const WideClass& start : one->wide_) characters.push_back(start.first);
  }
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen = {{start_, other.start_}};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> work(seen.begin(), seen.end());
  for (bool first = true; !work.empty(); first = false) {
    const auto [own, its] = work.back();
    work.pop_back();
    const bool more = accepts_[own / class_count_] != 0 && other.accepts_[its / other.class_count_] == 0;
    if (more && !(first && but_empty)) return false;
    for (const char32_t c : characters) {
      const std::pair next{step(own, c), other.step(its, c)};
      if (next.first != 0 && seen.insert(next).second) work.push_back(next);
    }
    if (seen.size() > pairs_max) return false;
  }
  return true;
}

}  // namespace tilmash::iso20022
