// The writer's tables and its one pass over the cells.
#include "iso20022/writer.h"

#include <fmt/format.h>

#include "iso20022/reader.h"
#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::size_t flush_bytes = 1u << 16;

/// Copies fewer than 16 bytes, or the whole of a longer text, and says whether all of it was plain: no markup, no
/// control, nothing beyond ASCII. Reads and writes no byte outside of the text's size.
bool copy_plain(char* out, std::string_view text) {
  const char* at = text.data();
  const std::size_t size = text.size();
  const auto odd = [](std::uint64_t word) {
    // Bytes below 0x20 or from 0x80 up, and & < >, found by the usual has-zero test; only "all plain" has to be exact.
    constexpr std::uint64_t ones = 0x0101010101010101u;
    constexpr std::uint64_t high = 0x8080808080808080u;
    const auto has = [&](char c) {
      const std::uint64_t x = word ^ (ones * static_cast<unsigned char>(c));
      return (x - ones) & ~x;
    };
    return ((word | (word - ones * 0x20) | has('&') | has('<') | has('>')) & high) != 0;
  };
  if (size >= 8) {
    std::uint64_t bad = 0;
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      const std::uint64_t word = load_word(at + i);
      std::memcpy(out + i, &word, 8);
      bad |= odd(word) ? 1 : 0;
    }
    const std::uint64_t last = load_word(at + size - 8);
    std::memcpy(out + size - 8, &last, 8);
    return (bad | (odd(last) ? 1 : 0)) == 0;
  }
  std::uint64_t word = 0x2020202020202020u;
  for (std::size_t i = 0; i < size; ++i) out[i] = at[i];
  std::memcpy(&word, out, size);
  return !odd(word);
}

}  // namespace

class WriterEngine {
 public:
  WriterEngine(const Message& message, const Shape& shape);

  void begin(const Instance& instance, std::string& out, Findings& findings);
  bool finish();
  void item(std::uint32_t cell) { element(cell); }
  void root();
  void set_items(std::uint32_t node, std::string_view items, std::size_t count) {
    item_node_ = node;
    items_ = items;
    item_count_ = count;
  }

 private:
  /// What to write for a node of the shape. Tags lie in `tags_`.
  struct Plan {
    std::uint32_t start = 0;  ///< "<Name>", for a value with attributes "<Name"; for an attribute " Name=\""
    std::uint32_t end = 0;    ///< "</Name>"
    std::uint16_t start_size = 0;
    std::uint16_t end_size = 0;
    std::uint16_t type = 0;
    Type::Kind kind = Type::Kind::simple;
  };

  /// Where a group's content has got to; as the reader's Frame.
  struct State {
    std::uint32_t position = 0;
    std::uint32_t count = 0;
    std::uint32_t done = 0;
  };

  void plan_node(std::uint32_t node);
  std::uint32_t add_tag(std::string_view text);
  void element(std::uint32_t cell);
  void content(std::uint32_t cell, const Type& type);
  void step(State& state, const Type& type, std::uint32_t ordinal, std::uint32_t times, std::uint32_t cell);
  void value(std::uint32_t cell, const Plan& plan);
  void attributes(std::uint32_t cell, const Type& type);
  void text(std::uint32_t cell, const SimpleType& simple, bool attribute);
  void fragment(std::uint32_t cell, const Type& type);
  void report(Code code, std::uint32_t cell, std::string path, std::string text);
  std::string path_of(std::uint32_t cell) const;
  /// Of an element below `cell`; of `cell` itself when the name is empty.
  std::string path_to(std::uint32_t cell, std::string_view element) const {
    return element.empty() ? path_of(cell) : fmt::format("{}/{}", path_of(cell), element);
  }

