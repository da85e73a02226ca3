// Where items come from: a bank's records by layout, ISO 20022 messages by binding, or canonical JSON. All are pulled
// the same way.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/formats/format.h"
#include "iso20022/reader.h"
#include "pipeline/message_output.h"
#include "shape/stream.h"
#include "translator/mapping.h"
#include "translator/plan.h"

namespace tilmash::pipeline {

class Source {
 public:
  virtual ~Source() = default;

  /// The next item; its cells are in `instance()`.
  virtual Step next() = 0;
  virtual const Instance& instance() const = 0;
  /// The plan from the source to the canonical family, for the item that `next` gave.
  virtual const translator::Plan& plan() const = 0;
  /// True when the item that `next` gave begins another message, whose items make a group of their own.
  virtual bool begins_group() const { return false; }
  /// As ItemStream's.
  virtual std::uint64_t parents_version() const { return 0; }

  virtual const Reject& reject() const = 0;
  virtual std::uint64_t record_number() const = 0;
  virtual std::string_view raw() const = 0;
  virtual std::uint64_t consumed_bytes() const = 0;
  virtual std::uint64_t record_count() const = 0;
  virtual std::vector<Control> controls() const { return {}; }
  virtual const Findings& file_findings() const = 0;
  /// Source fields that had a value and that no rule reads, by path, with how often.
  virtual std::map<std::string, std::uint64_t> unread() const { return {}; }
};

/// A record file. `layout` and `plan` must outlive it.
std::unique_ptr<Source> make_record_source(const formats::Layout& layout, const translator::Plan& plan,
                                           std::string_view input, std::string file);

/// What a message source needs to bind whatever message it meets.
struct MessageSourceSetup {
  const Data* data = nullptr;
  const iso20022::Catalogue* catalogue = nullptr;
  const Shape* family = nullptr;
  iso20022::Encoding original = iso20022::Encoding::utf8;  ///< of the input, before it was made UTF-8
};

/// Messages of one canonical family, each an item stream; headers (AppHdr) are read and checked, and carry no items.
std::unique_ptr<Source> make_message_source(const MessageSourceSetup& setup, std::string_view input, std::string file);

/// Every leaf of a family to itself.
struct CanonicalCopy {
  std::unique_ptr<const ConfigFile> rows;  ///< the plan refers to it
  translator::Plan plan;
};
CanonicalCopy compile_canonical_copy(const Shape& family, Findings& findings);

/// Documents as CanonicalOutput writes them. `family` and `copy` must outlive it.
std::unique_ptr<Source> make_canonical_source(const Shape& family, const CanonicalCopy& copy, std::string_view input,
                                              std::string file);

}  // namespace tilmash::pipeline
