// An independent validator loaded with one schema: libxml2 or Xerces-C++, fed from memory, with network, entities and
// schema loading off. For comparison only: nothing that the product answers depends on one.
//
// Not for input that our own gate has not taken: both have known ways to burn hours on a small document.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tilmash::iso20022 {

/// In the validator's own words, which may hold values out of the document: see `without_values`.
struct OracleFinding {
  std::uint64_t line_number = 0;    ///< 1-based; 0 = not known
  std::uint64_t column_number = 0;  ///< 1-based, in the validator's own unit; 0 = not known
  std::string text;
};

struct OracleVerdict {
  bool valid = false;
  std::vector<OracleFinding> findings;  ///< the first `oracle_findings_max`
  std::uint64_t findings_count = 0;
};

inline constexpr std::size_t oracle_findings_max = 100;

class Oracle {
 public:
  virtual ~Oracle() = default;
  /// `document` is one XML document.
  virtual OracleVerdict validate(std::string_view document) = 0;
};

/// In: an XSD that needs no other. Out: nullptr, and why in `error`, when the library does not compile it.
std::unique_ptr<Oracle> make_libxml2_oracle(std::string_view xsd, std::string& error);
std::unique_ptr<Oracle> make_xerces_oracle(std::string_view xsd, std::string& error);

/// What the module tilmash_xerces.so exports: make_xerces_oracle for a program that is not linked with Xerces.
using MakeOracle = Oracle* (*)(std::string_view xsd, std::string& error);
inline constexpr const char* xerces_entry = "tilmash_make_xerces_oracle";

/// A validator's text with the values out of the document cut out, so that it is safe to log.
std::string without_values(std::string_view text);

}  // namespace tilmash::iso20022
