#include "second_opinion.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "command.h"
#include "iso20022/xsd.h"

namespace tilmash::tool {
namespace {

iso20022::Oracle* make_libxml2(std::string_view xsd, std::string& error) {
  return iso20022::make_libxml2_oracle(xsd, error).release();
}

/// The module stays loaded until the program ends.
iso20022::MakeOracle load_xerces(std::string& error) {
  std::error_code ignored;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const char* place : {"tilmash_xerces.so", "../lib/tilmash/tilmash_xerces.so"}) {
    const std::filesystem::path file = beside / place;
    if (!std::filesystem::exists(file, ignored)) continue;
    void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* entry = module != nullptr ? dlsym(module, iso20022::xerces_entry) : nullptr;
    if (entry != nullptr) return reinterpret_cast<iso20022::MakeOracle>(entry);
    error = dlerror();
    return nullptr;
  }
  error = fmt::format("there is no tilmash_xerces.so beside {}", beside.string());
  return nullptr;
}

}  // namespace

bool SecondOpinion::load() {
  std::string error;
  make_ = validator_ == "libxml2" ? make_libxml2 : load_xerces(error);
  if (make_ != nullptr) return true;
  print_error("CLI-0025"_code, fmt::format("can't load {}: {}", validator_, error));
  return false;
}

const iso20022::OracleVerdict* SecondOpinion::judge(const iso20022::Message& message, std::string_view document,
                                                    bool our_verdict) {
  auto& oracle = oracles_[message.id()];
  if (!oracle) {
    std::string error;
    oracle.reset(make_(iso20022::export_xsd(message.schema()), error));
    if (!oracle) {
      print_error("CLI-0024"_code,
                  fmt::format("{} does not take the schema of {}: {}", validator_, message.id(), error));
      return nullptr;
    }
  }
  verdict_ = oracle->validate(document);
  ++compared_count_;
  if (verdict_.valid != our_verdict) ++differing_count_;
  return &verdict_;
}

}  // namespace tilmash::tool
