// Canonical items as a bank's own records: a mapping's [out] rows and the layout's encoder.
#pragma once

#include "adapters/formats/format.h"
#include "pipeline/output.h"

namespace tilmash::pipeline {

/// The encoder counts what it encodes, so this output is staged after all others and there is at most one.
class RecordOutput : public Output {
 public:
  RecordOutput(std::string endpoint, std::unique_ptr<formats::Layout> layout, translator::Plan plan);

  const translator::Plan* plan() const override { return &plan_; }
  /// PIP-0017 when the message that begins would give the file another header than it has.
  std::optional<Diagnostic> open_group(EvalContext& context, std::uint64_t items_max) override;
  std::optional<Diagnostic> stage(EvalContext& context) override;
  bool commit(Outbox& outbox) override;
  std::optional<Diagnostic> finish(EvalContext& context, Outbox& outbox) override;
  const Findings* findings() const override { return &encoder_->findings(); }
  std::vector<TraceRow> trace() const override;

 private:
  /// Makes the file's header records in `records_`, once.
  std::optional<Diagnostic> open(EvalContext& context);
  std::optional<Diagnostic> map_header(EvalContext& context, Arena& arena, Instance& records) const;
  bool put(Outbox& outbox);

  std::unique_ptr<formats::Layout> layout_;
  translator::Plan plan_;
  std::unique_ptr<formats::Encoder> encoder_;
  Instance records_;
  Arena header_arena_;
  Instance other_header_;  ///< of a later message, to compare
  Arena other_arena_;
  std::uint32_t mark_ = 0;
  bool opened_ = false;
  bool closed_ = false;
  std::string header_;  ///< header records that wait for the first committed item
  std::string bytes_;
  std::string kept_;  ///< of a file that is settled at its end
};

}  // namespace tilmash::pipeline
