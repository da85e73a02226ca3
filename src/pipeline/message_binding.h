// A message version bound to a canonical family for reading: its shape, its plan, and what no row reads.
#pragma once

#include "pipeline/message_output.h"

namespace tilmash::pipeline {

struct BoundMessage {
  MessageEnd end;
  std::optional<translator::Binding> binding;
  translator::Plan plan;         ///< message -> family
  std::vector<bool> read;        ///< by node: a row reads it, or it is declared unread
  std::vector<bool> first_only;  ///< by node: rows read its first occurrence only
  bool sound = false;            ///< false: the findings say why it can't be read
};

/// Never nullptr. Findings: MAP-0014 no binding, PIP-0003 bound to another family, PIP-0004 no item, and those of
/// Plan::compile.
std::unique_ptr<const BoundMessage> bind_message(const iso20022::Message& message, const Shape& family,
                                                 const Data& data, Findings& findings);

}  // namespace tilmash::pipeline
