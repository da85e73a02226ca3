// One record: its bytes into the cells of its group, and back. Knows no other record and no frame.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/records/layout.h"
#include "adapters/records/values.h"
#include "base/diagnostic.h"
#include "base/text.h"

namespace tilmash::records {

/// The value of a field that controls, checks, selectors or tables look at.
struct Slot {
  std::string_view text;  ///< canonical; empty when blank
  Decimal number;
  DecimalSum sum;  ///< of all occurrences, when the field stands in a group
  bool present = false;
  bool bad = false;  ///< it could not be read
};

/// A fault with the field it concerns.
struct FieldFault {
  Fault fault;
  const Field* field = nullptr;
  std::uint32_t length = 0;  ///< of the bytes; 0 = the field's

  explicit operator bool() const { return static_cast<bool>(fault); }
};

/// Fields by their position. A format that cuts them in another way overrides `decode` and hands each to
/// `decode_value`.
class RecordDecoder {
 public:
  explicit RecordDecoder(const RecordLayout& layout)
      : layout_(layout), slots_(layout.slots_max), keeps_ascii_(layout.page->keeps_ascii()) {}
  virtual ~RecordDecoder() = default;

  /// Adds a leaf for every field of `form` that holds something below the open group of `instance`. `bytes` has the
  /// length of the record (at most, when that follows from its tables) and outlives the instance, `offset` is its place
  /// in the input. All fields are read, also after a fault; the first fault is returned.
  /// Fails: FMT-0200 … FMT-0218.
  virtual FieldFault decode(const Form& form, std::string_view bytes, std::uint64_t offset, Instance& instance,
                            Arena& arena);

  /// After `decode`: how many bytes the fields took, and whether the record held all of them. What follows is not
  /// looked at.
  std::size_t used() const { return used_; }
  bool complete() const { return complete_; }
  /// The variants that were chosen, in order.
  const std::vector<std::uint32_t>& variants() const { return variants_; }
  /// After `decode`: it was spelled otherwise than it would be written, as the layout allows.
  Code tolerated() const { return tolerated_; }

  /// A frame that names the columns of those to come.
  virtual std::optional<Diagnostic> read_header(std::string_view, std::uint64_t) { return std::nullopt; }

  /// Offset of the first byte that the code page does not have (all are counted); the size when it has all.
  std::size_t find_undefined(std::string_view bytes);

  const std::vector<Slot>& slots() const { return slots_; }
  /// Bytes of texts that are not ASCII, and those among them that the code page does not have, so far.
  std::uint64_t non_ascii_bytes() const { return non_ascii_bytes_; }
  std::uint64_t undefined_bytes() const { return undefined_bytes_; }

 protected:
  void begin(std::string_view bytes, std::uint64_t offset, Instance& instance, Arena& arena);
  FieldFault finish();
  /// A field that holds something, or nothing: `bytes` stand at `at` in the record, or near it.
  void decode_value(const Field& field, std::string_view bytes, std::size_t at);
  void fail(const Field& field, Code code, std::size_t at);
  bool holds(const std::vector<Condition>& conditions) const;
  Instance& instance() { return *instance_; }
  Arena& arena() { return *arena_; }
  Code check_value(const Field& field, std::string_view text) const;
  void count_undefined(std::string_view bytes, std::size_t at);
  void count_non_ascii_of(std::string_view text) {
    non_ascii_bytes_ += keeps_ascii_ ? count_non_ascii(text) : text.size();
  }
  /// Adds the leaf of a value that was read, and keeps it for controls, checks and conditions.
  void add(const Field& field, const Value& value, std::size_t at, std::size_t size);
  void keep(const Field& field, const Value& value);

  const RecordLayout& layout_;
  std::vector<Slot> slots_;
  const bool keeps_ascii_;  ///< the page does
  std::vector<std::uint32_t> variants_;
  FieldFault first_;
  Code tolerated_;

