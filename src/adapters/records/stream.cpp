// The decoder: pulls records out of the file, keeps the open ones above the items in the instance, and delivers items.
//
// An item ends where a record begins that does not belong to it, so the reader looks one record ahead and leaves that
// record untouched. A record that can't be placed while an item with children is open spoils the item: it may be the
// return or the remittance that belongs to the payment, and a payment must not go on without it.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <optional>

#include "adapters/records/frames.h"
#include "adapters/records/tracker.h"
#include "base/text.h"

namespace tilmash::records {
namespace {

/// Controls of batches kept for reports; the file's own are always kept.
constexpr std::size_t controls_max = 10000;
/// One in so many bytes outside ASCII undefined: probably another code page.
constexpr std::uint64_t wrong_page_share = 20;

struct Text {
  Code code;
  std::string_view text;
};

constexpr Text texts[] = {
    {"FMT-0200"_code, "a byte that the code page does not have"},
    {"FMT-0201"_code, "a control character"},
    {"FMT-0202"_code, "something that is not a digit"},
    {"FMT-0203"_code, "a number with zeros in front that the layout does not pad with"},
    {"FMT-0204"_code, "a number of more than 18 digits"},
    {"FMT-0205"_code, "no date of the pattern"},
    {"FMT-0206"_code, "nothing, but the field is required"},
    {"FMT-0207"_code, "a value that is not among the codes"},
    {"FMT-0208"_code, "another value than the constant"},
    {"FMT-0209"_code, "other bytes than the filler, which would be lost"},
    {"FMT-0210"_code, "no number"},
    {"FMT-0211"_code, "no sign where the layout has one"},
    {"FMT-0212"_code, "a wrong check digit"},
    {"FMT-0213"_code, "a half-byte that is no digit, or one to spare that is not 0"},
    {"FMT-0214"_code, "a number with more digits than the layout says"},
    {"FMT-0215"_code, "a float without a decimal value, or not normalised"},
    {"FMT-0216"_code, "bytes that fit no variant"},
    {"FMT-0217"_code, "a table without a count, or with one out of its range"},
    {"FMT-0218"_code, "no bytes: the record ends before"},
};

std::string_view text_of(Code code) {
  for (const Text& each : texts) {
    if (each.code == code) return each.text;
  }
  return "";
}

/// In front of texts that an editor or an export has written; a layout without it takes it for the first bytes.
struct ByteOrderMark {
  std::string_view bytes;
  std::string_view encoding;
};

constexpr ByteOrderMark byte_order_marks[] = {
    {"\xEF\xBB\xBF", "UTF-8"}, {"\xFF\xFE", "UTF-16"}, {"\xFE\xFF", "UTF-16"}};

class Stream final : public ItemStream {
 public:
  Stream(const RecordLayout& layout, std::string_view input, std::string file, formats::RecordSink* sink)
      : layout_(layout),
        input_(input),
        file_(std::move(file)),
        sink_(sink),
        frames_(layout.frames(input)),
        tracker_(layout),
        decoder_(layout.record_decoder()),
        arenas_(layout.kinds.size() + 1) {}

  Step next(Instance& instance) override;
  const Reject& reject() const override { return reject_; }
  std::uint64_t record_number() const override { return item_number_; }
  std::uint64_t parents_version() const override { return parents_version_; }
  std::string_view raw() const override { return raw_; }
  std::uint64_t consumed_bytes() const override { return frames_->taken_bytes(); }
  std::uint64_t record_count() const override { return frames_->count(); }
  const std::vector<Control>& controls() const override { return controls_; }
  const Findings& file_findings() const override { return findings_; }

