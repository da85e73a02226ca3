// Values of a column: bytes into text in its canonical form, and back.
//
//     TYPE  BYTES                                         VALUE
//     C     text, filled up with blanks                   text
//     N, F  digits, point and sign, blanks before         integer, or decimal when the column has decimals
//     D     YYYYMMDD, or blanks                           date
//     L     T or F (Y, N, small letters), or ?            boolean
//     I     4 bytes, little-endian, two's complement      integer
//     Y     8 bytes, the same, four decimals              decimal
//     T     4 bytes Julian day, 4 bytes milliseconds      datetime without a zone
//     M     10 digits (4 bytes in FoxPro)                 the number of a block of the memo file
#pragma once

#include "adapters/formats/dbf/layout.h"
#include "base/arena.h"
#include "base/decimal.h"

namespace tilmash::formats::dbf {

/// The type of a column's values; nothing when it can't be read (B and O hold binary floating point).
std::optional<LeafType> leaf_type_of(const TableColumn& column);

struct Value {
  bool present = false;
  std::string_view text;
  Decimal number;
};

/// Bytes -> value, made in `arena`. Fails (DBF-0200 …) with `bad_offset` within the bytes.
Code decode_value(const Column& column, const CodePage& page, std::string_view bytes, Arena& arena, Value& value,
                  std::size_t& bad_offset);

/// Value -> the bytes that are written for it, appended; empty text = no value. Fails: DBF-0400, DBF-0401.
Code encode_value(const Column& column, const CodePage& page, std::string_view text, std::string& out);

std::string_view text_of(Code code);

}  // namespace tilmash::formats::dbf
