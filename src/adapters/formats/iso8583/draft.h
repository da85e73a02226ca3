// A specification as its files say it, before it is compiled: what is not said stays open, so that a bank's file says
// only what differs from the one that it is based on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/config.h"
#include "base/data.h"
#include "shape/shape.h"

namespace tilmash::formats::iso8583 {

/// The row of a file that says something, for messages.
struct Row {
  const ConfigFile* file = nullptr;
  const ConfigValue* at = nullptr;
};

struct PrefixDraft {
  std::optional<std::string> encoding, counts, align, order;
  std::optional<std::int64_t> size;
  Row row;
};

struct BitmapDraft {
  std::optional<std::string> encoding, letters, tertiary, code_page;
  std::optional<std::int64_t> count, always, size;
  std::optional<bool> announced;
  Row row;
};

struct ElementDraft {
  std::string tag;  ///< its key
  std::optional<std::string> name, type, encoding, code_page, align, pad, value, pattern, is, sensitivity, content;
  std::optional<std::int64_t> repeat;
  std::optional<bool> optional;
  PrefixDraft prefix, item_tag, item_prefix;
  BitmapDraft bitmap;
  std::vector<ElementDraft> elements;
  bool dropped = false;  ///< a later file says that there is none
  Row row;
};

struct FrameDraft {
  std::optional<std::string> counts, end, code_page;
  std::optional<std::int64_t> max;
  PrefixDraft length;
  std::vector<ElementDraft> header;
  Row row;
};

struct RuleDraft {
  std::vector<std::string> types;
  std::vector<std::int64_t> required, optional;
  Row row;
};

/// How values of a type are written unless their row says otherwise.
struct TypeDraft {
  std::optional<std::string> encoding, align, pad;
  PrefixDraft prefix;
};

struct SpecDraft {
  std::string name;
  std::optional<std::string> code_page;
  PrefixDraft prefix;
  std::vector<std::pair<std::string, TypeDraft>> types;
  ElementDraft mti;
  std::optional<std::string> version, unknown_fields;
  BitmapDraft bitmap;
  FrameDraft frame;
  std::vector<ElementDraft> fields;
  std::vector<RuleDraft> rules;  ///< those of later files first
  std::vector<std::unique_ptr<ConfigFile>> files;
  Row root;
};

/// Reads a file and, before it, those that its `spec` names. Findings: CFG-…, CRD-0101, CRD-0103.
void read_draft(const ConfigFile& file, const Data& data, SpecDraft& draft, Findings& findings);

}  // namespace tilmash::formats::iso8583
