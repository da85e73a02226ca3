// Columns of one record into cells. The engine keeps the slots; where a field's bytes stand is found here.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/formats/delimited/delimited.h"
#include "adapters/records/record.h"

namespace tilmash::formats::delimited {
namespace {

using records::Field;
using records::FieldFault;
using records::none;
using records::Op;

constexpr std::pair<Code, std::string_view> texts[] = {
    {"DLM-0200"_code, "another number of columns than the layout has"},
    {"DLM-0201"_code, "a quote that is not closed, or text behind the closing quote"},
    {"DLM-0202"_code, "a backslash before something that needs none"},
    {"DLM-0203"_code, "quotes where the layout has none, or none where it has them"},
    {"DLM-0204"_code, "more characters than the layout allows"},
    {"DLM-0205"_code, "another name than the layout gives the column"},
    {"DLM-0206"_code, "a header that does not name the columns of the layout"},
    {"DLM-0207"_code, "another number of occurrences than the group may have"},
    {"DLM-0210"_code, "the record is spelled otherwise than it would be written"},
    {"DLM-0400"_code, "the value holds a character that delimits, and the dialect can't quote it"},
    {"DLM-0401"_code, "the spelling that is given contradicts the value"},
};

class Decoder final : public records::RecordDecoder {
 public:
  explicit Decoder(const DelimitedLayout& layout) : RecordDecoder(layout), delimited_(layout) {}

  FieldFault decode(const records::Form& form, std::string_view bytes, std::uint64_t offset, Instance& instance,
                    Arena& arena) override;
  std::optional<Diagnostic> read_header(std::string_view bytes, std::uint64_t offset) override;

 private:
  void rows(const Field* begin, const Field* end);
  void group(const Field& field);
  void variants(const Field& field);
  void column(const Field& field, const Column& column);
  void of_record(const Field& field);
  bool next(const Field& field, Column& column);
  bool well_quoted(const Traits& traits, const Column& column) const;
  void number(const Field& field, const Column& column);
  Code text(const Field& field, const Column& column, records::Value& value, std::size_t& bad);
  void fault(const Field& field, Code code, std::size_t at, std::size_t size);

