// The content model: which element may come now, what its value must be, and what is reported when it is not so.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {
// ---------------------------------------------------------------------------------------------------- reporting

std::string ReaderEngine::path() const {
  std::string path;
  for (std::size_t i = 0; i < depth_; ++i) {
    const Frame& frame = frames_[i];
    path += '/';
    path += message_->names[frame.particle];
    const bool counted = message_->particles[frame.particle].occurs_max > 1 && frame.occurrence != 0;
    if (counted) path += fmt::format("[{}]", frame.occurrence);
  }
  return path;
}

std::string ReaderEngine::path_below(const Particle& particle, std::uint32_t occurrence) const {
  const auto index = static_cast<std::size_t>(&particle - message_->particles.data());
  std::string path = this->path() + '/' + std::string(message_->names[index]);
  if (particle.occurs_max > 1 && occurrence != 0) path += fmt::format("[{}]", occurrence);
  return path;
}

/// What may come next, for people: up to the first mandatory element.
std::string ReaderEngine::names_of(const Frame& frame, std::uint32_t from) const {
  constexpr std::size_t shown_max = 8;
  std::string names;
  std::size_t count = 0;
  for (std::uint32_t i = from; i < frame.type->particle_count; ++i) {
    if (frame.first[i].due > frame.done) break;
    if (++count > shown_max) return names + ", ...";
    if (!names.empty()) names += ", ";
    names += message_->names[frame.type->first_particle + i];
  }
  return names.empty() ? "no further element" : names;
}

/// The tag at `at`, for people: "MsgId", or "the end of GrpHdr".
std::string ReaderEngine::tag_at(const char* at) const {
  const bool end = input_end_ - at > 1 && at[1] == '/';
  const char* const name = at + (end ? 2 : 1);
  const char* behind = skip_name(name, input_end_);
  if (behind != input_end_ && *behind == ':') behind = skip_name(behind + 1, input_end_);
  const std::string_view whole = shown_name({name, static_cast<std::size_t>(behind - name)});
  return fmt::format("{}{}", end ? "the end of " : "", whole.substr(whole.find(':') + 1));  // npos + 1 is 0
}

void ReaderEngine::report_missing(const Frame& frame, std::uint32_t from_due, std::uint32_t to_due, const char* at) {
  for (const Missing& missing : find_missing(*message_, *frame.type, from_due, to_due)) {
    report("ISO-0207"_code, at, 0, missing.element.empty() ? path() : path() + '/' + missing.element, missing.text,
           missing.names, tag_at(at));
  }
  constexpr std::size_t missed_max = 32;
  for (std::uint32_t due = from_due; due < to_due && missed_.size() < missed_max; ++due) {
    missed_.push_back({frame.name.data(), due});
  }
}

void ReaderEngine::report_value(Code code, const SimpleType& simple, std::string_view value, const char* at,
                                std::size_t size, std::string path) {
  Diagnostic wrong = finding(code, at, size, std::move(path), std::string(complaint(code)));
  wrong.expected = expectation(simple, code);
  constexpr std::size_t characters_max = 256;
  wrong.value = Sensitive(std::string(first_characters(value, characters_max)));
  add(std::move(wrong));
}

/// Text that may not stand where it does, which is in `scratch_`.
void ReaderEngine::report_text(const char* at, std::string path, std::string text) {
  Diagnostic wrong = finding("ISO-0208"_code, at, 0, std::move(path), std::move(text));
  wrong.expected = "elements only";
  wrong.value = Sensitive(std::string(first_characters(collapse_ends(scratch_), 256)));
  add(std::move(wrong));
}

std::string ReaderEngine::path_name(const Particle& particle) const {
  return std::string(message_->names[static_cast<std::size_t>(&particle - message_->particles.data())]);
}

std::string ReaderEngine::attribute_names(const Type& type) const {
  std::string names;
  for (std::uint32_t i = 0; i < type.attribute_count; ++i) {
    names += (i == 0 ? "" : ", ") + message_->attributes[type.first_attribute + i].name;
  }
  return names.empty() ? "no attribute" : names;
}

// ------------------------------------------------------------------------------------------------ content model

