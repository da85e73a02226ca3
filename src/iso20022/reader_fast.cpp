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

/// Takes elements while they are what is expected, in the usual form: start tags of elements with elements, whole
/// elements with values, end tags. Stops, with nothing half done, at anything else, and behind the end of the element
/// that was open at `base` frames or of an item.
template <bool build>
void ReaderEngine::fast_run(std::size_t base) {
  const char* at = at_;
  const char* const limit = fast_limit_;
  const Particle* const particles = message_->particles.data();
  const Type* const types = message_->types.data();
  const std::uint64_t prefix_word = prefix_word_;
  const std::uint64_t prefix_mask = prefix_mask_;
  const std::size_t prefix_size = prefix_size_;
  const std::uint64_t elements_max = std::min(caps_.elements, pause_at_);
  const std::size_t depth_max = caps_.depth - opens_.size();
  Frame* frame = &frames_[depth_ - 1];
  const auto has_prefix = [&](const char* name) { return ((load_word(name) ^ prefix_word) & prefix_mask) == 0; };
  for (;; at_ = at) {
    if (at >= limit) return;
    if (*at != '<') {
      while (at < limit && is_blank(*at)) ++at;
      if (at >= limit || *at != '<' || static_cast<std::uint64_t>(at - at_) > caps_.text_bytes) return;
      if constexpr (build) dropped_.blank_bytes += static_cast<std::uint64_t>(at - at_);
      at_ = at;
    }
    if (at[1] == '/') {
      const Particle& own = particles[frame->particle];
      const char* name = at + 2 + prefix_size;
      if (!frame->plain || !has_prefix(at + 2) || !has_name(name, own) || name[own.name_size] != '>' ||
          frame->done != frame->type->due ||
          (frame->count != 0 && frame->count < frame->first[frame->position].occurs_min)) {
        return;
      }
      at = name + own.name_size + 1;
      at_ = at;
      fast_ = frame->fast_before;
      if (frame->bindings != bindings_.size()) bindings_.resize(frame->bindings);
      --depth_;
      if constexpr (build) {
        if (frame->node != no_node) {
          instance_->end(offset_of(at));
          closed_node_ = frame->node;
          if (closed_node_ == item_node_) return;
        }
      }
      if (depth_ == base) return;
      --frame;
      continue;
    }
    if (!fast_ || !has_prefix(at + 1)) return;
    const char* name = at + 1 + prefix_size;
    const std::uint64_t head = load_word(name);
    const std::uint32_t count = frame->type->particle_count;
    const Particle* const first = frame->first;
    std::uint32_t i = frame->next;
    while (i < count && (((head ^ first[i].name[0]) & first[i].mask[0]) != 0 || !has_name(name, first[i]) ||
                         first[i].name_size > name_fast_bytes || !ends_name(name[first[i].name_size]))) {
      ++i;
    }
    if (i == count) return;
    const Particle& particle = first[i];
    const bool again = frame->count != 0 && i == frame->position;
    if (again ? frame->count == particle.occurs_max
              : particle.due != frame->done ||
                    (frame->count != 0 && (particle.slot == first[frame->position].slot ||
                                           frame->count < first[frame->position].occurs_min))) {
      return;
    }
    if (elements_ == elements_max) return;
    const Type& type = types[particle.type];
    const char* behind = name + particle.name_size;
    std::uint32_t node = no_node;
    if constexpr (build) {
      if (frame->node != no_node) node = frame->first_child + i;
    }
    const std::uint32_t occurrence = again ? frame->count + 1 : 1;
    if (type.kind == Type::Kind::content) {
      if (*behind != '>' || depth_ == depth_max) return;
      frame->move_to(i, occurrence, particle);
      ++elements_;
      if constexpr (build) begin_element(node, at);
      ++frame;
      ++depth_;
      frame->open(type, first_of(type), static_cast<std::uint32_t>(&particle - particles), occurrence);
      frame->node = node;
      if constexpr (build) {
        if (node != no_node) frame->first_child = shape_->nodes[node].first_child;
      }
      frame->name = {at + 1, prefix_size + particle.name_size};
      frame->bindings = bindings_.size();
      frame->plain = true;
      frame->fast_before = true;
      at = behind + 1;
      continue;
    }
    if (type.kind == Type::Kind::any) return;
    std::string_view attribute;
    if (type.kind == Type::Kind::value) {
      behind = fast_attribute(behind, type, attribute);
      if (behind == nullptr) return;
    }
    if (*behind != '>') return;
    const char* const from = behind + 1;
    const char* to = skip_plain(from, limit);
    const bool ascii = to != nullptr;
    if (!ascii) to = skip_foreign(from, limit);
    if (to == nullptr || to[1] != '/' || !has_prefix(to + 2)) return;
    const char* const end_name = to + 2 + prefix_size;
    if (!has_name(end_name, particle) || end_name[particle.name_size] != '>') return;
    const auto size = static_cast<std::size_t>(to - from);
    if (size > caps_.text_bytes) return;
    frame->move_to(i, occurrence, particle);
    ++elements_;
    const SimpleType& simple = message_->simples[type.simple];
    const std::string_view text(from, size);
    if (!ascii || simple.check != SimpleType::Check::length || size < simple.length_min || size > simple.length_max) {
      if (const Code code = check_value(simple, text, ascii)) {
        report_value(code, simple, text, from, size, path_below(particle, occurrence));
      }
    }
    at = end_name + particle.name_size + 1;
    if constexpr (build) {
      if (node == no_node) continue;
      if (attribute.data() == nullptr) {
        add_leaf(node, simple, text, from, to);
        continue;
      }
      Decimal number;
      const std::string_view value = canonical(simple, text, number);
      instance_->begin_value(node, value, offset_of(from)).number = number;
      instance_->leaf(shape_->nodes[node].first_child, attribute, offset_of(attribute.data()),
                      static_cast<std::uint32_t>(attribute.size()));
      instance_->end(offset_of(to));
    }
  }
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
