// The other direction: instances written as XML, checked, against the best scalar append by hand of the same bytes.
#pragma once

#include <cstddef>

#include "corpus.h"

namespace tilmash::bench {

/// Prints a table for these documents, which are read first. False when the bytes of the two differ.
bool time_writing(const Corpus& corpus, std::size_t rounds);

}  // namespace tilmash::bench