/// The particle of this tag's name that may come now in the open element, after moving there; nullptr: there is none.
const Particle* ReaderEngine::step_to(const Tag& tag) {
  Frame& frame = frames_[depth_ - 1];
  for (std::uint32_t i = frame.next; i < frame.type->particle_count; ++i) {
    if (message_->names[frame.type->first_particle + i] != tag.local) continue;
    const Particle& particle = frame.first[i];
    const Particle& last = frame.first[frame.position];
    if (frame.count != 0 && i == frame.position) {
      if (frame.count == particle.occurs_max) continue;
      ++frame.count;
      return &particle;
    }
    if (frame.count != 0 && particle.slot == last.slot) continue;
    if (frame.lacks()) {
      report("ISO-0207"_code, tag.begin, 0, path_below(last, frame.count + 1),
             fmt::format("element occurs fewer than {} times", last.occurs_min), path_name(last), tag_at(tag.begin));
    }
    if (particle.due != frame.done) report_missing(frame, frame.done, particle.due, tag.begin);
    frame.move_to(i, 1, particle);
    return &particle;
  }
  return nullptr;
}

/// The particle for a start tag in the open element, after moving there. nullptr: not known here, pass over it.
/// `in_order` is false when it is known but may not stand here.
const Particle* ReaderEngine::place(const Tag& tag, bool& in_order) {
  Frame& frame = frames_[depth_ - 1];
  in_order = false;
  if (tag.uri != message_->xml_namespace()) {
    report("ISO-0205"_code, tag.begin, tag.name.size() + 1, path(),
           fmt::format("element {} is not of this message's namespace", shown_name(tag.local)),
           names_of(frame, frame.next),
           tag.uri.empty() ? fmt::format("{} of no namespace", shown_name(tag.local))
                           : fmt::format("{} of the namespace {}", shown_name(tag.local), shown_name(tag.uri)));
    step_to(tag);  // one mistake: the element of this name is there, and not missed as well
    return nullptr;
  }
  if (const Particle* next = step_to(tag)) {
    in_order = true;
    return next;
  }
  for (std::uint32_t i = 0; i < frame.type->particle_count; ++i) {
    if (message_->names[frame.type->first_particle + i] != tag.local) continue;
    const Particle& particle = frame.first[i];
    const bool again = frame.count != 0 && i == frame.position;
    const bool second = frame.count != 0 && particle.slot == frame.first[frame.position].slot;
    // One mistake again: it was missed where it had to stand.
    if (!again && !second && take_missed(frame, particle)) return &particle;
    report(again    ? "ISO-0204"_code
           : second ? "ISO-0206"_code
                    : "ISO-0203"_code,
           tag.begin, tag.name.size() + 1, path_below(particle, again ? frame.count + 1 : 0),
           again    ? "element occurs too often"
           : second ? "another member of this choice stands already"
                    : "element is out of order, or occurs too often",
           names_of(frame, frame.next), std::string(shown_name(tag.local)));
    return &particle;
  }
  report("ISO-0202"_code, tag.begin, tag.name.size() + 1, path(),
         fmt::format("element {} is not known here", shown_name(tag.local)), names_of(frame, frame.next),
         std::string(shown_name(tag.local)));
  return nullptr;
}

/// Whether the particle's slot was reported missing in this very element, which is then forgotten.
bool ReaderEngine::take_missed(const Frame& frame, const Particle& particle) {
  if (!particle.mandatory) return false;
  const Missed wanted{frame.name.data(), particle.due};
  return std::erase(missed_, wanted) != 0;
}

void ReaderEngine::push_frame(const Tag& tag, const Type& type, const Particle& own, std::uint32_t node,
                              std::uint32_t occurrence) {
  if (depth_ == frames_.size()) frames_.resize(2 * depth_);
  Frame& frame = frames_[depth_++];
  frame.open(type, first_of(type), static_cast<std::uint32_t>(&own - message_->particles.data()), occurrence);
  frame.node = node;
  if (node != no_node) frame.first_child = shape_->nodes[node].first_child;
  frame.name = tag.name;
  frame.bindings = tag.bindings;
  frame.fast_before = fast_;
  for (std::size_t i = tag.bindings; i < bindings_.size(); ++i) {
    if (bindings_[i].prefix == fast_prefix_ && bindings_[i].uri != message_->xml_namespace()) fast_ = false;
  }
  frame.plain = fast_ && tag.prefix == fast_prefix_ && own.form == Particle::Form::content;
  if (own.form == Particle::Form::watched) open_watched();
}

