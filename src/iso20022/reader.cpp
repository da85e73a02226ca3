// Roots, envelopes and findings; the public face of the reader.
#include "iso20022/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "iso20022/reader_engine.h"

namespace tilmash::iso20022 {

ReaderEngine::ReaderEngine(const Catalogue& catalogue, std::string_view input, std::string file, const Caps& caps,
                           Findings& findings, Encoding original)
    : catalogue_(catalogue),
      file_(std::move(file)),
      caps_(caps),
      findings_(findings),
      original_(original),
      begin_(input.data()),
      input_end_(input.data() + input.size()),
      end_(input_end_),
      at_(begin_),
      fast_limit_(begin_),
      frames_(frames_at_first),
      line_at_(begin_),
      line_begin_(begin_) {}

/// Finds the line of `at`; its first byte is then `line_begin_`. Findings come nearly in input order, so that counting
/// goes on from where it stopped and all of it takes one pass, however many findings and however long the lines.
std::uint32_t ReaderEngine::line_of(const char* at) {
  const char* from = std::min(at, line_at_);
  const std::string_view passed(from, static_cast<std::size_t>(std::max(at, line_at_) - from));
  const auto lines = static_cast<std::uint32_t>(count_lines(passed));
  const std::uint64_t bytes = count_original_bytes(passed, original_);
  original_offset_ = at >= line_at_ ? original_offset_ + bytes : original_offset_ - bytes;
  if (at >= line_at_) {
    line_number_ += lines;
    if (lines != 0) line_begin_ = from + passed.rfind('\n') + 1;
  } else if (lines != 0) {
    line_number_ -= lines;
    const std::string_view before(begin_, static_cast<std::size_t>(at - begin_));
    line_begin_ = begin_ + (before.rfind('\n') + 1);  // npos + 1 is 0
  }
  line_at_ = at;
  return line_number_;
}

Diagnostic ReaderEngine::finding(Code code, const char* at, std::size_t size, std::string path, std::string text) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.place.file = file_;
  diagnostic.place.line_number = line_of(at);
  diagnostic.place.offset_bytes = original_offset_;
  diagnostic.place.length_bytes = count_original_bytes({at, size}, original_);
  diagnostic.place.column_number = static_cast<std::uint32_t>(at - line_begin_ + 1);
  diagnostic.path = std::move(path);
  diagnostic.text = std::move(text);
  return diagnostic;
}

void ReaderEngine::report(Code code, const char* at, std::size_t size, std::string path, std::string text,
                          std::string expected, std::string found) {
  Diagnostic wrong = finding(code, at, size, std::move(path), std::move(text));
  wrong.expected = std::move(expected);
  wrong.found = std::move(found);
  add(std::move(wrong));
}

/// The input is refused from here on.
bool ReaderEngine::stop(Code code, const char* at, std::string_view text) {
  report(code, at, 0, message_ != nullptr ? path() : std::string(), std::string(text));
  return stopped(code, at);
}

bool ReaderEngine::stopped(Code code, const char* at) {
  stopped_by_ = code;
  stopped_at_ = at;
  good_ = false;
  return false;
}

bool ReaderEngine::take_byte_order_mark() {
  if (end_ - at_ > 1 && at_[0] == '<' && at_[1] != '\0') return true;
  const auto starts = [&](std::string_view bytes) { return at_text(bytes); };
  if (starts("\xEF\xBB\xBF")) {
    at_ += 3;
    return true;
  }
  using namespace std::string_view_literals;
  // UTF-16 that was not transcoded (or has neither mark nor declaration), UTF-32, EBCDIC.
  for (const std::string_view other :
       {"\xFE\xFF"sv, "\xFF\xFE"sv, "\0<"sv, "<\0"sv, "\0\0\xFE\xFF"sv, "\0\0\0<"sv, "\x4C\x6F\xA7\x94"sv}) {
    if (starts(other)) return stop("ISO-0102"_code, at_, "the input is in none of the encodings that are read");
  }
  return true;
}

