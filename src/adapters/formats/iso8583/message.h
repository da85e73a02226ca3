// A message, between its frame and the cells of an instance, by a compiled specification.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "adapters/formats/iso8583/spec.h"
#include "adapters/formats/iso8583/value.h"
#include "base/text.h"

namespace tilmash::formats::iso8583 {

/// What is wrong, and where: in the input when read, at which cell when written.
struct ElementFault {
  Code code;
  const Element* element = nullptr;  ///< none: the message as a whole
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string detail;                 ///< safe to log: a number of a field, a tag
  const std::string* rule = nullptr;  ///< another rule than the element's

  explicit operator bool() const { return static_cast<bool>(code); }
};

/// A set of data elements, 1 to 192; bit 1 of each bitmap is its highest.
struct Presence {
  std::array<std::uint64_t, 3> words{};

  bool has(std::uint32_t number) const { return (words[(number - 1) / 64] >> (63 - (number - 1) % 64) & 1) != 0; }
  void add(std::uint32_t number) { words[(number - 1) / 64] |= std::uint64_t{1} << (63 - (number - 1) % 64); }
  void remove(std::uint32_t number) { words[(number - 1) / 64] &= ~(std::uint64_t{1} << (63 - (number - 1) % 64)); }
};

/// The rule of this message type; nullptr when there is none.
const MessageRule* find_rule(const Spec& spec, std::string_view mti);

/// The bitmaps that these elements need; at least `spec.bitmaps_min`.
std::uint32_t bitmaps_needed(const Spec& spec, const Presence& present);

class MessageReader {
 public:
  MessageReader(const Spec& spec, Instance& instance) : spec_(spec), instance_(instance) {}

  /// Adds the item for header and message in `bytes`, which lie at `offset` of the input.
  ElementFault read(std::string_view bytes, std::uint64_t offset);

 private:
  /// Bytes still to be read, and where they come from. In content that is written as hexadecimal text, a byte is two of
  /// the input.
  struct Cursor {
    std::string_view rest;
    std::uint64_t offset = 0;
    std::uint32_t scale = 1;

    std::string_view take(std::size_t size) {
      const std::string_view taken = rest.substr(0, size);
      rest.remove_prefix(taken.size());
      offset += taken.size() * scale;
      return taken;
    }
  };
  /// A tag of the content as it was met, for what is written back.
  struct Met {
    std::string_view tag;
    std::uint32_t length_bytes;  ///< 0 = as many as are needed
  };

  bool fail(Code code, const Element* element, std::uint64_t offset, std::uint64_t length, std::string detail = {});
  bool read_mti(Cursor& cursor, std::string_view& mti);
  bool read_bitmap(const Bitmap& bitmap, Cursor& cursor, std::uint64_t& word);
  bool read_bitmaps(Cursor& cursor, Presence& present, std::uint32_t& count);
  bool read_fields(Cursor& cursor, Presence& present, std::uint32_t& count);
  bool keep_unknown(std::uint32_t number, const Presence& present, Cursor& cursor);
  bool check_rule(std::string_view mti, const Presence& present, std::uint64_t offset);
  bool read_element(const Element& element, Cursor& cursor);
  bool read_raw(const Element& element, const Extent& extent, std::uint64_t offset, std::uint32_t scale);
  bool read_content(const Element& element, Cursor inner);
  bool read_positional(const Element& element, const Content& content, Cursor& cursor);
  bool read_bitmapped(const Content& content, Cursor& cursor, const Element& element);
  bool read_tagged(const Element& element, const Content& content, Cursor& cursor);
  bool read_tag(const Element& element, const Content& content, Cursor& cursor, Met& met, std::uint32_t& length);
  bool read_ber_tag(const Element& element, Cursor& cursor, Met& met, std::uint32_t& length);
  void add_unknown(const Content& content, std::string_view tag, std::string_view raw, const Cursor& at);

  const Spec& spec_;
  Instance& instance_;
  ElementFault fault_;
};

class MessageWriter {
 public:
  MessageWriter(const Spec& spec, const Instance& instance) : spec_(spec), instance_(instance) {}

  /// Appends header and message of the item `cell`.
  ElementFault write(std::uint32_t cell, std::string& out);
  std::size_t header_size() const { return header_size_; }

 private:
  bool fail(Code code, const Element* element, std::string detail = {});
  bool write_header(std::uint32_t cell, std::string& out);
  bool write_mti(std::uint32_t cell, std::string& out, std::string_view& mti);
  bool find_unknown(std::uint32_t cell, Presence& present, std::uint32_t& first, std::string& bytes);
  bool write_bitmaps(std::uint32_t cell, Presence& present, std::string& out, std::uint32_t& count);
  bool check_rule(std::string_view mti, const Presence& present);
  bool write_element(const Element& element, std::uint32_t cell, std::string& out);
  bool write_content(const Element& element, std::uint32_t cell, std::string& out);
  bool find_parts(const Content& content, std::uint32_t group, std::vector<std::uint32_t>& cells);
  bool write_parts(const Element& element, const Content& content, std::uint32_t cell, std::string& out);
  bool write_bitmapped(const Content& content, std::uint32_t cell, std::string& out);
  bool write_tagged(const Element& element, const Content& content, std::uint32_t cell, std::string& out);
  bool write_tag(const Element& element, const Content& content, std::string_view tag, std::string_view value,
                 std::uint32_t length_bytes, std::string& out);
  void write_bitmap(const Bitmap& bitmap, std::uint64_t word, std::string& out);

  const Spec& spec_;
  const Instance& instance_;
  std::size_t header_size_ = 0;
  ElementFault fault_;
};

}  // namespace tilmash::formats::iso8583
