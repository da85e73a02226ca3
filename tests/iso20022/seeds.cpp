// Writes seeds for the fuzzers: random valid messages as XML into FOLDER and as JSON into FOLDER_json, whole and broken
// ones of a few messages into FOLDER_few, schemas in both forms into FOLDER_schema: seeds FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "iso20022/catalogue.h"
#include "iso20022/message_json.h"
#include "iso20022/notation.h"
#include "iso20022/sample_fault.h"
#include "iso20022/writer.h"
#include "iso20022/xsd.h"

namespace {

using namespace tilmash;
using std::filesystem::path;

void write(const path& folder, const std::string& name, const std::string& text) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary) << text;
}

void write_schema(const path& folder, const iso20022::Message& message) {
  const iso20022::SchemaDefinition& schema = message.schema();
  std::string text;
  print_head(schema, text);
  for (const iso20022::TypeDefinition& type : schema.types) print_type(type, text);
  write(folder, schema.id + ".message", text);
  write(folder, schema.id + ".xsd", export_xsd(schema));
}

void write_broken(const path& folder, const iso20022::Message& message) {
  const Shape shape = make_shape(message);
  iso20022::FaultMaker maker(message, shape);
  std::size_t number = 0;
  for (const std::uint32_t place : maker.places()) {
    for (const iso20022::FaultySample& sample : maker.faults_at(place)) {
      if (++number % 50 == 0) write(folder, message.id() + "." + std::to_string(number) + ".xml", sample.xml);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
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
  for (const char* id : {"pacs.002.001.10", "camt.056.001.08", "head.001.001.02", "camt.053.001.08"}) {
    write_schema(folder.string() + "_schema", *catalogue.find(id));
    write_broken(folder.string() + "_few", *catalogue.find(id));
  }
  return 0;
}
