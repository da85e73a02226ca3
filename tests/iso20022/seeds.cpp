// Writes random valid messages into a folder, as seeds for the fuzzer: seeds FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "iso20022/catalogue.h"
#include "iso20022/sample.h"
#include "iso20022/writer.h"

int main(int argc, char** argv) {
  using namespace tilmash;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const Data data;
  const iso20022::Catalogue catalogue(data);
  for (const std::string& id : catalogue.list()) {
    const iso20022::Message& message = *catalogue.find(id);
    const Shape shape = iso20022::make_shape(message);
    const iso20022::MessageWriter writer(message, shape);
    iso20022::SampleMaker generator(message, shape, 1);
    Instance instance;
    for (std::uint32_t i = 0; i < 20; ++i) {
      generator.make_random(4 + 2 * i, instance);
      std::string xml;
      Findings findings;
      if (!writer.encode(instance, xml, findings)) return 1;
      std::ofstream(folder / (id + "." + std::to_string(i) + ".xml"), std::ios::binary) << xml;
    }
  }
  return 0;
}
