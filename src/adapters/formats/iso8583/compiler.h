// What the parts of the specification compiler share.
#pragma once

#include <map>
#include <string>

#include "adapters/formats/iso8583/draft.h"
#include "adapters/formats/iso8583/spec.h"

namespace tilmash::formats::iso8583 {

class Compiler {
 public:
  Compiler(const Data& data, Findings& findings, const SpecDraft& draft, Iso8583Layout& layout)
      : data_(data), findings_(findings), draft_(draft), layout_(layout), spec_(layout.spec) {}

  void run();
  void build_shape();

 private:
  // element.cpp: one element from its draft.
  enum class Where : std::uint8_t { message, positional, tagged, bitmapped, header };
  Element element(const ElementDraft& draft, Where where);
  void notation(const ElementDraft& draft, Element& element, unsigned& dots);
  void value_options(const ElementDraft& draft, Element& element, const TypeDraft& type, Where where);
  void check_encoding(const ElementDraft& draft, const Element& element);
  Prefix prefix(const PrefixDraft& draft, std::uint8_t size_default, const Row& row);
  void element_prefix(const ElementDraft& draft, Element& element, const TypeDraft& type, unsigned dots);
  const CodePage* page(const std::string& name, const Row& row);
  const TypeDraft& type_of(const Element& element) const;

  // layout.cpp: the whole.
  void bitmap(const BitmapDraft& draft, Bitmap& bitmap);
  void frame();
  void fields();
  void rules();
  void content(const ElementDraft& draft, Element& element);
  void fill_node(std::uint32_t node, Element& element);
  void fill_content(std::uint32_t parent, Content& content);
  void service_leaf(std::uint32_t node, std::string_view name);
  std::uint32_t unknown_group(std::uint32_t node, std::string_view key);
  bool take_name(const Row& row, const std::string& name, std::vector<std::string>& names);

  void error(const Row& row, Code code, std::string text, std::string help = {}) {
    findings_.add(config_error(*row.file, *row.at, code, std::move(text), std::move(help)));
  }
  std::string rule(const Row& row) const { return rule_place(*row.file, *row.at); }
  /// The option that `text` names; an error at `row` and the first when it names none.
  std::size_t option(const Row& row, std::string_view key, std::string_view text,
                     std::initializer_list<std::string_view> known);

  const Data& data_;
  Findings& findings_;
  const SpecDraft& draft_;
  Iso8583Layout& layout_;
  Spec& spec_;
  const CodePage* page_ = nullptr;  ///< of the message
  std::map<std::string, const CodePage*, std::less<>> pages_;
  std::size_t element_count_ = 0;
  bool keep_unknown_ = false;  ///< fields without an entry
};

}  // namespace tilmash::formats::iso8583
