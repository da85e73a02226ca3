// A verdict and its findings as people or programs read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "validation.h"

namespace tilmash::tool {

class VerdictPrinter {
 public:
  /// What it prints is appended to `text`. All outlive the printer.
  VerdictPrinter(const ValidateOptions& options, const std::string& file, std::string_view input, std::string& text)
      : options_(options), file_(file), input_(input), text_(text) {}

  void print(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions);
  std::size_t invalid_count() const { return invalid_count_; }

 private:
  void print_json(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) const;
  void append_json(const Opinion& opinion, const Verdict& verdict, std::string& out) const;
  void print_human(const Verdict& verdict, const Findings& findings, const std::vector<Opinion>& opinions) const;
  std::string shown(const std::string& text) const;

  const ValidateOptions& options_;
  const std::string& file_;
  std::string_view input_;
  std::string& text_;
  std::size_t invalid_count_ = 0;
};

}  // namespace tilmash::tool
