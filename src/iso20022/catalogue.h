// The message versions that are known, found by id or XML namespace; compiled when first asked for.
//
// A message is one file schemas/iso20022/messages/<id>.message; the types it shares with others stand in
// schemas/iso20022/types/. A new message or a scheme's variant is a new file (or a `--data` overlay), no list. Made so
// that starting costs nothing: a file is looked for when a message first needs it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "iso20022/message.h"

namespace tilmash::iso20022 {

/// Immutable in effect; `find` caches, so one catalogue is for one thread. `data` must outlive it.
class Catalogue {
 public:
  explicit Catalogue(const Data& data) : data_(data) {}

  /// "pacs.008.001.08"; nullptr when there is no such message, or when its files are wrong (see `findings`).
  const Message* find(std::string_view id) const;
  /// "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08".
  const Message* find_by_namespace(std::string_view xml_namespace) const;
  /// All ids, sorted.
  std::vector<std::string> list() const;

  /// What the message is called: the type of the element that its root holds, "FIToFICustomerCreditTransferV08". Empty
  /// when there is no such message, or its file is wrong.
  std::string name_of(std::string_view id) const;

  /// The definitions of a message: its own types and the shared ones it reaches. Findings: as parse_message, ISO-0020.
  std::optional<SchemaDefinition> definition(std::string_view id, Findings& findings) const;
  /// One shared type; nothing when there is none.
  std::optional<TypeDefinition> shared_type(std::string_view name, Findings& findings) const;

  /// What was wrong with the catalogue's own files.
  const Findings& findings() const { return findings_; }

 private:
  /// The files of the types that share a first letter.
  struct TypeFiles {
    std::vector<std::string_view> sorted;                ///< ours are, by name: nothing is read but what is looked for
    std::map<std::string_view, std::string_view> types;  ///< else: name -> text from its first line on
  };

  /// The text of the type files from this type's first line on; empty when there is no such type.
  std::string_view find_type(std::string_view name) const;
  TypeFiles open_type_files(char letter) const;

  const Data& data_;
  mutable std::map<char, TypeFiles> type_files_;
  mutable std::map<std::string, std::unique_ptr<const Message>, std::less<>> compiled_;
  mutable std::map<std::string, std::string, std::less<>> ids_by_namespace_;
  mutable Findings findings_;
};

inline constexpr std::string_view message_folder = "schemas/iso20022/messages/";
inline constexpr std::string_view message_suffix = ".message";
inline constexpr std::string_view type_folder = "schemas/iso20022/types/";
inline constexpr std::string_view type_suffix = ".types";

}  // namespace tilmash::iso20022
