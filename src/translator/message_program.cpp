#include "translator/message_program.h"

#include <cstring>

#include "iso20022/xml_text.h"

namespace tilmash::translator {

/// Canonical cells, by `context.source`.
class MessageProgram::Cells {
 public:
  Cells(const MessageProgram& program, EvalContext& context)
      : program_(program), context_(context), source_(*context.source) {}

  Text read(const Step& step) const {
    if (step.evaluated) return program_.evaluate(step, context_);
    const std::uint32_t cell = source_.find(step.source);
    if (cell == no_cell) return {.text = {}, .present = false, .failed = !step.optional};
    return {.text = source_.cell(cell).text, .present = true};
  }
  bool has(std::uint32_t node) const { return source_.find(node) != no_cell; }
  static constexpr bool is_bounded = false;
  static std::size_t bytes_max() { return 0; }
  bool begin_loop(std::uint32_t node) {
    const std::uint32_t first = first_occurrence(context_, node);
    if (first != no_cell) context_.loops[context_.loop_count++] = {node, first};
    return first != no_cell;
  }
  bool next_round() {
    const std::uint32_t cell = next_occurrence(context_);
    if (cell == no_cell) {
      --context_.loop_count;
    } else {
      context_.loops[context_.loop_count - 1].cell = cell;
    }
    return cell != no_cell;
  }

 private:
  const MessageProgram& program_;
  EvalContext& context_;
  const Instance& source_;
};

/// Values that stand once each.
class MessageProgram::Table {
 public:
  Table(const MessageProgram& program, const ItemTable& table)
      : program_(program), table_(table), entries_(table.entries()), given_(table.given()), rows_of_(table.rows_of()) {}

  Text read(const Step& step) const {
    const std::string_view text = entries_[step.source].text;
    if (text.data() == nullptr) return {.text = {}, .present = false, .failed = !step.optional};
    return {.text = text, .present = true};
  }
  bool has(std::uint32_t node) const { return given_.meets(rows_of_[node]); }
  static constexpr bool is_bounded = true;
  std::size_t bytes_max() const {
    return program_.tag_bytes_ + iso20022::escaped_bytes_max * program_.uses_max_ * table_.text_bytes();
  }
  bool begin_loop(std::uint32_t node) const { return has(node); }
  bool next_round() const { return false; }

