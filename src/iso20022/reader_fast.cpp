// The reader's quick loop: what nearly every element of nearly every message is. Not needed for any result: the slow
// steps of reader_content.cpp come to the same, and the tests compare the two.
#include <algorithm>
#include <bit>

#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {
namespace {

using Form = Particle::Form;

std::uint16_t load_two(const char* at) {
  std::uint16_t two = 0;
  std::memcpy(&two, at, 2);
  return two;
}

bool is_end_tag(const char* at) {
  return load_two(at) == load_two("</");
}

/// Which of 32 bytes differ from the particle's name; bit i is byte i.
std::uint32_t differences(const char* at, const Particle& particle) {
#if defined(__SSE2__)
  const auto same = [&](std::size_t from) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + from));
    const __m128i name = _mm_load_si128(reinterpret_cast<const __m128i*>(particle.name.data() + from));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, name)));
  };
  return ~(same(0) | same(16) << 16);
#else
  std::uint32_t bits = 0;
  for (std::uint32_t i = 0; i < particle.name.size(); ++i) bits |= (at[i] != particle.name[i] ? 1u : 0u) << i;
  return bits;
#endif
}

/// Whether the particle's name, and what must stand behind it, stands at `at`.
bool has_name(const char* at, const Particle& particle) {
  return (differences(at, particle) & particle.name_mask) == 0;
}

/// The same for an end tag.
bool has_end_name(const char* at, const Particle& particle) {
  if (particle.form != Form::value_with_attribute) return has_name(at, particle);
  return (differences(at, particle) & particle.name_mask >> 1) == 0 && at[particle.name_size] == '>';
}

/// The first byte that is not plain text, or one from `limit` on.
const char* skip_plain(const char* at, const char* limit) {
  do {
    const std::uint32_t stops = find_stops(at);
    if (stops != 0) return at + std::countr_zero(stops);
    at += 16;
  } while (at < limit);
  return at;
}

/// The first byte that is no blank, or one from `limit` on.
const char* skip_blanks(const char* at, const char* limit) {
#if defined(__SSE2__)
  for (; at < limit; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i blank = _mm_or_si128(_mm_or_si128(is(' '), is('\n')), _mm_or_si128(is('\t'), is('\r')));
    const std::uint32_t others = ~static_cast<std::uint32_t>(_mm_movemask_epi8(blank)) & 0xFFFF;
    if (others != 0) return at + std::countr_zero(others);
  }
#else
  while (at < limit && is_blank(*at)) ++at;
#endif
  return at;
}

}  // namespace

/// One run of the quick loop. Nothing is changed unless a whole tag, or a whole element with a value, is as expected;
/// each function is false, or nullptr, when it is not. What changes with every element is in here, and goes back to the
/// engine at the end: inlined into `run`, all of it is in registers.
template <bool build>
class ReaderEngine::FastRun {
 public:
  /// `window` is the engine's place in the input, or a copy of what stands from there on to the input's end. From any
  /// place before `limit`, `reach_bytes` may be read.
  [[gnu::noinline]] static void run(ReaderEngine& engine, std::size_t base, const char* window, const char* limit) {
    FastRun(engine, base, window, limit).loop();
  }

 private:
  FastRun(ReaderEngine& engine, std::size_t base, const char* window, const char* limit)
      : engine_(engine),
        window_(window),
        begin_(engine.at_),
        limit_(limit),
        particles_(engine.message_->particles.data()),
        prefix_word_(engine.prefix_word_),
        prefix_mask_(engine.prefix_mask_),
        prefix_size_(engine.prefix_size_),
        elements_max_(std::min(engine.caps_.elements, engine.pause_at_)),
        frames_(engine.frames_.data()),
        last_(frames_ + base),
        deepest_(frames_ + std::min(engine.caps_.depth - engine.opens_.size(), engine.frames_.size()) - 1),
        at_(window),
        frame_(frames_ + engine.depth_ - 1),
        elements_(engine.elements_),
        bindings_(engine.bindings_.size()) {}

