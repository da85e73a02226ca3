// A QR code's text read: which scheme it is of, its fields with their places, and everything that is wrong with it.
//
// Nothing is dropped: tags that the dictionary does not have are kept, and named as unknown. What is wrong is an
// error; what is wrong but known of real producers is tolerated (a warning); what is merely worth knowing is advice.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "qr/dictionary.h"

namespace tilmash::qr {

/// A longer text is refused unread. The largest symbol (version 40-L) holds 7,089 digits, or fewer of anything else
/// (ISO/IEC 18004).
inline constexpr std::size_t text_bytes_max = 7089;

struct Tag {
  std::string id;                ///< "32"; of a key: "Name"
  std::string path;              ///< "32-00"; of ber_tlv the second of its id "61#2"
  std::string_view value;        ///< of ber_tlv its hexadecimal digits, unless the dictionary says that it is text
  std::uint32_t length = 0;      ///< as stated; of a key: in characters
  std::uint64_t size = 0;        ///< bytes of the whole tag: id, length and value
  std::uint64_t offset = 0;      ///< of the tag's first byte, from the beginning of the payload
  const Field* field = nullptr;  ///< nullptr: the dictionary does not have it
  std::string meaning;           ///< of the value, where it is a code
  std::vector<Tag> tags;         ///< of a template
};

/// How the payload was taken from the text, so that its checksum came out right.
enum class Taken : std::uint8_t { as_it_stands, percent_decoded, plus_as_space };

struct Reading {
  const Dictionary* dictionary = nullptr;      ///< nullptr: not recognised
  std::string base;                            ///< what stands before the payload: of a link
  std::unique_ptr<const std::string> payload;  ///< of ber_tlv the hexadecimal digits of its bytes
  std::unique_ptr<const std::string> bytes;    ///< of ber_tlv alone
  Taken taken = Taken::as_it_stands;
  LengthUnit unit = LengthUnit::characters;
  std::vector<Tag> tags;           ///< their texts are views of the payload or the bytes
  const Issuer* issuer = nullptr;  ///< who made it, where the registry knows
  std::string checksum_stated;
  std::string checksum_computed;
  bool checksum_right = false;
  Findings findings;
};

/// Reads one code's text. `dictionaries` must outlive the reading; `only`, when given, is the one to read it by.
/// Findings: QRC-01xx it can't be read to its end, QRC-02xx it breaks a rule of its dictionary, QRC-03xx its checksum.
/// Their places count bytes of the payload.
Reading read(const Dictionaries& dictionaries, std::string_view text, const Dictionary* only = nullptr);

/// Whether the bank with this BIC issued the code itself. Branches are one bank: eight characters are compared.
bool is_on_us(const Reading& reading, std::string_view bic);

/// The tag at "32-00"; nullptr when there is none. Of equal ones the first.
const Tag* find_tag(const std::vector<Tag>& tags, std::string_view path);

}  // namespace tilmash::qr
