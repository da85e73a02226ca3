// What every test may need: where the project and the shared test material stand, and how to skip for want of it.
//
// A test that needs `../shared` skips with a clear message where that folder is absent. Under CI=true a skip fails.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tilmash::tests {

inline std::filesystem::path project_dir() {
  return TILMASH_SOURCE_DIR;
}
inline std::filesystem::path shared_dir() {
  return project_dir().parent_path() / "shared";
}

/// The whole file; fails the test when it can't be read.
inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

/// True when the test should return at once because `path` is not on this machine (ctest then counts it as skipped).
inline bool skip_without(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return false;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") {
    FAIL("needed under CI=true but absent: " << path.string());
  }
  std::printf("SKIP: %s is not here\n", path.c_str());
  return true;
}

}  // namespace tilmash::tests
