// What our reader says of a document that should be one message, as the two validators would be asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "iso20022/catalogue.h"
#include "iso20022/reader.h"

namespace tilmash::tests {

struct Verdict {
  bool valid = false;                ///< one message, and nothing to say about it
  std::vector<Diagnostic> findings;  ///< errors, in input order

  bool all(Code code) const {
    for (const Diagnostic& finding : findings) {
      if (finding.code != code) return false;
    }
    return !findings.empty();
  }
};

inline Verdict judge(const iso20022::Catalogue& catalogue, std::string_view xml, const iso20022::Caps& caps) {
  Verdict verdict;
  Findings findings;
  iso20022::MessageReader reader(catalogue, xml, "input", caps, findings);
  std::size_t count = 0;
  bool valid = true;
  while (reader.next_message() != nullptr) {
    valid = reader.validate() && valid;
    ++count;
  }
  for (const Diagnostic& finding : findings.kept()) {
    if (finding.severity == Severity::error) verdict.findings.push_back(finding);
  }
  verdict.valid = valid && count == 1 && reader.good() && verdict.findings.empty();
  return verdict;
}

}  // namespace tilmash::tests
