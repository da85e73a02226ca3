// How one message becomes the cells of its item: blocks, then the order of fields, then their components. Private to
// decoder.cpp (blocks) and fields.cpp (fields).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "adapters/formats/swift_mt/layout.h"

namespace tilmash::formats::swift_mt {

class Decoder {
 public:
  /// Where one is in a sequence of rows.
  struct Level {
    const std::vector<Row>* rows;
    std::size_t index = 0;    ///< the row that was used last
    std::uint32_t count = 0;  ///< how often
  };
  /// Buffers that messages share.
  struct Scratch {
    std::vector<Block> blocks;
    std::vector<Token> tokens;
    std::vector<std::size_t> extras;  ///< tokens that no row took
    std::vector<Level> levels;
    std::vector<std::pair<std::uint32_t, std::size_t>> last_of;  ///< by tag code, sorted: the last token that has it
    Matcher matcher;
    Matcher line_matcher;
  };

  Decoder(const MtLayout& layout, const records::MessageFrame& frame, Instance& instance, Scratch& scratch)
      : layout_(layout), frame_(frame), instance_(instance), scratch_(scratch) {
    scratch_.tokens.clear();
  }

  std::optional<Diagnostic> run() {
    if (!decode()) return std::move(why_);
    return std::nullopt;
  }

 private:
  bool decode();
  bool bare(const Extent& extent);
  bool blocks(std::string_view text, std::uint64_t offset);
  bool block(const Block& block);
  bool tagged(const Block& block, const Message& message);
  bool text_block(const Block& block);
  const Message* definition_of(std::string_view type);
  bool message(const Message& message, std::string_view space, std::uint64_t offset, std::uint64_t end);
  bool place(const Message& message, std::uint64_t end);
  bool take(std::size_t token, bool& taken);
  bool close_level(std::uint64_t at);
  bool passes(const Level& level, std::size_t from, std::size_t to, std::size_t token) const;
  std::size_t find_row(const Level& level, std::size_t token) const;
  bool comes_later(const Row& row, std::size_t token) const;
  void note_last();
  bool missing(const Level& level, std::size_t to, std::uint64_t at);
  bool field(const Option& option, std::string_view value, std::uint64_t offset);
  bool components(const Format& format, const std::vector<Capture>& captures, std::uint32_t first,
                  std::string_view value, std::uint64_t at);
  bool component(const Part& part, std::uint32_t node, std::string_view raw, std::uint64_t at);
  bool lines(const Format& format, const Part& part, std::uint32_t node, std::string_view raw, std::uint64_t at);
  void other(std::uint32_t node, const Token& token, std::uint32_t position);
  bool check_line_end(std::string_view text, std::uint64_t offset);

  /// Offset in the input of a place in the text.
  std::uint64_t source(std::uint64_t at);
  Diagnostic make(Code code, std::uint64_t begin, std::uint64_t end, std::string text);
  bool fail(Code code, std::uint64_t begin, std::uint64_t end, std::string text) {
    why_ = make(code, begin, end, std::move(text));
    return false;
  }
  void leaf(std::uint32_t node, std::string_view text, std::uint64_t at) {
    const std::uint64_t begin = source(at);
    instance_.leaf(node, text, begin, static_cast<std::uint32_t>(source(at + text.size()) - begin));
  }

  const MtLayout& layout_;
  const records::MessageFrame& frame_;
  Instance& instance_;
  Scratch& scratch_;
  std::string_view text_;  ///< of the frame, as UTF-8
  std::string_view newline_ = "\r\n";
  std::string_view type_;
  std::string_view variant_;
  std::string_view service_;
  std::array<bool, 6> seen_{};
  const Message* message_ = nullptr;  ///< whose fields are placed
  const Option* option_ = nullptr;    ///< whose components are read
  bool spelt_otherwise_ = false;      ///< the components would be written in another way
  std::optional<Diagnostic> why_;
  std::uint64_t known_text_ = 0;    ///< an offset of the text …
  std::uint64_t known_source_ = 0;  ///< … and the bytes before it
};

}  // namespace tilmash::formats::swift_mt
