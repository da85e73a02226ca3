// libxml2, which the importer of schemas, patterns with \p{...} and the second opinion need, and no other reading.
#pragma once

#include "base/late_library.h"

namespace tilmash::iso20022 {

inline constexpr LateLibrary libxml2("libxml2.so.2");

/// Gives back what libxml2 made, with the function for it.
template <const auto& release>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};

}  // namespace tilmash::iso20022
