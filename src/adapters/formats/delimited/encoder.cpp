// Cells of one record into columns. The engine reads every record back, so what would be read otherwise is refused.
#include <algorithm>
#include <charconv>

#include "adapters/formats/delimited/delimited.h"
#include "adapters/records/record.h"

namespace tilmash::formats::delimited {
namespace {

using records::Field;
using records::none;
using records::Op;
using records::WriteFault;

class Encoder final : public records::RecordEncoder {
 public:
  explicit Encoder(const DelimitedLayout& layout)
      : RecordEncoder(layout), delimited_(layout), dialect_(layout.dialect) {}

  WriteFault encode(const records::Form& form, const records::Kind& kind, const Instance& instance,
                    std::uint32_t cell) override;

 private:
  void rows(const Field* begin, const Field* end, std::uint32_t group);
  void group(const Field& field, std::uint32_t parent);
  void variants(const Field& field, std::uint32_t parent);
  void column(const Field& field, std::uint32_t cell, std::uint32_t parent);
  Code value(const Field& field, std::string_view text, std::uint32_t parent, std::string& bytes);
  void rest(std::string_view bytes);
  void go_on();
  void separate();
  void read_breaks(const records::Form& form, std::uint32_t cell);

  const DelimitedLayout& delimited_;
  const Dialect& dialect_;
  const Instance* instance_ = nullptr;
  std::vector<std::uint32_t> breaks_;
  bool open_ = false;
  std::uint32_t index_ = 0;
};

WriteFault Encoder::encode(const records::Form& form, const records::Kind&, const Instance& instance,
                           std::uint32_t cell) {
  begin(instance, cell);
  instance_ = &instance;
  record_.clear();
  index_ = 0;
  read_breaks(form, cell);
  rows(form.fields.data(), form.fields.data() + form.fields.size(), cell);
  if (dialect_.trailing_delimiter) record_ += dialect_.delimiter;
  if (record_.empty() && dialect_.quote != Quote::none) write_column(dialect_, {}, true, record_);
  if (dialect_.record_end != '\0' && !open_) record_ += dialect_.record_end;
  return fault();
}

/// "9 16 open": the columns that begin a continuation, and that no record end stands before the line ends.
void Encoder::read_breaks(const records::Form& form, std::uint32_t cell) {
  breaks_.clear();
  open_ = false;
  for (const Field& field : form.fields) {
    if (field.op >= Op::group || delimited_.traits_of(field).role != Traits::Role::breaks) continue;
    const std::uint32_t found = find_child(cell, field.node);
    std::string_view text = found == no_cell ? std::string_view() : instance_->cell(found).text;
    while (!text.empty()) {
      const std::string_view word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(word.size() + 1, text.size()));
      std::uint32_t at = 0;
      const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), at);
      const bool number = wrong == std::errc() && end == word.data() + word.size();
      if (word == "open" && dialect_.record_end != '\0') {
        open_ = true;
      } else if (number && !dialect_.continuation.empty() && (breaks_.empty() || breaks_.back() < at)) {
        breaks_.push_back(at);
      } else {
        return fail(field, "DLM-0401"_code, found);
      }
    }
  }
}

/// Ends a physical record and begins its continuation.
void Encoder::go_on() {
  if (!open_) record_ += dialect_.record_end;
  record_ += dialect_.line_end;
  record_ += dialect_.continuation;
  record_ += dialect_.delimiter;
}

void Encoder::separate() {
  if (index_ != 0 && std::binary_search(breaks_.begin(), breaks_.end(), index_)) {
    go_on();
  } else if (index_ != 0) {
    record_ += dialect_.delimiter;
  }
  ++index_;
}

void Encoder::rows(const Field* begin, const Field* end, std::uint32_t group_cell) {
  for (const Field* field = begin; field != end; field += field->body + 1) {
    if (field->op == Op::filler) {
      separate();
      const bool quoted = dialect_.quoted != Quoted::needed && dialect_.quote != Quote::none;
      write_column(dialect_, {}, quoted, record_);
    } else if (field->op == Op::variants) {
      variants(*field, group_cell);
    } else if (field->op == Op::group) {
      group(*field, group_cell);
    } else if (delimited_.traits_of(*field).role <= Traits::Role::rest) {
      column(*field, find_child(group_cell, field->node), group_cell);
    }
  }
}

void Encoder::group(const Field& field, std::uint32_t parent) {
  std::uint32_t count = field.repeat;
  std::uint32_t occurrence = find_child(parent, field.node);
  if (field.depending != none) {
    const std::string_view text = written(field.depending);
    const auto stated = parse_decimal(text.empty() ? "x" : text);
    if (!stated || stated->scale != 0 || stated->unscaled < 0 || stated->unscaled > field.repeat) {
      return fail(field, "FMT-0414"_code, occurrence);
    }
    count = static_cast<std::uint32_t>(stated->unscaled);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    if (field.loose && occurrence == no_cell) return;
    if (field.depending != none && occurrence == no_cell) return fail(field, "FMT-0414"_code, parent);
    rows(&field + 1, &field + 1 + field.body, occurrence);
    if (occurrence != no_cell) occurrence = next_occurrence(occurrence, parent);
  }
  if (occurrence != no_cell) fail(field, field.depending != none ? "FMT-0414"_code : "FMT-0412"_code, occurrence);
}

