// Canonical items as JSON: a partner document through its binding, or the canonical instance as it is.
#pragma once

#include "canonical/dictionary.h"
#include "pipeline/output.h"
#include "translator/mapping.h"

namespace tilmash::pipeline {

class DocumentOutput : public Output {
 public:
  DocumentOutput(std::string endpoint, std::unique_ptr<canonical::Dictionary> contract, translator::Plan plan,
                 translator::Binding binding);

  const translator::Plan* plan() const override { return &plan_; }
  std::vector<std::pair<std::string, std::string>> not_carried() const override;
  std::optional<Diagnostic> stage(EvalContext& context) override;
  bool commit(Outbox& outbox) override;

 private:
  std::unique_ptr<canonical::Dictionary> contract_;
  translator::Plan plan_;
  translator::Binding binding_;
  Instance document_;
  std::string json_;
};

/// "canonical/credit_transfer/1": group and item as one object.
class CanonicalOutput : public Output {
 public:
  explicit CanonicalOutput(std::string endpoint) : Output(std::move(endpoint)) {}
  std::optional<Diagnostic> stage(EvalContext& context) override;
  bool commit(Outbox& outbox) override;

 private:
  std::string json_;
};

}  // namespace tilmash::pipeline
