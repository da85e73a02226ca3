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

/// Text up to '<' with characters beyond ASCII, well-formed, that needs no decoding; nullptr when it is not so.
const char* skip_foreign(const char* at, const char* limit) {
  if (at >= limit) return nullptr;
  const void* less = std::memchr(at, '<', static_cast<std::size_t>(limit - at));
  if (less == nullptr) return nullptr;
  const char* const end = static_cast<const char*>(less);
  for (const char* c = at; c != end; ++c) {
    if (*c == '&' || *c == ']' || *c == '\r') return nullptr;
  }
  const std::string_view text(at, static_cast<std::size_t>(end - at));
  return find_wrong_character(text) == text.size() ? end : nullptr;
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

}  // namespace

/// One run of the quick loop: what it needs at every element, at hand. Nothing in the engine is changed unless a whole
/// tag, or a whole element with a value, is as expected; each function is false, or nullptr, when it is not.
template <bool build>
class ReaderEngine::FastRun {
 public:
  FastRun(ReaderEngine& engine, std::size_t base)
      : engine_(engine),
        base_(base),
        at_(engine.at_),
        limit_(engine.fast_limit_),
        particles_(engine.message_->particles.data()),
        types_(engine.message_->types.data()),
        prefix_word_(engine.prefix_word_),
        prefix_mask_(engine.prefix_mask_),
        prefix_size_(engine.prefix_size_),
        elements_max_(std::min(engine.caps_.elements, engine.pause_at_)),
        depth_max_(engine.caps_.depth - engine.opens_.size()),
        frame_(&engine.frames_[engine.depth_ - 1]) {}

  void run() {
    for (;; engine_.at_ = at_) {
      if (at_ >= limit_ || (*at_ != '<' && !pass_blanks())) return;
      if (at_[1] == '/') {
        if (!close()) return;
      } else if (!engine_.fast_ || !has_prefix(at_ + 1) || !open(at_ + 1 + prefix_size_)) {
        return;
      }
    }
  }

 private:
  bool has_prefix(const char* name) const { return ((load_word(name) ^ prefix_word_) & prefix_mask_) == 0; }

  bool pass_blanks() {
    while (at_ < limit_ && is_blank(*at_)) ++at_;
    if (at_ >= limit_ || *at_ != '<') return false;
    const auto size = static_cast<std::uint64_t>(at_ - engine_.at_);
    if (size > engine_.caps_.text_bytes) return false;
    if constexpr (build) engine_.dropped_.blank_bytes += size;
    engine_.at_ = at_;
    return true;
  }

  /// An end tag. False behind it as well, where the run ends.
  bool close() {
    const Particle& own = particles_[frame_->particle];
    const char* name = at_ + 2 + prefix_size_;
    if (!frame_->plain || !has_prefix(at_ + 2) || !has_name(name, own) || name[own.name_size] != '>' ||
        frame_->done != frame_->type->due ||
        (frame_->count != 0 && frame_->count < frame_->first[frame_->position].occurs_min)) {
      return false;
    }
    engine_.at_ = at_ = name + own.name_size + 1;
    engine_.fast_ = frame_->fast_before;
    if (frame_->bindings != engine_.bindings_.size()) engine_.bindings_.resize(frame_->bindings);
    --engine_.depth_;
    if constexpr (build) {
      if (frame_->node != no_node) {
        engine_.instance_->end(engine_.offset_of(at_));
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
  bool open(const char* name) {
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

  bool open_content(const char* behind, const Type& type, const Particle& particle, std::uint32_t ordinal,
                    std::uint32_t occurrence) {
    if (*behind != '>' || engine_.depth_ == depth_max_) return false;
    const std::uint32_t node = build ? node_of(ordinal) : no_node;
    frame_->move_to(ordinal, occurrence, particle);
    ++engine_.elements_;
    if constexpr (build) engine_.begin_element(node, at_);
    ++frame_;
    ++engine_.depth_;
    frame_->open(type, engine_.first_of(type), static_cast<std::uint32_t>(&particle - particles_), occurrence);
    frame_->node = node;
    if constexpr (build) {
      if (node != no_node) frame_->first_child = engine_.shape_->nodes[node].first_child;
    }
    frame_->name = {at_ + 1, prefix_size_ + particle.name_size};
    frame_->bindings = engine_.bindings_.size();
    frame_->plain = true;
    frame_->fast_before = true;
    at_ = behind + 1;
    return true;
  }

  bool take_value(const char* behind, const Type& type, const Particle& particle, std::uint32_t ordinal,
                  std::uint32_t occurrence) {
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
    const bool ascii = to != nullptr;
    if (!ascii) to = skip_foreign(from, limit_);
    if (to == nullptr || to[1] != '/' || !has_prefix(to + 2)) return false;
    const char* const end_name = to + 2 + prefix_size_;
    if (!has_name(end_name, particle) || end_name[particle.name_size] != '>') return false;
    const std::string_view text(from, static_cast<std::size_t>(to - from));
    if (text.size() > engine_.caps_.text_bytes) return false;
    frame_->move_to(ordinal, occurrence, particle);
    ++engine_.elements_;
    const SimpleType& simple = engine_.message_->simples[type.simple];
    if (!ascii || simple.check != SimpleType::Check::length || text.size() < simple.length_min ||
        text.size() > simple.length_max) {
      if (const Code code = check_value(simple, text, ascii)) {
        engine_.report_value(code, simple, text, from, text.size(), engine_.path_below(particle, occurrence));
      }
    }
    at_ = end_name + particle.name_size + 1;
    if constexpr (build) {
      if (node != no_node) put(node, simple, text, attribute);
    }
    return true;
  }

  /// A value's cells.
  void put(std::uint32_t node, const SimpleType& simple, std::string_view text, std::string_view attribute) {
    const char* const to = text.data() + text.size();
    if (attribute.data() == nullptr) return engine_.add_leaf(node, simple, text, text.data(), to);
    Instance& instance = *engine_.instance_;
    Decimal number;
    const std::string_view value = engine_.canonical(simple, text, number);
    instance.begin_value(node, value, engine_.offset_of(text.data())).number = number;
    instance.leaf(engine_.shape_->nodes[node].first_child, attribute, engine_.offset_of(attribute.data()),
                  static_cast<std::uint32_t>(attribute.size()));
    instance.end(engine_.offset_of(to));
  }

  ReaderEngine& engine_;
  const std::size_t base_;
  const char* at_;
  const char* const limit_;
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
  FastRun<build>(*this, base).run();
}

/// The one attribute of a value in its usual form: ` Ccy="KZT"`. Gives the place of '>', or nullptr.
const char* ReaderEngine::fast_attribute(const char* at, const Type& type, std::string_view& value) const {
  if (type.attribute_count != 1 || *at != ' ') return nullptr;
  const Attribute& declared = message_->attributes[type.first_attribute];
  const std::size_t name_size = declared.name.size();
  if (static_cast<std::size_t>(end_ - at) < name_size + 128) return nullptr;
  if (std::memcmp(at + 1, declared.name.data(), name_size) != 0) return nullptr;
  const char* from = at + 1 + name_size;
  if (from[0] != '=' || from[1] != '"') return nullptr;
  from += 2;
  std::size_t size = 0;
  while (size < 16 && from[size] > '>') ++size;  // letters only, as codes of currencies are
  value = {from, size};
  if (from[size] != '"' || check_value(message_->simples[declared.simple], value, true)) return nullptr;
  return from + size + 1;
}

template void ReaderEngine::fast_run<true>(std::size_t base);
template void ReaderEngine::fast_run<false>(std::size_t base);

}  // namespace tilmash::iso20022
