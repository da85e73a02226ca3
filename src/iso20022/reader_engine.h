// The inside of MessageReader: markup (reader_markup.cpp), content model (reader_content.cpp), its quick loop
// (reader_fast.cpp), wildcards (reader_wildcard.cpp), identity constraints (reader_keys.cpp), stretches of it on
// several threads (reader_stretch.cpp), roots (reader.cpp).
//
// Two speeds over the same state. `fast_run` takes what nearly every element is: the expected name, plain text, the
// right end tag; it changes nothing unless the whole element is so. Everything else goes one step through `content`,
// which knows all of XML that is let in. Both report through the same functions, so they can't differ in what they
// find.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "base/arena.h"
#include "base/text.h"
#include "iso20022/key_watch.h"
#include "iso20022/reader.h"
#include "iso20022/xml_text.h"

namespace tilmash::iso20022 {

inline constexpr std::string_view instance_namespace = "http://www.w3.org/2001/XMLSchema-instance";

inline bool is_all_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_blank);
}

/// A name out of the input as it may stand in a log: at most 64 bytes.
inline std::string_view shown_name(std::string_view name) {
  return first_characters(name, 64);
}

/// How far beyond an element's '<' its quick reading looks before it knows that the end is not near: the name, behind a
/// prefix and with an attribute, or the end tag behind a text.
inline constexpr std::size_t reach_bytes = 96;

class ReaderEngine {
 public:
  ReaderEngine(const Catalogue& catalogue, std::string_view input, std::string file, const Caps& caps,
               Findings& findings, Encoding original = Encoding::utf8);

  const Message* next_message();
  bool finish(Instance* instance);
  Step next_item(Instance& instance, std::uint32_t item_node);
  bool read_some(Instance* instance, std::uint64_t elements);
  void set_part(std::uint64_t from, std::uint64_t to, std::uint32_t line_number);
  bool at_rest() const { return good_ && message_ == nullptr && opens_.empty() && header_names_.empty(); }
  const Dropped& dropped() const { return dropped_; }
  bool resume();
  std::string outer_declarations() const;

  // reader_stretch.cpp
  bool find_seam(std::uint64_t stretch_bytes);
  std::uint64_t find_cut(std::uint64_t from, std::uint64_t stretch_bytes) const;
  ReaderEngine(const ReaderEngine& whole, std::uint64_t from, std::uint64_t to, Findings& findings);
  bool read_stretch();
  bool pass(ReaderEngine& stretch);

  /// Reads the whole input as one message, which no catalogue need know.
  bool read_as(const Message& message);

  /// Reads the whole input as one element; gives its namespace.
  bool read_fragment(std::string& uri);

  std::uint64_t offset_of(const char* at) const { return static_cast<std::uint64_t>(at - begin_); }
  const char* root_begin() const { return root_begin_; }
  const char* at() const { return at_; }
  std::uint32_t line_of(const char* at);
  bool valid() const { return good_ && error_count_ == errors_before_; }
  bool good() const { return good_; }

 private:
  struct Binding {
    std::string_view prefix;
    std::string_view uri;
    std::string_view raw;  ///< the URI as it stands in the input
  };

  struct SeenAttribute {
    std::string_view prefix;
    std::string_view name;
    std::string_view uri;
    std::string_view value;  ///< between the quotes, references as they are
  };

  struct TypeName {
    std::string_view uri;
    std::string_view local;
  };

  /// A start tag, read and resolved; its attributes (without namespace declarations) are in `attributes_`.
  struct Tag {
    const char* begin = nullptr;  ///< '<'
    const char* end = nullptr;    ///< one past '>'
    std::string_view name;        ///< with prefix
    std::string_view prefix;
    std::string_view local;
    std::string_view uri;
    std::size_t bindings = 0;  ///< how many were there before this tag
    std::size_t binding = 0;   ///< index + 1 of the binding that gave `uri`; 0 = none
    bool empty = false;        ///< "/>"
  };

  /// An open element whose content is elements.
  struct Frame {
    const Type* type = nullptr;
    const Particle* first = nullptr;  ///< of the type
    std::uint32_t position = 0;       ///< ordinal of the particle that occurred last; meaningful when count != 0
    std::uint32_t next = 0;           ///< ordinal of the first particle that may come next
    std::uint32_t next_slot = 0;      ///< ordinal of the first particle of another slot
    std::uint32_t count = 0;          ///< occurrences of `position`
    std::uint32_t count_min = 0;      ///< that it must have
    std::uint32_t done = 0;           ///< mandatory slots that are filled, or reported missing
    std::uint32_t particle = 0;       ///< its own
    std::uint32_t occurrence = 1;     ///< 1-based, for paths
    std::uint32_t node = no_node;     ///< of the shape; no_node = not built
    std::uint32_t first_child = 0;    ///< node of `first`
    std::string_view name;            ///< of the start tag, with prefix
    std::size_t bindings = 0;         ///< to go back to at its end
    bool plain = false;               ///< `name` is the fast prefix and the particle's name
    bool fast_before = false;         ///< value of `fast_` to go back to at its end

