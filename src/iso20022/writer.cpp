// The writer's tables and its one pass over the cells.
#include "iso20022/writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "iso20022/key_watch.h"
#include "iso20022/reader.h"
#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {
namespace {

constexpr std::size_t flush_bytes = 1u << 16;
constexpr std::size_t tag_bytes = 32;  ///< of a node's plan; a longer tag is rare and stands elsewhere
constexpr std::size_t slack_bytes =
    160;  ///< what one cell may write beyond its value: two tags, copied in whole blocks

}  // namespace

class WriterEngine {
 public:
  WriterEngine(const Message& message, const Shape& shape);

  void begin(const Instance& instance, std::string& out, Findings& findings);
  /// Writes the subtree of a cell.
  void element(std::uint32_t cell);
  bool finish();
  const Message& message() const { return message_; }
  /// The identity constraints of what stands within the subtree of a cell.
  void check_keys(std::uint32_t cell);
  void set_items(std::uint32_t node, std::string_view items, std::size_t count) {
    item_node_ = node;
    items_ = items;
    item_count_ = count;
  }

 private:
  enum class Form : std::uint8_t { text, other_value, value_with_attributes, group, fragment };

  /// Everything about a node of the shape that its cells need, on one cache line: its tag, its place in the content
  /// model (as in Particle), and what its value must be.
  struct alignas(64) Plan {
    char tag[tag_bytes] = {};      ///< "<Name>"
    std::uint32_t length_min = 0;  ///< of a text: so many bytes of plain text are good without a further look
    std::uint32_t length_max = 0;
    std::uint32_t occurs_max = 1;
    std::uint32_t first_child = 0;
    std::uint16_t child_count = 0;
    std::uint16_t type = 0;    ///< index into Message::types
    std::uint16_t simple = 0;  ///< index into Message::simples; of a group: mandatory slots of its content
    std::uint16_t occurs_min = 0;
    std::uint16_t due = 0;           ///< mandatory slots before its own
    std::uint16_t done_after = 0;    ///< and with its own
    std::uint16_t to_next_slot = 1;  ///< nodes from this one to the first of the next slot
    std::uint8_t tag_size = 0;       ///< 0: the tag is longer than `tag`
    Form form = Form::text;
  };
  static_assert(sizeof(Plan) == 64);

  /// Set in a `done` when something rare has to be looked at before the next child or the end: the compares with
  /// `due` then fail, and the slow path takes over.
  static constexpr std::uint32_t look_first = 0x8000;

  /// A group that is being written, and where its content has got to; as the reader's Frame.
  struct Open {
    std::uint32_t node_next = 0;   ///< children from this node on may come
    std::uint32_t last = no_node;  ///< node of the child written last
    std::uint32_t count = 0;       ///< of `last`
    std::uint32_t done = 0;        ///< mandatory slots passed, perhaps with `look_first`
    std::uint32_t end = 0;         ///< one past its last cell
    std::uint32_t node_end = 0;    ///< one past its children
    std::uint32_t node = 0;
    std::uint32_t cell = 0;
  };

  class Pass;

  void plan_node(std::uint32_t node);
  void open_group(Open& open, std::uint32_t cell, const Plan& plan) const;
  bool items_due(const Open& open) const {
    return !items_written_ && item_count_ != 0 && shape_.nodes[item_node_].parent == open.node;
  }
  void check_count(const Open& open);
  void close_slow(Open& open);
  void step_slow(Open& open, std::uint32_t node, std::uint32_t cell);
  void put_items(Open& open);
  void move_to(Open& open, std::uint32_t node, std::uint32_t times, std::uint32_t cell);
  void attributes(std::uint32_t cell, const Type& type);
  void value(std::uint32_t index, const Plan& plan);
  void odd_text(const Cell& cell, const SimpleType& simple, bool attribute);
  void check(const Cell& cell, const SimpleType& simple, bool ascii);
  void refuse(const Cell& cell, const SimpleType& simple, Code code);
  void fragment(std::uint32_t cell, const Type& type);
  void report(Code code, std::uint32_t cell, std::string path, std::string text);
  std::uint32_t index_of(const Cell& cell) const {
    return static_cast<std::uint32_t>(&cell - instance_->cells().data());
  }
  std::string path_of(std::uint32_t cell) const;
  /// Of an element below `cell`; of `cell` itself when the name is empty.
  std::string path_to(std::uint32_t cell, std::string_view element) const {
    return element.empty() ? path_of(cell) : fmt::format("{}/{}", path_of(cell), element);
  }

