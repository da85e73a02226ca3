// What libxml2 and Xerces say about a message beside our own reader, with the XSD that our catalogue exports.
//
// Only messages that our gate took are given to them: both have known ways to burn hours on a small document.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "iso20022/message.h"
#include "iso20022/oracles/oracle.h"

namespace tilmash::tool {

class SecondOpinion {
 public:
  /// `validator` is "libxml2" or "xerces".
  explicit SecondOpinion(std::string validator) : validator_(std::move(validator)) {}

  /// False after saying why (CLI-0025).
  bool load();

  /// The verdict on one message: `document` is it as a document of its own. nullptr after saying why (CLI-0024) when
  /// the validator does not take the schema.
  const iso20022::OracleVerdict* judge(const iso20022::Message& message, std::string_view document, bool our_verdict);

  const std::string& validator() const { return validator_; }
  std::uint64_t compared_count() const { return compared_count_; }
  std::uint64_t differing_count() const { return differing_count_; }

 private:
  std::string validator_;
  iso20022::MakeOracle make_ = nullptr;
  std::map<std::string, std::unique_ptr<iso20022::Oracle>> oracles_;  ///< by message id
  iso20022::OracleVerdict verdict_;
  std::uint64_t compared_count_ = 0;
  std::uint64_t differing_count_ = 0;
};

}  // namespace tilmash::tool
