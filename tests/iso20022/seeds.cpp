// Writes random valid messages as XML into FOLDER and as JSON into FOLDER_json, seeds for the fuzzers: seeds FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "iso20022/catalogue.h"
#include "iso20022/message_json.h"
#include "iso20022/sample.h"
#include "iso20022/writer.h"

int main(int argc, char** argv) {
  using namespace tilmash;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  const std::filesystem::path json_folder = folder.string() + "_json";
  std::filesystem::create_directories(folder);
  std::filesystem::create_directories(json_folder);
  const Data data;
  const iso20022::Catalogue catalogue(data);
  for (const std::string& id : catalogue.list()) {
    const iso20022::Message& message = *catalogue.find(id);
    const Shape shape = iso20022::make_shape(message);
    const iso20022::MessageWriter writer(message, shape);
    iso20022::JsonMessageWriter json_writer(message, shape);
    iso20022::SampleMaker generator(message, shape, 1);
    Instance instance;
    for (std::uint32_t i = 0; i < 20; ++i) {
      generator.make_random(4 + 2 * i, instance);
      std::string xml;
      Findings findings;
      if (!writer.encode(instance, xml, findings)) return 1;
      std::ofstream(folder / (id + "." + std::to_string(i) + ".xml"), std::ios::binary) << xml;
      if (i != 0) continue;  // JSON is read more slowly
      std::string json;
      json_writer.encode(instance, json);
      std::ofstream(json_folder / (id + "." + std::to_string(i) + ".json"), std::ios::binary) << json;
    }
  }
  return 0;
}
