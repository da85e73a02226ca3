// What stands in wildcards: any element, well-formed; of a lax one, what can be validated is (XML Schema part
// 1, 3.10.4).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "iso20022/builtin_type.h"
#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {

/// The content of an element with a wildcard, to behind its end tag: one element, well-formed. `fragment` is that
/// element, complete in itself.
bool ReaderEngine::any_content(const Tag& tag, const Type& type, const Particle& particle, std::string_view& fragment) {
  const TypeDefinition& definition = *type.definition;
  const Particle* const outer_wildcard = std::exchange(wildcard_, &particle);
  const bool outermost = outer_wildcard == nullptr;  // the only one of which a fragment is wanted
  const auto own_path = [&] { return path_below(particle, frames_[depth_ - 1].count); };
  const char* close = tag.begin;
  std::size_t count = 0;
  for (bool more = !tag.empty; more;) {
    if (at_ == end_) return ended();
    scratch_.clear();
    if (*at_ != '<' || at_text("<![CDATA[")) {
      const char* from = at_;
      const bool cdata = *at_ == '<';
      if (cdata ? !take_cdata(scratch_) : !take_text_piece(scratch_)) return false;
      if (!cdata && is_all_blank(scratch_)) {
        dropped_.blank_bytes += scratch_.size();
      } else {
        report_text(from, own_path(), "text where one element is expected");
      }
    } else if (at_text("</")) {
      close = at_;
      if (!parse_end_tag(tag.name)) return false;
      more = false;
    } else if (at_text("<!") || at_text("<?")) {
      if (!skip_misc()) return false;
    } else {
      if (outermost) outer_bindings_.clear();
      if (outermost) fragment_bindings_ = bindings_.size();
      Tag child;
      if (!parse_tag(child) || !count_element(depth_ + opens_.size() + 2)) return false;
      if (++count > 1) {
        report("ISO-0204"_code, child.begin, child.name.size() + 1, own_path(), "more than one element in a wildcard",
               "no further element", std::string(shown_name(child.local)));
      }
      if (definition.any_namespace != "##any" && child.uri != definition.any_namespace) {
        report("ISO-0205"_code, child.begin, child.name.size() + 1, own_path(),
               "the element is of another namespace than the schema asks for", definition.any_namespace,
               std::string(shown_name(child.uri)));
      }
      if (!skip_element(child, !type.any_skip)) return false;
      if (count == 1 && outermost && instance_ != nullptr) fragment = closed_fragment(child, at_);
      if (outermost) fragment_bindings_ = 0;
    }
  }
  wildcard_ = outer_wildcard;
  bindings_.resize(tag.bindings);
  if (count == 0)
    report("ISO-0207"_code, close, 0, own_path(), "an element is missing here", "any element", tag_at(close));
  return true;
}

void ReaderEngine::append_declaration(std::string& out, const Binding& binding) {
  out += binding.prefix.empty() ? " xmlns=\"" : fmt::format(" xmlns:{}=\"", binding.prefix);
  append_escaped(out, binding.uri, true);
  out += '"';
}

/// The element from `tag` to `end`, with the namespace declarations that it takes from outside added to its start tag,
/// so that it keeps its meaning below a root whose default namespace is the message's.
std::string_view ReaderEngine::closed_fragment(const Tag& tag, const char* end) {
  std::string added;
  for (std::size_t index = 0; index < outer_bindings_.size(); ++index) {
    if (!outer_bindings_[index]) continue;
    const Binding binding = index == 0 ? Binding{} : bindings_[index - 1];
    if (binding.prefix.empty() && binding.uri == message_->xml_namespace()) continue;
    append_declaration(added, binding);
  }
  const std::string_view whole(tag.begin, static_cast<std::size_t>(end - tag.begin));
  if (added.empty()) return whole;
  const std::size_t head = 1 + tag.name.size();
  char* out = arena_->allocate(whole.size() + added.size());
  std::memcpy(out, whole.data(), head);
  std::memcpy(out + head, added.data(), added.size());
  std::memcpy(out + head + added.size(), whole.data() + head, whole.size() - head);
  return {out, whole.size() + added.size()};
}

/// What an xsi:type names.
ReaderEngine::TypeName ReaderEngine::type_name(const SeenAttribute& attribute) const {
  const std::string_view name = collapse_ends(attribute.value);
  const std::size_t colon = name.find(':');
  const Binding* binding = find_binding(colon == std::string_view::npos ? std::string_view() : name.substr(0, colon));
  return {binding == nullptr ? std::string_view() : binding->uri, name.substr(colon + 1)};  // npos + 1 is 0
}

