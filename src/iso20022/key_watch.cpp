#include "iso20022/key_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "iso20022/caps.h"
#include "iso20022/value_key.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::size_t shown_characters_max = 256;

}  // namespace

void KeyFault::describe(Diagnostic& diagnostic, bool first_known) const {
  diagnostic.code = code;
  diagnostic.expected = to_text(*constraint);
  if (code == "ISO-0216"_code) {
    diagnostic.text = "the same stands already";
    if (first_known) diagnostic.text += fmt::format(", at byte {}", first_offset);
    diagnostic.value = Sensitive(std::string(first_characters(values, shown_characters_max)));
  } else if (code == "ISO-0217"_code) {
    diagnostic.text = fmt::format("{}, a field of the key {}, is missing", field, constraint->name);
  } else {
    diagnostic.text = fmt::format("{} has more values than are kept; those from here on are compared with these only",
                                  constraint->name);
  }
}

/// Whether `path` leads from the element at the end of the first `from` to the one at the end of `chain`. What stands
/// in a wildcard is no element of the type above it.
bool KeyWatch::leads(Chain chain, std::size_t from, const ConstraintPath& path) const {
  if (chain.size() - from != path.steps.size()) return false;
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const Type& above = message_->types[message_->particles[chain[from + i - 1]].type];
    const std::uint32_t particle = chain[from + i];
    if (particle - above.first_particle >= above.particle_count) return false;
    if (message_->names[particle] != path.steps[i]) return false;
  }
  return true;
}

void KeyWatch::open(Chain chain) {
  for (const Constraint& constraint : message_->constraints) {
    if (constraint.particle != chain.back()) continue;
    Scope& scope = scopes_.emplace_back();
    scope.constraint = &constraint;
    scope.depth = chain.size();
  }
  for (std::size_t i = 0; i < scopes_.size(); ++i) {
    const auto is_row = [&](const ConstraintPath& path) { return leads(chain, scopes_[i].depth, path); };
    const Constraint& constraint = *scopes_[i].constraint;
    if (std::none_of(constraint.selector.begin(), constraint.selector.end(), is_row)) continue;
    Row& row = rows_.emplace_back();
    row.scope = i;
    row.depth = chain.size();
    row.fields.resize(constraint.fields.size());
  }
}

void KeyWatch::take(Chain chain, std::string_view attribute, const SimpleType& simple, std::string_view text, bool good,
                    std::uint64_t offset, std::vector<KeyFault>& faults) {
  for (Row& row : rows_) {
    const Constraint& constraint = *scopes_[row.scope].constraint;
    bool all = true;
    bool own = false;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      Field& field = row.fields[i];
      const auto is_field = [&](const ConstraintPath& path) {
        return path.attribute == attribute && leads(chain, row.depth, path);
      };
      if (std::any_of(constraint.fields[i].begin(), constraint.fields[i].end(), is_field)) {
        own = true;
        row.broken = row.broken || !good || field.there;  // a second one may not stand anyway
        field.there = true;
        field.key.clear();
        if (good) append_value_key(simple, text, field.key);
        field.text = first_characters(text, shown_characters_max);
      }
      all = all && field.there;
    }
    if (own && all && !row.broken && !row.judged) judge(row, offset, faults);
  }
}

/// All fields of the row are there: whether another one has the same values.
void KeyWatch::judge(Row& row, std::uint64_t offset, std::vector<KeyFault>& faults) {
  row.judged = true;
  Scope& scope = scopes_[row.scope];
  std::string key;
  std::string texts;
  for (const Field& field : row.fields) {
    key += field.key;
    texts += (&field == row.fields.data() ? "" : ", ") + field.text;
  }
  const auto known = scope.values.find(key);
  if (known != scope.values.end()) {
    faults.push_back({"ISO-0216"_code, scope.constraint->definition, std::move(texts), known->second, {}});
    return;
  }
  const std::uint64_t bytes = key.size() + value_overhead_bytes;
  if (bytes_ + bytes <= bytes_max_) {
    bytes_ += bytes;
    scope.bytes += bytes;
    scope.values.emplace(std::move(key), offset);
  } else if (!scope.full) {
    scope.full = true;
    faults.push_back({"ISO-0218"_code, scope.constraint->definition, {}, 0, {}});
  }
}