/// The variant whose condition holds for what was written so far.
void Encoder::variants(const Field& field, std::uint32_t parent) {
  const Field* const end = &field + 1 + field.body;
  bool done = false;
  for (const Field* each = &field + 1; each != end; each += each->body + 1) {
    const std::uint32_t cell = find_child(parent, each->node);
    const auto& conditions = layout_.conditions[each->when];
    const bool due =
        !done && std::all_of(conditions.begin(), conditions.end(), [&](const records::Condition& condition) {
          const bool is = condition.slot != none && std::find(condition.is.begin(), condition.is.end(),
                                                              written(condition.slot)) != condition.is.end();
          return is != condition.negated;
        });
    if (!due && cell != no_cell) return fail(*each, "FMT-0415"_code, cell);
    if (!due) continue;
    done = true;
    choose(static_cast<std::uint32_t>(each - &field));
    rows(each + 1, each + 1 + each->body, cell);
  }
}

void Encoder::rest(std::string_view bytes) {
  for (;;) {
    const std::size_t cut = dialect_.continuation.empty() ? std::string_view::npos : bytes.find('\n');
    record_ += bytes.substr(0, cut);
    if (cut == std::string_view::npos) return;
    go_on();
    bytes.remove_prefix(cut + 1);
  }
}

void Encoder::column(const Field& field, std::uint32_t cell, std::uint32_t parent) {
  const Traits& traits = delimited_.traits_of(field);
  const std::string_view text = text_of(field, cell);
  separate();
  std::string bytes;
  Code code;
  if (text.empty()) {
    if (field.required) code = "FMT-0404"_code;
  } else {
    if (field.choices != none) {
      const auto& choices = layout_.choices[field.choices];
      if (std::find(choices.begin(), choices.end(), text) == choices.end()) code = "FMT-0405"_code;
    }
    if (!code) code = value(field, text, parent, bytes);
  }
  if (code) return fail(field, code, cell);
  if (traits.role == Traits::Role::rest) return rest(bytes);
  const bool quoted = dialect_.quote != Quote::none &&
                      (dialect_.quoted == Quoted::always || (dialect_.quoted == Quoted::text && traits.text) ||
                       needs_quotes(dialect_, bytes));
  if (!write_column(dialect_, bytes, quoted, record_)) fail(field, "DLM-0400"_code, cell);
}

Code Encoder::value(const Field& field, std::string_view text, std::uint32_t parent, std::string& bytes) {
  const Traits& traits = delimited_.traits_of(field);
  if (field.op == Op::date) {
    const auto date = parse_iso_date(text);
    bytes.resize(layout_.patterns[field.pattern].length());
    if (!date) return "FMT-0402"_code;
    return layout_.patterns[field.pattern].write(bytes.data(), *date) ? Code{} : "FMT-0408"_code;
  }
  if (field.op == Op::integer) {
    const NumberSpelling spelling = spelling_of(delimited_, field);
    if (const Code code = write_number(spelling, text, bytes)) return code;
    const std::uint32_t given = traits.spelled != none ? find_child(parent, (&field + 1)->node) : no_cell;
    const bool is_computed = field.slot != none && !computed()[field.slot].empty();
    if (given == no_cell || instance_->cell(given).text.empty()) return {};
    // As it was spelled, when that says the same.
    Decimal number;
    std::string canonical;
    const std::string_view spelled = instance_->cell(given).text;
    const bool same = !read_number(spelling, spelled, number, canonical) && canonical == bytes;
    if (same) bytes = spelled;
    return same || is_computed ? Code{} : "DLM-0401"_code;
  }
  const bool is_rest = traits.role == Traits::Role::rest;
  for (const char c : text) {
    const bool line = (c == '\n' || c == '\r') && (dialect_.quote != Quote::none || (is_rest && c == '\n'));
    const bool allowed = line || (field.controls && c != '\n' && c != '\r');
    if (((c >= 0 && c < 0x20) || c == 0x7F) && !allowed) return "FMT-0401"_code;
    if (field.op == Op::digits && (c < '0' || c > '9')) return "FMT-0402"_code;
  }
  std::size_t bad = 0;
  return layout_.page->encode(text, bytes, bad) ? Code{} : "FMT-0401"_code;
}

}  // namespace

std::unique_ptr<records::RecordEncoder> DelimitedLayout::record_encoder() const {
  return std::make_unique<Encoder>(*this);
}

}  // namespace tilmash::formats::delimited
