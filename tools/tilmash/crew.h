// `validate --jobs N`: files, and the messages of a bundle, shared out among N threads.
#pragma once

#include <memory>

#include "base/data.h"
#include "validation.h"

namespace tilmash::tool {

class Crew {
 public:
  /// Starts the threads. What it is given must outlive it.
  Crew(const Data& data, const ValidateOptions& options);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Validates the files; gives the exit status. Verdicts are printed in the order of the input, as with one thread.
  /// May be called again: threads and catalogues are kept.
  int run();

 private:
  class Foreman;
  std::unique_ptr<Foreman> foreman_;
};

}  // namespace tilmash::tool