/// <?xml version="1.0" encoding="UTF-8" standalone="yes"?> (2.8 [23])
bool ReaderEngine::skip_xml_declaration() {
  constexpr std::string_view usual = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  if (original_ == Encoding::utf8 && at_text(usual)) {
    at_ += usual.size();
    return true;
  }
  const char* begin = at_;
  const std::string_view rest(at_, std::min<std::size_t>(static_cast<std::size_t>(end_ - at_), 256));
  const std::size_t close = rest.find("?>");
  if (close == std::string_view::npos) return stop("ISO-0119"_code, at_, "the XML declaration has no end");
  std::string_view text = rest.substr(5, close - 5);
  at_ += close + 2;
  static constexpr std::string_view keys[] = {"version", "encoding", "standalone"};
  std::size_t key = 0;
  for (;;) {
    const std::size_t blanks = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    text.remove_prefix(blanks);
    if (text.empty()) break;
    while (key != 0 && key < 3 && !text.starts_with(keys[key])) ++key;
    if (key == 3 || blanks == 0 || !text.starts_with(keys[key]))
      return stop("ISO-0119"_code, begin, "the XML declaration is not understood");
    text.remove_prefix(keys[key].size());
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (!text.starts_with('=')) return stop("ISO-0119"_code, begin, "the XML declaration is not understood");
    text.remove_prefix(1);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const std::size_t quote =
        text.size() < 2 || (text[0] != '"' && text[0] != '\'') ? std::string_view::npos : text.find(text[0], 1);
    if (quote == std::string_view::npos) return stop("ISO-0119"_code, begin, "the XML declaration is not understood");
    std::string value(text.substr(1, quote - 1));
    text.remove_prefix(quote + 1);
    std::transform(value.begin(), value.end(), value.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (key == 0 && value != "1.0") return stop("ISO-0119"_code, begin, "only XML 1.0 is read");
    if (key == 1) {
      const std::optional<bool> right = may_declare(value, original_);
      if (!right) return stop("ISO-0102"_code, begin, "the declared encoding is none of those that are read");
      if (!*right) {
        return stop("ISO-0120"_code, begin,
                    fmt::format("{} is declared, but the input is {}", value, to_text(original_)));
      }
    }
    if (key == 2 && value != "yes" && value != "no") {
      return stop("ISO-0119"_code, begin, "the XML declaration is not understood");
    }
    ++key;
  }
  if (key == 0 || begin[5] == '?') return stop("ISO-0119"_code, begin, "the XML declaration names no version");
  return true;
}

/// Gets ready for the message that `tag` begins; nullptr when it begins none that can be read (it is passed over).
const Message* ReaderEngine::enter_root(const Tag& tag) {
  const Message* message = catalogue_.find_by_namespace(tag.uri);
  errors_before_ = error_count_;
  if (message == nullptr) {
    if (!tag.uri.starts_with(namespace_prefix)) return nullptr;
    const std::string_view id = tag.uri.substr(namespace_prefix.size());
    report("ISO-0200"_code, tag.begin, tag.name.size() + 1, {},
           fmt::format("message {} is not in the catalogue", first_characters(id, 64)));
  } else if (tag.local != message->root_element()) {
    report("ISO-0201"_code, tag.begin, tag.name.size() + 1, {},
           fmt::format("this is not the root of {}", message->id()), message->root_element(), tag_at(tag.begin));
    message = nullptr;
  }
  found_any_ = true;
  if (message == nullptr) {
    header_names_.clear();
    return nullptr;
  }
  return enter_root(tag, message);
}

const Message* ReaderEngine::enter_root(const Tag& tag, const Message* message) {
  message_ = message;
  if (!header_names_.empty()) compare_header(tag);
  root_begin_ = tag.begin;
  root_bindings_ = tag.bindings;
  at_root_ = true;
  missed_.clear();
  root_empty_ = tag.empty;
  depth_ = 0;
  fast_prefix_ = tag.prefix;
  prefix_size_ = tag.prefix.empty() ? 0 : static_cast<std::uint32_t>(tag.prefix.size() + 1);
  fast_ = prefix_size_ <= 8;
  prefix_word_ = 0;
  prefix_mask_ = 0;
  if (fast_ && prefix_size_ != 0) {
    std::memcpy(&prefix_word_, tag.name.data(), prefix_size_);
    std::memset(&prefix_mask_, 0xFF, prefix_size_);
  }
  if (!fast_) prefix_size_ = 0;
  const bool attributes = check_attributes(tag, message->types[message->particles[0].type], message->particles[0], 1);
  if (!attributes) return nullptr;
  push_frame(tag, message->types[message->particles[0].type], message->particles[0], no_node, 1);
  return message;
}

/// Moves through prolog, envelope and what stands between messages. True when `found` is set, or the input is at its
/// end; false when it is refused.
bool ReaderEngine::between_roots(const Message*& found) {
  for (;;) {
    if (opens_.empty()) {
      if (at_ == begin_ && !take_byte_order_mark()) return false;
      while (at_ != input_end_ && is_blank(*at_)) ++at_;
      if (at_ == input_end_) return true;
      resume_from_ = at_;
      const auto left = static_cast<std::uint64_t>(input_end_ - at_);
      end_ = left > caps_.bytes ? at_ + caps_.bytes : input_end_;
      set_fast_limit();
      elements_ = 0;
      bindings_.clear();
      text_arena_.clear();
    }
    if (at_ == end_) return ended();
    scratch_.clear();
    if (*at_ != '<') {
      if (opens_.empty()) return stop("ISO-0111"_code, at_, "text outside of any element");
      if (!take_text_piece(scratch_)) return false;
      if (!collapse_ends(scratch_).empty()) dropped_.envelope_text_bytes += scratch_.size();
    } else if (at_text("</")) {
      if (opens_.empty()) return stop("ISO-0107"_code, at_, "an end tag without a start tag");
      if (!parse_end_tag(opens_.back().name)) return false;
      bindings_.resize(opens_.back().bindings);
      opens_.pop_back();
      in_envelope_ = !opens_.empty();
      if (!in_envelope_) header_names_.clear();
    } else if (at_text("<![CDATA[") && !opens_.empty()) {
      if (!take_cdata(scratch_)) return false;
      dropped_.envelope_text_bytes += scratch_.size();
    } else if (opens_.empty() && at_text("<?xml") && end_ - at_ > 5 && (is_blank(at_[5]) || at_[5] == '?')) {
      if (!skip_xml_declaration()) return false;
    } else if (at_text("<!") || at_text("<?")) {
      if (!skip_misc()) return false;
    } else {
      Tag tag;
      if (!parse_tag(tag) || !count_element(opens_.size() + 1)) return false;
      found = enter_root(tag);
      if (found != nullptr) return true;
      if (!good_) return false;
      if (error_count_ == errors_before_) ++dropped_.envelope_elements;
      if (tag.empty) {
        bindings_.resize(tag.bindings);
      } else if (error_count_ != errors_before_) {
        if (!skip_element(tag, false)) return false;  // an ISO 20022 root that can't be read
      } else {
        opens_.push_back({tag.name, tag.bindings});
        in_envelope_ = true;
      }
    }
  }
}

/// Keeps the MsgDefIdr of the header that was just read to its end: its markup is known to be well-formed, and reading
/// it once more costs less than watching for it in every message.
void ReaderEngine::note_header() {
  const char* const end = at_;
  const std::size_t bindings = bindings_.size();
  at_ = root_begin_;
  header_names_.clear();
  header_line_ = line_of(root_begin_);
  std::size_t depth = 0;
  bool inside = false;
  do {
    scratch_.clear();
    if (*at_ != '<') {
      if (!take_text_piece(scratch_)) return;
    } else if (at_text("</")) {
      at_ = static_cast<const char*>(std::memchr(at_, '>', static_cast<std::size_t>(end - at_))) + 1;
      --depth;
      inside = false;
    } else if (at_text("<![CDATA[")) {
      if (!take_cdata(scratch_)) return;
    } else if (at_text("<!") || at_text("<?")) {
      if (!skip_misc()) return;
    } else {
      Tag tag;
      if (!parse_tag(tag)) return;
      if (!tag.empty) ++depth;
      inside = !tag.empty && depth == 2 && tag.local == "MsgDefIdr";
    }
    if (inside) header_names_ += scratch_;
  } while (depth != 0);
  bindings_.resize(bindings);
  at_ = end;
}

/// ISO 20022 business application header: MsgDefIdr is the identifier of the message that the header is about.
void ReaderEngine::compare_header(const Tag& tag) {
  const std::string named(collapse_ends(std::exchange(header_names_, {})));
  if (message_->root_element() == "AppHdr" || named == message_->id()) return;
  const bool safe = named.size() <= 35 && std::all_of(named.begin(), named.end(), [](char c) {
                      return c == '.' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
                    });
  const std::string shown = safe ? named : "something that is no identifier";
  Diagnostic warning =
      finding("ISO-0215"_code, tag.begin, tag.name.size() + 1, "/" + message_->root_element(),
              fmt::format("the header of line {} says {}, but this is {}", header_line_, shown, message_->id()));
  warning.severity = Severity::warning;
  warning.expected = shown;
  warning.found = message_->id();
  add(std::move(warning));
}

bool ReaderEngine::resume() {
  constexpr std::uint64_t refused_bytes_free = 16u << 20;
  for (const Code final : {"ISO-0102"_code, "ISO-0103"_code, "ISO-0119"_code, "ISO-0120"_code}) {
    if (stopped_by_ == final) return false;
  }
  if (good_ || in_envelope_ || resume_from_ == nullptr) return false;
  const std::string_view input(begin_, static_cast<std::size_t>(input_end_ - begin_));
  const char* const at = begin_ + find_root_line(input, offset_of(resume_from_));
  if (at == input_end_) return false;
  // What is looked for to the end of the input, or to a cap, can be looked for again and again: a small input would
  // take hours.
  const bool to_end = stopped_by_ == "ISO-0108"_code || stopped_by_ == "ISO-0113"_code;
  refused_bytes_ += static_cast<std::uint64_t>((to_end ? end_ : stopped_at_) - resume_from_);
  if (stopped_by_ == "ISO-0117"_code) refused_bytes_ += caps_.text_bytes;
  if (refused_bytes_ > 4 * static_cast<std::uint64_t>(input_end_ - begin_) + refused_bytes_free) {
    Diagnostic warning =
        finding("ISO-0121"_code, stopped_at_, 0, {},
                "reading ends here, after too many messages that were refused; nothing behind this place was judged");
    warning.severity = Severity::warning;
    add(std::move(warning));
    return false;
  }
  close_message();
  opens_.clear();
  bindings_.clear();
  header_names_.clear();
  fragment_bindings_ = 0;
  end_ = input_end_;
  at_ = at;
  good_ = true;
  Diagnostic warning = finding("ISO-0121"_code, at, 0, {}, "reading goes on here, behind a message that was refused");
  const std::uint32_t line = line_number_;
  warning.severity = Severity::warning;
  if (const char* const given_up = std::min(stopped_at_, at); line_of(given_up) != line) {
    warning.text += fmt::format("; nothing between line {} and this one was judged", line_number_);
  }
  add(std::move(warning));
  return true;
}

const Message* ReaderEngine::next_message() {
  if (message_ != nullptr) finish(nullptr);
  if (!good_) return nullptr;
  const Message* found = nullptr;
  if (!between_roots(found)) return nullptr;
  if (found == nullptr && !found_any_) {
    report("ISO-0214"_code, at_, 0, {}, "there is no ISO 20022 message in this input");
    found_any_ = true;
  }
  return found;
}

void ReaderEngine::begin_instance(Instance& instance) {
  if (instance.shape().id != message_->id()) throw std::logic_error("an instance of another message's shape");
  instance_ = &instance;
  shape_ = &instance.shape();
  instance.reset(*shape_);
  arena_ = &instance.arena();
  frames_[0].node = 0;
  frames_[0].first_child = shape_->nodes[0].first_child;
}

/// Reads on to the end of the message or of the next item.
ReaderEngine::Outcome ReaderEngine::run() {
  at_root_ = false;
  Outcome outcome = Outcome::closed;
  if (root_empty_) {
    if (instance_ != nullptr) {
      leave_element<true>(root_begin_);
    } else {
      leave_element<false>(root_begin_);
    }
  } else {
    outcome = instance_ != nullptr ? content<true>(0) : content<false>(0);
  }
  if (outcome != Outcome::item && outcome != Outcome::paused) close_message();
  return outcome;
}

void ReaderEngine::close_message() {
  if (good_ && message_ != nullptr && message_->root_element() == "AppHdr") note_header();
  message_ = nullptr;
  instance_ = nullptr;
  arena_ = nullptr;
  item_node_ = no_node;
  item_parent_ = no_node;
  item_mark_ = no_cell;
  wildcard_ = nullptr;
  depth_ = 0;
  if (good_ && opens_.empty()) end_ = input_end_;
}

std::string ReaderEngine::outer_declarations() const {
  std::string out;
  for (std::size_t i = 0; i < root_bindings_; ++i) {
    const auto later = bindings_.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const auto same = [&](const Binding& other) { return other.prefix == bindings_[i].prefix; };
    if (std::none_of(later, bindings_.end(), same)) append_declaration(out, bindings_[i]);
  }
  return out;
}

bool ReaderEngine::finish(Instance* instance) {
  if (message_ == nullptr) return valid();
  if (instance != nullptr && at_root_) begin_instance(*instance);
  item_node_ = no_node;
  item_parent_ = no_node;
  while (run() == Outcome::item) {
  }
  return valid();
}

Step ReaderEngine::next_item(Instance& instance, std::uint32_t item_node) {
  if (message_ == nullptr) return Step::end;
  if (at_root_) {
    begin_instance(instance);
    item_node_ = item_node;
    const std::uint32_t above = shape_->nodes[item_node].parent;
    item_parent_ = shape_->nodes[above].repeats() ? above : no_node;
  } else if (item_mark_ != no_cell) {
    instance.truncate(item_mark_, item_open_);
    item_arena_.clear();
    arena_ = &instance.arena();
  }
  if (run() != Outcome::item) return Step::end;
  return error_count_ == item_errors_ ? Step::item : Step::reject;
}

bool ReaderEngine::read_some(Instance* instance, std::uint64_t elements) {
  if (message_ == nullptr) return false;
  if (at_root_ && instance != nullptr) begin_instance(*instance);
  item_node_ = no_node;
  item_parent_ = no_node;
  pause_at_ = elements_ + elements;
  const Outcome outcome = run();
  pause_at_ = no_pause;
  return outcome == Outcome::paused;
}

bool ReaderEngine::read_fragment(std::string& uri) {
  Tag tag;
  if (!at_text("<") || !parse_tag(tag)) return false;
  uri = tag.uri;
  return (tag.empty || skip_element(tag, false)) && at_ == end_;
}

void ReaderEngine::set_part(std::uint64_t from, std::uint64_t to, std::uint32_t line_number) {
  at_ = line_at_ = line_begin_ = begin_ + from;
  line_number_ = line_number;
  original_offset_ = from;
  found_any_ = from != 0;  // there is something before it
  end_ = input_end_ = begin_ + to;
}

std::uint64_t find_root_line(std::string_view input, std::uint64_t from) {
  constexpr std::size_t tag_bytes_max = 4096;
  for (std::size_t at = from;;) {
    at = input.find('\n', at);
    if (at == std::string_view::npos) return input.size();
    std::string_view rest = input.substr(++at);
    if (rest.size() > 5 && rest.starts_with("<?xml") && is_blank(rest[5])) return at;
    if (!rest.starts_with('<')) continue;
    rest = rest.substr(0, tag_bytes_max);
    rest = rest.substr(0, rest.find('>'));
    std::string_view name = rest.substr(1, rest.find_first_of(" \t\r\n") - 1);
    name.remove_prefix(name.find(':') + 1);  // npos + 1 is 0
    const bool root = name == "Document" || name == "AppHdr";
    if (root && rest.find("xmlns") != std::string_view::npos) return at;
  }
}

bool is_closed_fragment(std::string_view text, std::string& uri) {
  const Data data;
  const Catalogue none(data);
  Findings findings(1);
  return ReaderEngine(none, text, {}, Caps::batch(), findings).read_fragment(uri);
}

// ------------------------------------------------------------------------------------------------------------------

MessageReader::MessageReader(const Catalogue& catalogue, std::string_view input, std::string file, const Caps& caps,
                             Findings& findings, Encoding original)
    : engine_(std::make_unique<ReaderEngine>(catalogue, input, std::move(file), caps, findings, original)) {}

MessageReader::MessageReader(std::unique_ptr<ReaderEngine> engine) : engine_(std::move(engine)) {}

MessageReader::~MessageReader() = default;

const Message* MessageReader::next_message() {
  return engine_->next_message();
}
bool MessageReader::validate() {
  return engine_->finish(nullptr);
}
bool MessageReader::validate_some() {
  constexpr std::uint64_t elements_at_once = 4096;
  return engine_->read_some(nullptr, elements_at_once);
}
bool MessageReader::read(Instance& instance) {
  return engine_->finish(&instance);
}
Step MessageReader::next_item(Instance& instance, std::uint32_t item_node) {
  return engine_->next_item(instance, item_node);
}
bool MessageReader::read_some(Instance& instance) {
  constexpr std::uint64_t elements_at_once = 4096;
  return engine_->read_some(&instance, elements_at_once);
}
bool MessageReader::find_seam(std::uint64_t stretch_bytes) {
  return engine_->find_seam(stretch_bytes);
}
std::uint64_t MessageReader::find_cut(std::uint64_t from, std::uint64_t stretch_bytes) const {
  return engine_->find_cut(from, stretch_bytes);
}
std::unique_ptr<MessageReader> MessageReader::make_stretch(std::uint64_t from, std::uint64_t to,
                                                           Findings& findings) const {
  return std::unique_ptr<MessageReader>(
      new MessageReader(std::make_unique<ReaderEngine>(*engine_, from, to, findings)));
}
bool MessageReader::read_stretch() {
  return engine_->read_stretch();
}
bool MessageReader::pass(MessageReader& stretch) {
  return engine_->pass(*stretch.engine_);
}
const Dropped& MessageReader::dropped() const {
  return engine_->dropped();
}
std::uint64_t MessageReader::offset() const {
  return engine_->offset_of(engine_->root_begin());
}
std::uint64_t MessageReader::end_offset() const {
  return engine_->offset_of(engine_->at());
}
std::uint32_t MessageReader::line_number() const {
  return engine_->line_of(engine_->root_begin());
}
void MessageReader::set_part(std::uint64_t from, std::uint64_t to, std::uint32_t line_number) {
  engine_->set_part(from, to, line_number);
}
bool MessageReader::at_rest() const {
  return engine_->at_rest();
}
bool MessageReader::valid() const {
  return engine_->valid();
}
bool MessageReader::good() const {
  return engine_->good();
}
std::string MessageReader::outer_declarations() const {
  return engine_->outer_declarations();
}
bool MessageReader::resume() {
  return engine_->resume();
}

}  // namespace tilmash::iso20022