void KeyWatch::close(std::size_t depth, std::vector<KeyFault>& faults) {
  for (; !rows_.empty() && rows_.back().depth >= depth; rows_.pop_back()) {
    const Row& row = rows_.back();
    const Constraint& constraint = *scopes_[row.scope].constraint;
    if (!constraint.definition->key) continue;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      if (row.fields[i].there || constraint.always[i]) continue;
      faults.push_back({"ISO-0217"_code, constraint.definition, {}, 0, constraint.definition->fields[i]});
    }
  }
  for (; !scopes_.empty() && scopes_.back().depth >= depth; scopes_.pop_back()) bytes_ -= scopes_.back().bytes;
}

KeyWatch KeyWatch::fork() const {
  KeyWatch made(*message_, bytes_max_);
  for (const Scope& scope : scopes_) {
    Scope& own = made.scopes_.emplace_back();
    own.constraint = scope.constraint;
    own.depth = scope.depth;
    own.full = scope.full;
  }
  return made;
}

bool KeyWatch::merge(KeyWatch& other) {
  if (bytes_ + other.bytes_ > bytes_max_) return false;
  for (std::size_t i = 0; i < scopes_.size(); ++i) {
    for (const auto& [key, offset] : other.scopes_[i].values) {
      if (scopes_[i].values.contains(key)) return false;
    }
  }
  bytes_ += other.bytes_;
  for (std::size_t i = 0; i < scopes_.size(); ++i) {
    scopes_[i].bytes += other.scopes_[i].bytes;
    scopes_[i].values.merge(other.scopes_[i].values);
  }
  return true;
}

std::vector<InstanceKeyFault> find_key_faults(const Message& message, const Instance& instance, std::uint32_t cell) {
  std::vector<InstanceKeyFault> found;
  if (message.constraints.empty()) return found;
  KeyWatch watch(message, Caps::batch().key_bytes);
  std::vector<KeyFault> faults;
  std::vector<std::uint32_t> chain;  // of particles
  std::vector<std::uint32_t> open;   // their cells
  const auto note = [&](const std::string& attribute) {
    for (KeyFault& fault : faults) {
      std::string below = fault.field.empty() ? attribute : '/' + fault.field;
      found.push_back({open.back(), std::move(below), std::move(fault)});
    }
    faults.clear();
  };
  const auto close_until = [&](std::uint32_t index) {
    for (; !open.empty() && instance.subtree_end(open.back()) <= index; open.pop_back(), chain.pop_back()) {
      watch.close(chain.size(), faults);
      note({});
    }
  };
  const std::uint32_t end = instance.subtree_end(cell);
  const auto take = [&](std::uint32_t index, std::string_view attribute, std::uint16_t simple_index) {
    const SimpleType& simple = message.simples[simple_index];
    const Cell& own = instance.cell(index);
    watch.take(chain, attribute, simple, own.text, !check_value(simple, own.text), own.offset, faults);
    const std::string below = attribute.empty() ? std::string() : fmt::format("/@{}", attribute);
    note(below);
  };
  for (std::uint32_t i = cell; i < end; ++i) {
    close_until(i);
    const Node& node = instance.shape().nodes[instance.cell(i).node];
    if (node.name.starts_with('@')) continue;  // taken with its element
    chain.push_back(node.owner);
    open.push_back(i);
    if (!message.is_watched(node.owner)) continue;
    watch.open(chain);
    const Type& type = message.types[message.particles[node.owner].type];
    if (type.kind != Type::Kind::simple && type.kind != Type::Kind::value) continue;
    for (std::uint32_t j = i + 1; j < instance.subtree_end(i); ++j) {
      const Node& attribute = instance.shape().nodes[instance.cell(j).node];
      take(j, attribute.name.substr(1), message.attributes[attribute.owner].simple);
    }
    take(i, {}, type.simple);
  }
  close_until(end);
  return found;
}

}  // namespace tilmash::iso20022