  const DelimitedLayout& delimited_;
  ColumnReader* reader_ = nullptr;
  std::string_view record_;
  std::uint64_t record_offset_ = 0;
  bool complete_ = true;
  bool bad_header_ = false;
  std::vector<std::uint32_t> order_;  ///< of a header by name: the column of each field
  std::vector<Column> columns_;
  std::size_t taken_ = 0;
  std::string canonical_;
};

void Decoder::fault(const Field& field, Code code, std::size_t at, std::size_t size) {
  const bool first = !first_;
  fail(field, code, at);
  if (first) first_.length = static_cast<std::uint32_t>(std::max<std::size_t>(size, 1));
}

FieldFault Decoder::decode(const records::Form& form, std::string_view bytes, std::uint64_t offset, Instance& instance,
                           Arena& arena) {
  begin(bytes, offset, instance, arena);
  ColumnReader reader(delimited_.dialect, bytes, arena);
  reader_ = &reader;
  record_ = bytes;
  record_offset_ = offset;
  complete_ = true;
  const Field* const fields = form.fields.data();
  if (bad_header_) {
    fault(*fields, "DLM-0206"_code, 0, bytes.size());
    return finish();
  }
  columns_.clear();
  taken_ = 0;
  while (!order_.empty() && reader.more()) columns_.push_back(reader.next());
  rows(fields, fields + form.fields.size());
  const std::size_t rest = reader.position();
  const Field& last = form.fields.back();
  if (complete_ && columns_.size() > order_.size()) {
    fault(last, "DLM-0200"_code, columns_[order_.size()].at, columns_[order_.size()].size);
  }
  for (bool odd = false; complete_ && reader.more(); odd = true) {
    if (const Column extra = reader.next(); !layout_.cut_long || !extra.text.empty()) {
      fault(last, "DLM-0200"_code, rest, bytes.size() - std::min(rest, bytes.size()));
      break;
    }
    if (odd || layout_.cut_long) tolerated_ = "DLM-0210"_code;
  }
  for (std::size_t i = 0; complete_ && i < form.fields.size(); i += form.fields[i].body + 1) {
    if (form.fields[i].op < Op::group) of_record(form.fields[i]);
  }
  return finish();
}

/// The column of the next field. False when the record has none left.
bool Decoder::next(const Field& field, Column& column) {
  if (!order_.empty()) {
    const std::uint32_t from = order_[taken_++];
    if (from < columns_.size()) {
      column = columns_[from];
      return true;
    }
  } else if (reader_->more()) {
    column = delimited_.traits_of(field).role == Traits::Role::rest ? reader_->rest() : reader_->next();
    return true;
  }
  column = {};
  column.at = reader_->position();
  if (layout_.pad_short) {
    tolerated_ = "DLM-0210"_code;
    return true;
  }
  if (complete_) fault(field, "DLM-0200"_code, column.at, 0);
  complete_ = false;
  return false;
}

void Decoder::rows(const Field* begin, const Field* end) {
  for (const Field* field = begin; field != end && complete_; field += field->body + 1) {
    if (field->op == Op::variants) {
      variants(*field);
    } else if (field->op == Op::group) {
      group(*field);
    } else if (const Traits::Role role = delimited_.traits_of(*field).role; role <= Traits::Role::rest) {
      if (Column found; next(*field, found)) column(*field, found);
    }
  }
}

void Decoder::group(const Field& field) {
  std::uint32_t count = field.repeat;
  if (field.depending != none) {
    const records::Slot& slot = slots_[field.depending];
    const std::int64_t stated = slot.number.unscaled;
    if (slot.text.empty() || slot.bad || stated < 0 || stated > field.repeat) {
      complete_ = false;
      return fault(field, "DLM-0207"_code, reader_->position(), 0);
    }
    count = static_cast<std::uint32_t>(stated);
  }
  for (std::uint32_t i = 0; i < count && complete_; ++i) {
    if (field.loose && !reader_->more()) return;
    instance().begin(field.node, record_offset_ + reader_->position());
    rows(&field + 1, &field + 1 + field.body);
    instance().end(record_offset_ + reader_->position());
  }
}

void Decoder::variants(const Field& field) {
  const Field* const end = &field + 1 + field.body;
  for (const Field* each = &field + 1; each != end; each += each->body + 1) {
    if (!holds(layout_.conditions[each->when])) continue;
    variants_.push_back(static_cast<std::uint32_t>(each - &field));
    instance().begin(each->node, record_offset_ + reader_->position());
    rows(each + 1, each + 1 + each->body);
    instance().end(record_offset_ + reader_->position());
    return;
  }
}

bool Decoder::well_quoted(const Traits& traits, const Column& column) const {
  const Dialect& dialect = delimited_.dialect;
  if (dialect.quote == Quote::none || traits.role != Traits::Role::column) return true;
  if (column.quoted && column.text.empty() && record_.size() == column.size) return true;  // else there'd be no record
  if (column.size == 0 && column.at >= record_.size() && layout_.pad_short) return true;
  const bool due = dialect.quoted == Quoted::always || (dialect.quoted == Quoted::text && traits.text) ||
                   needs_quotes(dialect, column.text);
  return column.quoted == due;
}

void Decoder::column(const Field& field, const Column& column) {
  const Traits& traits = delimited_.traits_of(field);
  if (column.fault) return fault(field, column.fault, column.at, column.size);
  if (column.joined) tolerated_ = "DLM-0210"_code;
  if (!well_quoted(traits, column)) {
    if (!delimited_.dialect.other_quotes) return fault(field, "DLM-0203"_code, column.at, column.size);
    tolerated_ = "DLM-0210"_code;
  }
  if (field.op == Op::filler) {
    if (!column.text.empty() && !field.loose) fault(field, "FMT-0209"_code, column.at, column.size);
    return;
  }
  if (column.text.empty()) {
    if (field.is_const) return fault(field, "FMT-0208"_code, column.at, column.size);
    if (field.required) fault(field, "FMT-0206"_code, column.at, column.size);
    if (field.slot != none) slots_[field.slot].text = {};  // of an occurrence before
    return;
  }
  if (field.op == Op::integer) return number(field, column);
  records::Value value;
  std::size_t bad = 0;
  Code code = text(field, column, value, bad);
  if (!code && field.choices != none) code = check_value(field, value.text);
  if (code) return fault(field, code, column.at + (column.quoted ? 0 : bad), bad == 0 ? column.size : 1);
  add(field, value, column.at, column.size);
}

Code Decoder::text(const Field& field, const Column& column, records::Value& value, std::size_t& bad) {
  if (field.op == Op::date) {
    const auto date = layout_.patterns[field.pattern].parse(column.text);
    if (!date) return "FMT-0205"_code;
    char* const out = arena().allocate(10);
    write_iso_date(out, *date);
    value.text = {out, 10};
    return {};
  }
  const bool rest = delimited_.traits_of(field).role == Traits::Role::rest;
  const auto* const begin = field.controls ? column.text.end() : column.text.begin();
  const auto* const control = std::find_if(begin, column.text.end(), [&](char c) {
    if ((c == '\n' && (rest || column.quoted)) || (c == '\r' && column.quoted)) return false;
    return (c >= 0 && c < 0x20) || c == 0x7F;
  });
  bad = static_cast<std::size_t>(control - column.text.begin());
  if (control != column.text.end()) return "FMT-0201"_code;
  if (!layout_.page->decode(column.text, arena(), value.text, bad)) {
    count_undefined(column.text, bad);
    return "FMT-0200"_code;
  }
  bad = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (field.op == Op::digits && !std::all_of(value.text.begin(), value.text.end(), digit)) return "FMT-0202"_code;
  const std::uint32_t length_max = delimited_.traits_of(field).length_max;
  if (length_max == 0 || value.text.size() <= length_max) return {};
  const auto starts = std::count_if(value.text.begin(), value.text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return starts > length_max ? "DLM-0204"_code : Code{};
}

void Decoder::number(const Field& field, const Column& column) {
  records::Value value;
  canonical_.clear();
  Code code = read_number(spelling_of(delimited_, field), column.text, value.number, canonical_);
  const bool spelled = delimited_.traits_of(field).spelled != none;
  if (!code && canonical_ != column.text && !spelled) code = "FMT-0203"_code;
  if (code) return fault(field, code, column.at, column.size);
  const bool negative_zero = value.number.unscaled == 0 && column.text.starts_with('-');
  const std::string text = (negative_zero ? "-" : "") + to_text(value.number);
  value.text = arena().copy(text);
  if (field.choices != none) code = check_value(field, value.text);
  if (code) return fault(field, code, column.at, column.size);
  add(field, value, column.at, column.size);
  if (canonical_ == column.text) return;
  // The row after it says how it stood there.
  instance().leaf((&field + 1)->node, column.text, record_offset_ + column.at, static_cast<std::uint32_t>(column.size));
}

/// What is said of the record as a whole.
void Decoder::of_record(const Field& field) {
  const Traits::Role role = delimited_.traits_of(field).role;
  records::Value value;
  std::string text;
  if (role == Traits::Role::lines) {
    value.number.unscaled = reader_->lines();
    text = std::to_string(reader_->lines());
  } else if (role == Traits::Role::breaks) {
    for (const std::uint32_t at : reader_->breaks()) text += fmt::format("{}{}", text.empty() ? "" : " ", at);
    if (reader_->open() && reader_->even()) text += text.empty() ? "open" : " open";
    if (!reader_->even()) tolerated_ = "DLM-0210"_code;
  } else {
    return;
  }
  if (text.empty()) return;
  value.text = arena().copy(text);
  add(field, value, 0, 0);
}

std::optional<Diagnostic> Decoder::read_header(std::string_view bytes, std::uint64_t offset) {
  Arena names;
  ColumnReader reader(delimited_.dialect, bytes, names);
  std::vector<Column> found;
  while (reader.more()) found.push_back(reader.next());
  const auto& titles = delimited_.titles;
  const bool by_name = delimited_.header == Header::by_name;
  std::size_t wrong = std::min(found.size(), titles.size());
  Code code = found.size() == titles.size() ? Code{} : "DLM-0206"_code;
  std::vector<std::uint32_t> order(titles.size(), none);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto title = by_name ? std::find(titles.begin(), titles.end(), found[i].text)
                               : titles.begin() + static_cast<std::ptrdiff_t>(std::min(i, titles.size()));
    const bool good = title != titles.end() && *title == found[i].text && !found[i].fault;
    std::uint32_t* const place = good ? &order[static_cast<std::size_t>(title - titles.begin())] : nullptr;
    if (place != nullptr && *place == none) {
      *place = static_cast<std::uint32_t>(i);
    } else if (!code || i < wrong) {
      code = by_name ? "DLM-0206"_code : "DLM-0205"_code;
      wrong = i;
      break;
    }
  }
  Diagnostic why;
  if (!code) {
    if (by_name) order_ = std::move(order);
    const std::string head = delimited_.header_line();
    if (head == bytes) return std::nullopt;
    why.code = "DLM-0210"_code;
    why.severity = Severity::warning;
    why.place.offset_bytes = offset;
    why.text = "the header is spelled or ordered otherwise than it would be written";
    return why;
  }
  bad_header_ = true;
  why.code = code;
  const std::size_t at = wrong < found.size() ? found[wrong].at : bytes.size();
  why.place = {.file = {},
               .record_number = 0,
               .offset_bytes = offset + at,
               .length_bytes = wrong < found.size() ? found[wrong].size : 0,
               .line_number = 0,
               .column_number = static_cast<std::uint32_t>(at + 1)};
  why.text = fmt::format("the header holds {}", delimited_.explain(code));
  why.expected = wrong < titles.size() ? titles[wrong] : "";
  return why;
}

}  // namespace

std::string_view DelimitedLayout::explain(Code code) const {
  for (const auto& [known, text] : texts) {
    if (known == code) return text;
  }
  return "";
}

bool DelimitedLayout::holds(const records::Condition& condition, std::string_view bytes) const {
  Arena arena;
  ColumnReader reader(dialect, bytes, arena);
  Column column;
  for (std::uint32_t i = 0; i <= condition.offset; ++i) {
    if (!reader.more()) return false;
    column = reader.next();
  }
  return (std::find(condition.is.begin(), condition.is.end(), column.text) != condition.is.end()) != condition.negated;
}

std::unique_ptr<records::RecordDecoder> DelimitedLayout::record_decoder() const {
  return std::make_unique<Decoder>(*this);
}

}  // namespace tilmash::formats::delimited