  void room(std::size_t size) {
    if (size > static_cast<std::size_t>(buffer_end_ - at_)) flush(size);
  }
  void flush(std::size_t size);
  void put(std::uint32_t offset, std::uint32_t size) {
    std::memcpy(at_, tags_.data() + offset, size);
    at_ += size;
  }
  void put_long(std::string_view text) {
    room(text.size());
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

  const Message& message_;
  const Shape& shape_;
  std::vector<Plan> plans_;  ///< by node
  std::string tags_;

  std::vector<char> buffer_;
  char* at_ = nullptr;
  char* buffer_end_ = nullptr;

  const Instance* instance_ = nullptr;
  std::string* out_ = nullptr;
  std::size_t out_begin_ = 0;
  Findings* findings_ = nullptr;
  bool good_ = true;
  std::uint32_t item_node_ = no_node;
  std::string_view items_;
  std::size_t item_count_ = 0;
};

WriterEngine::WriterEngine(const Message& message, const Shape& shape)
    : message_(message), shape_(shape), plans_(shape.nodes.size()), buffer_(2 * flush_bytes) {
  for (std::uint32_t node = 0; node < shape.nodes.size(); ++node) plan_node(node);
}

std::uint32_t WriterEngine::add_tag(std::string_view text) {
  const auto offset = static_cast<std::uint32_t>(tags_.size());
  tags_ += text;
  return offset;
}

void WriterEngine::plan_node(std::uint32_t node) {
  const Node& source = shape_.nodes[node];
  Plan& plan = plans_[node];
  std::string start;
  if (source.name.starts_with('@')) {
    start = fmt::format(" {}=\"", source.name.substr(1));
    plan.type = message_.attributes[source.owner].simple;
  } else {
    plan.type = message_.particles[source.owner].type;
    plan.kind = message_.types[plan.type].kind;
    start = fmt::format("<{}", source.name);
    if (node == 0) start += fmt::format(" xmlns=\"{}\"", message_.xml_namespace());
    if (plan.kind != Type::Kind::value) start += '>';
    const std::string end = fmt::format("</{}>", source.name);
    plan.end = add_tag(end);
    plan.end_size = static_cast<std::uint16_t>(end.size());
  }
  plan.start = add_tag(start);
  plan.start_size = static_cast<std::uint16_t>(start.size());
}

void WriterEngine::begin(const Instance& instance, std::string& out, Findings& findings) {
  instance_ = &instance;
  out_ = &out;
  out_begin_ = out.size();
  findings_ = &findings;
  good_ = true;
  item_node_ = no_node;
  items_ = {};
  item_count_ = 0;
  at_ = buffer_.data();
  buffer_end_ = buffer_.data() + buffer_.size();
}

bool WriterEngine::finish() {
  if (good_) {
    out_->append(buffer_.data(), static_cast<std::size_t>(at_ - buffer_.data()));
  } else {
    out_->resize(out_begin_);
  }
  return good_;
}

void WriterEngine::flush(std::size_t size) {
  out_->append(buffer_.data(), static_cast<std::size_t>(at_ - buffer_.data()));
  if (size > buffer_.size()) buffer_.resize(size);
  at_ = buffer_.data();
  buffer_end_ = buffer_.data() + buffer_.size();
}

std::string WriterEngine::path_of(std::uint32_t cell) const {
  std::string path;
  while (cell != no_cell) {
    const Cell& own = instance_->cell(cell);
    const Node& node = shape_.nodes[own.node];
    std::string step = fmt::format("/{}", node.name);
    if (node.max_occurs > 1) {
      std::size_t occurrence = 1;
      for (std::uint32_t i = own.parent + 1; i < cell && own.parent != no_cell; i = instance_->subtree_end(i)) {
        if (instance_->cell(i).node == own.node) ++occurrence;
      }
      step += fmt::format("[{}]", occurrence);
    }
    path.insert(0, step);
    cell = own.parent;
  }
  return path;
}

void WriterEngine::report(Code code, std::uint32_t cell, std::string path, std::string text) {
  Diagnostic wrong;
  wrong.code = code;
  wrong.place.offset_bytes = instance_->cell(cell).offset;
  wrong.place.length_bytes = instance_->cell(cell).length;
  wrong.path = std::move(path);
  wrong.text = std::move(text);
  findings_->add(std::move(wrong));
  good_ = false;
}

void WriterEngine::root() {
  element(0);
}

void WriterEngine::element(std::uint32_t cell) {
  const Plan& plan = plans_[instance_->cell(cell).node];
  room(static_cast<std::size_t>(plan.start_size) + plan.end_size);
  if (plan.kind == Type::Kind::simple || plan.kind == Type::Kind::value) return value(cell, plan);
  const Type& type = message_.types[plan.type];
  put(plan.start, plan.start_size);
  if (shape_.nodes[instance_->cell(cell).node].kind == NodeKind::leaf) {
    fragment(cell, type);
  } else {
    content(cell, type);
  }
  room(plan.end_size);
  put(plan.end, plan.end_size);
}

/// Moves the content model on by `times` occurrences of the particle with this ordinal.
void WriterEngine::step(State& state, const Type& type, std::uint32_t ordinal, std::uint32_t times,
                        std::uint32_t cell) {
  const Particle* first = message_.particles.data() + type.first_particle;
  const Particle& particle = first[ordinal];
  const Particle& last = first[state.position];
  const auto path = [&](std::uint32_t index) { return path_to(cell, message_.names[type.first_particle + index]); };
  if (state.count != 0 && ordinal == state.position) {
    state.count += times;
  } else if (state.count != 0 && (ordinal < state.position || particle.slot == last.slot)) {
    const bool choice = particle.slot == last.slot;
    return report(choice ? "ISO-0206"_code : "ISO-0203"_code, cell, path(ordinal),
                  choice ? "another member of this choice stands already" : "element is out of order");
  } else {
    if (state.count < last.occurs_min && state.count != 0) {
      report("ISO-0207"_code, cell, path(state.position),
             fmt::format("element occurs fewer than {} times", last.occurs_min));
    }
    if (particle.due != state.done) {
      for (const Missing& missing : find_missing(message_, type, state.done, particle.due)) {
        report("ISO-0207"_code, cell, path_to(cell, missing.element), missing.text);
      }
    }
    state.done = particle.due + (particle.mandatory ? 1u : 0u);
    state.position = ordinal;
    state.count = times;
  }
  if (state.count > particle.occurs_max && state.count - times <= particle.occurs_max) {
    report("ISO-0204"_code, cell, path(ordinal), fmt::format("element occurs more than {} times", particle.occurs_max));
  }
}

void WriterEngine::content(std::uint32_t cell, const Type& type) {
  const Cell* cells = instance_->cells().data();
  const std::uint32_t node = cells[cell].node;
  const std::uint32_t first_child = shape_.nodes[node].first_child;
  const std::uint32_t end = instance_->subtree_end(cell);
  const bool takes_items = item_node_ != no_node && shape_.nodes[item_node_].parent == node;
  bool items_due = takes_items && item_count_ != 0;
  State state;
  const auto put_items = [&] {
    items_due = false;
    step(state, type, item_node_ - first_child, static_cast<std::uint32_t>(item_count_), cell);
    put_long(items_);
  };
  for (std::uint32_t i = cell + 1; i < end; i = cells[i].end != 0 ? cells[i].end : instance_->subtree_end(i)) {
    if (items_due && cells[i].node > item_node_) put_items();
    const std::uint32_t ordinal = cells[i].node - first_child;
    if (ordinal >= type.particle_count) {
      report("ISO-0202"_code, i, path_of(i), "a cell that does not belong here");
      continue;
    }
    step(state, type, ordinal, 1, cell);
    element(i);
  }
  if (items_due) put_items();
  const Particle& last = message_.particles[type.first_particle + state.position];
  if (state.count != 0 && state.count < last.occurs_min) {
    report("ISO-0207"_code, cell, path_to(cell, message_.names[type.first_particle + state.position]),
           fmt::format("element occurs fewer than {} times", last.occurs_min));
  }
  if (state.done == type.due) return;
  for (const Missing& missing : find_missing(message_, type, state.done, type.due)) {
    report("ISO-0207"_code, cell, path_to(cell, missing.element), missing.text);
  }
}

void WriterEngine::value(std::uint32_t cell, const Plan& plan) {
  const Type& type = message_.types[plan.type];
  put(plan.start, plan.start_size);
  if (plan.kind == Type::Kind::value) {
    attributes(cell, type);
    room(1);
    *at_++ = '>';
  }
  text(cell, message_.simples[type.simple], false);
  room(plan.end_size);
  put(plan.end, plan.end_size);
}

void WriterEngine::attributes(std::uint32_t cell, const Type& type) {
  const std::uint32_t first_child = shape_.nodes[instance_->cell(cell).node].first_child;
  for (std::uint32_t i = 0; i < type.attribute_count; ++i) {
    const std::uint32_t node = first_child + i;
    std::uint32_t found = no_cell;
    for (std::uint32_t j = cell + 1; j < instance_->subtree_end(cell); ++j) {
      if (instance_->cell(j).node == node) found = j;
    }
    if (found == no_cell) {
      if (message_.attributes[type.first_attribute + i].required) {
        const std::string name = message_.attributes[type.first_attribute + i].name;
        report("ISO-0210"_code, cell, fmt::format("{}/@{}", path_of(cell), name),
               fmt::format("mandatory attribute {} is missing", name));
      }
      continue;
    }
    const Plan& plan = plans_[node];
    room(plan.start_size);
    put(plan.start, plan.start_size);
    text(found, message_.simples[plan.type], true);
    room(1);
    *at_++ = '"';
  }
}

/// Checks a value and writes it.
void WriterEngine::text(std::uint32_t cell, const SimpleType& simple, bool attribute) {
  const std::string_view value = instance_->cell(cell).text;
  room(value.size() + 16);
  const bool plain = copy_plain(at_, value) && !(attribute && value.find('"') != std::string_view::npos);
  if (plain) {
    at_ += value.size();
  } else {
    if (find_wrong_character(value) != value.size()) {
      return report("ISO-0401"_code, cell, path_of(cell), "the value holds what XML can't hold");
    }
    std::string escaped;
    append_escaped(escaped, value, attribute);
    put_long(escaped);
  }
  if (const Code code = check_value(simple, value, plain)) {
    report(code, cell, path_of(cell), "expected " + expectation(simple, code));
  }
}

void WriterEngine::fragment(std::uint32_t cell, const Type& type) {
  const std::string_view text = instance_->cell(cell).text;
  std::string uri;
  if (!is_closed_fragment(text, uri)) {
    return report("ISO-0402"_code, cell, path_of(cell), "the fragment is not one closed element");
  }
  const TypeDefinition& definition = *type.definition;
  if (type.kind == Type::Kind::any && definition.any_namespace != "##any" && uri != definition.any_namespace) {
    return report("ISO-0205"_code, cell, path_of(cell),
                  fmt::format("an element of the namespace {} is expected", definition.any_namespace));
  }
  put_long(text);
}

MessageWriter::MessageWriter(const Message& message, const Shape& shape)
    : engine_(std::make_unique<WriterEngine>(message, shape)) {}
MessageWriter::~MessageWriter() = default;
MessageWriter::MessageWriter(MessageWriter&&) noexcept = default;

bool MessageWriter::encode(const Instance& instance, std::string& out, Findings& findings) const {
  engine_->begin(instance, out, findings);
  engine_->root();
  return engine_->finish();
}

bool MessageWriter::encode_item(const Instance& instance, std::uint32_t cell, std::string& out,
                                Findings& findings) const {
  engine_->begin(instance, out, findings);
  engine_->item(cell);
  return engine_->finish();
}

bool MessageWriter::encode_frame(const Instance& frame, std::uint32_t item_node, std::string_view items,
                                 std::size_t item_count, std::string& out, Findings& findings) const {
  engine_->begin(frame, out, findings);
  engine_->set_items(item_node, items, item_count);
  engine_->root();
  return engine_->finish();
}

}  // namespace tilmash::iso20022
