// `validate --jobs N`: files, and the messages of a bundle, shared out among N threads.
#pragma once

#include "base/data.h"
#include "validation.h"

namespace tilmash::tool {

/// The exit status. Verdicts are printed in the order of the input, as with one thread.
int validate_with_threads(const Data& data, const ValidateOptions& options);

}  // namespace tilmash::tool