void ReaderEngine::check_instance_attribute(const Tag& tag, const SeenAttribute& attribute, const Type& type,
                                            const Particle& particle, std::uint32_t occurrence) {
  const char* at = attribute.prefix.data();
  const auto size = static_cast<std::size_t>(attribute.name.data() + attribute.name.size() - at);
  if (attribute.name == "schemaLocation" || attribute.name == "noNamespaceSchemaLocation") {  // never fetched
    ++dropped_.schema_attributes;
    return;
  }
  const bool declared = &type == &message_->types[particle.type];
  if (!declared && (attribute.name == "nil" || attribute.name == "type")) return;  // see `typed_element`
  if (attribute.name == "nil") {
    report("ISO-0212"_code, at, size, path_below(particle, occurrence),
           "no element of a message is nillable, so xsi:nil may not stand");
    return;
  }
  if (attribute.name != "type") {
    report("ISO-0209"_code, at, size, path_below(particle, occurrence), "an attribute that the schema does not know");
    return;
  }
  // xsi:type may repeat the declared type; no type of a message is derived from another.
  const TypeName named = type_name(attribute);
  const std::string& wanted = type.definition->name;
  if (named.uri != message_->xml_namespace() || named.local != wanted) {
    report("ISO-0213"_code, tag.begin, tag.name.size() + 1, path_below(particle, occurrence),
           "xsi:type is not the element's type", wanted, std::string(shown_name(collapse_ends(attribute.value))));
  }
  ++dropped_.schema_attributes;
}

/// Checks the attributes of a tag against the element's type; `attribute_values_` gets those of a value type.
bool ReaderEngine::check_attributes(const Tag& tag, const Type& type, const Particle& particle,
                                    std::uint32_t occurrence) {
  const auto path = [&] { return path_below(particle, occurrence); };  // only findings need one
  attribute_values_.assign(type.attribute_count, std::string_view());
  if (arena_ == nullptr) item_arena_.clear();
  for (const SeenAttribute& seen : attributes_) {
    if (seen.uri == instance_namespace) {
      check_instance_attribute(tag, seen, type, particle, occurrence);
      continue;
    }
    const Attribute* declared = message_->attributes.data() + type.first_attribute;
    std::uint32_t i = 0;
    while (i < type.attribute_count && (!seen.uri.empty() || declared[i].name != seen.name)) ++i;
    if (i == type.attribute_count) {
      report("ISO-0209"_code, seen.name.data(), seen.name.size(), path(),
             fmt::format("attribute {} is not known here", shown_name(seen.name)), attribute_names(type),
             std::string(shown_name(seen.name)));
      continue;
    }
    std::string_view value;
    if (!decode_attribute(seen.value, value)) return false;
    if (value.data() != seen.value.data()) value = (arena_ != nullptr ? *arena_ : item_arena_).copy(value);
    attribute_values_[i] = value;
    const SimpleType& simple = message_->simples[declared[i].simple];
    if (const Code code = check_value(simple, value)) {
      report_value(code, simple, value, seen.value.data(), seen.value.size(), path() + "/@" + declared[i].name);
    }
  }
  for (std::uint32_t i = 0; i < type.attribute_count; ++i) {
    const Attribute& declared = message_->attributes[type.first_attribute + i];
    if (declared.required && attribute_values_[i].data() == nullptr) {
      report("ISO-0210"_code, tag.begin, tag.name.size() + 1, path() + "/@" + declared.name,
             fmt::format("mandatory attribute {} is missing", declared.name), declared.name);
    }
  }
  return true;
}

// ------------------------------------------------------------------------------------------------------- values

/// The form a value has in an instance (shape.h, LeafType).
std::string_view ReaderEngine::canonical(const SimpleType& simple, std::string_view text, Decimal& number) {
  if (simple.type == LeafType::text || simple.type == LeafType::code) return text;
  text = collapse_ends(text);
  if (simple.type == LeafType::boolean) return text == "1" ? "true" : text == "0" ? "false" : text;
  if (simple.type != LeafType::decimal) return text;
  const auto value = parse_decimal(text);
  if (!value) return text;
  number = *value;
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const bool plain = !digits.empty() && digits[0] >= '0' && digits[0] <= '9' && digits.back() != '.' &&
                     (digits[0] != '0' || digits.size() == 1 || digits[1] == '.');
  if (plain) return text;
  char* out = arena_->allocate(24);
  char* end = write_decimal(out, number);
  arena_->shrink(end);
  return {out, static_cast<std::size_t>(end - out)};
}

void ReaderEngine::add_leaf(std::uint32_t node, const SimpleType& simple, std::string_view text, const char* from,
                            const char* to) {
  Decimal number;
  const std::string_view value = canonical(simple, text, number);
  instance_->leaf(node, value, offset_of(from), static_cast<std::uint32_t>(to - from)).number = number;
}

