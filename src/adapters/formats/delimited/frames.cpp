// Cuts a file into delimited records: at line ends outside of quotes, or at a character of its own before them, with
// the continuations that belong to a record.
#include <algorithm>

#include "adapters/formats/delimited/delimited.h"
#include "adapters/records/frames.h"

namespace tilmash::formats::delimited {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

class Frames final : public records::FrameSource {
 public:
  Frames(const DelimitedLayout& layout, std::string_view input)
      : layout_(layout), dialect_(layout.dialect), input_(input) {
    // A file that is nothing else holds no record that could tell of it.
    const bool alone = !layout.bom && input.size() == byte_order_mark.size();
    const bool bom = layout.page->name() == "utf-8" && input.starts_with(byte_order_mark) && !alone;
    if (bom) position_ = byte_order_mark.size();
    if (bom != layout.bom) odd_ = "DLM-0210"_code;
    header_due_ = layout.header != Header::none;
  }

  const records::Frame* peek() override {
    if (!ready_) ready_ = read();
    return ready_ ? &frame_ : nullptr;
  }
  void take() override { ready_ = false; }
  std::uint64_t taken_bytes() const override { return ready_ ? frame_.offset : position_; }
  std::uint64_t count() const override { return ready_ ? frame_.number - 1 : frame_.number; }
  bool by_lines() const override { return true; }

 private:
  bool read();
  void read_line();
  void read_ended();
  std::size_t find_line_end(std::size_t from) const;
  bool begins_record(std::size_t at) const;
  void cut(std::size_t size, std::size_t end);

  const DelimitedLayout& layout_;
  const Dialect& dialect_;
  std::string_view input_;
  std::size_t position_ = 0;
  bool ready_ = false;
  bool header_due_ = false;
  Code odd_;
  records::Frame frame_;
};

bool Frames::read() {
  for (;;) {
    frame_.header = header_due_;
    if (position_ >= input_.size() && !header_due_) return false;
    frame_.offset = position_;
    frame_.wrong_line_end = false;
    frame_.tolerated = {};
    if (dialect_.record_end != '\0') {
      read_ended();
    } else {
      read_line();
    }
    if (frame_.bytes.empty() && layout_.skip_empty && frame_.terminated) continue;
    break;
  }
  ++frame_.number;
  header_due_ = false;
  if (!frame_.header && odd_) {
    frame_.tolerated = odd_;
    odd_ = {};
  }
  return true;
}

/// The record has `size` bytes; what follows begins at `end`.
void Frames::cut(std::size_t size, std::size_t end) {
  const std::size_t from = position_;
  frame_.bytes = input_.substr(from, size);
  frame_.terminated = end > from + size && input_[end - 1] == '\n';
  position_ = end;
  frame_.end = end;
  const bool carriage_return = frame_.terminated && frame_.bytes.ends_with('\r');
  if (carriage_return && layout_.line_end != records::LineEnd::lf) frame_.bytes.remove_suffix(1);
  frame_.wrong_line_end = frame_.terminated && layout_.line_end == records::LineEnd::crlf && !carriage_return;
}

/// The line feed that ends a record that begins at `from`, outside of quotes; the size of the input when there is none.
std::size_t Frames::find_line_end(std::size_t from) const {
  const std::size_t size = input_.size();
  const std::size_t plain = std::min(input_.find('\n', from), size);
  if (dialect_.quote == Quote::none) return plain;
  if (input_.substr(from, plain - from).find(dialect_.quote_mark) == std::string_view::npos) return plain;
  bool at_column = true;
  for (std::size_t i = from; i < size; ++i) {
    const char c = input_[i];
    if (at_column && c == dialect_.quote_mark) {
      for (++i; i < size && input_[i] != dialect_.quote_mark; ++i) {
        if (input_[i] == '\\' && dialect_.quote == Quote::backslash) ++i;
      }
      if (i >= size || i - from > static_cast<std::size_t>(records::record_length_max)) {
        return plain;  // a quote that is never closed takes its own line along, not the rest of the file
      }
      // A doubled quote goes on as another quoted stretch.
      at_column = dialect_.quote == Quote::doubled && i + 1 < size && input_[i + 1] == dialect_.quote_mark;
      continue;
    }
    if (c == '\n') return i;
    at_column = c == dialect_.delimiter;
  }
  return size;
}

void Frames::read_line() {
  const std::size_t found = find_line_end(position_);
  cut(found - position_, std::min(found + 1, input_.size()));
}

bool Frames::begins_record(std::size_t at) const {
  if (dialect_.begins.empty()) return true;
  const std::string_view rest = input_.substr(at);
  return std::any_of(dialect_.begins.begin(), dialect_.begins.end(), [&](const std::string& text) {
    return rest.starts_with(text) && rest.size() > text.size() && rest[text.size()] == dialect_.delimiter;
  });
}

void Frames::read_ended() {
  const std::size_t size = input_.size();
  const char special[] = {dialect_.record_end, '\n'};
  for (std::size_t i = position_;; ++i) {
    i = std::min(input_.find_first_of({special, 2}, i), size);
    if (i == size) return cut(size - position_, size);
    if (const std::size_t joint = find_continuation(dialect_, input_, i); joint != 0) {
      i += joint - 1;
      continue;
    }
    if (input_[i] == '\n') {
      // Without its own end a record goes on, unless another begins.
      if (i + 1 < size && !begins_record(i + 1)) continue;
      return cut(i - position_, i + 1);
    }
    std::size_t end = std::min(input_.find_first_not_of(' ', i + 1), size);
    const std::size_t blanks = end - i - 1;
    if (end + 1 < size && input_[end] == '\r' && input_[end + 1] == '\n') ++end;
    const bool line = end == size || input_[end] == '\n';
    if (!line && (blanks == 0 || dialect_.begins.empty() || !begins_record(end))) continue;
    const bool carriage_return = input_[end - 1] == '\r';
    const std::size_t bytes = i + 1 - position_;
    if (blanks != 0 || !line) frame_.tolerated = "DLM-0210"_code;
    frame_.bytes = input_.substr(position_, bytes);
    position_ = end == size || !line ? end : end + 1;
    frame_.end = position_;
    frame_.terminated = end != size || blanks != 0;
    frame_.wrong_line_end = line && end != size && layout_.line_end == records::LineEnd::crlf && !carriage_return;
    return;
  }
}

}  // namespace

std::unique_ptr<records::FrameSource> DelimitedLayout::frames(std::string_view input) const {
  return std::make_unique<Frames>(*this, input);
}

std::string DelimitedLayout::header_line() const {
  std::string out;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    if (i != 0) out += dialect.delimiter;
    const bool quoted = dialect.quoted != Quoted::needed || needs_quotes(dialect, titles[i]);
    write_column(dialect, titles[i], quoted && dialect.quote != Quote::none, out);
  }
  if (dialect.trailing_delimiter) out += dialect.delimiter;
  return out;
}

std::string DelimitedLayout::file_head() const {
  std::string out = bom ? std::string(byte_order_mark) : std::string();
  if (header != Header::none) out += header_line() + dialect.line_end;
  return out;
}

}  // namespace tilmash::formats::delimited