 private:
  const MessageProgram& program_;
  const ItemTable& table_;
  const ItemTable::Entry* entries_;
  RowSet given_;
  const RowSet* rows_of_;
};

MessageProgram::Text MessageProgram::evaluate(const Step& step, EvalContext& context) const {
  Value value;
  const Fault fault = plan_->expressions_[step.rule_number - 1].evaluate(context, value);
  // What is cut must be told, and the long way tells it.
  const bool cut = context.truncations != 0;
  context.truncations = 0;
  return {.text = value.text, .present = value.present, .failed = fault || cut};
}

/// Makes room for `size` bytes and a block behind `at`.
inline char* MessageProgram::room(char* at, std::size_t size) {
  return size + block_bytes <= static_cast<std::size_t>(buffer_end_ - at) ? at : grow(at, size);
}

char* MessageProgram::grow(char* at, std::size_t size) {
  const auto used = static_cast<std::size_t>(at - buffer_.data());
  buffer_.resize(2 * (used + size + block_bytes));
  buffer_end_ = buffer_.data() + buffer_.size();
  return buffer_.data() + used;
}

inline char* MessageProgram::copy_block(char* at, const char* from, std::uint32_t size) {
  std::memcpy(at, from, block_bytes);
  for (std::uint32_t i = block_bytes; i < size; i += block_bytes) std::memcpy(at + i, from + i, block_bytes);
  return at + size;
}

[[gnu::always_inline]] inline bool MessageProgram::write_value(const Step& step, std::string_view text,
                                                               char*& at) const {
  if (step.proved) {
    iso20022::copy_plain(at, text.data(), text.size());
    at += text.size();
    return true;
  }
  if (step.fits) {
    if (iso20022::copy_unmarked(at, text.data(), text.size())) {
      at += text.size();
    } else {
      at = iso20022::write_escaped(at, text, false);
    }
    return at != nullptr;
  }
  if (iso20022::copy_plain(at, text.data(), text.size())) {
    if (step.attribute && text.find('"') != std::string_view::npos) return false;
    at += text.size();
    return step.length_only ? text.size() >= step.length_min && text.size() <= step.length_max
                            : !iso20022::check_value(*step.simple, text, true);
  }
  if (step.attribute) return false;
  if (step.length_only) {
    if (const std::size_t characters = iso20022::copy_short_characters(at, text); characters != 0) {
      at += text.size();
      return characters >= step.length_min && characters <= step.length_max;
    }
  }
  at = iso20022::write_escaped(at, text, false);
  return at != nullptr && !iso20022::check_value(*step.simple, text, false);
}

void MessageProgram::note_place(const Step& step, const char* begin, const char* end) {
  places_.push_back(
      {&step, static_cast<std::size_t>(begin - buffer_.data()), static_cast<std::size_t>(end - buffer_.data())});
}

/// The last message with other values in the places that vary.
std::optional<std::string_view> MessageProgram::run_again(EvalContext& context, std::string_view items,
                                                          std::size_t item_count) {
  const Cells fields(*this, context);
  char* at = room(buffer_.data(), last_.size() + items.size());
  std::size_t done = 0;
  for (const Place& place : places_) {
    Text value{.text = items, .present = true};
    const bool is_items = place.step->kind == Step::Kind::items;
    if (!is_items) value = fields.read(*place.step);
    if (value.failed || !value.present) return std::nullopt;
    if (is_items && (item_count == 0 || item_count > place.step->count_max)) return std::nullopt;
    at = room(at, place.begin - done + iso20022::escaped_bytes_max * value.text.size());
    std::memcpy(at, last_.data() + done, place.begin - done);
    at += place.begin - done;
    done = place.end;
    if (is_items) {
      if (!items.empty()) std::memcpy(at, items.data(), items.size());
      at += items.size();
    } else if (!write_value(*place.step, value.text, at)) {
      return std::nullopt;
    }
  }
  at = room(at, last_.size() - done);
  std::memcpy(at, last_.data() + done, last_.size() - done);
  at += last_.size() - done;
  return std::string_view(buffer_.data(), static_cast<std::size_t>(at - buffer_.data()));
}

std::optional<std::string_view> MessageProgram::run(EvalContext& context, std::string_view items,
                                                    std::size_t item_count) {
  context.loop_count = 0;
  if (last_version_ != 0 && last_version_ == context.header_version) {
    return run_again(context, items, item_count);
  }
  return run_steps(Cells(*this, context), context, items, item_count);
}

std::optional<std::string_view> MessageProgram::run(EvalContext& context, const ItemTable& table) {
  return run_steps(Table(*this, table), context, {}, 0);
}

template <class Fields>
std::optional<std::string_view> MessageProgram::run_steps(Fields fields, EvalContext& context, std::string_view items,
                                                          std::size_t item_count) {
  bool repeatable = header_ && context.header_version != 0;
  last_version_ = 0;
  places_.clear();
  char* at = room(buffer_.data(), fields.bytes_max());
  // Of a table it is known beforehand how much it can become.
  const auto more = [this](char* from, std::size_t size) { return Fields::is_bounded ? from : room(from, size); };
  Open opens[depth_max];  // NOLINT: written before they are read
  opens[0] = {0, 0, 0, false};
  std::size_t depth = 0;
  std::uint32_t filled = 0;
  std::uint32_t rounds = 0;
  Text element;
  const char* const tags = texts_.data();
  const Step* const begin = steps_.data();
  const Step* const end = begin + steps_.size();
  for (const Step* next = begin; next != end;) {
    const Step& step = *next++;
    switch (step.kind) {
      case Step::Kind::text:
        at = copy_block(more(at, step.before_size), tags + step.before, step.before_size);
        break;
      case Step::Kind::value: {
        const Text value = fields.read(step);
        if (value.failed) return std::nullopt;
        if (!value.present) {
          if (step.attribute && step.demanded) return std::nullopt;
          repeatable = repeatable && !step.varies;
          opens[depth].missed = opens[depth].missed || step.demanded;
          break;
        }
        at = more(at, step.before_size + step.after_size + iso20022::escaped_bytes_max * value.text.size());
        at = copy_block(at, tags + step.before, step.before_size);
        const char* const text = at;
        if (!write_value(step, value.text, at)) return std::nullopt;
        if (!Fields::is_bounded && repeatable && step.varies) note_place(step, text, at);
        at = copy_block(at, tags + step.after, step.after_size);
        if (!step.attribute) ++filled;
        if (step.member && ++opens[depth].members > 1) return std::nullopt;
        break;
      }
      case Step::Kind::element:
        element = fields.read(step);
        if (element.failed) return std::nullopt;
        repeatable = repeatable && (element.present || !step.varies);
        if (element.present) {
          at = copy_block(more(at, step.before_size), tags + step.before, step.before_size);
        } else {
          opens[depth].missed = opens[depth].missed || step.demanded;
          next = begin + step.jump;
        }
        break;
      case Step::Kind::element_end: {
        at = more(at, step.before_size + step.after_size + iso20022::escaped_bytes_max * element.text.size());
        at = copy_block(at, tags + step.before, step.before_size);
        const char* const text = at;
        if (!write_value(step, element.text, at)) return std::nullopt;
        if (repeatable && step.varies) note_place(step, text, at);
        at = copy_block(at, tags + step.after, step.after_size);
        ++filled;
        if (step.member && ++opens[depth].members > 1) return std::nullopt;
        break;
      }
      case Step::Kind::enter:
        if (step.source != no_node && !fields.has(step.source)) {
          opens[depth].missed = opens[depth].missed || step.demanded;
          next = begin + step.jump;
          break;
        }
        opens[++depth] = {static_cast<std::size_t>(at - buffer_.data()), filled, 0, false};
        at = copy_block(more(at, step.before_size), tags + step.before, step.before_size);
        break;
      case Step::Kind::leave: {
        const Open own = opens[depth--];
        if (own.filled == filled) {
          at = buffer_.data() + own.begin;
          repeatable = repeatable && (places_.empty() || places_.back().end <= own.begin);
          opens[depth].missed = opens[depth].missed || step.demanded;
          break;
        }
        if (own.missed) return std::nullopt;
        at = copy_block(more(at, step.before_size), tags + step.before, step.before_size);
        if (step.member && ++opens[depth].members > 1) return std::nullopt;
        break;
      }
      case Step::Kind::loop:
        if (context.loop_count == 1) return std::nullopt;
        if (!fields.begin_loop(step.source)) {
          opens[depth].missed = opens[depth].missed || step.demanded;
          next = begin + step.jump;
          break;
        }
        repeatable = false;
        rounds = 1;
        break;
      case Step::Kind::loop_end:
        if (!fields.next_round()) break;
        if (++rounds > step.count_max) return std::nullopt;
        next = begin + step.jump;
        break;
      case Step::Kind::items:
        if (item_count > step.count_max || (item_count == 0 && step.demanded)) return std::nullopt;
        at = more(at, items.size());
        if (!items.empty()) std::memcpy(at, items.data(), items.size());
        if (repeatable) note_place(step, at, at + items.size());
        at += items.size();
        break;
    }
  }
  if (opens[0].missed) return std::nullopt;
  const auto size = static_cast<std::size_t>(at - buffer_.data());
  const std::string_view written(buffer_.data(), size);
  if (repeatable) {
    last_ = written;
    last_version_ = context.header_version;
  }
  return written;
}

}  // namespace tilmash::translator