    /// Begins a new element; the caller sets what is below `occurrence`.
    void open(const Type& of, const Particle* particles_of, std::uint32_t own, std::uint32_t own_occurrence) {
      type = &of;
      first = particles_of;
      position = 0;
      next = 0;
      next_slot = 0;
      count = 0;
      count_min = 0;
      done = 0;
      particle = own;
      occurrence = own_occurrence;
      first_child = 0;
    }
    /// A child has come: the particle with this ordinal, for the nth time.
    void move_to(std::uint32_t ordinal, std::uint32_t times, const Particle& child) {
      position = ordinal;
      next = child.next_after;
      next_slot = child.next_slot;
      count = times;
      count_min = child.occurs_min;
      done = child.due_after;
    }
    /// Occurrences of `position` that are missing.
    bool lacks() const { return count < count_min; }
  };

  /// A mandatory slot that was reported missing.
  struct Missed {
    const char* element;  ///< the open element's name in the input: no two elements have the same
    std::uint32_t due;    ///< number of the slot among the mandatory ones
    friend bool operator==(const Missed&, const Missed&) = default;
  };

  /// An open element of an envelope, or of a wildcard's content.
  struct Open {
    std::string_view name;
    std::size_t bindings = 0;
  };

  enum class Outcome : std::uint8_t { closed, item, paused, stopped };

  // reader.cpp: roots and findings
  bool between_roots(const Message*& found);
  const Message* enter_root(const Tag& tag);
  const Message* enter_root(const Tag& tag, const Message* message);
  bool skip_xml_declaration();
  bool take_byte_order_mark();
  void note_header();
  void compare_header(const Tag& tag);
  void begin_instance(Instance& instance);
  Outcome run();
  void close_message();
  void add(Diagnostic diagnostic) {
    if (diagnostic.severity == Severity::error) ++error_count_;
    findings_.add(std::move(diagnostic));
  }
  bool stop(Code code, const char* at, std::string_view text);
  bool stopped(Code code, const char* at);
  Diagnostic finding(Code code, const char* at, std::size_t size, std::string path, std::string text);
  void report(Code code, const char* at, std::size_t size, std::string path, std::string text,
              std::string expected = {}, std::string found = {});
  std::string tag_at(const char* at) const;
  std::string path() const;
  std::string path_below(const Particle& particle, std::uint32_t occurrence) const;
  std::string names_of(const Frame& frame, std::uint32_t from) const;