/// An element inside a lax wildcard. `taken`: its type is known, by its declaration or its xsi:type, and it was read to
/// its end.
bool ReaderEngine::known_element(const Tag& tag, bool& taken) {
  // What stands around it may have given the message's prefix to another namespace.
  const Binding* binding = find_binding(fast_prefix_);
  const bool fast_before = fast_;
  fast_ = fast_ && binding != nullptr && binding->uri == message_->xml_namespace();
  bool good = true;
  if (tag.uri == message_->xml_namespace() && tag.local == message_->root_element()) {
    taken = true;
    good = element_of(tag, message_->types[message_->particles[0].type], message_->particles[0]);
  } else {
    const auto seen = std::find_if(attributes_.begin(), attributes_.end(), [](const SeenAttribute& attribute) {
      return attribute.uri == instance_namespace && attribute.name == "type";
    });
    if (seen != attributes_.end()) good = typed_element(tag, *seen, taken);
  }
  fast_ = fast_before;
  return good;
}

/// An element without a declaration is of the type that its xsi:type names (3.3.4, Schema-Validity Assessment, 1.2).
bool ReaderEngine::typed_element(const Tag& tag, const SeenAttribute& seen, bool& taken) {
  const TypeName name = type_name(seen);
  Type type;
  if (name.uri == schema_namespace) {
    if (name.local == "anyType") return true;
    if (const SimpleType* simple = find_builtin(name.local)) {
      taken = true;
      type.definition = simple->definition;
      return check_attributes(tag, type, *wildcard_, frames_[depth_ - 1].count) &&
             simple_content<false>(tag, type, *simple, *wildcard_, no_node);
    }
  }
  if (name.uri == message_->xml_namespace()) {
    const auto is_it = [&](const auto& known) { return known.definition->name == name.local; };
    const auto found = std::find_if(message_->types.begin(), message_->types.end(), is_it);
    taken = true;
    if (found != message_->types.end()) return element_of(tag, *found, *wildcard_);
    // Of an attribute, or below a value.
    const auto simple = std::find_if(message_->simples.begin(), message_->simples.end(), is_it);
    if (simple != message_->simples.end()) {
      type.definition = simple->definition;
      return check_attributes(tag, type, *wildcard_, frames_[depth_ - 1].count) &&
             simple_content<false>(tag, type, *simple, *wildcard_, no_node);
    }
    taken = false;
  }
  // It can't be followed, and may not stand: 3.2.7 has it name a type.
  report("ISO-0213"_code, tag.begin, tag.name.size() + 1, path_below(*wildcard_, frames_[depth_ - 1].count),
         "xsi:type names no type that is known here", "a type of the message or of XML Schema",
         std::string(shown_name(collapse_ends(seen.value))));
  return true;
}

/// An element of `type`, from its start tag, which was read, to its end. `particle` is its own, or the wildcard's.
bool ReaderEngine::element_of(const Tag& tag, const Type& type, const Particle& particle) {
  const std::uint32_t occurrence = &particle == wildcard_ ? frames_[depth_ - 1].count : 1;
  if (!check_attributes(tag, type, particle, occurrence)) return false;
  switch (type.kind) {
    case Type::Kind::simple:
    case Type::Kind::value:
      return simple_content<false>(tag, type, message_->simples[type.simple], particle, no_node);
    case Type::Kind::any: {
      std::string_view fragment;
      return any_content(tag, type, particle, fragment);
    }
    case Type::Kind::content:
      break;
  }
  const std::size_t base = depth_;
  push_frame(tag, type, particle, no_node, occurrence);
  frames_[base].plain = frames_[base].plain && &particle != wildcard_;  // the name is not the particle's
  if (!tag.empty) return content<false>(base) == Outcome::closed;
  leave_element<false>(tag.begin);
  return true;
}

/// Passes over the rest of an element whose start tag was read, checking that it is well-formed. `lax`: what the
/// message's schema declares (its root), and what bears an xsi:type, is validated there (XML Schema part 1, 3.10.4).
bool ReaderEngine::skip_element(const Tag& tag, bool lax) {
  const std::size_t base = opens_.size();
  Tag inner = tag;
  bool first = true;
  for (;;) {
    if (!first && (!parse_tag(inner) || !count_element(depth_ + opens_.size() + 1))) return false;
    first = false;
    bool taken = false;
    if (lax && !known_element(inner, taken)) return false;
    if (taken) {
      // It was read to its end.
    } else if (inner.empty) {
      bindings_.resize(inner.bindings);
    } else {
      opens_.push_back({inner.name, inner.bindings});
    }
    // To the next start tag, or to the end of the element.
    for (;;) {
      if (opens_.size() == base) return true;
      if (at_ == end_) return ended();
      scratch_.clear();
      if (*at_ != '<') {
        if (!take_text_piece(scratch_)) return false;
      } else if (at_text("</")) {
        if (!parse_end_tag(opens_.back().name)) return false;
        bindings_.resize(opens_.back().bindings);
        opens_.pop_back();
      } else if (at_text("<![CDATA[")) {
        if (!take_cdata(scratch_)) return false;
      } else if (at_text("<!") || at_text("<?")) {
        if (!skip_misc()) return false;
      } else {
        break;
      }
    }
  }
}

}  // namespace tilmash::iso20022
