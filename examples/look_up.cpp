// Reads one message into a flat tree and looks values up by path: look_up FILE PATH...
#include <tilmash/iso20022.h>

#include <fstream>
#include <iostream>
#include <iterator>

namespace iso = tilmash::iso20022;

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string input{std::istreambuf_iterator<char>(file), {}};

  const tilmash::Data data;
  const iso::Catalogue catalogue(data);
  tilmash::Findings findings;
  iso::MessageReader reader(catalogue, input, argv[1], iso::Caps::message(), findings);
  const auto* message = reader.next_message();
  if (message == nullptr) return 1;
  const tilmash::Shape shape = make_shape(*message);
  tilmash::Instance instance(shape);
  if (!reader.read(instance)) return 1;
  for (int i = 2; i < argc; ++i) {
    std::cout << argv[i] << " (" << iso::count_cells(instance, argv[i])
              << "): " << iso::find_value(instance, argv[i]).value_or("-") << "\n";
  }
}