  [[gnu::always_inline]] void loop() {
    while (at_ < limit_ && (*at_ == '<' || pass_blanks())) {
      if (at_[1] == '/') {
        if (!close()) break;
      } else if (!has_prefix(at_ + 1) || !open(at_ + 1 + prefix_size_)) {
        break;
      }
    }
    engine_.at_ = in_input(at_);
    engine_.elements_ = elements_;
    give_depth();
  }

  void give_depth() { engine_.depth_ = static_cast<std::size_t>(frame_ + 1 - frames_); }

  /// The same byte in the input.
  const char* in_input(const char* at) const { return begin_ + (at - window_); }
  std::string_view in_input(std::string_view text) const { return {in_input(text.data()), text.size()}; }

  bool has_prefix(const char* name) const { return ((load_word(name) ^ prefix_word_) & prefix_mask_) == 0; }

  [[gnu::always_inline]] bool pass_blanks() {
    const char* const to = skip_blanks(at_, limit_);
    if (to >= limit_ || *to != '<') return false;
    const auto size = static_cast<std::uint64_t>(to - at_);
    if (size > engine_.caps_.text_bytes) return false;
    if constexpr (build) engine_.dropped_.blank_bytes += size;
    at_ = to;
    return true;
  }

  /// An end tag. False behind it as well, where the run ends.
  [[gnu::always_inline]] bool close() {
    const Particle& own = particles_[frame_->particle];
    const char* const name = at_ + 2 + prefix_size_;
    if (!frame_->plain || !has_prefix(at_ + 2) || !has_name(name, own) || frame_->done != frame_->type->due ||
        frame_->lacks()) {
      return false;
    }
    at_ = name + own.name_size + 1;
    if (frame_->bindings != bindings_) {
      bindings_ = frame_->bindings;
      engine_.bindings_.resize(bindings_);
    }
    const Frame* const closed = frame_--;
    if constexpr (build) {
      if (closed->node != no_node) {
        engine_.instance_->end(engine_.offset_of(in_input(at_)));
        engine_.closed_node_ = closed->node;
        if (closed->node == engine_.item_node_) return false;
      }
    }
    return closed != last_;
  }

  /// The child whose start tag has its name at `name`.
  const Particle* find_child(const char* name) const {
    const Particle* particle = frame_->first + frame_->next;
    const Particle* const end = frame_->first + frame_->type->particle_count;
    const std::uint16_t two = load_two(name);
    for (; particle != end; ++particle) {
      if (two == load_two(particle->name.data()) && has_name(name, *particle)) return particle;
    }
    return nullptr;
  }

  /// Whether the child may come now, as the nth of its name.
  bool may_come(const Particle& child, std::uint32_t ordinal, std::uint32_t& occurrence) const {
    occurrence = 1;
    if (ordinal >= frame_->next_slot) return child.due == frame_->done && !frame_->lacks();
    occurrence = frame_->count + 1;
    return ordinal == frame_->position && occurrence <= child.occurs_max;
  }

  /// A start tag, and of a value the whole element.
  [[gnu::always_inline]] bool open(const char* name) {
    const Particle* const child = find_child(name);
    if (child == nullptr || elements_ == elements_max_) return false;
    const auto ordinal = static_cast<std::uint32_t>(child - frame_->first);
    std::uint32_t occurrence = 0;
    if (!may_come(*child, ordinal, occurrence)) return false;
    const char* const behind = name + child->name_size;
    return child->form == Form::content ? open_content(behind, *child, ordinal, occurrence)
                                        : take_value(behind, *child, ordinal, occurrence);
  }

  std::uint32_t node_of(std::uint32_t ordinal) const {
    return frame_->node != no_node ? frame_->first_child + ordinal : no_node;
  }