/// The text of an element with a simple value, from behind its start tag to behind its end tag.
template <bool build>
bool ReaderEngine::simple_content(const Tag& tag, const Type& type, const SimpleType& simple, const Particle& particle,
                                  std::uint32_t node) {
  const char* from = tag.end;
  const char* to = tag.end;
  bool has_child = false;
  scratch_.clear();
  for (bool more = !tag.empty; more;) {
    if (at_ == end_) return ended();
    if (*at_ != '<') {
      if (!take_text_piece(scratch_)) return false;
    } else if (at_text("</")) {
      to = at_;
      if (!parse_end_tag(tag.name)) return false;
      more = false;
    } else if (at_text("<![CDATA[")) {
      if (!take_cdata(scratch_)) return false;
    } else if (at_text("<!") || at_text("<?")) {
      if (!skip_misc()) return false;
    } else {
      const std::string text = scratch_;
      Tag child;
      if (!parse_tag(child) || !count_element(depth_ + opens_.size() + 1)) return false;
      report("ISO-0211"_code, child.begin, child.name.size() + 1, path_below(particle, frames_[depth_ - 1].count),
             fmt::format("element {} stands inside a value", shown_name(child.local)), simple.definition->name,
             std::string(shown_name(child.local)));
      has_child = true;
      if (child.empty) bindings_.resize(child.bindings);
      if (!child.empty && !skip_element(child, false)) return false;
      scratch_ = text;
    }
  }
  bindings_.resize(tag.bindings);
  const std::string_view raw(from, static_cast<std::size_t>(to - from));
  std::string_view text = raw == scratch_ ? raw : std::string_view(scratch_);
  Code code;
  if (!has_child && (code = check_value(simple, text))) {
    report_value(code, simple, text, from, raw.size(), path_below(particle, frames_[depth_ - 1].count));
  }
  if (particle.form == Particle::Form::watched) take_watched(type, particle, text, raw, !has_child && !code, to);
  if constexpr (build) {
    if (node == no_node) return true;
    if (text.data() == scratch_.data()) text = arena_->copy(text);
    if (type.attribute_count == 0) {
      add_leaf(node, simple, text, from, to);
      return true;
    }
    Decimal number;
    const std::string_view value = canonical(simple, text, number);
    instance_->begin_value(node, value, offset_of(from)).number = number;
    for (std::uint32_t i = 0; i < type.attribute_count; ++i) {
      const std::string_view own = attribute_values_[i];
      if (own.data() == nullptr) continue;
      const SimpleType& own_type = message_->simples[message_->attributes[type.first_attribute + i].simple];
      add_leaf(shape_->nodes[node].first_child + i, own_type, own, tag.begin, tag.end);
    }
    instance_->end(offset_of(to));
  }
  return true;
}

// ---------------------------------------------------------------------------------------------------- the slow loop

/// Text between elements: blanks pass, anything else is reported once. A CDATA section is no blank there, whatever it
/// holds: both validators see it so.
bool ReaderEngine::element_text() {
  const char* from = at_;
  const bool cdata = at_text("<![CDATA[");
  scratch_.clear();
  if (cdata ? !take_cdata(scratch_) : !take_text_piece(scratch_)) return false;
  if (cdata || !is_all_blank(scratch_)) {
    while (is_blank(*from)) ++from;
    report_text(from, path(), "text where only elements may stand");
  } else {
    dropped_.blank_bytes += scratch_.size();
  }
  return true;
}

/// Opens the cell of an element; an item is marked, so that it can be dropped again. What stands right above the items
/// is dropped when it begins anew.
void ReaderEngine::begin_element(std::uint32_t node, const char* tag) {
  if (node == no_node) return;
  if (node == item_node_) {
    item_mark_ = instance_->mark();
    item_open_ = instance_->open_cell();
    item_errors_ = error_count_;
    arena_ = &item_arena_;
  } else if (node == item_parent_ && instance_->find(node) != no_cell) {
    // The one before has given all its items.
    instance_->truncate(instance_->find(node), instance_->open_cell());
  }
  instance_->begin(node, offset_of(tag));
}

