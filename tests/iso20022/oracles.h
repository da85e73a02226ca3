// The two independent validators, fed from memory, with network, entities and schema loading off.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tilmash::tests {

class Oracles {
 public:
  /// `xsd` is one schema; empty error when both could compile it.
  explicit Oracles(std::string_view xsd);
  ~Oracles();
  Oracles(const Oracles&) = delete;
  Oracles& operator=(const Oracles&) = delete;

  const std::string& error() const { return error_; }
  /// `reason`, when given, gets the validator's first message.
  bool libxml2_accepts(std::string_view document, std::string* reason = nullptr);
  bool xerces_accepts(std::string_view document, std::string* reason = nullptr);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string error_;
};

}  // namespace tilmash::tests
