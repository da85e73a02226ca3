// Our own notation of message schemas: one element a line, made to be read by an analyst and shown by a diff.
//
//     Max35Text = text 1..35                                 a simple type: base, then facets
//     ISODate = date
//     AddressType2Code = code ADDR PBOX HOME BIZZ            (goes on in lines that begin with four blanks)
//     CountryCode = text pattern [A-Z]{2,2}                  (the pattern is the rest of the line)
//     ActiveCurrencyAndAmount_SimpleType = decimal 18.5 min 0          (or `max`)
//     ActiveCurrencyAndAmount = value ActiveCurrencyAndAmount_SimpleType
//       @Ccy ActiveCurrencyCode                              an attribute; `@Ccy ?` is an optional one
//     SupplementaryDataEnvelope1 = any lax                   or `any skip`; then one namespace, unless any may stand;
//                                                            `any strict`, with one, is lax to us: see
//                                                            docs/decisions.md
//     PaymentIdentification7 = sequence
//       InstrId ? Max35Text                                  name, occurrence, type
//       EndToEndId Max35Text
//       choice                                               a choice among the elements of a sequence
//         Cd ExternalCode1
//         Prtry Max35Text
//     AccountIdentification4Choice = choice
//       IBAN IBAN2007Identifier
//     Batch = sequence
//       Entries Entries
//         unique OneOfEach Entry Id Amt/@Ccy               below an element: its identity constraints. `unique` or
//                                                            `key`, name, selector, fields (constraint_path.h)
//
// Occurrence: nothing = exactly one, ? = 0..1, * = any number, + = 1 or more, else "2..*" or "0..14". `#` begins a
// comment line. Shared types stand in schemas/iso20022/types/<first letter>.types; a message's file,
// schemas/iso20022/messages/<id>.message, begins with two lines and then defines the types that are its own:
//
//     namespace urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08
//     root Document Document                                 element and type; then, indented, its constraints
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "iso20022/definition.h"

namespace tilmash::iso20022 {

/// Appends a type's lines.
void print_type(const TypeDefinition& type, std::string& out);

/// What stands behind `Name = `, in one line: "text 1..35", "sequence". Elements and attributes are left out.
std::string type_body(const TypeDefinition& type);

/// "unique OneOfEach Entry Id Amt/@Ccy".
std::string constraint_line(const ConstraintDefinition& constraint);

/// Whether the notation can hold this name of an element, type or constraint.
bool is_name(std::string_view text);

/// Appends the first lines of a message file.
void print_head(const SchemaDefinition& schema, std::string& out);

/// The lines of a file of the notation, one at a time, with their numbers.
class NotationLines {
 public:
  NotationLines(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  /// Moves to the next line that is not blank or a comment; false at the end.
  bool next();
  std::string_view line() const { return line_; }
  std::size_t indent() const { return indent_; }
  std::uint32_t number() const { return number_; }
  /// Offset in the text of the line's first byte.
  std::size_t offset() const { return offset_; }
  Diagnostic error(Code code, std::string text) const;

 private:
  std::string_view text_;
  std::string file_;
  std::string_view line_;  ///< without indentation
  std::size_t indent_ = 0;
  std::size_t offset_ = 0;
  std::size_t next_ = 0;
  std::uint32_t number_ = 0;
};

/// Reads the type that begins at the current line, and leaves `lines` at the first line after it. `more` says whether
/// there is one. Fails (nullopt, finding added): ISO-0010 line not understood, ISO-0011 unknown kind of type,
/// ISO-0012 wrong occurrence, ISO-0013 name or type reference that is not a name.
std::optional<TypeDefinition> parse_type(NotationLines& lines, bool& more, Findings& findings);

/// Reads a message file: head and own types. `id` is its name. Fails: as parse_type; ISO-0014 no head.
std::optional<SchemaDefinition> parse_message(std::string_view text, std::string file, std::string id,
                                              Findings& findings);

}  // namespace tilmash::iso20022