  [[gnu::always_inline]] bool open_content(const char* behind, const Particle& child, std::uint32_t ordinal,
                                           std::uint32_t occurrence) {
    if (frame_ == deepest_) return false;
    const std::uint32_t node = build ? node_of(ordinal) : no_node;
    ++elements_;
    frame_->move_to(ordinal, occurrence, child);
    if constexpr (build) engine_.begin_element(node, in_input(at_));
    ++frame_;
    const Type& type = engine_.message_->types[child.type];
    frame_->open(type, particles_ + type.first_particle, static_cast<std::uint32_t>(&child - particles_), occurrence);
    frame_->node = node;
    if constexpr (build) {
      if (node != no_node) frame_->first_child = engine_.shape_->nodes[node].first_child;
    }
    frame_->name = {in_input(at_ + 1), prefix_size_ + child.name_size};
    frame_->bindings = bindings_;
    frame_->plain = true;
    frame_->fast_before = true;
    at_ = behind + 1;
    return true;
  }

  [[gnu::always_inline]] bool take_value(const char* behind, const Particle& child, std::uint32_t ordinal,
                                         std::uint32_t occurrence) {
    std::string_view attribute;
    if (child.form == Form::value_with_attribute) {
      behind = engine_.fast_attribute(behind, engine_.message_->types[child.type], attribute);
      if (behind == nullptr || *behind != '>') return false;
    }
    const char* const from = behind + 1;
    if (from >= limit_) return false;
    const char* to = skip_plain(from, limit_);
    std::string_view text(from, static_cast<std::size_t>(to - from));
    const bool plain = is_end_tag(to);
    if (!plain) {
      to = engine_.read_odd_text(from, limit_, text);
      if (to == nullptr || !is_end_tag(to)) return false;
    }
    const char* const end_name = to + 2 + prefix_size_;
    const std::string_view raw(from, static_cast<std::size_t>(to - from));
    if (!has_prefix(to + 2) || !has_end_name(end_name, child) || raw.size() > engine_.caps_.text_bytes) return false;
    const std::uint32_t node = build ? node_of(ordinal) : no_node;
    ++elements_;
    frame_->move_to(ordinal, occurrence, child);
    if (!plain || text.size() < child.text_min || text.size() > child.text_max) check(child, raw, text, plain);
    at_ = end_name + child.name_size + 1;
    if constexpr (build) {
      if (node != no_node) put(node, engine_.message_->simples[child.simple], raw, text, attribute);
    }
    return true;
  }

  /// A value whose length alone does not tell that it is right.
  [[gnu::always_inline]] void check(const Particle& child, std::string_view raw, std::string_view text, bool ascii) {
    const SimpleType& simple = engine_.message_->simples[child.simple];
    const Code code = check_value(simple, text, ascii);
    if (!code) return;
    give_depth();
    engine_.report_value(code, simple, text, in_input(raw.data()), raw.size(),
                         engine_.path_below(child, frame_->count));
  }

  /// A value's cells. `text` is `raw`, or what it comes to.
  void put(std::uint32_t node, const SimpleType& simple, std::string_view raw, std::string_view text,
           std::string_view attribute) {
    text = text.data() == raw.data() ? in_input(raw) : engine_.arena_->copy(text);
    const char* const from = in_input(raw.data());
    const char* const to = from + raw.size();
    if (attribute.data() == nullptr) return engine_.add_leaf(node, simple, text, from, to);
    attribute = in_input(attribute);
    Instance& instance = *engine_.instance_;
    Decimal number;
    const std::string_view value = engine_.canonical(simple, text, number);
    instance.begin_value(node, value, engine_.offset_of(from)).number = number;
    instance.leaf(engine_.shape_->nodes[node].first_child, attribute, engine_.offset_of(attribute.data()),
                  static_cast<std::uint32_t>(attribute.size()));
    instance.end(engine_.offset_of(to));
  }

