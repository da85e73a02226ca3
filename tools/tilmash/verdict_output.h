// Where verdicts go: standard output, framed as the format asks.
//
// SARIF (2.1.0) and JUnit are one document for all files: what VerdictPrinter made of each verdict stands between a
// head and an end. JUnit's head counts what follows it, so its pieces wait in a file without a name.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/data.h"

namespace tilmash::tool {

class VerdictOutput {
 public:
  /// `format` is one of `verdict_formats`; `data` is asked what the codes mean.
  VerdictOutput(std::string_view format, const Data& data);

  /// Whole verdicts, in the order of the input.
  void put(std::string_view verdicts);
  /// Once all is told; false when it could not be kept or written.
  bool finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string_view format_;
  bool first_ = true;
  bool good_ = true;
  std::unique_ptr<std::FILE, Close> waiting_;  ///< of JUnit
  std::uint64_t test_count_ = 0;
  std::uint64_t failure_count_ = 0;
};

}  // namespace tilmash::tool