/// What the end of an element calls for; its end tag, at `tag`, was read.
template <bool build>
void ReaderEngine::leave_element(const char* tag) {
  Frame& frame = frames_[depth_ - 1];
  if (frame.lacks()) {
    report("ISO-0207"_code, tag, 0, path_below(frame.first[frame.position], frame.count + 1),
           fmt::format("element occurs fewer than {} times", frame.first[frame.position].occurs_min),
           path_name(frame.first[frame.position]), tag_at(tag));
  }
  if (frame.done != frame.type->due) report_missing(frame, frame.done, frame.type->due, tag);
  if (message_->is_watched(frame.particle)) close_watched(tag);
  if constexpr (build) {
    if (frame.node != no_node) instance_->end(offset_of(at_));
    closed_node_ = frame.node;
  }
  bindings_.resize(frame.bindings);
  fast_ = frame.fast_before;
  --depth_;
}

/// A start tag at '<', whatever it is.
template <bool build>
bool ReaderEngine::open_element() {
  Tag tag;
  if (!parse_tag(tag) || !count_element(depth_ + opens_.size() + 1)) return false;
  Frame& frame = frames_[depth_ - 1];
  bool in_order = false;
  const Particle* particle = place(tag, in_order);
  if (particle == nullptr) {
    if (tag.empty) bindings_.resize(tag.bindings);
    return tag.empty || skip_element(tag, false);
  }
  std::uint32_t node = no_node;
  if (build && in_order && frame.node != no_node) {
    node = frame.first_child + static_cast<std::uint32_t>(particle - frame.first);
  }
  const Type& type = message_->types[particle->type];
  // Which one of its name it is is not known of an element out of order.
  const bool again = particle - frame.first == static_cast<std::ptrdiff_t>(frame.position) && frame.count != 0;
  const std::uint32_t occurrence = in_order ? frame.count : again ? frame.count + 1 : 0;
  const bool has_attributes = !attributes_.empty() || type.attribute_count != 0;
  if (has_attributes && !check_attributes(tag, type, *particle, occurrence)) return false;
  switch (type.kind) {
    case Type::Kind::simple:
    case Type::Kind::value:
      return simple_content<build>(tag, type, message_->simples[type.simple], *particle, node);
    case Type::Kind::any: {
      std::string_view fragment;
      if (!any_content(tag, type, *particle, fragment)) return false;
      if constexpr (build) {
        if (node != no_node) {
          instance_->leaf(node, fragment, offset_of(tag.begin), static_cast<std::uint32_t>(at_ - tag.begin));
        }
      }
      return true;
    }
    case Type::Kind::content:
      break;
  }
  if constexpr (build) begin_element(node, tag.begin);
  push_frame(tag, type, *particle, node, occurrence);
  if (tag.empty) leave_element<build>(tag.begin);
  return true;
}

/// Reads until the element that was open at `base` frames is closed (or, when items are asked for, one of them).
template <bool build>
ReaderEngine::Outcome ReaderEngine::content(std::size_t base) {
  for (;;) {
    if (elements_ >= pause_at_ && base == 0) return Outcome::paused;
    fast_run<build>(base);
    if (depth_ == base) return Outcome::closed;
    if constexpr (build) {
      if (closed_node_ != no_node && std::exchange(closed_node_, no_node) == item_node_) return Outcome::item;
    }
    if (at_ == end_) {
      if (stretch_ && depth_ == seam_depth_) return Outcome::paused;
      ended();
      return Outcome::stopped;
    }
    bool good = true;
    if (*at_ != '<' || at_text("<![CDATA[")) {
      good = element_text();
    } else if (at_text("</")) {
      const char* tag = at_;
      good = parse_end_tag(frames_[depth_ - 1].name);
      if (good) leave_element<build>(tag);
    } else if (at_text("<!") || at_text("<?")) {
      good = skip_misc();
    } else {
      good = open_element<build>();
    }
    if (!good) return Outcome::stopped;
    if (depth_ == base) return Outcome::closed;
    if constexpr (build) {
      if (closed_node_ != no_node && std::exchange(closed_node_, no_node) == item_node_) return Outcome::item;
    }
  }
}

template ReaderEngine::Outcome ReaderEngine::content<true>(std::size_t base);
template ReaderEngine::Outcome ReaderEngine::content<false>(std::size_t base);
template bool ReaderEngine::simple_content<false>(const Tag& tag, const Type& type, const SimpleType& simple,
                                                  const Particle& particle, std::uint32_t node);
template void ReaderEngine::leave_element<true>(const char* tag);
template void ReaderEngine::leave_element<false>(const char* tag);

}  // namespace tilmash::iso20022