 private:
  Step step(Instance& instance);
  void take(Instance& instance, const Frame& frame, std::uint32_t kind, std::uint32_t level);
  std::optional<FieldFault> read_open(Instance& instance, const Frame& frame, std::uint32_t kind, Arena& arena);
  void read(Instance& instance, const Frame& frame, std::uint32_t kind, std::uint32_t cell, Arena& arena,
            const std::optional<FieldFault>& already);
  bool stray(const Frame& frame, std::uint32_t kind);
  void tell_byte_order_mark(const Frame& frame);
  Step finish_item(Instance& instance);
  Step finish_file(Instance& instance);
  bool accept_length(const Frame& frame, std::uint32_t kind, std::string_view& bytes, Arena& arena);
  bool accept_rest(const Frame& frame, std::uint32_t kind, std::string_view bytes);
  bool accept_end(const Frame& frame, std::uint32_t kind);
  void tally_short(const Frame& frame, std::uint32_t kind_index);
  void take_padding(Instance& instance, const Frame& frame);
  void close_to(Instance& instance, std::uint32_t level);
  void close_one(Instance& instance);
  void report(const Compared& compared, bool in_item);
  void fault(Diagnostic why, std::uint32_t kind);
  std::string shown(const Field& field, std::string_view bytes) const;
  Diagnostic diagnose(Code code, const Frame& frame, std::string text) const;
  Diagnostic diagnose(const FieldFault& fault, const Frame& frame, std::string_view bytes) const;

  const RecordLayout& layout_;
  std::string_view input_;
  std::string file_;
  formats::RecordSink* sink_;
  std::unique_ptr<FrameSource> frames_;
  Tracker tracker_;
  std::unique_ptr<RecordDecoder> decoder_;
  Instance scratch_;
  std::vector<Arena> arenas_;  ///< of the records above the items: [0] the file's, [kind + 1]
  std::vector<Control> controls_;
  Findings findings_;
  std::vector<std::uint32_t> missing_;
  std::vector<Compared> compared_;

