// Expression -> nondeterministic automaton (Thompson) -> deterministic table (subset construction).
#include "iso20022/pattern.h"

#include <algorithm>
#include <bitset>
#include <map>
#include <utility>

namespace tilmash::iso20022 {
namespace {

constexpr std::uint32_t other_character = 128;  ///< stands for every character beyond ASCII
using CharSet = std::bitset<129>;

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
      set = char_class();
    } else if (take('.')) {
      set.set();
      set.reset('\n');
      set.reset('\r');
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

  /// One character or escape, as the set it stands for.
  CharSet character() {
    CharSet set;
    if (at_end()) {
      failed_ = true;
      return set;
    }
    char c = text_[at_++];
    if (c == '\\') {
      if (at_end()) {
        failed_ = true;
        return set;
      }
      c = text_[at_++];
      if (c == 'd') {  // of \d only the ASCII digits; the others are beyond what a payment holds
        for (char digit = '0'; digit <= '9'; ++digit) set.set(static_cast<std::size_t>(digit));
        return set;
      }
      if (c == 'n')
        c = '\n';
      else if (c == 'r')
        c = '\r';
      else if (c == 't')
        c = '\t';
      else if (std::string_view("\\|.-^?*+{}()[]").find(c) == std::string_view::npos)
        failed_ = true;
    } else if (std::string_view("?*+{}()[]|").find(c) != std::string_view::npos) {
      failed_ = true;
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      failed_ = true;
    } else {
      set.set(static_cast<std::size_t>(c));
    }
    return set;
  }

  CharSet char_class() {
    CharSet set;
    const bool negative = take('^');
    bool first = true;
    for (; !failed_ && !at_end() && text_[at_] != ']'; first = false) {
      if (text_[at_] == '[' || (text_[at_] == '-' && at_ + 1 < text_.size() && text_[at_ + 1] == '[')) failed_ = true;
      const CharSet low = class_member();
      const bool range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
      if (!range || low.count() != 1) {
        set |= low;
        continue;
      }
      ++at_;
      const CharSet high = class_member();
      if (high.count() != 1) failed_ = true;
      std::size_t c = 0;
      while (c < 128 && !low[c]) ++c;
      if (failed_ || (low | high).count() == 0) break;
      std::size_t last = 127;
      while (last > 0 && !high[last]) --last;
      if (last < c) failed_ = true;
      for (; c <= last; ++c) set.set(c);
    }
    if (!take(']') || first) failed_ = true;
    return negative ? ~set : set;
  }

  /// Inside a class only ] [ \ need an escape.
  CharSet class_member() {
    if (at_end() || text_[at_] == '\\') return character();
    const char c = text_[at_++];
    CharSet set;
    if (static_cast<unsigned char>(c) >= 0x80 || c == '[' || c == ']') {
      failed_ = true;
    } else {
      set.set(static_cast<std::size_t>(c));
    }
    return set;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<State> states_;  ///< states_[0] is nobody
  bool failed_ = false;
};

using StateSet = std::vector<std::uint32_t>;

/// All states reached from `set` without reading, sorted; only those that read, and `last`, are kept.
StateSet closure(const std::vector<State>& states, StateSet work, std::uint32_t last) {
  std::vector<bool> seen(states.size());
  StateSet kept;
  while (!work.empty()) {
    const std::uint32_t at = work.back();
    work.pop_back();
    if (at == 0 || seen[at]) continue;
    seen[at] = true;
    if (states[at].reads || at == last) kept.push_back(at);
    if (states[at].reads) continue;
    work.push_back(states[at].next);
    work.push_back(states[at].also);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

/// Characters that no state tells apart share a class.
std::uint32_t classify(const std::vector<State>& states, std::array<std::uint8_t, 129>& class_of,
                       std::vector<std::uint32_t>& example) {
  std::vector<CharSet> sets;
  for (const State& state : states) {
    if (state.reads && std::find(sets.begin(), sets.end(), state.set) == sets.end()) sets.push_back(state.set);
  }
  std::map<std::vector<bool>, std::uint8_t> classes;
  for (std::uint32_t c = 0; c <= other_character; ++c) {
    std::vector<bool> key(sets.size());
    for (std::size_t i = 0; i < sets.size(); ++i) key[i] = sets[i][c];
    const auto [found, added] = classes.emplace(std::move(key), static_cast<std::uint8_t>(classes.size()));
    if (added) example.push_back(c);
    class_of[c] = found->second;
  }
  return static_cast<std::uint32_t>(classes.size());
}

}  // namespace

std::optional<Pattern> Pattern::compile(std::string_view expression) {
  Builder builder(expression);
  const std::optional<Piece> whole = builder.build();
  if (!whole) return std::nullopt;
  const std::vector<State>& states = builder.states();
  std::array<std::uint8_t, 129> class_of{};
  std::vector<std::uint32_t> example;
  const std::uint32_t class_count = classify(states, class_of, example);

  // One class more: continuation bytes of a character beyond ASCII, which change nothing.
  Pattern pattern;
  pattern.class_count_ = class_count + 1;
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    pattern.class_of_[byte] = byte < 128    ? class_of[byte]
                              : byte < 0xC0 ? static_cast<std::uint8_t>(class_count)
                                            : class_of[other_character];
  }
  std::map<StateSet, std::uint32_t> rows;
  std::vector<StateSet> work;
  const auto row_of = [&](StateSet set) {
    const auto [found, added] = rows.emplace(std::move(set), static_cast<std::uint32_t>(rows.size()));
    if (added) work.push_back(found->first);
    return found->second * pattern.class_count_;
  };
  row_of({});
  pattern.start_ = row_of(closure(states, {whole->in}, whole->out));
  for (std::uint32_t row = 0; row < work.size(); ++row) {
    if (row > state_count_max) return std::nullopt;
    const StateSet set = work[row];
    pattern.accepts_.push_back(std::binary_search(set.begin(), set.end(), whole->out) ? 1 : 0);
    for (std::uint32_t c = 0; c < class_count; ++c) {
      StateSet reached;
      for (const std::uint32_t at : set) {
        if (states[at].reads && states[at].set[example[c]]) reached.push_back(states[at].next);
      }
      const std::uint32_t to = row_of(closure(states, std::move(reached), whole->out));
      pattern.next_.push_back(to);
    }
    pattern.next_.push_back(row * pattern.class_count_);
  }
  return pattern;
}

}  // namespace tilmash::iso20022
