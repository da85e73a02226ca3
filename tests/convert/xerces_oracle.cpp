// xerces_oracle SCHEMA FILE...: are the files valid under the XSD, as Xerces-C++ sees it? Prints what is wrong; ends
// with 1 when something is. An independent judge of what tilmash writes: it shares nothing with the writer.
#include <cstdio>
#include <fstream>
#include <sstream>

#include "iso20022/oracles/oracle.h"

namespace {

std::string read_file(const char* name) {
  std::ostringstream text;
  text << std::ifstream(name, std::ios::binary).rdbuf();
  return std::move(text).str();
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  std::string error;
  const auto oracle = tilmash::iso20022::make_xerces_oracle(read_file(arguments[1]), error);
  if (!oracle) {
    std::printf("%s: %s\n", arguments[1], error.c_str());
    return 1;
  }
  bool valid = true;
  for (int i = 2; i < count; ++i) {
    const auto verdict = oracle->validate(read_file(arguments[i]));
    valid = valid && verdict.valid;
    for (const auto& finding : verdict.findings) {
      std::printf("%s:%lu:%lu: %s\n", arguments[i], finding.line_number, finding.column_number, finding.text.c_str());
    }
  }
  return valid ? 0 : 1;
}