  void room(std::size_t size) {
    if (size > static_cast<std::size_t>(buffer_end_ - at_)) flush(size);
  }
  void flush(std::size_t size);
  /// "<Name>", at `at`, where there is room.
  char* put_start(char* at, const Plan& plan, std::uint32_t node) {
    if (plan.tag_size == 0) return put_long_tag(at, "<", node);
    std::memcpy(at, plan.tag, tag_bytes);
    return at + plan.tag_size;
  }
  /// "</", and the tag from its second byte on.
  char* put_end(char* at, const Plan& plan, std::uint32_t node) {
    if (plan.tag_size == 0) return put_long_tag(at, "</", node);
    std::memcpy(at, "</", 2);
    std::memcpy(at + 2, plan.tag + 1, tag_bytes - 1);
    return at + plan.tag_size + 1;
  }
  char* put_long_tag(char* at, std::string_view open, std::uint32_t node);
  void put(std::string_view text) {
    room(text.size() + slack_bytes);
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

  const Message& message_;
  const Shape& shape_;
  std::vector<Plan> plans_;  ///< by node
  std::vector<Open> opens_;
  std::string root_start_;  ///< "<Document xmlns=...>"

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
  bool items_written_ = false;
};

WriterEngine::WriterEngine(const Message& message, const Shape& shape)
    : message_(message), shape_(shape), plans_(shape.nodes.size()), buffer_(2 * flush_bytes) {
  std::size_t depth_max = 0;
  for (std::uint32_t node = 0; node < shape.nodes.size(); ++node) {
    plan_node(node);
    std::size_t depth = 1;
    for (std::uint32_t at = node; at != no_node; at = shape.nodes[at].parent) ++depth;
    depth_max = std::max(depth_max, depth);
  }
  opens_.resize(depth_max + 1);
  root_start_ = fmt::format("<{} xmlns=\"", shape.nodes[0].name);
  append_escaped(root_start_, message.xml_namespace(), true);
  root_start_ += "\">";
}

void WriterEngine::plan_node(std::uint32_t node) {
  const Node& source = shape_.nodes[node];
  Plan& plan = plans_[node];
  plan.first_child = source.first_child;
  plan.child_count = static_cast<std::uint16_t>(source.child_count);
  if (source.name.starts_with('@')) {
    plan.simple = message_.attributes[source.owner].simple;
    const std::string tag = fmt::format(" {}=\"", source.name.substr(1));
    if (tag.size() > tag_bytes) return;
    std::memcpy(plan.tag, tag.data(), tag.size());
    plan.tag_size = static_cast<std::uint8_t>(tag.size());
    return;
  }
  const Particle& particle = message_.particles[source.owner];
  const Type& type = message_.types[particle.type];
  plan.type = particle.type;
  plan.simple = type.simple;
  plan.due = particle.due;
  plan.occurs_min = particle.occurs_min;
  plan.occurs_max = particle.occurs_max;
  plan.done_after = static_cast<std::uint16_t>((particle.due + (particle.mandatory ? 1u : 0u)) |
                                               (particle.occurs_min > 1 ? look_first : 0));
  if (source.parent != no_node) {
    const std::uint32_t ordinal = node - shape_.nodes[source.parent].first_child;
    plan.to_next_slot = static_cast<std::uint16_t>(particle.next_slot - ordinal);
  }
  const std::string tag = fmt::format("<{}>", source.name);
  if (tag.size() <= tag_bytes) {
    std::memcpy(plan.tag, tag.data(), tag.size());
    plan.tag_size = static_cast<std::uint8_t>(tag.size());
  }
  if (type.kind == Type::Kind::value) {
    plan.form = Form::value_with_attributes;
  } else if (type.kind != Type::Kind::simple) {
    plan.form = source.kind == NodeKind::leaf ? Form::fragment : Form::group;
    plan.simple = type.due;
  } else if (message_.simples[type.simple].check == SimpleType::Check::length) {
    plan.length_min = message_.simples[type.simple].length_min;
    plan.length_max = message_.simples[type.simple].length_max;
  } else {
    plan.form = Form::other_value;
  }
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
  items_written_ = false;
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

/// A tag that is longer than a plan holds.
char* WriterEngine::put_long_tag(char* at, std::string_view open, std::uint32_t node) {
  at_ = at;
  put(fmt::format("{}{}>", open, shape_.nodes[node].name));
  return at_;
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

/// Reports a child that occurs too rarely, before the next one comes or the group ends.
void WriterEngine::check_count(const Open& open) {
  if (open.last == no_node) return;
  const std::uint32_t count_min = plans_[open.last].occurs_min;
  if (open.count >= count_min) return;
  report("ISO-0207"_code, open.cell, path_to(open.cell, shape_.nodes[open.last].name),
         fmt::format("element occurs fewer than {} times", count_min));
}

/// Moves the content model of an open group on by `times` children, and reports what is wrong.
void WriterEngine::move_to(Open& open, std::uint32_t node, std::uint32_t times, std::uint32_t cell) {
  const Plan& plan = plans_[node];
  const auto path = [&] { return path_to(open.cell, shape_.nodes[node].name); };
  if (node == open.last) {
    open.count += times;
  } else if (node < open.node_next) {
    // Members of one choice share their slot.
    const auto slot = [&](std::uint32_t child) { return message_.particles[shape_.nodes[child].owner].slot; };
    const bool choice = slot(node) == slot(open.last);
    report(choice ? "ISO-0206"_code : "ISO-0203"_code, cell, path(),
           choice ? "another member of this choice stands already" : "element is out of order");
    return;
  } else {
    check_count(open);
    const Type& type = message_.types[plans_[open.node].type];
    for (const Missing& missing : find_missing(message_, type, open.done & ~look_first, plan.due)) {
      report("ISO-0207"_code, open.cell, path_to(open.cell, missing.element), missing.text);
    }
    open.last = node;
    open.node_next = node + plan.to_next_slot;
    open.count = times;
    open.done = plan.done_after;
  }
  if (open.count > plan.occurs_max && open.count - times <= plan.occurs_max) {
    report("ISO-0204"_code, cell, path(), fmt::format("element occurs more than {} times", plan.occurs_max));
  }
}

/// A child that is not simply the next one. It may not belong here at all: then nothing changes.
void WriterEngine::step_slow(Open& open, std::uint32_t node, std::uint32_t cell) {
  const Plan& group = plans_[open.node];
  if (node < group.first_child || node >= open.node_end) {
    return report("ISO-0202"_code, cell, path_of(cell), "a cell that does not belong here");
  }
  if (items_due(open) && node > item_node_) put_items(open);
  move_to(open, node, 1, cell);
  if (items_due(open)) open.done |= look_first;
}

void WriterEngine::put_items(Open& open) {
  move_to(open, item_node_, static_cast<std::uint32_t>(item_count_), open.cell);
  items_written_ = true;
  put(items_);
}

void WriterEngine::open_group(Open& open, std::uint32_t cell, const Plan& plan) const {
  const Cell& own = instance_->cell(cell);
  open.node_next = plan.first_child;
  open.last = no_node;
  open.count = 0;
  open.done = 0;
  open.end = own.end != 0 ? own.end : instance_->subtree_end(cell);
  open.node_end = plan.first_child + plan.child_count;
  open.node = own.node;
  open.cell = cell;
  if (item_count_ != 0 && items_due(open)) open.done = look_first;
}

/// The end of a group that lacks something, or whose items come last.
void WriterEngine::close_slow(Open& open) {
  if (items_due(open)) put_items(open);
  check_count(open);
  const Type& type = message_.types[plans_[open.node].type];
  for (const Missing& missing : find_missing(message_, type, open.done & ~look_first, type.due)) {
    report("ISO-0207"_code, open.cell, path_to(open.cell, missing.element), missing.text);
  }
}

/// The one pass over the cells of a group. What changes with every cell is in here and goes back to the engine at the
/// end, or where a slow step needs it: stores through char pointers would make the compiler load the engine's members
/// anew each time.
class WriterEngine::Pass {
 public:
  Pass(WriterEngine& engine, std::uint32_t cell)
      : engine_(engine),
        cells_(engine.instance_->cells().data()),
        plans_(engine.plans_.data()),
        simples_(engine.message_.simples.data()),
        outermost_(engine.opens_.data()),
        open_(engine.opens_.data()),
        next_(cell + 1),
        at_(engine.at_) {
    engine.open_group(*open_, cell, plans_[cells_[cell].node]);
  }

  [[gnu::always_inline]] void run() {
    for (;;) {
      while (next_ >= open_->end) {
        close();
        if (open_-- == outermost_) return take_back();
      }
      const Cell& cell = cells_[next_];
      const Plan& plan = plans_[cell.node];
      if (!step(cell, plan)) {
        next_ = engine_.instance_->subtree_end(next_);  // reported, and passed over
        continue;
      }
      make_room(cell.text.size());
      if (plan.form == Form::group) {
        at_ = engine_.put_start(at_, plan, cell.node);
        engine_.open_group(*++open_, next_++, plan);
      } else if (!put_plain(cell, plan)) {
        slowly([&] { engine_.value(next_, plan); });
        next_ = cell.end != 0 ? cell.end : engine_.instance_->subtree_end(next_);
      }
    }
  }

 private:
  void take_back() { engine_.at_ = at_; }

  template <class Step>
  [[gnu::always_inline]] void slowly(Step step) {
    take_back();
    step();
    at_ = engine_.at_;
  }

  /// For a text with its tags.
  [[gnu::always_inline]] void make_room(std::size_t text_size) {
    const std::size_t size = text_size + slack_bytes;
    if (static_cast<std::size_t>(engine_.buffer_end_ - at_) < size) slowly([&] { engine_.flush(size); });
  }

  [[gnu::always_inline]] void close() {
    const Plan& plan = plans_[open_->node];
    if (open_->done != plan.simple) slowly([&] { engine_.close_slow(*open_); });
    make_room(0);
    at_ = engine_.put_end(at_, plan, open_->node);
  }

  /// Moves the content model on; false when the cell may not stand here.
  [[gnu::always_inline]] bool step(const Cell& cell, const Plan& plan) {
    Open& open = *open_;
    if (cell.node >= open.node_next && cell.node < open.node_end && plan.due == open.done) {
      open.last = cell.node;
      open.node_next = cell.node + plan.to_next_slot;
      open.count = 1;
      open.done = plan.done_after;
      return true;
    }
    if (cell.node == open.last && open.count < plan.occurs_max) {
      ++open.count;
      return true;
    }
    slowly([&] { engine_.step_slow(open, cell.node, next_); });
    return open.last == cell.node;
  }

  /// What most cells are: plain text that is good. False, and nothing is written, when it is anything else.
  [[gnu::always_inline]] bool put_plain(const Cell& cell, const Plan& plan) {
    if (plan.form > Form::other_value || plan.tag_size == 0 || cell.end != next_ + 1) return false;
    const std::size_t size = cell.text.size();
    char* const text = engine_.put_start(at_, plan, cell.node);
    if (!copy_plain(text, cell.text.data(), size)) return false;
    const bool good = plan.form == Form::text ? size >= plan.length_min && size <= plan.length_max
                                              : !check_value(simples_[plan.simple], cell.text, true);
    if (!good) return false;
    at_ = engine_.put_end(text + size, plan, cell.node);
    ++next_;
    return true;
  }

  WriterEngine& engine_;
  const Cell* const cells_;
  const Plan* const plans_;
  const SimpleType* const simples_;
  const Open* const outermost_;
  Open* open_;
  std::uint32_t next_;  ///< cell
  char* at_;
};

void WriterEngine::element(std::uint32_t cell) {
  const Cell& own = instance_->cell(cell);
  const Plan& plan = plans_[own.node];
  room(own.text.size() + slack_bytes);
  if (plan.form != Form::group) return value(cell, plan);
  if (own.node == 0) {
    put(root_start_);
  } else {
    at_ = put_start(at_, plan, own.node);
  }
  Pass(*this, cell).run();
}

/// Writes a cell that has a value; there is room for its text and tags.
void WriterEngine::value(std::uint32_t index, const Plan& plan) {
  const Cell& cell = instance_->cell(index);
  at_ = put_start(at_, plan, cell.node);
  if (plan.form == Form::fragment) {
    fragment(index, message_.types[plan.type]);
  } else {
    if (plan.form == Form::value_with_attributes) {
      --at_;
      attributes(index, message_.types[plan.type]);
      room(cell.text.size() + slack_bytes);
      *at_++ = '>';
    }
    const SimpleType& simple = message_.simples[plan.simple];
    if (copy_plain(at_, cell.text.data(), cell.text.size())) {
      at_ += cell.text.size();
      check(cell, simple, true);
    } else {
      odd_text(cell, simple, false);
    }
  }
  at_ = put_end(at_, plan, cell.node);
}

void WriterEngine::check(const Cell& cell, const SimpleType& simple, bool ascii) {
  if (const Code code = check_value(simple, cell.text, ascii)) refuse(cell, simple, code);
}

void WriterEngine::refuse(const Cell& cell, const SimpleType& simple, Code code) {
  report(code, index_of(cell), path_of(index_of(cell)), "expected " + expectation(simple, code));
}

/// Writes a text with markup, controls or characters beyond ASCII.
void WriterEngine::odd_text(const Cell& cell, const SimpleType& simple, bool attribute) {
  room(escaped_bytes_max * cell.text.size() + slack_bytes);
  char* const end = write_escaped(at_, cell.text, attribute);
  if (end == nullptr) {
    return report("ISO-0401"_code, index_of(cell), path_of(index_of(cell)), "the value holds what XML can't hold");
  }
  at_ = end;
  check(cell, simple, false);
}

void WriterEngine::attributes(std::uint32_t cell, const Type& type) {
  const std::uint32_t first_child = plans_[instance_->cell(cell).node].first_child;
  const std::uint32_t end = instance_->subtree_end(cell);
  for (std::uint32_t i = 0; i < type.attribute_count; ++i) {
    const Attribute& declared = message_.attributes[type.first_attribute + i];
    std::uint32_t found = cell + 1;
    while (found < end && instance_->cell(found).node != first_child + i) ++found;
    if (found >= end) {
      if (!declared.required) continue;
      report("ISO-0210"_code, cell, fmt::format("{}/@{}", path_of(cell), declared.name),
             fmt::format("mandatory attribute {} is missing", declared.name));
      continue;
    }
    const Cell& own = instance_->cell(found);
    const SimpleType& simple = message_.simples[declared.simple];
    room(declared.name.size() + own.text.size() + slack_bytes);
    const Plan& plan = plans_[own.node];
    if (plan.tag_size != 0) {
      std::memcpy(at_, plan.tag, tag_bytes);
      at_ += plan.tag_size;
    } else {
      put(fmt::format(" {}=\"", declared.name));
      room(own.text.size() + slack_bytes);
    }
    if (copy_plain(at_, own.text.data(), own.text.size()) && own.text.find('"') == std::string_view::npos) {
      at_ += own.text.size();
      check(own, simple, true);
    } else {
      odd_text(own, simple, true);
    }
    *at_++ = '"';
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
  put(text);
  room(slack_bytes);
}

void WriterEngine::check_keys(std::uint32_t cell) {
  for (const InstanceKeyFault& found : find_key_faults(message_, *instance_, cell)) {
    Diagnostic wrong;
    wrong.place.offset_bytes = instance_->cell(found.cell).offset;
    wrong.place.length_bytes = instance_->cell(found.cell).length;
    wrong.path = path_of(found.cell) + found.below;
    found.fault.describe(wrong, found.fault.first_offset != 0);
    findings_->add(std::move(wrong));
    good_ = false;
  }
}

MessageWriter::MessageWriter(const Message& message, const Shape& shape)
    : engine_(std::make_unique<WriterEngine>(message, shape)) {}
MessageWriter::~MessageWriter() = default;
MessageWriter::MessageWriter(MessageWriter&&) noexcept = default;

bool MessageWriter::encode(const Instance& instance, std::string& out, Findings& findings) const {
  engine_->begin(instance, out, findings);
  engine_->element(0);
  engine_->check_keys(0);
  return engine_->finish();
}

bool MessageWriter::encode_item(const Instance& instance, std::uint32_t cell, std::string& out,
                                Findings& findings) const {
  engine_->begin(instance, out, findings);
  engine_->element(cell);
  engine_->check_keys(cell);
  return engine_->finish();
}

bool MessageWriter::encode_frame(const Instance& frame, std::uint32_t item_node, std::string_view items,
                                 std::size_t item_count, std::string& out, Findings& findings) const {
  const std::size_t begin = out.size();
  engine_->begin(frame, out, findings);
  engine_->set_items(item_node, items, item_count);
  engine_->element(0);
  if (!engine_->finish()) return false;
  // No cells are left of the items.
  if (engine_->message().constraints.empty()) return true;
  if (check_keys(engine_->message(), std::string_view(out).substr(begin), findings)) return true;
  out.resize(begin);
  return false;
}

}  // namespace tilmash::iso20022