 private:
  void decode_rows(const Field* begin, const Field* end, std::size_t base);
  void decode_row(const Field& field, std::size_t at);
  void decode_group(const Field& group, const Field* body, std::size_t base);
  void decode_variants(const Field& row, std::size_t at);
  bool decode_text(const Field& field, const char* at, const char* end);
  bool decode_number(const Field& field, std::size_t at);
  void decode_field(const Field& field, std::size_t at);
  bool count_of(const Field& table, std::size_t at, std::uint32_t& count);
  bool is_filled_with(char c, std::size_t at, std::size_t size) const { return is_filled(bytes_.substr(at, size), c); }
  bool is_blank(const Field* begin, const Field* end, std::size_t base) const;
  void check_digits(const Field& field);

  std::vector<const Field*> checked_;
  std::string_view bytes_;
  bool complete_ = true;
  bool moves_ = false;    ///< of the kind: what follows a table stands where it ends
  std::size_t gone_ = 0;  ///< bytes of occurrences that are not there, so far
  std::size_t used_ = 0;
  std::uint64_t offset_ = 0;
  Instance* instance_ = nullptr;
  Arena* arena_ = nullptr;
  Arena scratch_;
  std::uint64_t non_ascii_bytes_ = 0;
  std::uint64_t undefined_bytes_ = 0;
};

/// A value that can't be written.
struct WriteFault {
  Code code;
  const Field* field = nullptr;
  std::uint32_t cell = no_cell;

  explicit operator bool() const { return static_cast<bool>(code); }
};

class RecordEncoder {
 public:
  explicit RecordEncoder(const RecordLayout& layout)
      : layout_(layout), computed_(layout.slots_max), written_(layout.slots_max) {}
  virtual ~RecordEncoder() = default;

  /// Values that stand in place of the instance's, by slot; empty = take the instance's.
  std::vector<std::string>& computed() { return computed_; }

  /// Makes the bytes of the record whose group is `cell`, at most `length`; they stay until the next call.
  /// Fails: FMT-0400 … FMT-0405, FMT-0408, FMT-0410, FMT-0412, FMT-0414, FMT-0415.
  virtual WriteFault encode(const Form& form, const Kind& kind, const Instance& instance, std::uint32_t cell);
  std::string_view bytes() const { return record_; }
  /// The variants that were given, in order; none where there was nothing.
  const std::vector<std::uint32_t>& variants() const { return variants_; }
  /// Fields whose value was changed because the page lacks a character of it.
  const std::vector<const Field*>& changed() const { return changed_; }

 protected:
  void begin(const Instance& instance, std::uint32_t cell);
  void fail(const Field& field, Code code, std::uint32_t cell) {
    if (!first_) first_ = {code, &field, cell};
  }
  const WriteFault& fault() const { return first_; }
  /// What was written for a slot, of this record so far.
  std::string_view written(std::uint32_t slot) const { return written_[slot]; }
  /// Notes the variant that is written.
  void choose(std::uint32_t variant) { variants_.push_back(variant); }
  /// What is to be written: computed, given, or the constant; empty when there is nothing.
  std::string_view text_of(const Field& field, std::uint32_t cell);
  std::uint32_t find_child(std::uint32_t group, std::uint32_t node);
  std::uint32_t next_occurrence(std::uint32_t cell, std::uint32_t group) const;

  const RecordLayout& layout_;
  std::string record_;

 private:
  void encode_rows(const Field* begin, const Field* end, std::uint32_t group, std::size_t base);
  void encode_table(const Field& table, std::uint32_t group, std::size_t at);
  void encode_variants(const Field& row, std::uint32_t group, std::size_t at);
  std::uint32_t find_any(const Field& variant, std::uint32_t group);
  void encode_field(const Field& field, std::uint32_t cell, std::size_t at);
  Code write_field(const Field& field, std::string_view text, char* to);

  std::vector<std::string> computed_;
  std::vector<std::string_view> written_;  ///< by slot, of this record so far
  std::vector<std::uint32_t> variants_;
  std::vector<const Field*> changed_;
  Arena arena_;  ///< of values that were changed
  const Instance* instance_ = nullptr;
  std::uint32_t cursor_ = 0;
  std::size_t gone_ = 0;
  bool moves_ = false;
  WriteFault first_;
};

}  // namespace tilmash::records
