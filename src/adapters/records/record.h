// One record: its bytes into the cells of its group, and back. Knows no other record and no line end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/records/layout.h"
#include "base/byte_classes.h"

namespace tilmash::records {

/// True when every byte is `c`.
bool is_filled(std::string_view bytes, char c);

/// The value of a field that controls, checks or selectors look at.
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

  explicit operator bool() const { return static_cast<bool>(fault); }
};

class RecordDecoder {
 public:
  explicit RecordDecoder(const RecordLayout& layout) : layout_(layout), slots_(layout.slots_max) {}

  /// Adds a leaf for every field of `form` that holds something below the open group of `instance`. `bytes` has the
  /// length of the record and outlives the instance, `offset` is its place in the input. All fields are read, also
  /// after a fault; the first fault is returned.
  /// Fails: FMT-0200 … FMT-0211.
  FieldFault decode(const Form& form, std::string_view bytes, std::uint64_t offset, Instance& instance, Arena& arena);

  /// Offset of the first byte that the code page does not have (all are counted); the size when it has all.
  std::size_t find_undefined(std::string_view bytes);

  const std::vector<Slot>& slots() const { return slots_; }
  /// Bytes that are not ASCII, and those among them that the code page does not have, so far.
  std::uint64_t non_ascii_bytes() const { return non_ascii_bytes_; }
  std::uint64_t undefined_bytes() const { return undefined_bytes_; }

 private:
  void decode_rows(const Field* begin, const Field* end, std::size_t base);
  void decode_group(const Field& group, const Field* body, std::size_t base);
  bool decode_simple(const Field& field, std::size_t at);
  void decode_field(const Field& field, std::size_t at);
  bool is_filled_with(char c, std::size_t at, std::size_t size) const {
    return c == ' ' ? classes_.is_blank(at, size) : is_filled(bytes_.substr(at, size), c);
  }
  bool is_blank(const Field* begin, const Field* end, std::size_t base) const;
  Code read_text(const Field& field, std::size_t at, std::string_view& text, std::size_t& bad);
  Code read_number(const Field& field, std::string_view bytes, std::string_view& text, Decimal& number);
  Code check_value(const Field& field, std::string_view text) const;
  void check_digits(const Field& field);
  void count_undefined(std::string_view bytes, std::size_t at);
  void fail(const Field& field, Code code, std::size_t at);

  const RecordLayout& layout_;
  std::vector<Slot> slots_;
  std::vector<const Field*> checked_;
  std::string_view bytes_;
  ByteClasses classes_;  ///< of bytes_
  std::uint64_t offset_ = 0;
  Instance* instance_ = nullptr;
  Arena* arena_ = nullptr;
  Arena scratch_;
  FieldFault first_;
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
  explicit RecordEncoder(const RecordLayout& layout) : layout_(layout), computed_(layout.slots_max) {}

  /// Values that stand in place of the instance's, by slot; empty = take the instance's.
  std::vector<std::string>& computed() { return computed_; }

  /// Makes the `length` bytes of the record whose group is `cell`; they stay until the next call.
  /// Fails: FMT-0400 … FMT-0405, FMT-0408, FMT-0410, FMT-0412.
  WriteFault encode(const Form& form, std::uint32_t length, const Instance& instance, std::uint32_t cell);
  std::string_view bytes() const { return record_; }

 private:
  void encode_rows(const Field* begin, const Field* end, std::uint32_t group, std::size_t base);
  void encode_field(const Field& field, std::uint32_t cell, std::size_t at);
  Code write_value(const Field& field, std::string_view text, char* to);
  Code write_text(const Field& field, std::string_view text, char* to);
  Code write_number(const Field& field, std::string_view text, char* to);
  Code write_date(const Field& field, std::string_view text, char* to) const;
  std::uint32_t find_child(std::uint32_t group, std::uint32_t node);

  const RecordLayout& layout_;
  std::vector<std::string> computed_;
  const Instance* instance_ = nullptr;
  std::uint32_t cursor_ = 0;
  std::string record_;
  std::string scratch_;
  WriteFault first_;
};

}  // namespace tilmash::records
