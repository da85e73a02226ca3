// The reader's quick loop: what nearly every element of nearly every message is. Not needed for any result: the slow
// steps of reader_content.cpp come to the same, and the tests compare the two.
#include <algorithm>

#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {
namespace {

/// Whether the name at `at` is the particle's. 24 bytes may be read.
inline bool has_name(const char* at, const Particle& particle) {
  if (((load_word(at) ^ particle.name[0]) & particle.mask[0]) != 0) return false;
  if (particle.name_size <= 8) return true;
  return (((load_word(at + 8) ^ particle.name[1]) & particle.mask[1]) |
          ((load_word(at + 16) ^ particle.name[2]) & particle.mask[2])) == 0;
}

/// What may follow the name of a start tag that is looked at more closely.
inline bool ends_name(char c) {
  return c == '>' || is_blank(c);
}

/// Plain text up to '<'; nullptr when anything else stands there, or the end is near.
inline const char* skip_plain(const char* at, const char* limit) {
  for (; at < limit; at += 16) {
    const Block block = look_at_block(at);
    const std::uint32_t below = block.less == 0 ? 0xFFFF : (block.less & (0 - block.less)) - 1;
    if ((block.special & below) != 0) return nullptr;
    if (block.less != 0) return at + __builtin_ctz(block.less);
  }
  return nullptr;
}

/// Where the first byte that is no blank stands, `limit` or more when it is not before it.
inline const char* skip_blanks(const char* at, const char* limit) {
  while (at < limit && is_blank(*at)) ++at;
  return at;
}

}  // namespace

