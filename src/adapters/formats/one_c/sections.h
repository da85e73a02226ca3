// The text of a file cut into lines and sections, and a section's lines made into cells. Shared by reading and by
// writing, which reads back what it wrote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/formats/one_c/layout.h"
#include "shape/instance.h"

namespace tilmash::formats::one_c {

struct Line {
  std::uint64_t offset = 0;
  std::string_view text;  ///< without its line end
};

/// A section as it lies in the file, with the blank lines that follow it.
struct SectionText {
  std::uint32_t section = none;
  std::vector<Line> lines;  ///< at most lines_max
  std::uint64_t offset = 0;
  std::uint64_t end = 0;  ///< offset one past its last line end
  std::uint32_t line_number = 0;
  Code fault;  ///< not closed, too long
};

/// Goes through a file section by section.
class SectionReader {
 public:
  SectionReader(const OneCLayout& layout, std::string_view input, std::uint64_t from = 0)
      : layout_(layout), input_(input), position_(from) {}

  /// False at the end. A line that belongs to no section comes as a section `none` of one line.
  bool next(SectionText& text);
  std::uint64_t position() const { return position_; }
  /// The last line of the input had its line end.
  bool terminated() const { return terminated_; }

 private:
  bool peek(Line& line, std::uint64_t& end);
  void take(const Line& line, std::uint64_t end, SectionText& text);
  std::uint32_t opens(std::string_view line);
  bool opens(const Section& section, std::string_view normal, std::string_view key) const;

  const OneCLayout& layout_;
  std::string_view input_;
  std::uint64_t position_;
  std::uint32_t line_number_ = 1;
  bool terminated_ = true;
  std::string buffer_;
  std::string key_buffer_;
};

/// What is wrong with a line, or with a section when `length` is 0.
struct LineFault {
  Code code;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint32_t line_number = 0;
  std::uint32_t column_number = 0;
  std::uint32_t node = no_node;

  explicit operator bool() const { return static_cast<bool>(code); }
};

class SectionDecoder {
 public:
  explicit SectionDecoder(const OneCLayout& layout) : layout_(layout) {}

  /// Adds the section's group with its cells to `instance`, whose root is open; texts are views of the input or made in
  /// `arena`. On a fault the cells added so far are there.
  LineFault decode(const SectionText& text, Instance& instance, Arena& arena);
  /// Lines that were read by a tolerance of the layout and would be written otherwise.
  std::uint64_t tolerated_count() const { return tolerated_; }

 private:
  LineFault decode_line(const SectionText& text, std::size_t index, Instance& instance, Arena& arena);
  Code decode_value(const Key& key, std::string_view utf8, std::uint64_t offset, std::uint32_t length,
                    Instance& instance, Arena& arena);
  void extension(const Section& section, std::size_t index, const Line& line, std::string_view key,
                 std::string_view value, Instance& instance, Arena& arena);

  const OneCLayout& layout_;
  std::vector<bool> seen_;
  std::string buffer_;
  std::uint64_t tolerated_ = 0;
};

/// What a code of a line means, in words.
std::string_view text_of(Code code);

}  // namespace tilmash::formats::one_c
