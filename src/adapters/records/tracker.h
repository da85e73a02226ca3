// Where in the file we are: which records are open, what may come next, what the controls have counted so far.
// Reading and writing use the same tracker, so a file that was written is one that can be read.
#pragma once

#include <string>
#include <vector>

#include "adapters/records/layout.h"
#include "adapters/records/record.h"

namespace tilmash::records {

/// One open record; the first level is the file.
struct Level {
  std::uint32_t kind = none;
  std::uint32_t rank = 0;
  std::uint32_t cell = 0;
  std::uint64_t record_number = 0;
  std::uint64_t offset = 0;
};

struct Accumulator {
  std::uint64_t count = 0;
  DecimalSum sum;
  bool tainted = false;  ///< an addend could not be read

  DecimalSum total(const ControlRule& rule) const {
    DecimalSum total = sum;
    if (rule.plus != 0) total.add(Decimal{rule.plus, 0});
    return rule.absolute && total.unscaled() < 0 ? total.negated() : total;
  }

  // What the file states, once it has.
  bool stated = false;
  bool stated_bad = false;
  Decimal value;
  std::uint64_t record_number = 0;
  std::uint64_t offset = 0;
};

/// Where a record of the file itself would have to stand that is not there.
struct MissedAt {
  std::uint64_t record_number = 0;  ///< of the record that stands there instead; 0 = not known yet
  std::uint64_t offset = 0;
};

/// A control that was compared.
struct Compared {
  const ControlRule* rule = nullptr;
  Control::Result result = Control::Result::equal;
  std::string declared;
  std::string counted;
  std::uint64_t record_number = 0;
  std::uint64_t offset = 0;
};

class Tracker {
 public:
  explicit Tracker(const RecordLayout& layout);

  /// The level below which a record of `kind` would stand; none when nothing of the sort is open.
  std::uint32_t level_for(std::uint32_t kind) const;
  /// Whether its order and number allow it there.
  bool fits(std::uint32_t kind, std::uint32_t level) const;

  const std::vector<Level>& levels() const { return levels_; }
  Level& top() { return levels_.back(); }
  /// Opens a record; those above `level` must be closed.
  void open(std::uint32_t kind, std::uint32_t cell, std::uint64_t record_number, std::uint64_t offset);
  /// Closes the innermost record. `missing`: kinds that should have stood below it. `compared`: its controls.
  void close(std::vector<std::uint32_t>& missing, std::vector<Compared>& compared);

  /// Of a top kind that is missing: where the first record stands that comes after it in the layout.
  const MissedAt& missed_at(std::uint32_t kind) const { return missed_[kind]; }

  /// Adds a record that was read or written to all controls and watches, and notes what it states itself.
  /// `mismatch` receives the controls that should repeat another field and don't.
  void add(std::uint32_t kind, std::uint32_t form, const std::vector<Slot>& slots, std::vector<Compared>& mismatch);
  /// A record of a known kind whose fields could not be read: it counts, and sums over it are not comparable.
  void add_unread(std::uint32_t kind);
  /// A record that stands where it can't: what it adds is in the file, what it states is not looked at.
  void add_stray(std::uint32_t kind, const std::vector<Slot>& slots);

  /// What a control amounts to now, or with one more record of `kind`.
  std::string counted(std::uint32_t control, std::uint32_t with_kind = none) const;
  /// A kind that is missing below the open records from `first_level` on; none when all are there.
  std::uint32_t find_missing(std::size_t first_level) const;
  const std::string& watched(std::uint32_t watch) const { return watched_[watch]; }

  /// The form of a record by its bytes; none when no form's selector holds.
  std::uint32_t form_of(std::uint32_t kind, std::string_view bytes) const;

 private:
  void note_missed(std::uint32_t rank, MissedAt at);
  Compared compare(std::uint32_t control) const;
  void add_tallies(std::uint32_t kind, const std::vector<Slot>& slots);

  const RecordLayout* layout_;
  std::vector<Level> levels_;
  std::vector<std::uint32_t> seen_;  ///< by kind, within the occurrence of its parent that is open
  std::vector<MissedAt> missed_;     ///< by kind; of the top ones only
  std::vector<Accumulator> accumulators_;
  std::vector<std::string> watched_;
};

}  // namespace tilmash::records
