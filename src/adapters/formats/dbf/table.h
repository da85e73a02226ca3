// What the header of a DBF table says: its columns and where its records lie. Knows no values and no layout.
//
// LAYOUT  dBase III and what came of it (versions 03, 05, 30 to 32, 43, 63 and, with memo files, 83, 8B, CB, F5, FB):
//
//         OFFSET  SIZE  MEANING
//              0     1  version
//              1     3  date of the last change: year - 1900 (or - 2000), month, day
//              4     4  number of records, little-endian, as all numbers here
//              8     2  bytes of the header
//             10     2  bytes of a record, its deletion mark included
//             14     1  1 = a transaction was not finished
//             15     1  1 = encrypted
//             29     1  language driver: the code page
//             32    32  each column: name (11, ended by 00), type (1), address (4), length (1), decimals (1), …
//              .     1  0D after the last column; FoxPro adds 263 bytes
//
//         dBase II (version 02): 1 records (2), 3 month, day, year, 6 bytes of a record (2), 8 columns of 16 bytes:
//         name (11), type (1), length (1), address (2), decimals (1); 0D; the records begin at 521.
//
//         A record is ' ' (or '*': deleted) and its columns, without anything between; 1A follows the last one.
//
// Source: dBase III PLUS and dBase IV "Structure of a database file"; FoxPro help "Table file structure".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil.h"
#include "base/diagnostic.h"

namespace tilmash::formats::dbf {

inline constexpr std::size_t columns_max = 2046;  ///< what a header of 64 KB can hold

struct TableColumn {
  std::string name;  ///< bytes of the file
  char type = 'C';
  std::uint32_t length = 0;
  std::uint32_t decimals = 0;
  std::uint32_t offset = 0;             ///< within the record
  std::uint64_t descriptor_offset = 0;  ///< within the file
};

struct Table {
  std::uint8_t version = 0;
  std::optional<Date> changed;  ///< nothing when it is no date
  std::uint64_t record_count = 0;
  std::uint32_t header_bytes = 0;
  std::uint32_t record_bytes = 0;
  std::uint8_t language_driver = 0;
  bool in_transaction = false;
  std::vector<TableColumn> columns;
};

/// What is wrong with a header, and where.
struct TableFault {
  Code code;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string_view text;

  explicit operator bool() const { return static_cast<bool>(code); }
};

/// Reads the header at the beginning of `bytes`. Fails: DBF-0300 to DBF-0302.
TableFault read_table(std::string_view bytes, Table& table);

/// Puts number of records and date (when there is one) into a header.
void write_changes(std::string& header, std::uint8_t version, std::optional<Date> changed, std::uint64_t record_count);

/// A header of dBase III for these columns.
std::string make_header(std::span<const TableColumn> columns, std::uint8_t language_driver);

/// The code pages that a language driver stands for; empty when it names none.
std::vector<std::string_view> pages_of(std::uint8_t language_driver);
/// The language driver of a code page; 0 when there is none.
std::uint8_t driver_of(std::string_view page);

}  // namespace tilmash::formats::dbf
