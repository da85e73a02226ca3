// Documents that break exactly one rule each, and what a reader must say of them: which finding, of which path, at
// which byte. Also documents that look broken and are not.
//
// The smallest message around an element is made (sample.h), one thing is changed in it, and it is written out here, so
// that the place of the change is known. Nothing is shared with the reader whose findings are foretold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "iso20022/catalogue.h"
#include "iso20022/sample.h"

namespace tilmash::iso20022 {

struct FaultySample {
  std::string_view kind;     ///< "missing", "wrong code", ...
  Code code;                 ///< the one finding; none when the document is valid
  bool certain = true;       ///< false: valid or not depends on a pattern; if not, then `code` it is
  std::string path;          ///< of the finding
  std::uint64_t offset = 0;  ///< of the finding
  std::string xml;
};

class FaultMaker {
 public:
  /// `shape` is make_shape(message); both must outlive it.
  FaultMaker(const Message& message, const Shape& shape);

  /// Every way to break the element or attribute `node` of the shape, and its valid limits.
  std::vector<FaultySample> faults_at(std::uint32_t node);
  /// The first node of each particle and attribute of the message: between them they stand for all of its rules.
  const std::vector<std::uint32_t>& places() const { return places_; }

  /// Breaks of XML, namespaces and caps (Caps::message) around a whole message, one a code.
  std::vector<FaultySample> document_faults();

  /// The message as JSON with one of the findings that only JSON can have; nothing when `code` is none of them.
  std::optional<std::string> json_fault(Code code);

 private:
  const Message& message_;
  const Shape& shape_;
  SampleMaker maker_;
  std::vector<std::uint32_t> places_;
};

/// A document whose only finding is `code`, confirmed by the reader; as JSON for codes that only JSON can have; nothing
/// when the message has no place for it. The seed chooses among the places.
std::optional<std::string> make_invalid_sample(const Catalogue& catalogue, const Message& message, Code code,
                                               std::uint64_t seed);

}  // namespace tilmash::iso20022
