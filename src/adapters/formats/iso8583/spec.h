// An ISO 8583 specification, compiled: what each data element is made of, beside the Shape that the rest of the house
// sees. It holds no input and no state; docs/iso8583.md is the grammar it is compiled from.
//
// A data element is a product of parts that know nothing of each other: the characters it may have (n, ans, z, b …),
// how they are written (text of a code page, packed digits, bytes, hexadecimal text), how its length is stated, how it
// is filled up, and what stands within it. So are the bitmap and the frame.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/records/message_layout.h"
#include "base/code_page.h"

namespace tilmash::formats::iso8583 {

inline constexpr std::uint32_t none = 0xFFFFFFFF;
/// Bounds of a specification, so that no file can make a table or a message without limit.
inline constexpr std::uint32_t number_max = 192;  ///< the highest data element: three bitmaps
inline constexpr std::uint32_t length_max = 65535;
inline constexpr std::uint32_t frame_bytes_max = 1 << 20;
inline constexpr std::size_t elements_max = 10000;
inline constexpr unsigned depth_max = 4;  ///< of contents within each other
inline constexpr std::size_t bases_max = 16;

/// The characters of a value (ISO 8583, attributes of data elements): sets of `a`, `n`, `s` and `p`, and the three that
/// stand alone.
enum Charset : std::uint8_t {
  alpha = 1,
  digit = 2,
  special = 4,
  blank = 8,
  track = 16,      ///< z: code set of tracks 2 and 3, ISO/IEC 7813
  bytes = 32,      ///< b
  signed_n = 64,   ///< x+n: C (credit) or D (debit), then digits
  hex_digit = 128  ///< not of the standard: what binary data looks like as a value
};

/// The sets that each byte belongs to. Bytes from 80 up are `special`: text in another language.
extern const std::array<std::uint8_t, 256> charsets;

enum class Encoding : std::uint8_t { absent, text, bcd, binary, hex };

/// What the number in a length prefix counts. `units` is the value's own measure: characters of text, digits when
/// packed, bytes of binary.
enum class Counts : std::uint8_t { units, bytes, hex_digits };

/// How the length of a value, or of a frame, is written.
struct Prefix {
  Encoding encoding = Encoding::absent;
  std::uint8_t size = 0;  ///< digits of text and bcd, bytes of binary, characters of hex
  Counts counts = Counts::units;
  bool left = false;           ///< of bcd with an odd size: the digits stand left, the spare half-byte right
  bool little_endian = false;  ///< of binary
  std::uint8_t bytes = 0;      ///< it takes in the message
};

/// How the parts of an element are laid out.
enum class Inner : std::uint8_t {
  positional,  ///< one after the other
  tlv,         ///< tag and length of a fixed form
  ber,         ///< BER-TLV: ISO/IEC 8825-1, EMV Book 3 annex B
  bitmapped    ///< a bitmap of their own, then the elements that it names
};

struct Element {
  std::string name;
  std::string tag;           ///< "2", "55", "9F02": its key in the specification
  std::uint32_t number = 0;  ///< of a data element or one of a bitmapped content
  std::uint32_t node = no_node;
  std::uint8_t charset = 0;
  Encoding encoding = Encoding::text;
  Prefix prefix;
  const CodePage* page = nullptr;
  bool utf8 = false;             ///< a text whose characters may have several bytes
  bool ascii_page = false;       ///< a text whose ASCII characters are written as they are
  std::uint32_t length_min = 0;  ///< in units: characters of text, digits when packed, bytes of binary
  std::uint32_t length = 0;      ///< the most
  bool left = true;              ///< the value stands left
  char pad = '\0';               ///< what fills up a value of fixed length; 0 = nothing does
  char pad_nibble = '0';         ///< what fills up an odd number of packed digits
  bool integer = false;          ///< the digits are a number: leading zeros carry nothing
  bool optional = false;         ///< of positional content: may be left away at the end
  bool constant = false;         ///< has only the value `is`
  std::string is;
  std::string pattern;           ///< of a date or time: "MMDDhhmmss"
  std::uint32_t content = none;  ///< index into Spec::contents
  Sensitivity sensitivity = Sensitivity::open;
  std::string type;               ///< as written, "n..19"
  std::string rule;               ///< "schemas/iso8583/1987.toml:41"
  std::uint32_t line_number = 0;  ///< in the layout's own file; 0 = in one that it is based on
};

struct Bitmap {
  Encoding encoding = Encoding::hex;
  bool lower_case = false;
  std::uint8_t bytes = 8;  ///< of one bitmap
  const CodePage* page = nullptr;
};

struct Content {
  Inner inner = Inner::positional;
  std::uint32_t repeat = 1;  ///< of positional content: at most so many times, to the end of its element
  std::vector<Element> elements;
  std::vector<std::pair<std::string, std::uint32_t>> by_tag;  ///< sorted; for tlv and ber
  Prefix tag;                                                 ///< of tlv: how tags are written …
  Prefix length;                                              ///< … and the lengths after them
  Bitmap bitmap;
  const CodePage* page = nullptr;        ///< of the tags and lengths of tlv
  std::uint32_t unknown_node = no_node;  ///< group of a tag that the specification does not have
  std::uint32_t unknown_tag = no_node;
  std::uint32_t unknown_value = no_node;
  std::uint32_t order_node = no_node;  ///< order of the tags, where it differs from that of the specification
};

enum class Tertiary : std::uint8_t { absent, leading, field_65 };

/// What surrounds a message on a line or in a file.
struct Frame {
  Prefix prefix;                    ///< length; absent = the input is one message, or lines
  std::uint32_t header_bytes = 0;   ///< of all header parts
  std::vector<Element> header;      ///< fixed parts between length and MTI: TPDU, flags, text
  bool counts_itself = false;       ///< the length counts its own bytes
  bool counts_header = true;        ///< … those of the header
  std::string end;                  ///< without a length: "\n" or "\r\n"
  std::uint32_t bytes_max = 65535;  ///< of header and message
  const CodePage* page = nullptr;
  std::string rule;
};

/// Which elements a message of some type has.
struct MessageRule {
  std::vector<std::string> types;  ///< "0200", "x4xx"
  std::vector<std::uint32_t> required;
  std::vector<std::uint32_t> allowed;  ///< besides the required ones; empty = any
  std::string rule;
};

struct Spec {
  Element mti;
  std::string version;  ///< put before an MTI of three digits
  Bitmap bitmap;
  std::uint32_t bitmaps = 2;      ///< how many there may be
  std::uint32_t bitmaps_min = 1;  ///< how many there always are
  bool announced = true;          ///< bits 1 and 65 say whether another bitmap follows; else there are bitmaps_min
  Tertiary tertiary = Tertiary::absent;
  Frame frame;
  std::array<std::uint32_t, number_max + 1> by_number{};  ///< index into elements; none
  std::vector<Element> elements;                          ///< by number
  std::vector<Content> contents;
  std::vector<MessageRule> rules;
  std::vector<std::shared_ptr<const CodePage>> pages;
  std::uint32_t item_node = no_node;
  std::uint32_t bitmap_count_node = no_node;
  std::uint32_t unknown_node = no_node;   ///< what begins with a field without an entry, if it is kept
  std::uint32_t first_node = 0;           ///< of the message's children
  std::vector<std::uint32_t> element_of;  ///< by child of the message: index into elements; none
};

class Iso8583Layout final : public records::MessageLayout {
 public:
  bool cut(std::string_view input, std::uint64_t position, records::MessageFrame& frame) const override;
  std::optional<Diagnostic> decode(const records::MessageFrame& frame, Instance& instance) const override;
  void review(const records::MessageFrame& frame, const Instance& instance, records::Review& review) const override;
  std::optional<Diagnostic> encode(const Instance& instance, std::uint32_t cell, std::uint64_t index,
                                   std::string& out) const override;
  std::string describe() const override;

  Shape& mutable_shape() { return shape_; }

  Spec spec;
};

/// Bytes of an element of fixed length whose characters are a byte each.
std::uint32_t fixed_bytes(const Element& element);

/// Compiles a layout file; nullptr and findings (CRD-0100 …) when it is wrong.
std::unique_ptr<Layout> load(const ConfigFile& file, const Data& data, Findings& findings);

}  // namespace tilmash::formats::iso8583
