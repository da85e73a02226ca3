// A file of messages as JSON, a line a message: to_json FILE
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
    const tilmash::Shape shape = make_shape(*message);
    tilmash::Instance instance(shape);
    if (!reader.read(instance)) return 1;
    std::string json;
    iso::JsonMessageWriter(*message, shape).encode(instance, json);
    std::cout << json << "\n";
  }
}
