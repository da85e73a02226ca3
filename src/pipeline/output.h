// Where mapped items go: a message of the catalogue, a partner document, canonical JSON, or a bank's own records.
//
// An item is first staged by every output and committed only when all of them took it, so that no payment is in one
// output and missing in another. What is written leaves through an Outbox, in pieces that stand on their own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "shape/expression.h"
#include "translator/item_program.h"
#include "translator/plan.h"

namespace tilmash::pipeline {

/// One thing that was written: a message with its header, a JSON document, a stretch of a record file.
struct Product {
  std::string_view endpoint;  ///< "pacs.008.001.08"
  std::string_view body;
  std::string_view head;       ///< of a message: its business application header; else empty
  std::string_view extension;  ///< "xml", "json", "dat"
  std::uint64_t number = 0;    ///< 1-based within the endpoint
  bool piece_of_file = false;  ///< body is the next stretch of one file, not a document
};

/// Takes products and rejects. False: it can't (the disk is full); the run ends.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual bool put(const Product& product) = 0;
  /// One line of rejects.jsonl, with its line end (schemas/reports/reject.schema.json).
  virtual bool put_reject(std::string_view line) = 0;
};

/// One step of an item's way, for the side-by-side view: source bytes, canonical field, target element.
struct TraceRow {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::string canonical;
  std::string target;
  Sensitive value;
};

class Output {
 public:
  virtual ~Output() = default;

  const std::string& endpoint() const { return endpoint_; }
  std::uint64_t product_count() const { return product_count_; }
  std::uint64_t item_count() const { return item_count_; }
  /// The plan that fills it; nullptr when the canonical instance itself is written.
  virtual const translator::Plan* plan() const { return nullptr; }
  /// Canonical fields that it leaves out on purpose, with reasons.
  virtual std::vector<std::pair<std::string, std::string>> not_carried() const { return {}; }

  /// A group begins: `context.source` is a canonical instance with the group's cells and its first item. Checks that
  /// the group's own message can be written at all; `items_max` is 1 when each item is a message of its own.
  virtual std::optional<Diagnostic> open_group(EvalContext& context, std::uint64_t items_max);
  /// Encodes one item; nothing is kept until `commit`.
  virtual std::optional<Diagnostic> stage(EvalContext& context) = 0;
  /// The same from a table of the item's values, `context.source` having the group's cells only. False: cells will show
  /// what is wrong with this item.
  virtual bool stage(EvalContext& context, const translator::ItemTable& item);
  /// Whether it can do that at all.
  virtual bool takes_table() const { return false; }
  virtual bool commit(Outbox& outbox) = 0;
  /// The group ends: `context.aggregates` holds its count and sums.
  virtual std::optional<Diagnostic> close_group(EvalContext& context, Outbox& outbox);
  /// The input ends.
  virtual std::optional<Diagnostic> finish(EvalContext& context, Outbox& outbox);
  /// Warnings about what was written; nullptr: there are none.
  virtual const Findings* findings() const { return nullptr; }
  /// Rows for the item staged last.
  virtual std::vector<TraceRow> trace() const { return {}; }

 protected:
  explicit Output(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  std::string endpoint_;
  std::uint64_t product_count_ = 0;
  std::uint64_t item_count_ = 0;
};

/// A mapping fault at the fence: code, path of the target, rule, source place and value.
Diagnostic describe(const translator::MapFault& fault, const translator::Plan& plan);

}  // namespace tilmash::pipeline
