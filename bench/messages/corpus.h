// The inputs of the message benchmarks, made here so that they need no file: payments and statements of the size and
// mix that real ones have. A fifth of the names hold '&', a tenth a letter beyond ASCII.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tilmash::bench {

struct Corpus {
  std::string name;
  std::string message;  ///< "pacs.008.001.08"
  std::vector<std::string> documents;

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const std::string& document : documents) sum += document.size();
    return sum;
  }
};

/// `count` different messages of one payment each, 2 to 3 KB.
Corpus make_single_payments(std::size_t count);
/// The same, a tag a line with blanks in front, as a printer of XML writes them.
Corpus make_indented_payments(std::size_t count);
/// One message of `count` payments.
Corpus make_bulk_payments(std::size_t count);
/// One camt.053 with entries for about `bytes`.
Corpus make_statement(std::size_t bytes);

}  // namespace tilmash::bench