  ReaderEngine& engine_;
  const char* const window_;
  const char* const begin_;  ///< where the window begins in the input
  const char* const limit_;
  const Particle* const particles_;
  const std::uint64_t prefix_word_;
  const std::uint64_t prefix_mask_;
  const std::size_t prefix_size_;
  const std::uint64_t elements_max_;
  Frame* const frames_;
  const Frame* const last_;     ///< the run ends where it is closed
  const Frame* const deepest_;  ///< none is opened below it

  const char* at_;
  Frame* frame_;
  std::uint64_t elements_;
  std::size_t bindings_;
};

/// Takes elements while they are what is expected, in the usual form: start tags of elements with elements, whole
/// elements with values, end tags. Stops, with nothing half done, at anything else, and behind the end of the element
/// that was open at `base` frames or of an item.
template <bool build>
void ReaderEngine::fast_run(std::size_t base) {
  if (!fast_) return;  // and so it stays until a slow step closes the element that made it so
  if (at_ < fast_limit_) {
    FastRun<build>::run(*this, base, at_, fast_limit_);
    if (depth_ == base || (closed_node_ != no_node && closed_node_ == item_node_)) return;
  }
  // Nothing behind the input is read: its last bytes are in a copy, which has room behind it.
  constexpr std::size_t tail_bytes = 256;
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (left > tail_bytes) return;
  char tail[tail_bytes + reach_bytes];
  std::memcpy(tail, at_, left);
  std::memset(tail + left, 0, reach_bytes);
  FastRun<build>::run(*this, base, tail, tail + left);
}

/// A value up to '<' that is not all plain: with characters beyond ASCII, or with references, which are resolved in
/// `scratch_`. nullptr when anything else stands there, or the end is near.
const char* ReaderEngine::read_odd_text(const char* from, const char* limit, std::string_view& text) {
  if (from >= limit) return nullptr;
  const void* less = std::memchr(from, '<', static_cast<std::size_t>(limit - from));
  if (less == nullptr) return nullptr;
  const char* const end = static_cast<const char*>(less);
  text = {from, static_cast<std::size_t>(end - from)};
  const auto has = [&](char c) { return text.find(c) != std::string_view::npos; };
  if (has(']') || has('\r') || find_wrong_character(text) != text.size()) return nullptr;
  const auto next_reference = [end](const char* at) {
    return static_cast<const char*>(std::memchr(at, '&', static_cast<std::size_t>(end - at)));
  };
  const char* reference = next_reference(from);
  if (reference == nullptr) return end;
  scratch_.clear();
  for (const char* at = from; at != end; reference = next_reference(at)) {
    const char* const plain_end = reference == nullptr ? end : reference;
    scratch_.append(at, plain_end);
    at = plain_end;
    if (at != end && !take_reference(at, end, scratch_)) return nullptr;
  }
  text = scratch_;
  return end;
}

/// The one attribute of a value in its usual form: ` Ccy="KZT"`. Gives the place of '>', or nullptr.
const char* ReaderEngine::fast_attribute(const char* at, const Type& type, std::string_view& value) const {
  constexpr std::size_t name_bytes_max = 16;
  constexpr std::size_t value_bytes_max = 16;
  if (type.attribute_count != 1 || *at != ' ') return nullptr;
  const Attribute& declared = message_->attributes[type.first_attribute];
  const std::size_t name_size = declared.name.size();
  if (name_size > name_bytes_max || std::memcmp(at + 1, declared.name.data(), name_size) != 0) return nullptr;
  const char* from = at + 1 + name_size;
  if (from[0] != '=' || from[1] != '"') return nullptr;
  from += 2;
  std::size_t size = 0;
  while (size < value_bytes_max && from[size] > '>') ++size;  // letters only, as codes of currencies are
  value = {from, size};
  if (from[size] != '"' || check_value(message_->simples[declared.simple], value, true)) return nullptr;
  return from + size + 1;
}

template void ReaderEngine::fast_run<true>(std::size_t base);
template void ReaderEngine::fast_run<false>(std::size_t base);

}  // namespace tilmash::iso20022
