// Canonical items as ISO 20022 messages: the binding's plan, the catalogue's writer, a business application header.
#pragma once

#include "iso20022/writer.h"
#include "pipeline/output.h"
#include "translator/mapping.h"
#include "translator/message_program.h"

namespace tilmash::pipeline {

/// A message version as an end of a plan: its shape, with the item marked as the binding says.
struct MessageEnd {
  const iso20022::Message* message = nullptr;
  std::unique_ptr<Shape> shape;
  std::uint32_t base = 0;  ///< paths of a binding start here: the one element below the root, or the root
  std::uint32_t item = no_node;
};

/// The binding's row "CdtTrfTxInf[]" = "items[]" says which node repeats. It stands among the rows of one `direction`
/// (the binding's `in` or `out`) where the two differ: a message is read by CdtTrfTx and written by PmtInf.
MessageEnd make_message_end(const iso20022::Message& message, const translator::Binding& binding,
                            const ConfigValue* direction);

class MessageOutput : public Output {
 public:
  /// Without `head_plan` no header is written. `before` is the plan that fills the canonical items.
  MessageOutput(MessageEnd end, translator::Plan plan, translator::Binding binding, MessageEnd head_end,
                std::optional<translator::Plan> head_plan, const translator::Plan& before);

  const translator::Plan* plan() const override { return &plan_; }
  std::vector<std::pair<std::string, std::string>> not_carried() const override;
  std::optional<Diagnostic> open_group(EvalContext& context, std::uint64_t items_max) override;
  std::optional<Diagnostic> stage(EvalContext& context) override;
  bool stage(EvalContext& context, const translator::ItemTable& item) override;
  bool takes_table() const override { return takes_table_; }
  bool commit(Outbox& outbox) override;
  std::optional<Diagnostic> close_group(EvalContext& context, Outbox& outbox) override;
  std::vector<TraceRow> trace() const override;

 private:
  /// Writes the message around `items` into `message_`, and its header into `head_`.
  std::optional<Diagnostic> encode_frame(EvalContext& context, std::string_view items, std::size_t count);
  bool encode_frame_quickly(EvalContext& context, std::string_view items, std::size_t count);
  std::optional<Diagnostic> encode_frame_slowly(EvalContext& context, std::string_view items, std::size_t count);
  std::optional<Diagnostic> encode_item_slowly(EvalContext& context);
  bool put(Outbox& outbox);

  MessageEnd end_;
  translator::Plan plan_;
  translator::Binding binding_;
  iso20022::MessageWriter writer_;
  MessageEnd head_end_;
  std::optional<translator::Plan> head_plan_;
  std::optional<iso20022::MessageWriter> head_writer_;
  // The short way of each, where there is one.
  std::optional<translator::MessageProgram> item_program_;
  std::optional<translator::MessageProgram> frame_program_;
  std::optional<translator::MessageProgram> head_program_;
  Instance item_;
  Instance frame_;
  Instance head_instance_;
  Aggregates one_;  ///< of a group of one item, while it is staged
  std::string items_;
  std::size_t items_count_ = 0;
  std::size_t committed_size_ = 0;  ///< of items_: what is beyond is staged only
  std::string_view message_;        ///< and its header, where the program that wrote them has them, or …
  std::string_view head_;
  std::string message_text_;  ///< … of the long way
  std::string head_text_;
  bool one_item_a_message_ = false;
  bool takes_table_ = false;
};

}  // namespace tilmash::pipeline
