// A verdict and its findings as people or programs read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "validation.h"

namespace tilmash::tool {

/// What --format may say.
const std::vector<std::string>& verdict_formats();

class VerdictPrinter {
 public:
  /// What it prints is appended to `text`. All outlive the printer.
  VerdictPrinter(const ValidateOptions& options, const std::string& file, const XmlInput& xml, std::string& text)
      : options_(options),
        file_(file),
        input_(xml.file ? xml.file->bytes() : std::string_view()),
        offsets_of_input_(xml.original == iso20022::Encoding::utf8),
        text_(text) {}

  void print(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions);
  std::size_t invalid_count() const { return invalid_count_; }

 private:
  void print_json(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions);
  void append_json(const Opinion& opinion, const Verdict& verdict, std::string& out) const;
  void print_sarif(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions);
  void print_junit(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions);
  void print_human(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions);
  std::string shown(const std::string& text) const;
  std::string_view from_line(const Place& place);
  std::uint64_t column_in_characters(const Place& place);
  std::string found_in(const Diagnostic& finding) const;
  std::string in_one_line(const Diagnostic& finding) const;

  const ValidateOptions& options_;
  const std::string& file_;
  std::string_view input_;  ///< UTF-8
  bool offsets_of_input_;   ///< those of findings are its own, not the original's
  std::uint32_t line_ = 1;  ///< that begins at `line_begin_`
  std::size_t line_begin_ = 0;
  std::uint32_t counted_line_ = 0;  ///< of which `counted_bytes_` are `counted_characters_`
  std::uint64_t counted_bytes_ = 0;
  std::uint64_t counted_characters_ = 0;
  friend const std::vector<std::string>& verdict_formats();
  struct Format;
  static const Format formats[];
  std::string& text_;
  std::size_t invalid_count_ = 0;
};

}  // namespace tilmash::tool
