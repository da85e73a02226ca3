// Says what is wrong with each message of a file: check FILE
#include <tilmash/iso20022.h>

#include <fstream>
#include <iostream>
#include <iterator>

namespace iso = tilmash::iso20022;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string input{std::istreambuf_iterator<char>(file), {}};

  const tilmash::Data data;
  const iso::Catalogue catalogue(data);
  tilmash::Findings findings;
  iso::MessageReader reader(catalogue, input, argv[1], iso::Caps::message(), findings);
  while (const auto* message = reader.next_message()) {
    const bool valid = reader.validate();
    std::cout << message->id() << " in line " << reader.line_number() << (valid ? " is valid\n" : " is not valid\n");
  }
  for (const auto& finding : findings.kept()) {
    std::cout << to_text(finding.code) << " " << finding.place.line_number << ":" << finding.place.column_number << " "
              << finding.path << ": " << finding.text << "\n";
  }
  return findings.has_errors() ? 1 : 0;
}
