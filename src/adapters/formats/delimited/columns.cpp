#include "adapters/formats/delimited/columns.h"

#include <algorithm>

namespace tilmash::formats::delimited {
namespace {

std::size_t line_end_size(std::string_view bytes, std::size_t at) {
  if (at < bytes.size() && bytes[at] == '\n') return 1;
  return bytes.substr(std::min(at, bytes.size()), 2) == "\r\n" ? 2 : 0;
}

}  // namespace

std::size_t find_continuation(const Dialect& dialect, std::string_view bytes, std::size_t at) {
  if (dialect.continuation.empty()) return 0;
  std::size_t end = at;
  if (end < bytes.size() && bytes[end] == dialect.record_end) ++end;
  while (end < bytes.size() && bytes[end] == ' ') ++end;
  const std::size_t line_end = line_end_size(bytes, end);
  if (line_end == 0) return 0;
  end += line_end;
  if (!bytes.substr(end).starts_with(dialect.continuation)) return 0;
  end += dialect.continuation.size();
  if (end >= bytes.size() || bytes[end] != dialect.delimiter) return 0;
  return end + 1 - at;
}

ColumnReader::ColumnReader(const Dialect& dialect, std::string_view bytes, Arena& arena)
    : dialect_(dialect), bytes_(bytes), arena_(arena) {
  if (dialect.record_end != '\0') {
    const bool closed = bytes_.ends_with(dialect.record_end);
    if (closed) bytes_.remove_suffix(1);
    ++(closed ? closed_ends_ : open_ends_);
  }
  if (dialect.trailing_delimiter && bytes_.ends_with(dialect.delimiter)) bytes_.remove_suffix(1);
}

/// Passes over the end of one physical record and the beginning of the next.
void ColumnReader::go_on(std::size_t size) {
  ++lines_;
  ++(bytes_[at_] == dialect_.record_end ? closed_ends_ : open_ends_);
  at_ += size;
}

Column ColumnReader::next() {
  if (dialect_.quote != Quote::none && at_ < bytes_.size() && bytes_[at_] == dialect_.quote_mark)
    return quoted_column();
  Column column;
  column.at = at_;
  ++index_;
  const bool continued = !dialect_.continuation.empty();
  if (!continued) at_ = std::min(bytes_.find(dialect_.delimiter, at_), bytes_.size());
  for (; continued && at_ < bytes_.size(); ++at_) {
    const char c = bytes_[at_];
    if (c == dialect_.delimiter) break;
    // Of a run of blanks only the first may begin what stands between two records.
    const bool blank = c == ' ' && (at_ == column.at || bytes_[at_ - 1] != ' ');
    if (c != dialect_.record_end && c != '\n' && c != '\r' && !blank) continue;
    if (const std::size_t size = find_continuation(dialect_, bytes_, at_); size != 0) {
      column.size = at_ - column.at;
      column.text = bytes_.substr(column.at, column.size);
      breaks_.push_back(index_);
      go_on(size);
      return column;
    }
  }
  column.size = at_ - column.at;
  column.text = bytes_.substr(column.at, column.size);
  more_ = at_ < bytes_.size();
  if (more_) ++at_;
  return column;
}

Column ColumnReader::quoted_column() {
  Column column;
  column.at = at_;
  column.quoted = true;
  ++index_;
  const std::size_t begin = ++at_;
  char* made = nullptr;  // once it is not the bytes as they are
  char* to = nullptr;
  const auto copy_up_to = [&](std::size_t end) {
    if (made != nullptr) return;
    made = arena_.allocate(bytes_.size() - begin);
    to = std::copy_n(bytes_.data() + begin, end - begin, made);
  };
  bool closed = false;
  for (; at_ < bytes_.size(); ++at_) {
    const char c = bytes_[at_];
    const bool pair = at_ + 1 < bytes_.size();
    if (c == '\\' && dialect_.quote == Quote::backslash) {
      if (!pair || (bytes_[at_ + 1] != '\\' && bytes_[at_ + 1] != dialect_.quote_mark)) {
        column.fault = "DLM-0202"_code;
        continue;
      }
      copy_up_to(at_);
      *to++ = bytes_[++at_];
      continue;
    }
    if (c == dialect_.quote_mark) {
      if (dialect_.quote != Quote::doubled || !pair || bytes_[at_ + 1] != c) {
        closed = true;
        break;
      }
      copy_up_to(at_);
      ++at_;
    }
    if (made != nullptr) *to++ = c;
  }
  column.text =
      made != nullptr ? std::string_view(made, static_cast<std::size_t>(to - made)) : bytes_.substr(begin, at_ - begin);
  if (made != nullptr) arena_.shrink(to);
  if (closed) ++at_;
  if (!closed || (at_ < bytes_.size() && bytes_[at_] != dialect_.delimiter)) {
    column.fault = "DLM-0201"_code;
    at_ = std::min(bytes_.find(dialect_.delimiter, at_), bytes_.size());
  }
  column.size = at_ - column.at;
  more_ = at_ < bytes_.size();
  if (more_) ++at_;
  return column;
}

Column ColumnReader::rest() {
  Column column;
  column.at = at_;
  ++index_;
  char* made = nullptr;
  char* to = nullptr;
  std::size_t piece = at_;
  const auto add_piece = [&](std::string_view between) {
    if (made == nullptr) to = made = arena_.allocate(bytes_.size() - column.at);
    to = std::copy_n(bytes_.data() + piece, at_ - piece, to);
    to = std::copy(between.begin(), between.end(), to);
  };
  while (at_ < bytes_.size()) {
    const char c = bytes_[at_];
    const bool may_end = c == dialect_.record_end || c == '\n' || c == '\r';
    if (const std::size_t size = may_end ? find_continuation(dialect_, bytes_, at_) : 0; size != 0) {
      add_piece("\n");
      go_on(size);
      piece = at_;
      continue;
    }
    if (const std::size_t size = may_end ? line_end_size(bytes_, at_) : 0; size != 0) {
      add_piece("\n");
      at_ += size;
      piece = at_;
      column.joined = true;
      continue;
    }
    ++at_;
  }
  column.size = at_ - column.at;
  if (made == nullptr) {
    column.text = bytes_.substr(column.at, column.size);
  } else {
    add_piece("");
    arena_.shrink(to);
    column.text = {made, static_cast<std::size_t>(to - made)};
  }
  more_ = false;
  return column;
}

bool needs_quotes(const Dialect& dialect, std::string_view value) {
  const auto special = [&](char c) {
    return c == dialect.delimiter || c == dialect.quote_mark || c == '\n' || c == '\r';
  };
  return std::any_of(value.begin(), value.end(), special);
}

bool write_column(const Dialect& dialect, std::string_view value, bool quoted, std::string& out) {
  if (!quoted) {
    const bool bad = std::any_of(value.begin(), value.end(), [&](char c) {
      return c == dialect.delimiter || c == '\n' || c == '\r' ||
             (c == dialect.quote_mark && dialect.quote != Quote::none);
    });
    if (bad) return false;
    out += value;
    return true;
  }
  if (dialect.quote == Quote::none) return false;
  out += dialect.quote_mark;
  for (const char c : value) {
    if (c == dialect.quote_mark) out += dialect.quote == Quote::doubled ? c : '\\';
    if (c == '\\' && dialect.quote == Quote::backslash) out += '\\';
    out += c;
  }
  out += dialect.quote_mark;
  return true;
}

}  // namespace tilmash::formats::delimited
