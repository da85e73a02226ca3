// Both independent validators with one schema: who accepts a document, and what each says first.
#pragma once

#include <fmt/format.h>

#include "iso20022/oracles/oracle.h"

namespace tilmash::tests {

class Oracles {
 public:
  /// `xsd` is one schema; empty error when both could compile it.
  explicit Oracles(std::string_view xsd) {
    libxml2_ = iso20022::make_libxml2_oracle(xsd, error_);
    if (libxml2_) xerces_ = iso20022::make_xerces_oracle(xsd, error_);
  }

  const std::string& error() const { return error_; }
  /// `reason`, when given, gets the validator's first message.
  bool libxml2_accepts(std::string_view document, std::string* reason = nullptr) {
    return accepts(*libxml2_, document, reason);
  }
  bool xerces_accepts(std::string_view document, std::string* reason = nullptr) {
    return accepts(*xerces_, document, reason);
  }

 private:
  static bool accepts(iso20022::Oracle& oracle, std::string_view document, std::string* reason) {
    const iso20022::OracleVerdict verdict = oracle.validate(document);
    if (reason != nullptr) {
      reason->clear();
      if (!verdict.findings.empty()) {
        *reason = fmt::format("{}: {}", verdict.findings[0].line_number, verdict.findings[0].text);
      }
    }
    return verdict.valid;
  }

  std::unique_ptr<iso20022::Oracle> libxml2_;
  std::unique_ptr<iso20022::Oracle> xerces_;
  std::string error_;
};

}  // namespace tilmash::tests
