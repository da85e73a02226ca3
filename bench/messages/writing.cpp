#include "writing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "../clock.h"
#include "iso20022/catalogue.h"
#include "iso20022/reader.h"
#include "iso20022/writer.h"

namespace tilmash::bench {
namespace {

/// What a program written for one message does: constant markup, a value, constant markup, a value … The markup between
/// two values is one piece, copied at once; values are escaped byte by byte. Nothing is checked.
struct Piece {
  std::string_view markup;
  std::string_view value;
};

/// The pieces of a written message: its values are `values`, in order.
std::vector<Piece> cut(std::string_view xml, const std::vector<std::pair<std::size_t, std::string_view>>& values) {
  std::vector<Piece> pieces;
  std::size_t from = 0;
  for (const auto& [at, value] : values) {
    pieces.push_back({xml.substr(from, at - from), value});
    const char last = xml[at - 1];
    from = xml.find(last == '"' ? '"' : '<', at);
  }
  pieces.push_back({xml.substr(from), {}});
  return pieces;
}

char* put_escaped(char* out, std::string_view value) {
  for (const char c : value) {
    const char* const escape = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : nullptr;
    if (escape == nullptr) {
      *out++ = c;
    } else {
      const std::size_t size = std::strlen(escape);
      std::memcpy(out, escape, size);
      out += size;
    }
  }
  return out;
}

std::size_t append(const std::vector<Piece>& pieces, char* out) {
  char* at = out;
  for (const Piece& piece : pieces) {
    std::memcpy(at, piece.markup.data(), piece.markup.size());
    at = put_escaped(at + piece.markup.size(), piece.value);
  }
  return static_cast<std::size_t>(at - out);
}

struct Message {
  Instance instance;
  std::string xml;
  std::vector<Piece> pieces;
};

/// Where in `xml`, as the writer made it, the values of the instance stand.
std::vector<std::pair<std::size_t, std::string_view>> find_values(const Message& message) {
  std::vector<std::pair<std::size_t, std::string_view>> values;
  std::size_t at = message.xml.find("xmlns=\"") + 7;
  const Shape& shape = message.instance.shape();
  const auto& cells = message.instance.cells();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Node& node = shape.nodes[cells[i].node];
    const auto name = fmt::format("<{}", node.name);
    if (node.kind != NodeKind::leaf) continue;
    if (node.child_count != 0) {  // the attributes come first
      const std::size_t tag = message.xml.find(name, at);
      at = message.xml.find('"', tag) + 1;
      values.emplace_back(at, cells[i + 1].text);
      at = message.xml.find('>', at) + 1;
      values.emplace_back(at, cells[i].text);
      ++i;
      continue;
    }
    at = message.xml.find(name + ">", at) + name.size() + 1;
    values.emplace_back(at, cells[i].text);
  }
  return values;
}

}  // namespace

bool time_writing(const Corpus& corpus, std::size_t rounds) {
  const Data data;
  const iso20022::Catalogue catalogue(data);
  const iso20022::Message& type = *catalogue.find(corpus.message);
  const Shape shape = make_shape(type);
  const iso20022::MessageWriter writer(type, shape);
  std::deque<Message> messages;
  std::size_t bytes = 0;
  Findings findings;
  std::vector<char> buffer;
  for (const std::string& document : corpus.documents) {
    Message& message = messages.emplace_back();
    message.instance.reset(shape);
    iso20022::MessageReader reader(catalogue, document, "input", iso20022::Caps::batch(), findings);
    if (reader.next_message() == nullptr || !reader.read(message.instance)) return false;
    if (!writer.encode(message.instance, message.xml, findings)) return false;
    message.pieces = cut(message.xml, find_values(message));
    bytes += message.xml.size();
    buffer.resize(std::max(buffer.size(), message.xml.size() + 64));
    const std::size_t size = append(message.pieces, buffer.data());
    if (std::string_view(buffer.data(), size) != message.xml) {
      fmt::print(stderr, "the append writes other bytes than the writer\n");
      return false;
    }
  }
  std::vector<double> ratios;
  std::vector<double> speeds;
  std::string out;
  for (std::size_t round = 0; round < rounds; ++round) {
    const double begin = cpu_seconds();
    for (const Message& message : messages) {
      out.clear();
      if (!writer.encode(message.instance, out, findings)) return false;
    }
    const double middle = cpu_seconds();
    for (const Message& message : messages) {
      append(message.pieces, buffer.data());
      asm volatile("" : : "r"(buffer.data()) : "memory");  // or it would be left out
    }
    const double end = cpu_seconds();
    ratios.push_back((end - middle) / (middle - begin));
    speeds.push_back(static_cast<double>(bytes) / (middle - begin) / 1e6);
  }
  std::sort(ratios.begin(), ratios.end());
  std::sort(speeds.begin(), speeds.end());
  fmt::print("\nwriting {}: {} document(s), {} bytes; {} rounds, medians\n\n", corpus.name, messages.size(), bytes,
             rounds);
  fmt::print("| task | MB/s | speed of tilmash against it |\n|---|---|---|\n");
  fmt::print("| tilmash, checked | {:.0f} | 1 |\n", speeds[rounds / 2]);
  fmt::print("| append by hand, unchecked | {:.0f} | {:.2f} |\n", speeds[rounds / 2] / ratios[rounds / 2],
             ratios[rounds / 2]);
  return true;
}

}  // namespace tilmash::bench
