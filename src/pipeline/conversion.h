// decode → map → check → encode: one conversion, compiled once and run over one input.
//
// The same code serves the command line, the daemon and the tests. It reads no clock, opens no file and knows no
// network: bytes, data and the as-of time come in, products and rejects go out through an Outbox, and a report says
// what became of every item. The same input gives the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/format.h"
#include "base/data.h"
#include "base/diagnostic.h"
#include "iso20022/encoding.h"
#include "pipeline/output.h"
#include "pipeline/report.h"
#include "translator/mapping.h"

namespace tilmash::pipeline {

struct ConversionSetup {
  const Data* data = nullptr;
  std::string mapping_file;  ///< name for messages, "mappings/demo-kz/outgoing/mapping.toml"
  std::string mapping_text;
  translator::ReadBeside read_beside;            ///< files of the mapping's folder: its layout, its lookup tables
  std::string layout_settings;                   ///< TOML in place of keys of the layout; empty = none
  std::vector<std::string> endpoints;            ///< where items go; see docs/mappings.md
  bool all_endpoints = false;                    ///< besides: every endpoint that is bound to the mapping's family
  std::string header = "head.001.001.02";        ///< message id of the business application header; empty = none
  std::optional<std::uint64_t> group_items_max;  ///< instead of the mapping's
};

struct RunInput {
  std::string_view bytes;                                  ///< of messages, as UTF-8
  iso20022::Encoding original = iso20022::Encoding::utf8;  ///< of messages: what they came in
  std::string file;                                        ///< name for messages and the report
  std::uint64_t received_bytes = 0;                        ///< size of the input as it came
  std::array<std::uint8_t, 32> sha256{};                   ///< of the input as it came
  std::string as_of;                                       ///< RFC 3339; empty = from the file's header, else `clock`
  std::string clock;                                       ///< RFC 3339: now
  std::function<void(std::uint64_t consumed_bytes, std::uint64_t records)>
      progress;  ///< called now and then; may be empty
};

struct ConversionState;

class Conversion {
 public:
  /// Compiles mapping, layout and bindings, and checks them against each other. nullptr and findings when something
  /// is wrong: CFG-…, FMT-…, EXP-…, CAN-01…, MAP-…, PIP-0003 to PIP-0012.
  static std::unique_ptr<Conversion> load(const ConversionSetup& setup, Findings& findings);
  ~Conversion();

  /// May be called once.
  RunReport run(const RunInput& input, Outbox& outbox);

  const translator::Mapping& mapping() const;
  /// Of the records that come in; nullptr when messages do.
  const formats::Layout* source_layout() const;
  /// The endpoints that were compiled, and how many rows the mapping has.
  std::vector<std::string> endpoints() const;
  std::size_t row_count() const;

 private:
  explicit Conversion(std::unique_ptr<ConversionState> state);
  std::unique_ptr<ConversionState> state_;
};

}  // namespace tilmash::pipeline
