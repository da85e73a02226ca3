// A shared library that few runs need: opened when one of its functions is called for the first time. The loader takes
// half a millisecond and more for each of those that it finds before main, whether a run needs it or not.
#pragma once

#include <atomic>

namespace tilmash {

class LateLibrary {
 public:
  /// The name that the loader knows it by, "libodbc.so.2"; `file` must be a literal.
  explicit constexpr LateLibrary(const char* file) : file_(file) {}

  /// What it defines under this name. Throws std::runtime_error when there is no such library, or no such name in it.
  void* find(const char* name) const;

 private:
  const char* file_;
};

template <typename Function>
class LateFunction;

/// One of its functions, to be called as if it were linked, from any thread.
template <typename Result, typename... Arguments>
class LateFunction<Result(Arguments...)> {
 public:
  constexpr LateFunction(const LateLibrary& library, const char* name) : library_(library), name_(name) {}

  Result operator()(Arguments... arguments) const {
    auto* function = function_.load(std::memory_order_relaxed);
    if (function == nullptr) {
      function = reinterpret_cast<Result (*)(Arguments...)>(library_.find(name_));
      function_.store(function, std::memory_order_relaxed);
    }
    return function(arguments...);
  }

 private:
  const LateLibrary& library_;
  const char* name_;
  mutable std::atomic<Result (*)(Arguments...)> function_ = nullptr;
};

}  // namespace tilmash

/// In a namespace of ours: `function` of this library, under its own name, which there hides the one in the header.
#define TILMASH_LATE(library, function) const ::tilmash::LateFunction<decltype(::function)> function(library, #function)