  bool started_ = false;
  bool ended_ = false;
  bool item_open_ = false;
  bool item_bad_ = false;
  std::uint64_t undefined_records_ = 0;  ///< whose first fault is a byte that the code page does not have
  bool after_end_ = false;
  std::uint32_t item_level_ = 0;
  std::uint32_t mark_ = no_cell;  ///< cells below belong to the records above the items
  std::uint32_t mark_open_ = 0;
  std::uint64_t item_number_ = 0;
  std::uint64_t item_offset_ = 0;
  std::uint64_t item_end_ = 0;
  std::uint32_t hint_ = none;
  std::uint64_t padding_count_ = 0;
  std::uint64_t parents_version_ = 1;  ///< records so far that belong to no item
  std::string_view raw_;
  Reject reject_;
};

Step Stream::next(Instance& instance) {
  if (!started_) {
    started_ = true;
    instance.reset(layout_.shape_);
  }
  if (ended_) return Step::end;
  if (mark_ != no_cell) {
    instance.truncate(mark_, mark_open_);
    mark_ = no_cell;
    instance.arena().clear();
  }
  return step(instance);
}

Step Stream::step(Instance& instance) {
  for (;;) {
    const Frame* const frame = frames_->peek();
    if (frame == nullptr) {
      if (item_open_) return finish_item(instance);
      return finish_file(instance);
    }
    if (frame->fault) {
      if (item_open_) return finish_item(instance);
      findings_.add(
          diagnose(frame->fault, *frame,
                   frame->fault == "FMT-0308"_code   ? "a record in segments, and the layout does not say `spanned`"
                   : frame->fault == "FMT-0309"_code ? "a segment of a record out of its turn: one before it is missing"
                                                     : "a record length that can't be"));
      frames_->take();
      continue;
    }
    if (frame->header) {
      if (auto why = decoder_->read_header(frame->bytes, frame->offset)) {
        why->place.file = file_;
        why->place.record_number = frame->number;
        findings_.add(std::move(*why));
      }
      if (!frame->terminated && layout_.final_line_end) {
        findings_.add(diagnose("FMT-0303"_code, *frame, "the file ends within the header"));
      }
      frames_->take();
      continue;
    }
    const std::uint32_t kind = frame->kind != none ? frame->kind : layout_.kind_of(frame->bytes, hint_);
    const std::uint32_t level = kind == none || layout_.kinds[kind].padding ? none : tracker_.level_for(kind);
    const bool fits = level != none && tracker_.fits(kind, level);
    if (item_open_) {
      const bool spoils =
          !fits && !layout_.kinds[layout_.item].children.empty() && (kind == none || layout_.kinds[kind].below_item);
      if (!spoils && (level == none || level < item_level_ || !fits)) return finish_item(instance);
      if (spoils) {
        const Code code = kind == none ? "FMT-0222"_code : "FMT-0223"_code;
        fault(diagnose(code, *frame,
                       kind == none ? "no record kind matches, within an item"
                                    : fmt::format("a record {} can't stand here", layout_.kinds[kind].name)),
              layout_.item);
        frames_->measure();
        item_end_ = frame->end;
        frames_->take();
        continue;
      }
    }
    hint_ = kind;
    if (kind != none && layout_.kinds[kind].padding) {
      take_padding(instance, *frame);
      continue;
    }
    if (!fits) {
      frames_->measure();
      if (stray(*frame, kind)) return Step::reject;
      continue;
    }
    take(instance, *frame, kind, level);
  }
}

void Stream::take_padding(Instance& instance, const Frame& frame) {
  ++padding_count_;
  std::string_view bytes;
  accept_length(frame, layout_.padding, bytes, scratch_.arena());
  if (sink_ != nullptr) {
    sink_->record(instance, layout_.kinds[layout_.padding].node, no_cell, {}, frame.number, frame.offset);
  }
  frames_->take();
}

/// A record that belongs nowhere: a reject (true), or a finding when the file had already ended.
bool Stream::stray(const Frame& frame, std::uint32_t kind) {
  if (frame.offset == 0) tell_byte_order_mark(frame);
  if (!frame.terminated && !accept_end(frame, kind)) {
    frames_->take();
    return false;
  }
  const bool after_end = std::any_of(layout_.top.begin(), layout_.top.end(), [&](std::uint32_t top) {
    return layout_.kinds[top].last && tracker_.levels().front().rank >= layout_.kinds[top].rank &&
           tracker_.levels().size() > 1;
  });
  std::string text = kind == none ? std::string("no record kind matches")
                                  : fmt::format("a record {} can't stand here", layout_.kinds[kind].name);
  const Code code = after_end ? "FMT-0304"_code : kind == none ? "FMT-0222"_code : "FMT-0223"_code;
  Diagnostic why = diagnose(code, frame, after_end ? "bytes follow the end of the file's last record" : text);
  raw_ = input_.substr(frame.offset, frame.end - frame.offset);
  item_number_ = frame.number;
  frames_->take();
  if (after_end) {
    if (!after_end_) findings_.add(std::move(why));
    after_end_ = true;
    return false;
  }
  // What it would have added is in the file all the same.
  if (kind != none && (frame.bytes.size() == layout_.kinds[kind].length || layout_.by_columns)) {
    const std::uint32_t form = tracker_.form_of(kind, frame.bytes);
    if (form != none) {
      scratch_.reset(layout_.shape_);
      scratch_.begin(layout_.kinds[kind].node, frame.offset);
      decoder_->decode(layout_.kinds[kind].forms[form], frame.bytes, frame.offset, scratch_, scratch_.arena());
      tracker_.add_stray(kind, decoder_->slots());
    }
  }
  reject_ = {std::move(why), raw_};
  return true;
}

/// Of a first record that no kind matches.
void Stream::tell_byte_order_mark(const Frame& frame) {
  for (const ByteOrderMark& mark : byte_order_marks) {
    if (!input_.starts_with(mark.bytes)) continue;
    Diagnostic why = diagnose("FMT-0311"_code, frame, fmt::format("the file begins like {} text", mark.encoding));
    why.place.length_bytes = mark.bytes.size();
    why.help = fmt::format("the layout says {}: take the file as the core wrote it", layout_.page->name());
    findings_.add(std::move(why));
    return;
  }
}

/// Settles a record that is shorter or longer than its kind; false when it can't be read.
bool Stream::accept_length(const Frame& frame, std::uint32_t kind, std::string_view& bytes, Arena& arena) {
  const std::uint32_t length = layout_.kinds[kind].length;
  bytes = frame.segments.empty() ? frame.bytes : arena.copy(frame.bytes);
  if (frame.wrong_line_end) {
    fault(diagnose("FMT-0225"_code, frame, "the record ends with LF instead of CR LF"), kind);
    return false;
  }
  const std::size_t size = bytes.size();
  if ((size == length && !layout_.trim_short) || (size < length && layout_.kinds[kind].variable)) return true;
  const bool is_trimmed = layout_.trim_short && size <= length && (bytes.empty() || bytes.back() != layout_.blank);
  const bool is_short = bytes.size() < length;
  std::string text = fmt::format("the record has {} bytes instead of {}", bytes.size(), length);
  if (is_short && layout_.pad_short) {
    char* const padded = arena.allocate(length);
    std::memcpy(padded, bytes.data(), bytes.size());
    std::memset(padded + bytes.size(), layout_.blank, length - bytes.size());
    bytes = {padded, length};
    if (is_trimmed) return true;
    if (layout_.trim_short) text = "the record ends with blanks, which are not written";
  } else if (layout_.trim_short && bytes.size() == length) {
    if (is_trimmed) return true;
    text = "the record ends with blanks, which are not written";
  } else if (!is_short && layout_.cut_long && is_filled(bytes.substr(length), layout_.blank)) {
    bytes = bytes.substr(0, length);
  } else {
    Diagnostic why = diagnose(is_short ? "FMT-0220"_code : "FMT-0221"_code, frame, std::move(text));
    // Often the cause: letters that another encoding writes with more bytes.
    if (const std::size_t bad = decoder_->find_undefined(bytes); bad != bytes.size()) {
      why.help = why.text;
      why.code = "FMT-0200"_code;
      why.place.offset_bytes = frame.place_of(bad);
      why.place.column_number = static_cast<std::uint32_t>(bad + 1);
      why.text = fmt::format("the record holds {}", text_of(why.code));
    }
    fault(std::move(why), kind);
    return false;
  }
  Diagnostic warning = diagnose("FMT-0224"_code, frame, std::move(text));
  warning.severity = Severity::warning;
  findings_.add(std::move(warning));
  return true;
}

/// What stands behind the last field of a record whose tables need not be full: nothing, or blanks where the layout
/// says that records are filled up. False when it is anything else.
bool Stream::accept_rest(const Frame& frame, std::uint32_t kind, std::string_view bytes) {
  const std::size_t used = decoder_->used();
  const bool padded = !layout_.kinds[kind].variable || bytes.size() > frame.bytes.size();
  if (used == bytes.size() || (padded && is_filled(bytes.substr(used), layout_.blank))) return true;
  Diagnostic why = diagnose("FMT-0221"_code, frame,
                            fmt::format("the record has {} bytes, its fields take {}", frame.bytes.size(), used));
  why.place.offset_bytes = frame.place_of(used);
  why.place.length_bytes = bytes.size() - used;
  fault(std::move(why), kind);
  return false;
}

/// What a record of the wrong length adds to the controls: the file speaks of it, and the fields that lie whole within
/// a short one can be read. Should its bytes be shifted, the controls will differ and the file is held.
void Stream::tally_short(const Frame& frame, std::uint32_t kind_index) {
  const Kind& kind = layout_.kinds[kind_index];
  if (frame.bytes.size() >= kind.length || kind.variable) return tracker_.add_unread(kind_index);
  scratch_.reset(layout_.shape_);
  char* const padded = scratch_.arena().allocate(kind.length);
  std::memcpy(padded, frame.bytes.data(), frame.bytes.size());
  std::memset(padded + frame.bytes.size(), layout_.blank, kind.length - frame.bytes.size());
  const std::string_view bytes(padded, kind.length);
  const std::uint32_t form = tracker_.form_of(kind_index, bytes);
  if (form == none) return tracker_.add_unread(kind_index);
  scratch_.begin(kind.node, frame.offset);
  decoder_->decode(kind.forms[form], bytes, frame.offset, scratch_, scratch_.arena());
  std::vector<Slot> slots = decoder_->slots();
  for (const Field& field : kind.forms[form].fields) {
    if (field.slot == none || field.offset + field.length <= frame.bytes.size()) continue;
    slots[field.slot].bad = true;
  }
  tracker_.add_stray(kind_index, slots);
}

/// Settles a last record without its line end; false when the file is truncated there.
bool Stream::accept_end(const Frame& frame, std::uint32_t kind) {
  const bool whole = kind != none && (frame.bytes.size() >= layout_.kinds[kind].length || layout_.kinds[kind].variable);
  if (!layout_.final_line_end && frames_->by_lines() && (whole || layout_.pad_short)) return true;
  findings_.add(diagnose("FMT-0303"_code, frame, "the file ends within this record"));
  return frames_->by_lines() && whole;
}

/// A record that ends where its tables do: its fields are read first, and say so. Below the group that is open. Nothing
/// when the fields are still to be read.
std::optional<FieldFault> Stream::read_open(Instance& instance, const Frame& frame, std::uint32_t kind, Arena& arena) {
  const std::uint32_t form = layout_.kinds[kind].variable ? tracker_.form_of(kind, frame.bytes) : none;
  if (form == none) {
    frames_->measure();
    return std::nullopt;
  }
  const FieldFault found =
      decoder_->decode(layout_.kinds[kind].forms[form], frame.bytes, frame.offset, instance, arena);
  const bool moves = layout_.kinds[kind].forms[form].moves;
  const bool whole = moves ? decoder_->complete() : frame.terminated;
  frames_->settle(moves && whole ? decoder_->used() : frame.bytes.size(), whole);
  return found;
}

void Stream::take(Instance& instance, const Frame& taken, std::uint32_t kind_index, std::uint32_t level) {
  const Kind& kind = layout_.kinds[kind_index];
  if (!taken.open && !taken.terminated && !accept_end(taken, kind_index)) {
    frames_->take();
    return;
  }
  close_to(instance, level);
  if (kind.arena == kind_index) arenas_[kind_index + 1].clear();
  const bool of_item = kind.item || item_open_;
  Arena& arena = of_item ? instance.arena() : arenas_[kind.arena == none ? 0 : kind.arena + 1];
  const std::uint32_t mark = instance.mark();
  const std::uint32_t open = instance.open_cell();
  const std::uint32_t cell = instance.begin(kind.node, taken.offset);
  const bool was_open = taken.open;
  std::optional<FieldFault> found;
  if (was_open) found = read_open(instance, taken, kind_index, arena);
  const Frame frame = taken;
  if (was_open && !frame.terminated) {
    // Where it ends is not known: a count is wrong, or the file is cut off.
    if (found && found->fault.code == "FMT-0217"_code) {
      findings_.add(diagnose(*found, frame, frame.bytes));
    } else {
      accept_end(frame, kind_index);
    }
    instance.truncate(mark, open);
    frames_->take();
    return;
  }
  tracker_.open(kind_index, cell, frame.number, frame.offset);
  if (!kind.item && !kind.below_item) ++parents_version_;
  if (kind.item) {
    mark_ = mark;
    mark_open_ = open;
    item_open_ = true;
    item_bad_ = false;
    item_level_ = static_cast<std::uint32_t>(tracker_.levels().size() - 1);
    item_number_ = frame.number;
    item_offset_ = frame.offset;
  }
  if (item_open_) item_end_ = frame.end;
  frames_->take();
  read(instance, frame, kind_index, cell, arena, found);
}

/// The fields of a record whose group `cell` is open, unless they have been read.
void Stream::read(Instance& instance, const Frame& frame, std::uint32_t kind_index, std::uint32_t cell, Arena& arena,
                  const std::optional<FieldFault>& already) {
  const Kind& kind = layout_.kinds[kind_index];
  std::string_view bytes;
  const std::uint32_t form = accept_length(frame, kind_index, bytes, arena)
                                 ? tracker_.form_of(kind_index, bytes)
                                 : static_cast<std::uint32_t>(kind.forms.size());
  if (form == none) {
    fault(diagnose("FMT-0226"_code, frame, fmt::format("no form of {} fits this record", kind.name)), kind_index);
    tracker_.add_unread(kind_index);
    return;
  }
  if (form == kind.forms.size()) {
    tally_short(frame, kind_index);
    return;
  }
  const FieldFault found =
      already ? *already : decoder_->decode(kind.forms[form], bytes, frame.offset, instance, arena);
  if (const Code code = frame.tolerated ? frame.tolerated : decoder_->tolerated(); code && !found) {
    Diagnostic warning = diagnose(code, frame, std::string(layout_.explain(code)));
    warning.severity = Severity::warning;
    findings_.add(std::move(warning));
  }
  if (!found && kind.forms[form].moves && !accept_rest(frame, kind_index, bytes)) {
    tracker_.add_unread(kind_index);
    return;
  }
  if (bytes.size() > frame.bytes.size()) instance.clip(cell, frame.offset + frame.bytes.size());
  if (!frame.segments.empty()) {
    instance.move_sources(
        cell, [&](std::uint64_t offset) { return frame.place_of(static_cast<std::size_t>(offset - frame.offset)); });
  }
  compared_.clear();
  tracker_.add(kind_index, form, decoder_->slots(), compared_);
  if (found) {
    fault(diagnose(found, frame, bytes), kind_index);
  } else if (sink_ != nullptr) {
    sink_->record(instance, kind.node, cell, kind.forms[form].nodes, frame.number, frame.offset);
  }
  for (const Compared& each : compared_) report(each, item_open_);
}

void Stream::close_one(Instance& instance) {
  const Level level = tracker_.levels().back();
  missing_.clear();
  compared_.clear();
  tracker_.close(missing_, compared_);
  for (const std::uint32_t kind : missing_) {
    // Of a batch or an item its own place; of the file the record that stands there instead, or the end.
    MissedAt at{level.record_number, level.offset};
    if (level.kind == none) at = tracker_.missed_at(kind);
    if (at.record_number == 0) at = {frames_->count() + 1, frames_->taken_bytes()};
    Diagnostic why;
    why.code = "FMT-0302"_code;
    why.place = {.file = file_, .record_number = at.record_number, .offset_bytes = at.offset};
    why.path = layout_.shape_.path_of(layout_.kinds[kind].node);
    why.rule = layout_.rule(layout_.kinds[kind].line_number);
    why.text = fmt::format("there is no record {}{}", layout_.kinds[kind].name,
                           level.kind == none ? "" : " in this " + layout_.kinds[level.kind].name);
    fault(std::move(why), level.kind);
  }
  for (const Compared& each : compared_) report(each, item_open_);
  if (level.kind == none) return;
  if (layout_.kinds[level.kind].above_item && layout_.kinds[level.kind].repeat) {
    instance.truncate(level.cell, instance.cell(level.cell).parent);
  } else {
    instance.end(frames_->taken_bytes());
  }
}

void Stream::close_to(Instance& instance, std::uint32_t level) {
  while (tracker_.levels().size() > level + 1) close_one(instance);
}

Step Stream::finish_item(Instance& instance) {
  close_to(instance, item_level_ - 1);
  item_open_ = false;
  raw_ = input_.substr(item_offset_, item_end_ - item_offset_);
  if (!item_bad_) return Step::item;
  reject_.raw = raw_;
  return Step::reject;
}

Step Stream::finish_file(Instance& instance) {
  ended_ = true;
  close_to(instance, 0);
  close_one(instance);
  if (layout_.blocking > 1 && frames_->count() % layout_.blocking != 0) {
    Diagnostic warning;
    warning.code = "FMT-0306"_code;
    warning.severity = Severity::warning;
    warning.place = {.file = file_, .record_number = frames_->count(), .offset_bytes = input_.size()};
    warning.text =
        fmt::format("{} records are not filled up to whole blocks of {}", frames_->count(), layout_.blocking);
    findings_.add(std::move(warning));
  }
  // A page with few undefined bytes (KZ-1048 has one) shows by the records that meet it, not by the share of bytes.
  const bool of_bytes =
      decoder_->undefined_bytes() != 0 && decoder_->undefined_bytes() * wrong_page_share >= decoder_->non_ascii_bytes();
  if (of_bytes || (undefined_records_ > 1 && undefined_records_ * wrong_page_share >= frames_->count())) {
    Diagnostic why;
    why.code = "FMT-0305"_code;
    why.place.file = file_;
    why.text = fmt::format("{} of {} bytes outside ASCII are not in {}: is it another code page?",
                           decoder_->undefined_bytes(), decoder_->non_ascii_bytes(), layout_.page->name());
    findings_.add(std::move(why));
  }
  return Step::end;
}

void Stream::report(const Compared& compared, bool in_item) {
  const std::uint32_t node = compared.rule->node;
  Control control;
  control.path = layout_.shape_.path_of(node);
  control.declared = compared.declared;
  control.counted = compared.counted;
  control.result = compared.result;
  control.record_number = compared.record_number;
  if (compared.result != Control::Result::equal) {
    const bool equals = compared.rule->equals != none;
    Diagnostic why;
    why.code = compared.result == Control::Result::differs ? "FMT-0300"_code : "FMT-0301"_code;
    why.severity = compared.result == Control::Result::differs ? Severity::error : Severity::warning;
    why.place = {.file = file_, .record_number = compared.record_number, .offset_bytes = compared.offset};
    why.path = control.path;
    why.rule = layout_.rule(compared.rule->line_number);
    why.text = compared.result == Control::Result::not_comparable
                   ? fmt::format("{} can't be compared: a record that it counts could not be read", control.path)
               : equals ? fmt::format("{} does not repeat the field it should", control.path)
                        : fmt::format("{} is {}, the file holds {}", control.path, control.declared, control.counted);
    if (equals) why.value = Sensitive(compared.declared);
    if (in_item) {
      fault(std::move(why), layout_.item);
    } else {
      findings_.add(std::move(why));
    }
  }
  if (in_item || compared.rule->equals != none) return;
  if (controls_.size() < controls_max || compared.rule->scope == none) controls_.push_back(std::move(control));
}

/// What is wrong with a record: of an item, it rejects the item; of a record above, it is the file's.
void Stream::fault(Diagnostic why, std::uint32_t kind) {
  if (why.code == "FMT-0200"_code) ++undefined_records_;
  const bool of_item = item_open_ && kind != none && (layout_.kinds[kind].item || layout_.kinds[kind].below_item);
  if (!of_item) {
    findings_.add(std::move(why));
    return;
  }
  if (!item_bad_) reject_.why = std::move(why);
  item_bad_ = true;
}

Diagnostic Stream::diagnose(Code code, const Frame& frame, std::string text) const {
  Diagnostic why;
  why.code = code;
  why.place = {
      .file = file_, .record_number = frame.number, .offset_bytes = frame.offset, .length_bytes = frame.bytes.size()};
  why.text = std::move(text);
  return why;
}

/// The bytes of a field as text for people.
std::string Stream::shown(const Field& field, std::string_view bytes) const {
  if (field.op >= Op::hex && field.op < Op::edited) return to_hex(bytes);
  // Bytes that are not ASCII have no safe form here; the reject has them as hex.
  std::string value;
  const bool ascii = layout_.page->keeps_ascii();
  Arena arena;
  for (const char& c : bytes) {
    std::string_view text(&c, 1);
    std::size_t bad = 0;
    const bool decoded = ascii || layout_.page->decode({&c, 1}, arena, text, bad);
    value += decoded && text.size() == 1 && text[0] >= 0 ? text[0] : '?';
  }
  return value;
}

Diagnostic Stream::diagnose(const FieldFault& found, const Frame& frame, std::string_view bytes) const {
  const Field& field = *found.field;
  Diagnostic why = diagnose(found.fault.code, frame, {});
  const std::size_t at = found.fault.offset - frame.offset;
  why.place.offset_bytes = frame.place_of(at);
  why.place.column_number = static_cast<std::uint32_t>(at + 1);
  const std::size_t length = found.length != 0 ? found.length : field.length;
  why.place.length_bytes = length;
  why.rule = layout_.rule(field.line_number);
  why.path = field.op == Op::variants ? "variants"
             : field.node == no_node  ? "filler"
                                      : layout_.shape_.path_of(field.node);
  const std::string_view what = text_of(why.code);
  why.text = fmt::format("{} holds {}", why.path, what.empty() ? layout_.explain(why.code) : what);
  if (field.op != Op::filler) why.value = Sensitive(shown(field, bytes.substr(std::min(at, bytes.size()), length)));
  return why;
}

}  // namespace

std::unique_ptr<FrameSource> RecordLayout::frames(std::string_view input) const {
  return std::make_unique<FrameReader>(*this, input);
}

std::unique_ptr<RecordDecoder> RecordLayout::record_decoder() const {
  return std::make_unique<RecordDecoder>(*this);
}

std::unique_ptr<RecordEncoder> RecordLayout::record_encoder() const {
  return std::make_unique<RecordEncoder>(*this);
}

std::unique_ptr<ItemStream> RecordLayout::decoder(std::string_view input, std::string file,
                                                  formats::RecordSink* records) const {
  return std::make_unique<Stream>(*this, input, std::move(file), records);
}

}  // namespace tilmash::records
