#include "base/late_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <stdexcept>

namespace tilmash {

void* LateLibrary::find(const char* name) const {
  // It stays open until the program ends; a second dlopen of the same library only counts.
  void* const library = dlopen(file_, RTLD_NOW | RTLD_LOCAL);
  void* const found = library != nullptr ? dlsym(library, name) : nullptr;
  if (found == nullptr) throw std::runtime_error(fmt::format("{} can't be used: {}", file_, dlerror()));
  return found;
}

}  // namespace tilmash
