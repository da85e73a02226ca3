// C++ written for one layout each, with the checks that keep a wrong byte out: what the record engine is measured
// against. Values go into plain structs: texts as characters, numbers as integers. The engine makes cells with the
// text of every number besides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tilmash::bench {

struct HandText {
  char characters[32];
  std::uint32_t size;
};

/// 600 bytes of EBCDIC: 12 texts X(30), 10 numbers 9(12), 8 numbers S9(13)V99 with the sign in the last zone.
struct DisplayRecord {
  HandText texts[12];
  std::int64_t counts[10];
  std::int64_t amounts[8];
};
inline constexpr std::size_t display_bytes = 600;

/// 400 bytes of EBCDIC: 4 texts X(20), 40 numbers S9(13)V99 COMP-3.
struct PackedRecord {
  HandText texts[4];
  std::int64_t amounts[40];
};
inline constexpr std::size_t packed_bytes = 400;

/// N 9(2), T occurs 0 to 20 depending on N: 9(6) COMP, S9(7)V99 COMP-3, X(10). At most 382 bytes.
struct OdoRecord {
  struct Row {
    std::int64_t number;
    std::int64_t amount;
    HandText text;
  };
  std::uint32_t count;
  Row rows[20];
};
inline constexpr std::size_t odo_row_bytes = 19;

/// All false on the first byte that is wrong.
bool decode_by_hand(const char* record, DisplayRecord& out);
bool decode_by_hand(const char* record, PackedRecord& out);
/// `size` receives the bytes of the record, which has at most `left`.
bool decode_by_hand(const char* record, std::size_t left, OdoRecord& out, std::size_t& size);

void encode_by_hand(const DisplayRecord& record, std::string& out);
void encode_by_hand(const PackedRecord& record, std::string& out);
void encode_by_hand(const OdoRecord& record, std::string& out);

/// So that nothing is left out by the compiler, and both ways can be compared.
std::uint64_t digest(const DisplayRecord& record);
std::uint64_t digest(const PackedRecord& record);
std::uint64_t digest(const OdoRecord& record);

/// Made records: about half of each text is blank.
DisplayRecord make_display(std::uint64_t seed);
PackedRecord make_packed(std::uint64_t seed);
OdoRecord make_odo(std::uint64_t seed);

}  // namespace tilmash::bench
