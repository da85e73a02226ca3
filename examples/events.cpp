// Counts the values of a message by element name, whatever its size: events FILE
#include <tilmash/iso20022.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

namespace iso = tilmash::iso20022;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string input{std::istreambuf_iterator<char>(file), {}};

  const tilmash::Data data;
  const iso::Catalogue catalogue(data);
  tilmash::Findings findings;
  iso::MessageReader reader(catalogue, input, argv[1], iso::Caps::batch(), findings);
  while (const auto* message = reader.next_message()) {
    const tilmash::Shape shape = make_shape(*message);
    iso::EventReader events(reader, shape);
    std::map<std::string_view, int> counts;
    for (iso::Event event; events.next(event);) {
      if (event.kind == iso::Event::Kind::leaf || event.kind == iso::Event::Kind::text)
        ++counts[shape.nodes[event.node].name];
    }
    if (!reader.valid()) return 1;  // known at the end of the message
    for (const auto& [name, count] : counts) std::cout << name << " " << count << "\n";
  }
}