/// One run of the quick loop: what it needs at every element, at hand. Nothing is changed unless a whole tag, or a
/// whole element with a value, is as expected; each function is false, or nullptr, when it is not.
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
        base_(base),
        at_(window),
        limit_(limit),
        window_(window),
        begin_(engine.at_),
        particles_(engine.message_->particles.data()),
        types_(engine.message_->types.data()),
        prefix_word_(engine.prefix_word_),
        prefix_mask_(engine.prefix_mask_),
        prefix_size_(engine.prefix_size_),
        elements_max_(std::min(engine.caps_.elements, engine.pause_at_)),
        depth_max_(std::min(engine.caps_.depth - engine.opens_.size(), engine.frames_.size())),
        frame_(&engine.frames_[engine.depth_ - 1]) {}

  [[gnu::always_inline]] void loop() {
    while (at_ < limit_ && (*at_ == '<' || pass_blanks())) {
      if (at_[1] == '/') {
        if (!close()) break;
      } else if (!engine_.fast_ || !has_prefix(at_ + 1) || !open(at_ + 1 + prefix_size_)) {
        break;
      }
    }
    engine_.at_ = in_input(at_);
  }

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
    const char* name = at_ + 2 + prefix_size_;
    if (!frame_->plain || !has_prefix(at_ + 2) || !has_name(name, own) || name[own.name_size] != '>' ||
        frame_->done != frame_->type->due ||
        (frame_->count != 0 && frame_->count < frame_->first[frame_->position].occurs_min)) {
      return false;
    }
    at_ = name + own.name_size + 1;
    engine_.fast_ = frame_->fast_before;
    if (frame_->bindings != engine_.bindings_.size()) engine_.bindings_.resize(frame_->bindings);
    --engine_.depth_;
    if constexpr (build) {
      if (frame_->node != no_node) {
        engine_.instance_->end(engine_.offset_of(in_input(at_)));
        engine_.closed_node_ = frame_->node;
        if (engine_.closed_node_ == engine_.item_node_) return false;
      }
    }
    --frame_;
    return engine_.depth_ != base_;
  }

  /// Looks for the child with the name of a start tag, and sets its ordinal. Gives the number of the occurrence that it
  /// would be; 0 when it may not come now.
  std::uint32_t find_child(const char* name, std::uint32_t& ordinal) const {
    const std::uint64_t head = load_word(name);
    const std::uint32_t count = frame_->type->particle_count;
    const Particle* const first = frame_->first;
    std::uint32_t i = frame_->next;
    while (i < count && (((head ^ first[i].name[0]) & first[i].mask[0]) != 0 || !has_name(name, first[i]) ||
                         first[i].name_size > name_fast_bytes || !ends_name(name[first[i].name_size]))) {
      ++i;
    }
    if (i == count) return 0;
    ordinal = i;
    const Particle& particle = first[i];
    if (frame_->count != 0 && i == frame_->position) {
      return frame_->count == particle.occurs_max ? 0 : frame_->count + 1;
    }
    const bool in_order =
        particle.due == frame_->done && (frame_->count == 0 || (particle.slot != first[frame_->position].slot &&
                                                                frame_->count >= first[frame_->position].occurs_min));
    return in_order ? 1 : 0;
  }

  /// A start tag, and of a value the whole element.
  [[gnu::always_inline]] bool open(const char* name) {
    std::uint32_t ordinal = 0;
    const std::uint32_t occurrence = find_child(name, ordinal);
    if (occurrence == 0 || engine_.elements_ == elements_max_) return false;
    const Particle& particle = frame_->first[ordinal];
    const Type& type = types_[particle.type];
    const char* const behind = name + particle.name_size;
    if (type.kind == Type::Kind::any) return false;
    return type.kind == Type::Kind::content ? open_content(behind, type, particle, ordinal, occurrence)
                                            : take_value(behind, type, particle, ordinal, occurrence);
  }

  std::uint32_t node_of(std::uint32_t ordinal) const {
    return frame_->node != no_node ? frame_->first_child + ordinal : no_node;
  }

  [[gnu::always_inline]] bool open_content(const char* behind, const Type& type, const Particle& particle,
                                           std::uint32_t ordinal, std::uint32_t occurrence) {
    if (*behind != '>' || engine_.depth_ == depth_max_) return false;
    const std::uint32_t node = build ? node_of(ordinal) : no_node;
    frame_->move_to(ordinal, occurrence, particle);
    ++engine_.elements_;
    if constexpr (build) engine_.begin_element(node, in_input(at_));
    ++frame_;
    ++engine_.depth_;
    frame_->open(type, engine_.first_of(type), static_cast<std::uint32_t>(&particle - particles_), occurrence);
    frame_->node = node;
    if constexpr (build) {
      if (node != no_node) frame_->first_child = engine_.shape_->nodes[node].first_child;
    }
    frame_->name = {in_input(at_ + 1), prefix_size_ + particle.name_size};
    frame_->bindings = engine_.bindings_.size();
    frame_->plain = true;
    frame_->fast_before = true;
    at_ = behind + 1;
    return true;
  }

  [[gnu::always_inline]] bool take_value(const char* behind, const Type& type, const Particle& particle,
                                         std::uint32_t ordinal, std::uint32_t occurrence) {
    std::uint32_t node = no_node;
    if constexpr (build) node = node_of(ordinal);
    std::string_view attribute;
    if (type.kind == Type::Kind::value) {
      behind = engine_.fast_attribute(behind, type, attribute);
      if (behind == nullptr) return false;
    }
    if (*behind != '>') return false;
    const char* const from = behind + 1;
    const char* to = skip_plain(from, limit_);
    const bool plain = to != nullptr;
    std::string_view text(from, plain ? static_cast<std::size_t>(to - from) : 0);
    if (!plain) to = engine_.read_odd_text(from, limit_, text);
    if (to == nullptr || to[1] != '/' || !has_prefix(to + 2)) return false;
    const char* const end_name = to + 2 + prefix_size_;
    if (!has_name(end_name, particle) || end_name[particle.name_size] != '>') return false;
    const std::string_view raw(from, static_cast<std::size_t>(to - from));
    if (raw.size() > engine_.caps_.text_bytes) return false;
    frame_->move_to(ordinal, occurrence, particle);
    ++engine_.elements_;
    const SimpleType& simple = engine_.message_->simples[type.simple];
    if (!plain || simple.check != SimpleType::Check::length || text.size() < simple.length_min ||
        text.size() > simple.length_max) {
      if (const Code code = check_value(simple, text, plain)) {
        engine_.report_value(code, simple, text, in_input(from), raw.size(), engine_.path_below(particle, occurrence));
      }
    }
    at_ = end_name + particle.name_size + 1;
    if constexpr (build) {
      if (node != no_node) put(node, simple, raw, text, attribute);
    }
    return true;
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
  const std::size_t base_;
  const char* at_;
  const char* const limit_;
  const char* const window_;
  const char* const begin_;  ///< where the window begins in the input
  const Particle* const particles_;
  const Type* const types_;
  const std::uint64_t prefix_word_;
  const std::uint64_t prefix_mask_;
  const std::size_t prefix_size_;
  const std::uint64_t elements_max_;
  const std::size_t depth_max_;
  Frame* frame_;
};

/// Takes elements while they are what is expected, in the usual form: start tags of elements with elements, whole
/// elements with values, end tags. Stops, with nothing half done, at anything else, and behind the end of the element
/// that was open at `base` frames or of an item.
template <bool build>
void ReaderEngine::fast_run(std::size_t base) {
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
  if (text.find_first_of("]\r") != std::string_view::npos || find_wrong_character(text) != text.size()) return nullptr;
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
