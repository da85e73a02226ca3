// One value of a simple type, made from its facets alone: plain and short for people, or random for tests.
//
// Values are walked out of the pattern and the facets as they were written. Texts share no code with the checks of
// simple_type.h and pattern.h, so a sample that the reader takes says something about both; a date or number of a type
// with a pattern is tried against it. Not a generator of all values: a pattern's counts are walked up to a bound.
#pragma once

#include <cstdint>
#include <string>

#include "iso20022/definition.h"

namespace tilmash::iso20022 {

/// Numbers that depend on the seed and nothing else (splitmix64: Steele, Lea, Flood, OOPSLA 2014), on every machine.
class SampleRandom {
 public:
  explicit SampleRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = (state_ += 0x9E3779B97F4A7C15u);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
  }
  /// From `low` to `high`, both included.
  std::uint32_t pick(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(next() % (std::uint64_t{high} - low + 1));
  }

 private:
  std::uint64_t state_;
};

/// A value of `type`, not escaped. Without `random` it is always the same, short and readable. Where a pattern meets a
/// length that no walk of it reached, the value may not be valid: the writer says so.
std::string sample_value(const TypeDefinition& type, SampleRandom* random);

/// `count` octets as base64.
std::string sample_base64(std::uint32_t count);

}  // namespace tilmash::iso20022
