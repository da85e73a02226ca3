#include "file_outbox.h"

#include <fmt/format.h>

#include <algorithm>

namespace tilmash::tool {
namespace {

constexpr std::string_view xml_declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// "partner/v1" -> "partner-v1": a name for files.
std::string file_name(std::string_view endpoint) {
  std::string name(endpoint);
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

}  // namespace

bool FileOutbox::put(const pipeline::Product& product) {
  const std::string name = file_name(product.endpoint);
  if (product.piece_of_file) {
    const std::string file = fmt::format("{}.{}", name, product.extension);
    places_[std::string(product.endpoint)] = file;
    return folder_.append(file, product.body);
  }
  Kind& kind = kinds_[name];
  if (kind.extension.empty()) {
    kind.extension = product.extension;
    kind.shape = shape_;
    places_[std::string(product.endpoint)];
  }
  if (kind.shape != OutputShape::automatic) return write(name, kind, product.body, product.head);
  kind.waiting.push_back({std::string(product.body), std::string(product.head)});
  kind.waiting_bytes += product.body.size() + product.head.size();
  if (kind.waiting.size() <= files_max && kind.waiting_bytes <= waiting_bytes_max) return true;
  return write_waiting(name, kind, OutputShape::bundle);
}

bool FileOutbox::write_waiting(const std::string& name, Kind& kind, OutputShape shape) {
  kind.shape = shape;
  for (const Waiting& waiting : kind.waiting) {
    if (!write(name, kind, waiting.body, waiting.head)) return false;
  }
  kind.waiting.clear();
  kind.waiting.shrink_to_fit();
  return true;
}

bool FileOutbox::write(const std::string& name, Kind& kind, std::string_view body, std::string_view head) {
  ++kind.count;
  if (kind.shape == OutputShape::bundle) {
    const std::string file = name + (kind.extension == "xml" ? ".bundle" : ".jsonl");
    return folder_.append(file, head) && folder_.append(file, body) && folder_.append(file, "\n");
  }
  const bool xml = kind.extension == "xml";
  const std::string stem = fmt::format("{}/{:04}", name, kind.count);
  const auto text = [&](std::string_view part) {
    std::string whole;
    if (xml) whole += xml_declaration;
    whole += part;
    whole += '\n';
    return whole;
  };
  if (!head.empty() && !folder_.put(stem + ".head.xml", text(head))) return false;
  return folder_.put(fmt::format("{}.{}", stem, kind.extension), text(body));
}

bool FileOutbox::finish() {
  for (auto& [name, kind] : kinds_) {
    if (kind.shape == OutputShape::automatic && !write_waiting(name, kind, OutputShape::files)) return false;
  }
  for (auto& [endpoint, place] : places_) {
    const auto kind = kinds_.find(file_name(endpoint));
    if (kind == kinds_.end()) continue;
    const bool bundle = kind->second.shape == OutputShape::bundle;
    place = kind->first + (!bundle ? "/" : kind->second.extension == "xml" ? ".bundle" : ".jsonl");
  }
  return true;
}

}  // namespace tilmash::tool