  // reader_markup.cpp: what every element needs
  bool parse_tag(Tag& tag);
  bool parse_attribute(Tag& tag);
  bool bind(std::string_view prefix, std::string_view raw, std::string_view uri);
  bool resolve(Tag& tag);
  const Binding* find_binding(std::string_view prefix) const;
  bool parse_end_tag(std::string_view name);
  bool skip_misc();
  bool skip_comment();
  bool skip_instruction();
  bool take_text_piece(std::string& out);
  bool take_cdata(std::string& out);
  bool check_characters(const char* from, const char* to);
  bool decode_attribute(std::string_view raw, std::string_view& value);
  bool at_text(std::string_view text) const {
    return std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text);
  }
  void set_fast_limit() { fast_limit_ = static_cast<std::size_t>(end_ - at_) > reach_bytes ? end_ - reach_bytes : at_; }
  bool ended();
  bool count_element(std::size_t depth);

  // reader_content.cpp: the content model
  template <bool build>
  Outcome content(std::size_t base);
  template <bool build>
  class FastRun;
  template <bool build>
  void fast_run(std::size_t base);
  const char* read_odd_text(const char* from, const char* limit, std::string_view& text);
  const char* fast_attribute(const char* at, const Type& type, std::string_view& value) const;
  const Particle* first_of(const Type& type) const { return message_->particles.data() + type.first_particle; }
  template <bool build>
  bool open_element();
  void begin_element(std::uint32_t node, const char* tag);
  template <bool build>
  void leave_element(const char* tag);
  template <bool build>
  bool simple_content(const Tag& tag, const Type& type, const SimpleType& simple, const Particle& particle,
                      std::uint32_t node);
  void add_leaf(std::uint32_t node, const SimpleType& simple, std::string_view text, const char* from, const char* to);
  bool element_text();
  const Particle* step_to(const Tag& tag);
  const Particle* place(const Tag& tag, bool& in_order);
  bool take_missed(const Frame& frame, const Particle& particle);
  void report_missing(const Frame& frame, std::uint32_t from_due, std::uint32_t to_due, const char* at);
  void report_text(const char* at, std::string path, std::string text);
  std::string path_name(const Particle& particle) const;
  std::string attribute_names(const Type& type) const;
  void report_value(Code code, const SimpleType& simple, std::string_view value, const char* at, std::size_t size,
                    std::string path);
  bool check_attributes(const Tag& tag, const Type& type, const Particle& particle, std::uint32_t occurrence);
  void check_instance_attribute(const Tag& tag, const SeenAttribute& attribute, const Type& type,
                                const Particle& particle, std::uint32_t occurrence);
  void push_frame(const Tag& tag, const Type& type, const Particle& particle, std::uint32_t node,
                  std::uint32_t occurrence);
  std::string_view canonical(const SimpleType& simple, std::string_view text, Decimal& number);

  // reader_keys.cpp: of watched elements only
  void open_watched();
  void close_watched(const char* tag);
  void take_watched(const Type& type, const Particle& particle, std::string_view text, std::string_view raw, bool good,
                    const char* close);
  void fill_chain();
  void report_keys(const char* at, std::size_t size, const std::string& path);

  // reader_wildcard.cpp
  bool any_content(const Tag& tag, const Type& type, const Particle& particle, std::string_view& fragment);
  static void append_declaration(std::string& out, const Binding& binding);
  std::string_view closed_fragment(const Tag& tag, const char* end);
  TypeName type_name(const SeenAttribute& attribute) const;
  bool known_element(const Tag& tag, bool& taken);
  bool typed_element(const Tag& tag, const SeenAttribute& seen, bool& taken);
  bool element_of(const Tag& tag, const Type& type, const Particle& particle);
  bool skip_element(const Tag& tag, bool lax);

  static constexpr std::size_t frames_at_first = 10;  ///< a kilobyte
  static constexpr std::uint64_t no_pause = ~std::uint64_t{0};

  const Catalogue& catalogue_;
  std::string file_;
  Caps caps_;
  Findings& findings_;
  Encoding original_;

  const char* begin_;  ///< of the input
  const char* input_end_;
  const char* end_;  ///< of what may be read: the cap on bytes may cut it short of the input
  const char* at_;
  const char* fast_limit_;  ///< before it, `reach_bytes` may be read at once
  const char* root_begin_ = nullptr;

  const Message* message_ = nullptr;  ///< being read
  std::size_t root_bindings_ = 0;     ///< how many were there before the root
  bool at_root_ = false;              ///< the root's start tag was read, nothing of its content
  bool root_empty_ = false;
  bool found_any_ = false;
  bool in_envelope_ = false;           ///< an element around messages is open
  const char* resume_from_ = nullptr;  ///< where the root, or what stands before one, begins that was read last
  Code stopped_by_;
  const char* stopped_at_ = nullptr;
  std::uint64_t refused_bytes_ = 0;  ///< looked at in vain, in messages that were refused
  std::string header_names_;         ///< MsgDefIdr of the header that the next message belongs to; empty = none
  std::uint32_t header_line_ = 0;
  bool good_ = true;
  std::uint64_t error_count_ = 0;  ///< of its own, so that findings may be cleared between messages
  std::uint64_t errors_before_ = 0;
  std::uint64_t elements_ = 0;
  std::uint64_t pause_at_ = no_pause;  ///< building stops for a moment at so many elements
  Dropped dropped_;

  std::string seam_tag_;        ///< of the repeated element, at the place where stretches may begin
  std::size_t seam_depth_ = 0;  ///< number of open frames there
  std::size_t seam_bindings_ = 0;
  bool stretch_ = false;  ///< the input ends between two occurrences

  std::vector<Frame> frames_;  ///< grows with depth
  std::size_t depth_ = 0;      ///< number of open frames
  std::vector<Open> opens_;
  std::vector<Binding> bindings_;
  std::vector<SeenAttribute> attributes_;
  std::vector<std::string_view> attribute_values_;  ///< by the type's attribute; data() null = absent
  std::vector<Missed> missed_;                      ///< the first few of a message
  std::optional<KeyWatch> keys_;                    ///< meaningful when it is of this root
  const char* keys_root_ = nullptr;
  std::vector<std::uint32_t> chain_;  ///< of the open elements
  std::vector<KeyFault> key_faults_;
  std::string scratch_;
  std::string attribute_scratch_;

  // The prefix (with its colon) that the message's namespace has: compared as a word.
  bool fast_ = false;
  std::uint64_t prefix_word_ = 0;
  std::uint64_t prefix_mask_ = 0;
  std::uint32_t prefix_size_ = 0;
  std::string_view fast_prefix_;  ///< without its colon

  Instance* instance_ = nullptr;
  const Shape* shape_ = nullptr;
  Arena text_arena_;  ///< decoded URIs: live as long as the reader
  Arena item_arena_;  ///< decoded texts of the present item
  Arena* arena_ = nullptr;
  std::uint32_t item_node_ = no_node;
  std::uint32_t item_parent_ = no_node;  ///< the node above the items, if it repeats
  std::uint32_t closed_node_ = no_node;  ///< of the element that was closed last
  std::uint32_t item_mark_ = no_cell;
  std::uint32_t item_open_ = no_cell;
  std::uint64_t item_errors_ = 0;
  std::vector<std::size_t> outer_bindings_;  ///< of a fragment: bindings from outside that it uses
  std::size_t fragment_bindings_ = 0;
  const Particle* wildcard_ = nullptr;  ///< whose content is being read

  const char* line_at_;  ///< where line_number_ was counted
  const char* line_begin_;
  std::uint32_t line_number_ = 1;
  std::uint64_t original_offset_ = 0;  ///< of line_at_, before transcoding
};

}  // namespace tilmash::iso20022
