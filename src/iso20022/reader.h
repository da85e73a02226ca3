// Reads messages out of one input in one pass: byte gate, namespaces, order, occurrence, types and facets, positions.
//
// Taken: a bare Document; AppHdr, then Document, each with its own XML declaration if it likes; many roots one after
// another (a bundle); an envelope of any other namespace that holds them. UTF-8 only: encoding.h makes it of others.
// DOCTYPE and undefined entities are refused; comments, CDATA and processing instructions are taken within the caps.
// Nothing is opened or fetched: xsi:schemaLocation is ignored.
//
// Not a general XML parser: what is not well-formed ends the reading (fatal findings ISO-01xx); what is well-formed
// but not valid (ISO-02xx structure, ISO-03xx values) is all reported, in input order, and reading goes on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "iso20022/caps.h"
#include "iso20022/catalogue.h"
#include "iso20022/encoding.h"
#include "shape/instance.h"
#include "shape/stream.h"

namespace tilmash::iso20022 {

class ReaderEngine;

/// What an input holds beside the content of its messages: no instance has it, so nothing written from one does.
/// Counted where messages are read, not where they are only validated. A wildcard's content keeps all of its own.
struct Dropped {
  std::uint64_t comments = 0;
  std::uint64_t instructions = 0;         ///< processing instructions; an XML declaration is none
  std::uint64_t blank_bytes = 0;          ///< white space between the elements of messages
  std::uint64_t schema_attributes = 0;    ///< xsi:schemaLocation and the like
  std::uint64_t envelope_elements = 0;    ///< around messages
  std::uint64_t envelope_text_bytes = 0;  ///< in these
};

class MessageReader {
 public:
  /// `input` and `catalogue` must outlive the reader, and the instances it fills; `file` is for messages. `original` is
  /// what the input was before a Transcoder made it UTF-8: offsets and lengths of findings are then the original's,
  /// lines and columns those of the UTF-8 text.
  MessageReader(const Catalogue& catalogue, std::string_view input, std::string file, const Caps& caps,
                Findings& findings, Encoding original = Encoding::utf8);
  ~MessageReader();
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  /// Before anything is read: read only the bytes from `from` to `to` of an input that came as UTF-8; places are those
  /// in the whole input. `from` is the beginning of line `line_number`, between two messages, or 0.
  void set_part(std::uint64_t from, std::uint64_t to, std::uint32_t line_number);

  /// Whether all that was read is complete: no envelope is open, and no header waits for its message. What follows can
  /// then be read by a reader of its own.
  bool at_rest() const;

  /// Moves to the next ISO 20022 root (passing over the rest of the present message, if it was not read to its end);
  /// nullptr at the end of the input, or when the gate refused the rest: the findings say so. A root in an ISO 20022
  /// namespace that the catalogue does not hold is a finding (ISO-0200) and is passed over.
  const Message* next_message();

  /// Reads the message just found to its end, checking all of it. True when it has no error finding.
  bool validate();

  /// The same in steps, so that pages of a large input can be let go on the way (`end_offset` says how far it got):
  /// false once the message is read to its end; `valid` is then the verdict.
  bool validate_some();

  /// Reads it into `instance`, which must be of make_shape(message). True when it has no error finding.
  bool read(Instance& instance);

  /// Reads up to the end of the next occurrence of `item_node`, a repeated node directly below the root's child
  /// ("FIToFIPmtStsRpt/TxInfAndSts") or below a repeated one there ("CdtrPmtActvtnReq/PmtInf/CdtTrfTx"), into
  /// `instance`; the cells of earlier siblings stay below it, the item before and the parent before are dropped.
  /// `reject` when the item has error findings, `end` when the message is complete (or the gate refused it: see
  /// `valid`).
  Step next_item(Instance& instance, std::uint32_t item_node);

  /// Reads on until some thousand more elements are in `instance`, or the message ends: false then. The caller looks at
  /// them and makes room with Instance::keep_open before it calls again (events.h does both).
  bool read_some(Instance& instance);

  // A large message on several threads, when it is validated in steps. Between two occurrences of an element that may
  // be there any number of times, those that follow are right or wrong by themselves.

  /// Reads to the end of the present occurrence of such an element, if it begins again between one and two times
  /// `stretch_bytes` further on. False when there is none, or the message has a finding: validate_some goes on.
  bool find_seam(std::uint64_t stretch_bytes);
  /// After `find_seam`: where it seems to begin again, as far behind `from`; 0 when it does not.
  std::uint64_t find_cut(std::uint64_t from, std::uint64_t stretch_bytes) const;
  /// After `find_seam`: a reader for a stretch that begins at the seam or at a cut and ends at a cut. It looks into
  /// this one's input and message, which must outlive it, and may be used on another thread while this one stays as it
  /// is but for `pass`.
  std::unique_ptr<MessageReader> make_stretch(std::uint64_t from, std::uint64_t to, Findings& findings) const;
  /// Of a reader that `make_stretch` made: reads it; false when it is not plainly right.
  bool read_stretch();
  /// Goes behind the next stretch, which was read. False when it must be read here: a cap would be passed in it, or it
  /// holds a value again that may stand once.
  bool pass(MessageReader& stretch);

  const Dropped& dropped() const;

  /// Of the message that `next_message` found.
  std::uint64_t offset() const;      ///< of its root's '<', in the UTF-8 text
  std::uint64_t end_offset() const;  ///< one past its end, once it was read
  std::uint32_t line_number() const;
  /// The namespace declarations that it takes from its envelope (` xmlns:x="urn:x"…`): with them in its root's start
  /// tag it is a document of its own. To be asked before it is read.
  std::string outer_declarations() const;
  /// No error finding in it so far.
  bool valid() const;
  /// False when the gate refused the input: nothing can be read any more, unless `resume` finds a place.
  bool good() const;

  /// After the gate refused a message of a bundle: goes to the next line that begins with an XML declaration, or with a
  /// Document or AppHdr that declares a namespace; ISO-0121, a warning, says what was passed over. False when there is
  /// none, inside an envelope (whose other messages can't be told from the broken one), after a DOCTYPE or a wrong
  /// encoding, and (ISO-0121) once refused messages have cost four times the input's reading.
  bool resume();

 private:
  explicit MessageReader(std::unique_ptr<ReaderEngine> engine);

  std::unique_ptr<ReaderEngine> engine_;
};

/// Offset of the next line behind `from` that looks like the beginning of a message: an XML declaration, or a Document
/// or AppHdr that declares a namespace; the size of the input when there is none. Inside a message a declaration can't
/// stand, and a Document with a namespace of its own in the first column hardly does.
std::uint64_t find_root_line(std::string_view input, std::uint64_t from);

/// In: the text of one message that was written (or checked) but for its identity constraints. False, and findings
/// (ISO-0216 to ISO-0218), when these are not met; nothing else is reported.
bool check_keys(const Message& message, std::string_view xml, Findings& findings);

/// Whether `text` is one well-formed element that declares all the prefixes it uses; `uri` gets its namespace.
bool is_closed_fragment(std::string_view text, std::string& uri);

}  // namespace tilmash::iso20022
