// What a conversion is made of once it is compiled. Only conversion_load.cpp and conversion_run.cpp look in here.
#pragma once

#include "adapters/formats/format.h"
#include "base/error_catalogue.h"
#include "canonical/dictionary.h"
#include "iso20022/catalogue.h"
#include "pipeline/conversion.h"
#include "pipeline/source.h"

namespace tilmash::pipeline {

struct ConversionState {
  struct CompiledRefusal {
    Expression condition;
    const translator::Refusal* refusal;
  };

  const Data* data = nullptr;
  std::map<Code, ErrorEntry> errors;  ///< for the titles in rejects
  translator::Mapping mapping;
  std::unique_ptr<canonical::Dictionary> family;
  std::unique_ptr<iso20022::Catalogue> catalogue;
  std::unique_ptr<formats::Layout> layout;              ///< of a record source; nullptr when messages come in
  translator::Plan plan;                                ///< record source -> family
  std::optional<translator::ItemProgram> item_program;  ///< the short way of its items, where there is one
  std::optional<CanonicalCopy> copy;  ///< of a mapping that writes records: for canonical JSON that comes in
  std::size_t row_count = 0;
  std::vector<CompiledRefusal> refusals;
  bool record_written = false;  ///< canonical items become records: refusals judge those
  std::optional<Expression> group_by;
  std::optional<Expression> as_of;
  std::uint64_t group_items_max = 1;
  std::string record_endpoint;            ///< "demo-kz.status": of a feed that is written
  std::unique_ptr<Output> record_output;  ///< until an endpoint asks for it
  std::vector<std::unique_ptr<Output>> outputs;
  std::vector<translator::Binding> bindings;  ///< that plans refer to and nobody else holds
};

}  // namespace tilmash::pipeline
